// SPDX-License-Identifier: MIT
//
// stack.h - wipes the stack where BearSSL's functions have had secret numbers; they leave them
// there.
#ifndef USSL_ARITH_STACK_H
#define USSL_ARITH_STACK_H

#include <stdint.h>
#include <string.h>

// Octets: what a scalar multiplication takes, with numbers of 15 and of 31 bits.
#define STACK_15 2624
#define STACK_31 1568

// Called where BearSSL was called, so that this frame lies over those that have returned.
static inline __attribute__((always_inline)) void wipe(uint8_t *below, size_t size) {
    memset(below, 0, size);
    __asm__ volatile("" : : "r"(below) : "memory");
}

#define WIPE_STACK(octets)                                                                         \
    static __attribute__((noinline)) void wipe_stack(void) {                                       \
        uint8_t below[octets];                                                                     \
        wipe(below, sizeof(below));                                                                \
    }

#endif // USSL_ARITH_STACK_H
