# Streams, sockets and the end of a connection behave otherwise than in CPython, on purpose. Each case holds the row of
# docs/differences.md that names it: it fails if the row's statement is no longer true.
import errno
import io
import socket
import ssl
import time
import tls
from helper import CERTS, Server, bio_pair, client_context, echo, read, server_context
from port import Pipe, Stream, cases, pair, raises, shake


def connected(client=None, server=None):
    c, s, a, b = pair(client, server)
    assert shake(c, s) == [True, True]
    return c, s, a, b


def nothing_ready_is_none():
    c, s, a, b = connected()
    assert c.read(5) is None and c.readinto(bytearray(5)) is None and c.readline() is None
    raises(ssl.SSLWantReadError, c.recv, 5)
    raises(ssl.SSLWantReadError, c.recv_into, bytearray(5))
    a.wr.room = 0
    assert c.write(b"x") is None
    c, s, a, b = connected()
    a.wr.room = 0
    raises(ssl.SSLWantWriteError, c.send, b"x")


def a_part_is_counted():
    c, s, a, b = connected()
    s.write(b"abc")
    assert c.read(100) == b"abc"
    a.wr.room = 20000
    assert 0 < c.write(bytes(40000)) < 40000


def a_closed_socket_is_ebadf():
    c, s, a, b = connected()
    c.close()
    for call in ((c.read, 1), (c.readinto, bytearray(1)), (c.readline,), (c.write, b"x")):
        assert raises(OSError, *call).errno == errno.EBADF


# The server raises SSLEOFError for an end without close_notify.
def close_sends_close_notify():
    for room in (1 << 30, 0):
        up, down = Pipe(), Pipe()
        stream = Stream(down, up)
        c = client_context().wrap_socket(stream, server_hostname="localhost", do_handshake_on_connect=False)
        s = server_context().wrap_socket(Stream(up, down), True, False, False)
        assert shake(c, s) == [True, True]
        up.room = room
        c.close()
        assert stream.closed == 1
        up.ended = True
        if room:
            assert s.recv(10) == b""
        else:
            raises(ssl.SSLEOFError, s.recv, 10)


def unwrap_leaves_unread_data():
    c, s, a, b = connected()
    s.write(b"late")
    error = None
    try:
        c.unwrap()
    except ssl.SSLWantReadError:  # our close_notify is out; the peer's data comes first
        error = raises(ssl.SSLError, c.unwrap)
    except ssl.SSLError as e:
        error = e
    assert error.reason == "APPLICATION_DATA_AFTER_CLOSE_NOTIFY"
    assert c.recv(10) == b"late"


def wrap_socket_of_the_module_verifies():
    def meet(name, *arguments):
        up, down = Pipe(), Pipe()
        c = ssl.wrap_socket(Stream(down, up), *arguments)
        s = ssl.wrap_socket(Stream(up, down), True, read(name + ".key"), read(name + ".pem"), do_handshake=False)
        return shake(c, s)

    # server_side, key, cert, cert_reqs, cadata, server_hostname, do_handshake
    arguments = (False, None, None, ssl.CERT_REQUIRED, read("ca.pem"), "localhost", False)
    assert meet("server", *arguments) == [True, True]
    for name in ("self-signed", "wrong-name", "expired"):
        assert isinstance(meet(name, *arguments)[0], ssl.SSLCertVerificationError)
    raises(ValueError, ssl.wrap_socket, Stream(Pipe(), Pipe()))


def any_stream_can_be_wrapped():
    class Uart(io.IOBase):
        def __init__(self, incoming, outgoing):
            self.incoming, self.outgoing = incoming, outgoing

        def readinto(self, buf):
            n = min(len(buf), len(self.incoming))
            buf[:n] = self.incoming[:n]
            self.incoming[:] = self.incoming[n:]
            return n or None

        def write(self, buf):
            self.outgoing.extend(buf)
            return len(buf)

        def ioctl(self, request, argument):
            return argument if request == 3 else 0

    up, down = bytearray(), bytearray()
    c = client_context().wrap_socket(Uart(down, up), server_hostname="localhost", do_handshake_on_connect=False)
    s = server_context().wrap_socket(Uart(up, down), server_side=True, do_handshake_on_connect=False)
    assert shake(c, s) == [True, True]
    c.write(b"hello")
    assert s.read(5) == b"hello"


def the_wrapped_socket_stays_open():
    server = Server(echo)
    sock = server.connect()
    wrapped = client_context().wrap_socket(sock, server_hostname="localhost")
    assert sock.fileno() == wrapped.fileno() >= 0
    sock.settimeout(5)
    wrapped.write(b"hello")
    assert wrapped.read(5) == b"hello"
    wrapped.close()
    raises(OSError, sock.setsockopt, socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.wait()


def a_failed_wrap_of_tls_leaves_it_open():
    def wrap(function, *arguments, **named):
        stream = Stream(Pipe(), Pipe())
        stream.rd.data = b"HTTP/1.1 400 Bad Request\r\n\r\n"
        raises(ssl.SSLError, lambda: function(stream, *arguments, **named))
        return stream.closed

    assert wrap(tls.SSLContext(tls.PROTOCOL_TLS_CLIENT).wrap_socket, server_hostname="localhost") == 0
    assert wrap(ssl.wrap_socket, cadata=read("ca.pem"), server_hostname="localhost") == 0
    assert wrap(client_context().wrap_socket, server_hostname="localhost") == 1


# CPython begins TLS with the next call, and raises SSLWantReadError.
def connect_ex_in_progress_begins_no_tls():
    class Connecting(Stream):
        def accept(self):
            pass

        def connect(self, address):
            raise OSError(errno.EINPROGRESS)

        def ioctl(self, request, flags):
            return flags & 0x10 if request == 3 else super().ioctl(request, flags)

    stream = Connecting(Pipe(), Pipe())
    c = client_context().wrap_socket(stream, server_hostname="localhost", do_handshake_on_connect=False)
    assert c.connect_ex("anywhere") == errno.EINPROGRESS
    assert raises(OSError, c.do_handshake).errno == errno.ENOTCONN
    assert stream.wr.data == b""


def unconnected_on_unix():
    sock = socket.socket()
    wrapped = client_context().wrap_socket(sock, server_hostname="localhost")
    assert wrapped.version() is None
    assert raises(OSError, wrapped.do_handshake).errno == errno.ENOTCONN
    server = Server(echo)
    wrapped.connect(server.addr)
    assert wrapped.version()
    wrapped.close()
    server.wait()


# A socket without getpeername(2) is unconnected if it polls as hung up.
def unconnected_socket():
    c, s, a, b = pair()

    class Unconnected(type(a)):
        connects = 0

        def accept(self):
            pass

        def connect(self, address):
            self.connects += 1

        def ioctl(self, request, flags):
            if request == 3 and not self.connects:
                return flags & 0x10
            return super().ioctl(request, flags)

    stream = Unconnected(a.rd, a.wr)
    wrapped = client_context().wrap_socket(stream, server_hostname="localhost", do_handshake_on_connect=False)
    raises(OSError, wrapped.do_handshake)
    wrapped.connect("anywhere")
    assert stream.connects == 1 and wrapped.version() is None
    assert shake(wrapped, s) == [True, True]
    wrapped.sendall(b"hello")
    assert s.recv(10) == b"hello"
    return wrapped, s


# Bytes in clear that arrived before the socket was wrapped are not read as data of TLS (CVE-2023-40217).
def a_socket_that_was_reset():
    c, s, a, b = pair()

    class Reset(type(a)):
        def accept(self):
            pass

        def recv(self, size):
            return b"not encrypted"

        def ioctl(self, request, flags):
            return flags & 0x11 if request == 3 else super().ioctl(request, flags)

    stream = Reset(a.rd, a.wr)
    wrapped = server_context().wrap_socket(stream, server_side=True, do_handshake_on_connect=False)
    raises(OSError, wrapped.recv, 100)


def methods_of_the_socket_below():
    wrapped, s = unconnected_socket()
    assert not hasattr(wrapped, "getpeername") and not hasattr(wrapped, "getsockopt")
    raises(AttributeError, wrapped.shutdown, 2)
    assert wrapped.version() is not None  # a call that failed does not end TLS


def transport_errors_are_oserror():
    c, s, a, b = connected()

    def reset(buf):
        raise OSError(errno.ECONNRESET)

    a.on_read = reset
    e = raises(OSError, c.recv, 1)
    assert type(e) is OSError and e.errno == errno.ECONNRESET


def a_timeout_has_an_errno():
    server = Server(lambda sock: sock.recv(100000) and sock.recv(100000), plain=True)
    sock = server.connect()
    sock.settimeout(0.1)
    e = raises(TimeoutError, lambda: client_context().wrap_socket(sock, server_hostname="localhost"))
    assert e.errno == errno.ETIMEDOUT and isinstance(e, OSError)
    server.wait()


def a_handshake_has_a_time_limit():
    server = Server(lambda sock: sock.recv(100000) and sock.recv(100000), plain=True)
    context = client_context()
    assert context.handshake_timeout == 60
    context.handshake_timeout = 0.2
    start = time.ticks_ms()
    raises(TimeoutError, lambda: context.wrap_socket(server.connect(), server_hostname="localhost"))
    assert time.ticks_diff(time.ticks_ms(), start) < 10000
    server.wait()


def a_failed_connection_stays_failed():
    c, s = bio_pair(client_context(), server_context("expired"))
    shake(c, s)
    for _ in range(3):
        assert raises(ssl.SSLError, s.read).reason == "SSLV3_ALERT_CERTIFICATE_EXPIRED"
        raises(ssl.SSLCertVerificationError, c.read)


def no_call_from_its_own_callback():
    refused = []

    def verify(der, depth):
        for call in ((c.read, 1), (c.write, b"x"), (c.do_handshake,)):
            refused.append(raises(RuntimeError, *call))
        c.close()
        refused.append(stream.closed)

    context = client_context()
    context.verify_callback = verify
    c, s, stream, _ = pair(context)
    shake(c, s)
    assert refused[3] == 0 and stream.closed == 1


cases(
    nothing_ready_is_none, a_part_is_counted, a_closed_socket_is_ebadf, close_sends_close_notify,
    unwrap_leaves_unread_data, wrap_socket_of_the_module_verifies, any_stream_can_be_wrapped,
    the_wrapped_socket_stays_open,
    a_failed_wrap_of_tls_leaves_it_open, connect_ex_in_progress_begins_no_tls, unconnected_on_unix, unconnected_socket,
    a_socket_that_was_reset, methods_of_the_socket_below, transport_errors_are_oserror, a_timeout_has_an_errno,
    a_handshake_has_a_time_limit, a_failed_connection_stays_failed, no_call_from_its_own_callback,
)
print("ok")
