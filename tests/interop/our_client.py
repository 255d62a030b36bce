# our_client.py PORT HOST CAFILE [CERT KEY … | sum:PATH] - connects to a server, and prints version, suite and page. The exit
# status is 0 if it has received a page, 1 if it has refused the certificate, else 2.
import socket
import ssl
import sys

port, host, ca = int(sys.argv[1]), sys.argv[2], sys.argv[3]
more = sys.argv[4:]
ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
ctx.load_verify_locations(ca)
path = "/"
if more and more[0].startswith("sum:"):
    path = more[0][4:]
for i in range(0, len(more) - 1, 2):
    ctx.load_cert_chain(more[i], more[i + 1])
s = socket.socket()
s.connect(socket.getaddrinfo("127.0.0.1", port)[0][-1])
try:
    tls = ctx.wrap_socket(s, server_hostname=host)
except ssl.SSLCertVerificationError as e:
    print("refused", e.verify_code, e.verify_message)
    sys.exit(1)
except OSError as e:
    print("failed", repr(e))
    sys.exit(2)
print(tls.version(), tls.cipher())
tls.write(b"GET %s HTTP/1.0\r\n\r\n" % path.encode())
if path != "/":
    while tls.readline() not in (b"\r\n", b""):
        pass
    size = total = 0
    while True:
        data = tls.read(5000)
        if not data:
            break
        size += len(data)
        total += sum(data)
    print("sum", size, total)
else:
    data = b""
    while True:
        part = tls.recv(4096)
        if not part:
            break
        data += part
    print(str(data, "utf-8"))
tls.close()
