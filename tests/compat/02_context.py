# The attributes of SSLContext have CPython's defaults, take what CPython takes, and change one another as there.
import ssl
from helper import part, say, show, show_text


def verification(what, c):
    say(what + ": verify_mode", int(c.verify_mode), "check_hostname", c.check_hostname)


def versions(what, c):
    say(what + ": minimum_version", int(c.minimum_version), "maximum_version", int(c.maximum_version))


part("defaults")
for proto in (ssl.PROTOCOL_TLS_CLIENT, ssl.PROTOCOL_TLS_SERVER):
    c = ssl.SSLContext(proto)
    name = "protocol %d" % c.protocol
    verification(name, c)
    versions(name, c)
say("CERT_NONE", ssl.CERT_NONE + 0, "CERT_OPTIONAL", ssl.CERT_OPTIONAL + 0, "CERT_REQUIRED", ssl.CERT_REQUIRED + 0)
for n in ("MINIMUM_SUPPORTED", "SSLv3", "TLSv1", "TLSv1_1", "TLSv1_2", "TLSv1_3", "MAXIMUM_SUPPORTED"):
    say("TLSVersion." + n, int(getattr(ssl.TLSVersion, n)))
say("HAS_SNI", ssl.HAS_SNI, "HAS_TLSv1_2", ssl.HAS_TLSv1_2, "HAS_TLSv1_3", ssl.HAS_TLSv1_3)
show_text("SSLContext(99)", ssl.SSLContext, 99)
show("SSLContext of a text", ssl.SSLContext, "x")

part("verify_mode and check_hostname")
c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
show_text("CERT_NONE while check_hostname is on", setattr, c, "verify_mode", ssl.CERT_NONE)
show_text("verify_mode 5", setattr, c, "verify_mode", 5)
show("verify_mode of a text", setattr, c, "verify_mode", "x")
verification("after what was refused", c)
c.check_hostname = False
c.verify_mode = ssl.CERT_NONE
verification("both off", c)
c.check_hostname = True
verification("check_hostname on again", c)
c.verify_mode = ssl.CERT_OPTIONAL
c.check_hostname = "yes"
verification("CERT_OPTIONAL, check_hostname of a text", c)
c.check_hostname = 0
verification("check_hostname 0", c)
show("protocol is read-only", setattr, c, "protocol", 17)
s = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
s.verify_mode = ssl.CERT_REQUIRED
verification("a server that requires certificates", s)

part("minimum_version and maximum_version")
c.minimum_version = ssl.TLSVersion.TLSv1_3
versions("from 1.3", c)
c.minimum_version = 771
c.maximum_version = 771
versions("1.2, as a number", c)
c.minimum_version = ssl.TLSVersion.MAXIMUM_SUPPORTED
versions("minimum_version MAXIMUM_SUPPORTED", c)
c.maximum_version = ssl.TLSVersion.MAXIMUM_SUPPORTED
versions("maximum_version MAXIMUM_SUPPORTED", c)
show_text("unknown version", setattr, c, "maximum_version", 0x305)
show("version of a text", setattr, c, "minimum_version", "x")

part("types that are not made by a call")
show_text("SSLSocket()", ssl.SSLSocket)
show_text("SSLObject()", ssl.SSLObject)
