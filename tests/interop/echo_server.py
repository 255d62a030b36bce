# echo_server.py PORT CERT KEY COUNT - accepts COUNT connections, and answers each line with the line in angle brackets.
import socket
import ssl
import sys

ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
ctx.load_cert_chain(sys.argv[2], sys.argv[3])
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(socket.getaddrinfo("127.0.0.1", int(sys.argv[1]))[0][-1])
listener.listen(2)
for _ in range(int(sys.argv[4])):
    try:
        with ctx.wrap_socket(listener.accept()[0], server_side=True) as tls:
            while True:
                line = tls.readline()
                if not line:
                    break
                tls.write(b"<" + line[:-1] + b">\n")
    except OSError as e:
        print(repr(e))
