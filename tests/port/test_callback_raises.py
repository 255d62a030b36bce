# verify_callback can raise, refuse, keep the certificate, and call its own connection. It can refuse a certificate that the
# verification has accepted, and cannot accept one that it has refused.
import gc
import ssl
from helper import client_context, server_context
from port import pair, raises, shake

kept = []


def client(callback):
    ctx = client_context()
    ctx.verify_callback = callback
    return ctx


# It is called with the whole path, the trust anchor first, as bytes that stay valid.
def look(der, depth):
    kept.append((der, depth))


c, s, a, b = pair(client(look), server_context("chain"))
assert shake(c, s) == [True, True]
c.close()
del c, s, a, b
gc.collect()
assert [depth for _, depth in kept] == [2, 1, 0], kept
assert all(type(der) is bytes and der[0] == 0x30 for der, _ in kept)

# A number other than 0 refuses.
c, s, a, b = pair(client(lambda der, depth: 0 if depth else -1))
result = shake(c, s)
assert isinstance(result[0], ssl.SSLError) and result[0].reason == "CERTIFICATE_VERIFY_FAILED"
assert isinstance(result[1], ssl.SSLError) and result[1].reason == "TLSV1_ALERT_ACCESS_DENIED"

# A callback that accepts everything is not called for a bad certificate, which stays refused.
seen = []
c, s, a, b = pair(client(lambda der, depth: seen.append(depth)), server_context("expired"))
assert isinstance(shake(c, s)[0], ssl.SSLCertVerificationError)
assert 0 not in seen


# An exception of the callback is raised by the call, once. The connection has failed then.
class Mine(Exception):
    pass


def throw(der, depth):
    raise Mine("from the callback")


c, s, a, b = pair(client(throw))
result = shake(c, s)
assert type(result[0]) is Mine, result
assert isinstance(result[1], ssl.SSLError)
raises(ssl.SSLError, c.do_handshake)
c.close()
assert a.closed == 1

# A result that is no number is a TypeError.
c, s, a, b = pair(client(lambda der, depth: "yes"))
assert isinstance(shake(c, s)[0], TypeError)

# Methods of its own connection raise, and close() takes effect when the call has returned.
errors = []


def reenter(der, depth):
    if depth == 0:
        for name, args in (("read", (1,)), ("write", (b"x",)), ("do_handshake", ()), ("recv", (1,))):
            errors.append(raises(RuntimeError, getattr(c, name), *args))
        c.version(), c.cipher(), c.pending()
        c.close()
        assert a.closed == 0
    gc.collect()


c, s, a, b = pair(client(reenter))
shake(c, s)
assert len(errors) == 4 and a.closed == 1
raises(OSError, c.read, 1)

# The callback can make another handshake.
inner = []


def nested(der, depth):
    x, y, _, _ = pair()
    inner.append(shake(x, y))
    gc.collect()


c, s, a, b = pair(client(nested))
assert shake(c, s) == [True, True]
assert inner == [[True, True], [True, True]]
c.write(b"still fine")
assert s.recv(20) == b"still fine"
raises(TypeError, setattr, client_context(), "verify_callback", 5)


# Calls of the connection by its stream are refused in the same way.
def greedy(buf):
    a.on_read = None
    raises(RuntimeError, c.read, 1)
    c.close()
    return None


c, s, a, b = pair()
assert shake(c, s) == [True, True]
a.on_read = greedy
try:
    c.recv(1)
except ssl.SSLError:
    pass
assert a.closed == 1
print("ok")
