# ssl.wrap_socket() has stock MicroPython's signature, and verifies unless cert_reqs is CERT_NONE.
import ssl
from helper import CERTS, read, server_context
from port import Pipe, Stream, raises, shake


def streams():
    up, down = Pipe(), Pipe()
    return Stream(down, up), Stream(up, down)


def server(stream, cert="server"):
    return ssl.wrap_socket(stream, server_side=True, key=read(cert + ".key"), cert=read(cert + ".pem"),
                           do_handshake=False)


ca = read("ca.pem")

# Without a name it raises, and the error names both remedies.
a, b = streams()
e = raises(ValueError, ssl.wrap_socket, a)
assert "server_hostname=" in str(e) and "cert_reqs=ssl.CERT_NONE" in str(e)
assert a.closed == 0 and a.wr.data == b""

# It takes a name and a CA, which is PEM as bytes, PEM as str, or DER.
for cadata in (ca, ca.decode(), read("ca.der")):
    a, b = streams()
    c = ssl.wrap_socket(a, cadata=cadata, server_hostname="localhost", do_handshake=False)
    s = server(b)
    assert shake(c, s) == [True, True]
    c.write(b"line\nrest")
    assert s.readline() == b"line\n" and s.read(4) == b"rest"

# The default trust anchors do not include our CA, and another host's certificate is always refused.
for kw, cert, code in (({}, "server", 20), ({"cadata": ca}, "wrong-name", 62), ({"cadata": ca}, "expired", 10),
                       ({"cert_reqs": ssl.CERT_REQUIRED, "cadata": ca}, "self-signed", 18),
                       ({"cert_reqs": ssl.CERT_OPTIONAL, "cadata": ca}, "expired", 10)):
    a, b = streams()
    c = ssl.wrap_socket(a, server_hostname="localhost", do_handshake=False, **kw)
    result = shake(c, server(b, cert))
    assert isinstance(result[0], ssl.SSLCertVerificationError) and result[0].verify_code == code, (kw, result)

# CERT_NONE, written by the caller, is honoured.
a, b = streams()
c = ssl.wrap_socket(a, cert_reqs=ssl.CERT_NONE, do_handshake=False)
assert shake(c, server(b, "self-signed")) == [True, True]

# Keys and certificates can be DER, a client can have them, and a key of another certificate is refused.
a, b = streams()
c = ssl.wrap_socket(a, cadata=ca, server_hostname="localhost", do_handshake=False, key=read("client.key"),
                    cert=read("client.pem"))
s = ssl.wrap_socket(b, True, read("server-key.der"), read("server.der"), ssl.CERT_REQUIRED, ca, do_handshake=False)
assert shake(c, s) == [True, True] and s.getpeercert(True)
a, b = streams()
e = raises(ssl.SSLError, lambda: ssl.wrap_socket(b, server_side=True, key=read("client.key"), cert=read("server.pem")))
assert e.reason == "KEY_VALUES_MISMATCH"
raises(TypeError, lambda: ssl.wrap_socket(b, server_side=True, key=read("client.key")))

# Data that cannot be read raises ValueError, as in stock MicroPython.
for given, text in (({"key": b"!"}, "invalid key"), ({"cadata": b"!"}, "invalid cert"),
                    ({"key": read("server.key"), "cert": b"!"}, "invalid cert"),
                    ({"key": b"!", "cert": read("server.pem")}, "invalid key")):
    assert str(raises(ValueError, lambda: ssl.wrap_socket(b, True, **given))) == text

# A str is a path, or PEM text; bytes are the data.
for as_argument in (lambda name: CERTS + name, lambda name: read(name).decode(), read):
    a, b = streams()
    c = ssl.wrap_socket(a, cadata=ca, server_hostname="localhost", do_handshake=False)
    s = ssl.wrap_socket(b, server_side=True, key=as_argument("server.key"), cert=as_argument("server.pem"),
                        do_handshake=False)
    assert shake(c, s) == [True, True]
raises(OSError, lambda: ssl.wrap_socket(b, server_side=True, key="no-such.key", cert="no-such.pem"))

# Unknown arguments raise; none is accepted and ignored.
raises(TypeError, lambda: ssl.wrap_socket(a, ca_certs="x", server_hostname="a"))
raises(TypeError, lambda: ssl.wrap_socket(a, ciphers="x", server_hostname="a"))

# read() reads to the end, as of a MicroPython stream: old scripts rely on it.
a, b = streams()
c = ssl.wrap_socket(a, cadata=ca, server_hostname="localhost", do_handshake=False)
s = server(b)
assert shake(c, s) == [True, True]
for _ in range(5):
    s.write(b"x" * 3000)
s.close()
a.rd.ended = True
assert len(c.read()) == 15000
print("ok")
