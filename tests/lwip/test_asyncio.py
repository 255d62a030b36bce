# asyncio and ssl_asyncio serve several clients at once over lwIP, and what one peer does ends only its own connection. docs/api.md
# ("ssl_asyncio") and docs/boards.md ("Sockets") promise this. ask() is a client that sends `size` letters and expects them back.
import asyncio
import ssl_asyncio
from net import *


async def echo(reader, writer):
    try:
        writer.write(await reader.readline())
        await writer.drain()
    except OSError:
        pass
    writer.close()
    await writer.wait_closed()


async def ask(address, context=None, size=10, module=asyncio):
    reader, writer = await module.open_connection(*address, ssl=context or client_context(), server_hostname="localhost")
    try:
        line = bytes([65 + size % 26]) * size + b"\n"
        writer.write(line)
        await writer.drain()
        assert await reader.readline() == line
        assert await reader.read(1) == b""
        return True
    finally:
        writer.close()
        await writer.wait_closed()


async def start(context, module=asyncio):
    listener, address = listen()
    listener.close()
    return await module.start_server(echo, *address, ssl=context), address


def run(task):
    asyncio.new_event_loop()
    return asyncio.run(asyncio.wait_for(task, 60))


async def many(context, sizes, module=asyncio):
    server, address = await start(context, module)
    assert await asyncio.gather(*[ask(address, None, n, module) for n in sizes]) == [True] * len(sizes)
    server.close()
    await server.wait_closed()


def several_clients_are_served_at_once():
    run(many(server_context(), (10, 1000, 20000, 11, 1001)))


def several_clients_are_served_by_ssl_asyncio():
    run(many(server_context(), (10, 1000, 20000, 11, 1001), ssl_asyncio))


def several_clients_are_served_on_reserved_memory():
    context = server_context()
    context.reserve(5)
    run(many(context, (10, 1000, 20000, 11, 1001)))


async def bad_peers():
    server, address = await start(server_context())
    for _ in range(2):
        try:
            await ask(address, client_context("rogue-ca.pem"))
            assert False
        except ssl.SSLCertVerificationError:
            pass
        reader, writer = await asyncio.open_connection(*address)
        writer.write(b"GET / HTTP/1.0\r\n\r\n")
        await writer.drain()
        await reader.read()
        writer.close()
        await writer.wait_closed()
        client = connect(address)
        client.write(b"\x16\x03\x01")
        client.close()
        assert await ask(address)
    server.close()
    await server.wait_closed()


def a_peer_that_fails_ends_only_its_own_connection():
    run(bad_peers())


async def nobody():
    try:
        await ask((HOST, 3999))
        assert False
    except OSError as e:
        assert e.errno == errno.ECONNRESET


def a_refused_connection_raises_econnreset():
    run(nobody())


cases(several_clients_are_served_at_once, several_clients_are_served_by_ssl_asyncio,
      several_clients_are_served_on_reserved_memory, a_peer_that_fails_ends_only_its_own_connection,
      a_refused_connection_raises_econnreset)
