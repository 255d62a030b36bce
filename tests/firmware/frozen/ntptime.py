# SPDX-License-Identifier: MIT
#
# ntptime.py - sets the clock of the emulated board MPS2_AN385 by that of this computer (see socket.py).
import board
import socket


def settime():
    board.set_time(socket.request("T"))
