# stack.py - a whole handshake takes at most MOST bytes of C stack on an emulated board, from the interpreter's first frame to the
# deepest. So a thread with 8 KB has 3.5 KB left for its program and its port, as docs/boards.md promises ("Threads").
#
# Each line is a certificate with the bytes of client and server in both versions; the last line is "ok".
import board
import gc
import ssl

MOST = 4608


def call(function, *args):
    """Returns the bytes of stack that the call used, and whether it has to be called again."""
    board.stack_paint()
    again = False
    try:
        function(*args)
    except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
        again = True
    return board.stack_used(), again


def handshake(cert, ca, version, mutual):
    client, server = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    client.load_verify_locations(DATA[ca + ".pem"])
    server.load_cert_chain(DATA[cert + ".pem"], DATA[cert + ".key"])
    client.maximum_version = version
    if mutual:
        client.load_cert_chain(DATA["client.pem"], DATA["client.key"])
        server.load_verify_locations(DATA["ca.pem"])
        server.verify_mode = ssl.CERT_REQUIRED
    ends = board.pipe(20000)
    c = client.wrap_socket(ends[0], server_hostname="localhost", do_handshake_on_connect=False)
    s = server.wrap_socket(ends[1], server_side=True, do_handshake_on_connect=False)
    used, busy = [0, 0], [True, True]
    while any(busy):
        for i, end in enumerate((c, s)):
            if busy[i]:
                bytes_used, busy[i] = call(end.do_handshake)
                used[i] = max(used[i], bytes_used)
    for one, other in ((c, s), (s, c)):
        used[one is s] = max(used[one is s], call(one.send, bytes(3000))[0])
        used[one is c] = max(used[one is c], call(other.recv, 3000)[0])
    return used


most = 0
for cert, ca, mutual in (("server", "ca", False), ("server", "ca", True), ("server-rsa", "ca", False), ("server-p384", "ca", False),
                         ("under-rsa", "root-rsa", False), ("web", "root-rsa", False)):
    figures = []
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        gc.collect()
        gc.threshold(4000)  # so that the collector runs during the handshake too
        figures += handshake(cert, ca, version, mutual)
        gc.threshold(-1)
    print("stack, %s%s: TLS 1.2 %d + %d, TLS 1.3 %d + %d bytes" % ((cert, " mutual" if mutual else "") + tuple(figures)))
    most = max(most, *figures)
assert most <= MOST, most
print("ok")
