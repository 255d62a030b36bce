# The transport raises, or is full, in the middle of a write. A repeated write goes on where
# the first stopped; other bytes are other bytes. Nothing is lost and nothing goes twice.
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


# Raised before anything left; the same write again.
a.on_write = once(boom)
assert str(raises(ValueError, c.write, b"first")) == "transport"
assert c.write(b"first") == 5
assert s.recv(100) == b"first"

# Raised, and then other bytes: both arrive.
a.on_write = once(boom)
raises(ValueError, c.write, b"second")
assert c.write(b"other.") == 6
assert s.recv(100) == b"second" and s.recv(100) == b"other."

# Full: None, as every stream, and again until it goes.
a.on_write = lambda buf: None
assert c.write(b"third") is None
assert c.write(b"third") is None
raises(ssl.SSLWantWriteError, c.send, b"third")
a.on_write = None
assert c.write(b"third") == 5
assert s.recv(100) == b"third"
raises(ssl.SSLWantReadError, s.recv, 1)

# Given up, and another message of the same length, head and tail: both arrive.
head, tail = b'{"sensor": "north", "value": ', b', "unit": "celsius", "ok": true}'
a.on_write = lambda buf: None
assert c.write(head + b"21.5" + tail) is None
a.on_write = None
assert c.write(head + b"21.6" + tail) == len(head) + 4 + len(tail)
assert s.recv(200) == head + b"21.5" + tail and s.recv(200) == head + b"21.6" + tail

# Many records through a wire that takes 100 bytes now and then.
server = server_context()
server.num_tickets = 0  # nobody would read them, and a handshake ends when they have left
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

# In the middle of the handshake: it goes on.
c, s, a, b = pair()
a.on_write = once(boom)
raises(ValueError, c.do_handshake)
assert shake(c, s) == [True, True]

# On reading: the bytes stay where they are.


def boom_read(buf):
    a.on_read = None
    raise OSError(5)


s.write(b"for the client")
a.on_read = boom_read
raises(OSError, c.recv, 100)
assert c.recv(100) == b"for the client"
print("ok")
