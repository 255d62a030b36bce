# A timeout that was set on an lwIP socket, before or after it was wrapped, limits the whole handshake, recv() and send().
# docs/boards.md ("Sockets") and docs/api.md (`handshake_timeout`) promise this. times_out() has the operation that the exception
# names, the limit in seconds, and the call.
import errno
import tls
from net import *


def client(address, before=None, context=None, **kw):
    sock = connect(address)
    if before is not None:
        sock.settimeout(before)
    return (context or client_context()).wrap_socket(sock, server_hostname="localhost", **kw)


def times_out(what, limit, fun, *args):
    e, ms = elapsed(fun, *args)
    assert isinstance(e, TimeoutError) and e.errno == errno.ETIMEDOUT, repr(e)
    assert e.args == ("The %s operation timed out" % what,), e.args
    assert limit * 1000 - 20 <= ms < limit * 1000 + 8000, ms


def patient():
    context = client_context()
    context.handshake_timeout = 30
    return context


def a_timeout_set_before_limits_the_handshake():
    listener, address = listen()
    times_out("handshake", 0.3, client, address, 0.3, patient())
    listener.close()


def a_timeout_set_after_limits_the_handshake():
    listener, address = listen()
    tls = client(address, context=patient(), do_handshake_on_connect=False)
    assert tls.gettimeout() is None
    tls.settimeout(0.2)
    times_out("handshake", 0.2, tls.do_handshake)
    times_out("handshake", 0.2, tls.do_handshake)
    listener.close()


def the_shorter_timeout_limits_the_handshake():
    listener, address = listen()
    context = client_context()
    context.handshake_timeout = 0.3
    times_out("handshake", 0.3, client, address, None, context)
    times_out("handshake", 0.2, client, address, 0.2, context)  # the shorter timeout counts
    listener.close()


def drip(listener):
    """Sends a record that never ends, one byte at a time."""
    sock = yield from accept(listener)
    sock.write(b"\x16\x03\x03\x40\x00\x02\x00\x10\x00")
    last = time.ticks_ms()
    while True:
        if time.ticks_diff(time.ticks_ms(), last) > 50:
            sock.write(b"\0")
            last = time.ticks_ms()
        yield


def a_slow_peer_does_not_extend_the_handshake():
    listener, address = listen()
    peer = Peer(drip(listener))
    times_out("handshake", 0.4, client, address, 0.4, patient())
    peer.steps = iter(())
    peer.wait()
    listener.close()


def a_timeout_limits_recv_and_send():
    for before, after in ((0.3, None), (None, 0.3)):
        listener, address = listen()
        peer = Peer(accept_tls(listener, server_context()))
        tls = client(address, before)
        peer.wait()
        if after:
            tls.settimeout(after)
        assert tls.gettimeout() == 0.3
        times_out("read", 0.3, tls.recv, 1)
        times_out("read", 0.3, tls.read, 1)
        times_out("write", 0.3, tls.sendall, bytes(50000))
        tls.close()
        listener.close()


def a_connection_goes_on_after_a_timeout():
    listener, address = listen()
    peer = Peer(echo(listener))
    tls = client(address, 0.2)
    times_out("read", 0.2, tls.recv, 1)
    tls.settimeout(20)
    tls.write(b"still there\n")
    assert tls.readline() == b"still there\n"
    peer.wait()
    tls.settimeout(None)
    assert tls.gettimeout() is None and tls.recv(1) == b""
    listener.close()


def a_socket_that_does_not_block_never_waits():
    listener, address = listen()
    sock = connect(address)
    sock.setblocking(False)
    e = raises(ValueError, lambda: client_context().wrap_socket(sock, server_hostname="localhost"))
    assert "do_handshake_on_connect" in str(e)
    sock = connect(address)
    sock.settimeout(0)
    tls = client_context().wrap_socket(sock, server_hostname="localhost", do_handshake_on_connect=False)
    assert tls.gettimeout() == 0
    raises(ssl.SSLWantReadError, tls.do_handshake)
    listener.close()


def a_plain_socket_keeps_its_timeout():
    """unwrap(), and a failure of a context of `tls`, leave a plain socket with the timeout that it had."""
    listener, address = listen()

    def serve():
        server = yield from accept_tls(listener, server_context())
        while True:
            try:
                return server.unwrap().send(b"plain")
            except WANT:
                yield

    peer = Peer(serve())
    client_end = client(address, 0.3)
    plain = client_end.unwrap()
    assert plain.recv(10) == b"plain"
    peer.wait()
    assert elapsed(plain.recv, 1)[1] in range(280, 8000) or plain.recv(1) == b""
    sock = connect(address)
    sock.settimeout(0.3)
    context = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
    raises(TimeoutError, lambda: context.wrap_socket(sock, server_hostname="localhost"))
    e, ms = elapsed(sock.recv, 1)
    assert e.errno == errno.ETIMEDOUT and 280 <= ms < 8000, (repr(e), ms)
    listener.close()


cases(a_timeout_set_before_limits_the_handshake, a_timeout_set_after_limits_the_handshake,
      the_shorter_timeout_limits_the_handshake, a_slow_peer_does_not_extend_the_handshake, a_timeout_limits_recv_and_send,
      a_connection_goes_on_after_a_timeout, a_socket_that_does_not_block_never_waits, a_plain_socket_keeps_its_timeout)
