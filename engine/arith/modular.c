// SPDX-License-Identifier: MIT
//
// modular.c - modular exponentiation and inversion, for odd moduli, with BearSSL's big integers.
//
// Notes: a big integer of BearSSL begins with a word for its length, and words of 15 or 31 bits
// follow, the lowest first. All numbers of one calculation have the length of the modulus.
#include "variants.h"

#if USSL_ARITH_BEARSSL
#include "config/names.h"

#include "arith.h"
#include "masks.h"

#if USSL__NUMBERS == 15
#define BITS 15
#define I(name) br_i15_##name
#define ninv br_i15_ninv15
typedef uint16_t word_t;
#else
#define BITS 31
#define I(name) br_i31_##name
#define ninv br_i31_ninv31
typedef uint32_t word_t;
#endif

#if USSL__NUMBERS == 62
#define secret_power br_i62_modpow_opt_as_i31
#else
#define secret_power I(modpow_opt)
#endif

enum {
    WINDOW_BITS = 3, // 4 would need memory for eight more numbers, and save 5 % of the time
    WINDOW = (1 << WINDOW_BITS) + 1 + (USSL__NUMBERS == 62 ? 2 : 0), // numbers that BearSSL keeps
    DIVISION = 3, // numbers that BearSSL's division needs
};

// Returns how many words a number takes. The count is even, because the variant of 62 bits uses
// words of 64 bits.
static size_t words_for(size_t len) {
    size_t words = 2 + (8 * len + BITS - 1) / BITS;
    return words + (words & 1);
}

size_t ussl__mod_work(size_t len, bool secret) {
    size_t scratch = secret ? WINDOW : DIVISION + 1; // a public exponent needs less
    return (2 + scratch) * words_for(len) * sizeof(word_t);
}

// x = x^e for a public e, by squaring and multiplying from the highest bit. The numbers are in
// Montgomery form.
static void public_power(word_t *x, const uint8_t *e, size_t e_len, const word_t *m, word_t m0i,
    word_t *base, word_t *next, size_t bytes) {
    size_t bit = 8 * e_len;
    while (bit > 0 && (e[e_len - 1 - (bit - 1) / 8] >> ((bit - 1) % 8) & 1) == 0) {
        bit--;
    }
    memcpy(base, x, bytes);
    for (bit -= bit > 0; bit > 0; bit--) {
        I(montymul)(next, x, x, m, m0i);
        if ((e[e_len - 1 - (bit - 1) / 8] >> ((bit - 1) % 8) & 1) == 0) {
            memcpy(x, next, bytes);
        } else {
            I(montymul)(x, next, base, m, m0i);
        }
    }
}

void ussl__mod_power(uint8_t *x, const uint8_t *e, size_t e_len, bool secret, const uint8_t *m,
    size_t len, void *work) {
    size_t words = words_for(len);
    word_t *modulus = work, *base = modulus + words, *scratch = base + words;
    I(decode)(modulus, m, len);
    (void)I(decode_mod)(base, x, len, modulus); // cannot fail, because x < m
    word_t m0i = ninv(modulus[1]);
    if (secret) {
        // This fails only if the memory is too small.
        (void)secret_power(base, e, e_len, modulus, m0i, scratch, WINDOW * words);
    } else {
        size_t bytes = words * sizeof(word_t);
        I(to_monty)(base, modulus);
        public_power(base, e, e_len, modulus, m0i, scratch, scratch + words, bytes);
        I(from_monty)(base, modulus, m0i);
    }
    I(encode)(x, len, base);
}

bool ussl__mod_inverse(uint8_t *x, const uint8_t *m, size_t len, void *work) {
    size_t words = words_for(len);
    word_t *modulus = work, *number = modulus + words, *scratch = number + words;
    word_t *one = scratch + DIVISION * words;
    I(decode)(modulus, m, len);
    (void)I(decode_mod)(number, x, len, modulus);
    I(zero)(one, modulus[0]);
    one[1] = 1;
    bool invertible = I(moddiv)(one, number, modulus, ninv(modulus[1]), scratch) != 0;
    I(encode)(x, len, one);
    return invertible;
}
#endif // USSL_ARITH_BEARSSL
