# The module `tls`: MicroPython's low-level API, on which libraries build. docs/api.md says how it differs from `ssl`.
from typing import Any, Optional, Sequence
from ssl import SSLError as SSLError, SSLSession, SSLSocket
import ssl

MBEDTLS_VERSION: str
PROTOCOL_TLS_CLIENT: int
PROTOCOL_TLS_SERVER: int
PROTOCOL_DTLS_CLIENT: int
PROTOCOL_DTLS_SERVER: int
CERT_NONE: int
CERT_OPTIONAL: int
CERT_REQUIRED: int

class SSLContext(ssl.SSLContext):
    def __init__(self, protocol: int) -> None: ...
    def get_ciphers(self) -> list[str]: ...  # type: ignore[override]
    def set_ciphers(self, ciphers: Sequence[str]) -> None: ...  # type: ignore[override]
    def wrap_socket(self, sock: Any, server_side: bool = False, do_handshake_on_connect: bool = True,
                    suppress_ragged_eofs: bool = True, server_hostname: Optional[str] = None,
                    session: Optional[SSLSession] = None, *, client_id: Optional[bytes] = None) -> SSLSocket: ...
