# psk.py - connections with a pre-shared key, with OpenSSL in both roles. interop.py runs them. As a script the file is our end:
#
#   psk.py client|server PORT TLSv1.2|TLSv1.3 KEY-IN-HEX
import sys

# What each of our sides reports if the keys differ: the client an alert, the server that it cannot decrypt or verify.
ALERTS = {"tls1_2": "SSLV3_ALERT_BAD_RECORD_MAC", "tls1_3": "SSLV3_ALERT_ILLEGAL_PARAMETER"}
OURS = {"tls1_2": "DECRYPTION_FAILED_OR_BAD_RECORD_MAC", "tls1_3": "BINDER_DOES_NOT_VERIFY"}
IDENTITY, KEY, WRONG = "device-7", "00112233445566778899aabbccddeeff", "ff" * 16


def cases(case, free_port, wait_for, stop):
    for flag, version in (("tls1_2", "TLSv1.2"), ("tls1_3", "TLSv1.3")):
        for key, name in ((KEY, "right-key"), (WRONG, "wrong-key")):
            right = key == KEY
            port = free_port()
            server = case.start(["openssl", "s_server", "-accept", "127.0.0.1:%d" % port, "-" + flag, "-nocert", "-rev",
                                 "-psk", KEY, "-psk_identity", IDENTITY, "-cipher", "PSK"])
            wait_for(port, server)
            out = case.run([case.micropython, "psk.py", "client", str(port), version, key])[1]
            log = stop(server)
            good = out == ("%s\nolleh\n" % version if right else "refused %s\n" % ALERTS[flag])
            yield "client/openssl/%s/psk-%s" % (flag, name), good, out + log
            port = free_port()
            server = case.start([case.micropython, "psk.py", "server", str(port), version, KEY])
            wait_for(port, server)
            out = case.run(["openssl", "s_client", "-connect", "127.0.0.1:%d" % port, "-" + flag, "-psk", key,
                            "-psk_identity", IDENTITY, "-cipher", "PSK", "-quiet"], b"hello\n")[1]
            log = server.communicate(timeout=30)[0].decode()
            good = log == ("%s\nhello\n" % version if right else "refused %s\n" % OURS[flag])
            yield "server/openssl/%s/psk-%s" % (flag, name), good, out + log


def context():
    import ssl

    server = sys.argv[1] == "server"
    ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server else ssl.PROTOCOL_TLS_CLIENT)
    version = ssl.TLSVersion.TLSv1_2 if sys.argv[3] == "TLSv1.2" else ssl.TLSVersion.TLSv1_3
    ctx.minimum_version = ctx.maximum_version = version
    key = bytes.fromhex(sys.argv[4])
    if server:
        ctx.set_psk_server_callback(lambda identity: key if identity == IDENTITY else None)
    else:
        ctx.set_psk_client_callback(lambda hint: (IDENTITY, key))
    return ctx


def main():
    import socket

    address = socket.getaddrinfo("127.0.0.1", int(sys.argv[2]))[0][-1]
    sock = socket.socket()
    try:
        if sys.argv[1] == "server":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(address)
            sock.listen(1)
            tls = context().wrap_socket(sock.accept()[0], server_side=True)
        else:
            sock.connect(address)
            tls = context().wrap_socket(sock)
            tls.write(b"hello\n")
        line = tls.readline()
        print(tls.version())
        print(line.decode(), end="")
    except OSError as e:
        print("refused", e.reason)


if __name__ == "__main__":
    main()
