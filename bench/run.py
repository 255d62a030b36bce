#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
#
# run.py - measures ussl, stock MicroPython's own tls module and CPython's ssl in one run, and writes a table and a
# chart into bench/results/. `make bench` builds what it needs.
#
# On the emulated boards time is a count of instructions, which is the same in every run. On this machine time is in
# seconds, and only the ratio of two figures of one run can be compared with other runs.
import base64
import collections
import functools
import itertools
import os
import platform
import re
import socket
import ssl
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [os.path.join(ROOT, "tests/firmware"), os.path.join(ROOT, "bench"), os.path.join(ROOT, "tests/libraries")]
import board
import chart
import flash
import servers

CERTS = os.path.join(ROOT, "build/certs/")
BUILD = os.path.join(ROOT, "build/bench/")
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
TLS12, TLS13 = 0x0303, 0x0304


def der(name):
    with open(CERTS + name) as f:
        blocks = re.findall(r"-----BEGIN [A-Z ]+-----(.*?)-----END", f.read(), re.S)
    return [base64.b64decode(b) for b in blocks]


def device_data(cert):
    return {"ca": der("root-rsa.pem" if cert == "under-rsa" else "ca.pem")[0], cert + ".pem": der(cert + ".pem")[0],
            cert + ".key": der(cert + ".key")[-1]}


@functools.lru_cache(None)
def on_device(firmware, what, cert="server", version=TLS12, reserve=0, state="empty", kib=0, cipher=""):
    """Returns what bench/device.py prints on build/bench/FIRMWARE, which is NAME for the Cortex-M3, else NAME-BOARD."""
    settings = {"DATA": device_data(cert), "WHAT": what, "CERT": cert, "VERSION": version, "RESERVE": reserve,
                "STATE": state, "KIB": kib, "CIPHER": cipher}
    with open(os.path.join(ROOT, "bench/device.py")) as f:
        script = "".join("%s = %r\n" % s for s in settings.items()) + f.read()
    device = board.Board(BUILD + firmware + "/firmware.elf", firmware.partition("-")[2] or "MPS2_AN385")
    try:
        out, errors = device.run(script, 300)
    finally:
        device.close()
    found = re.search(r"^RESULT (.*)$", out, re.M)
    if not found:
        raise SystemExit("%s on %s: %s%s" % (what, firmware, out[-500:], errors[-2000:]))
    return [int(n) if n != "None" else 0 for n in found.group(1).split()]


# Instructions of client and server and of the longest step of each, then the same of a resumed handshake if there was one.
Handshake = collections.namedtuple("Handshake", "client server client_step server_step client_resumed server_resumed"
                                   " client_resumed_step server_resumed_step", defaults=(0, 0, 0, 0))


def handshake(firmware, cert="server", version=TLS12, state="empty"):
    """Returns the figures of a handshake. Our connections take their memory from a reservation, and resume afterwards."""
    return Handshake(*on_device(firmware, "handshake", cert, version, not firmware.startswith("stock"), state)[:8])


# ---- the table ----
Row = collections.namedtuple("Row", "section what unit stock cpython ours ratio target")


class Table:
    def __init__(self):
        self.rows, self.heading = [], None

    def section(self, name):
        self.heading = name
        print("\n%s" % name, flush=True)

    def add(self, what, unit, stock, ours, target="", cpython="", against="stock"):
        """The ratio is ours / stock or ours / CPython. A target that begins with a comparison is a limit for the ratio, or
        for our figure if there is no ratio."""
        base = {"stock": stock, "CPython": cpython}[against]
        ratio = ours / base if base else None
        if target and missed(ours if ratio is None else ratio, target):
            target += " (missed)"
        row = Row(self.heading, what, unit, stock, cpython, ours, "-" if ratio is None else "%.2f" % ratio, target)
        self.rows.append(row)
        print("%-66s %13s %13s  %5s  %s" % (what, show(base), show(ours), row.ratio, target), flush=True)

    def text(self):
        lines = []
        for heading, rows in itertools.groupby(self.rows, lambda row: row.section):
            lines += ["## " + heading, ""] + ([NOTES[heading], ""] if heading in NOTES else [])
            lines += ["| what | unit | stock | CPython | ussl | ratio | target |", "|---|---|---:|---:|---:|---:|---|"]
            for r in rows:
                lines.append("| %s | %s | %s | %s | %s | %s | %s |" % (
                    r.what, r.unit, show(r.stock), show(r.cpython), show(r.ours), r.ratio, r.target))
            lines.append("")
        return "\n".join(lines)


def missed(value, target):
    found = re.match(r"([<≤≥]) ([0-9.,]+)$", target)
    if not found:
        return False
    limit = float(found.group(2).replace(",", ""))
    return not {"<": value < limit, "≤": round(value, 3) <= limit, "≥": round(value, 3) >= limit}[found.group(1)]


def show(number):
    if number in ("", None):
        return "–"
    return "{:,}".format(number) if isinstance(number, int) else "%.2f" % number


BARS = "What must hold"
STEPS = "The longest step of a handshake"
OTHER_CPUS = "Cortex-M0+ and RV32"
STACK = "The C stack of a handshake"
NOTES = {
    BARS: """The handshakes are full ones, in a fresh heap, and each end is counted separately. Our TLS 1.3 is compared with stock's TLS 1.2,
because stock has no TLS 1.3.""",
    STEPS: """The figure is the largest number of instructions between a call and its return when streams do not block. An event loop is
blocked for that long. Our figure is the larger one of TLS 1.2 and 1.3. The time depends on the chip: an instruction takes at least
one cycle, which is 10 ns at 100 MHz, so a million of them take 10 ms or more. Loads, long multiplications, branches and waiting
for flash take additional cycles.""",
    OTHER_CPUS: """The Cortex-M0+ rows run code for ARMv6-M (numbers of 15 bits, no long multiplication) on the emulated Cortex-M3. The RV32 rows
run on qemu's RISC-V machine (rv32imac). These rows have no targets.""",
    STACK: """These figures are bytes from the interpreter's first frame to the deepest, on a Cortex-M3, over streams in C. Some 800 of them
are used by the script's own calls.""",
}
KINDS = (("server", "P-256"), ("server-rsa", "RSA-2048"))
SIDES = ("client", "server")
VERSIONS = ((TLS12, "TLS 1.2"), (TLS13, "TLS 1.3"))


# ---- the boards ----
def bar_rows(table):
    table.section(BARS)
    for cert, kind in KINDS:
        stock = handshake("stock", cert)
        for version, name in VERSIONS:
            ours = handshake("ours", cert, version=version)
            table.add("%s %s handshake, client" % (name, kind), "instructions", stock.client, ours.client, "≤ 0.30")
            table.add("%s %s handshake, server" % (name, kind), "instructions", stock.server, ours.server, "≤ 0.45")
        table.add("TLS 1.3 %s resumed, client, against stock's full" % kind, "instructions", stock.client, ours.client_resumed,
                  "≤ 0.10")
    stock = handshake("stock")
    for version, name in VERSIONS:
        table.add("%s P-256 handshake, client; config/device" % name, "instructions", stock.client,
                  handshake("device", version=version).client, "≤ 0.32")
    table.add("bulk, 4000 bytes a write, both ends, the suite that each chooses", "instructions/KB",
              on_device("stock", "bulk_in_c")[0], on_device("ours", "bulk_in_c", reserve=1)[0], "≤ 0.30")
    for suite in ("AES-256-GCM-SHA384", "AES-128-GCM-SHA256"):
        table.add("bulk, 4000 bytes a write, both ends, with " + suite[:11], "instructions/KB",
                  on_device("stock", "bulk_in_c", cipher=suite)[0], on_device("ours", "bulk_in_c", reserve=1, cipher=suite)[0])
    table.add("bulk, 4000 bytes a write, both ends, TLS 1.3, against stock's TLS 1.2", "instructions/KB", on_device("stock", "bulk_in_c")[0],
              on_device("ours", "bulk_in_c", version=TLS13, reserve=1)[0])
    table.add("bulk, 4000 bytes a write, both ends, through streams in Python", "instructions/KB", on_device("stock", "bulk")[0],
              on_device("ours", "bulk", reserve=1)[0])


def handshake_rows(table):
    table.section("Handshakes: resumed ones, other heaps, the device profile")
    for cert, kind in KINDS:
        for version, name in VERSIONS:
            ours = handshake("ours", cert, version=version)
            for side in SIDES:
                table.add("%s %s resumed, %s, against our full" % (name, kind, side), "instructions", getattr(ours, side),
                          getattr(ours, side + "_resumed"), "≤ 0.2" if version == TLS12 else "")
    for heap, state, target in (("a program's heap, 20 KB with holes", "compact", "≤ 0.6"),
                                ("20 KB with holes, 60 KB in one object", "live60", "≤ 0.4")):
        for cert, kind in KINDS:
            stock, ours = handshake("stock", cert, state=state), handshake("ours", cert, state=state)
            for side in SIDES:
                table.add("TLS 1.2 %s handshake, %s; %s" % (kind, side, heap), "instructions", getattr(stock, side),
                          getattr(ours, side), target if cert == "server" else "")
    table.add("TLS 1.2 P-256 handshake, server; config/device", "instructions", handshake("stock").server,
              handshake("device").server)


def cpu_rows(table):
    table.section(OTHER_CPUS)
    for name, cpu in BOARDS[1:]:
        for cert, kind in KINDS:
            stock, ours = handshake("stock" + name, cert), handshake("ours" + name, cert)
            for side in SIDES:
                table.add("%s: TLS 1.2 %s handshake, %s" % (cpu, kind, side), "instructions", getattr(stock, side), getattr(ours, side))
            table.add("%s: TLS 1.3 %s resumed, client, against stock's full" % (cpu, kind), "instructions", stock.client,
                      handshake("ours" + name, cert, version=TLS13).client_resumed)
        table.add("%s: bulk, both ends" % cpu, "instructions/KB",
                  on_device("stock" + name, "bulk_in_c")[0], on_device("ours" + name, "bulk_in_c", reserve=1)[0])


BOARDS = (("", "Cortex-M3"), ("-MPS2_M0PLUS", "Cortex-M0+"), ("-VIRT_RV32", "RV32"))


def step_rows(table):
    table.section(STEPS)
    for name, cpu in BOARDS:
        for cert, kind in KINDS + (("server-p384", "P-384"),):
            stock = handshake("stock" + name, cert)
            ours = [handshake("ours" + name, cert, version=version) for version in (TLS12, TLS13)]
            for side in ("client_step", "server_step"):
                table.add("%s: longest step, %s, %s" % (cpu, kind, side[:6]), "instructions", getattr(stock, side),
                          max(getattr(one, side) for one in ours))


# The limits are the figures with mbedTLS's arithmetic: with BearSSL's a handshake must not take more memory.
PEAKS = {("server", TLS12, "client"): 13272, ("server", TLS12, "server"): 10664, ("server", TLS13, "client"): 14888,
         ("server", TLS13, "server"): 11088, ("server-rsa", TLS12, "client"): 14768, ("server-rsa", TLS12, "server"): 14520,
         ("server-rsa", TLS13, "client"): 15680, ("server-rsa", TLS13, "server"): 15448}


def memory_rows(table):
    table.section("Memory")
    for (cert, kind), (version, name) in itertools.product(KINDS, VERSIONS):
        for side, figure in zip(SIDES, on_device("ours", "peak", cert, version, 1)):
            table.add("peak of a handshake, %s %s, %s" % (name, kind, side), "bytes", None, figure,
                      "≤ {:,}".format(PEAKS[cert, version, side]))
    stock, ours, new = (on_device("stock", "heap"), on_device("ours", "heap"), on_device("ours", "heap", version=TLS13))
    table.add("heap of a wrapped socket, mean of both ends", "bytes", stock[0], ours[0])
    table.add("heap of an idle connection, TLS 1.2, mean", "bytes", stock[1], ours[1])
    table.add("heap of an idle connection, TLS 1.3, mean", "bytes", stock[1], new[1])
    least = on_device("stock", "least")[0]
    table.add("least heap in which a handshake works, both ends, TLS 1.2", "KB", least, on_device("ours", "least")[0], "≤ 1")
    table.add("least heap in which a handshake works, both ends, TLS 1.3", "KB", least,
              on_device("ours", "least", version=TLS13)[0], "≤ 1")
    for kib in (64, 128, 192):
        table.add("ends of idle connections in %d KB" % kib, "", on_device("stock", "fit", kib=kib)[0],
                  on_device("ours", "fit", kib=kib, version=TLS13)[0], "≥ 4" if kib == 128 else "")
    table.add("handshakes that succeed in a heap with holes of 4 KB, reserved", "%", on_device("stock", "fragmented")[0],
              on_device("ours", "fragmented", reserve=1)[0], "100 %")


def stack_rows(table):
    table.section(STACK)
    for cert, kind in KINDS + (("under-rsa", "P-256 under an RSA-4096 root"),):
        stock = on_device("stock", "stack", cert)
        for version, name in ((TLS12, "TLS 1.2"), (TLS13, "TLS 1.3, against stock's TLS 1.2")):
            for i, figure in enumerate(on_device("ours", "stack", cert, version=version)):
                table.add("%s, %s, %s" % (kind, SIDES[i], name), "bytes", stock[i], figure)


def flash_rows(table):
    table.section("Flash")
    stock = flash.of(BUILD + "stock/firmware.map")["tls"]
    for folder, name, target in (("ours", "everything", ""), ("device", "config/device", "≤ 1.25"),
                                 ("device12", "config/device, TLS 1.2 alone", "≤ 1")):
        table.add("flash of module and mbedTLS: " + name, "bytes", stock, flash.of(BUILD + folder + "/firmware.map")["tls"], target)


# ---- this machine ----
PROGRAMS = BUILD + "unix-stock/micropython", os.path.join(ROOT, "build/unix/micropython"), sys.executable


def unix(program, *args, env=None, folder=CERTS):
    done = subprocess.run([program, os.path.join(ROOT, "bench/unix.py"), folder, *args], stdout=subprocess.PIPE, timeout=300,
                          env=dict(os.environ, **(env or {})))
    if done.returncode:
        raise SystemExit("bench/unix.py on %s failed" % program)
    return [float(n) for n in done.stdout.split()]


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return str(listener.getsockname()[1])


def fastest(*args, programs=PROGRAMS):
    """Returns the best of three runs of each program, which take turns, because this machine may do other work too."""
    return [max(runs) for runs in zip(*[[unix(p, *args, free_port())[0] for p in programs] for _ in range(3)])]


def unix_bar_rows(table):
    for cert, kind in KINDS:
        for version in ("1.2", "1.3"):
            stock, ours, cpython = fastest("handshakes", cert, version)
            table.add("unix: TLS %s %s, ussl / CPython%s" % (version, kind, " (stock: 1.2)" if version == "1.3" else ""),
                      "handshakes/s", stock, ours, "≥ 0.5", cpython, "CPython")
    for version in ("1.2", "1.3"):
        ours, cpython = fastest("sockets", "server", version, "16384", programs=PROGRAMS[1:])
        table.add("unix: bulk, TLS %s, 16 KB a write through sockets, ussl / CPython" % version, "MB/s", "", ours, "≥ 0.5", cpython,
                  "CPython")
        stock, ours, cpython = fastest("bulk", "server", version, "16384")
        table.add("unix: bulk, TLS %s, 16 KB a write through MemoryBIO%s" % (version, " (stock: 1.2)" if version == "1.3" else ""),
                  "MB/s", stock, ours, "≥ 0.5", cpython, "CPython")


# None of these certificates is good for localhost today.
BAD = "wrong-name", "expired", "not-yet", "self-signed", "unknown-issuer", "wrong-purpose"


def bad_servers():
    """Returns how many servers with these certificates `requests` fetches a page from, with stock and with ussl."""
    running = [servers.Server(CERTS, cert) for cert in BAD]
    tree = os.environ.get("MICROPYTHON", os.path.join(ROOT, "build/src/micropython")) + "/lib/micropython-lib"
    env = {"MICROPYPATH": "%s/micropython/requests:%s/python-ecosys/requests:.frozen" % (tree, tree), "SSL_CERT_FILE": CERTS + "ca.pem"}
    good = servers.Server(CERTS, "server")
    found = [[int(unix(p, "bad-servers", ports, "-", env=env)[0]) for ports in (",".join(str(s.port) for s in running), str(good.port))]
             for p in PROGRAMS[:2]]
    for server in running + [good]:
        server.stop()
    if any(fetched != 1 for _, fetched in found):
        raise SystemExit("requests fetches nothing from a good server: %s" % found)
    return [accepted for accepted, _ in found]


def unix_rows(table):
    table.section("This machine, unix")
    table.add("bad servers that requests fetches a page from, of six", "servers", *bad_servers(), "≤ 0")
    stock, ours, cpython = fastest("bulk", "server", "1.2", "4000")
    table.add("bulk, 4000 bytes a write (stock: through streams in Python)", "MB/s", stock, ours, "", cpython)
    figures = [unix(p, "default-context", BUNDLE, "-", env={"SSL_CERT_FILE": BUNDLE}, folder="") for p in PROGRAMS]
    for name, *row in zip(("the first context that trusts all roots of the system", "each further context",
                           "memory of the first context", "memory of each further context"), *figures):
        table.add(name, "KB" if "memory" in name else "µs", row[0], row[1], "", row[2])
    counter = {"LD_PRELOAD": BUILD + "count.so"}
    counts = []
    for program, kind in ((PROGRAMS[0], "plain"), (PROGRAMS[1], "plain"), (PROGRAMS[1], "reserved")):
        few, many = (unix(program, "count-" + kind, "server", "1.2", n, env=counter)[0] for n in ("2", "12"))
        counts.append(round((many - few) / 10))
    table.add("allocations of a connection from the C heap", "", counts[0], counts[1])
    table.add("allocations of a reserved connection from the C heap", "", counts[0], counts[2], "0")


def main():
    table, results = Table(), os.path.join(ROOT, "bench/results")
    began = time.time()
    parts = (bar_rows, unix_bar_rows, handshake_rows, cpu_rows, step_rows, memory_rows, stack_rows, flash_rows, unix_rows)
    for done, part in enumerate(parts):
        print("bench: %d of %d parts done after %d s; next: %s" % (done, len(parts), time.time() - began, part.__name__[:-5]), flush=True)
        part(table)
    os.makedirs(results, exist_ok=True)
    with open(results + "/table.md", "w") as f:
        f.write("# ussl beside stock MicroPython\n\n`make bench` writes this page. Both modules are built with the same MicroPython, mbedTLS,"
                " certificates and\ncompiler. The figures are for a Cortex-M3 under qemu unless the row says otherwise. The ratio is"
                " ussl / stock, or\nas the row says. Seconds depend on the machine, instructions and bytes do not."
                " CPython is %s with %s.\n\n%s" % (
                    platform.python_version(), ssl.OPENSSL_VERSION, table.text()))
    chart.write(results + "/chart.svg", table.rows)
    print("bench: %d rows in %.0f s, in bench/results/" % (len(table.rows), time.time() - began))


if __name__ == "__main__":
    main()
