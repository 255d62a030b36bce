# asyncio's open_connection() and start_server() work with our contexts, unmodified.
import asyncio
import ssl
from helper import client_context, os_random, say, server_context


async def echo(reader, writer):
    try:
        while True:
            line = await reader.readline()
            if not line:
                break
            writer.write(b"echo " + line)
            await writer.drain()
        writer.close()
        await writer.wait_closed()
    except (OSError, EOFError):
        pass


async def talk(port, name, context, count):
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname="localhost")
    got = []
    for i in range(count):
        writer.write(b"%s %d\n" % (name, i))
        await writer.drain()
        got.append(await reader.readline())
    writer.close()
    await writer.wait_closed()
    return got


async def serve(context):
    for _ in range(50):
        port = 20000 + os_random() % 40000
        try:
            return await asyncio.start_server(echo, "127.0.0.1", port, ssl=context), port
        except OSError:
            pass


async def main():
    server, port = await serve(server_context())
    client = client_context()
    say("one connection", await talk(port, b"one", client, 3))
    results = await asyncio.gather(*[talk(port, b"c%d" % i, client, 4) for i in range(5)])
    for i, answers in enumerate(results):
        say("connection %d of five at once" % i, answers)

    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client, server_hostname="localhost")
    big = b"x" * 60000 + b"\n"
    writer.write(big)
    await writer.drain()
    say("60001 bytes come back", await reader.readexactly(5 + len(big)) == b"echo " + big)
    writer.close()
    await writer.wait_closed()

    # A certificate that is not trusted is refused in open_connection(), or at the first read or write.
    try:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", port, ssl=client_context(None), server_hostname="localhost")
        writer.write(b"hello\n")
        await writer.drain()
        await reader.readline()
        say("without a trust anchor", "not refused")
    except ssl.SSLCertVerificationError as e:
        say("without a trust anchor: refused, verify_code", e.verify_code)
    say("the server goes on", await talk(port, b"again", client, 1))
    server.close()


asyncio.run(main())
