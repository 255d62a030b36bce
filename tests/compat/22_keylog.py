# Secrets for Wireshark: keylog_filename.
import os
import ssl
from helper import bio_pair, client_context, os_random, server_context, shake, show, show_text

name = "/tmp/ussl-keylog-%d-%d" % (os_random(), os_random())


def lines():
    with open(name) as f:
        text = f.read()
    for line in text.split("\n"):
        if line.startswith("#"):
            print(line)
    return sorted((p[0], len(p[1]), len(p[2])) for p in (l.split() for l in text.split("\n")) if len(p) == 3
                  and p[0] != "EXPORTER_SECRET")


for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
    client, server = client_context(), server_context()
    client.maximum_version = version
    print(client.keylog_filename)
    client.keylog_filename = name
    print(client.keylog_filename == name)
    print(lines())
    print(shake(*bio_pair(client, server)))
    print(lines())
    client.keylog_filename = None
    print(shake(*bio_pair(client, server)), len(lines()))
    server.keylog_filename = name  # appended, one header
    print(shake(*bio_pair(client, server)))
    print(lines())
    os.remove(name) if hasattr(os, "remove") else os.unlink(name)
show("no folder", setattr, client, "keylog_filename", "/nonexistent/folder/file")
print(client.keylog_filename)
show("number", setattr, client, "keylog_filename", 5)
