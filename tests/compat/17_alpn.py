# Application protocols are chosen, copied and refused as by CPython.
import ssl
from helper import bio_pair, client_context, met, part, say, server_context, show

for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
    part("version %d, lists of client and server" % version)
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
        names = [[name[:10] for name in given] if given is not None else None for given in (theirs, ours)]
        what = "client %s, server %s" % (names[0], names[1])
        say(what + ": protocol before the handshake", a.selected_alpn_protocol())
        say(what + ": handshake", met(a, b), "version", a.version())
        say(what + ": protocol", a.selected_alpn_protocol(), "server's protocol", b.selected_alpn_protocol())

part("the list is copied, and connections keep the one that they began with")
c, s = client_context(), server_context()
names = ["h2"]
c.set_alpn_protocols(names)
s.set_alpn_protocols(["h2", "spdy"])
names[0] = "spdy"
a, b = bio_pair(c, s)
c.set_alpn_protocols(["spdy"])
say("a connection from before: handshake", met(a, b), "protocol", a.selected_alpn_protocol())
a, b = bio_pair(c, s)
say("a new connection: handshake", met(a, b), "protocol", a.selected_alpn_protocol())

part("what set_alpn_protocols refuses; the list stays as it was")
for what, bad in (("an empty name", [""]), ("a name of 256 bytes", ["x" * 256]), ("a good and an empty name", ["ok", ""])):
    try:
        c.set_alpn_protocols(bad)
        say(what, "taken")
    except ssl.SSLError as e:
        say(what, e, "args", e.args, "errno", e.errno)
show("a number in the list", c.set_alpn_protocols, [5])
show("bytes in the list", c.set_alpn_protocols, [b"h2"])
show("a number", c.set_alpn_protocols, 5)
show("None", c.set_alpn_protocols, None)
try:
    c.set_alpn_protocols(["\xe9"])
except ValueError:
    say("a name that is not ASCII", "ValueError")
a, b = bio_pair(c, s)
say("handshake", met(a, b), "protocol", a.selected_alpn_protocol())
