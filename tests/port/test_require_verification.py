# After ssl.require_verification() every client verifies, whatever a module has set in its context. A connection that does not
# verify is reported on stderr, once for each module.
#
# stderr: ssl: __main__ has set CERT_NONE: the server of its connection is not verified (see ssl.require_verification)
# stderr: ssl: port has set CERT_NONE: the server of its connection is not verified (see ssl.require_verification)
# stderr: ssl: __main__ has set CERT_NONE: overruled, the server is verified
# stderr: ssl: port has set CERT_NONE: overruled, the server is verified
import os
import ssl
import tls
from helper import CERTS, client_context, server_context
from port import cases, pair, raises, shake, unverified

os.putenv("SSL_CERT_FILE", CERTS + "ca.pem")


def library(module=tls):
    """Returns a context such as requests and other libraries make."""
    ctx = module.SSLContext(module.PROTOCOL_TLS_CLIENT)
    ctx.check_hostname = False
    ctx.verify_mode = module.CERT_NONE
    return ctx


def accepts(ctx, name="server", hostname="localhost"):
    c, s, _, _ = pair(ctx, server_context(name), hostname=hostname)
    result = shake(c, s)
    if result[0] is not True:
        assert isinstance(result[0], ssl.SSLCertVerificationError), result
    return result[0] is True


before, of_another_module = library(), unverified()
not_begun = pair(unverified(), server_context("self-signed"))
nameless = pair(unverified(), server_context("wrong-name"), hostname=None)
open_before = pair(unverified(), server_context())


def an_opt_out_is_honoured():
    for ctx in (library(), library(ssl), before, ssl._create_unverified_context(), ssl.SSLContext(), of_another_module):
        assert accepts(ctx, "self-signed") and accepts(ctx, "wrong-name", None)
        assert ctx.verify_mode == ssl.CERT_NONE


def after_it_none_is():
    assert shake(*open_before[:2]) == [True, True]
    ssl.require_verification()
    for ctx in (library(), library(ssl), before, ssl._create_unverified_context(), ssl.SSLContext(), of_another_module):
        assert accepts(ctx)
        for bad in ("self-signed", "unknown-issuer", "wrong-name", "expired"):
            assert not accepts(ctx, bad), bad
        raises(ValueError, lambda: pair(ctx, server_context(), hostname=None))


def connections_that_are_older():
    c, s, _, _ = not_begun
    assert "require_verification" in str(raises(ssl.SSLError, c.do_handshake)) and c.version() is None
    raises(ssl.SSLError, c.read, 1)
    c, s, _, _ = nameless
    raises(ValueError, setattr, c, "context", client_context())
    raises(ssl.SSLError, c.do_handshake)
    c, s, _, _ = open_before
    c.write(b"still open")
    assert s.read(10) == b"still open"


def the_name_is_checked_again():
    ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    ctx.check_hostname = False
    assert accepts(ctx) and not accepts(ctx, "wrong-name") and ctx.check_hostname


def it_reads_back_what_holds():
    for ctx in (library(), before):
        assert ctx.verify_mode == ssl.CERT_REQUIRED and ctx.check_hostname


def the_old_wrap_socket_verifies():
    from port import Pipe, Stream

    for name, good in (("server", True), ("self-signed", False), ("wrong-name", False)):
        up, down = Pipe(), Pipe()
        c = ssl.wrap_socket(Stream(down, up), cert_reqs=ssl.CERT_NONE, server_hostname="localhost", do_handshake=False)
        s = server_context(name).wrap_socket(Stream(up, down), server_side=True, do_handshake_on_connect=False)
        assert (shake(c, s)[0] is True) == good
    raises(ValueError, lambda: ssl.wrap_socket(Stream(down, up), cert_reqs=ssl.CERT_NONE, do_handshake=False))


def what_was_loaded_is_trusted_instead():
    ctx = library()
    ctx.load_verify_locations(CERTS + "rogue-ca.pem")
    assert not accepts(ctx)


def a_server_is_not_concerned():
    server = server_context()
    assert server.verify_mode == ssl.CERT_NONE
    assert accepts(library())


cases(an_opt_out_is_honoured, after_it_none_is, connections_that_are_older, the_name_is_checked_again, it_reads_back_what_holds, the_old_wrap_socket_verifies,
      what_was_loaded_is_trusted_instead, a_server_is_not_concerned)
print("ok")
