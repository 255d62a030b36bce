# device.py - runs on the emulated boards, with our firmware and with stock MicroPython's. Each boot makes one measurement,
# by the function that WHAT names. bench/run.py defines WHAT, DATA, CERT, VERSION, RESERVE, STATE, KIB and CIPHER.
import gc
import io

try:
    import ssl as tls

    OURS = hasattr(tls, "MemoryBIO")
except ImportError:
    OURS = False
if not OURS:
    import tls


class Pipe:
    def __init__(self):
        self.data, self.at, self.end = bytearray(5200), 0, 0


class Stream(io.IOBase):
    """A non-blocking stream between two pipes, whose buffers are allocated before the measurement."""

    def __init__(self, rd, wr):
        self.rd, self.wr = rd, wr

    def readinto(self, buf):
        rd = self.rd
        n = min(len(buf), rd.end - rd.at)
        if n == 0:
            return None
        memoryview(buf)[:n] = memoryview(rd.data)[rd.at : rd.at + n]
        rd.at += n
        if rd.at == rd.end:
            rd.at = rd.end = 0
        return n

    def write(self, buf):
        wr = self.wr
        n = min(len(buf), len(wr.data) - wr.end)
        if n == 0:
            return None
        memoryview(wr.data)[wr.end : wr.end + n] = memoryview(buf)[:n]
        wr.end += n
        return n

    def ioctl(self, request, arg):
        if request == 3:
            return (1 if self.rd.end > self.rd.at else 0) | 4 & arg
        return 0

    def setblocking(self, flag):
        pass


def contexts():
    client, server = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT), tls.SSLContext(tls.PROTOCOL_TLS_SERVER)
    client.verify_mode = tls.CERT_REQUIRED
    client.load_verify_locations(DATA["ca"] if not OURS else None, **({"cadata": DATA["ca"]} if OURS else {}))
    server.load_cert_chain(DATA[CERT + ".pem"], DATA[CERT + ".key"])
    if OURS:
        client.maximum_version = VERSION
        if RESERVE:
            client.reserve(2, peer_chain=2048)  # two slots: the collector may still find the last connection on the stack
            server.reserve(2, peer_chain=2048)
    if CIPHER:
        client.set_ciphers("ECDHE-ECDSA-" + CIPHER.replace("S-", "S") if OURS else ["TLS-ECDHE-ECDSA-WITH-" + CIPHER])
    return client, server


def wrap(client, server, pipes=None, **more):
    up, down = pipes or (Pipe(), Pipe())
    up.at = up.end = down.at = down.end = 0
    c = client.wrap_socket(
        Stream(down, up), server_hostname="localhost", do_handshake_on_connect=False, **more)
    s = server.wrap_socket(Stream(up, down), server_side=True, do_handshake_on_connect=False)
    return c, s


def wrap_ends(client, server, ends):
    c = client.wrap_socket(ends[0], server_hostname="localhost", do_handshake_on_connect=False)
    return c, server.wrap_socket(ends[1], server_side=True, do_handshake_on_connect=False)


def shake(c, s, start=ticks, since=instructions):
    """Calls both ends until a byte has been received, because stock MicroPython does not report when a handshake is done.
    `since` measures each call. Returns the sums of client and server, then the largest value of each."""
    sums, most, sent, got = [0, 0], [0, 0], None, None

    def note(side, cost):
        sums[side] += cost
        most[side] = max(most[side], cost)

    while got != b"x":
        if not sent:
            began = start()
            sent = c.write(b"x")
            note(0, since(began))
        began = start()
        got = s.read(1) if not OURS else s.recv_into(ONE) and bytes(ONE) if sent else step(s)
        note(1, since(began))
    return sums + most


ONE = bytearray(1)


def step(s):
    try:
        s.do_handshake()
    except OSError as e:
        if isinstance(e, MemoryError):  # an OSError too
            raise


def live(size):
    """Makes small objects at the bottom of the heap and drops every second one, as in a program that has run for a while.
    For each allocation MicroPython searches its heap from the first hole."""
    objects = [(i, i) for i in range(size // 16)]
    for i in range(0, len(objects), 2):
        objects[i] = None
    return objects


def handshake():
    keep = {"compact": lambda: live(20000), "live60": lambda: (live(20000), bytearray(60000))}.get(STATE, lambda: None)()
    client, server = contexts()
    pipes = Pipe(), Pipe()
    gc.collect()
    c, s = wrap(client, server, pipes)
    full = shake(c, s)
    if not (OURS and RESERVE and hasattr(tls, "SSLSession")):
        return full
    if s.session is not None:
        s.send(b"y")
        c.recv_into(ONE)  # the session tickets arrive before this byte
    session = c.session
    c = s = None
    gc.collect()
    c, s = wrap(client, server, pipes, session=session)
    resumed = shake(c, s)
    assert c.session_reused
    return full + resumed + [len(keep or ())]


def stack():
    """Returns the bytes of C stack from the interpreter's first frame to the deepest, over streams in C, as with a socket."""
    import board

    client, server = contexts()
    c, s = wrap_ends(client, server, board.pipe(5200))
    return shake(c, s, board.stack_paint, lambda _: board.stack_used())[2:]


def peak():
    """Returns the peak memory of the handshake of a connection, client and server."""
    client, server = contexts()
    shake(*wrap(client, server))
    return [client.memory()["handshake_peak"], server.memory()["handshake_peak"]]


def bulk(ends=None):
    client, server = contexts()
    c, s = wrap(client, server) if ends is None else wrap_ends(client, server, ends)
    shake(c, s)
    data, into = bytes(4000), bytearray(4000)
    began, moved = ticks(), 0
    while moved < 64000:
        at = c.write(data)
        while at > 0:
            n = s.readinto(into)
            at -= n
            moved += n
    return [instructions(began) * 1024 // moved]


def bulk_in_c():
    """Measures over streams that are written in C, as a board's sockets are."""
    import board

    return bulk(board.pipe(5200))


def heap():
    client, server = contexts()
    pipes = [(Pipe(), Pipe()) for _ in range(4)]
    ends = [None] * 4
    gc.collect()
    before = gc.mem_alloc()
    for i in range(4):
        ends[i] = wrap(client, server, pipes[i])
    gc.collect()
    wrapped = gc.mem_alloc()
    for c, s in ends:
        shake(c, s)
    gc.collect()
    return [(wrapped - before) // 8, (gc.mem_alloc() - before) // 8]


def leave_free(kib):
    """Occupies the heap from the bottom, except the last `kib` KB. The blocks are small, so that the script's objects can lie
    between them."""
    blocks = [None] * 320
    gc.collect()
    for i in range(max(gc.mem_free() - kib * 1024, 0) // 1040):
        blocks[i] = bytearray(1024)
    return blocks


def least():
    client, server = contexts()
    pipes = Pipe(), Pipe()
    for kib in range(16, 120, 2):
        filler = leave_free(kib)
        c = s = None
        try:
            c, s = wrap(client, server, pipes)
            shake(c, s)
            return [kib]
        except (MemoryError, OSError, ValueError):  # without memory for a certificate, stock reports that it is invalid
            pass
        filler = c = s = None


def fit():
    """Returns how many ends of idle connections fit into KIB KB of heap; half are clients, half are servers."""
    client, server = contexts()
    pipes = Pipe(), Pipe()
    ends, n = [None] * 200, 0
    filler = leave_free(KIB)
    try:
        while True:
            ends[n] = wrap(client, server, pipes)
            shake(*ends[n])
            n += 1
    except (MemoryError, OSError, ValueError):
        return [2 * n, len(filler)]


def fragmented():
    """Returns the percentage of ten connections, one after the other, that succeed in a heap whose holes all have 4 KB."""
    client, server = contexts()
    pipes = Pipe(), Pipe()
    blocks = [None] * 120
    gc.collect()
    try:
        for i in range(120):
            blocks[i] = bytearray(4080)
    except MemoryError:
        pass
    for i in range(0, 120, 2):
        blocks[i] = None
    gc.collect()
    good = 0
    for _ in range(10):
        c = s = None
        try:
            c, s = wrap(client, server, pipes)
            shake(c, s)
            good += 10
        except (MemoryError, OSError):
            pass
        for end in (c, s):
            if end:
                end.close()
        c = s = None
        gc.collect()
    return [good]


print("RESULT", *globals()[WHAT]())
