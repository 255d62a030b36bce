# SPDX-License-Identifier: MIT
#
# ssl_asyncio.pyi - types of python/ssl_asyncio.py, for an editor and a type checker.
"""CPython's asyncio streams over TLS: a script, or its callback, gets a connection after its handshake."""
from _ussl_types import Address, Buffer, Bytes, CipherTuple, MaybeNone, PeerCert, Socket
from ssl import SSLContext, SSLSocket
from typing import Any, Awaitable, Callable, Iterable, Literal, overload
from typing_extensions import Self

class Stream:
    """A connection, which is reader and writer in one."""
    @overload
    def get_extra_info(self, name: Literal["peername", "sockname"], default: Any = None) -> Address:
        """Returns what is known about the connection under CPython's names, or `default`."""
    @overload
    def get_extra_info(self, name: Literal["socket"], default: Any = None) -> Any: ...
    @overload
    def get_extra_info(self, name: Literal["sslcontext"], default: Any = None) -> SSLContext | MaybeNone: ...
    @overload
    def get_extra_info(self, name: Literal["ssl_object"], default: Any = None) -> SSLSocket | MaybeNone: ...
    @overload
    def get_extra_info(self, name: Literal["peercert"], default: Any = None) -> PeerCert | MaybeNone: ...
    @overload
    def get_extra_info(self, name: Literal["cipher"], default: Any = None) -> CipherTuple | MaybeNone: ...
    @overload
    def get_extra_info(self, name: str, default: Any = None) -> Any: ...
    async def read(self, n: int = -1) -> bytes:
        """Returns at most `n` bytes, b"" at the end; without `n` all bytes until the end."""
    async def readinto(self, buf: Buffer) -> int | None:
        """Fills `buf` with what has arrived, and returns the count."""
    async def readexactly(self, n: int) -> bytes:
        """Returns exactly `n` bytes. Raises EOFError at the end."""
    async def readline(self) -> bytes:
        """Returns a line with its end, b"" at the end."""
    def write(self, buf: Bytes) -> None:
        """Sends what can leave without waiting, and keeps the rest for drain()."""
    def writelines(self, parts: Iterable[Bytes]) -> None:
        """Calls write() with each of `parts`."""
    async def drain(self) -> None:
        """Waits until all that was written has been sent."""
    async def start_tls(self, sslcontext: SSLContext, *, server_hostname: str | None = None,
                        ssl_handshake_timeout: float | None = None) -> None:
        """Goes on with TLS, as the server where start_server() has made the stream. A handshake that fails closes it."""
    def is_closing(self) -> bool:
        """Returns True after close()."""
    def close(self) -> None:
        """Sends what was written, for 30 seconds at most, then close_notify. Does not wait."""
    async def wait_closed(self) -> None:
        """Closes the connection, and waits until it is closed."""
    async def aclose(self) -> None:
        """Does the same as wait_closed()."""

class Server:
    """A listener, made by start_server(). The failure of one connection does not end it."""
    sockets: list[Any]
    """The listening socket; empty after close()."""
    def is_serving(self) -> bool:
        """Returns True until the listener is closed."""
    async def serve_forever(self) -> None:
        """Waits until the listener is closed or cancelled."""
    def close(self) -> None:
        """Stops listening. Connections go on."""
    async def wait_closed(self) -> None:
        """Waits until the listener is closed."""
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *args: Any) -> None: ...

async def open_connection(host: str | None = None, port: int | None = None, *, ssl: SSLContext | bool | None = None,
                          server_hostname: str | None = None, ssl_handshake_timeout: float | None = None,
                          sock: Socket | None = None) -> tuple[Stream, Stream]:
    """Connects to a host, or uses a connected socket, and returns reader and writer.

    With `ssl`, a context or True, this is after the handshake, which `ssl_handshake_timeout` limits in seconds.
    """
async def start_server(client_connected_cb: Callable[[Stream, Stream], Awaitable[None] | None], host: str | None = None,
                       port: int | None = None, *, backlog: int = 100, ssl: SSLContext | None = None,
                       ssl_handshake_timeout: float | None = None) -> Server:
    """Listens, and calls client_connected_cb(reader, writer) for each connection, with `ssl` after its handshake."""
