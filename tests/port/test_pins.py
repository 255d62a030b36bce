# If keys are pinned for a host, one of them must be in the path, in addition to all other checks. A trusted key is accepted
# without any other check.
import ssl
from helper import CERTS, bio_pair, server_context, shake
from port import raises


def pem(name):
    with open(CERTS + name + ".pem") as f:
        return f.read()


def key(name):
    return ssl.spki_sha256(pem(name))


def client(*pins, cafile="ca.pem"):
    c = ssl.create_default_context(cafile=CERTS + cafile) if cafile else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for host, *hashes in pins:
        c.pin(host, *hashes)
    return c


def connect(c, cert="server", host="localhost"):
    return shake(*bio_pair(c, server_context(cert), host))[0]


assert key("server") == ssl.spki_sha256(ssl.PEM_cert_to_DER_cert(pem("server"))) and len(key("server")) == 32
raises(ValueError, ssl.spki_sha256, b"no certificate")
good, other = key("server"), key("client")
hexed = "".join("%02x" % b for b in good)

# A pin can be the key of the leaf, of an intermediate or of the root, one of several keys, and for one host or for all.
assert connect(client(("localhost", good))) is True
assert connect(client(("LOCALHOST.", hexed.upper()))) is True
assert connect(client(("localhost", other, good))) is True
assert connect(client((None, key("ca")))) is True
assert connect(client((None, key("inter"))), "chain") is True
assert connect(client(("elsewhere.test", other))) is True
for pins in (("localhost", other), (None, other)):
    error = connect(client(pins))
    assert error.verify_code == 50 and "pinned" in error.verify_message, error
# A pin does not make a certificate pass that the verification refuses.
error = connect(client(("localhost", key("expired"))), "expired")
assert error.verify_code == 10, error
error = connect(client(("localhost", key("unknown-issuer"))), "unknown-issuer")
assert error.verify_code == 20, error

# A session from before a pin was added is not resumed.
c, server = client(), server_context()
one, two = bio_pair(c, server)
shake(one, two)
two.write(b"x")
one.read()
session = one.session
c.pin("localhost", other)
one, two = bio_pair(c, server)
one.session = session
assert shake(one, two)[0].verify_code == 50

# A trusted key needs no CA, no name and no dates.
c = client(cafile=None)
c.trust_key("device.local", key("self-signed"), key("expired"))
assert connect(c, "self-signed", "device.local") is True and connect(c, "expired", "device.local") is True
assert connect(c, "server", "device.local").verify_code == 20
assert connect(c, "self-signed").verify_code == 18
# A server can trust the key of a client.
server = server_context()
server.verify_mode = ssl.CERT_REQUIRED
server.trust_key(None, key("rogue-client"))
for name, accepted in (("rogue-client", True), ("client", False)):
    c = client()
    c.load_cert_chain(CERTS + name + ".pem", CERTS + name + ".key")
    assert (shake(*bio_pair(c, server))[1] is True) is accepted

# Bad input changes nothing.
c = client()
for bad in (b"short", "zz" * 32, "00", bytes(33), 5):
    raises((ValueError, TypeError), c.pin, "localhost", good, bad)
raises(TypeError, c.pin, "localhost")
raises(ValueError, c.pin, "", good)
raises(TypeError, c.pin, 5, good)
assert connect(c, "server-rsa") is True
print("ok")
