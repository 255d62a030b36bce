# ours.py - runs our end of the soak test; soak.py starts it on MicroPython. A request is a line with a size and that many bytes,
# and the answer is their SHA-256.
#
#   ours.py server PORT                    answers requests, and "report" with the descriptors and the bytes that it holds
#   ours.py sequence PORT COUNT            makes connections one after another, with both versions, new and resumed
#   ours.py together PORT COUNT            makes connections that are all open at once
#   ours.py faults PORT COUNT              makes connections over a bad network, which may fail but must deliver no wrong data
#   ours.py apart PORT BYTES               makes a connection that one thread reads and another one writes
import asyncio
import gc
import hashlib
import os
import socket
import ssl
import sys
import ssl_asyncio
from helper import CERTS, client_context, server_context

VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)


def descriptors():
    gc.collect()
    return len(list(os.ilistdir("/proc/self/fd")))


def request(n, size):
    """Returns a request of this size, and the answer to it."""
    data = bytes((n * 7 + i) & 255 for i in range(256)) * (size // 256)
    return b"%d\n" % len(data) + data, hashlib.sha256(data).digest()


# ---- the server ----
async def answer(reader, writer):
    line = await reader.readline()
    while line:
        if line == b"report\n":
            writer.write(b"%d %d\n" % (descriptors(), gc.mem_alloc()))
        else:
            left, digest = int(line), hashlib.sha256()
            while left > 0:
                part = await reader.read(min(left, 4096))
                if not part:
                    return
                digest.update(part)
                left -= len(part)
            writer.write(digest.digest())
        await writer.drain()
        line = await reader.readline()


async def serve(reader, writer):
    try:
        await answer(reader, writer)
    except (OSError, ValueError):
        pass  # the network has failed; no damaged byte comes this far, because TLS refuses it
    writer.close()
    await writer.wait_closed()


async def server(port):
    context = server_context()
    await ssl_asyncio.start_server(serve, "127.0.0.1", port, ssl=context, ssl_handshake_timeout=5, backlog=250)
    print("ready")
    while True:
        await asyncio.sleep(3600)


# ---- clients ----
def contexts():
    made = []
    for version in VERSIONS:
        context = client_context()
        context.minimum_version = context.maximum_version = version
        made.append(context)
    return made


def connect(context, port, session=None):
    sock = socket.socket()
    try:
        sock.connect(socket.getaddrinfo("127.0.0.1", port)[0][-1])
        sock.settimeout(20)
        return context.wrap_socket(sock, server_hostname="localhost", session=session)
    except OSError:
        sock.close()
        raise


def exchange(tls, n, size):
    text, wanted = request(n, size)
    tls.sendall(text)
    got = b""
    while len(got) < 32:
        part = tls.recv(32 - len(got))
        if not part:
            raise OSError(104)
        got += part
    assert got == wanted, "a wrong answer"


def sequence(port, count):
    sessions, resumed, made = [None, None], 0, contexts()
    for n in range(count):
        which = n % 2
        with connect(made[which], port, sessions[which]) as tls:
            exchange(tls, n, 512)
            resumed += tls.session_reused
            sessions[which] = tls.session if n % 10 > 1 else None
        if n == min(count - 1, 50):
            before = descriptors(), gc.mem_alloc()
    after = descriptors(), gc.mem_alloc()
    assert resumed > count // 2, resumed
    assert after[0] <= before[0] + 2 and after[1] < before[1] + 50000, (before, after)
    return "%d resumed" % resumed


async def one_of_many(made, port, n, all_open, opened):
    reader, writer = await ssl_asyncio.open_connection("127.0.0.1", port, ssl=made[n % 2], server_hostname="localhost")
    opened.append(n)
    await all_open.wait()
    for i in range(3):
        text, wanted = request(n + i, 2048)
        writer.write(text)
        await writer.drain()
        assert await reader.readexactly(32) == wanted
    writer.close()
    await writer.wait_closed()


async def together(port, count):
    made, all_open, opened = contexts(), asyncio.Event(), []
    tasks = [asyncio.create_task(one_of_many(made, port, n, all_open, opened)) for n in range(count)]
    while len(opened) < count:
        await asyncio.sleep(0.05)
        for task in tasks:
            if task.done():
                await task  # raises the exception of the task, if there is one
    all_open.set()
    await asyncio.gather(*tasks)
    return "%d at once" % len(opened)


def faults(port, count):
    good, made = 0, contexts()
    for n in range(count):
        try:
            with connect(made[n % 2], port) as tls:
                for i in range(3):
                    exchange(tls, n + i, (n * 997) % 20000)
            good += 1
        except OSError:
            pass
    assert good > count // 4, good
    return "%d of %d" % (good, count)


def apart(port, size):
    import _thread

    done, wanted = [], []

    def read(tls):
        try:
            for digest in wanted:
                got = b""
                while len(got) < 32:
                    got += tls.recv(32 - len(got))
                assert got == digest
            done.append("read")
        except Exception as e:
            done.append(repr(e))

    parts = [request(n, 16384) for n in range(size // 16384)]
    wanted.extend(digest for _, digest in parts)
    with connect(contexts()[1], port) as tls:
        tls.settimeout(60)
        _thread.start_new_thread(read, (tls,))
        for text, _ in parts:
            tls.sendall(text)
        import time

        for _ in range(1200):
            if done:
                break
            time.sleep(0.05)
    assert done == ["read"], done
    return "%d bytes" % size


what, port = sys.argv[1], int(sys.argv[2])
if what == "server":
    asyncio.run(server(port))
elif what == "together":
    print(asyncio.run(together(port, int(sys.argv[3]))))
else:
    print({"sequence": sequence, "faults": faults, "apart": apart}[what](port, int(sys.argv[3])))
