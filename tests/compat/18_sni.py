# A server chooses by the name it is asked for (8).
import ssl
import sys
from helper import CERTS, bio_pair, client_context, name_of, server_context, shake, show, show_text

calls = []


def names(obj, name, ctx):
    calls.append((isinstance(obj, ssl.SSLObject), name, ctx is server, obj.context is server))


for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
    client, server = client_context(), server_context()
    client.maximum_version = version
    server.sni_callback = names
    print(server.sni_callback is names)
    print(shake(*bio_pair(client, server)))
    client.check_hostname = False
    print(shake(*bio_pair(client, server, "some.other.example")))
    print(shake(*bio_pair(client, server, "127.0.0.1")), shake(*bio_pair(client, server, None)))
    print(calls)
    calls.clear()
    server.sni_callback = None
    print(shake(*bio_pair(client, server)), calls)

    # Another certificate for another name.
    other = server_context("server-rsa")

    def swap(obj, name, ctx):
        if name == "rsa.example":
            obj.context = other
            print(obj.context is other)

    server.set_servername_callback(swap)
    for name in ("localhost", "rsa.example"):
        c, s = bio_pair(client, server, name)
        print(shake(c, s), c.getpeercert(True) == ssl.PEM_cert_to_DER_cert(
            open(CERTS + ("server-rsa" if name == "rsa.example" else "server") + ".pem").read()), s.context is other)

    # The alert that the callback answers, and what the two ends see.
    for answer in (ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME, ssl.ALERT_DESCRIPTION_ACCESS_DENIED, "text", 1.5):
        server.sni_callback = lambda obj, name, ctx: answer
        c, s = bio_pair(client, server)
        for r in shake(c, s):
            print(answer, type(r).__name__, r.reason, r.errno)

# A client that had to show a certificate still has to, and the other context's trust judges it.
for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
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
                print(int(mode), int(other_mode), trust, cert, name_of(shake(c, s)[1]).split(" ")[0])

# ALPN of the other context.
server, other, client = server_context(), server_context(), client_context()
server.set_alpn_protocols(["one"])
other.set_alpn_protocols(["two"])
client.set_alpn_protocols(["one", "two"])


def to_other(obj, name, ctx):
    obj.context = other


server.sni_callback = to_other
c, s = bio_pair(client, server)
print(shake(c, s), c.selected_alpn_protocol(), s.selected_alpn_protocol())


def wrong(obj, name, ctx):
    try:
        obj.context = 5
    except TypeError as e:
        print(type(e).__name__, e)


server.sni_callback = wrong
print(shake(*bio_pair(client, server)))
for bad in (5, "text"):
    try:
        server.sni_callback = bad
    except TypeError as e:
        print(e)
try:
    client.sni_callback = names
except ValueError as e:
    print(e)
