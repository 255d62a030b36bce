# SPDX-License-Identifier: MIT
#
# ntptime.py - for the guide's snippets on this computer, whose clock is set.
def settime():
    pass
