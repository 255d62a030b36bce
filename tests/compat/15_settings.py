# Every attribute of SSLContext: default, what it takes, what it refuses, what it is coupled to (4).
import ssl
from helper import CERTS, bio_pair, client_context, name_of, server_context, shake, show, show_text

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
    print(int(ctx.protocol))
    for name, values in tries:
        default = getattr(ctx, name)
        print(name, default if isinstance(default, bool) else int(default))
        for value in values:
            try:
                print(" ", value, put(ctx, name, value))
            except (TypeError, ValueError, OverflowError, AttributeError) as e:
                print(" ", value, type(e).__name__, e)
for name, value in (("options", "x"), ("options", None), ("verify_flags", "x"), ("verify_mode", "x"), ("verify_mode", 3),
                    ("verify_mode", -1), ("num_tickets", "x"), ("num_tickets", -1), ("minimum_version", 773),
                    ("minimum_version", "x"), ("maximum_version", 1)):
    before = getattr(server, name)
    try:
        setattr(server, name, value)
        print(name, value, "taken")
    except (TypeError, ValueError) as e:
        print(name, value, type(e).__name__, getattr(server, name) == before)
for name in ("protocol", "security_level"):
    try:
        setattr(client, name, 1)
    except AttributeError:
        print(name, "read-only", int(getattr(client, name)))
for bad in (1 << 64,):
    try:
        client.options = bad
        print("taken")
    except OverflowError:
        print("overflow")

# check_hostname and verify_mode.
client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
show_text("none", put, client, "verify_mode", 0)
print(put(client, "check_hostname", False), put(client, "verify_mode", 0))
print(put(client, "check_hostname", True), int(client.verify_mode))
print(put(client, "verify_mode", 1), client.check_hostname)

# Options with an effect.
for who in ("client", "server"):
    for option in (ssl.OP_NO_TLSv1_3, ssl.OP_NO_TLSv1_2):
        c, s = client_context(), server_context()
        ctx = c if who == "client" else s
        ctx.options |= option
        a, b = bio_pair(c, s)
        print(who, shake(a, b), a.version(), b.version())
c = client_context()
c.options |= ssl.OP_NO_TLSv1_2 | ssl.OP_NO_TLSv1_3
c.options &= ~ssl.OP_NO_TLSv1_2
a, b = bio_pair(c, server_context())
print(shake(a, b), a.version())

# A wire that ends without close_notify is an end like any other, when asked for.
c = client_context()
c.options |= ssl.OP_IGNORE_UNEXPECTED_EOF
incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
a, b = c.wrap_bio(incoming, outgoing, server_hostname="localhost"), \
    server_context().wrap_bio(outgoing, incoming, server_side=True)
print(shake(a, b))
incoming.write_eof()
print(a.read(), a.read())

# The common name only counts where nothing else names the host, and not when that is switched off.
for common_name in (True, False):
    c = client_context()
    c.hostname_checks_common_name = common_name
    print(common_name, *[name_of(r) for r in shake(*bio_pair(c, server_context("cn-only")))])

# An intermediate that is trusted is no root.
for partial in (False, True):
    c = client_context("inter.pem")
    if partial:
        c.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    print(partial, name_of(shake(*bio_pair(c, server_context("chain")))[0]))
c.load_verify_locations(CERTS + "ca.pem")
c.verify_flags = ssl.VERIFY_DEFAULT
print("with its root", name_of(shake(*bio_pair(c, server_context("chain")))[0]))
for partial in (False, True):
    c = client_context("server.pem")
    if partial:
        c.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    print("pinned", partial, name_of(shake(*bio_pair(c, server_context()))[0]))

# create_default_context and its flags.
d = ssl.create_default_context(cafile=CERTS + "ca.pem")
print(d.verify_flags == ssl.VERIFY_X509_TRUSTED_FIRST or d.verify_flags == 557088, d.check_hostname, int(d.verify_mode))
print(shake(*bio_pair(d, server_context())))

# What is rarely used, and must not fail.
stats = server.session_stats()
print(sorted(stats.items()))
c, s = client_context(), server_context()
shake(*bio_pair(c, s))
shake(*bio_pair(c, s, "wrong.example"))
print([c.session_stats()[k] for k in ("connect", "connect_good")], s.session_stats()["accept"])
for name in ("prime256v1", "secp384r1", b"prime256v1", "nope", 5):
    show_text("curve %r" % (name,), s.set_ecdh_curve, name) if name != 5 else show("curve 5", s.set_ecdh_curve, name)
print(shake(*bio_pair(c, s)))
show("no file", s.load_dh_params, "/nonexistent")
show("no parameters", s.load_dh_params, CERTS + "ca.pem")
show("number", s.load_dh_params, 5)
c.set_default_verify_paths()
c.load_default_certs()
c.load_default_certs(ssl.Purpose.SERVER_AUTH)
show("purpose", c.load_default_certs, 5)

# PROTOCOL_TLS: either side.
t = ssl.SSLContext(ssl.PROTOCOL_TLS)
print(int(t.verify_mode), t.check_hostname, int(t.protocol), int(t.options), int(t.minimum_version))
t.load_cert_chain(CERTS + "server.pem", CERTS + "server.key")
a, b = bio_pair(t, t, None)
print(shake(a, b), a.version(), b.version())
t.verify_mode = ssl.CERT_REQUIRED
t.load_verify_locations(CERTS + "ca.pem")
print(shake(*bio_pair(t, server_context())), name_of(shake(*bio_pair(t, server_context("expired")))[0]))

