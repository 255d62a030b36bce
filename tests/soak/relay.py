# SPDX-License-Identifier: MIT
#
# relay.py - simulates a bad network in user space: a thread that passes bytes, or datagrams, from one port to another.
#
# A lost TCP segment looks like a pause, so streams are divided into small pieces that come late, and some connections end in
# the middle. Datagrams are lost, repeated and reordered. What happens depends only on the seed and on the traffic.
import asyncio
import random
import socket
import struct
import threading


class Relay:
    """`cut` is the share of connections that end too early, and `loss` is the share of datagrams that are lost."""

    def __init__(self, target, seed, cut=0.0, datagrams=False, loss=0.0):
        self.target, self.random, self.cut, self.loss = target, random.Random(seed), cut, loss
        self.started, self.ended = 0, 0  # connections that began, and those of them that were ended too early
        kind = socket.SOCK_DGRAM if datagrams else socket.SOCK_STREAM
        self.sock = socket.socket(socket.AF_INET, kind)
        self.sock.bind(("127.0.0.1", 0))
        self.port = self.sock.getsockname()[1]
        threading.Thread(target=self.run, args=(self.datagrams if datagrams else self.streams,), daemon=True).start()

    def run(self, serve):
        try:
            asyncio.run(serve())
        except OSError:
            pass  # the relay was closed

    def close(self):
        self.sock.close()

    # ---- streams ----
    async def streams(self):
        async with await asyncio.start_server(self.connection, sock=self.sock):
            await asyncio.Event().wait()

    async def connection(self, reader, writer):
        self.started += 1
        left = self.random.choice((100, 700, 3000, 30000)) if self.random.random() < self.cut else None
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            return writer.close()
        budget = [left]
        await asyncio.gather(self.copy(reader, far_writer, budget, writer), self.copy(far_reader, writer, budget, far_writer))
        for end in (writer, far_writer):
            end.close()

    async def copy(self, reader, writer, budget, back):
        try:
            while True:
                data = await reader.read(self.random.choice((1, 5, 50, 700, 20000)))
                if not data:
                    writer.write_eof()
                    return
                if self.random.random() < 0.02:
                    await asyncio.sleep(self.random.uniform(0.001, 0.03))
                writer.write(data)
                await writer.drain()
                if budget[0] is not None:
                    budget[0] -= len(data)
                    if budget[0] <= 0:
                        self.ended += 1
                        return self.end(writer, back)
        except OSError:
            self.end(writer, back)

    def end(self, *writers):
        """Ends both sides, with a reset or with a FIN."""
        reset = self.random.random() < 0.5
        for writer in writers:
            sock = writer.get_extra_info("socket")
            if reset and sock.fileno() >= 0:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort() if reset else writer.close()

    # ---- datagrams ----
    async def datagrams(self):
        loop = asyncio.get_running_loop()
        far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        far.connect(("127.0.0.1", self.target))
        for sock in (self.sock, far):
            sock.setblocking(False)
        client = [None]

        async def forward():
            while True:
                data, client[0] = await loop.sock_recvfrom(self.sock, 65536)
                self.pass_on(loop, data, lambda d: far.send(d))

        async def back():
            while True:
                try:
                    data = await loop.sock_recv(far, 65536)
                except ConnectionRefusedError:
                    continue
                self.pass_on(loop, data, lambda d: self.sock.sendto(d, client[0]))

        await asyncio.gather(forward(), back())

    def pass_on(self, loop, data, send):
        def now():
            try:
                send(data)
            except OSError:
                pass

        what = self.random.random()
        if what < self.loss:
            return
        loop.call_later(self.random.choice((0, 0, 0.005)), now)  # a delayed one can be overtaken
        if what > 1 - self.loss / 2:
            loop.call_later(0.01, now)
