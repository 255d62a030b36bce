# What one call writes is sent in as few records as TLS allows (RFC 8446 5.1), as in CPython, so one call can read it.
import ssl
from helper import Server, client_context, part, say, server_context

V12, V13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
SIZES = 1, 4096, 4097, 16383, 16384, 16385, 40000


def data_of(size):
    return bytes([i * 7 & 255 for i in range(256)]) * (size // 256) + b"x" * (size % 256)


def context_of(version):
    context = client_context()
    context.maximum_version = version
    return context


def lengths(flight):
    """The lengths of the records in these bytes."""
    found = []
    while flight:
        found.append(flight[3] << 8 | flight[4])
        flight = flight[5 + found[-1] :]
    return found


for version in (V12, V13):
    part("version %d, the records on the wire" % version)
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context_of(version).wrap_bio(to_client, to_server, server_hostname="localhost")
    server = server_context().wrap_bio(to_server, to_client, server_side=True)
    for _ in range(4):
        for end in (client, server):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                pass
    try:
        client.read(1)  # reads the session tickets of TLS 1.3
    except ssl.SSLWantReadError:
        pass
    for who, here, wire, there in (("client", client, to_server, server), ("server", server, to_client, client)):
        around = None
        for size in SIZES:
            data, got = data_of(size), []
            what = "%s, write of %d bytes" % (who, size)
            say(what + ": all are written", here.write(data) == size)
            flight = wire.read()
            if around is None:
                around = lengths(flight)[0] - size
            say(what + ": plaintext of each record", [n - around for n in lengths(flight)])
            wire.write(flight)
            while sum([len(piece) for piece in got]) < size:
                got.append(there.read(20000))
            say(what + ": bytes of each read", [len(piece) for piece in got], "they are equal", b"".join(got) == data)

received = []


def receive(s):
    for size in SIZES:
        data = s.recv(16384)
        left = data_of(size)[len(data) :]
        received.append((size, len(data), data == data_of(size)[: len(data)]))
        while left:
            piece = s.recv(min(16384, len(left)))
            received.append(len(piece))
            left = left[len(piece) :]
        s.sendall(b"more")


for version in (V12, V13):
    part("version %d, over a socket: one sendall, one recv" % version)
    received = []
    srv = Server(receive)
    tls = context_of(version).wrap_socket(srv.connect(), server_hostname="localhost")
    for size in SIZES:
        tls.sendall(data_of(size))
        tls.recv(10)
    tls.close()
    say("the server's error", srv.wait())
    say("each size, the bytes of the first recv, whether they are equal, and the bytes of the next ones", received)
