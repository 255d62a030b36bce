# sendfile(), addresses, timeouts set before the socket was wrapped, default paths, and what counts as a CA.
import io
import socket
import ssl
from helper import CERTS, Server, client_context, show, show_text

BIG = bytes(range(251)) * 100


received = []


def keep(tls):
    """The first eight bytes say how many follow. The answer shows that all have come."""
    left = int(tls.recv(8))
    while left:
        data = tls.recv(left)
        left -= len(data)
        received.append(data)
    tls.sendall(b"ok")


def close(server, tls):
    assert tls.recv(2) == b"ok"
    tls.close()
    server.wait()


def connected(timeout=None):
    server = Server(keep)
    sock = server.connect()
    sock.settimeout(timeout)
    return server, client_context().wrap_socket(sock, server_hostname="localhost")


for args in ((), (0, 10), (1000,), (1000, 5000), (1000, None), (len(BIG),), (0, 10 ** 6)):
    server, tls = connected()
    file = io.BytesIO(BIG)
    start = args[0] if args else 0
    wanted = len(BIG[start:])
    tls.sendall(b"%8d" % (min(wanted, args[1] or wanted) if len(args) > 1 else wanted))
    sent = tls.sendfile(file, *args)
    close(server, tls)
    print(args[:2], sent, b"".join(received) == BIG[start : start + sent], file.tell())
    received.clear()
server, tls = connected()
for count_ in (0, -1):
    show_text("count", tls.sendfile, io.BytesIO(BIG), 0, count_)
show("no file", tls.sendfile, 5)
tls.setblocking(False)
show_text("without blocking", tls.sendfile, io.BytesIO(BIG))
tls.setblocking(True)
tls.sendall(b"       0")
close(server, tls)

# Addresses.
server, tls = connected()
here, there = tls.getsockname(), tls.getpeername()
print(here[0], there[0], there[1] == server.port, len(here), here[1] != there[1])
tls.sendall(b"       0")
close(server, tls)
show("closed", tls.getsockname)

# A timeout that was set before counts on.
for timeout in (None, 5, 1.5):
    server, tls = connected(timeout)
    print(tls.gettimeout())
    tls.sendall(b"       0")
    close(server, tls)

paths = ssl.get_default_verify_paths()
print(isinstance(paths, ssl.DefaultVerifyPaths), ssl.DefaultVerifyPaths.__name__, len(paths), paths[2])
print(ssl.DefaultVerifyPaths(1, 2, 3, 4, 5, 6).capath)

ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
ctx.load_verify_locations(CERTS + "odd-cas.pem")
print(sorted(ctx.cert_store_stats().items()), sorted(c["subject"] for c in ctx.get_ca_certs()))
