# SPDX-License-Identifier: MIT
#
# check_types.py - runs mypy with the stubs. It must find no error in the stubs, in the examples and in RIGHT, and one in
# each line of WRONG.
#
# run.py calls problems() if lacks() returns an empty string; each problem is a line.
import glob
import os
import re
import shutil
import subprocess
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
STUBS = os.path.join(ROOT, "stubs")

# For the examples. The modules in the list are other ones in MicroPython than in CPython, whose types mypy has, so their
# names have no types here. Nor have those of modules that CPython lacks.
EXAMPLES_INI = """
[mypy]
check_untyped_defs = True
ignore_missing_imports = True
[mypy-_thread,asyncio.*,binascii,collections.*,errno,gc,hashlib,io,json,os.*,platform,random,select,socket,sys,time]
follow_imports = skip
follow_imports_for_stubs = True
"""

SETUP = """
import io
import socket
import ssl
import ssl_asyncio
import tls
from typing import Any
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
low = tls.SSLContext(tls.PROTOCOL_DTLS_SERVER)
sock = socket.socket()
bio = ssl.MemoryBIO()
conn = context.wrap_socket(sock, server_hostname="example.com")
obj = context.wrap_bio(bio, bio, server_hostname="example.com")
class Uart(io.RawIOBase):
    def readinto(self, buf: Any) -> int: return 0
    def write(self, buf: Any) -> int: return len(buf)
    def ioctl(self, request: int, arg: int) -> int: return 0
def choose(tls: ssl.SSLSocket | ssl.SSLObject, name: str | None, context: ssl.SSLContext) -> int | None: return None
"""

RIGHT = """
context.verify_mode = ssl.CERT_REQUIRED
context.verify_clock = "hold"
context.server_psk_keys = {b"device": b"0123456789abcdef"}
context.sni_callback = choose
context.verify_callback = lambda der, depth: 0
context.psk_identity = "device"
context.load_verify_locations("ca.pem", cadata=b"certificate")
context.load_cert_chain(b"certificate", b"key", lambda: "password")
context.pin(None, bytes(32), "00" * 32)
context.reserve(2, record_in=4096, buffers=1)
used: int = context.memory()["used"]
skipped: int = context.cert_store_stats().get("skipped", 0)
names: list[str] = [c["name"] for c in context.get_ciphers()]
names = low.get_ciphers()
der: list[bytes] = context.get_ca_certs(True)
issuer = context.get_ca_certs()[0]["issuer"]
context.set_ciphers(["TLS_AES_128_GCM_SHA256"])
context.set_psk_client_callback(lambda hint: ("device", b"0123456789abcdef"))
context.wrap_socket(Uart(), server_hostname="example.com")
context.wrap_socket(conn, server_hostname="example.com")
low.wrap_socket(sock, client_id=b"peer")
one: bytes = conn.getpeercert(True)
bits: int = conn.cipher()[2]
page: bytes = conn.read()
count: int = conn.read(10, bytearray(10))
count = obj.read(buffer=memoryview(bytearray(10)))
saved: bytes = conn.session.serialize(b"0123456789abcdef")
obj.session = ssl.SSLSession.deserialize(context, saved, key=b"0123456789abcdef")
ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cadata="certificate")
good: bool = ssl.explain("example.com", timeout=None, color=False)
ssl_asyncio.start_server(lambda reader, writer: None, "0.0.0.0", 443, ssl=low)
"""

# One mistake a line.
WRONG = """
ssl.SSLContext("TLS")
context.verify_mode = "CERT_NONE"
context.verify_clock = "later"
context.protocol = ssl.PROTOCOL_TLS_SERVER
context.minimum_verison = ssl.TLSVersion.TLSv1_3
context.handshake_timeout = "60"
context.verify_callback = lambda der: 0
context.sni_callback = lambda tls, name: None
context.server_psk_keys = [b"0123456789abcdef"]
context.load_cert_chain()
context.load_cert_chain("cert.pem", "key.pem", 1234)
context.load_verify_locations(capath="/etc/ssl/certs")
context.load_verify_locations(cadata=3)
context.pin("example.com")
context.pin("example.com", 32)
context.reserve(1, 4096)
context.reserve(records=4096)
context.memory()["free"]
context.cert_store_stats()["x508"]
context.session_stats()["hit"]
context.get_ciphers()[0]["bits"]
context.get_ca_certs(True)[0]["issuer"]
context.set_alpn_protocols([b"h2"])
context.set_ciphers(ciphers="ALL")
context.set_psk_client_callback(lambda hint: b"0123456789abcdef")
context.wrap_socket()
context.wrap_socket(None)
context.wrap_socket("example.com")
context.wrap_socket(sock, hostname="example.com")
context.wrap_socket(sock, client_id=b"peer")
context.wrap_bio(sock, sock)
low.set_ciphers("ALL")
low.get_ciphers()[0]["name"]
low.wrap_socket(sock, client_id="peer")
tls.SSLContext()
tls.wrap_socket(sock)
conn.write("text")
conn.send("text")
conn.recv("10")
conn.recv_into(b"1234")
conn.readinto(b"1234")
conn.settimeout("10")
conn.getpeercert()["notbefore"]
conn.getpeercert(True)["subject"]
conn.cipher()["name"]
conn.session_reused = True
conn.server_name
obj.recv(10)
obj.read(10).encode()
obj.read(10, bytearray(10)).decode()
obj.read(10, b"1234")
obj.unwrap().read()
bio.write("text")
ssl.SSLSession.deserialize(context)
ssl.SSLSession.deserialize(context, "text")
ssl.SSLSession().serialise()
ssl.create_default_context("server")
ssl.create_default_context(ssl.Purpose.SERVER_AUTH, "ca.pem")
ssl.explain()
ssl.explain("example.com", color="red")
ssl.RAND_bytes("16")
ssl.install_roots(path="new.ussl")
ssl.get_server_certificate("example.com")
ssl.wrap_socket("example.com")
ssl.wrap_socket(sock, keyfile="key.pem")
ssl.PROTOCOL_TLSv1_2
ssl.CERT_NONE = 2
ssl.Purpose.BOTH
ssl_asyncio.open_connection("example.com", "443")
ssl_asyncio.open_connection("example.com", 443, limit=1000)
ssl_asyncio.start_server(lambda reader: None, "0.0.0.0", 443)
"""


def lacks():
    """Returns what is missing on this machine, and what is not checked without it; an empty string if nothing is."""
    return "" if shutil.which("mypy") else "needs mypy: the types of stubs/ and of examples/ are not checked"


def mypy(*arguments):
    """Returns the errors as (file, line, text). Raises RuntimeError if mypy itself fails."""
    env = dict(os.environ, MYPYPATH=STUBS)
    argv = ["mypy", "--no-site-packages", "--cache-dir", os.devnull, "--no-error-summary", "--show-error-codes"]
    done = subprocess.run(argv + list(arguments), cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = done.stdout.decode(), done.stderr.decode()
    if done.returncode not in (0, 1):
        raise RuntimeError(out + err)
    return [(name, int(line), text) for name, line, text in re.findall(r"^(.*?):(\d+): error: (.*)$", out, re.M)]


def stubs_and_examples(config):
    files = sorted(glob.glob(STUBS + "/*.pyi"))
    for found in mypy("--config-file=", "--strict", *files):
        yield "%s:%d: %s" % found
    with open(os.path.join(STUBS, "pyproject.toml")) as f:
        package = f.read()
    for name in files:
        if '"%s"' % os.path.basename(name) not in package:
            yield "stubs/pyproject.toml lacks " + os.path.basename(name)
    scripts = glob.glob(ROOT + "/examples/**/*.py", recursive=True)
    for folder in sorted({os.path.dirname(s) for s in scripts}):  # two folders may have files of one name
        for found in mypy("--config-file", config, *sorted(s for s in scripts if os.path.dirname(s) == folder)):
            yield "%s:%d: %s" % found


def calls(script):
    """Runs mypy on SETUP, RIGHT and WRONG: each line of WRONG must have an error, and no other line may."""
    lines = (SETUP + RIGHT + WRONG).splitlines()
    wrong = {n for n, text in enumerate(lines, 1) if text and n > len((SETUP + RIGHT).splitlines())}
    with open(script, "w") as f:
        f.write("\n".join(lines) + "\n")
    errors = {line: text for _, line, text in mypy("--config-file=", "--disable-error-code=unused-coroutine", script)}
    for n in sorted(set(errors) - wrong):
        yield "mypy refuses what is right: %s: %s" % (lines[n - 1], errors[n])
    for n in sorted(wrong - set(errors)):
        yield "mypy takes what is wrong: " + lines[n - 1]


def problems():
    with tempfile.TemporaryDirectory() as folder:
        config, script = folder + "/mypy.ini", folder + "/calls.py"
        with open(config, "w") as f:
            f.write(EXAMPLES_INI)
        yield from stubs_and_examples(config)
        yield from calls(script)
