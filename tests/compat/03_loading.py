# Keys and certificates are taken and refused as by CPython, and what is refused changes nothing.
import ssl
from helper import CERTS, bio_pair, client_context, met, part, read, say, show, show_text

part("load_cert_chain")
c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
for cert, key in (("server", "server"), ("server", "server-sec1"), ("server-rsa", "server-rsa"),
                  ("server-rsa", "server-rsa-pkcs1"), ("chain", "chain"), ("server-p384", "server-p384")):
    show("%s.pem, %s.key" % (cert, key), c.load_cert_chain, CERTS + cert + ".pem", CERTS + key + ".key")
show("certificate and key in one file", c.load_cert_chain, CERTS + "both.pem")
show("the key first", c.load_cert_chain, certfile=CERTS + "key-first.pem", keyfile=None)

part("a key with a password")
enc = (CERTS + "server.pem", CERTS + "server-encrypted.key")
calls = []


def ask():
    calls.append(1)
    return "secret"


def fail():
    raise ValueError("no password today")


show("str", c.load_cert_chain, *enc, password="secret")
show("bytes", c.load_cert_chain, *enc, password=b"secret")
show("bytearray", c.load_cert_chain, *enc, password=bytearray(b"secret"))
show("callable", c.load_cert_chain, *enc, password=ask)
say("calls of it", len(calls))
show("callable, for a key without a password", c.load_cert_chain, CERTS + "server.pem", CERTS + "server.key", password=ask)
say("calls of it", len(calls))
show("wrong password", c.load_cert_chain, *enc, password="wrong")
show_text("callable that raises", c.load_cert_chain, *enc, password=fail)
show_text("number", c.load_cert_chain, *enc, password=5)
show_text("callable that returns a number", c.load_cert_chain, *enc, password=lambda: 5)
show("1025 letters", c.load_cert_chain, *enc, password="x" * 1025)

part("what load_cert_chain refuses")
show("another certificate's key", c.load_cert_chain, CERTS + "server.pem", CERTS + "client.key")
show("no key", c.load_cert_chain, CERTS + "server.pem")
show("a key as certificate", c.load_cert_chain, CERTS + "server.key", CERTS + "server.key")
show("a certificate as key", c.load_cert_chain, CERTS + "server.pem", CERTS + "server.pem")
try:
    c.load_cert_chain(CERTS + "nothing.pem")
except OSError as e:
    say("missing file: errno", e.errno, "is an SSLError", isinstance(e, ssl.SSLError))
show_text("number as certificate", c.load_cert_chain, 5)
show_text("number as key", c.load_cert_chain, CERTS + "server.pem", 5)
show("None", c.load_cert_chain, None)
say("handshake with what was loaded before", met(*bio_pair(client_context(), c)))

part("what load_verify_locations refuses")
t = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
show_text("no argument", t.load_verify_locations)
show_text("number", t.load_verify_locations, 5)
show("a file with a key", t.load_verify_locations, CERTS + "server.key")
try:
    t.load_verify_locations(CERTS + "nothing.pem")
except OSError as e:
    say("missing file: errno", e.errno, "is an SSLError", isinstance(e, ssl.SSLError))
show_text("cadata, text without a certificate", t.load_verify_locations, cadata="x")
show_text("cadata, bytes without a certificate", t.load_verify_locations, cadata=b"x")
show_text("cadata, empty text", t.load_verify_locations, cadata="")
show_text("cadata, no bytes", t.load_verify_locations, cadata=b"")
show_text("cadata, number", t.load_verify_locations, cadata=5)
show_text("cadata, text that is not ASCII", t.load_verify_locations, cadata="\u00fc")
pem = read("ca.pem").decode()
broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
try:
    t.load_verify_locations(cadata=broken)
except ssl.SSLError as e:
    say("cadata, PEM that is no certificate", type(e).__name__)
say("handshake without a trust anchor", met(*bio_pair(t, c)))

part("what load_verify_locations takes")
show("cafile", t.load_verify_locations, CERTS + "ca.pem")
show("cadata, PEM", t.load_verify_locations, cadata=pem)
show("cadata, DER", t.load_verify_locations, cadata=read("ca.der"))
show("cadata, two certificates in DER", t.load_verify_locations, cadata=read("two-cas.der"))
show("cadata, bytearray", t.load_verify_locations, cadata=bytearray(read("ca.der")))
show("cadata, memoryview", t.load_verify_locations, cadata=memoryview(read("ca.der")))
show("cadata, PEM with other text between", t.load_verify_locations, cadata="a\n" + pem + "b\n" + pem)
show("a certificate that is no CA", t.load_verify_locations, CERTS + "self-signed.pem")
say("handshake with these trust anchors", met(*bio_pair(t, c)))
