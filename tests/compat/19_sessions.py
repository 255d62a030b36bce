# Resumption, both versions and both ends (10). What is not resumed here but in CPython is in
# docs/differences.md, with its reason.
import ssl
from helper import CERTS, bio_pair, client_context, name_of, server_context, shake, show, show_text


def first(client, server):
    """A connection whose tickets have been read."""
    c, s = bio_pair(client, server)
    print(c.session, c.session_reused, s.session, s.session_reused)
    print(shake(c, s), c.session_reused, s.session_reused)
    s.write(b"tickets")
    print(c.read())
    return c, s


def again(client, server, session):
    c, s = bio_pair(client, server)
    c.session = session
    print(c.session == session, c.session_reused)
    print(shake(c, s), c.session_reused, s.session_reused)
    s.write(b"data")
    c.write(b"data")
    print(c.read(), s.read())
    return c, s


for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
    client, server = client_context(), server_context()
    client.maximum_version = version
    c, s = first(client, server)
    session = c.session
    print(len(session.id), session.has_ticket, session.ticket_lifetime_hint, session.timeout, session.time > 1600000000)
    print(isinstance(session, ssl.SSLSession), c.session == session, c.session is session, session == 5, session != s.session)
    print(s.session.has_ticket)
    show_text("after", setattr, c, "session", session)
    c2, s2 = again(client, server, session)
    print(c2.getpeercert() == c.getpeercert(), c2.getpeercert(True) == c.getpeercert(True), c2.cipher() == c.cipher(),
          c2.version() == c.version())
    again(client, server, session)
    again(client, server, c2.session)
    print(client.session_stats()["hits"], server.session_stats()["hits"])
    # As an argument.
    a, b = ssl.MemoryBIO(), ssl.MemoryBIO()
    c3 = client.wrap_bio(a, b, server_hostname="localhost", session=session)
    s3 = server.wrap_bio(b, a, server_side=True)
    print(shake(c3, s3), c3.session_reused)
    a, b = ssl.MemoryBIO(), ssl.MemoryBIO()
    # Wrong ones.
    other = client_context()
    c4, s4 = bio_pair(other, server)
    for value in (session, 5, None, "x"):
        show_text("of another context", setattr, c4, "session", value)
    show_text("on a server", setattr, s4, "session", session)
    show_text("on a server", server.wrap_bio, a, b, True, None, session)
    show_text("of another context", other.wrap_bio, a, b, False, "localhost", session)
    show_text("no session", client.wrap_bio, a, b, False, "localhost", 5)
    for name in ("id", "time", "timeout", "has_ticket"):
        try:
            setattr(session, name, 1)
            print(name, "taken")
        except AttributeError:
            print(name, "read-only")
    show("made by hand", ssl.SSLSession)
    try:
        hash(session)
    except TypeError:
        print("no hash")
    # A server that does not know it, or has changed.
    c5, s5 = bio_pair(client, server_context())
    c5.session = session
    print(shake(c5, s5), c5.session_reused)
    server.set_alpn_protocols(["h2"])
    again(client, server, session)
    server.num_tickets = 0
    c6, s6 = first(client, server)
    # A session without a ticket.
    empty = bio_pair(client, server)[0].session
    print(empty)
    # Client certificates stay known.
    client.load_cert_chain(CERTS + "client.pem", CERTS + "client.key")
    strict = server_context()
    strict.verify_mode = ssl.CERT_REQUIRED
    strict.load_verify_locations(CERTS + "ca.pem")
    c7, s7 = first(client, strict)
    c8, s8 = again(client, strict, c7.session)
    print(s8.getpeercert() == s7.getpeercert(), s8.getpeercert(True) == s7.getpeercert(True), len(s8.getpeercert()) > 5)

# A server that takes a certificate or none resumes both.
for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
    for cert in (False, True):
        server, client = server_context(), client_context()
        client.maximum_version = version
        server.verify_mode = ssl.CERT_OPTIONAL
        server.load_verify_locations(CERTS + "ca.pem")
        if cert:
            client.load_cert_chain(CERTS + "client.pem", CERTS + "client.key")
        c, s = first(client, server)
        c, s = again(client, server, c.session)
        print(s.getpeercert() is None, cert)

# TLS 1.3 before a ticket has come: nothing to resume yet.
client, server = client_context(), server_context()
c, s = bio_pair(client, server)
print(shake(c, s), c.session.id, c.session.has_ticket)
c2, s2 = bio_pair(client, server)
c2.session = c.session
print(shake(c2, s2), c2.session_reused)
server.num_tickets = 0
c, s = first(client, server)
print(c.session.has_ticket)
