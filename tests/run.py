#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
#
# run.py - runs the test suites and counts their results: `tests/run.py [SUITE ...]`, each SUITE a name of the table SUITES
# at the end. Without a name it runs all of them.
#
# The last line is "N passed, N failed". A test that cannot run on this machine is named and counted as skipped.
import glob
import os
import platform
import re
import shutil
import sys
import tempfile

from lint import lint
from results import CERTS, MICROPYTHON, ROOT, report, run, run_suite, summary


# MicroPython's random source on an stm32 board without a hardware generator is predictable: the module must not compile there.
def weak_random_source():
    port = os.path.join(ROOT, "build/src/micropython/ports/unix")
    argv = ["gcc", "-fsyntax-only", "-w", "-U__unix__", "-DSTM32_HAL_H=1", "-DMICROPY_TRACKED_ALLOC=1", "-I.", "-Ibuild/unix",
            "-I" + os.path.join(ROOT, "build/src/micropython"), "-I" + port, "-I" + port + "/variants/standard", "binding/ssl_platform.c"]
    weak, strong = [run(argv + ["-DMICROPY_HW_ENABLE_RNG=%d" % on])[2] for on in (0, 1)]
    good = "ussl needs MICROPY_HW_ENABLE_RNG" in weak and "MICROPY_HW_ENABLE_RNG" not in strong
    report("passed" if good else "failed", "api/weak-random-source", "" if good else weak[-1000:] + strong[-1000:])


# CMake takes the same settings as make: a wrong value is an error, and a value from the environment is kept.
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


# ---- api: the stub, the documentation and the module have the same names; each difference from CPython has a test ----
def api():
    import check_api
    import check_differences

    try:
        found = list(check_api.problems(MICROPYTHON, CERTS, (find_cpython() or (None, None))[1]))
    except RuntimeError as e:
        found = [str(e)]
    report("failed" if found else "passed", "api/stub-docs-module", "\n".join(found))
    found = list(check_differences.problems())
    report("failed" if found else "passed", "api/differences-name-tests", "\n".join(found))
    found = check_differences.blind()
    report("failed" if found else "passed", "api/differences-without-tests-are-found", "\n".join(found))
    weak_random_source()


# The symbols of our mbedTLS and BearSSL have names of their own, so a firmware may hold another copy (config/names.h).
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
                   "" if word == "ok" else out[-2000:] + err[-3000:], of=prefix + name)
        skipped = re.findall(r"^(?:not )?ok \d+ # SKIP (\S+)", out + err, re.M)
        for case in skipped:
            report("skipped", "%s%s/%s" % (prefix, name, case), "needs libssl-dev", "", of=prefix + name)
        if status != 0 and all(word == "ok" for word, _ in lines) or not lines + skipped:
            report("failed", prefix + name, "exit status %s\n%s" % (status, (out + err)[-4000:]))


# ---- threads ----
def threads():
    status, out, err = run([ROOT + "/build/threads/threads", os.environ.get("USSL_CONNECTIONS", "10")],
                           extra={"TSAN_OPTIONS": "halt_on_error=1"}, timeout=3600)
    report("passed" if status == 0 else "failed", "threads/sanitized", out + err[-4000:] if status else "")


# ---- constant-time: BearSSL's operations under valgrind, which reports a branch or address that depends on a secret ----
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
            wrong = operation.startswith("wrong_")  # wrong on purpose: valgrind must report it
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
    """Version and path of the newest upstream CPython of 3.11.3 or later. A CPython whose distribution sets its own TLS
    defaults, as Debian does, is no reference: see docs/testing.md."""
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
    """The first line that differs, below the heading of its part of the output."""
    a, b = expected.splitlines(), got.splitlines()
    heading = ""
    for i in range(max(len(a), len(b))):
        x = a[i] if i < len(a) else "(nothing)"
        y = b[i] if i < len(b) else "(nothing)"
        if x != y:
            return "line %d\n%sCPython: %s\nussl:    %s" % (i + 1, heading, x, y)
        if x.startswith("== "):
            heading = x + "\n"
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


# ---- port ----
# A script passes if its exit status is 0 and its output ends with "ok". Each line "case NAME ok" or "case NAME FAIL ..." of its
# output, which port.cases() prints, is a result of its own, port/SCRIPT/NAME. If a script has comments "# stderr: ...", the
# result port/SCRIPT/stderr is that it has printed just these lines on stderr. A comment "# heap: 2m" sets the size of its heap.
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
            report("passed" if word == "ok" else "failed", name + "/" + case, rest, of=name)
        if stderr:
            report("passed" if err.splitlines() == stderr else "failed", name + "/stderr", err[-2000:], of=name)
        good = status == 0 and out.endswith("ok\n")
        report("passed" if good else "failed", name,
               "" if good else "exit status %s\n%s%s" % (status, out[-2000:], err[-2000:]))


# ---- lwip: the scripts of tests/lwip, on MicroPython with lwIP's sockets, as boards have them ----
def lwip():
    status, out, err = run(["make", "-s", "lwip"], timeout=900)
    if status != 0:
        return report("failed", "lwip/builds", out[-2000:] + err[-2000:])
    port((os.path.join(ROOT, "build/lwip/micropython"),), "lwip/", folder=os.path.join(ROOT, "tests/lwip"))


# ---- unix32: compat and port on a 32-bit build, if the compiler can make one and the kernel or qemu-i386 can run it ----
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
                pass  # the kernel runs no 32-bit programs, or there is no emulator
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


# ---- without-bearssl: unit, compat and port, built without BearSSL ----
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


# ---- ports: builds of boards that no other suite makes; USSL_PORTS=all selects the whole matrix, as `make ports` does ----
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


# ---- interop: other implementations of TLS at the other end ----
def interop():
    sys.path.insert(0, os.path.join(ROOT, "tests/interop"))
    import interop as cases

    cases.run_all(report, MICROPYTHON, CERTS)


# ---- stock: MicroPython's own tests of ssl and tls ----
def stock():
    sys.path.insert(0, os.path.join(ROOT, "tests/stock"))
    import stock as cases

    status, out, err = run(["make", "-s", "coverage"], timeout=900)
    if status != 0:
        return report("failed", "stock/coverage-variant-builds", out[-2000:] + err[-2000:])
    report("passed", "stock/coverage-variant-builds")
    tests, coverage = os.path.join(out.split()[-1], "tests"), os.path.join(ROOT, "build/coverage/micropython")
    cases.run_all(report, tests, coverage, MICROPYTHON)


# ---- libraries: published libraries for MicroPython, unchanged, with our module ----
def libraries():
    sys.path.insert(0, os.path.join(ROOT, "tests/libraries"))
    import libraries as cases

    cases.run_all(report, MICROPYTHON, CERTS)


def cases_of(folder, module, prefix, *arguments, package=None):
    """Reports what cases() of a module yields: a name, True, False or None for what cannot run here, and a detail."""
    sys.path.insert(0, os.path.join(ROOT, folder))
    for name, good, detail in __import__(module).cases(*arguments):
        kind = "skipped" if good is None else "passed" if good else "failed"
        report(kind, prefix + name, "" if kind == "passed" else detail[-4000:], package if good is None else None)


# ---- guide: the code of docs/guide/ runs as it stands there ----
def guide():
    cases_of("tests/guide", "guide", "guide/", MICROPYTHON, CERTS, package="libraries")


# ---- roots: tools/make-roots ----
def roots():
    cases_of("tests", "roots", "roots/")


# ---- dist: the release archive ----
def dist():
    cases_of("tests", "dist", "dist/")


# ---- types: the examples and wrong calls, judged by mypy with our stubs ----
def types():
    import check_types

    if check_types.lacks():
        return report("skipped", "types/stubs-and-examples", check_types.lacks(), "types")
    try:
        found = list(check_types.problems())
    except RuntimeError as e:
        found = [str(e)]
    report("failed" if found else "passed", "types/stubs-and-examples", "\n".join(found))


# ---- conformance: BoGo, tlsfuzzer and Wycheproof, if environment variables name their checkouts ----
def conformance():
    sys.path.insert(0, os.path.join(ROOT, "tests/conformance"))
    import conformance as cases

    cases.run_all(report, MICROPYTHON, (find_cpython() or (None, None))[1])
    import wycheproof

    wycheproof.run_all(report)


# ---- soak: many connections; USSL_SOAK=long selects the number that `make soak` makes ----
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
            report("passed" if " bytes" in line else "failed", "firmware/%s/%s" % (name, line), of="firmware/%s/handshakes" % name)
        good = out.endswith("ok\n") and not errors
        report("passed" if good else "failed", "firmware/%s/handshakes" % name, "" if good else out[-500:] + errors[-2000:])
        worst_chain(board, name, folder)
        stack(board, name, folder)
    small_firmware()
    cases_of("tests/firmware", "emulated", "firmware/board/")


# Holds the limit that docs/trust.md states for the chain of certificates that takes longest to verify.
def worst_chain(board, name, folder):
    with open(os.path.join(ROOT, "tests/firmware/worst_chain.py")) as f:
        script = board.with_certs(["ca.pem", "worst-chain.pem", "worst-chain.key"], CERTS, f.read())
    out, errors = run_on_board(board, name, folder, script)
    good = out.endswith("ok\n") and not errors
    report("passed" if good else "failed", "firmware/%s/worst-chain: %s" % (name, out.split("\n")[0]), "" if good else out + errors[-2000:])


# Holds the limit of the C stack that docs/boards.md states.
def stack(board, name, folder):
    certs = ["server", "client", "server-rsa", "server-p384", "under-rsa", "web"]
    with open(os.path.join(ROOT, "tests/firmware/stack.py")) as f:
        script = board.with_certs(["ca.pem", "root-rsa.pem"] + [c + e for c in certs for e in (".pem", ".key")], CERTS, f.read())
    out, errors = run_on_board(board, name, folder, script)
    for line in out.splitlines()[:-1]:
        report("passed" if " bytes" in line else "failed", "firmware/%s/%s" % (name, line), of="firmware/%s/stack" % name)
    good = out.endswith("ok\n") and not errors
    report("passed" if good else "failed", "firmware/%s/stack" % name, "" if good else out[-500:] + errors[-2000:])


# Runs whole handshakes in the small builds, which have most features left out.
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


# ---- chains: tests/data/chains.txt as OpenSSL and CPython judge it; unit/test_chains holds our judgement ----
def chains():
    status, out, err = run(["make", "-s", "chains"], timeout=300)
    last = (out.splitlines() or [""])[-1]
    report("failed" if status else "passed", "chains/" + last, out[-3000:] + err[-2000:] if status else "")


# ---- fuzz: 30 seconds for each target; `make fuzz` takes an hour for each ----
def fuzz():
    status, out, err = run(["make", "-s", "fuzz-build"], timeout=900)
    if status != 0:
        return report("failed", "fuzz", out[-2000:] + err[-2000:])
    sys.path.insert(0, os.path.join(ROOT, "fuzz"))
    import fuzz as targets

    for name, (good, text) in targets.run_all(30, targets.TARGETS):
        report("passed" if good else "failed", "fuzz/" + (name + ": " + text if good else name), "" if good else text, of="fuzz")


# ---- flags: each build flag, one at a time ----
def flags():
    status, out, err = run(["make", "-s", "flags"], timeout=1500)
    for line in out.splitlines():
        if re.match(r"(all|USSL_\S+|binding with .*)[ :]", line) and " bytes " in line or line.endswith(": ok"):
            report("passed", "flags/" + line, of="flags")
    if status != 0:
        report("failed", "flags", out[-3000:] + err[-2000:])


# In the order in which they run.
SUITES = {
    "lint": lint,
    "api": api,
    "unit": unit,
    "threads": threads,
    "constant-time": constant_time,
    "compat": compat,
    "types": types,
    "chains": chains,
    "port": port,
    "lwip": lwip,
    "unix32": unix32,
    "without-bearssl": without_bearssl,
    "ports": ports,
    "stock": stock,
    "interop": interop,
    "guide": guide,
    "roots": roots,
    "dist": dist,
    "libraries": libraries,
    "conformance": conformance,
    "soak": soak,
    "firmware": firmware,
    "flags": flags,
    "fuzz": fuzz,
}


def main():
    chosen = [a for a in sys.argv[1:] if not a.startswith("-")] or list(SUITES)
    for name in chosen:
        if name not in SUITES:
            raise SystemExit("there is no suite %s; the suites are: %s" % (name, " ".join(SUITES)))
    for number, name in enumerate(chosen, 1):
        run_suite(name, SUITES[name], number, len(chosen))
    return summary()


if __name__ == "__main__":
    sys.exit(main())
