// SPDX-License-Identifier: MIT
//
// test_flags.c - in every build a client connects and verifies, and a feature that is not built in
// is refused with an error.
//
// engine/config.h promises this for each flag, and tools/try-flags runs this file with one flag
// turned at a time. So each case compares a result with the value of a flag.
#include "tests/support/support.h"

static int reset(void **state) {
    (void)state;
    platform_reset();
    return 0;
}

static ussl_result_t make_context(ussl_config_t config) {
    ussl_arena_t *arena;
    ussl_ctx_t *ctx = NULL;
    assert_int_equal(ussl_arena_new(0, &arena), USSL_OK);
    ussl_result_t result = ussl_ctx_new(arena, &config, &ctx);
    ussl_ctx_unref(ctx);
    ussl_arena_unref(arena);
    return result;
}

static ussl_result_t on_sign(void *owner, const uint8_t *key, size_t key_len, const uint8_t *hash,
    size_t hash_len, uint8_t *sig, size_t *sig_len) {
    (void)owner, (void)key, (void)key_len, (void)hash, (void)hash_len, (void)sig, (void)sig_len;
    return USSL_HOOK_DECLINED;
}

static void what_is_not_built_in_is_refused(void **state) {
    (void)state;
    ussl_result_t server = make_context((ussl_config_t){.role = USSL_SERVER_SIDE});
    assert_int_equal(server, USSL_SERVER ? USSL_OK : USSL_ERR_USAGE);
    ussl_result_t none = make_context((ussl_config_t){.verify = USSL_VERIFY_NONE});
    assert_int_equal(none, USSL_CERT_NONE == USSL_CERT_NONE_REFUSE ? USSL_ERR_USAGE : USSL_OK);
    ussl_result_t crl = make_context((ussl_config_t){.crl_check = USSL_CRL_LEAF});
    assert_int_equal(crl, USSL_CRL ? USSL_OK : USSL_ERR_USAGE);
    ussl_result_t sign = make_context((ussl_config_t){.on_sign = on_sign});
    assert_int_equal(sign, USSL_SIGN ? USSL_OK : USSL_ERR_USAGE);
    static const uint8_t octet[] = "x";
    ussl_result_t psk = make_context((ussl_config_t){.psk = {octet, octet, 1, 1}});
    assert_int_equal(psk, USSL_PSK ? USSL_OK : USSL_ERR_USAGE);
    ussl_result_t dtls = make_context((ussl_config_t){.datagrams = true});
    assert_int_equal(dtls, USSL_DTLS ? USSL_OK : USSL_ERR_USAGE);
}

static void formats_that_are_not_built_in_are_refused(void **state) {
    (void)state;
    ussl_arena_t *arena;
    ussl_trust_t *trust;
    ussl_failure_t why;
    blob_t text = read_cert_file("ca.pem");
    assert_int_equal(ussl_arena_new(0, &arena), USSL_OK);
    assert_int_equal(ussl_trust_new(arena, &trust), USSL_OK);
    ussl_result_t result = ussl_trust_add_pem(trust, (const char *)text.data, text.len, &why);
    assert_int_equal(result, USSL_PEM ? USSL_OK : USSL_ERR_PARSE);
    assert_true(USSL_PEM || strcmp(why.reason, "PEM_NOT_BUILT_IN") == 0);
    blob_free(&text);
    text = read_cert_file("crl.pem");
    result = ussl_trust_add_pem(trust, (const char *)text.data, text.len, &why);
    assert_int_equal(result, USSL_PEM && USSL_CRL ? USSL_OK : USSL_ERR_PARSE);
    assert_true(USSL_CRL || !USSL_PEM || strcmp(why.reason, "CRL_NOT_BUILT_IN") == 0);
    blob_free(&text);
    ussl_trust_unref(trust);
    ussl_arena_unref(arena);
}

static void a_client_sends_a_hello(void **state) {
    (void)state;
    ussl_arena_t *arena;
    ussl_ctx_t *ctx = NULL;
    ussl_conn_t *conn = NULL;
    ussl_config_t config = {0};
    assert_int_equal(ussl_arena_new(0, &arena), USSL_OK);
    assert_int_equal(ussl_ctx_new(arena, &config, &ctx), USSL_OK);
    assert_int_equal(ussl_conn_new(arena, ctx, "localhost", NULL, &conn), USSL_OK);
    bool done;
    ussl_result_t result;
    while ((result = ussl_conn_handshake(conn, &done)) == USSL_OK) {
    }
    assert_int_equal(result, USSL_WANT_OUT);
    size_t len;
    const uint8_t *hello = ussl_conn_out(conn, &len);
    assert_true(len > 100 && hello[0] == 22 && hello[5] == 1); // handshake, ClientHello
    ussl_conn_free(conn);
    ussl_ctx_unref(ctx);
    ussl_arena_unref(arena);
    assert_int_equal(test_platform.live, 0);
}

static void both_ends_connect_and_a_wrong_name_is_refused(void **state) {
    (void)state;
#if USSL_SERVER
    static const char *const certs[][2] = {
        {"server.pem", "server.key"}, {"server-rsa.pem", "server-rsa.key"}};
    for (size_t i = 0; i < 2; i++) {
        pair_setup_t setup = good_setup(certs[i][0], certs[i][1], 0);
        pair_t pair;
        assert_int_equal(pair_open(&pair, &setup), USSL_OK);
        assert_true(pair_handshake(&pair));
        uint16_t newest = USSL_TLS13 ? USSL_VERSION_TLS13 : USSL_VERSION_TLS12;
        assert_int_equal(ussl_conn_version(pair.conn[0]), newest);
        pair_transfer(&pair, 0, (const uint8_t *)"there", 5);
        pair_transfer(&pair, 1, (const uint8_t *)"back", 4);
        pair_free(&pair);
        // A certificate for another name is refused in every build.
        setup.hostname = "other.test";
        assert_int_equal(pair_open(&pair, &setup), USSL_OK);
        assert_false(pair_handshake(&pair));
        assert_int_equal(pair.result[0], USSL_ERR_CERT);
        pair_free(&pair);
    }
#endif
}

static void a_session_is_resumed_where_it_can_be(void **state) {
    (void)state;
#if USSL_SERVER && USSL_SESSIONS
    pair_setup_t setup = good_setup("server.pem", "server.key", 0);
    setup.tickets = true;
    pair_t pair;
    ussl_session_t *session, *loaded;
    assert_int_equal(pair_open(&pair, &setup), USSL_OK);
    assert_true(pair_handshake(&pair));
    pair_transfer(&pair, 1, (const uint8_t *)"ticket", 6);
    assert_int_equal(ussl_conn_session(pair.conn[0], &session), USSL_OK);
    uint8_t saved[2000];
    ussl_session_source_t source = {saved, ussl_session_saved_size(session), NULL, 0};
    assert_true(source.len <= sizeof(saved));
    assert_int_equal(ussl_session_save(session, NULL, 0, saved), USSL_OK);
    ussl_trust_t *trust = load_trust(pair.arena[0], "ca.pem");
    assert_int_equal(ussl_session_load(pair.arena[0], trust, &source, &loaded, NULL), USSL_OK);
    assert_int_equal(pair_again(&pair), USSL_OK);
    assert_int_equal(ussl_conn_set_session(pair.conn[0], loaded), USSL_OK);
    assert_true(pair_handshake(&pair));
    assert_true(ussl_conn_resumed(pair.conn[0]));
    ussl_trust_unref(trust);
    ussl_session_unref(session);
    ussl_session_unref(loaded);
    pair_free(&pair);
#endif
}

static void encrypted_keys_load_where_they_are_built_in(void **state) {
    (void)state;
    ussl_arena_t *arena;
    assert_int_equal(ussl_arena_new(0, &arena), USSL_OK);
    blob_t cert = read_cert_file("server.pem"), key = read_cert_file("server-encrypted.key");
    ussl_identity_source_t source = {.cert = cert.data,
        .cert_len = cert.len,
        .key = key.data,
        .key_len = key.len,
        .password = (const uint8_t *)"secret",
        .password_len = 6};
    ussl_identity_t *identity = NULL;
    ussl_result_t result = ussl_identity_new(arena, &source, &identity, NULL);
    assert_int_equal(result, USSL_ENCRYPTED_KEYS && USSL_PEM ? USSL_OK : USSL_ERR_PARSE);
    ussl_identity_unref(identity);
    ussl_arena_unref(arena);
    blob_free(&cert);
    blob_free(&key);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_is_not_built_in_is_refused, reset),
        cmocka_unit_test_setup(formats_that_are_not_built_in_are_refused, reset),
        cmocka_unit_test_setup(a_client_sends_a_hello, reset),
        cmocka_unit_test_setup(both_ends_connect_and_a_wrong_name_is_refused, reset),
        cmocka_unit_test_setup(a_session_is_resumed_where_it_can_be, reset),
        cmocka_unit_test_setup(encrypted_keys_load_where_they_are_built_in, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
