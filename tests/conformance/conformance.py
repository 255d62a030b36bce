# SPDX-License-Identifier: MIT
#
# conformance.py - runs public tests of the protocol with our module, and with CPython's for comparison: BoGo, the test runner of
# BoringSSL, and the TLS 1.3 scripts of tlsfuzzer.
#
#   BORINGSSL   a checkout of BoringSSL; its runner is built with the Go of the PATH
#   BOGO        the runner, built already (go test -c in ssl/test/runner of the checkout)
#   TLSFUZZER   a checkout of tlsfuzzer
#   TLSLITE     a checkout of tlslite-ng, which it needs, with python3-ecdsa
#
# Tests without a checkout are skipped. Both interpreters run the same scripts, which are in this folder.
import glob
import os
import re
import socket
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.join(HERE, "../../build/conformance")

# The launcher passes all flags to a shim in one variable, each followed by a newline. It prints the shim's stderr only if the
# shim fails, because the runner takes any output for a fault, and our module prints a warning if a server is not verified. The
# runner takes any status for a refusal, so a crash would pass where a refusal is expected: the launcher writes down each status
# that is not one of the shim's own.
LAUNCHER = """#!/bin/sh
case "$*" in *is-handshaker-supported*) echo No; exit 0;; esac
BOGO_FLAGS="$(printf '%%s\\n' "$@"; printf .)"
export BOGO_FLAGS
said="$(%s %s/bogo_shim.py 2>&1 >/dev/null)"
status=$?
test $status = 0 || echo "$said" >&2
case $status in 0|1|89) ;; *) echo "status $status: $said" >> %s;; esac
exit $status
"""
# Versions that neither module has, and protocols that need another shim.
SKIPPED = "*TLS1;*TLS11;*TLS1-*;*TLS11-*;*TLS10*;DTLS*;QUIC*;*-DTLS*;*-QUIC*"
# The figures of BoGo in docs/conformance.md.
LEAST_PASSED, MOST_ACCEPTED = 766, 12
KINDS = {"unexpected success": "accepted", "unexpected error": "wrong alert", "unexpected failure": "failed"}


def run_bogo(runner, checkout, command):
    """Returns the names of the tests with each outcome, and the output of shims that have crashed."""
    outcome = {kind: [] for kind in ("passed", *KINDS.values())}
    with tempfile.TemporaryDirectory() as folder:
        launcher, notes = os.path.join(folder, "shim"), os.path.join(folder, "crashes")
        with open(launcher, "w") as f:
            f.write(LAUNCHER % (command, HERE, notes))
        os.chmod(launcher, 0o755)
        done = subprocess.run(
            [runner, "-shim-path", launcher, "-allow-unimplemented", "-loose-errors", "-pipe", "-num-workers", "4",
             "-idle-timeout", "8s", "-skip", SKIPPED],
            cwd=os.path.join(checkout, "ssl/test/runner"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=1800)
        crashes = ""
        if os.path.exists(notes):
            with open(notes, errors="replace") as f:
                crashes = f.read()
    name = None
    for line in done.stdout.decode(errors="replace").splitlines():
        found = re.match(r"(PASSED|FAILED) \((.*)\)$", line)
        if found and found.group(1) == "PASSED":
            outcome["passed"].append(found.group(2))
        elif found:
            name = found.group(2)
        elif name and line.strip() in KINDS:
            outcome[KINDS[line.strip()]].append(name)
            name = None
    return outcome, crashes


def bogo_runner(checkout):
    if os.environ.get("BOGO"):
        return os.environ["BOGO"]
    os.makedirs(BUILD, exist_ok=True)
    runner = os.path.abspath(os.path.join(BUILD, "bogo"))
    subprocess.run(["go", "test", "-c", "-o", runner, "."], cwd=os.path.join(checkout, "ssl/test/runner"), check=True)
    return runner


def bogo(report, interpreters):
    checkout = os.environ.get("BORINGSSL")
    if not checkout:
        return report("skipped", "conformance/bogo", "needs BORINGSSL, the folder of a checkout")
    runner = bogo_runner(checkout)
    for who, command in interpreters:
        outcome, crashes = run_bogo(runner, checkout, command)
        counts = ", ".join("%d %s" % (len(names), kind) for kind, names in outcome.items())
        print("     bogo/%s: %s" % (who, counts))
        if who == "ours":
            os.makedirs(BUILD, exist_ok=True)
            with open(os.path.join(BUILD, "bogo.txt"), "w") as f:
                f.writelines("%s: %s\n" % (kind, name) for kind, names in outcome.items() for name in sorted(names))
            good = (not crashes and len(outcome["passed"]) >= LEAST_PASSED and len(outcome["accepted"]) <= MOST_ACCEPTED)
            report("passed" if good else "failed", "conformance/bogo",
                   counts if good else counts + "\n" + crashes + "accepted: " + " ".join(outcome["accepted"]))


def run_script(script, command, folder):
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = str(s.getsockname()[1])
    server = subprocess.Popen(command.split() + [HERE + "/tlsfuzzer_server.py", folder, port], stdout=subprocess.PIPE)
    server.stdout.readline()
    app = os.path.join(os.environ["TLSFUZZER"], "tlsfuzzer/_apps", os.path.basename(script).replace("-", "_"))
    app = app if os.path.exists(app) else script
    paths = [os.environ["TLSFUZZER"], os.environ.get("TLSLITE", ""), "/usr/lib/python3/dist-packages"]
    try:
        # -n 0 runs all cases instead of a random choice. In a few scripts the same flag counts repetitions.
        with open(app) as f:
            every = ["-n", "0"] if "(if 0)" in f.read() else []
        return subprocess.run([sys.executable, script, "-h", "127.0.0.1", "-p", port, *every], cwd=os.environ["TLSFUZZER"],
                              env=dict(os.environ, PYTHONPATH=os.pathsep.join(paths)), timeout=60,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
    except subprocess.TimeoutExpired:
        return False
    finally:
        server.kill()
        server.wait()


def tlsfuzzer(report, interpreters):
    checkout = os.environ.get("TLSFUZZER")
    if not checkout:
        return report("skipped", "conformance/tlsfuzzer", "needs TLSFUZZER, the folder of a checkout")
    scripts = sorted(glob.glob(os.path.join(checkout, "scripts/test-tls13-*.py")))
    with tempfile.TemporaryDirectory() as folder:
        # The scripts offer RSA signatures only, so the certificate has to be signed by an RSA key.
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost",
                        "-keyout", folder + "/server.key", "-out", folder + "/server.pem"], check=True, stderr=subprocess.DEVNULL)
        for who, command in interpreters:
            passed = [os.path.basename(s)[11:-3] for s in scripts if run_script(s, command, folder)]
            counts = "%d of %d scripts passed" % (len(passed), len(scripts))
            print("     tlsfuzzer/%s: %s: %s" % (who, counts, " ".join(passed)))
            if who == "ours":
                report("passed" if len(passed) >= 18 else "failed", "conformance/tlsfuzzer", counts)


def run_all(report, micropython, cpython):
    interpreters = [("ours", "env MICROPYPATH=.frozen %s -X heapsize=16m" % micropython)]
    if cpython:
        interpreters.append(("cpython", "%s -S -E -u" % cpython))
    bogo(report, interpreters)
    tlsfuzzer(report, interpreters)
