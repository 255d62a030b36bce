# Timeouts: TimeoutError, one deadline for a whole call, changeable at any time (5.4).
import socket
import ssl
import time
from helper import Server, client_context, listen, server_context, show


def timed(what, fun, *args):
    try:
        print(what, "->", fun(*args))
    except TimeoutError as e:
        print(what, type(e).__name__, isinstance(e, OSError), isinstance(e, ssl.SSLError),
              str(e).split(": ")[-1], len(e.args))


class Quiet(Server):
    """Accepts and says nothing."""

    def __init__(self):
        super().__init__(lambda s: s.recv(100000) and s.recv(100000), plain=True)


# The handshake, which needs many reads.
srv = Quiet()
sock = srv.connect()
sock.settimeout(0.2)
timed("set before", lambda: client_context().wrap_socket(sock, server_hostname="localhost"))
srv.wait()
srv = Quiet()
tls = client_context().wrap_socket(srv.connect(), server_hostname="localhost", do_handshake_on_connect=False)
tls.settimeout(0.2)
timed("set after", tls.do_handshake)
tls.close()
srv.wait()


# A server that dribbles does not move the deadline.
def dribble(s):
    for _ in range(40):
        time.sleep(0.05)
        s.send(b"\x16\x03\x03\x10\x00"[_ % 5:_ % 5 + 1] if _ < 5 else b"\x02")


srv = Server(dribble, plain=True)
tls = client_context().wrap_socket(srv.connect(), server_hostname="localhost", do_handshake_on_connect=False)
tls.settimeout(0.5)
began = time.time()
timed("dribble", tls.do_handshake)
print(time.time() - began < 1.6)
tls.close()
srv.wait()


# Reading, and going on afterwards.
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
print(tls.recv(10))
tls.settimeout(None)
print(tls.gettimeout())
tls.sendall(b"x")
tls.close()
print(srv.wait())


# Writing to somebody who does not read.
def deaf(s):
    time.sleep(1.5)


srv = Server(deaf)
tls = client_context().wrap_socket(srv.connect(), server_hostname="localhost")
tls.settimeout(0.2)
data = bytes(200000)
timed("sendall", lambda: [tls.sendall(data) for _ in range(60)] and None)
tls.close()
srv.wait()

# connect() within a timeout, and a listener's.
plain, addr = listen()
listener = server_context().wrap_socket(plain, server_side=True)
listener.settimeout(0.1)
try:
    listener.accept()
except OSError as e:
    print("accept", isinstance(e, ssl.SSLError))
listener.close()
