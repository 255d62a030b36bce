// SPDX-License-Identifier: MIT
//
// rsa.c - replaces mbedTLS's rsa.c: it includes that file whole, but does not compute missing
// numbers of a private key, does not blind exponents if engine/arith calculates the powers, and
// does not keep blinding values that are incomplete.
//
// Notes: keys come only from files, and mbedtls_rsa_parse_key() refuses a file in which a number is
// missing or 0. mbedTLS blinds a private exponent by adding a random multiple of p - 1, with a
// factor of 224 bits, and the base by a random factor. The time of BearSSL's powers does not depend
// on the exponent, so to blind it would only cost a fifth of the time; base blinding stays. mbedTLS
// keeps the factor of the base and its inverse with the key. If an allocation fails while it
// computes or squares them, the two do not match, and every later operation has a wrong result
// without an error. So they are freed here, and the next operation computes them again. No source
// of mbedTLS is changed or copied.
#include "mbed.h"

#include "../library/rsa_alt_helpers.h"

#define mbedtls_rsa_deduce_primes(...) MBEDTLS_ERR_RSA_BAD_INPUT_DATA
#define mbedtls_rsa_deduce_private_exponent(...) MBEDTLS_ERR_RSA_BAD_INPUT_DATA
#define mbedtls_rsa_deduce_crt(...) MBEDTLS_ERR_RSA_BAD_INPUT_DATA

#if USSL_ARITH_BEARSSL
#define mbedtls_mpi_fill_random(X, size, f_rng, p_rng)                                             \
    ((size) == RSA_EXPONENT_BLINDING ? mbedtls_mpi_lset(X, 0)                                      \
                                     : mbedtls_mpi_fill_random(X, size, f_rng, p_rng))
#endif

static int prepare_blinding(
    mbedtls_rsa_context *ctx, int (*f_rng)(void *, unsigned char *, size_t), void *p_rng);

// The macro tests the first word of the argument list, which is `ctx` in the call and a type in the
// definition.
#define rsa_prepare_blinding(...) BLINDING_##__VA_ARGS__)
#define BLINDING_ctx prepare_blinding(ctx
#define BLINDING_mbedtls_rsa_context rsa_prepare_blinding(mbedtls_rsa_context

#include "../library/rsa.c"

#undef rsa_prepare_blinding

static int prepare_blinding(
    mbedtls_rsa_context *ctx, int (*f_rng)(void *, unsigned char *, size_t), void *p_rng) {
    int code = rsa_prepare_blinding(ctx, f_rng, p_rng);
    if (code != 0) {
        mbedtls_mpi_free(&ctx->Vi);
        mbedtls_mpi_free(&ctx->Vf);
    }
    return code;
}
