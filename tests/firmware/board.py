# board.py - runs a script on an emulated board and returns what it printed.
#
# The script goes through MicroPython's raw REPL over the emulated serial line: Ctrl-A, the script, Ctrl-D. The answer is the
# output, Ctrl-D, the errors, Ctrl-D. -icount makes time a count of instructions, so figures are the same in every run.
import os
import select
import subprocess
import time

OPTIONS = ["-display", "none", "-monitor", "none", "-icount", "shift=5", "-serial", "stdio", "-semihosting"]

# For each board: its machine in qemu; the address of its counter; the instructions of 32 ns in a tick of the counter, as a
# fraction; the address of the byte whose lowest bit stands for a clock that was never set (board/board.c).
MACHINES = {
    "MPS2_AN385": (["qemu-system-arm", "-machine", "mps2-an385"], 0x40028018, (5, 4), 0x40028000),
    "MPS2_AN500": (["qemu-system-arm", "-machine", "mps2-an500"], 0x40028018, (5, 4), 0x40028000),
    "MPS2_M0PLUS": (["qemu-system-arm", "-machine", "mps2-an385"], 0x40028018, (5, 4), 0x40028000),
    "VIRT_RV32": (["qemu-system-riscv32", "-machine", "virt", "-bios", "none"], 0x0200BFF8, (25, 8), 0x10000007),
}

HEADER = """import machine
def ticks():
    return machine.mem32[%d]
def instructions(since):
    return ((ticks() - since) & 0xFFFFFFFF) * %d // %d
def lose_clock(lost):
    machine.mem8[%d] = lost
"""


class Board:
    def __init__(self, firmware, name="MPS2_AN385", options=OPTIONS):
        argv, counter, instructions, lost = MACHINES[name]
        self.header = HEADER % (counter, *instructions, lost)
        self.process = subprocess.Popen(argv + options + ["-kernel", firmware], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
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
        """Returns the output and the errors of a script, which can call the functions of HEADER."""
        deadline = time.time() + seconds
        self.send(b"\r\x03\x01")
        self.read_until(b"raw REPL; CTRL-B to exit\r\n>", deadline)
        self.send(self.header.encode() + script.encode() + b"\x04")
        self.read_until(b"OK", deadline)
        out = self.read_until(b"\x04", deadline)
        errors = self.read_until(b"\x04", deadline)
        return out.decode(errors="replace").replace("\r\n", "\n"), errors.decode(errors="replace")

    def close(self):
        self.process.kill()
        self.process.wait()


def with_certs(names, certs, script):
    """Returns the script with DATA in front: certificates and keys by name, because a board has no files."""
    data = {}
    for name in names:
        with open(os.path.join(certs, name), "rb") as f:
            data[name] = f.read()
    return "DATA = %r\n%s" % (data, script)
