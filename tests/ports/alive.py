# alive.py - shows that an interpreter or board works: it has both ends of a connection, over TLS 1.2 and 1.3, and refuses a wrong
# name. ports.py puts CA, CERT and KEY in front. The smallest MicroPython has no *arguments, no open() and no gc.
import ssl


def connect(version, host):
    client, server = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    client.load_verify_locations(CA)
    server.load_cert_chain(CERT, KEY)
    client.maximum_version = version
    a, b = ssl.MemoryBIO(), ssl.MemoryBIO()
    c = client.wrap_bio(a, b, server_hostname=host)
    s = server.wrap_bio(b, a, server_side=True)
    left = [c, s]
    while left:
        for end in list(left):
            try:
                end.do_handshake()
                left.remove(end)
            except ssl.SSLWantReadError:
                pass
    return c, s


for version, name in ((771, "TLSv1.2"), (772, "TLSv1.3")):
    c, s = connect(version, "localhost")
    assert c.version() == name
    c.write(b"hello" * 1000)
    got = b""
    while len(got) < 5000:
        got += s.read(5000)
    assert got == b"hello" * 1000
    try:
        connect(version, "other.test")
        print("not refused")
    except ssl.SSLCertVerificationError as e:
        assert e.verify_code == 62
print("ok")
