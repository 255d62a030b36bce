// SPDX-License-Identifier: MIT
//
// masks.h - hides the results of BearSSL's comparisons from the compiler's optimizer. The build
// includes this header in front of each of BearSSL's files (config/arith.mk, config/engine.cmake).
//
// Notes: BearSSL computes masks from secrets, such as -EQ(u, bits), and uses them without a branch.
// clang 14 detects that such a mask is 0 or all ones, and generates the branch that BearSSL avoids,
// which `make constant-time` reports. mbedTLS hides its masks in the same way.
#ifndef USSL_ARITH_MASKS_H
#define USSL_ARITH_MASKS_H

// Two of the files define this before they include inner.h.
#define BR_ENABLE_INTRINSICS 1
#include "inner.h"

#if defined(__GNUC__)
static inline uint32_t ussl__hidden(uint32_t value) {
    __asm__("" : "+r"(value));
    return value;
}
#define NOT(x) ussl__hidden(NOT(x))
#define EQ(x, y) ussl__hidden(EQ(x, y))
#define NEQ(x, y) ussl__hidden(NEQ(x, y))
#define GT(x, y) ussl__hidden(GT(x, y))
#define MUX(c, x, y) MUX(ussl__hidden(c), x, y)
#endif

#endif // USSL_ARITH_MASKS_H
