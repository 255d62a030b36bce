// SPDX-License-Identifier: MIT
//
// signature.c - checks the signature of a certificate or CRL, and the strength of keys and hashes.
#include "verify.h"

// ---- helpers ----
// Returns the key of a certificate. A certificate from a root store has its key in DER only, which
// is parsed into `room`. The caller frees `room` in every case. If the key cannot be parsed, the
// result is of type MBEDTLS_PK_NONE.
static mbedtls_pk_context *key_of(const mbedtls_x509_crt *crt, mbedtls_pk_context *room) {
    unsigned char *der = crt->pk_raw.p;
    mbedtls_pk_init(room);
    if (mbedtls_pk_get_type(&crt->pk) != MBEDTLS_PK_NONE) {
        return (mbedtls_pk_context *)(uintptr_t)&crt->pk; // mbedTLS only reads it
    }
    (void)mbedtls_pk_parse_subpubkey(&der, der + crt->pk_raw.len, room);
    return room;
}

static bool key_is_strong(const mbedtls_pk_context *key) {
    if (mbedtls_pk_get_type(key) == MBEDTLS_PK_RSA) {
        return mbedtls_pk_get_bitlen(key) >= 2048;
    }
    if (mbedtls_pk_get_type(key) != MBEDTLS_PK_ECKEY) {
        return false;
    }
    switch (mbedtls_pk_get_ec_group_id(key)) {
        case MBEDTLS_ECP_DP_SECP256R1:
        case MBEDTLS_ECP_DP_SECP384R1:
        case MBEDTLS_ECP_DP_SECP521R1:
            return true;
        default:
            return false;
    }
}

// ---- private to the engine ----
bool ussl__hash_is_weak(mbedtls_md_type_t md) {
    return md == MBEDTLS_MD_SHA1 || md == MBEDTLS_MD_MD5;
}

bool ussl__key_is_weak(const mbedtls_x509_crt *crt) {
    mbedtls_pk_context room;
    bool strong = key_is_strong(key_of(crt, &room));
    mbedtls_pk_free(&room);
    return !strong;
}

bool ussl__signature_is_good(const ussl__signature_t *signature, const mbedtls_x509_crt *issuer) {
    unsigned char hash[MBEDTLS_MD_MAX_SIZE];
    const mbedtls_md_info_t *md = mbedtls_md_info_from_type(signature->md);
    mbedtls_pk_context room, *key = key_of(issuer, &room);
    bool good = md != NULL && mbedtls_pk_can_do(key, signature->pk)
        && mbedtls_md(md, signature->signed_part->p, signature->signed_part->len, hash) == 0
        && mbedtls_pk_verify_ext(signature->pk, signature->options, key, signature->md, hash,
               mbedtls_md_get_size(md), signature->bytes->p, signature->bytes->len)
            == 0;
    mbedtls_pk_free(&room);
    return good;
}

bool ussl__signed_by(const mbedtls_x509_crt *crt, const mbedtls_x509_crt *issuer) {
    ussl__signature_t signature = {&crt->tbs, &crt->sig, crt->sig_md, crt->sig_pk, crt->sig_opts};
    return ussl__signature_is_good(&signature, issuer);
}

// The costs were measured on a Cortex-M3 with MicroPython's heap and mbedTLS's arithmetic, in
// millions of instructions: RSA-4096 16, RSA-8192 60, RSA-4096 with an exponent of 64 bits 47,
// P-256 39, P-384 65, P-521 103. BearSSL needs fewer for RSA and P-256.
unsigned ussl__signature_work(const mbedtls_x509_crt *issuer) {
    mbedtls_pk_context room, *key = key_of(issuer, &room);
    size_t bits = mbedtls_pk_get_bitlen(key);
    unsigned work = bits <= 256 ? 3 : bits <= 384 ? 4 : 6;
    if (mbedtls_pk_get_type(key) == MBEDTLS_PK_RSA) {
        // Work grows with the square of the modulus and with the exponent; 65537 has 17 bits.
        size_t exponent = mbedtls_mpi_bitlen(&mbedtls_pk_rsa(*key)->E);
        work = (unsigned)(1 + bits * bits / (4096 * 4096 + 1));
        work *= (unsigned)(exponent <= 17 ? 1 : 1 + exponent / 32);
    }
    mbedtls_pk_free(&room);
    return work;
}
