#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
#
# guide.py - runs the code of docs/guide/ as a reader would, page by page and in order: run by tests/run.py.
#
#   tests/guide/guide.py update [PAGE ...]      writes what came out into the pages
#
# The first words behind ``` say what is done with a block:
#
#   python              run in the page's interpreter, which keeps its variables from block to block
#   python background   run in an interpreter of its own until the page ends: a server
#   sh                  run by sh in the page's folder
#   text                must be what the block before has printed, but for dates, sizes and the cipher suite
#
# A page's folder has the files that docs/guide/own-ca.md makes, and a root store. The names of hosts in the guide lead to
# local servers (modules/socket.py).
import os
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PAGES = os.path.join(ROOT, "docs/guide")
sys.path.insert(0, os.path.join(ROOT, "tests/libraries"))
import servers  # noqa: E402

SECONDS = 60  # for one block
CLOUD = ("a1b2c3-ats.iot.eu-central-1.amazonaws.com", "my-hub.azure-devices.net")
PUBLIC = "example.org *.example.org"

MOSQUITTO = """listener %d 127.0.0.1
allow_anonymous true
user root
require_certificate true
use_identity_as_username true
cafile %s
certfile %s
keyfile %s
"""


def sh(command, folder, environment=None):
    done = subprocess.run(["sh", "-e", "-c", command], cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=SECONDS)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def blocks(page):
    """Yields (kind, text, position) of each block."""
    with open(page) as f:
        content = f.read()
    for found in re.finditer(r"^```(\w[\w ]*)\n(.*?)^```$", content, re.M | re.S):
        yield found.group(1), found.group(2), found.span(2)


def normal(text):
    """What of an output must be the same on every day and machine."""
    text = re.sub(r"\d{4}-\d\d-\d\d", "DATE", text)
    text = re.sub(r"took \d+ bytes", "took N bytes", text)
    text = re.sub(r"sets \d+ aside", "sets N aside", text)
    return re.sub(r"TLS_(AES|CHACHA20)_\w+", "SUITE", text)


class World:
    """The files and the servers of the guide."""

    def __init__(self, micropython, certs):
        self.micropython, self.certs = micropython, certs
        self.folder = tempfile.TemporaryDirectory()
        self.files = os.path.join(self.folder.name, "files")
        os.mkdir(self.files)
        for kind, text, _ in blocks(os.path.join(PAGES, "own-ca.md")):
            if kind == "sh":
                status, _, err = sh(text, self.files)
                if status != 0:
                    raise RuntimeError("docs/guide/own-ca.md: " + err)
        shutil.copy(self.files + "/server.key", self.files + "/sloppy.key")  # one key with two certificates
        self.public("public", PUBLIC, "-days 730")
        self.public("expired", PUBLIC, "-not_before 20200101000000Z -not_after 20210101000000Z")
        self.public("cloud", " ".join(CLOUD), "-days 730")
        shutil.copy(os.path.join(certs, "../roots.ussl"), self.files)
        shutil.copy(os.path.join(certs, "ca.pem"), self.files + "/all-roots.pem")
        os.symlink(os.path.join(ROOT, "tools"), self.files + "/tools")
        self.hosts, self.running, self.brokers = {}, [], []
        with open(self.files + "/roots.ussl", "rb") as f:
            pages = {"/": b"Hello\n", "/roots.ussl": f.read()}
        for names, cert in (("example.org:443 api.example.org:443", "public"), ("expired.example.org:443", "expired"),
                            ("home.local:8443 home.local:9443", "server"), ("home.local:9444", "sloppy")):
            self.serve(names, self.files, cert, pages)
        self.serve("wrong.example.org:443", certs, "wrong-name", pages)
        if servers.mosquitto():
            self.broker("home.local:8883", "server")
            self.broker(" ".join("%s:8883" % host for host in CLOUD), "cloud")

    def public(self, name, names, validity):
        """A certificate from the CA that stands for all public ones."""
        with open(self.files + "/%s.ext" % name, "w") as f:
            f.write("[here]\nsubjectAltName = %s\nbasicConstraints = critical, CA:FALSE\nkeyUsage = critical, digitalSignature\n"
                    "extendedKeyUsage = serverAuth\nsubjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid\n"
                    % ", ".join("DNS:" + n for n in names.split()))
        # `openssl x509` of OpenSSL 3.0 takes no dates, `openssl ca` does.
        dates = re.sub(r"-not_before (\w+) -not_after (\w+)", r"-startdate \1 -enddate \2", validity)
        status, out, err = sh("openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=%s' -keyout %s.key -out %s.csr\n"
                              "printf '[ca]\\ndefault_ca = d\\n[d]\\ndatabase = index\\nserial = serial\\nnew_certs_dir = .\\ndefault_md = sha256\\npolicy = p\\n"
                              "unique_subject = no\\n[p]\\ncommonName = supplied\\n' >ca.cnf\n: >index\necho 77 >serial\n"
                              "openssl ca -batch -notext -config ca.cnf -cert %s/ca.pem -keyfile %s/ca.key -extfile %s.ext -extensions here %s "
                              "-in %s.csr -out %s.pem" % (names.split()[0], name, name, self.certs, self.certs, name, dates, name, name), self.files)
        if status != 0:
            raise RuntimeError(out + err)

    def serve(self, names, folder, cert, pages):
        server = servers.Server(folder, cert)
        server.pages.update(pages)
        self.running.append(server)
        self.hosts.update({name: server.port for name in names.split()})

    def broker(self, names, cert):
        port = servers.free_port()
        conf = os.path.join(self.folder.name, cert + ".conf")
        with open(conf, "w") as f:
            f.write(MOSQUITTO % (port, self.files + "/ca.pem", "%s/%s.pem" % (self.files, cert), "%s/%s.key" % (self.files, cert)))
        process = subprocess.Popen([servers.mosquitto(), "-c", conf], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        servers.wait_for(port, process)
        self.brokers.append(process)
        self.hosts.update({name: port for name in names.split()})

    def environment(self, folder):
        tree = os.environ.get("MICROPYTHON", os.path.join(ROOT, "build/src/micropython")) + "/lib/micropython-lib"
        tree = os.environ.get("MICROPYTHON_LIB", tree)
        path = [tree + "/micropython/umqtt.simple", tree + "/micropython/requests", tree + "/python-ecosys/requests", HERE + "/modules",
                ".frozen"]
        hosts = ",".join("%s=%d" % pair for pair in self.hosts.items())
        return dict(os.environ, MICROPYPATH=":".join(path), GUIDE_HOSTS=hosts, SSL_CERT_FILE=folder + "/roots.ussl",
                    PYTHONPATH=HERE + "/cpython")

    def close(self):
        for server in self.running:
            server.stop()
        for broker in self.brokers:
            broker.kill()
            broker.wait()
        self.folder.cleanup()


class Page:
    """One page of the guide while it is run."""

    def __init__(self, world, path):
        self.world, self.path = world, path
        self.folder = os.path.join(world.folder.name, os.path.basename(path)[:-3])
        shutil.copytree(world.files, self.folder, symlinks=True)
        self.environment = world.environment(self.folder)
        self.driver = self.start(os.path.join(HERE, "driver.py"), subprocess.PIPE)
        self.servers = []
        self.n = 0

    def start(self, script, keys):
        return subprocess.Popen([self.world.micropython, script], cwd=self.folder, env=self.environment, stdin=keys,
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def save(self, text):
        self.n += 1
        path = os.path.join(self.folder, "block%d.py" % self.n)
        with open(path, "w") as f:
            f.write(text)
        return path

    def python(self, text):
        self.driver.stdin.write(self.save(text).encode() + b"\n")
        self.driver.stdin.flush()
        out, end = b"", time.time() + SECONDS
        while not re.search(rb"\x04(ok|failed)\n", out):
            ready = select.select([self.driver.stdout], [], [], max(0, end - time.time()))[0]
            part = os.read(self.driver.stdout.fileno(), 65536) if ready else b""
            if not part:
                return 1, out.decode() + "it did not end"
            out += part
        out, _, word = out.decode().rpartition("\x04")
        return 0 if word == "ok\n" else 1, out

    def background(self, text):
        port = int(re.search(r'"0\.0\.0\.0", (\d+)', text).group(1))
        process = self.start(self.save(text), subprocess.DEVNULL)
        self.servers.append(process)
        servers.wait_for(port, process)
        return 0, ""

    def run(self):
        """Yields (number, kind, status, output, what it should be or None, position of that)."""
        out = ""
        for number, (kind, text, span) in enumerate(blocks(self.path), 1):
            if kind == "text":
                yield number, kind, 0, out, text, span
                continue
            if kind == "sh" and self.path.endswith("/own-ca.md"):
                status, out = 0, ""  # the world has done it: its servers have these files
            elif kind == "sh":
                status, out, err = sh(text, self.folder, self.environment)
                out += err if status != 0 else ""
            else:
                status, out = self.background(text) if kind == "python background" else self.python(text)
            yield number, kind, status, out, None, span

    def close(self):
        for process in [self.driver] + self.servers:
            process.kill()
            process.communicate()


def explained(pages=PAGES):
    """What troubleshooting.md leaves out of the verify messages and the reasons of the sources."""
    with open(os.path.join(pages, "troubleshooting.md")) as f:
        page = f.read()
    wanted = set()
    for folder, pattern in (("engine/verify/verdict.c", r'\{\d+, "([^"]+)"\}|static const char \w+\[\] = "([^"]+)"'),
                            ("engine", r'(?:refuse|latch|parse_error|load_error|reason = |return|\? |: |MOST_\w+, |NONE, |[A-Z_]+,\s+)\(?[^"\n]*"([A-Z][A-Z0-9_]{5,})"'),
                            ("binding", r'ssl_raise(?:_reason|)\(\d+, "\w+", "([A-Z][A-Z0-9_]+)"')):
        for path in sorted(subprocess.run(["find", folder, "-name", "*.c"], cwd=ROOT, stdout=subprocess.PIPE).stdout.decode().split()):
            with open(os.path.join(ROOT, path)) as f:
                for found in re.findall(pattern, f.read()):
                    wanted.update(part for part in ([found] if isinstance(found, str) else found) if part)
    other = re.compile(r"\w+_SECRET(_0)?$|CLIENT_RANDOM$|CERTIFICATE$|TLS_(AES|CHACHA20)|CHACHA20$")  # labels, names of suites
    return sorted(text for text in wanted if text not in page and not other.match(text))


def cases(micropython, certs):
    """Yields (name, good, detail); good is None for what cannot run here."""
    missing = explained()
    yield "troubleshooting-is-complete", not missing, "not in troubleshooting.md: %s" % missing
    world = World(micropython, certs)
    try:
        for name in sorted(os.listdir(PAGES)):
            if name == "mqtt.md" and not world.brokers:
                yield name[:-3], None, "needs mosquitto"
                continue
            page = Page(world, os.path.join(PAGES, name))
            for number, kind, status, out, expected, _ in page.run():
                good = status == 0 and (expected is None or normal(out) == normal(expected))
                yield "%s/%d-%s" % (name[:-3], number, kind.split()[-1]), good, "the page has:\n%s\nit printed:\n%s" % (expected, out)
                if not good:
                    break
            page.close()
    finally:
        world.close()


def update(names):
    world = World(os.path.join(ROOT, "build/unix/micropython"), os.path.join(ROOT, "build/certs"))
    for name in names or sorted(os.listdir(PAGES)):
        page = Page(world, os.path.join(PAGES, name))
        with open(page.path) as f:
            content, moved = f.read(), 0
        for number, kind, status, out, expected, (begin, end) in page.run():
            if status != 0:
                print("%s, block %d: %s" % (name, number, out))
                break
            if expected is not None and normal(out) != normal(expected):
                content = content[:begin + moved] + out + content[end + moved:]
                moved += len(out) - (end - begin)
        page.close()
        with open(page.path, "w") as f:
            f.write(content)
    world.close()


if __name__ == "__main__" and sys.argv[1:2] == ["update"]:
    update(sys.argv[2:])
