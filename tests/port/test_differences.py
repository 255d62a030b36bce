# What behaves otherwise than in CPython, on purpose: a case for each row of docs/differences.md that no other test
# holds. A case is named as its row is.
import binascii
import socket
import ssl
from helper import CERTS, bio_pair, client_context, server_context, shake
from port import cases, pair, raises
from port import shake as shake_sockets

BOTH = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)


def connected(client=None, server=None):
    c, s = bio_pair(client or client_context(), server or server_context())
    assert shake(c, s) == [True, True]
    return c, s


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
    raises(ValueError, setattr, server_context(), "num_tickets", 65536)


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


# CPython takes it, and it has no effect.
def no_context_after_the_handshake():
    c, s = connected()
    raises(ValueError, setattr, s, "context", server_context())


# No end that looks like a clean one.
def a_failed_connection_stays_failed():
    c, s = bio_pair(client_context(), server_context("expired"))
    shake(c, s)
    for _ in range(3):
        assert raises(ssl.SSLError, s.read).reason == "SSLV3_ALERT_CERTIFICATE_EXPIRED"
        raises(ssl.SSLCertVerificationError, c.read)


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


def no_protocols_of_one_version():
    assert not ssl.HAS_TLSv1
    for number in (3, 4, 5):
        raises(ValueError, ssl.SSLContext, number)


def no_capath():
    raises(NotImplementedError, client_context().load_verify_locations, None, "/etc/ssl/certs")


def enumerations_are_plain_ints():
    assert type(client_context().verify_mode) is int and type(ssl.TLSVersion.TLSv1_2) is int


def classes_cannot_be_replaced():
    raises(AttributeError, setattr, client_context(), "sslsocket_class", ssl.SSLSocket)


def no_attributes_of_ones_own():
    raises(AttributeError, setattr, client_context(), "nonsense", 1)


def certificates_that_are_skipped():
    ctx = client_context("ed25519-bundle.pem")
    assert ctx.cert_store_stats() == {"x509": 1, "x509_ca": 1, "crl": 0, "skipped": 1}
    e = raises(ssl.SSLError, ctx.load_verify_locations, CERTS + "ed25519.pem")
    assert e.reason == "UNSUPPORTED_ALGORITHM"
    assert "skipped" not in client_context().cert_store_stats()


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
    raises(OverflowError, setattr, client_context(), "options", 1 << 32)


def server_hostname_must_be_ascii():
    raises(ValueError, client_context().wrap_bio, ssl.MemoryBIO(), ssl.MemoryBIO(), False, "\xfc.example")


def wrap_bio_needs_a_name():
    ctx = client_context()
    for name in (None, ""):
        raises(ValueError, lambda: ctx.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname=name))
    ctx.check_hostname = False
    ctx.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO())


def attributes_of_objects():
    for name in ("minimum_version", "keylog_filename", "security_level", "options"):
        assert hasattr(client_context(), name) and not hasattr(ssl.SSLContext, name)
    assert ssl.OPENSSL_VERSION.startswith("Mbed TLS 3.6")
    raises(ssl.SSLError, client_context().load_dh_params, b"no parameters")


# A socket without getpeername(2) is unconnected if it polls as hung up.
def unconnected_socket():
    c, s, a, b = pair()

    class Unconnected(type(a)):
        connects = 0

        def accept(self):
            pass

        def connect(self, address):
            self.connects += 1

        def ioctl(self, request, flags):
            if request == 3 and not self.connects:
                return flags & 0x10
            return super().ioctl(request, flags)

    stream = Unconnected(a.rd, a.wr)
    tls = client_context().wrap_socket(stream, server_hostname="localhost", do_handshake_on_connect=False)
    raises(OSError, tls.do_handshake)
    tls.connect("anywhere")
    assert stream.connects == 1 and tls.version() is None
    assert shake_sockets(tls, s) == [True, True]
    tls.sendall(b"hello")
    assert s.recv(10) == b"hello"
    return tls, s


# What arrived without TLS before the socket was wrapped is not read as if it had come through TLS (CVE-2023-40217).
def a_socket_that_was_reset():
    c, s, a, b = pair()

    class Reset(type(a)):
        def accept(self):
            pass

        def recv(self, size):
            return b"not encrypted"

        def ioctl(self, request, flags):
            return flags & 0x11 if request == 3 else super().ioctl(request, flags)

    stream = Reset(a.rd, a.wr)
    tls = server_context().wrap_socket(stream, server_side=True, do_handshake_on_connect=False)
    raises(OSError, tls.recv, 100)


def methods_of_the_socket_below():
    tls, s = unconnected_socket()
    assert not hasattr(tls, "getpeername") and not hasattr(tls, "getsockopt")
    raises(AttributeError, tls.shutdown, 2)
    assert tls.version() is not None  # and TLS is still there


# A subclass inherits the methods; what is assigned to it stays with it.
def a_subclass_of_sslcontext():
    class Context(ssl.SSLContext):
        pass

    sub = Context(ssl.PROTOCOL_TLS_CLIENT)
    sub.load_verify_locations(CERTS + "ca.pem")
    assert isinstance(sub, ssl.SSLContext) and sub.verify_mode == ssl.CERT_REQUIRED
    connected(sub)


cases(
    get_ca_certs_lists_no_store, a_session_and_another_host, a_session_that_proved_less, op_no_ticket_ends_resumption,
    num_tickets_has_16_bits, the_stricter_context_in_sni_callback, no_context_after_the_handshake,
    a_failed_connection_stays_failed, set_ciphers_that_fails_changes_nothing, no_security_level_above_2,
    set_ciphers_takes_a_list, the_clients_order_in_tls13, no_channel_binding, no_post_handshake_authentication,
    no_protocols_of_one_version, no_capath, enumerations_are_plain_ints, classes_cannot_be_replaced,
    no_attributes_of_ones_own, certificates_that_are_skipped, trusted_certificates,
    trust_settings_that_are_malformed, options_have_32_bits, server_hostname_must_be_ascii, wrap_bio_needs_a_name,
    attributes_of_objects, unconnected_socket, a_socket_that_was_reset,
    methods_of_the_socket_below, a_subclass_of_sslcontext,
)
print("ok")
