# SPDX-License-Identifier: MIT
#
# stock.py - runs MicroPython's own tests of ssl and tls with our module, from its source package and by its own runners.
#
# Each test must pass, except those in exceptions.txt. These must fail and print the text that is given there with the reason.
import glob
import os
import re
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ENDS = {"pass": "passed", "FAIL": "failed", "skip": "skipped"}


def exceptions():
    with open(os.path.join(HERE, "exceptions.txt")) as f:
        rows = [line.rstrip("\n").split(" | ") for line in f if line.strip() and line[0] != "#"]
    return {name.strip(): (text.strip(), reason.strip()) for name, text, reason in rows}


def run(argv, tests, micropython):
    env = dict(os.environ, MICROPY_MICROPYTHON=micropython)
    env.pop("SSLKEYLOGFILE", None)
    if "MICROPYTHON_LIB" in env:
        env["MICROPYPATH"] = ".frozen:%s/python-stdlib/unittest" % env["MICROPYTHON_LIB"]
    try:
        done = subprocess.run(argv, cwd=tests, env=env, timeout=300, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
    except subprocess.TimeoutExpired as stopped:
        return (stopped.stdout or b"").decode(errors="replace") + "took longer than 300 s"
    return done.stdout.decode(errors="replace")


def names(tests, folder):
    found = glob.glob(os.path.join(tests, folder, "*ssl*.py")) + glob.glob(os.path.join(tests, folder, "*tls*.py"))
    return sorted({os.path.relpath(name, tests) for name in found})


def run_all(report, tests, coverage, micropython):
    """`coverage` is the interpreter of MicroPython's coverage variant, in which a test can call ioctl()."""
    expected = exceptions()
    with tempfile.TemporaryDirectory() as results:
        for name in names(tests, "extmod"):
            out = run(["python3", "run-tests.py", "-j1", "--keep-path", "-r", results, name], tests, coverage)
            out += run(["python3", "run-tests.py", "-r", results, "--print-failures"], tests, coverage)
            tell(report, expected, name, re.search(r"^(pass|FAIL|skip) +" + re.escape(name), out, re.M), out)
    for name in names(tests, "multi_net"):
        out = run(["python3", "run-multitests.py", name], tests, micropython)
        tell(report, expected, name, re.search(r"^" + re.escape(name) + r" .*: (pass|FAIL|skip)", out, re.M), out)
    for name in expected:
        report("failed", "stock/" + name, "exceptions.txt names a test that does not exist")


def tell(report, expected, name, found, out):
    word = found.group(1) if found else "FAIL"
    text, reason = expected.pop(name, (None, None))
    if "requires unittest" in out:
        report("skipped", "stock/" + name, "needs MICROPYTHON_LIB=/path/to/micropython-lib")
    elif reason is None:
        report(ENDS[word], "stock/" + name, "" if word == "pass" else out[-3000:])
    elif word == "FAIL" and text in out:
        report("passed", "stock/%s: fails as expected: %s" % (name, reason))
    else:
        report("failed", "stock/" + name, "exceptions.txt says that it fails and prints: %s\n%s" % (text, out[-3000:]))
