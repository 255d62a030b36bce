// SPDX-License-Identifier: MIT
//
// test_load.c - certificates and keys load in each form that docs/api.md names
// (`load_verify_locations`, `load_cert_chain`), and what is refused changes nothing.
//
// The same file holds what a context is made from: cipher suites with AEAD and forward secrecy only
// (docs/differences.md), dates without a limit of 32 bits, and the start and the end of the engine
// (engine/ussl.h). A row of the calendar has seconds since 1970 and the date that they are in UTC.
#include "engine/trust/trust.h"
#include "tests/support/support.h"

#include <time.h>

static int reset(void **state) {
    (void)state;
    platform_reset();
    return 0;
}

static ussl_trust_t *new_trust(ussl_arena_t *arena) {
    ussl_trust_t *trust;
    assert_int_equal(ussl_trust_new(arena, &trust), USSL_OK);
    return trust;
}

static size_t count(const ussl_trust_t *trust) {
    ussl_trust_stats_t stats;
    ussl_trust_stats(trust, &stats);
    return stats.x509;
}

static void trust_takes_pem_and_der(void **state) {
    (void)state;
    ussl_arena_t *arena;
    assert_int_equal(ussl_arena_new(0, &arena), USSL_OK);
    ussl_trust_t *trust = new_trust(arena);
    blob_t pem = read_cert_file("ca.pem"), ders = read_cert_file("two-cas.der");
    blob_t leaf = read_cert_file("server.pem");
    assert_int_equal(ussl_trust_add_pem(trust, (char *)pem.data, pem.len, NULL), USSL_OK);
    assert_int_equal(ussl_trust_add_pem(trust, (char *)pem.data, pem.len, NULL), USSL_OK);
    assert_int_equal(count(trust), 1); // a certificate that was loaded twice counts once
    assert_int_equal(ussl_trust_add_der(trust, ders.data, ders.len, NULL), USSL_OK);
    assert_int_equal(count(trust), 2);
    char text[8192];
    int len = snprintf(text, sizeof(text), "a comment\n%s\r\nbetween\n%s", pem.data, leaf.data);
    assert_int_equal(ussl_trust_add_pem(trust, text, (size_t)len, NULL), USSL_OK);
    // There may be tabs and spaces before, within and behind the lines.
    char spaced[6000];
    size_t n = 0;
    for (size_t i = 0; i < leaf.len; i++) {
        bool line = leaf.data[i] == '\n';
        n += (size_t)sprintf(
            spaced + n, line && i > 30 && i + 40 < leaf.len ? " \t\n\t " : "%c", leaf.data[i]);
    }
    assert_int_equal(ussl_trust_add_pem(trust, spaced, n, NULL), USSL_OK);
    ussl_trust_stats_t stats;
    ussl_trust_stats(trust, &stats);
    assert_int_equal(stats.x509, 3);
    assert_int_equal(stats.x509_ca, 2);
    ussl_cert_info_t info;
    assert_non_null(ussl_trust_cert(trust, 2));
    ussl_cert_info(ussl_trust_cert(trust, 2), &info);
    assert_false(info.is_ca);
    assert_null(ussl_trust_cert(trust, 3));
    blob_free(&pem);
    blob_free(&ders);
    blob_free(&leaf);
    ussl_trust_unref(trust);
    ussl_arena_unref(arena);
    assert_int_equal(test_platform.live, 0);
}

static void bad_trust_changes_nothing(void **state) {
    (void)state;
    ussl_arena_t *arena;
    assert_int_equal(ussl_arena_new(0, &arena), USSL_OK);
    ussl_trust_t *trust = new_trust(arena);
    blob_t pem = read_cert_file("ca.pem"), ders = read_cert_file("two-cas.der");
    // A good certificate in front of one of these is not kept.
    static const char *const tails[] = {
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nAAAA\n",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END PRIVATE KEY-----\n",
        "-----BEGIN CERTIFICATE-----",
    };
    for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
        char text[4096];
        int len = snprintf(text, sizeof(text), "%s%s", pem.data, tails[i]);
        assert_int_equal(ussl_trust_add_pem(trust, text, (size_t)len, NULL), USSL_ERR_PARSE);
        assert_int_equal(count(trust), 0);
    }
    ussl_failure_t why;
    assert_int_equal(ussl_trust_add_pem(trust, "hello", 5, &why), USSL_ERR_PARSE);
    assert_string_equal(why.reason, "NO_START_LINE");
    assert_int_equal(ussl_trust_add_pem(trust, "", 0, &why), USSL_ERR_PARSE);
    assert_int_equal(ussl_trust_add_der(trust, ders.data, 0, &why), USSL_ERR_PARSE);
    // Each truncation is a heap block of its own, so that AddressSanitizer sees an over-read.
    for (size_t len = 1; len < ders.len; len += 5) {
        uint8_t *part = malloc(len);
        memcpy(part, ders.data, len);
        ussl_result_t result = ussl_trust_add_der(trust, part, len, &why);
        free(part);
        if (result == USSL_OK) {
            assert_int_equal(count(trust), 1); // the bytes end exactly between the two
            ussl_trust_unref(trust);
            trust = new_trust(arena);
        }
        assert_int_equal(count(trust), 0);
    }
    blob_free(&pem);
    blob_free(&ders);
    ussl_trust_unref(trust);
    ussl_arena_unref(arena);
    assert_int_equal(test_platform.live, 0);
}

static ussl_result_t identity_of(
    const char *cert, const char *key, const char *password, ussl_failure_t *why) {
    ussl_arena_t *arena;
    assert_int_equal(ussl_arena_new(0, &arena), USSL_OK);
    blob_t c = read_cert_file(cert), k = key ? read_cert_file(key) : (blob_t){0};
    ussl_identity_source_t source = {
        .cert = c.data,
        .cert_len = c.len,
        .key = k.data,
        .key_len = k.len,
        .password = (const uint8_t *)password,
        .password_len = password ? strlen(password) : 0,
    };
    ussl_identity_t *identity = NULL;
    ussl_result_t result = ussl_identity_new(arena, &source, &identity, why);
    assert_int_equal(identity != NULL, result == USSL_OK);
    ussl_identity_unref(identity);
    ussl_arena_unref(arena);
    blob_free(&c);
    blob_free(&k);
    assert_int_equal(test_platform.live, 0);
    return result;
}

// mbedTLS requires that the NUL behind a PEM text is counted, and that DER has none.
static void every_form_of_key_is_taken(void **state) {
    (void)state;
    assert_int_equal(identity_of("server.pem", "server.key", NULL, NULL), USSL_OK);
    assert_int_equal(identity_of("server.der", "server-key.der", NULL, NULL), USSL_OK);
    assert_int_equal(identity_of("server.der", "server.key", NULL, NULL), USSL_OK);
    assert_int_equal(identity_of("server.pem", "server-sec1.key", NULL, NULL), USSL_OK);
    assert_int_equal(identity_of("server-rsa.pem", "server-rsa-pkcs1.key", NULL, NULL), USSL_OK);
    assert_int_equal(identity_of("both.pem", NULL, NULL, NULL), USSL_OK);
    assert_int_equal(identity_of("key-first.pem", NULL, NULL, NULL), USSL_OK);
    assert_int_equal(identity_of("chain.pem", "chain.key", NULL, NULL), USSL_OK);
    assert_int_equal(identity_of("server.pem", "server.key", "not needed", NULL), USSL_OK);
#if USSL_ENCRYPTED_KEYS
    assert_int_equal(identity_of("server.pem", "server-encrypted.key", "secret", NULL), USSL_OK);
#endif
}

// If 3DES is not built in, the error names the cipher, whatever the password is.
static void a_key_under_triple_des_loads_or_names_the_cipher(void **state) {
    (void)state;
    ussl_failure_t why = {0};
    ussl_result_t result = identity_of("server.pem", "server-des3.key", "sesame", &why);
    if (USSL_3DES_KEYS && USSL_ENCRYPTED_KEYS) {
        assert_int_equal(result, USSL_OK);
    } else {
        assert_int_equal(result, USSL_ERR_PARSE);
    }
    if (!USSL_3DES_KEYS) {
        assert_string_equal(why.reason, "UNSUPPORTED_CIPHER");
    }
}

// A key that does not belong to the certificate is refused when it is loaded.
static void a_key_that_does_not_match_is_refused(void **state) {
    (void)state;
    ussl_failure_t why;
    assert_int_equal(identity_of("server.pem", "client.key", NULL, &why), USSL_ERR_PARSE);
    assert_string_equal(why.reason, "KEY_VALUES_MISMATCH");
    assert_int_equal(identity_of("server.pem", "server-rsa.key", NULL, &why), USSL_ERR_PARSE);
    assert_string_equal(why.reason, "KEY_VALUES_MISMATCH");
}

static void bad_identities_are_refused(void **state) {
    (void)state;
    ussl_failure_t why;
    assert_int_equal(identity_of("server.pem", NULL, NULL, &why), USSL_ERR_PARSE);
    assert_int_equal(identity_of("server.key", "server.key", NULL, &why), USSL_ERR_PARSE);
    assert_int_equal(identity_of("ca.pem", "server.key", NULL, &why), USSL_ERR_PARSE);
    assert_int_not_equal(why.backend, 0); // the code of mbedTLS is kept
    assert_int_equal(identity_of("server.pem", "server.pem", NULL, &why), USSL_ERR_PARSE);
    assert_int_equal(identity_of("server.pem", "server-encrypted.key", NULL, &why), USSL_ERR_PARSE);
    assert_int_equal(
        identity_of("server.pem", "server-encrypted.key", "wrong", &why), USSL_ERR_PARSE);
}

// The rows are around 2038, 2100 (no leap year), 2400 (a leap year), 9999 and before 1970.
static void dates_are_right_before_1970_and_after_2038(void **state) {
    (void)state;
    static const struct {
        int64_t at;
        int year, month, day, hour, minute, second;
    } rows[] = {
        {0, 1970, 1, 1, 0, 0, 0},
        {-1, 1969, 12, 31, 23, 59, 59},
        {951782400, 2000, 2, 29, 0, 0, 0},
        {2147483647, 2038, 1, 19, 3, 14, 7},
        {2147483648, 2038, 1, 19, 3, 14, 8},
        {2524607999, 2049, 12, 31, 23, 59, 59},
        {4107542400, 2100, 3, 1, 0, 0, 0},
        {13574563200, 2400, 2, 29, 0, 0, 0},
        {253402300799, 9999, 12, 31, 23, 59, 59},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct tm tm;
        mbedtls_time_t at = rows[i].at;
        mbedtls_platform_gmtime_r(&at, &tm);
        assert_int_equal(tm.tm_year + 1900, rows[i].year);
        assert_int_equal(tm.tm_mon + 1, rows[i].month);
        assert_int_equal(tm.tm_mday, rows[i].day);
        assert_int_equal(tm.tm_hour, rows[i].hour);
        assert_int_equal(tm.tm_min, rows[i].minute);
        assert_int_equal(tm.tm_sec, rows[i].second);
    }
}

// Only AEAD suites with forward secrecy are offered, and mbedTLS was built with all of them.
static void only_aead_suites_with_forward_secrecy(void **state) {
    (void)state;
    uint16_t ids[USSL_SUITES_MAX];
    ussl_suites_default(ids);
    assert_true(ids[0] != 0);
    for (const uint16_t *id = ids; id < ids + USSL_SUITES_MAX && *id != 0; id++) {
        const ussl_suite_t *suite = ussl_suite_find(*id);
        assert_non_null(suite);
        assert_non_null(mbedtls_ssl_ciphersuite_from_id(*id));
        bool aead = strstr(suite->name, "GCM") || strstr(suite->name, "POLY1305");
        bool ephemeral =
            strncmp(suite->name, "ECDHE-", 6) == 0 || strncmp(suite->name, "TLS_", 4) == 0;
        assert_true(aead && ephemeral);
    }
    assert_null(ussl_suite_find(0x002F)); // TLS_RSA_WITH_AES_128_CBC_SHA
}

// mbedTLS's entropy module dereferences NULL after a failed allocation, so it is not built in.
static void no_entropy_module(void **state) {
    (void)state;
#if defined(MBEDTLS_ENTROPY_C)
    fail_msg("the configuration turns on what must be off");
#endif
#if USSL_TLS13 && !defined(MBEDTLS_PSA_CRYPTO_EXTERNAL_RNG)
    fail_msg("PSA must take its random numbers from the platform");
#endif
}

// At a soft reset of MicroPython finalisers run in any order, some of them after the engine was
// stopped, and then it is started again.
static void finalisers_may_run_before_and_after_deinit(void **state) {
    (void)state;
    for (int life = 0; life < 2; life++) {
        pair_t pair;
        pair_setup_t setup = good_setup("server.pem", "server.key", 0);
        assert_int_equal(pair_open(&pair, &setup), USSL_OK);
        bool done;
        assert_int_equal(ussl_conn_handshake(pair.conn[0], &done), USSL_OK);
        size_t live = test_platform.live;
        ussl_drop_later(NULL);
        ussl_drop_later(pair.conn[0]);
        ussl_drop_later(pair.ctx[1]);
        assert_int_equal(test_platform.live, live); // the finaliser itself frees nothing
        ussl_deinit();
        assert_true(test_platform.live < live);
        ussl_drop_later(pair.arena[0]);
        ussl_drop_later(pair.ctx[0]);
        ussl_drop_later(pair.conn[1]);
        ussl_drop_later(pair.arena[1]);
        assert_int_equal(test_platform.live + test_platform_own, 0);
        assert_int_equal(ussl_init(&test_hooks), USSL_OK);
        assert_int_equal(test_platform.live, 0);
    }
}

static void wrong_arguments_are_refused(void **state) {
    (void)state;
    ussl_arena_t *arena;
    ussl_ctx_t *ctx = NULL;
    ussl_platform_t nothing = {0};
    assert_int_equal(ussl_init(&nothing), USSL_ERR_USAGE);
    assert_int_equal(ussl_init(NULL), USSL_ERR_USAGE);
    assert_int_equal(ussl_arena_new(0, NULL), USSL_ERR_USAGE);
    assert_int_equal(ussl_arena_new(0, &arena), USSL_OK);
    ussl_identity_t *ec = load_identity(arena, "server.pem", "server.key");
    ussl_config_t two_of_a_kind = {.identity = {ec, ec}};
    assert_int_equal(ussl_ctx_new(arena, &two_of_a_kind, &ctx), USSL_ERR_USAGE);
    assert_int_equal(ussl_ctx_new(arena, NULL, &ctx), USSL_ERR_USAGE);
    ussl_config_t config = {0};
    ussl_conn_t *conn = NULL;
    assert_int_equal(ussl_ctx_new(arena, &config, &ctx), USSL_OK);
    char long_name[300];
    memset(long_name, 'a', sizeof(long_name));
    long_name[299] = '\0';
    assert_int_equal(ussl_conn_new(arena, ctx, long_name, NULL, &conn), USSL_ERR_USAGE);
    assert_int_equal(ussl_conn_new(arena, ctx, "", NULL, &conn), USSL_ERR_USAGE);
    assert_null(conn);
    ussl_conn_free(NULL);
    ussl_ctx_unref(ctx);
    ussl_identity_unref(ec);
    ussl_arena_unref(arena);
    assert_int_equal(test_platform.live, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(trust_takes_pem_and_der, reset),
        cmocka_unit_test_setup(bad_trust_changes_nothing, reset),
        cmocka_unit_test_setup(every_form_of_key_is_taken, reset),
        cmocka_unit_test_setup(a_key_under_triple_des_loads_or_names_the_cipher, reset),
        cmocka_unit_test_setup(a_key_that_does_not_match_is_refused, reset),
        cmocka_unit_test_setup(bad_identities_are_refused, reset),
        cmocka_unit_test_setup(dates_are_right_before_1970_and_after_2038, reset),
        cmocka_unit_test_setup(only_aead_suites_with_forward_secrecy, reset),
        cmocka_unit_test_setup(no_entropy_module, reset),
        cmocka_unit_test_setup(finalisers_may_run_before_and_after_deinit, reset),
        cmocka_unit_test_setup(wrong_arguments_are_refused, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
