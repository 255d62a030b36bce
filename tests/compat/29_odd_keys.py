# Keys and bundles in unusual forms, which other programs write, are loaded as by CPython.
import ssl
from helper import CERTS, bio_pair, client_context, met, say, server_context, show


def load(cert, key, password=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTS + cert, CERTS + key, password)
    say(key + ": handshake", met(*bio_pair(client_context(), context)))


# `openssl req -newkey` of OpenSSL 3.0 writes PKCS#8 that is encrypted with 3DES.
load("server.pem", "server-des3.key", "sesame")
show("server-des3.key with a wrong password", load, "server.pem", "server-des3.key", "wrong")
# These are PKCS#8 under the label of SEC 1 and of PKCS#1.
load("server.pem", "server-label.key")
load("server-rsa.pem", "server-rsa-label.key")
# One certificate of this bundle has an Ed25519 key, which mbedTLS cannot read.
say("a bundle with an Ed25519 certificate: handshake", met(*bio_pair(client_context("ed25519-bundle.pem"), server_context())))
