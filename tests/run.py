#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
#
# run.py - runs the test suites and counts: `tests/run.py [SUITE ...]`, a key of the dictionary in main().
#
# The last line is "N passed, N failed"; what cannot run here is named and counted as skipped.
import glob
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MICROPYTHON = os.path.join(ROOT, "build/unix/micropython")
CERTS = os.path.join(ROOT, "build/certs")
TIMEOUT = 300

counts = {"passed": 0, "failed": 0, "skipped": 0}


def report(kind, name, detail="", package=None):
    """`package`: the argument of tools/install-tools that brings what a skipped test lacks; CI must have it."""
    if package is not None and os.environ.get("CI"):
        kind, detail = "failed", "%s: tools/install-tools %s" % (detail, package)
    counts[kind] += 1
    word = {"passed": "ok", "failed": "FAIL", "skipped": "skip"}[kind]
    print("%-4s %s%s" % (word, name, " - " + detail if detail and kind != "failed" else ""))
    if kind == "failed" and detail:
        print("     | " + detail.rstrip().replace("\n", "\n     | "))
    sys.stdout.flush()


def run(argv, cwd=ROOT, path="", extra=None, timeout=TIMEOUT):
    """Exit status and output of a command; status None: it took too long."""
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


# ---- lint ----
# Arrows that point up, each planted in a copy of the tree: (name, file, text to add, what must be said).
PLANTED = (
    ("include", "engine/x509/dn.c", '#include "../trust/trust.h"\n', "points up"),
    ("private-header", "engine/conn/wire.c", '#include "../memory/bytes.h"\n', "keeps for itself"),
    ("call", "engine/memory/pool.c", "void ussl__x(void) { (void)ussl_identity_is_rsa(0); }\n", "points up"),
    ("circle", "engine/verify/verdict.c", "void ussl__x(void) { (void)ussl__path_find(0, 0, 0, 0); }\n", "circle"),
    ("mbedtls", "engine/conn/ctx.c", '#include "mbedtls/ssl.h"\n', "only engine/mbedtls/"),
    ("bearssl", "engine/mbedtls/ecp.c", '#include "bearssl_ec.h"\n', "only engine/arith/"),
    ("python", "engine/conn/ctx.c", '#include "py/obj.h"\n', "another layer"),
    ("inside", "binding/ssl_conn.c", "void x(void) { ussl__now(); }\n", "another layer"),
    ("header", "engine/memory/memory.h", "void ussl__signed_by(void);\n", "engine/verify/signature.c defines"),
)


def layers_are_held():
    with tempfile.TemporaryDirectory() as copy:
        for folder in ("engine", "binding", "tools"):
            shutil.copytree(os.path.join(ROOT, folder), os.path.join(copy, folder))
        for name, path, text, expected in PLANTED:
            path = os.path.join(copy, path)
            with open(path) as f:
                before = f.read()
            with open(path, "w") as f:
                f.write(before + text)
            status, out, err = run(["python3", copy + "/tools/check-layers"])
            good = status == 1 and expected in err
            report("passed" if good else "failed", "lint/layers-see-" + name, "" if good else out + err)
            with open(path, "w") as f:
                f.write(before)


def lint():
    checks = [("layers", ["python3", "tools/check-layers"])]
    version = run(["clang-format", "--version"])[1]
    if " 14." in version:
        checks.append(("format", ["make", "-s", "check-format"]))
    else:
        report("skipped", "lint/format", "needs clang-format 14, this is " + version.strip())
    for name, argv in checks:
        status, out, err = run(argv)
        report("passed" if status == 0 else "failed", "lint/" + name, "" if status == 0 else out + err)
    layers_are_held()
    versions_of_mbedtls()
    long_files = []
    for name in [n for n in glob.glob(ROOT + "/engine/**", recursive=True) + glob.glob(ROOT + "/binding/*") if os.path.isfile(n)]:
        with open(name) as f:
            if sum(1 for _ in f) > 600:
                long_files.append(os.path.relpath(name, ROOT))
    report("failed" if long_files else "passed", "lint/file-size", " ".join(long_files))


# Only 3.6.7 and later versions of 3.6 are built: earlier ones lack security fixes, mbedTLS 4 has other files.
def versions_of_mbedtls():
    wrong = ""
    for version, good in (("3.6.6", False), ("3.6.7", True), ("3.6.12", True), ("3.7.0", False), ("4.0.0", False), ("2.28.9", False)):
        with tempfile.TemporaryDirectory() as tree:
            for name, text in (("py/py.mk", ""), ("library/ssl_tls.c", ""),
                               ("include/mbedtls/build_info.h", '#define MBEDTLS_VERSION_STRING  "%s"\n' % version)):
                os.makedirs(os.path.dirname(os.path.join(tree, name)), exist_ok=True)
                with open(os.path.join(tree, name), "w") as f:
                    f.write(text)
            status, out, err = run(["sh", "tools/need-sources", tree, tree, tree + "/none"])
        if (status == 0) != good or ("3.6.7" in err) == good:
            wrong += "%s: %d %s%s" % (version, status, out, err)
    report("failed" if wrong else "passed", "lint/versions-of-mbedtls", wrong)


# A stm32 board without its generator has a source that is no secret: the module must not compile for it.
def weak_random_source():
    port = os.path.join(ROOT, "build/src/micropython/ports/unix")
    argv = ["gcc", "-fsyntax-only", "-w", "-U__unix__", "-DSTM32_HAL_H=1", "-DMICROPY_TRACKED_ALLOC=1", "-I.", "-Ibuild/unix",
            "-I" + os.path.join(ROOT, "build/src/micropython"), "-I" + port, "-I" + port + "/variants/standard", "binding/ssl_platform.c"]
    weak, strong = [run(argv + ["-DMICROPY_HW_ENABLE_RNG=%d" % on])[2] for on in (0, 1)]
    good = "ussl needs MICROPY_HW_ENABLE_RNG" in weak and "MICROPY_HW_ENABLE_RNG" not in strong
    report("passed" if good else "failed", "api/weak-random-source", "" if good else weak[-1000:] + strong[-1000:])


# CMake has the settings of make: a wrong value is an error, and what came from the environment is kept.
def cmake_settings():
    if not shutil.which("cmake"):
        return report("skipped", "ports/cmake-settings", "needs cmake", "firmware")
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + "/CMakeLists.txt", "w") as f:
            f.write("cmake_minimum_required(VERSION 3.13)\nproject(t C)\ninclude(%s/config/engine.cmake)\n"
                    "message(STATUS \"flags=${USSL_FLAGS}.\")\n" % ROOT)
        argv = ["cmake", "-S", folder, "-B", folder + "/b", "-DMBEDTLS=" + os.environ["MBEDTLS"]]

        def flags(*more, **environment):
            status, out, err = run(argv + list(more), extra=environment)
            found = re.search(r"flags=(.*)\.", out)
            return found.group(1) if status == 0 and found else "refused: " + err

        refuse = "-DUSSL_CERT_NONE=USSL_CERT_NONE_REFUSE"
        wrong = [name for name, good in (
            ("nothing", flags() == ""), ("unknown", "no variable USSL_X" in flags("-DUSSL_X=1")), ("unset", flags("-UUSSL_X") == ""),
            ("environment", flags(USSL_CERT_NONE="refuse") == refuse), ("kept", flags() == refuse),
            ("off", "honour, overrule or refuse" in flags("-DUSSL_CERT_NONE=OFF"))) if not good]
        report("failed" if wrong else "passed", "ports/cmake-settings", " ".join(wrong))


# ---- api: stub, documentation and module are one ----
def api():
    import check_api

    try:
        found = list(check_api.problems(MICROPYTHON, CERTS, (find_cpython() or (None, None))[1]))
    except RuntimeError as e:
        found = [str(e)]
    report("failed" if found else "passed", "api/stub-docs-module", "\n".join(found))
    weak_random_source()


# No symbol of our mbedTLS and BearSSL can meet one of another copy in the firmware (config/names.h).
def names():
    status, out, err = run(["sh", "-c", "nm -g --defined-only build/unit/libussl.a | awk 'NF == 3 { print $3 }' | sort -u"])
    symbols = out.split()
    plain = [s for s in symbols if s.startswith(("mbedtls_", "psa_", "br_"))]
    good = status == 0 and not plain and len([s for s in symbols if s.startswith("ussl_mbedtls_")]) > 500
    report("passed" if good else "failed", "unit/names", "" if good else " ".join(plain) + err[-500:])


# ---- unit ----
def unit():
    names()
    unit_programs("build/unit", "unit/")


def unit_programs(folder, prefix):
    programs = sorted(p for p in glob.glob(os.path.join(ROOT, folder, "test_*")) if "." not in os.path.basename(p))
    programs = [p for p in programs if not p.endswith("test_wycheproof")]  # needs vectors: make conformance
    if not programs:
        report("failed", prefix[:-1], "nothing is built: make unit-build")
    for program in programs:
        name = os.path.basename(program)
        status, out, err = run([program], extra={"CMOCKA_MESSAGE_OUTPUT": "TAP"}, timeout=900)
        lines = re.findall(r"^(not ok|ok) \d+ - (\S+)", out + err, re.M)
        for word, case in lines:
            report("passed" if word == "ok" else "failed", "%s%s/%s" % (prefix, name, case),
                   "" if word == "ok" else out[-2000:] + err[-3000:])
        skipped = re.findall(r"^(?:not )?ok \d+ # SKIP (\S+)", out + err, re.M)
        for case in skipped:
            report("skipped", "%s%s/%s" % (prefix, name, case), "needs libssl-dev", "")
        if status != 0 and all(word == "ok" for word, _ in lines) or not lines + skipped:
            report("failed", prefix + name, "exit status %s\n%s" % (status, (out + err)[-4000:]))


# ---- threads ----
def threads():
    status, out, err = run([ROOT + "/build/threads/threads", os.environ.get("USSL_CONNECTIONS", "10")],
                           extra={"TSAN_OPTIONS": "halt_on_error=1"}, timeout=3600)
    report("passed" if status == 0 else "failed", "threads/sanitized", out + err[-4000:] if status else "")


# ---- constant-time: secrets that valgrind takes for undefined, where BearSSL calculates ----
def constant_time():
    if not os.path.exists("/usr/include/valgrind/memcheck.h"):
        return report("skipped", "constant-time", "needs valgrind", "constant-time")
    status, out, err = run(["make", "-s", "constant-time-build"], timeout=900)
    programs = sorted(glob.glob(ROOT + "/build/constant-time/secrets-*"))
    if status != 0:
        return report("failed", "constant-time", out[-2000:] + err[-2000:])
    if not programs:
        return report("skipped", "constant-time", "built without BearSSL")
    for program in programs:
        operations = run([program])[1].split()
        if "wrong_branch" not in operations:
            report("failed", "constant-time/" + os.path.basename(program), "lists no operations")
        for operation in operations:
            status, out, err = run(["valgrind", "-q", "--error-exitcode=9", program, operation], timeout=600)
            wrong = operation.startswith("wrong_")  # one that must be found
            good = status == (9 if wrong else 0)
            report("passed" if good else "failed", "constant-time/%s/%s" % (program.split("secrets-")[1], operation),
                   "" if good else "exit status %s\n%s" % (status, err[-3000:]))


# ---- compat ----
PROBE = """
import ssl, sys
c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
good = sys.version_info >= (3, 11, 3) and c.minimum_version == 771
print(good and ssl.HAS_TLSv1_3, "%d.%d.%d" % sys.version_info[:3])
"""


def find_cpython():
    """The newest upstream CPython of 3.11.3 or later. Distributions that set their own TLS
    defaults (Debian) are no reference: see docs/testing.md."""
    names = ["/usr/local/bin/python3"]
    for folder in os.environ.get("PATH", "").split(":"):
        names += glob.glob(os.path.join(folder, "python3")) + glob.glob(os.path.join(folder, "python3.1[1-9]"))
    names += glob.glob(os.path.expanduser("~/.pyenv/versions/*/bin/python3"))
    best = None
    for name in dict.fromkeys(os.path.realpath(n) if "shims" not in n else n for n in names):
        if not os.access(name, os.X_OK):
            continue
        status, out, _ = run([name, "-c", PROBE], timeout=30)
        if status == 0 and out.startswith("True"):
            version = tuple(int(n) for n in out.split()[1].split("."))
            if best is None or version > best[0]:
                best = (version, name)
    return best


def first_difference(expected, got):
    a, b = expected.splitlines(), got.splitlines()
    for i in range(max(len(a), len(b))):
        x = a[i] if i < len(a) else "(nothing)"
        y = b[i] if i < len(b) else "(nothing)"
        if x != y:
            return "line %d\nCPython: %s\nussl:    %s" % (i + 1, x, y)
    return "no difference in the output"


def compat(program=(MICROPYTHON,), prefix="compat/"):
    folder = os.path.join(ROOT, "tests/compat")
    cpython = find_cpython()
    if cpython:
        print("compat: reference is CPython %d.%d.%d" % cpython[0])
    else:
        print("compat: no upstream CPython >= 3.11.3 here, the stored .exp files are the reference")
    for script in sorted(glob.glob(folder + "/[0-9]*.py")):
        name = prefix + os.path.basename(script)[:-3]
        stored = script[:-3] + ".exp"
        if cpython:
            status, expected, err = run([cpython[1], "-W", "ignore", script], folder, folder)
            if status != 0:
                report("failed", name, "CPython itself fails\n" + expected[-500:] + err[-2000:])
                continue
            if "--store" in sys.argv:
                with open(stored, "w") as f:
                    f.write(expected)
            elif not os.path.exists(stored) or open(stored).read() != expected:
                report("failed", name + "/stored", "the .exp file is not what CPython prints: "
                       "tests/run.py compat --store")
        else:
            expected = open(stored).read()
        status, got, err = run([*program, script], folder, folder)
        same = status == 0 and got == expected
        detail = "" if same else "exit status %s, %s\n%s" % (
            status, first_difference(expected, got), err[-2000:])
        report("passed" if same else "failed", name, detail)


# ---- port: a script passes when it ends with "ok" and status 0, and prints on stderr what it says it does ----
def port(program=(MICROPYTHON,), prefix="port/", leave_out={}, folder=os.path.join(ROOT, "tests/port")):
    for script in sorted(glob.glob(folder + "/test_*.py")):
        name = prefix + os.path.basename(script)[5:-3]
        if name in leave_out:
            report("skipped", name, leave_out[name])
            continue
        with open(script) as f:
            text = f.read()
        heap = re.search(r"^# heap: (\S+)", text, re.M)
        stderr = re.findall(r"^# stderr: (.*)$", text, re.M)
        argv = list(program) + (["-X", "heapsize=" + heap.group(1)] if heap else []) + [script]
        status, out, err = run(argv, folder, ":".join((folder, ROOT + "/tests/port", ROOT + "/tests/compat")))
        for case, word, rest in re.findall(r"^case (\w+) (ok|FAIL)(.*)$", out, re.M):
            report("passed" if word == "ok" else "failed", name + "/" + case, rest)
        good = status == 0 and out.endswith("ok\n") and (not stderr or err.splitlines() == stderr)
        report("passed" if good else "failed", name,
               "" if good else "exit status %s\n%s%s" % (status, out[-2000:], err[-2000:]))


# ---- lwip: the socket type of boards ----
def lwip():
    status, out, err = run(["make", "-s", "lwip"], timeout=900)
    if status != 0:
        return report("failed", "lwip/builds", out[-2000:] + err[-2000:])
    port((os.path.join(ROOT, "build/lwip/micropython"),), "lwip/", folder=os.path.join(ROOT, "tests/lwip"))


# ---- the same scripts on a 32-bit build, where the compiler can make one and something can run it ----
ON_AMD64 = "unix32" if platform.machine() == "x86_64" else None


def unix32():
    with tempfile.TemporaryDirectory() as folder:
        probe = os.path.join(folder, "probe")
        with open(probe + ".c", "w") as f:
            f.write("#include <stdio.h>\nint main(void) { return puts(\"runs\") < 0; }\n")
        if run(["gcc", "-m32", "-o", probe, probe + ".c"])[0] != 0:
            return report("skipped", "unix32", "needs gcc-multilib", ON_AMD64)
        for runner in ([], ["qemu-i386"]):
            try:
                if run(runner + [probe])[1] == "runs\n":
                    break
            except OSError:
                pass  # a kernel without 32-bit programs, or no emulator
        else:
            return report("skipped", "unix32", "this kernel runs no 32-bit programs: needs qemu-user", ON_AMD64)
    status, out, err = run(["make", "-s", "unix32"], timeout=900)
    if status != 0:
        return report("failed", "unix32", out[-2000:] + err[-2000:])
    program = runner + [os.path.join(ROOT, "build/unix32/micropython")]
    compat(program, "unix32/compat/")
    leave_out = {"unix32/port/flights": "counts system calls with ffi, and libffi is there for 64 bits only"}
    if runner:
        leave_out["unix32/port/sockets"] = "under qemu-user MicroPython's threads crash in a collection, also without TLS"
    port(program, "unix32/port/", leave_out)


# ---- the same without BearSSL ----
def without_bearssl():
    if os.environ.get("USSL_ARITH") == "mbedtls":
        return report("skipped", "without-bearssl", "the whole run is")
    status, out, err = run(["make", "-s", "-j2", "without-bearssl"], timeout=900)
    if status != 0:
        return report("failed", "without-bearssl", out[-2000:] + err[-2000:])
    unit_programs("build/unit-without-bearssl", "without-bearssl/unit/")
    program = [os.path.join(ROOT, "build/unix-without-bearssl/micropython")]
    compat(program, "without-bearssl/compat/")
    port(program, "without-bearssl/port/", {})


# ---- ports: builds that no other suite makes; USSL_PORTS=all is the matrix of `make ports` ----
def ports():
    sys.path.insert(0, os.path.join(ROOT, "tests/ports"))
    import ports as cases

    for name in ("MICROPYTHON", "MBEDTLS", "BEARSSL"):
        if os.path.exists(os.path.join(ROOT, "build/src", name.lower())):
            os.environ.setdefault(name, os.path.join(ROOT, "build/src", name.lower()))
    cmake_settings()
    cases.run_all(report, CERTS, os.environ.get("USSL_PORTS") != "all")
    status, out, err = run(["make", "-s", "beside"], timeout=900)
    if status == 0:
        folder = os.path.join(ROOT, "tests/compat")
        status, out, err = run([ROOT + "/build/beside/micropython", ROOT + "/tests/ports/beside.py"], folder, folder)
    good = status == 0 and out.startswith("ok")
    report("passed" if good else "failed", "ports/stock-beside-ours", out.strip() if good else out[-2000:] + err[-2000:])


# ---- interop ----
def interop():
    sys.path.insert(0, os.path.join(ROOT, "tests/interop"))
    import interop as cases

    cases.run_all(report, MICROPYTHON, CERTS)


# ---- stock: MicroPython's own tests ----
def stock():
    sys.path.insert(0, os.path.join(ROOT, "tests/stock"))
    import stock as cases

    status, out, err = run(["make", "-s", "coverage"], timeout=900)
    if status != 0:
        return report("failed", "stock/coverage-variant-builds", out[-2000:] + err[-2000:])
    report("passed", "stock/coverage-variant-builds")
    tests, coverage = os.path.join(out.split()[-1], "tests"), os.path.join(ROOT, "build/coverage/micropython")
    cases.run_all(report, tests, coverage, MICROPYTHON)


# ---- libraries: as they are published, with our module ----
def libraries():
    sys.path.insert(0, os.path.join(ROOT, "tests/libraries"))
    import libraries as cases

    cases.run_all(report, MICROPYTHON, CERTS)


# ---- conformance: other people's tests of the protocol, where their checkouts are given ----
def conformance():
    sys.path.insert(0, os.path.join(ROOT, "tests/conformance"))
    import conformance as cases

    cases.run_all(report, MICROPYTHON, (find_cpython() or (None, None))[1])
    import wycheproof

    wycheproof.run_all(report)


# ---- soak: a short form; USSL_SOAK=long is that of `make soak` ----
def soak():
    sys.path.insert(0, os.path.join(ROOT, "tests/soak"))
    import soak as cases

    cases.run_all(report, MICROPYTHON, CERTS, cases.LONG if os.environ.get("USSL_SOAK") == "long" else cases.SHORT)


# ---- firmware: whole connections on emulated boards ----
BOARDS = (("MPS2_AN385", "firmware"), ("MPS2_AN500", "firmware-MPS2_AN500"), ("VIRT_RV32", "firmware-VIRT_RV32"))


def run_on_board(board, name, folder, script):
    device = board.Board(os.path.join(ROOT, "build", folder, "firmware.elf"), name)
    try:
        out, errors = device.run(script, 240)
    except (OSError, TimeoutError) as e:
        out, errors = "", str(e)
    device.close()
    return out, errors


def firmware():
    sys.path.insert(0, os.path.join(ROOT, "tests/firmware"))
    import board

    names = ["ca.pem"] + [n + e for n in ("server", "server-rsa", "client", "under-rsa", "web") for e in (".pem", ".key")]
    with open(os.path.join(ROOT, "tests/firmware/handshakes.py")) as f:
        script = board.with_certs(names, CERTS, f.read())
    for name, folder in BOARDS:
        out, errors = run_on_board(board, name, folder, script)
        for line in out.splitlines()[:-1]:
            report("passed" if " bytes" in line else "failed", "firmware/%s/%s" % (name, line))
        good = out.endswith("ok\n") and not errors
        report("passed" if good else "failed", "firmware/%s/handshakes" % name, "" if good else out[-500:] + errors[-2000:])
        worst_chain(board, name, folder)
        stack(board, name, folder)
    small_firmware()


# docs/trust.md says what the worst chain costs.
def worst_chain(board, name, folder):
    with open(os.path.join(ROOT, "tests/firmware/worst_chain.py")) as f:
        script = board.with_certs(["ca.pem", "worst-chain.pem", "worst-chain.key"], CERTS, f.read())
    out, errors = run_on_board(board, name, folder, script)
    good = out.endswith("ok\n") and not errors
    report("passed" if good else "failed", "firmware/%s/worst-chain: %s" % (name, out.split("\n")[0]), "" if good else out + errors[-2000:])


# docs/boards.md says which stack a thread needs.
def stack(board, name, folder):
    certs = ["server", "client", "server-rsa", "server-p384", "under-rsa", "web"]
    with open(os.path.join(ROOT, "tests/firmware/stack.py")) as f:
        script = board.with_certs(["ca.pem", "root-rsa.pem"] + [c + e for c in certs for e in (".pem", ".key")], CERTS, f.read())
    out, errors = run_on_board(board, name, folder, script)
    for line in out.splitlines()[:-1]:
        report("passed" if " bytes" in line else "failed", "firmware/%s/%s" % (name, line))
    good = out.endswith("ok\n") and not errors
    report("passed" if good else "failed", "firmware/%s/stack" % name, "" if good else out[-500:] + errors[-2000:])


# The small builds, with most features left out: whole handshakes there too.
def small_firmware():
    sys.path.insert(0, os.path.join(ROOT, "bench"))
    import run as bench

    for folder, version in (("device", bench.TLS13), ("device", bench.TLS12), ("device12", bench.TLS12)):
        for cert in ("server", "server-rsa"):
            name = "firmware/%s/%04x/%s" % (folder, version, cert)
            try:
                done = bench.handshake(folder, cert, version)
                report("passed", name + ": %d + %d instructions" % (done.client, done.server))
            except (SystemExit, OSError, TimeoutError, ValueError) as e:
                report("failed", name, str(e))


# ---- chains: tests/data/chains.txt as OpenSSL and CPython see it; test_chains is what we see ----
def chains():
    status, out, err = run(["make", "-s", "chains"], timeout=300)
    last = (out.splitlines() or [""])[-1]
    report("failed" if status else "passed", "chains/" + last, out[-3000:] + err[-2000:] if status else "")


# ---- fuzz: a minute for each target; `make fuzz` takes an hour ----
def fuzz():
    status, out, err = run(["make", "-s", "fuzz-build"], timeout=900)
    if status != 0:
        return report("failed", "fuzz", out[-2000:] + err[-2000:])
    sys.path.insert(0, os.path.join(ROOT, "fuzz"))
    import fuzz as targets

    for name, (good, text) in targets.run_all(30, targets.TARGETS):
        report("passed" if good else "failed", "fuzz/" + (name + ": " + text if good else name), "" if good else text)


# ---- flags ----
def flags():
    status, out, err = run(["make", "-s", "flags"], timeout=1500)
    for line in out.splitlines():
        if re.match(r"(all|USSL_\S+|binding with .*)[ :]", line) and " bytes " in line or line.endswith(": ok"):
            report("passed", "flags/" + line)
    if status != 0:
        report("failed", "flags", out[-3000:] + err[-2000:])


def main():
    suites = {"lint": lint, "api": api, "unit": unit, "threads": threads, "constant-time": constant_time, "compat": compat, "chains": chains,
              "port": port, "lwip": lwip, "unix32": unix32, "without-bearssl": without_bearssl, "ports": ports, "stock": stock, "interop": interop, "libraries": libraries,
              "conformance": conformance, "soak": soak, "firmware": firmware, "flags": flags, "fuzz": fuzz}
    chosen = [a for a in sys.argv[1:] if not a.startswith("-")] or list(suites)
    for name in chosen:
        began = time.time()
        suites[name]()
        print("---- %s: %.0f s" % (name, time.time() - began))
    skipped = ", %d skipped" % counts["skipped"] if counts["skipped"] else ""
    print("%d passed, %d failed%s" % (counts["passed"], counts["failed"], skipped))
    return 1 if counts["failed"] or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
