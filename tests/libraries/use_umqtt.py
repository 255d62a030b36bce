# SPDX-License-Identifier: MIT
#
# use_umqtt.py - sends and receives messages of many sizes, and many messages, by umqtt.simple over a broker, and waits for one
# that does not come.
import time
from common import CERTS, MODE, PORT, body, context, report
from umqtt.simple import MQTTClient

# These sizes are around the limits of MQTT's length bytes and of TLS records.
SIZES = (0, 1, 2, 120, 127, 128, 1000, 16127, 16128, 16129, 16360, 16370, 16383, 16384, 16385, 16400, 32768, 54038, 70000)


def client():
    params = {}
    if MODE == "true":
        params = {"server_hostname": "localhost", "cert": CERTS + "client.pem", "key": CERTS + "client.key"}
        params = {k: open(v, "rb").read() if "/" in v else v for k, v in params.items()}
    return MQTTClient("simple", "localhost", PORT, keepalive=30, ssl=context(), ssl_params=params)


def use():
    got = []
    c = client()
    c.set_callback(lambda topic, msg: got.append((topic, msg)))
    c.connect()
    c.subscribe(b"echo")
    for qos in (0, 1):
        for size in SIZES:
            c.publish(b"echo", body(size), qos=qos)
            while not got:
                c.wait_msg()
            assert got.pop() == (b"echo", body(size)) and not got, (qos, size)
    assert c.check_msg() is None
    for n in range(300):
        c.publish(b"echo", b"%d" % n)
    while len(got) < 300:
        c.wait_msg()
    assert [msg for _, msg in got] == [b"%d" % n for n in range(300)]
    # check_msg() does not block, and returns None until the message is there.
    del got[:]
    c.publish(b"echo", body(40000), qos=1)
    end = time.time() + 10
    while not got and time.time() < end:
        c.check_msg()
    assert got == [(b"echo", body(40000))]
    c.ping()
    assert c.wait_msg() is None
    c.disconnect()
    # If the broker sends nothing, the timeout of the socket ends the wait.
    c.connect(timeout=0.3)
    try:
        c.wait_msg()
        assert False, "a message came"
    except OSError as e:
        assert abs(e.errno) == 110, e  # stock MicroPython's ssl raises the negative number
    c.disconnect()


report(use)
