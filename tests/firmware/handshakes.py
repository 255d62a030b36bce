# handshakes.py - whole connections work on an emulated board, in reserved memory, with a root store in flash, and while the
# clock is not set. docs/memory.md ("What a connection holds", "Set aside"), docs/root-store.md ("Cost") and docs/trust.md ("The
# clock") promise this, and have the figures that the script prints.
#
# Both ends are on the board and are joined by MemoryBIOs. Each line is a case with its instructions and bytes, client first;
# the last line is "ok".
import gc
import ssl


def contexts(cert, version, mutual):
    client, server = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    client.load_verify_locations(DATA["ca.pem"])
    server.load_cert_chain(DATA[cert + ".pem"], DATA[cert + ".key"])
    client.maximum_version = version
    if mutual:
        client.load_cert_chain(DATA["client.pem"], DATA["client.key"])
        server.load_verify_locations(DATA["ca.pem"])
        server.verify_mode = ssl.CERT_REQUIRED
    client.reserve(4)  # the collector may find a reference to the last connection on the stack
    server.reserve(4)
    return client, server


def connect(client, server, host="localhost", session=None):
    a, b = ssl.MemoryBIO(), ssl.MemoryBIO()
    c = client.wrap_bio(a, b, server_hostname=host, session=session)
    s = server.wrap_bio(b, a, server_side=True)
    left, spent = [c, s], [0, 0]
    while left:
        for end in list(left):
            began = ticks()
            try:
                end.do_handshake()
                left.remove(end)
            except ssl.SSLWantReadError:
                pass
            finally:
                spent[end is s] += instructions(began)
    return c, s, spent


def talk(c, s):
    data = bytes(range(256)) * 20
    for one, other in ((c, s), (s, c)):
        one.write(data)
        got = b""
        while len(got) < len(data):
            got += other.read(10000)
        assert got == data


for version, name in ((ssl.TLSVersion.TLSv1_2, "TLS 1.2"), (ssl.TLSVersion.TLSv1_3, "TLS 1.3")):
    for cert in ("server", "server-rsa"):
        for mutual in (False, True):
            gc.collect()
            client, server = contexts(cert, version, mutual)
            c, s, spent = connect(client, server)
            talk(c, s)
            assert c.getpeercert()["subject"] and c.version() == "TLSv" + name[-3:]
            idle = client.memory()["used"], server.memory()["used"]
            again, s2 = None, None
            session = c.session
            c = s = None
            gc.collect()
            c, s, resumed = connect(client, server, session=session)
            talk(c, s)
            assert c.session_reused and s.session_reused
            assert not mutual or s.getpeercert()["subject"]
            peak = client.memory()["peak"], server.memory()["peak"]
            print("%s %s%s: full %d + %d, resumed %d + %d instructions; peak %d, %d; idle %d, %d bytes" % (
                (name, cert, " mutual" if mutual else "") + tuple(spent) + tuple(resumed) + peak + idle))
            assert max(peak) < client.memory()["reserved"]
            # The session is not resumed for another host, and the certificate is refused.
            c = s = None
            gc.collect()
            try:
                connect(client, server, "other.test", session)
                print("not refused")
            except ssl.SSLCertVerificationError as e:
                assert e.verify_code == 62
            c = s = session = None
            client.reserve(0)
            server.reserve(0)
            client = server = None

# A connection that is dropped and not closed is collected: the collector looks through the engine's memory here, and finds no
# reference to it there. There may still be references to one or two on the stack.
client, server = contexts("server", ssl.TLSVersion.TLSv1_3, False)
client.reserve(0)
server.reserve(0)
for _ in range(8):
    c, s, spent = connect(client, server)
    c = s = None
    gc.collect()
assert client.memory()["outside"] < 15000, client.memory()

# The smallest reservation of docs/memory.md is enough, with `peer_chain` as long as the chain, and a root of the store.
def exactly(cert, version):
    bits = 4096 if cert in ("under-rsa", "web") else 2048
    plan = {"record_in": 512, "record_out": 512, "rsa_bits": bits}
    client, server = ssl.create_default_context(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(DATA[cert + ".pem"], DATA[cert + ".key"])
    client.maximum_version = version
    parts = DATA[cert + ".pem"].decode().split("-----BEGIN")[1:]
    chain = sum(len(ssl.PEM_cert_to_DER_cert("-----BEGIN" + part)) for part in parts)
    client.reserve(1, peer_chain=chain, **plan)
    server.reserve(1, peer_chain=0, **plan)
    connect(client, server)
    return client.memory()["handshake_peak"], client.memory()["reserved"]


for cert in ("server", "server-rsa", "under-rsa", "web"):
    gc.collect()
    print("the smallest reservation, %s: TLS 1.2 %d of %d, 1.3 %d of %d bytes" % (
        (cert,) + exactly(cert, ssl.TLSVersion.TLSv1_2) + exactly(cert, ssl.TLSVersion.TLSv1_3)))

# Of a root store in flash one root at a time is in memory, in the reserved block, and none while the connection is idle.
client = ssl.create_default_context()
assert client.cert_store_stats()["x509"] == 3
client.reserve(3)
sizes = []
for cert in ("server", "under-rsa"):
    server = contexts(cert, ssl.TLSVersion.TLSv1_3, False)[1]
    before = client.memory()
    c, s, spent = connect(client, server)
    talk(c, s)
    after = client.memory()
    assert after["outside_peak"] < before["outside"] + 1500, (before, after)
    print("root store in flash, %s: full %d + %d instructions; context %d bytes, idle %d" % (
        (cert,) + tuple(spent) + (before["outside"], after["used"] - before["used"])))
    assert len(c.get_verified_chain()) == 2
    sizes.append(client.memory()["used"] - after["used"])  # the root is read into memory again when it is asked for
    server.reserve(0)
    try:
        connect(client, server, "other.test")
        print("not refused")
    except ssl.SSLCertVerificationError as e:
        assert e.verify_code == 62
    c = s = None
    gc.collect()
print("a root in memory: P-256 %d bytes, RSA-4096 %d" % tuple(sizes))
assert max(sizes) <= 1536, sizes

# A device that has just started has a clock that stands in 1970.
def refusal(client, server):
    try:
        return connect(client, server)[0]
    except ssl.SSLCertVerificationError as e:
        return e.verify_message


lose_clock(1)
client, server = contexts("server", ssl.TLSVersion.TLSv1_3, False)
client.reserve(0)
server.reserve(0)
assert "the clock is not set" in refusal(client, server)
client.verify_clock = "floor"
assert refusal(client, server).version() == "TLSv1.3"
client.verify_clock = "hold"
c = refusal(client, server)
assert c.recheck() is False
lose_clock(0)  # as NTP does
assert c.recheck() is True and c.recheck() is True
c = None

# These numbers do not fit into small ints on a 32-bit board.
ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
assert ctx.options == 2186412112 and ssl.OP_ALL == 0x80000050 and ssl.OP_NO_RENEGOTIATION == 1 << 30
ctx.options |= ssl.OP_NO_TLSv1_3
assert ctx.options == 2186412112 | 1 << 29
assert ssl.cert_time_to_seconds("Jan  1 00:00:00 2045 GMT") == 2366841600
assert ctx.memory_needed() < 42000
print("ok")
