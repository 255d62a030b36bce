# keylog_filename writes the lines that CPython writes, for programs such as Wireshark.
import os
import ssl
from helper import bio_pair, client_context, met, os_random, part, say, server_context, show

name = "/tmp/ussl-keylog-%d-%d" % (os_random(), os_random())


def lines():
    """Prints the comments of the file. Returns the other lines as (name, length of the random bytes, of the secret)."""
    with open(name) as f:
        text = f.read()
    for line in text.split("\n"):
        if line.startswith("#"):
            say("comment", line)
    return sorted((p[0], len(p[1]), len(p[2])) for p in (l.split() for l in text.split("\n")) if len(p) == 3
                  and p[0] != "EXPORTER_SECRET")


for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
    part("version %d" % version)
    client, server = client_context(), server_context()
    client.maximum_version = version
    say("keylog_filename", client.keylog_filename)
    client.keylog_filename = name
    say("keylog_filename is set", client.keylog_filename == name)
    say("lines before a handshake", lines())
    say("handshake", met(*bio_pair(client, server)))
    say("lines of a client", lines())
    client.keylog_filename = None
    say("handshake without a file", met(*bio_pair(client, server)), "number of lines", len(lines()))
    server.keylog_filename = name
    say("handshake with the server's lines behind the client's", met(*bio_pair(client, server)))
    say("lines of client and server", lines())
    os.remove(name) if hasattr(os, "remove") else os.unlink(name)
part("what keylog_filename refuses")
show("a folder that does not exist", setattr, client, "keylog_filename", "/nonexistent/folder/file")
say("keylog_filename", client.keylog_filename)
show("number", setattr, client, "keylog_filename", 5)
