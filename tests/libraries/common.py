# SPDX-License-Identifier: MIT
#
# common.py - what the scripts of this folder share: arguments, contexts, bodies and the last line.
#
# Arguments of a script: MODE PORT [CAFILE]. "plain" leaves everything to the library, and "require" calls
# ssl.require_verification() before. If a library takes a context, "require" and "none" give it one with CERT_NONE, "true" gives
# ssl=True, "context" one that trusts CAFILE and has a client certificate, and "anonymous" the same without the certificate.
import os
import ssl
import sys
import tls

MODE, PORT = sys.argv[1], int(sys.argv[2])
CERTS = os.getenv("USSL_CERTS") + "/"
URL = "https://localhost:%d" % PORT
SIZES = (0, 1, 1024, 16384, 54038, 200000)

# Scripts import this file before the library, because a program calls it first.
if MODE == "require":
    ssl.require_verification()


# 251 is a prime, so that no two records of a body are equal.
def body(size):
    return (bytes(range(251)) * (size // 251 + 1))[:size]


def context():
    if MODE == "true":
        return True
    if MODE in ("require", "none"):
        # Scripts for stock MicroPython do not mention check_hostname.
        made = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
        made.verify_mode = tls.CERT_NONE
        return made
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.verify_mode = ssl.CERT_REQUIRED
    made.load_verify_locations(sys.argv[3])
    if MODE == "context":
        made.load_cert_chain(CERTS + "client.pem", CERTS + "client.key")
    return made


# The last line is "ok", or "refused" with the code if the certificate was refused. Any other exception ends the script.
def report(use):
    try:
        use()
    except ssl.SSLCertVerificationError as e:
        print("refused", e.verify_code)
    else:
        print("ok")
