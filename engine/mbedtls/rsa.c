// SPDX-License-Identifier: MIT
//
// rsa.c - replaces mbedTLS's rsa.c: it includes that file whole, without the deduction of the
// missing numbers of a private key, without random multiples in exponents if engine/arith
// calculates the powers, and without a random factor that is incomplete.
//
// Notes: keys come from files alone, and mbedtls_rsa_parse_key() refuses a file in which a number
// is missing or 0. mbedTLS hides a private exponent by adding a random multiple of 224 bits to it,
// and what is raised by a random factor. BearSSL's powers do not depend on the exponent, so adding
// would only cost a fifth of the time; the factor stays. mbedTLS keeps the factor and its inverse
// with the key. If memory ends while it makes them or squares them, they do not belong together,
// and every later operation has a wrong result without an error. So they are freed here, and made
// again. No source of mbedTLS is changed or copied.
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

// The macro looks at the first word of the argument list, which is `ctx` in the call and a type in
// the definition.
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
