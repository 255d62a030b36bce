// SPDX-License-Identifier: MIT
//
// random.h - two random sources for the tests of arithmetic: random_bytes() gives the same numbers
// in every run, and no_random() always fails.
#ifndef TEST_RANDOM_H
#define TEST_RANDOM_H

#include "engine/mbedtls/mbed.h"

static uint64_t seed = 1;
#define RANDOM random_bytes, &seed

static inline int random_bytes(void *state, unsigned char *out, size_t len) {
    uint64_t *x = state;
    for (size_t i = 0; i < len; i++) {
        *x = *x * 6364136223846793005u + 1442695040888963407u;
        out[i] = (unsigned char)(*x >> 56);
    }
    return 0;
}

static inline int no_random(void *state, unsigned char *out, size_t len) {
    (void)state;
    (void)out;
    (void)len;
    return MBEDTLS_ERR_ECP_RANDOM_FAILED;
}

#endif // TEST_RANDOM_H
