# SPDX-License-Identifier: MIT
#
# explain.py - ssl.explain() and the command ussl_explain against OpenSSL's server: every refusal of `make run` is shown where it
# is in the chain, with what to do about it. Run by interop.py.
import os
import pty
import re
import signal
import socket
import subprocess
import threading


# Each refusal of `make run`, and more: what the tree shows of it, and what the advice says.
REFUSED = (
    ("expired", "ca.pem", ("ussl test CA, ussl, FR .not sent.", "└─ localhost", "valid from 2020-01-01 to 2021-01-01\n.*wrong: certificate has expired",
                           "REFUSED: SSLCertVerificationError", "rule 1: certificate has expired", "alert 45 was sent", "ntptime.settime")),
    ("not-yet", "ca.pem", ("wrong: certificate is not yet valid", "ntptime.settime", "this one is not valid yet")),
    ("self-signed", "ca.pem", ("localhost, ussl .signed by itself.", "wrong: self-signed certificate", "context.trust_key..localhost., .[0-9a-f]{64}")),
    ("unknown-issuer", "ca.pem", ("rogue CA, ussl, FR .not sent.\n.*wrong: not trusted by this context", "unable to get local issuer", "alert 48 was sent",
                                  "make roots", "create_default_context.cafile=", "intermediate")),
    ("unknown-root", "ca.pem", ("rogue CA, ussl, FR .signed by itself.\n.*\n.*wrong: self-signed certificate in certificate chain\n  └─ localhost",)),
    ("wrong-name", "ca.pem", ("names: other.test\n.*wrong: Hostname mismatch", "is not for localhost. Connect by one of the names")),
    ("wrong-name", "rogue-ca.pem", ("rule 1: unable to get local issuer", "rule 2: Hostname mismatch")),
    ("wrong-purpose", "ca.pem", ("wrong: unsuitable certificate purpose", "with serverAuth")),
)


def on_terminal(case, argv, **more):
    """What a command prints if its output is a terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(argv, env=dict(case.env, **more), stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs)
    os.close(theirs)
    out = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:  # EIO: the other end is closed
            part = b""
        if not part:
            break
        out += part
    os.close(ours)
    process.wait()
    return out.decode()


def cases(case, free_port, stop):
    """ssl.explain() as the command ussl_explain: each line of a report that a person needs, for good and bad servers."""
    command = [case.micropython, "-m", "ussl_explain"]
    for cert, ca, patterns in REFUSED:
        port = free_port()
        server = case.their_server(port, cert, "tls1_3")
        status, out = case.run(command + ["localhost:%d" % port, "--ca", case.cert(ca)])
        log = stop(server)
        missing = [p for p in patterns + ("What to do:\n  .",) if not re.search(p, out, re.M)]
        yield "trust/explain-%s-%s" % (cert, ca[:-4]), status == 1 and not missing and "\x1b" not in out, "missing %s in\n%s%s" % (missing, out, log)
    port = free_port()
    server = case.their_server(port, "chain", "tls1_3")
    status, out = case.run(command + ["https://localhost:%d/page" % port, "--ca", case.cert("ca.pem")])
    tree = ("ussl test CA, ussl, FR (trusted)\n", "\n  └─ ussl test intermediate, ussl, FR\n", "\n     └─ localhost, ussl\n", "names: localhost example.test",
            "The clock says 20", "TLSv1.3 with TLS_", "\nACCEPTED\n", "reserve() sets")
    yield "trust/explain-accepted", status == 0 and all(part in out for part in tree), out
    argv = command + ["localhost:%d" % port, "--ca", case.cert("rogue-ca.pem")]
    out = on_terminal(case, argv)
    yield "trust/explain-in-red", "\x1b[31mwrong: not trusted by this context\x1b[0m" in out and "\x1b[31mREFUSED: " in out, out
    out = on_terminal(case, argv, NO_COLOR="1")
    yield "trust/explain-no-color", "wrong: not trusted by this context" in out and "\x1b" not in out, out
    script = "import ssl\nc = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)\nc.check_hostname = False\n%%s\nssl.explain('localhost', %d, c)" % port
    status, out = case.run([case.micropython, "-c", script % "c.verify_mode = ssl.CERT_NONE"])
    yield "trust/explain-cert-none", status == 0 and "NOT verified" in out and "\nACCEPTED WITHOUT VERIFICATION\n" in out, out
    status, out = case.run([case.micropython, "-c", script % ("c.load_verify_locations(%r)" % case.cert("ca.pem"))])
    yield "trust/explain-any-name", status == 0 and "check_hostname is False.\nACCEPTED\n" in out, out
    stop(server)
    yield from explain_without_tls(case, free_port, stop, command)
    yield from explain_raises(case)


def explain_raises(case):
    """Ctrl-C ends explain(), and so does a context that cannot be used: neither is a refusal of the server."""
    listener = socket.create_server(("127.0.0.1", 0))
    script = "import ssl, tls\nssl.explain('localhost', %d, tls.SSLContext(tls.PROTOCOL_%%s_CLIENT))" % listener.getsockname()[1]
    process = subprocess.Popen([case.micropython, "-c", script % "TLS"], env=case.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    server = listener.accept()[0]
    server.recv(1)  # the ClientHello
    process.send_signal(signal.SIGINT)
    out = process.communicate(timeout=20)[0].decode()
    server.close()
    yield "trust/explain-interrupted", process.returncode != 0 and "KeyboardInterrupt" in out and "REFUSED" not in out, out
    status, out = case.run([case.micropython, "-c", script % "DTLS"])
    listener.close()
    yield "trust/explain-unfit-context", status == 1 and "ValueError: DTLS needs" in out and "REFUSED" not in out, out


def explain_without_tls(case, free_port, stop, command):
    """What answers does not speak TLS, refuses us, or is not there."""
    status, out = case.run(command + ["localhost:%d" % free_port()])
    yield "trust/explain-nobody", status == 1 and "NO CONNECTION: OSError" in out and "No program listens" in out, out
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=lambda: listener.accept()[0].sendall(b"220 mail.example.org ready\r\n"))
    thread.start()
    status, out = case.run(command + ["127.0.0.1:%d" % listener.getsockname()[1]])
    thread.join()
    listener.close()
    yield "trust/explain-no-tls", status == 1 and "WRONG_VERSION_NUMBER" in out and "does not speak TLS" in out, out
    port = free_port()
    server = case.their_server(port, "server", "tls1_2", "-Verify", "1", "-CAfile", case.cert("ca.pem"))
    status, out = case.run(command + ["localhost:%d" % port, "--ca", case.cert("ca.pem")])
    yield "trust/explain-wants-our-certificate", status == 1 and "alert 40 was received" in out and "load_cert_chain" in out, out + stop(server)
    for wrong in ((), ("-h",), ("a:b",), ("http://localhost",), ("localhost:0",), ("localhost", "--ca"), ("localhost", "--ca", "/nothing")):
        status, out = case.run(command + list(wrong))
        yield "trust/explain-usage/" + "-".join(wrong).replace("/", ""), status == 2 and "ussl_explain" in out, out
