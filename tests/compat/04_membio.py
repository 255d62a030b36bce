# MemoryBIO (section 5.6).
import ssl
from helper import show, show_text

b = ssl.MemoryBIO()
print(b.pending, b.eof, b.read(), b.read(5), b.read(-1))
print(b.write(b"hello"), b.pending, b.write(bytearray(b" ")), b.write(memoryview(b"world")), b.write(b""))
print(b.read(3), b.pending, b.read(0), b.read(-5), b.pending)
show("str", b.write, "text")
show("none", b.write, None)
show("number", b.write, 5)
show("read text", b.read, "x")
show("pending is read-only", setattr, b, "pending", 3)
show("eof is read-only", setattr, b, "eof", True)
b.write(b"tail")
b.write_eof()
print(b.eof, b.pending)
show_text("after eof", b.write, b"x")
print(b.read(2), b.eof, b.read(), b.eof, b.read())
b.write_eof()
print(b.eof)

# Growing, shrinking and wrapping around keeps every byte.
b = ssl.MemoryBIO()
sent = got = b""
for i in range(200):
    part = bytes((i + k) & 255 for k in range(i * 7 % 97))
    b.write(part)
    sent += part
    got += b.read(i * 5 % 83)
got += b.read()
print(sent == got, b.pending, len(sent))
show("arguments", ssl.MemoryBIO, 1)
