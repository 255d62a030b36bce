// SPDX-License-Identifier: MIT
//
// modular_tests.h - powers and inverses modulo odd numbers are those of mbedTLS, to the bit and to
// the error code, as docs/design.md promises ("Powers and inverses modulo odd numbers").
//
// test_modular15.c, test_modular31.c and test_modular62.c include this file, one for each of
// BearSSL's sizes of words, and set USSL_ARITH_NUMBERS before. Each case sets A, E and N and
// compares the engine's function with mbedTLS's own.
#include "engine/arith/modular.c"

#include "engine/mbedtls/mbed.h"
#include "random.h"
#include "tests/support/support.h"

#include "../library/bignum_internal.h"

int ussl__mbed_exp_mod(mbedtls_mpi *X, const mbedtls_mpi *A, const mbedtls_mpi *E,
    const mbedtls_mpi *N, mbedtls_mpi *prec_RR);
int ussl__mbed_gcd_modinv_odd(
    mbedtls_mpi *G, mbedtls_mpi *I, const mbedtls_mpi *A, const mbedtls_mpi *N);

#define OK(call) assert_int_equal(call, 0)

static mbedtls_mpi A, E, N, X, Y, G;

static int begin(void **state) {
    (void)state;
    platform_reset();
    mbedtls_mpi *const all[] = {&A, &E, &N, &X, &Y, &G};
    for (size_t i = 0; i < 6; i++) {
        mbedtls_mpi_init(all[i]);
    }
    return 0;
}

static int end(void **state) {
    (void)state;
    mbedtls_mpi *const all[] = {&A, &E, &N, &X, &Y, &G};
    for (size_t i = 0; i < 6; i++) {
        mbedtls_mpi_free(all[i]);
    }
    assert_int_equal(test_platform.live, 0);
    return 0;
}

static void random_number(mbedtls_mpi *to, size_t bits) {
    OK(mbedtls_mpi_fill_random(to, (bits + 7) / 8, random_bytes, &seed));
    OK(mbedtls_mpi_shift_r(to, (8 - bits % 8) % 8));
}

static void random_modulus(size_t bits) {
    random_number(&N, bits);
    OK(mbedtls_mpi_set_bit(&N, bits - 1, 1));
    OK(mbedtls_mpi_set_bit(&N, 0, 1));
}

// ---- powers ----
// mbedTLS's result is reduced first, because it has 1 mod 1 = 1, and N for a negative multiple of
// N.
static void powers_agree(void) {
    int expected = ussl__mbed_exp_mod(&Y, &A, &E, &N, NULL);
    if (expected == 0) {
        OK(mbedtls_mpi_mod_mpi(&Y, &Y, &N));
    }
    assert_int_equal(mbedtls_mpi_exp_mod(&X, &A, &E, &N, NULL), expected);
    if (expected == 0) {
        OK(mbedtls_mpi_cmp_mpi(&X, &Y));
    }
    assert_int_equal(mbedtls_mpi_exp_mod_unsafe(&X, &A, &E, &N, NULL), expected);
    if (expected == 0) {
        OK(mbedtls_mpi_cmp_mpi(&X, &Y));
    }
}

static void powers_of_random_numbers_agree(void **state) {
    (void)state;
    for (size_t bits = 2; bits <= 600; bits += bits < 70 ? 1 : 29) {
        for (int i = 0; i < 4; i++) {
            random_modulus(bits);
            random_number(&A, bits + (size_t)i * 5);
            random_number(&E, i == 0 ? bits : i == 1 ? 17 : i == 2 ? 40 : bits + 30);
            powers_agree();
        }
    }
}

// A public operation of RSA has the modulus N, and a private one has a prime factor of it.
static void powers_of_rsa_sizes_agree(void **state) {
    (void)state;
    for (size_t bits = 1024; bits <= 4096; bits *= 2) {
        random_modulus(bits);
        random_number(&A, bits);
        OK(mbedtls_mpi_lset(&E, 65537));
        powers_agree();
        random_modulus(bits / 2);
        random_number(&E, bits / 2);
        powers_agree(); // the base is longer than the modulus
    }
}

static void powers_at_the_edges_agree(void **state) {
    (void)state;
    static const int moduli[] = {-3, 0, 1, 2, 3, 5, 97, 255, 32767, 32769};
    for (size_t i = 0; i < sizeof(moduli) / sizeof(moduli[0]); i++) {
        for (int e = -1; e < 5; e++) {
            for (int a = -4; a < 6; a++) {
                OK(mbedtls_mpi_lset(&N, moduli[i]));
                OK(mbedtls_mpi_lset(&E, e));
                OK(mbedtls_mpi_lset(&A, a));
                powers_agree();
            }
        }
    }
    random_modulus(1024);
    for (int beside = -2; beside < 3; beside++) {
        OK(mbedtls_mpi_add_int(&A, &N, beside));
        OK(mbedtls_mpi_lset(&E, 65537));
        powers_agree();
        OK(mbedtls_mpi_sub_int(&E, &N, 1 - beside));
        powers_agree();
    }
    OK(mbedtls_mpi_lset(&A, 1));
    OK(mbedtls_mpi_shift_l(&A, MBEDTLS_MPI_MAX_BITS));
    OK(mbedtls_mpi_lset(&E, 3));
    powers_agree();
    OK(mbedtls_mpi_copy(&E, &A)); // this exponent is too long
    powers_agree();
}

static void a_power_may_overwrite_its_base_or_exponent(void **state) {
    (void)state;
    random_modulus(512);
    random_number(&A, 500);
    random_number(&E, 500);
    OK(ussl__mbed_exp_mod(&Y, &A, &E, &N, NULL));
    OK(mbedtls_mpi_exp_mod(&A, &A, &E, &N, NULL));
    OK(mbedtls_mpi_cmp_mpi(&A, &Y));
    OK(ussl__mbed_exp_mod(&Y, &A, &E, &N, NULL));
    OK(mbedtls_mpi_exp_mod(&E, &A, &E, &N, NULL));
    OK(mbedtls_mpi_cmp_mpi(&E, &Y));
}

// ---- inverses ----
static void inverses_agree(void) {
    int expected = ussl__mbed_gcd_modinv_odd(&G, &Y, &A, &N);
    bool none = expected == 0 && mbedtls_mpi_cmp_int(&G, 1) != 0;
    assert_int_equal(mbedtls_mpi_gcd_modinv_odd(&G, &X, &A, &N), expected);
    if (expected == 0) {
        assert_int_equal(mbedtls_mpi_cmp_int(&G, 1) != 0, none);
        if (!none) {
            OK(mbedtls_mpi_cmp_mpi(&X, &Y));
        }
        assert_int_equal(mbedtls_mpi_gcd_modinv_odd(NULL, &X, &A, &N),
            none ? MBEDTLS_ERR_MPI_NOT_ACCEPTABLE : 0);
    }
}

static void inverses_of_all_sizes_agree(void **state) {
    (void)state;
    for (size_t bits = 2; bits <= 2048; bits += bits < 70 ? 1 : 123) {
        for (int i = 0; i < 8; i++) {
            random_modulus(bits);
            random_number(&A, bits - 1);
            if (i == 7) { // numbers with a common divisor have no inverse
                OK(mbedtls_mpi_mul_int(&A, &A, 15));
                OK(mbedtls_mpi_mul_int(&N, &N, 15));
            }
            inverses_agree();
        }
    }
    for (int n = -3; n < 40; n++) {
        for (int a = -1; a <= n + 1; a++) {
            OK(mbedtls_mpi_lset(&N, n));
            OK(mbedtls_mpi_lset(&A, a));
            inverses_agree();
        }
    }
    random_modulus(256);
    OK(mbedtls_mpi_sub_int(&A, &N, 1));
    inverses_agree();
    assert_int_equal(mbedtls_mpi_gcd_modinv_odd(&G, NULL, &A, &N), MBEDTLS_ERR_MPI_BAD_INPUT_DATA);
    assert_int_equal(mbedtls_mpi_gcd_modinv_odd(&G, &N, &A, &N), MBEDTLS_ERR_MPI_BAD_INPUT_DATA);
}

// ---- memory ----
static void a_failed_allocation_is_reported(void **state) {
    (void)state;
    random_modulus(512);
    random_number(&A, 600);
    random_number(&E, 500);
    for (int call = 0; call < 3; call++) {
        int code = -1;
        for (size_t i = 1; code != 0; i++) {
            mbedtls_mpi_free(&X);
            mbedtls_mpi_free(&G);
            OK(mbedtls_mpi_mod_mpi(&Y, &A, &N));
            test_platform.fail_at = test_platform.made + i;
            code = call == 0 ? mbedtls_mpi_exp_mod(&X, &A, &E, &N, NULL)
                : call == 1  ? mbedtls_mpi_exp_mod_unsafe(&X, &A, &E, &N, NULL)
                             : mbedtls_mpi_gcd_modinv_odd(&G, &X, &Y, &N);
            test_platform.fail_at = 0;
            assert_true(code == 0 || code == MBEDTLS_ERR_MPI_ALLOC_FAILED);
            assert_true(i > 1 || code != 0);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(powers_of_random_numbers_agree, begin, end),
        cmocka_unit_test_setup_teardown(powers_of_rsa_sizes_agree, begin, end),
        cmocka_unit_test_setup_teardown(powers_at_the_edges_agree, begin, end),
        cmocka_unit_test_setup_teardown(a_power_may_overwrite_its_base_or_exponent, begin, end),
        cmocka_unit_test_setup_teardown(inverses_of_all_sizes_agree, begin, end),
        cmocka_unit_test_setup_teardown(a_failed_allocation_is_reported, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
