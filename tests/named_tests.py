# SPDX-License-Identifier: MIT
#
# named_tests.py - every test that SECURITY.md and docs/porting.md name exists: run by lint.py.
import glob
import os
import re

import check_differences

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NAME = re.compile(r"`((?:unit|port|compat|interop|libraries|lwip|ports|threads|constant-time|fuzz|firmware|roots|api|lint)/[^`]*)`")


def text_of(*patterns):
    text = ""
    for pattern in patterns:
        for path in filter(os.path.isfile, glob.glob(os.path.join(ROOT, pattern))):
            with open(path, errors="replace") as f:
                text += f.read()
    return text


def exists(name, exact):
    """A case of a C program or a script has exactly this name. Of others each part of the name is a file of the suite, or a
    word in its sources; … stands for anything."""
    suite, first, *rest = name.split("/")
    if suite in ("unit", "port", "lwip"):
        return name in exact or any(not rest and known.startswith(name + "/") for known in exact) or (
            suite != "unit" and not rest and bool(text_of("tests/%s/test_%s.py" % (suite, first))))
    if suite == "compat":
        sources = text_of("tests/compat/%s.py" % first)
    elif suite == "fuzz":
        sources = text_of("fuzz/fuzz_%s.c" % first)
    else:
        sources = text_of("tests/*.py", "tests/%s/*" % suite.replace("-", "_"))
        rest = [first] + rest
    # In sources a name stands in quotes, alone or between slashes, or is the argument of a macro.
    wanted = [r"[\"'/(]%s[\"'/ :%%),]" % re.escape(part) if "…" not in part else re.escape(part.replace("…", "")) for part in rest]
    return bool(sources) and all(re.search(part, sources) for part in wanted)


def cases():
    """Yields (name, good, detail)."""
    exact = {*check_differences.of_scripts("port"), *check_differences.of_scripts("lwip"), *check_differences.of_unit()}
    for page, least in (("SECURITY.md", 40), ("docs/porting.md", 10)):
        with open(os.path.join(ROOT, page)) as f:
            names = sorted(set(NAME.findall(f.read())))
        missing = [name for name in names if not exists(name, exact)]
        yield "tests-of-" + os.path.basename(page), len(names) >= least and not missing, "no such test: " + ", ".join(missing)
