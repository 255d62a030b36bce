# little_memory.py PORT CAFILE VERSION - connections with little memory, which share record buffers or have small ones, work with
# a server that sends the largest records. Prints "ok".
import asyncio
import socket
import ssl
import sys

port, ca, version = int(sys.argv[1]), sys.argv[2], sys.argv[3]
COUNT = 100000


def context(**plan):
    ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    ctx.load_verify_locations(ca)
    ctx.reserve(**plan)
    return ctx


def connect(ctx):
    s = socket.socket()
    s.connect(socket.getaddrinfo("127.0.0.1", port)[0][-1])
    return ctx.wrap_socket(s, server_hostname="localhost")


async def fetch(ctx, pause):
    reader, writer = await asyncio.open_connection("localhost", port, ssl=ctx)
    writer.write(b"%d\n" % COUNT)
    await writer.drain()
    got = 0
    while True:
        part = await reader.read(3000)
        if not part:
            break
        assert part == bytes((got + i) % 251 for i in range(len(part)))
        got += len(part)
        if pause:
            await asyncio.sleep_ms(1)
    writer.close()
    assert got == COUNT, got


async def eight_with_two():
    ctx = context(connections=8, buffers=2, peer_chain=1024, rsa_bits=2048, record_out=1024)
    assert ctx.memory_needed(8, buffers=2, peer_chain=1024, rsa_bits=2048) < ctx.memory_needed(8, peer_chain=1024, rsa_bits=2048) - 30000
    await asyncio.gather(*[fetch(ctx, i % 2) for i in range(8)])
    memory = ctx.memory()
    assert memory["largest_record"] == 16384 and memory["connections"] <= 8, memory


asyncio.run(eight_with_two())

# A read that finds no free buffer waits, and no byte is lost.
ctx = context(connections=2, buffers=1, peer_chain=1024, rsa_bits=2048)
a, b = connect(ctx), connect(ctx)
for tls in (a, b):
    tls.write(b"40000\n")
first = a.recv(10)
b.settimeout(0.2)
try:
    b.recv(10)
    print("not refused: there was room")
except TimeoutError:
    pass
b.setblocking(False)
try:
    b.recv(10)
except ssl.SSLWantReadError:
    pass
got = len(first)
while got < 40000:
    got += len(a.recv(20000))
b.setblocking(True)
got = 0
while got < 40000:
    got += len(b.recv(20000))
a.close()
b.close()

# OpenSSL keeps to max_fragment_length, so small records are enough, in both versions.
ctx = context(connections=1, record_in=4096, record_out=512, peer_chain=1024, rsa_bits=2048)
tls = connect(ctx)
tls.write(b"20000\n")
got = 0
while got < 20000:
    part = tls.recv(20000)
    assert 0 < len(part) <= 4096
    got += len(part)
assert tls.version() == version.replace("_", ".") and ctx.memory()["largest_record"] == 4096
print("ok")
