# Servers that ask for a certificate (sections 4, 9).
import ssl
from helper import CERTS, bio_pair, client_context, name_of, server_context, shake

for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
    for mode in (ssl.CERT_NONE, ssl.CERT_OPTIONAL, ssl.CERT_REQUIRED):
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
            print(int(version), int(mode), cert, [name_of(r) for r in outcome])
            if outcome == [True, True]:
                print("   ", s.getpeercert(True) is not None)
            elif outcome[0] is True:
                # TLS 1.3: the client learns of it when it reads.
                try:
                    c.read()
                except ssl.SSLError as e:
                    print("    client reads:", name_of(e))
