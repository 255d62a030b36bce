# The functions of the module that need no connection, and the methods that list a context's trust, give CPython's results.
import ssl
from helper import CERTS, client_context, part, read, say, show, show_text


def stats(c):
    return sorted(c.cert_store_stats().items())


part("default contexts")
for purpose in (ssl.Purpose.SERVER_AUTH, ssl.Purpose.CLIENT_AUTH):
    c = ssl.create_default_context(purpose, cafile=CERTS + "ca.pem")
    say(purpose.shortname + ": protocol", int(c.protocol), "verify_mode", int(c.verify_mode), "check_hostname", c.check_hostname)
    say(purpose.shortname + ": cert_store_stats", stats(c))
    say(purpose.shortname + ": nid", purpose.nid, "longname", purpose.longname, "oid", purpose.oid)
c = ssl.create_default_context(cadata=read("ca.pem").decode())
say("with cadata: cert_store_stats", stats(c))
c = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
say("of a server: cert_store_stats", stats(c), "get_ca_certs", c.get_ca_certs())
show_text("purpose of a text", ssl.create_default_context, "x")
show("cafile as a positional argument", ssl.create_default_context, ssl.Purpose.SERVER_AUTH, CERTS + "ca.pem")
show("cafile that is missing", lambda: ssl.create_default_context(cafile=CERTS + "nothing.pem"))
c = ssl._create_unverified_context()
say("_create_unverified_context: protocol", int(c.protocol), "verify_mode", int(c.verify_mode), "check_hostname", c.check_hostname)
say("_create_default_https_context is create_default_context", ssl._create_default_https_context is ssl.create_default_context)
say("_create_stdlib_context is _create_unverified_context", ssl._create_stdlib_context is ssl._create_unverified_context)
say("Purpose.SERVER_AUTH is one object", ssl.Purpose.SERVER_AUTH is ssl.Purpose.SERVER_AUTH)
say("Purpose.SERVER_AUTH equals Purpose.CLIENT_AUTH", ssl.Purpose.SERVER_AUTH == ssl.Purpose.CLIENT_AUTH)

part("what a context trusts")
c = client_context(None)
say("new: cert_store_stats", stats(c), "get_ca_certs()", c.get_ca_certs(), "get_ca_certs(True)", c.get_ca_certs(True))
c.load_verify_locations(CERTS + "ca.pem")
c.load_verify_locations(cadata=read("two-cas.der"))
c.load_verify_locations(CERTS + "self-signed.pem")
say("loaded: cert_store_stats", stats(c))
say("get_ca_certs has the two CAs", sorted(c.get_ca_certs(binary_form=True)) == sorted([read("ca.der"), read("rogue-ca.der")]))
for cert in sorted(c.get_ca_certs(), key=lambda d: d["subject"]):
    for key in sorted(cert):
        if key != "serialNumber":
            say(key, cert[key])

part("PEM and DER")
der = read("ca.der")
pem = ssl.DER_cert_to_PEM_cert(der)
lines = pem.splitlines()
say("first line", lines[0], "last line", lines[-1], "longest line", max(len(line) for line in lines))
say("ends with a newline", pem[-1] == "\n")
say("back to DER", ssl.PEM_cert_to_DER_cert(pem) == der, "with blanks behind", ssl.PEM_cert_to_DER_cert(pem + " \n\n") == der)
say("PEM of no bytes", ssl.DER_cert_to_PEM_cert(b"").split())
say("PEM of 48 bytes", ssl.DER_cert_to_PEM_cert(bytearray(b"x" * 48)).split())
show("PEM of a text", ssl.DER_cert_to_PEM_cert, "x")
show_text("DER without a header", ssl.PEM_cert_to_DER_cert, " " + pem)
show_text("DER without a footer", ssl.PEM_cert_to_DER_cert, pem[:-5])
show_text("DER of a header alone", ssl.PEM_cert_to_DER_cert, "-----BEGIN CERTIFICATE-----")
show("DER of bytes", ssl.PEM_cert_to_DER_cert, pem.encode())

part("cert_time_to_seconds")
for text in ("Jan  5 09:34:43 2018 GMT", "JAN 5 09:34:43 2018 gmt", "Jan 35 09:34:43 2018 GMT",
             "Feb 30 09:34:43 2018 GMT", "Jan 05 09:34:60 2018 GMT", "Jan 05 09:34:61 2018 GMT",
             "Jan 05 09:34:62 2018 GMT", "Jan 05 24:00:00 2018 GMT", "Jan 05 09:34:00 18 GMT",
             "Jan 05 09:34:00 2018", "Jan 05 09:34:00 9999 GMT", " Jan 05 09:34:00 2018 GMT",
             "Jan 5 9:4:0 2018 GMT", "Feb 29 12:00:00 2000 GMT", "Jan 1 00:00:00 1950 GMT", "Foo 1 00:00:00 1990 GMT",
             "Jan 1 00:00:00 1970 GMTx", "Jan 0 00:00:00 1970 GMT", "", "Dec 31 23:59:59 2049 GMT",
             "Jan 19 03:14:08 2038 GMT", "Mar 1 00:00:00 2100 GMT", "Jan 1 00:60:00 1970 GMT"):
    show(repr(text), ssl.cert_time_to_seconds, text)

part("random bytes")
say("bytes of RAND_bytes(33)", len(ssl.RAND_bytes(33)), "RAND_bytes(0)", ssl.RAND_bytes(0))
say("two calls differ", ssl.RAND_bytes(16) != ssl.RAND_bytes(16), "RAND_status", ssl.RAND_status())
show_text("RAND_bytes(-1)", ssl.RAND_bytes, -1)
show("RAND_bytes of a text", ssl.RAND_bytes, "x")
say("RAND_add of bytes", ssl.RAND_add(b"x", 0.5), "of a text", ssl.RAND_add("x", 1.0))
show("RAND_add of a number", ssl.RAND_add, 5, 1.0)
