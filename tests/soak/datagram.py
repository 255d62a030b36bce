# datagram.py PORT CERTS - makes a DTLS handshake as a client, and prints whether it was established. soak.py runs it.
import socket
import sys
import tls

ctx = tls.SSLContext(tls.PROTOCOL_DTLS_CLIENT)
ctx.verify_mode = tls.CERT_REQUIRED
with open(sys.argv[2] + "/ca.pem", "rb") as f:
    ctx.load_verify_locations(f.read())
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.connect(socket.getaddrinfo("127.0.0.1", int(sys.argv[1]))[0][-1])
sock.settimeout(60)
s = ctx.wrap_socket(sock, server_hostname="localhost")
print("established" if s.cipher() else "not established")
