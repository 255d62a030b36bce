# Failures by their reason words, on whichever side they happen (3), and refusals that come late.
import ssl
from helper import CERTS, Server, bio_pair, client_context, name_of, server_context, shake, show, show_text

# Crossed limits are taken, and leave nothing to speak.
ctx = client_context()
ctx.minimum_version = ssl.TLSVersion.TLSv1_3
ctx.maximum_version = ssl.TLSVersion.TLSv1_2
show("crossed", bio_pair(ctx, server_context())[0].do_handshake)
ctx = server_context()
ctx.minimum_version = ssl.TLSVersion.TLSv1_3
ctx.maximum_version = ssl.TLSVersion.TLSv1_2
print(type(shake(*bio_pair(client_context(), ctx))[1]).__name__)
c = client_context()
c.options |= ssl.OP_NO_TLSv1_2 | ssl.OP_NO_TLSv1_3
show("no version left", bio_pair(c, server_context())[0].do_handshake)

# Not TLS at all.
for text in (b"GET / HTTP/1.0\r\n\r\n", b"HEAD / HTTP/1.0\r\n\r\n", b"CONNECT example.test:443 HTTP/1.1\r\n\r\n",
             b"SSH-2.0-OpenSSH_9.2p1\r\n\r\n", b"\x00" * 40):
    incoming = ssl.MemoryBIO()
    s = server_context().wrap_bio(incoming, ssl.MemoryBIO(), server_side=True)
    incoming.write(text)
    try:
        s.do_handshake()
    except ssl.SSLError as e:
        print(text[:4], type(e).__name__, e.reason if text[:1] in b"GHC" else "-")
for text in (b"HTTP/1.1 400 Bad Request\r\n\r\n", b"220 mail.example.test ESMTP\r\n"):
    incoming = ssl.MemoryBIO()
    c = client_context().wrap_bio(incoming, ssl.MemoryBIO(), server_hostname="localhost")
    try:
        c.do_handshake()
    except ssl.SSLWantReadError:
        pass
    incoming.write(text)
    show(text[:4], c.do_handshake)

# A key that is too small.
show("RSA 1024", server_context, "small-key")

# The exception's whole face.
c, s = bio_pair(client_context(), server_context("expired"))
for e in shake(c, s):
    print(type(e).__name__, e.errno, len(e.args), e.args[0], e.strerror == e.args[1], e.library, e.reason,
          isinstance(e, ValueError), isinstance(e, OSError), str(e) == e.strerror)
e = shake(*bio_pair(client_context(), server_context("expired")))[0]
print(e.verify_code, e.verify_message)

# TLS 1.3: the server judges the client's certificate when the client thinks that all is done.
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
            print(int(mode), cert, *[name_of(r) for r in shake(c, s)])
            if version == ssl.TLSVersion.TLSv1_3:
                show("   then", c.read)
            show("   cert", lambda: s.getpeercert() and len(s.getpeercert(True)) > 100)

# The same over sockets.
server = server_context()
server.verify_mode = ssl.CERT_REQUIRED
server.load_verify_locations(CERTS + "ca.pem")
srv = Server(lambda s: s.recv(10), server)
tls = client_context().wrap_socket(srv.connect(), server_hostname="localhost")
print(tls.version())
show("late", tls.recv, 10)
tls.close()
print(srv.wait())

# get_server_certificate: whatever is there, or only what is trusted.
for cert, ca in (("server", None), ("expired", None), ("self-signed", None), ("server", "ca.pem"), ("server", "rogue-ca.pem")):
    srv = Server(lambda s: s.recv(10), server_context(cert))
    try:
        pem = ssl.get_server_certificate(("127.0.0.1", srv.port), ca_certs=ca and CERTS + ca)
        with open(CERTS + cert + ".pem") as f:
            print(cert, ca, pem == f.read(), ssl.PEM_cert_to_DER_cert(pem) is not None)
    except ssl.SSLError as e:
        print(cert, ca, name_of(e))
    srv.wait()
show("nobody there", ssl.get_server_certificate, ("127.0.0.1", 1))
show("no address", ssl.get_server_certificate, 5)
show("bad version", ssl.get_server_certificate, ("127.0.0.1", 1), 99)
