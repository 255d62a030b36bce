// SPDX-License-Identifier: MIT
//
// test_psk.c - a context with a pre-shared key (RFC 4279, RFC 8446 4.2.11) connects with that key
// or not at all.
//
// docs/api.md ("Pre-shared keys") and docs/differences.md promise this, and docs/known-faults.md
// names the client that offers thousands of identities. The server has a certificate that the
// client trusts, so only that rule keeps the two from using it.
#include "engine/conn/conn.h"
#include "tests/support/support.h"

#if USSL_PSK && USSL_SERVER
static const uint8_t identity[] = {'d', 'e', 'v', 'i', 'c', 'e', 0, 0xFF};
static const uint8_t key[] = "0123456789abcdef";

typedef struct {
    ussl_result_t result;
    size_t key_len, calls;
} answer_t;
static answer_t answer;

static int reset(void **state) {
    (void)state;
    platform_reset();
    answer = (answer_t){USSL_OK, sizeof(key), 0};
    return 0;
}

static ussl_result_t on_psk(
    void *owner, const uint8_t *name, size_t len, uint8_t *out, size_t *out_len) {
    (void)owner;
    answer.calls++;
    if (len != sizeof(identity) || memcmp(name, identity, len) != 0) {
        return USSL_HOOK_DECLINED;
    }
    memcpy(out, key, sizeof(key));
    *out_len = answer.key_len;
    return answer.result;
}

static pair_setup_t psk_setup(uint16_t version) {
    pair_setup_t setup = good_setup("server.pem", "server.key", version);
    setup.client.psk = (ussl_psk_t){identity, key, sizeof(identity), sizeof(key)};
    setup.server.on_psk = on_psk;
    return setup;
}

static void connects(const pair_setup_t *setup, uint16_t version) {
    pair_t pair;
    assert_int_equal(pair_open(&pair, setup), USSL_OK);
    assert_true(pair_handshake(&pair));
    for (int end = 0; end < 2; end++) {
        assert_int_equal(ussl_conn_version(pair.conn[end]), version);
        assert_null(ussl_conn_peer_cert(pair.conn[end]));
        assert_false(ussl_conn_resumed(pair.conn[end]));
        pair_transfer(&pair, end, key, sizeof(key));
    }
    pair_free(&pair);
    assert_int_equal(test_platform.live, 0);
}

static void is_refused(const pair_setup_t *setup) {
    pair_t pair;
    assert_int_equal(pair_open(&pair, setup), USSL_OK);
    assert_false(pair_handshake(&pair));
    for (int end = 0; end < 2; end++) {
        assert_false(ussl_conn_established(pair.conn[end]));
    }
    pair_free(&pair);
    assert_int_equal(test_platform.live, 0);
}

static bool has_suite(uint16_t version) {
    return version == USSL_VERSION_TLS13 || USSL_CHACHA;
}

static void the_same_key_connects(void **state) {
    (void)state;
    for (EACH_VERSION(version)) {
        if (has_suite(version)) {
            pair_setup_t setup = psk_setup(version);
            connects(&setup, version);
            setup.tickets = true;
            connects(&setup, version);
        }
    }
}

static void suites_without_forward_secrecy_must_be_named(void **state) {
    (void)state;
#if USSL_TLS12
    for (uint16_t suite = 0x00A8; suite <= 0x00A9; suite++) {
        pair_setup_t setup = psk_setup(USSL_VERSION_TLS12);
        setup.client.suites[0] = suite;
        is_refused(&setup); // the server's own list has no such suite
        setup.server.suites[0] = suite;
        connects(&setup, USSL_VERSION_TLS12);
    }
#endif
}

static void another_key_or_identity_is_refused(void **state) {
    (void)state;
    for (EACH_VERSION(version)) {
        pair_setup_t setup = psk_setup(version);
        setup.client.psk.key_len--;
        is_refused(&setup);
        setup = psk_setup(version);
        setup.client.psk.identity_len--;
        is_refused(&setup);
        setup = psk_setup(version);
        answer.key_len = 0;
        is_refused(&setup);
        answer = (answer_t){USSL_ERR_HOOK, sizeof(key), 0};
        pair_t pair;
        assert_int_equal(pair_open(&pair, &setup), USSL_OK);
        assert_false(pair_handshake(&pair));
        if (has_suite(version)) {
            assert_string_equal(pair_failure(&pair, 1).reason, "CALLBACK_FAILED");
        }
        pair_free(&pair);
        answer = (answer_t){USSL_OK, sizeof(key), 0};
    }
}

static void no_certificate_replaces_a_missing_key(void **state) {
    (void)state;
    for (EACH_VERSION(version)) {
        pair_setup_t setup = psk_setup(version);
        setup.client.psk = (ussl_psk_t){0};
        is_refused(&setup);
        setup = psk_setup(version);
        setup.server.on_psk = NULL;
        is_refused(&setup);
        setup.client.verify = USSL_VERIFY_NONE;
        is_refused(&setup);
    }
}

static void keys_that_are_incomplete_or_too_long_are_refused(void **state) {
    (void)state;
    static const uint8_t much[USSL_PSK_IDENTITY_MAX + 1];
    const ussl_psk_t bad[] = {
        {identity, key, 0, sizeof(key)},
        {identity, key, sizeof(identity), 0},
        {NULL, key, sizeof(identity), sizeof(key)},
        {identity, much, sizeof(identity), USSL_PSK_MAX + 1},
        {much, key, sizeof(much), sizeof(key)},
    };
    ussl_arena_t *arena;
    ussl_ctx_t *ctx;
    assert_int_equal(ussl_arena_new(0, &arena), USSL_OK);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ussl_config_t config = {.role = USSL_CLIENT, .psk = bad[i]};
        assert_int_equal(ussl_ctx_new(arena, &config, &ctx), USSL_ERR_USAGE);
    }
    ussl_config_t config = {.role = USSL_CLIENT, .on_psk = on_psk};
    assert_int_equal(ussl_ctx_new(arena, &config, &ctx), USSL_ERR_USAGE);
    config = (ussl_config_t){
        .role = USSL_SERVER_SIDE, .psk = {identity, key, sizeof(identity), sizeof(key)}};
    assert_int_equal(ussl_ctx_new(arena, &config, &ctx), USSL_ERR_USAGE);
    ussl_arena_unref(arena);
    assert_int_equal(test_platform.live, 0);
}

// mbedTLS calls its hook for each identity in the ClientHello, and a client of TLS 1.3 can offer
// thousands.
static void many_identities_cost_few_calls_of_the_hook(void **state) {
    (void)state;
    pair_setup_t setup = psk_setup(NEWEST);
    pair_t pair;
    assert_int_equal(pair_open(&pair, &setup), USSL_OK);
    mbedtls_ssl_context *ssl = &pair.conn[1]->ssl;
    ussl__scope_t scope;
    ussl__scope_enter(&scope, pair.arena[1]);
    scope.conn = pair.conn[1];
    for (size_t i = 0; i < 1000; i++) {
        assert_int_not_equal(ssl->conf->f_psk(ssl->conf->p_psk, ssl, key, sizeof(key)), 0);
    }
    ussl__scope_leave(&scope);
    assert_in_range(answer.calls, 1, 8);
    pair_free(&pair);
}

// A context with certificates cannot replace one with a key, nor the other way round.
static void contexts_with_and_without_a_key_are_not_exchanged(void **state) {
    (void)state;
    pair_setup_t with = psk_setup(NEWEST), without = good_setup("server.pem", "server.key", NEWEST);
    pair_t a, b;
    assert_int_equal(pair_open(&a, &with), USSL_OK);
    assert_int_equal(pair_open(&b, &without), USSL_OK);
    for (int end = 0; end < 2; end++) {
        assert_int_equal(ussl_conn_change_ctx(a.conn[end], b.ctx[end]), USSL_ERR_USAGE);
        assert_int_equal(ussl_conn_change_ctx(b.conn[end], a.ctx[end]), USSL_ERR_USAGE);
    }
    pair_free(&a);
    pair_free(&b);
}

static void a_failed_allocation_leaks_nothing(void **state) {
    (void)state;
    for (EACH_VERSION(version)) {
        bool done = !has_suite(version);
        // With mbedTLS's arithmetic, most allocations are made in its loops.
        for (size_t n = 1; !done; n += n < 500 ? 1 : 37) {
            pair_setup_t setup = psk_setup(version);
            pair_t pair;
            platform_reset();
            test_platform.fail_at = n;
            if (pair_open(&pair, &setup) == USSL_OK) {
                done = pair_handshake(&pair) && test_platform.made < n;
            }
            pair_free(&pair);
            assert_int_equal(test_platform.live, 0);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_same_key_connects, reset),
        cmocka_unit_test_setup(suites_without_forward_secrecy_must_be_named, reset),
        cmocka_unit_test_setup(another_key_or_identity_is_refused, reset),
        cmocka_unit_test_setup(no_certificate_replaces_a_missing_key, reset),
        cmocka_unit_test_setup(keys_that_are_incomplete_or_too_long_are_refused, reset),
        cmocka_unit_test_setup(contexts_with_and_without_a_key_are_not_exchanged, reset),
        cmocka_unit_test_setup(many_identities_cost_few_calls_of_the_hook, reset),
        cmocka_unit_test_setup(a_failed_allocation_leaks_nothing, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
#else
int main(void) {
    return 0;
}
#endif
