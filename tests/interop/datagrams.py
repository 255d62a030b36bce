# datagrams.py - DTLS connections with OpenSSL, in both roles. interop.py runs them. As a script the file is our end:
#
#   datagrams.py client|server PORT FOLDER-OF-CERTIFICATES CERTIFICATE
import sys
import time


def listens(port):
    wanted = ":%04X" % port
    for _ in range(100):
        with open("/proc/net/udp") as f:
            if any(wanted in line for line in f):
                return
        time.sleep(0.05)
    raise OSError("nobody listens on port %d" % port)


def hear(process, text, stop):
    """Returns what a process prints, up to a text or for 20 seconds, and stops it."""
    import threading  # MicroPython, which runs this file too, has no such module

    timer = threading.Timer(20, process.kill)
    timer.start()
    heard = ""
    while text not in heard:
        line = process.stdout.readline().decode()
        heard += line
        if not line:
            break
    timer.cancel()
    return heard + stop(process)


def cases(case, free_port, stop):
    for cert in ("server", "server-rsa", "chain"):
        for cookies in (["-listen"], []):
            port = free_port()
            # Without -quiet, s_server would not answer what it reads; the answer comes from its standard input.
            server = case.start(["openssl", "s_server", "-dtls1_2", "-accept", "127.0.0.1:%d" % port, "-quiet",
                                 "-cert", case.cert(cert + ".pem"), "-key", case.cert(cert + ".key"), "-cert_chain",
                                 case.cert(cert + ".pem")] + cookies)
            server.stdin.write(b"from openssl\n")
            server.stdin.flush()
            listens(port)
            out = case.run([case.micropython, "datagrams.py", "client", str(port), case.certs, cert])[1]
            log = hear(server, "from ussl", stop)
            name = "client/openssl/dtls/%s%s" % (cert, "-with-cookies" if cookies else "")
            yield name, out == "from openssl\n" and "from ussl" in log, out + log
        port = free_port()
        server = case.start([case.micropython, "datagrams.py", "server", str(port), case.certs, cert])
        listens(port)
        client = case.start(["openssl", "s_client", "-dtls1_2", "-connect", "127.0.0.1:%d" % port, "-quiet", "-CAfile",
                             case.cert("ca.pem"), "-verify_return_error", "-verify_hostname", "localhost"])
        client.stdin.write(b"from openssl\n")
        client.stdin.flush()
        log = server.communicate(timeout=30)[0].decode()
        out = hear(client, "from ussl", stop)
        # The first ClientHello has no cookie.
        good = log == "HELLO_VERIFY_REQUIRED\nfrom openssl\n" and "from ussl" in out
        yield "server/openssl/dtls/" + cert, good, out + log


def refusals(case, free_port, stop):
    for cert, code in (("wrong-name", 62), ("unknown-issuer", 20), ("expired", 10)):
        port = free_port()
        server = case.start(["openssl", "s_server", "-dtls1_2", "-accept", "127.0.0.1:%d" % port, "-quiet",
                             "-cert", case.cert(cert + ".pem"), "-key", case.cert(cert + ".key")])
        listens(port)
        out = case.run([case.micropython, "datagrams.py", "client", str(port), case.certs, cert])[1]
        log = stop(server)
        yield "client/openssl/dtls/refuses-" + cert, out == "refused %d\n" % code and "from ussl" not in log, out + log


def client(sock, address, certs):
    import ssl
    import tls

    sock.connect(address)
    ctx = tls.SSLContext(tls.PROTOCOL_DTLS_CLIENT)
    ctx.load_verify_locations(certs + "/ca.pem")
    try:
        s = ctx.wrap_socket(sock, server_hostname="localhost")
    except ssl.SSLCertVerificationError as e:
        print("refused", e.verify_code)
        return
    s.send(b"from ussl\n")
    print(s.recv(100).decode(), end="")
    s.close()


def server(sock, address, certs, cert):
    import tls

    sock.bind(address)
    ctx = tls.SSLContext(tls.PROTOCOL_DTLS_SERVER)
    ctx.load_cert_chain(certs + "/" + cert + ".pem", certs + "/" + cert + ".key")
    first, peer = sock.recvfrom(2000)
    sock.connect(peer)
    while True:
        try:
            s = ctx.wrap_socket(sock, server_side=True, client_id=peer)
            break
        except OSError as e:
            print(e.reason)
    print(s.recv(100).decode(), end="")
    s.send(b"from ussl\n")
    s.close()


if __name__ == "__main__":
    import socket

    address = socket.getaddrinfo("127.0.0.1", int(sys.argv[2]))[0][-1]
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client(sock, address, sys.argv[3]) if sys.argv[1] == "client" else server(sock, address, *sys.argv[3:])
