# SPDX-License-Identifier: MIT
#
# socket.py - the port's sockets, for the guide's snippets: the names that stand in the guide lead to local servers, which
# GUIDE_HOSTS lists: "example.org:443=44001,…".
import os
from usocket import *
from usocket import getaddrinfo as _getaddrinfo

_hosts = dict(pair.split("=") for pair in os.getenv("GUIDE_HOSTS").split(","))


def getaddrinfo(host, port, *more):
    here = _hosts.get("%s:%d" % (host, port))
    return _getaddrinfo("127.0.0.1", int(here), *more) if here else _getaddrinfo(host, port, *more)
