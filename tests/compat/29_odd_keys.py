# Keys and bundles as they are found in the wild.
import ssl
from helper import CERTS, bio_pair, client_context, server_context, shake, show


def load(cert, key, password=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTS + cert, CERTS + key, password)
    print(key, shake(*bio_pair(client_context(), context)))


# PKCS#8 that is encrypted with 3DES, as `openssl req -newkey` of OpenSSL 3.0 writes it.
load("server.pem", "server-des3.key", "sesame")
show("a wrong password", load, "server.pem", "server-des3.key", "wrong")
# PKCS#8 under the label of SEC 1 and of PKCS#1.
load("server.pem", "server-label.key")
load("server-rsa.pem", "server-rsa-label.key")
# One certificate of a bundle uses an algorithm that MicroPython's TLS does not have.
print(shake(*bio_pair(client_context("ed25519-bundle.pem"), server_context())))
