# full_wire.py PORT CAFILE - the server's tickets arrive while a record of ours cannot be sent. This is neither the end of the
# connection nor an error, and the connection goes on when the wire takes bytes again.
import io
import socket
import ssl
import sys
import time


class Wire(io.IOBase):
    def __init__(self, sock):
        self.sock, self.full = sock, False

    def readinto(self, buf):
        return self.sock.readinto(buf)

    def write(self, buf):
        return None if self.full else self.sock.write(buf)

    def ioctl(self, request, arg):
        return 0


ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
ctx.load_verify_locations(sys.argv[2])
s = socket.socket()
s.connect(socket.getaddrinfo("127.0.0.1", int(sys.argv[1]))[0][-1])
wire = Wire(s)
tls = ctx.wrap_socket(wire, server_hostname="localhost")
request = b"GET / HTTP/1.0\r\nX-Long: " + b"x" * 100 + b"\r\n\r\n"
time.sleep(0.3)  # the tickets have arrived
s.setblocking(False)
wire.full = True
assert tls.write(request) is None
for _ in range(5):
    assert tls.read(100) is None, "taken for the end"
wire.full = False
assert tls.write(request) == len(request)
s.setblocking(True)
data = b""
while True:
    part = tls.read(4096)
    if not part:
        break
    data += part
assert b"Ciphers supported" in data
print("ok")
