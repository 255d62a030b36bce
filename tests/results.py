# SPDX-License-Identifier: MIT
#
# results.py - runs commands, counts what the tests report, and prints the progress of a run.
#
# A test takes the time from the result before it to its own. Results that come out of one program share its time: they are
# reported with `of`, the name under which that time is listed.
import os
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MICROPYTHON = os.path.join(ROOT, "build/unix/micropython")
CERTS = os.path.join(ROOT, "build/certs")
TIMEOUT = 300
SLOWEST = 10

counts = {"passed": 0, "failed": 0, "skipped": 0}
seconds = {}  # by the name of a test
began = last = time.monotonic()


def report(kind, name, detail="", package=None, of=None):
    """`package`: the argument of tools/install-tools that brings what a skipped test lacks; CI must have it."""
    global last
    if package is not None and os.environ.get("CI"):
        kind, detail = "failed", "%s: tools/install-tools %s" % (detail, package)
    counts[kind] += 1
    now = time.monotonic()
    test = of or name.split(": ")[0]
    seconds[test] = seconds.get(test, 0) + now - last
    last = now
    word = {"passed": "ok", "failed": "FAIL", "skipped": "skip"}[kind]
    print("%-4s %s%s" % (word, name, " - " + detail if detail and kind != "failed" else ""))
    if kind == "failed" and detail:
        print("     | " + detail.rstrip().replace("\n", "\n     | "))
    sys.stdout.flush()


def run(argv, cwd=ROOT, path="", extra=None, timeout=TIMEOUT):
    """Exit status and output of a command. The status is None if the command took too long."""
    env = dict(os.environ, USSL_CERTS=CERTS, MICROPYPATH=path + ":.frozen", PYTHONPATH=path)
    env.pop("SSLKEYLOGFILE", None)
    env.update(extra or {})
    try:
        done = subprocess.run(
            argv, cwd=cwd, env=env, timeout=timeout, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
    except subprocess.TimeoutExpired as stopped:
        return None, (stopped.stdout or b"").decode(), "took longer than %d s" % timeout
    return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")


def clock(duration):
    return "%d:%02d" % divmod(round(duration), 60)


def run_suite(name, function, number, total):
    """Runs one suite between a line that announces it and a line with its results."""
    global last
    print("==== suite %d of %d: %s (%s since the start)" % (number, total, name, clock(time.monotonic() - began)))
    sys.stdout.flush()
    before, start = dict(counts), time.monotonic()
    last = start
    function()
    passed, failed, skipped = [counts[kind] - before[kind] for kind in ("passed", "failed", "skipped")]
    print("---- %s: %d passed, %d failed, %d skipped in %s" % (name, passed, failed, skipped, clock(time.monotonic() - start)))


def summary():
    """The slowest tests, and the counts as the last line. Returns the exit status."""
    slowest = sorted(seconds.items(), key=lambda item: -item[1])[:SLOWEST]
    print("==== the %d slowest tests, of %s in all" % (len(slowest), clock(time.monotonic() - began)))
    for name, duration in slowest:
        print("%7.1f s  %s" % (duration, name))
    skipped = ", %d skipped" % counts["skipped"] if counts["skipped"] else ""
    print("%d passed, %d failed%s" % (counts["passed"], counts["failed"], skipped))
    return 1 if counts["failed"] or not counts["passed"] else 0
