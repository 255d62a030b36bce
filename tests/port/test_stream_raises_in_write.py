# If the transport raises or is full in the middle of a write, no byte is lost and none is sent twice: a write of the same bytes
# goes on where the first stopped, and other bytes are sent behind them.
import ssl
from helper import server_context
from port import pair, raises, shake

c, s, a, b = pair()
assert shake(c, s) == [True, True]


def once(fun):
    def run(buf):
        a.on_write = None
        return fun(buf)

    return run


def boom(buf):
    raise ValueError("transport")


# The transport raises before anything was sent, and the same write is repeated.
a.on_write = once(boom)
assert str(raises(ValueError, c.write, b"first")) == "transport"
assert c.write(b"first") == 5
assert s.recv(100) == b"first"

# The transport raises, and other bytes follow: both arrive.
a.on_write = once(boom)
raises(ValueError, c.write, b"second")
assert c.write(b"other.") == 6
assert s.recv(100) == b"second" and s.recv(100) == b"other."

# While the transport is full, write() returns None, as of every stream.
a.on_write = lambda buf: None
assert c.write(b"third") is None
assert c.write(b"third") is None
raises(ssl.SSLWantWriteError, c.send, b"third")
a.on_write = None
assert c.write(b"third") == 5
assert s.recv(100) == b"third"
raises(ssl.SSLWantReadError, s.recv, 1)

# A write is given up for another message of the same length, with the same beginning and end: both arrive.
head, tail = b'{"sensor": "north", "value": ', b', "unit": "celsius", "ok": true}'
a.on_write = lambda buf: None
assert c.write(head + b"21.5" + tail) is None
a.on_write = None
assert c.write(head + b"21.6" + tail) == len(head) + 4 + len(tail)
assert s.recv(200) == head + b"21.5" + tail and s.recv(200) == head + b"21.6" + tail

# Many records pass through a wire that takes 100 bytes at a time.
server = server_context()
server.num_tickets = 0  # the handshake would end only when they are sent, and the client does not read them
c, s, a, b = pair(server=server, room=100)
assert shake(c, s) == [True, True]
data = bytes(i * 7 & 255 for i in range(30000))
sent, got = 0, b""
while len(got) < len(data):
    if sent < len(data):
        n = c.write(data[sent:])
        sent += n or 0
    part = s.read(4096)
    got += part or b""
assert got == data and sent == len(data)

# The transport raises in the middle of the handshake, which goes on afterwards.
c, s, a, b = pair()
a.on_write = once(boom)
raises(ValueError, c.do_handshake)
assert shake(c, s) == [True, True]

# The transport raises on reading: the bytes are read afterwards.


def boom_read(buf):
    a.on_read = None
    raise OSError(5)


s.write(b"for the client")
a.on_read = boom_read
raises(OSError, c.recv, 100)
assert c.recv(100) == b"for the client"
print("ok")
