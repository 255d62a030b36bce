# Each way in which a connection ends has CPython's exception, with and without close_notify.
import ssl
from helper import Server, bio_pair, client_context, met, part, say, server_context, shake, show

part("the wire ends during the handshake")
a = ssl.MemoryBIO()
c = client_context().wrap_bio(a, ssl.MemoryBIO(), server_hostname="localhost")
show("do_handshake", c.do_handshake)
a.write_eof()
show("do_handshake after the end of the wire", c.do_handshake)

part("alerts during the handshake, and what is sent in answer")
for alert in (0, 10, 20, 21, 22, 30, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 60, 70, 71, 80, 86, 90, 109, 110, 112, 113, 116):
    a, b = ssl.MemoryBIO(), ssl.MemoryBIO()
    c = client_context().wrap_bio(a, b, server_hostname="localhost")
    try:
        c.do_handshake()
    except ssl.SSLWantReadError:
        b.read()
    a.write(b"\x15\x03\x03\x00\x02" + bytes([1 if alert in (0, 90) else 2, alert]))
    try:
        c.do_handshake()
    except ssl.SSLError as e:
        say("alert %d" % alert, type(e).__name__, "reason", e.reason, "answer", b.read())

part("the wire ends without close_notify")
a, b = ssl.MemoryBIO(), ssl.MemoryBIO()
c = client_context().wrap_bio(a, b, server_hostname="localhost")
s = server_context().wrap_bio(b, a, server_side=True)
say("handshake", met(c, s))
s.write(b"last words")
a.write_eof()
say("read(4)", c.read(4), "read(100)", c.read(100))
show("read", c.read)
try:
    c.read()
except ssl.SSLEOFError as e:
    say("another read, SSLEOFError: errno", e.errno)

part("the peer sends no TLS")
a, b = ssl.MemoryBIO(), ssl.MemoryBIO()
c = client_context().wrap_bio(a, b, server_hostname="localhost")
a.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
show("do_handshake", c.do_handshake)

part("no common version")
client, server = client_context(), server_context()
client.maximum_version = ssl.TLSVersion.TLSv1_2
server.minimum_version = ssl.TLSVersion.TLSv1_3
for who, e in zip(("client", "server"), shake(*bio_pair(client, server))):
    say(who, type(e).__name__, "reason", e.reason)

part("a server that closes the socket instead of a handshake")


def truncate(s):
    s.recv(10000)


plain = Server(truncate, plain=True)
show("wrap_socket", client_context().wrap_socket, plain.connect(), server_hostname="localhost")
say("the server's error", plain.wait())
