# A client that polls for reading first gets to send its ClientHello, and readiness in
# one direction is never shown for the other.
import select
import ssl
from port import POLL_RD, POLL_WR, pair, shake


def ready(o, flags):
    poller = select.poll()
    poller.register(o, flags)
    events = poller.poll(0)
    return events[0][1] if events else 0


c, s, a, b = pair()
# Not begun: the client has something to send, so waiting to read is waiting for that.
assert ready(c, POLL_RD) == POLL_RD and ready(c, POLL_WR) == POLL_WR
a.wr.room = 0
assert ready(c, POLL_RD) == 0 and ready(c, POLL_WR) == 0
a.wr.room = 1 << 30
assert ready(s, POLL_RD) == 0 and ready(s, POLL_WR) == 0
assert c.read(10) is None
# Now it waits for the server: neither direction is ready, whatever the wire would take.
assert ready(c, POLL_RD) == 0 and ready(c, POLL_WR) == 0
assert ready(s, POLL_RD) == POLL_RD and ready(s, POLL_WR) == POLL_WR
for _ in range(10):
    s.read(10)
    c.read(10)
assert c.version() and s.version()

# Established and quiet: writable, not readable.
assert ready(c, POLL_RD | POLL_WR) == POLL_WR
assert ready(c, POLL_RD) == 0
# The wire is full: a reader does not spin because of it, nor a writer because of data to read.
a.wr.room = 0
assert ready(c, POLL_RD | POLL_WR) == 0
s.write(b"0123456789")
assert ready(c, POLL_RD | POLL_WR) == POLL_RD
assert ready(c, POLL_WR) == 0
# Decrypted but not read: readable although the wire is empty.
assert c.read(4) == b"0123"
assert a.rd.data == b"" and c.pending() == 6
assert ready(c, POLL_RD) == POLL_RD
assert c.read(10) == b"456789"
assert ready(c, POLL_RD) == 0

# A failure is ready in the direction that was asked for, so that the call can tell.
c, s, a, b = pair(hostname="other.test")
shake(c, s)
assert ready(c, POLL_RD) == POLL_RD and ready(c, POLL_WR) == POLL_WR
c.close()
poller = select.poll()
poller.register(c, POLL_RD)
assert poller.poll(0)[0][1] & 0x20  # POLLNVAL
print("ok")
