# Every attribute of SSLContext has CPython's default, takes and refuses the same values, and has the same effect.
import ssl
from helper import CERTS, bio_pair, client_context, met, name_of, part, say, server_context, shake, show, show_text

client, server = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)


def put(ctx, name, value):
    setattr(ctx, name, value)
    got = getattr(ctx, name)
    return got if isinstance(got, bool) or got is None else int(got)


tries = (
    ("options", (0, 1, 1 << 14, 2186412112)),
    ("verify_flags", (0, 32, 524320, 32768)),
    ("num_tickets", (3, 0, 2)),
    ("hostname_checks_common_name", (0, 1, "x", None, True)),
    ("post_handshake_auth", (0, False)),
    ("verify_mode", (1, 2, 0)),
    ("check_hostname", ("x", None, True, False)),
    ("minimum_version", (-2, -1, 768, 772, 771)),
    ("maximum_version", (-2, 768, 771, -1)),
)
for ctx in (client, server):
    part("values that are assigned, and what is read back, protocol %d" % ctx.protocol)
    for name, values in tries:
        default = getattr(ctx, name)
        say(name + ": default", default if isinstance(default, bool) else int(default))
        for value in values:
            what = "%s = %r" % (name, value)
            try:
                say(what, put(ctx, name, value))
            except (TypeError, ValueError, OverflowError, AttributeError) as e:
                say(what, "%s %s" % (type(e).__name__, e))

part("values that are refused")
for name, value in (("options", "x"), ("options", None), ("verify_flags", "x"), ("verify_mode", "x"), ("verify_mode", 3),
                    ("verify_mode", -1), ("num_tickets", "x"), ("num_tickets", -1), ("minimum_version", 773),
                    ("minimum_version", "x"), ("maximum_version", 1)):
    before = getattr(server, name)
    what = "%s = %r" % (name, value)
    try:
        setattr(server, name, value)
        say(what, "taken")
    except (TypeError, ValueError) as e:
        say(what, type(e).__name__, "it is as before", getattr(server, name) == before)
for name in ("protocol", "security_level"):
    try:
        setattr(client, name, 1)
    except AttributeError:
        say(name + " is read-only", int(getattr(client, name)))
try:
    client.options = 1 << 64
    say("options = 1 << 64", "taken")
except OverflowError:
    say("options = 1 << 64", "OverflowError")

part("check_hostname and verify_mode")
client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
show_text("verify_mode = 0", put, client, "verify_mode", 0)
say("check_hostname = False", put(client, "check_hostname", False), "verify_mode = 0", put(client, "verify_mode", 0))
say("check_hostname = True", put(client, "check_hostname", True), "verify_mode", int(client.verify_mode))
say("verify_mode = 1", put(client, "verify_mode", 1), "check_hostname", client.check_hostname)

part("options that leave out a version")
for who in ("client", "server"):
    for option in ("OP_NO_TLSv1_3", "OP_NO_TLSv1_2"):
        c, s = client_context(), server_context()
        ctx = c if who == "client" else s
        ctx.options |= getattr(ssl, option)
        a, b = bio_pair(c, s)
        say("%s with %s: handshake" % (who, option), met(a, b), "version", a.version(), "server's version", b.version())
c = client_context()
c.options |= ssl.OP_NO_TLSv1_2 | ssl.OP_NO_TLSv1_3
c.options &= ~ssl.OP_NO_TLSv1_2
a, b = bio_pair(c, server_context())
say("1.2 left out and taken back: handshake", met(a, b), "version", a.version())

part("OP_IGNORE_UNEXPECTED_EOF")
c = client_context()
c.options |= ssl.OP_IGNORE_UNEXPECTED_EOF
incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
a, b = c.wrap_bio(incoming, outgoing, server_hostname="localhost"), \
    server_context().wrap_bio(outgoing, incoming, server_side=True)
say("handshake", met(a, b))
incoming.write_eof()
say("read at the end of the wire", a.read(), "read again", a.read())

part("hostname_checks_common_name")
for common_name in (True, False):
    c = client_context()
    c.hostname_checks_common_name = common_name
    say("%s, certificate without a subject alternative name" % common_name, met(*bio_pair(c, server_context("cn-only"))))

part("VERIFY_X509_PARTIAL_CHAIN")
for ca, cert in (("inter.pem", "chain"), ("server.pem", "server")):
    for partial in (False, True):
        c = client_context(ca)
        if partial:
            c.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        say("%s is trusted, flag %s" % (ca, partial), name_of(shake(*bio_pair(c, server_context(cert)))[0]))
c = client_context("inter.pem")
c.load_verify_locations(CERTS + "ca.pem")
c.verify_flags = ssl.VERIFY_DEFAULT
say("an intermediate and its root are trusted, VERIFY_DEFAULT", name_of(shake(*bio_pair(c, server_context("chain")))[0]))

part("create_default_context")
d = ssl.create_default_context(cafile=CERTS + "ca.pem")
# CPython 3.13 sets VERIFY_X509_STRICT and VERIFY_X509_PARTIAL_CHAIN too.
say("verify_flags are those of a CPython", d.verify_flags == ssl.VERIFY_X509_TRUSTED_FIRST or d.verify_flags == 557088)
say("check_hostname", d.check_hostname, "verify_mode", int(d.verify_mode))
say("handshake", met(*bio_pair(d, server_context())))

part("statistics")
say("session_stats of a new context", sorted(server.session_stats().items()))
c, s = client_context(), server_context()
shake(*bio_pair(c, s))
shake(*bio_pair(c, s, "wrong.example"))
stats = c.session_stats()
say("one handshake of two is good: connect", stats["connect"], "connect_good", stats["connect_good"],
    "accept", s.session_stats()["accept"])

part("curves, parameters and default trust anchors")
for name in ("prime256v1", "secp384r1", b"prime256v1", "nope"):
    show_text("set_ecdh_curve(%r)" % (name,), s.set_ecdh_curve, name)
show("set_ecdh_curve(5)", s.set_ecdh_curve, 5)
say("handshake", met(*bio_pair(c, s)))
show("load_dh_params, missing file", s.load_dh_params, "/nonexistent")
show("load_dh_params, file without parameters", s.load_dh_params, CERTS + "ca.pem")
show("load_dh_params(5)", s.load_dh_params, 5)
c.set_default_verify_paths()
c.load_default_certs()
c.load_default_certs(ssl.Purpose.SERVER_AUTH)
show("load_default_certs(5)", c.load_default_certs, 5)

part("PROTOCOL_TLS, for either side")
t = ssl.SSLContext(ssl.PROTOCOL_TLS)
say("verify_mode", int(t.verify_mode), "check_hostname", t.check_hostname, "protocol", int(t.protocol))
say("options", int(t.options), "minimum_version", int(t.minimum_version))
t.load_cert_chain(CERTS + "server.pem", CERTS + "server.key")
a, b = bio_pair(t, t, None)
say("both sides of one context: handshake", met(a, b), "version", a.version(), "server's version", b.version())
t.verify_mode = ssl.CERT_REQUIRED
t.load_verify_locations(CERTS + "ca.pem")
say("CERT_REQUIRED: handshake", met(*bio_pair(t, server_context())))
say("CERT_REQUIRED, expired: client", name_of(shake(*bio_pair(t, server_context("expired")))[0]))
