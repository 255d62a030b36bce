# trust.py - roots and reports against OpenSSL's server: run by interop.py.
import os
import re


def root_store(case, free_port, stop):
    """The default trust from SSL_CERT_FILE: a store, PEM, and a broken store that is told of."""
    root = os.path.dirname(case.certs)
    with open(os.path.join(root, "roots.ussl"), "rb") as f:
        data = f.read()
    broken = os.path.join(root, "roots.broken")
    with open(broken, "wb") as f:
        f.write(data[:-1] + b"\0")
    script = "import ssl; print('accepted', ssl.explain('localhost', %d))"
    for name, path, wanted in (("store", os.path.join(root, "roots.ussl"), "accepted True"),
                               ("pem", case.cert("ca.pem"), "accepted True"),
                               ("other", case.cert("rogue-ca.pem"), "accepted False"),
                               ("broken", broken, "ROOT_STORE_DAMAGED")):
        port = free_port()
        server = case.their_server(port, "chain", "tls1_3")
        case.env["SSL_CERT_FILE"] = path
        status, out = case.run([case.micropython, "-c", script % port])
        del case.env["SSL_CERT_FILE"]
        log = stop(server)
        yield "trust/default-from-" + name, status == 0 and wanted in out, out + log
    os.remove(broken)


def explain(case, free_port, stop):
    """Each line of a report that a person needs, for good and bad servers."""
    script = "import ssl; c = ssl.create_default_context(cafile=%r); print(ssl.explain('localhost', %d, c))"
    for cert, ca, patterns in (
            ("chain", "ca.pem", ("speaks TLSv1.3", "0: localhost", "2: ussl test intermediate", "2024-01-01 to 2044-01-01",
                                 "names: localhost example.test", "ACCEPTED through 3", "root: ussl test CA", "reserve.. takes", "True$")),
            ("expired", "ca.pem", ("EXPIRED", "REFUSED: SSLCertVerificationError", "rule: certificate has expired .certificate 0",
                                   "alert 45, sent", "False$")),
            ("unknown-issuer", "ca.pem", ("root that would fit: rogue CA", "unable to get local issuer", "alert 48, sent", "make-roots")),
            ("wrong-name", "rogue-ca.pem", ("rule: unable to get local issuer", "rule: Hostname mismatch", "names: other.test"))):
        port = free_port()
        server = case.their_server(port, cert, "tls1_3")
        status, out = case.run([case.micropython, "-c", script % (case.cert(ca), port)])
        log = stop(server)
        missing = [p for p in patterns if not re.search(p, out, re.M)]
        yield "trust/explain-" + cert, status == 0 and not missing, "missing %s in\n%s%s" % (missing, out, log)
    status, out = case.run([case.micropython, "-c", script % (case.cert("ca.pem"), free_port())])
    yield "trust/explain-nobody", "no connection" in out and out.endswith("False\n"), out
