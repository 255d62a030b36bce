# heap: 40m
# Whatever a peer does, poll() lets an asyncio server neither spin nor end.
import asyncio
import select
import socket
import ssl
import ssl_asyncio
from asyncio import core
from helper import Server, client_context, listen_port, server_context
from port import cases, pair, raises, shake


def on_cpu():
    """Returns the seconds of CPU time that this process has used."""
    with open("/proc/self/schedstat") as f:
        return int(f.read().split()[0]) / 1e9


async def cpu_in(seconds):
    before = on_cpu()
    await asyncio.sleep(seconds)
    return (on_cpu() - before) / seconds


def run(task):
    asyncio.new_event_loop()
    return asyncio.run(asyncio.wait_for(task, 30))


async def start(callback, **kw):
    listener, _, port = listen_port()
    listener.close()
    return await ssl_asyncio.start_server(callback, "127.0.0.1", port, **kw), port


async def open_tls(port, context=None):
    return await ssl_asyncio.open_connection("127.0.0.1", port, ssl=context or client_context(), server_hostname="localhost")


async def a_writer_whose_peer_does_not_read():
    # One line of two is read, so plaintext is left, and then the answer fills the socket.
    async def serve(reader, writer):
        await reader.readline()
        try:
            writer.write(bytes(20000000))
            await writer.drain()
        except OSError:
            pass

    server, port = await start(serve, ssl=server_context())
    reader, writer = await open_tls(port)
    writer.write(b"GET\n\r\n")
    await writer.drain()
    await asyncio.sleep(0.5)
    share = await cpu_in(1)
    writer.s.close()
    server.close()
    assert share < 0.25, share


async def a_shared_buffer_that_somebody_holds():
    context = server_context()
    context.reserve(3, buffers=1)

    async def serve(reader, writer):
        try:
            await reader.readexactly(16000)
        except (OSError, EOFError):
            pass

    server, port = await start(serve, ssl=context)
    other = await open_tls(port)
    # Another client sends only a part of a record of 8 KB.
    a, b = ssl.MemoryBIO(), ssl.MemoryBIO()
    sock = socket.socket()
    sock.connect(socket.getaddrinfo("127.0.0.1", port)[0][-1])
    sock.setblocking(False)
    tls = client_context().wrap_bio(a, b, server_hostname="localhost")
    for _ in range(500):
        try:
            tls.do_handshake()
            break
        except ssl.SSLWantReadError:
            sock.write(b.read())
            await asyncio.sleep(0.01)
            a.write(sock.read(100000) or b"")
    sock.write(b.read())
    tls.write(bytes(8000))
    sock.write(b.read()[:200])
    await asyncio.sleep(0.2)
    other[1].write(bytes(8000))
    await other[1].drain()
    share = await cpu_in(1)
    sock.close()
    server.close()
    assert share < 0.25, share


async def memory_for_no_task():
    async def serve(reader, writer):
        writer.write(b"hello\n")
        writer.close()

    server, port = await start(serve, ssl=server_context())
    real, failed = core.create_task, []

    def failing(coroutine):
        if not failed and "_accepted" in repr(coroutine):
            failed.append(True)
            raise MemoryError
        return real(coroutine)

    core.create_task = failing
    try:
        await asyncio.open_connection("127.0.0.1", port)
        for _ in range(200):
            if not failed:
                await asyncio.sleep(0.05)
    finally:
        core.create_task = real
    assert failed and server.is_serving()
    reader, writer = await open_tls(port)
    assert await reader.readline() == b"hello\n"
    server.close()


async def close_beside_drain():
    size = 3000000

    async def serve(reader, writer):
        await asyncio.sleep(0.2)
        got = 0
        while True:
            part = await reader.read(60000)
            if not part:
                break
            got += len(part)
        heard.append(got)
        ended.set()

    heard, ended = [], asyncio.Event()
    server, port = await start(serve, ssl=server_context())
    reader, writer = await open_tls(port)
    writer.write(bytes(size))
    drain = asyncio.create_task(writer.drain())
    await asyncio.sleep(0.05)
    writer.close()
    await asyncio.wait_for(drain, 5)
    await asyncio.wait_for(writer.wait_closed(), 5)
    await asyncio.wait_for(ended.wait(), 20)
    assert heard == [size], heard
    server.close()


def an_unwrapped_socket_in_poll():
    poller, kept = select.poll(), []
    for _ in range(12):
        server = Server(lambda tls: tls.unwrap())
        tls = client_context().wrap_socket(server.connect(), server_hostname="localhost")
        tls.unwrap()
        server.wait()
        poller.register(tls, select.POLLIN)
        plain = socket.socket()
        poller.register(plain, select.POLLIN)
        kept.append((tls, plain))
        poller.poll(0)
    for tls, plain in kept:
        poller.unregister(tls)
        poller.unregister(plain)
        tls.close()
        plain.close()


def a_client_that_leaves_before_the_tickets():
    for number in (1, 2, 3):
        for errno in (32, 104):
            server = server_context()
            server.num_tickets = number
            c, s, _, stream = pair(client_context(), server)
            raises(ssl.SSLWantReadError, c.do_handshake)
            raises(ssl.SSLWantReadError, s.do_handshake)
            c.do_handshake()

            def write(data):
                raise OSError(errno)

            stream.on_write = write
            s.do_handshake()
            assert s.version() == "TLSv1.3"


def a_busy_writer():
    run(a_writer_whose_peer_does_not_read())


def a_buffer_that_is_held():
    run(a_shared_buffer_that_somebody_holds())


def a_listener_without_memory():
    run(memory_for_no_task())


def two_that_drain():
    run(close_beside_drain())


cases(
    an_unwrapped_socket_in_poll,
    a_client_that_leaves_before_the_tickets,
    a_busy_writer,
    a_buffer_that_is_held,
    a_listener_without_memory,
    two_that_drain,
)
