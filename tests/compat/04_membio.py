# MemoryBIO keeps the order of bytes, and has CPython's methods, attributes and errors.
import ssl
from helper import part, say, show, show_text

part("reading and writing")
b = ssl.MemoryBIO()
say("new: pending", b.pending, "eof", b.eof, "read()", b.read(), "read(5)", b.read(5), "read(-1)", b.read(-1))
say("write(b'hello')", b.write(b"hello"), "pending", b.pending)
say("write of a bytearray", b.write(bytearray(b" ")), "of a memoryview", b.write(memoryview(b"world")), "of b''", b.write(b""))
say("read(3)", b.read(3), "pending", b.pending, "read(0)", b.read(0), "read(-5)", b.read(-5), "pending", b.pending)
show("write of a text", b.write, "text")
show("write of None", b.write, None)
show("write of a number", b.write, 5)
show("read of a text", b.read, "x")
show("pending is read-only", setattr, b, "pending", 3)
show("eof is read-only", setattr, b, "eof", True)
show("MemoryBIO(1)", ssl.MemoryBIO, 1)

part("write_eof")
b.write(b"tail")
b.write_eof()
say("with four bytes inside: eof", b.eof, "pending", b.pending)
show_text("write afterwards", b.write, b"x")
say("read(2)", b.read(2), "eof", b.eof, "read()", b.read(), "eof", b.eof, "read()", b.read())
b.write_eof()
say("a second write_eof: eof", b.eof)

part("many writes and reads of different sizes")
b = ssl.MemoryBIO()
sent = got = b""
for i in range(200):
    data = bytes((i + k) & 255 for k in range(i * 7 % 97))
    b.write(data)
    sent += data
    got += b.read(i * 5 % 83)
got += b.read()
say("all bytes in order", sent == got, "pending", b.pending, "bytes", len(sent))
