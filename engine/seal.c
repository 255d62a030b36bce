// SPDX-License-Identifier: MIT
//
// seal.c - bytes that come back to us from elsewhere, sealed so that only we can have made them:
// session tickets and saved sessions. AES-256-GCM (NIST SP 800-38D) with a random nonce.
#include "mbed.h"

#include <string.h>

#if USSL_SESSIONS

// head | nonce | text | tag; the head is authenticated and stays readable.
static uint8_t *nonce_of(uint8_t *box, size_t head) {
    return box + head;
}

static uint8_t *text_of(uint8_t *box, size_t head) {
    return box + head + USSL_SEAL_NONCE;
}

// ---- private to the engine ----
int ussl_seal(const uint8_t key[USSL_SEAL_KEY], uint8_t *box, size_t head, size_t text) {
    if (ussl_random(nonce_of(box, head), USSL_SEAL_NONCE) != USSL_OK) {
        return MBEDTLS_ERR_PLATFORM_HW_ACCEL_FAILED;
    }
    mbedtls_gcm_context gcm;
    mbedtls_gcm_init(&gcm);
    int code = mbedtls_gcm_setkey(&gcm, MBEDTLS_CIPHER_ID_AES, key, USSL_SEAL_KEY * 8);
    if (code == 0) {
        uint8_t *at = text_of(box, head);
        code = mbedtls_gcm_crypt_and_tag(&gcm, MBEDTLS_GCM_ENCRYPT, text, nonce_of(box, head),
            USSL_SEAL_NONCE, box, head, at, at, USSL_SEAL_TAG, at + text);
    }
    mbedtls_gcm_free(&gcm);
    return code;
}

int ussl_unseal(const uint8_t key[USSL_SEAL_KEY], uint8_t *box, size_t head, size_t len,
    uint8_t **text, size_t *text_len) {
    if (len < head + USSL_SEAL_EXTRA) {
        return MBEDTLS_ERR_SSL_INVALID_MAC;
    }
    *text = text_of(box, head);
    *text_len = len - head - USSL_SEAL_EXTRA;
    mbedtls_gcm_context gcm;
    mbedtls_gcm_init(&gcm);
    int code = mbedtls_gcm_setkey(&gcm, MBEDTLS_CIPHER_ID_AES, key, USSL_SEAL_KEY * 8);
    if (code == 0) {
        code = mbedtls_gcm_auth_decrypt(&gcm, *text_len, nonce_of(box, head), USSL_SEAL_NONCE, box,
            head, *text + *text_len, USSL_SEAL_TAG, *text, *text);
    }
    mbedtls_gcm_free(&gcm);
    return code == MBEDTLS_ERR_GCM_AUTH_FAILED ? MBEDTLS_ERR_SSL_INVALID_MAC : code;
}

#endif // USSL_SESSIONS
