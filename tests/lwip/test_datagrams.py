# DTLS carries messages over lwIP's UDP sockets, and a socket of the wrong kind is refused, as docs/api.md promises ("The module
# `tls`", RFC 6347).
import tls
from net import *
from port import shake


def contexts():
    client, server = tls.SSLContext(tls.PROTOCOL_DTLS_CLIENT), tls.SSLContext(tls.PROTOCOL_DTLS_SERVER)
    client.load_verify_locations(CERTS + "ca.pem")
    server.load_cert_chain(CERTS + "server.pem", CERTS + "server.key")
    return client, server


def sockets():
    a, b = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    a.bind((HOST, 5684))
    b.bind((HOST, 5685))
    a.connect((HOST, 5685))
    b.connect((HOST, 5684))
    return a, b


def a_datagram_socket_carries_messages():
    client, server = contexts()
    a, b = sockets()
    a.setblocking(False)
    b.setblocking(False)
    c = client.wrap_socket(a, server_hostname="localhost", do_handshake_on_connect=False)
    s = server.wrap_socket(b, server_side=True, do_handshake_on_connect=False)
    start = time.ticks_ms()
    result = [None, None]
    while None in result:
        for i, end in enumerate((c, s)):
            try:
                result[i] = result[i] or end.do_handshake() or True
            except WANT:
                pass
        pause(1)
        assert time.ticks_diff(time.ticks_ms(), start) < 20000
    print(time.ticks_diff(time.ticks_ms(), start), "ms")
    for size in (1, 1000, 1400):
        c.send(bytes(size))
        pause()
        assert s.recv(5000) == bytes(size)
    c.close()
    pause()
    assert s.recv(100) == b""
    s.close()


def a_silent_peer_times_out():
    client, server = contexts()
    a, b = sockets()
    a.settimeout(0.3)
    e, ms = elapsed(lambda: client.wrap_socket(a, server_hostname="localhost"))
    assert isinstance(e, TimeoutError) and 280 <= ms < 8000, (repr(e), ms)
    a.close()
    b.close()


def a_socket_of_the_wrong_kind_is_refused():
    client, server = contexts()
    raises(ValueError, lambda: client.wrap_socket(connected()[0], server_hostname="localhost"))
    a, b = sockets()
    raises(NotImplementedError, lambda: client_context().wrap_socket(a, server_hostname="localhost"))
    a.close()
    b.close()


cases(a_socket_of_the_wrong_kind_is_refused, a_datagram_socket_carries_messages, a_silent_peer_times_out)
