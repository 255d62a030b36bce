# SSLContext's attributes and how they hang together (section 4).
import ssl
from helper import show, show_text

for proto in (ssl.PROTOCOL_TLS_CLIENT, ssl.PROTOCOL_TLS_SERVER):
    c = ssl.SSLContext(proto)
    print(int(c.protocol), c.check_hostname, int(c.verify_mode), int(c.minimum_version), int(c.maximum_version))
print(ssl.CERT_NONE + 0, ssl.CERT_OPTIONAL + 0, ssl.CERT_REQUIRED + 0)
for n in ("MINIMUM_SUPPORTED", "SSLv3", "TLSv1", "TLSv1_1", "TLSv1_2", "TLSv1_3", "MAXIMUM_SUPPORTED"):
    print(n, int(getattr(ssl.TLSVersion, n)))
print(ssl.HAS_SNI, ssl.HAS_TLSv1_2, ssl.HAS_TLSv1_3)

show_text("bad protocol", ssl.SSLContext, 99)
show("text protocol", ssl.SSLContext, "x")

c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
show_text("none while checking", setattr, c, "verify_mode", ssl.CERT_NONE)
show_text("mode 5", setattr, c, "verify_mode", 5)
show("mode text", setattr, c, "verify_mode", "x")
print(int(c.verify_mode), c.check_hostname)
c.check_hostname = False
c.verify_mode = ssl.CERT_NONE
print(int(c.verify_mode), c.check_hostname)
c.check_hostname = True
print(int(c.verify_mode), c.check_hostname)
c.verify_mode = ssl.CERT_OPTIONAL
c.check_hostname = "yes"
print(int(c.verify_mode), c.check_hostname)
c.check_hostname = 0
print(c.check_hostname)
show("protocol is read-only", setattr, c, "protocol", 17)

c.minimum_version = ssl.TLSVersion.TLSv1_3
print(int(c.minimum_version))
c.minimum_version = 771
c.maximum_version = 771
print(int(c.minimum_version), int(c.maximum_version))
c.minimum_version = ssl.TLSVersion.MAXIMUM_SUPPORTED
print(int(c.minimum_version))
c.maximum_version = ssl.TLSVersion.MAXIMUM_SUPPORTED
print(int(c.maximum_version))
show_text("unknown version", setattr, c, "maximum_version", 0x305)
show("version text", setattr, c, "minimum_version", "x")
s = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
s.verify_mode = ssl.CERT_REQUIRED
print(int(s.verify_mode), s.check_hostname)
show_text("no constructor", ssl.SSLSocket)
show_text("no constructor", ssl.SSLObject)
