# our_server.py PORT CERT KEY VERSION [COUNT] - serves one page to COUNT clients, and prints the error of each that has failed.
import socket
import ssl
import sys

port, cert, key, version = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
count = int(sys.argv[5]) if len(sys.argv) > 5 else 1
ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
ctx.load_cert_chain(cert, key)
if version != "any":
    ctx.minimum_version = ctx.maximum_version = {"TLSv1.2": 771, "TLSv1.3": 772}[version]
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(socket.getaddrinfo("127.0.0.1", port)[0][-1])
listener.listen(2)
for _ in range(count):
    s, _ = listener.accept()
    try:
        with ctx.wrap_socket(s, server_side=True) as tls:
            while tls.readline() not in (b"\r\n", b""):
                pass
            tls.write(b"HTTP/1.0 200 OK\r\n\r\nhello from the other side\n")
    except OSError as e:
        print(repr(e))
