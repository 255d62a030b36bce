# A call that takes longer than the timeout raises CPython's TimeoutError. The timeout is for the whole call, and can be changed
# at any time.
import socket
import ssl
import time
from helper import Server, client_context, listen, part, say, server_context


def timed(what, fun, *args):
    try:
        say(what, fun(*args))
    except TimeoutError as e:
        say(what, type(e).__name__, "is an OSError", isinstance(e, OSError), "is an SSLError", isinstance(e, ssl.SSLError))
        say(what + ": text", str(e).split(": ")[-1], "arguments", len(e.args))


class Quiet(Server):
    """Accepts a connection and sends nothing."""

    def __init__(self):
        super().__init__(lambda s: s.recv(100000) and s.recv(100000), plain=True)


part("a handshake with a server that sends nothing")
srv = Quiet()
sock = srv.connect()
sock.settimeout(0.2)
timed("the timeout is set before wrap_socket", lambda: client_context().wrap_socket(sock, server_hostname="localhost"))
srv.wait()
srv = Quiet()
tls = client_context().wrap_socket(srv.connect(), server_hostname="localhost", do_handshake_on_connect=False)
tls.settimeout(0.2)
timed("the timeout is set after it", tls.do_handshake)
tls.close()
srv.wait()

part("a handshake with a server that sends a byte every 0.05 seconds")


def dribble(s):
    for _ in range(40):
        time.sleep(0.05)
        s.send(b"\x16\x03\x03\x10\x00"[_ % 5:_ % 5 + 1] if _ < 5 else b"\x02")


srv = Server(dribble, plain=True)
tls = client_context().wrap_socket(srv.connect(), server_hostname="localhost", do_handshake_on_connect=False)
tls.settimeout(0.5)
began = time.time()
timed("do_handshake", tls.do_handshake)
say("it has ended in time", time.time() - began < 1.6)
tls.close()
srv.wait()

part("reading, before and after a timeout")


def late(s):
    s.recv(1)
    s.sendall(b"late")
    s.recv(1)


srv = Server(late)
tls = client_context().wrap_socket(srv.connect(), server_hostname="localhost")
tls.settimeout(0.1)
timed("recv", tls.recv, 10)
timed("recv_into", tls.recv_into, bytearray(10))
tls.settimeout(5)
tls.sendall(b"x")
say("recv with a longer timeout", tls.recv(10))
tls.settimeout(None)
say("gettimeout after settimeout(None)", tls.gettimeout())
tls.sendall(b"x")
tls.close()
say("the server's error", srv.wait())

part("writing to a server that does not read")


def deaf(s):
    time.sleep(1.5)


srv = Server(deaf)
tls = client_context().wrap_socket(srv.connect(), server_hostname="localhost")
tls.settimeout(0.2)
data = bytes(200000)
timed("sendall", lambda: [tls.sendall(data) for _ in range(60)] and None)
tls.close()
srv.wait()

part("a listener")
plain, addr = listen()
listener = server_context().wrap_socket(plain, server_side=True)
listener.settimeout(0.1)
try:
    listener.accept()
except OSError as e:
    say("accept that times out raises an SSLError", isinstance(e, ssl.SSLError))
listener.close()
