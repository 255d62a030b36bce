# pinned_client.py - trusts one server by its public key, without any CA:
#
#   pinned_client.py HOST PORT PIN
#
# PIN is the SHA-256 of the server's public key in hexadecimal. It is computed from the certificate:
#
#   ssl.spki_sha256(open("server.pem").read()).hex()
#
# PIN stays the same when the certificate is renewed with the same key.
import socket
import ssl
import sys

host, port, pin = sys.argv[1], int(sys.argv[2]), bytes.fromhex(sys.argv[3])

context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.trust_key(host, pin)

sock = socket.socket()
sock.connect(socket.getaddrinfo(host, port, socket.AF_INET)[0][-1])
try:
    tls = context.wrap_socket(sock, server_hostname=host)
except ssl.SSLCertVerificationError as e:
    print("not connected:", e.verify_message)
    sys.exit(1)
print("connected:", tls.version())
tls.close()
