# heap: 200k
# If the heap is full, a call raises MemoryError, and the connection can be used afterwards.
import gc
import ssl
from helper import client_context, server_context
from port import raises
from helper import bio_pair, shake

c, s = bio_pair(client_context(), server_context())
assert shake(c, s) == [True, True]
hoard = [None] * 500  # made first, so that the loops allocate only the buffers
n = 0
for size in (2000, 1000):
    try:
        while True:
            hoard[n] = bytearray(size)
            n += 1
    except MemoryError:
        pass
caught = 0
for _ in range(20):
    try:
        c.write(b"x" * 1500)
    except MemoryError:
        caught += 1
hoard = None
gc.collect()
got = 0
while True:
    try:
        got += len(s.read(4096))
    except ssl.SSLWantReadError:
        break
assert got % 1500 == 0 and caught > 0
assert c.write(b"after") == 5 and s.read() == b"after"

# MemoryBIO.read() of everything returns the buffer itself, and allocates nothing for the bytes.
bio = ssl.MemoryBIO()
for size in (1, 511, 512, 16384, 40000):
    bio.write(b"y" * size)
    hoard = []
    try:
        while True:
            hoard.append(bytearray(400))
    except MemoryError:
        hoard.pop()
    part = bio.read()
    hoard = None
    assert part == b"y" * size and hash(part) == hash(b"y" * size) and bio.pending == 0
    assert bio.write(b"again") == 5 and bio.read(2) == b"ag" and bio.read() == b"ain"
print("ok")
