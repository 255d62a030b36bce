# net.py - gives the tests over lwIP sockets on its loopback interface, and peers that run while a script waits. Both ends of a
# connection are in one program (docs/testing.md, "lwip").
import board
import errno
import lwip
import micropython
import select
import socket
import ssl
import time
from helper import CERTS, client_context, server_context
from port import cases, raises

lwip.reset()
HOST = "127.0.0.1"
VERSIONS = ((ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3"))
WANT = (ssl.SSLWantReadError, ssl.SSLWantWriteError)
next_port = 4000


def listen(backlog=2):
    """Returns a new listener and its address."""
    global next_port
    next_port += 1
    listener = socket.socket()
    listener.bind((HOST, next_port))
    listener.listen(backlog)
    return listener, (HOST, next_port)


def connect(address):
    sock = socket.socket()
    sock.connect(address)
    return sock


def connected():
    """Returns both ends of a TCP connection."""
    listener, address = listen()
    client = connect(address)
    server = listener.accept()[0]
    listener.close()
    return client, server


def begin(address):
    """Returns a socket that is still connecting. Nothing arrives before board.cable(True)."""
    sock = socket.socket()
    sock.setblocking(False)
    board.cable(False)
    assert raises(OSError, sock.connect, address).errno == errno.EINPROGRESS
    return sock


def ready(sock, flags=select.POLLIN | select.POLLOUT):
    poller = select.poll()
    poller.register(sock, flags)
    found = poller.poll(0)
    return found[0][1] if found else 0


def pause(ms=20):
    time.sleep_ms(ms)  # lwIP runs meanwhile


def reset(sock):
    """Closes a socket that has unread input, so that its peer gets a TCP reset."""
    assert ready(sock, select.POLLIN) == select.POLLIN
    sock.close()
    pause()


# ---- peers ----
class Peer:
    """Runs a generator whenever MicroPython handles events, also while the script's own call blocks."""

    def __init__(self, steps):
        self.steps, self.error, self.done, self.again = steps, None, False, self.step
        micropython.schedule(self.again, None)

    def step(self, _):
        try:
            next(self.steps)
            micropython.schedule(self.again, None)
        except StopIteration:
            self.done = True
        except Exception as e:
            self.done, self.error = True, e

    def wait(self):
        start = time.ticks_ms()
        while not self.done:
            pause(1)
            assert time.ticks_diff(time.ticks_ms(), start) < 30000, "the peer hangs"
        if self.error:
            raise self.error


def accept(listener):
    while not ready(listener, select.POLLIN):
        yield
    return listener.accept()[0]


def accept_tls(listener, context):
    sock = yield from accept(listener)
    sock.setblocking(False)
    tls = context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
    while True:
        try:
            tls.do_handshake()
            return tls
        except WANT:
            yield


def receive(tls, end):
    got = b""
    while not got.endswith(end):
        try:
            part = tls.recv(1000)
            assert part, got
            got += part
        except WANT:
            yield
    return got


def send(tls, data):
    while data:
        try:
            data = data[tls.send(data[:3000]):]
        except WANT:
            yield


def echo(listener, context=None):
    """Serves one client, and returns the line that it sends."""
    tls = yield from accept_tls(listener, context or server_context())
    line = yield from receive(tls, b"\n")
    yield from send(tls, line)
    tls.close()


def elapsed(fun, *args):
    """Returns the exception that a call raises, or None, and the milliseconds that it took."""
    start = time.ticks_ms()
    try:
        fun(*args)
    except Exception as e:
        return e, time.ticks_diff(time.ticks_ms(), start)
    return None, time.ticks_diff(time.ticks_ms(), start)
