# asyncio_server.py - an echo server for many clients at once: asyncio_server.py PORT CERTIFICATE KEY
#
# ssl_asyncio does each handshake before it calls serve(), and ends one that takes too long.
import asyncio
import ssl
import sys
import ssl_asyncio

port, cert, key = int(sys.argv[1]), sys.argv[2], sys.argv[3]


async def serve(reader, writer):
    print("connected:", writer.get_extra_info("peername")[0], writer.get_extra_info("cipher")[0])
    try:
        while True:
            line = await reader.readline()
            if not line:
                break
            writer.write(line)
            await writer.drain()
    except OSError as e:
        print("a client has failed:", e)
    writer.close()
    await writer.wait_closed()


async def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    server = await ssl_asyncio.start_server(serve, "0.0.0.0", port, ssl=context, ssl_handshake_timeout=10)
    print("listening on", port)
    await server.serve_forever()


asyncio.run(main())
