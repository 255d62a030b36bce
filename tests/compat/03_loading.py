# Keys and certificates: what is taken, what is refused, and that a refusal changes nothing (section 6).
import ssl
from helper import CERTS, bio_pair, client_context, name_of, read, shake, show, show_text

c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
for cert, key in (("server", "server"), ("server", "server-sec1"), ("server-rsa", "server-rsa"),
                  ("server-rsa", "server-rsa-pkcs1"), ("chain", "chain"), ("server-p384", "server-p384")):
    show(cert + " " + key, c.load_cert_chain, CERTS + cert + ".pem", CERTS + key + ".key")
show("both", c.load_cert_chain, CERTS + "both.pem")
show("key first", c.load_cert_chain, certfile=CERTS + "key-first.pem", keyfile=None)

enc = (CERTS + "server.pem", CERTS + "server-encrypted.key")
calls = []


def ask():
    calls.append(1)
    return "secret"


def fail():
    raise ValueError("no password today")


show("password str", c.load_cert_chain, *enc, password="secret")
show("password bytes", c.load_cert_chain, *enc, password=b"secret")
show("password bytearray", c.load_cert_chain, *enc, password=bytearray(b"secret"))
show("password callable", c.load_cert_chain, *enc, password=ask)
print(len(calls))
show("password not needed", c.load_cert_chain, CERTS + "server.pem", CERTS + "server.key", password=ask)
print(len(calls))
show("password wrong", c.load_cert_chain, *enc, password="wrong")
show_text("password raises", c.load_cert_chain, *enc, password=fail)
show_text("password number", c.load_cert_chain, *enc, password=5)
show_text("password callable number", c.load_cert_chain, *enc, password=lambda: 5)
show("password long", c.load_cert_chain, *enc, password="x" * 1025)

show("mismatch", c.load_cert_chain, CERTS + "server.pem", CERTS + "client.key")
show("no key", c.load_cert_chain, CERTS + "server.pem")
show("key for cert", c.load_cert_chain, CERTS + "server.key", CERTS + "server.key")
show("cert for key", c.load_cert_chain, CERTS + "server.pem", CERTS + "server.pem")
try:
    c.load_cert_chain(CERTS + "nothing.pem")
except OSError as e:
    print("missing file", e.errno, isinstance(e, ssl.SSLError))
show_text("number", c.load_cert_chain, 5)
show_text("number key", c.load_cert_chain, CERTS + "server.pem", 5)
show("none", c.load_cert_chain, None)

# After all those failures the last good chain and key still stand, and still match.
print([name_of(r) for r in shake(*bio_pair(client_context(), c))])

t = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
show_text("nothing", t.load_verify_locations)
show_text("number", t.load_verify_locations, 5)
show("key file", t.load_verify_locations, CERTS + "server.key")
try:
    t.load_verify_locations(CERTS + "nothing.pem")
except OSError as e:
    print("missing file", e.errno, isinstance(e, ssl.SSLError))
show_text("text that is none", t.load_verify_locations, cadata="x")
show_text("bytes that are none", t.load_verify_locations, cadata=b"x")
show_text("empty", t.load_verify_locations, cadata="")
show_text("empty bytes", t.load_verify_locations, cadata=b"")
show_text("number", t.load_verify_locations, cadata=5)
show_text("not ASCII", t.load_verify_locations, cadata="\u00fc")
pem = read("ca.pem").decode()
broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
try:
    t.load_verify_locations(cadata=broken)
except ssl.SSLError as e:
    print("broken", type(e).__name__)
print([name_of(r) for r in shake(*bio_pair(t, c))])
show("cafile", t.load_verify_locations, CERTS + "ca.pem")
show("cadata", t.load_verify_locations, cadata=pem)
show("cadata der", t.load_verify_locations, cadata=read("ca.der"))
show("cadata two der", t.load_verify_locations, cadata=read("two-cas.der"))
show("cadata bytearray", t.load_verify_locations, cadata=bytearray(read("ca.der")))
show("cadata memoryview", t.load_verify_locations, cadata=memoryview(read("ca.der")))
show("text between", t.load_verify_locations, cadata="a\n" + pem + "b\n" + pem)
show("a leaf", t.load_verify_locations, CERTS + "self-signed.pem")
print([name_of(r) for r in shake(*bio_pair(t, c))])
