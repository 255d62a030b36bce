# On the unix port each descriptor is closed once, and never after its number has been given to another socket.
import gc
import os
import socket
import ssl
import _thread
from helper import CERTS, Server, client_context, listen_port, server_context
from port import cases, raises


def numbers():
    return sorted(int(entry[0]) for entry in os.ilistdir("/proc/self/fd"))


def others_are_open(others):
    for sock in others:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # raises EBADF if it was closed
        sock.close()


def refused():
    """Returns the socket of a client whose wrap_socket() has failed, and the number of its descriptor."""
    server = Server(lambda tls: None, server_context("self-signed"))
    sock = server.connect()
    number = sock.fileno()
    raises(ssl.SSLCertVerificationError, lambda: client_context().wrap_socket(sock, server_hostname="localhost"))
    server.wait()
    return sock, number


def a_failed_wrap_and_a_close():
    sock, number = refused()
    others = [socket.socket() for _ in range(6)]
    assert number in [other.fileno() for other in others]
    sock.close()
    raises(OSError, sock.setsockopt, socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    others_are_open(others)


def methods_of_a_closed_socket():
    server = Server(lambda tls: tls.recv(1))
    tls = client_context().wrap_socket(server.connect(), server_hostname="localhost")
    number = tls.fileno()
    tls.close()
    server.wait()
    others = [socket.socket() for _ in range(6)]
    assert number in [other.fileno() for other in others]
    raises(OSError, tls.setsockopt, socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    raises(OSError, tls.listen, 1)
    raises(OSError, tls.bind, socket.getaddrinfo("127.0.0.1", 0)[0][-1])
    tls.close()
    others_are_open(others)


def a_failed_accept():
    listener, address, _ = listen_port()
    wrapped = server_context().wrap_socket(listener, server_side=True)

    def attack():
        sock = socket.socket()
        sock.connect(address)
        sock.send(b"no TLS at all\r\n\r\n")
        sock.recv(100)
        sock.close()

    for _ in range(20):
        _thread.start_new_thread(attack, ())
        before = numbers()
        raises(ssl.SSLError, wrapped.accept)
    wrapped.close()
    assert len(numbers()) <= len(before)


def dropped_without_close():
    def use():
        server = Server(lambda tls: tls.recv(1))
        tls = client_context().wrap_socket(server.connect(), server_hostname="localhost")
        tls.write(b"x")
        server.wait()

    gc.collect()
    before = len(numbers())
    for _ in range(5):
        use()
    for _ in range(50):
        bytearray(1000)
    gc.collect()
    assert len(numbers()) <= before + 1, (before, numbers())


def dropped_after_the_script_closed_its_socket():
    def use():
        server = Server(lambda tls: tls.recv(1))
        sock = server.connect()
        tls = client_context().wrap_socket(sock, server_hostname="localhost")
        tls.write(b"x")
        server.wait()
        sock.close()
        return sock.fileno()

    number = use()
    others = [socket.socket() for _ in range(6)]
    assert number in [other.fileno() for other in others]
    for _ in range(50):
        bytearray(1000)
    gc.collect()
    others_are_open(others)


def dropped_while_the_script_keeps_its_socket():
    def wrap(sock):
        client_context().wrap_socket(sock, server_hostname="localhost", do_handshake_on_connect=False)

    listener, address, _ = listen_port()
    kept = []
    for _ in range(8):
        sock = socket.socket()
        sock.connect(address)
        kept.append(sock)
        listener.accept()[0].close()
        wrap(sock)
    for _ in range(50):
        bytearray(1000)
    gc.collect()
    others = [socket.socket() for _ in range(12)]
    for sock in kept:
        sock.close()
    others_are_open(others)
    listener.close()


def unwrapped_and_dropped():
    def serve(tls):
        assert tls.unwrap().send(b"clear") == 5

    def use():
        tls = client_context().wrap_socket(server.connect(), server_hostname="localhost")
        return tls.unwrap()

    server = Server(serve)
    plain = use()
    for _ in range(50):
        bytearray(1000)
    gc.collect()
    assert plain.recv(10) == b"clear"
    plain.close()


if "ilistdir" in dir(os):
    cases(a_failed_wrap_and_a_close, methods_of_a_closed_socket, a_failed_accept, dropped_without_close,
          dropped_after_the_script_closed_its_socket,
          dropped_while_the_script_keeps_its_socket, unwrapped_and_dropped)
print("ok")
