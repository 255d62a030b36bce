// SPDX-License-Identifier: MIT
//
// test_saved.c - a session that was saved as bytes can be loaded and resumed, and is refused if it
// is damaged, under another key or trust, or has values that mbedTLS would use unchecked.
//
// docs/api.md ("SSLSession") and docs/design.md ("Sessions") promise this, and docs/known-faults.md
// names what mbedTLS does not check. A row of `cases` changes one such value, for one version or
// for both, and says whether the session still loads; it is resumed in no case.
#include "engine/conn/conn.h"
#include "tests/support/support.h"

static int reset(void **state) {
    (void)state;
    platform_reset();
    srand(1);
    return 0;
}

#if USSL_SESSIONS && USSL_SERVER
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static uint8_t *save(const ussl_session_t *session, const char *key, size_t *len) {
    *len = ussl_session_saved_size(session);
    assert_true(*len > 0);
    uint8_t *data = malloc(*len);
    assert_int_equal(ussl_session_save(session, key, strlen(key), data), USSL_OK);
    return data;
}

static ussl_result_t load(
    const pair_t *pair, const uint8_t *data, size_t len, const char *key, ussl_session_t **out) {
    ussl_session_source_t source = {data, len, key, strlen(key)};
    return ussl_session_load(pair->arena[0], pair->ctx[0]->config.trust, &source, out, NULL);
}

static void a_saved_session_can_be_loaded_and_resumed(void **state) {
    (void)state;
    for (EACH_VERSION(version)) {
        pair_setup_t setup = with_tickets(version);
        pair_t pair;
        ussl_session_t *session = first_session(&pair, &setup), *loaded = NULL;
        size_t len;
        uint8_t *data = save(session, "", &len);
        print_message("a saved session of %04x: %zu bytes\n", version, len);
        assert_int_equal(load(&pair, data, len, "", &loaded), USSL_OK);
        const ussl_session_info_t *a = ussl_session_info(session);
        const ussl_session_info_t *b = ussl_session_info(loaded);
        assert_memory_equal(a->id, b->id, 32);
        assert_int_equal(a->lifetime_hint, b->lifetime_hint);
        assert_true(resumes(&pair, loaded));
        assert_non_null(ussl_conn_peer_cert(pair.conn[0]));
        pair.hostname = "wrong.example";
        assert_false(resumes(&pair, loaded));
        ussl_session_unref(loaded);
        // A session that was saved under a key is loaded only under that key.
        free(data);
        data = save(session, "a device's secret", &len);
        assert_int_equal(load(&pair, data, len, "a device's secret", &loaded), USSL_OK);
        ussl_session_unref(loaded);
        assert_int_equal(load(&pair, data, len, "another's secret!", &loaded), USSL_ERR_PARSE);
        assert_int_equal(load(&pair, data, len, "", &loaded), USSL_ERR_PARSE);
        free(data);
        ussl_session_unref(session);
        pair_free(&pair);
        assert_int_equal(test_platform.live, 0);
    }
}

static void any_damage_is_refused(void **state) {
    (void)state;
    pair_setup_t setup = with_tickets(0);
    pair_t pair;
    ussl_session_t *session = first_session(&pair, &setup), *loaded = NULL;
    size_t len;
    uint8_t *data = save(session, "", &len);
    for (size_t bit = 0; bit < len * 8; bit += 3) {
        data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(load(&pair, data, len, "", &loaded), USSL_ERR_PARSE);
        assert_null(loaded);
        data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (size_t stop = 0; stop < len; stop++) {
        uint8_t *part = malloc(stop + 1);
        memcpy(part, data, stop);
        assert_int_equal(load(&pair, part, stop, "", &loaded), USSL_ERR_PARSE);
        free(part);
    }
    free(data);
    ussl_session_unref(session);
    pair_free(&pair);
    assert_int_equal(test_platform.live, 0);
}

// The trust must begin with what the session was proven under, and may have grown since.
static void a_session_of_another_trust_is_refused(void **state) {
    (void)state;
    pair_setup_t setup = with_tickets(0);
    pair_t pair;
    ussl_session_t *session = first_session(&pair, &setup), *loaded = NULL;
    size_t len;
    uint8_t *data = save(session, "", &len);
    ussl_arena_t *arena = pair.arena[0];
    ussl_trust_t *rogue = load_trust(arena, "rogue-ca.pem"), *grown = load_trust(arena, "ca.pem");
    blob_t more = read_cert_file("rogue-ca.pem");
    assert_int_equal(ussl_trust_add_pem(grown, (const char *)more.data, more.len, NULL), USSL_OK);
    blob_free(&more);
    ussl_trust_t *const trusts[] = {rogue, NULL, grown};
    for (size_t i = 0; i < 3; i++) {
        ussl_session_source_t source = {data, len, "", 0};
        ussl_result_t result = ussl_session_load(arena, trusts[i], &source, &loaded, NULL);
        assert_int_equal(result, i == 2 ? USSL_OK : USSL_ERR_CERT);
    }
    ussl_session_unref(loaded);
    ussl_trust_unref(rogue);
    ussl_trust_unref(grown);
    free(data);
    ussl_session_unref(session);
    pair_free(&pair);
    assert_int_equal(test_platform.live, 0);
}

// Whatever is inside a sealed session, the parser reads nothing outside of it.
static void no_snapshot_is_read_past_its_end(void **state) {
    (void)state;
    unsigned parsed = 0;
    for (int i = 0; i < 200000; i++) {
        size_t len = (size_t)rand() % 90;
        uint8_t *data = malloc(len + 1);
        for (size_t k = 0; k < len; k++) {
            data[k] = (uint8_t)(rand() % (k == 0 ? 8 : k < 20 ? 2 : k < 56 ? 256 : 8));
        }
        ussl__snapshot_t record;
        if (ussl__snapshot_parse(data, len, &record)) {
            parsed++;
            assert_true(record.secret + record.secret_len == data + len);
            assert_true(record.host >= data && record.peer >= record.host + record.host_len);
        }
        free(data);
    }
    assert_true(parsed > 0);
}

// mbedTLS would load these values from a saved session, and copy or subtract them unchecked later.
static void longer_id(mbedtls_ssl_session *session) {
    session->id_len = sizeof(session->id) + 1;
}

static void made_long_ago(mbedtls_ssl_session *session) {
    session->start = INT64_MIN;
}

static void made_by_a_server(mbedtls_ssl_session *session) {
    session->endpoint = MBEDTLS_SSL_IS_SERVER;
}

static void received_before_1970(mbedtls_ssl_session *session) {
#if USSL_TLS13
    session->ticket_reception_time = INT64_MIN / 2;
#else
    session->start = -1;
#endif
}

static void received_in_ages(mbedtls_ssl_session *session) {
#if USSL_TLS13
    session->ticket_reception_time = INT64_MAX;
#else
    (void)session;
#endif
}

static void values_that_mbedtls_does_not_check_are_refused(void **state) {
    (void)state;
    static const struct {
        void (*change)(mbedtls_ssl_session *session);
        uint16_t only; // the version whose saved form contains the value, or 0 for both
        bool loads;    // the session loads, but is not resumed
    } cases[] = {
        {longer_id, USSL_VERSION_TLS12, false},
        {made_long_ago, USSL_VERSION_TLS12, false},
        {made_by_a_server, 0, false},
        {received_before_1970, USSL_VERSION_TLS13, false},
        {received_in_ages, USSL_VERSION_TLS13, true},
    };
    for (EACH_VERSION(version)) {
        pair_setup_t setup = with_tickets(version);
        pair_t pair;
        ussl_session_t *session = first_session(&pair, &setup);
        for (size_t i = 0; i < COUNT(cases); i++) {
            if (cases[i].only != 0 && cases[i].only != version) {
                continue;
            }
            mbedtls_ssl_session inner;
            mbedtls_ssl_session_init(&inner);
            assert_int_equal(
                ussl__snapshot_session(&session->snapshot, MBEDTLS_SSL_IS_CLIENT, &inner), USSL_OK);
            cases[i].change(&inner);
            uint8_t bytes[4096], saved[4096 + USSL__SAVED_EXTRA];
            size_t len;
            assert_int_equal(
                ussl__snapshot_write(&session->snapshot, &inner, bytes, sizeof(bytes), &len),
                USSL_OK);
            mbedtls_ssl_session_free(&inner);
            assert_int_equal(ussl__snapshot_seal("k", 1, bytes, len, saved), USSL_OK);
            ussl_session_t *loaded = NULL;
            ussl_result_t result = load(&pair, saved, len + USSL__SAVED_EXTRA, "k", &loaded);
            assert_int_equal(result, cases[i].loads ? USSL_OK : USSL_ERR_PARSE);
            if (loaded != NULL) {
                assert_false(resumes(&pair, loaded));
            }
            ussl_session_unref(loaded);
        }
        ussl_session_unref(session);
        pair_free(&pair);
    }
}
#endif // USSL_SESSIONS && USSL_SERVER

#if !USSL_SESSIONS || !USSL_SERVER
static void not_built_in(void **state) {
    (void)state;
    pair_setup_t setup = good_setup("server.pem", "server.key", 0);
    assert_false(setup.tickets);
}
#endif

int main(void) {
    const struct CMUnitTest tests[] = {
#if USSL_SESSIONS && USSL_SERVER
        cmocka_unit_test_setup(a_saved_session_can_be_loaded_and_resumed, reset),
        cmocka_unit_test_setup(any_damage_is_refused, reset),
        cmocka_unit_test_setup(a_session_of_another_trust_is_refused, reset),
        cmocka_unit_test_setup(no_snapshot_is_read_past_its_end, reset),
        cmocka_unit_test_setup(values_that_mbedtls_does_not_check_are_refused, reset),
#else
        cmocka_unit_test_setup(not_built_in, reset),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
