# The end of a connection, said properly (section 5.5).
import ssl
from helper import Server, bio_pair, client_context, server_context, shake, show, show_text

for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
    client = client_context()
    client.maximum_version = version
    c, s = bio_pair(client, server_context())
    show("before the handshake", c.unwrap)
    print(shake(c, s))
    show("first", c.unwrap)
    show("again", c.unwrap)
    show("we wait", c.read)
    show("we write", c.write, b"x")
    show("the peer reads", s.read)
    show("again", s.read)
    show("half-closed", s.write, b"late")
    show("we read", c.read)
    show("still waiting", c.unwrap)
    show("the peer says it too", s.unwrap)
    show("again", s.unwrap)
    show("reads", s.read)
    show("writes", s.write, b"x")
    show("we are done", c.unwrap)
    show("we read", c.read)
    show("we write", c.write, b"x")
    print(c.version(), s.version())
    # Data that nobody read stands in the way, and stays readable.
    c, s = bio_pair(client, server_context())
    shake(c, s)
    s.write(b"unread")
    show("data", c.unwrap)
    show("data first", s.read)
    # After a failure.
    c, s = bio_pair(client, server_context("expired"))
    shake(c, s)
    try:
        c.unwrap()
    except ssl.SSLError as e:
        print("after a failure", isinstance(e, ssl.SSLError))


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
print(got, tls.version(), tls.cipher(), tls.pending())
print(srv.wait(), heard)
plain.close()
