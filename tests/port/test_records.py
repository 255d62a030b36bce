# A peer can divide its messages among records in any way that RFC 8446 5.1 allows. Wrong headers of records, and a ServerHello
# with extensions that it must not have, are refused.
import ssl
from helper import client_context, server_context
from port import cases
from wire import HANDSHAKE, V12, V13, client_hello_parts, ends, extension_list, extensions_in, joined, message, messages, records, shake, step, u16


def cut(size):
    def change(flight, turn):
        plain, out = True, []
        for kind, version, body in records(flight):
            plain = plain and kind == HANDSHAKE
            pieces = [body[i : i + size] for i in range(0, len(body), size)] if plain else [body]
            out += [(kind, version, piece) for piece in pieces]
        return joined(out)

    return change


def messages_in_pieces():
    for version in (V12, V13):
        for size in (1, 2, 3, 4, 5, 100):
            assert shake(version, to_client=cut(size)) == [], (version, size)
            assert shake(version, to_server=cut(size)) == [], (version, size)


def with_header(which, kind=None, version=None, body=None):
    def change(flight, turn):
        parts = records(flight)
        if turn == 0 and len(parts) > which:
            old = parts[which]
            parts[which] = (old[0] if kind is None else kind, version or old[1], old[2] if body is None else body)
        return joined(parts)

    return change


def versions_of_records():
    for minor in range(5):
        header = bytes([3, minor])
        assert shake(V13, to_client=with_header(0, version=header)) == []
        assert shake(V12, to_client=with_header(0, version=header)) == []
        assert shake(V13, to_server=with_header(0, version=header)) == []
        assert shake(V12, to_server=with_header(0, version=header)) == []
        # From the second record on, TLS 1.2 is what was agreed.
        failed = shake(V12, to_client=with_header(1, version=header))
        assert failed == ([] if minor == 3 else ["WRONG_VERSION_NUMBER", "TLSV1_ALERT_PROTOCOL_VERSION"]), (minor, failed)
    for major in (0, 1, 2, 4, 0x47):
        assert shake(V12, to_client=with_header(0, version=bytes([major, 3])))[0] == "WRONG_VERSION_NUMBER"
        assert shake(V13, to_client=with_header(0, version=bytes([major, 3])))[0] == "WRONG_VERSION_NUMBER"


def kinds_and_lengths_of_records():
    for version in (V12, V13):
        for change in (with_header(0, kind=24), with_header(0, kind=19), with_header(0, body=b"")):
            for way in ({"to_client": change}, {"to_server": change}):
                assert shake(version, **way) == ["UNEXPECTED_RECORD", "SSLV3_ALERT_UNEXPECTED_MESSAGE"]
        large = with_header(0, body=bytes(16385))
        assert shake(version, to_server=large) == ["DATA_LENGTH_TOO_LONG", "TLSV1_ALERT_RECORD_OVERFLOW"]
        data = with_header(0, kind=23)
        assert shake(version, to_server=data)[0] == "APP_DATA_IN_HANDSHAKE"


def server_hello(change):
    """Returns a handshake in which the extensions of the ServerHello, the first message of the first record, are changed."""

    def changed(flight, turn):
        parts = records(flight)
        if turn > 0 or not parts:
            return flight
        kind, version, body = parts[0]
        (first, hello), *others = messages(body)
        at = 2 + 32 + 1 + hello[34] + 3
        hello = hello[:at] + extension_list(change(extensions_in(hello[at:])))
        parts[0] = (kind, version, message(first, hello) + b"".join([message(*other) for other in others]))
        return joined(parts)

    return lambda version, **given: shake(version, to_client=changed, **given)


def server_hellos():
    twice = server_hello(lambda extensions: extensions + extensions[:1])
    unknown = server_hello(lambda extensions: extensions + [(0xABCD, b"")])
    named = server_hello(lambda extensions: extensions + [(0, b"x")])
    protocol = server_hello(lambda extensions: extensions + [(16, b"\x00\x03\x02h2")])
    points = server_hello(lambda extensions: [e for e in extensions if e[0] != 11] + [(11, b"\x01\x01")])
    for version in (V12, V13):
        assert twice(version) == ["BAD_EXTENSION", "SSLV3_ALERT_ILLEGAL_PARAMETER"]
        assert unknown(version) == ["UNSOLICITED_EXTENSION", "TLSV1_UNSUPPORTED_EXTENSION"]
        assert named(version) == ["LENGTH_MISMATCH", "TLSV1_ALERT_DECODE_ERROR"]
        assert protocol(version) == ["UNSOLICITED_EXTENSION", "TLSV1_UNSUPPORTED_EXTENSION"]
    assert points(V12) == ["TLS_INVALID_ECPOINTFORMAT_LIST", "SSLV3_ALERT_ILLEGAL_PARAMETER"]
    for body in (b"\x00\x03\x02h2", b"\x00\x00", b"\x00\x01\x00", b"\x00\x06\x01a\x03mq1"):
        answered = server_hello(lambda extensions: extensions + [(16, body)])
        assert answered(V12, protocols=["mqtt"])[0] in ("BAD_EXTENSION", "LENGTH_MISMATCH"), body
    # RFC 8422 5.2 does not allow supported_groups here, but there are servers that send it. The handshake goes on up to the
    # Finished message, which shows that the hello was changed.
    groups = server_hello(lambda extensions: extensions + [(10, b"\x00\x02\x00\x17")])
    assert groups(V12)[0] not in ("UNSOLICITED_EXTENSION", "BAD_EXTENSION")


def parts_of_hello(data):
    """Returns the session id and the extensions of the ClientHello in a record."""
    head, extensions = client_hello_parts(messages(records(data)[0][2])[0][1])
    return head[34 : 35 + head[34]], dict(extensions)


def alerts_in_clear():
    """A server understands an alert in clear, with which a client of mbedTLS refuses its certificate in TLS 1.3."""

    (c, to_client, from_client), (s, to_server, from_server) = ends(V13)
    assert not step(c)
    to_server.write(from_client.read())
    assert not step(s)
    to_server.write(b"\x15\x03\x03\x00\x02\x02\x30")
    try:
        step(s)
        assert False
    except ssl.SSLError as e:
        assert e.reason == "TLSV1_ALERT_UNKNOWN_CA", e


def limits_of_records():
    """A client that offers TLS 1.3 keeps to the record_size_limit of a server of TLS 1.2 (RFC 8449)."""
    server, limit = server_context(), [0]
    server.maximum_version = V12
    server.set_ecdh_curve("prime256v1")  # makes a ClientKeyExchange that is longer than 64 octets

    def answer(extensions):
        return extensions + [(28, u16(limit[0]))]

    def sizes(flight, turn):
        sent.extend([len(body) for kind, _, body in records(flight) if kind == HANDSHAKE and turn > 0])
        return flight

    for limit[0], refused in ((64, False), (1000, False), (63, True)):
        sent = []
        failed = server_hello(answer)(V13, server=server, to_server=sizes)
        assert (failed[0] == "ILLEGAL_PARAMETER") == refused, failed
        # The ClientKeyExchange has 70 octets, and the encrypted Finished 16 + 24.
        assert refused or sent == ([64, 6, 40] if limit[0] == 64 else [70, 40]), sent


def hello_retry_requests():
    magic = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
    cookie = u16(44) + u16(8) + u16(6) + b"cookie"
    x25519, group = u16(51) + u16(2) + u16(29), u16(51) + u16(2) + u16(23)  # the hello has a share of the first only
    for more in (cookie, group, cookie + group, b"", x25519, u16(44) + u16(2) + u16(0), cookie + u16(0) + u16(0)):
        (c, to_client, from_client), _ = ends(V13)
        assert not step(c)
        session, first = parts_of_hello(from_client.read())
        extensions = u16(43) + u16(2) + b"\x03\x04" + more
        body = b"\x03\x03" + magic + session + b"\x13\x01\x00" + u16(len(extensions)) + extensions
        to_client.write(b"\x16\x03\x03" + u16(len(body) + 4) + b"\x02\x00" + u16(len(body)) + body)
        try:
            step(c)
        except ssl.SSLError as e:
            assert more not in (cookie, group, cookie + group), e
            continue
        assert more in (cookie, group, cookie + group)
        flight = from_client.read()
        if records(flight)[0][0] == 20:
            flight = flight[6:]  # change_cipher_spec (RFC 8446 D.4)
        second = parts_of_hello(flight)[1]
        assert (second.get(44) == u16(6) + b"cookie") == (cookie in more)
        assert (second[51] == first[51]) == (group not in more)


def alerts_are_encrypted():
    """In TLS 1.3 a client that refuses after the ServerHello sends an encrypted alert, which the server can read."""
    (c, to_client, from_client), (s, to_server, from_server) = ends(V13)
    c2 = client_context("rogue-ca.pem").wrap_bio(to_client, from_client, server_hostname="localhost")
    assert not step(c2)
    to_server.write(from_client.read())
    assert not step(s)
    to_client.write(from_server.read())
    try:
        step(c2)
        assert False
    except ssl.SSLCertVerificationError:
        pass
    flight = from_client.read()
    assert [kind for kind, _, _ in records(flight)] == [20, 23], records(flight)
    to_server.write(flight)
    try:
        step(s)
        assert False
    except ssl.SSLError as e:
        assert e.reason == "TLSV1_ALERT_UNKNOWN_CA", e


cases(messages_in_pieces, versions_of_records, kinds_and_lengths_of_records, server_hellos, limits_of_records, hello_retry_requests,
      alerts_are_encrypted, alerts_in_clear)
