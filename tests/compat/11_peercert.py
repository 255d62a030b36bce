# getpeercert(): the dict, in CPython's shape (section 9).
import ssl
from helper import CERTS, bio_pair, client_context, server_context, shake


def show(cert):
    for key in sorted(cert):
        print("   ", key, repr(cert[key]).replace("\u00fc", "\\xfc"))  # repr differs


for cert in ("server", "server-rsa", "chain", "self-signed", "cn-only", "odd"):
    client = client_context("self-signed.pem" if cert == "self-signed" else "ca.pem")
    client.check_hostname = False
    c, s = bio_pair(client, server_context(cert))
    print(cert, shake(c, s))
    show(c.getpeercert())
    print(c.getpeercert() == c.getpeercert(False), c.getpeercert() is c.getpeercert())
    print(type(c.getpeercert(True)).__name__, c.getpeercert(binary_form=True) == c.getpeercert(True))
    print(s.getpeercert(), s.getpeercert(True))

# Not verified: an empty dict, but the bytes.
client = client_context(None)
client.check_hostname = False
client.verify_mode = ssl.CERT_NONE
c, s = bio_pair(client, server_context())
print(shake(c, s), c.getpeercert(), len(c.getpeercert(True)) > 300)

# A client's.
server = server_context()
server.verify_mode = ssl.CERT_REQUIRED
server.load_verify_locations(CERTS + "ca.pem")
client = client_context()
client.load_cert_chain(CERTS + "client.pem", CERTS + "client.key")
c, s = bio_pair(client, server)
print(shake(c, s))
show(s.getpeercert())
