# SPDX-License-Identifier: MIT
#
# use_mqtt_as.py - sends and receives messages of many sizes, and many messages, by mqtt_as over a broker.
import asyncio
import ssl
import sys
from common import CERTS, MODE, PORT, body, report


# The library reads the state of a device's WLAN, which is always connected here.
class Board:
    STA_IF = 0

    def WLAN(self, interface):
        return self

    def active(self, *args):
        return True

    connect = disconnect = isconnected = active


board = Board()
# The library imports unique_id from machine, so it must be a plain function.
board.unique_id = lambda: b"board"
sys.modules["network"] = sys.modules["machine"] = board
import mqtt_as

SIZES = (0, 1, 127, 128, 1000, 16383, 16384, 16385, 54038, 70000)


def read(name):
    with open(name, "rb") as f:
        return f.read()


async def main():
    params = {"server_hostname": "localhost"}
    if MODE in ("require", "none"):
        params["cert_reqs"] = ssl.CERT_NONE
    elif MODE == "context":
        params.update(cert_reqs=ssl.CERT_REQUIRED, cadata=read(sys.argv[3]))
        params.update(cert=read(CERTS + "client.pem"), key=read(CERTS + "client.key"))
    mqtt_as.config.update(server="localhost", port=PORT, ssl=True, ssl_params=params, queue_len=400, response_time=5)
    client = mqtt_as.MQTTClient(mqtt_as.config)
    await client.connect(quick=True)
    await client.subscribe("echo", qos=1)
    messages = client.queue.__aiter__()
    for qos in (0, 1):
        for size in SIZES:
            await client.publish("echo", body(size), qos=qos)
            assert (await messages.__anext__())[1] == body(size), (qos, size)
    for n in range(300):
        await client.publish("echo", str(n))
    for n in range(300):
        assert (await messages.__anext__())[1] == b"%d" % n
    await client.disconnect()


report(lambda: asyncio.run(asyncio.wait_for(main(), 50)))
