# peer.py - one end of six connections. interop.py runs it on CPython and on MicroPython, in each role.
#
#   peer.py server|client PORT TLSv1.2|TLSv1.3
#
# Its output must not depend on the interpreter at the other end.
import os
import socket
import ssl
import sys

CERTS = os.getenv("USSL_CERTS") + "/"
ROLE, PORT, VERSION = sys.argv[1], int(sys.argv[2]), sys.argv[3]
ADDRESS = socket.getaddrinfo("127.0.0.1", PORT)[0][-1]
BIG = bytes(range(256)) * 400


def limit(ctx):
    version = ssl.TLSVersion.TLSv1_2 if VERSION == "TLSv1.2" else ssl.TLSVersion.TLSv1_3
    ctx.minimum_version = ctx.maximum_version = version
    return ctx


def der(name):
    with open(CERTS + name + ".pem") as f:
        return ssl.PEM_cert_to_DER_cert(f.read().split("-----END CERTIFICATE-----")[0] + ssl.PEM_FOOTER)


def failure(e):
    # The end that fails first has a reason, and the other one an alert or a truncation, so only the class is printed.
    print("failed", isinstance(e, (ssl.SSLError, OSError)))


def facts(tls):
    suite = tls.cipher()
    return tls.version(), tls.selected_alpn_protocol(), tls.session_reused, suite[1], suite[2]


def read_exactly(tls, n):
    data = b""
    while len(data) < n:
        part = tls.recv(n - len(data))
        if not part:
            break
        data += part
    return data


# ---- server ----
def serve():
    asked = []
    rsa = limit(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
    rsa.load_cert_chain(CERTS + "server-rsa.pem", CERTS + "server-rsa.key")
    rsa.load_verify_locations(CERTS + "ca.pem")
    ctx = limit(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
    ctx.load_cert_chain(CERTS + "server.pem", CERTS + "server.key")
    ctx.load_verify_locations(CERTS + "ca.pem")
    ctx.verify_mode = ssl.CERT_REQUIRED
    ctx.set_alpn_protocols(["http/1.1", "h2"])

    def by_name(tls, name, _):
        asked.append(name)
        if name == "example.test":
            tls.context = rsa

    ctx.sni_callback = by_name
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(ADDRESS)
    listener.listen(1)
    for step in range(6):
        plain, _ = listener.accept()
        try:
            tls = ctx.wrap_socket(plain, server_side=True)
        except (ssl.SSLError, OSError) as e:
            plain.close()
            failure(e)
            continue
        print(facts(tls), asked[-1], tls.getpeercert(True) == der("client"))
        try:
            n = int(read_exactly(tls, 8))
            tls.sendall(read_exactly(tls, n))
            if step == 0:
                plain = tls.unwrap()
                plain.send(plain.recv(100))
            else:
                print(tls.recv(1))
        except (ssl.SSLError, OSError) as e:
            failure(e)
        tls.close()


# ---- client ----
def client_context(cert=True):
    ctx = limit(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    ctx.load_verify_locations(CERTS + "ca.pem")
    if cert:
        ctx.load_cert_chain(CERTS + "client.pem", CERTS + "client.key")
    return ctx


def talk(ctx, host, data, session=None):
    tls = ctx.wrap_socket(socket.socket(), server_hostname=host, session=session)
    tls.connect(ADDRESS)
    tls.sendall(b"%8d" % len(data) + data)
    same = read_exactly(tls, len(data)) == data
    print(facts(tls), same, tls.getpeercert(True) == der("server-rsa" if host == "example.test" else "server"),
          sorted(tls.getpeercert()) if host == "localhost" else "")
    return tls


def converse():
    ctx = client_context()
    ctx.set_alpn_protocols(["h2", "http/1.1"])
    # A connection that is ended by unwrap(), and clear text behind it.
    tls = talk(ctx, "localhost", b"hello")
    session = tls.session
    plain = tls.unwrap()
    plain.send(b"in the clear")
    print(plain.recv(100))
    plain.close()
    # A resumed session with much data. Both ends still have the other's certificate.
    print(session.has_ticket)
    tls = talk(ctx, "localhost", BIG, session)
    tls.close()
    # No common application protocol.
    ctx.set_alpn_protocols(["mqtt"])
    talk(ctx, "localhost", b"no protocol").close()
    # Another name, for which the server has another certificate.
    talk(ctx, "example.test", b"another certificate").close()
    # A client that does not trust the server, and a client without a certificate.
    for bad in (limit(ssl.create_default_context(cafile=CERTS + "rogue-ca.pem")), client_context(False)):
        try:
            talk(bad, "localhost", b"never").close()
        except (ssl.SSLError, OSError) as e:
            failure(e)


serve() if ROLE == "server" else converse()
