// SPDX-License-Identifier: MIT
//
// test_modular31.c - BearSSL's numbers in words of 31 bits give mbedTLS's powers and inverses.
// modular_tests.h has the cases, and names the promise.
#define USSL_ARITH_NUMBERS 31

#include "modular_tests.h"
