// SPDX-License-Identifier: MIT
//
// ssl_tls13_server.c - replaces mbedTLS's ssl_tls13_server.c: it includes that file whole, and
// reads the versions and PSK modes of a ClientHello as the RFCs require.
//
// Notes: mbedTLS chooses the first version of a client's list that it supports, so a list that
// begins with TLS 1.2 would lead to TLS 1.2. It refuses unknown PSK modes, which clients send on
// purpose (RFC 8701). No source of mbedTLS is changed or copied.
#include "mbed.h"

#if USSL_TLS13 && USSL_SERVER
static uint16_t read_version(const unsigned char version[2], int transport);
static int read_versions(
    mbedtls_ssl_context *ssl, const unsigned char *list, const unsigned char *end);
#if defined(MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_SOME_PSK_ENABLED)
static int read_modes(
    mbedtls_ssl_context *ssl, const unsigned char *list, const unsigned char *end);
#endif

// The macros distinguish a call from the definition as in ssl_msg.c.
#define ssl_tls13_parse_supported_versions_ext(...) VERSIONS_##__VA_ARGS__)
#define VERSIONS_ssl read_versions(ssl
#define VERSIONS_mbedtls_ssl_context ssl_tls13_parse_supported_versions_ext(mbedtls_ssl_context
#define ssl_tls13_parse_key_exchange_modes_ext(...) MODES_##__VA_ARGS__)
#define MODES_ssl read_modes(ssl
#define MODES_mbedtls_ssl_context ssl_tls13_parse_key_exchange_modes_ext(mbedtls_ssl_context
#define mbedtls_ssl_read_version read_version
#include "../library/ssl_tls13_server.c"
#undef mbedtls_ssl_read_version
#undef ssl_tls13_parse_supported_versions_ext
#undef ssl_tls13_parse_key_exchange_modes_ext

// mbedTLS reads two kinds of version with one function: that of the ClientHello, which has no
// meaning if there is a list of versions (RFC 8446 4.1.2), and those of the list. In place of the
// client's list mbedTLS gets one of the lists below, which has only the version that
// read_versions() has chosen.
enum { SSL3 = 0x300 };
static const unsigned char chosen[][3] = {{2, 3, 0}, {2, 3, 1}, {2, 3, 2}, {2, 3, 3}, {2, 3, 4}};

static uint16_t read_version(const unsigned char version[2], int transport) {
    uint16_t number = mbedtls_ssl_read_version(version, transport);
    if ((uintptr_t)version - (uintptr_t)chosen < sizeof(chosen)) {
        return number;
    }
    return number <= SSL3 ? number : (uint16_t)MBEDTLS_SSL_VERSION_TLS1_2; // RFC 8446 D.5
}

// Chooses the latest version that is known. The order of the list has no meaning, and most of its
// versions can be unknown (RFC 8446 4.2.1).
static int read_versions(
    mbedtls_ssl_context *ssl, const unsigned char *list, const unsigned char *end) {
    size_t len = list < end ? list[0] : 0;
    unsigned best = SSL3;
    if (len == 0 || len % 2 != 0 || (size_t)(end - list) != 1 + len) {
        MBEDTLS_SSL_PEND_FATAL_ALERT(
            MBEDTLS_SSL_ALERT_MSG_DECODE_ERROR, MBEDTLS_ERR_SSL_DECODE_ERROR);
        return MBEDTLS_ERR_SSL_DECODE_ERROR;
    }
    for (size_t i = 1; i < len; i += 2) {
        unsigned version = MBEDTLS_GET_UINT16_BE(list, i);
        bool known = version >= SSL3 && version <= (unsigned)MBEDTLS_SSL_VERSION_TLS1_3;
        best = known && version > best ? version : best;
    }
    const unsigned char *only = chosen[best - SSL3];
    return ssl_tls13_parse_supported_versions_ext(ssl, only, only + sizeof(chosen[0]));
}

// mbedTLS reads PSK modes only if it is built with pre-shared keys or sessions.
#if defined(MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_SOME_PSK_ENABLED)
static int read_modes(
    mbedtls_ssl_context *ssl, const unsigned char *list, const unsigned char *end) {
    unsigned char known[3] = {0};
    size_t len = list < end ? list[0] : 0;
    if (len == 0 || (size_t)(end - list) != 1 + len) {
        MBEDTLS_SSL_PEND_FATAL_ALERT(
            MBEDTLS_SSL_ALERT_MSG_DECODE_ERROR, MBEDTLS_ERR_SSL_DECODE_ERROR);
        return MBEDTLS_ERR_SSL_DECODE_ERROR;
    }
    for (unsigned char mode = 0; mode <= MBEDTLS_SSL_TLS1_3_PSK_MODE_ECDHE; mode++) {
        if (memchr(list + 1, mode, len) != NULL) {
            known[++known[0]] = mode;
        }
    }
    return ssl_tls13_parse_key_exchange_modes_ext(ssl, known, known + 1 + known[0]);
}
#endif
#endif
