# An SSLSocket has CPython's methods of a socket, whether it is unconnected, connected, listening, unwrapped or closed.
import socket
import ssl
import time
import _thread
from helper import Server, begin_connect, client_context, echo, listen, part, say, server_context, show, show_text

client, server = client_context(), server_context()

part("wrapped before it is connected")
tls = client.wrap_socket(socket.socket(), server_hostname="localhost")
for name in ("version", "cipher", "pending", "selected_alpn_protocol", "compression", "shared_ciphers"):
    say(name, getattr(tls, name)())
for name in ("session", "session_reused", "server_side", "server_hostname"):
    say(name, getattr(tls, name))
say("its context", tls.context is client)
show("do_handshake", tls.do_handshake)
show("getpeercert", tls.getpeercert)
show("unwrap", tls.unwrap)
show_text("read", tls.read)
show_text("write", tls.write, b"x")
show("recv", tls.recv, 1)
say("gettimeout", tls.gettimeout(), "has a descriptor", tls.fileno() >= 0)
free, addr = listen()
free.close()
show("connect, nobody listens", tls.connect, addr)
tls.close()

tls = client.wrap_socket(socket.socket(), server_hostname="localhost")
say("connect_ex, nobody listens, returns an errno", tls.connect_ex(addr) != 0)
tls.close()

part("connect")
srv = Server(echo)
tls = client.wrap_socket(socket.socket(), server_hostname="localhost")
say("connect", tls.connect(srv.addr), "version", tls.version())
show_text("connect again", tls.connect, srv.addr)
show_text("connect_ex again", tls.connect_ex, srv.addr)
tls.sendall(b"over TLS")
say("recv", tls.recv(100))
tls.close()
say("the server's error", srv.wait())
show_text("connect after close", tls.connect, srv.addr)
show("do_handshake after close", tls.do_handshake)
show("recv after close", tls.recv, 1)
show("send after close", tls.send, b"x")
show("unwrap after close", tls.unwrap)
say("fileno after close", tls.fileno())

part("connect_ex, and a handshake that is deferred")
srv = Server(echo)
tls = client.wrap_socket(socket.socket(), server_hostname="localhost", do_handshake_on_connect=False)
say("connect_ex", tls.connect_ex(srv.addr), "version", tls.version(), "do_handshake", tls.do_handshake(), "version", tls.version())
tls.sendall(b"and back")
say("recv", tls.recv(100))
tls.close()
say("the server's error", srv.wait())

part("connect to a server whose certificate has expired")
srv = Server(echo, server_context("expired"))
tls = client.wrap_socket(socket.socket(), server_hostname="localhost")
show_text("connect", tls.connect, srv.addr)
say("version", tls.version(), "the server's error", srv.wait())
show_text("connect again", tls.connect, srv.addr)
tls.close()

part("methods that would send or receive without TLS, and others that are refused")
srv = Server(echo)
tls = client.wrap_socket(srv.connect(), server_hostname="localhost")
show_text("sendto", tls.sendto, b"x", srv.addr)
show_text("recvfrom", tls.recvfrom, 1)
show_text("recvfrom_into", tls.recvfrom_into, bytearray(1))
show_text("sendmsg", tls.sendmsg, [b"x"])
show_text("recvmsg", tls.recvmsg, 1)
show_text("recvmsg_into", tls.recvmsg_into, [bytearray(1)])
show_text("dup", tls.dup)
show_text("get_channel_binding('x')", tls.get_channel_binding, "x")
show("verify_client_post_handshake", tls.verify_client_post_handshake)

part("gettimeout")
for timeout in (3, 0.5, 0, None):
    tls.settimeout(timeout)
    say("after settimeout(%s)" % timeout, tls.gettimeout())
tls.setblocking(False)
say("after setblocking(False)", tls.gettimeout())
tls.setblocking(True)
say("after setblocking(True)", tls.gettimeout())

part("makefile, which reads over several records and whose close() leaves the connection open")
f = tls.makefile("rwb", 0)
f.write(b"line one\nline two\nabc")
f.write(b"def")
say("readline", f.readline(), "readline", f.readline())
f.close()
tls.settimeout(5)
left = b""
while len(left) < 6:
    left += tls.recv(6)
say("recv of the rest", left)
tls.sendall(b"one\ntwo\n")
with tls.makefile("r") as text:
    say("readline of a text file", repr(text.readline()))
show_text("makefile('x')", tls.makefile, "x")
tls.close()
say("the server's error", srv.wait())

part("a listener, which goes on after a client that has failed")
plain, addr = listen()
listener = server.wrap_socket(plain, server_side=True)
say("server_side", listener.server_side, "version", listener.version(), "has a descriptor", listener.fileno() >= 0)
show_text("connect", listener.connect, addr)
show("getpeercert", listener.getpeercert)


class Client:
    def __init__(self, context):
        self.context, self.result = context, None
        self.lock = _thread.allocate_lock()
        self.lock.acquire()
        _thread.start_new_thread(self.work, ())

    def work(self):
        try:
            s = self.context.wrap_socket(socket.socket(), server_hostname="localhost")
            try:
                s.connect(addr)
                s.sendall(b"hello")
                self.result = s.recv(10)
            finally:
                s.close()
        except Exception as e:
            self.result = type(e).__name__
        self.lock.release()

    def wait(self):
        self.lock.acquire()
        return self.result


for what, context in (("a client", client), ("one that trusts nobody", client_context(None)), ("another client", client)):
    c = Client(context)
    try:
        accepted, _ = listener.accept()
        say(what + ": accept returns", type(accepted).__name__, "server_side", accepted.server_side, "version", accepted.version())
        say(what + ": recv", accepted.recv(10))
        accepted.sendall(b"welcome")
        accepted.close()
    except ssl.SSLError as e:
        say(what + ": accept raises", type(e).__name__, "reason", e.reason)
    say(what + ": it has received or raised", c.wait())
listener.close()
say("fileno after close", listener.fileno())

part("sockets of datagrams, and sockets that do not block")
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
show_text("wrap_socket of a datagram socket", client.wrap_socket, udp)
udp.close()
srv = Server(echo)
sock = srv.connect()
sock.setblocking(False)
show_text("wrap_socket of a non-blocking socket", client.wrap_socket, sock, server_hostname="localhost")
say("the server's error", srv.wait())
srv = Server(echo)
sock = srv.connect()
sock.setblocking(False)
tls = client.wrap_socket(sock, server_hostname="localhost", do_handshake_on_connect=False)
say("without its handshake: gettimeout", tls.gettimeout())
try:
    tls.do_handshake()  # returns if the server has answered already
except ssl.SSLWantReadError:
    pass
tls.setblocking(True)
tls.do_handshake()
tls.sendall(b"after all")
say("recv after setblocking(True) and do_handshake", tls.recv(100))
tls.close()
say("the server's error", srv.wait())

part("an SSLSocket after unwrap is a plain socket")


def clear(s):
    s = s.unwrap()
    s.sendall(s.recv(100)) if hasattr(s, "sendall") else s.send(s.recv(100))


srv = Server(clear)
tls = client.wrap_socket(srv.connect(), server_hostname="localhost")
tls.unwrap()
show_text("read", tls.read)
show_text("write", tls.write, b"x")
show("unwrap", tls.unwrap)
say("version", tls.version(), "cipher", tls.cipher(), "pending", tls.pending())
say("send", tls.send(b"in the clear"), "recv", tls.recv(100))
tls.close()
say("the server's error", srv.wait())
for constructor in (ssl.SSLSocket, ssl.SSLObject):
    show_text("%s()" % constructor.__name__, constructor)

part("a connection that was refused while the socket did not block")
listener, address = listen()
listener.close()
sock = begin_connect(address)
time.sleep(0.2)
try:
    client_context().wrap_socket(sock, server_hostname="localhost", do_handshake_on_connect=False).do_handshake()
except OSError as e:
    say("do_handshake raises errno", e.errno)
