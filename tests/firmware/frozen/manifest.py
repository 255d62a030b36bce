# What the board of `make board` freezes besides: sockets, a clock and files, which come from this computer.
include("../../../config/manifest.py")
module("socket.py", opt=3)
module("ntptime.py", opt=3)
module("computer.py", opt=3)
