# resume_after_sleep.py - a device that sleeps between its messages and resumes its TLS session after each sleep:
#
#   resume_after_sleep.py HOST PORT CA FILE
#
# A resumed handshake exchanges no certificates and takes a fraction of the work. The saved session contains secrets, so
# it is encrypted with DEVICE_KEY. Each device should have its own key and keep it apart from the file: in secure storage,
# or made of random bytes at the first start.
import socket
import ssl
import sys

host, port, ca, name = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
DEVICE_KEY = b"at least 16 bytes that are secret"

context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.load_verify_locations(ca)

session = None
try:
    with open(name, "rb") as file:
        session = ssl.SSLSession.deserialize(context, file.read(), DEVICE_KEY)
except (OSError, ValueError):
    pass  # there is no saved session yet, or it does not fit this context

sock = socket.socket()
sock.connect(socket.getaddrinfo(host, port, socket.AF_INET)[0][-1])
tls = context.wrap_socket(sock, server_hostname=host, session=session)
tls.write(b"GET / HTTP/1.0\r\n\r\n")
while tls.recv(1024):
    pass  # with TLS 1.3 the session ticket arrives after the handshake, so read first
print("resumed" if tls.session_reused else "a full handshake")
try:
    saved = tls.session.serialize(DEVICE_KEY)
    with open(name, "wb") as file:
        file.write(saved)
except ValueError:
    pass  # this server does not allow resumption
tls.close()
# Here a device calls machine.deepsleep().
