# sleeper.py - does what a device does before and after a deep sleep: it connects, saves its session in a file, and ends.
#
#   sleeper.py PORT CA FILE
import os
import socket
import ssl
import sys

port, ca, name = int(sys.argv[1]), sys.argv[2], sys.argv[3]
ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
ctx.load_verify_locations(ca)
session = None
try:
    with open(name, "rb") as f:
        session = ssl.SSLSession.deserialize(ctx, f.read(), b"a key of this device")
except OSError:
    pass
s = socket.socket()
s.connect(socket.getaddrinfo("127.0.0.1", port)[0][-1])
tls = ctx.wrap_socket(s, server_hostname="localhost", session=session)
tls.write(b"GET / HTTP/1.0\r\n\r\n")
while tls.recv(1000):
    pass
print("resumed" if tls.session_reused else "full")
assert tls.getpeercert()["subject"]
with open(name, "wb") as f:
    f.write(tls.session.serialize(b"a key of this device"))
tls.close()
