# asyncio_server.py - an echo server for many clients at once:
#
#   asyncio_server.py PORT CERTIFICATE KEY
#
# ssl_asyncio completes each handshake before it calls serve(), and ends a handshake that takes too long.
import asyncio
import ssl
import sys
import ssl_asyncio

port, cert, key = int(sys.argv[1]), sys.argv[2], sys.argv[3]


async def echo(reader, writer):
    while True:
        data = await asyncio.wait_for(reader.read(1000), 60)  # a silent client is disconnected after a minute
        if not data:
            break
        writer.write(data)
        await writer.drain()


async def serve(reader, writer):
    print("connected:", writer.get_extra_info("peername")[0], writer.get_extra_info("cipher")[0])
    try:
        await echo(reader, writer)
    except (OSError, asyncio.TimeoutError) as e:
        print("a client has failed:", repr(e))
    finally:
        writer.close()
        await writer.wait_closed()


async def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    server = await ssl_asyncio.start_server(serve, "0.0.0.0", port, ssl=context, ssl_handshake_timeout=10)
    print("listening on", port)
    await server.serve_forever()


asyncio.run(main())
