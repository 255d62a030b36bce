// SPDX-License-Identifier: MIT
//
// curve25519.c - scalar multiplication on Curve25519 (RFC 7748).
#include "variants.h"

#if USSL_ARITH_BEARSSL
#include "config/names.h"

#include "bearssl_ec.h"

#include "arith.h"
#include "stack.h"

#if USSL__ECDH == 15
#define C25519 br_ec_c25519_m15
#define STACK STACK_15
#else
#define C25519 br_ec_c25519_m31
#define STACK STACK_31
#endif

#if USSL_X25519
WIPE_STACK(STACK)

void ussl__x25519(uint8_t *u, uint8_t *scalar) {
    for (size_t i = 0, j = USSL__X25519_SIZE - 1; USSL__SCALARS_BIG_ENDIAN && i < j; i++, j--) {
        uint8_t low = scalar[i];
        scalar[i] = scalar[j];
        scalar[j] = low;
    }
    C25519.mul(u, USSL__X25519_SIZE, scalar, USSL__X25519_SIZE, BR_EC_curve25519);
    wipe_stack();
}
#endif

#endif // USSL_ARITH_BEARSSL
