# SPDX-License-Identifier: MIT
#
# ssl_asyncio.py - asyncio streams that wait for the TLS handshake, as CPython's do. MicroPython's own streams
# pass a connection to the script before the handshake. open_connection() and start_server() of this module
# pass it on when the handshake is done, and so only after the peer was verified.
#
#   import asyncio, ssl, ssl_asyncio
#   reader, writer = await ssl_asyncio.open_connection("example.com", 443, ssl=ssl.create_default_context())
#
# As in MicroPython's asyncio, the reader and the writer are one object, a Stream, with the methods of
# asyncio.Stream. A handshake that takes too long raises OSError ECONNABORTED, which CPython calls
# ConnectionAbortedError. An argument of CPython that this module does not have raises TypeError.
import asyncio
import errno
import socket
import ssl as _ssl
from asyncio import core
from asyncio.stream import Server as _Server, Stream as _Stream


# ---- waiting ----
def _readable(s):
    yield core._io_queue.queue_read(s)


def _writable(s):
    yield core._io_queue.queue_write(s)


async def _handshake(tls):
    while True:
        try:
            return tls.do_handshake()
        except _ssl.SSLWantReadError:
            await _readable(tls)
        except _ssl.SSLWantWriteError:
            await _writable(tls)


# ---- TLS ----
def _check(ssl, server_hostname, timeout):
    if ssl is not None and not isinstance(ssl, _ssl.SSLContext):
        raise TypeError("ssl argument must be an SSLContext or None")
    if ssl is None and server_hostname is not None:
        raise ValueError("server_hostname is only meaningful with ssl")
    if ssl is None and timeout is not None:
        raise ValueError("ssl_handshake_timeout is only meaningful with ssl")
    if timeout is not None and timeout <= 0:
        raise ValueError("ssl_handshake_timeout should be a positive number, got %s" % (timeout,))


async def _wrap(context, s, timeout, **kw):
    """Wraps a socket and does the handshake; closes the socket if that fails."""
    try:
        timeout = context.handshake_timeout if timeout is None else timeout
        s = context.wrap_socket(s, do_handshake_on_connect=False, **kw)
        s.setblocking(False)
        await asyncio.wait_for(_handshake(s), timeout)
        return s
    except asyncio.TimeoutError:
        s.close()
        text = "SSL handshake is taking longer than %s seconds: aborting the connection"
        raise OSError(errno.ECONNABORTED, text % (timeout,))
    except BaseException:  # including CancelledError
        s.close()
        raise


# ---- streams ----
def _address(address):
    """Returns an address as CPython's tuple. On the unix port the argument is the system's struct."""
    if address is None or isinstance(address, tuple) or not hasattr(socket, "sockaddr"):
        return address
    family, host, port, *scope = socket.sockaddr(address)
    return (socket.inet_ntop(family, host), port) + tuple(scope)


class Stream(_Stream):
    """A connection. The methods that are not here are those of MicroPython's asyncio.Stream."""

    def __init__(self, s, peername=None, context=None, server_side=False):
        super().__init__(s, {"peername": _address(peername)})
        self.context, self.server_side = context, server_side
        self.closing = None  # the task that runs _close()
        self.draining = asyncio.Lock()  # if two tasks wait to write, MicroPython's asyncio never resumes the first

    def get_extra_info(self, name, default=None):
        """Accepts CPython's names: peername, sockname, socket; with TLS sslcontext, ssl_object, peercert, cipher, compression."""
        if name == "socket":
            return self.s
        if name == "sockname":
            return self.s.getsockname() if hasattr(self.s, "getsockname") else default
        if name == "peername":
            if self.e[name] is None and hasattr(self.s, "getpeername"):
                self.e[name] = self.s.getpeername()
            return default if self.e[name] is None else self.e[name]
        if self.context is None:
            return default
        if name == "sslcontext":
            return self.context
        if name == "ssl_object":
            return self.s
        if name == "peercert":
            return self.s.getpeercert()
        if name in ("cipher", "compression"):
            return getattr(self.s, name)()
        return default

    async def start_tls(self, sslcontext, *, server_hostname=None, ssl_handshake_timeout=None):
        """Starts TLS on this connection, as server if it was accepted. If the handshake fails, the connection is closed."""
        _check(sslcontext, server_hostname, ssl_handshake_timeout)
        if sslcontext is None:
            raise TypeError("sslcontext is expected to be an instance of ssl.SSLContext, got None")
        await self.drain()
        kw = {"server_side": True} if self.server_side else {"server_hostname": server_hostname}
        self.s = await _wrap(sslcontext, self.s, ssl_handshake_timeout, **kw)
        self.context = sslcontext

    async def drain(self):
        async with self.draining:
            await super().drain()

    def writelines(self, parts):
        for part in parts:
            self.write(part)

    def is_closing(self):
        return self.closing is not None

    def close(self):
        """Starts a task that sends what was written and close_notify, and then closes. Does not wait for it."""
        if self.closing is None:
            self.closing = core.create_task(self._close())

    async def _close(self):
        try:
            await asyncio.wait_for(self.drain(), 30)  # CPython's ssl_shutdown_timeout
        except (OSError, asyncio.TimeoutError):
            pass  # the peer has disconnected, or does not read
        finally:
            self.s.close()

    async def wait_closed(self):
        self.close()
        await self.closing

    aclose = wait_closed


# ---- clients ----
_CONNECTED = (errno.EALREADY, 106, 127, 56)  # the last three are EISCONN of Linux, lwIP and BSD, which errno lacks


async def _connect(host, port):
    error = None
    for family, kind, proto, _, address in socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM):
        s = socket.socket(family, kind, proto)
        try:
            s.setblocking(False)
            try:
                s.connect(address)
            except OSError as e:
                if e.errno != errno.EINPROGRESS:
                    raise
            await _writable(s)
            try:
                s.connect(address)  # reports the result of the first connect()
            except OSError as e:
                if e.errno not in _CONNECTED:
                    raise
            return s, address
        except OSError as e:
            s.close()
            error = e
        except BaseException:
            s.close()
            raise
    raise error or OSError(errno.EHOSTUNREACH)


async def open_connection(host=None, port=None, *, ssl=None, server_hostname=None, ssl_handshake_timeout=None, sock=None):
    """Connects, or uses a connected `sock`. If `ssl` is a context or True, does the handshake. Returns (reader, writer)."""
    context = _ssl.create_default_context() if ssl is True else ssl or None
    _check(context, server_hostname, ssl_handshake_timeout)
    if (sock is None) == (host is None and port is None):
        raise ValueError("host/port and sock can not be specified at the same time" if sock else "host and port was not specified and no sock specified")
    if ssl and server_hostname is None:
        if not host:
            raise ValueError("You must set server_hostname when using ssl without a host")
        server_hostname = host
    address = None
    if sock is None:
        sock, address = await _connect(host, port)
    sock.setblocking(False)
    if context is not None:
        sock = await _wrap(context, sock, ssl_handshake_timeout, server_hostname=server_hostname or None)
    stream = Stream(sock, address, context)
    return stream, stream


# ---- servers ----
class Server(_Server):
    """A listening server. An error of one connection does not end it."""

    def __init__(self, s):
        self.sockets = [s]

    async def _accepted(self, callback, s, address, context, timeout):
        try:
            if context is not None:
                s = await _wrap(context, s, timeout, server_side=True)
            stream = Stream(s, address, context, True)
        except (OSError, MemoryError):
            s.close()  # the handshake has failed, or there is no memory for the connection
            return
        result = callback(stream, stream)
        if hasattr(result, "send"):
            await result

    def _accept(self, s, *arguments):
        accepted, address = s.accept()
        try:
            accepted.setblocking(False)
            core.create_task(self._accepted(arguments[0], accepted, address, *arguments[1:]))
        except BaseException:
            accepted.close()
            raise

    async def _listen(self, *arguments):
        s = self.sockets[0]
        self.state = False
        try:
            while True:
                try:
                    await _readable(s)
                    self._accept(s, *arguments)
                except (OSError, MemoryError):
                    await core.sleep_ms(50)  # no descriptor or no memory is left; sleep_ms() needs neither
        except asyncio.CancelledError:
            if not self.state:  # it was cancelled by something other than close()
                raise
        finally:
            s.close()
            self.sockets = []

    def is_serving(self):
        return bool(self.sockets)

    async def serve_forever(self):
        await self.task


async def start_server(client_connected_cb, host=None, port=None, *, backlog=100, ssl=None, ssl_handshake_timeout=None):
    """Listens. Calls client_connected_cb(reader, writer) for each connection; with `ssl`, after its handshake."""
    _check(ssl, None, ssl_handshake_timeout)
    family, _, _, _, address = socket.getaddrinfo(host or "0.0.0.0", port, 0, socket.SOCK_STREAM)[0]
    s = socket.socket(family, socket.SOCK_STREAM)
    try:
        s.setblocking(False)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(address)
        s.listen(backlog)
    except OSError:
        s.close()
        raise
    server = Server(s)
    server.task = core.create_task(server._listen(client_connected_cb, ssl, ssl_handshake_timeout))
    try:
        await asyncio.sleep(0)  # so that the task is waiting when close() cancels it
    except asyncio.CancelledError:
        server.task.cancel()
        raise
    return server
