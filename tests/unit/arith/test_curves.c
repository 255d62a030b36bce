// SPDX-License-Identifier: MIT
//
// test_curves.c - points of P-256 and Curve25519 are multiplied with the results and the errors of
// mbedTLS, by every variant of BearSSL that a CPU may get.
//
// docs/design.md promises this ("Points are multiplied in one place"), and that sums of two
// products are right for every input ("A signature is verified by one calculation"). The known
// answers are those of RFC 7748 5.2.
//
// The file of mbedTLS is included, as in the engine, so that its own multiplication can be called.
// The linker then takes nothing from the engine's object of it.
#include "engine/mbedtls/ecp.c"

#include "mbedtls/ecdh.h"
#include "random.h"
#include "tests/support/support.h"

#undef ecp_mul_mxz

#ifndef USSL_CURVE_ROUNDS
#define USSL_CURVE_ROUNDS 500
#endif

#define OK(call) assert_int_equal(call, 0)
#define SIZE 32

static mbedtls_ecp_group p256, x25519;

static int load(void **state) {
    (void)state;
    platform_reset();
    mbedtls_ecp_group_init(&p256);
    mbedtls_ecp_group_init(&x25519);
    OK(mbedtls_ecp_group_load(&p256, MBEDTLS_ECP_DP_SECP256R1));
    OK(mbedtls_ecp_group_load(&x25519, MBEDTLS_ECP_DP_CURVE25519));
    return 0;
}

static int unload(void **state) {
    (void)state;
    mbedtls_ecp_group_free(&p256);
    mbedtls_ecp_group_free(&x25519);
    assert_int_equal(test_platform.live, 0);
    return 0;
}

// ---- mbedTLS's own multiplication ----
static int reference(mbedtls_ecp_group *grp, mbedtls_ecp_point *R, const mbedtls_mpi *m,
    const mbedtls_ecp_point *P) {
    if (grp->id == MBEDTLS_ECP_DP_SECP256R1) {
        return ecp_mul_restartable_internal(grp, R, m, P, RANDOM, NULL);
    }
    int code = mbedtls_ecp_check_privkey(grp, m);
    if (code == 0) {
        code = mbedtls_ecp_check_pubkey(grp, P);
    }
    return code != 0 ? code : ecp_mul_mxz(grp, R, m, P, RANDOM);
}

// Both must have the same result or the same error, which is returned.
static int compare(mbedtls_ecp_group *grp, const mbedtls_mpi *m, const mbedtls_ecp_point *P) {
    mbedtls_ecp_point ours, theirs;
    mbedtls_ecp_point_init(&ours);
    mbedtls_ecp_point_init(&theirs);
    int expected = reference(grp, &theirs, m, P);
    // mbedTLS refuses most coordinates of 256 bits, and some of them only with some random numbers.
    bool too_long = grp == &x25519 && mbedtls_mpi_bitlen(&P->X) == 256;
    if (too_long && expected == 0) {
        expected = MBEDTLS_ERR_ECP_BAD_INPUT_DATA;
    }
    if (too_long && !USSL_ARITH_BEARSSL) {
        mbedtls_ecp_point_free(&theirs);
        return expected;
    }
    assert_int_equal(mbedtls_ecp_mul(grp, &ours, m, P, RANDOM), expected);
    if (expected == 0) {
        OK(mbedtls_ecp_point_cmp(&ours, &theirs));
        OK(mbedtls_ecp_copy(&ours, P));
        OK(mbedtls_ecp_mul(grp, &ours, m, &ours, RANDOM)); // in place
        OK(mbedtls_ecp_point_cmp(&ours, &theirs));
    }
    mbedtls_ecp_point_free(&ours);
    mbedtls_ecp_point_free(&theirs);
    return expected;
}

// ---- BearSSL's implementations one by one, because a board may get another than this machine ----
#if USSL_ARITH_BEARSSL
// This is the sum of two products for CPUs without long multiplication, under another name.
#undef USSL__ECDH
#undef USSL__BASE
#undef USSL__PUBLIC
#define USSL__ECDH 31
#define USSL__BASE 31
#define USSL__PUBLIC 15
#define br_ec_p256_m15 p256_m15_again
#define ussl__p256_sum sum_by_m15
#include "engine/arith/p256_m15.c"
#undef br_ec_p256_m15
#undef ussl__p256_sum
extern const br_ec_impl br_ec_p256_m15;

static const br_ec_impl *const for_p256[] = {&br_ec_p256_m15, &br_ec_p256_m31};
static const br_ec_impl *const for_x25519[] = {&br_ec_c25519_m15, &br_ec_c25519_m31};
#define VARIANTS (sizeof(for_p256) / sizeof(for_p256[0]))

static void compare_variants_p256(const mbedtls_mpi *m, const mbedtls_ecp_point *P) {
    mbedtls_ecp_point R;
    uint8_t scalar[SIZE], expected[65], point[65];
    size_t len;
    mbedtls_ecp_point_init(&R);
    OK(reference(&p256, &R, m, P));
    OK(mbedtls_ecp_point_write_binary(&p256, &R, 0, &len, expected, 65));
    OK(mbedtls_mpi_write_binary(m, scalar, SIZE));
    for (size_t i = 0; i < VARIANTS; i++) {
        OK(mbedtls_ecp_point_write_binary(&p256, P, 0, &len, point, 65));
        assert_int_equal(for_p256[i]->mul(point, 65, scalar, SIZE, BR_EC_secp256r1), 1);
        assert_memory_equal(point, expected, 65);
        if (mbedtls_ecp_point_cmp(P, &p256.G) == 0) {
            assert_int_equal(for_p256[i]->mulgen(point, scalar, SIZE, BR_EC_secp256r1), 65);
            assert_memory_equal(point, expected, 65);
        }
    }
    mbedtls_ecp_point_free(&R);
}

static void compare_variants_x25519(const mbedtls_mpi *m, const mbedtls_ecp_point *P) {
    mbedtls_ecp_point R;
    uint8_t scalar[SIZE], expected[SIZE], u[SIZE];
    mbedtls_ecp_point_init(&R);
    OK(reference(&x25519, &R, m, P));
    OK(mbedtls_mpi_write_binary_le(&R.X, expected, SIZE));
    for (size_t i = 0; i < VARIANTS; i++) {
        OK(mbedtls_mpi_write_binary_le(m, scalar, SIZE));
        if (USSL__SCALARS_BIG_ENDIAN) {
            OK(mbedtls_mpi_write_binary(m, scalar, SIZE));
        }
        OK(mbedtls_mpi_write_binary_le(&P->X, u, SIZE));
        assert_int_equal(for_x25519[i]->mul(u, SIZE, scalar, SIZE, BR_EC_curve25519), 1);
        assert_memory_equal(u, expected, SIZE);
    }
    mbedtls_ecp_point_free(&R);
}
#else
#define compare_variants_p256(m, P) ((void)(m), (void)(P))
#define compare_variants_x25519(m, P) ((void)(m), (void)(P))
#endif

// ---- P-256 ----
// Sets scalar number `i`: 1 to 20; the order less 1 to 20; powers of two; powers of two less 1.
// Returns how many there are up to that kind.
static size_t edge_scalar(size_t i, mbedtls_mpi *m) {
    size_t count = 0;
    if (i < (count += 20)) {
        OK(mbedtls_mpi_lset(m, (mbedtls_mpi_sint)i + 1));
    } else if (i < (count += 20)) {
        OK(mbedtls_mpi_sub_int(m, &p256.N, (mbedtls_mpi_sint)i - 19));
    } else if (i < (count += 64)) {
        OK(mbedtls_mpi_lset(m, 1));
        OK(mbedtls_mpi_shift_l(m, 4 * (i - 40)));
        OK(mbedtls_mpi_mod_mpi(m, m, &p256.N));
    } else if (i < (count += 63)) {
        OK(mbedtls_mpi_lset(m, 1));
        OK(mbedtls_mpi_shift_l(m, 4 * (i - 103)));
        OK(mbedtls_mpi_sub_int(m, m, 1));
    }
    return count;
}
#define EDGES 167

static void p256_products_agree_with_mbedtls(void **state) {
    (void)state;
    mbedtls_mpi m;
    mbedtls_ecp_point P;
    mbedtls_mpi_init(&m);
    mbedtls_ecp_point_init(&P);
    OK(mbedtls_ecp_copy(&P, &p256.G));
    for (size_t i = 0; i < EDGES; i++) {
        edge_scalar(i, &m);
        OK(compare(&p256, &m, &p256.G));
        compare_variants_p256(&m, &p256.G);
        OK(mbedtls_ecp_gen_keypair(&p256, &m, &P, RANDOM));
        edge_scalar(i, &m);
        OK(compare(&p256, &m, &P));
        compare_variants_p256(&m, &P);
    }
    for (int i = 0; i < USSL_CURVE_ROUNDS; i++) {
        OK(mbedtls_ecp_gen_privkey(&p256, &m, RANDOM));
        OK(compare(&p256, &m, &P));
        OK(compare(&p256, &m, &p256.G));
        compare_variants_p256(&m, &P);
        compare_variants_p256(&m, &p256.G);
        OK(reference(&p256, &P, &m, &P)); // this is the next point
    }
    mbedtls_mpi_free(&m);
    mbedtls_ecp_point_free(&P);
}

static void p256_refuses_what_mbedtls_refuses(void **state) {
    (void)state;
    mbedtls_mpi m;
    mbedtls_ecp_point P;
    mbedtls_mpi_init(&m);
    mbedtls_ecp_point_init(&P);
    static const int beside_zero[] = {0, -1, -2};
    for (size_t i = 0; i < 3; i++) {
        OK(mbedtls_mpi_lset(&m, beside_zero[i]));
        assert_int_equal(compare(&p256, &m, &p256.G), MBEDTLS_ERR_ECP_INVALID_KEY);
        OK(mbedtls_mpi_sub_int(&m, &p256.N, beside_zero[i]));
        assert_int_equal(compare(&p256, &m, &p256.G), MBEDTLS_ERR_ECP_INVALID_KEY);
    }
    OK(mbedtls_mpi_lset(&m, 5));
    OK(mbedtls_ecp_set_zero(&P));
    assert_int_equal(compare(&p256, &m, &P), MBEDTLS_ERR_ECP_INVALID_KEY);
    OK(mbedtls_ecp_copy(&P, &p256.G)); // not on the curve
    OK(mbedtls_mpi_add_int(&P.Y, &P.Y, 1));
    assert_int_equal(compare(&p256, &m, &P), MBEDTLS_ERR_ECP_INVALID_KEY);
    OK(mbedtls_ecp_copy(&P, &p256.G)); // not reduced
    OK(mbedtls_mpi_add_mpi(&P.X, &P.X, &p256.P));
    assert_int_equal(compare(&p256, &m, &P), MBEDTLS_ERR_ECP_INVALID_KEY);
    OK(mbedtls_ecp_copy(&P, &p256.G)); // not affine
    OK(mbedtls_mpi_lset(&P.Z, 2));
    assert_int_equal(compare(&p256, &m, &P), MBEDTLS_ERR_ECP_INVALID_KEY);
    mbedtls_mpi_free(&m);
    mbedtls_ecp_point_free(&P);
}

// ---- P-256, sums of two products ----
#if USSL_ARITH_BEARSSL
// The calculation of both products at once must have a result if `must` is set. It may have none
// for infinity, and for scalars that make a partial sum exceptional.
static void sum_at_once(const mbedtls_mpi *m, const mbedtls_mpi *n, const mbedtls_ecp_point *Q,
    const mbedtls_ecp_point *expected, bool must) {
    uint8_t of_g[SIZE], of_q[SIZE], point[65], right[65] = {0};
    size_t len;
    for (int variant = 0; variant < 2; variant++) {
        OK(mbedtls_mpi_write_binary(m, of_g, SIZE));
        OK(mbedtls_mpi_write_binary(n, of_q, SIZE));
        OK(mbedtls_ecp_point_write_binary(&p256, Q, 0, &len, point, 65));
        OK(mbedtls_ecp_point_write_binary(&p256, expected, 0, &len, right, 65));
        bool done =
            variant == 0 ? ussl__p256_sum(point, of_g, of_q) : sum_by_m15(point, of_g, of_q);
        assert_true(done || !must);
        if (done) {
            assert_memory_equal(point, right, 65);
        }
    }
}
#else
#define sum_at_once(m, n, Q, expected, must) ((void)(must))
#endif

// m * aG + n * bG must be (ma + nb) G. If `random` is set, no partial sum is exceptional.
static void sum_is_right(
    mbedtls_mpi *m, const mbedtls_mpi *a, mbedtls_mpi *n, const mbedtls_mpi *b, bool random) {
    mbedtls_mpi sum, part;
    mbedtls_ecp_point P, Q, R, expected;
    mbedtls_mpi_init(&sum);
    mbedtls_mpi_init(&part);
    mbedtls_ecp_point_init(&P);
    mbedtls_ecp_point_init(&Q);
    mbedtls_ecp_point_init(&R);
    mbedtls_ecp_point_init(&expected);
    OK(reference(&p256, &P, a, &p256.G));
    OK(reference(&p256, &Q, b, &p256.G));
    OK(mbedtls_mpi_mul_mpi(&sum, m, a));
    OK(mbedtls_mpi_mul_mpi(&part, n, b));
    OK(mbedtls_mpi_add_mpi(&sum, &sum, &part));
    OK(mbedtls_mpi_mod_mpi(&sum, &sum, &p256.N));
    if (mbedtls_mpi_cmp_int(&sum, 0) == 0) {
        OK(mbedtls_ecp_set_zero(&expected));
    } else {
        OK(reference(&p256, &expected, &sum, &p256.G));
    }
    OK(mbedtls_ecp_muladd(&p256, &R, m, &P, n, &Q));
    if (mbedtls_ecp_is_zero(&expected)) {
        assert_true(mbedtls_ecp_is_zero(&R));
    } else {
        OK(mbedtls_ecp_point_cmp(&R, &expected));
    }
    if (mbedtls_mpi_cmp_int(a, 1) == 0 && mbedtls_mpi_cmp_int(m, 0) != 0
        && mbedtls_mpi_cmp_int(n, 0) != 0) {
        sum_at_once(m, n, &Q, &expected, random);
    }
    OK(mbedtls_ecp_muladd(&p256, &P, m, &P, n, &Q)); // in place
    assert_true(mbedtls_ecp_is_zero(&P) == mbedtls_ecp_is_zero(&R));
    assert_true(mbedtls_ecp_is_zero(&R) || mbedtls_ecp_point_cmp(&P, &R) == 0);
    mbedtls_mpi_free(&sum);
    mbedtls_mpi_free(&part);
    mbedtls_ecp_point_free(&P);
    mbedtls_ecp_point_free(&Q);
    mbedtls_ecp_point_free(&R);
    mbedtls_ecp_point_free(&expected);
}

static void p256_sums_of_two_products_are_right(void **state) {
    (void)state;
    mbedtls_mpi m, a, n, b;
    mbedtls_mpi_init(&m);
    mbedtls_mpi_init(&a);
    mbedtls_mpi_init(&n);
    mbedtls_mpi_init(&b);
    for (int i = 0; i < USSL_CURVE_ROUNDS / 2; i++) {
        OK(mbedtls_ecp_gen_privkey(&p256, &m, RANDOM));
        OK(mbedtls_ecp_gen_privkey(&p256, &n, RANDOM));
        OK(mbedtls_ecp_gen_privkey(&p256, &b, RANDOM));
        OK(mbedtls_mpi_lset(&a, 1)); // the first point is G, as in ECDSA
        sum_is_right(&m, &a, &n, &b, true);
        sum_is_right(&n, &b, &m, &a, true);
    }
    // Each small scalar, and each small distance from the order, meets each other one. So there are
    // sums that are infinity, products and points that are equal or opposite, and equal partial
    // sums.
    for (size_t i = 0; i < 24; i++) {
        for (size_t j = 0; j < 24; j++) {
            edge_scalar(i < 12 ? i : i + 8, &m);
            edge_scalar(j < 12 ? j : j + 8, &n);
            edge_scalar(j % 3 == 0 ? 0 : i % 3 == 0 ? 20 : (i + j) % 20, &b);
            sum_is_right(&m, &a, &n, &b, false);
        }
        edge_scalar(i, &b);
        OK(mbedtls_mpi_lset(&m, 0));
        sum_is_right(&m, &a, &n, &b, false);
        sum_is_right(&n, &a, &m, &b, false);
        sum_is_right(&m, &a, &m, &b, false);
    }
    // mbedTLS takes -1 too, and refuses -2, the order, and infinity as a point.
    mbedtls_ecp_point R;
    mbedtls_ecp_point_init(&R);
    OK(mbedtls_mpi_lset(&m, -1));
    OK(mbedtls_mpi_lset(&n, 1));
    OK(mbedtls_ecp_muladd(&p256, &R, &m, &p256.G, &n, &p256.G));
    assert_true(mbedtls_ecp_is_zero(&R));
    OK(mbedtls_mpi_lset(&m, -2));
    assert_int_equal(
        mbedtls_ecp_muladd(&p256, &R, &m, &p256.G, &n, &p256.G), MBEDTLS_ERR_ECP_INVALID_KEY);
    assert_int_equal(
        mbedtls_ecp_muladd(&p256, &R, &n, &p256.G, &p256.N, &p256.G), MBEDTLS_ERR_ECP_INVALID_KEY);
    OK(mbedtls_mpi_lset(&m, 7));
    OK(mbedtls_ecp_set_zero(&R));
    assert_int_equal(
        mbedtls_ecp_muladd(&p256, &R, &m, &p256.G, &m, &R), MBEDTLS_ERR_ECP_INVALID_KEY);
    mbedtls_ecp_point_free(&R);
    mbedtls_mpi_free(&m);
    mbedtls_mpi_free(&a);
    mbedtls_mpi_free(&n);
    mbedtls_mpi_free(&b);
}

// ---- Curve25519 ----
static void read_hex(mbedtls_mpi *out, const char *text) {
    OK(mbedtls_mpi_read_string(out, 16, text));
}

static void set_u(mbedtls_ecp_point *P, const mbedtls_mpi *u) {
    OK(mbedtls_mpi_copy(&P->X, u));
    OK(mbedtls_mpi_lset(&P->Z, 1));
}

static void x25519_products_agree_with_mbedtls(void **state) {
    (void)state;
    mbedtls_mpi m, u;
    mbedtls_ecp_point P;
    uint8_t bytes[SIZE];
    mbedtls_mpi_init(&m);
    mbedtls_mpi_init(&u);
    mbedtls_ecp_point_init(&P);
    for (int i = 0; i < USSL_CURVE_ROUNDS; i++) {
        OK(mbedtls_ecp_gen_privkey(&x25519, &m, RANDOM));
        // These have 256 bits, and some are on the twist of the curve.
        OK(random_bytes(&seed, bytes, SIZE));
        OK(mbedtls_mpi_read_binary_le(&u, bytes, SIZE));
        set_u(&P, &u);
        compare(&x25519, &m, &P);
        OK(mbedtls_mpi_set_bit(&P.X, 255, 0));
        OK(compare(&x25519, &m, &P));
        compare_variants_x25519(&m, &P);
        OK(compare(&x25519, &m, &x25519.G));
    }
    // Coordinates around 0, p, 2^255, 2 p and 2^256 are negative, not canonical, of low order or
    // too long.
    int refused = 0;
    for (int i = 0; i < 5 * 80; i++) {
        if (i / 80 == 1 || i / 80 == 3) {
            OK(mbedtls_mpi_copy(&u, &x25519.P));
            OK(mbedtls_mpi_shift_l(&u, i / 80 == 3));
        } else {
            OK(mbedtls_mpi_lset(&u, i / 80 != 0));
            OK(mbedtls_mpi_shift_l(&u, i / 80 == 2 ? 255 : i / 80 == 4 ? 256 : 0));
        }
        OK(mbedtls_mpi_add_int(&u, &u, i % 80 - 40));
        OK(mbedtls_ecp_gen_privkey(&x25519, &m, RANDOM));
        set_u(&P, &u);
        refused += compare(&x25519, &m, &P) != 0;
    }
    assert_true(refused > 40); // the 40 negative ones, and those of low order
    mbedtls_mpi_free(&m);
    mbedtls_mpi_free(&u);
    mbedtls_ecp_point_free(&P);
}

static void x25519_refuses_what_mbedtls_refuses(void **state) {
    (void)state;
    // These points of the curve and of its twist have a low order
    // (https://cr.yp.to/ecdh.html#validate).
    static const char *const low[] = {"0", "1",
        "b8495f16056286fdb1329ceb8d09da6ac49ff1fae35616aeb8413b7c7aebe0",
        "57119fd0dd4e22d8868e1c58c45c44045bef839c55b1d0b1248c50a3bc959c5f",
        "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffec",
        "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed",
        "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffee"};
    mbedtls_mpi m, u;
    mbedtls_ecp_point P;
    mbedtls_mpi_init(&m);
    mbedtls_mpi_init(&u);
    mbedtls_ecp_point_init(&P);
    OK(mbedtls_ecp_gen_privkey(&x25519, &m, RANDOM));
    for (size_t i = 0; i < sizeof(low) / sizeof(low[0]); i++) {
        read_hex(&u, low[i]);
        set_u(&P, &u);
        assert_int_equal(compare(&x25519, &m, &P), MBEDTLS_ERR_ECP_INVALID_KEY);
    }
    // No clamped scalar (RFC 7748 5) is one of these: not a multiple of 8, too short, or too long.
    for (size_t bit = 0; bit < 257; bit += bit < 2 ? 1 : 253) {
        OK(mbedtls_ecp_gen_privkey(&x25519, &m, RANDOM));
        OK(mbedtls_mpi_set_bit(&m, bit, !mbedtls_mpi_get_bit(&m, bit)));
        assert_int_equal(compare(&x25519, &m, &x25519.G), MBEDTLS_ERR_ECP_INVALID_KEY);
    }
    mbedtls_mpi_free(&m);
    mbedtls_mpi_free(&u);
    mbedtls_ecp_point_free(&P);
}

// RFC 7748 5.2 gives the values after one iteration and after a thousand. Each result is the next
// scalar, and each scalar the next coordinate.
static void x25519_gives_the_answers_of_rfc7748(void **state) {
    (void)state;
    static const char *const after[] = {
        "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079",
        "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51"};
    uint8_t k[SIZE] = {9}, u[SIZE] = {9}, out[SIZE];
    mbedtls_mpi m;
    mbedtls_ecp_point P;
    mbedtls_mpi_init(&m);
    mbedtls_ecp_point_init(&P);
    for (int i = 1; i <= 1000; i++) {
        memcpy(out, k, SIZE);
        out[0] &= 248;
        out[31] = (uint8_t)((out[31] & 127) | 64);
        OK(mbedtls_mpi_read_binary_le(&m, out, SIZE));
        OK(mbedtls_ecp_point_read_binary(&x25519, &P, u, SIZE));
        OK(mbedtls_ecp_mul(&x25519, &P, &m, &P, RANDOM));
        OK(mbedtls_mpi_write_binary_le(&P.X, out, SIZE));
        memcpy(u, k, SIZE);
        memcpy(k, out, SIZE);
        if (i == 1 || i == 1000) {
            uint8_t expected[SIZE];
            read_hex(&m, after[i == 1000]);
            OK(mbedtls_mpi_write_binary(&m, expected, SIZE));
            assert_memory_equal(k, expected, SIZE);
        }
    }
    mbedtls_mpi_free(&m);
    mbedtls_ecp_point_free(&P);
}

// ---- random numbers and memory ----
static void no_key_is_made_without_random_numbers(void **state) {
    (void)state;
    mbedtls_ecp_group *both[] = {&p256, &x25519};
    for (size_t i = 0; i < 2; i++) {
        mbedtls_mpi d, shared;
        mbedtls_ecp_point Q;
        mbedtls_mpi_init(&d);
        mbedtls_mpi_init(&shared);
        mbedtls_ecp_point_init(&Q);
        assert_int_equal(mbedtls_ecp_gen_keypair(both[i], &d, &Q, no_random, NULL),
            MBEDTLS_ERR_ECP_RANDOM_FAILED);
        assert_int_equal(mbedtls_ecdh_gen_public(both[i], &d, &Q, no_random, NULL),
            MBEDTLS_ERR_ECP_RANDOM_FAILED);
        OK(mbedtls_ecp_gen_keypair(both[i], &d, &Q, RANDOM));
        assert_int_equal(
            mbedtls_ecp_mul(both[i], &Q, &d, &Q, NULL, NULL), MBEDTLS_ERR_ECP_BAD_INPUT_DATA);
        // BearSSL blinds nothing, so a product needs no random numbers.
        assert_int_equal(mbedtls_ecdh_compute_shared(both[i], &shared, &Q, &d, no_random, NULL),
            USSL_ARITH_BEARSSL ? 0 : MBEDTLS_ERR_ECP_RANDOM_FAILED);
        mbedtls_mpi_free(&d);
        mbedtls_mpi_free(&shared);
        mbedtls_ecp_point_free(&Q);
    }
}

static void a_failed_allocation_is_reported(void **state) {
    (void)state;
    mbedtls_ecp_group *both[] = {&p256, &x25519};
    for (size_t i = 0; i < 2; i++) {
        mbedtls_mpi m, u;
        mbedtls_ecp_point P, R;
        mbedtls_mpi_init(&m);
        mbedtls_mpi_init(&u);
        mbedtls_ecp_point_init(&P);
        OK(mbedtls_ecp_gen_keypair(both[i], &m, &P, RANDOM));
        int code = -1;
        for (size_t n = 1; code != 0; n++) {
            mbedtls_ecp_point_init(&R);
            test_platform.fail_at = test_platform.made + n;
            code = mbedtls_ecp_mul(both[i], &R, &m, &P, RANDOM);
            test_platform.fail_at = 0;
            assert_true(code == 0 || code == MBEDTLS_ERR_MPI_ALLOC_FAILED || !USSL_ARITH_BEARSSL);
            assert_true(n < 100000);
            mbedtls_ecp_point_free(&R);
        }
        mbedtls_mpi_free(&m);
        mbedtls_mpi_free(&u);
        mbedtls_ecp_point_free(&P);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(p256_products_agree_with_mbedtls, load, unload),
        cmocka_unit_test_setup_teardown(p256_refuses_what_mbedtls_refuses, load, unload),
        cmocka_unit_test_setup_teardown(p256_sums_of_two_products_are_right, load, unload),
        cmocka_unit_test_setup_teardown(x25519_products_agree_with_mbedtls, load, unload),
        cmocka_unit_test_setup_teardown(x25519_refuses_what_mbedtls_refuses, load, unload),
        cmocka_unit_test_setup_teardown(x25519_gives_the_answers_of_rfc7748, load, unload),
        cmocka_unit_test_setup_teardown(no_key_is_made_without_random_numbers, load, unload),
        cmocka_unit_test_setup_teardown(a_failed_allocation_is_reported, load, unload),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
