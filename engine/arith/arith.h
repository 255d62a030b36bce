// SPDX-License-Identifier: MIT
//
// arith.h - private; what the arithmetic room gives to mbedtls/: scalar multiplication on P-256 and
// Curve25519, and powers and inverses modulo odd numbers, by the implementation of BearSSL that is
// best for the CPU (variants.h).
//
// Numbers and points are arrays of bytes. The caller lends all memory, checks scalars and points,
// and wipes what it has lent. Time and memory addresses depend only on the lengths of numbers and
// not on their values, unless the comment of a function says otherwise.
#ifndef USSL_ARITH_ARITH_H
#define USSL_ARITH_ARITH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "variants.h"

#if USSL_ARITH_BEARSSL
#define USSL__P256_SCALAR 32 // big-endian, from 1 to the order of the curve - 1
#define USSL__P256_POINT 65  // uncompressed (SEC 1 2.3.3), not the point at infinity
#define USSL__X25519_SIZE 32 // scalar and u-coordinate, little-endian (RFC 7748 5)

// point = scalar * point. Returns false if the point is not on the curve.
bool ussl__p256_mul(uint8_t *point, const uint8_t *scalar);
// point = scalar * the base point. Exists only if USSL__BASE is not 0.
void ussl__p256_mul_base(uint8_t *point, const uint8_t *scalar);
// point = m * the base point + n * point. This is for public data only, because the time depends on
// all of them. Returns false if this calculation does not find the sum, which happens if the sum is
// the point at infinity, and for some scalars that an attacker can choose. Then `point` must not be
// used.
bool ussl__p256_sum(uint8_t *point, const uint8_t *m, const uint8_t *n);
// u = X25519(scalar, u), fully reduced. The highest bit of `u` counts as 0. The bytes of `scalar`
// may be in another order afterwards.
void ussl__x25519(uint8_t *u, uint8_t *scalar);

// Returns how many octets of memory, aligned for uint64_t, the next two functions need for a
// modulus of `len` octets. `secret` is that of ussl__mod_power(), and false for
// ussl__mod_inverse().
size_t ussl__mod_work(size_t len, bool secret);
// x = x^e mod m. `x` and `m` have `len` octets, big-endian; m is odd, not 1, and x < m. The time
// depends on `e` unless `secret` is true.
void ussl__mod_power(uint8_t *x, const uint8_t *e, size_t e_len, bool secret, const uint8_t *m,
    size_t len, void *work);
// x = 1 / x mod m, under the same conditions. Returns false if x has no inverse.
bool ussl__mod_inverse(uint8_t *x, const uint8_t *m, size_t len, void *work);

#if USSL__AES_X86
#define USSL__GCM_WORK 640 // octets, aligned for uint64_t
// Encrypts or decrypts in place by AES-GCM (NIST SP 800-38D), on CPUs that have AES-NI and
// PCLMULQDQ. The round keys have 16 octets each, and there is one more than there are rounds.
void ussl__gcm(const uint8_t *round_keys, unsigned rounds, bool encrypt, const uint8_t iv[12],
    const uint8_t *ad, size_t ad_len, uint8_t *data, size_t len, uint8_t tag[16], void *work);
#endif
#endif

#endif // USSL_ARITH_ARITH_H
