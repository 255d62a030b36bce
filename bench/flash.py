# SPDX-License-Identifier: MIT
#
# flash.py - reads from the linker's map how much flash the TLS part of a firmware takes.
#
#   python3 bench/flash.py firmware.map     prints the sums, and the size of each object file
import collections
import functools
import glob
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

SECTION = re.compile(r" \.(?:text|rodata|data)\S*(?:\s+0x[0-9a-f]+\s+0x([0-9a-f]+)\s+(\S+))?$")
REST = re.compile(r"\s+0x[0-9a-f]+\s+0x([0-9a-f]+)\s+(\S+\.o)\)?$")


def objects(path):
    """Returns the bytes of text, constants and initialised data of each object file."""
    sizes, in_map, waiting = collections.Counter(), False, False
    with open(path, errors="replace") as f:
        for line in f:
            in_map = in_map or line.startswith("Linker script and memory map")
            section = SECTION.match(line.rstrip("\n")) if in_map else None
            rest = REST.match(line.rstrip("\n")) if waiting else None
            if section and section.group(1):
                sizes[section.group(2)] += int(section.group(1), 16)
            elif rest:
                sizes[rest.group(2)] += int(rest.group(1), 16)
            waiting = bool(section) and not section.group(1)
    return sizes


@functools.lru_cache(maxsize=1)
def included():
    """Returns our files that include a whole file of mbedTLS or BearSSL, without their suffix."""
    names = []
    for path in glob.glob(os.path.join(ROOT, "engine/*/*.c")):
        with open(path) as f:
            if re.search(r'^#include "(?:\.\./library|ec)/\w+\.c"', f.read(), re.M):
                names.append(os.path.relpath(path, ROOT)[:-2])
    return names


def kind_of(name):
    found = re.search(r"/(engine/(?:mbedtls|arith)/\w+)\.o", name)
    if "/mbedtls/library/" in name or "/src/bearssl/" in name or found and found.group(1) in included():
        return "mbedtls"
    if "/engine/" in name or "/binding/" in name or "modtls_mbedtls" in name or "mp_mbedtls_errors" in name:
        return "module"
    return "rest"


def of(path):
    sums = collections.Counter()
    for name, size in objects(path).items():
        sums[kind_of(name)] += size
    sums["tls"] = sums["mbedtls"] + sums["module"]
    return sums


if __name__ == "__main__":
    print(dict(of(sys.argv[1])))
    for name, size in objects(sys.argv[1]).most_common():
        if kind_of(name) != "rest":
            print("%8d %s" % (size, name[-60:]))
