# SPDX-License-Identifier: MIT
#
# libraries.py - published libraries for MicroPython work with our module, unchanged: they verify, and send nothing to a server
# that is not trusted.
#
# MICROPYTHON_LIB, MQTT_AS and MICRODOT name checkouts of micropython-lib, peterhinch/micropython-mqtt
# and miguelgrinberg/microdot. A library without a checkout is skipped. Each use_*.py uses one library as a
# program does; this file has the servers and the expected results.
import http.client
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
from servers import SIZES, Broker, Server, body, free_port, mosquitto, wait_for

HERE = os.path.dirname(os.path.abspath(__file__))
VERSIONS = ((ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3"))
CLEAR = b"GET / HTTP/1.0\r\n\r\n"
# Each is (case, certificate of the server, the only CA that is trusted, code of the refusal).
BAD = (("another-ca", "server", "rogue-ca.pem", 20), ("wrong-name", "wrong-name", "ca.pem", 62),
       ("expired", "expired", "ca.pem", 10))
# The files of each library, as (variable, folder, names).
SOURCES = (
    ("MICROPYTHON_LIB", "python-ecosys/requests", ("requests",)),
    ("MICROPYTHON_LIB", "micropython/urequests", ("urequests.py",)),
    ("MICROPYTHON_LIB", "micropython/urllib.urequest", ("urllib/urequest.py",)),
    ("MICROPYTHON_LIB", "micropython/umqtt.simple", ("umqtt/simple.py",)),
    ("MICROPYTHON_LIB", "micropython/umqtt.robust", ("umqtt/robust.py",)),
    ("MICROPYTHON_LIB", "python-ecosys/aiohttp", ("aiohttp",)),
    ("MICROPYTHON_LIB", "micropython/mip", ("mip",)),
    ("MQTT_AS", "", ("mqtt_as",)),
    ("MICRODOT", "src", ("microdot",)),
)


class Case:
    def __init__(self, micropython, certs, lib):
        self.micropython, self.certs, self.lib = micropython, certs, lib
        self.library = ""

    def cert(self, name):
        return os.path.join(self.certs, name)

    def argv(self, script, mode, port, *more):
        # A script has three copies of the largest body while the body grows and is compared.
        return [self.micropython, "-X", "heapsize=8M", script, mode, str(port), *more]

    def env(self, default_ca):
        return dict(os.environ, USSL_CERTS=self.certs, SSL_CERT_FILE=self.cert(default_ca),
                    MICROPYPATH=self.lib + ":" + HERE + ":.frozen", LIBRARY=self.library)

    def run(self, default_ca, script, mode, port, *more):
        try:
            done = subprocess.run(self.argv(script, mode, port, *more), env=self.env(default_ca), cwd=HERE, timeout=45,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        except subprocess.TimeoutExpired as stopped:
            return None, (stopped.stdout or b"").decode(errors="replace") + "took too long"
        return done.returncode, done.stdout.decode(errors="replace")


def last_line(text):
    return (text.splitlines() or [""])[-1]


def against_server(case, name, script, mode, default_ca="ca.pem", own_ca=None, cert="server", version=None):
    server = Server(case.certs, cert, version)
    status, out = case.run(default_ca, script, mode, server.port, *([case.cert(own_ca)] if own_ca else []))
    log = server.stop()
    return name, status == 0 and last_line(out) == "ok" and bool(server.heard), out + log


def refusals(case, name, script, mode, own=False):
    """If `own`, the script loads the CA itself, and the default trust anchors would accept the server."""
    for what, cert, ca, code in BAD:
        server = Server(case.certs, cert)
        default_ca = "ca.pem" if own and ca != "ca.pem" else ca
        status, out = case.run(default_ca, script, mode, server.port, *([case.cert(ca)] if own else []))
        log = server.stop()
        good = status == 0 and last_line(out) == "refused %d" % code and server.connections > 0 and not server.heard
        yield "%s/%s/refuses-%s" % (name, mode, what), good, out + log


def blocking_http(case, name, script):
    """Cases of a library that makes its own context with CERT_NONE."""
    for version, word in VERSIONS:
        yield against_server(case, "%s/require/%s" % (name, word), script, "require", version=version)
    yield from refusals(case, name, script, "require")
    # Without require_verification() it connects to any server, as its code asks for.
    yield against_server(case, name + "/plain/another-ca", script, "plain", "rogue-ca.pem")
    yield against_server(case, name + "/plain/wrong-name", script, "plain", cert="wrong-name")


def requests(case):
    return blocking_http(case, "requests", "use_requests.py")


def urequests(case):
    return blocking_http(case, "urequests", "use_requests.py")


def urllib(case):
    return blocking_http(case, "urllib.urequest", "use_urllib.py")


def mip(case):
    def installed(mode, default_ca, cert):
        with tempfile.TemporaryDirectory() as target:
            server = Server(case.certs, cert)
            status, out = case.run(default_ca, "use_mip.py", mode, server.port, target)
            return status, out + server.stop(), server, last_line(out), os.listdir(target)

    for mode, ca, cert in (("require", "ca.pem", "server"), ("plain", "rogue-ca.pem", "server"), ("plain", "ca.pem", "wrong-name")):
        status, out, server, last, files = installed(mode, ca, cert)
        yield "mip/%s/%s-and-%s" % (mode, cert, ca[:-4]), status == 0 and last == "ok" and len(files) == 3, out
    for what, cert, ca, code in BAD:
        status, out, server, last, files = installed("require", ca, cert)
        good = status == 0 and last == "refused %d" % code and server.connections > 0 and not server.heard and not files
        yield "mip/require/refuses-" + what, good, out


def aiohttp(case):
    script = "use_aiohttp.py"
    for version, word in VERSIONS:
        yield against_server(case, "aiohttp/true/" + word, script, "true", version=version)
        yield against_server(case, "aiohttp/context/" + word, script, "context", "rogue-ca.pem", "ca.pem", version=version)
    yield against_server(case, "aiohttp/require", script, "require")
    yield against_server(case, "aiohttp/none/another-ca", script, "none", "rogue-ca.pem")
    yield against_server(case, "aiohttp/none/wrong-name", script, "none", cert="wrong-name")
    yield from refusals(case, "aiohttp", script, "true")
    yield from refusals(case, "aiohttp", script, "context", own=True)
    yield from refusals(case, "aiohttp", script, "require")


def with_broker(case, name, script, modes):
    """Each mode is (mode, the default CA, the CA that the script loads)."""
    if not mosquitto():
        yield name, None, "needs mosquitto"
        return
    for mode, default_ca, own_ca in modes:
        broker = Broker(case.certs, mode in ("context", "true"))
        status, out = case.run(default_ca, script, mode, broker.port, *([case.cert(own_ca)] if own_ca else []))
        log = broker.stop()
        good = status == 0 and last_line(out) == "ok" and "New client connected" in log
        yield "%s/%s" % (name, mode), good, out + log[-600:]
    for mode, _, own_ca in modes:
        if mode != "none":
            yield from refusals(case, name, script, mode, own=bool(own_ca))


MODES = (("context", "rogue-ca.pem", "ca.pem"), ("none", "rogue-ca.pem", None), ("require", "ca.pem", None))


def umqtt(case):
    script = "use_umqtt.py"
    yield from with_broker(case, "umqtt.simple", script, MODES + (("true", "ca.pem", None),))
    if mosquitto():
        broker = Broker(case.certs, True)
        status, out = case.run("rogue-ca.pem", script, "anonymous", broker.port, case.cert("ca.pem"))
        log = broker.stop()
        good = status == 1 and "Traceback" in out and "New connection" in log and "New client connected" not in log
        yield "umqtt.simple/no-client-certificate", good, out + log[-600:]


def umqtt_robust(case):
    return with_broker(case, "umqtt.robust", "use_umqtt_robust.py", MODES)


def mqtt_as(case):
    return with_broker(case, "mqtt_as", "use_mqtt_as.py", MODES + (("plain", "ca.pem", None),))


class Client(http.client.HTTPSConnection):
    """CPython's client with a small receive buffer, so that the server's writes have to wait."""

    def connect(self):
        raw = socket.socket()
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.settimeout(20)
        raw.connect(("127.0.0.1", self.port))
        self.sock = self._context.wrap_socket(raw, server_hostname="localhost")


def fetch(port, context, method, path, data=None):
    client = Client("localhost", port, context=context)
    try:
        client.request(method, path, data)
        return client.getresponse().read()
    finally:
        client.close()


def microdot(case):
    good_context = ssl.create_default_context(cafile=case.cert("ca.pem"))
    named = ssl.create_default_context(cafile=case.cert("ca.pem"))
    named.load_cert_chain(case.cert("client.pem"), case.cert("client.key"))
    wary = ssl.create_default_context(cafile=case.cert("rogue-ca.pem"))
    for mode, context in (("tls", good_context), ("mutual", named)):
        port = free_port()
        process = subprocess.Popen(case.argv("use_microdot.py", mode, port, case.cert("ca.pem")), env=case.env("rogue-ca.pem"),
                                   cwd=HERE, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        results = []
        if not wait_for(port, process):
            yield "microdot/%s/starts" % mode, False, process.communicate()[0].decode(errors="replace")
            continue

        def attempt(what, function, *wanted):
            try:
                got = function()
                good = got in wanted
            except Exception as e:
                got, good = e, type(e) in wanted
            results.append(("microdot/%s/%s" % (mode, what), good, repr(got)[:300]))

        for size in SIZES:
            attempt("body-%d" % size, lambda: fetch(port, context, "GET", "/body/%d" % size), body(size))
            # microdot on MicroPython cannot send a generator that yields nothing.
            if size > 0:
                attempt("stream-%d" % size, lambda: fetch(port, context, "GET", "/stream/%d" % size), body(size))
            attempt("echo-%d" % size, lambda: fetch(port, context, "POST", "/echo", body(size)), body(size))
        if mode == "mutual":
            attempt("no-client-certificate", lambda: fetch(port, good_context, "GET", "/body/1"), ssl.SSLError, ConnectionResetError)
        attempt("client-refuses", lambda: fetch(port, wary, "GET", "/body/1"), ssl.SSLCertVerificationError)
        # A client that sends no TLS, and one that sends nothing, must not delay others.
        with socket.socket() as plain, socket.socket() as silent:
            attempt("clear-text", lambda: plain.connect(("127.0.0.1", port)) or plain.send(CLEAR), len(CLEAR))
            attempt("silence", lambda: silent.connect(("127.0.0.1", port)), None)
            attempt("lives-on", lambda: fetch(port, context, "GET", "/body/5"), body(5))
        if shutil.which("curl") and mode == "tls":
            argv = ["curl", "-sS", "--cacert", case.cert("ca.pem"), "https://localhost:%d/body/54038" % port]
            attempt("curl", lambda: subprocess.run(argv, stdout=subprocess.PIPE, timeout=30).stdout, body(54038))
        # The program may end before its answer has been sent.
        attempt("shutdown", lambda: fetch(port, context, "GET", "/shutdown"), b"bye", b"")
        try:
            out = process.communicate(timeout=10)[0].decode(errors="replace")
        except subprocess.TimeoutExpired:
            process.kill()
            out = process.communicate()[0].decode(errors="replace") + "did not end"
        yield from ((name, good, detail + "\n" + out) for name, good, detail in results)
        yield "microdot/%s/ends" % mode, process.returncode == 0 and last_line(out) == "ok", out


# Each is (library, variable that names its checkout, function of its cases).
LIBRARIES = (("requests", "MICROPYTHON_LIB", requests), ("urequests", "MICROPYTHON_LIB", urequests),
             ("umqtt.simple", "MICROPYTHON_LIB", umqtt), ("urllib.urequest", "MICROPYTHON_LIB", urllib),
             ("aiohttp", "MICROPYTHON_LIB", aiohttp), ("mip", "MICROPYTHON_LIB", mip),
             ("umqtt.robust", "MICROPYTHON_LIB", umqtt_robust), ("mqtt_as", "MQTT_AS", mqtt_as),
             ("microdot", "MICRODOT", microdot))


def install(lib):
    """Links the files as an installation has them. The two packages of umqtt share one folder."""
    for variable, folder, names in SOURCES:
        for name in names if os.environ.get(variable) else ():
            os.makedirs(os.path.dirname(os.path.join(lib, name)), exist_ok=True)
            os.symlink(os.path.join(os.path.abspath(os.environ[variable]), folder, name), os.path.join(lib, name))


def run_all(report, micropython, certs, wanted=()):
    with tempfile.TemporaryDirectory() as lib:
        install(lib)
        case = Case(micropython, certs, lib)
        for name, variable, cases in LIBRARIES:
            if wanted and name not in wanted:
                continue
            if not os.environ.get(variable):
                report("skipped", "libraries/" + name, "needs %s, the folder of a checkout" % variable)
                continue
            case.library = name
            for what, good, detail in cases(case):
                kind = "skipped" if good is None else "passed" if good else "failed"
                report(kind, "libraries/" + what, "" if good else detail[-3000:])


if __name__ == "__main__":
    # libraries.py MICROPYTHON CERTS [LIBRARY...] runs these libraries alone, to look for a fault.
    failed = []

    def say(kind, name, detail=""):
        print("%-7s %s" % (kind, name))
        if kind == "failed":
            failed.append(name)
            print("     | " + detail.rstrip().replace("\n", "\n     | "))
        sys.stdout.flush()

    run_all(say, os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), sys.argv[3:])
    sys.exit(bool(failed))
