# SPDX-License-Identifier: MIT
#
# protocol.py - features of TLS beyond a plain connection, with openssl s_client: KeyUpdate, renegotiation, early data that the
# server refuses, and hellos without extended_master_secret. The other end is echo_server.py. interop.py runs these cases.
import os
import select
import socket
import ssl
import subprocess
import tempfile
import time

NO_EMS = 1  # SSL_OP_NO_EXTENDED_MASTER_SECRET of OpenSSL 3


def until(process, expected, seconds=20):
    """Returns what the process prints, up to the expected text or for so many seconds."""
    got, end = b"", time.time() + seconds
    while expected not in got and time.time() < end and select.select([process.stdout], [], [], max(0, end - time.time()))[0]:
        data = os.read(process.stdout.fileno(), 65536)
        if not data:
            break
        got += data
    return got


def conversation(case, port, flags, lines):
    """Sends each line when the one before is answered. Returns whether all were answered, and the output."""
    client = case.start(["openssl", "s_client", "-connect", "127.0.0.1:%d" % port, "-servername", "localhost",
                         "-CAfile", case.cert("ca.pem"), *flags])
    said = b""
    try:
        for line, answer in lines:
            client.stdin.write(line + b"\n")
            client.stdin.flush()
            said += until(client, answer)
            if answer not in said:
                return False, said
        return True, said
    except OSError as e:
        return False, said + repr(e).encode()
    finally:
        client.kill()
        client.wait()


def server_for(case, port, wait_for, count=1):
    server = case.start([case.micropython, "echo_server.py", str(port), case.cert("server.pem"), case.cert("server.key"), str(count)])
    wait_for(port, server)
    return server


def talk(case, free_port, wait_for, stop, flags, lines):
    port = free_port()
    server = server_for(case, port, wait_for)
    good, said = conversation(case, port, flags, lines)
    return good, said.decode(errors="replace") + stop(server)


def early_data(case, free_port, wait_for, stop):
    """A ticket of another server is not accepted, and so neither is the early data that comes with it."""
    with tempfile.TemporaryDirectory() as folder:
        port, saved, early = free_port(), os.path.join(folder, "session"), os.path.join(folder, "early")
        theirs = case.start(["openssl", "s_server", "-accept", "127.0.0.1:%d" % port, "-cert", case.cert("server.pem"),
                             "-key", case.cert("server.key"), "-tls1_3", "-early_data"])
        wait_for(port, theirs)
        client = case.start(["openssl", "s_client", "-connect", "127.0.0.1:%d" % port, "-sess_out", saved])
        end = time.time() + 20
        while not os.path.exists(saved) and time.time() < end:
            time.sleep(0.05)
        time.sleep(0.2)
        stop(client)
        stop(theirs)
        for size in (1, 3000, 16000):
            with open(early, "wb") as f:
                f.write(b"e" * size)
            good, out = talk(case, free_port, wait_for, stop, ["-sess_in", saved, "-early_data", early], [(b"one", b"<one>")])
            yield "openssl/early-data/%d" % size, good and "Early data was rejected" in out, out


def extended_master_secret(case, free_port, wait_for, stop):
    """A session of TLS 1.2 is resumed only if both hellos agree on extended_master_secret (RFC 7627 5.3)."""
    for first in (0, NO_EMS):
        for second in (0, NO_EMS):
            port = free_port()
            server = server_for(case, port, wait_for, 2)
            ctx = ssl.create_default_context(cafile=case.cert("ca.pem"))
            ctx.maximum_version = ssl.TLSVersion.TLSv1_2
            outcome, session = [], None
            for options in (first, second):
                ctx.options = (ctx.options & ~NO_EMS) | options
                try:
                    with socket.create_connection(("127.0.0.1", port), timeout=20) as plain:
                        with ctx.wrap_socket(plain, server_hostname="localhost", session=session) as tls:
                            tls.sendall(b"one\n")
                            assert tls.recv(100) == b"<one>\n"
                            session = tls.session
                            outcome.append("resumed" if tls.session_reused else "full")
                except OSError as e:
                    outcome.append(getattr(e, "reason", repr(e)))
            log = stop(server)
            expected = {(0, 0): "resumed", (NO_EMS, NO_EMS): "resumed", (NO_EMS, 0): "full",
                        (0, NO_EMS): "SSLV3_ALERT_HANDSHAKE_FAILURE"}[first, second]
            yield "openssl/extended-master-secret/%d%d" % (1 - first, 1 - second), outcome == ["full", expected], repr(outcome) + log


def certificates_that_are_asked_for(case, free_port, wait_for, stop):
    """A client sends the certificate whose key can sign as the server asks, or none. s_server prints the one that it receives."""
    for version in ("tls1_2", "tls1_3"):
        for wanted, schemes in (("server", "ECDSA+SHA256:ECDSA+SHA384"), ("server-rsa", "RSA-PSS+SHA256:RSA+SHA256:RSA+SHA384"),
                                ("none", "ed25519:rsa_pss_pss_sha256")):
            for own in (("server", "server-rsa"), ("server-rsa", "server"), ("server-rsa",), ()):
                port = free_port()
                server = case.start(["openssl", "s_server", "-accept", "127.0.0.1:%d" % port, "-www", "-" + version,
                                     "-cert", case.cert("server.pem"), "-key", case.cert("server.key"),
                                     "-verify", "1", "-client_sigalgs", schemes])
                wait_for(port, server)
                status, page = case.our_client(port, "localhost", "ca.pem", *[case.cert(n + end) for n in own for end in (".pem", ".key")])
                log = stop(server)
                got = "server" if "id-ecPublicKey" in page else "server-rsa" if "rsaEncryption" in page else "none"
                due = wanted if wanted in own else "none"
                yield "openssl/certificate-request/%s/%s/%s" % (version, wanted, "+".join(own)), status == 0 and got == due, page[-800:] + log


def cases(case, free_port, wait_for, stop):
    yield from certificates_that_are_asked_for(case, free_port, wait_for, stop)
    lines = [(b"one", b"<one>"), (b"K", b"KEYUPDATE"), (b"two", b"<two>"), (b"k", b"KEYUPDATE"), (b"three", b"<three>"),
             (b"K", b"KEYUPDATE"), (b"K", b"KEYUPDATE"), (b"four", b"<four>")]
    good, out = talk(case, free_port, wait_for, stop, ["-tls1_3"], lines)
    yield "openssl/key-update", good, out
    good, out = talk(case, free_port, wait_for, stop, ["-tls1_2"], [(b"one", b"<one>"), (b"R", b"RENEGOTIATING"), (b"two", b"renegotiation")])
    yield "openssl/renegotiation", good, out
    yield from early_data(case, free_port, wait_for, stop)
    yield from extended_master_secret(case, free_port, wait_for, stop)
