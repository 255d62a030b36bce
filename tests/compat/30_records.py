# What is written at once comes in one record, as large as TLS allows (RFC 8446 5.1): who reads once gets all of it.
import ssl
from helper import Server, client_context, server_context

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


# Counted on the wire, in both directions.
for version in (V12, V13):
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
        client.read(1)  # the session tickets of TLS 1.3
    except ssl.SSLWantReadError:
        pass
    for here, wire, there, back in ((client, to_server, server, to_client), (server, to_client, client, to_server)):
        around = None
        for size in SIZES:
            data, got = data_of(size), []
            print(here.write(data) == size, end=" ")
            flight = wire.read()
            if around is None:
                around = lengths(flight)[0] - size
            print([n - around for n in lengths(flight)], end=" ")
            wire.write(flight)
            while sum([len(part) for part in got]) < size:
                got.append(there.read(20000))
            print([len(part) for part in got], b"".join(got) == data)

# Over sockets: one sendall(), one recv().
received = []


def receive(s):
    for size in SIZES:
        data = s.recv(16384)
        left = data_of(size)[len(data) :]
        received.append((size, len(data), data == data_of(size)[: len(data)]))
        while left:
            part = s.recv(min(16384, len(left)))
            received.append(len(part))
            left = left[len(part) :]
        s.sendall(b"more")


for version in (V12, V13):
    received = []
    srv = Server(receive)
    tls = context_of(version).wrap_socket(srv.connect(), server_hostname="localhost")
    for size in SIZES:
        tls.sendall(data_of(size))
        tls.recv(10)
    tls.close()
    print(srv.wait(), received)
