# The streams of ssl_asyncio behave as CPython's asyncio: open_connection() returns, and a server's callback is called, only after
# the handshake. On CPython the script uses asyncio itself.
import asyncio
import errno
import ssl
from helper import client_context, listen_port, part, say, server_context

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
    say("is_closing after close", writer.is_closing())
    try:
        await writer.wait_closed()
    except OSError:
        pass


async def outcome(what, awaitable):
    try:
        result = await awaitable
        say(what, "a connection" if isinstance(result, tuple) else result)
        return result
    except ssl.SSLCertVerificationError as e:
        say(what, "SSLCertVerificationError %d" % e.verify_code)
    except ssl.SSLError as e:
        say(what, "SSLError %s" % e.reason)
    except OSError as e:
        if e.errno == errno.ECONNREFUSED:
            say(what, "OSError ECONNREFUSED")
        else:
            say(what + ": OSError, its text has the time", "taking longer than 0.2 seconds" in str(e))
    except ValueError as e:
        say(what, "ValueError %s" % e)


async def clients(server, port):
    part("open_connection")
    client = client_context()
    reader, writer = await streams.open_connection("localhost", port, ssl=client)
    info = writer.get_extra_info
    say("get_extra_info has a cipher", info("cipher") is not None, "version of its ssl_object", info("ssl_object").version())
    say("peercert", info("peercert")["subject"], "sslcontext is ours", info("sslcontext") is client)
    say("compression", info("compression"), "an unknown name", info("no such thing"), "with a default", info("none", 5))
    say("peername has the port", info("peername")[1] == port, "socket has a descriptor", info("socket").fileno() >= 0)
    say("answer", await ask(reader, writer))
    await end(writer)

    part("connections that are refused, for which the server's callback is not called")
    del heard[:]
    await outcome("a client that does not trust the server", streams.open_connection("127.0.0.1", port, ssl=client_context("rogue-ca.pem"), server_hostname="localhost"))
    await outcome("a client that asks for another name", streams.open_connection("127.0.0.1", port, ssl=client, server_hostname="example.com"))
    reader, writer = await streams.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.0\r\n\r\n")
    await reader.read()
    await end(writer)
    say("calls of the server's callback", heard)


async def arguments(port):
    part("arguments, and ports on which nobody listens")
    client = client_context()
    opened = streams.open_connection
    await outcome("server_hostname without ssl", opened("127.0.0.1", port, server_hostname="localhost"))
    await outcome("ssl_handshake_timeout without ssl", opened("127.0.0.1", port, ssl_handshake_timeout=1))
    await outcome("ssl_handshake_timeout of 0", opened("127.0.0.1", port, ssl=client, ssl_handshake_timeout=0))
    await outcome("start_server, ssl_handshake_timeout without ssl", streams.start_server(echo, "127.0.0.1", port, ssl_handshake_timeout=1))
    listener, _, free = listen_port()
    listener.close()
    await outcome("nobody listens", opened("127.0.0.1", free, ssl=client, server_hostname="localhost"))
    await outcome("nobody listens, without ssl", opened("127.0.0.1", free))


async def silence():
    async def silent(reader, writer):
        await asyncio.sleep(1)
        writer.close()

    part("peers that send nothing")
    server, port = await start(silent)
    client = client_context()
    await outcome("a silent server", streams.open_connection("127.0.0.1", port, ssl=client, server_hostname="localhost", ssl_handshake_timeout=0.2))
    server.close()

    # A client that sends nothing is disconnected after a while. The server serves another one meanwhile.
    del heard[:]
    server, port = await start(echo, ssl=server_context(), ssl_handshake_timeout=0.2)
    reader, writer = await streams.open_connection("127.0.0.1", port)
    other = await streams.open_connection("127.0.0.1", port, ssl=client, server_hostname="localhost")
    say("answer to another client", await ask(*other))
    say("what a silent client receives", await asyncio.wait_for(reader.read(), 5), "calls of the callback", heard)
    await end(writer)
    await end(other[1])
    server.close()


async def cancelled():
    part("open_connection that is cancelled")
    listener, _, port = listen_port()  # the kernel accepts connections, and nobody answers
    task = asyncio.create_task(streams.open_connection("127.0.0.1", port, ssl=client_context(), server_hostname="localhost"))
    await asyncio.sleep(0.1)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        say("open_connection raises", "CancelledError")
    listener.close()


async def upgrade():
    refused = asyncio.Event()

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
                refused.set()
        writer.close()

    server, port = await start(greet)
    for name in ("localhost", "example.com"):
        part("start_tls, server_hostname " + name)
        reader, writer = await streams.open_connection("127.0.0.1", port)
        say("first line", await reader.readline(), "cipher", writer.get_extra_info("cipher"))
        say("answer to STARTTLS", await ask(reader, writer, b"STARTTLS\n"))
        if await outcome("start_tls", writer.start_tls(client_context(), server_hostname=name)) is None:
            if name == "localhost":
                say("answer over TLS", await ask(reader, writer), "there is a cipher", writer.get_extra_info("cipher") is not None)
        await end(writer)
    await asyncio.wait_for(refused.wait(), 5)
    say("start_tls of the server has raised an OSError", refused.is_set())
    server.close()


async def a_socket_of_ones_own(port):
    import socket

    part("open_connection with a connected socket, and arguments that are refused")
    sock = socket.socket()
    sock.connect(socket.getaddrinfo("127.0.0.1", port)[0][-1])
    reader, writer = await streams.open_connection(sock=sock, ssl=client_context(), server_hostname="localhost")
    say("answer", await ask(reader, writer), "peername has the port", writer.get_extra_info("peername")[1] == port)
    await end(writer)
    for what, kw in (("host and sock", {"host": "localhost", "port": port, "sock": sock}), ("neither host nor sock", {})):
        try:
            await streams.open_connection(**kw)
        except ValueError as e:
            say(what, "ValueError %s" % e)
    try:
        await start(echo, ssl=True)
    except TypeError as e:
        say("start_server with ssl=True", "TypeError %s" % e)


async def a_plain_callback():
    def callback(reader, writer):
        writer.write(b"plain\n")
        writer.close()

    part("a callback that is no coroutine")
    server, port = await start(callback, ssl=server_context())
    reader, writer = await streams.open_connection("127.0.0.1", port, ssl=client_context(), server_hostname="localhost")
    say("read", await reader.read())
    await end(writer)
    say("is_serving", server.is_serving())
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
