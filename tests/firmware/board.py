# board.py - runs a script on the emulated board and gives what it printed.
#
# MicroPython's raw REPL over the emulated serial line: Ctrl-A, the script, Ctrl-D; then output, Ctrl-D,
# errors, Ctrl-D. -icount makes time a count of instructions, so figures repeat to the digit.
import os
import select
import subprocess
import time

QEMU = ["qemu-system-arm", "-machine", "mps2-an385", "-display", "none", "-monitor", "none", "-icount", "shift=5",
        "-serial", "stdio", "-semihosting", "-kernel"]


class Board:
    def __init__(self, firmware):
        self.process = subprocess.Popen(QEMU + [firmware], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL)
        self.got = b""

    def read_until(self, mark, deadline):
        while mark not in self.got:
            left = deadline - time.time()
            ready = left > 0 and select.select([self.process.stdout], [], [], left)[0]
            part = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            if not part:
                raise TimeoutError("no %r from the board; it said: %r" % (mark, self.got[-2000:]))
            self.got += part
        found, self.got = self.got.split(mark, 1)
        return found

    def send(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def run(self, script, seconds):
        """Output and errors of a script."""
        deadline = time.time() + seconds
        self.send(b"\r\x03\x01")
        self.read_until(b"raw REPL; CTRL-B to exit\r\n>", deadline)
        self.send(script.encode() + b"\x04")
        self.read_until(b"OK", deadline)
        out = self.read_until(b"\x04", deadline)
        errors = self.read_until(b"\x04", deadline)
        return out.decode(errors="replace").replace("\r\n", "\n"), errors.decode(errors="replace")

    def close(self):
        self.process.kill()
        self.process.wait()


def with_certs(names, certs, script):
    """The script with DATA in front: certificates and keys by name, as there are no files."""
    data = {}
    for name in names:
        with open(os.path.join(certs, name), "rb") as f:
            data[name] = f.read()
    return "DATA = %r\n%s" % (data, script)
