# Root stores can be loaded by name, used beside other certificates, and replaced. A damaged one is refused.
import os
import ssl
import vfs
from helper import CERTS, bio_pair, server_context, shake
from port import raises

STORE, OTHER = CERTS + "../roots.ussl", CERTS + "../roots.copy"


def copy(change=lambda data: data):
    with open(STORE, "rb") as f:
        data = f.read()
    with open(OTHER, "wb") as f:
        f.write(change(data))


def refused(reason, fun, *args):
    error = raises(ssl.SSLError, fun, *args)
    assert error.reason == reason, error.reason


def connects(client, cert="server"):
    return shake(*bio_pair(client, server_context(cert)))[0] is True


client = ssl.create_default_context(cafile=STORE)
assert client.cert_store_stats() == {"x509": 3, "x509_ca": 3, "crl": 0}
assert connects(client) and connects(client, "chain") and connects(client, "server-rsa")
assert connects(client, "under-rsa")
assert not connects(client, "rogue-client") and not connects(client, "unknown-issuer")
# Certificates can be loaded beside it.
client.load_verify_locations(CERTS + "rogue-ca.pem")
assert client.cert_store_stats()["x509"] == 4
assert connects(client) and connects(client, "unknown-issuer")
# The whole verified path can be read, with its root.
c, s = bio_pair(client, server_context("chain"))
assert shake(c, s) == [True, True]
chain = c.get_verified_chain()
assert len(chain) >= 2, len(chain)

# A saved session is accepted only by a context that trusts what the first one trusted.
c, s = bio_pair(client, server_context())
shake(c, s)
s.write(b"x")
c.read()
saved = c.session.serialize()
again = ssl.create_default_context(cafile=STORE)
again.load_verify_locations(CERTS + "rogue-ca.pem")
ssl.SSLSession.deserialize(again, saved)
for cafile in (CERTS + "rogue-ca.pem", CERTS + "ca.pem"):
    raises(ValueError, ssl.SSLSession.deserialize, ssl.create_default_context(cafile=cafile), saved)

# A damaged store raises when it is loaded by name, and changes nothing.
copy(lambda data: data[:100] + bytes([data[100] ^ 1]) + data[101:])
before = client.cert_store_stats()
refused("ROOT_STORE_DAMAGED", client.load_verify_locations, OTHER)
refused("ROOT_STORE_DAMAGED", ssl.install_roots, OTHER, STORE)
assert client.cert_store_stats() == before and connects(client)
copy(lambda data: data[:11] + b"\x09" + data[12:])
refused("ROOT_STORE_VERSION", client.load_verify_locations, OTHER)
refused("NOT_A_ROOT_STORE", ssl.install_roots, CERTS + "ca.pem", STORE)

# install_roots() checks the new store, then renames it. Open contexts go on with the old one.
copy()
count, made = ssl.install_roots(OTHER, CERTS + "../roots.there")
assert count == 3 and made > 1700000000
raises(OSError, os.stat, OTHER)
client = ssl.create_default_context(cafile=CERTS + "../roots.there")
os.remove(CERTS + "../roots.there")
assert connects(client)

# A server that loads another store accepts no session ticket of a client that it has verified under the old one.
server = server_context("server")
server.verify_mode = ssl.CERT_REQUIRED
server.load_verify_locations(STORE)
client = ssl.create_default_context(cafile=STORE)
client.load_cert_chain(CERTS + "client.pem", CERTS + "client.key")


def session(old=None):
    c, s = bio_pair(client, server)
    if old:
        c.session = old
    assert shake(c, s) == [True, True]
    s.write(b"x")
    c.read()
    return c.session, s.session_reused


first, _ = session()
again, reused = session(first)
assert reused
copy()
server.load_verify_locations(OTHER)
assert session(again)[1] is False

# Bad arguments change nothing.
with open(CERTS + "ca.pem") as f:
    pem = f.read()
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
raises(TypeError, lambda: context.load_verify_locations(cafile=5, cadata=pem))
assert context.cert_store_stats()["x509"] == 0
raises(ValueError, context.load_cert_chain, bytearray(), b"x")


# This file system in Python returns files that are no streams.
class NoStreams:
    def mount(self, readonly, mkfs):
        pass

    def umount(self):
        pass

    def open(self, path, mode):
        return object()


vfs.mount(NoStreams(), "/nostreams")
raises(OSError, context.load_verify_locations, "/nostreams/file")
vfs.umount("/nostreams")
os.remove(OTHER)
print("ok")
