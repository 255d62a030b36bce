# SPDX-License-Identifier: MIT
#
# network.py - a station that is connected, for the guide's snippets on this computer.
STA_IF = 0


class WLAN:
    def __init__(self, interface):
        pass

    def active(self, on):
        pass

    def connect(self, name, password):
        pass

    def isconnected(self):
        return True
