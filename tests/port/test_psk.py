# Pre-shared keys work by MicroPython's attributes and by CPython's callbacks, in both versions.
import gc
import ssl
import tls
from helper import CERTS, client_context, server_context
from port import cases, pair, raises, shake

KEY = b"0123456789abcdef"
VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)


def contexts(module=tls, version=None):
    client, server = module.SSLContext(module.PROTOCOL_TLS_CLIENT), module.SSLContext(module.PROTOCOL_TLS_SERVER)
    if version:
        client.minimum_version = client.maximum_version = version
    return client, server


def meet(client, server, hostname=None):
    c, s, _, _ = pair(client, server, hostname=hostname)
    result = shake(c, s)
    if result == [True, True]:
        s.write(b"secret")
        assert c.read(6) == b"secret" and c.getpeercert(True) is None and not c.session_reused
        return True
    return result


def by_attributes():
    for version in VERSIONS:
        client, server = contexts(version=version)
        assert (client.psk_identity, client.psk_key, server.server_psk_keys) == (None, None, None)
        client.psk_identity = b"\xff\xfe device"
        client.psk_key = KEY
        server.server_psk_keys = {b"\xff\xfe device": KEY}
        assert meet(client, server) is True and meet(client, server, "localhost") is True
        for change in ("psk_identity", b"another"), ("psk_key", b"another"):
            other, _ = contexts(version=version)
            other.psk_identity, other.psk_key = b"\xff\xfe device", KEY
            setattr(other, *change)
            assert isinstance(meet(other, server)[0], ssl.SSLError)
        # A certificate that would be trusted is not accepted in place of the key.
        assert isinstance(meet(client, server_context())[0], ssl.SSLError)
        assert isinstance(meet(client_context(), server, "localhost")[0], ssl.SSLError)


def by_callbacks():
    for version in VERSIONS:
        asked = []
        client, server = contexts(ssl, version)
        client.set_psk_client_callback(lambda hint: asked.append(hint) or ("device", KEY))
        server.set_psk_server_callback(lambda identity: asked.append(identity) or KEY)
        assert meet(client, server) is True and asked == [None, "device"]
        assert meet(client, server) is True and len(asked) == 4
        client.set_psk_client_callback(None)
        assert isinstance(meet(client, server, "localhost")[0], ssl.SSLError)
        server.set_psk_server_callback(None)
    client, server = contexts(ssl)
    raises(ssl.SSLError, server.set_psk_client_callback, lambda hint: ("a", KEY))
    raises(ssl.SSLError, client.set_psk_server_callback, lambda identity: KEY)
    raises(TypeError, client.set_psk_client_callback, 1)
    assert ssl.HAS_PSK


def a_hint_that_cannot_be_sent():
    client, server = contexts(ssl)
    client.set_psk_client_callback(callback=lambda hint: ("device", KEY))
    server.set_psk_server_callback(lambda identity: KEY, identity_hint="hint")
    raises(NotImplementedError, meet, client, server)
    server.minimum_version = ssl.TLSVersion.TLSv1_3  # TLS 1.3 has no hints
    assert meet(client, server) is True


def lookups_that_fail():
    class Keys:
        def __init__(self, answer):
            self.answer = answer

        def get(self, identity):
            return self.answer()

    def broken():
        raise RuntimeError("no table")

    for answer, text in ((lambda: 12345, "TypeError"), (broken, "RuntimeError: no table"),
                         (lambda: bytes(49), "1 to 48 bytes"), (lambda: None, ""), (lambda: b"", "")):
        for version in VERSIONS:
            client, server = contexts(version=version)
            client.psk_identity, client.psk_key = b"device", KEY
            server.server_psk_keys = Keys(answer)
            result = meet(client, server)
            assert isinstance(result[0], ssl.SSLError) and isinstance(result[1], ssl.SSLError), result
            assert text in str(result[1]), result
            if text:
                assert result[1].reason == "CALLBACK_FAILED"

    def interrupted():
        raise KeyboardInterrupt

    server.server_psk_keys = Keys(interrupted)
    c, s, _, _ = pair(client, server, hostname=None)
    raises(ssl.SSLWantReadError, c.do_handshake)
    raises(KeyboardInterrupt, s.do_handshake)


def keys_that_cannot_be_used():
    client, _ = contexts()
    client.psk_identity = b"device"
    for bad in (b"", bytes(49)):
        raises(OSError, setattr, client, "psk_key", bad)
        assert client.psk_key is None
    raises(TypeError, setattr, client, "psk_key", 7)
    client.psk_key = bytes(48)
    raises(OSError, setattr, client, "psk_identity", bytes(257))
    assert client.psk_identity == b"device"
    for bad in (("device", b""), (None, KEY), ("device", bytes(49))):
        client.set_psk_client_callback(lambda hint: bad)
        raises(ssl.SSLError, lambda: pair(client, None, hostname=None))
    client.set_psk_client_callback(lambda hint: 1 // 0)
    raises(ZeroDivisionError, lambda: pair(client, None, hostname=None))


def settings_of_the_other_side():
    client, server = contexts()
    raises(ssl.SSLError, setattr, server, "psk_identity", "device")
    raises(ssl.SSLError, setattr, server, "psk_key", KEY)
    raises(ssl.SSLError, setattr, client, "server_psk_keys", {})
    raises(TypeError, setattr, server, "server_psk_keys", 5)
    raises(TypeError, setattr, client, "psk_identity", 7)
    for ctx, name in ((client, "server_psk_keys"), (server, "psk_identity"), (server, "psk_key"), (server, "server_psk_keys")):
        setattr(ctx, name, None)
        assert getattr(ctx, name) is None


def a_callback_that_changes_its_context():
    _, server = contexts(ssl)
    server.set_psk_server_callback(lambda identity: KEY)

    def once(hint):
        client.set_psk_client_callback(None)
        return "device", KEY

    def load(hint):
        client.load_cert_chain(CERTS + "client.pem", CERTS + "client.key")
        gc.collect()
        return "device", KEY

    def connect(hint):
        client.set_psk_client_callback(None)
        client.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO())
        return "device", KEY

    for callback in (once, load, connect):
        client = client_context()
        client.check_hostname = False
        for _ in range(3):
            client.set_psk_client_callback(callback)
            assert meet(client, server) is True
        client.set_psk_client_callback(None)
        # Each key of a callback serves one connection, and the next one does not use it.
        c, s, _, _ = pair(client, server_context())
        assert shake(c, s) == [True, True] and c.getpeercert()
        assert isinstance(meet(client, server)[0], ssl.SSLError)


def a_callback_that_ends_the_connection():
    first, second = client_context(), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    c, _, _, _ = pair(first, server_context())
    second.set_psk_client_callback(lambda hint: c.close() or ("device", KEY))
    raises(ValueError, setattr, c, "context", second)


def a_reservation_asks_nobody():
    asked = []
    client, server = contexts(ssl)
    server.set_psk_server_callback(lambda identity: KEY)
    client.set_psk_client_callback(lambda hint: asked.append(hint) or ("device", KEY))
    client.reserve(connections=1)
    assert asked == [] and meet(client, server) is True and asked == [None]


def suites():
    client, server = contexts(ssl, ssl.TLSVersion.TLSv1_2)
    client.psk_identity, client.psk_key = "device", KEY
    server.server_psk_keys = {b"device": KEY}
    for suite in ("PSK-AES256-GCM-SHA384", "PSK-AES128-GCM-SHA256"):
        client.set_ciphers(suite)
        assert isinstance(meet(client, server)[0], ssl.SSLError)
        server.set_ciphers("PSK")
        assert meet(client, server) is True
        server.set_ciphers("DEFAULT")
    # A context lists these suites only if a script has chosen them.
    assert not [c for c in client_context().get_ciphers() if "PSK" in c["name"]]


cases(by_attributes, by_callbacks, a_hint_that_cannot_be_sent, lookups_that_fail, keys_that_cannot_be_used, settings_of_the_other_side,
      a_callback_that_changes_its_context, a_callback_that_ends_the_connection, a_reservation_asks_nobody, suites)
print("ok")
