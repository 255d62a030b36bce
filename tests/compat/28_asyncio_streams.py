# asyncio's streams with CPython's promises: handshakes are done before a script hears of a connection.
# CPython's own asyncio, and ours is ssl_asyncio.
import asyncio
import errno
import ssl
from helper import CERTS, client_context, listen_port, server_context

try:
    import ssl_asyncio as streams
except ImportError:
    streams = asyncio

heard = []


async def echo(reader, writer):
    heard.append("called")
    try:
        while True:
            line = await reader.readline()
            if not line:
                break
            writer.write(b"echo " + line)
            await writer.drain()
    except OSError:
        pass
    writer.close()


async def start(callback, **kw):
    listener, _, port = listen_port()
    listener.close()
    return await streams.start_server(callback, "127.0.0.1", port, **kw), port


async def ask(reader, writer, text=b"hello\n"):
    writer.write(text)
    await writer.drain()
    return await reader.readline()


async def end(writer):
    writer.close()
    print("closing", writer.is_closing())
    try:
        await writer.wait_closed()
    except OSError:
        pass


async def outcome(what, awaitable):
    try:
        result = await awaitable
        print(what, "->", "a connection" if isinstance(result, tuple) else result)
        return result
    except ssl.SSLCertVerificationError as e:
        print(what, "->", "refused", e.verify_code)
    except ssl.SSLError as e:
        print(what, "->", "SSLError", e.reason)
    except OSError as e:
        refused = e.errno == errno.ECONNREFUSED
        print(what, "->", "refused" if refused else "taking longer than 0.2 seconds" in str(e))
    except ValueError as e:
        print(what, "->", "ValueError", e)


async def clients(server, port):
    client = client_context()
    reader, writer = await streams.open_connection("localhost", port, ssl=client)
    # The handshake is done already.
    print(writer.get_extra_info("cipher") is not None, writer.get_extra_info("ssl_object").version())
    print(writer.get_extra_info("peercert")["subject"], writer.get_extra_info("sslcontext") is client)
    print(writer.get_extra_info("compression"), writer.get_extra_info("no such thing"), writer.get_extra_info("none", 5))
    print(writer.get_extra_info("peername")[1] == port, writer.get_extra_info("socket").fileno() >= 0)
    print(await ask(reader, writer))
    await end(writer)

    # Its error is raised by open_connection() itself, and the server hears of nobody.
    del heard[:]
    await outcome("a stranger", streams.open_connection("127.0.0.1", port, ssl=client_context("rogue-ca.pem"), server_hostname="localhost"))
    await outcome("another name", streams.open_connection("127.0.0.1", port, ssl=client, server_hostname="example.com"))
    reader, writer = await streams.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.0\r\n\r\n")
    await reader.read()
    await end(writer)
    print("the server's callback was", heard)


async def arguments(port):
    client = client_context()
    opened = streams.open_connection
    await outcome("a name without ssl", opened("127.0.0.1", port, server_hostname="localhost"))
    await outcome("a time without ssl", opened("127.0.0.1", port, ssl_handshake_timeout=1))
    await outcome("no time", opened("127.0.0.1", port, ssl=client, ssl_handshake_timeout=0))
    await outcome("a server without ssl", streams.start_server(echo, "127.0.0.1", port, ssl_handshake_timeout=1))
    listener, _, free = listen_port()
    listener.close()
    await outcome("nobody listens", opened("127.0.0.1", free, ssl=client, server_hostname="localhost"))
    await outcome("nobody listens, plain", opened("127.0.0.1", free))


async def silence():
    async def silent(reader, writer):
        await asyncio.sleep(1)
        writer.close()

    server, port = await start(silent)
    client = client_context()
    await outcome("a silent server", streams.open_connection("127.0.0.1", port, ssl=client, server_hostname="localhost", ssl_handshake_timeout=0.2))
    server.close()

    # A silent client ends by itself, and another one is served meanwhile.
    del heard[:]
    server, port = await start(echo, ssl=server_context(), ssl_handshake_timeout=0.2)
    reader, writer = await streams.open_connection("127.0.0.1", port)
    other = await streams.open_connection("127.0.0.1", port, ssl=client, server_hostname="localhost")
    print(await ask(*other))
    print("the silent one hears", await asyncio.wait_for(reader.read(), 5), heard)
    await end(writer)
    await end(other[1])
    server.close()


async def cancelled():
    listener, _, port = listen_port()  # it accepts, and nobody answers
    task = asyncio.create_task(streams.open_connection("127.0.0.1", port, ssl=client_context(), server_hostname="localhost"))
    await asyncio.sleep(0.1)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print("cancelled")
    listener.close()


async def upgrade():
    async def greet(reader, writer):
        writer.write(b"220 ready\n")
        await writer.drain()
        if await reader.readline() == b"STARTTLS\n":
            writer.write(b"220 go\n")
            try:
                await writer.start_tls(server_context())
                writer.write(b"250 " + await reader.readline())
                await writer.drain()
            except OSError:
                print("the client has refused it")
        writer.close()

    server, port = await start(greet)
    for name in ("localhost", "example.com"):
        reader, writer = await streams.open_connection("127.0.0.1", port)
        print(await reader.readline(), writer.get_extra_info("cipher"))
        print(await ask(reader, writer, b"STARTTLS\n"))
        if await outcome("start_tls " + name, writer.start_tls(client_context(), server_hostname=name)) is None:
            if name == "localhost":
                print(await ask(reader, writer), writer.get_extra_info("cipher") is not None)
        await end(writer)
    server.close()


async def a_socket_of_ones_own(port):
    import socket

    sock = socket.socket()
    sock.connect(socket.getaddrinfo("127.0.0.1", port)[0][-1])
    reader, writer = await streams.open_connection(sock=sock, ssl=client_context(), server_hostname="localhost")
    print(await ask(reader, writer), writer.get_extra_info("peername")[1] == port)
    await end(writer)
    for kw in ({"host": "localhost", "port": port, "sock": sock}, {}):
        try:
            await streams.open_connection(**kw)
        except ValueError as e:
            print("ValueError", e)
    try:
        await start(echo, ssl=True)
    except TypeError as e:
        print("TypeError", e)


async def a_plain_callback():
    def callback(reader, writer):
        writer.write(b"plain\n")
        writer.close()

    server, port = await start(callback, ssl=server_context())
    reader, writer = await streams.open_connection("127.0.0.1", port, ssl=client_context(), server_hostname="localhost")
    print(await reader.read())
    await end(writer)
    print("serving", server.is_serving())
    server.close()


async def main():
    server, port = await start(echo, ssl=server_context())
    await clients(server, port)
    await arguments(port)
    await a_socket_of_ones_own(port)
    server.close()
    await silence()
    await cancelled()
    await upgrade()
    await a_plain_callback()


asyncio.run(main())
print("done")
