// SPDX-License-Identifier: MIT
//
// ssl_tls12_server.c - replaces mbedTLS's ssl_tls12_server.c: it includes that file whole, and
// accepts a ClientHello with a later version than TLS 1.2.
//
// Notes: a server answers such a ClientHello with the highest version that it has (RFC 5246 E.1).
// No source of mbedTLS is changed or copied.
#include "mbed.h"

#if USSL_SERVER && USSL_TLS12
// In DTLS later versions have lower numbers, and the number is not changed.
static uint16_t read_version(const unsigned char version[2], int transport) {
    uint16_t number = mbedtls_ssl_read_version(version, transport);
    bool later =
        transport == MBEDTLS_SSL_TRANSPORT_STREAM && number > (uint16_t)MBEDTLS_SSL_VERSION_TLS1_2;
    return later ? (uint16_t)MBEDTLS_SSL_VERSION_TLS1_2 : number;
}
#define mbedtls_ssl_read_version read_version
#include "../library/ssl_tls12_server.c"
#endif
