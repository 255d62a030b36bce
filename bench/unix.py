# unix.py - measures on our MicroPython, on stock MicroPython and on CPython, with client and server in one thread.
#
#   unix.py CERTS WHAT CERT VERSION [N [PORT]]
#       WHAT is "handshakes": prints handshakes a second. "bulk" or "sockets": prints MB a second with N bytes a write;
#       "sockets" connects through PORT. Otherwise: makes N handshakes and prints nothing, because count.c prints.
#   unix.py "" default-context BUNDLE -
#       makes contexts that trust all of BUNDLE. Prints the microseconds of the first one and of each further one, then
#       the KB of memory of both.
#   unix.py CERTS bad-servers PORTS -
#       prints how many servers at these ports, joined by commas, requests fetches a page from. None of them has a certificate
#       that is good for localhost. Ours verifies with require_verification(), stock has no such function.
import os
import sys
import time

certs, what, cert, version = sys.argv[1:5]
try:
    import ssl as tls
except ImportError:
    import tls
STOCK = not hasattr(tls, "MemoryBIO")
ticks = time.perf_counter if hasattr(time, "perf_counter") else lambda: time.ticks_us() / 1e6


def read(name):
    with open(certs + name, "rb") as f:
        return f.read()


def der(name):
    try:
        from binascii import a2b_base64
    except ImportError:
        from ubinascii import a2b_base64
    lines, blocks = None, []
    for line in read(name).decode().split("\n"):
        if line.startswith("-----BEGIN"):
            lines = []
        elif line.startswith("-----END"):
            blocks.append(a2b_base64("".join(lines)))
        elif lines is not None:
            lines.append(line)
    return blocks


def contexts():
    client, server = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT), tls.SSLContext(tls.PROTOCOL_TLS_SERVER)
    if STOCK:
        client.verify_mode = tls.CERT_REQUIRED
        client.load_verify_locations(der("ca.pem")[0])
        server.load_cert_chain(der(cert + ".pem")[0], der(cert + ".key")[-1])
    else:
        client.load_verify_locations(certs + "ca.pem")
        server.load_cert_chain(certs + cert + ".pem", certs + cert + ".key")
        chosen = tls.TLSVersion.TLSv1_2 if version == "1.2" else tls.TLSVersion.TLSv1_3
        client.maximum_version = chosen
        if what == "count-reserved":
            client.reserve(2)
            server.reserve(2)
    return client, server


if STOCK:
    import io

    class Stream(io.IOBase):
        def __init__(self, rd, wr):
            self.rd, self.wr = rd, wr

        def readinto(self, buf):
            n = min(len(buf), len(self.rd))
            if n == 0:
                return None
            buf[:n] = self.rd[:n]
            self.rd[:] = self.rd[n:]
            return n

        def write(self, buf):
            self.wr.extend(buf)
            return len(buf)

        def ioctl(self, request, arg):
            return arg & 4 | (1 if self.rd else 0) if request == 3 else 0

    def connect(client, server):
        up, down = bytearray(), bytearray()
        c = client.wrap_socket(Stream(down, up), server_hostname="localhost", do_handshake_on_connect=False)
        s = server.wrap_socket(Stream(up, down), server_side=True, do_handshake_on_connect=False)
        sent = got = None
        while got != b"x":
            sent = sent or c.write(b"x")
            got = s.read(1)
        return c, s

else:

    def connect(client, server):
        up, down = tls.MemoryBIO(), tls.MemoryBIO()
        c = client.wrap_bio(down, up, server_hostname="localhost")
        s = server.wrap_bio(up, down, server_side=True)
        left = [c, s]
        while left:
            for end in list(left):
                try:
                    end.do_handshake()
                    left.remove(end)
                except tls.SSLWantReadError:
                    pass
        c.write(b"x")
        assert s.read(1) == b"x"
        return c, s

    def connect_sockets(client, server, port):
        import socket

        listener, near = socket.socket(), socket.socket()
        address = socket.getaddrinfo("127.0.0.1", port)[0][-1]
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(1)
        near.connect(address)
        c = client.wrap_socket(near, server_hostname="localhost", do_handshake_on_connect=False)
        s = server.wrap_socket(listener.accept()[0], server_side=True, do_handshake_on_connect=False)
        left = [c, s]
        while left:
            for end in list(left):
                end.setblocking(False)
                try:
                    end.do_handshake()
                    left.remove(end)
                except tls.SSLWantReadError:
                    pass
                end.setblocking(True)
        return c, s


def resident():
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1]) * 4.096


def default_context(roots):
    if not STOCK:
        return tls.create_default_context()
    context = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
    for root in roots:
        context.load_verify_locations(root)
    return context


def default_contexts():
    roots = der(cert) if STOCK else None
    kept, figures = [], []
    for n in (1, 20):
        before, began = resident(), ticks()
        for _ in range(n):
            kept.append(default_context(roots))
        took = ticks() - began
        figures += [took * 1e6 / n, (resident() - before) / n]
    print(figures[0], figures[2], figures[1], figures[3])


def accepted(ports):
    import requests

    if not STOCK:
        tls.require_verification()
    fetched = 0
    for port in ports:
        try:
            requests.get("https://localhost:%s/" % port)
            fetched += 1
        except (OSError, ValueError):
            pass
    print(fetched)


if what == "bad-servers":
    accepted(cert.split(","))
    sys.exit()
if what == "default-context":
    default_contexts()
    sys.exit()
client, server = contexts()
if what == "handshakes":
    connect(client, server)
    began, n = ticks(), 0
    while ticks() - began < 1.0:
        connect(client, server)
        n += 1
    print(n / (ticks() - began))
elif what == "bulk":
    c, s = connect(client, server)
    data, moved, began = bytes(int(sys.argv[5])), 0, ticks()
    while ticks() - began < 1.0:
        at = c.write(data)
        while at:
            at -= len(s.read(at))
        moved += len(data)
    print(moved / 1e6 / (ticks() - began))
elif what == "sockets":
    c, s = connect_sockets(client, server, int(sys.argv[6]))
    data, into, moved, began = bytes(int(sys.argv[5])), bytearray(int(sys.argv[5])), 0, ticks()
    while ticks() - began < 1.0:
        at = c.send(data)
        moved += at
        while at:
            at -= s.recv_into(into)
    print(moved / 1e6 / (ticks() - began))
else:
    for _ in range(int(sys.argv[5])):
        connect(client, server)
