# An error about a certificate names the certificate and every rule that it breaks.
import ssl
from helper import CERTS, bio_pair, server_context, shake


def refused(cert, host):
    client = ssl.create_default_context(cafile=CERTS + "ca.pem")
    return shake(*bio_pair(client, server_context(cert), host))[0]


error = refused("expired", "other.test")
assert error.verify_code == 62, error
assert error.verify_depth == 0
assert error.verify_subject[-1] == (("commonName", "localhost"),), error.verify_subject
assert error.verify_rules == ("Hostname mismatch", "certificate has expired"), error.verify_rules

error = refused("unknown-root", "localhost")
assert error.verify_code == 19 and error.verify_depth == 1
assert error.verify_rules == ("self-signed certificate in certificate chain",), error.verify_rules
assert "CA" in error.verify_subject[-1][0][1], error.verify_subject

# Other errors of the module do not have these attributes.
try:
    ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata="nothing")
except ssl.SSLError as error:
    assert not hasattr(error, "verify_depth")
print("ok")
