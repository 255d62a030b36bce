# SPDX-License-Identifier: MIT
#
# use_umqtt_robust.py - umqtt.robust connects again by itself when its connection to a broker is lost.
from common import PORT, body, context, report
from umqtt import robust


# The library would try to connect again for ever. Here it raises its error after two attempts.
class Client(robust.MQTTClient):
    def delay(self, i):
        if i == 2:
            raise self.last

    def log(self, in_reconnect, e):
        self.last = e


def client(name="robust"):
    return Client(name, "localhost", PORT, keepalive=30, ssl=context())


def use():
    got = []
    c = client()
    c.set_callback(lambda topic, msg: got.append(msg))
    c.reconnect()
    c.subscribe(b"robust", qos=1)
    for size in (1, 1000, 16384, 54038):
        # The broker disconnects the first of two clients with the same name.
        other = client()
        other.connect(clean_session=False)
        other.sock.close()
        c.publish(b"robust", body(size), qos=1)
        while not got:
            c.wait_msg()
        # A message whose acknowledgement was lost arrives twice.
        assert set(got) == {body(size)}, size
        del got[:]
    # The connection is lost while the client waits for a message.
    other = client()
    other.connect(clean_session=False)
    other.sock.close()
    other = client("third")
    other.connect()
    other.publish(b"robust", b"meanwhile", qos=1)
    other.disconnect()
    while not got:
        c.wait_msg()
    assert set(got) == {b"meanwhile"}
    c.disconnect()


report(use)
