# Contexts, handshakes, certificates and sessions behave otherwise than in CPython, on purpose. Each case holds the row of
# docs/differences.md that names it: it fails if the row's statement is no longer true.
import binascii
import os
import platform
import ssl
from helper import CERTS, bio_pair, client_context, os_random, read, server_context, shake
from port import cases, raises
from wire import HANDSHAKE, V12, V13, ends, joined, message, messages, records, step, u16

BOTH = (V12, V13)


def connected(client=None, server=None):
    c, s = bio_pair(client or client_context(), server or server_context())
    assert shake(c, s) == [True, True]
    return c, s


def certificates_as_data():
    for as_argument in (read, lambda name: read(name).decode()):
        server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        server.load_cert_chain(certfile=as_argument("server.pem"), keyfile=as_argument("server.key"))
        client.load_verify_locations(cafile=as_argument("ca.pem"))
        connected(client, server)
    raises(OSError, server.load_cert_chain, "no-such.pem")


def der_files_and_pem_bytes():
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(CERTS + "server.der", CERTS + "server-key.der")
    for argument in ({"cafile": CERTS + "ca.der"}, {"cadata": read("ca.pem")}):
        client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        client.load_verify_locations(**argument)
        connected(client, server)


def verify_callback_refuses_by_a_number():
    def outcome(answer, name="server"):
        seen, client = [], client_context()
        client.verify_callback = lambda der, depth: seen.append((der, depth)) or answer
        return shake(*bio_pair(client, server_context(name)))[0], seen

    with open(CERTS + "server.pem") as f:
        leaf = ssl.PEM_cert_to_DER_cert(f.read())
    for answer in (0, None):
        result, seen = outcome(answer)
        assert result is True and [depth for _, depth in seen] == [1, 0] and seen[1][0] == leaf
    for answer in (1, -1):
        refusal = outcome(answer)[0]
        assert isinstance(refusal, ssl.SSLError) and refusal.reason == "CERTIFICATE_VERIFY_FAILED"
    assert isinstance(outcome(0, "expired")[0], ssl.SSLCertVerificationError)


# The order is CPython's if the CPU has instructions for AES; else ChaCha20-Poly1305 comes first in either version.
def nine_cipher_suites():
    names = ["TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256",
             "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-GCM-SHA256",
             "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305"]
    if not any("-%s-" % cpu in platform.platform() for cpu in ("x86", "x86_64", "aarch64")):
        names = sorted(names, key=lambda name: (name[:4] != "TLS_", "CHACHA20" not in name, names.index(name)))
    assert [suite["name"] for suite in client_context().get_ciphers()] == names


# The default roots are a store.
def get_ca_certs_lists_no_store():
    c = ssl.create_default_context()
    assert c.get_ca_certs() == [] and c.cert_store_stats()["x509"] > 0


def session_of(client, server):
    c, s = bio_pair(client, server)
    shake(c, s)
    s.write(b"x")
    c.read()
    return c.session


def a_session_and_another_host():
    for version in BOTH:
        client, server = client_context(), server_context()
        client.maximum_version = version
        client.check_hostname = False
        session = session_of(client, server)
        for host, reused in (("localhost", True), ("other.example", False), (None, False)):
            c, s = bio_pair(client, server, host)
            c.session = session
            assert shake(c, s) == [True, True] and c.session_reused is reused


def a_session_that_proved_less():
    for version in BOTH:
        client, server = client_context(), server_context()
        client.maximum_version = version
        client.check_hostname = False
        session = session_of(client, server)
        client.check_hostname = True
        c, s = bio_pair(client, server)
        c.session = session
        assert shake(c, s) == [True, True] and c.session_reused is False


# There is no cache of sessions besides tickets.
def op_no_ticket_ends_resumption():
    for version in BOTH:
        client, server = client_context(), server_context()
        client.maximum_version = version
        server.options |= ssl.OP_NO_TICKET
        session = session_of(client, server)
        assert not session.has_ticket
        c, s = bio_pair(client, server)
        c.session = session
        assert shake(c, s) == [True, True] and c.session_reused is False


def num_tickets_has_16_bits():
    context = server_context()
    context.num_tickets = 65535
    raises(ValueError, setattr, context, "num_tickets", 65536)


# CPython would not ask for the certificate here.
def the_stricter_context_in_sni_callback():
    for version in BOTH:
        server, strict, client = server_context(), server_context(), client_context()
        client.maximum_version = version
        strict.verify_mode = ssl.CERT_REQUIRED
        strict.load_verify_locations(CERTS + "ca.pem")

        def swap(obj, name, ctx):
            obj.context = strict

        server.sni_callback = swap
        assert shake(*bio_pair(client, server))[1].reason == "PEER_DID_NOT_RETURN_A_CERTIFICATE"


def no_context_after_a_session_was_offered():
    client, server = client_context(), server_context()
    session = session_of(client, server)
    for offered in (None, session):
        c, s = bio_pair(client, server)
        if offered:
            c.session = offered
            raises(ValueError, setattr, c, "context", client_context())
        else:
            c.context = client_context()


# CPython takes it, and it has no effect.
def no_context_after_the_handshake():
    c, s = connected()
    raises(ValueError, setattr, s, "context", server_context())


def set_ciphers_that_fails_changes_nothing():
    ctx = client_context()
    ctx.set_ciphers("AES128")
    before = ctx.get_ciphers()
    raises(ssl.SSLError, ctx.set_ciphers, "nonsense")
    raises(ssl.SSLError, ctx.set_ciphers, "ALL:@SECLEVEL=3")
    raises(ssl.SSLError, ctx.set_ciphers, ["TLS_AES_128_GCM_SHA256", "nonsense"])
    raises(ValueError, ctx.set_ciphers, [])
    assert ctx.get_ciphers() == before


def no_security_level_above_2():
    ctx = client_context()
    raises(ssl.SSLError, ctx.set_ciphers, "ALL:@SECLEVEL=3")
    assert ctx.security_level == 2


def set_ciphers_takes_a_list():
    ctx = client_context()
    # mbedTLS's name, OpenSSL's, IANA's.
    ctx.set_ciphers(["TLS1-3-AES-128-GCM-SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256",
                     "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"])
    names = ["TLS_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256"]
    assert [c["name"] for c in ctx.get_ciphers()] == names
    c, s = connected(ctx)
    assert c.cipher()[0] == "TLS_AES_128_GCM_SHA256"


# In TLS 1.3 mbedTLS takes the first of the client's suites that it knows.
def the_clients_order_in_tls13():
    ctx = client_context()
    ctx.set_ciphers(["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"])
    c, s = connected(ctx)
    assert c.cipher()[0] == "TLS_AES_128_GCM_SHA256"


def no_channel_binding():
    c, s = connected()
    assert ssl.CHANNEL_BINDING_TYPES == []
    raises(ValueError, c.get_channel_binding)
    raises(ValueError, c.get_channel_binding, "tls-unique")


def no_post_handshake_authentication():
    context = client_context()
    for value in (True, 1, "x"):
        raises(NotImplementedError, setattr, context, "post_handshake_auth", value)
    assert context.post_handshake_auth is False
    c, s = connected()
    assert not ssl.HAS_PHA
    assert raises(ssl.SSLError, c.verify_client_post_handshake).reason == "NOT_SERVER"
    assert raises(ssl.SSLError, s.verify_client_post_handshake).reason == "EXTENSION_NOT_RECEIVED"


def a_key_or_nothing():
    client, server = [ssl.SSLContext(side) for side in (ssl.PROTOCOL_TLS_CLIENT, ssl.PROTOCOL_TLS_SERVER)]
    client.load_verify_locations(CERTS + "ca.pem")
    client.set_psk_client_callback(lambda hint: ("device", bytes(16)))
    server.set_psk_server_callback(lambda identity: bytes(16))
    for version in BOTH:
        client.maximum_version = version
        session = session_of(client, server)
        assert session is None or not session.has_ticket
        assert isinstance(shake(*bio_pair(client, server_context()))[0], ssl.SSLError)


def long_messages_are_refused():
    def long_certificates(size):
        client, server = ends(V12)
        step(client[0])
        server[1].write(client[2].read())
        step(server[0])
        kind, version, content = records(server[2].read())[0]
        begun = message(2, messages(content)[0][1]) + b"\x0b" + size.to_bytes(3, "big")
        client[1].write(joined([(kind, version, begun)]))
        return client[0]

    def long_hello(size):
        client, server = ends(V13)
        server[1].write(joined([(HANDSHAKE, b"\x03\x01", b"\x01" + size.to_bytes(3, "big"))]))
        return server[0]

    header = 4
    for begin, most in ((long_certificates, 24 * 1024), (long_hello, 48 * 1024)):
        assert step(begin(most - header)) is False
        assert raises(ssl.SSLError, step, begin(most + 1)).reason == "EXCESSIVE_MESSAGE_SIZE"


def no_protocols_of_one_version():
    assert not ssl.HAS_TLSv1
    for number, name in ((3, "PROTOCOL_TLSv1"), (4, "PROTOCOL_TLSv1_1"), (5, "PROTOCOL_TLSv1_2")):
        raises(ValueError, ssl.SSLContext, number)
        assert not hasattr(ssl, name)


def no_capath():
    raises(NotImplementedError, client_context().load_verify_locations, None, "/etc/ssl/certs")


def enumerations_are_plain_ints():
    assert type(client_context().verify_mode) is int and type(ssl.TLSVersion.TLSv1_2) is int


def classes_cannot_be_replaced():
    for name, kind in (("sslsocket_class", ssl.SSLSocket), ("sslobject_class", ssl.SSLObject)):
        assert getattr(client_context(), name) is kind
        raises(AttributeError, setattr, client_context(), name, kind)


def no_attributes_of_ones_own():
    raises(AttributeError, setattr, client_context(), "nonsense", 1)


def certificates_that_are_skipped():
    ctx = client_context("ed25519-bundle.pem")
    assert ctx.cert_store_stats() == {"x509": 1, "x509_ca": 1, "crl": 0, "skipped": 1}
    e = raises(ssl.SSLError, ctx.load_verify_locations, CERTS + "ed25519.pem")
    assert e.reason == "UNSUPPORTED_ALGORITHM"
    assert "skipped" not in client_context().cert_store_stats()


def tlv(tag, *parts):
    body = b"".join(parts)
    size = bytes([len(body)]) if len(body) < 128 else b"\x82" + u16(len(body))
    return bytes([tag]) + size + body


def elements(der):
    """The elements inside a constructed element of DER."""
    found, at = [], 2 + (der[1] & 127 if der[1] & 128 else 0)
    while at < len(der):
        size, head = der[at + 1], 2
        if size & 128:
            head += size & 127
            size = int.from_bytes(der[at + 2 : at + head], "big")
        found.append(der[at : at + head + size])
        at += head + size
    return found


# The server's certificate gets another key on the way. Its signature is wrong then, and is not reached for a large key.
def an_rsa_key_over_8192_bits():
    def outcome(octets):
        tbs, algorithm, signature = elements(ssl.PEM_cert_to_DER_cert(read("server-rsa.pem").decode()))
        fields = elements(tbs)
        key = tlv(0x30, tlv(2, b"\0" + b"\xff" * octets), tlv(2, b"\1\0\1"))
        fields[6] = tlv(0x30, elements(fields[6])[0], tlv(3, b"\0", key))
        der = tlv(0x30, tlv(0x30, *fields), algorithm, signature)
        listed = len(der).to_bytes(3, "big") + der
        sent = len(listed).to_bytes(3, "big") + listed
        client, server = ends(V12, server=server_context("server-rsa"))
        step(client[0])
        server[1].write(client[2].read())
        step(server[0])
        client[1].write(joined([(kind, version, b"".join([message(k, sent if k == 11 else b) for k, b in messages(content)]))
                                for kind, version, content in records(server[2].read())]))
        return raises(ssl.SSLError, client[0].do_handshake)

    assert outcome(1024).verify_message == "certificate signature failure"
    assert outcome(1025).reason == "BAD_CERTIFICATE"


def trusted_certificates():
    for name in ("plain", "both", "any"):
        connected(client_context("trusted-%s.pem" % name))
    for name in ("mail", "servers", "rejected"):
        e = raises(ssl.SSLError, client_context, "trusted-%s.pem" % name)
        assert e.reason == "NOT_TRUSTED_FOR_TLS"
        with open(CERTS + "trusted-%s.pem" % name) as f:
            text = f.read()
        with open(CERTS + "rogue-ca.pem") as f:
            text += f.read()
        ctx = client_context("")
        ctx.load_verify_locations(cadata=text)
        assert ctx.cert_store_stats() == {"x509": 1, "x509_ca": 1, "crl": 0, "skipped": 1}
        assert shake(*bio_pair(ctx, server_context()))[0] is not True


def trust_settings_that_are_malformed():
    with open(CERTS + "ca.pem") as f:
        der = ssl.PEM_cert_to_DER_cert(f.read())
    reject = b"\xa0\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01"
    for settings, good in (
        (b"", True),
        (b"\x30\x00", True),
        (b"\x30\x03\x0c\x01a", True),
        (b"\x30\x06\x0c\x01a\x04\x01k", True),
        (b"\x30\x7f\x06\x01\x2a", False),
        (b"\x30\x04\x30\x7f\x06\x01", False),
        (b"\x30\x02\x30\x00", False),
        (b"\x30\x0c" + reject, False),
        (b"\x30\x0f\x0c\x01a" + reject, False),
        (b"\x30\x0e\x05\x00" + reject, False),
        (b"\x30\x02\xa0\x20", False),
        (b"\x30\x00\x30\x00", False),
        (b"\x31\x00", False),
    ):
        body = binascii.b2a_base64(der + settings).decode()
        text = "-----BEGIN TRUSTED CERTIFICATE-----\n%s-----END TRUSTED CERTIFICATE-----\n" % body
        try:
            client_context("").load_verify_locations(cadata=text)
            assert good, settings
        except ssl.SSLError as e:
            assert not good and e.reason == "NOT_TRUSTED_FOR_TLS", (settings, e)


def options_have_32_bits():
    for name in ("options", "verify_flags"):
        raises(OverflowError, setattr, client_context(), name, 1 << 32)


def server_hostname_must_be_ascii():
    e = raises(ValueError, client_context().wrap_bio, ssl.MemoryBIO(), ssl.MemoryBIO(), False, "\xfc.example")
    assert isinstance(e, UnicodeError)


def wrap_bio_needs_a_name():
    ctx = client_context()
    for name in (None, ""):
        raises(ValueError, lambda: ctx.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname=name))
    ctx.check_hostname = False
    ctx.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO())


def attributes_of_objects():
    for name in ("minimum_version", "keylog_filename", "security_level", "options"):
        assert hasattr(client_context(), name) and not hasattr(ssl.SSLContext, name)


def openssl_version_names_mbedtls():
    assert ssl.OPENSSL_VERSION.startswith("Mbed TLS 3.6")


def dh_params_are_data():
    raises(ssl.SSLError, client_context().load_dh_params, b"no parameters")
    raises(OSError, client_context().load_dh_params, "no-such.pem")


# A subclass has the methods of the context. An attribute that is assigned to it does not reach the context.
def a_subclass_of_sslcontext():
    class Context(ssl.SSLContext):
        pass

    sub = Context(ssl.PROTOCOL_TLS_CLIENT)
    sub.load_verify_locations(CERTS + "ca.pem")
    assert isinstance(sub, ssl.SSLContext) and sub.verify_mode == ssl.CERT_REQUIRED
    connected(sub)
    sub.check_hostname = False
    assert sub.check_hostname is False
    assert isinstance(shake(*bio_pair(sub, server_context("wrong-name")))[0], ssl.SSLCertVerificationError)


# The server's trust has the intermediate. CPython's server would send it.
def a_chain_is_sent_as_it_was_loaded():
    server, with_inter = [ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) for _ in range(2)]
    chain = read("chain.pem").decode()
    leaf = chain[: chain.index("-----END CERTIFICATE-----") + 26]
    server.load_cert_chain(leaf, CERTS + "chain.key")
    server.load_verify_locations(CERTS + "inter.pem")
    e = shake(*bio_pair(client_context(), server))[0]
    assert isinstance(e, ssl.SSLCertVerificationError) and e.verify_code == 20, e
    with_inter.load_cert_chain(chain, CERTS + "chain.key")
    connected(None, with_inter)


def no_exporter_secret_in_a_key_log():
    name = "/tmp/ussl-keylog-%d-%d" % (os_random(), os_random())
    client = client_context()
    client.keylog_filename = name
    connected(client)
    with open(name) as f:
        text = f.read()
    os.unlink(name)
    assert "CLIENT_TRAFFIC_SECRET_0" in text and "EXPORTER_SECRET" not in text


def reserve_sets_memory_aside():
    client, server = client_context(), server_context()
    client.reserve(1)
    assert client.memory()["places"] == 1 and client.memory()["reserved"] == client.memory_needed(1) > 0
    c, s = connected(client, server)
    assert client.memory()["connections"] == 1
    raises(MemoryError, bio_pair, client, server)


def a_session_as_bytes():
    for version in BOTH:
        client, server = client_context(), server_context()
        client.maximum_version = version
        data = session_of(client, server).serialize()
        assert isinstance(data, bytes)
        awake = client_context()
        awake.maximum_version = version
        c, s = bio_pair(awake, server)
        c.session = ssl.SSLSession.deserialize(awake, data)
        assert shake(c, s) == [True, True] and c.session_reused


cases(
    certificates_as_data, der_files_and_pem_bytes, verify_callback_refuses_by_a_number, nine_cipher_suites,
    get_ca_certs_lists_no_store, a_session_and_another_host, a_session_that_proved_less, op_no_ticket_ends_resumption,
    num_tickets_has_16_bits, the_stricter_context_in_sni_callback, no_context_after_a_session_was_offered,
    no_context_after_the_handshake, set_ciphers_that_fails_changes_nothing, no_security_level_above_2,
    set_ciphers_takes_a_list, the_clients_order_in_tls13, no_channel_binding, no_post_handshake_authentication,
    a_key_or_nothing, long_messages_are_refused, no_protocols_of_one_version, no_capath, enumerations_are_plain_ints,
    classes_cannot_be_replaced, no_attributes_of_ones_own, certificates_that_are_skipped, an_rsa_key_over_8192_bits,
    trusted_certificates, trust_settings_that_are_malformed, options_have_32_bits, server_hostname_must_be_ascii,
    wrap_bio_needs_a_name, attributes_of_objects, openssl_version_names_mbedtls, dh_params_are_data,
    a_subclass_of_sslcontext, a_chain_is_sent_as_it_was_loaded, no_exporter_secret_in_a_key_log,
    reserve_sets_memory_aside, a_session_as_bytes,
)
print("ok")
