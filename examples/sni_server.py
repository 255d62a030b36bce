# sni_server.py - one server with two names, each with its own certificate:
#
#   sni_server.py PORT NAME1 CERTIFICATE1 KEY1 NAME2 CERTIFICATE2 KEY2
#
# A client that requests another name, or none, gets the first certificate.
import socket
import ssl
import sys

port = int(sys.argv[1])
contexts = {}
for i in (2, 5):
    name, cert, key = sys.argv[i : i + 3]
    contexts[name] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    contexts[name].load_cert_chain(cert, key)


def choose(tls, name, context):
    tls.context = contexts.get(name, context)


first = contexts[sys.argv[2]]
first.sni_callback = choose
first.handshake_timeout = 10

listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(socket.getaddrinfo("0.0.0.0", port)[0][-1])
listener.listen(5)
print("listening on", port)

while True:
    sock, address = listener.accept()
    try:
        with first.wrap_socket(sock, server_side=True) as tls:
            tls.write(b"hello\n")
    except OSError as e:
        print("a client has failed:", e)
        sock.close()
