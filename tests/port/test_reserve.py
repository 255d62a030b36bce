# Connections work in the memory that SSLContext.reserve() has set aside, and never take more (docs/memory.md).
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
                assert ctx.memory_needed(2, record_in=2048) < ctx.memory_needed(2)
                assert memory["places"] == 2 and memory["connections"] == memory["used"] == 0
            outside = client.memory()["outside"], server.memory()["outside"]
            for _ in range(6):
                c, s, a, b = life(client, server)
                memory = server.memory()
                assert memory["connections"] == 1 and 2000 < memory["used"] < 16000
                assert 4000 < memory["handshake_peak"] <= memory["peak"] and memory["largest_record"] > 4000
                c.close()
                s.close()
            assert (client.memory()["outside"], server.memory()["outside"]) == outside
            assert client.memory()["used"] == 0 and server.memory()["used"] < 2000
            assert server.memory()["peak"] < server.memory()["reserved"] // 2

# A connection more than are reserved raises at once, and its stream is not used.
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

# The slots of connections that were dropped without close() are found. The stack may keep a few of them.
tls = plain = c = c2 = None
client.reserve(4)
for _ in range(30):
    life(client, server)

# After reserve(0) an open connection goes on, and the next one needs no slot.
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
client.reserve(1)  # another block, for later connections
life(client, server)
c.sendall(b"and still")
assert s.recv(20) == b"and still"

# A reservation with small records limits those of the peer: our server keeps to the limit in both versions.
for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
    client = client_context()
    client.maximum_version = version
    for plan, most in (({"record_in": 1024, "record_out": 512}, 1024), ({"peer_chain": 1000}, 5000)):
        client.reserve(1, **plan)
        c, s, a, b = pair(client, server)
        assert shake(c, s) == [True, True]
        assert s.write(b"y" * 5000) == 5000 and c.write(b"z" * 5000) == 5000
        sizes = []
        while sum(sizes) < 5000:
            sizes.append(len(c.recv(5000)))
        assert most // 2 < max(sizes) <= most, sizes
        assert len(s.recv(5000)) <= plan.get("record_out", 4096)
        c.close()
    client.reserve(0)

# A TLS 1.2 server cannot limit the client's records. Its error says which size has arrived.
little = server_context()
little.reserve(1, record_in=1024)
client = client_context()
client.maximum_version = ssl.TLSVersion.TLSv1_2
c, s, a, b = pair(client, little)
assert shake(c, s) == [True, True]
c.write(b"x" * 1000)
assert len(s.recv(5000)) == 1000
c.write(b"x" * 4000)
e = raises(ssl.SSLError, s.recv, 5000)
assert e.reason == "RECORD_TOO_LARGE"
assert "record too large: the peer sent 4000 bytes, this context accepts 1024" in str(e), e
assert "record overflow" in str(raises(ssl.SSLError, c.recv, 1)).lower()
client = client_context()

# A session that is kept occupies no slot.
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
for name, values in (("record_in", (511, 16385, 0, -1)), ("record_out", (511, 16385)), ("buffers", (0, 3, -1)),
                     ("peer_chain", (-1, 20000)), ("rsa_bits", (-1, 8193))):
    for value in values:
        try:
            client.reserve(2, **{name: value})
            raise SystemExit("taken: %s=%d" % (name, value))
        except ValueError as e:
            assert name in str(e), e
assert client.memory_needed(0) == 0 and client.memory_needed() == client.memory_needed(1)
print("ok")
