// SPDX-License-Identifier: MIT
//
// p256_sum.h - double-scalar multiplication on P-256, m * G + n * Q, which verifies signatures.
// p256_m15.c or p256_m31.c includes this header behind a file of BearSSL, because it uses the
// static functions and the table of G in that file.
//
// Notes: this is for public data only, because time and addresses depend on the scalars. Both
// scalars are read from the highest bit by sliding windows (Handbook of Applied Cryptography,
// 14.85), and share one chain of doublings. The odd multiples of Q that its windows need are
// calculated first; those of G are in BearSSL's table.
//
// BearSSL's additions are wrong if a term is the point at infinity, or if both terms are equal. The
// result then has z = 0, like the point at infinity, and no later step changes z. So a sum with
// another z is right, and for z = 0 the function returns false.

// Numbers with words of 15 bits take more memory, and the CPUs that need them have little stack.
#if USSL__PUBLIC == 15
#define WINDOW 3
#else
#define WINDOW 4
#endif
#define ODD_MULTIPLES (1 << (WINDOW - 1)) // 1, 3, 5 …

typedef struct {
    const uint8_t *scalar; // lent
    unsigned value;        // value of the current window, which is odd; 0 if there is none
    int end;               // number of its lowest bit
} sliding_t;

static unsigned bit_of(const uint8_t *scalar, int i) {
    return (scalar[USSL__P256_SCALAR - 1 - i / 8] >> (i % 8)) & 1;
}

// Returns the multiple to add at bit `i`, or 0. Must be called for each bit, from the highest.
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
