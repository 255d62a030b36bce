# Certificates that must not pass, what is said about each, and what the other side hears (section 9).
import ssl
from helper import bio_pair, client_context, name_of, server_context, shake

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
    for cert, host in CASES:
        client = client_context()
        client.maximum_version = version
        c, s = bio_pair(client, server_context(cert), host)
        outcome = shake(c, s)
        print(cert, host, [name_of(r) for r in outcome])
        e = outcome[0]
        if isinstance(e, ssl.SSLError):
            print("   ", e.verify_code, e.verify_message, e.reason, e.library, e.errno, isinstance(e, ValueError))

# Nobody is trusted until something is loaded.
print([name_of(r) for r in shake(*bio_pair(client_context(None), server_context()))])
# A self-signed certificate that was loaded is its own anchor.
print([name_of(r) for r in shake(*bio_pair(client_context("self-signed.pem"), server_context("self-signed")))])
# Without the name check dates and chain still count.
for cert in ("wrong-name", "expired", "self-signed"):
    client = client_context()
    client.check_hostname = False
    print(cert, [name_of(r) for r in shake(*bio_pair(client, server_context(cert)))])
# CERT_OPTIONAL is CERT_REQUIRED for a client.
client = client_context()
client.verify_mode = ssl.CERT_OPTIONAL
print([name_of(r) for r in shake(*bio_pair(client, server_context("expired")))])
# CERT_NONE, written by the caller.
client = client_context(None)
client.check_hostname = False
client.verify_mode = ssl.CERT_NONE
c, s = bio_pair(client, server_context("self-signed"))
print(shake(c, s), c.getpeercert(True) is not None)

# After a refusal neither side ever succeeds.
c, s = bio_pair(client_context(), server_context("expired"))
shake(c, s)
for fun in (c.do_handshake, s.do_handshake, c.read):
    try:
        fun()
        print("went on")
    except ssl.SSLError:
        print("stays refused")
print(c.version())
