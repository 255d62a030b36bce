// SPDX-License-Identifier: MIT
//
// workarounds.c - workarounds for mbedTLS: memory that it keeps after the handshake, extensions
// that it does not mark as sent, and keys that it changes too late (docs/known-faults.md).
#include "mbed.h"

static void free_handshake(mbedtls_ssl_context *ssl) {
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

void ussl__end_failed_handshake(mbedtls_ssl_context *ssl) {
    if (ssl->handshake == NULL) {
        return;
    }
    ssl->transform_in = ssl->transform_out = NULL; // they can be freed below
    free_handshake(ssl);
    if (ssl->session_negotiate != NULL) {
        mbedtls_ssl_session_free(ssl->session_negotiate);
        mbedtls_free(ssl->session_negotiate);
        ssl->session_negotiate = NULL;
    }
}

#if USSL_TLS13
// The state of a handshake takes 3.3 KB on a 32-bit machine: transcript hashes, handshake keys, and
// the transform that only TLS 1.2 uses. In TLS 1.2 mbedTLS itself frees it at this point.
void ussl__end_handshake(mbedtls_ssl_context *ssl) {
    if (ssl->tls_version != MBEDTLS_SSL_VERSION_TLS1_3 || ssl->handshake == NULL) {
        return;
    }
    free_handshake(ssl);
}

// In TLS 1.3 mbedTLS refuses two extensions of a server as unsolicited: max_fragment_length (RFC
// 6066 4), which is offered for TLS 1.2 and which OpenSSL answers in both versions, and the cookie
// of a HelloRetryRequest (RFC 8446 4.2.2), which no client offers.
void ussl__note_client_hello(mbedtls_ssl_context *ssl) {
    if (ssl->handshake == NULL) {
        return;
    }
    ssl->handshake->sent_extensions |= MBEDTLS_SSL_EXT_MASK(COOKIE);
#if USSL_TLS12
    if (ssl->conf->mfl_code != MBEDTLS_SSL_MAX_FRAG_LEN_NONE) {
        ssl->handshake->sent_extensions |= MBEDTLS_SSL_EXT_MASK(MAX_FRAGMENT_LENGTH);
    }
#endif
}

ussl_result_t ussl__begin_ticket(mbedtls_ssl_context *ssl) {
    if (ssl->state != MBEDTLS_SSL_TLS1_3_NEW_SESSION_TICKET || ssl->handshake != NULL) {
        return USSL_OK;
    }
    ssl->handshake = mbedtls_calloc(1, sizeof(*ssl->handshake));
    return ssl->handshake != NULL ? USSL_OK : USSL_ERR_MEMORY;
}

void ussl__use_application_keys(mbedtls_ssl_context *ssl) {
    bool server = ssl->conf->endpoint == MBEDTLS_SSL_IS_SERVER;
    if (server && ssl->transform_application && ssl->transform_out != ssl->transform_application) {
        mbedtls_ssl_set_outbound_transform(ssl, ssl->transform_application);
    }
}
#endif // USSL_TLS13
