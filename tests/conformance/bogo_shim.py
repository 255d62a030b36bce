# SPDX-License-Identifier: MIT
#
# bogo_shim.py - the program that BoringSSL's test runner (BoGo) starts for each of its tests: it
# connects to the runner and is the client or the server that the flags describe. The same script
# runs on MicroPython and on CPython.
#
# Notes: an exit status of 89 tells the runner that a flag asks for something that neither module
# has. A flag that only checks what this API does not show (-expect-...) is such a flag too, because
# a check that is left out would count as passed. The runner compares the alerts that it receives;
# the texts on stderr are for the reader.
import os
import socket
import ssl
import sys
import time

UNIMPLEMENTED = 89
VERSIONS = {0x303: ssl.TLSVersion.TLSv1_2, 0x304: ssl.TLSVersion.TLSv1_3}

# Flags that choose how BoringSSL's own API is used, which makes no difference on the wire.
IGNORED = (
    "async", "implicit-handshake", "use-custom-verify-callback", "use-ticket-callback",
    "use-old-client-cert-callback", "no-tls1", "no-tls11", "no-ssl3", "use-early-callback", "enable-grease", "permute-extensions",
    "handoff", "read-with-unfinished-write", "no-check-client-certificate-type",
    "no-check-ecdsa-curve", "tls13-variant", "forbid-renegotiation-after-handshake",
)
SWITCHES = (
    "server", "ipv6", "verify-peer", "require-any-client-certificate", "check-close-notify",
    "shim-shuts-down", "shim-writes-first", "no-tls12", "no-tls13", "no-ticket",
    "expect-session-miss", "expect-no-session",
)
VALUES = (
    "port", "shim-id", "resume-count", "key-file", "cert-file", "trust-cert", "min-version",
    "max-version", "advertise-alpn", "select-alpn", "expect-alpn", "host-name",
    "expect-server-name", "cipher", "expect-version",
)


class Unimplemented(Exception):
    pass


def parse(argv):
    """Returns three lists of settings: for all connections, for the first one, and for the others."""
    every, first, later = {}, {}, {}
    at = 0
    while at < len(argv):
        name, into = argv[at], every
        at += 1
        for prefix, chosen in (("-on-initial-", first), ("-on-resume-", later)):
            if name.startswith(prefix):
                name, into = "-" + name[len(prefix):], chosen
        name = name[1:]
        if name in SWITCHES:
            into[name] = True
        elif name in VALUES:
            into[name] = argv[at]
            at += 1
        elif name not in IGNORED:
            raise Unimplemented(name)
    return every, first, later


def protocols(wire):
    """The names in a ProtocolNameList (RFC 7301 3.1)."""
    names = []
    while wire:
        names.append(wire[1:1 + ord(wire[0])])
        wire = wire[1 + ord(wire[0]):]
    return names


def set_versions(context, flags):
    low, high = 0x303, 0x304
    if "min-version" in flags:
        low = int(flags["min-version"])
    if "max-version" in flags:
        high = int(flags["max-version"])
    low = 0x304 if "no-tls12" in flags else low
    high = 0x303 if "no-tls13" in flags else high
    if high not in VERSIONS or low > high:
        raise Unimplemented("version")
    context.minimum_version = VERSIONS[max(low, 0x303)]
    context.maximum_version = VERSIONS[high]


def make_context(flags):
    server = "server" in flags
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server else ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    trusts = bool(flags.get("trust-cert"))
    if trusts:
        context.load_verify_locations(flags["trust-cert"])
    if "require-any-client-certificate" in flags or (not server and trusts):
        context.verify_mode = ssl.CERT_REQUIRED
    else:
        context.verify_mode = ssl.CERT_OPTIONAL if "verify-peer" in flags else ssl.CERT_NONE
    set_versions(context, flags)
    if "cert-file" in flags:
        context.load_cert_chain(flags["cert-file"], flags["key-file"])
    if "cipher" in flags:
        context.set_ciphers(flags["cipher"])
    names = flags.get("select-alpn") if server else None
    if names:
        context.set_alpn_protocols([names])
    if not server and flags.get("advertise-alpn"):
        context.set_alpn_protocols(protocols(flags["advertise-alpn"]))
    if "no-ticket" in flags:
        context.options |= ssl.OP_NO_TICKET
    return context


def connect(flags):
    family, host = (socket.AF_INET6, "::1") if "ipv6" in flags else (socket.AF_INET, "127.0.0.1")
    plain = socket.socket(family, socket.SOCK_STREAM)
    where = socket.getaddrinfo(host, int(flags["port"]), family, socket.SOCK_STREAM)
    plain.connect(where[0][-1])
    number = int(flags["shim-id"])
    plain.send(bytes((number >> 8 * k) & 255 for k in range(8)))
    return plain


def check(flags, connection, asked_for, reused_due):
    if "expect-version" in flags:
        due = {0x303: "TLSv1.2", 0x304: "TLSv1.3"}.get(int(flags["expect-version"]))
        if connection.version() != due:
            raise ValueError("version: %s" % connection.version())
    if "expect-alpn" in flags and connection.selected_alpn_protocol() != flags["expect-alpn"]:
        raise ValueError("ALPN: %r" % connection.selected_alpn_protocol())
    if "expect-server-name" in flags and asked_for != [flags["expect-server-name"]]:
        raise ValueError("server_name: %r" % asked_for)
    if reused_due is not None and connection.session_reused != reused_due:
        raise ValueError("session_reused: %r" % connection.session_reused)


def exchange(connection, flags):
    """Sends back each byte with its bits inverted, as the runner expects."""
    if "shim-writes-first" in flags:
        connection.sendall(b"hello")
    if "shim-shuts-down" in flags:
        connection.unwrap()
        return
    while True:
        data = connection.recv(16384)
        if not data:
            break
        connection.sendall(bytes(b ^ 0xFF for b in data))


def one_connection(context, flags, session, reused_due, asked_for):
    server = "server" in flags
    more = {"server_side": True} if server else {}
    if not server:
        more["session"] = session
        if flags.get("host-name"):
            more["server_hostname"] = flags["host-name"]
    plain = connect(flags)
    # A truncation is an error only if the test says so.
    more["suppress_ragged_eofs"] = "check-close-notify" not in flags
    connection = context.wrap_socket(plain, do_handshake_on_connect=False, **more)
    try:
        connection.do_handshake()
        check(flags, connection, asked_for, reused_due)
        exchange(connection, flags)
        kept = None if server else connection.session
        if "shim-shuts-down" not in flags and "check-close-notify" in flags:
            connection.unwrap()
    except (OSError, ValueError):
        # A runner that goes on writing into a closed connection would not read the alert.
        time.sleep(0.1)
        raise
    finally:
        connection.close()
    return kept


def main(argv):
    every, first, later = parse(argv)
    asked_for = []
    context, kept = None, None
    for number in range(int(every.get("resume-count", 0)) + 1):
        flags = dict(every)
        flags.update(first if number == 0 else later)
        own_settings = first if number == 0 else later
        if context is None or own_settings:
            context = make_context(flags)
            if "server" in flags:
                context.sni_callback = lambda c, name, x: asked_for.append(name)
        del asked_for[:]
        due = None
        if number > 0:
            due = not ("expect-session-miss" in flags or "expect-no-session" in flags)
        kept = one_connection(context, flags, kept, due, asked_for)


try:
    # MicroPython takes no argument of more than 255 bytes, so one variable has all flags.
    main(os.getenv("BOGO_FLAGS").split("\n")[:-1])
except Unimplemented as e:
    sys.stderr.write("not implemented: %s\n" % e)
    sys.exit(UNIMPLEMENTED)
except (OSError, ValueError) as e:
    sys.stderr.write("%r\n" % e)
    sys.exit(1)
except Exception as e:
    sys.stderr.write("%r\n" % e)
    sys.exit(2)
