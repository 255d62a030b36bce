# heap: 1m
# Streams whose ioctl() raises or lies, and buffers that grow while they are in use, do no harm.
import gc
import select
import ssl
from helper import client_context, server_context
from port import Pipe, Stream, cases, pair, raises, shake


class Refusing(Stream):
    """A stream whose ioctl() raises."""

    def ioctl(self, request, arg):
        raise KeyError(request)


def a_stream_that_raises_from_ioctl():
    up, down = Pipe(), Pipe()
    c = client_context().wrap_socket(Refusing(down, up), server_hostname="localhost", do_handshake_on_connect=False)
    s = server_context().wrap_socket(Stream(up, down), server_side=True, do_handshake_on_connect=False)
    assert shake(c, s) == [True, True]
    c.settimeout(1)
    raises(KeyError, c.recv, 1)  # recv() cannot wait for this stream
    s.write(b"hello")
    assert c.recv(5) == b"hello"
    poller = select.poll()
    poller.register(c, select.POLLIN)
    raises(KeyError, poller.poll, 0)
    raises(KeyError, c.close)
    assert c.fileno() == -1
    raises(OSError, c.recv, 1)


class AlwaysWritable(Stream):
    """A stream that reports that it is writable, whatever it is polled for. A read of it would block."""

    reads = 0

    def ioctl(self, request, arg):
        return select.POLLOUT

    def readinto(self, buf):
        self.reads += 1
        return super().readinto(buf)


def a_stream_that_is_only_writable():
    # To find a free slot, the connections that have one are read, but only if data has arrived.
    client = client_context()
    client.reserve(1)
    up, down = Pipe(), Pipe()
    stream = AlwaysWritable(down, up)
    c = client.wrap_socket(stream, server_hostname="localhost", do_handshake_on_connect=False)
    s = server_context().wrap_socket(Stream(up, down), server_side=True, do_handshake_on_connect=False)
    assert shake(c, s) == [True, True]
    before = stream.reads
    raises(MemoryError, lambda: client.wrap_socket(Stream(Pipe(), Pipe()), server_hostname="localhost", do_handshake_on_connect=False))
    assert stream.reads == before


def growing(buf, stream):
    """Makes `buf` grow during a read, so that it moves, and allocates the memory where it was. Returns these allocations."""
    before, others = stream.readinto, []

    def readinto(window):
        n = min(len(window), len(stream.rd.data))
        if n == 0:
            return None
        window[:n] = stream.rd.data[:n]
        stream.rd.data = stream.rd.data[n:]
        buf.extend(bytes(3000))
        gc.collect()
        others.append(bytearray(len(window)))
        return n

    stream.on_read = readinto
    return others


def a_buffer_that_grows_while_it_is_filled():
    for method in (lambda c, b: c.recv_into(b), lambda c, b: c.readinto(b, 600), lambda c, b: c.read(600, b)):
        c, s, stream, _ = pair()
        assert shake(c, s) == [True, True]
        s.write(b"x" * 600)
        buf = bytearray(700)
        others = growing(buf, stream)
        assert method(c, buf) == 600 and bytes(buf[:600]) == b"x" * 600
        assert not any(any(other) for other in others)


def a_buffer_that_grows_while_it_is_sent():
    for method in (lambda c, b: c.write(b), lambda c, b: c.send(b), lambda c, b: c.sendall(b)):
        c, s, stream, _ = pair()
        assert shake(c, s) == [True, True]
        data = bytearray(b"y" * 9000)

        def write(part):
            data.extend(bytes(3000))
            gc.collect()
            bytearray(9000)
            stream.wr.data += bytes(part)
            return len(part)

        stream.on_write = write
        assert method(c, data) in (9000, None)
        assert s.read(9000) == b"y" * 9000


def a_stream_that_lets_its_window_grow():
    c, s, stream, _ = pair()
    assert shake(c, s) == [True, True]
    kept = []

    def readinto(window):
        n = min(len(window), len(stream.rd.data))
        window[:n] = stream.rd.data[:n]
        stream.rd.data = stream.rd.data[n:]
        window.extend(b"more than was asked for")
        kept.append(window)
        return n or None

    def write(part):
        kept.append(part)
        part.extend(bytes(100))
        stream.wr.data += bytes(part[: len(part) - 100])
        return len(part) - 100

    stream.on_read, stream.on_write = readinto, write
    s.write(b"hello")
    assert c.recv(5) == b"hello"
    assert c.write(b"world") == 5 and s.recv(5) == b"world"
    for window in kept:
        window[:] = bytes(len(window))  # the memory has no other owner
    s.write(b"again")
    assert c.recv(5) == b"again"
    stream.on_read = lambda window: len(window) + 1
    raises(OSError, c.recv, 5)


cases(
    a_stream_that_raises_from_ioctl,
    a_stream_that_is_only_writable,
    a_buffer_that_grows_while_it_is_filled,
    a_buffer_that_grows_while_it_is_sent,
    a_stream_that_lets_its_window_grow,
)
