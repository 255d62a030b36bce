# SPDX-License-Identifier: MIT
#
# roots.py - tools/make-roots: Mozilla's set, and --for against local servers. cases() yields (name, good, detail);
# good is None for a test that is skipped.
#
#   python3 tests/run.py roots      needs build/unix/micropython and build/certs
import http.server
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CERTS = os.path.join(ROOT, "build/certs")
MICROPYTHON = os.path.join(ROOT, "build/unix/micropython")
MOZILLA = "/usr/share/ca-certificates/mozilla"


def cert(name):
    return os.path.join(CERTS, name)


def make_roots(*arguments, **environment):
    """Status and output of the program, errors included."""
    done = subprocess.run([sys.executable, ROOT + "/tools/make-roots", *arguments], timeout=60, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, env=dict(os.environ, **environment))
    return done.returncode, done.stdout.decode(errors="replace")


def ours(script, **environment):
    """Output of our interpreter."""
    done = subprocess.run([MICROPYTHON, "-c", script], timeout=60, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env=dict(os.environ, **environment))
    return done.stdout.decode(errors="replace")


def connect_with(store, port):
    """What our interpreter prints when it connects with this store and no other trust anchor."""
    return ours("import socket, ssl\n"
                "s = socket.socket()\n"
                "s.connect(socket.getaddrinfo('127.0.0.1', %d)[0][-1])\n"
                "try:\n"
                "    s = ssl.create_default_context(cafile=%r).wrap_socket(s, server_hostname='localhost')\n"
                "    print('verified', s.version())\n"
                "except ssl.SSLCertVerificationError as e:\n"
                "    print('refused', e.verify_message)\n" % (port, store))


class Server:
    """Answers handshakes on 127.0.0.1. Connection number n gets certificate n of `names`, and later ones the last."""

    def __init__(self, *names):
        self.contexts = []
        for name in names:
            self.contexts.append(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
            self.contexts[-1].load_cert_chain(cert(name + ".pem"), cert(name + ".key"))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.host = "localhost:%d" % self.port
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                sock = self.listener.accept()[0]
            except OSError:  # close() was called
                return
            context = self.contexts.pop(0) if len(self.contexts) > 1 else self.contexts[0]
            try:
                sock.settimeout(20)
                with context.wrap_socket(sock, server_side=True) as tls:
                    tls.recv(1)
            except OSError:  # the client has refused the certificate
                sock.close()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def mozilla(folder):
    if not os.path.isdir(MOZILLA):
        yield "mozilla", None, "needs Debian's package ca-certificates"
        return
    store = folder + "/mozilla.ussl"
    status, out = make_roots("--mozilla", store)
    count = re.search(r"mozilla\.ussl: (\d+) roots", out)
    left_out = re.findall(r"^make-roots: left out, (.+): .+\.crt$", out, re.M)
    files = len([name for name in os.listdir(MOZILLA) if name.endswith(".crt")])
    good = status == 0 and count is not None and int(count.group(1)) + len(left_out) == files and \
        re.search(r"ca-certificates \d\S* of 20\d\d-\d\d-\d\d, %d certificates" % files, out) is not None
    yield "mozilla", good, out
    seen = ours("import ssl; print(ssl.create_default_context(cafile=%r).cert_store_stats()['x509_ca'])" % store)
    yield "mozilla-is-read", good and seen == count.group(1) + "\n", seen
    # Every root that a bundle has is left out when it has expired, and then nothing is written.
    status, out = make_roots("--mozilla", store + "2", SOURCE_DATE_EPOCH="4102444800")
    good = status == 1 and "it expired on 20" in out and "no root is left" in out and not os.path.exists(store + "2")
    yield "expired", good, out[-500:]


def trimmed(folder):
    """Three roots are given, two hosts need one each, and a third host is refused with the trimmed store."""
    store, bundle = folder + "/trimmed.ussl", folder + "/bundle"
    os.mkdir(bundle)
    for name in ("ca.pem", "root-rsa.pem", "rogue-ca.pem"):
        shutil.copy(cert(name), bundle)
    first, second, other = Server("chain"), Server("web"), Server("unknown-issuer")
    status, out = make_roots("--for", first.host, "--for", second.host, bundle, store)
    lines = ("[1/2] %s needs " % first.host, "[2/2] %s needs " % second.host, "kept: 2 roots of 3",
             "[1/2] %s is verified with the roots" % first.host, "[2/2] %s is verified with the roots" % second.host,
             "trimmed.ussl: 2 roots")
    places = [out.find(line) for line in lines]
    yield "for", status == 0 and -1 not in places and places == sorted(places), out
    for name, server, wanted in (("first", first, "verified TLSv1.3\n"), ("second", second, "verified TLSv1.3\n"),
                                 ("other", other, "refused unable to get local issuer certificate\n")):
        out = connect_with(store, server.port)
        yield "for-serves-" + name, out == wanted, out
        server.close()


def refused(folder):
    """A host that is not verified, in the first connection or in the second: the store of before stays as it is."""
    store = folder + "/refused.ussl"
    status, out = make_roots(cert("rogue-ca.pem"), store)
    with open(store, "rb") as f:
        before = f.read()
    with socket.create_server(("127.0.0.1", 0)) as unused:
        closed = unused.getsockname()[1]
    bundle = [cert("ca.pem"), cert("root-rsa.pem")]
    good_host = Server("chain")
    for name, server, wanted in (
            ("unknown-root", Server("unknown-issuer"), "is refused: unable to get local issuer certificate"),
            ("wrong-name", Server("wrong-name"), "is refused: Hostname mismatch, certificate is not valid for 'localhost'."),
            ("second-connection", Server("chain", "web"), "is refused: unable to get local issuer certificate"),
            ("unreachable", None, "cannot be reached: Connection refused")):
        host = server.host if server else "localhost:%d" % closed
        status, out = make_roots("--for", host, "--for", good_host.host, *bundle, store)
        with open(store, "rb") as f:
            after = f.read()
        good = status == 1 and "make-roots: %s %s" % (host, wanted) in out and out.endswith("no store was written\n") and \
            "roots, " not in out and after == before and not os.path.exists(store + ".new") and \
            out.count("make-roots: " + good_host.host) == 0
        yield "for-" + name, good, out
        if server:
            server.close()
    good_host.close()


def update(folder):
    """update_roots() of docs/root-store.md: a good store is installed; any other leaves the one in use as it was."""
    with open(ROOT + "/docs/root-store.md") as f:
        script = re.search(r"^```python\n(.*?)^```", f.read(), re.M | re.S).group(1)
    handler = type("Handler", (http.server.SimpleHTTPRequestHandler,), {
        "__init__": lambda self, *a: http.server.SimpleHTTPRequestHandler.__init__(self, *a, directory=folder),
        "log_message": lambda *a: None})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert("chain.pem"), cert("chain.key"))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    used, good = folder + "/used.ussl", folder + "/good.ussl"
    make_roots(cert("ca.pem"), used)
    make_roots(cert("ca.pem"), cert("root-rsa.pem"), good)
    make_roots(cert("rogue-ca.pem"), folder + "/locks-out.ussl")
    with open(used, "rb") as f:
        before = f.read()
    with open(good, "rb") as f:
        data = f.read()
    with open(folder + "/damaged.ussl", "wb") as f:
        f.write(data[:-1] + b"\0")
    for name, wanted in (("absent", "no such file"), ("damaged", "ROOT_STORE_DAMAGED"),
                         ("locks-out", "unable to get local issuer certificate"), ("good", "installed 2")):
        run = "try:\n    print('installed', update_roots('localhost', %d, '/%s.ussl', %r, %r)[0])\n" \
            "except Exception as e:\n    print(e)\n" % (server.server_port, name, folder + "/new.ussl", used)
        out = ours(script + run, SSL_CERT_FILE=used)
        with open(used, "rb") as f:
            after = f.read()
        yield "update-" + name, wanted in out and after == (data if name == "good" else before), out
    server.shutdown()
    server.server_close()


def wrong_files(folder):
    for name, arguments, wanted in (
            ("no-bundle", [folder + "/x.ussl"], "a bundle is missing"),
            ("no-folder", [cert("ca.pem"), folder + "/none/x.ussl"], "x.ussl cannot be written: "),
            ("empty-folder", [folder + "/empty", folder + "/x.ussl"], "has no file"),
            ("absent", [folder + "/absent.pem", folder + "/x.ussl"], "absent.pem cannot be read: "),
            ("host", ["--for", "a:b:c", cert("ca.pem"), folder + "/x.ussl"], "takes HOST or HOST:PORT")):
        status, out = make_roots(*arguments)
        yield "wrong-" + name, status == 1 and wanted in out and "Traceback" not in out and \
            not os.path.exists(folder + "/x.ussl"), out


def no_stores(folder):
    """A bundle in the place of the store is not overwritten; a certificate of a server becomes no root."""
    shutil.copy(cert("ca.pem"), folder + "/bundle.pem")
    status, out = make_roots(cert("ca.pem"), folder + "/bundle.pem")
    with open(cert("ca.pem")) as f, open(folder + "/bundle.pem") as kept:
        yield "bundle-as-store", status == 1 and "is not replaced" in out and kept.read() == f.read(), out
    status, out = make_roots(cert("no-ca-usage.pem"), folder + "/none.ussl")
    yield "no-ca", status == 1 and "key usage" in out and not os.path.exists(folder + "/none.ussl"), out


def cases():
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(folder + "/empty")
        for group in (mozilla, trimmed, refused, update, wrong_files, no_stores):
            yield from group(folder)
