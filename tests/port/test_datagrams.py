# DTLS works over datagram sockets: it verifies, keeps the limits of datagrams, uses cookies, and sends again what was lost.
import errno
import socket
import ssl
import tls
from helper import CERTS
from port import cases, raises, shake


def address(sock):
    for port in range(20000, 60000, 7):
        try:
            where = socket.getaddrinfo("127.0.0.1", port)[0][-1]
            sock.bind(where)
            return where
        except OSError as e:
            if e.errno != errno.EADDRINUSE:
                raise


def contexts():
    client, server = tls.SSLContext(tls.PROTOCOL_DTLS_CLIENT), tls.SSLContext(tls.PROTOCOL_DTLS_SERVER)
    client.load_verify_locations(CERTS + "ca.pem")
    server.load_cert_chain(CERTS + "chain.pem", CERTS + "chain.key")
    return client, server


def sockets(blocking=False):
    a, b = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    where = address(a), address(b)
    a.connect(where[1])
    b.connect(where[0])
    for sock in (a, b):
        sock.setblocking(blocking)
    return a, b


def pair(client=None, server=None, hostname="localhost", **kw):
    made = contexts()
    a, b = sockets()
    c = (client or made[0]).wrap_socket(a, server_hostname=hostname, do_handshake_on_connect=False)
    s = (server or made[1]).wrap_socket(b, server_side=True, do_handshake_on_connect=False, **kw)
    return c, s, a, b


def it_verifies_and_carries_messages():
    assert tls.SSLContext(tls.PROTOCOL_DTLS_CLIENT).protocol == tls.PROTOCOL_DTLS_CLIENT
    c, s, _, _ = pair()
    assert shake(c, s) == [True, True] and c.version() == "TLSv1.2" and c.getpeercert()["subject"]
    for size in (1, 1000, 1400, 4000):
        assert c.send(bytes(size)) == size and s.send(b"x" * size) == size
        assert s.recv(5000) == bytes(size) and c.recv(5000) == b"x" * size
    # Each send() is one datagram, and one recv() reads one.
    c.send(b"one")
    c.send(b"two")
    assert s.recv(100) == b"one" and s.recv(100) == b"two"
    raises(ssl.SSLWantReadError, s.recv, 100)
    e = raises(ssl.SSLError, c.send, bytes(5000))
    assert e.reason == "DTLS_MESSAGE_TOO_BIG"
    c.close()
    assert s.recv(100) == b""
    for hostname, name in (("other.test", "chain"), ("localhost", "self-signed")):
        server = tls.SSLContext(tls.PROTOCOL_DTLS_SERVER)
        server.load_cert_chain(CERTS + name + ".pem", CERTS + name + ".key")
        c, s, _, _ = pair(server=server, hostname=hostname)
        assert isinstance(shake(c, s)[0], ssl.SSLCertVerificationError)
    raises(ValueError, lambda: pair(hostname=None))


def foreign_datagrams_do_no_harm():
    c, s, a, b = pair()
    assert shake(c, s) == [True, True]
    for noise in (b"", b"x", bytes(100), b"\x17\xfe\xfd" + bytes(60)):
        b.send(noise)
        a.send(noise)
    c.send(b"still here")
    s.send(b"here too")
    assert s.recv(100) == b"still here" and c.recv(100) == b"here too"


def cookies():
    client, server = contexts()
    a, b = sockets()
    c = client.wrap_socket(a, server_hostname="localhost", do_handshake_on_connect=False)
    s = server.wrap_socket(b, do_handshake_on_connect=False, client_id=b"127.0.0.1")
    result = None
    for _ in range(10):
        for end in (c, s):
            try:
                end.do_handshake()
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                pass
            except ssl.SSLError as e:
                result = result or e
    assert result.reason == "HELLO_VERIFY_REQUIRED", result
    s = server.wrap_socket(b, do_handshake_on_connect=False, client_id=b"127.0.0.1")
    assert shake(c, s) == [True, True]
    # client_id is bytes, not empty, and for a DTLS server only.
    for bad in (4, "127.0.0.1", b""):
        raises(OSError, lambda: pair(client_id=bad))
    raises(ValueError, lambda: client.wrap_socket(sockets()[0], server_hostname="localhost", client_id=b"x"))
    plain = tls.SSLContext(tls.PROTOCOL_TLS_SERVER)
    raises(ValueError, lambda: plain.wrap_socket(socket.socket(), client_id=b"x"))


def nobody_answers():
    client, _ = contexts()
    a, b = sockets(True)
    a.settimeout(0.3)
    s = client.wrap_socket(a, server_hostname="localhost", do_handshake_on_connect=False)
    s.settimeout(2.5)
    raises(OSError, s.do_handshake)
    b.setblocking(False)
    # The ClientHello is sent at once and after one second. It would be sent again after three.
    got = []
    while True:
        try:
            got.append(b.recv(2000))
        except OSError:
            break
    assert len(got) == 2 and got[0][13:] == got[1][13:], len(got)


def blocking_sockets():
    import _thread

    client, server = contexts()
    a, b = sockets(True)
    seen = []

    def serve():
        s = server.wrap_socket(b, server_side=True)
        seen.append(s.recv(100))
        s.send(b"back")
        s.close()

    _thread.start_new_thread(serve, ())
    c = client.wrap_socket(a, server_hostname="localhost")
    c.send(b"there")
    assert c.recv(100) == b"back" and c.recv(100) == b"" and seen == [b"there"]


def what_cannot_be_had():
    client, server = contexts()
    stream = socket.socket()
    raises(ValueError, lambda: client.wrap_socket(stream, server_hostname="localhost"))
    raises(NotImplementedError, lambda: tls.SSLContext(tls.PROTOCOL_TLS_CLIENT).wrap_socket(sockets()[0],
           server_hostname="localhost"))
    raises(ValueError, lambda: client.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="localhost"))
    raises(ValueError, client.reserve)
    for number in (tls.PROTOCOL_DTLS_CLIENT, tls.PROTOCOL_DTLS_SERVER):
        raises(ValueError, ssl.SSLContext, number)
    server.set_alpn_protocols(["coap"])
    raises(ValueError, pair, None, server)
    _, server = contexts()
    server.sni_callback = lambda *args: None
    raises(ValueError, pair, None, server)


def with_a_key():
    client, server = contexts()
    client.psk_identity, client.psk_key = b"device", b"0123456789abcdef"
    server.server_psk_keys = {b"device": b"0123456789abcdef"}
    c, s, _, _ = pair(client, server)
    assert shake(c, s) == [True, True]
    c.send(b"secret")
    assert s.recv(100) == b"secret"


cases(it_verifies_and_carries_messages, foreign_datagrams_do_no_harm, cookies, nobody_answers, blocking_sockets,
      what_cannot_be_had, with_a_key)
print("ok")
