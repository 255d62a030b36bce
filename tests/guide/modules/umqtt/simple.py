# SPDX-License-Identifier: MIT
#
# simple.py - publishes over MQTT 3.1.1, with the names of micropython-lib's umqtt.simple: for the guide's snippets where no
# checkout of micropython-lib is given (MICROPYTHON_LIB).
import socket
import struct


class MQTTException(Exception):
    pass


def _text(text):
    data = text if isinstance(text, bytes) else text.encode()
    return struct.pack("!H", len(data)) + data


class MQTTClient:
    def __init__(self, client_id, server, port, user=None, password=None, keepalive=0, ssl=None):
        self.client_id, self.address, self.context = client_id, (server, port), ssl
        self.user, self.password, self.keepalive = user, password, keepalive

    def _send(self, kind, body):
        size = bytes([len(body)]) if len(body) < 128 else bytes([len(body) & 127 | 128, len(body) >> 7])
        self.sock.write(bytes([kind]) + size + body)

    def connect(self):
        sock = socket.socket()
        sock.connect(socket.getaddrinfo(*self.address)[0][-1])
        self.sock = self.context.wrap_socket(sock, server_hostname=self.address[0])
        flags = 2 | (0 if self.user is None else 0x80) | (0 if self.password is None else 0x40)
        more = b"".join(_text(t) for t in (self.user, self.password) if t is not None)
        self._send(0x10, _text("MQTT") + bytes([4, flags]) + struct.pack("!H", self.keepalive) + _text(self.client_id) + more)
        answer = self.sock.read(4)
        if answer[3] != 0:
            raise MQTTException(answer[3])

    def publish(self, topic, message):
        self._send(0x30, _text(topic) + message)

    def disconnect(self):
        self._send(0xE0, b"")
        self.sock.close()
