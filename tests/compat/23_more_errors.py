# Failures have CPython's classes and reasons, at the side where they happen and at the other, early and late.
import ssl
from helper import CERTS, Server, bio_pair, client_context, met, name_of, part, say, server_context, shake, show

part("no version is left")
ctx = client_context()
ctx.minimum_version = ssl.TLSVersion.TLSv1_3
ctx.maximum_version = ssl.TLSVersion.TLSv1_2
show("client, minimum_version above maximum_version", bio_pair(ctx, server_context())[0].do_handshake)
ctx = server_context()
ctx.minimum_version = ssl.TLSVersion.TLSv1_3
ctx.maximum_version = ssl.TLSVersion.TLSv1_2
say("server, minimum_version above maximum_version", type(shake(*bio_pair(client_context(), ctx))[1]).__name__)
c = client_context()
c.options |= ssl.OP_NO_TLSv1_2 | ssl.OP_NO_TLSv1_3
show("client, both versions left out by options", bio_pair(c, server_context())[0].do_handshake)

part("the peer sends no TLS")
for text in (b"GET / HTTP/1.0\r\n\r\n", b"HEAD / HTTP/1.0\r\n\r\n", b"CONNECT example.test:443 HTTP/1.1\r\n\r\n",
             b"SSH-2.0-OpenSSH_9.2p1\r\n\r\n", b"\x00" * 40):
    incoming = ssl.MemoryBIO()
    s = server_context().wrap_bio(incoming, ssl.MemoryBIO(), server_side=True)
    incoming.write(text)
    try:
        s.do_handshake()
    except ssl.SSLError as e:
        say("server, %r" % text[:4], type(e).__name__, "reason", e.reason if text[:1] in b"GHC" else "-")
for text in (b"HTTP/1.1 400 Bad Request\r\n\r\n", b"220 mail.example.test ESMTP\r\n"):
    incoming = ssl.MemoryBIO()
    c = client_context().wrap_bio(incoming, ssl.MemoryBIO(), server_hostname="localhost")
    try:
        c.do_handshake()
    except ssl.SSLWantReadError:
        pass
    incoming.write(text)
    show("client, %r" % text[:4], c.do_handshake)

part("an RSA key of 1024 bits")
show("load_cert_chain", server_context, "small-key")

part("the attributes of an exception")
c, s = bio_pair(client_context(), server_context("expired"))
for who, e in zip(("client", "server"), shake(c, s)):
    say(who, type(e).__name__, "errno", e.errno, "arguments", len(e.args), "args[0]", e.args[0])
    say(who + ": strerror is args[1]", e.strerror == e.args[1], "and str", str(e) == e.strerror)
    say(who + ": library", e.library, "reason", e.reason)
    say(who + ": is a ValueError", isinstance(e, ValueError), "is an OSError", isinstance(e, OSError))
e = shake(*bio_pair(client_context(), server_context("expired")))[0]
say("client: verify_code", e.verify_code, "verify_message", e.verify_message)

part("a client's certificate; in TLS 1.3 the server judges it after the client's handshake")
for mode in (ssl.CERT_REQUIRED, ssl.CERT_OPTIONAL):
    for cert in (None, "rogue-client", "client", "server"):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            server = server_context()
            server.verify_mode = mode
            server.load_verify_locations(CERTS + "ca.pem")
            client = client_context()
            client.maximum_version = version
            if cert:
                client.load_cert_chain(CERTS + cert + ".pem", CERTS + cert + ".key")
            c, s = bio_pair(client, server)
            what = "verify_mode %d, certificate %s, version %d" % (mode, cert, version)
            say(what, met(c, s))
            if version == ssl.TLSVersion.TLSv1_3:
                show(what + ": the client's read", c.read)
            show(what + ": the server has the certificate", lambda: s.getpeercert() and len(s.getpeercert(True)) > 100)

part("a client without a certificate, over a socket")
server = server_context()
server.verify_mode = ssl.CERT_REQUIRED
server.load_verify_locations(CERTS + "ca.pem")
srv = Server(lambda s: s.recv(10), server)
tls = client_context().wrap_socket(srv.connect(), server_hostname="localhost")
say("version", tls.version())
show("recv", tls.recv, 10)
tls.close()
say("the server's error", srv.wait())

part("get_server_certificate")
for cert, ca in (("server", None), ("expired", None), ("self-signed", None), ("server", "ca.pem"), ("server", "rogue-ca.pem")):
    srv = Server(lambda s: s.recv(10), server_context(cert))
    what = "%s, ca_certs %s" % (cert, ca)
    try:
        pem = ssl.get_server_certificate(("127.0.0.1", srv.port), ca_certs=ca and CERTS + ca)
        with open(CERTS + cert + ".pem") as f:
            say(what + ": it is the server's", pem == f.read(), "it can be read", ssl.PEM_cert_to_DER_cert(pem) is not None)
    except ssl.SSLError as e:
        say(what, name_of(e))
    srv.wait()
show("nobody listens", ssl.get_server_certificate, ("127.0.0.1", 1))
show("a number as address", ssl.get_server_certificate, 5)
show("unknown version", ssl.get_server_certificate, ("127.0.0.1", 1), 99)
