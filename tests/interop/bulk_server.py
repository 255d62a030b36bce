# bulk_server.py PORT CERT KEY VERSION - a server on CPython. The first line of a connection is a number, and the answer has that
# many bytes, in records of the largest size.
import socket
import ssl
import sys
import threading


def serve(context, sock):
    try:
        with context.wrap_socket(sock, server_side=True) as tls:
            count = int(tls.makefile("rb").readline())
            tls.sendall(bytes(i % 251 for i in range(count)))
            tls.unwrap()
    except OSError as e:
        print("server:", e, flush=True)


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[2], sys.argv[3])
context.maximum_version = ssl.TLSVersion[sys.argv[4]]
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=32)
while True:
    threading.Thread(target=serve, args=(context, listener.accept()[0]), daemon=True).start()
