# poll() of a connection is right at every stage: a client that polls for reading can send its ClientHello, and readiness in one
# direction is not reported for the other.
import select
import ssl
from port import POLL_RD, POLL_WR, pair, shake


def ready(o, flags):
    poller = select.poll()
    poller.register(o, flags)
    events = poller.poll(0)
    return events[0][1] if events else 0


c, s, a, b = pair()
# Before the handshake the client has a message to send, so it is readable if the wire can be written.
assert ready(c, POLL_RD) == POLL_RD and ready(c, POLL_WR) == POLL_WR
a.wr.room = 0
assert ready(c, POLL_RD) == 0 and ready(c, POLL_WR) == 0
a.wr.room = 1 << 30
assert ready(s, POLL_RD) == 0 and ready(s, POLL_WR) == 0
assert c.read(10) is None
# The client waits for the server: neither direction is ready, although the wire can be written.
assert ready(c, POLL_RD) == 0 and ready(c, POLL_WR) == 0
assert ready(s, POLL_RD) == POLL_RD and ready(s, POLL_WR) == POLL_WR
for _ in range(10):
    s.read(10)
    c.read(10)
assert c.version() and s.version()

# Without data an established connection is writable and not readable.
assert ready(c, POLL_RD | POLL_WR) == POLL_WR
assert ready(c, POLL_RD) == 0
# If the wire is full, a reader does not spin because of it, nor a writer because of data that can be read.
a.wr.room = 0
assert ready(c, POLL_RD | POLL_WR) == 0
s.write(b"0123456789")
assert ready(c, POLL_RD | POLL_WR) == POLL_RD
assert ready(c, POLL_WR) == 0
# If plaintext is left, the connection is readable although the wire is empty.
assert c.read(4) == b"0123"
assert a.rd.data == b"" and c.pending() == 6
assert ready(c, POLL_RD) == POLL_RD
assert c.read(10) == b"456789"
assert ready(c, POLL_RD) == 0

# A failed connection is ready in the direction that is polled for, so that the next call raises.
c, s, a, b = pair(hostname="other.test")
shake(c, s)
assert ready(c, POLL_RD) == POLL_RD and ready(c, POLL_WR) == POLL_WR
c.close()
poller = select.poll()
poller.register(c, POLL_RD)
assert poller.poll(0)[0][1] & 0x20  # POLLNVAL
print("ok")
