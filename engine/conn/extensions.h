// SPDX-License-Identifier: MIT
//
// extensions.h - private; reads the lists of extensions in handshake messages (RFC 8446 4.2).
#ifndef USSL_CONN_EXTENSIONS_H
#define USSL_CONN_EXTENSIONS_H

#include "conn.h"

enum {
    EXT_SERVER_NAME = 0,
    EXT_MAX_FRAGMENT_LENGTH = 1,
    EXT_SUPPORTED_GROUPS = 10,
    EXT_POINT_FORMATS = 11,
    EXT_SIGNATURE_ALGORITHMS = 13,
    EXT_ALPN = 16,
    EXT_ENCRYPT_THEN_MAC = 22,
    EXT_EXTENDED_MASTER_SECRET = 23,
    EXT_RECORD_SIZE_LIMIT = 28,
    EXT_SESSION_TICKET = 35,
    EXT_PRE_SHARED_KEY = 41,
    EXT_EARLY_DATA = 42,
    EXT_SUPPORTED_VERSIONS = 43,
    EXT_COOKIE = 44,
    EXT_PSK_KEY_EXCHANGE_MODES = 45,
    EXT_CERTIFICATE_AUTHORITIES = 47,
    EXT_KEY_SHARE = 51,
    EXT_RENEGOTIATION_INFO = 0xFF01,
};

// Reads the extensions at the end of a message. Refuses malformed extensions, two of the same type,
// and octets behind the list. *list is empty if the message has no extensions. Returns 0 or an
// mbedTLS code.
USSL__CHECKED int ussl__tls_exts_read(
    ussl_conn_t *conn, ussl__reader_t *body, ussl__reader_t *list);
// Reads one extension, or one key share, which has the same form. Returns false if it is malformed.
bool ussl__tls_ext_read(ussl__reader_t *list, unsigned *type, ussl__reader_t *data);
// ussl__tls_ext_find() returns true if the list has an extension of this type.
// ussl__tls_exts_repeat() returns true if two extensions, or two key shares, have the same type.
// For both, the list must have been read without an error before.
bool ussl__tls_ext_find(ussl__reader_t list, unsigned wanted, ussl__reader_t *data);
bool ussl__tls_exts_repeat(ussl__reader_t list);
// True if the name is in the list of protocols, which ends with NULL. A list that is NULL counts as
// empty.
bool ussl__is_protocol_of(const char *const *protocols, ussl__reader_t name);
// These check ec_point_formats (RFC 8422 5.1.2) and certificate_authorities (RFC 8446 4.2.4), which
// both ends can receive. They return 0 or an mbedTLS code.
USSL__CHECKED int ussl__check_point_formats(ussl_conn_t *conn, ussl__reader_t list);
USSL__CHECKED int ussl__check_authorities(ussl_conn_t *conn, ussl__reader_t list);
// Checks a Certificate, a CertificateRequest or a CertificateVerify. Returns 0 or an mbedTLS code.
USSL__CHECKED int ussl__certificate_message_arrived(ussl_conn_t *conn, ussl__reader_t body);
// Returns our key for the first of these TLS 1.3 signature schemes for which we have one, or NULL.
mbedtls_ssl_key_cert *ussl__signing_key(const mbedtls_ssl_context *ssl, ussl__reader_t schemes);
// Checks that nothing follows a message in its record (RFC 8446 5.1). Must be called for each
// message after which the peer changes its keys or waits for an answer. Returns 0 or an mbedTLS
// code.
USSL__CHECKED int ussl__check_end(ussl_conn_t *conn);

#endif // USSL_CONN_EXTENSIONS_H
