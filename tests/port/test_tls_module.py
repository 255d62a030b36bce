# The module tls has stock MicroPython's low-level API, and verifies by default.
import ssl
import tls
from helper import CERTS, read
from port import cases, pair, raises, shake


def contexts():
    client, server = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT), tls.SSLContext(tls.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(read("server.pem"), read("server.key"))
    return client, server


def it_verifies_by_default():
    client, server = contexts()
    assert client.verify_mode == tls.CERT_REQUIRED and server.verify_mode == tls.CERT_NONE
    c, s, _, _ = pair(client, server)
    assert isinstance(shake(c, s)[0], ssl.SSLCertVerificationError)
    client.load_verify_locations(read("ca.pem"))
    c, s, _, _ = pair(client, server)
    assert shake(c, s) == [True, True]
    c, s, _, _ = pair(client, server, hostname="other.test")
    assert isinstance(shake(c, s)[0], ssl.SSLCertVerificationError)
    raises(ValueError, lambda: pair(client, server, hostname=None))


def cert_none_is_the_whole_opt_out():
    client, server = contexts()
    client.verify_mode = tls.CERT_NONE
    assert client.verify_mode == tls.CERT_NONE and not client.check_hostname
    c, s, _, _ = pair(client, server, hostname=None)
    assert shake(c, s) == [True, True]
    # In the module ssl two settings have to be changed, as in CPython.
    raises(ValueError, setattr, ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), "verify_mode", ssl.CERT_NONE)


def another_mode_checks_the_name_again():
    for off in (False, True):
        client, server = contexts()
        client.load_verify_locations(read("ca.pem"))
        if off:
            client.check_hostname = False
        client.verify_mode = tls.CERT_NONE
        client.verify_mode = tls.CERT_REQUIRED
        assert client.check_hostname is not off
        server.load_cert_chain(read("wrong-name.pem"), read("wrong-name.key"))
        c, s, _, _ = pair(client, server)
        assert (shake(c, s) == [True, True]) == off


def suites_have_mbedtls_names():
    client, server = contexts()
    names = client.get_ciphers()
    assert "TLS-ECDHE-ECDSA-WITH-AES-128-GCM-SHA256" in names and "TLS1-3-AES-128-GCM-SHA256" in names
    client.set_ciphers(names[-2:])
    assert client.get_ciphers() == names[-2:]
    raises(TypeError, client.set_ciphers, names[0])
    raises(OSError, client.set_ciphers, ["BAR"])
    raises(OSError, client.set_ciphers, ["TLS-ECDHE-ECDSA-WITH-AES-128-CBC-SHA256"])
    assert client.get_ciphers() == names[-2:]


def a_protocol_must_be_given():
    raises(TypeError, tls.SSLContext)
    for number in (0, 1):
        for module in (ssl, tls):
            e = raises(ValueError, module.SSLContext, number)
            assert "PROTOCOL_TLS_CLIENT" in str(e) and "PROTOCOL_TLS_SERVER" in str(e), e


def pem_text_inside_der_is_not_loaded():
    text = read("ca.pem")
    der = b"\x30\x82" + (len(text) + 4).to_bytes(2, "big") + b"\x04\x82" + len(text).to_bytes(2, "big") + text
    for ctx in (contexts()[0], ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)):
        raises((ValueError, OSError), lambda: ctx.load_verify_locations(cadata=der))
        raises((ValueError, OSError), lambda: ctx.load_verify_locations(der))
        assert ctx.cert_store_stats()["x509"] == 0
    raises((ValueError, OSError), contexts()[1].load_cert_chain, der, read("server.key"))


def data_that_cannot_be_read():
    client, server = contexts()
    assert str(raises(ValueError, client.load_verify_locations, b"!")) == "invalid cert"
    assert str(raises(ValueError, server.load_cert_chain, b"!", read("server.key"))) == "invalid cert"
    assert str(raises(ValueError, server.load_cert_chain, read("server.pem"), b"!")) == "invalid key"


def pem_and_der_are_told_apart_by_content():
    forms = [CERTS + "ca.pem", CERTS + "ca.der", read("ca.pem"), read("ca.der"), read("ca.pem").decode()]
    for module in (ssl, tls):
        for ca in forms:
            is_path = isinstance(ca, str) and ca[0] == "/"
            for name in ("cafile",) if is_path else ("cafile", "cadata"):
                client = module.SSLContext(module.PROTOCOL_TLS_CLIENT)
                client.load_verify_locations(**{name: ca})
                assert client.cert_store_stats()["x509"] == 1
                client = module.SSLContext(module.PROTOCOL_TLS_CLIENT)
                client.load_verify_locations(ca)
                assert client.cert_store_stats()["x509"] == 1
        for name in (("server.pem", "server.key"), ("server.der", "server-key.der"), ("server.pem", "server-key.der")):
            server = module.SSLContext(module.PROTOCOL_TLS_SERVER)
            server.load_cert_chain(CERTS + name[0], CERTS + name[1])
            server.load_cert_chain(read(name[0]), read(name[1]))
            server.load_cert_chain(read(name[0]), CERTS + name[1])


def names_of_the_module():
    assert tls.MBEDTLS_VERSION == ssl.MBEDTLS_VERSION == ssl.OPENSSL_VERSION
    assert isinstance(tls.SSLContext(tls.PROTOCOL_TLS_CLIENT), ssl.SSLContext)
    assert not isinstance(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), tls.SSLContext)
    assert ssl.Options.OP_ALL == ssl.OP_ALL == 0x80000050
    assert ssl.Options.OP_NO_RENEGOTIATION == ssl.OP_NO_RENEGOTIATION == 1 << 30
    assert ssl.OP_ALL | 1 == 0x80000051 and ssl.OP_ALL - 0x80000050 == 0


cases(it_verifies_by_default, cert_none_is_the_whole_opt_out, another_mode_checks_the_name_again, suites_have_mbedtls_names, a_protocol_must_be_given,
      pem_text_inside_der_is_not_loaded, data_that_cannot_be_read, pem_and_der_are_told_apart_by_content, names_of_the_module)
print("ok")
