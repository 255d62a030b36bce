# SPDX-License-Identifier: MIT
#
# lint.py - the suite "lint": the layers of the engine, the format and the length of files, the links and the names of tests in
# documents, the versions of mbedTLS that tools/need-sources accepts.
import glob
import os
import shutil
import tempfile

import links
import named_tests
from results import ROOT, report, run

# Arrows that point up, each planted in a copy of the tree: (name, file, text to add, what must be said).
PLANTED = (
    ("include", "engine/x509/dn.c", '#include "../trust/trust.h"\n', "points up"),
    ("private-header", "engine/conn/wire.c", '#include "../memory/bytes.h"\n', "keeps for itself"),
    ("call", "engine/memory/pool.c", "void ussl__x(void) { (void)ussl_identity_is_rsa(0); }\n", "points up"),
    ("circle", "engine/verify/verdict.c", "void ussl__x(void) { (void)ussl__path_find(0, 0, 0, 0); }\n", "circle"),
    ("mbedtls", "engine/conn/ctx.c", '#include "mbedtls/ssl.h"\n', "only engine/mbedtls/"),
    ("bearssl", "engine/mbedtls/ecp.c", '#include "bearssl_ec.h"\n', "only engine/arith/"),
    ("python", "engine/conn/ctx.c", '#include "py/obj.h"\n', "another layer"),
    ("inside", "binding/ssl_conn.c", "void x(void) { ussl__now(); }\n", "another layer"),
    ("header", "engine/memory/memory.h", "void ussl__signed_by(void);\n", "engine/verify/signature.c defines"),
)


def layers_are_held():
    with tempfile.TemporaryDirectory() as copy:
        for folder in ("engine", "binding", "tools"):
            shutil.copytree(os.path.join(ROOT, folder), os.path.join(copy, folder))
        for name, path, text, expected in PLANTED:
            path = os.path.join(copy, path)
            with open(path) as f:
                before = f.read()
            with open(path, "w") as f:
                f.write(before + text)
            status, out, err = run(["python3", copy + "/tools/check-layers"])
            good = status == 1 and expected in err
            report("passed" if good else "failed", "lint/layers-see-" + name, "" if good else out + err)
            with open(path, "w") as f:
                f.write(before)


def lint():
    checks = [("layers", ["python3", "tools/check-layers"])]
    version = run(["clang-format", "--version"])[1]
    if " 14." in version:
        checks.append(("format", ["make", "-s", "check-format"]))
    else:
        report("skipped", "lint/format", "needs clang-format 14, this is " + version.strip())
    for name, argv in checks:
        status, out, err = run(argv)
        report("passed" if status == 0 else "failed", "lint/" + name, "" if status == 0 else out + err)
    for name, good, detail in (*links.cases(), *named_tests.cases()):
        report("passed" if good else "failed", "lint/" + name, "" if good else detail)
    layers_are_held()
    versions_of_mbedtls()
    long_files = []
    for name in [n for n in glob.glob(ROOT + "/engine/**", recursive=True) + glob.glob(ROOT + "/binding/*") if os.path.isfile(n)]:
        with open(name) as f:
            if sum(1 for _ in f) > 600:
                long_files.append(os.path.relpath(name, ROOT))
    report("failed" if long_files else "passed", "lint/file-size", " ".join(long_files))


# Only 3.6.7 and later versions of 3.6 are built: earlier ones lack security fixes, mbedTLS 4 has other files.
def versions_of_mbedtls():
    wrong = ""
    for version, good in (("3.6.6", False), ("3.6.7", True), ("3.6.12", True), ("3.7.0", False), ("4.0.0", False), ("2.28.9", False)):
        with tempfile.TemporaryDirectory() as tree:
            for name, text in (("py/py.mk", ""), ("library/ssl_tls.c", ""),
                               ("include/mbedtls/build_info.h", '#define MBEDTLS_VERSION_STRING  "%s"\n' % version)):
                os.makedirs(os.path.dirname(os.path.join(tree, name)), exist_ok=True)
                with open(os.path.join(tree, name), "w") as f:
                    f.write(text)
            status, out, err = run(["sh", "tools/need-sources", tree, tree, tree + "/none"])
        if (status == 0) != good or ("3.6.7" in err) == good:
            wrong += "%s: %d %s%s" % (version, status, out, err)
    report("failed" if wrong else "passed", "lint/versions-of-mbedtls", wrong)
