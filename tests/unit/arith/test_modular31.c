// SPDX-License-Identifier: MIT
//
// test_modular31.c - powers and inverses by BearSSL's numbers of 31 bits.
#define USSL_ARITH_NUMBERS 31

#include "modular_tests.h"
