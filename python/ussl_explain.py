# SPDX-License-Identifier: MIT
#
# ussl_explain.py - says why a TLS server is accepted or refused, and what to do, with ssl.explain().
#
#   micropython -m ussl_explain example.org            port 443
#   micropython -m ussl_explain example.org:8883 --ca ca.pem
#   micropython -m ussl_explain https://example.org/a/page
#
# On a board, whose file system has ca.pem (without CA, the board's root store counts):
#
#   mpremote exec "HOST = 'example.org:8883'; CA = 'ca.pem'" run python/ussl_explain.py
#
# The exit status is 0 if the server was accepted, 1 if it was refused, and 2 for wrong arguments. The output has colors on a
# terminal, unless the environment variable NO_COLOR is set. Over mpremote it always has them, unless COLOR = False.
import ssl
import sys


def target(text):
    """Returns the host and the port of host, host:port, [address]:port, or an https:// URL."""
    if "://" in text:
        scheme, text = text.split("://", 1)
        if scheme != "https":
            raise ValueError("not an https:// URL")
        for mark in "/?#":
            text = text.split(mark, 1)[0]
        text = text.split("@")[-1]
    port = "443"
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        if rest:
            port = rest[1:] if rest.startswith(":") else ""
    elif text.count(":") == 1:
        host, port = text.split(":")
    else:  # a name without a port, or an IPv6 address
        host = text
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError("no host, or no port from 1 to 65535")
    return host, int(port)


def explain(host_and_port, cafile=None, color=None):
    """Returns True if the server was accepted."""
    if not hasattr(ssl, "explain"):
        raise NotImplementedError("build with USSL_CFLAGS=-DUSSL_EXPLAIN=1")
    host, port = target(host_and_port)
    return ssl.explain(host, port, ssl.create_default_context(cafile=cafile), color=color)


def main(arguments):
    cafile = None
    if len(arguments) == 3 and arguments[1] == "--ca":
        cafile = arguments[2]
    elif len(arguments) != 1 or arguments[0].startswith("-"):
        print("usage: ussl_explain HOST[:PORT] [--ca FILE]")
        return 2
    try:
        return 0 if explain(arguments[0], cafile) else 1
    except (OSError, ValueError, NotImplementedError) as e:
        print("ussl_explain: %s: %s" % (" ".join(arguments), e))
        return 2


if __name__ == "__main__":
    if "HOST" in globals():
        explain(HOST, globals().get("CA"), globals().get("COLOR", True))  # noqa: F821
    else:
        sys.exit(main(sys.argv[1:]))
