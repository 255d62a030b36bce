# ssl.pyi - the module for an editor and a type checker; `tls` is the same module. Extensions, which
# CPython does not have, are marked `extension`. tests/check_api.py holds this file to the module, and
# docs/api.md to this file.
from typing import Any, Callable, NamedTuple, Optional, Sequence, Union

_Bytes = Union[bytes, bytearray, memoryview]
_PathOrData = Union[str, _Bytes]  # a path; or, an extension, the data itself
_Password = Union[str, _Bytes, Callable[[], Union[str, _Bytes]]]
_Cert = dict[str, Any]
_Cipher = tuple[str, str, int]

# ---- exceptions ----
class SSLError(OSError):
    errno: int
    strerror: str
    library: Optional[str]
    reason: Optional[str]

class SSLZeroReturnError(SSLError): ...
class SSLWantReadError(SSLError): ...
class SSLWantWriteError(SSLError): ...
class SSLSyscallError(SSLError): ...
class SSLEOFError(SSLError): ...

class SSLCertVerificationError(SSLError, ValueError):
    verify_code: int
    verify_message: str
    verify_depth: int  # extension
    verify_subject: tuple[tuple[tuple[str, str], ...], ...] | None  # extension
    verify_rules: tuple[str, ...]  # extension

CertificateError = SSLCertVerificationError

# ---- contexts ----
class SSLContext:
    check_hostname: bool
    hostname_checks_common_name: bool
    keylog_filename: Optional[str]
    maximum_version: int
    minimum_version: int
    num_tickets: int
    handshake_timeout: float | None  # extension
    options: int
    psk_identity: Optional[Union[str, bytes]]  # extension
    psk_key: Optional[bytes]  # extension
    server_psk_keys: Any  # extension
    ecdsa_sign_callback: Optional[Callable[[bytes, bytes], Optional[bytes]]]  # extension
    post_handshake_auth: bool
    sni_callback: Optional[Callable[[Union[SSLSocket, SSLObject], Optional[str], SSLContext], Optional[int]]]
    verify_callback: Optional[Callable[[bytes, int], Optional[int]]]  # extension
    verify_flags: int
    verify_clock: str  # extension
    verify_mode: int
    @property
    def protocol(self) -> int: ...
    @property
    def security_level(self) -> int: ...
    @property
    def sslsocket_class(self) -> type[SSLSocket]: ...
    @property
    def sslobject_class(self) -> type[SSLObject]: ...
    def __init__(self, protocol: int = ...) -> None: ...
    def cert_store_stats(self) -> dict[str, int]: ...
    def get_ca_certs(self, binary_form: bool = False) -> list[Any]: ...
    def get_ciphers(self) -> list[dict[str, Any]]: ...
    def load_cert_chain(self, certfile: _PathOrData, keyfile: Optional[_PathOrData] = None,
                        password: Optional[_Password] = None) -> None: ...
    def load_default_certs(self, purpose: Any = Purpose.SERVER_AUTH) -> None: ...
    def load_dh_params(self, path: str) -> None: ...
    def load_verify_locations(self, cafile: Optional[_PathOrData] = None, capath: None = None,
                              cadata: Optional[Union[str, _Bytes]] = None) -> None: ...
    def pin(self, host: Optional[str], *spki_sha256: Union[bytes, str]) -> None: ...  # extension
    def trust_key(self, host: Optional[str], *spki_sha256: Union[bytes, str]) -> None: ...  # extension
    def memory(self) -> dict[str, int]: ...  # extension
    def memory_needed(self, connections: int = 1, *, record_in: int = 16384, record_out: int = 4096, buffers: Optional[int] = None, peer_chain: int = 4096, rsa_bits: int = 4096) -> int: ...  # extension
    def reserve(self, connections: int = 1, *, record_in: int = 16384, record_out: int = 4096, buffers: Optional[int] = None, peer_chain: int = 4096, rsa_bits: int = 4096) -> None: ...  # extension
    def set_psk_client_callback(self, callback: Optional[Callable[[None], tuple[Optional[str], bytes]]]) -> None: ...
    def set_psk_server_callback(self, callback: Optional[Callable[[Optional[str]], Optional[bytes]]],
                                identity_hint: Optional[str] = None) -> None: ...
    def session_stats(self) -> dict[str, int]: ...
    def set_alpn_protocols(self, alpn_protocols: Sequence[str]) -> None: ...
    def set_ciphers(self, ciphers: Union[str, list[str], tuple[str, ...]]) -> None: ...
    def set_default_verify_paths(self) -> None: ...
    def set_ecdh_curve(self, name: Union[str, bytes]) -> None: ...
    def set_servername_callback(self, server_name_callback: Optional[Callable[..., Optional[int]]]) -> None: ...
    def wrap_bio(self, incoming: MemoryBIO, outgoing: MemoryBIO, server_side: bool = False,
                 server_hostname: Optional[str] = None, session: Optional[SSLSession] = None) -> SSLObject: ...
    def wrap_socket(self, sock: Any, server_side: bool = False, do_handshake_on_connect: bool = True,
                    suppress_ragged_eofs: bool = True, server_hostname: Optional[str] = None,
                    session: Optional[SSLSession] = None) -> SSLSocket: ...

# ---- connections ----
class SSLObject:
    context: SSLContext
    session: Optional[SSLSession]
    @property
    def server_side(self) -> bool: ...
    @property
    def server_hostname(self) -> Optional[str]: ...
    @property
    def session_reused(self) -> Optional[bool]: ...
    def cipher(self) -> Optional[_Cipher]: ...
    def compression(self) -> None: ...
    def do_handshake(self) -> None: ...
    def recheck(self) -> bool: ...  # extension
    def get_channel_binding(self, cb_type: str = "tls-unique") -> Optional[bytes]: ...
    def get_unverified_chain(self) -> list[bytes]: ...
    def get_verified_chain(self) -> list[bytes]: ...
    def getpeercert(self, binary_form: bool = False) -> Any: ...
    def pending(self) -> int: ...
    def read(self, len: int = 1024, buffer: Optional[_Bytes] = None) -> Any: ...
    def selected_alpn_protocol(self) -> Optional[str]: ...
    def selected_npn_protocol(self) -> None: ...
    def shared_ciphers(self) -> Optional[list[_Cipher]]: ...
    def unwrap(self) -> Any: ...
    def verify_client_post_handshake(self) -> None: ...
    def version(self) -> Optional[str]: ...
    def write(self, data: _Bytes) -> int: ...

class SSLSocket:
    context: SSLContext
    session: Optional[SSLSession]
    @property
    def server_side(self) -> bool: ...
    @property
    def server_hostname(self) -> Optional[str]: ...
    @property
    def session_reused(self) -> Optional[bool]: ...
    def cipher(self) -> Optional[_Cipher]: ...
    def compression(self) -> None: ...
    def do_handshake(self) -> None: ...
    def recheck(self) -> bool: ...  # extension
    def get_channel_binding(self, cb_type: str = "tls-unique") -> Optional[bytes]: ...
    def get_unverified_chain(self) -> list[bytes]: ...
    def get_verified_chain(self) -> list[bytes]: ...
    def getpeercert(self, binary_form: bool = False) -> Any: ...
    def pending(self) -> int: ...
    def read(self, len: int = -1, buffer: Optional[_Bytes] = None) -> Any: ...  # None: it would block
    def selected_alpn_protocol(self) -> Optional[str]: ...
    def selected_npn_protocol(self) -> None: ...
    def shared_ciphers(self) -> Optional[list[_Cipher]]: ...
    def unwrap(self) -> Any: ...
    def verify_client_post_handshake(self) -> None: ...
    def version(self) -> Optional[str]: ...
    def write(self, data: _Bytes) -> Optional[int]: ...
    def __enter__(self) -> SSLSocket: ...
    def __exit__(self, *args: Any) -> None: ...
    def accept(self) -> tuple[SSLSocket, Any]: ...
    def close(self) -> None: ...
    def connect(self, addr: Any) -> None: ...
    def connect_ex(self, addr: Any) -> int: ...
    def detach(self) -> int: ...
    def dup(self) -> None: ...
    def fileno(self) -> int: ...
    def gettimeout(self) -> Optional[float]: ...
    def makefile(self, mode: str = "r", *args: Any, **kwargs: Any) -> Any: ...
    def readinto(self, buf: _Bytes, nbytes: int = ...) -> Optional[int]: ...
    def readline(self, size: int = -1) -> Optional[bytes]: ...
    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes: ...
    def recv_into(self, buffer: _Bytes, nbytes: Optional[int] = None, flags: int = 0) -> int: ...
    def recvfrom(self, *args: Any) -> Any: ...
    def recvfrom_into(self, *args: Any) -> Any: ...
    def recvmsg(self, *args: Any) -> None: ...
    def recvmsg_into(self, *args: Any) -> None: ...
    def send(self, data: _Bytes, flags: int = 0) -> int: ...
    def sendfile(self, file: Any, offset: int = 0, count: Optional[int] = None) -> int: ...
    def sendall(self, data: _Bytes, flags: int = 0) -> None: ...
    def sendmsg(self, *args: Any) -> None: ...
    def sendto(self, *args: Any) -> Any: ...
    def setblocking(self, flag: bool) -> None: ...
    def settimeout(self, value: Optional[float]) -> None: ...
    def shutdown(self, how: int) -> None: ...

class MemoryBIO:
    @property
    def pending(self) -> int: ...
    @property
    def eof(self) -> bool: ...
    def read(self, size: int = -1) -> bytes: ...
    def write(self, buf: _Bytes) -> int: ...
    def write_eof(self) -> None: ...

class SSLSession:
    @property
    def id(self) -> bytes: ...
    @property
    def time(self) -> int: ...
    @property
    def timeout(self) -> int: ...
    @property
    def ticket_lifetime_hint(self) -> int: ...
    @property
    def has_ticket(self) -> bool: ...
    def serialize(self, key: Optional[_Bytes] = None) -> bytes: ...  # extension
    @staticmethod
    def deserialize(context: SSLContext, data: _Bytes, key: Optional[_Bytes] = None) -> SSLSession: ...  # extension

# ---- functions ----
class _Purpose(NamedTuple):
    nid: int
    shortname: str
    longname: str
    oid: str

class Purpose:
    SERVER_AUTH: _Purpose
    CLIENT_AUTH: _Purpose

class _DefaultVerifyPaths(NamedTuple):
    cafile: Optional[str]
    capath: Optional[str]
    openssl_cafile_env: Optional[str]
    openssl_cafile: Optional[str]
    openssl_capath_env: Optional[str]
    openssl_capath: Optional[str]

DefaultVerifyPaths = _DefaultVerifyPaths

def create_default_context(purpose: Any = Purpose.SERVER_AUTH, *, cafile: Optional[_PathOrData] = None,
                           capath: None = None, cadata: Optional[Union[str, _Bytes]] = None) -> SSLContext: ...
def _create_default_https_context(purpose: Any = Purpose.SERVER_AUTH, *, cafile: Optional[_PathOrData] = None,
                                  capath: None = None, cadata: Optional[Union[str, _Bytes]] = None) -> SSLContext: ...
def require_verification() -> None: ...  # extension
def _create_unverified_context(protocol: Optional[int] = None, *, cert_reqs: Optional[int] = CERT_NONE,
                               check_hostname: bool = False, purpose: Any = Purpose.SERVER_AUTH,
                               certfile: Optional[_PathOrData] = None, keyfile: Optional[_PathOrData] = None,
                               cafile: Optional[_PathOrData] = None, capath: None = None,
                               cadata: Optional[Union[str, _Bytes]] = None) -> SSLContext: ...
def _create_stdlib_context(protocol: Optional[int] = None, *, cert_reqs: Optional[int] = CERT_NONE,
                           check_hostname: bool = False, purpose: Any = Purpose.SERVER_AUTH,
                           certfile: Optional[_PathOrData] = None, keyfile: Optional[_PathOrData] = None,
                           cafile: Optional[_PathOrData] = None, capath: None = None,
                           cadata: Optional[Union[str, _Bytes]] = None) -> SSLContext: ...
def DER_cert_to_PEM_cert(der_cert_bytes: _Bytes) -> str: ...
def PEM_cert_to_DER_cert(pem_cert_string: str) -> bytes: ...
def RAND_add(data: Union[str, _Bytes], entropy: float) -> None: ...
def RAND_bytes(num: int) -> bytes: ...
def RAND_status() -> bool: ...
def cert_time_to_seconds(cert_time: str) -> int: ...
def get_default_verify_paths() -> DefaultVerifyPaths: ...
def explain(host: str, port: int = 443, context: Optional[SSLContext] = None, timeout: Optional[float] = 30) -> bool: ...  # extension
def spki_sha256(cert: Union[bytes, str]) -> bytes: ...  # extension
def install_roots(path: str, to: str = ...) -> tuple[int, int]: ...  # extension
def get_protocol_name(protocol_code: int) -> str: ...
def get_server_certificate(addr: tuple[str, int], ssl_version: int = ..., ca_certs: Optional[str] = None,
                           timeout: Optional[float] = ...) -> str: ...
def wrap_socket(sock: Any, server_side: bool = False, key: Optional[_PathOrData] = None,
                cert: Optional[_PathOrData] = None, cert_reqs: int = ..., cadata: Optional[_PathOrData] = None,
                server_hostname: Optional[str] = None, do_handshake: bool = True) -> SSLSocket: ...  # extension

# ---- numbers ----
class TLSVersion:
    MINIMUM_SUPPORTED: int
    SSLv3: int
    TLSv1: int
    TLSv1_1: int
    TLSv1_2: int
    TLSv1_3: int
    MAXIMUM_SUPPORTED: int

class VerifyMode:
    CERT_NONE: int
    CERT_OPTIONAL: int
    CERT_REQUIRED: int

class VerifyFlags:
    VERIFY_DEFAULT: int
    VERIFY_CRL_CHECK_LEAF: int
    VERIFY_CRL_CHECK_CHAIN: int
    VERIFY_X509_STRICT: int
    VERIFY_ALLOW_PROXY_CERTS: int
    VERIFY_X509_TRUSTED_FIRST: int
    VERIFY_X509_PARTIAL_CHAIN: int

class Options:
    OP_ALL: int
    OP_NO_RENEGOTIATION: int
    OP_NO_SSLv2: int
    OP_NO_SSLv3: int
    OP_NO_TLSv1: int
    OP_NO_TLSv1_1: int
    OP_NO_TLSv1_2: int
    OP_NO_TLSv1_3: int
    OP_NO_TICKET: int
    OP_NO_COMPRESSION: int
    OP_CIPHER_SERVER_PREFERENCE: int
    OP_SINGLE_DH_USE: int
    OP_SINGLE_ECDH_USE: int
    OP_ENABLE_MIDDLEBOX_COMPAT: int
    OP_IGNORE_UNEXPECTED_EOF: int
    OP_LEGACY_SERVER_CONNECT: int
    OP_ENABLE_KTLS: int

class SSLErrorNumber:
    SSL_ERROR_SSL: int
    SSL_ERROR_WANT_READ: int
    SSL_ERROR_WANT_WRITE: int
    SSL_ERROR_WANT_X509_LOOKUP: int
    SSL_ERROR_SYSCALL: int
    SSL_ERROR_ZERO_RETURN: int
    SSL_ERROR_WANT_CONNECT: int
    SSL_ERROR_EOF: int
    SSL_ERROR_INVALID_ERROR_CODE: int

class AlertDescription:
    ALERT_DESCRIPTION_CLOSE_NOTIFY: int
    ALERT_DESCRIPTION_UNEXPECTED_MESSAGE: int
    ALERT_DESCRIPTION_BAD_RECORD_MAC: int
    ALERT_DESCRIPTION_RECORD_OVERFLOW: int
    ALERT_DESCRIPTION_DECOMPRESSION_FAILURE: int
    ALERT_DESCRIPTION_HANDSHAKE_FAILURE: int
    ALERT_DESCRIPTION_BAD_CERTIFICATE: int
    ALERT_DESCRIPTION_UNSUPPORTED_CERTIFICATE: int
    ALERT_DESCRIPTION_CERTIFICATE_REVOKED: int
    ALERT_DESCRIPTION_CERTIFICATE_EXPIRED: int
    ALERT_DESCRIPTION_CERTIFICATE_UNKNOWN: int
    ALERT_DESCRIPTION_ILLEGAL_PARAMETER: int
    ALERT_DESCRIPTION_UNKNOWN_CA: int
    ALERT_DESCRIPTION_ACCESS_DENIED: int
    ALERT_DESCRIPTION_DECODE_ERROR: int
    ALERT_DESCRIPTION_DECRYPT_ERROR: int
    ALERT_DESCRIPTION_PROTOCOL_VERSION: int
    ALERT_DESCRIPTION_INSUFFICIENT_SECURITY: int
    ALERT_DESCRIPTION_INTERNAL_ERROR: int
    ALERT_DESCRIPTION_USER_CANCELLED: int
    ALERT_DESCRIPTION_NO_RENEGOTIATION: int
    ALERT_DESCRIPTION_UNSUPPORTED_EXTENSION: int
    ALERT_DESCRIPTION_CERTIFICATE_UNOBTAINABLE: int
    ALERT_DESCRIPTION_UNRECOGNIZED_NAME: int
    ALERT_DESCRIPTION_BAD_CERTIFICATE_STATUS_RESPONSE: int
    ALERT_DESCRIPTION_BAD_CERTIFICATE_HASH_VALUE: int
    ALERT_DESCRIPTION_UNKNOWN_PSK_IDENTITY: int

# ---- constants ----
PROTOCOL_TLS: int
PROTOCOL_SSLv23: int
PROTOCOL_TLS_CLIENT: int
PROTOCOL_TLS_SERVER: int
CERT_NONE: int
CERT_OPTIONAL: int
CERT_REQUIRED: int
VERIFY_DEFAULT: int
VERIFY_CRL_CHECK_LEAF: int
VERIFY_CRL_CHECK_CHAIN: int
VERIFY_X509_STRICT: int
VERIFY_ALLOW_PROXY_CERTS: int
VERIFY_X509_TRUSTED_FIRST: int
VERIFY_X509_PARTIAL_CHAIN: int
OP_NO_SSLv2: int
OP_NO_SSLv3: int
OP_NO_TLSv1: int
OP_NO_TLSv1_1: int
OP_NO_TLSv1_2: int
OP_NO_TLSv1_3: int
OP_NO_TICKET: int
OP_NO_COMPRESSION: int
OP_CIPHER_SERVER_PREFERENCE: int
OP_SINGLE_DH_USE: int
OP_SINGLE_ECDH_USE: int
OP_ENABLE_MIDDLEBOX_COMPAT: int
OP_IGNORE_UNEXPECTED_EOF: int
OP_LEGACY_SERVER_CONNECT: int
OP_ENABLE_KTLS: int
SSL_ERROR_SSL: int
SSL_ERROR_WANT_READ: int
SSL_ERROR_WANT_WRITE: int
SSL_ERROR_WANT_X509_LOOKUP: int
SSL_ERROR_SYSCALL: int
SSL_ERROR_ZERO_RETURN: int
SSL_ERROR_WANT_CONNECT: int
SSL_ERROR_EOF: int
SSL_ERROR_INVALID_ERROR_CODE: int
ALERT_DESCRIPTION_CLOSE_NOTIFY: int
ALERT_DESCRIPTION_UNEXPECTED_MESSAGE: int
ALERT_DESCRIPTION_BAD_RECORD_MAC: int
ALERT_DESCRIPTION_RECORD_OVERFLOW: int
ALERT_DESCRIPTION_DECOMPRESSION_FAILURE: int
ALERT_DESCRIPTION_HANDSHAKE_FAILURE: int
ALERT_DESCRIPTION_BAD_CERTIFICATE: int
ALERT_DESCRIPTION_UNSUPPORTED_CERTIFICATE: int
ALERT_DESCRIPTION_CERTIFICATE_REVOKED: int
ALERT_DESCRIPTION_CERTIFICATE_EXPIRED: int
ALERT_DESCRIPTION_CERTIFICATE_UNKNOWN: int
ALERT_DESCRIPTION_ILLEGAL_PARAMETER: int
ALERT_DESCRIPTION_UNKNOWN_CA: int
ALERT_DESCRIPTION_ACCESS_DENIED: int
ALERT_DESCRIPTION_DECODE_ERROR: int
ALERT_DESCRIPTION_DECRYPT_ERROR: int
ALERT_DESCRIPTION_PROTOCOL_VERSION: int
ALERT_DESCRIPTION_INSUFFICIENT_SECURITY: int
ALERT_DESCRIPTION_INTERNAL_ERROR: int
ALERT_DESCRIPTION_USER_CANCELLED: int
ALERT_DESCRIPTION_NO_RENEGOTIATION: int
ALERT_DESCRIPTION_UNSUPPORTED_EXTENSION: int
ALERT_DESCRIPTION_CERTIFICATE_UNOBTAINABLE: int
ALERT_DESCRIPTION_UNRECOGNIZED_NAME: int
ALERT_DESCRIPTION_BAD_CERTIFICATE_STATUS_RESPONSE: int
ALERT_DESCRIPTION_BAD_CERTIFICATE_HASH_VALUE: int
ALERT_DESCRIPTION_UNKNOWN_PSK_IDENTITY: int
OP_ALL: int
OP_NO_RENEGOTIATION: int
HAS_ALPN: bool
HAS_ECDH: bool
HAS_NEVER_CHECK_COMMON_NAME: bool
HAS_NPN: bool
HAS_PHA: bool
HAS_PSK: bool
HAS_SNI: bool
HAS_SSLv2: bool
HAS_SSLv3: bool
HAS_TLSv1: bool
HAS_TLSv1_1: bool
HAS_TLSv1_2: bool
HAS_TLSv1_3: bool
OPENSSL_VERSION: str
MBEDTLS_VERSION: str  # extension
OPENSSL_VERSION_INFO: tuple[int, int, int, int, int]
OPENSSL_VERSION_NUMBER: int
CHANNEL_BINDING_TYPES: list[str]
PEM_HEADER: str
PEM_FOOTER: str
_DEFAULT_CIPHERS: str
