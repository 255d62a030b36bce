# However a connection over lwIP ends, what was sent before arrives, close_notify, truncation and reset are told apart (RFC 8446
# 6.1), and no byte that came in clear is read. docs/boards.md ("Sockets") and docs/differences.md promise this, and
# docs/known-faults.md names the faults of lwIP's sockets.
from net import *


def pair(server=None, **kw):
    """Returns a client, the server's end, and the plain socket below that, after the handshake."""
    listener, address = listen()
    ends = {}

    def serve():
        sock = yield from accept(listener)
        sock.setblocking(False)
        ends["sock"] = sock
        ends["tls"] = tls = server_context().wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        while True:
            try:
                return tls.do_handshake()
            except WANT:
                yield

    peer = Peer(serve())
    tls = client_context().wrap_socket(connect(address), server_hostname="localhost", **kw)
    peer.wait()
    listener.close()
    tls.settimeout(20)
    return tls, ends["tls"], ends["sock"]


def close_notify_ends_reading():
    client, server, _ = pair()
    server.write(b"bye")
    server.close()
    assert client.recv(10) == b"bye" and client.recv(10) == b"" and client.recv(10) == b""
    client.close()


def a_truncation_raises_ssleoferror():
    client, server, sock = pair(suppress_ragged_eofs=False)
    server.write(b"cut")
    sock.close()
    assert client.recv(10) == b"cut"
    raises(ssl.SSLEOFError, client.recv, 10)
    client.close()


def tls_in_tls_after_a_reset_raises():
    # setsockopt() of an SSLSocket calls that of the socket below it, which has lost its connection.
    client, server = connected()
    inner = client_context().wrap_socket(client, server_hostname="localhost", do_handshake_on_connect=False)
    client.write(b"unread")
    pause()
    reset(server)
    pause()
    outer = client_context().wrap_socket(inner, server_hostname="localhost", do_handshake_on_connect=False)
    raises(OSError, outer.do_handshake)
    outer.close()


def a_reset_raises_econnreset():
    client, server, sock = pair()
    client.write(b"unread")
    pause()
    reset(sock)
    assert ready(client) & (select.POLLERR | select.POLLHUP)
    assert raises(OSError, client.recv, 10).errno == errno.ECONNRESET
    # Since MicroPython 1.28 the socket reports its error once.
    raises(OSError, client.write, b"more")
    try:
        assert client.recv(10) == b""
    except OSError as e:
        assert e.errno == errno.ECONNRESET
    client.close()
    client, server, sock = pair()
    client.write(b"unread")
    pause()
    reset(sock)
    assert raises(OSError, client.write, b"more").errno == errno.ECONNRESET
    client.close()


def closing_with_unread_input_loses_no_data():
    client, server, sock = pair()
    server.write(bytes(3000))
    pause()
    client.write(b"last words")
    client.close()  # the 3000 bytes are unread, and a reset would discard the last words
    pause(400)
    assert server.recv(100) == b"last words" and server.recv(100) == b""
    server.close()


def a_closed_socket_is_refused():
    for wrap in (True, False):
        a, b = connected()
        a.close()
        kw = dict(server_hostname="localhost", do_handshake_on_connect=wrap)
        error = raises(OSError, lambda: client_context().wrap_socket(a, **kw).do_handshake())
        assert error.errno == errno.EBADF
        b.close()


def clear_bytes_before_a_reset_are_not_read():
    for handshake in (True, False):
        client, server = connected()
        server.write(b"unread")
        client.write(b"not encrypted")
        pause()
        reset(client)
        tls = None
        try:
            tls = server_context().wrap_socket(server, server_side=True, do_handshake_on_connect=handshake)
            assert not handshake
        except OSError:
            assert handshake
        if tls:
            e = raises(OSError, tls.recv, 100)
            raises(OSError, tls.do_handshake)
            raises(OSError, tls.send, b"secret")
            tls.close()


def a_socket_that_was_reset_makes_no_handshake():
    client, server = connected()
    server.write(b"unread")
    pause()
    reset(client)
    assert raises(OSError, server.read, 1).errno == errno.ECONNRESET
    tls = client_context().wrap_socket(server, server_hostname="localhost", do_handshake_on_connect=False)
    raises(OSError, tls.do_handshake)
    tls.close()


def clear_bytes_before_the_end_are_not_read():
    client, server = connected()
    client.write(b"not encrypted")
    pause()
    client.close()
    pause()
    tls = server_context().wrap_socket(server, server_side=True, do_handshake_on_connect=False)
    raises(ssl.SSLError, tls.recv, 100)
    tls.close()


cases(close_notify_ends_reading, a_truncation_raises_ssleoferror, tls_in_tls_after_a_reset_raises, a_reset_raises_econnreset,
      closing_with_unread_input_loses_no_data, a_closed_socket_is_refused, clear_bytes_before_a_reset_are_not_read,
      a_socket_that_was_reset_makes_no_handshake, clear_bytes_before_the_end_are_not_read)
