# wrap_socket's checks come before the socket is touched (section 5.1).
import socket
import ssl
from helper import Server, client_context, echo, server_context, show, show_text

client, server = client_context(), server_context()
srv = Server(echo)
sock = srv.connect()
show_text("no name", client.wrap_socket, sock)
show_text("empty name", client.wrap_socket, sock, server_hostname="")
show_text("name for a server", server.wrap_socket, sock, server_side=True, server_hostname="a")
loose = client_context()
loose.check_hostname = False
# The socket is as it was: it can still be wrapped.
tls = client.wrap_socket(sock, server_hostname="localhost")
print(tls.version(), tls.server_side, tls.server_hostname, tls.context is client)
print(tls.send(b"one"), tls.recv(100), tls.recv(0), tls.sendall(b"two"), tls.recv())
print(tls.send(b"three"), tls.recv(2), tls.pending(), tls.recv(100))
buf = bytearray(10)
tls.sendall(b"four")
print(tls.recv_into(buf), bytes(buf[:4]))
tls.sendall(b"fiver")
print(tls.recv_into(buf, 2), tls.recv_into(memoryview(buf)[5:]), bytes(buf))
show("flags", tls.recv, 10, 1)
show("flags", tls.send, b"x", 1)
show("flags", tls.sendall, b"x", 1)
show("flags", tls.recv_into, buf, 2, 1)
show("str", tls.send, "text")
show("str", tls.sendall, "text")
show("negative", tls.recv, -1)
tls.close()
tls.close()
show_text("recv", tls.recv, 1)
show_text("send", tls.send, b"x")
print(tls.version(), tls.cipher(), tls.pending(), tls.fileno())
print(srv.wait())

# A deferred handshake, and `with`.
srv = Server(echo)
with client.wrap_socket(srv.connect(), server_hostname="localhost", do_handshake_on_connect=False) as tls:
    print(tls.version(), tls.cipher())
    show_text("cert before", tls.getpeercert)
    tls.do_handshake()
    tls.do_handshake()
    print(tls.version())
    tls.sendall(b"data")
    print(tls.recv(10))
print(srv.wait())

# A refused certificate closes the socket; the server hears why.
srv = Server(echo, server_context("expired"))
sock = srv.connect()
show_text("expired", client.wrap_socket, sock, server_hostname="localhost")
print(srv.wait())

# Non-blocking: send and recv raise.
srv = Server(echo)
tls = client.wrap_socket(srv.connect(), server_hostname="localhost")
tls.setblocking(False)
show("nothing yet", tls.recv, 10)
tls.setblocking(True)
tls.sendall(b"now")
print(tls.recv(10))
tls.settimeout(0.2)
try:
    tls.recv(10)
except OSError as e:
    print("timeout", isinstance(e, ssl.SSLError))
tls.settimeout(5)
tls.sendall(b"later")
print(tls.recv(10))
show("negative timeout", tls.settimeout, -1)
tls.settimeout(None)
tls.close()
print(srv.wait())
