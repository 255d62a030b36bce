// SPDX-License-Identifier: MIT
//
// test_rsa.c - RSA's private operation without random numbers or memory fails, writes no result,
// and leaves a key that works.
//
// docs/testing.md promises this, and docs/known-faults.md names the fault of mbedTLS that it
// answers: the key would give wrong results ever after. Each case lets call number `fail_at` fail,
// from the first one on, until none is left to fail.
#include "engine/mbedtls/mbed.h"

#include "tests/support/support.h"

#define OK(call) assert_int_equal(call, 0)
#define LEN 256
#define UNTOUCHED 0xA5

static blob_t file;
static uint8_t number[LEN], right[LEN];

// Fails at call number `fail_at` and at all that follow, or never if `fail_at` is 0.
typedef struct {
    uint64_t x;
    size_t calls, fail_at;
} random_t;

static int random_bytes(void *state, unsigned char *out, size_t len) {
    random_t *random = state;
    if (random->fail_at != 0 && ++random->calls >= random->fail_at) {
        return MBEDTLS_ERR_PLATFORM_HW_ACCEL_FAILED;
    }
    for (size_t i = 0; i < len; i++) {
        random->x = random->x * 6364136223846793005u + 1442695040888963407u;
        out[i] = (unsigned char)(random->x >> 56);
    }
    return 0;
}

static void key_load(mbedtls_pk_context *key) {
    random_t random = {0};
    mbedtls_pk_init(key);
    OK(mbedtls_pk_parse_key(key, file.data, file.len + 1, NULL, 0, random_bytes, &random));
    assert_int_equal(mbedtls_pk_get_len(key), LEN);
}

static int load(void **state) {
    (void)state;
    random_t random = {0};
    mbedtls_pk_context key;
    platform_reset();
    file = read_cert_file("server-rsa.key");
    for (size_t i = 0; i < LEN; i++) {
        number[i] = (uint8_t)(i * 11 + 3);
    }
    key_load(&key);
    OK(mbedtls_rsa_private(mbedtls_pk_rsa(key), random_bytes, &random, number, right));
    mbedtls_pk_free(&key);
    return 0;
}

static int unload(void **state) {
    (void)state;
    blob_free(&file);
    assert_int_equal(test_platform.live, 0);
    return 0;
}

// Returns mbedTLS's code. The result must be right if it is 0, and must not be written otherwise.
static int raise(mbedtls_pk_context *key, random_t *random) {
    uint8_t out[LEN], none[LEN];
    memset(out, UNTOUCHED, LEN);
    memset(none, UNTOUCHED, LEN);
    int code = mbedtls_rsa_private(mbedtls_pk_rsa(*key), random_bytes, random, number, out);
    assert_memory_equal(out, code == 0 ? right : none, LEN);
    return code;
}

// ---- random numbers ----
static void no_result_without_random_numbers(void **state) {
    (void)state;
    int code = -1;
    for (size_t fail_at = 1; code != 0; fail_at++) {
        random_t failing = {.fail_at = fail_at}, working = {0};
        mbedtls_pk_context key;
        key_load(&key);
        code = raise(&key, &failing);
        assert_true(fail_at > 2 || code != 0); // at least one call for each prime
        assert_true(fail_at < 100);
        OK(raise(&key, &working));
        // The key has a random factor by now, and each later one is the square of the last. BearSSL
        // blinds no exponent, so it needs no random number any more.
        random_t none = {.fail_at = 1};
        assert_int_equal(raise(&key, &none) == 0, USSL_ARITH_BEARSSL);
        OK(raise(&key, &working));
        mbedtls_pk_free(&key);
    }
    mbedtls_pk_context key;
    uint8_t out[LEN];
    key_load(&key);
    assert_int_equal(mbedtls_rsa_private(mbedtls_pk_rsa(key), NULL, NULL, number, out),
        MBEDTLS_ERR_RSA_BAD_INPUT_DATA);
    mbedtls_pk_free(&key);
}

static bool verifies(mbedtls_pk_context *key, mbedtls_pk_type_t type, const uint8_t *signature) {
    mbedtls_pk_rsassa_pss_options options = {MBEDTLS_MD_SHA256, 32};
    return mbedtls_pk_verify_ext(type, type == MBEDTLS_PK_RSASSA_PSS ? &options : NULL, key,
               MBEDTLS_MD_SHA256, number, 32, signature, LEN)
        == 0;
}

static void no_signature_without_random_numbers(void **state) {
    (void)state;
    static const mbedtls_pk_type_t types[] = {MBEDTLS_PK_RSA, MBEDTLS_PK_RSASSA_PSS};
    for (size_t i = 0; i < 2; i++) {
        int code = -1;
        for (size_t fail_at = 1; code != 0; fail_at++) {
            random_t failing = {.fail_at = fail_at};
            uint8_t signature[LEN] = {0};
            size_t len = 0;
            mbedtls_pk_context key;
            key_load(&key);
            code = mbedtls_pk_sign_ext(types[i], &key, MBEDTLS_MD_SHA256, number, 32, signature,
                sizeof(signature), &len, random_bytes, &failing);
            assert_true(code == 0 || fail_at < 100);
            assert_true(fail_at > 2 || code != 0);
            assert_int_equal(verifies(&key, types[i], signature), code == 0);
            mbedtls_pk_free(&key);
        }
    }
}

// ---- memory ----
static void a_failed_allocation_leaves_a_new_key_usable(void **state) {
    (void)state;
    int code = -1;
    for (size_t fail_at = 1; code != 0; fail_at++) {
        random_t working = {0};
        mbedtls_pk_context key;
        key_load(&key);
        test_platform.fail_at = test_platform.made + fail_at;
        code = raise(&key, &working);
        test_platform.fail_at = 0;
        assert_true(fail_at > 1 || code != 0);
        OK(raise(&key, &working));
        OK(raise(&key, &working));
        mbedtls_pk_free(&key);
    }
}

// The key has a random factor already, and only squares it.
static void a_failed_allocation_leaves_a_used_key_usable(void **state) {
    (void)state;
    int code = -1;
    mbedtls_pk_context key;
    random_t working = {0};
    key_load(&key);
    OK(raise(&key, &working));
    for (size_t fail_at = 1; code != 0; fail_at++) {
        test_platform.fail_at = test_platform.made + fail_at;
        code = raise(&key, &working);
        test_platform.fail_at = 0;
        OK(raise(&key, &working));
    }
    mbedtls_pk_free(&key);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(no_result_without_random_numbers, load, unload),
        cmocka_unit_test_setup_teardown(no_signature_without_random_numbers, load, unload),
        cmocka_unit_test_setup_teardown(a_failed_allocation_leaves_a_new_key_usable, load, unload),
        cmocka_unit_test_setup_teardown(a_failed_allocation_leaves_a_used_key_usable, load, unload),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
