// SPDX-License-Identifier: MIT
//
// p256_m31.c - P-256 with products of 64 bits: BearSSL's ec_p256_m31.c whole, and our functions
// that call its static functions.
#include "variants.h"

#if USSL_ARITH_BEARSSL
#include "config/names.h"

#include "masks.h"

#include "ec/ec_p256_m31.c"

#include "arith.h"
#include "stack.h"
#if USSL__ECDH == 31 || USSL__BASE == 31
WIPE_STACK(STACK_31)
#endif
#if USSL__ECDH == 31
#include "p256_mul.h"
#endif
#if USSL__BASE == 31
#include "p256_mul_base.h"
#endif
#if USSL__PUBLIC == 31
#include "p256_sum.h"
#endif
#endif // USSL_ARITH_BEARSSL
