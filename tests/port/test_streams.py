# Streams in Python work also if they move one byte at a time. Those that return wrong numbers, and objects that are no streams,
# are refused.
import ssl
from helper import client_context, read, server_context
from port import Pipe, Stream, pair, raises, shake


def dribble(stream):
    def write(buf):
        if not len(buf):
            return 0
        stream.wr.data += bytes(buf[:1])
        return 1

    def readinto(buf):
        if not stream.rd.data:
            return 0 if stream.rd.ended else None
        buf[0] = stream.rd.data[0]
        stream.rd.data = stream.rd.data[1:]
        return 1

    stream.on_write, stream.on_read = write, readinto


c, s, a, b = pair()
dribble(a)
dribble(b)
assert shake(c, s) == [True, True]
assert c.write(b"byte by byte") == 12
assert s.read(100) == b"byte by byte"

# A stream that claims to have moved more than it was given raises OSError.
for claim in (100000, -5):
    c, s, a, b = pair()
    a.on_write = lambda buf: len(buf) + claim
    raises(OSError, c.do_handshake)
    a.on_write = None
    a.on_read = lambda buf: len(buf) + claim
    raises(OSError, c.do_handshake)

# A stream that returns no number raises TypeError.
c, s, a, b = pair()
a.on_write = lambda buf: "many"
raises(TypeError, c.do_handshake)
a.on_write = None
assert shake(c, s) == [True, True]

for thing in (5, None, "x", b"x", object()):
    raises(OSError, lambda: client_context().wrap_socket(thing, server_hostname="a"))

# readinto(), readline() and read(-1) are those of MicroPython's streams.
c, s, a, b = pair()
assert shake(c, s) == [True, True]
assert s.read(10) is None and s.readinto(bytearray(3)) is None and s.readline() is None and s.read(-1) is None
c.write(b"one\ntwo\nthr")
buf = bytearray(2)
assert s.readinto(buf) == 2 and buf == b"on"
assert s.readline() == b"e\n" and s.readline() == b"two\n"
c.write(b"ee")
c.close()
b.rd.ended = True
assert s.read(-1) == b"three" and s.read(-1) == b"" and s.read(5) == b""

# bytes are data in place of a file, as in MicroPython. A str is a path, or PEM text.
ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
ctx.load_cert_chain(read("server.pem"), read("server.key"))
ctx.load_cert_chain(read("server.der"), read("server-key.der"))
ctx.load_cert_chain(read("both.pem"))
ctx.load_cert_chain(memoryview(read("server.pem")), bytearray(read("server-encrypted.key")), "secret")
ctx.load_cert_chain(read("both.pem").decode())
raises(OSError, ctx.load_cert_chain, "no-such.pem")
trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
trust.load_verify_locations(read("ca.pem"))
c, s, a, b = pair(trust, ctx)
assert shake(c, s) == [True, True]

# A truncation reads as b"", or raises with suppress_ragged_eofs=False.
for suppress in (True, False):
    up, down = Pipe(), Pipe()
    a, b = Stream(down, up), Stream(up, down)
    c = client_context().wrap_socket(a, False, False, suppress, "localhost")
    s = server_context().wrap_socket(b, server_side=True, do_handshake_on_connect=False)
    assert shake(c, s) == [True, True]
    s.write(b"end")
    a.rd.ended = True
    assert c.recv(10) == b"end"
    if suppress:
        assert c.recv(10) == b"" and c.recv(10) == b""
    else:
        raises(ssl.SSLEOFError, c.recv, 10)
        raises(ssl.SSLEOFError, c.recv, 10)
print("ok")
