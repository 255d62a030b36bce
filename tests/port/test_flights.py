# A flight of the handshake is sent in one write, so that neither Nagle's algorithm nor delayed
# acknowledgements add round trips.
import ffi
import io
import socket
import ssl
from helper import CERTS, client_context, listen, read, server_context
from port import cases

IPPROTO_TCP, TCP_NODELAY = 6, 1


class Wire(io.IOBase):
    """One end of a connection in memory. It counts the writes since the last read."""

    def __init__(self, incoming, outgoing):
        self.incoming, self.outgoing, self.flights, self.sends = incoming, outgoing, [], False

    def readinto(self, buf):
        data = self.incoming.read(len(buf))
        if not data:
            return None
        self.sends = False
        buf[: len(data)] = data
        return len(data)

    def write(self, data):
        if not self.sends:
            self.flights.append(0)
        self.sends = True
        self.flights[-1] += 1
        self.outgoing.write(bytes(data))
        return len(data)

    def ioctl(self, request, arg):
        return arg if request == 3 else 0


def advance(end):
    try:
        end.do_handshake()
        return True
    except ssl.SSLWantReadError:
        return False


def handshake(client, server):
    """Returns the number of writes in each flight of the client, and of the server."""
    a, b = ssl.MemoryBIO(), ssl.MemoryBIO()
    wires = Wire(a, b), Wire(b, a)
    ends = (
        client.wrap_socket(wires[0], server_hostname="localhost", do_handshake_on_connect=False),
        server.wrap_socket(wires[1], server_side=True, do_handshake_on_connect=False),
    )
    for _ in range(5):
        done = [advance(end) for end in ends]
    assert done == [True, True]
    return wires[0].flights, wires[1].flights


def contexts(version, mutual, chain=b""):
    client, server = client_context(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(read("server.pem") + chain, read("server.key"))
    client.minimum_version = client.maximum_version = version
    if mutual:
        client.load_cert_chain(CERTS + "client.pem", CERTS + "client.key")
        server.load_verify_locations(CERTS + "ca.pem")
        server.verify_mode = ssl.CERT_REQUIRED
    return client, server


def flights_of_tls_1_2():
    for mutual in (False, True):
        assert handshake(*contexts(ssl.TLSVersion.TLSv1_2, mutual)) == ([1, 1], [1, 1]), mutual


def flights_of_tls_1_3():
    # The last flight has the two session tickets, which OpenSSL sends in two writes.
    for mutual in (False, True):
        client, server = handshake(*contexts(ssl.TLSVersion.TLSv1_3, mutual))
        assert client == [1, 1] and server[0] == 1 and server[1] <= 2, (client, server)


def a_second_hello():
    client, server = contexts(ssl.TLSVersion.TLSv1_3, False)
    server.set_ecdh_curve("secp384r1")
    client, server = handshake(client, server)
    assert client == [1, 1, 1] and server[:2] == [1, 1], (client, server)


def a_flight_that_does_not_fit():
    # Messages that have no room behind the server's certificates are sent in another write.
    extra, size = read("ca.pem"), len(ssl.PEM_cert_to_DER_cert(read("ca.pem").decode()))
    most = 0
    for n in range(1, 2500 // size + 2):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            client, server = handshake(*contexts(version, True, extra * n))
            assert client == [1, 1] and server[0] <= 2, (n, client, server)
            most = max(most, server[0])
    assert most == 2


def nagle_is_off():
    server, address = listen()
    plain = socket.socket()
    plain.connect(address)
    with client_context().wrap_socket(plain, server_hostname="localhost", do_handshake_on_connect=False) as tls:
        option, size = bytearray(4), bytearray(b"\4\0\0\0")
        getsockopt = ffi.open(None).func("i", "getsockopt", "iiipp")
        assert getsockopt(tls.fileno(), IPPROTO_TCP, TCP_NODELAY, option, size) == 0 and option[0]
    server.close()


cases(flights_of_tls_1_2, flights_of_tls_1_3, a_second_hello, a_flight_that_does_not_fit, nagle_is_off)
