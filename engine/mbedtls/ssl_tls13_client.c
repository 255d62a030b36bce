// SPDX-License-Identifier: MIT
//
// ssl_tls13_client.c - replaces mbedTLS's ssl_tls13_client.c: it includes that file whole, and
// keeps the key share if a HelloRetryRequest does not request another one.
//
// Notes: mbedTLS generates a new key after each HelloRetryRequest. If that has only a cookie, the
// second ClientHello must not change otherwise (RFC 8446 4.1.2), and servers check that. No source
// of mbedTLS is changed or copied.
#include "mbed.h"

#if USSL_TLS13
static int reset_key_share(mbedtls_ssl_context *ssl);
static int write_key_share(mbedtls_ssl_context *ssl, uint16_t group, unsigned char *buf,
    unsigned char *end, size_t *out_len);

// The macros distinguish a call from the definition as in ssl_msg.c.
#define ssl_tls13_reset_key_share(...) RESET_##__VA_ARGS__)
#define RESET_ssl reset_key_share(ssl
#define RESET_mbedtls_ssl_context ssl_tls13_reset_key_share(mbedtls_ssl_context
#define mbedtls_ssl_tls13_generate_and_write_xxdh_key_exchange write_key_share
#include "../library/ssl_tls13_client.c"
#undef ssl_tls13_reset_key_share
#undef mbedtls_ssl_tls13_generate_and_write_xxdh_key_exchange

static int reset_key_share(mbedtls_ssl_context *ssl) {
    const mbedtls_ssl_handshake_params *handshake = ssl->handshake;
    bool other_group = handshake->received_extensions & MBEDTLS_SSL_EXT_MASK(KEY_SHARE);
    bool kept = handshake->hello_retry_request_flag && !other_group;
    return kept ? 0 : ssl_tls13_reset_key_share(ssl);
}

static int write_key_share(mbedtls_ssl_context *ssl, uint16_t group, unsigned char *buf,
    unsigned char *end, size_t *out_len) {
    mbedtls_svc_key_id_t key = ssl->handshake->xxdh_psa_privkey;
    if (mbedtls_svc_key_id_is_null(key)) {
        return mbedtls_ssl_tls13_generate_and_write_xxdh_key_exchange(
            ssl, group, buf, end, out_len);
    }
    psa_status_t status = psa_export_public_key(key, buf, (size_t)(end - buf), out_len);
    return status == PSA_SUCCESS ? 0 : MBEDTLS_ERR_SSL_INTERNAL_ERROR;
}
#endif
