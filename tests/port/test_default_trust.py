# A client context into which nothing was loaded trusts the default trust anchors.
import os
import ssl
from helper import CERTS, client_context, server_context
from port import cases, pair, raises, shake


def handshake(ctx, name="server", hostname="localhost"):
    c, s, _, _ = pair(ctx, server_context(name), hostname=hostname)
    return shake(c, s)[0]


def fresh():
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def the_default_anchors_are_trusted():
    for store in ("ca.pem", "../roots.ussl"):
        os.putenv("SSL_CERT_FILE", CERTS + store)
        ctx = fresh()
        assert handshake(ctx) is True
        assert isinstance(handshake(ctx, "unknown-issuer"), ssl.SSLCertVerificationError)
        assert isinstance(handshake(ctx, hostname="other.test"), ssl.SSLCertVerificationError)
        assert ctx.cert_store_stats()["x509"] == 0 and ctx.get_ca_certs() == []


def what_is_loaded_takes_their_place():
    os.putenv("SSL_CERT_FILE", CERTS + "ca.pem")
    ctx = fresh()
    assert handshake(ctx) is True
    ctx.load_verify_locations(CERTS + "rogue-ca.pem")
    assert isinstance(handshake(ctx), ssl.SSLCertVerificationError)
    ctx = fresh()
    raises(ssl.SSLError, ctx.load_verify_locations, b"not a certificate")
    assert isinstance(handshake(ctx), ssl.SSLCertVerificationError)


def a_server_never_trusts_them():
    server = server_context()
    server.verify_mode = ssl.CERT_REQUIRED
    client = client_context()
    client.load_cert_chain(CERTS + "client.pem", CERTS + "client.key")
    c, s, _, _ = pair(client, server)
    assert isinstance(shake(c, s)[1], ssl.SSLCertVerificationError)


def without_any_the_error_says_what_to_do():
    os.putenv("SSL_CERT_FILE", CERTS + "no-such-file.pem")
    error = handshake(fresh())
    assert isinstance(error, ssl.SSLCertVerificationError) and error.verify_code == 20, error
    assert "load_verify_locations" in str(error) and "make-roots" in str(error), error
    assert error.verify_message == "unable to get local issuer certificate"
    error = handshake(client_context("rogue-ca.pem"))
    assert "make-roots" not in str(error), error


def a_saved_session_of_theirs_resumes():
    os.putenv("SSL_CERT_FILE", CERTS + "ca.pem")
    ctx, server = fresh(), server_context()
    c, s, _, _ = pair(ctx, server)
    assert shake(c, s) == [True, True]
    s.write(b"x")
    c.read(1)
    saved = c.session.serialize(b"0123456789abcdef")
    other = fresh()
    c, s, _, _ = pair(other, server)
    c.session = ssl.SSLSession.deserialize(other, saved, b"0123456789abcdef")
    assert shake(c, s) == [True, True] and c.session_reused


cases(the_default_anchors_are_trusted, what_is_loaded_takes_their_place, a_server_never_trusts_them,
      without_any_the_error_says_what_to_do, a_saved_session_of_theirs_resumes)
print("ok")
