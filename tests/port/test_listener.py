# heap: 2m
# In asyncio a peer's behaviour, or a lack of memory, ends one connection and never the listener.
import asyncio
import gc
import os
import ssl
from helper import client_context, listen_port, server_context
from port import cases


async def start(callback, context):
    listener, _, port = listen_port()
    listener.close()
    return await asyncio.start_server(callback, "127.0.0.1", port, ssl=context), port


async def ask(port, context=None, hold=0):
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context or client_context(), server_hostname="localhost")
    try:
        writer.write(b"hello\n")
        await writer.drain()
        answer = await reader.readline()
        await asyncio.sleep(hold)
        return answer
    finally:
        writer.close()
        await writer.wait_closed()


async def echo(reader, writer):
    try:
        writer.write(await reader.readline())
        await writer.drain()
        await reader.readline()
    except OSError:
        pass
    writer.close()  # does nothing in MicroPython's asyncio


def run(task):
    asyncio.new_event_loop()
    return asyncio.run(asyncio.wait_for(task, 20))


async def with_one_place():
    context = server_context()
    context.reserve(1)
    server, port = await start(echo, context)
    for _ in range(3):
        answers = await asyncio.gather(*[ask(port, hold=0.1) for _ in range(3)], return_exceptions=True)
        assert answers.count(b"hello\n") >= 1, answers
        assert all(a == b"hello\n" or isinstance(a, OSError) for a in answers), answers
    assert await ask(port) == b"hello\n"
    server.close()


async def after_peers_that_are_silent():
    context = server_context()
    context.reserve(2)
    context.handshake_timeout = 0.2
    server, port = await start(echo, context)
    silent = []
    for _ in range(2):
        silent.append(await asyncio.open_connection("127.0.0.1", port))
        await asyncio.sleep(0.01)
    try:
        await ask(port)
        raise AssertionError("there was no room")
    except OSError:
        pass
    await asyncio.sleep(0.3)
    assert await ask(port) == b"hello\n"
    server.close()


async def after_peers_that_fail():
    context = server_context()
    context.reserve(1)
    server, port = await start(echo, context)
    stranger = client_context("rogue-ca.pem")
    for _ in range(5):
        try:
            await ask(port, stranger)
            raise AssertionError("it trusts nobody")
        except ssl.SSLCertVerificationError:
            pass
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.0\r\n\r\n")
        await writer.drain()
        await reader.read()
        writer.close()
        await writer.wait_closed()
        assert await ask(port) == b"hello\n"
    server.close()


async def with_a_handshake_that_is_cancelled():
    context = server_context()
    server, port = await start(echo, context)
    gc.collect()
    before = len(list(os.ilistdir("/proc/self/fd")))
    for _ in range(20):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client_context(), server_hostname="localhost")
        try:
            await asyncio.wait_for_ms(reader.read(1), 1)
        except asyncio.TimeoutError:
            pass
        writer.close()
        await writer.wait_closed()
    await asyncio.sleep(0.1)
    gc.collect()
    await asyncio.sleep(0.1)
    gc.collect()
    left = len(list(os.ilistdir("/proc/self/fd"))) - before
    assert left < 15, left  # of 80 that were opened
    assert await ask(port) == b"hello\n"
    server.close()


def one_place():
    run(with_one_place())


def silent_peers():
    run(after_peers_that_are_silent())


def failed_peers():
    run(after_peers_that_fail())


def cancelled_handshakes():
    run(with_a_handshake_that_is_cancelled())


cases(one_place, silent_peers, failed_peers, cancelled_handshakes)
