# select.poll() of a connection over lwIP reports when the connection can go on. Its socket alone cannot: data may be decrypted
# already, or a record may be incomplete. docs/api.md promises this ("SSLSocket and SSLObject": the stream protocol).
from net import *

IN, OUT, ERR, HUP, NVAL = select.POLLIN, select.POLLOUT, select.POLLERR, select.POLLHUP, 0x20


def pair():
    """Returns a client that does not block, a server that does, and the server's socket."""
    a, b = connected()
    a.setblocking(False)
    client = client_context().wrap_socket(a, server_hostname="localhost", do_handshake_on_connect=False)
    peer = Peer(handshake(client))
    server = server_context().wrap_socket(b, server_side=True)
    peer.wait()
    return client, server, b


def handshake(tls):
    while True:
        try:
            return tls.do_handshake()
        except WANT:
            yield


def drained(client):
    """Reads the session tickets of TLS 1.3, which make the socket readable and the connection not."""
    pause()
    raises(ssl.SSLWantReadError, client.recv, 1)


def poll_follows_the_handshake():
    a, b = connected()
    for sock in (a, b):
        sock.setblocking(False)
    client = client_context().wrap_socket(a, server_hostname="localhost", do_handshake_on_connect=False)
    server = server_context().wrap_socket(b, server_side=True, do_handshake_on_connect=False)
    assert ready(client) == IN | OUT and ready(server) == 0
    raises(ssl.SSLWantReadError, client.do_handshake)
    assert ready(client) == 0
    pause()
    assert ready(server) == IN | OUT
    raises(ssl.SSLWantReadError, server.do_handshake)
    assert ready(server) == 0
    pause()
    assert ready(client) == IN | OUT
    client.close()
    server.close()


def decrypted_data_is_readable():
    client, server, _ = pair()
    drained(client)
    assert ready(client) == OUT and ready(client, IN) == 0 and ready(server) == OUT
    server.write(b"0123456789")
    pause()
    assert ready(client) == IN | OUT and ready(client, OUT) == OUT
    # Data that has been decrypted is readable although the socket has no more.
    assert client.recv(4) == b"0123" and ready(client) == IN | OUT
    assert client.recv(100) == b"456789" and ready(client) == OUT
    client.close()
    server.close()


def a_full_connection_is_not_writable():
    client, server, _ = pair()
    drained(client)
    sent = 0
    try:
        while True:
            sent += client.send(bytes(1000))
    except ssl.SSLWantWriteError:
        pass
    assert ready(client) == 0
    while sent > 0:
        sent -= len(server.recv(20000))
        pause(1)
        try:
            client.send(b"")
        except ssl.SSLWantWriteError:
            pass
    pause()
    assert ready(client) == OUT
    client.close()
    server.close()


def an_ended_connection_is_readable():
    client, server, _ = pair()
    server.write(b"last words")
    server.close()
    pause()
    assert ready(client) & ~HUP == IN | OUT
    assert client.recv(100) == b"last words" and client.recv(100) == b""
    assert ready(client, IN) & ~HUP == IN
    client.close()
    assert ready(client) == NVAL


def a_reset_connection_reports_an_error():
    client, server, sock = pair()
    drained(client)
    client.send(b"unread")
    pause()
    reset(sock)
    found = ready(client)
    assert found & (IN | OUT) == IN | OUT and found & (ERR | HUP), found
    assert raises(OSError, client.recv, 1).errno == errno.ECONNRESET
    found = ready(client)
    assert found & (IN | OUT) == IN | OUT, found
    client.close()
    assert ready(client) == NVAL


def an_unconnected_socket_reports_a_hangup():
    tls = client_context().wrap_socket(socket.socket(), server_hostname="localhost")
    assert ready(tls) & HUP
    tls.close()
    assert ready(tls) == NVAL


def poll_waits_until_data_arrives():
    """poll() returns when data arrives, not before and not much later."""
    client, server, _ = pair()
    drained(client)
    poller = select.poll()
    poller.register(client, IN)
    start = time.ticks_ms()
    assert poller.poll(100) == [] and 95 <= time.ticks_diff(time.ticks_ms(), start) < 3000
    Peer(later(50, server))
    assert poller.poll(5000) and 140 <= time.ticks_diff(time.ticks_ms(), start) < 3000
    assert client.recv(10) == b"late"
    client.close()
    server.close()


def later(ms, server):
    start = time.ticks_ms()
    while time.ticks_diff(time.ticks_ms(), start) < ms:
        yield
    server.write(b"late")


cases(poll_follows_the_handshake, decrypted_data_is_readable, a_full_connection_is_not_writable,
      an_ended_connection_is_readable, a_reset_connection_reports_an_error, an_unconnected_socket_reports_a_hangup,
      poll_waits_until_data_arrives)
