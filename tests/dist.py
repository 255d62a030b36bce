# SPDX-License-Identifier: MIT
#
# dist.py - the release archive of `make dist`, and the version of what was built. cases() yields (name, good, detail);
# good is None for a test that is skipped.
#
#   python3 tests/run.py dist
import hashlib
import os
import re
import subprocess
import tarfile
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def run(argv, folder=ROOT, **environment):
    done = subprocess.run(argv, cwd=folder, env=dict(os.environ, **environment), timeout=300, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout.decode(errors="replace")


def archive(folder):
    """Whoever makes it gets the same bytes; it has what git tracks and nothing else."""
    paths = [folder + name for name in ("/first.tar.gz", "/second.tar.gz")]
    for path, mask, zone in zip(paths, ("022", "077"), ("UTC", "Asia/Tokyo")):
        status, out = run(["sh", "-c", "umask %s; make -s dist ARCHIVE=%s" % (mask, path)], TZ=zone, MAKEFLAGS="")
        if status != 0:
            yield "archive", False, out
            return
    hashes = []
    for path in paths:
        with open(path, "rb") as f:
            hashes.append(hashlib.sha256(f.read()).hexdigest())
    yield "reproducible", hashes[0] == hashes[1] and hashes[0] in out, " ".join(hashes) + "\n" + out
    tracked = run(["git", "ls-tree", "-r", "--name-only", "HEAD"])[1].splitlines()
    date = int(run(["git", "log", "-1", "--format=%ct"])[1])
    with tarfile.open(paths[0]) as tar:
        members = tar.getmembers()
        files = [m.name for m in members if not m.isdir()]
        odd = [m.name for m in members if (m.uname, m.uid, m.mtime) != ("root", 0, date) or m.mode & 0o022]
        top = files[0].split("/")[0]
        wanted = [top + "/" + name for name in tracked]
        good = files == wanted and not odd and re.fullmatch(r"ussl-\d+\.\d+\.\d+", top)
        yield "holds-what-git-tracks", bool(good), "%s %s" % (top, odd[:5] + sorted(set(files) ^ set(wanted))[:5])
        tar.extractall(folder, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    yield from without_git(folder, os.path.join(folder, top))


def without_git(folder, tree):
    """What a person does first with the archive works where there is no git."""
    os.mkdir(folder + "/bin")
    with open(folder + "/bin/git", "w") as f:
        f.write("#!/bin/sh\necho git was called >&2\nexit 1\n")
    os.chmod(folder + "/bin/git", 0o755)
    path = folder + "/bin:" + os.environ["PATH"]
    os.mkdir(tree + "/build")  # the recipes write their logs there
    # A recipe with $(MAKE) runs even with -n: here it calls a program that does nothing.
    for name, argv in (("make-run", ["make", "-n", "MAKE=:", "run"]), ("layers", ["python3", "tools/check-layers"]),
                       ("version", ["python3", "tools/check-version"]), ("lint", ["python3", "tests/run.py", "lint"])):
        status, out = run(argv, tree, PATH=path, MAKEFLAGS="", MAKELEVEL="")
        yield "without-git/" + name, status == 0 and "git was called" not in out, out[-2000:]
    status, out = run(["make", "dist"], tree, MAKEFLAGS="", MAKELEVEL="")
    yield "no-archive-without-git", status != 0 and "made in a git checkout" in out, out


def versions():
    """What was built has the version of the header. The interpreter may be missing: then there is nothing to compare."""
    wanted = run(["python3", "tools/check-version", "--print"])[1]
    status, out = run(["python3", "tools/check-version"])
    yield "version", status == 0 and re.fullmatch(r"\d+\.\d+\.\d+\n", wanted) is not None, out
    micropython = ROOT + "/build/unix/micropython"
    if os.path.exists(micropython):
        status, out = run([micropython, "-c", "import ssl; print(ssl.__version__)"])
        yield "version-of-the-module", out == wanted, out
    # A version that is changed in one place only is found.
    with tempfile.TemporaryDirectory() as copy:
        for name in ("engine", "tools"):
            os.mkdir(copy + "/" + name)
        for name in ("engine/ussl.h", "idf_component.yml", "CHANGELOG.md", "tools/check-version"):
            with open(os.path.join(ROOT, name)) as f, open(os.path.join(copy, name), "w") as new:
                new.write(f.read())
        found = []
        for name in ("engine/ussl.h", "idf_component.yml", "CHANGELOG.md"):
            with open(os.path.join(copy, name)) as f:
                before = f.read()
            with open(os.path.join(copy, name), "w") as f:
                f.write(before.replace(wanted.strip(), "9.8.7", 1))
            status, out = run(["python3", copy + "/tools/check-version"])
            found.append(status == 1 and "9.8.7" in out)
            with open(os.path.join(copy, name), "w") as f:
                f.write(before)
        yield "version-in-one-place", all(found) and run(["python3", copy + "/tools/check-version"])[0] == 0, str(found)


def cases():
    yield from versions()
    if not os.path.exists(ROOT + "/.git"):
        yield "archive", None, "this is no git checkout"
        return
    with tempfile.TemporaryDirectory() as folder:
        yield from archive(folder)
