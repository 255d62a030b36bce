# Functions and methods take arguments by the names in CPython's documentation.
import ssl
from helper import CERTS, bio_pair, client_context, met, part, say, server_context, show, text_of

with open(CERTS + "ca.pem") as f:
    PEM = f.read()

part("functions and contexts")
show("cert_time", ssl.cert_time_to_seconds, cert_time="Jan  5 09:34:43 2018 GMT")
der = ssl.PEM_cert_to_DER_cert(pem_cert_string=PEM)
same = ssl.DER_cert_to_PEM_cert(der_cert_bytes=der).strip() == PEM[PEM.index("-----BEGIN"):].strip()
say("pem_cert_string and der_cert_bytes", same)

context = client_context()
show("alpn_protocols", context.set_alpn_protocols, alpn_protocols=["x"])
show("purpose", context.load_default_certs, purpose=ssl.Purpose.SERVER_AUTH)
show("server_name_callback", server_context().set_servername_callback, server_name_callback=None)
show("protocol", lambda: ssl.SSLContext(protocol=ssl.PROTOCOL_TLS_CLIENT).check_hostname)

part("_create_unverified_context, which CPython's own library calls")
for what, kw in (
    ("nothing", {}),
    ("protocol", {"protocol": ssl.PROTOCOL_TLS_SERVER}),
    ("cert_reqs", {"cert_reqs": ssl.CERT_REQUIRED, "cafile": CERTS + "ca.pem"}),
    ("no cert_reqs", {"cert_reqs": None, "cafile": CERTS + "ca.pem"}),
    ("check_hostname", {"cert_reqs": ssl.CERT_REQUIRED, "check_hostname": True, "cafile": CERTS + "ca.pem"}),
    ("certfile", {"purpose": ssl.Purpose.CLIENT_AUTH, "certfile": CERTS + "server.pem", "keyfile": CERTS + "server.key"}),
):
    c = ssl._create_unverified_context(**kw)
    say(what + ": protocol", c.protocol, "verify_mode", int(c.verify_mode), "check_hostname", c.check_hostname,
        "certificates", c.cert_store_stats()["x509"])
for what, kw in (("keyfile alone", {"keyfile": CERTS + "server.key"}), ("check_hostname alone", {"check_hostname": True})):
    try:
        ssl._create_unverified_context(**kw)
    except ValueError as e:
        say(what, text_of(e))

part("connections")
c, s = bio_pair(client_context(), server_context())
say("handshake", met(c, s))
show("data", c.write, data=b"hello")
show("len", s.read, len=3)
buffer = bytearray(2)
show("len and buffer", s.read, len=2, buffer=buffer)
say("the buffer", buffer)
show("cb_type", lambda: c.get_channel_binding(cb_type="none of these"))
say("binary_form: class", type(c.getpeercert(binary_form=True)), "of CAs", len(c.context.get_ca_certs(binary_form=True)))
c = client_context().wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname=b"localhost")
say("server_hostname of bytes is read as", repr(c.server_hostname))

part("arguments that are refused")
for what, call in (
    ("an unknown name", lambda: context.set_alpn_protocols(protocols=["x"])),
    ("by position and by name", lambda: context.set_alpn_protocols(["x"], alpn_protocols=["x"])),
    ("no argument", lambda: context.set_alpn_protocols()),
    ("protocol by position and by name", lambda: ssl._create_unverified_context(ssl.PROTOCOL_TLS_CLIENT, protocol=ssl.PROTOCOL_TLS_SERVER)),
    ("too many", lambda: context.set_alpn_protocols(["x"], 1)),
):
    try:
        call()
    except TypeError:
        say(what, "TypeError")
