# With ecdsa_sign_callback the private key can be outside of MicroPython, and a callback signs with it.
import ssl
import tls
from helper import client_context, read, server_context
from port import cases, pair, raises, shake

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
FIELD = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
BASE = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
        0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)


def inverse(a, n):
    return pow(a, n - 2, n)


def add(p, q):
    if p is None or q is None:
        return p or q
    if p[0] == q[0] and (p[1] + q[1]) % FIELD == 0:
        return None
    slope = (3 * p[0] * p[0] - 3) * inverse(2 * p[1], FIELD) if p == q else (q[1] - p[1]) * inverse(q[0] - p[0], FIELD)
    x = (slope * slope - p[0] - q[0]) % FIELD
    return x, (slope * (p[0] - x) - p[1]) % FIELD


def times(k, p):
    result = None
    while k:
        if k & 1:
            result = add(result, p)
        p, k = add(p, p), k >> 1
    return result


def integer(n):
    data = n.to_bytes(33, "big")
    while data[0] == 0 and data[1] < 0x80:
        data = data[1:]
    return b"\x02" + bytes([len(data)]) + data


def signature(private, digest):
    """Returns an ECDSA signature over P-256 (FIPS 186-5 6.4). A fixed k is good enough for a test."""
    k = 0x1234567890ABCDEF1234567890ABCDEF1234567890ABCDEF1234567890ABCDEF
    r = times(k, BASE)[0] % ORDER
    s = inverse(k, ORDER) * (int.from_bytes(digest[:32], "big") + r * private) % ORDER
    body = integer(r) + integer(s)
    return b"\x30" + bytes([len(body)]) + body


def private_of(name):
    seen = []
    ctx = tls.SSLContext(tls.PROTOCOL_TLS_SERVER)
    ctx.ecdsa_sign_callback = lambda key, digest: seen.append(key)
    ctx.load_cert_chain(read(name + ".pem"), read(name + ".key"))
    assert meet(client_context(), ctx) == [True, True]  # None: mbedTLS signs with the key that was loaded
    return int.from_bytes(seen[0], "big")


def meet(client, server):
    c, s, _, _ = pair(client, server)
    return shake(c, s)


def a_key_that_is_not_here():
    private, calls = private_of("server"), []

    def sign(key, digest):
        calls.append(key)
        return signature(private, digest)

    for key in (None, read("client.key")):
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.ecdsa_sign_callback = sign
        server.load_cert_chain(read("server.pem"), key)
        assert server.ecdsa_sign_callback is sign
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            client = client_context()
            client.minimum_version = client.maximum_version = version
            assert meet(client, server) == [True, True]
    assert calls[:2] == [b"", b""] and len(calls) == 4 and len(calls[2]) == 32


def of_a_client():
    server = server_context()
    server.verify_mode = ssl.CERT_REQUIRED
    server.load_verify_locations(read("ca.pem"))
    seen = []
    client = client_context()
    client.ecdsa_sign_callback = lambda key, digest: seen.append(key)
    client.load_cert_chain(read("client.pem"), read("client.key"))
    assert meet(client, server) == [True, True]
    for private, good in ((int.from_bytes(seen[0], "big"), True), (private_of("server"), False)):
        client = client_context()
        client.ecdsa_sign_callback = lambda key, digest: signature(private, digest)
        client.load_cert_chain(read("client.pem"))
        result = meet(client, server)
        assert (result[1] is True) == good and (good or isinstance(result[1], ssl.SSLError)), result


def failures():
    def sign(key, digest):
        raise RuntimeError("no secure element")

    def server_with(answer):
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.ecdsa_sign_callback = answer
        server.load_cert_chain(read("server.pem"))
        return server

    for answer, kind in ((sign, RuntimeError), (lambda key, digest: 7, TypeError), (lambda key, digest: b"", ValueError),
                         (lambda key, digest: bytes(20000), ValueError), (lambda key, digest: None, ValueError)):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            client = client_context()
            client.minimum_version = client.maximum_version = version
            result = meet(client, server_with(answer))
            assert isinstance(result[0], ssl.SSLError) and isinstance(result[1], kind), result
    result = meet(client_context(), server_with(lambda key, digest: b"\x30\x06\x02\x01\x01\x02\x01\x01"))
    assert isinstance(result[0], ssl.SSLError), result


def what_cannot_be_loaded():
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    raises(ssl.SSLError, server.load_cert_chain, read("server.pem"))  # needs a key without a callback
    raises(ssl.SSLError, server.load_cert_chain, read("server.pem"), read("client.key"))
    raises(TypeError, setattr, server, "ecdsa_sign_callback", 1)
    server.ecdsa_sign_callback = lambda key, digest: None
    raises(ssl.SSLError, server.load_cert_chain, read("server-rsa.pem"))  # an RSA key


cases(a_key_that_is_not_here, of_a_client, failures, what_cannot_be_loaded)
print("ok")
