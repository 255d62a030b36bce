// SPDX-License-Identifier: MIT
//
// rsa.c - replaces mbedTLS's rsa.c: it includes that file whole, without the deduction of the
// missing numbers of a private key, and without random multiples in exponents if engine/arith
// calculates the powers.
//
// Notes: keys come from files alone, and mbedtls_rsa_parse_key() refuses a file in which a number
// is missing or 0. mbedTLS hides a private exponent by adding a random multiple of 224 bits to it,
// and what is raised by a random factor. BearSSL's powers do not depend on the exponent, so adding
// would only cost a fifth of the time; the factor stays. No source of mbedTLS is changed or copied.
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

#include "../library/rsa.c"
