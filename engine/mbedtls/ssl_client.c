// SPDX-License-Identifier: MIT
//
// ssl_client.c - replaces mbedTLS's ssl_client.c: it includes that file whole, and lets a client
// that offers a session offer all its versions.
//
// Notes: mbedTLS offers only the version of the session. If the server has been changed to another
// version, it refuses the connection, and a device that keeps its session could never connect
// again. RFC 8446 4.1.2 and 4.6.1 let a client offer a session together with other versions; a
// server that chooses another version ignores the session. conn/handshake.c refuses a connection
// that is resumed in another version. No source of mbedTLS is changed or copied.
#include "mbed.h"

#if USSL_TLS12 && USSL_TLS13
// mbedTLS calls this when it has chosen the versions and begins to write the ClientHello.
static int start_client_hello(
    mbedtls_ssl_context *ssl, unsigned char type, unsigned char **buf, size_t *len) {
    if (ssl->handshake->resume && ssl->conf->transport == MBEDTLS_SSL_TRANSPORT_STREAM) {
        ssl->tls_version = ssl->conf->max_tls_version;
        ssl->handshake->min_tls_version = ssl->conf->min_tls_version;
    }
    return mbedtls_ssl_start_handshake_msg(ssl, type, buf, len);
}
#define mbedtls_ssl_start_handshake_msg start_client_hello
#endif
#include "../library/ssl_client.c"
