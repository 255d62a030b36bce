# https_server.py - a page over HTTPS: https_server.py PORT CERTIFICATE KEY
#
# With the memory of two connections set aside, a device that could serve once always can. A third
# client is refused at once and may try again.
import socket
import ssl
import sys

port, cert, key = int(sys.argv[1]), sys.argv[2], sys.argv[3]

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(cert, key)  # paths, or the bytes of both
context.reserve(2)

listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(socket.getaddrinfo("0.0.0.0", port)[0][-1])
listener.listen(5)
print("https://localhost:%d" % port)

while True:
    sock, address = listener.accept()
    sock.settimeout(10)  # for the handshake, and for each call after it
    try:
        with context.wrap_socket(sock, server_side=True) as tls:
            request = tls.readline()
            while tls.readline() not in (b"\r\n", b""):
                pass
            tls.write(b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nYou asked for: " + request)
    except OSError as e:
        print("a client has failed:", e)
        sock.close()
