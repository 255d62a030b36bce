# The error of a connection names its cause, also if the peer's alert arrives after our last flight was sent.
import ssl
import time
from helper import CERTS, Server, client_context, server_context
from port import cases, pair, raises, shake

V13 = ssl.TLSVersion.TLSv1_3


def refused(errno):
    """Returns the error of a client whose certificate is refused while it sends. Its stream raises `errno` from then on."""
    server, client = server_context(), client_context()
    server.load_verify_locations(CERTS + "ca.pem")
    server.verify_mode = ssl.CERT_REQUIRED
    server.minimum_version = V13
    client.load_cert_chain(CERTS + "self-signed.pem", CERTS + "self-signed.key")
    c, s, stream, _ = pair(client, server)

    def write(buf):
        if stream.rd.ended:
            raise OSError(errno)
        stream.wr.data += bytes(buf)
        try:
            s.do_handshake()
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError:
            stream.rd.ended = True
        return len(buf)

    stream.on_write = write
    result = shake(c, s)[0]
    return raises(OSError, c.write, b"x") if result is True else result


def a_client_hears_why_its_certificate_was_refused():
    for errno in (32, 104):
        e = refused(errno)
        assert isinstance(e, ssl.SSLError) and e.reason == "TLSV1_ALERT_UNKNOWN_CA", repr(e)


def another_error_is_raised_itself():
    assert refused(5).args[0] == 5


def a_write_that_fails_without_an_alert():
    c, s, stream, _ = pair()
    assert shake(c, s) == [True, True]

    def write(buf):
        raise OSError(32)

    stream.on_write = write
    e = raises(OSError, c.write, b"nobody reads this")
    assert not isinstance(e, ssl.SSLError) and e.args[0] == 32


def newer_alerts():
    for number, reason in ((115, "TLSV1_ALERT_UNKNOWN_PSK_IDENTITY"), (120, "TLSV1_ALERT_NO_APPLICATION_PROTOCOL")):
        incoming = ssl.MemoryBIO()
        c = client_context().wrap_bio(incoming, ssl.MemoryBIO(), server_hostname="localhost")
        raises(ssl.SSLWantReadError, c.do_handshake)
        incoming.write(b"\x15\x03\x03\x00\x02\x02" + bytes([number]))
        assert raises(ssl.SSLError, c.do_handshake).reason == reason


def unread_bytes_do_not_reset():
    # The server closes without reading what has arrived, up to 64 KB. The connection is not reset.
    def refuse(tls):
        time.sleep(0.2)
        tls.write(b"413 too large")

    server = Server(refuse)
    sock = server.connect()
    tls = client_context().wrap_socket(sock, server_hostname="localhost")
    tls.sendall(bytes(40000))
    server.wait()
    time.sleep(0.1)
    assert sock.send(b"x") == 1  # would raise ECONNRESET or EPIPE after a reset
    assert tls.recv(100) == b"413 too large" and tls.recv(100) == b""
    tls.close()


cases(a_client_hears_why_its_certificate_was_refused, another_error_is_raised_itself, a_write_that_fails_without_an_alert, newer_alerts, unread_bytes_do_not_reset)
print("ok")
