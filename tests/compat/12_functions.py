# Functions of the module that need no connection (section 2), and what a context believes (section 4).
import ssl
from helper import CERTS, client_context, read, show, show_text

# Default contexts.
for purpose in (ssl.Purpose.SERVER_AUTH, ssl.Purpose.CLIENT_AUTH):
    c = ssl.create_default_context(purpose, cafile=CERTS + "ca.pem")
    print(int(c.protocol), int(c.verify_mode), c.check_hostname, sorted(c.cert_store_stats().items()))
    print(purpose.nid, purpose.shortname, purpose.longname, purpose.oid)
c = ssl.create_default_context(cadata=read("ca.pem").decode())
print(sorted(c.cert_store_stats().items()))
c = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
print(sorted(c.cert_store_stats().items()), c.get_ca_certs())
show_text("purpose", ssl.create_default_context, "x")
show("positional", ssl.create_default_context, ssl.Purpose.SERVER_AUTH, CERTS + "ca.pem")
show("missing", lambda: ssl.create_default_context(cafile=CERTS + "nothing.pem"))
c = ssl._create_unverified_context()
print(int(c.protocol), int(c.verify_mode), c.check_hostname)
print(ssl._create_default_https_context is ssl.create_default_context)
print(ssl._create_stdlib_context is ssl._create_unverified_context)
print(ssl.Purpose.SERVER_AUTH is ssl.Purpose.SERVER_AUTH, ssl.Purpose.SERVER_AUTH == ssl.Purpose.CLIENT_AUTH)

# What a context believes.
c = client_context(None)
print(sorted(c.cert_store_stats().items()), c.get_ca_certs(), c.get_ca_certs(True))
c.load_verify_locations(CERTS + "ca.pem")
c.load_verify_locations(cadata=read("two-cas.der"))
c.load_verify_locations(CERTS + "self-signed.pem")
print(sorted(c.cert_store_stats().items()), sorted(c.get_ca_certs(binary_form=True)) == sorted([read("ca.der"), read("rogue-ca.der")]))
for cert in sorted(c.get_ca_certs(), key=lambda d: d["subject"]):
    for key in sorted(cert):
        if key != "serialNumber":
            print("   ", key, cert[key])

# PEM and DER.
der = read("ca.der")
pem = ssl.DER_cert_to_PEM_cert(der)
print(pem.splitlines()[0], pem.splitlines()[-1], max(len(l) for l in pem.splitlines()), pem[-1] == "\n")
print(ssl.PEM_cert_to_DER_cert(pem) == der, ssl.PEM_cert_to_DER_cert(pem + " \n\n") == der)
print(ssl.DER_cert_to_PEM_cert(b"").split(), ssl.DER_cert_to_PEM_cert(bytearray(b"x" * 48)).split())
show("str", ssl.DER_cert_to_PEM_cert, "x")
show_text("no header", ssl.PEM_cert_to_DER_cert, " " + pem)
show_text("no footer", ssl.PEM_cert_to_DER_cert, pem[:-5])
show_text("header only", ssl.PEM_cert_to_DER_cert, "-----BEGIN CERTIFICATE-----")
show("bytes", ssl.PEM_cert_to_DER_cert, pem.encode())

# Dates.
for text in ("Jan  5 09:34:43 2018 GMT", "JAN 5 09:34:43 2018 gmt", "Jan 35 09:34:43 2018 GMT",
             "Feb 30 09:34:43 2018 GMT", "Jan 05 09:34:60 2018 GMT", "Jan 05 09:34:61 2018 GMT",
             "Jan 05 09:34:62 2018 GMT", "Jan 05 24:00:00 2018 GMT", "Jan 05 09:34:00 18 GMT",
             "Jan 05 09:34:00 2018", "Jan 05 09:34:00 9999 GMT", " Jan 05 09:34:00 2018 GMT",
             "Jan 5 9:4:0 2018 GMT", "Feb 29 12:00:00 2000 GMT", "Jan 1 00:00:00 1950 GMT", "Foo 1 00:00:00 1990 GMT",
             "Jan 1 00:00:00 1970 GMTx", "Jan 0 00:00:00 1970 GMT", "", "Dec 31 23:59:59 2049 GMT",
             "Jan 19 03:14:08 2038 GMT", "Mar 1 00:00:00 2100 GMT", "Jan 1 00:60:00 1970 GMT"):
    show(text, ssl.cert_time_to_seconds, text)

# Random bytes.
print(len(ssl.RAND_bytes(33)), ssl.RAND_bytes(0), ssl.RAND_bytes(16) != ssl.RAND_bytes(16), ssl.RAND_status())
show_text("negative", ssl.RAND_bytes, -1)
show("text", ssl.RAND_bytes, "x")
print(ssl.RAND_add(b"x", 0.5), ssl.RAND_add("x", 1.0))
show("number", ssl.RAND_add, 5, 1.0)
