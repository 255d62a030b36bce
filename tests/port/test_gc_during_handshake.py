# The collector does no harm: contexts are dropped while their sockets are used, constructors raise, finalisers run in any order,
# and many connections leak no memory.
import gc
import ssl
from helper import CERTS, client_context, server_context
from port import Pipe, Stream, pair, raises, shake

c, s, a, b = pair()
gc.collect()
[bytearray(5000) for _ in range(50)]
assert shake(c, s) == [True, True]
ctx = c.context
del ctx
gc.collect()
assert c.write(b"alive") == 5 and s.recv(9) == b"alive"

# A context changes while a connection uses it.
ctx = client_context()
c, s, a, b = pair(ctx)
ctx.load_verify_locations(CERTS + "rogue-ca.pem")
ctx.load_cert_chain(CERTS + "client.pem", CERTS + "client.key")
ctx.load_cert_chain(CERTS + "client.pem", CERTS + "client.key")
ctx.check_hostname = False
ctx.verify_mode = ssl.CERT_NONE
gc.collect()
assert shake(c, s) == [True, True]
c, s, a, b = pair(ctx, server_context("self-signed"))
assert shake(c, s) == [True, True]

for _ in range(200):
    raises(ValueError, ssl.SSLContext, 99)
    raises(TypeError, ssl.SSLContext, "x")
    raises(ssl.SSLError, ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).wrap_bio, ssl.MemoryBIO(), ssl.MemoryBIO())
    raises(ValueError, client_context(None).wrap_socket, Stream(Pipe(), Pipe()))
gc.collect()


def connect_and_drop(n):
    client, server = client_context(), server_context()
    for i in range(n):
        c, s, a, b = pair(client, server)
        if i % 3:
            assert shake(c, s) == [True, True]
            c.write(b"x")
        else:
            raises(ssl.SSLWantReadError, c.do_handshake)
        if i % 2:
            c.close()
        del c, s, a, b
        if i % 5 == 0:
            gc.collect()


def resident():
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1])


connect_and_drop(60)
gc.collect()
before = resident()
connect_and_drop(180)
gc.collect()
grown = resident() - before
assert grown < 500, "%d pages more after 180 connections" % grown
print("ok")
