# What behaves otherwise than in CPython, on purpose: the rows of docs/differences.md that no other
# test holds.
import socket
import ssl
from helper import CERTS, bio_pair, client_context, server_context, shake
from port import pair, raises

# The default roots are a store: counted, not listed.
c = ssl.create_default_context()
assert c.get_ca_certs() == [] and c.cert_store_stats()["x509"] > 0

# Sessions: never to another host, never to prove less (trap 17); no cache besides tickets.
for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
    client, server = client_context(), server_context()
    client.maximum_version = version
    client.check_hostname = False
    c, s = bio_pair(client, server)
    shake(c, s)
    s.write(b"x")
    c.read()
    session = c.session
    for host, reused in (("localhost", True), ("other.example", False), (None, False)):
        c, s = bio_pair(client, server, host)
        c.session = session
        assert shake(c, s) == [True, True] and c.session_reused is reused
    client.check_hostname = True
    c, s = bio_pair(client, server)
    c.session = session
    assert shake(c, s) == [True, True] and c.session_reused is False
    server.options |= ssl.OP_NO_TICKET
    c, s = bio_pair(client, server)
    shake(c, s)
    s.write(b"x")
    c.read()
    assert not c.session.has_ticket
    again, s = bio_pair(client, server)
    again.session = c.session
    assert shake(again, s) == [True, True] and again.session_reused is False
raises(ValueError, setattr, server, "num_tickets", 65536)

# The strictest of the two contexts: CPython would not ask for the certificate here.
for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
    server, strict, client = server_context(), server_context(), client_context()
    client.maximum_version = version
    strict.verify_mode = ssl.CERT_REQUIRED
    strict.load_verify_locations(CERTS + "ca.pem")

    def swap(obj, name, ctx):
        obj.context = strict

    server.sni_callback = swap
    assert shake(*bio_pair(client, server))[1].reason == "PEER_DID_NOT_RETURN_A_CERTIFICATE"
# And not afterwards, where CPython takes it for nothing.
c, s = bio_pair(client_context(), server_context())
shake(c, s)
raises(ValueError, setattr, s, "context", strict)

# A failed connection stays failed: no end that looks like a clean one.
c, s = bio_pair(client_context(), server_context("expired"))
shake(c, s)
for _ in range(3):
    assert raises(ssl.SSLError, s.read).reason == "SSLV3_ALERT_CERTIFICATE_EXPIRED"
    raises(ssl.SSLCertVerificationError, c.read)

# Cipher strings: what is refused changes nothing; no level above 2; lists of names.
ctx = client_context()
ctx.set_ciphers("AES128")
before = ctx.get_ciphers()
raises(ssl.SSLError, ctx.set_ciphers, "nonsense")
raises(ssl.SSLError, ctx.set_ciphers, "ALL:@SECLEVEL=3")
raises(ValueError, ctx.set_ciphers, ["TLS_AES_128_GCM_SHA256", "nonsense"])  # trap 11
raises(ValueError, ctx.set_ciphers, [])
assert ctx.get_ciphers() == before and ctx.security_level == 2
ctx.set_ciphers(["TLS1-3-AES-128-GCM-SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"])
assert [c["name"] for c in ctx.get_ciphers()] == ["TLS_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"]
c, s = bio_pair(ctx, server_context())
assert shake(c, s) == [True, True] and c.cipher()[0] == "TLS_AES_128_GCM_SHA256"

# In TLS 1.3 mbedTLS takes the first of the client's suites that it knows.
ctx.set_ciphers(["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"])
c, s = bio_pair(ctx, server_context())
assert shake(c, s) == [True, True] and c.cipher()[0] == "TLS_AES_128_GCM_SHA256"

# What mbedTLS has not.
assert ssl.CHANNEL_BINDING_TYPES == [] and not ssl.HAS_PHA and not ssl.HAS_PSK and not ssl.HAS_TLSv1
raises(ValueError, c.get_channel_binding)
raises(ValueError, c.get_channel_binding, "tls-unique")
assert raises(ssl.SSLError, c.verify_client_post_handshake).reason == "NOT_SERVER"
assert raises(ssl.SSLError, s.verify_client_post_handshake).reason == "EXTENSION_NOT_RECEIVED"
for number in (3, 4, 5):
    raises(ValueError, ssl.SSLContext, number)
raises(NotImplementedError, ctx.load_verify_locations, None, "/etc/ssl/certs")

# Plain ints in place of enumerations; classes that cannot be replaced.
assert type(ctx.verify_mode) is int and type(ssl.TLSVersion.TLSv1_2) is int
raises(AttributeError, setattr, ctx, "sslsocket_class", ssl.SSLSocket)
raises(AttributeError, setattr, ctx, "nonsense", 1)
raises(OverflowError, setattr, ctx, "options", 1 << 32)

# Names must be ASCII already.
raises(ValueError, ctx.wrap_bio, ssl.MemoryBIO(), ssl.MemoryBIO(), False, "\xfc.example")

# A socket without getpeername(2) is unconnected if it polls as hung up.
c, s, a, b = pair()


class Unconnected(type(a)):
    connects = 0

    def accept(self):
        pass

    def connect(self, address):
        self.connects += 1

    def ioctl(self, request, flags):
        if request == 3 and not self.connects:
            return flags & 0x10
        return super().ioctl(request, flags)


stream = Unconnected(a.rd, a.wr)
tls = client_context().wrap_socket(stream, server_hostname="localhost", do_handshake_on_connect=False)
raises(OSError, tls.do_handshake)
tls.connect("anywhere")
assert stream.connects == 1 and tls.version() is None
from port import shake as shake_sockets

assert shake_sockets(tls, s) == [True, True]
tls.sendall(b"hello")
assert s.recv(10) == b"hello"
# Its own socket's methods only where there are any.
assert not hasattr(tls, "getpeername") and not hasattr(tls, "getsockopt")
raises(AttributeError, tls.shutdown, 2)
assert tls.version() is not None  # and TLS is still there


# A subclass inherits the methods; what is assigned to it stays with it.
class Context(ssl.SSLContext):
    pass


sub = Context(ssl.PROTOCOL_TLS_CLIENT)
sub.load_verify_locations(CERTS + "ca.pem")
assert isinstance(sub, ssl.SSLContext) and sub.verify_mode == ssl.CERT_REQUIRED
c, s = bio_pair(sub, server_context())
assert shake(c, s) == [True, True]
print("ok")
