# demo.py - what `make run` shows: an HTTPS server and a verifying HTTPS client, both ours, over
# loopback; then certificates that must not pass, each with the reason it was refused.
#
# Exit status 1 if one of them is accepted.
import _thread
import os
import socket
import ssl
import sys

CERTS = os.getenv("USSL_CERTS") + "/"
PAGE = b"<h1>Hello from MicroPython over TLS</h1>\n"


def serve(listener, context, count):
    for _ in range(count):
        sock, _ = listener.accept()
        try:
            with context.wrap_socket(sock, server_side=True) as tls:
                while tls.readline() not in (b"\r\n", b""):
                    pass
                tls.write(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE)
        except OSError:
            sock.close()  # the client refused us, which is what most of this demo is about


def start_server(cert):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTS + cert + ".pem", CERTS + cert + ".key")
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    for port in range(44330, 44430):
        address = socket.getaddrinfo("127.0.0.1", port)[0][-1]
        try:
            listener.bind(address)
            break
        except OSError:
            pass
    listener.listen(1)
    _thread.start_new_thread(serve, (listener, context, 1))
    return address


def get(address, hostname):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(CERTS + "ca.pem")
    sock = socket.socket()
    sock.connect(address)
    with context.wrap_socket(sock, server_hostname=hostname) as tls:
        subject = ", ".join("%s=%s" % pair for rdn in tls.getpeercert()["subject"] for pair in rdn)
        print("  protocol: ", tls.version())
        print("  cipher:   ", tls.cipher()[0])
        print("  peer:     ", subject)
        tls.write(b"GET / HTTP/1.0\r\n\r\n")
        return tls.read(-1)


def refused(what, cert, hostname="localhost"):
    try:
        get(start_server(cert), hostname)
    except ssl.SSLCertVerificationError as e:
        print("  refused:  ", what, "-", e.verify_message)
        return True
    print("  ACCEPTED: ", what)
    return False


def key_mismatch():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(CERTS + "server.pem", CERTS + "client.key")
    except ssl.SSLError as e:
        print("  refused:  ", "a key of another certificate -", e.reason)
        return True
    print("  ACCEPTED:  a key of another certificate")
    return False


print("A verified HTTPS connection:")
page = get(start_server("server"), "localhost")
print("  page:     ", page.split(b"\r\n\r\n")[1].decode().strip())
print()
print("Seven bad ones, each of which must be refused:")
good = (
    page.endswith(PAGE),
    refused("another host's certificate", "wrong-name"),
    refused("an expired certificate", "expired"),
    refused("one that is not valid yet", "not-yet"),
    refused("a self-signed certificate", "self-signed"),
    refused("one of an unknown issuer", "unknown-issuer"),
    refused("a client's certificate", "wrong-purpose"),
    key_mismatch(),
)
print()
print("Next: `make board` for an emulated board, `make explain HOST=example.org` for a server, README.md for all else")
sys.exit(0 if all(good) else 1)
