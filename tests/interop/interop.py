# SPDX-License-Identifier: MIT
#
# interop.py - our module talks to other implementations of TLS: OpenSSL's s_server and s_client, curl and CPython, in both
# roles, over TLS 1.2 and 1.3, with ECDSA and RSA, with good and bad certificates, with resumption, ALPN and SNI.
#
# Two errors of ours that cancel each other out would pass every test in which both ends are ours.
import datagrams
import examples
import explain
import os
import peers
import protocol
import psk
import random
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
import trust

HERE = os.path.dirname(os.path.abspath(__file__))
PAGE = "hello from the other side"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(port, process):
    """Waits until a process listens on the port. Returns False if the process has ended, or after ten seconds."""
    wanted = ":%04X" % port
    for _ in range(200):
        with open("/proc/net/tcp") as f:
            if any(wanted in line and " 0A " in line for line in f):
                return True
        if process.poll() is not None:
            return False
        time.sleep(0.05)
    return False


class Case:
    def __init__(self, micropython, certs):
        self.micropython, self.certs = micropython, certs
        self.env = dict(os.environ, USSL_CERTS=certs)

    def cert(self, name):
        return os.path.join(self.certs, name)

    def start(self, argv):
        return subprocess.Popen(argv, env=self.env, cwd=HERE, stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def run(self, argv, text=b""):
        done = subprocess.run(argv, env=self.env, cwd=HERE, input=text, timeout=60,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout.decode(errors="replace")

    def our_client(self, port, host="localhost", ca="ca.pem", *more):
        return self.run([self.micropython, "our_client.py", str(port), host, self.cert(ca), *more])

    def our_server(self, port, cert, version, *more):
        process = self.start([self.micropython, "our_server.py", str(port), self.cert(cert + ".pem"),
                              self.cert(cert + ".key"), version, *more])
        wait_for(port, process)
        return process

    def their_server(self, port, cert, version, *more):
        process = self.start(["openssl", "s_server", "-accept", "127.0.0.1:%d" % port, "-www", "-quiet",
                              "-cert", self.cert(cert + ".pem"), "-key", self.cert(cert + ".key"),
                              "-cert_chain", self.cert(cert + ".pem"), "-" + version, *more])
        wait_for(port, process)
        return process


def stop(process):
    process.kill()
    return process.communicate()[0].decode(errors="replace")


VERSIONS = (("tls1_2", "TLSv1.2"), ("tls1_3", "TLSv1.3"))
CERTS = ("server", "server-rsa", "server-p384", "chain")
BAD = (("wrong-name", 62), ("expired", 10), ("not-yet", 9), ("self-signed", 18), ("unknown-issuer", 20),
       ("wrong-purpose", 26))


def our_client_their_server(case):
    for flag, version in VERSIONS:
        for cert in CERTS:
            port = free_port()
            server = case.their_server(port, cert, flag)
            status, out = case.our_client(port)
            log = stop(server)
            good = status == 0 and version in out and "Ciphers supported" in out
            yield "client/openssl/%s/%s" % (flag, cert), good, out + log
    for cert, code in BAD:
        for flag, _ in VERSIONS:
            port = free_port()
            server = case.their_server(port, cert, flag)
            status, out = case.our_client(port)
            log = stop(server)
            good = status == 1 and "refused %d " % code in out
            yield "client/openssl/%s/refuses-%s" % (flag, cert), good, out + log


def suites_and_groups(case):
    for cipher in ("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
                   "ECDHE-ECDSA-CHACHA20-POLY1305"):
        port = free_port()
        server = case.their_server(port, "server", "tls1_2", "-cipher", cipher)
        status, out = case.our_client(port)
        log = stop(server)
        yield "client/openssl/suite/" + cipher, status == 0 and cipher in out, out + log
    for suite in ("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"):
        port = free_port()
        server = case.their_server(port, "server", "tls1_3", "-ciphersuites", suite)
        status, out = case.our_client(port)
        log = stop(server)
        yield "client/openssl/suite/" + suite, status == 0 and suite in out, out + log
    for group in ("P-256", "X25519", "P-384", "P-521"):
        for flag, _ in VERSIONS:
            port = free_port()
            server = case.their_server(port, "server", flag, "-groups", group)
            status, out = case.our_client(port)
            log = stop(server)
            yield "client/openssl/group/%s/%s" % (flag, group), status == 0, out + log
    # A server that has only suites which we do not offer refuses the handshake.
    for cipher in ("AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA256", "DHE-RSA-AES128-GCM-SHA256"):
        port = free_port()
        cert = "server" if "ECDSA" in cipher else "server-rsa"
        server = case.their_server(port, cert, "tls1_2", "-cipher", cipher + ":@SECLEVEL=0")
        status, out = case.our_client(port)
        log = stop(server)
        yield "client/openssl/suite-not-offered/" + cipher, status == 2 and "HANDSHAKE_FAILURE" in out, out + log


def mutual(case):
    for flag, version in VERSIONS:
        port = free_port()
        server = case.their_server(port, "server", flag, "-Verify", "1", "-verify_return_error",
                                   "-CAfile", case.cert("ca.pem"))
        status, out = case.our_client(port, "localhost", "ca.pem", case.cert("client.pem"), case.cert("client.key"))
        log = stop(server)
        yield "client/openssl/mutual/" + flag, status == 0 and version in out, out + log


def our_server_their_client(case):
    for flag, version in VERSIONS:
        for cert in CERTS:
            port = free_port()
            server = case.our_server(port, cert, version)
            status, out = case.run(["openssl", "s_client", "-connect", "127.0.0.1:%d" % port, "-" + flag,
                                    "-CAfile", case.cert("ca.pem"), "-verify_return_error", "-ign_eof",
                                    "-verify_hostname", "localhost", "-servername", "localhost"],
                                   b"GET / HTTP/1.0\r\n\r\n")
            log = stop(server)
            good = PAGE in out and "Verify return code: 0 (ok)" in out and version in out
            yield "server/openssl/%s/%s" % (flag, cert), good, out + log
            if shutil.which("curl"):
                port = free_port()
                server = case.our_server(port, cert, version)
                status, out = case.run(["curl", "-sS", "--cacert", case.cert("ca.pem"), "--resolve",
                                        "localhost:%d:127.0.0.1" % port, "https://localhost:%d/" % port])
                log = stop(server)
                yield "server/curl/%s/%s" % (flag, cert), status == 0 and PAGE in out, out + log
    # The client refuses the certificate. Our server prints the alert and serves the next client.
    port = free_port()
    server = case.our_server(port, "expired", "TLSv1.2", "2")
    argv = ["curl", "-sS", "--cacert", case.cert("ca.pem"), "--resolve", "localhost:%d:127.0.0.1" % port,
            "https://localhost:%d/" % port]
    first, second = case.run(argv), case.run(argv)
    log = server.communicate(timeout=30)[0].decode()
    good = first[0] != 0 and second[0] != 0 and log.count("SSLV3_ALERT_CERTIFICATE_EXPIRED") == 2
    yield "server/curl/refused-twice", good, first[1] + second[1] + log


def whole_records(case):
    """OpenSSL sends 300 KB in records of 16 KB, which need the largest buffer."""
    for flag, _ in VERSIONS:
        port = free_port()
        big = os.path.join(case.certs, "big.bin")
        data = bytes(range(256)) * 1200
        with open(big, "wb") as f:
            f.write(data)
        server = subprocess.Popen(["openssl", "s_server", "-accept", "127.0.0.1:%d" % port, "-WWW", "-quiet",
                                   "-" + flag, "-cert", case.cert("server.pem"), "-key", case.cert("server.key")],
                                  cwd=case.certs, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT)
        wait_for(port, server)
        status, out = case.our_client(port, "localhost", "ca.pem", "sum:/big.bin")
        log = stop(server)
        wanted = "sum %d %d" % (len(data), sum(data))
        yield "client/openssl/%s/whole-records-and-tickets" % flag, wanted in out, out + log[-500:]


def tickets_and_a_full_wire(case):
    for flag, _ in VERSIONS:
        port = free_port()
        server = case.their_server(port, "server", flag)
        status, out = case.run([case.micropython, "full_wire.py", str(port), case.cert("ca.pem")])
        log = stop(server)
        yield "client/openssl/%s/tickets-while-the-wire-is-full" % flag, status == 0, out + log


def little_memory(case):
    for _, version in VERSIONS:
        port, version = free_port(), version.replace(".", "_")
        server = case.start([sys.executable, "bulk_server.py", str(port), case.cert("server.pem"), case.cert("server.key"), version])
        wait_for(port, server)
        status, out = case.run([case.micropython, "little_memory.py", str(port), case.cert("ca.pem"), version])
        log = stop(server)
        yield "client/cpython/%s/little-memory" % version, status == 0 and out == "ok\n", out + log


def with_cpython(case):
    """peer.py makes six connections. Each pair of interpreters must print what CPython prints with itself."""
    def run_pair(server, client, version):
        port = free_port()
        process = case.start([server, "peer.py", "server", str(port), version])
        wait_for(port, process)
        out = case.run([client, "peer.py", "client", str(port), version])[1]
        try:
            return process.communicate(timeout=30)[0].decode(errors="replace"), out
        except subprocess.TimeoutExpired:
            return stop(process), out

    for _, version in VERSIONS:
        expected = run_pair(sys.executable, sys.executable, version)
        for role, pair in (("client", (sys.executable, case.micropython)), ("server", (case.micropython, sys.executable)),
                           ("both", (case.micropython, case.micropython))):
            got = run_pair(*pair, version)
            shown = "".join("-- CPython:\n%s-- ussl:\n%s" % p for p in zip(expected, got))
            yield "%s/cpython/%s" % (role, version), got == expected and "Traceback" not in shown, shown


def session_across_processes(case):
    """A session that one process saves is resumed by another, as after a deep sleep."""
    for flag, _ in VERSIONS:
        port = free_port()
        server = case.their_server(port, "server", flag)
        saved = os.path.join(case.certs, "session.bin")
        first = case.run([case.micropython, "sleeper.py", str(port), case.cert("ca.pem"), saved])
        second = case.run([case.micropython, "sleeper.py", str(port), case.cert("ca.pem"), saved])
        os.path.exists(saved) and os.remove(saved)
        log = stop(server)
        good = first == (0, "full\n") and second == (0, "resumed\n")
        yield "client/openssl/%s/resumes-after-deep-sleep" % flag, good, first[1] + second[1] + log[-500:]


def client_example(case):
    example = os.path.join(os.path.dirname(os.path.dirname(HERE)), "examples/client.py")
    for ca, status, words in (("ca.pem", 0, "TLSv1.3 TLS_AES_256_GCM_SHA384"),
                              ("rogue-ca.pem", 1, "not connected: unable to get local issuer certificate")):
        port = free_port()
        server = case.their_server(port, "server", "tls1_3")
        got, out = case.run([case.micropython, example, "localhost", str(port), case.cert(ca)])
        log = stop(server)
        yield "example/client/" + ca, got == status and words in out, out + log


def descriptors(case):
    """examples/demo.py, the demo of `make run`, closes each descriptor once."""
    root = os.path.dirname(os.path.dirname(HERE))
    counter = os.path.join(root, "build/closes.so")
    status, out = case.run(["gcc", "-O1", "-shared", "-fPIC", "-o", counter, os.path.join(HERE, "closes.c"), "-ldl"])
    if status == 0:
        case.env["LD_PRELOAD"] = counter
        status, out = case.run([case.micropython, os.path.join(root, "examples/demo.py")])
        del case.env["LD_PRELOAD"]
    yield "descriptors/closed-once", status == 0 and "closed although not open: 0\n" in out, out


def interrupts(case):
    paths = [os.path.join(HERE, "..", "port"), os.path.join(HERE, "..", "compat"), ".frozen"]
    process = subprocess.Popen([case.micropython, "-X", "heapsize=600m", "interrupted.py", "3"], cwd=HERE,
                               env=dict(case.env, MICROPYPATH=os.pathsep.join(paths)), stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    moments, line, signals = random.Random(1), process.stdout.readline(), 0
    while line == b"again\n":
        time.sleep(moments.random() * 0.03)
        process.send_signal(signal.SIGINT)
        signals += 1
        line = process.stdout.readline() if select.select([process.stdout], [], [], 30)[0] else b"it hangs"
    try:
        out = process.communicate(b"\n", timeout=30)[0].decode(errors="replace")
    except subprocess.TimeoutExpired:
        out = "it hangs: " + stop(process)
    good = line == b"enough\n" and out.split() == ["answered"] and process.returncode == 0
    yield "ctrl-c", good and signals > 20, line.decode() + out[-2000:]


def root_store(case):
    return trust.root_store(case, free_port, stop)


def trimmed_store(case):
    return trust.trimmed_store(case, free_port, stop)


def pre_shared_keys(case):
    return psk.cases(case, free_port, wait_for, stop)


def dtls(case):
    yield from datagrams.cases(case, free_port, stop)
    yield from datagrams.refusals(case, free_port, stop)


def by_name(case):
    return peers.cases(case, free_port, wait_for, stop)


def each_example(case):
    return examples.cases(case, free_port, wait_for, stop)


def explained(case):
    return explain.cases(case, free_port, stop)


def unusual(case):
    return protocol.cases(case, free_port, wait_for, stop)


def run_all(report, micropython, certs):
    version = subprocess.run(["openssl", "version"], stdout=subprocess.PIPE).stdout.decode()
    print("interop: " + re.sub(r" +\(Library.*", "", version.strip()))
    case = Case(micropython, certs)
    for group in (our_client_their_server, suites_and_groups, mutual, our_server_their_client, whole_records, little_memory,
                  tickets_and_a_full_wire, with_cpython, session_across_processes, client_example, root_store, trimmed_store,
                  explained, pre_shared_keys, dtls, descriptors, unusual, interrupts, each_example, by_name):
        for name, good, detail in group(case):
            kind = "skipped" if good is None else "passed" if good else "failed"
            report(kind, "interop/" + name, "" if kind == "passed" else detail[-3000:],
                   "peers" if detail == peers.NOT_INSTALLED else None)
