# Timeouts raise TimeoutError, which is a builtin as in CPython and has the errno that scripts for MicroPython look for. A timeout
# is for a whole call, and a handshake on a blocking socket has one of its own.
import errno
import socket
import ssl
import time
from helper import Server, client_context, listen_port
from port import raises

srv = Server(lambda s: s.recv(100000) and s.recv(100000), plain=True)
tls = client_context().wrap_socket(srv.connect(), server_hostname="localhost", do_handshake_on_connect=False)
tls.settimeout(0.1)
e = raises(TimeoutError, tls.do_handshake)
assert e.errno == errno.ETIMEDOUT and e.args == ("The handshake operation timed out",)
assert str(e) == "The handshake operation timed out" and repr(e).startswith("TimeoutError(")
assert issubclass(TimeoutError, OSError) and not issubclass(TimeoutError, ssl.SSLError)
tls.close()
srv.wait()
# A script can make a TimeoutError.
assert TimeoutError().args == () and TimeoutError(5, "x").errno == 5

# explain() and get_server_certificate() end if a server accepts the connection and sends nothing.
listener, address, port = listen_port()
start = time.ticks_ms()
assert ssl.explain("127.0.0.1", port, timeout=0.2) is False
raises(TimeoutError, lambda: ssl.get_server_certificate(("127.0.0.1", port), timeout=0.2))
assert time.ticks_diff(time.ticks_ms(), start) < 25000  # the defaults are longer
listener.close()
# handshake_timeout ends a handshake on a socket that blocks and has no timeout.
ctx = client_context()
assert ctx.handshake_timeout == 60
for wrong, kind in ((0, ValueError), (-1, ValueError), ("1", TypeError)):
    raises(kind, setattr, ctx, "handshake_timeout", wrong)
ctx.handshake_timeout = None
assert ctx.handshake_timeout is None
ctx.handshake_timeout = 0.3


def wrap(ctx, sock):
    start = time.ticks_ms()
    e = raises(TimeoutError, lambda: ctx.wrap_socket(sock, server_hostname="localhost"))
    assert e.args == ("The handshake operation timed out",)
    assert 250 <= time.ticks_diff(time.ticks_ms(), start) < 5000


def drip(sock):
    """Sends a record that never ends, one byte at a time."""
    try:
        sock.write(b"\x16\x03\x03\x40\x00\x02\x00\x10\x00")
        while True:
            sock.write(b"\0")
            time.sleep(0.05)
    except OSError:
        pass


for peer in (lambda s: s.recv(100000) and s.recv(100000), drip):
    srv = Server(peer, plain=True)
    wrap(ctx, srv.connect())
    srv.wait()


# handshake_timeout is for the handshake only, and not for a socket that has a timeout.
def late(tls):
    time.sleep(0.5)
    tls.write(b"late")


srv = Server(late)
tls = ctx.wrap_socket(srv.connect(), server_hostname="localhost")
assert tls.gettimeout() is None and tls.recv(10) == b"late"
tls.close()
srv.wait()
srv = Server(lambda s: s.recv(100000) and s.recv(100000), plain=True)
sock = srv.connect()
sock.settimeout(0.8)
start = time.ticks_ms()
raises(TimeoutError, lambda: ctx.wrap_socket(sock, server_hostname="localhost"))
assert time.ticks_diff(time.ticks_ms(), start) >= 750
srv.wait()


# A method that reads many times has one timeout for all of them.
def trickle(tls):
    try:
        while True:
            tls.write(b"x")
            time.sleep(0.05)
    except OSError:
        pass


for method in (lambda t: t.read(1000), lambda t: t.read(), lambda t: t.readline()):
    srv = Server(trickle)
    tls = client_context().wrap_socket(srv.connect(), server_hostname="localhost")
    tls.settimeout(0.4)
    start = time.ticks_ms()
    e = raises(TimeoutError, method, tls)
    assert e.args == ("The read operation timed out",) and time.ticks_diff(time.ticks_ms(), start) < 3000
    tls.close()
    srv.wait()
print("ok")
