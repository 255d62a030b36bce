# https_server.py - serves a page over HTTPS:
#
#   https_server.py PORT CERTIFICATE KEY
#
# The memory of one connection is reserved, so a device that has served a client once can always do so. The
# server serves one client after another; asyncio_server.py serves many at once.
import socket
import ssl
import sys

port, cert, key = int(sys.argv[1]), sys.argv[2], sys.argv[3]

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(cert, key)  # two paths, or the contents of both files as bytes
context.handshake_timeout = 10
context.reserve(1)

listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(socket.getaddrinfo("0.0.0.0", port)[0][-1])
listener.listen(5)
print("https://localhost:%d" % port)


def serve(tls):
    tls.settimeout(10)  # seconds, for each call
    request = tls.readline(1000)
    for _ in range(50):  # the headers, up to the empty line
        if tls.readline(1000) in (b"\r\n", b""):
            break
    tls.write(b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nYou asked for: " + request)


while True:
    sock, address = listener.accept()
    try:
        with context.wrap_socket(sock, server_side=True) as tls:
            serve(tls)
    except OSError as e:  # also lack of memory: the MemoryError that this module raises is an OSError
        print("a client has failed:", e)
        sock.close()
