# The end of a connection, as far as this side can see it (section 5.5).
import ssl
from helper import Server, bio_pair, client_context, server_context, shake, show

# The wire ends during the handshake.
a = ssl.MemoryBIO()
c = client_context().wrap_bio(a, ssl.MemoryBIO(), server_hostname="localhost")
show("hello", c.do_handshake)
a.write_eof()
show("eof", c.do_handshake)

# Alerts during the handshake. Nothing is answered, also not to close_notify.
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
        print(alert, type(e).__name__, e.reason, b.read())

# The wire ends without close_notify: data first, then the truncation.
a, b = ssl.MemoryBIO(), ssl.MemoryBIO()
c = client_context().wrap_bio(a, b, server_hostname="localhost")
s = server_context().wrap_bio(b, a, server_side=True)
print(shake(c, s))
s.write(b"last words")
a.write_eof()
print(c.read(4), c.read(100))
show("truncated", c.read)
try:
    c.read()
except ssl.SSLEOFError as e:
    print("still truncated", e.errno)

# Garbage instead of TLS.
a, b = ssl.MemoryBIO(), ssl.MemoryBIO()
c = client_context().wrap_bio(a, b, server_hostname="localhost")
a.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
show("garbage", c.do_handshake)

# Nothing in common.
client, server = client_context(), server_context()
client.maximum_version = ssl.TLSVersion.TLSv1_2
server.minimum_version = ssl.TLSVersion.TLSv1_3
for r in shake(*bio_pair(client, server)):
    print(type(r).__name__, r.reason)

# A socket truncated without close_notify: b"" unless asked otherwise.


def truncate(s):
    s.recv(10000)


plain = Server(truncate, plain=True)
show("plain server", client_context().wrap_socket, plain.connect(), server_hostname="localhost")
print(plain.wait())
