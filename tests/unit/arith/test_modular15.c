// SPDX-License-Identifier: MIT
//
// test_modular15.c - BearSSL's numbers in words of 15 bits give mbedTLS's powers and inverses.
// modular_tests.h has the cases, and names the promise.
#define USSL_ARITH_NUMBERS 15

#include "modular_tests.h"
