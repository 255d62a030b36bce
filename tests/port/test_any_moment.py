# Every method returns or raises a documented error at every moment: before the handshake, after a failure, after close(). close()
# closes the transport once, also after a deferred handshake that has failed.
import ssl
from helper import bio_pair, client_context, server_context
from port import pair, raises, shake

METHODS = (
    ("version",), ("cipher",), ("pending",), ("getpeercert",), ("getpeercert", True), ("read", 1), ("read", -1),
    ("read",), ("readline",), ("readinto", bytearray(3)), ("write", b"x"), ("recv", 1), ("send", b"x"),
    ("sendall", b"x"), ("recv_into", bytearray(2)), ("setblocking", False), ("settimeout", 0), ("fileno",),
    ("do_handshake",), ("__enter__",),
)
ALLOWED = (ssl.SSLError, ValueError, OSError, AttributeError)


def call_all(o):
    for m in METHODS:
        try:
            getattr(o, m[0])(*m[1:])
        except ALLOWED:
            pass
    o.context, o.server_side, o.server_hostname


for host in ("localhost", "other.test"):
    c, s, a, b = pair(hostname=host)
    call_all(c)
    call_all(s)
    shake(c, s)
    call_all(c)
    call_all(s)
    if host == "other.test":
        # A failed handshake leaves the transport open; close() closes it.
        assert a.closed == 0
    c.close()
    c.close()
    s.close()
    assert a.closed == 1 and b.closed == 1
    call_all(c)
    call_all(s)
    assert c.version() is None and c.cipher() is None and c.pending() == 0
    for call in ((c.read, 1), (c.read,), (c.readinto, bytearray(1)), (c.readline,), (c.write, b"x")):
        assert raises(OSError, *call).errno == 9  # EBADF, as of a closed socket
    raises(OSError, c.recv, 1)
    raises(OSError, c.do_handshake)

# close() before the handshake, in the middle of it, and while the wire is full.
c, s, a, b = pair()
c.close()
assert a.closed == 1 and a.wr.data == b""
c, s, a, b = pair()
raises(ssl.SSLWantReadError, c.do_handshake)
c.close()
assert a.closed == 1
c, s, a, b = pair()
assert shake(c, s) == [True, True]
a.wr.room = 0
c.close()
assert a.closed == 1 and a.wr.data == b""
# If the wire has room, close() sends close_notify.
c, s, a, b = pair()
assert shake(c, s) == [True, True]
c.close()
b.rd.ended = True
assert s.recv(10) == b""


# A transport that raises while close_notify is sent is closed too.
def boom(buf):
    raise OSError(32)


c, s, a, b = pair()
assert shake(c, s) == [True, True]
a.on_write = boom
c.close()
assert a.closed == 1
# wrap_socket() with the handshake on connect closes the transport if the handshake fails.
from port import Pipe, Stream
from helper import client_context

a = Stream(Pipe(), Pipe())
a.rd.data = b"HTTP/1.1 400 Bad Request\r\n\r\n"
e = raises(ssl.SSLError, lambda: client_context().wrap_socket(a, server_hostname="localhost"))
assert e.reason == "WRONG_VERSION_NUMBER" and a.closed == 1
# The peer has received an alert.
assert a.wr.data[-7:-4] == b"\x15\x03\x03" and a.wr.data[-2] == 2

# A script can call the methods that Python calls by itself: nothing crashes, and nothing is sent in clear.
for kind in ("object", "socket"):
    client, server = client_context(), server_context()
    if kind == "object":
        c, s = bio_pair(client, server)
        assert shake(c, s) == [True, True]
    else:
        c, s, a, b = pair(client, server)
        assert shake(c, s) == [True, True]
    session = c.session
    c.__del__()
    for call in (lambda: c.read(5), lambda: c.write(b"secret"), c.do_handshake, c.getpeercert):
        raises((OSError, ValueError), call)
    if kind == "socket":
        raises(OSError, c.send, b"secret")
        assert b"secret" not in a.wr.data
    c.version(), c.cipher(), c.pending(), c.session_reused
    session.__del__()
    raises(ValueError, lambda: session.id)
    raises(ValueError, lambda: session.serialize())
    client.__del__()
    raises(ValueError, client.wrap_bio, ssl.MemoryBIO(), ssl.MemoryBIO(), False, "localhost")

# No method ends TLS during a call of the same connection.
for method in ("shutdown", "detach", "__del__", "close", "unwrap"):
    c, s, a, b = pair()
    a.shutdown = lambda how: None
    a.detach = lambda: 5
    tried = []

    def under(buf):
        a.on_write = None
        try:
            getattr(c, method)(*((2,) if method == "shutdown" else ()))
        except (RuntimeError, ssl.SSLError) as e:
            tried.append(e)
        return a.write(buf)

    a.on_write = under
    try:
        c.do_handshake()
    except (OSError, ssl.SSLError):
        pass
    assert tried or method in ("close", "__del__")
print("ok")
