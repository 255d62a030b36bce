# Application protocols (8).
import ssl
from helper import bio_pair, client_context, server_context, shake, show, show_text

for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
    for theirs, ours in ((["h2", "http/1.1"], ["http/1.1", "h2"]), (["h2"], ["h2"]), (["h2"], ["http/1.1"]), (["h2"], None),
                         (None, ["h2"]), ([], ["h2"]), (["h2"], []), (["x" * 255, "y"], ["y"]), (("a", "b", "c"), ("c",)),
                         (["h2", "h"], ["h", "h2x"])):
        c, s = client_context(), server_context()
        c.maximum_version = version
        if theirs is not None:
            c.set_alpn_protocols(theirs)
        if ours is not None:
            s.set_alpn_protocols(ours)
        a, b = bio_pair(c, s)
        print(a.selected_alpn_protocol())
        print(shake(a, b), a.selected_alpn_protocol(), b.selected_alpn_protocol(), a.version())

# The list is copied, and a later one replaces it; connections keep what they began with.
c, s = client_context(), server_context()
names = ["h2"]
c.set_alpn_protocols(names)
s.set_alpn_protocols(["h2", "spdy"])
names[0] = "spdy"
a, b = bio_pair(c, s)
c.set_alpn_protocols(["spdy"])
print(shake(a, b), a.selected_alpn_protocol())
a, b = bio_pair(c, s)
print(shake(a, b), a.selected_alpn_protocol())

# What is refused leaves the list as it was.
for bad in ([""], ["x" * 256], ["ok", ""]):
    try:
        c.set_alpn_protocols(bad)
        print("taken")
    except ssl.SSLError as e:
        print(e, e.args, e.errno)
show("not text", c.set_alpn_protocols, [5])
show("bytes", c.set_alpn_protocols, [b"h2"])
show("number", c.set_alpn_protocols, 5)
show("none", c.set_alpn_protocols, None)
try:
    c.set_alpn_protocols(["\xe9"])
except ValueError:
    print("not ASCII")
a, b = bio_pair(c, s)
print(shake(a, b), a.selected_alpn_protocol())
