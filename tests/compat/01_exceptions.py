# The exceptions of the module have CPython's bases, arguments and attributes.
import ssl
from helper import part, say, text_of

part("bases")
NAMES = ("SSLZeroReturnError", "SSLWantReadError", "SSLWantWriteError", "SSLSyscallError",
         "SSLEOFError", "SSLCertVerificationError")
for name in NAMES:
    cls = getattr(ssl, name)
    bases = [base.__name__ for base in (ssl.SSLError, OSError, ValueError) if issubclass(cls, base)]
    say(name, " ".join(bases))
say("CertificateError is SSLCertVerificationError", ssl.CertificateError is ssl.SSLCertVerificationError)
for name in ("SSL", "WANT_READ", "WANT_WRITE", "SYSCALL", "ZERO_RETURN", "EOF"):
    say("SSL_ERROR_" + name, getattr(ssl, "SSL_ERROR_" + name))

part("an exception that a script makes")
e = ssl.SSLError(1, "some text")
say("args", e.args, "errno", e.errno, "strerror", e.strerror, "str", str(e), "repr", repr(e))
for name in ("reason", "library", "verify_code"):
    say("it has " + name, hasattr(e, name))
e = ssl.SSLError("one")
say("one argument: args", e.args, "str", str(e), "errno", e.errno)
say("no argument: str", repr(str(ssl.SSLError())))
for cls in (ssl.SSLError, OSError, ValueError, Exception):
    try:
        raise ssl.SSLCertVerificationError(1, "bad")
    except cls as e:
        say("SSLCertVerificationError is caught as", cls.__name__)

part("an exception of a handshake that waits for the peer")
c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="a")
try:
    c.do_handshake()
except ssl.SSLError as e:
    say("class", type(e).__name__, "errno", e.errno, "args[0]", e.args[0], "arguments", len(e.args))
    say("strerror is args[1]", e.strerror == e.args[1], "reason", e.reason, "library", e.library)
    code, text = e.args
    say("code", code, "text", text_of(text), "args are a tuple", isinstance(e.args, tuple))

part("a subclass")


class Mine(ssl.SSLError):
    pass


try:
    raise Mine(5, "five")
except ssl.SSLError as e:
    say("class", type(e).__name__, "args", e.args)
