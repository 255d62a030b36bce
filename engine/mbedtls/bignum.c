// SPDX-License-Identifier: MIT
//
// bignum.c - replaces mbedTLS's bignum.c: it includes that file whole, and lets engine/arith
// calculate powers and inverses modulo odd numbers, for RSA and ECDSA.
//
// Notes: the functions here have the same conditions, results and errors as mbedTLS's own, which
// are renamed to ussl__mbed_…. Only functions of that file that no firmware uses still call the
// renamed ones, so the linker drops all of these; the tests compare both.
#include "mbed.h"

#if USSL_ARITH_BEARSSL
#include "../arith/arith.h"

#include "../library/bignum_internal.h"

int ussl__mbed_exp_mod(mbedtls_mpi *X, const mbedtls_mpi *A, const mbedtls_mpi *E,
    const mbedtls_mpi *N, mbedtls_mpi *prec_RR);
int ussl__mbed_exp_mod_unsafe(mbedtls_mpi *X, const mbedtls_mpi *A, const mbedtls_mpi *E,
    const mbedtls_mpi *N, mbedtls_mpi *prec_RR);
int ussl__mbed_gcd_modinv_odd(
    mbedtls_mpi *G, mbedtls_mpi *I, const mbedtls_mpi *A, const mbedtls_mpi *N);
#define mbedtls_mpi_exp_mod ussl__mbed_exp_mod
#define mbedtls_mpi_exp_mod_unsafe ussl__mbed_exp_mod_unsafe
#define mbedtls_mpi_gcd_modinv_odd ussl__mbed_gcd_modinv_odd
#endif

#include "../library/bignum.c"

#if USSL_ARITH_BEARSSL
#undef mbedtls_mpi_exp_mod
#undef mbedtls_mpi_exp_mod_unsafe
#undef mbedtls_mpi_gcd_modinv_odd

// The memory of one calculation, in one block: `work` octets to calculate in, and the numbers as
// octets, big-endian.
typedef struct {
    size_t len, e_len, work, size;
    uint8_t *block, *x, *m, *e;
} octets_t;

static int octets_take(octets_t *o, const mbedtls_mpi *N, size_t e_len, bool secret) {
    o->len = mbedtls_mpi_size(N);
    o->e_len = e_len;
    o->work = ussl__mod_work(o->len, secret);
    o->size = o->work + 2 * o->len + e_len;
    o->block = mbedtls_calloc(1, o->size);
    if (o->block == NULL) {
        return MBEDTLS_ERR_MPI_ALLOC_FAILED;
    }
    o->x = o->block + o->work;
    o->m = o->x + o->len;
    o->e = o->m + o->len;
    return mbedtls_mpi_write_binary(N, o->m, o->len);
}

static void octets_drop(octets_t *o) {
    if (o->block != NULL) {
        mbedtls_platform_zeroize(o->block, o->size);
        mbedtls_free(o->block);
    }
}

// Sets x = A mod N. A division is needed only if A is negative or not less than N.
static int octets_set_x(octets_t *o, const mbedtls_mpi *A, const mbedtls_mpi *N) {
    if (A->s > 0 && mbedtls_mpi_cmp_abs(A, N) < 0) {
        return mbedtls_mpi_write_binary(A, o->x, o->len);
    }
    mbedtls_mpi rest;
    mbedtls_mpi_init(&rest);
    int code = mbedtls_mpi_mod_mpi(&rest, A, N);
    if (code == 0) {
        code = mbedtls_mpi_write_binary(&rest, o->x, o->len);
    }
    mbedtls_mpi_free(&rest);
    return code;
}

static bool is_usable(const mbedtls_mpi *N, const mbedtls_mpi *E) {
    return mbedtls_mpi_cmp_int(N, 0) > 0 && mbedtls_mpi_get_bit(N, 0) == 1
        && mbedtls_mpi_cmp_int(E, 0) >= 0 && mbedtls_mpi_bitlen(E) <= MBEDTLS_MPI_MAX_BITS
        && mbedtls_mpi_bitlen(N) <= MBEDTLS_MPI_MAX_BITS;
}

static int power(
    mbedtls_mpi *X, const mbedtls_mpi *A, const mbedtls_mpi *E, const mbedtls_mpi *N, bool secret) {
    if (!is_usable(N, E)) {
        return MBEDTLS_ERR_MPI_BAD_INPUT_DATA;
    }
    if (mbedtls_mpi_cmp_int(N, 1) == 0 || mbedtls_mpi_cmp_int(E, 0) == 0) {
        return mbedtls_mpi_lset(X, mbedtls_mpi_cmp_int(N, 1) != 0);
    }
    // An exponent of at most four octets counts as public. A longer one is padded with zeros to the
    // length of the modulus, so that the time does not depend on its length.
    size_t e_len = mbedtls_mpi_size(E), len = mbedtls_mpi_size(N);
    secret = secret && e_len > sizeof(uint32_t);
    e_len = secret && e_len < len ? len : e_len;
    octets_t o;
    int code = octets_take(&o, N, e_len, secret);
    if (code == 0) {
        code = octets_set_x(&o, A, N);
    }
    if (code == 0) {
        code = mbedtls_mpi_write_binary(E, o.e, o.e_len);
    }
    if (code == 0) {
        ussl__mod_power(o.x, o.e, o.e_len, secret, o.m, o.len, o.block);
        code = mbedtls_mpi_read_binary(X, o.x, o.len);
    }
    octets_drop(&o);
    return code;
}

int mbedtls_mpi_exp_mod(mbedtls_mpi *X, const mbedtls_mpi *A, const mbedtls_mpi *E,
    const mbedtls_mpi *N, mbedtls_mpi *prec_RR) {
    (void)prec_RR;
    return power(X, A, E, N, true);
}

int mbedtls_mpi_exp_mod_unsafe(mbedtls_mpi *X, const mbedtls_mpi *A, const mbedtls_mpi *E,
    const mbedtls_mpi *N, mbedtls_mpi *prec_RR) {
    (void)prec_RR;
    return power(X, A, E, N, false);
}

// Sets I to the inverse of A modulo N. G is not set to the greatest common divisor, but to 1 if
// there is an inverse and to 0 if there is none, because callers outside of bignum.c only compare
// it with 1. If G is NULL, it is an error if there is no inverse.
int mbedtls_mpi_gcd_modinv_odd(
    mbedtls_mpi *G, mbedtls_mpi *I, const mbedtls_mpi *A, const mbedtls_mpi *N) {
    if (I == NULL || I == N || G == N || A == N || mbedtls_mpi_cmp_int(A, 0) < 0
        || mbedtls_mpi_cmp_mpi(A, N) > 0 || mbedtls_mpi_cmp_int(N, 1) <= 0
        || mbedtls_mpi_get_bit(N, 0) != 1) {
        return MBEDTLS_ERR_MPI_BAD_INPUT_DATA;
    }
    bool invertible = false;
    octets_t o;
    int code = octets_take(&o, N, 0, false);
    if (code == 0) {
        code = octets_set_x(&o, A, N);
    }
    if (code == 0) {
        invertible = ussl__mod_inverse(o.x, o.m, o.len, o.block);
        code = mbedtls_mpi_read_binary(I, o.x, o.len);
    }
    octets_drop(&o);
    if (code == 0 && G != NULL) {
        code = mbedtls_mpi_lset(G, invertible);
    } else if (code == 0 && !invertible) {
        code = MBEDTLS_ERR_MPI_NOT_ACCEPTABLE;
    }
    return code;
}
#endif // USSL_ARITH_BEARSSL
