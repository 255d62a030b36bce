# SPDX-License-Identifier: MIT
#
# socket.py - sockets for the emulated board MPS2_AN385, which has no network: its second serial line leads to tools/board on
# this computer, which opens the connections. It also gives the board the time and the files of a folder.
#
# Each call is one request and one answer: an operation, the number of a socket, and the length of the data that follow; then a
# status, which is a length, a number or a negative error, and the data that were asked for.
import errno
import io
import micropython
import struct

AF_INET = 2
SOCK_STREAM = 1
_STREAM_POLL, _STREAM_CLOSE = 3, 4


# The registers of the second UART of MPS2 (ARM DDI 0479, 4.3): DATA; STATE, whose bits are "cannot send", "has received";
# CTRL; INTSTATUS; BAUDDIV.
@micropython.viper
def _start():
    uart = ptr32(0x40005000)  # noqa: F821
    uart[4] = 16
    uart[2] = 3


@micropython.viper
def _put(data: ptr8, n: int):  # noqa: F821
    uart = ptr32(0x40005000)  # noqa: F821
    for i in range(n):
        while uart[1] & 1:
            pass
        uart[0] = data[i]


@micropython.viper
def _get(data: ptr8, n: int):  # noqa: F821
    uart = ptr32(0x40005000)  # noqa: F821
    for i in range(n):
        while not uart[1] & 2:
            pass
        data[i] = uart[0]


def request(operation, number=0, data=b"", buffer=None):
    """Returns the status. The data of the answer are put into `buffer`, which must have room for them."""
    head = struct.pack("<BBH", ord(operation), number, len(data))
    _put(head, len(head))
    _put(data, len(data))
    answer = bytearray(4)
    _get(answer, 4)
    status = struct.unpack("<i", answer)[0]
    if status < 0:
        raise OSError(-status)
    if buffer is not None:
        _get(buffer, min(status, len(buffer)))
        for _ in range(len(buffer), status):  # a file that has grown
            _get(answer, 1)
    return status


_start()


def getaddrinfo(host, port, *more):
    return [(AF_INET, SOCK_STREAM, 0, "", (host, port))]  # the computer looks the name up


class socket(io.IOBase):
    def __init__(self, *family):
        self.number = 0  # none is open
        self.timeout = None

    def connect(self, address):
        self.number = request("O", 0, ("%s:%d" % address).encode())

    def settimeout(self, seconds):
        self.timeout = seconds

    def setblocking(self, flag):
        self.timeout = None if flag else 0

    def readinto(self, buffer):
        while True:
            wait = 1 if self.timeout is None else self.timeout
            try:
                n = min(len(buffer), 4096)
                return request("R", self.number, struct.pack("<HI", n, int(wait * 1000)), buffer)
            except OSError as e:
                if e.errno != errno.EAGAIN:
                    raise
                if self.timeout is not None:
                    if self.timeout:
                        raise OSError(errno.ETIMEDOUT)
                    return None

    def write(self, data):
        return request("W", self.number, memoryview(data)[:4096])

    def ioctl(self, operation, argument):
        if operation == _STREAM_POLL:
            return request("P", self.number, struct.pack("<H", argument)) if self.number else 0
        if operation == _STREAM_CLOSE and self.number:
            request("C", self.number)
            self.number = 0
        return 0

    def close(self):
        self.ioctl(_STREAM_CLOSE, 0)
