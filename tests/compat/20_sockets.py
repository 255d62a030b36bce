# An SSLSocket as a socket: unconnected, listening, unwrapped, closed (5.1, 5.4).
import socket
import ssl
import time
import _thread
from helper import CERTS, Server, begin_connect, client_context, echo, listen, name_of, server_context, show, show_text

client, server = client_context(), server_context()

# Wrapped before it is connected.
tls = client.wrap_socket(socket.socket(), server_hostname="localhost")
print(tls.version(), tls.cipher(), tls.pending(), tls.selected_alpn_protocol(), tls.session, tls.session_reused,
      tls.compression(), tls.shared_ciphers(), tls.server_side, tls.server_hostname, tls.context is client)
show("handshake", tls.do_handshake)
show("certificate", tls.getpeercert)
show("unwrap", tls.unwrap)
show_text("read", tls.read)
show_text("write", tls.write, b"x")
show("recv", tls.recv, 1)
print(tls.gettimeout(), tls.fileno() >= 0)
free, addr = listen()
free.close()
show("refused", tls.connect, addr)
tls.close()

tls = client.wrap_socket(socket.socket(), server_hostname="localhost")
print(tls.connect_ex(addr) != 0)
tls.close()

srv = Server(echo)
tls = client.wrap_socket(socket.socket(), server_hostname="localhost")
print(tls.connect(srv.addr), tls.version())
show_text("twice", tls.connect, srv.addr)
show_text("twice", tls.connect_ex, srv.addr)
tls.sendall(b"over TLS")
print(tls.recv(100))
tls.close()
print(srv.wait())
show_text("closed", tls.connect, srv.addr)
show("closed", tls.do_handshake)
show("closed", tls.recv, 1)
show("closed", tls.send, b"x")
show("closed", tls.unwrap)
print(tls.fileno())

srv = Server(echo)
tls = client.wrap_socket(socket.socket(), server_hostname="localhost", do_handshake_on_connect=False)
print(tls.connect_ex(srv.addr), tls.version(), tls.do_handshake(), tls.version())
tls.sendall(b"and back")
print(tls.recv(100))
tls.close()
print(srv.wait())

# Connected, but not to whom we meant.
srv = Server(echo, server_context("expired"))
tls = client.wrap_socket(socket.socket(), server_hostname="localhost")
show_text("expired", tls.connect, srv.addr)
print(tls.version(), srv.wait())
show_text("and again", tls.connect, srv.addr)
tls.close()

# What would go past TLS.
srv = Server(echo)
tls = client.wrap_socket(srv.connect(), server_hostname="localhost")
show_text("sendto", tls.sendto, b"x", srv.addr)
show_text("recvfrom", tls.recvfrom, 1)
show_text("recvfrom_into", tls.recvfrom_into, bytearray(1))
show_text("sendmsg", tls.sendmsg, [b"x"])
show_text("recvmsg", tls.recvmsg, 1)
show_text("recvmsg_into", tls.recvmsg_into, [bytearray(1)])
show_text("dup", tls.dup)
show_text("binding", tls.get_channel_binding, "x")
show("post-handshake", tls.verify_client_post_handshake)

# Timeouts can be asked for.
for timeout in (3, 0.5, 0, None):
    tls.settimeout(timeout)
    print(tls.gettimeout())
tls.setblocking(False)
print(tls.gettimeout())
tls.setblocking(True)
print(tls.gettimeout())

# makefile: reads what is asked for, over several records; closing it leaves the connection.
f = tls.makefile("rwb", 0)
f.write(b"line one\nline two\nabc")
f.write(b"def")
print(f.readline(), f.readline())
f.close()
tls.settimeout(5)
left = b""
while len(left) < 6:
    left += tls.recv(6)
print(left)
tls.sendall(b"one\ntwo\n")
with tls.makefile("r") as text:
    print(repr(text.readline()))
show_text("mode", tls.makefile, "x")
tls.close()
print(srv.wait())

# A listener: what it accepts is wrapped, and one bad client does not stop it.
plain, addr = listen()
listener = server.wrap_socket(plain, server_side=True)
print(listener.server_side, listener.version(), listener.fileno() >= 0)
show_text("connect", listener.connect, addr)
show("certificate", listener.getpeercert)


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


for context in (client, client_context(None), client):
    c = Client(context)
    try:
        accepted, _ = listener.accept()
        print(type(accepted).__name__, accepted.server_side, accepted.version(), accepted.recv(10))
        accepted.sendall(b"welcome")
        accepted.close()
    except ssl.SSLError as e:
        print(type(e).__name__, e.reason)
    print(c.wait())
listener.close()
print(listener.fileno())

# Only streams; no handshake on a socket that does not wait.
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
show_text("datagrams", client.wrap_socket, udp)
udp.close()
srv = Server(echo)
sock = srv.connect()
sock.setblocking(False)
show_text("non-blocking", client.wrap_socket, sock, server_hostname="localhost")
print(srv.wait())
srv = Server(echo)
sock = srv.connect()
sock.setblocking(False)
tls = client.wrap_socket(sock, server_hostname="localhost", do_handshake_on_connect=False)
print(tls.gettimeout())
try:
    tls.do_handshake()  # done at once only if the server is very quick
except ssl.SSLWantReadError:
    pass
tls.setblocking(True)
tls.do_handshake()
tls.sendall(b"after all")
print(tls.recv(100))
tls.close()
print(srv.wait())


# Unwrapped, it is a plain socket again.
def polite(s):
    s.unwrap()
    s.recv(100)


def clear(s):
    s = s.unwrap()
    s.sendall(s.recv(100)) if hasattr(s, "sendall") else s.send(s.recv(100))


srv = Server(clear)
tls = client.wrap_socket(srv.connect(), server_hostname="localhost")
tls.unwrap()
show_text("read", tls.read)
show_text("write", tls.write, b"x")
show("unwrap", tls.unwrap)
print(tls.version(), tls.cipher(), tls.pending())
print(tls.send(b"in the clear"), tls.recv(100))
tls.close()
print(srv.wait())
for constructor in (ssl.SSLSocket, ssl.SSLObject):
    show_text("constructor", constructor)

# A connection that was refused while the socket did not wait: the reason is not lost.
listener, address = listen()
listener.close()
sock = begin_connect(address)
time.sleep(0.2)
try:
    client_context().wrap_socket(sock, server_hostname="localhost", do_handshake_on_connect=False).do_handshake()
except OSError as e:
    print("refused", e.errno)
