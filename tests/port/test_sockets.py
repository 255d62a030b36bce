# heap: 2m
# A socket sends and receives only TLS, also if it is still connecting or was reset. After unwrap() its methods send and read all
# bytes in clear.
import select
import socket
import ssl
import time
from helper import Server, begin_connect, client_context, listen, server_context
from port import raises

# A socket that still connects does not count as unconnected, so what it sends is TLS.
listener, addr = listen()
full = []
for _ in range(8):  # fills the backlog of 5, so the next connections wait
    full.append(begin_connect(addr))
s = begin_connect(addr)
tls = client_context().wrap_socket(s, server_hostname="localhost", do_handshake_on_connect=False)
assert raises((OSError, ssl.SSLError), tls.send, b"password") is not None
for s in full:
    s.close()
poller = select.poll()
poller.register(listener, select.POLLIN)
sent = b""
accepted = []
for _ in range(100):
    if poller.poll(100):
        got = listener.accept()[0]
        got.setblocking(False)
        accepted.append(got)
    try:
        tls.send(b"password")
    except (OSError, ssl.SSLError):
        pass
    for got in accepted:
        try:
            sent += got.recv(1000)
        except OSError:
            pass
    if sent:
        break
for got in accepted:
    got.close()
assert sent[:1] == b"\x16" and b"password" not in sent
tls.close()
listener.close()

# Bytes in clear from a peer that has reset the connection are not read as data of TLS (CVE-2023-40217).
for way in ("wrap", "accept"):
    listener, addr = listen()
    context = server_context()
    s = socket.socket()
    s.connect(addr)
    s.send(b"DELETE / HTTP/1.0\r\n\r\n")
    s.setsockopt(socket.SOL_SOCKET, 13, b"\x01\x00\x00\x00\x00\x00\x00\x00")  # SO_LINGER 0: close() resets the connection
    s.close()
    time.sleep(0.1)
    if way == "wrap":
        plain, _ = listener.accept()
        e = raises(OSError, context.wrap_socket, plain, True)
    else:
        wrapped = context.wrap_socket(listener, server_side=True)
        e = raises(OSError, wrapped.accept)
    assert not isinstance(e, ssl.SSLError) or "Closed before TLS" in str(e) or e.reason, e
    listener.close()


# After unwrap() sendall() sends everything, and recv_into() reads as much as fits.
def clear(s):
    plain = s.unwrap()
    got = b""
    while len(got) < 300004:
        got += plain.recv(100000)
    plain.write(got[:4] + got[-4:])
    plain.close()


srv = Server(clear)
tls = client_context().wrap_socket(srv.connect(), server_hostname="localhost")
tls.unwrap()
assert tls.sendall(b"LOST" + bytes(300000), 0) is None
buf = bytearray(4)
assert tls.recv_into(buf, 0) == 4 and buf == b"LOST"
assert tls.recv_into(buf, None) == 4 and buf == bytes(4)
raises(ValueError, tls.recv_into, buf, 1, 2)
tls.close()
assert srv.wait() == "None"

# Settings that change between wrap_socket() and connect() count.
seen = []
ctx = client_context()
srv = Server(lambda s: s.recv(1))
tls = ctx.wrap_socket(socket.socket(), server_hostname="localhost")
ctx.verify_callback = lambda der, depth: seen.append(depth)
tls.connect(srv.addr)
assert seen == [1, 0]
tls.close()
srv.wait()

for bad in (-1, float("nan"), float("-inf")):
    raises(ValueError, ctx.wrap_socket(socket.socket(), server_hostname="x").settimeout, bad)
raises(OverflowError, ctx.wrap_socket(socket.socket(), server_hostname="x").settimeout, 1e30)
print("ok")
