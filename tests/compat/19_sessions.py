# Sessions are resumed as in CPython, in both versions and at both ends. docs/differences.md has those that CPython resumes and
# this module does not.
import ssl
from helper import CERTS, bio_pair, client_context, met, part, say, server_context, show, show_text


def first(client, server):
    """A connection whose tickets have been read."""
    c, s = bio_pair(client, server)
    say("before: client's session", c.session, "reused", c.session_reused,
        "server's session", s.session, "reused", s.session_reused)
    say("handshake", met(c, s), "client's session_reused", c.session_reused, "server's", s.session_reused)
    s.write(b"tickets")
    say("data behind the tickets", c.read())
    return c, s


def again(client, server, session):
    c, s = bio_pair(client, server)
    c.session = session
    say("the session is offered", c.session == session, "session_reused", c.session_reused)
    say("second handshake", met(c, s), "client's session_reused", c.session_reused, "server's", s.session_reused)
    s.write(b"data")
    c.write(b"data")
    say("client reads", c.read(), "server reads", s.read())
    return c, s


for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
    part("version %d, a session" % version)
    client, server = client_context(), server_context()
    client.maximum_version = version
    c, s = first(client, server)
    session = c.session
    say("bytes of id", len(session.id), "has_ticket", session.has_ticket, "ticket_lifetime_hint", session.ticket_lifetime_hint)
    say("timeout", session.timeout, "time is of today", session.time > 1600000000)
    say("is an SSLSession", isinstance(session, ssl.SSLSession), "equals itself", c.session == session,
        "is the same object", c.session is session)
    say("equals 5", session == 5, "differs from the server's", session != s.session, "server's has_ticket", s.session.has_ticket)
    show_text("session is assigned after the handshake", setattr, c, "session", session)

    part("version %d, resumption" % version)
    c2, s2 = again(client, server, session)
    say("same getpeercert()", c2.getpeercert() == c.getpeercert(), "getpeercert(True)", c2.getpeercert(True) == c.getpeercert(True),
        "cipher", c2.cipher() == c.cipher(), "version", c2.version() == c.version())
    again(client, server, session)
    again(client, server, c2.session)
    say("session_stats, hits of the client", client.session_stats()["hits"], "of the server", server.session_stats()["hits"])
    a, b = ssl.MemoryBIO(), ssl.MemoryBIO()
    c3 = client.wrap_bio(a, b, server_hostname="localhost", session=session)
    s3 = server.wrap_bio(b, a, server_side=True)
    say("session as an argument of wrap_bio: handshake", met(c3, s3), "session_reused", c3.session_reused)
    a, b = ssl.MemoryBIO(), ssl.MemoryBIO()

    part("version %d, sessions that are refused" % version)
    other = client_context()
    c4, s4 = bio_pair(other, server)
    for what, value in (("one of another context", session), ("a number", 5), ("None", None), ("a text", "x")):
        show_text(what, setattr, c4, "session", value)
    show_text("on a server", setattr, s4, "session", session)
    show_text("wrap_bio, on a server", server.wrap_bio, a, b, True, None, session)
    show_text("wrap_bio, one of another context", other.wrap_bio, a, b, False, "localhost", session)
    show_text("wrap_bio, a number", client.wrap_bio, a, b, False, "localhost", 5)
    for name in ("id", "time", "timeout", "has_ticket"):
        try:
            setattr(session, name, 1)
            say(name, "taken")
        except AttributeError:
            say(name, "read-only")
    show("SSLSession()", ssl.SSLSession)
    try:
        hash(session)
    except TypeError:
        say("hash", "TypeError")

    part("version %d, other servers" % version)
    c5, s5 = bio_pair(client, server_context())
    c5.session = session
    say("a server without the ticket's key: handshake", met(c5, s5), "session_reused", c5.session_reused)
    server.set_alpn_protocols(["h2"])
    again(client, server, session)
    server.num_tickets = 0
    c6, s6 = first(client, server)
    say("session before a handshake", bio_pair(client, server)[0].session)

    part("version %d, a client with a certificate" % version)
    client.load_cert_chain(CERTS + "client.pem", CERTS + "client.key")
    strict = server_context()
    strict.verify_mode = ssl.CERT_REQUIRED
    strict.load_verify_locations(CERTS + "ca.pem")
    c7, s7 = first(client, strict)
    c8, s8 = again(client, strict, c7.session)
    say("the server has the same getpeercert()", s8.getpeercert() == s7.getpeercert(),
        "getpeercert(True)", s8.getpeercert(True) == s7.getpeercert(True), "with fields", len(s8.getpeercert()) > 5)

for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
    for cert in (False, True):
        part("version %d, CERT_OPTIONAL, client's certificate %s" % (version, cert))
        server, client = server_context(), client_context()
        client.maximum_version = version
        server.verify_mode = ssl.CERT_OPTIONAL
        server.load_verify_locations(CERTS + "ca.pem")
        if cert:
            client.load_cert_chain(CERTS + "client.pem", CERTS + "client.key")
        c, s = first(client, server)
        c, s = again(client, server, c.session)
        say("the server has no certificate of the client", s.getpeercert() is None)

part("TLS 1.3, before a ticket has arrived")
client, server = client_context(), server_context()
c, s = bio_pair(client, server)
say("handshake", met(c, s), "id", c.session.id, "has_ticket", c.session.has_ticket)
c2, s2 = bio_pair(client, server)
c2.session = c.session
say("second handshake", met(c2, s2), "session_reused", c2.session_reused)
server.num_tickets = 0
c, s = first(client, server)
say("a server that sends no tickets: has_ticket", c.session.has_ticket)
