# The end of a connection, as far as this side can see it (section 5.5).
import ssl
from helper import Server, bio_pair, client_context, server_context, shake, show

# The wire ends during the handshake.
a = ssl.MemoryBIO()
c = client_context().wrap_bio(a, ssl.MemoryBIO(), server_hostname="localhost")
show("hello", c.do_handshake)
a.write_eof()
show("eof", c.do_handshake)

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
