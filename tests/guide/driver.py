# SPDX-License-Identifier: MIT
#
# driver.py - runs the snippets of one page of the guide in one interpreter: each line of standard input names a file with a
# snippet. After its output comes the octet 4, and then "ok" or "failed".
import sys

names = {"__name__": "guide"}
while True:
    path = sys.stdin.readline().strip()
    if not path:
        break
    try:
        with open(path) as f:
            exec(f.read(), names)
        print("\x04ok")
    except BaseException as e:
        sys.print_exception(e, sys.stdout)
        print("\x04failed")
