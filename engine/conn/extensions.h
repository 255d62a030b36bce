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

// Reads the extensions at the end of a message. Refuses what is malformed, two of one type, and
// what follows them. *list is empty if there are none. Returns 0 or an mbedTLS code.
USSL__CHECKED int ussl__tls_exts_read(
    ussl_conn_t *conn, ussl__reader_t *body, ussl__reader_t *list);
// Reads one extension, or one key share, which has the same form. Returns false if it is malformed.
bool ussl__tls_ext_read(ussl__reader_t *list, unsigned *type, ussl__reader_t *data);
// ussl__tls_ext_find() returns true if the list has an extension of this type.
// ussl__tls_exts_repeat() returns true if two extensions, or two key shares, have the same type.
// Both need a list that has been read without an error.
bool ussl__tls_ext_find(ussl__reader_t list, unsigned wanted, ussl__reader_t *data);
bool ussl__tls_exts_repeat(ussl__reader_t list);
// True if the name is one of the protocols. Their list ends with NULL; NULL counts as an empty
// list.
bool ussl__is_protocol_of(const char *const *protocols, ussl__reader_t name);
// Check what both ends can receive. Return 0 or an mbedTLS code.
USSL__CHECKED int ussl__check_point_formats(ussl_conn_t *conn, ussl__reader_t list);
USSL__CHECKED int ussl__check_authorities(ussl_conn_t *conn, ussl__reader_t list);
// Checks a Certificate, a CertificateRequest or a CertificateVerify. Returns 0 or an mbedTLS code.
USSL__CHECKED int ussl__certificate_message_arrived(ussl_conn_t *conn, ussl__reader_t body);
// Returns the key that can make a TLS 1.3 signature by the first possible of these schemes, or
// NULL.
mbedtls_ssl_key_cert *ussl__signing_key(const mbedtls_ssl_context *ssl, ussl__reader_t schemes);
// To be called where the peer changes its keys after a message or waits for ours: nothing may
// follow in the record (RFC 8446 5.1). Returns 0 or an mbedTLS code.
USSL__CHECKED int ussl__check_end(ussl_conn_t *conn);

#endif // USSL_CONN_EXTENSIONS_H
