# SPDX-License-Identifier: MIT
#
# tls.pyi - the module `tls` for an editor and a type checker.
"""MicroPython's low-level API of TLS, with which libraries make their connections; it also has DTLS 1.2.

Its SSLContext is that of `ssl` with the differences that docs/api.md lists.
"""
import ssl
from _ussl_types import Bytes, Socket
from ssl import SSLError as SSLError, SSLSession, SSLSocket
from typing import Final

MBEDTLS_VERSION: Final[str]
PROTOCOL_TLS_CLIENT: Final[int]
PROTOCOL_TLS_SERVER: Final[int]
PROTOCOL_DTLS_CLIENT: Final[int]
PROTOCOL_DTLS_SERVER: Final[int]
CERT_NONE: Final[int]
CERT_OPTIONAL: Final[int]
CERT_REQUIRED: Final[int]

class SSLContext(ssl.SSLContext):
    """The context of `ssl` with MicroPython's interface: verify_mode = CERT_NONE turns check_hostname off too."""
    def __init__(self, protocol: int) -> None:
        """Makes a context for a client or a server of TLS or DTLS. A client verifies."""
    def get_ciphers(self) -> list[str]:  # type: ignore[override]
        """Returns the names of the enabled cipher suites, as mbedTLS has them."""
    def set_ciphers(self, ciphers: list[str] | tuple[str, ...], /) -> None:  # type: ignore[override]
        """Enables exactly these cipher suites, by the names of OpenSSL, IANA or mbedTLS."""
    def wrap_socket(self, sock: Socket, server_side: bool = False, do_handshake_on_connect: bool = True,
                    suppress_ragged_eofs: bool = True, server_hostname: str | bytes | None = None,
                    session: SSLSession | None = None, *, client_id: Bytes | None = None) -> SSLSocket:
        """Makes a connection over a stream and does the handshake. If that fails, the stream stays open.

        `client_id` stands for the address of a DTLS client: the server verifies it with a cookie (RFC 6347 4.2.1).
        """
