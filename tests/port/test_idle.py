# heap: 4m
# On the unix port idle connections sleep in one poll(2), and no wake-up is lost.
import asyncio
import gc
import os
import select
import socket
import ssl
import time
from helper import Server, client_context, listen_port, server_context
from port import cases


def wake_ups():
    """Returns how often this process has slept: its voluntary context switches."""
    with open("/proc/self/status") as f:
        for line in f:
            if line.startswith("voluntary_ctxt_switches"):
                return int(line.split()[1])


async def wake_ups_in(seconds):
    before = wake_ups()
    await asyncio.sleep(seconds)
    return wake_ups() - before


def descriptors():
    gc.collect()
    return len(list(os.ilistdir("/proc/self/fd")))


async def start(callback, **kw):
    listener, _, port = listen_port()
    listener.close()
    return await asyncio.start_server(callback, "127.0.0.1", port, **kw), port


async def open_tls(port):
    return await asyncio.open_connection("127.0.0.1", port, ssl=client_context(), server_hostname="localhost")


def run(task):
    asyncio.new_event_loop()
    return asyncio.run(task)


async def stop(server, *writers):
    for writer in writers:
        writer.close()
        await writer.wait_closed()
    server.close()
    await server.wait_closed()


async def idle_connections():
    kept = []

    async def serve(reader, writer):
        kept.append(writer)
        writer.write(await reader.readline())
        await writer.drain()
        kept.append(await reader.readline())

    server, port = await start(serve, ssl=server_context())
    tasks = []
    for _ in range(20):
        reader, writer = await open_tls(port)
        writer.write(b"hello\n")
        await writer.drain()
        assert await reader.readline() == b"hello\n"
        tasks.append(asyncio.create_task(reader.readline()))
        kept.append(writer)
    await asyncio.sleep(0.1)
    n = await wake_ups_in(1)
    for task in tasks:
        task.cancel()
    await stop(server, *[w for w in kept if not isinstance(w, bytes)])
    assert n < 50, n


async def silent_peers():
    # While a server waits for its handshake, a reader sleeps, and a writer is polled at most 1,000 times a second.
    async def read(reader, writer):
        try:
            await reader.read(1)
        except OSError:
            pass

    async def write(reader, writer):
        try:
            await writer.awrite(b"x")
        except OSError:
            pass

    for serve, most in ((read, 50), (write, 2500)):
        server, port = await start(serve, ssl=server_context())
        peers = []
        for _ in range(10):
            peers.append((await asyncio.open_connection("127.0.0.1", port))[1])
        await asyncio.sleep(0.1)
        n = await wake_ups_in(1)
        await stop(server, *peers)
        await asyncio.sleep(0.1)
        assert n < most, n


async def a_reader_beside_a_writer_that_waits():
    # The reader leaves plaintext in the connection while the writer waits because the socket is full.
    words = b"".join(b"%d\n" % i for i in range(500))
    all_read = asyncio.Event()

    async def serve(reader, writer):
        writer.write(words)
        await writer.drain()
        await all_read.wait()  # until then it reads nothing, so the client's writer waits
        total = 0
        while total < 5000000:
            total += len(await reader.read(100000))
        writer.write(b"%d\n" % total)
        await writer.drain()

    server, port = await start(serve, ssl=server_context())
    reader, writer = await open_tls(port)

    async def write():
        for _ in range(50):
            writer.write(bytes(100000))
            await writer.drain()

    task = asyncio.create_task(write())
    await asyncio.sleep(0.1)
    for i in range(500):
        assert await asyncio.wait_for(reader.readline(), 5) == b"%d\n" % i
    all_read.set()
    await task
    assert await reader.readline() == b"5000000\n"
    await stop(server, writer)


def what_poll_says():
    before = descriptors()
    server = Server(lambda tls: (tls.sendall(b"0123456789"), tls.recv(1)))
    tls = client_context().wrap_socket(server.connect(), server_hostname="localhost")
    poller = select.poll()
    poller.register(tls, select.POLLIN)  # once, before anything has arrived
    got = b""
    while len(got) < 10:
        assert poller.poll(5000)[0][1] == select.POLLIN, got
        tls.settimeout(0)
        try:
            got += tls.recv(3)
        except ssl.SSLWantReadError:
            pass  # the record has session tickets
    assert got == b"0123456789" and poller.poll(50) == []
    poller.modify(tls, select.POLLIN | select.POLLOUT)
    assert poller.poll(0)[0][1] == select.POLLOUT
    tls.write(b"x")
    assert server.wait() == "None"
    assert poller.poll(5000)[0][1] & select.POLLIN and tls.recv(1) == b""
    assert poller.poll(0)[0][1] & select.POLLIN  # the end of the connection stays readable
    poller.unregister(tls)
    tls.close()
    assert poller.poll(0) == []
    tls = server = poller = None
    assert descriptors() <= before + 2, (before, descriptors())  # the process itself may have opened two


def dropped():
    server = Server(lambda tls: tls.recv(1))
    poller = select.poll()
    poller.register(client_context().wrap_socket(server.connect(), server_hostname="localhost"), select.POLLIN)


def a_connection_that_is_dropped():
    before = descriptors()
    for _ in range(20):
        dropped()
    for _ in range(10):
        gc.collect()
        time.sleep(0.02)
    # The collector may find a reference to a dead object in the stack, but not to all of them.
    left = descriptors() - before
    assert left < 40, left  # of 80: for each connection listener, server, client, and the descriptor for poll()


def idle_connections_sleep():
    run(idle_connections())


def silent_peers_cost_little():
    run(silent_peers())


def no_wake_up_is_lost():
    run(a_reader_beside_a_writer_that_waits())


cases(what_poll_says, a_connection_that_is_dropped, idle_connections_sleep, silent_peers_cost_little, no_wake_up_is_lost)
