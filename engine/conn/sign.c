// SPDX-License-Identifier: MIT
//
// sign.c - makes the ECDSA signature of a handshake by calling on_sign.
#include "conn.h"

#if USSL_SIGN
// Writes the private value of a key and returns its length, or returns 0 if it is only a public
// key.
static size_t private_value(const mbedtls_pk_context *pk, uint8_t *out) {
    const mbedtls_ecp_keypair *pair = mbedtls_pk_ec_ro(*pk);
    size_t len = (mbedtls_pk_get_bitlen(pk) + 7) / 8;
    bool held = mbedtls_mpi_cmp_int(&pair->d, 0) != 0;
    return held && mbedtls_mpi_write_binary(&pair->d, out, len) == 0 ? len : 0;
}

int ussl__sign_elsewhere(const mbedtls_pk_context *pk, const unsigned char *hash, size_t hash_len,
    unsigned char *sig, size_t sig_size, size_t *sig_len) {
    ussl__scope_t *scope = ussl__scope_current();
    ussl_conn_t *conn = scope != NULL ? scope->conn : NULL;
    ussl_on_sign_t hook = conn != NULL ? conn->ctx->config.on_sign : NULL;
    if (hook == NULL) {
        return MBEDTLS_ERR_PLATFORM_FEATURE_UNSUPPORTED;
    }
    uint8_t key[MBEDTLS_ECP_MAX_BYTES];
    size_t key_len = private_value(pk, key);
    *sig_len = sig_size;
    scope = ussl__scope_pause();
    ussl_result_t result = hook(conn->owner, key, key_len, hash, hash_len, sig, sig_len);
    ussl__scope_resume(scope);
    mbedtls_platform_zeroize(key, sizeof(key));
    if (result == USSL_OK && *sig_len > 0 && *sig_len <= sig_size) {
        return 0;
    }
    if (result == USSL_HOOK_DECLINED && key_len > 0) {
        return MBEDTLS_ERR_PLATFORM_FEATURE_UNSUPPORTED;
    }
    (void)ussl__conn_latch(conn, USSL_ERR_HOOK, USSL_ALERT_INTERNAL_ERROR, "CALLBACK_FAILED");
    return MBEDTLS_ERR_PK_BAD_INPUT_DATA;
}
#endif // USSL_SIGN
