# set_ciphers() reads OpenSSL's cipher strings as CPython does. Compared are the suites that we have: AEAD with ECDHE.
import ssl
from helper import bio_pair, client_context, met, part, say, server_context, shake, show


def ours(ctx):
    """The names of a context's suites that we have too."""
    return [c["name"] for c in ctx.get_ciphers()
            if c["aead"] and (c["name"].startswith("TLS_") or c["name"].startswith("ECDHE-"))
            and not any(x in c["name"] for x in ("CCM", "ARIA", "PSK"))]


ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
part("get_ciphers")
say("default", ours(ctx))
for c in ctx.get_ciphers():
    if c["name"] in ours(ctx):
        say(c["name"], sorted((k, v) for k, v in c.items() if k != "description"))
        say("description", c["description"])

part("cipher strings, and the suites of TLS 1.2 that they choose")
for text in (
        "DEFAULT", "ALL", "HIGH", "ECDHE", "ECDH", "kEECDH", "EECDH", "ECDHE+AESGCM", "AESGCM", "AES", "AES128", "AES256",
        "CHACHA20", "aRSA", "ECDSA", "aECDSA", "ECDHE-RSA-AES128-GCM-SHA256", "nonsense:ECDHE", "ECDHE:!aRSA",
        "ECDHE:-AES256:AES256", "ECDHE:+AES256", "ECDHE:@STRENGTH", "AES128:AES256:@STRENGTH", "ECDHE:@SECLEVEL=1",
        "@SECLEVEL=2:ECDH+AESGCM:ECDH+CHACHA20:ECDH+AES:DHE+AES:!aNULL:!eNULL:!aDSS:!SHA1:!AESCCM",
        "ECDHE-ECDSA-AES128-GCM-SHA256,ECDHE-RSA-AES128-GCM-SHA256 ECDHE-RSA-CHACHA20-POLY1305", "ALL:!AES", "ECDHE+ECDSA+AES128",
        "-ALL:ECDHE", "AESGCM+aRSA:CHACHA20", "ECDHE-RSA-AES128-GCM-SHA256:DEFAULT", "ECDHE;AESGCM", "ALL@STRENGTH",
        "ECDHE:!CHACHA20:CHACHA20", "AES128:-aRSA:+AES128:aRSA", "FIPS+ECDHE", "TLSv1.2+ECDHE+CHACHA20", "DEFAULT:!aRSA",
        "ECDHE:-ECDHE:AES128:ALL", "ECDHE-RSA-AES128-GCM-SHA256+AES", ":::ECDHE+CHACHA20::"):
    ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    ctx.set_ciphers(text)
    say(text, ours(ctx)[3:])

part("cipher strings that choose nothing")
ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
for text in ("", "nonsense", "!ALL", "@STRENGTH", "TLS_AES_128_GCM_SHA256", "TLSv1.3", "ecdhe", "a+", "!!", "ECDHE:@FOO",
             "ECDHE:@SECLEVEL=9", "ECDHE+nonsense", "LOW", "PROFILE=SYSTEM", "-ALL", "DEFAULT:!ALL"):
    try:
        ctx.set_ciphers(text)
        say(repr(text), "taken")
    except ssl.SSLError as e:
        say(repr(text), e, "args", e.args, "errno", e.errno, "it has a reason", hasattr(e, "reason"))
for value in (5, None, b"ALL"):
    show(repr(value), ctx.set_ciphers, value)

part("the suite of a handshake; the server's order counts")
for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
    for mine, theirs in (("ECDHE+CHACHA20", "DEFAULT"), ("AES128:AES256", "AES256:AES128"), ("AES256+ECDSA", "CHACHA20+ECDSA")):
        c, s = client_context(), server_context()
        c.maximum_version = version
        c.set_ciphers(mine)
        s.set_ciphers(theirs)
        a, b = bio_pair(c, s)
        what = "version %d, client %s, server %s" % (version, mine, theirs)
        for who, r in zip(("client", "server"), shake(a, b)):
            say("%s: %s" % (what, who), "done" if r is True else "%s %s" % (type(r).__name__, r.reason))
        say(what + ": cipher", a.cipher(), "server's cipher", b.cipher())
c, s = client_context(), server_context()
c.maximum_version = ssl.TLSVersion.TLSv1_2
c.set_ciphers("AES128:AES256")
s.set_ciphers("AES256:AES128")
s.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
a, b = bio_pair(c, s)
say("without OP_CIPHER_SERVER_PREFERENCE: handshake", met(a, b), "cipher", a.cipher())
say("client's shared_ciphers", a.shared_ciphers(), "compression", a.compression(), "no NPN", a.selected_npn_protocol() is None)
shared = b.shared_ciphers()
say("server's shared_ciphers are a list", isinstance(shared, list), "of tuples", isinstance(shared[0], tuple),
    "with fields", len(shared[0]))
say("AES128 with ECDSA is among them", ("ECDHE-ECDSA-AES128-GCM-SHA256", "TLSv1.2", 128) in shared)
