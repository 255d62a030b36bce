// SPDX-License-Identifier: MIT
//
// stack.h - wipes the part of the stack in which BearSSL's functions leave secret numbers.
#ifndef USSL_ARITH_STACK_H
#define USSL_ARITH_STACK_H

#include <stdint.h>
#include <string.h>

// Octets of stack that a scalar multiplication uses, with words of 15 and of 31 bits.
#define STACK_15 2624
#define STACK_31 1568

// wipe_stack() must be called by the function that called BearSSL, so that its frame covers the
// frames of the calls that have returned.
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
