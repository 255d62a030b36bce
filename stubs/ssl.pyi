# SPDX-License-Identifier: MIT
#
# ssl.pyi - the module for an editor and a type checker. A name that CPython does not have is marked `extension`.
# tests/check_api.py compares this file with the module and with docs/api.md, tests/check_types.py runs mypy with it.
"""CPython's `ssl` for MicroPython: TLS 1.2 and 1.3, client and server.

A client verifies the server's certificate and name unless it is told otherwise. docs/api.md is the reference.
"""
from _ussl_types import (
    Address, Buffer, Bytes, Cipher, CipherTuple, File, MaybeNone, Memory, Name, Password, PathOrData, PeerCert, PskKeys,
    SessionStats, SkippedStats, Socket,
)
from typing import IO, Any, Callable, ClassVar, Final, Iterable, Literal, NamedTuple, overload
from typing_extensions import Self, TypeAlias

_SNICallback: TypeAlias = Callable[[SSLSocket | SSLObject, str | None, SSLContext], int | None]

__version__: Final[str]  # extension
"""The version of ussl, such as "1.0.0"."""

# ---- exceptions ----
class SSLError(OSError):
    """An error of TLS, with CPython's texts. `library` and `reason` are OpenSSL's words for it, or None."""
    errno: int
    strerror: str
    library: str | None
    reason: str | None

class SSLZeroReturnError(SSLError):
    """The peer has ended the connection with close_notify."""

class SSLWantReadError(SSLError):
    """The call needs bytes from the peer, and the stream has none. Call again when the stream is readable."""

class SSLWantWriteError(SSLError):
    """The call has bytes to send, and the stream takes none. Call again when the stream is writable."""

class SSLSyscallError(SSLError):
    """This error is never raised, because errors of the stream are passed on unchanged."""

class SSLEOFError(SSLError):
    """The stream has ended without close_notify: the data may be truncated."""

class SSLCertVerificationError(SSLError, ValueError):
    """The peer's certificate was refused. `verify_code` and `verify_message` are OpenSSL's number and text."""
    verify_code: int
    verify_message: str
    verify_depth: int  # extension
    """The certificate that breaks the rule: 0 is the peer's own, 1 its issuer's."""
    verify_subject: Name | None  # extension
    """The subject of that certificate, or None if there was no memory to keep it."""
    verify_rules: tuple[str, ...]  # extension
    """A text for each rule that was broken. The first one is `verify_message`, without the host name."""

CertificateError = SSLCertVerificationError

# ---- contexts ----
class SSLContext:
    """Settings, certificates and keys that connections share.

    It may be changed at any time. A connection keeps the settings that it began with.
    """
    check_hostname: bool
    """Whether a client compares the server's certificate with `server_hostname`. True sets CERT_REQUIRED."""
    hostname_checks_common_name: bool
    """Whether the common name counts for a certificate without a dNSName. The default is True."""
    keylog_filename: str | None
    """A file to which the secrets of each connection are appended (NSS key log format), or None."""
    maximum_version: int
    """The highest version of TLS to use, a number of TLSVersion."""
    minimum_version: int
    """The lowest version of TLS to use, a number of TLSVersion. The default is TLS 1.2."""
    num_tickets: int
    """How many session tickets a server sends after a handshake with TLS 1.3, 0 to 65535. The default is 2."""
    handshake_timeout: float | None  # extension
    """The seconds that a handshake may take on a blocking socket without a timeout. The default is 60, None is no limit."""
    options: int
    """The sum of OP_* numbers."""
    psk_identity: str | Bytes | None  # extension
    """The identity of a client's pre-shared key, 1 to 256 bytes, or None."""
    psk_key: Bytes | None  # extension
    """A client's pre-shared key, 1 to 48 bytes, or None."""
    server_psk_keys: PskKeys | None  # extension
    """A server's pre-shared keys: a dict of identity and key, or an object with `get(identity)`."""
    ecdsa_sign_callback: Callable[[bytes, bytes], Bytes | None] | None  # extension
    """f(key, hash) returns an ECDSA signature in DER, or None to let the module sign. Set it before load_cert_chain()."""
    post_handshake_auth: bool
    """Always False; setting it to True raises NotImplementedError."""
    sni_callback: _SNICallback | None
    """f(sslobj, name, context) is called for each ClientHello. It returns None to go on, or the number of an alert."""
    verify_callback: Callable[[bytes, int], int | None] | None  # extension
    """f(der, depth) is called for each certificate of a path that passed. A number other than 0 refuses it."""
    verify_flags: int
    """The sum of VERIFY_* numbers."""
    verify_clock: Literal["required", "floor", "hold"]  # extension
    """How dates are checked while the clock is not set. The default, "required", refuses every certificate."""
    verify_mode: int
    """CERT_NONE, CERT_OPTIONAL or CERT_REQUIRED. The default of a client is CERT_REQUIRED, that of a server CERT_NONE."""
    @property
    def protocol(self) -> int:
        """The number that the context was made with."""
    @property
    def security_level(self) -> int:
        """OpenSSL's security level; the default is 2."""
    @property
    def sslsocket_class(self) -> type[SSLSocket]:
        """The class SSLSocket."""
    @property
    def sslobject_class(self) -> type[SSLObject]:
        """The class SSLObject."""
    def __init__(self, protocol: int | None = PROTOCOL_TLS) -> None:
        """Makes a context. PROTOCOL_TLS_CLIENT verifies, PROTOCOL_TLS_SERVER requests no certificate.

        Without a protocol, or with PROTOCOL_TLS, it can be either side and verifies nothing; this is deprecated.
        """
    def cert_store_stats(self) -> SkippedStats:
        """Returns the counts of the certificates, CA certificates and revocation lists that are loaded."""
    @overload
    def get_ca_certs(self, binary_form: Literal[False] = False) -> list[PeerCert]:
        """Returns the CA certificates that were loaded, as dicts or as DER. Those of a root store are not among them."""
    @overload
    def get_ca_certs(self, binary_form: Literal[True]) -> list[bytes]: ...
    @overload
    def get_ca_certs(self, binary_form: bool) -> list[PeerCert] | list[bytes]: ...
    def get_ciphers(self) -> list[Cipher]:
        """Returns the enabled cipher suites, in order of preference."""
    def load_cert_chain(self, certfile: PathOrData, keyfile: PathOrData | None = None,
                        password: Password | None = None) -> None:
        """Loads this side's certificate, the intermediates that follow it, and the private key.

        A str is a path or PEM text, bytes are the data. Without `keyfile` the key is in the PEM text of `certfile`.
        """
    def load_default_certs(self, purpose: _Purpose = Purpose.SERVER_AUTH) -> None:
        """Loads the default trust anchors: /roots.ussl, the firmware's root store, or the system's file on unix."""
    def load_dh_params(self, path: PathOrData, /) -> None:
        """Checks that the file has parameters for Diffie-Hellman, which no cipher suite uses."""
    def load_verify_locations(self, cafile: PathOrData | None = None, capath: None = None,
                              cadata: str | Bytes | None = None) -> None:
        """Adds trust anchors and revocation lists: `cafile` is a path, PEM text or bytes, `cadata` is data."""
    def pin(self, host: str | None, spki_sha256: Bytes | str, /, *more: Bytes | str) -> None:  # extension
        """Refuses a connection to `host` unless one of these keys is in the verified path. None is every host."""
    def trust_key(self, host: str | None, spki_sha256: Bytes | str, /, *more: Bytes | str) -> None:  # extension
        """Trusts a server at `host` whose own key is one of these, without a CA and without a check of name or dates."""
    def memory(self) -> Memory:  # extension
        """Returns the bytes that are reserved, in use and at the peak, and the slots and connections."""
    def memory_needed(self, connections: int = 1, *, record_in: int = 16384, record_out: int = 4096,
                      buffers: int | None = None, peer_chain: int = 4096, rsa_bits: int = 4096) -> int:  # extension
        """Returns the bytes that reserve() would take with these arguments."""
    def reserve(self, connections: int = 1, *, record_in: int = 16384, record_out: int = 4096,
                buffers: int | None = None, peer_chain: int = 4096, rsa_bits: int = 4096) -> None:  # extension
        """Sets memory aside for so many connections, which then allocate nothing else. 0 gives it back."""
    def set_psk_client_callback(self, callback: Callable[[None], tuple[str | None, Bytes]] | None) -> None:
        """f(hint) returns the identity and the pre-shared key of a client. It is called with None for each connection."""
    def set_psk_server_callback(self, callback: Callable[[str | None], Bytes | None] | None,
                                identity_hint: str | None = None) -> None:
        """f(identity) returns the pre-shared key of that client; b"" or None rejects the client."""
    def session_stats(self) -> SessionStats:
        """Returns counts of handshakes and resumptions."""
    def set_alpn_protocols(self, alpn_protocols: Iterable[str]) -> None:
        """Sets the application protocols to offer or to choose from (ALPN), in order of preference."""
    def set_ciphers(self, ciphers: str | list[str] | tuple[str, ...], /) -> None:
        """Chooses cipher suites: an OpenSSL cipher string is for TLS 1.2, a list is all suites to use."""
    def set_default_verify_paths(self) -> None:
        """Does the same as load_default_certs()."""
    def set_ecdh_curve(self, name: str | Bytes, /) -> None:
        """Uses only this group for key exchange: prime256v1, secp384r1, secp521r1 or X25519."""
    def set_servername_callback(self, server_name_callback: _SNICallback | None) -> None:
        """Sets `sni_callback`."""
    def wrap_bio(self, incoming: MemoryBIO, outgoing: MemoryBIO, server_side: bool = False,
                 server_hostname: str | bytes | None = None, session: SSLSession | None = None) -> SSLObject:
        """Makes a connection that reads its records from `incoming` and writes them to `outgoing`."""
    def wrap_socket(self, sock: Socket, server_side: bool = False, do_handshake_on_connect: bool = True,
                    suppress_ragged_eofs: bool = True, server_hostname: str | bytes | None = None,
                    session: SSLSession | None = None) -> SSLSocket:
        """Makes a connection over a stream and does the handshake. A handshake that fails closes the stream."""

# ---- connections ----
class SSLObject:
    """A connection over two MemoryBIO, made by SSLContext.wrap_bio(). It never waits."""
    context: SSLContext
    """The context. It can be replaced in `sni_callback` and before the handshake."""
    @property
    def session(self) -> SSLSession | MaybeNone:
        """The session to resume later, or None. With TLS 1.3 the ticket arrives with the first read."""
    @session.setter
    def session(self, value: SSLSession) -> None: ...
    @property
    def server_side(self) -> bool:
        """True for a server."""
    @property
    def server_hostname(self) -> str | None:
        """The name that the server's certificate is checked for."""
    @property
    def session_reused(self) -> bool | None:
        """True if the handshake has resumed a session, None without TLS."""
    def cipher(self) -> CipherTuple | MaybeNone:
        """Returns OpenSSL's name of the cipher suite, the version and the secret bits, or None before the handshake."""
    def compression(self) -> None:
        """Returns None: there is no compression."""
    def do_handshake(self) -> None:
        """Does the handshake. Raises SSLWantReadError or SSLWantWriteError if it cannot go on without waiting."""
    def recheck(self) -> bool:  # extension
        """Checks the dates that `verify_clock = "hold"` has put off. Returns False if the clock is still not set."""
    def get_channel_binding(self, cb_type: str = "tls-unique") -> bytes | None:
        """Raises ValueError: there are no channel bindings."""
    def get_unverified_chain(self) -> list[bytes]:
        """Returns the certificates that the peer sent, in DER."""
    def get_verified_chain(self) -> list[bytes]:
        """Returns the verified path from the peer's certificate to the trust anchor, in DER."""
    @overload
    def getpeercert(self, binary_form: Literal[False] = False) -> PeerCert | MaybeNone:
        """Returns the peer's certificate: a dict, which is empty if it was not verified, or DER; None if there is none."""
    @overload
    def getpeercert(self, binary_form: Literal[True]) -> bytes | MaybeNone: ...
    @overload
    def getpeercert(self, binary_form: bool) -> PeerCert | bytes | MaybeNone: ...
    def pending(self) -> int:
        """Returns the number of decrypted bytes that can be read without waiting."""
    @overload
    def read(self, len: int = 1024, buffer: None = None) -> bytes:
        """Returns at most `len` bytes of one record, b"" at the end; or fills `buffer` and returns the count."""
    @overload
    def read(self, len: int, buffer: Buffer) -> int: ...
    @overload
    def read(self, len: int = 1024, *, buffer: Buffer) -> int: ...
    def selected_alpn_protocol(self) -> str | None:
        """Returns the application protocol that both sides have agreed on, or None."""
    def selected_npn_protocol(self) -> None:
        """Returns None: there is no NPN."""
    def shared_ciphers(self) -> list[CipherTuple] | None:
        """Returns the cipher suites that a server has enabled, or None for a client."""
    def unwrap(self) -> None:
        """Sends close_notify and waits for the peer's. Raises SSLWantReadError until it has arrived."""
    def verify_client_post_handshake(self) -> None:
        """Raises SSLError: there is no post-handshake authentication."""
    def version(self) -> str | None:
        """Returns "TLSv1.2" or "TLSv1.3", or None before the handshake."""
    def write(self, data: Bytes) -> int:
        """Sends `data` and returns the number of bytes taken."""

class _SocketBelow:
    """Methods of the socket below, where that socket has them. On unix the first two are always there."""
    family: int
    type: int
    proto: int
    def getpeername(self) -> Address: ...
    def getsockname(self) -> Address: ...
    def getsockopt(self, level: int, optname: int, *args: Any) -> Any: ...
    def setsockopt(self, level: int, optname: int, value: Any) -> None: ...
    def bind(self, address: Address) -> None: ...
    def listen(self, backlog: int = ...) -> None: ...

class SSLSocket(_SocketBelow):
    """A connection over a stream, made by SSLContext.wrap_socket().

    read(), readinto(), readline() and write() are the methods of MicroPython's streams, recv() and send() CPython's.
    """
    context: SSLContext
    """The context. It can be replaced in `sni_callback` and before the handshake."""
    @property
    def session(self) -> SSLSession | MaybeNone:
        """The session to resume later, or None. With TLS 1.3 the ticket arrives with the first read."""
    @session.setter
    def session(self, value: SSLSession) -> None: ...
    @property
    def server_side(self) -> bool:
        """True for a server."""
    @property
    def server_hostname(self) -> str | None:
        """The name that the server's certificate is checked for."""
    @property
    def session_reused(self) -> bool | None:
        """True if the handshake has resumed a session, None without TLS."""
    def cipher(self) -> CipherTuple | MaybeNone:
        """Returns OpenSSL's name of the cipher suite, the version and the secret bits, or None before the handshake."""
    def compression(self) -> None:
        """Returns None: there is no compression."""
    def do_handshake(self) -> None:
        """Does the handshake. Raises SSLWantReadError or SSLWantWriteError if it cannot go on without waiting."""
    def recheck(self) -> bool:  # extension
        """Checks the dates that `verify_clock = "hold"` has put off. Returns False if the clock is still not set."""
    def get_channel_binding(self, cb_type: str = "tls-unique") -> bytes | None:
        """Raises ValueError: there are no channel bindings."""
    def get_unverified_chain(self) -> list[bytes]:
        """Returns the certificates that the peer sent, in DER."""
    def get_verified_chain(self) -> list[bytes]:
        """Returns the verified path from the peer's certificate to the trust anchor, in DER."""
    @overload
    def getpeercert(self, binary_form: Literal[False] = False) -> PeerCert | MaybeNone:
        """Returns the peer's certificate: a dict, which is empty if it was not verified, or DER; None if there is none."""
    @overload
    def getpeercert(self, binary_form: Literal[True]) -> bytes | MaybeNone: ...
    @overload
    def getpeercert(self, binary_form: bool) -> PeerCert | bytes | MaybeNone: ...
    def pending(self) -> int:
        """Returns the number of decrypted bytes that can be read without waiting."""
    @overload
    def read(self, len: int | None = None, buffer: None = None) -> bytes | MaybeNone:
        """Returns exactly `len` bytes, fewer only at the end; without `len` all bytes until the end.

        Returns None if the socket does not block and has nothing. With `buffer` it fills that from one record and
        returns the count.
        """
    @overload
    def read(self, len: int | None, buffer: Buffer) -> int | MaybeNone: ...
    @overload
    def read(self, len: int | None = None, *, buffer: Buffer) -> int | MaybeNone: ...
    def selected_alpn_protocol(self) -> str | None:
        """Returns the application protocol that both sides have agreed on, or None."""
    def selected_npn_protocol(self) -> None:
        """Returns None: there is no NPN."""
    def shared_ciphers(self) -> list[CipherTuple] | None:
        """Returns the cipher suites that a server has enabled, or None for a client."""
    def unwrap(self) -> Any:
        """Exchanges close_notify and returns the stream below, which can be used without TLS."""
    def verify_client_post_handshake(self) -> None:
        """Raises SSLError: there is no post-handshake authentication."""
    def version(self) -> str | None:
        """Returns "TLSv1.2" or "TLSv1.3", or None before the handshake."""
    def write(self, data: Bytes) -> int | MaybeNone:
        """Sends `data` and returns the number of bytes taken, or None if the socket does not block and takes nothing."""
    def __enter__(self) -> Self: ...
    def __exit__(self, *args: Any) -> None: ...
    def accept(self) -> tuple[SSLSocket, Address]:
        """Accepts a connection of a wrapped listener, does the handshake, and returns it with the peer's address."""
    def close(self) -> None:
        """Sends close_notify if it can leave without waiting, and closes the stream."""
    def connect(self, addr: Address) -> None:
        """Connects a socket that was wrapped before it was connected, and does the handshake."""
    def connect_ex(self, addr: Address) -> int:
        """Does the same as connect(), but returns the errno if the socket cannot connect."""
    def detach(self) -> int:
        """Drops TLS without close_notify, and returns the descriptor of the socket."""
    def dup(self) -> None:
        """Raises NotImplementedError."""
    def fileno(self) -> int:
        """Returns the descriptor of the socket, or -1 after close()."""
    def gettimeout(self) -> float | None:
        """Returns the timeout in seconds, or None if there is none."""
    def makefile(self, mode: str = "r", *args: Any, **kwargs: Any) -> IO[Any]:
        """Returns a stream over the connection, of text or with "b" of bytes. Closing it leaves the connection open."""
    def readinto(self, buf: Buffer, nbytes: int = ..., /) -> int | MaybeNone:
        """Fills `buf` and returns the count, or None if the socket does not block and has nothing."""
    def readline(self, size: int = -1, /) -> bytes | MaybeNone:
        """Returns a line with its end, of at most `size` bytes; b"" at the end."""
    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        """Returns at most `buflen` bytes of one record, b"" at the end."""
    def recv_into(self, buffer: Buffer, nbytes: int | None = None, flags: int = 0) -> int:
        """Fills `buffer` from one record and returns the count, 0 at the end."""
    def recvfrom(self, *args: Any) -> Any:
        """Raises ValueError while there is TLS."""
    def recvfrom_into(self, *args: Any) -> Any:
        """Raises ValueError while there is TLS."""
    def recvmsg(self, *args: Any) -> None:
        """Raises NotImplementedError."""
    def recvmsg_into(self, *args: Any) -> None:
        """Raises NotImplementedError."""
    def send(self, data: Bytes, flags: int = 0) -> int:
        """Sends `data` and returns the number of bytes taken."""
    def sendfile(self, file: File, offset: int = 0, count: int | None = None) -> int:
        """Sends `count` bytes of a file from `offset` on, or all, and returns the number of bytes sent."""
    def sendall(self, data: Bytes, flags: int = 0) -> None:
        """Sends all of `data`. Raises SSLWantWriteError if the socket does not block and does not take all of it."""
    def sendmsg(self, *args: Any) -> None:
        """Raises NotImplementedError."""
    def sendto(self, *args: Any) -> Any:
        """Raises ValueError while there is TLS."""
    def setblocking(self, flag: bool, /) -> None:
        """Makes calls wait for ever, or not at all."""
    def settimeout(self, value: float | None, /) -> None:
        """Sets the seconds that a whole call may wait; None is for ever, 0 not at all."""
    def shutdown(self, how: int) -> None:
        """Drops TLS without close_notify, and shuts the socket down."""

class MemoryBIO:
    """A queue of bytes in memory, for an SSLObject."""
    @property
    def pending(self) -> int:
        """The number of bytes in the queue."""
    @property
    def eof(self) -> bool:
        """True if write_eof() was called and all bytes have been read."""
    def read(self, size: int = -1, /) -> bytes:
        """Removes and returns at most `size` bytes, or all."""
    def write(self, buf: Bytes, /) -> int:
        """Appends bytes and returns their number."""
    def write_eof(self) -> None:
        """Marks the end: nothing more can be written."""

class SSLSession:
    """A session that a client can resume. Two are equal if their `id` is; they cannot be hashed."""
    __hash__: ClassVar[None]  # type: ignore[assignment]
    @property
    def id(self) -> bytes:
        """The session's identifier."""
    @property
    def time(self) -> int:
        """When the session was made, in seconds since 1970."""
    @property
    def timeout(self) -> int:
        """How long the session can be resumed, in seconds."""
    @property
    def ticket_lifetime_hint(self) -> int:
        """How long the server says that it accepts the ticket, in seconds."""
    @property
    def has_ticket(self) -> bool:
        """True if the session has a ticket."""
    def serialize(self, key: Bytes | None = None) -> bytes:  # extension
        """Returns the session as bytes, encrypted under `key` if one is given. They hold secrets."""
    @staticmethod
    def deserialize(context: SSLContext, data: Bytes, key: Bytes | None = None) -> SSLSession:  # extension
        """Returns the session that serialize() has saved, for connections of `context`."""

# ---- functions ----
class _Purpose(NamedTuple):
    nid: int
    shortname: str
    longname: str
    oid: str

class Purpose:
    """The purposes of certificates: SERVER_AUTH verifies servers, CLIENT_AUTH clients."""
    SERVER_AUTH: Final[_Purpose]
    CLIENT_AUTH: Final[_Purpose]

class _DefaultVerifyPaths(NamedTuple):
    cafile: str | None
    capath: str | None
    openssl_cafile_env: str | None
    openssl_cafile: str | None
    openssl_capath_env: str | None
    openssl_capath: str | None

DefaultVerifyPaths = _DefaultVerifyPaths

def create_default_context(purpose: _Purpose = Purpose.SERVER_AUTH, *, cafile: PathOrData | None = None,
                           capath: None = None, cadata: str | Bytes | None = None) -> SSLContext:
    """Makes a context that verifies, or for CLIENT_AUTH a server's.

    It trusts what the arguments give, as in load_verify_locations(), and without them the default trust anchors.
    """
def _create_default_https_context(purpose: _Purpose = Purpose.SERVER_AUTH, *, cafile: PathOrData | None = None,
                                  capath: None = None, cadata: str | Bytes | None = None) -> SSLContext:
    """Does the same as create_default_context()."""
def require_verification() -> None:  # extension
    """Makes every client verify its server and the server's name from now on, whatever its context says."""
def _create_unverified_context(protocol: int | None = None, *, cert_reqs: int | None = CERT_NONE,
                               check_hostname: bool = False, purpose: _Purpose = Purpose.SERVER_AUTH,
                               certfile: PathOrData | None = None, keyfile: PathOrData | None = None,
                               cafile: PathOrData | None = None, capath: None = None,
                               cadata: str | Bytes | None = None) -> SSLContext:
    """Makes a context that verifies nothing, unless `cert_reqs` says otherwise."""
def _create_stdlib_context(protocol: int | None = None, *, cert_reqs: int | None = CERT_NONE,
                           check_hostname: bool = False, purpose: _Purpose = Purpose.SERVER_AUTH,
                           certfile: PathOrData | None = None, keyfile: PathOrData | None = None,
                           cafile: PathOrData | None = None, capath: None = None,
                           cadata: str | Bytes | None = None) -> SSLContext:
    """Does the same as _create_unverified_context()."""
def DER_cert_to_PEM_cert(der_cert_bytes: Bytes) -> str:
    """Returns a certificate in PEM."""
def PEM_cert_to_DER_cert(pem_cert_string: str) -> bytes:
    """Returns a certificate in DER."""
def RAND_add(data: str | Bytes, entropy: float, /) -> None:
    """Does nothing: the platform's generator takes no seed."""
def RAND_bytes(num: int, /) -> bytes:
    """Returns `num` random bytes of the platform's generator, for keys."""
def RAND_status() -> bool:
    """Returns True if the platform's generator gives random bytes."""
def cert_time_to_seconds(cert_time: str) -> int:
    """Returns the seconds since 1970 for a date such as "Jan  5 09:34:43 2018 GMT"."""
def get_default_verify_paths() -> DefaultVerifyPaths:
    """Returns where the default trust anchors are looked for."""
def explain(host: str, port: int = 443, context: SSLContext | None = None, timeout: float | None = 30,
            color: bool | None = None) -> bool:  # extension
    """Prints whether a server is accepted, its certificates, and what to do if it is refused. Returns True if accepted."""
def spki_sha256(cert: Bytes | str, /) -> bytes:  # extension
    """Returns the SHA-256 of the public key of a certificate, for pin() and trust_key()."""
def install_roots(path: str, to: str = "/roots.ussl", /) -> tuple[int, int]:  # extension
    """Checks a root store and renames it to `to`. Returns the number of its roots and when it was made."""
def get_protocol_name(protocol_code: int, /) -> str:
    """Returns the name of a PROTOCOL_* number, or "<unknown>"."""
def get_server_certificate(addr: tuple[str, int], ssl_version: int = PROTOCOL_TLS_CLIENT,
                           ca_certs: PathOrData | None = None, timeout: float | None = 30) -> str:
    """Returns a server's certificate in PEM. It is verified only if `ca_certs` is given, and the name never."""
def wrap_socket(sock: Socket, server_side: bool = False, key: PathOrData | None = None,
                cert: PathOrData | None = None, cert_reqs: int = ..., cadata: str | Bytes | None = None,
                server_hostname: str | bytes | None = None, do_handshake: bool = True) -> SSLSocket:  # extension
    """MicroPython's old function, deprecated. A client verifies and needs `server_hostname`."""

# ---- numbers ----
class TLSVersion:
    """Versions of TLS, for minimum_version and maximum_version."""
    MINIMUM_SUPPORTED: Final[int]; SSLv3: Final[int]; TLSv1: Final[int]; TLSv1_1: Final[int]; TLSv1_2: Final[int]
    TLSv1_3: Final[int]; MAXIMUM_SUPPORTED: Final[int]

class VerifyMode:
    """The values of verify_mode."""
    CERT_NONE: Final[int]; CERT_OPTIONAL: Final[int]; CERT_REQUIRED: Final[int]

class VerifyFlags:
    """The bits of verify_flags."""
    VERIFY_DEFAULT: Final[int]; VERIFY_CRL_CHECK_LEAF: Final[int]; VERIFY_CRL_CHECK_CHAIN: Final[int]
    VERIFY_X509_STRICT: Final[int]; VERIFY_ALLOW_PROXY_CERTS: Final[int]; VERIFY_X509_TRUSTED_FIRST: Final[int]
    VERIFY_X509_PARTIAL_CHAIN: Final[int]

class Options:
    """The bits of options."""
    OP_ALL: Final[int]; OP_NO_RENEGOTIATION: Final[int]; OP_NO_SSLv2: Final[int]; OP_NO_SSLv3: Final[int]
    OP_NO_TLSv1: Final[int]; OP_NO_TLSv1_1: Final[int]; OP_NO_TLSv1_2: Final[int]; OP_NO_TLSv1_3: Final[int]
    OP_NO_TICKET: Final[int]; OP_NO_COMPRESSION: Final[int]; OP_CIPHER_SERVER_PREFERENCE: Final[int]
    OP_SINGLE_DH_USE: Final[int]; OP_SINGLE_ECDH_USE: Final[int]; OP_ENABLE_MIDDLEBOX_COMPAT: Final[int]
    OP_IGNORE_UNEXPECTED_EOF: Final[int]; OP_LEGACY_SERVER_CONNECT: Final[int]; OP_ENABLE_KTLS: Final[int]

class SSLErrorNumber:
    """The errno of SSLError and of its subclasses."""
    SSL_ERROR_SSL: Final[int]; SSL_ERROR_WANT_READ: Final[int]; SSL_ERROR_WANT_WRITE: Final[int]
    SSL_ERROR_WANT_X509_LOOKUP: Final[int]; SSL_ERROR_SYSCALL: Final[int]; SSL_ERROR_ZERO_RETURN: Final[int]
    SSL_ERROR_WANT_CONNECT: Final[int]; SSL_ERROR_EOF: Final[int]; SSL_ERROR_INVALID_ERROR_CODE: Final[int]

class AlertDescription:
    """The numbers of TLS alerts (RFC 8446 6)."""
    ALERT_DESCRIPTION_CLOSE_NOTIFY: Final[int]; ALERT_DESCRIPTION_UNEXPECTED_MESSAGE: Final[int]
    ALERT_DESCRIPTION_BAD_RECORD_MAC: Final[int]; ALERT_DESCRIPTION_RECORD_OVERFLOW: Final[int]
    ALERT_DESCRIPTION_DECOMPRESSION_FAILURE: Final[int]; ALERT_DESCRIPTION_HANDSHAKE_FAILURE: Final[int]
    ALERT_DESCRIPTION_BAD_CERTIFICATE: Final[int]; ALERT_DESCRIPTION_UNSUPPORTED_CERTIFICATE: Final[int]
    ALERT_DESCRIPTION_CERTIFICATE_REVOKED: Final[int]; ALERT_DESCRIPTION_CERTIFICATE_EXPIRED: Final[int]
    ALERT_DESCRIPTION_CERTIFICATE_UNKNOWN: Final[int]; ALERT_DESCRIPTION_ILLEGAL_PARAMETER: Final[int]
    ALERT_DESCRIPTION_UNKNOWN_CA: Final[int]; ALERT_DESCRIPTION_ACCESS_DENIED: Final[int]
    ALERT_DESCRIPTION_DECODE_ERROR: Final[int]; ALERT_DESCRIPTION_DECRYPT_ERROR: Final[int]
    ALERT_DESCRIPTION_PROTOCOL_VERSION: Final[int]; ALERT_DESCRIPTION_INSUFFICIENT_SECURITY: Final[int]
    ALERT_DESCRIPTION_INTERNAL_ERROR: Final[int]; ALERT_DESCRIPTION_USER_CANCELLED: Final[int]
    ALERT_DESCRIPTION_NO_RENEGOTIATION: Final[int]; ALERT_DESCRIPTION_UNSUPPORTED_EXTENSION: Final[int]
    ALERT_DESCRIPTION_CERTIFICATE_UNOBTAINABLE: Final[int]; ALERT_DESCRIPTION_UNRECOGNIZED_NAME: Final[int]
    ALERT_DESCRIPTION_BAD_CERTIFICATE_STATUS_RESPONSE: Final[int]
    ALERT_DESCRIPTION_BAD_CERTIFICATE_HASH_VALUE: Final[int]; ALERT_DESCRIPTION_UNKNOWN_PSK_IDENTITY: Final[int]

# ---- constants ----
PROTOCOL_TLS: Final[int]; PROTOCOL_SSLv23: Final[int]; PROTOCOL_TLS_CLIENT: Final[int]
PROTOCOL_TLS_SERVER: Final[int]
CERT_NONE: Final[int]; CERT_OPTIONAL: Final[int]; CERT_REQUIRED: Final[int]
VERIFY_DEFAULT: Final[int]; VERIFY_CRL_CHECK_LEAF: Final[int]; VERIFY_CRL_CHECK_CHAIN: Final[int]
VERIFY_X509_STRICT: Final[int]; VERIFY_ALLOW_PROXY_CERTS: Final[int]; VERIFY_X509_TRUSTED_FIRST: Final[int]
VERIFY_X509_PARTIAL_CHAIN: Final[int]
OP_NO_SSLv2: Final[int]; OP_NO_SSLv3: Final[int]; OP_NO_TLSv1: Final[int]; OP_NO_TLSv1_1: Final[int]
OP_NO_TLSv1_2: Final[int]; OP_NO_TLSv1_3: Final[int]; OP_NO_TICKET: Final[int]; OP_NO_COMPRESSION: Final[int]
OP_CIPHER_SERVER_PREFERENCE: Final[int]; OP_SINGLE_DH_USE: Final[int]; OP_SINGLE_ECDH_USE: Final[int]
OP_ENABLE_MIDDLEBOX_COMPAT: Final[int]; OP_IGNORE_UNEXPECTED_EOF: Final[int]; OP_LEGACY_SERVER_CONNECT: Final[int]
OP_ENABLE_KTLS: Final[int]
SSL_ERROR_SSL: Final[int]; SSL_ERROR_WANT_READ: Final[int]; SSL_ERROR_WANT_WRITE: Final[int]
SSL_ERROR_WANT_X509_LOOKUP: Final[int]; SSL_ERROR_SYSCALL: Final[int]; SSL_ERROR_ZERO_RETURN: Final[int]
SSL_ERROR_WANT_CONNECT: Final[int]; SSL_ERROR_EOF: Final[int]; SSL_ERROR_INVALID_ERROR_CODE: Final[int]
ALERT_DESCRIPTION_CLOSE_NOTIFY: Final[int]; ALERT_DESCRIPTION_UNEXPECTED_MESSAGE: Final[int]
ALERT_DESCRIPTION_BAD_RECORD_MAC: Final[int]; ALERT_DESCRIPTION_RECORD_OVERFLOW: Final[int]
ALERT_DESCRIPTION_DECOMPRESSION_FAILURE: Final[int]; ALERT_DESCRIPTION_HANDSHAKE_FAILURE: Final[int]
ALERT_DESCRIPTION_BAD_CERTIFICATE: Final[int]; ALERT_DESCRIPTION_UNSUPPORTED_CERTIFICATE: Final[int]
ALERT_DESCRIPTION_CERTIFICATE_REVOKED: Final[int]; ALERT_DESCRIPTION_CERTIFICATE_EXPIRED: Final[int]
ALERT_DESCRIPTION_CERTIFICATE_UNKNOWN: Final[int]; ALERT_DESCRIPTION_ILLEGAL_PARAMETER: Final[int]
ALERT_DESCRIPTION_UNKNOWN_CA: Final[int]; ALERT_DESCRIPTION_ACCESS_DENIED: Final[int]
ALERT_DESCRIPTION_DECODE_ERROR: Final[int]; ALERT_DESCRIPTION_DECRYPT_ERROR: Final[int]
ALERT_DESCRIPTION_PROTOCOL_VERSION: Final[int]; ALERT_DESCRIPTION_INSUFFICIENT_SECURITY: Final[int]
ALERT_DESCRIPTION_INTERNAL_ERROR: Final[int]; ALERT_DESCRIPTION_USER_CANCELLED: Final[int]
ALERT_DESCRIPTION_NO_RENEGOTIATION: Final[int]; ALERT_DESCRIPTION_UNSUPPORTED_EXTENSION: Final[int]
ALERT_DESCRIPTION_CERTIFICATE_UNOBTAINABLE: Final[int]; ALERT_DESCRIPTION_UNRECOGNIZED_NAME: Final[int]
ALERT_DESCRIPTION_BAD_CERTIFICATE_STATUS_RESPONSE: Final[int]
ALERT_DESCRIPTION_BAD_CERTIFICATE_HASH_VALUE: Final[int]; ALERT_DESCRIPTION_UNKNOWN_PSK_IDENTITY: Final[int]
OP_ALL: Final[int]; OP_NO_RENEGOTIATION: Final[int]
HAS_ALPN: Final[bool]; HAS_ECDH: Final[bool]; HAS_NEVER_CHECK_COMMON_NAME: Final[bool]; HAS_NPN: Final[bool]
HAS_PHA: Final[bool]; HAS_PSK: Final[bool]; HAS_SNI: Final[bool]; HAS_SSLv2: Final[bool]; HAS_SSLv3: Final[bool]
HAS_TLSv1: Final[bool]; HAS_TLSv1_1: Final[bool]; HAS_TLSv1_2: Final[bool]; HAS_TLSv1_3: Final[bool]
OPENSSL_VERSION: Final[str]
MBEDTLS_VERSION: Final[str]  # extension
OPENSSL_VERSION_INFO: Final[tuple[int, int, int, int, int]]
OPENSSL_VERSION_NUMBER: Final[int]
CHANNEL_BINDING_TYPES: list[str]
PEM_HEADER: Final[str]
PEM_FOOTER: Final[str]
_DEFAULT_CIPHERS: Final[str]
