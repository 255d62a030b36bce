# A client of TLS 1.2 answers a CertificateRequest with an empty list if the server could not use its certificate or its signature
# (RFC 5246 7.4.6), and refuses a malformed one.
import ssl
from helper import CERTS, client_context, server_context
from port import cases
from wire import HANDSHAKE, V12, ends, joined, message, messages, records, shake, step, u16

CERTIFICATE, REQUEST = 11, 13
RSA_SIGN, ECDSA_SIGN = 1, 64
RSA_SHA256, ECDSA_SHA256, RSA_SHA384, ECDSA_SHA384, RSA_SHA1, ED25519 = 0x0401, 0x0403, 0x0501, 0x0503, 0x0201, 0x0807


def request(types, schemes, names=b""):
    listed = b"".join([u16(scheme) for scheme in schemes])
    return bytes([len(types)]) + bytes(types) + u16(len(listed)) + listed + u16(len(names)) + names


def contexts(key):
    client, server = client_context(), server_context()
    client.load_cert_chain(CERTS + key + ".pem", CERTS + key + ".key")
    server.load_verify_locations(CERTS + "ca.pem")
    server.verify_mode = ssl.CERT_OPTIONAL
    return client, server


def with_request(body):
    """Returns a function that replaces the CertificateRequest of a flight."""

    def change(flight, turn):
        parts = []
        for kind, version, content in records(flight):
            if kind == HANDSHAKE and turn == 0:
                content = b"".join([message(k, body if k == REQUEST else b) for k, b in messages(content)])
            parts.append((kind, version, content))
        return joined(parts)

    return change


def certificates_sent(key, body):
    """Returns how many octets of certificates the client sends, and whether it signs."""
    client, server = contexts(key)
    client, server = ends(V12, client=client, server=server)
    step(client[0])
    server[1].write(client[2].read())
    step(server[0])
    client[1].write(with_request(body)(server[2].read(), 0))
    step(client[0])
    sent = []
    for kind, _, content in records(client[2].read()):
        if kind != HANDSHAKE:
            break
        sent += messages(content)
    size = [len(body) - 3 for kind, body in sent if kind == CERTIFICATE]
    return size[0], 15 in [kind for kind, _ in sent]


def what_the_server_can_use():
    every = (RSA_SHA256, ECDSA_SHA256, RSA_SHA384, ECDSA_SHA384)
    for key, own, other in (("client", ECDSA_SIGN, RSA_SIGN), ("server-rsa", RSA_SIGN, ECDSA_SIGN)):
        for types, schemes, sends in (
            ((RSA_SIGN, ECDSA_SIGN), every, True),
            ((99, own), (0xFEFE, ED25519) + every, True),
            ((other,), every, True),
            ((99,), every, True),
            ((own,), (RSA_SHA1, ED25519), False),
            ((own, other), [s for s in every if (s & 3 == 1) != (own == RSA_SIGN)], False),
        ):
            size, signed = certificates_sent(key, request(types, schemes))
            assert (size > 0, signed) == (sends, sends), (key, types, schemes, size, signed)


def what_is_malformed():
    good = request((RSA_SIGN, ECDSA_SIGN), (RSA_SHA256, ECDSA_SHA256))
    bad = [good[:i] for i in range(len(good))]
    bad += [good + b"\0", request((), (RSA_SHA256,)), request((RSA_SIGN,), ()), bytes([1, RSA_SIGN, 0, 3, 4, 1, 4, 0, 0])]
    for body in bad:
        client, server = contexts("client")
        failed = shake(V12, to_client=with_request(body), client=client, server=server)
        assert failed[1] == "TLSV1_ALERT_DECODE_ERROR", (body, failed)
        assert failed[0] in ("LENGTH_MISMATCH", "DECODE_ERROR"), (body, failed)


cases(what_the_server_can_use, what_is_malformed)
