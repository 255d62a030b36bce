# ClientHellos of other makers: what a server must take, although our client never sends it.
import ssl
from helper import client_context, server_context
from port import cases, raises

SIGNATURE_ALGORITHMS = 13


def u16(n):
    return bytes([n >> 8, n & 255])


def hello_of(version):
    """A ClientHello of our client as its fixed part, and its extensions as a list of (type, body)."""
    client = client_context()
    client.minimum_version = client.maximum_version = version
    wire = ssl.MemoryBIO()
    raises(ssl.SSLWantReadError, client.wrap_bio(ssl.MemoryBIO(), wire, server_hostname="localhost").do_handshake)
    body = wire.read()[9:]  # behind the headers of record and message
    at = 2 + 32
    at += 1 + body[at]
    at += 2 + (body[at] << 8 | body[at + 1])
    at += 1 + body[at]
    head, rest, extensions = body[:at], body[at + 2 :], []
    while rest:
        size = rest[2] << 8 | rest[3]
        extensions.append((rest[0] << 8 | rest[1], rest[4 : 4 + size]))
        rest = rest[4 + size :]
    return head, extensions


def record(head, extensions):
    listed = b"".join([u16(kind) + u16(len(body)) + body for kind, body in extensions])
    body = head + u16(len(listed)) + listed
    return b"\x16\x03\x01" + u16(len(body) + 4) + b"\x01\x00" + u16(len(body)) + body


def answer(hello):
    """What a server makes of it: None if it answers with a flight of its own."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = server_context().wrap_bio(incoming, outgoing, server_side=True)
    incoming.write(hello)
    try:
        server.do_handshake()
    except ssl.SSLWantReadError:
        assert outgoing.read(1) == b"\x16"
        return None
    except ssl.SSLError as e:
        return e.reason


def unknown_signature_schemes():
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        head, extensions = hello_of(version)
        known = dict(extensions)[SIGNATURE_ALGORITHMS][2:]

        def with_schemes(schemes):
            changed = [(k, u16(len(schemes)) + schemes if k == SIGNATURE_ALGORITHMS else b) for k, b in extensions]
            return answer(record(head, changed))

        for count in (1, 19, 20, 30, 200):
            unknown = b"".join([u16(0xFE00 + i) for i in range(count)])
            assert with_schemes(unknown + known) is None, count
            assert with_schemes(known * 30) is None
            assert with_schemes(unknown) is not None
        assert with_schemes(known + b"\x04") == "LENGTH_MISMATCH"


cases(unknown_signature_schemes)
