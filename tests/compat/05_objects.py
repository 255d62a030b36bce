# SSLObject over MemoryBIOs: before, during and after the handshake (sections 5.2, 5.3).
import ssl
from helper import CERTS, bio_pair, client_context, server_context, shake, show, show_text

client, server = client_context(), server_context()
show_text("no BIO", lambda: type(client.wrap_bio(1, ssl.MemoryBIO())) and 0 if False else 0)
show("incoming", client.wrap_bio, 1, ssl.MemoryBIO())
show("outgoing", client.wrap_bio, ssl.MemoryBIO(), None)
show_text("server from client", client.wrap_bio, ssl.MemoryBIO(), ssl.MemoryBIO(), server_side=True)
show_text("client from server", server.wrap_bio, ssl.MemoryBIO(), ssl.MemoryBIO())
show_text("empty name", client.wrap_bio, ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="")
show("NUL in name", client.wrap_bio, ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="a\0b")
print(type(client.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="localhost")).__name__)

for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
    client.minimum_version = client.maximum_version = version
    c, s = bio_pair(client, server)
    print(c.server_side, c.server_hostname, c.context is client, s.server_side, s.server_hostname)
    print(c.version(), c.cipher(), c.pending())
    show_text("cert before", c.getpeercert)
    show("read before", c.read)
    show("write before", c.write, b"x")
    show("again without input", c.do_handshake)
    print(shake(c, s))
    show("again", c.do_handshake)
    for o in (c, s):
        print(o.version(), o.cipher(), o.pending(), o.getpeercert(True) is None)
    show("nothing to read", c.read)
    print(c.write(b""), c.write(b"hello"), c.write(bytearray(b"again")), c.write(memoryview(b"!")))
    print(s.read(), s.read(3), s.pending(), s.read(10), s.read(1024))
    show("str", c.write, "text")
    show("number", c.write, 5)
    show("negative", c.read, -1)
    print(c.read(0), s.write(b"abcdef"))
    buf = bytearray(4)
    print(c.read(2, buf), bytes(buf), c.pending(), c.read(1000, buf), bytes(buf), c.pending())
    show("read-only buffer", c.read, 4, b"abcd")
    print(c.read(5, bytearray(0)))
    data = bytes(range(256)) * 400
    print(c.write(data))
    got = b""
    sizes = []
    while len(got) < len(data):
        part = s.read(65536)
        sizes.append(len(part) <= 16384)
        got += part
    print(got == data, all(sizes))

# Without a name none is checked.
client.check_hostname = False
c, s = bio_pair(client, server_context("wrong-name"), None)
print(shake(c, s), c.server_hostname)
