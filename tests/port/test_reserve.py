# SSLContext.reserve(): connections whose memory was set aside (an extension, docs/memory.md).
import gc
import ssl
from helper import CERTS, bio_pair, client_context, server_context
from port import pair, raises, shake


def life(client, server):
    c, s, a, b = pair(client, server)
    assert shake(c, s) == [True, True]
    c.sendall(b"x" * 5000)
    got = b""
    while len(got) < 5000:
        got += s.recv(5000)
    s.sendall(b"tickets came before this")
    assert c.recv(100) == b"tickets came before this"
    return c, s, a, b


for cert in ("server", "server-rsa"):
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        for mutual in (False, True):
            client, server = client_context(), server_context(cert)
            client.maximum_version = version
            if mutual:
                client.load_cert_chain(CERTS + "client.pem", CERTS + "client.key")
                server.load_verify_locations(CERTS + "ca.pem")
                server.verify_mode = ssl.CERT_REQUIRED
            before = client.memory()
            assert before["reserved"] == before["places"] == 0
            for ctx in (client, server):
                ctx.reserve(2)
                memory = ctx.memory()
                assert memory["reserved"] == ctx.memory_needed(2) > 2 * 20480, memory
                assert memory["places"] == 2 and memory["connections"] == memory["used"] == 0
            outside = client.memory()["outside"], server.memory()["outside"]
            for _ in range(6):
                c, s, a, b = life(client, server)
                memory = server.memory()
                assert memory["connections"] == 1 and memory["used"] > 20000
                c.close()
                s.close()
            assert (client.memory()["outside"], server.memory()["outside"]) == outside
            assert client.memory()["used"] == 0 and server.memory()["used"] < 2000
            assert server.memory()["peak"] < server.memory()["reserved"] // 2

# One more than reserved: an error at once, and the stream is untouched.
client, server = client_context(), server_context()
client.reserve(1)
c, s, a, b = life(client, server)
c2, s2, a2, b2 = pair(server=server)
plain = type(a)(a2.rd, a2.wr)
raises(MemoryError, client.wrap_socket, plain, False, False, True, "localhost")
assert plain.closed == 0 and not plain.wr.data
raises(MemoryError, client.wrap_bio, ssl.MemoryBIO(), ssl.MemoryBIO(), False, "localhost")
assert c.version()
c.close()
tls = client.wrap_socket(plain, server_hostname="localhost", do_handshake_on_connect=False)
assert shake(tls, s2) == [True, True]

# What was dropped without being closed is found; the collector may still see a few on the stack.
tls = plain = c = c2 = None
client.reserve(4)
for _ in range(30):
    life(client, server)

# Given back while in use: the connection goes on, the next one needs no place.
client.reserve(1)
c, s, a, b = life(client, server)
client.reserve(0)
assert client.memory()["reserved"] == 0
c.sendall(b"still here")
assert s.recv(20) == b"still here"
c2 = life(client, server)
client.reserve(3)
many = [life(client, server) for _ in range(3)]
raises(MemoryError, pair, client)
client.reserve(1)  # another block, for those to come
life(client, server)
c.sendall(b"and still")
assert s.recv(20) == b"and still"

# A session that is kept does not hold a place.
many = c2 = None
client.reserve(1)
sessions = []
for _ in range(20):
    c, s, a, b = pair(client, server)
    if sessions:
        c.session = sessions[-1]
    assert shake(c, s) == [True, True] and c.session_reused is bool(sessions)
    s.sendall(b"x")
    c.recv(1)
    sessions.append(c.session)
    c.close()
assert client.memory()["used"] == 0

# What cannot be honoured raises.
raises(ValueError, client.reserve, -1)
raises(ValueError, client.reserve, 70000)
raises(TypeError, client.reserve, 1, 2)
try:
    client.reserve(1, record_in=4096)
    raise SystemExit("taken")
except ValueError:
    pass
assert client.memory_needed(0) == 0 and client.memory_needed() == client.memory_needed(1)
print("ok")
