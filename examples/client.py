import socket
import ssl
import sys

host, port, ca = sys.argv[1], int(sys.argv[2]), sys.argv[3]

context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # verifies, and checks the name
context.load_verify_locations(ca)                  # a file, or cadata=... with the bytes

sock = socket.socket()
sock.connect(socket.getaddrinfo(host, port, socket.AF_INET)[0][-1])
try:
    tls = context.wrap_socket(sock, server_hostname=host)
except ssl.SSLCertVerificationError as e:
    print("not connected:", e.verify_message)
    sys.exit(1)

print(tls.version(), tls.cipher()[0])
tls.write(b"GET / HTTP/1.0\r\nHost: %s\r\n\r\n" % host.encode())
print(tls.recv(1024))
tls.close()                                        # sends close_notify: a clean end, no truncation
