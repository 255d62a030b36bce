// SPDX-License-Identifier: MIT
//
// p256_sum.h - one double multiplication in place of two, for signatures: m * G + n * Q. Is
// included behind a file of BearSSL, by p256_m15.c or p256_m31.c, because it calculates with the
// static functions and the table of G of that file.
//
// Notes: for public data only: time and addresses depend on the scalars. Both scalars are read from
// the top by sliding windows (Handbook of Applied Cryptography, 14.85), over one chain
// of doublings. The windows of Q are its odd multiples; those of G are in BearSSL's table.
//
// BearSSL's additions are wrong where a term is the point at infinity, or where both terms are
// equal. Then z = 0, as for a sum that is infinity, and no later step makes it another number. So a
// sum with another z is right, and one with z = 0 is left to the caller.

// Numbers of 15 bits take more room, and the CPUs that need them have little stack.
#if USSL__PUBLIC == 15
#define WINDOW 3
#else
#define WINDOW 4
#endif
#define ODD_MULTIPLES (1 << (WINDOW - 1)) // 1, 3, 5 …

typedef struct {
    const uint8_t *scalar; // lent
    unsigned value;        // of the window that has begun: odd; 0: none
    int end;               // its lowest bit
} sliding_t;

static unsigned bit_of(const uint8_t *scalar, int i) {
    return (scalar[USSL__P256_SCALAR - 1 - i / 8] >> (i % 8)) & 1;
}

// Returns the number to add at bit `i`, or 0. Is called for each bit, from the highest.
static unsigned window_at(sliding_t *w, int i) {
    if (w->value == 0 && bit_of(w->scalar, i) != 0) {
        w->end = i < WINDOW ? 0 : i - WINDOW + 1;
        while (bit_of(w->scalar, w->end) == 0) {
            w->end++;
        }
        for (int j = i; j >= w->end; j--) {
            w->value = w->value << 1 | bit_of(w->scalar, j);
        }
    }
    unsigned value = w->value;
    if (value == 0 || w->end != i) {
        return 0;
    }
    w->value = 0;
    return value;
}

static void odd_multiples_of(p256_jacobian *table) {
    p256_jacobian twice = table[0];
    p256_double(&twice);
    for (int i = 1; i < ODD_MULTIPLES; i++) {
        table[i] = table[i - 1];
        p256_add(&table[i], &twice);
    }
}

static bool is_infinity(p256_jacobian *P) {
    uint32_t bits = 0;
    reduce_final_f256(P->z);
    for (size_t i = 0; i < sizeof(P->z) / sizeof(P->z[0]); i++) {
        bits |= P->z[i];
    }
    return bits == 0;
}

bool ussl__p256_sum(uint8_t *point, const uint8_t *m, const uint8_t *n) {
    p256_jacobian table[ODD_MULTIPLES], sum, multiple;
    sliding_t of_g = {m, 0, 0}, of_q = {n, 0, 0};
    bool begun = false;
    if (!p256_decode(&table[0], point, USSL__P256_POINT)) {
        return false;
    }
    odd_multiples_of(table);
    for (int i = 8 * USSL__P256_SCALAR - 1; i >= 0; i--) {
        unsigned g = window_at(&of_g, i), q = window_at(&of_q, i);
        if (begun) {
            p256_double(&sum);
        }
        if (q != 0) {
            if (begun) {
                p256_add(&sum, &table[q / 2]);
            } else {
                sum = table[q / 2];
            }
            begun = true;
        }
        if (g != 0) {
            lookup_Gwin(&multiple, g);
            if (begun) {
                p256_add_mixed(&sum, &multiple);
            } else {
                sum = multiple;
            }
            begun = true;
        }
    }
    if (!begun || is_infinity(&sum)) {
        return false;
    }
    p256_to_affine(&sum);
    p256_encode(point, &sum);
    return true;
}
