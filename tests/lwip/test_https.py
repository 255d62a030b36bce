# A whole HTTPS GET over lwIP sockets is verified and complete with either version, and a server that is not trusted gets no request
# (RFC 9110 4.3.4). README.md ("Use it") and docs/boards.md ("Sockets") promise this.
import ssl
from net import *

BODY = bytes(range(256)) * 100


def web_server(listener, heard):
    context = server_context()
    tls = yield from accept_tls(listener, context)
    request = yield from receive(tls, b"\r\n\r\n")
    heard.append(request)
    yield from send(tls, b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % len(BODY))
    yield from send(tls, BODY)
    tls.close()


# The calls are those of the modules requests and urllib.
def get(context, address):
    sock = socket.socket()
    sock.connect(socket.getaddrinfo(address[0], address[1], 0, socket.SOCK_STREAM)[0][-1])
    tls = context.wrap_socket(sock, server_hostname="localhost")
    tls.write(b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")
    stream = tls.makefile("rb")
    assert stream.readline() == b"HTTP/1.0 200 OK\r\n"
    while stream.readline() != b"\r\n":
        pass
    body = stream.read()
    version = tls.version()
    tls.close()
    return body, version


def with_version(number, name):
    listener, address = listen()
    heard, context = [], client_context()
    context.maximum_version = number
    peer = Peer(web_server(listener, heard))
    assert get(context, address) == (BODY, name)
    peer.wait()
    listener.close()
    assert len(heard) == 1


def tls12_delivers_a_whole_page():
    with_version(*VERSIONS[0])


def tls13_delivers_a_whole_page():
    with_version(*VERSIONS[1])


def an_untrusted_server_gets_no_request():
    listener, address = listen()
    heard = []
    peer = Peer(web_server(listener, heard))
    raises(ssl.SSLCertVerificationError, get, client_context("rogue-ca.pem"), address)
    assert "UNKNOWN_CA" in str(raises(ssl.SSLError, peer.wait))
    listener.close()
    assert not heard


def get_server_certificate_returns_the_leaf():
    listener, address = listen()
    peer = Peer(accept_tls(listener, server_context()))
    with open(CERTS + "server.der", "rb") as f:
        assert ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(address)) == f.read()
    listener.close()


cases(tls12_delivers_a_whole_page, tls13_delivers_a_whole_page, an_untrusted_server_gets_no_request,
      get_server_certificate_returns_the_leaf)
