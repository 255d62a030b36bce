# SPDX-License-Identifier: MIT
#
# check_differences.py - checks the last column of docs/differences.md: each row names a case that holds its statement, by the
# name under which the case is reported, and the case exists.
#
# A name is SUITE/FILE/CASE. The suites that can hold a difference are port, lwip, unit and interop; tests/compat cannot,
# because its output equals CPython's. `unit/test_chains/every_case (ROW, ROW)` names rows of tests/data/chains.txt too.
# run.py calls problems(); each is a line that says which row lacks what.
import ast
import glob
import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NAME = re.compile(r"([a-z]+)/([\w./-]+)(?: \(([\w-]+(?:, [\w-]+)*)\))?")


def read(path):
    with open(os.path.join(ROOT, path)) as f:
        return f.read()


# ---- the cases that exist ----
def of_scripts(suite):
    """Cases of tests/port and tests/lwip: the arguments of port.cases(), and the comparison of stderr by run.py."""
    for path in glob.glob(os.path.join(ROOT, "tests", suite, "test_*.py")):
        text = read(path)
        prefix = "%s/%s/" % (suite, os.path.basename(path)[5:-3])
        if re.search(r"^# stderr: ", text, re.M):
            yield prefix + "stderr"
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "cases":
                yield from (prefix + argument.id for argument in node.args)


def of_unit():
    """Cases that a program of tests/unit hands to cmocka."""
    for path in glob.glob(os.path.join(ROOT, "tests/unit/**/test_*.c"), recursive=True):
        for case in re.findall(r"\bcmocka_unit_test\w*\((\w+)", read(path)):
            yield "unit/%s/%s" % (os.path.basename(path)[:-2], case)


def pattern_of(node):
    """A regular expression for the name that this expression makes; what is inserted into it has no slash."""
    if isinstance(node, ast.Constant):
        return re.escape(str(node.value))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        return re.sub(r"%[sd]", "[^/]+", pattern_of(node.left))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return pattern_of(node.left) + pattern_of(node.right)
    return "[^/]+"


def of_interop():
    """Patterns of the names that the generators of tests/interop yield."""
    for path in glob.glob(os.path.join(ROOT, "tests/interop/*.py")):
        for node in ast.walk(ast.parse(read(path))):
            if isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple):
                yield "interop/" + pattern_of(node.value.elts[0])


# ---- the rows ----
def rows(text):
    """The first and the last cell of each row."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if cells and cells[0] != "what" and cells[0].strip("-"):
            yield cells[0], cells[-1]


def problems(text=None):
    exact = {*of_scripts("port"), *of_scripts("lwip"), *of_unit()}
    patterns = list(of_interop())
    chains = set(re.findall(r"^([\w-]+) \|", read("tests/data/chains.txt"), re.M))
    found = list(rows(read("docs/differences.md") if text is None else text))
    if not found:
        yield "docs/differences.md has no rows"
    for row, cited in found:
        if not cited:
            yield "no test: " + row
        for name in re.split(r", (?![^(]*\))", cited) if cited else ():
            match = NAME.fullmatch(name)
            case = match and "%s/%s" % match.group(1, 2)
            if case not in exact and not (case and any(re.fullmatch(pattern, case) for pattern in patterns)):
                yield "no test is named %s: %s" % (name, row)
            for chain in (match and match.group(3) or "").split(", "):
                if chain and chain not in chains:
                    yield "tests/data/chains.txt has no row %s: %s" % (chain, row)


# Rows that must be reported, each with a part of the report.
PLANTED = (
    ("| a | b | c | d | |", "no test: a"),
    ("| a | b | c | d | port/differences |", "no test is named port/differences"),
    ("| a | b | c | d | port/differences/no_capath, port/differences/no_such_case |", "no_such_case"),
    ("| a | b | c | d | unit/test_chains/every_case (no-such-row) |", "no row no-such-row"),
    ("", "no rows"),
)


def blind():
    """The planted rows that problems() does not report."""
    return ["not reported: " + text for text, expected in PLANTED if not any(expected in p for p in problems(text))]
