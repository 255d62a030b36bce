# Constants, enumerations by their numbers, and the functions that tell about the module (1, 2).
import ssl
from helper import CERTS, show_text

for prefix in ("CERT_", "PROTOCOL_TLS", "SSL_ERROR_", "ALERT_DESCRIPTION_", "VERIFY_", "OP_"):
    # Names of newer versions of CPython are left out: what 3.11 has is what all have.
    newer = ("OP_ENABLE_KTLS", "OP_LEGACY_SERVER_CONNECT", "PROTOCOL_TLSv1", "PROTOCOL_TLSv1_1", "PROTOCOL_TLSv1_2",
             "SSL_ERROR_")
    for name in sorted(n for n in dir(ssl) if n.startswith(prefix) and n not in newer):
        if name not in ("OP_ALL", "OP_NO_RENEGOTIATION"):
            print(name, int(getattr(ssl, name)))
print(int(ssl.OP_ALL), int(ssl.OP_NO_RENEGOTIATION), int(ssl.PROTOCOL_SSLv23))
for name in ("HAS_SNI", "HAS_ALPN", "HAS_ECDH", "HAS_NPN", "HAS_SSLv2", "HAS_SSLv3", "HAS_TLSv1_2", "HAS_TLSv1_3",
             "HAS_NEVER_CHECK_COMMON_NAME"):
    print(name, getattr(ssl, name) is True, getattr(ssl, name) is False)
print(int(ssl.VerifyMode.CERT_REQUIRED), int(ssl.VerifyFlags.VERIFY_X509_STRICT), int(ssl.Options.OP_NO_TICKET),
      int(ssl.AlertDescription.ALERT_DESCRIPTION_UNKNOWN_CA), int(ssl.SSLErrorNumber.SSL_ERROR_EOF))
for name in ("MINIMUM_SUPPORTED", "SSLv3", "TLSv1", "TLSv1_1", "TLSv1_2", "TLSv1_3", "MAXIMUM_SUPPORTED"):
    print(name, int(getattr(ssl.TLSVersion, name)))
print(ssl.PEM_HEADER, ssl.PEM_FOOTER, ssl._DEFAULT_CIPHERS)
print(type(ssl.OPENSSL_VERSION).__name__, ssl.OPENSSL_VERSION_INFO >= (1, 1, 1), len(ssl.OPENSSL_VERSION_INFO),
      ssl.OPENSSL_VERSION_NUMBER >= 0x10101000, isinstance(ssl.CHANNEL_BINDING_TYPES, list))
show_text("no such name", lambda: ssl.OP_NO_SUCH)
for n in (2, 16, 17, 7, -1):
    print(ssl.get_protocol_name(n))
paths = ssl.get_default_verify_paths()
print(len(paths), paths.openssl_cafile_env, paths.cafile == paths[0])
show_text("protocol", ssl.SSLContext, 99)
show_text("protocol", ssl.SSLContext, -1)
