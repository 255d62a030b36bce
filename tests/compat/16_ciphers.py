# OpenSSL's cipher strings, as far as suites of ours are concerned: AEAD with ECDHE (7).
import ssl
from helper import bio_pair, client_context, server_context, shake, show, show_text


def ours(ctx):
    return [c["name"] for c in ctx.get_ciphers()
            if c["aead"] and (c["name"].startswith("TLS_") or c["name"].startswith("ECDHE-"))
            and not any(x in c["name"] for x in ("CCM", "ARIA", "PSK"))]


ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
print(ours(ctx))
for c in ctx.get_ciphers():
    if c["name"] in ours(ctx):
        print(sorted((k, v) for k, v in c.items() if k != "description"))
        print(c["description"])
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
    print(text, "->", ours(ctx)[3:])
ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
for text in ("", "nonsense", "!ALL", "@STRENGTH", "TLS_AES_128_GCM_SHA256", "TLSv1.3", "ecdhe", "a+", "!!", "ECDHE:@FOO",
             "ECDHE:@SECLEVEL=9", "ECDHE+nonsense", "LOW", "PROFILE=SYSTEM", "-ALL", "DEFAULT:!ALL"):
    try:
        ctx.set_ciphers(text)
        print(repr(text), "taken")
    except ssl.SSLError as e:
        print(repr(text), str(e), e.args, e.errno, hasattr(e, "reason"))
for value in (5, None, b"ALL"):
    show("type", ctx.set_ciphers, value)

# What is chosen is what happens, and a server's order wins.
for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
    for mine, theirs in (("ECDHE+CHACHA20", "DEFAULT"), ("AES128:AES256", "AES256:AES128"), ("AES256+ECDSA", "CHACHA20+ECDSA")):
        c, s = client_context(), server_context()
        c.maximum_version = version
        c.set_ciphers(mine)
        s.set_ciphers(theirs)
        a, b = bio_pair(c, s)
        print(*[r if r is True else (type(r).__name__, r.reason) for r in shake(a, b)], a.cipher(), b.cipher())
c, s = client_context(), server_context()
c.maximum_version = ssl.TLSVersion.TLSv1_2
c.set_ciphers("AES128:AES256")
s.set_ciphers("AES256:AES128")
s.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
a, b = bio_pair(c, s)
print(shake(a, b), a.cipher(), a.shared_ciphers(), a.compression(), a.selected_npn_protocol() is None)
shared = b.shared_ciphers()
print(isinstance(shared, list), isinstance(shared[0], tuple), len(shared[0]), ("ECDHE-ECDSA-AES128-GCM-SHA256", "TLSv1.2", 128) in shared)
