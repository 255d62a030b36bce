# A listener of lwIP can be wrapped, as in CPython: its accept() returns connections with TLS. docs/boards.md ("Sockets") promises
# this. visit() is a client that sends a line, and serve() returns a line to each of `clients` clients.
import errno
from net import *


def visit(address, context=None):
    """Sends one line as a client, and expects it back."""
    sock = socket.socket()
    sock.setblocking(False)
    try:
        sock.connect(address)
    except OSError as e:
        assert e.errno == errno.EINPROGRESS
    tls = (context or client_context()).wrap_socket(sock, server_hostname="localhost", do_handshake_on_connect=False)
    while True:
        try:
            tls.do_handshake()
            break
        except WANT:
            yield
    yield from send(tls, b"hello\n")
    assert (yield from receive(tls, b"\n")) == b"hello\n"
    tls.close()


def serve(listener, server, clients):
    for _ in range(clients):
        tls, address = server.accept()
        assert address[0] == HOST and tls.server_side
        tls.write(tls.readline())
        assert tls.recv(1) == b""
        tls.close()


def accept_gives_tls_connections():
    for waiting in (False, True):
        listener, address = listen(3)
        if waiting:
            peers = [Peer(visit(address)), Peer(visit(address))]
            pause()
            server = server_context().wrap_socket(listener, server_side=True)
        else:
            server = server_context().wrap_socket(listener, server_side=True)
            peers = [Peer(visit(address)), Peer(visit(address))]
        serve(listener, server, 2)
        for peer in peers:
            peer.wait()
        server.close()


def a_backlog_of_one_is_enough():
    listener, address = listen(1)
    server = server_context().wrap_socket(listener, server_side=True)
    peer = Peer(visit(address))
    serve(listener, server, 1)
    peer.wait()
    server.close()


def a_socket_may_be_wrapped_before_it_listens():
    sock = socket.socket()
    server = server_context().wrap_socket(sock, server_side=True)
    server.bind((HOST, 3998))
    server.listen(1)
    peer = Peer(visit((HOST, 3998)))
    serve(sock, server, 1)
    peer.wait()
    server.close()


def a_listener_is_no_connection():
    listener, address = listen()
    server = server_context().wrap_socket(listener, server_side=True)
    assert server.version() is None
    assert raises(OSError, server.do_handshake).errno == errno.ENOTCONN
    assert ready(server) & ~select.POLLOUT == 0
    client = connect(address)
    assert ready(server, select.POLLIN) == select.POLLIN
    server.setblocking(False)
    raises(ValueError, server.accept)  # lwIP gives a new socket the timeout of its listener, which is 0
    assert raises(OSError, server.accept).errno == errno.EAGAIN
    client.close()
    server.close()


def a_failed_handshake_does_not_end_the_listener():
    listener, address = listen()
    server = server_context().wrap_socket(listener, server_side=True)
    stranger = Peer(visit(address, client_context("rogue-ca.pem")))
    assert "UNKNOWN_CA" in str(raises(ssl.SSLError, server.accept))
    raises(ssl.SSLCertVerificationError, stranger.wait)
    peer = Peer(visit(address))
    serve(listener, server, 1)
    peer.wait()
    server.close()


cases(accept_gives_tls_connections, a_backlog_of_one_is_enough, a_socket_may_be_wrapped_before_it_listens,
      a_listener_is_no_connection, a_failed_handshake_does_not_end_the_listener)
