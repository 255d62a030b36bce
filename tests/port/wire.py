# wire.py - reads and writes records and handshake messages, for tests that change them on the way (RFC 8446 4 and 5).
import ssl
from helper import client_context, server_context

V12, V13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
HANDSHAKE, ALERT = 22, 21


def u16(n):
    return bytes([n >> 8, n & 255])


def records(data):
    """Returns the records in these bytes as (type, version, content)."""
    found = []
    while data:
        size = data[3] << 8 | data[4]
        found.append((data[0], data[1:3], data[5 : 5 + size]))
        data = data[5 + size :]
    return found


def joined(parts):
    return b"".join([bytes([kind]) + version + u16(len(body)) + body for kind, version, body in parts])


def messages(content):
    """Returns the handshake messages in the content of a record as (type, body)."""
    found = []
    while content:
        size = content[2] << 8 | content[3]
        found.append((content[0], content[4 : 4 + size]))
        content = content[4 + size :]
    return found


def message(kind, body):
    return bytes([kind, 0]) + u16(len(body)) + body


def extensions_in(data):
    """Returns the list of extensions at the end of a hello as (type, body)."""
    listed, found = data[2:], []
    while listed:
        size = listed[2] << 8 | listed[3]
        found.append((listed[0] << 8 | listed[1], listed[4 : 4 + size]))
        listed = listed[4 + size :]
    return found


def extension_list(extensions):
    listed = b"".join([u16(kind) + u16(len(body)) + body for kind, body in extensions])
    return u16(len(listed)) + listed


def client_hello_parts(body):
    """Returns the part of a ClientHello before its extensions, and the extensions."""
    at = 2 + 32
    at += 1 + body[at]
    at += 2 + (body[at] << 8 | body[at + 1])
    at += 1 + body[at]
    return body[:at], extensions_in(body[at:])


def ends(version, protocols=(), client=None, server=None):
    """Returns a client and a server, each with the wire to it and the wire from it."""
    client, server = client or client_context(), server or server_context()
    client.maximum_version = version
    if protocols:
        client.set_alpn_protocols(protocols)
    wires = [ssl.MemoryBIO() for _ in range(4)]
    c = client.wrap_bio(wires[0], wires[1], server_hostname="localhost")
    s = server.wrap_bio(wires[2], wires[3], server_side=True)
    return (c, wires[0], wires[1]), (s, wires[2], wires[3])


def step(end):
    try:
        end.do_handshake()
        return True
    except ssl.SSLWantReadError:
        return False


def unchanged(flight, turn):
    return flight


def shake(version, to_client=unchanged, to_server=unchanged, **given):
    """Makes a handshake whose flights are changed on the way. Returns the reasons of the failures, the first one first."""
    client, server = ends(version, **given)
    failed = []
    for turn in range(6):
        for here, there, change in ((client, server, to_server), (server, client, to_client)):
            try:
                step(here[0])
            except ssl.SSLError as e:
                failed.append(e.reason)
            there[1].write(change(here[2].read(), turn))
            if len(failed) == 2:
                return failed
    if not failed:
        client[0].write(b"there")
        server[1].write(client[2].read())
        assert server[0].read(10) == b"there"
    return failed
