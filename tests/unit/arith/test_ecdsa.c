// SPDX-License-Identifier: MIT
//
// test_ecdsa.c - ECDSA over P-256 accepts right signatures, refuses all others, and signs only with
// random numbers.
//
// docs/design.md promises the right result also for a peer that chooses key and signature so that
// the sum of the two products is exceptional ("A signature is verified by one calculation"). The
// known answer is that of RFC 6979 A.2.5. docs/testing.md promises that there is no signature when
// the source of random numbers fails.
#include "engine/mbedtls/mbed.h"

#include "mbedtls/ecdsa.h"
#include "random.h"
#include "tests/support/support.h"

#define OK(call) assert_int_equal(call, 0)
#define SIZE 32

static mbedtls_ecp_group p256;

static int load(void **state) {
    (void)state;
    platform_reset();
    mbedtls_ecp_group_init(&p256);
    OK(mbedtls_ecp_group_load(&p256, MBEDTLS_ECP_DP_SECP256R1));
    return 0;
}

static int unload(void **state) {
    (void)state;
    mbedtls_ecp_group_free(&p256);
    assert_int_equal(test_platform.live, 0);
    return 0;
}

static void read_hex(mbedtls_mpi *out, const char *text) {
    OK(mbedtls_mpi_read_string(out, 16, text));
}

// Verifies (r, s) for the number `e` as a hash, with the key dG.
static int verifies(
    const mbedtls_mpi *d, const mbedtls_mpi *e, const mbedtls_mpi *r, const mbedtls_mpi *s) {
    uint8_t hash[SIZE];
    mbedtls_ecp_point Q;
    mbedtls_ecp_point_init(&Q);
    OK(mbedtls_ecp_mul(&p256, &Q, d, &p256.G, RANDOM));
    OK(mbedtls_mpi_write_binary(e, hash, SIZE));
    int code = mbedtls_ecdsa_verify(&p256, hash, SIZE, &Q, r, s);
    mbedtls_ecp_point_free(&Q);
    return code;
}

// The message is "sample", hashed with SHA-256 (RFC 6979 A.2.5).
static void a_signature_of_rfc6979_verifies(void **state) {
    (void)state;
    mbedtls_mpi d, e, r, s, x, y;
    mbedtls_mpi *all[] = {&d, &e, &r, &s, &x, &y};
    mbedtls_ecp_point Q;
    mbedtls_ecp_point_init(&Q);
    for (size_t i = 0; i < 6; i++) {
        mbedtls_mpi_init(all[i]);
    }
    read_hex(&d, "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721");
    read_hex(&x, "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6");
    read_hex(&y, "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299");
    read_hex(&e, "AF2BDBE1AA9B6EC1E2ADE1D694F41FC71A831D0268E9891562113D8A62ADD1BF");
    read_hex(&r, "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716");
    read_hex(&s, "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8");
    OK(mbedtls_ecp_mul(&p256, &Q, &d, &p256.G, RANDOM));
    OK(mbedtls_mpi_cmp_mpi(&Q.X, &x));
    OK(mbedtls_mpi_cmp_mpi(&Q.Y, &y));
    OK(verifies(&d, &e, &r, &s));
    OK(mbedtls_mpi_add_int(&e, &e, 1));
    assert_int_equal(verifies(&d, &e, &r, &s), MBEDTLS_ERR_ECP_VERIFY_FAILED);
    for (size_t i = 0; i < 6; i++) {
        mbedtls_mpi_free(all[i]);
    }
    mbedtls_ecp_point_free(&Q);
}

// The products u1 G and u2 Q of these signatures are equal or opposite, or u1 is zero. R is kG, r
// is its x-coordinate, and s is r d / k or twice that.
static void exceptional_sums_are_judged_right(void **state) {
    (void)state;
    mbedtls_mpi d, e, k, r, s;
    mbedtls_ecp_point R;
    mbedtls_mpi *all[] = {&d, &e, &k, &r, &s};
    mbedtls_ecp_point_init(&R);
    for (size_t i = 0; i < 5; i++) {
        mbedtls_mpi_init(all[i]);
    }
    // e is 0, r d or -r d. For -r d the sum is the point at infinity, whatever s is.
    for (int i = 0; i < 48; i++) {
        OK(mbedtls_ecp_gen_privkey(&p256, &d, RANDOM));
        if (i % 8 == 7) {
            OK(mbedtls_mpi_lset(&d, i)); // the public key is a small multiple of G
        }
        OK(mbedtls_ecp_gen_privkey(&p256, &k, RANDOM));
        OK(mbedtls_ecp_mul(&p256, &R, &k, &p256.G, RANDOM));
        OK(mbedtls_mpi_mod_mpi(&r, &R.X, &p256.N));
        OK(mbedtls_mpi_mul_mpi(&e, &r, &d));
        OK(mbedtls_mpi_mod_mpi(&e, &e, &p256.N));
        OK(mbedtls_mpi_inv_mod(&s, &k, &p256.N));
        OK(mbedtls_mpi_mul_mpi(&s, &s, &e));
        OK(mbedtls_mpi_mod_mpi(&s, &s, &p256.N));
        if (i % 3 == 0) {
            OK(mbedtls_mpi_lset(&e, 0));
        } else if (i % 3 == 1) {
            OK(mbedtls_mpi_add_mpi(&s, &s, &s));
            OK(mbedtls_mpi_mod_mpi(&s, &s, &p256.N));
        } else {
            OK(mbedtls_mpi_sub_mpi(&e, &p256.N, &e));
        }
        assert_int_equal(verifies(&d, &e, &r, &s), i % 3 == 2 ? MBEDTLS_ERR_ECP_VERIFY_FAILED : 0);
    }
    for (size_t i = 0; i < 5; i++) {
        mbedtls_mpi_free(all[i]);
    }
    mbedtls_ecp_point_free(&R);
}

static void own_signatures_verify_and_others_do_not(void **state) {
    (void)state;
    mbedtls_mpi d, e, r, s;
    uint8_t hash[SIZE];
    mbedtls_mpi_init(&d);
    mbedtls_mpi_init(&e);
    mbedtls_mpi_init(&r);
    mbedtls_mpi_init(&s);
    for (int i = 0; i < 100; i++) {
        OK(mbedtls_ecp_gen_privkey(&p256, &d, RANDOM));
        OK(random_bytes(&seed, hash, SIZE));
        OK(mbedtls_ecdsa_sign(&p256, &r, &s, &d, hash, SIZE, RANDOM));
        OK(mbedtls_mpi_read_binary(&e, hash, SIZE));
        OK(verifies(&d, &e, &r, &s));
        OK(mbedtls_mpi_sub_mpi(&s, &p256.N, &s));
        OK(verifies(&d, &e, &r, &s)); // (r, N - s) is valid too
        OK(mbedtls_mpi_add_int(&s, &s, 1));
        assert_int_equal(verifies(&d, &e, &r, &s), MBEDTLS_ERR_ECP_VERIFY_FAILED);
    }
    assert_int_equal(mbedtls_ecdsa_sign(&p256, &r, &s, &d, hash, SIZE, no_random, NULL),
        MBEDTLS_ERR_ECP_RANDOM_FAILED);
    mbedtls_mpi_free(&d);
    mbedtls_mpi_free(&e);
    mbedtls_mpi_free(&r);
    mbedtls_mpi_free(&s);
}

// Gives random numbers for the first `*left` calls, and then fails.
static int random_at_first(void *state, unsigned char *out, size_t len) {
    size_t *left = state;
    return (*left)-- > 0 ? random_bytes(&seed, out, len) : no_random(NULL, out, len);
}

static void no_signature_is_made_without_random_numbers(void **state) {
    (void)state;
    mbedtls_ecdsa_context key;
    uint8_t hash[SIZE] = {1}, signature[MBEDTLS_ECDSA_MAX_LEN], none[MBEDTLS_ECDSA_MAX_LEN];
    mbedtls_ecdsa_init(&key);
    OK(mbedtls_ecp_group_load(&key.grp, MBEDTLS_ECP_DP_SECP256R1));
    OK(mbedtls_ecp_gen_keypair(&key.grp, &key.d, &key.Q, RANDOM));
    memset(none, 0xA5, sizeof(none));
    int code = -1;
    for (size_t calls = 0; code != 0; calls++) {
        size_t left = calls, len = 0;
        memset(signature, 0xA5, sizeof(signature));
        code = mbedtls_ecdsa_write_signature(&key, MBEDTLS_MD_SHA256, hash, SIZE, signature,
            sizeof(signature), &len, random_at_first, &left);
        assert_true(calls > 0 || code == MBEDTLS_ERR_ECP_RANDOM_FAILED);
        assert_true(calls < 100);
        if (code != 0) {
            assert_memory_equal(signature, none, sizeof(none));
            assert_int_equal(len, 0);
        } else {
            OK(mbedtls_ecdsa_read_signature(&key, hash, SIZE, signature, len));
        }
    }
    mbedtls_ecdsa_free(&key);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_signature_of_rfc6979_verifies, load, unload),
        cmocka_unit_test_setup_teardown(exceptional_sums_are_judged_right, load, unload),
        cmocka_unit_test_setup_teardown(own_signatures_verify_and_others_do_not, load, unload),
        cmocka_unit_test_setup_teardown(no_signature_is_made_without_random_numbers, load, unload),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
