# A reservation serves one connection over lwIP after another, also if a peer has ended the old one, and connections that a script
# forgets to close are collected. docs/memory.md ("Set aside") and docs/differences.md ("`reserve()` is full") promise this.
#
# heap: 300k
import gc
from net import *


def one_reservation_serves_one_connection_after_another():
    client, server = client_context(), server_context()
    client.reserve(1)
    server.reserve(1)
    for number, name in VERSIONS:
        client.maximum_version = number
        for _ in range(10):
            listener, address = listen()
            peer = Peer(echo(listener, server))
            tls = client.wrap_socket(connect(address), server_hostname="localhost")
            tls.write(b"hello\n")
            assert tls.readline() == b"hello\n" and tls.version() == name
            peer.wait()
            tls.close()
            listener.close()
            pause(5)
    assert client.memory()["connections"] == 0


def the_place_of_an_ended_connection_is_free():
    """A new connection gets the only place if the peer of the old one has closed or reset it, or is silent."""
    context = server_context()
    context.reserve(1)
    context.handshake_timeout = 0.1
    for end in ("close", "reset", "silence"):
        listener, address = listen()
        keep = []

        def serve():
            keep.append((yield from accept_tls(listener, context)))

        def talk():
            peer = Peer(serve())
            sock = connect(address)
            tls = client_context().wrap_socket(sock, server_hostname="localhost")
            peer.wait()
            return tls, sock

        if end == "silence":
            sock = connect(address)
            keep.append(context.wrap_socket(listener.accept()[0], server_side=True, do_handshake_on_connect=False))
            pause(150)
        else:
            tls, sock = talk()
            keep[0].write(b"unread")
            pause()
            sock.close() if end == "reset" else tls.close()
            pause()
        second, _ = talk()
        assert second.version()
        second.close()
        keep.pop().close()
        listener.close()


def forgotten(address, context):
    tls = context.wrap_socket(connect(address), server_hostname="localhost")
    tls.write(b"hello\n")
    assert tls.readline() == b"hello\n"


def deep(n, fun, *args):
    """Calls a function deeper in the stack, so that the collector finds none of its objects there later."""
    return deep(n - 1, fun, *args) if n else fun(*args)


def forgotten_connections_are_collected():
    client = client_context()
    for _ in range(20):
        listener, address = listen()
        peer = Peer(echo(listener))
        deep(5, forgotten, address, client)
        peer.wait()
        listener.close()
        gc.collect()
        pause(5)
    gc.collect()


cases(one_reservation_serves_one_connection_after_another, the_place_of_an_ended_connection_is_free,
      forgotten_connections_are_collected)
