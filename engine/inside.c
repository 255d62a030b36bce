// SPDX-License-Identifier: MIT
//
// inside.c - what mbedTLS keeps in memory longer than it needs it, and an answer that it forgets to
// have asked for.
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
#if USSL_TLS12
    if (ssl->transform_negotiate != NULL) {
        mbedtls_ssl_transform_free(ssl->transform_negotiate);
        mbedtls_free(ssl->transform_negotiate);
        ssl->transform_negotiate = NULL;
    }
#endif
}

#if USSL_TLS12
// It offers max_fragment_length (RFC 6066 4) with TLS 1.2 in mind; OpenSSL answers in TLS 1.3 too,
// and keeps to it. Without this note the answer counts as unsolicited.
void ussl_inside_hello_sent(ussl_conn_t *conn) {
    mbedtls_ssl_context *ssl = &conn->ssl;
    if (ssl->handshake != NULL && ssl->conf->mfl_code != MBEDTLS_SSL_MAX_FRAG_LEN_NONE) {
        ssl->handshake->sent_extensions |= MBEDTLS_SSL_EXT_MASK(MAX_FRAGMENT_LENGTH);
    }
}
#endif

bool ussl_inside_begin_ticket(ussl_conn_t *conn) {
    mbedtls_ssl_context *ssl = &conn->ssl;
    if (ssl->state != MBEDTLS_SSL_TLS1_3_NEW_SESSION_TICKET || ssl->handshake != NULL) {
        return true;
    }
    ssl->handshake = mbedtls_calloc(1, sizeof(*ssl->handshake));
    return ssl->handshake != NULL;
}
#endif // USSL_TLS13
