# Arguments by the names that CPython's documentation gives them.
import ssl
from helper import CERTS, bio_pair, client_context, server_context, shake, show, text_of

with open(CERTS + "ca.pem") as f:
    PEM = f.read()

show("cert_time", ssl.cert_time_to_seconds, cert_time="Jan  5 09:34:43 2018 GMT")
der = ssl.PEM_cert_to_DER_cert(pem_cert_string=PEM)
print(ssl.DER_cert_to_PEM_cert(der_cert_bytes=der).strip() == PEM[PEM.index("-----BEGIN"):].strip())

context = client_context()
show("alpn_protocols", context.set_alpn_protocols, alpn_protocols=["x"])
show("purpose", context.load_default_certs, purpose=ssl.Purpose.SERVER_AUTH)
show("server_name_callback", server_context().set_servername_callback, server_name_callback=None)
show("protocol", lambda: ssl.SSLContext(protocol=ssl.PROTOCOL_TLS_CLIENT).check_hostname)

# One of the functions that CPython's own library uses: unverified, unless it is asked for.
for what, kw in (
    ("nothing", {}),
    ("protocol", {"protocol": ssl.PROTOCOL_TLS_SERVER}),
    ("cert_reqs", {"cert_reqs": ssl.CERT_REQUIRED, "cafile": CERTS + "ca.pem"}),
    ("no cert_reqs", {"cert_reqs": None, "cafile": CERTS + "ca.pem"}),
    ("check_hostname", {"cert_reqs": ssl.CERT_REQUIRED, "check_hostname": True, "cafile": CERTS + "ca.pem"}),
    ("certfile", {"purpose": ssl.Purpose.CLIENT_AUTH, "certfile": CERTS + "server.pem", "keyfile": CERTS + "server.key"}),
):
    c = ssl._create_unverified_context(**kw)
    print(what, c.protocol, int(c.verify_mode), c.check_hostname, c.cert_store_stats()["x509"])
for kw in ({"keyfile": CERTS + "server.key"}, {"check_hostname": True}):
    try:
        ssl._create_unverified_context(**kw)
    except ValueError as e:
        print(text_of(e))

c, s = bio_pair(client_context(), server_context())
print(shake(c, s))
show("write", c.write, data=b"hello")
show("read", s.read, len=3)
buffer = bytearray(2)
show("read into", s.read, len=2, buffer=buffer)
print(buffer)
show("cb_type", lambda: c.get_channel_binding(cb_type="none of these"))
print(type(c.getpeercert(binary_form=True)), len(c.context.get_ca_certs(binary_form=True)))

# Bytes name a host too, and are a str afterwards.
print(repr(client_context().wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname=b"localhost").server_hostname))

for what, call in (
    ("unknown", lambda: context.set_alpn_protocols(protocols=["x"])),
    ("twice", lambda: context.set_alpn_protocols(["x"], alpn_protocols=["x"])),
    ("none", lambda: context.set_alpn_protocols()),
    ("both", lambda: ssl._create_unverified_context(ssl.PROTOCOL_TLS_CLIENT, protocol=ssl.PROTOCOL_TLS_SERVER)),
    ("too many", lambda: context.set_alpn_protocols(["x"], 1)),
):
    try:
        call()
    except TypeError:
        print(what, "TypeError")
