# The constants of the module have CPython's numbers, and the functions that describe the module its results.
import ssl
from helper import part, say, show_text

part("constants")
for prefix in ("CERT_", "PROTOCOL_TLS", "SSL_ERROR_", "ALERT_DESCRIPTION_", "VERIFY_", "OP_"):
    # Names that CPython 3.11 does not have are left out.
    newer = ("OP_ENABLE_KTLS", "OP_LEGACY_SERVER_CONNECT", "PROTOCOL_TLSv1", "PROTOCOL_TLSv1_1", "PROTOCOL_TLSv1_2",
             "SSL_ERROR_")
    for name in sorted(n for n in dir(ssl) if n.startswith(prefix) and n not in newer):
        if name not in ("OP_ALL", "OP_NO_RENEGOTIATION"):
            say(name, int(getattr(ssl, name)))
for name in ("OP_ALL", "OP_NO_RENEGOTIATION", "PROTOCOL_SSLv23"):
    say(name, int(getattr(ssl, name)))
for name in ("HAS_SNI", "HAS_ALPN", "HAS_ECDH", "HAS_NPN", "HAS_SSLv2", "HAS_SSLv3", "HAS_TLSv1_2", "HAS_TLSv1_3",
             "HAS_NEVER_CHECK_COMMON_NAME"):
    say(name, getattr(ssl, name), "is a bool", isinstance(getattr(ssl, name), bool))
part("enumerations")
for kind, name in (("VerifyMode", "CERT_REQUIRED"), ("VerifyFlags", "VERIFY_X509_STRICT"), ("Options", "OP_NO_TICKET"),
                   ("AlertDescription", "ALERT_DESCRIPTION_UNKNOWN_CA"), ("SSLErrorNumber", "SSL_ERROR_EOF")):
    say("%s.%s" % (kind, name), int(getattr(getattr(ssl, kind), name)))
for name in ("MINIMUM_SUPPORTED", "SSLv3", "TLSv1", "TLSv1_1", "TLSv1_2", "TLSv1_3", "MAXIMUM_SUPPORTED"):
    say("TLSVersion." + name, int(getattr(ssl.TLSVersion, name)))

part("the module")
say("PEM_HEADER", ssl.PEM_HEADER, "PEM_FOOTER", ssl.PEM_FOOTER, "_DEFAULT_CIPHERS", ssl._DEFAULT_CIPHERS)
say("class of OPENSSL_VERSION", type(ssl.OPENSSL_VERSION).__name__)
say("OPENSSL_VERSION_INFO is of 1.1.1 or later", ssl.OPENSSL_VERSION_INFO >= (1, 1, 1), "numbers", len(ssl.OPENSSL_VERSION_INFO))
say("OPENSSL_VERSION_NUMBER is of 1.1.1 or later", ssl.OPENSSL_VERSION_NUMBER >= 0x10101000)
say("CHANNEL_BINDING_TYPES is a list", isinstance(ssl.CHANNEL_BINDING_TYPES, list))
show_text("a name that does not exist", lambda: ssl.OP_NO_SUCH)
for n in (2, 16, 17, 7, -1):
    say("get_protocol_name(%d)" % n, ssl.get_protocol_name(n))
paths = ssl.get_default_verify_paths()
say("get_default_verify_paths: fields", len(paths), "openssl_cafile_env", paths.openssl_cafile_env)
say("cafile is the first field", paths.cafile == paths[0])
show_text("SSLContext(99)", ssl.SSLContext, 99)
show_text("SSLContext(-1)", ssl.SSLContext, -1)
