// SPDX-License-Identifier: MIT
//
// p256_mul_base.h - multiplication of P-256's base point. The header is included as p256_mul.h is.

void ussl__p256_mul_base(uint8_t *point, const uint8_t *scalar) {
    api_mulgen(point, scalar, USSL__P256_SCALAR, BR_EC_secp256r1);
    wipe_stack();
}
