# Certificates that must not pass are refused with CPython's texts and numbers, and the peer gets the same alert.
import ssl
from helper import bio_pair, client_context, met, name_of, part, say, server_context, shake

CASES = (
    ("server", "localhost"), ("server", "127.0.0.1"), ("server", "::1"), ("server", "x.wild.test"),
    ("server", "LOCALHOST"), ("chain", "localhost"), ("cn-only", "localhost"), ("server-p384", "localhost"),
    ("server-rsa", "localhost"), ("server-p521", "localhost"),
    ("server", "other.test"), ("server", "wild.test"), ("server", "y.x.wild.test"), ("server", "127.0.0.2"),
    ("server", "::2"), ("wrong-name", "localhost"), ("expired", "localhost"), ("not-yet", "localhost"),
    ("self-signed", "localhost"), ("unknown-issuer", "localhost"), ("unknown-root", "localhost"),
    ("under-inter", "localhost"), ("wrong-purpose", "localhost"), ("expired", "other.test"),
    ("wrong-purpose", "other.test"), ("unknown-issuer", "other.test"),
)
for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
    part("version %d: each certificate, and the host that is asked for" % version)
    for cert, host in CASES:
        client = client_context()
        client.maximum_version = version
        c, s = bio_pair(client, server_context(cert), host)
        outcome = shake(c, s)
        what = "%s for %s" % (cert, host)
        say(what + ": client", name_of(outcome[0]))
        say(what + ": server", name_of(outcome[1]))
        e = outcome[0]
        if isinstance(e, ssl.SSLError):
            say(what + ": verify_code", e.verify_code, "verify_message", e.verify_message, "reason", e.reason)
            say(what + ": library", e.library, "errno", e.errno, "is a ValueError", isinstance(e, ValueError))

part("settings of the client")
say("nothing is loaded", met(*bio_pair(client_context(None), server_context())))
say("a self-signed certificate that was loaded", met(*bio_pair(client_context("self-signed.pem"), server_context("self-signed"))))
for cert in ("wrong-name", "expired", "self-signed"):
    client = client_context()
    client.check_hostname = False
    say("without check_hostname, " + cert, met(*bio_pair(client, server_context(cert))))
client = client_context()
client.verify_mode = ssl.CERT_OPTIONAL
say("CERT_OPTIONAL, expired", met(*bio_pair(client, server_context("expired"))))
client = client_context(None)
client.check_hostname = False
client.verify_mode = ssl.CERT_NONE
c, s = bio_pair(client, server_context("self-signed"))
say("CERT_NONE, self-signed", met(c, s), "the certificate can be read", c.getpeercert(True) is not None)

part("after a refusal")
c, s = bio_pair(client_context(), server_context("expired"))
shake(c, s)
for what, fun in (("the client's handshake", c.do_handshake), ("the server's handshake", s.do_handshake), ("read", c.read)):
    try:
        fun()
        say(what, "goes on")
    except ssl.SSLError:
        say(what, "is refused")
say("version", c.version())
