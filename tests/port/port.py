# port.py - what the port tests share: streams in Python, pairs of connections over them, and named cases.
import io
import ssl
from helper import CERTS, client_context, server_context

POLL_RD, POLL_WR = 1, 4


class Pipe:
    """The bytes on their way in one direction. `room` is how many it takes."""

    def __init__(self, room=1 << 30):
        self.data, self.room, self.ended = b"", room, False


class Stream(io.IOBase):
    """A non-blocking stream over two pipes. A test can replace its reads and writes by `on_read` and `on_write`."""

    def __init__(self, rd, wr):
        self.rd, self.wr, self.closed = rd, wr, 0
        self.on_write = self.on_read = None
        self.polls = []

    def readinto(self, buf):
        if self.on_read:
            return self.on_read(buf)
        n = min(len(buf), len(self.rd.data))
        if n == 0 and not self.rd.ended:
            return None
        buf[:n] = self.rd.data[:n]
        self.rd.data = self.rd.data[n:]
        return n

    def write(self, buf):
        if self.on_write:
            return self.on_write(buf)
        n = min(len(buf), self.wr.room - len(self.wr.data))
        if n == 0:
            return None
        self.wr.data += bytes(buf[:n])
        return n

    def ioctl(self, request, arg):
        if request == 3:
            self.polls.append(arg)
            ready = 0
            if arg & POLL_RD and (self.rd.data or self.rd.ended):
                ready |= POLL_RD
            if arg & POLL_WR and len(self.wr.data) < self.wr.room:
                ready |= POLL_WR
            return ready
        if request == 4:
            self.closed += 1
            return 0
        return -1

    def setblocking(self, flag):
        pass


def pair(client=None, server=None, room=1 << 30, hostname="localhost"):
    """Returns a client's and a server's SSLSocket over Python streams, before their handshake, and the two streams."""
    up, down = Pipe(room), Pipe(room)
    a, b = Stream(down, up), Stream(up, down)
    c = (client or client_context()).wrap_socket(a, server_hostname=hostname, do_handshake_on_connect=False)
    s = (server or server_context()).wrap_socket(b, server_side=True, do_handshake_on_connect=False)
    return c, s, a, b


def shake(c, s):
    result = [None, None]
    for _ in range(4000):
        for i, o in enumerate((c, s)):
            if result[i] is None:
                try:
                    o.do_handshake()
                    result[i] = True
                except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                    pass
                except Exception as e:
                    result[i] = e
        if None not in result:
            break
    return result


def unverified():
    ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    ctx.check_hostname = False
    ctx.verify_mode = ssl.CERT_NONE
    return ctx


def raises(kind, fun, *args):
    try:
        fun(*args)
    except kind as e:
        return e
    raise AssertionError("%r was not raised" % (kind,))


# Runs every case and prints its result, which tests/run.py counts by name. At the end it raises the first error.
def cases(*functions):
    error = None
    for function in functions:
        try:
            function()
            print("case", function.__name__, "ok")
        except Exception as e:
            print("case", function.__name__, "FAIL", repr(e))
            error = error or e
    if error:
        raise error
