# fetch.py - fetches a page over HTTPS with the system's trust store, or says why it cannot be:
# `make run URL=https://...`
import socket
import ssl
import sys

url = sys.argv[1]
if not url.startswith("https://"):
    print("fetch.py: the URL must begin with https://")
    sys.exit(2)
host, _, path = url[8:].partition("/")
host, _, port = host.partition(":")

port = int(port or 443)
context = ssl.create_default_context()
try:
    sock = socket.socket()
    sock.connect(socket.getaddrinfo(host, port, socket.AF_INET)[0][-1])
    tls = context.wrap_socket(sock, server_hostname=host)
except OSError:
    ssl.explain(host, port, context)
    sys.exit(1)
print("protocol: ", tls.version())
print("cipher:   ", tls.cipher()[0])
print("peer:     ", tls.getpeercert()["subject"])
print()
tls.write(b"GET /%s HTTP/1.0\r\nHost: %s\r\n\r\n" % (path.encode(), host.encode()))
while True:
    data = tls.recv(1024)
    if not data:
        break
    sys.stdout.buffer.write(data)
tls.close()
