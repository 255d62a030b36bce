# A server that asks for a certificate takes and refuses what CPython's server does, in each mode.
import ssl
from helper import CERTS, bio_pair, client_context, name_of, part, say, server_context, shake

for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
    for mode in (ssl.CERT_NONE, ssl.CERT_OPTIONAL, ssl.CERT_REQUIRED):
        part("version %d, verify_mode %d" % (version, mode))
        for cert in (None, "client", "rogue-client", "server"):
            server = server_context()
            server.verify_mode = mode
            server.load_verify_locations(CERTS + "ca.pem")
            client = client_context()
            client.maximum_version = version
            if cert:
                client.load_cert_chain(CERTS + cert + ".pem", CERTS + cert + ".key")
            c, s = bio_pair(client, server)
            outcome = shake(c, s)
            what = "client's certificate %s" % cert
            say(what + ": client", name_of(outcome[0]), "server", name_of(outcome[1]))
            if outcome == [True, True]:
                say(what + ": the server can read it", s.getpeercert(True) is not None)
            elif outcome[0] is True:
                # In TLS 1.3 the server's alert arrives after the client's handshake has ended.
                try:
                    c.read()
                except ssl.SSLError as e:
                    say(what + ": the client's read", name_of(e))
