# A handshake waits for a connection that lwIP is still making, and raises the error of one that was refused or given up, with the
# numbers of docs/boards.md ("Sockets"). Between begin() and board.cable(True) nothing arrives, so a connection stays in progress.
import errno
from net import *


def wrap(sock, **kw):
    return client_context().wrap_socket(sock, server_hostname="localhost", do_handshake_on_connect=False, **kw)


def fails(sock, number):
    tls = wrap(sock)
    assert raises(OSError, tls.do_handshake).errno == number
    tls.close()


def a_handshake_waits_for_the_connection():
    listener, address = listen()
    tls = wrap(begin(address))
    assert ready(tls) == 0
    raises(ssl.SSLWantWriteError, tls.do_handshake)
    assert ready(tls) == 0
    board.cable(True)
    peer = Peer(echo(listener))
    poller = select.poll()
    poller.register(tls, select.POLLOUT)
    for _ in range(100):
        try:
            tls.do_handshake()
            break
        except WANT as e:
            poller.modify(tls, select.POLLOUT if isinstance(e, ssl.SSLWantWriteError) else select.POLLIN)
            assert poller.poll(5000)
    assert tls.version() == "TLSv1.3"
    tls.setblocking(True)
    tls.write(b"hello\n")
    assert tls.readline() == b"hello\n"
    peer.wait()
    tls.close()
    listener.close()


def the_timeout_includes_the_connection():
    listener, address = listen()
    for before in (True, False):
        sock = begin(address)
        if before:
            sock.settimeout(0.2)
        tls = wrap(sock)
        if not before:
            tls.settimeout(0.2)
        e, ms = elapsed(tls.do_handshake)
        assert isinstance(e, TimeoutError) and 180 <= ms < 2500, (repr(e), ms)
        tls.close()
        board.cable(True)
        pause()
    listener.close()


# MicroPython's ssl.wrap_socket() takes a socket that is still connecting, and each call goes on with the handshake.
def the_old_function_takes_a_connecting_socket():
    listener, address = listen()
    sock = begin(address)
    with open(CERTS + "ca.der", "rb") as f:
        e, ms = elapsed(lambda: old.append(ssl.wrap_socket(sock, server_hostname="localhost", cadata=f.read())))
    assert e is None and ms < 2000, (repr(e), ms)
    tls = old.pop()
    assert tls.write(b"hello\n") is None and tls.read(1) is None
    board.cable(True)
    peer = Peer(echo(listener))
    line, left = b"", b"hello\n"
    while not line.endswith(b"\n"):
        left = left[(left and tls.write(left)) or 0:]
        line += tls.readline() or b""
        pause(1)
    assert line == b"hello\n"
    peer.wait()
    tls.close()
    listener.close()


old = []


def a_refused_connection_raises_econnreset():
    nobody = (HOST, 3999)
    sock, tls = begin(nobody), wrap(begin(nobody))
    board.cable(True)
    pause()
    # lwIP has one error for every reset, also for one that answers the first packet.
    assert raises(OSError, tls.do_handshake).errno == errno.ECONNRESET
    fails(sock, errno.ECONNRESET)
    sock = socket.socket()
    assert raises(OSError, sock.connect, nobody).errno == errno.ECONNRESET


def an_abandoned_connection_raises_econnaborted():
    listener, address = listen()
    sock, tls = begin(address), wrap(begin(address))
    start = time.ticks_ms()
    while ready(sock) == 0:
        pause(10)
        assert time.ticks_diff(time.ticks_ms(), start) < 9000
    assert ready(sock) & select.POLLERR
    pause(500)
    board.cable(True)
    fails(sock, errno.ECONNABORTED)
    assert ready(tls) & select.POLLOUT
    assert raises(OSError, tls.do_handshake).errno == errno.ECONNABORTED
    listener.close()


def a_timeout_limits_connect():
    listener, address = listen()
    tls = client_context().wrap_socket(socket.socket(), server_hostname="localhost")
    tls.settimeout(0.2)
    board.cable(False)
    e, ms = elapsed(tls.connect, address)
    board.cable(True)
    assert e.errno == errno.ETIMEDOUT and 180 <= ms < 2500, (repr(e), ms)
    listener.close()


def a_wrapped_socket_can_connect():
    for name in ("connect", "connect_ex"):
        listener, address = listen()
        peer = Peer(echo(listener))
        tls = client_context().wrap_socket(socket.socket(), server_hostname="localhost")
        assert tls.version() is None
        assert not getattr(tls, name)(address)
        assert tls.version() == "TLSv1.3"
        raises(ValueError, tls.connect, address)
        tls.write(b"hello\n")
        assert tls.readline() == b"hello\n"
        peer.wait()
        listener.close()
    tls = client_context().wrap_socket(socket.socket(), server_hostname="localhost")
    assert tls.connect_ex((HOST, 3999)) == errno.ECONNRESET


cases(a_handshake_waits_for_the_connection, the_timeout_includes_the_connection, the_old_function_takes_a_connecting_socket,
      a_refused_connection_raises_econnreset, an_abandoned_connection_raises_econnaborted, a_timeout_limits_connect,
      a_wrapped_socket_can_connect)
