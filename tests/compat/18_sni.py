# A server chooses a context by the name that a client asks for, as in CPython.
import ssl
from helper import CERTS, bio_pair, client_context, met, name_of, part, read, say, server_context, shake

calls = []


def names(obj, name, ctx):
    calls.append((isinstance(obj, ssl.SSLObject), name, ctx is server, obj.context is server))


for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
    part("version %d, sni_callback" % version)
    client, server = client_context(), server_context()
    client.maximum_version = version
    server.sni_callback = names
    say("sni_callback is the function", server.sni_callback is names)
    say("handshake", met(*bio_pair(client, server)))
    client.check_hostname = False
    say("handshake with another name", met(*bio_pair(client, server, "some.other.example")))
    say("with an address", met(*bio_pair(client, server, "127.0.0.1")), "without a name", met(*bio_pair(client, server, None)))
    say("calls: an SSLObject, name, the server's context twice", calls)
    calls.clear()
    server.sni_callback = None
    say("without a callback", met(*bio_pair(client, server)), "calls", calls)

    part("version %d, another context for another name" % version)
    other = server_context("server-rsa")

    def swap(obj, name, ctx):
        if name == "rsa.example":
            obj.context = other
            say("the callback has replaced the context", obj.context is other)

    server.set_servername_callback(swap)
    for name, cert in (("localhost", "server.pem"), ("rsa.example", "server-rsa.pem")):
        c, s = bio_pair(client, server, name)
        say(name + ": handshake", met(c, s), "certificate is " + cert,
            c.getpeercert(True) == ssl.PEM_cert_to_DER_cert(read(cert).decode()), "the other context", s.context is other)

    part("version %d, what the callback returns, and what the two ends raise" % version)
    for answer in (ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME, ssl.ALERT_DESCRIPTION_ACCESS_DENIED, "text", 1.5):
        server.sni_callback = lambda obj, name, ctx: answer
        c, s = bio_pair(client, server)
        for who, r in zip(("client", "server"), shake(c, s)):
            say("%s: %s" % (answer, who), type(r).__name__, "reason", r.reason, "errno", r.errno)

# A client that had to send a certificate still has to. The trust of the other context judges it.
for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
    part("version %d, verify_mode of both contexts, trust of the second" % version)
    for mode, other_mode in ((ssl.CERT_REQUIRED, ssl.CERT_NONE), (ssl.CERT_REQUIRED, ssl.CERT_OPTIONAL),
                             (ssl.CERT_OPTIONAL, ssl.CERT_NONE)):
        for trust in ("ca.pem", "rogue-ca.pem"):
            for cert in (False, True):
                server, other, client = server_context(), server_context("server-rsa"), client_context()
                client.maximum_version = version
                server.verify_mode, other.verify_mode = mode, other_mode
                other.load_verify_locations(CERTS + trust)
                if cert:
                    client.load_cert_chain(CERTS + "client.pem", CERTS + "client.key")

                def change(obj, name, ctx):
                    obj.context = other

                server.sni_callback = change
                c, s = bio_pair(client, server)
                say("%d and %d, %s, client's certificate %s: server" % (mode, other_mode, trust, cert),
                    name_of(shake(c, s)[1]).split(" ")[0])

part("ALPN of the other context")
server, other, client = server_context(), server_context(), client_context()
server.set_alpn_protocols(["one"])
other.set_alpn_protocols(["two"])
client.set_alpn_protocols(["one", "two"])


def to_other(obj, name, ctx):
    obj.context = other


server.sni_callback = to_other
c, s = bio_pair(client, server)
say("handshake", met(c, s), "protocol", c.selected_alpn_protocol(), "server's protocol", s.selected_alpn_protocol())

part("what is refused")


def wrong(obj, name, ctx):
    try:
        obj.context = 5
    except TypeError as e:
        say("context = 5", "%s %s" % (type(e).__name__, e))


server.sni_callback = wrong
say("handshake after it", met(*bio_pair(client, server)))
for bad in (5, "text"):
    try:
        server.sni_callback = bad
    except TypeError as e:
        say("sni_callback = %r" % bad, e)
try:
    client.sni_callback = names
except ValueError as e:
    say("sni_callback of a client", e)
