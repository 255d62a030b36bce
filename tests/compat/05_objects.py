# An SSLObject over two MemoryBIOs behaves as CPython's before, during and after the handshake.
import ssl
from helper import bio_pair, client_context, met, part, say, server_context, show, show_text

part("wrap_bio")
client, server = client_context(), server_context()
show("incoming is a number", client.wrap_bio, 1, ssl.MemoryBIO())
show("outgoing is None", client.wrap_bio, ssl.MemoryBIO(), None)
show_text("a server of a client's context", client.wrap_bio, ssl.MemoryBIO(), ssl.MemoryBIO(), server_side=True)
show_text("a client of a server's context", server.wrap_bio, ssl.MemoryBIO(), ssl.MemoryBIO())
show_text("empty name", client.wrap_bio, ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="")
show("NUL in a name", client.wrap_bio, ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="a\0b")
say("class", type(client.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="localhost")).__name__)

for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
    client.minimum_version = client.maximum_version = version
    c, s = bio_pair(client, server)
    part("version %d, before the handshake" % version)
    say("client: server_side", c.server_side, "server_hostname", c.server_hostname, "its context", c.context is client)
    say("server: server_side", s.server_side, "server_hostname", s.server_hostname)
    say("version", c.version(), "cipher", c.cipher(), "pending", c.pending())
    show_text("getpeercert", c.getpeercert)
    show("read", c.read)
    show("write", c.write, b"x")
    show("do_handshake without input", c.do_handshake)
    say("handshake", met(c, s))

    part("version %d, after the handshake" % version)
    show("do_handshake", c.do_handshake)
    for name, o in (("client", c), ("server", s)):
        say(name + ": version", o.version(), "cipher", o.cipher(), "pending", o.pending())
        say(name + ": no certificate of the peer", o.getpeercert(True) is None)
    show("read, nothing there", c.read)
    say("write of b''", c.write(b""), "of bytes", c.write(b"hello"), "of a bytearray", c.write(bytearray(b"again")),
        "of a memoryview", c.write(memoryview(b"!")))
    say("read()", s.read(), "read(3)", s.read(3), "pending", s.pending(), "read(10)", s.read(10), "read(1024)", s.read(1024))
    show("write of a text", c.write, "text")
    show("write of a number", c.write, 5)
    show("read(-1)", c.read, -1)
    say("read(0)", c.read(0), "write of six bytes", s.write(b"abcdef"))
    buf = bytearray(4)
    say("read(2, buffer)", c.read(2, buf), "buffer", bytes(buf), "pending", c.pending())
    say("read(1000, buffer)", c.read(1000, buf), "buffer", bytes(buf), "pending", c.pending())
    show("read into bytes", c.read, 4, b"abcd")
    say("read into an empty buffer", c.read(5, bytearray(0)))
    data = bytes(range(256)) * 400
    say("write of 102400 bytes", c.write(data))
    got = b""
    sizes = []
    while len(got) < len(data):
        piece = s.read(65536)
        sizes.append(len(piece) <= 16384)
        got += piece
    say("all bytes in order", got == data, "no read gives more than a record", all(sizes))

part("check_hostname is off")
client.check_hostname = False
c, s = bio_pair(client, server_context("wrong-name"), None)
say("handshake with another host's certificate", met(c, s), "server_hostname", c.server_hostname)
