// SPDX-License-Identifier: MIT
//
// fuzz_arith.c - compares powers, inverses, products and sums of points by every variant of BearSSL
// with mbedTLS's: results and errors must be the same. The first octet chooses the operation;
// operands follow. An operand of variable length has its length in an octet in front.
//
// mbedTLS's file is included, as in the engine, so that its own multiplication can be called.
#include "engine/mbedtls/ecp.c"

#include "common.h"

#if USSL_ARITH_BEARSSL
#include "config/names.h"

#include "bearssl_ec.h"

#undef ecp_mul_mxz

#define SIZE 32
#define LONGEST 72 // octets of a number at most; a run then takes milliseconds
#define MUST(condition)                                                                            \
    if (!(condition)) {                                                                            \
        abort();                                                                                   \
    }
#define OK(call) MUST((call) == 0)

// mbedTLS's functions that engine/mbedtls/bignum.c replaces, and mbedTLS's own under other names.
int mbedtls_mpi_exp_mod_unsafe(mbedtls_mpi *X, const mbedtls_mpi *A, const mbedtls_mpi *E,
    const mbedtls_mpi *N, mbedtls_mpi *prec_RR);
int mbedtls_mpi_gcd_modinv_odd(
    mbedtls_mpi *G, mbedtls_mpi *I, const mbedtls_mpi *A, const mbedtls_mpi *N);
int ussl__mbed_exp_mod(mbedtls_mpi *X, const mbedtls_mpi *A, const mbedtls_mpi *E,
    const mbedtls_mpi *N, mbedtls_mpi *prec_RR);
int ussl__mbed_gcd_modinv_odd(
    mbedtls_mpi *G, mbedtls_mpi *I, const mbedtls_mpi *A, const mbedtls_mpi *N);

// fuzz.mk compiles these again for each variant that the engine on this machine does not use.
#define VARIANT(bits)                                                                              \
    size_t ussl__mod_work_##bits(size_t len, bool secret);                                         \
    void ussl__mod_power_##bits(uint8_t *x, const uint8_t *e, size_t e_len, bool secret,           \
        const uint8_t *m, size_t len, void *work);                                                 \
    bool ussl__mod_inverse_##bits(uint8_t *x, const uint8_t *m, size_t len, void *work);
VARIANT(15)
VARIANT(31)
bool ussl__p256_sum_15(uint8_t *point, const uint8_t *m, const uint8_t *n);

static const struct {
    size_t (*work)(size_t len, bool secret);
    void (*power)(uint8_t *x, const uint8_t *e, size_t e_len, bool secret, const uint8_t *m,
        size_t len, void *work);
    bool (*inverse)(uint8_t *x, const uint8_t *m, size_t len, void *work);
} numbers[] = {
    {ussl__mod_work, ussl__mod_power, ussl__mod_inverse},
    {ussl__mod_work_31, ussl__mod_power_31, ussl__mod_inverse_31},
    {ussl__mod_work_15, ussl__mod_power_15, ussl__mod_inverse_15},
};
#define NUMBERS (sizeof(numbers) / sizeof(numbers[0]))

static const br_ec_impl *const for_p256[] = {&br_ec_p256_m15, &br_ec_p256_m31};
static const br_ec_impl *const for_x25519[] = {&br_ec_c25519_m15, &br_ec_c25519_m31};
static bool (*const sums[])(uint8_t *, const uint8_t *, const uint8_t *) = {
    ussl__p256_sum, ussl__p256_sum_15};

static mbedtls_ecp_group p256, x25519;

static int random_bytes(void *state, unsigned char *out, size_t len) {
    (void)state;
    for (size_t i = 0; i < len; i++) {
        out[i] = (unsigned char)(i * 7 + 1);
    }
    return 0;
}
#define RANDOM random_bytes, NULL

// ---- input ----
typedef struct {
    const uint8_t *data; // lent
    size_t len;
} input_t;

// Takes octets from the input. Those after its end are 0.
static void take(input_t *in, uint8_t *out, size_t len) {
    size_t there = len < in->len ? len : in->len;
    memset(out, 0, len);
    if (there > 0) {
        memcpy(out, in->data, there);
        in->data += there;
        in->len -= there;
    }
}

static void take_number(input_t *in, mbedtls_mpi *out) {
    uint8_t len, octets[LONGEST];
    take(in, &len, 1);
    take(in, octets, len % (LONGEST + 1));
    mbedtls_mpi_init(out);
    OK(mbedtls_mpi_read_binary(out, octets, len % (LONGEST + 1)));
}

// ---- numbers ----
static uint8_t *octets_of(const mbedtls_mpi *X, size_t len) {
    uint8_t *out = malloc(len);
    OK(mbedtls_mpi_write_binary(X, out, len));
    return out;
}

// Each variant gets exactly the memory that it needs, so that ASan finds any access outside of it.
static void power_by_variants(
    const mbedtls_mpi *A, const mbedtls_mpi *E, const mbedtls_mpi *N, const mbedtls_mpi *expected) {
    size_t len = mbedtls_mpi_size(N), e_len = mbedtls_mpi_size(E);
    uint8_t *m = octets_of(N, len), *e = octets_of(E, e_len), *right = octets_of(expected, len);
    for (size_t i = 0; i < 2 * NUMBERS; i++) {
        bool secret = i % 2;
        uint8_t *x = octets_of(A, len);
        void *work = malloc(numbers[i / 2].work(len, secret));
        numbers[i / 2].power(x, e, e_len, secret, m, len, work);
        OK(memcmp(x, right, len));
        free(work);
        free(x);
    }
    free(m);
    free(e);
    free(right);
}

static void powers(input_t *in) {
    mbedtls_mpi A, E, N, X, Y;
    mbedtls_mpi_init(&X);
    mbedtls_mpi_init(&Y);
    take_number(in, &N);
    take_number(in, &E);
    take_number(in, &A);
    int expected = ussl__mbed_exp_mod(&Y, &A, &E, &N, NULL);
    if (expected == 0) { // mbedTLS returns 1 for 1 mod 1
        OK(mbedtls_mpi_mod_mpi(&Y, &Y, &N));
    }
    MUST(mbedtls_mpi_exp_mod(&X, &A, &E, &N, NULL) == expected);
    MUST(expected != 0 || mbedtls_mpi_cmp_mpi(&X, &Y) == 0);
    MUST(mbedtls_mpi_exp_mod_unsafe(&X, &A, &E, &N, NULL) == expected);
    MUST(expected != 0 || mbedtls_mpi_cmp_mpi(&X, &Y) == 0);
    if (expected == 0 && mbedtls_mpi_cmp_mpi(&A, &N) < 0 && mbedtls_mpi_cmp_int(&N, 1) > 0
        && mbedtls_mpi_cmp_int(&E, 0) > 0) {
        power_by_variants(&A, &E, &N, &Y);
    }
    mbedtls_mpi *const all[] = {&A, &E, &N, &X, &Y};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        mbedtls_mpi_free(all[i]);
    }
}

static void inverse_by_variants(
    const mbedtls_mpi *A, const mbedtls_mpi *N, const mbedtls_mpi *expected, bool invertible) {
    size_t len = mbedtls_mpi_size(N);
    uint8_t *m = octets_of(N, len), *right = invertible ? octets_of(expected, len) : NULL;
    for (size_t i = 0; i < NUMBERS; i++) {
        uint8_t *x = octets_of(A, len);
        void *work = malloc(numbers[i].work(len, false));
        MUST(numbers[i].inverse(x, m, len, work) == invertible);
        MUST(!invertible || memcmp(x, right, len) == 0);
        free(work);
        free(x);
    }
    free(m);
    free(right);
}

static void inverses(input_t *in) {
    mbedtls_mpi A, N, X, Y, G;
    mbedtls_mpi_init(&X);
    mbedtls_mpi_init(&Y);
    mbedtls_mpi_init(&G);
    take_number(in, &N);
    take_number(in, &A);
    int expected = ussl__mbed_gcd_modinv_odd(&G, &Y, &A, &N);
    bool invertible = expected == 0 && mbedtls_mpi_cmp_int(&G, 1) == 0;
    MUST(mbedtls_mpi_gcd_modinv_odd(&G, &X, &A, &N) == expected);
    if (expected == 0) {
        MUST((mbedtls_mpi_cmp_int(&G, 1) == 0) == invertible);
        MUST(!invertible || mbedtls_mpi_cmp_mpi(&X, &Y) == 0);
        if (mbedtls_mpi_cmp_mpi(&A, &N) < 0) {
            inverse_by_variants(&A, &N, &Y, invertible);
        }
    }
    mbedtls_mpi *const all[] = {&A, &N, &X, &Y, &G};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        mbedtls_mpi_free(all[i]);
    }
}

// ---- P-256 ----
// Takes a scalar: any 256 bits, a small one, the order less a small one, or a power of two.
static void take_scalar(input_t *in, mbedtls_mpi *out) {
    uint8_t kind, octets[SIZE];
    take(in, &kind, 1);
    mbedtls_mpi_init(out);
    OK(mbedtls_mpi_lset(out, kind / 4));
    if (kind % 4 == 0) {
        take(in, octets, SIZE);
        OK(mbedtls_mpi_read_binary(out, octets, SIZE));
    } else if (kind % 4 == 2) {
        OK(mbedtls_mpi_sub_mpi(out, &p256.N, out));
    } else if (kind % 4 == 3) {
        OK(mbedtls_mpi_lset(out, 1));
        OK(mbedtls_mpi_shift_l(out, kind));
    }
}

static int own_product(mbedtls_ecp_group *grp, mbedtls_ecp_point *R, const mbedtls_mpi *m,
    const mbedtls_ecp_point *P) {
    if (grp == &p256) {
        return ecp_mul_restartable_internal(grp, R, m, P, RANDOM, NULL);
    }
    int code = mbedtls_ecp_check_privkey(grp, m);
    if (code == 0) {
        code = mbedtls_ecp_check_pubkey(grp, P);
    }
    return code != 0 ? code : ecp_mul_mxz(grp, R, m, P, RANDOM);
}

// Takes a point: the base point, a small multiple of it or of its opposite, one with any
// x-coordinate, or two coordinates that need not be on the curve.
static void take_point(input_t *in, mbedtls_ecp_point *out) {
    uint8_t kind, octets[2 * SIZE + 1] = {0};
    mbedtls_ecp_point_init(out);
    OK(mbedtls_ecp_copy(out, &p256.G));
    take(in, &kind, 1);
    if (kind % 4 == 1) {
        mbedtls_mpi m;
        mbedtls_mpi_init(&m);
        OK(mbedtls_mpi_lset(&m, kind % 128 / 4 + 1));
        if (kind >= 128) {
            OK(mbedtls_mpi_sub_mpi(&m, &p256.N, &m));
        }
        OK(own_product(&p256, out, &m, out));
        mbedtls_mpi_free(&m);
    } else if (kind % 4 == 2) {
        take(in, octets + 1, SIZE);
        octets[0] = (uint8_t)(2 + (kind & 4) / 4);
        if (mbedtls_ecp_point_read_binary(&p256, out, octets, 1 + SIZE) != 0) {
            OK(mbedtls_ecp_copy(out, &p256.G));
        }
    } else if (kind % 4 == 3) {
        take(in, octets, 2 * SIZE);
        OK(mbedtls_mpi_read_binary(&out->X, octets, SIZE));
        OK(mbedtls_mpi_read_binary(&out->Y, octets + SIZE, SIZE));
    }
}

static void write_point(const mbedtls_ecp_point *P, uint8_t *out) {
    size_t len;
    OK(mbedtls_ecp_point_write_binary(&p256, P, 0, &len, out, 65));
    MUST(len == 65);
}

static void products_on_p256(input_t *in) {
    mbedtls_mpi m;
    mbedtls_ecp_point P, R, expected;
    mbedtls_ecp_point_init(&R);
    mbedtls_ecp_point_init(&expected);
    take_scalar(in, &m);
    take_point(in, &P);
    int code = own_product(&p256, &expected, &m, &P);
    MUST(mbedtls_ecp_mul(&p256, &R, &m, &P, RANDOM) == code);
    if (code == 0) {
        uint8_t scalar[SIZE], right[65], point[65];
        OK(mbedtls_ecp_point_cmp(&R, &expected));
        OK(mbedtls_mpi_write_binary(&m, scalar, SIZE));
        write_point(&expected, right);
        for (size_t i = 0; i < 2; i++) {
            write_point(&P, point);
            MUST(for_p256[i]->mul(point, 65, scalar, SIZE, BR_EC_secp256r1) == 1);
            OK(memcmp(point, right, 65));
            if (mbedtls_ecp_point_cmp(&P, &p256.G) == 0) {
                MUST(for_p256[i]->mulgen(point, scalar, SIZE, BR_EC_secp256r1) == 65);
                OK(memcmp(point, right, 65));
            }
        }
    }
    mbedtls_mpi_free(&m);
    mbedtls_ecp_point_free(&P);
    mbedtls_ecp_point_free(&R);
    mbedtls_ecp_point_free(&expected);
}

// Computes a sum with mbedTLS alone, which adds two products.
static int own_sum(mbedtls_ecp_point *R, const mbedtls_mpi *m, const mbedtls_ecp_point *P,
    const mbedtls_mpi *n, const mbedtls_ecp_point *Q) {
    mbedtls_mpi one;
    mbedtls_ecp_point mP, nQ;
    mbedtls_mpi_init(&one);
    mbedtls_ecp_point_init(&mP);
    mbedtls_ecp_point_init(&nQ);
    OK(mbedtls_mpi_lset(&one, 1));
    int code = own_product(&p256, &mP, m, P);
    if (code == 0) {
        code = own_product(&p256, &nQ, n, Q);
    }
    if (code == 0) {
        code = add_products(&p256, R, &one, &mP, &one, &nQ, NULL);
    }
    mbedtls_mpi_free(&one);
    mbedtls_ecp_point_free(&mP);
    mbedtls_ecp_point_free(&nQ);
    return code;
}

static void sums_on_p256(input_t *in) {
    mbedtls_mpi m, n;
    mbedtls_ecp_point P, Q, R, expected;
    mbedtls_ecp_point_init(&R);
    mbedtls_ecp_point_init(&expected);
    take_scalar(in, &m);
    take_scalar(in, &n);
    take_point(in, &P);
    take_point(in, &Q);
    int code = own_sum(&expected, &m, &P, &n, &Q);
    // For a scalar of zero, mbedtls_ecp_muladd() takes the point at infinity, and own_product()
    // fails.
    if (mbedtls_mpi_cmp_int(&m, 0) != 0 && mbedtls_mpi_cmp_int(&n, 0) != 0) {
        MUST(mbedtls_ecp_muladd(&p256, &R, &m, &P, &n, &Q) == code);
        MUST(code != 0 || mbedtls_ecp_is_zero(&R) == mbedtls_ecp_is_zero(&expected));
        MUST(code != 0 || mbedtls_ecp_is_zero(&R) || mbedtls_ecp_point_cmp(&R, &expected) == 0);
    }
    uint8_t of_g[SIZE], of_q[SIZE], right[65], point[65];
    for (size_t i = 0; code == 0 && mbedtls_ecp_point_cmp(&P, &p256.G) == 0 && i < 2; i++) {
        OK(mbedtls_mpi_write_binary(&m, of_g, SIZE));
        OK(mbedtls_mpi_write_binary(&n, of_q, SIZE));
        write_point(&Q, point);
        if (sums[i](point, of_g, of_q)) { // it returns false for an exceptional sum
            MUST(!mbedtls_ecp_is_zero(&expected));
            write_point(&expected, right);
            OK(memcmp(point, right, 65));
        }
    }
    mbedtls_mpi_free(&m);
    mbedtls_mpi_free(&n);
    mbedtls_ecp_point *const points[] = {&P, &Q, &R, &expected};
    for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
        mbedtls_ecp_point_free(points[i]);
    }
}

// ---- Curve25519 ----
// A scalar is clamped (RFC 7748 5) if the octet before it is even.
static void products_on_curve25519(input_t *in) {
    uint8_t raw, scalar[SIZE], u[SIZE], right[SIZE], out[SIZE];
    mbedtls_mpi m;
    mbedtls_ecp_point P, R, expected;
    mbedtls_mpi_init(&m);
    mbedtls_ecp_point_init(&P);
    mbedtls_ecp_point_init(&R);
    mbedtls_ecp_point_init(&expected);
    take(in, &raw, 1);
    take(in, scalar, SIZE);
    take(in, u, SIZE);
    if (raw % 2 == 0) {
        scalar[0] &= 248;
        scalar[SIZE - 1] = (uint8_t)((scalar[SIZE - 1] & 127) | 64);
    }
    OK(mbedtls_mpi_read_binary_le(&m, scalar, SIZE));
    OK(mbedtls_ecp_point_read_binary(&x25519, &P, u, SIZE));
    int code = own_product(&x25519, &expected, &m, &P);
    MUST(mbedtls_ecp_mul(&x25519, &R, &m, &P, RANDOM) == code);
    if (code == 0) {
        OK(mbedtls_ecp_point_cmp(&R, &expected));
        OK(mbedtls_mpi_write_binary_le(&expected.X, right, SIZE));
        for (size_t i = 0; i < 2; i++) {
            memcpy(out, u, SIZE);
            OK(USSL__SCALARS_BIG_ENDIAN ? mbedtls_mpi_write_binary(&m, scalar, SIZE)
                                        : mbedtls_mpi_write_binary_le(&m, scalar, SIZE));
            MUST(for_x25519[i]->mul(out, SIZE, scalar, SIZE, BR_EC_curve25519) == 1);
            OK(memcmp(out, right, SIZE));
        }
    }
    mbedtls_mpi_free(&m);
    mbedtls_ecp_point_free(&P);
    mbedtls_ecp_point_free(&R);
    mbedtls_ecp_point_free(&expected);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    static void (*const operations[])(input_t *) = {
        powers, inverses, products_on_p256, sums_on_p256, products_on_curve25519};
    fuzz_start();
    mbedtls_ecp_group_init(&p256);
    mbedtls_ecp_group_init(&x25519);
    OK(mbedtls_ecp_group_load(&p256, MBEDTLS_ECP_DP_SECP256R1));
    OK(mbedtls_ecp_group_load(&x25519, MBEDTLS_ECP_DP_CURVE25519));
    if (len > 0) {
        input_t in = {data + 1, len - 1};
        operations[data[0] % (sizeof(operations) / sizeof(operations[0]))](&in);
    }
    mbedtls_ecp_group_free(&p256);
    mbedtls_ecp_group_free(&x25519);
    fuzz_end();
    return 0;
}
#else
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    (void)data; // mbedTLS would be compared with itself
    (void)len;
    return 0;
}
#endif
