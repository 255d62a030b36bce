# Revocation lists, checked only when asked for (VERIFY_CRL_CHECK_*).
import ssl
from helper import CERTS, bio_pair, client_context, name_of, server_context, shake, show, show_text

NONE, LEAF, CHAIN = 0, ssl.VERIFY_CRL_CHECK_LEAF, ssl.VERIFY_CRL_CHECK_CHAIN
for crls in ((), ("crl",), ("crl-expired",), ("crl", "crl-inter"), ("crl-inter",)):
    for flags in (NONE, LEAF, CHAIN):
        for cert in ("server", "revoked", "chain"):
            client = client_context()
            client.verify_flags |= flags
            for name in crls:
                client.load_verify_locations(CERTS + name + ".pem")
            print(crls, int(flags), cert, *[name_of(r) for r in shake(*bio_pair(client, server_context(cert)))])
ctx = client_context()
print(sorted(ctx.cert_store_stats().items()))
ctx.load_verify_locations(CERTS + "crl.pem")
print(sorted(ctx.cert_store_stats().items()), len(ctx.get_ca_certs()))
# An intermediate that is trusted itself, and revoked; an old list beside a new one; twice the same.
for trust in (("ca",), ("ca", "inter")):
    for flags in (LEAF, CHAIN):
        client = client_context()
        client.verify_flags |= flags
        for name in trust + ("crl-no-inter", "crl-inter"):
            client.load_verify_locations(CERTS + name + ".pem")
        print(trust, int(flags), name_of(shake(*bio_pair(client, server_context("chain")))[0]))
client = client_context()
client.verify_flags |= LEAF
for name in ("crl-expired", "crl", "crl"):
    client.load_verify_locations(CERTS + name + ".pem")
print(name_of(shake(*bio_pair(client, server_context()))[0]), client.cert_store_stats()["crl"])
# A list that comes after the connection was made.
client = client_context()
client.verify_flags |= LEAF
c, s = bio_pair(client, server_context("revoked"))
client.load_verify_locations(CERTS + "crl.pem")
print(type(shake(c, s)[0]).__name__)
# The revoked certificate and a wrong name: the name is told first.
ctx.verify_flags |= LEAF
print(name_of(shake(*bio_pair(ctx, server_context("revoked"), "wrong.example"))[0]))
