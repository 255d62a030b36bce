# worst_chain.py - on an emulated board the chain that costs most to refuse costs a client fewer than MOST instructions, as
# docs/trust.md promises ("What is checked"). The script prints the instructions, and then "ok".
import ssl

MOST = 700000000

client, server = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
client.load_verify_locations(DATA["ca.pem"])
server.load_cert_chain(DATA["worst-chain.pem"], DATA["worst-chain.key"])
client.reserve(1, peer_chain=8000)  # on MicroPython's heap, allocations cost up to two thirds more
a, b = ssl.MemoryBIO(), ssl.MemoryBIO()
c = client.wrap_bio(a, b, server_hostname="localhost")
s = server.wrap_bio(b, a, server_side=True)
spent, refused = 0, None
while refused is None:
    began = ticks()
    try:
        c.do_handshake()
    except ssl.SSLWantReadError:
        pass
    except ssl.SSLCertVerificationError as e:
        refused = e
    spent += instructions(began)
    try:
        s.do_handshake()
    except ssl.SSLError:
        pass
print("%d instructions" % spent)
# Fewer than half would mean that the chain is refused before its signatures are checked.
assert MOST // 2 < spent < MOST, spent
assert refused.verify_code == 20, refused
print("ok")
