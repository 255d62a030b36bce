# heap: 64m
# One process can have many connections: a thousand at once, failed ones that it keeps, and ones that it drops in the middle of a
# handshake.
import gc
import ssl
from helper import bio_pair, client_context, server_context, shake
from port import cases

VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)


def contexts(version, name="server"):
    client, server = client_context(), server_context(name)
    client.minimum_version = client.maximum_version = version
    return client, server


def a_thousand_at_once():
    for version in VERSIONS:
        client, server = contexts(version)
        pairs = [bio_pair(client, server) for _ in range(1000)]
        for c, s in pairs:
            for end in (c, s):
                try:
                    end.do_handshake()
                except ssl.SSLWantReadError:
                    pass
        assert all(shake(c, s) == [True, True] for c, s in pairs[::50])


def failed_and_kept():
    for version in VERSIONS:
        client, server = contexts(version, "self-signed")
        kept = [bio_pair(client, server) for _ in range(200)]
        for c, s in kept:
            assert isinstance(shake(c, s)[0], ssl.SSLCertVerificationError)


def dropped_in_the_middle():
    client, server = contexts(VERSIONS[1])
    for _ in range(300):
        c, s = bio_pair(client, server)
        for end in (c, s):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                pass


cases(a_thousand_at_once, failed_and_kept, dropped_in_the_middle)
print("ok")
