// SPDX-License-Identifier: MIT
//
// seal.c - seals session tickets and saved sessions with AES-256-GCM (NIST SP 800-38D) and a random
// nonce, so that only a holder of the key can read or make them.
#include "session.h"

#if USSL_SESSIONS

static uint8_t *nonce_of(uint8_t *box, size_t head) {
    return box + head;
}

static uint8_t *text_of(uint8_t *box, size_t head) {
    return box + head + USSL__SEAL_NONCE;
}

// ---- private to the engine ----
ussl_result_t ussl__seal(
    const uint8_t key[USSL__SEAL_KEY], uint8_t *box, size_t head, size_t text) {
    if (ussl_random(nonce_of(box, head), USSL__SEAL_NONCE) != USSL_OK) {
        return USSL_ERR_PLATFORM;
    }
    mbedtls_gcm_context gcm;
    mbedtls_gcm_init(&gcm);
    int code = mbedtls_gcm_setkey(&gcm, MBEDTLS_CIPHER_ID_AES, key, USSL__SEAL_KEY * 8);
    if (code == 0) {
        uint8_t *at = text_of(box, head);
        code = mbedtls_gcm_crypt_and_tag(&gcm, MBEDTLS_GCM_ENCRYPT, text, nonce_of(box, head),
            USSL__SEAL_NONCE, box, head, at, at, USSL__SEAL_TAG, at + text);
    }
    mbedtls_gcm_free(&gcm);
    return code == 0 ? USSL_OK : USSL_ERR_MEMORY; // GCM fails only for lack of memory
}

ussl_result_t ussl__unseal(const uint8_t key[USSL__SEAL_KEY], uint8_t *box, size_t head, size_t len,
    uint8_t **text, size_t *text_len) {
    if (len < head + USSL__SEAL_EXTRA) {
        return USSL_ERR_PARSE;
    }
    *text = text_of(box, head);
    *text_len = len - head - USSL__SEAL_EXTRA;
    mbedtls_gcm_context gcm;
    mbedtls_gcm_init(&gcm);
    int code = mbedtls_gcm_setkey(&gcm, MBEDTLS_CIPHER_ID_AES, key, USSL__SEAL_KEY * 8);
    if (code == 0) {
        code = mbedtls_gcm_auth_decrypt(&gcm, *text_len, nonce_of(box, head), USSL__SEAL_NONCE, box,
            head, *text + *text_len, USSL__SEAL_TAG, *text, *text);
    }
    mbedtls_gcm_free(&gcm);
    if (code == MBEDTLS_ERR_GCM_AUTH_FAILED) {
        return USSL_ERR_PARSE;
    }
    return code == 0 ? USSL_OK : USSL_ERR_MEMORY;
}

#endif // USSL_SESSIONS
