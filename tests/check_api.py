# SPDX-License-Identifier: MIT
#
# check_api.py - checks that stubs/ssl.pyi has the names of the module as it is built, that docs/api.md has those of the stub,
# and that the stub marks each name that CPython does not have as an extension.
#
# run.py calls problems(). Each problem is a line that says which name is missing, and where.
import ast
import os
import re
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# Prints each name of the module and of its objects as a line "owner.name".
LOOK = """
import io, ssl
class Wire(io.IOBase):
    def readinto(self, buf): return None
    def write(self, buf): return len(buf)
    def ioctl(self, request, arg): return 0
bio, client = ssl.MemoryBIO(), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
server.load_cert_chain(CERTS + "server.pem", CERTS + "server.key")
client.load_verify_locations(CERTS + "ca.pem")
there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
c = client.wrap_bio(there, back, server_hostname="localhost")
s = server.wrap_bio(back, there, server_side=True)
for _ in range(4):
    for end in (c, s):
        try: end.do_handshake()
        except ssl.SSLWantReadError: pass
things = {
    "SSLContext": client, "SSLObject": c, "MemoryBIO": bio, "SSLSession": c.session,
    "SSLSocket": client.wrap_socket(Wire(), server_hostname="x", do_handshake_on_connect=False),
}
for kind in ("TLSVersion", "VerifyMode", "VerifyFlags", "Options", "SSLErrorNumber", "AlertDescription", "Purpose"):
    things[kind] = getattr(ssl, kind)
for name in dir(ssl): print("." + name)
for owner in things:
    for name in dir(things[owner]): print(owner + "." + name)
"""

# Names of MicroPython's object model, and names that the stub inherits from a base class.
PLUMBING = re.compile(r"\.__(class|dict|name|bases|getattr|del|init|enter|exit)__$")


def of_module(micropython, certs):
    """The names of the module as it is built. dir() of the module leaves out those that its __getattr__ makes."""
    done = subprocess.run([micropython, "-c", "CERTS = %r\n%s" % (certs + "/", LOOK)], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    names = set(done.stdout.decode().split())
    if done.returncode != 0:
        raise RuntimeError(done.stderr.decode())
    return {n for n in names if not PLUMBING.search(n)}


def of_stub():
    """The names of stubs/ssl.pyi, and those of them that are marked as extensions."""
    with open(os.path.join(ROOT, "stubs/ssl.pyi")) as f:
        text = f.read()
    lines, names, extensions = text.splitlines(), set(), set()

    def take(owner, node):
        if isinstance(node, ast.AnnAssign):
            name = node.target.id
        elif isinstance(node, ast.Assign):
            name = node.targets[0].id
        else:
            name = getattr(node, "name", None)
        private = name is None or (name.startswith("_") and not name.startswith(("_create", "_DEFAULT", "__version")))
        if private:
            return
        full = owner + "." + name
        names.add(full)
        end = node.lineno if isinstance(node, ast.ClassDef) else node.end_lineno
        if any("# extension" in line for line in lines[node.lineno - 1:end]):
            extensions.add(full)
        if isinstance(node, ast.ClassDef) and owner == "":
            for inner in node.body:
                take(name, inner)

    for node in ast.parse(text).body:
        take("", node)
    return {n for n in names if not PLUMBING.search(n)}, extensions


def of_cpython(cpython):
    look = """
import ssl
for name in dir(ssl): print("." + name)
for owner in ("SSLContext", "SSLObject", "SSLSocket", "MemoryBIO", "SSLSession", "SSLError", "SSLCertVerificationError",
              "TLSVersion", "VerifyMode", "VerifyFlags", "Options", "SSLErrorNumber", "AlertDescription", "Purpose"):
    for name in dir(getattr(ssl, owner)): print(owner + "." + name)
"""
    out = subprocess.run([cpython, "-W", "ignore", "-c", look], stdout=subprocess.PIPE).stdout.decode()
    return set(out.split())


# CPython has these too, but sets them on instances, or only in versions that are newer than the reference may be.
NEWER = {".HAS_PHA", ".HAS_PSK", "SSLContext.sslsocket_class", "SSLError.library", "SSLError.reason",
         "SSLObject.get_verified_chain", "SSLObject.get_unverified_chain", "SSLSocket.get_verified_chain",
         "SSLSocket.get_unverified_chain", "SSLCertVerificationError.verify_code", "SSLObject.server_hostname",
         "SSLCertVerificationError.verify_message", "SSLSocket.server_side", "SSLSocket.server_hostname"}
NUMBERS = ("Options.", "VerifyFlags.", "VerifyMode.", "SSLErrorNumber.", "AlertDescription.", "TLSVersion.")
# MicroPython's streams have these; CPython's sockets have not.
STREAM = {"SSLSocket.readinto", "SSLSocket.readline"}
# Only instances of our exceptions have these attributes. tests/compat checks them.
INSTANCE_ONLY = re.compile(r"SSL(Error|CertVerificationError)\.")
MADE = {".OP_ALL", ".OP_NO_RENEGOTIATION", ".OPENSSL_VERSION", ".OPENSSL_VERSION_INFO", ".OPENSSL_VERSION_NUMBER",
        ".CHANNEL_BINDING_TYPES"}


def problems(micropython, certs, cpython):
    module, (stub, extensions) = of_module(micropython, certs), of_stub()
    with open(os.path.join(ROOT, "docs/api.md")) as f:
        doc = f.read()
    for name in sorted(module - stub):
        yield "stubs/ssl.pyi lacks " + name
    for name in sorted(stub - module - MADE):
        if not INSTANCE_ONLY.match(name):
            yield "the module lacks %s of stubs/ssl.pyi" % name
    for name in sorted(stub):
        owner, word = name.split(".")
        family = re.match(r"(ALERT_DESCRIPTION|SSL_ERROR|OP|HAS|VERIFY)_", word)
        if name.startswith(NUMBERS):
            continue
        shown = family and "`%s_*`" % family.group(1) in doc
        if not shown and not re.search(r"\b%s\b" % re.escape(word), doc):
            yield "docs/api.md does not mention " + name
    if cpython:
        theirs = of_cpython(cpython)
        for name in sorted(stub - theirs - extensions - NEWER - STREAM):
            if name.startswith(NUMBERS):
                continue  # CPython's enumerations do not list members that are 0 or a combination
            yield name + " is not CPython's: mark it `extension` in stubs/ssl.pyi"
        for name in sorted(extensions & theirs):
            yield name + " is CPython's too"
