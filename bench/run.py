#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
#
# run.py - ussl beside stock MicroPython's own tls module and CPython's ssl, in one run: a table and a
# chart in bench/results/. `make bench` builds what it needs.
#
# On the emulated Cortex-M3 time is a count of instructions and repeats to the digit; on this machine it is
# seconds, and only the ratio of two figures of one run means anything.
import base64
import os
import re
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [os.path.join(ROOT, "tests/firmware"), os.path.join(ROOT, "bench")]
import board
import chart
import flash

CERTS = os.path.join(ROOT, "build/certs/")
BUILD = os.path.join(ROOT, "build/bench/")
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
TLS12, TLS13 = 0x0303, 0x0304


def der(name):
    with open(CERTS + name) as f:
        blocks = re.findall(r"-----BEGIN [A-Z ]+-----(.*?)-----END", f.read(), re.S)
    return [base64.b64decode(b) for b in blocks]


def device_data():
    data = {"ca": der("ca.pem")[0]}
    for name in ("server", "server-rsa"):
        data[name + ".pem"] = der(name + ".pem")[0]
        data[name + ".key"] = der(name + ".key")[-1]
    return data


def on_device(firmware, what, cert="server", version=TLS12, reserve=0, state="empty", kib=0):
    settings = {"DATA": device_data(), "WHAT": what, "CERT": cert, "VERSION": version, "RESERVE": reserve,
                "STATE": state, "KIB": kib}
    with open(os.path.join(ROOT, "bench/device.py")) as f:
        script = "".join("%s = %r\n" % s for s in settings.items()) + f.read()
    device = board.Board(BUILD + firmware + "/firmware.elf")
    try:
        out, errors = device.run(script, 300)
    finally:
        device.close()
    found = re.search(r"^RESULT (.*)$", out, re.M)
    if not found:
        raise SystemExit("%s on %s: %s%s" % (what, firmware, out[-500:], errors[-2000:]))
    return [int(n) if n != "None" else 0 for n in found.group(1).split()]


# ---- the table ----
class Table:
    def __init__(self):
        self.rows = []

    def add(self, what, unit, stock, ours, target="", other=""):
        ratio = "%.2f" % (ours / stock) if stock else "-"
        self.rows.append((what, unit, stock, ours, ratio, target, other))
        print("%-58s %12s %12s  %5s  %s" % (what, show(stock), show(ours), ratio, target), flush=True)

    def text(self):
        lines = ["| what | unit | stock | ussl | ratio | target | CPython |", "|---|---|---|---|---|---|---|"]
        for what, unit, stock, ours, ratio, target, other in self.rows:
            lines.append("| %s | %s | %s | %s | %s | %s | %s |" % (what, unit, show(stock), show(ours), ratio, target, show(other)))
        return "\n".join(lines) + "\n"


def show(number):
    if number in ("", None):
        return "–"
    return "{:,}".format(number) if isinstance(number, int) else "%.2f" % number


def device_rows(table):
    for name, state, target in (("a heap just started", "empty", "< 1"),
                                ("a program's heap, 20 KB with holes", "compact", "≤ 0.6"),
                                ("the same and 60 KB in one object", "live60", "≤ 0.4")):
        for cert in ("server", "server-rsa"):
            stock = on_device("stock", "handshake", cert, state=state)
            ours = on_device("ours", "handshake", cert, state=state, reserve=1)
            kind = "RSA-2048" if cert == "server-rsa" else "P-256"
            for i, side in enumerate(("client", "server")):
                wanted = target if cert == "server" else ""
                table.add("TLS 1.2 %s handshake, %s; %s" % (kind, side, name), "instructions", stock[i], ours[i], wanted)
            if state == "empty":
                for i, side in enumerate(("client", "server")):
                    table.add("TLS 1.2 %s resumed, %s, against our full" % (kind, side), "instructions", ours[i], ours[2 + i],
                              "≤ 0.2")
                new = on_device("ours", "handshake", cert, version=TLS13, reserve=1)
                for i, side in enumerate(("client", "server")):
                    table.add("TLS 1.3 %s handshake, %s, against stock's TLS 1.2" % (kind, side), "instructions", stock[i],
                              new[i])
                    table.add("TLS 1.3 %s resumed, %s, against our full" % (kind, side), "instructions", new[i], new[2 + i],
                              "≤ 0.2")
    stock, small = on_device("stock", "handshake"), on_device("device", "handshake", reserve=1)
    for i, side in enumerate(("client", "server")):
        table.add("TLS 1.2 P-256 handshake, %s; config/device" % side, "instructions", stock[i], small[i])
    table.add("records of 4000 bytes, both ends", "instructions/KB", on_device("stock", "bulk")[0],
              on_device("ours", "bulk", reserve=1)[0])
    stock, ours, new = (on_device("stock", "heap"), on_device("ours", "heap"), on_device("ours", "heap", version=TLS13))
    table.add("heap of a wrapped socket, mean of both ends", "bytes", stock[0], ours[0])
    table.add("heap of an idle connection, TLS 1.2, mean", "bytes", stock[1], ours[1])
    table.add("heap of an idle connection, TLS 1.3, mean", "bytes", stock[1], new[1])
    least = on_device("stock", "least")[0]
    table.add("least heap in which a handshake works, both ends, TLS 1.2", "KB", least, on_device("ours", "least")[0], "≤ 1")
    table.add("the same, TLS 1.3", "KB", least, on_device("ours", "least", version=TLS13)[0], "≤ 1")
    for kib in (64, 128, 192):
        table.add("ends of idle connections in %d KB" % kib, "", on_device("stock", "fit", kib=kib)[0],
                  on_device("ours", "fit", kib=kib, version=TLS13)[0], "≥ 4" if kib == 128 else "")
    table.add("wraps that succeed in holes of 4 KB, reserved", "%", on_device("stock", "fragmented")[0],
              on_device("ours", "fragmented", reserve=1)[0], "100 %")


def flash_rows(table):
    stock = flash.of(BUILD + "stock/firmware.map")["tls"]
    for folder, name, target in (("ours", "everything", ""), ("device", "config/device", "≤ 1.25"),
                                 ("device12", "config/device, TLS 1.2 alone", "≤ 1")):
        table.add("flash of module and mbedTLS: " + name, "bytes", stock, flash.of(BUILD + folder + "/firmware.map")["tls"], target)


# ---- this machine ----
def unix(program, *args, env=None, folder=CERTS):
    done = subprocess.run([program, os.path.join(ROOT, "bench/unix.py"), folder, *args], stdout=subprocess.PIPE, timeout=300,
                          env=dict(os.environ, **(env or {})))
    if done.returncode:
        raise SystemExit("bench/unix.py on %s failed" % program)
    return [float(n) for n in done.stdout.split()]


def unix_rows(table):
    programs = BUILD + "unix-stock/micropython", os.path.join(ROOT, "build/unix/micropython"), sys.executable
    for cert, kind in (("server", "P-256"), ("server-rsa", "RSA-2048")):
        for version in ("1.2", "1.3"):
            stock, ours, other = (unix(p, "handshakes", cert, version)[0] for p in programs)
            table.add("TLS %s %s, unix%s" % (version, kind, " (stock: 1.2)" if version == "1.3" else ""), "handshakes/s", stock,
                      ours, "", other)
    stock, ours, other = (unix(p, "bulk", "server", "1.2")[0] for p in programs)
    table.add("records of 4000 bytes, unix (stock: through streams in Python)", "MB/s", stock, ours, "", other)
    figures = [unix(p, "default-context", BUNDLE, "-", env={"SSL_CERT_FILE": BUNDLE}, folder="") for p in programs]
    for name, *row in zip(("the first context that trusts all roots of the system, unix", "the next ones, a context",
                           "memory of the first", "memory of the next ones, a context"), *figures):
        table.add(name, "KB" if "memory" in name else "µs", row[0], row[1], "", row[2])
    counter = {"LD_PRELOAD": BUILD + "count.so"}
    counts = []
    for program, kind in ((programs[0], "plain"), (programs[1], "plain"), (programs[1], "reserved")):
        few, many = (unix(program, "count-" + kind, "server", "1.2", n, env=counter)[0] for n in ("2", "12"))
        counts.append(round((many - few) / 10))
    table.add("allocations of a connection from the C heap", "", counts[0], counts[1])
    table.add("the same, reserved", "", counts[0], counts[2], "0")


def main():
    table, results = Table(), os.path.join(ROOT, "bench/results")
    began = time.time()
    device_rows(table)
    flash_rows(table)
    unix_rows(table)
    os.makedirs(results, exist_ok=True)
    with open(results + "/table.md", "w") as f:
        f.write("# ussl beside stock MicroPython\n\nMade by `make bench`: the same sources, mbedTLS, certificates and compiler for both."
                " Cortex-M3 under qemu unless\nthe row says unix. Ratio is ussl / stock; seconds depend on the machine,"
                " instructions and bytes do not.\n\n" + table.text())
    chart.write(results + "/chart.svg", table.rows)
    print("bench: %d rows in %.0f s, in bench/results/" % (len(table.rows), time.time() - began))


if __name__ == "__main__":
    main()
