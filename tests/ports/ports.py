# SPDX-License-Identifier: MIT
#
# ports.py - builds ports and boards with our module, as docs/boards.md says, and without it for comparison, and runs alive.py on
# those that can run on this machine. `make ports` takes the whole matrix, `make test` a part of it.
#
# TREES names MicroPython checkouts, with the submodules of the ports that are to be built. ROWS selects rows by their names.
# KINDS is what is built of each row, "stock ussl device" or a part of it with "ussl".
import os
import re
import shlex
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
OUT = os.path.join(ROOT, "build/ports")
sys.path.insert(0, os.path.join(ROOT, "tests/firmware"))
import board

# Options that the module needs and the smallest variant leaves out; binding/binding.h names them.
MINIMAL = "CFLAGS_EXTRA=-DMICROPY_PY_BUILTINS_BYTEARRAY=1 -DMICROPY_MODULE_BUILTIN_INIT=1 -DMICROPY_STREAMS_NON_BLOCK=1"


# MicroPython 1.29 does not have the variable and needs the compiler's option; older versions need both.
BITS32 = ("MICROPY_FORCE_32BIT=1", "CC=gcc -m32", "MICROPY_PY_FFI=0")


class Row:
    """A board or variant: `arguments` are those of make, `needs` is a file that the tree must have, `short` says that `make test`
    builds the row too, `runs` that its program runs on this machine."""

    def __init__(self, name, port, arguments, needs=None, short=False, runs=False):
        self.name, self.port, self.arguments, self.short, self.runs = name, port, arguments, short, runs
        self.needs = "ports/%s/%s" % (port, "CMakeLists.txt" if port == "rp2" else "Makefile") if needs is None else needs


def unix(name, *arguments, short=False):
    return Row("unix-" + name, "unix", list(arguments), short=short, runs=True)


def emulated(name):
    return Row(name, "qemu", ["BOARD=" + name, "MICROPY_HEAP_SIZE=1048576"], runs=True)


def device(name, port, needs):
    return Row(name, port, ["BOARD=" + name], needs)


# `make test` leaves out the interpreters that other suites build and run.
ROWS = (
    unix("standard"), unix("coverage", "VARIANT=coverage"), unix("32bit", *BITS32),
    unix("minimal", "VARIANT=minimal", MINIMAL, short=True), unix("no-threads", "MICROPY_PY_THREAD=0", short=True),
    unix("nanbox", "VARIANT=nanbox", *BITS32, short=True),
    emulated("MPS2_AN385"), emulated("MPS2_AN500"), emulated("VIRT_RV32"),
    device("RPI_PICO_W", "rp2", "lib/pico-sdk/pico_sdk_init.cmake"),
    device("RPI_PICO2_W", "rp2", "lib/pico-sdk/pico_sdk_init.cmake"),
    device("NUCLEO_F767ZI", "stm32", "lib/stm32lib/README.md"),
    device("PYBD_SF6", "stm32", "lib/stm32lib/README.md"),
    device("TEENSY41", "mimxrt", "lib/nxp_driver/sdk"),
)


def version_of(tree):
    """The version of a tree from py/mpconfig.h, such as 1.28.0."""
    with open(os.path.join(tree, "py/mpconfig.h")) as f:
        text = f.read()
    part = [re.search(r"define MICROPY_VERSION_%s (\d+)" % name, text).group(1) for name in ("MAJOR", "MINOR", "MICRO")]
    return ".".join(part) + ("-preview" if re.search(r"MICROPY_VERSION_PRERELEASE 1", text) else "")


class Tree:
    def __init__(self, path, mbedtls):
        self.path, self.mbedtls, self.version = os.path.abspath(path), mbedtls, version_of(path)
        # Debian's source package has no mbedTLS and no micropython-lib.
        self.whole = os.path.exists(self.path + "/lib/mbedtls/library/ssl_tls.c")
        self.library = [] if os.path.exists(self.path + "/lib/micropython-lib/README.md") else ["MPY_LIB_DIR=" + ROOT]

    def make_mpy_cross(self):
        if not os.path.exists(self.path + "/mpy-cross/build/mpy-cross"):
            subprocess.run(["make", "-s", "-C", self.path + "/mpy-cross"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def arguments(self, row, kind):
        """The arguments of make for "stock", for "ussl", or for "device", which is ussl in its smaller profile."""
        own = ["MBEDTLS=" + self.mbedtls]
        if row.port == "rp2":
            own.append("USER_C_MODULES=" + ROOT + "/micropython.cmake")
        else:
            own.append("USER_C_MODULES=" + ROOT + "/build/usermod" + ("-board" if row.port == "qemu" else ""))
        more = list(row.arguments)
        if row.port in ("unix", "qemu"):
            more += self.library + ([] if row.name == "unix-minimal" else ["FROZEN_MANIFEST=" + ROOT + "/config/manifest.py"])
        if row.port == "unix" and not self.whole:
            more += ["MICROPY_PY_BTREE=0", "MICROPY_PY_SSL=0"]
            own.append("USSL_HASHLIB=1")
        if row.port == "qemu":
            more += shlex.split(os.environ["BOARD_" + row.name])  # set by the Makefile
        if kind != "stock":
            return more + own + (["USSL_PROFILE=device"] if kind == "device" else [])
        # bench/stock brings the stock module to a port that has none. unix minimal has no TLS at all.
        if row.port == "qemu" or (row.port == "unix" and not self.whole and row.name != "unix-minimal"):
            folder = "/build/usermod-stock" + ("-unix" if row.port == "unix" else "")
            return more + ["MBEDTLS=" + self.mbedtls, "USER_C_MODULES=" + ROOT + folder]
        return more

    def build(self, row, kind):
        """Builds one kind. Returns the path of the program, or None; the log is beside it. All kinds use the same folder of
        objects, so that ccache finds the objects that do not differ."""
        folder, target = os.path.join(OUT, self.version, row.name), "micropython" if row.port == "unix" else "firmware.elf"
        shutil.rmtree(folder + "/build", ignore_errors=True)
        os.makedirs(folder, exist_ok=True)
        argv = ["make", "-C", "%s/ports/%s" % (self.path, row.port), "-j%d" % (os.cpu_count() or 2), "BUILD=%s/build" % folder]
        with open("%s/%s.log" % (folder, kind), "w") as log:
            done = subprocess.run(argv + self.arguments(row, kind), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        if done.returncode != 0:
            return None
        program = "%s/%s" % (folder, kind)
        shutil.copy(folder + "/build/" + target, program)
        for extra in ("firmware.uf2", "firmware.elf.map", "firmware.map"):
            if os.path.exists("%s/build/%s" % (folder, extra)):
                shutil.copy("%s/build/%s" % (folder, extra), "%s.%s" % (program, extra.split(".")[-1]))
        shutil.rmtree(folder + "/build")
        return program


def sizes(program):
    """The flash (text and initialised data) and the static RAM of an ELF file, in bytes."""
    tool = shutil.which("size")
    with open(program, "rb") as f:
        header = f.read(20)
    if header[18] == 40:  # EM_ARM (ELF for the Arm Architecture)
        tool = shutil.which("arm-none-eabi-size")
    text, data, bss = subprocess.run([tool, program], stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()[1].split()[:3]
    return int(text) + int(data), int(data) + int(bss)


def memory_left(tree, row, program, flash, ram):
    """The flash and RAM that a program leaves free in the regions of its linker map, on rp2 beside the board's file system; None
    where the map has no such region."""
    try:
        with open(program + ".map", errors="replace") as f:
            regions = dict(re.findall(r"^(FLASH_TEXT|FLASH|m_text|RAM)\s+0x\w+\s+0x(\w+)", f.read(), re.M))
    except OSError:
        return None, None
    regions = {name: int(length, 16) for name, length in regions.items()}
    room = regions.get("FLASH_TEXT") or regions.get("m_text") or regions.get("FLASH")
    if room and row.port == "rp2":
        with open(os.path.join(tree.path, "ports/rp2/boards", row.name, "mpconfigboard.h")) as f:
            files = re.search(r"MICROPY_HW_FLASH_STORAGE_BYTES\s+\((PICO_FLASH_SIZE_BYTES - )?(\d+) \* 1024\)", f.read())
        if files:
            room = int(files.group(2)) * 1024 if files.group(1) else room - int(files.group(2)) * 1024
    return room and room - flash, regions.get("RAM") and regions["RAM"] - ram


def script_of(certs):
    data = ""
    for name, file in (("CA", "ca.pem"), ("CERT", "server.pem"), ("KEY", "server.key")):
        with open(os.path.join(certs, file), "rb") as f:
            data += "%s = %r\n" % (name, f.read())
    with open(os.path.join(HERE, "alive.py")) as f:
        return data + f.read()


def run(row, program, certs):
    """Runs a program. Returns whether its result is right, and its output."""
    if row.port == "qemu":
        device = board.Board(program, row.name)
        try:
            out = "".join(device.run(script_of(certs), 240))
        except (OSError, TimeoutError) as e:
            out = str(e)
        device.close()
        return out == "ok\n", out
    path = program + ".py"
    with open(path, "w") as f:
        f.write(script_of(certs))
    try:
        done = subprocess.run([program, path], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
    except subprocess.TimeoutExpired:
        return False, "took longer than 120 s"
    out = done.stdout.decode(errors="replace")
    return done.returncode == 0 and out == "ok\n", out


def tail(tree, row, kind):
    with open(os.path.join(OUT, tree.version, row.name, kind + ".log"), errors="replace") as f:
        lines = f.read().splitlines()
    return "\n".join([line for line in lines if "error" in line.lower() or "overflowed" in line][:10] + lines[-5:])


def one(report, tree, row, kinds, certs):
    """Builds and runs one row. Returns its results as a dictionary, or None if it was not built."""
    name = "ports/%s/%s" % (tree.version, row.name)
    if not os.path.exists(os.path.join(tree.path, row.needs)):
        report("skipped", name, "needs %s in the tree" % row.needs)
        return None
    found = {"row": row.name, "version": tree.version}
    for kind in kinds:
        program = tree.build(row, kind)
        if program is None:
            report("failed", "%s/%s" % (name, kind), "does not build\n" + tail(tree, row, kind))
            return None
        found[kind] = sizes(program)
        if kind == "ussl":
            found["left"] = memory_left(tree, row, program, *found[kind])
        if kind != "stock" and row.runs:
            good, out = run(row, program, certs)
            found["run"] = "runs" if good else "fails"
            if not good:
                report("failed", "%s/%s/runs" % (name, kind), out[-2000:])
    if found.get("run") != "fails":
        report("passed", name, line_of(found))
    return found


def line_of(found):
    def more(kind, i):
        number = found[kind][i] - (found["stock"][i] if "stock" in found else 0)
        return ("{:+,}" if "stock" in found else "{:,}").format(number)

    text = "flash " + ("{:,} stock, ".format(found["stock"][0]) if "stock" in found else "")
    text += more("ussl", 0) + ", static RAM " + more("ussl", 1)
    if "device" in found:
        text += "; device profile " + more("device", 0)
    for what, left in zip(("flash", "RAM"), found["left"]):
        text += "; {:,} of {} left".format(left, what) if left else ""
    return text + ("; " + found["run"] if "run" in found else "")


def table(rows):
    lines = ["| board | MicroPython | flash, stock | with ussl | with `USSL_PROFILE=device` | static RAM | flash left | RAM left | |",
             "|---|---|---:|---:|---:|---:|---:|---:|---|"]
    for r in rows:
        s = r["stock"]
        cells = [r["row"], r["version"], "{:,}".format(s[0]), "{:+,}".format(r["ussl"][0] - s[0]),
                 "{:+,}".format(r["device"][0] - s[0]) if "device" in r else "", "{:+,}".format(r["ussl"][1] - s[1])]
        cells += ["{:,}".format(left) if left else "" for left in r["left"]] + [r.get("run", "builds")]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def run_all(report, certs, short):
    if os.path.isdir("/usr/lib/ccache"):
        os.environ["PATH"] = "/usr/lib/ccache:" + os.environ["PATH"]
    # The clock of the emulated boards is in June 2026, and a clock before the firmware's build counts as not set.
    os.environ["SOURCE_DATE_EPOCH"] = "1767225600"  # 2026-01-01
    wanted = os.environ.get("ROWS", "").split()
    kinds = os.environ.get("KINDS", "").split() or ["stock", "ussl", "device"]
    wrong = (set(wanted) - {row.name for row in ROWS}) | (set(kinds) - {"stock", "ussl", "device"}) | ({"ussl"} - set(kinds))
    if wrong:
        return report("failed", "ports", "%s: ROWS and KINDS are of %s; stock, ussl, device, and ussl is always among them" % (
            ", ".join(sorted(wrong)), ", ".join(row.name for row in ROWS)))
    rows = []
    for path in [os.environ["MICROPYTHON"]] if short else os.environ.get("TREES", os.environ["MICROPYTHON"]).split():
        tree = Tree(path, os.environ["MBEDTLS"])
        tree.make_mpy_cross()
        for row in ROWS:
            if (short and not row.short) or (wanted and row.name not in wanted):
                continue
            wanted_here = [k for k in kinds if k != "device" or row.port not in ("unix", "qemu")]
            found = one(report, tree, row, ["ussl"] if short else wanted_here, certs)
            if found and "stock" in found:
                rows.append(found)
                with open(os.path.join(OUT, "table.md"), "w") as f:
                    f.write(table(rows))
