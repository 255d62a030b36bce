# SPDX-License-Identifier: MIT
#
# sitecustomize.py - CPython imports it at the start: the names of hosts in the guide lead to local servers, for tools/make-roots
# as modules/socket.py does it for the snippets.
import os
import socket

_hosts = dict(pair.split("=") for pair in os.environ.get("GUIDE_HOSTS", "").split(",") if pair)
_getaddrinfo = socket.getaddrinfo


def _local(host, port, *more, **named):
    here = _hosts.get("%s:%s" % (host, port))
    return _getaddrinfo("127.0.0.1", here, *more, **named) if here else _getaddrinfo(host, port, *more, **named)


socket.getaddrinfo = _local
