# unwrap() ends a connection as in CPython: with close_notify in both directions, and each call in between has the same result.
import ssl
from helper import Server, bio_pair, client_context, met, part, say, server_context, shake, show

for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
    part("version %d" % version)
    client = client_context()
    client.maximum_version = version
    c, s = bio_pair(client, server_context())
    show("client's unwrap before the handshake", c.unwrap)
    say("handshake", met(c, s))
    show("client's unwrap", c.unwrap)
    show("client's unwrap again", c.unwrap)
    show("client's read", c.read)
    show("client's write", c.write, b"x")
    show("server's read", s.read)
    show("server's read again", s.read)
    show("server's write, half-closed", s.write, b"late")
    show("client's read of it", c.read)
    show("client's unwrap, still waiting", c.unwrap)
    show("server's unwrap", s.unwrap)
    show("server's unwrap again", s.unwrap)
    show("server's read after unwrap", s.read)
    show("server's write after unwrap", s.write, b"x")
    show("client's unwrap, done", c.unwrap)
    show("client's read after unwrap", c.read)
    show("client's write after unwrap", c.write, b"x")
    say("client's version", c.version(), "server's version", s.version())

    c, s = bio_pair(client, server_context())
    shake(c, s)
    s.write(b"unread")
    show("unwrap with unread data", c.unwrap)
    show("server's read after it", s.read)

    c, s = bio_pair(client, server_context("expired"))
    shake(c, s)
    try:
        c.unwrap()
    except ssl.SSLError as e:
        say("unwrap after a failed handshake raises an SSLError", isinstance(e, ssl.SSLError))

part("over a socket, which is plain afterwards")
heard = []


def polite(s):
    heard.append(s.recv(10))
    plain = s.unwrap()
    plain.send(b"clear text")
    heard.append(plain.recv(20))
    plain.close()


srv = Server(polite)
client = client_context()
tls = client.wrap_socket(srv.connect(), server_hostname="localhost")
tls.sendall(b"over TLS")
plain = tls.unwrap()
got = plain.recv(20)
plain.send(b"and back")
say("the client has received", got, "version", tls.version(), "cipher", tls.cipher(), "pending", tls.pending())
say("the server's error", srv.wait(), "it has received", heard)
plain.close()
