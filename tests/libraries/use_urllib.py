# SPDX-License-Identifier: MIT
#
# use_urllib.py - gets and posts bodies of many sizes with urllib.urequest, and reads them by each method of a stream.
from common import SIZES, URL, body, report
from urllib.urequest import urlopen


# urlopen() gives the stream of the connection itself: each way to read it is a method of ours.
def read_all(stream):
    return stream.read()


def read_parts(stream):
    got = b""
    while True:
        part = stream.read(1000)
        got += part
        if len(part) < 1000:
            return got


def read_into(stream):
    got, room = bytearray(), bytearray(700)
    while True:
        n = stream.readinto(room)
        if not n:
            return got
        got += room[:n]


def read_lines(stream):
    got = []
    while True:
        line = stream.readline()
        if not line:
            return b"".join(got)
        got.append(line)


def use():
    for framing in ("length", "close", "cut", "waits"):
        for size in SIZES:
            for read in (read_all, read_parts, read_into, read_lines):
                stream = urlopen("%s/body/%d/%s" % (URL, size, framing))
                assert read(stream) == body(size), (framing, size, read)
                stream.close()
    for size in SIZES[1:]:
        stream = urlopen(URL + "/echo", data=body(size), headers={"X-Test": "1"})
        assert stream.read() == body(size), ("post", size)
        stream.close()


report(use)
