# A server accepts valid ClientHellos that our client never sends, and refuses invalid ones with the alert that is due.
import ssl
from helper import bio_pair, client_context, server_context, shake
from port import cases, raises
from wire import V12, V13, client_hello_parts, extension_list, message, messages, u16

SIGNATURE_ALGORITHMS, POINT_FORMATS, PSK, VERSIONS, PSK_MODES, AUTHORITIES, KEY_SHARE = 13, 11, 41, 43, 45, 47, 51


def hello_of(version):
    """Returns a ClientHello of our client as its fixed part, and its extensions as a list of (type, body)."""
    client = client_context()
    client.minimum_version = client.maximum_version = version
    wire = ssl.MemoryBIO()
    raises(ssl.SSLWantReadError, client.wrap_bio(ssl.MemoryBIO(), wire, server_hostname="localhost").do_handshake)
    return client_hello_parts(messages(wire.read()[5:])[0][1])


def record(head, extensions):
    hello = message(1, head + extension_list(extensions))
    return b"\x16\x03\x01" + u16(len(hello)) + hello


def answer(hello, context=None):
    """Returns None if a server answers the ClientHello with a flight, else the reason of its failure and its alert, which is then
    all that it sends."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = (context or server_context()).wrap_bio(incoming, outgoing, server_side=True)
    incoming.write(hello)
    try:
        server.do_handshake()
    except ssl.SSLWantReadError:
        assert outgoing.read(1) == b"\x16"
        return None
    except ssl.SSLError as e:
        sent = outgoing.read()
        assert sent[0] == 21 and len(sent) == 7, sent
        return e.reason, sent[6]


def chosen(hello):
    """Returns the version in which a server answers."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = server_context().wrap_bio(incoming, outgoing, server_side=True)
    incoming.write(hello)
    raises(ssl.SSLWantReadError, server.do_handshake)
    return V13 if b"\x00\x2b\x00\x02\x03\x04" in outgoing.read(200) else V12


def changed(extensions, kind, body):
    return [(k, body if k == kind else b) for k, b in extensions]


ILLEGAL_PARAMETER, DECODE_ERROR, PROTOCOL_VERSION, INAPPROPRIATE_FALLBACK, MISSING_EXTENSION = 47, 50, 70, 86, 109


def unknown_signature_schemes():
    for version in (V12, V13):
        head, extensions = hello_of(version)
        known = dict(extensions)[SIGNATURE_ALGORITHMS][2:]

        def with_schemes(schemes):
            return answer(record(head, changed(extensions, SIGNATURE_ALGORITHMS, u16(len(schemes)) + schemes)))

        for count in (1, 19, 20, 30, 200):
            unknown = b"".join([u16(0xFE00 + i) for i in range(count)])
            assert with_schemes(unknown + known) is None, count
            assert with_schemes(known * 30) is None
            assert with_schemes(unknown) is not None
        assert with_schemes(known + b"\x04")[0] == "LENGTH_MISMATCH"


def two_of_one_type():
    for version in (V12, V13):
        head, extensions = hello_of(version)
        for kind, body in extensions + [(0xABCD, b"")]:
            for second in (body, b"", b"\x00" * 9):
                twice = [(kind, body)] + [e for e in extensions if e[0] != kind] + [(kind, second)]
                refused = answer(record(head, twice))
                assert refused == ("BAD_EXTENSION", ILLEGAL_PARAMETER), (kind, refused)
        # Extensions of other types may be many, in any order.
        many = [(0x4000 + (i * 7919) % 4096, b"") for i in range(3500)]
        assert answer(record(head, many + extensions)) is None


def cut_and_trailing():
    for version in (V12, V13):
        head, extensions = hello_of(version)
        whole = record(head, extensions)[9:]
        for body in (whole + b"\x00", whole[:-1], head + b"\x00", head + b"\x00\x05\x00"):
            hello = message(1, body)
            assert answer(b"\x16\x03\x01" + u16(len(hello)) + hello) == ("LENGTH_MISMATCH", DECODE_ERROR)
        two = message(1, whole) + message(11, b"")
        assert answer(b"\x16\x03\x01" + u16(len(two)) + two)[0] == "EXCESS_HANDSHAKE_DATA"


def compression_and_points():
    for version in (V12, V13):
        head, extensions = hello_of(version)
        assert head[-2:] == b"\x01\x00"
        assert answer(record(head[:-1] + b"\x01", extensions)) == ("NO_COMPRESSION_SPECIFIED", ILLEGAL_PARAMETER)
        assert answer(record(head[:-2] + b"\x00", extensions))[1] == ILLEGAL_PARAMETER
        others = [e for e in extensions if e[0] != POINT_FORMATS]
        assert answer(record(head, others + [(POINT_FORMATS, b"\x02\x01\x00")])) is None
        refused = answer(record(head, others + [(POINT_FORMATS, b"\x01\x01")]))
        assert refused == ("TLS_INVALID_ECPOINTFORMAT_LIST", ILLEGAL_PARAMETER)
        for body in (b"", b"\x00\x00", b"\x00\x02\x00\x00", b"\x00\x04\x00\x01A"):
            assert answer(record(head, extensions + [(AUTHORITIES, body)])) == ("LENGTH_MISMATCH", DECODE_ERROR)
        assert answer(record(head, extensions + [(AUTHORITIES, b"\x00\x03\x00\x01A")])) is None


def versions_in_any_order():
    head, extensions = hello_of(V13)
    head12, extensions12 = hello_of(V12)

    def with_versions(*versions):
        listed = b"".join([u16(v) for v in versions])
        return record(head, changed(extensions, VERSIONS, bytes([len(listed)]) + listed))

    for versions in ((0x304, 0x303), (0x303, 0x304), (0x7A7A, 0x303, 0x305, 0x302, 0x304), (0x301, 0x304)):
        assert chosen(with_versions(*versions)) == V13, versions
    assert answer(with_versions(0x302, 0x301)) == ("UNSUPPORTED_PROTOCOL", PROTOCOL_VERSION)
    assert answer(with_versions(0x305)) == ("UNSUPPORTED_PROTOCOL", PROTOCOL_VERSION)
    for body in (b"", b"\x00", b"\x03\x03\x04\x03", b"\x02\x03\x04\x00"):
        assert answer(record(head, changed(extensions, VERSIONS, body)))[1] == DECODE_ERROR
    # The legacy version does not count beside supported_versions. Without that extension a later version means 1.2.
    for legacy in (0x301, 0x302, 0x304, 0x3FF, 0x7F1C, 0xFD04, 0xFE03, 0xFE04, 0xFFFF):
        assert chosen(record(u16(legacy) + head[2:], extensions)) == V13, legacy
    for legacy in (0x304, 0x305, 0x3FF):
        assert chosen(record(u16(legacy) + head12[2:], extensions12)) == V12
    for legacy in (0x300, 0x200, 0):
        assert answer(record(u16(legacy) + head[2:], extensions)) == ("UNSUPPORTED_PROTOCOL", PROTOCOL_VERSION)
    # The client has 1.3 only, and the server 1.2 only.
    only12 = server_context()
    only12.maximum_version = V12
    assert answer(with_versions(0x304), only12) == ("UNSUPPORTED_PROTOCOL", PROTOCOL_VERSION)


def fallback():
    head, extensions = hello_of(V12)
    size = 2 + 32 + 1 + head[34]
    suites = head[size + 2 : -2] + b"\x56\x00"
    with_scsv = head[:size] + u16(len(suites)) + suites + head[-2:]
    refused = answer(record(with_scsv, extensions))
    assert refused == ("INAPPROPRIATE_FALLBACK", INAPPROPRIATE_FALLBACK)
    only12 = server_context()
    only12.maximum_version = V12
    assert answer(record(with_scsv, extensions), only12) is None


def psk_modes():
    head, extensions = hello_of(V13)
    for body in (b"\x03\x0b\x01\xaa", b"\x01\xaa", b"\x05\x00\x01\x02\x03\x04"):
        assert answer(record(head, changed(extensions, PSK_MODES, body))) is None
    for body in (b"", b"\x00", b"\x02\x01", b"\x01\x01\x01"):
        assert answer(record(head, changed(extensions, PSK_MODES, body)))[1] == DECODE_ERROR
    others = [e for e in extensions if e[0] not in (PSK_MODES, PSK)]
    hello = record(head, others + [(PSK, b"\x00\x0a\x00\x04aaaa\x00\x00\x00\x00\x00\x21\x20" + bytes(32))])
    assert answer(hello) == ("MISSING_PSK_KEX_MODES_EXTENSION", MISSING_EXTENSION)


def key_shares():
    head, extensions = hello_of(V13)
    good = dict(extensions)[KEY_SHARE][2:]

    def with_shares(*shares):
        listed = b"".join(shares)
        return answer(record(head, changed(extensions, KEY_SHARE, u16(len(listed)) + listed)))

    def share(group, key):
        return u16(group) + u16(len(key)) + key

    unknown = share(0x11EC, b"k" * 1216)
    assert with_shares(unknown, good) is None
    bad = ("BAD_KEY_SHARE", ILLEGAL_PARAMETER)
    for key in (b"\x04" + bytes(64), b"\x04" + b"\x01" * 64, bytes(65), b"\x02" + good[5:37], b"\x04" + good[5:68], b"\x00"):
        assert with_shares(share(23, key)) == bad, key
    for key in (bytes(32), b"\x01" + bytes(31), b"\xec" + b"\xff" * 30 + b"\x7f", b"k" * 31):
        assert with_shares(share(29, key)) == bad, key
    assert with_shares(good, good) == bad
    assert with_shares(unknown, good, unknown) == bad
    assert with_shares(share(23, b"")) == ("LENGTH_MISMATCH", DECODE_ERROR)


def nothing_that_we_can_sign():
    head, extensions = hello_of(V13)
    rsa = server_context("server-rsa")
    for context, good, bad in ((None, 0x0403, (0x0503, 0x0804, 0x0401)), (rsa, 0x0804, (0x0401, 0x0501, 0x0403, 0x0809))):
        schemes = b"".join([u16(scheme) for scheme in bad])
        hello = record(head, changed(extensions, SIGNATURE_ALGORITHMS, u16(len(schemes)) + schemes))
        assert answer(hello, context) == ("NO_SUITABLE_SIGNATURE_ALGORITHM", 40)
        schemes += u16(good)
        hello = record(head, changed(extensions, SIGNATURE_ALGORITHMS, u16(len(schemes)) + schemes))
        assert answer(hello, context) is None


def the_context_of_the_callback_decides_the_version():
    ranges = {"1.2": (V12, V12), "1.3": (V13, V13), "both": (V12, V13)}
    for first in ranges:
        for second in ranges:
            server, other = server_context(), server_context()
            for context, (low, high) in ((server, ranges[first]), (other, ranges[second])):
                context.minimum_version, context.maximum_version = low, high
            calls = []

            def swap(connection, name, context):
                calls.append(name)
                connection.context = other

            server.sni_callback = swap
            c, s = bio_pair(client_context(), server)
            assert shake(c, s) == [True, True], (first, second)
            assert c.version() == s.version() == ("TLSv1.2" if second == "1.2" else "TLSv1.3"), (first, second)
            assert calls == ["localhost"]


cases(unknown_signature_schemes, two_of_one_type, cut_and_trailing, compression_and_points, versions_in_any_order, fallback,
      psk_modes, key_shares, nothing_that_we_can_sign,
      the_context_of_the_callback_decides_the_version)
