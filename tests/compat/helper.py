# helper.py - what the compat scripts share; runs on CPython and on MicroPython.
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


def show(what, fun, *args, **kw):
    """Prints what a call gives or raises: class and text."""
    try:
        print(what, "->", fun(*args, **kw))
    except ssl.SSLError as e:
        print(what, "->", type(e).__name__, text_of(e), e.reason if hasattr(e, "reason") else "-")
    except OSError as e:
        print(what, "-> OSError", e.errno)
    except (ValueError, TypeError, AttributeError, NotImplementedError) as e:
        print(what, "->", type(e).__name__)


def show_text(what, fun, *args, **kw):
    """As show, with the text of every error: for messages that scripts can print."""
    try:
        print(what, "->", fun(*args, **kw))
    except ssl.SSLError as e:
        print(what, "->", type(e).__name__, text_of(e))
    except OSError as e:
        print(what, "-> OSError", e.errno)
    except Exception as e:
        print(what, "->", type(e).__name__, text_of(e))


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
    """Two SSLObjects joined by two BIOs, not shaken hands yet."""
    a, b = ssl.MemoryBIO(), ssl.MemoryBIO()
    c = client.wrap_bio(a, b, server_hostname=hostname)
    s = server.wrap_bio(b, a, server_side=True)
    return c, s


def shake(c, s):
    """Runs both handshakes; gives the pair of outcomes: True or the exception."""
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
    if isinstance(outcome, ssl.SSLError):
        return type(outcome).__name__ + " " + text_of(outcome)
    return str(outcome)


def begin_connect(address):
    """A socket that does not wait, and has begun to connect."""
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
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # MicroPython's unix sockets take addresses from getaddrinfo only, and cannot tell a port that
    # the system chose.
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
    """Accepts one connection in a thread, wraps it, and runs fun(tls) on it."""

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
        self.lock.acquire()
        self.listener.close()
        return name_of(self.error)
