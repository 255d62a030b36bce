# bare.py - features that a build leaves out are absent or raise. tools/try-flags runs it on a build with every flag of its
# variable `bare`.
import ssl
import tls

assert not hasattr(ssl, "wrap_socket")
assert not hasattr(ssl, "SSLSession") and not hasattr(tls, "PROTOCOL_DTLS_CLIENT")
try:
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    raise SystemExit("a server was made")
except ValueError:
    pass
ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
for name in ("keylog_filename", "psk_key", "set_psk_client_callback", "ecdsa_sign_callback"):
    assert not hasattr(ctx, name)
ctx.check_hostname = False
try:
    ctx.verify_mode = ssl.CERT_NONE
    raise SystemExit("CERT_NONE was taken")
except ValueError:
    pass
before = ctx.verify_flags
try:
    ctx.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    raise SystemExit("a revocation check was taken")
except ValueError:
    assert ctx.verify_flags == before
try:
    ctx.load_verify_locations(cadata="-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
    raise SystemExit("PEM was taken")
except ssl.SSLError as e:
    assert e.reason == "PEM_NOT_BUILT_IN", e
out = ssl.MemoryBIO()
try:
    ctx.wrap_bio(ssl.MemoryBIO(), out, server_hostname="localhost", session=None)
    raise SystemExit("a session was taken")
except TypeError:
    pass
try:
    ctx.wrap_bio(ssl.MemoryBIO(), out, server_hostname="localhost").do_handshake()
except ssl.SSLWantReadError:
    assert out.pending > 100
