# beside.py - stock MicroPython's tls and ours work in one process, each with its own mbedTLS. Eight connections, each pairing of
# the two modules twice, advance by one step in turn.
import binascii
import os
import socket
import ssl
import tls
import tls_stock
from helper import listen

COUNT = 8
CA, CERT, KEY = (open(os.getenv("USSL_CERTS") + "/" + name, "rb").read() for name in ("ca.pem", "server.pem", "server.key"))


def der(pem):
    return binascii.a2b_base64(b"".join(line for line in pem.split(b"\n") if line[:1] != b"-"))


class Stock:
    @staticmethod
    def context(server):
        ctx = tls_stock.SSLContext(tls_stock.PROTOCOL_TLS_SERVER if server else tls_stock.PROTOCOL_TLS_CLIENT)
        if server:
            ctx.load_cert_chain(der(CERT), der(KEY))
        else:
            ctx.load_verify_locations(der(CA))
            ctx.verify_mode = tls_stock.CERT_REQUIRED
        return ctx


class Ours:
    @staticmethod
    def context(server):
        ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server else ssl.PROTOCOL_TLS_CLIENT)
        if server:
            ctx.load_cert_chain(CERT, KEY)
        else:
            ctx.load_verify_locations(CA)
        return ctx


class Half:
    """One end, which sends HELLO and waits for the HELLO of the other end."""

    def __init__(self, context, sock, server):
        sock.setblocking(False)
        name = {} if server else {"server_hostname": "localhost"}
        self.tls = context.wrap_socket(sock, server_side=server, do_handshake_on_connect=False, **name)
        self.to_say, self.heard = b"hello from the %s" % (b"server" if server else b"client"), b""

    def step(self):
        """Takes one step. Returns True if this end is done."""
        try:
            if self.to_say:
                n = self.tls.write(self.to_say)
                self.to_say = self.to_say[n or 0:]
            else:
                self.heard += self.tls.read(100) or b""
        except OSError as e:
            if e.errno not in (2, 3, 11, -26880, -26752):  # the call would have to wait
                raise
        return self.heard.startswith(b"hello from the ")


contexts = {module: (module.context(False), module.context(True)) for module in (Stock, Ours)}
listener, address = listen()
halves = []
for i in range(COUNT):
    client = socket.socket()
    client.connect(address)
    halves.append(Half(contexts[Stock if i & 1 else Ours][0], client, False))
    halves.append(Half(contexts[Stock if i & 2 else Ours][1], listener.accept()[0], True))

turns, left = 0, halves[:]
while left:
    left = [half for half in left if not half.step()]
    turns += 1
    assert turns < 100000, "%d ends wait for ever" % len(left)
for client, server in zip(halves[::2], halves[1::2]):
    assert client.heard == b"hello from the server" and server.heard == b"hello from the client"
    client.tls.close()
    server.tls.close()
print("ok: %s beside %s" % (tls_stock.MBEDTLS_VERSION, tls.MBEDTLS_VERSION))
