# SPDX-License-Identifier: MIT
#
# fuzz.py - runs fuzz targets, as many at a time as there are cores: `fuzz/fuzz.py SECONDS TARGET...`.
#
# An input that makes a target fail is kept in build/fuzz/, and its name is printed. fuzz/corpus/ holds
# inputs of earlier runs that are worth keeping; new inputs stay in build/fuzz/TARGET.
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FOLDER = os.path.join(ROOT, "build/fuzz")
TARGETS = ("names", "constraints", "store", "load", "texts", "session", "client", "server", "arith")


def fuzz(target, seconds):
    """Runs one target. Returns whether it passed, and a text about the run."""
    own, kept = os.path.join(FOLDER, target), os.path.join(ROOT, "fuzz/corpus", target)
    os.makedirs(own, exist_ok=True)
    longest = 16000 if target in ("client", "server") else 6000
    argv = [os.path.join(FOLDER, "fuzz_" + target), own] + ([kept] if os.path.isdir(kept) else []) + [
        "-max_total_time=%d" % seconds, "-timeout=20", "-rss_limit_mb=2500", "-max_len=%d" % longest,
        "-artifact_prefix=" + os.path.join(FOLDER, target + "-"), "-print_final_stats=1", "-verbosity=0"]
    env = dict(os.environ, USSL_CERTS=os.path.join(ROOT, "build/certs"))
    done = subprocess.run(argv, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    out = done.stdout.decode(errors="replace")
    runs = re.search(r"number_of_executed_units: *(\d+)", out)
    if done.returncode != 0 or not runs:
        return False, out[-4000:]
    return True, "%s runs in %d s" % (runs.group(1), seconds)


def run_all(seconds, targets, progress=lambda text: None):
    at_once, begun, ended = os.cpu_count() or 1, [], []

    def one(target):
        begun.append(target)
        result = fuzz(target, seconds)
        ended.append(target)
        left = [name for name in targets if name not in begun]
        progress("%s has ended, %d of %d targets%s" % (target, len(ended), len(targets), "; next: " + left[0] if left else ""))
        return result

    progress("%d targets, %d at once, %d s each: %d minutes" % (
        len(targets), min(at_once, len(targets)), seconds, -(-len(targets) // at_once) * seconds // 60))
    with ThreadPoolExecutor(at_once) as pool:
        return list(zip(targets, pool.map(one, targets)))


if __name__ == "__main__":
    failed = 0
    for name, (good, text) in run_all(int(sys.argv[1]), sys.argv[2:], lambda text: print("fuzz: " + text, flush=True)):
        print("%s %s: %s" % ("ok  " if good else "FAIL", name, text))
        failed += not good
    sys.exit(failed > 0)
