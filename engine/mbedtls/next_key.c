// SPDX-License-Identifier: MIT
//
// next_key.c - derives the next key of one direction of a TLS 1.3 connection (RFC 8446 7.2), which
// mbedTLS cannot do.
#include "mbed.h"

#if USSL_TLS13
#include "../library/ssl_tls13_keys.h"

int ussl__next_key(mbedtls_ssl_context *ssl, bool outgoing) {
    // True if the client's secret is replaced, and not the server's.
    bool client = (ssl->conf->endpoint == MBEDTLS_SSL_IS_CLIENT) == outgoing;
    mbedtls_ssl_tls13_application_secrets *secrets = &ssl->session->app_secrets;
    uint8_t *secret = client ? secrets->client_application_traffic_secret_N
                             : secrets->server_application_traffic_secret_N;
    mbedtls_ssl_transform *keys = outgoing ? ssl->transform_out : ssl->transform_in;
    mbedtls_cipher_context_t *cipher = outgoing ? &keys->cipher_ctx_enc : &keys->cipher_ctx_dec;
    const mbedtls_ssl_ciphersuite_t *suite =
        mbedtls_ssl_ciphersuite_from_id(ssl->session->ciphersuite);
    psa_algorithm_t hash = mbedtls_md_psa_alg_from_type((mbedtls_md_type_t)suite->mac);
    size_t len = PSA_HASH_LENGTH(hash);
    int bits = mbedtls_cipher_get_key_bitlen(cipher);
    uint8_t next[MBEDTLS_TLS1_3_MD_MAX_SIZE], key[32];
    int code = mbedtls_ssl_tls13_hkdf_expand_label(
        hash, secret, len, MBEDTLS_SSL_TLS1_3_LBL_WITH_LEN(traffic_upd), NULL, 0, next, len);
    if (code == 0) {
        memcpy(secret, next, len);
        code = mbedtls_ssl_tls13_hkdf_expand_label(hash, secret, len,
            MBEDTLS_SSL_TLS1_3_LBL_WITH_LEN(key), NULL, 0, key, (size_t)bits / 8);
    }
    if (code == 0) {
        code =
            mbedtls_cipher_setkey(cipher, key, bits, outgoing ? MBEDTLS_ENCRYPT : MBEDTLS_DECRYPT);
    }
    if (code == 0) {
        code = mbedtls_ssl_tls13_hkdf_expand_label(hash, secret, len,
            MBEDTLS_SSL_TLS1_3_LBL_WITH_LEN(iv), NULL, 0, outgoing ? keys->iv_enc : keys->iv_dec,
            keys->ivlen);
    }
    mbedtls_platform_zeroize(next, sizeof(next));
    mbedtls_platform_zeroize(key, sizeof(key));
    if (code == 0) { // with the old key a nonce would be used twice
        memset(outgoing ? ssl->cur_out_ctr : ssl->in_ctr, 0, MBEDTLS_SSL_SEQUENCE_NUMBER_LEN);
    }
    return code;
}
#endif
