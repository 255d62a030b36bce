// SPDX-License-Identifier: MIT
//
// rsa.c - replaces mbedTLS's rsa.c: it includes that file whole, without the deduction of the
// missing numbers of a private key.
//
// Notes: keys come from files alone, and mbedtls_rsa_parse_key() refuses a file in which a number
// is missing or 0. No source of mbedTLS is changed or copied.
#include "mbed.h"

#include "../library/rsa_alt_helpers.h"

#define mbedtls_rsa_deduce_primes(...) MBEDTLS_ERR_RSA_BAD_INPUT_DATA
#define mbedtls_rsa_deduce_private_exponent(...) MBEDTLS_ERR_RSA_BAD_INPUT_DATA
#define mbedtls_rsa_deduce_crt(...) MBEDTLS_ERR_RSA_BAD_INPUT_DATA
#include "../library/rsa.c"
