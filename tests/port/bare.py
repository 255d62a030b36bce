# bare.py - run by tools/try-flags on a build with USSL_LEGACY_WRAP=0, USSL_SERVER=0, USSL_SESSIONS=0,
# USSL_KEYLOG=0 and USSL_FORBID_CERT_NONE=1: what was left out is absent or raises.
import ssl

assert not hasattr(ssl, "wrap_socket")
assert not hasattr(ssl, "SSLSession")
try:
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    raise SystemExit("a server was made")
except ValueError:
    pass
ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
assert not hasattr(ctx, "keylog_filename")
ctx.check_hostname = False
try:
    ctx.verify_mode = ssl.CERT_NONE
    raise SystemExit("CERT_NONE was taken")
except ValueError:
    pass
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
