# SPDX-License-Identifier: MIT
#
# tlsfuzzer_server.py - the HTTP server that tlsfuzzer's scripts test. It runs on MicroPython and on CPython:
#
#   tlsfuzzer_server.py FOLDER PORT    prints "ready" and serves until it is killed
import socket
import ssl
import sys

PAGE = b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nok\n"


def serve(context, plain):
    plain.settimeout(5)
    connection = context.wrap_socket(plain, server_side=True)
    try:
        request = b""
        while b"\r\n\r\n" not in request:
            data = connection.recv(16384)
            if not data:
                return
            request += data
        connection.sendall(PAGE)
        connection.unwrap()
    finally:
        connection.close()


def main(folder, port):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder + "/server.pem", folder + "/server.key")
    context.num_tickets = 2  # as the scripts expect
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    where = socket.getaddrinfo("127.0.0.1", int(port), socket.AF_INET, socket.SOCK_STREAM)
    listener.bind(where[0][-1])
    listener.listen(5)
    print("ready")
    while True:
        plain = listener.accept()[0]
        try:
            serve(context, plain)
        except OSError:
            pass
        finally:
            plain.close()


main(sys.argv[1], sys.argv[2])
