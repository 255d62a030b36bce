// SPDX-License-Identifier: MIT
//
// pk_sign.c - lets a hook make the ECDSA signatures of a private key, for keys that are held
// outside of this program's memory.
//
// Notes: mbedTLS calls the functions of a key through a table. It lets a program replace the
// functions of RSA keys only, so this file gives an EC key a copy of its table with another
// function for signing.
#include "mbed.h"

#if USSL_SIGN
static int sign(mbedtls_pk_context *pk, mbedtls_md_type_t md, const unsigned char *hash,
    size_t hash_len, unsigned char *sig, size_t sig_size, size_t *sig_len,
    int (*rng)(void *, unsigned char *, size_t), void *rng_arg) {
    int code = ussl__sign_elsewhere(pk, hash, hash_len, sig, sig_size, sig_len);
    return code != MBEDTLS_ERR_PLATFORM_FEATURE_UNSUPPORTED
        ? code
        : mbedtls_eckey_info.sign_func(
            pk, md, hash, hash_len, sig, sig_size, sig_len, rng, rng_arg);
}

void ussl__pk_sign_by_hook(mbedtls_pk_context *pk, mbedtls_pk_info_t *table) {
    if (mbedtls_pk_get_type(pk) == MBEDTLS_PK_ECKEY) {
        *table = mbedtls_eckey_info;
        table->sign_func = sign;
        pk->pk_info = table;
    }
}
#endif
