// SPDX-License-Identifier: MIT
//
// inside.c - what mbedTLS keeps in memory longer than it needs it, and lets nobody choose.
#include "mbed.h"

#if USSL_TLS13
// ---- memory after the handshake ----
// 3.3 KB on a 32-bit machine: transcript hashes, handshake keys, and the transform that only
// TLS 1.2 would have used. mbedTLS itself frees them at this point of TLS 1.2.
void ussl_inside_end_handshake(ussl_conn_t *conn) {
    mbedtls_ssl_context *ssl = &conn->ssl;
    if (ssl->tls_version != MBEDTLS_SSL_VERSION_TLS1_3 || ssl->handshake == NULL) {
        return;
    }
    mbedtls_ssl_handshake_free(ssl);
    mbedtls_free(ssl->handshake);
    ssl->handshake = NULL;
    if (ssl->transform_negotiate != NULL) {
        mbedtls_ssl_transform_free(ssl->transform_negotiate);
        mbedtls_free(ssl->transform_negotiate);
        ssl->transform_negotiate = NULL;
    }
}

bool ussl_inside_begin_ticket(ussl_conn_t *conn) {
    mbedtls_ssl_context *ssl = &conn->ssl;
    if (ssl->state != MBEDTLS_SSL_TLS1_3_NEW_SESSION_TICKET || ssl->handshake != NULL) {
        return true;
    }
    ssl->handshake = mbedtls_calloc(1, sizeof(*ssl->handshake));
    return ssl->handshake != NULL;
}
#endif // USSL_TLS13
