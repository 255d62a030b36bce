# getpeercert() returns CPython's dict, or the bytes of the certificate.
import ssl
from helper import CERTS, bio_pair, client_context, met, part, say, server_context


def show(cert):
    for key in sorted(cert):
        say(key, repr(cert[key]).replace("\u00fc", "\\xfc"))  # MicroPython's repr() escapes it, CPython's does not


for cert in ("server", "server-rsa", "chain", "self-signed", "cn-only", "odd"):
    part("certificate " + cert)
    client = client_context("self-signed.pem" if cert == "self-signed" else "ca.pem")
    client.check_hostname = False
    c, s = bio_pair(client, server_context(cert))
    say("handshake", met(c, s))
    show(c.getpeercert())
    say("getpeercert(False) is equal", c.getpeercert() == c.getpeercert(False))
    say("each call makes a new dict", c.getpeercert() is not c.getpeercert())
    say("class of getpeercert(True)", type(c.getpeercert(True)).__name__)
    say("binary_form=True is equal", c.getpeercert(binary_form=True) == c.getpeercert(True))
    say("the server's getpeercert()", s.getpeercert(), "getpeercert(True)", s.getpeercert(True))

part("a certificate that was not verified")
client = client_context(None)
client.check_hostname = False
client.verify_mode = ssl.CERT_NONE
c, s = bio_pair(client, server_context())
say("handshake", met(c, s), "getpeercert()", c.getpeercert(), "getpeercert(True) has bytes", len(c.getpeercert(True)) > 300)

part("a client's certificate")
server = server_context()
server.verify_mode = ssl.CERT_REQUIRED
server.load_verify_locations(CERTS + "ca.pem")
client = client_context()
client.load_cert_chain(CERTS + "client.pem", CERTS + "client.key")
c, s = bio_pair(client, server)
say("handshake", met(c, s))
show(s.getpeercert())
