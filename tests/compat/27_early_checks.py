# What is checked before anything is sent, and the errors of files that cannot be read.
import os
import socket
import ssl
from helper import CERTS, client_context, read, show, show_text

# The name is checked at once, also where the socket is not connected yet.
for name in ("", ".example.org", "a" * 64 + ".org", "ok.example.org"):
    try:
        client_context().wrap_socket(socket.socket(), server_hostname=name)
        print(repr(name), "is taken")
    except ValueError:
        print(repr(name), "is refused")

# Files.
broken = read("ca.pem").replace(b"MII", b"M*I", 1)
for what, text in (("broken", broken), ("cut", read("ca.pem")[:-30])):
    path = CERTS + "broken.tmp"
    with open(path, "wb") as f:
        f.write(text)
    show(what, client_context().load_verify_locations, path)
    try:
        client_context().load_verify_locations(path)
    except ssl.SSLError as e:
        print(e.library, e.reason)
    os.remove(path)
show_text("capath", client_context().load_verify_locations, None, True)
show_text("capath", lambda: client_context().load_verify_locations(capath=1))
