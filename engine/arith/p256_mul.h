// SPDX-License-Identifier: MIT
//
// p256_mul.h - scalar multiplication on P-256. p256_m15.c or p256_m31.c includes this header behind
// a file of BearSSL, whose static functions it calls. BearSSL's own table of these functions has
// more than are needed, and the linker could not leave them out.

bool ussl__p256_mul(uint8_t *point, const uint8_t *scalar) {
    bool good = api_mul(point, USSL__P256_POINT, scalar, USSL__P256_SCALAR, BR_EC_secp256r1) != 0;
    wipe_stack();
    return good;
}
