# SPDX-License-Identifier: MIT
#
# use_mip.py - installs a package of an index, a single file, and a package.json with its files, by mip.
import sys
from common import SIZES, URL, body, report
import mip

TARGET = sys.argv[3]


def same(path, size):
    with open(TARGET + "/" + path, "rb") as f:
        return f.read() == body(size)


def use():
    mip.install("sizes", index=URL, target=TARGET, mpy=False)
    assert all(same("sizes/%d.py" % size, size) for size in SIZES)
    # A second time it finds them by their hashes.
    mip.install("sizes", index=URL, target=TARGET, mpy=False)
    mip.install(URL + "/other/one.py", target=TARGET)
    assert same("one.py", 3000)
    mip.install(URL + "/other", target=TARGET)
    assert same("other/two.py", 4000)


report(use)
