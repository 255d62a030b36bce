# SPDX-License-Identifier: MIT
#
# use_aiohttp.py - gets and posts bodies of many sizes with aiohttp, several at once, and exchanges messages over websockets.
import asyncio
from common import SIZES, URL, body, context, report
import aiohttp

SSL = context()


async def get(session, size, framing):
    async with session.get("%s/body/%d/%s" % (URL, size, framing), ssl=SSL) as answer:
        assert answer.status == 200
        got = b""
        while framing == "chunked":
            part = await answer.read()
            if not part:
                break
            got += part
        else:
            got = await answer.read(size if framing == "length" else -1)
        assert got == body(size), (size, framing)


async def websocket(session):
    async with session.ws_connect(URL.replace("https", "wss") + "/ws", ssl=SSL) as ws:
        for size in (1, 125, 126, 1024, 16384, 54038, 70000):
            await ws.send_bytes(body(size))
            assert await ws.receive_bytes() == body(size), ("websocket", size)
        await ws.send_str("text")
        assert await ws.receive_str() == "text"
        # A hundred small messages are sent before the first answer is read.
        for n in range(100):
            await ws.send_str(str(n))
        for n in range(100):
            assert await ws.receive_str() == str(n)
        await ws.close()


async def main():
    async with aiohttp.ClientSession() as session:
        for framing in ("length", "close", "cut", "chunked", "waits"):
            for size in SIZES:
                await get(session, size, framing)
        for size in SIZES[1:]:
            async with session.post(URL + "/echo", data=body(size), ssl=SSL) as answer:
                assert await answer.read() == body(size), ("post", size)
        # The default of https is ssl=True. A session has one reader, so each request below has a session of its own.
        if SSL is True:
            async with session.get(URL + "/json") as answer:
                assert await answer.json() == {"a": [1, 2]}
        await asyncio.gather(*[get(aiohttp.ClientSession(), size, "close") for size in SIZES])
        await websocket(session)


report(lambda: asyncio.run(main()))
