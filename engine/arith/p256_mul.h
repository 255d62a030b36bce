// SPDX-License-Identifier: MIT
//
// p256_mul.h - products on P-256. Is included behind a file of BearSSL, by p256_m15.c or
// p256_m31.c, and calls its static functions. BearSSL's own table of them has more than is needed,
// which the linker could not leave out.

bool ussl__p256_mul(uint8_t *point, const uint8_t *scalar) {
    bool good = api_mul(point, USSL__P256_POINT, scalar, USSL__P256_SCALAR, BR_EC_secp256r1) != 0;
    wipe_stack();
    return good;
}
