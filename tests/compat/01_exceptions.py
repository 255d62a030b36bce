# The tree of exceptions, and what its members carry (CPYTHON section 3).
import ssl

NAMES = ("SSLZeroReturnError", "SSLWantReadError", "SSLWantWriteError", "SSLSyscallError",
         "SSLEOFError", "SSLCertVerificationError")
for name in NAMES:
    cls = getattr(ssl, name)
    print(name, issubclass(cls, ssl.SSLError), issubclass(cls, OSError), issubclass(cls, ValueError))
print(ssl.CertificateError is ssl.SSLCertVerificationError)
print(ssl.SSL_ERROR_SSL, ssl.SSL_ERROR_WANT_READ, ssl.SSL_ERROR_WANT_WRITE, ssl.SSL_ERROR_SYSCALL,
      ssl.SSL_ERROR_ZERO_RETURN, ssl.SSL_ERROR_EOF)

e = ssl.SSLError(1, "some text")
print(e.args, e.errno, e.strerror, str(e), repr(e))
print(hasattr(e, "reason"), hasattr(e, "library"), hasattr(e, "verify_code"))
print(ssl.SSLError("one").args, str(ssl.SSLError("one")), str(ssl.SSLError()), ssl.SSLError("one").errno)

for cls in (ssl.SSLError, OSError, ValueError, Exception):
    try:
        raise ssl.SSLCertVerificationError(1, "bad")
    except cls as e:
        print("caught as", cls.__name__)

# A real one.
c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="a")
try:
    c.do_handshake()
except ssl.SSLError as e:
    print(type(e).__name__, e.errno, e.args[0], len(e.args), e.strerror == e.args[1], e.reason, e.library)
    code, text = e.args
    print(code, text.split(" (_ssl")[0], e.args == (code, text), isinstance(e.args, tuple))


class Mine(ssl.SSLError):
    pass


try:
    raise Mine(5, "five")
except ssl.SSLError as e:
    print(type(e).__name__, e.args)
