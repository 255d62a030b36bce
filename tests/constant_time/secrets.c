// SPDX-License-Identifier: MIT
//
// secrets.c - runs the code that calculates with secrets under valgrind (make constant-time). The
// secret is marked as undefined, so memcheck reports each branch and each address that depends on
// it.
//
//   secrets        lists the operations
//   secrets NAME   runs one; those called wrong_… are wrong on purpose, and must be reported
//
// Notes: this tests the code that the compiler makes for this machine. It cannot show whether a CPU
// multiplies all numbers in the same time; engine/arith/variants.h is about that.
#include <stdio.h>
#include <string.h>

#include <valgrind/memcheck.h>

#include "bearssl_ec.h"
#include "engine/arith/arith.h"
#include "engine/arith/variants.h"

static uint8_t secret[32], point[65], modulus[32];
static uint64_t work[1024];
static volatile uint8_t table[32];

static void prepare(void) {
    memset(point, 0, sizeof(point));
    memset(secret, 0, sizeof(secret));
    secret[31] = 77;
    br_ec_p256_m31.mulgen(point, secret, sizeof(secret), BR_EC_secp256r1);
    memset(modulus, 0xF1, sizeof(modulus));
    for (size_t i = 0; i < sizeof(secret); i++) {
        secret[i] = (uint8_t)(i * 37 + 64) & 0x7F;
    }
    VALGRIND_MAKE_MEM_UNDEFINED(secret, sizeof(secret));
}

// ---- what the engine calls ----
static void p256_mul(void) {
    ussl__p256_mul(point, secret);
}
static void p256_mul_base(void) {
    ussl__p256_mul_base(point, secret);
}
static void x25519(void) {
    ussl__x25519(point, secret);
}
static void power_of_secret(void) {
    uint8_t e = 3;
    ussl__mod_power(secret, &e, 1, true, modulus, sizeof(modulus), work);
    memcpy(point, secret, sizeof(secret));
}
static void power_with_secret(void) {
    ussl__mod_power(point, secret, sizeof(secret), true, modulus, 32, work);
}
static void inverse_of_secret(void) {
    (void)ussl__mod_inverse(secret, modulus, sizeof(modulus), work);
    memcpy(point, secret, sizeof(secret));
}

// ---- each implementation of the curves ----
static void p256_m15_mul(void) {
    br_ec_p256_m15.mul(point, 65, secret, 32, BR_EC_secp256r1);
}
static void p256_m15_mul_base(void) {
    br_ec_p256_m15.mulgen(point, secret, 32, BR_EC_secp256r1);
}
static void x25519_m15(void) {
    br_ec_c25519_m15.mul(point, 32, secret, 32, BR_EC_curve25519);
}
static void p256_m31_mul(void) {
    br_ec_p256_m31.mul(point, 65, secret, 32, BR_EC_secp256r1);
}
static void p256_m31_mul_base(void) {
    br_ec_p256_m31.mulgen(point, secret, 32, BR_EC_secp256r1);
}
static void x25519_m31(void) {
    br_ec_c25519_m31.mul(point, 32, secret, 32, BR_EC_curve25519);
}

// ---- operations that must be reported ----
static void wrong_public_power(void) {
    ussl__mod_power(point, secret, sizeof(secret), false, modulus, 32, work);
}
static void wrong_branch(void) {
    if (secret[3] == 5) {
        puts("five");
    }
}
static void wrong_address(void) {
    point[1] = table[secret[3] & 31];
}

#define ROW(operation)                                                                             \
    { #operation, operation }
static const struct {
    const char *name;
    void (*run)(void);
} operations[] = {
    ROW(p256_mul),
    ROW(p256_mul_base),
    ROW(x25519),
    ROW(power_of_secret),
    ROW(power_with_secret),
    ROW(inverse_of_secret),
    ROW(p256_m15_mul),
    ROW(p256_m15_mul_base),
    ROW(x25519_m15),
    ROW(p256_m31_mul),
    ROW(p256_m31_mul_base),
    ROW(x25519_m31),
    ROW(wrong_branch),
    ROW(wrong_address),
    ROW(wrong_public_power),
};

int main(int argc, char **argv) {
    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
        if (argc == 1) {
            puts(operations[i].name);
        } else if (strcmp(argv[1], operations[i].name) == 0) {
            prepare();
            operations[i].run();
            VALGRIND_MAKE_MEM_DEFINED(point, sizeof(point));
            printf("%02x%02x\n", point[1], point[31]);
            return 0;
        }
    }
    return argc == 1 ? 0 : 2;
}
