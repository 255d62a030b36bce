# SPDX-License-Identifier: MIT
#
# use_requests.py - gets and posts bodies of many sizes with requests, or with urequests, its old name, in each framing of HTTP.
import os
from common import SIZES, URL, body, report

requests = __import__(os.getenv("LIBRARY"))


def use():
    for framing in ("length", "close", "cut", "chunked"):
        for size in SIZES:
            answer = requests.get("%s/body/%d/%s" % (URL, size, framing))
            assert answer.status_code == 200 and answer.content == body(size), (framing, size)
    for size in SIZES[1:]:
        answer = requests.post(URL + "/echo", data=body(size))
        assert answer.content == body(size), ("post", size)
    # In pieces, through the stream below.
    with requests.get(URL + "/body/54038/length") as answer:
        got = b""
        while len(got) < 54038:
            got += answer.raw.read(1000)
        assert got == body(54038)
    assert requests.get(URL + "/json").json() == {"a": [1, 2]}
    assert requests.get(URL + "/redirect").text == "moved here"
    assert requests.get(URL + "/nowhere", timeout=5).status_code == 404


report(use)
