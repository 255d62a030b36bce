# Revocation lists are checked as in CPython: only if VERIFY_CRL_CHECK_LEAF or VERIFY_CRL_CHECK_CHAIN is set.
import ssl
from helper import CERTS, bio_pair, client_context, met, name_of, part, say, server_context, shake

NONE, LEAF, CHAIN = 0, ssl.VERIFY_CRL_CHECK_LEAF, ssl.VERIFY_CRL_CHECK_CHAIN
NAMES = {NONE: "no check", LEAF: "leaf", CHAIN: "chain"}
for crls in ((), ("crl",), ("crl-expired",), ("crl", "crl-inter"), ("crl-inter",)):
    part("lists that are loaded: " + (", ".join(crls) or "none"))
    for flags in (NONE, LEAF, CHAIN):
        for cert in ("server", "revoked", "chain"):
            client = client_context()
            client.verify_flags |= flags
            for name in crls:
                client.load_verify_locations(CERTS + name + ".pem")
            say("%s, certificate %s" % (NAMES[flags], cert), met(*bio_pair(client, server_context(cert))))

part("what is counted")
ctx = client_context()
say("cert_store_stats", sorted(ctx.cert_store_stats().items()))
ctx.load_verify_locations(CERTS + "crl.pem")
say("with a list", sorted(ctx.cert_store_stats().items()), "get_ca_certs", len(ctx.get_ca_certs()))

part("an intermediate that is revoked")
for trust in (("ca",), ("ca", "inter")):
    for flags in (LEAF, CHAIN):
        client = client_context()
        client.verify_flags |= flags
        for name in trust + ("crl-no-inter", "crl-inter"):
            client.load_verify_locations(CERTS + name + ".pem")
        say("%s, trusted: %s" % (NAMES[flags], ", ".join(trust)), name_of(shake(*bio_pair(client, server_context("chain")))[0]))

part("an expired list beside a current one, which is loaded twice")
client = client_context()
client.verify_flags |= LEAF
for name in ("crl-expired", "crl", "crl"):
    client.load_verify_locations(CERTS + name + ".pem")
say("client", name_of(shake(*bio_pair(client, server_context()))[0]), "lists", client.cert_store_stats()["crl"])

part("a list that is loaded after the connection was made")
client = client_context()
client.verify_flags |= LEAF
c, s = bio_pair(client, server_context("revoked"))
client.load_verify_locations(CERTS + "crl.pem")
say("client", type(shake(c, s)[0]).__name__)

part("a revoked certificate with another name")
ctx.verify_flags |= LEAF
say("client", name_of(shake(*bio_pair(ctx, server_context("revoked"), "wrong.example"))[0]))
