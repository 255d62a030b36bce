// SPDX-License-Identifier: MIT
//
// test_modular62.c - powers and inverses by BearSSL's numbers of 62 bits.
#define USSL_ARITH_NUMBERS 62

#include "modular_tests.h"
