# helper.py - what the compat scripts share. It runs on CPython and on MicroPython.
#
# A script prints lines "label: value", under headings "== ...", so that a line that differs says what it is about.
import os
import socket
import ssl
import _thread

CERTS = os.getenv("USSL_CERTS") + "/"


def read(name):
    with open(CERTS + name, "rb") as f:
        return f.read()


def text_of(e):
    """The text of an error without the place in CPython's source."""
    return str(e).split(" (_ssl")[0]


def part(heading):
    """Begins a part of the output."""
    print("==", heading)


def say(*pairs):
    """Prints labels and values, which take turns: say("version", c.version(), "pending", c.pending())."""
    print(", ".join(["%s: %s" % (pairs[i], pairs[i + 1]) for i in range(0, len(pairs), 2)]))


def show(what, fun, *args, **kw):
    """Prints what a call returns or raises: of an SSLError class, text and reason, of other errors errno or class."""
    try:
        print("%s: %s" % (what, fun(*args, **kw)))
    except ssl.SSLError as e:
        print("%s: %s %s %s" % (what, type(e).__name__, text_of(e), e.reason if hasattr(e, "reason") else "-"))
    except OSError as e:
        print("%s: OSError %s" % (what, e.errno))
    except (ValueError, TypeError, AttributeError, NotImplementedError) as e:
        print("%s: %s" % (what, type(e).__name__))


def show_text(what, fun, *args, **kw):
    """Prints what a call returns or raises, with the text of every error but an OSError, for texts that scripts can print."""
    try:
        print("%s: %s" % (what, fun(*args, **kw)))
    except OSError as e:
        print("%s: %s" % (what, name_of(e)))
    except Exception as e:
        print("%s: %s %s" % (what, type(e).__name__, text_of(e)))


def server_context(cert="server", key=None):
    ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ctx.load_cert_chain(CERTS + cert + ".pem", CERTS + (key or cert) + ".key")
    return ctx


def client_context(ca="ca.pem"):
    ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca:
        ctx.load_verify_locations(CERTS + ca)
    return ctx


def bio_pair(client, server, hostname="localhost"):
    """Two SSLObjects over two MemoryBIOs, before their handshake."""
    a, b = ssl.MemoryBIO(), ssl.MemoryBIO()
    c = client.wrap_bio(a, b, server_hostname=hostname)
    s = server.wrap_bio(b, a, server_side=True)
    return c, s


def shake(c, s):
    """Runs both handshakes. Returns the outcomes of client and server, each True or an exception."""
    result = [None, None]
    for _ in range(20):
        for i, o in enumerate((c, s)):
            if result[i] is None:
                try:
                    o.do_handshake()
                    result[i] = True
                except ssl.SSLWantReadError:
                    pass
                except (ssl.SSLError, OSError) as e:
                    result[i] = e
    return result


def name_of(outcome):
    """Class and text of an SSLError, errno of another OSError, and else the value."""
    if isinstance(outcome, ssl.SSLError):
        return type(outcome).__name__ + " " + text_of(outcome)
    if isinstance(outcome, OSError):
        return "OSError %s" % outcome.errno
    return str(outcome)


def met(c, s):
    """Runs both handshakes. Returns what became of them: "done", or the outcome of each end."""
    outcomes = shake(c, s)
    return "done" if outcomes == [True, True] else "client %s, server %s" % tuple([name_of(o) for o in outcomes])


def begin_connect(address):
    """A non-blocking socket that has begun to connect."""
    s = socket.socket()
    s.setblocking(False)
    try:
        s.connect(address)
    except OSError:
        pass
    return s


def listen():
    """A listening socket on a free port, and the address to connect to."""
    return listen_port()[:2]


def listen_port():
    """As listen(), with the port."""
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # MicroPython's unix sockets take addresses from getaddrinfo() only, and have no getsockname() for a port that the system
    # has chosen.
    for port in range(20000 + os_random() % 20000, 60000):
        addr = socket.getaddrinfo("127.0.0.1", port)[0][-1]
        try:
            s.bind(addr)
            s.listen(5)
            return s, addr, port
        except OSError:
            pass
    raise OSError("no free port")


def os_random():
    b = os.urandom(2)
    return b[0] << 8 | b[1]


def echo(s):
    while True:
        data = s.recv(1000)
        if not data:
            break
        s.sendall(data)


class Server:
    """Accepts one connection in a thread, wraps it unless it is `plain`, and calls fun() with it."""

    def __init__(self, fun, context=None, plain=False):
        self.fun, self.context, self.plain = fun, context or server_context(), plain
        self.listener, self.addr, self.port = listen_port()
        self.error = None
        self.lock = _thread.allocate_lock()
        self.lock.acquire()
        _thread.start_new_thread(self.work, ())

    def work(self):
        try:
            s, _ = self.listener.accept()
            try:
                if not self.plain:
                    s = self.context.wrap_socket(s, server_side=True)
                self.fun(s)
            finally:
                s.close()
        except Exception as e:
            self.error = e
        self.lock.release()

    def connect(self):
        s = socket.socket()
        s.connect(self.addr)
        return s

    def wait(self):
        """Waits for the thread. Returns the error that has ended it as text, or "None"."""
        self.lock.acquire()
        self.listener.close()
        return name_of(self.error)
