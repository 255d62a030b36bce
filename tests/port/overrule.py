# overrule.py - CERT_NONE does not turn verification off in a build with USSL_CERT_NONE=overrule. tools/try-flags runs it there.
import os
import ssl
import tls
from helper import CERTS, server_context
from port import pair, raises, shake

os.putenv("SSL_CERT_FILE", CERTS + "ca.pem")
for name, good in (("server", True), ("self-signed", False), ("wrong-name", False)):
    ctx = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
    ctx.verify_mode = tls.CERT_NONE
    assert ctx.verify_mode == tls.CERT_REQUIRED
    c, s, _, _ = pair(ctx, server_context(name))
    assert (shake(c, s)[0] is True) == good
raises(ValueError, lambda: pair(ssl.SSLContext(), server_context(), hostname=None))
