# The server's name is checked when a socket is wrapped, and files that cannot be read raise CPython's errors.
import os
import socket
import ssl
from helper import CERTS, client_context, part, read, say, show, show_text

part("names, on a socket that is not connected")
for name in ("", ".example.org", "a" * 64 + ".org", "ok.example.org"):
    try:
        client_context().wrap_socket(socket.socket(), server_hostname=name)
        say(repr(name), "taken")
    except ValueError:
        say(repr(name), "refused")

part("files that are damaged")
broken = read("ca.pem").replace(b"MII", b"M*I", 1)
for what, text in (("wrong base64", broken), ("the end is missing", read("ca.pem")[:-30])):
    path = CERTS + "broken.tmp"
    with open(path, "wb") as f:
        f.write(text)
    show(what, client_context().load_verify_locations, path)
    try:
        client_context().load_verify_locations(path)
    except ssl.SSLError as e:
        say(what + ": library", e.library, "reason", e.reason)
    os.remove(path)

part("capath")
show_text("a bool", client_context().load_verify_locations, None, True)
show_text("a number, by name", lambda: client_context().load_verify_locations(capath=1))
