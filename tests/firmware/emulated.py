# SPDX-License-Identifier: MIT
#
# emulated.py - `make board` does what README.md and docs/guide/emulated-board.md say: a program runs on the emulated board as it
# is, the report in README.md is what the board prints, the prompt and mpremote reach it. Run by tests/run.py.
import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests/guide"))
import guide  # noqa: E402

TOOL = [sys.executable, os.path.join(ROOT, "tools/board")]
SECONDS = 120


def run(argv, env=None):
    done = subprocess.run(argv, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS)
    return done.returncode, done.stdout.decode(errors="replace")


def run_text(script):
    with tempfile.NamedTemporaryFile("w", suffix=".py") as f:
        f.write(script)
        f.flush()
        return run(TOOL + [f.name])


class Terminal:
    """tools/board with a terminal in front of it."""

    def __init__(self, *arguments):
        self.screen, theirs = pty.openpty()
        self.process = subprocess.Popen(TOOL + list(arguments), cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)
        self.out = ""

    def until(self, text):
        end = time.time() + SECONDS
        while text not in self.out:
            if not select.select([self.screen], [], [], max(0, end - time.time()))[0]:
                return False
            try:
                self.out += os.read(self.screen, 4096).decode(errors="replace")
            except OSError:  # EIO: the program has ended
                return False
        return True

    def type(self, text):
        self.out = ""
        os.write(self.screen, text.encode())

    def close(self):
        try:
            return self.process.wait(20)
        finally:
            self.process.kill()
            self.process.wait()
            os.close(self.screen)


def readme():
    with open(os.path.join(ROOT, "README.md")) as f:
        return dict((kind, text) for kind, text in re.findall(r"^```(python|text)\n(.*?)^```$", f.read(), re.M | re.S))


def programs():
    with open(os.path.join(ROOT, "examples/board.py")) as f:
        yield "readme-is-the-example", readme()["python"] == f.read(), "README.md and examples/board.py differ"
    status, out = run(TOOL + ["examples/board.py"])
    yield "example", status == 0 and "200 OK" in out, out
    status, out = run_text('import ssl\nssl.explain("localhost", 8443)\n')
    yield "readme-report", status == 0 and guide.normal(out) == guide.normal(readme()["text"]), out
    status, out = run_text("print(1)\nraise ValueError('this')\n")
    yield "a-program-that-raises", status == 1 and out.startswith("1\n") and "ValueError: this" in out, out
    status, out = run_text("print(len(open('LICENSE').read()) > 1000)\nfor name in ('../LICENSE', '/etc/passwd', 'nothing'):\n"
                           "    try:\n        print(open(name).read())\n    except OSError as e:\n        print(e.errno)\n"
                           "try:\n    open('new', 'w')\nexcept OSError as e:\n    print(e.errno)\n")
    with open(os.path.join(ROOT, "LICENSE")) as f:
        yield "files-of-this-folder-alone", status == 0 and out == "True\n%s\n2\n2\n30\n" % f.read(), out


def terminals():
    terminal = Terminal()
    good = terminal.until(">>> ")
    terminal.type("import ntptime, ssl; ntptime.settime(); print(ssl.explain('localhost', 8443))\r")
    good = good and terminal.until("ACCEPTED") and terminal.until("True")
    out = terminal.out
    terminal.type("\x1d")
    yield "prompt", good and terminal.close() == 0, out
    with socket.socket() as busy:
        busy.bind(("0.0.0.0", 8443))
        busy.listen(1)
        status, out = run(TOOL + ["examples/board.py"])
        yield "a-port-in-use", status == 2 and "another program uses port 8443" in out, out
    yield mpremote()


def mpremote():
    tool = os.path.join(os.environ.get("MICROPYTHON", os.path.join(ROOT, "build/src/micropython")), "tools/mpremote")
    python = next((p for p in (sys.executable, "/usr/bin/python3") if run([p, "-c", "import serial"])[0] == 0), None)
    if python is None or not os.path.isdir(tool):
        return "mpremote", None, "needs mpremote in MicroPython's tree, and python3-serial"
    terminal = Terminal("--pty")
    found = terminal.until("Ctrl-C") and re.search(r"/dev/pts/\d+", terminal.out)
    status, out = run([python, "-m", "mpremote", "connect", found.group(), "exec", "HOST = 'localhost:8443'", "run", "python/ussl_explain.py"],
                      dict(os.environ, PYTHONPATH=tool))
    terminal.process.send_signal(signal.SIGINT)
    good = status == 0 and "\x1b[31mwrong: the clock is not set" in out and terminal.close() == 0
    return "mpremote", good, out


def cases():
    """Yields (name, good, detail); good is None for what cannot run here."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("0.0.0.0", 8443))
        except OSError:
            yield "port", None, "another program uses port 8443"
            return
    yield from programs()
    yield from terminals()
