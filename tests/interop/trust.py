# trust.py - default trust anchors, tools/make-roots and ssl.explain(), with OpenSSL's server. interop.py runs these cases.
import os
import re
import sys


def root_store(case, free_port, stop):
    """SSL_CERT_FILE names the default trust anchors: a store or a PEM file. A damaged store is reported."""
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


def trimmed_store(case, free_port, stop):
    """tools/make-roots chooses the one root of three that a host needs, and its other modes describe the store."""
    root = os.path.dirname(case.certs)
    store, all_of_it = os.path.join(root, "roots.trimmed"), os.path.join(root, "roots.ussl")
    tool = [sys.executable, os.path.join(root, "../tools/make-roots")]
    bundle = [case.cert(name) for name in ("ca.pem", "root-rsa.pem", "rogue-ca.pem")]
    port = free_port()
    host = "localhost:%d" % port
    server = case.their_server(port, "web", "tls1_3")
    script = "import ssl; print('accepted', ssl.explain('localhost', %d))" % port
    case.env["SSL_CERT_FILE"] = store
    for name, command, wanted in (
            ("for", tool + ["--for", host] + bundle + [store], r"needs ussl test root of 4096 bits\n.*: 1 roots"),
            ("serves", [case.micropython, "-c", script], r"^ACCEPTED\n(?s:.*)accepted True"),
            ("list", tool + ["--list", store] + bundle, "RSA-4096  to 2044-01-01  ussl test root of 4096 bits"),
            ("check", tool + ["--check", store], "^1 roots of 20"),
            ("diff", tool + ["--diff", store, all_of_it], r"\A\+ .*\n\+ .*\n\Z")):
        status, out = case.run(command)
        yield "trust/make-roots-" + name, status == 0 and re.search(wanted, out, re.M) is not None, out
    status, out = case.run(tool + ["--for", host, case.cert("rogue-ca.pem"), store + "2"])
    good = status != 0 and "CERTIFICATE_VERIFY_FAILED" in out and not os.path.exists(store + "2")
    yield "trust/make-roots-for-nobody", good, out + stop(server)
    del case.env["SSL_CERT_FILE"]
    os.remove(store)
