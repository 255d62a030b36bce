# sendfile(), addresses, a timeout that was set before wrap_socket(), default paths, and the certificates that count as CAs are
# as in CPython.
import io
import socket
import ssl
from helper import CERTS, Server, client_context, part, say, show, show_text

BIG = bytes(range(251)) * 100
received = []


def keep(tls):
    """Receives as many bytes as the first eight say, and answers when it has all of them."""
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


part("sendfile")
for args in ((), (0, 10), (1000,), (1000, 5000), (1000, None), (len(BIG),), (0, 10 ** 6)):
    server, tls = connected()
    file = io.BytesIO(BIG)
    start = args[0] if args else 0
    wanted = len(BIG[start:])
    tls.sendall(b"%8d" % (min(wanted, args[1] or wanted) if len(args) > 1 else wanted))
    sent = tls.sendfile(file, *args)
    close(server, tls)
    say("offset and count %s: sent" % (args,), sent, "the right bytes", b"".join(received) == BIG[start : start + sent],
        "file is at", file.tell())
    received.clear()
server, tls = connected()
for count_ in (0, -1):
    show_text("count %d" % count_, tls.sendfile, io.BytesIO(BIG), 0, count_)
show("a number as file", tls.sendfile, 5)
tls.setblocking(False)
show_text("on a non-blocking socket", tls.sendfile, io.BytesIO(BIG))
tls.setblocking(True)
tls.sendall(b"       0")
close(server, tls)

part("getsockname and getpeername")
server, tls = connected()
here, there = tls.getsockname(), tls.getpeername()
say("our host", here[0], "the peer's", there[0], "the peer's port is the server's", there[1] == server.port)
say("fields", len(here), "the ports differ", here[1] != there[1])
tls.sendall(b"       0")
close(server, tls)
show("getsockname after close", tls.getsockname)

part("a timeout that was set before wrap_socket")
for timeout in (None, 5, 1.5):
    server, tls = connected(timeout)
    say("gettimeout", tls.gettimeout())
    tls.sendall(b"       0")
    close(server, tls)

part("default paths")
paths = ssl.get_default_verify_paths()
say("class", ssl.DefaultVerifyPaths.__name__, "they are of it", isinstance(paths, ssl.DefaultVerifyPaths))
say("fields", len(paths), "the third", paths[2], "capath of (1, 2, 3, 4, 5, 6)", ssl.DefaultVerifyPaths(1, 2, 3, 4, 5, 6).capath)

part("which certificates count as CAs")
ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
ctx.load_verify_locations(CERTS + "odd-cas.pem")
say("cert_store_stats", sorted(ctx.cert_store_stats().items()))
say("get_ca_certs", sorted(c["subject"] for c in ctx.get_ca_certs()))
