# read, readinto, readline and write of an SSLSocket are those of MicroPython's streams: on a blocking socket they read or write
# all of it, across records, and on a non-blocking one what can be had, or None. recv and send are CPython's.
import asyncio
import micropython
import ssl
import time
from helper import Server, client_context, read
from port import cases, pair, raises, shake


def blocking_pair(serve):
    """Returns a connected socket, whose other end a thread serves."""
    return Server(serve).connect()


def records(tls):
    tls.sendall(bytes(20000))
    for byte in b"1234":
        tls.send(bytes([byte]))
        time.sleep(0.01)
    tls.sendall(b"a line\nand the rest")


def connected(serve=records):
    return client_context().wrap_socket(blocking_pair(serve), server_hostname="localhost")


def read_gives_as_much_as_is_asked_for():
    c = connected()
    assert len(c.read(20000)) == 20000
    assert c.read(4) == b"1234"
    assert c.readline() == b"a line\n"
    assert c.read(100) == b"and the rest" and c.read(100) == b"" and c.read(0) == b""
    c.close()


def read_goes_to_the_end():
    c = connected()
    assert len(c.read()) == 20004 + 19
    c.close()
    c = connected()
    assert len(c.read(-1)) == 20004 + 19
    c.close()


def readinto_fills_the_buffer():
    c, buf = connected(), bytearray(20002)
    assert c.readinto(buf) == 20002 and buf[-2:] == b"12"
    assert c.readinto(buf, 2) == 2 and buf[:2] == b"34"
    c.close()


def recv_gives_one_record():
    c = connected()
    got = c.recv(20000)
    assert 0 < len(got) <= 16384
    c.close()


def a_negative_size_is_refused():
    c, s, a, b = pair()
    assert shake(c, s) == [True, True]
    raises(ValueError, c.read, -2)
    raises(ValueError, c.recv, -1)


def what_is_not_there_is_none():
    c, s, a, b = pair()
    assert shake(c, s) == [True, True]
    assert c.read(5) is None and c.read() is None
    s.write(b"abc")
    s.write(b"def")
    assert c.read(100) == b"abcdef" and c.read(100) is None
    s.write(b"xyz")
    assert c.read() == b"xyz"


def memory_that_ends_loses_no_byte():
    for name in ("recv", "read"):
        c, s, a, b = pair()
        assert shake(c, s) == [True, True]
        s.write(b"warm")
        c.recv(100)
        s.write(b"first ")
        s.write(b"second")

        def locking(buf):
            a.on_read = None
            n = a.readinto(buf)
            if len(buf) > 5:  # this is the body of a record: from here on there is no memory
                micropython.heap_lock()
            else:
                a.on_read = locking
            return n

        a.on_read = locking
        got = b""
        try:
            got = getattr(c, name)(6)
        except MemoryError:
            pass
        micropython.heap_unlock()
        while len(got) < 12:
            got += c.recv(100)
        assert got == b"first second", got


def a_shorter_retry_is_refused():
    c, s, a, b = pair()
    assert shake(c, s) == [True, True]
    a.on_write = lambda buf: None
    assert c.write(b"0123456789") is None
    a.on_write = None
    assert raises(ssl.SSLError, c.write, b"0123456").reason == "BAD_LENGTH"
    assert c.write(b"") == 0
    assert c.write(b"0123456789abc") == 13
    assert s.recv(100) == b"0123456789" and s.recv(100) == b"abc"


# A retry is recognised by the SHA-256 of its bytes, so other bytes of the same length are sent.
def other_bytes_are_never_skipped():
    c, s, a, b = pair()
    assert shake(c, s) == [True, True]
    a.on_write = lambda buf: None
    first = bytes(range(64))
    assert c.write(first) is None
    a.on_write = None
    other = bytearray(first)
    other[63] ^= 1
    assert c.write(other) == 64
    assert s.recv(100) == first and s.recv(100) == other


def a_closed_stream_is_an_oserror_for_the_reader():
    async def main():
        sock = blocking_pair(lambda tls: time.sleep(0.5))
        sock.setblocking(False)
        tls = client_context().wrap_socket(sock, server_hostname="localhost", do_handshake_on_connect=False)
        stream, out = asyncio.StreamReader(tls), []

        async def reader():
            try:
                out.append(await stream.read(5))
            except OSError as e:
                out.append(e.errno)

        task = asyncio.create_task(reader())
        await asyncio.sleep(0.2)
        tls.close()
        await task
        return out

    assert asyncio.run(main()) == [9]  # EBADF


def arguments_have_the_names_of_cpython():
    tls = connected(lambda tls: tls.sendall(tls.read(9)))
    assert tls.write(data=b"abc") == 3 and tls.send(data=b"def", flags=0) == 3 and tls.sendall(data=b"ghi") is None
    buffer = bytearray(4)
    assert tls.recv(flags=0, buflen=3) == b"abc" and tls.recv_into(buffer=buffer, nbytes=2) == 2
    assert tls.recv_into(buffer, flags=0) >= 1
    raises(ValueError, lambda: tls.recv(flags=1))
    raises(TypeError, lambda: tls.recv(size=1))
    raises(TypeError, tls.send)
    tls.close()


def the_old_wrap_socket_takes_what_does_not_block():
    sock = blocking_pair(lambda tls: tls.sendall(tls.recv(10)))
    sock.setblocking(False)
    tls = ssl.wrap_socket(sock, server_hostname="localhost", cert_reqs=ssl.CERT_REQUIRED, cadata=read("ca.pem"))
    line, got, end = b"hello", b"", time.time() + 20
    while line and time.time() < end:
        line = line[tls.write(line) or 0:]
    while len(got) < 5 and time.time() < end:
        got += tls.read(5 - len(got)) or b""
    assert got == b"hello"
    tls.close()


cases(
    read_gives_as_much_as_is_asked_for, read_goes_to_the_end, readinto_fills_the_buffer, recv_gives_one_record,
    a_negative_size_is_refused, what_is_not_there_is_none, memory_that_ends_loses_no_byte, a_shorter_retry_is_refused,
    other_bytes_are_never_skipped, a_closed_stream_is_an_oserror_for_the_reader,
    arguments_have_the_names_of_cpython, the_old_wrap_socket_takes_what_does_not_block,
)
print("ok")
