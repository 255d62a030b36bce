// SPDX-License-Identifier: MIT
//
// test_modular15.c - powers and inverses by BearSSL's numbers of 15 bits.
#define USSL_ARITH_NUMBERS 15

#include "modular_tests.h"
