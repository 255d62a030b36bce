# SPDX-License-Identifier: MIT
#
# _ussl_types.pyi - types that the stubs of `ssl`, `tls` and `ssl_asyncio` share. A device has no such module.
"""Types of arguments and results. This is no module that a script can import."""
import socket
from array import array
from typing import Any, Callable, Protocol, TypedDict
from typing_extensions import TypeAlias

Bytes: TypeAlias = bytes | bytearray | memoryview | array[Any]
Buffer: TypeAlias = bytearray | memoryview | array[Any]  # one that can be written to
PathOrData: TypeAlias = str | Bytes  # a path or PEM text; bytes are the data itself
Password: TypeAlias = str | Bytes | Callable[[], str | Bytes]
Address: TypeAlias = Any  # a tuple; bytes on the unix port
MaybeNone: TypeAlias = Any  # stands beside a type where None is possible, but seldom (typeshed, "the Any trick")
Name: TypeAlias = tuple[tuple[tuple[str, str], ...], ...]  # relative distinguished names of (type, value) pairs
CipherTuple: TypeAlias = tuple[str, str, int]  # OpenSSL's name, protocol, secret bits

class Stream(Protocol):
    """A stream that a connection can be made over: a socket, a UART, or a class with MicroPython's stream methods."""
    def readinto(self, buf: Any, /) -> int | None: ...
    def write(self, buf: Any, /) -> int | None: ...

class File(Protocol):
    def read(self, size: int, /) -> Bytes: ...

class PskKeys(Protocol):
    def get(self, identity: bytes, /) -> Bytes | None: ...

Socket: TypeAlias = socket.socket | Stream

class PeerCert(TypedDict, total=False):
    subject: Name
    issuer: Name
    version: int
    serialNumber: str
    notBefore: str
    notAfter: str
    subjectAltName: tuple[tuple[str, str | Name], ...]
    OCSP: tuple[str, ...]
    caIssuers: tuple[str, ...]
    crlDistributionPoints: tuple[str, ...]

class Cipher(TypedDict):
    id: int
    name: str
    protocol: str
    description: str
    strength_bits: int
    alg_bits: int
    aead: bool
    symmetric: str
    digest: None
    kea: str
    auth: str

class StoreStats(TypedDict):
    x509: int
    x509_ca: int
    crl: int

class SkippedStats(StoreStats, total=False):
    skipped: int

class SessionStats(TypedDict):
    number: int
    connect: int
    connect_good: int
    connect_renegotiate: int
    accept: int
    accept_good: int
    accept_renegotiate: int
    hits: int
    misses: int
    timeouts: int
    cache_full: int

class Memory(TypedDict):
    reserved: int
    used: int
    peak: int
    handshake_peak: int
    largest_record: int
    places: int
    connections: int
    outside: int
    outside_peak: int
