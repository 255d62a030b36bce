// SPDX-License-Identifier: MIT
//
// test_incoming.c - what a peer may send once the connection is open is limited: warnings, empty
// records, KeyUpdates (RFC 8446 4.6.3), requests to negotiate again (RFC 5246 7.2.2).
//
// docs/conformance.md promises this ("What is checked in front of mbedTLS": at most 4 warnings, and
// 32 of each other record that brings nothing, in a row), and docs/differences.md the limits of
// handshake messages. Each case sends records past the engine's own functions. row_refused() has
// the version, the end that sends, the record and how many of it, and the reason and the alert of
// the refusal of the last.
#include "engine/conn/conn.h"
#include "tests/support/support.h"

static int reset(void **state) {
    (void)state;
    platform_reset();
    srand(1);
    return 0;
}

static void open_pair(pair_t *pair, uint16_t version) {
    pair_setup_t setup = good_setup("server.pem", "server.key", version);
    assert_int_equal(pair_open(pair, &setup), USSL_OK);
    assert_true(pair_handshake(pair));
}

// Sends one record past the engine's own functions.
typedef int (*send_t)(mbedtls_ssl_context *ssl);

static void send_raw(pair_t *pair, int from, send_t send) {
    ussl__scope_t scope;
    ussl__scope_enter(&scope, pair->arena[from]);
    scope.conn = pair->conn[from];
    int code = send(&pair->conn[from]->ssl);
    ussl__scope_leave(&scope);
    assert_true(code == 0 || code == MBEDTLS_ERR_SSL_WANT_WRITE);
    while (pair_move(pair)) {
    }
}

// Sends `n` of these records, each read at the other end. Returns the result of the last read.
static ussl_result_t send_row(pair_t *pair, int from, send_t send, int n) {
    ussl_result_t result = USSL_WANT_IN;
    for (int i = 0; i < n && result >= 0; i++) {
        uint8_t none;
        size_t got;
        send_raw(pair, from, send);
        do {
            result = ussl_conn_read(pair->conn[!from], &none, 1, &got);
        } while (pair_move(pair) && result >= 0);
    }
    return result;
}

static void refused(pair_t *pair, int end, const char *reason, int alert) {
    ussl_failure_t why = pair_failure(pair, end);
    assert_string_equal(why.reason, reason);
    assert_int_equal(why.alert, alert);
    assert_true(why.alert_is_ours);
    ussl_result_t heard;
    do { // the other end must get the alert
        uint8_t none;
        size_t got;
        bool done;
        ussl_conn_t *other = pair->conn[!end];
        heard = ussl_conn_established(other) ? ussl_conn_read(other, &none, 1, &got)
                                             : ussl_conn_handshake(other, &done);
    } while (heard >= 0 && (pair_move(pair) || heard == USSL_OK));
    assert_int_equal(heard, USSL_ERR_ALERT);
    assert_int_equal(pair_failure(pair, !end).alert, alert);
}

// Opens a connection on which the last of `n` records is refused for this reason.
static void row_refused(
    uint16_t version, int from, send_t send, int n, const char *reason, int alert) {
    pair_t pair;
    open_pair(&pair, version);
    assert_int_equal(send_row(&pair, from, send, n), USSL_ERR_PROTOCOL);
    refused(&pair, !from, reason, alert);
    pair_free(&pair);
}

static void both_ways(pair_t *pair) {
    pair_transfer(pair, 0, (const uint8_t *)"there", 5);
    pair_transfer(pair, 1, (const uint8_t *)"back", 4);
}

static int send_warning(mbedtls_ssl_context *ssl) {
    return mbedtls_ssl_send_alert_message(
        ssl, MBEDTLS_SSL_ALERT_LEVEL_WARNING, USSL_ALERT_USER_CANCELLED);
}

static int send_empty(mbedtls_ssl_context *ssl) {
    return mbedtls_ssl_write(ssl, (const uint8_t *)"", 0);
}

static int send_content(mbedtls_ssl_context *ssl, int type, const uint8_t *content, size_t len) {
    memcpy(ssl->out_msg, content, len);
    ssl->out_msgtype = type;
    ssl->out_msglen = len;
    return mbedtls_ssl_write_record(ssl, 1);
}

static int send_spec(mbedtls_ssl_context *ssl) {
    return send_content(ssl, MBEDTLS_SSL_MSG_CHANGE_CIPHER_SPEC, (const uint8_t *)"\1", 1);
}

static void warnings_and_empty_records_are_limited(void **state) {
    (void)state;
    for (EACH_VERSION(version)) {
        for (int from = 0; from < 2; from++) {
            pair_t pair;
            open_pair(&pair, version);
            for (int turn = 0; turn < 3; turn++) { // after data the count begins anew
                assert_int_equal(send_row(&pair, from, send_warning, 4), USSL_WANT_IN);
                assert_int_equal(send_row(&pair, from, send_empty, 32), USSL_WANT_IN);
                both_ways(&pair);
            }
            assert_int_equal(send_row(&pair, from, send_warning, 5), USSL_ERR_PROTOCOL);
            refused(&pair, !from, "TOO_MANY_WARN_ALERTS", USSL_ALERT_UNEXPECTED_MESSAGE);
            pair_free(&pair);
            row_refused(
                version, from, send_empty, 33, "RECORD_TOO_SMALL", USSL_ALERT_UNEXPECTED_MESSAGE);
            open_pair(&pair, version);
            assert_int_equal(send_row(&pair, from, send_spec, 1), USSL_ERR_PROTOCOL);
            assert_int_equal(pair_failure(&pair, !from).alert, USSL_ALERT_UNEXPECTED_MESSAGE);
            pair_free(&pair);
        }
    }
    assert_int_equal(test_platform.live, 0);
}

static int send_odd_alert(mbedtls_ssl_context *ssl) {
    return mbedtls_ssl_send_alert_message(
        ssl, MBEDTLS_SSL_ALERT_LEVEL_WARNING, USSL_ALERT_NO_RENEGOTIATION);
}

static int send_bad_level(mbedtls_ssl_context *ssl) {
    return mbedtls_ssl_send_alert_message(ssl, 3, USSL_ALERT_NO_RENEGOTIATION);
}

// In TLS 1.3 any alert but close_notify and user_canceled ends the connection, whatever its level
// (RFC 8446 6). A level that is neither warning nor fatal is refused in both versions.
static void levels_of_alerts_follow_the_version(void **state) {
    (void)state;
    for (EACH_VERSION(version)) {
        pair_t pair;
        open_pair(&pair, version);
        bool tls13 = version == USSL_VERSION_TLS13;
        ussl_result_t result = send_row(&pair, 0, send_odd_alert, 1);
        assert_int_equal(result, tls13 ? USSL_ERR_ALERT : USSL_WANT_IN);
        pair_free(&pair);
        open_pair(&pair, version);
        assert_int_equal(send_row(&pair, 0, send_bad_level, 1), USSL_ERR_PROTOCOL);
        refused(&pair, 1, "UNKNOWN_ALERT_TYPE", USSL_ALERT_ILLEGAL_PARAMETER);
        pair_free(&pair);
    }
}

#if USSL_TLS13
static int send_update(mbedtls_ssl_context *ssl, uint8_t wants) {
    const uint8_t message[] = {24, 0, 0, 1, wants};
    int code = send_content(ssl, MBEDTLS_SSL_MSG_HANDSHAKE, message, sizeof(message));
    assert_int_equal(ussl__next_key(ssl, true), 0);
    return code;
}

static int send_request(mbedtls_ssl_context *ssl) {
    return send_update(ssl, 1);
}

static int send_quiet_update(mbedtls_ssl_context *ssl) {
    return send_update(ssl, 0);
}

static int send_bad_update(mbedtls_ssl_context *ssl) {
    return send_update(ssl, 2);
}

static int send_update_and_more(mbedtls_ssl_context *ssl) {
    const uint8_t two[] = {24, 0, 0, 1, 0, 24, 0, 0, 1, 0};
    return send_content(ssl, MBEDTLS_SSL_MSG_HANDSHAKE, two, sizeof(two));
}

static void keys_are_updated(void **state) {
    (void)state;
    for (int from = 0; from < 2; from++) {
        pair_t pair;
        open_pair(&pair, USSL_VERSION_TLS13);
        mbedtls_ssl_context *answering = &pair.conn[!from]->ssl;
        for (int turn = 0; turn < 3; turn++) {
            size_t before = pair.wire[from].total;
            for (int i = 0; i < 5; i++) {
                send_raw(&pair, from, send_request);
            }
            assert_int_equal(send_row(&pair, from, send_request, 1), USSL_WANT_IN);
            // There is one answer each time that nothing more can be read.
            assert_int_equal(pair.wire[from].total - before, 6 * (5 + 5 + 1 + 16));
            both_ways(&pair);
            pair_transfer(&pair, !from, (const uint8_t *)"more", 4);
            assert_int_equal(answering->cur_out_ctr[7], 2); // both records have the new key
            assert_int_equal(send_row(&pair, from, send_quiet_update, 32), USSL_WANT_IN);
            assert_false(pair.conn[!from]->key_update_due);
            both_ways(&pair);
        }
        assert_int_equal(send_row(&pair, from, send_quiet_update, 33), USSL_ERR_PROTOCOL);
        refused(&pair, !from, "TOO_MANY_KEY_UPDATES", USSL_ALERT_UNEXPECTED_MESSAGE);
        pair_free(&pair);
        row_refused(USSL_VERSION_TLS13, from, send_bad_update, 1, "BAD_KEY_UPDATE",
            USSL_ALERT_ILLEGAL_PARAMETER);
        row_refused(USSL_VERSION_TLS13, from, send_update_and_more, 1, "BAD_KEY_UPDATE",
            USSL_ALERT_UNEXPECTED_MESSAGE);
    }
    assert_int_equal(test_platform.live, 0);
}

// After a failed KeyUpdate the old key must protect nothing more, because a counter that starts
// anew under it would repeat a nonce.
static void no_nonce_is_repeated(void **state) {
    (void)state;
    bool failed = true;
    size_t fail = 1;
    for (; failed; fail++) { // until none of its allocations is left to fail
        pair_t pair;
        open_pair(&pair, USSL_VERSION_TLS13);
        both_ways(&pair);
        ussl_conn_t *server = pair.conn[1];
        uint8_t before = server->ssl.cur_out_ctr[7];
        server->key_update_due = true;
        test_platform.fail_at = test_platform.made + fail;
        size_t n, len, sent = 0;
        ussl_result_t result = ussl_conn_write(server, (const uint8_t *)"more", 4, &n);
        test_platform.fail_at = 0;
        while (result < 0 && ussl_conn_out(server, &len) != NULL && len > 0) {
            sent += len;
            ussl_conn_out_done(server, len);
        }
        failed = result < 0;
        if (failed) {
            assert_int_equal(result, USSL_ERR_MEMORY);
            assert_true(sent == 0 || sent == 5 + 5 + 1 + 16); // the KeyUpdate, and no alert
            assert_true(server->ssl.cur_out_ctr[7] >= before);
        }
        pair_free(&pair);
        assert_int_equal(test_platform.live, 0);
    }
    assert_true(fail > 2);
}

// A key that has protected 2^23 records is replaced before it protects another one (RFC 8446 5.5).
static void a_key_at_its_limit_is_replaced(void **state) {
    (void)state;
    pair_t pair;
    open_pair(&pair, USSL_VERSION_TLS13);
    pair.conn[0]->ssl.cur_out_ctr[5] = pair.conn[1]->ssl.in_ctr[5] = 0x7F;
    both_ways(&pair);
    assert_int_equal(pair.conn[0]->ssl.cur_out_ctr[5], 0x7F);
    pair.conn[0]->ssl.cur_out_ctr[5] = pair.conn[1]->ssl.in_ctr[5] = 0x80;
    both_ways(&pair);
    assert_int_equal(pair.conn[0]->ssl.cur_out_ctr[5], 0);
    assert_int_equal(pair.conn[0]->ssl.cur_out_ctr[7], 1);
    pair_free(&pair);
}

static void a_failed_allocation_in_an_update_is_reported(void **state) {
    (void)state;
    bool failed = true;
    size_t fail = 1;
    for (; failed; fail++) {
        pair_t pair;
        open_pair(&pair, USSL_VERSION_TLS13);
        send_raw(&pair, 0, send_request);
        test_platform.fail_at = test_platform.made + fail;
        uint8_t byte = 'x';
        size_t n;
        ussl_result_t result;
        do {
            result = ussl_conn_read(pair.conn[1], &byte, 1, &n);
        } while (pair_move(&pair) && result >= 0);
        if (result >= 0) {
            result = ussl_conn_write(pair.conn[1], &byte, 1, &n);
        }
        test_platform.fail_at = 0;
        failed = result < 0;
        assert_true(!failed || result == USSL_ERR_MEMORY);
        pair_free(&pair);
        assert_int_equal(test_platform.live, 0);
    }
    assert_true(fail > 2);
}
#endif

static int send_half(mbedtls_ssl_context *ssl) {
    return send_content(ssl, MBEDTLS_SSL_MSG_HANDSHAKE, (const uint8_t *)"\30", 1);
}

static int claim(mbedtls_ssl_context *ssl) {
    return send_content(ssl, MBEDTLS_SSL_MSG_HANDSHAKE, (const uint8_t *)"\13\0\20\0", 4);
}

// A message that will be refused is refused at its header, before more of it is collected.
static void no_record_is_accepted_between_fragments(void **state) {
    (void)state;
    static const send_t others[] = {send_empty, send_warning};
    for (EACH_VERSION(version)) {
        for (size_t i = 0; i < 2; i++) {
            pair_t pair;
            open_pair(&pair, version);
            assert_int_equal(send_row(&pair, 0, send_half, 1), USSL_WANT_IN);
            assert_int_equal(send_row(&pair, 0, others[i], 1), USSL_ERR_PROTOCOL);
            refused(
                &pair, 1, "MIXED_HANDSHAKE_AND_NON_HANDSHAKE_DATA", USSL_ALERT_UNEXPECTED_MESSAGE);
            pair_free(&pair);
        }
        pair_t pair;
        open_pair(&pair, version);
        assert_int_equal(send_row(&pair, 0, claim, 1), USSL_ERR_PROTOCOL);
        refused(&pair, 1, "UNEXPECTED_MESSAGE", USSL_ALERT_UNEXPECTED_MESSAGE);
        pair_free(&pair);
    }
    assert_int_equal(test_platform.live, 0);
}

#if USSL_TLS12
static int ask_again(mbedtls_ssl_context *ssl) {
    bool client = ssl->conf->endpoint == MBEDTLS_SSL_IS_CLIENT;
    const uint8_t message[] = {client ? 1 : 0, 0, 0, 0};
    return send_content(ssl, MBEDTLS_SSL_MSG_HANDSHAKE, message, sizeof(message));
}

static void nothing_is_negotiated_again(void **state) {
    (void)state;
    for (int from = 0; from < 2; from++) {
        pair_t pair;
        open_pair(&pair, USSL_VERSION_TLS12);
        for (int turn = 0; turn < 3; turn++) {
            size_t before = pair.wire[from].total;
            assert_int_equal(send_row(&pair, from, ask_again, 2), USSL_WANT_IN);
            assert_true(pair.wire[from].total > before); // the answer: no_renegotiation
            both_ways(&pair);
        }
        assert_int_equal(send_row(&pair, from, ask_again, 5), USSL_ERR_PROTOCOL);
        refused(&pair, !from, "TOO_MANY_WARN_ALERTS", USSL_ALERT_UNEXPECTED_MESSAGE);
        pair_free(&pair);
    }
    assert_int_equal(test_platform.live, 0);
}
#endif

// ---- messages in many records ----
#if USSL_SERVER
static ussl_result_t feed(ussl_conn_t *conn, const uint8_t *data, size_t len) {
    bool done;
    size_t at = 0, room;
    ussl_result_t result = USSL_OK;
    while (at < len && result >= 0) {
        result = ussl_conn_handshake(conn, &done);
        uint8_t *in = ussl_conn_in(conn, &room);
        if (in != NULL) {
            size_t part = room < len - at ? room : len - at;
            memcpy(in, data + at, part);
            ussl_conn_in_done(conn, part);
            at += part;
        }
    }
    for (int i = 0; i < 4 && result >= 0; i++) {
        result = ussl_conn_handshake(conn, &done);
    }
    return result;
}

static void long_messages_cost_what_was_sent(void **state) {
    (void)state;
    static const uint8_t claims[] = {22, 3, 1, 0, 4, 1, 0, 0xC0, 1}; // claims 48 KB and an octet
    static const uint8_t less[] = {22, 3, 1, 0, 4, 1, 0, 0xBF, 0xFC};
    pair_t pair;
    static const char *const protocols[] = {"mqtt", NULL}; // so that the engine reads the hello too
    pair_setup_t setup = good_setup("server.pem", "server.key", 0);
    setup.server.alpn = protocols;
    assert_int_equal(pair_open(&pair, &setup), USSL_OK);
    assert_int_equal(feed(pair.conn[1], claims, sizeof(claims)), USSL_ERR_PROTOCOL);
    refused(&pair, 1, "EXCESSIVE_MESSAGE_SIZE", USSL_ALERT_ILLEGAL_PARAMETER);
    assert_int_equal(pair_again(&pair), USSL_OK);
    assert_int_equal(feed(pair.conn[1], less, sizeof(less)), USSL_WANT_IN);
    assert_true(pair.conn[1]->in_room <= USSL__RECORD_IDLE);
    // With one octet in each record, the buffer is exchanged only a few times.
    size_t made = test_platform.made;
    for (int i = 0; i < 40000; i++) {
        static const uint8_t one[] = {22, 3, 3, 0, 1, 0};
        assert_int_equal(feed(pair.conn[1], one, sizeof(one)), USSL_WANT_IN);
    }
    assert_true(test_platform.made - made < 10);
    assert_true(pair.conn[1]->in_room < 2 * 40000 + 100);
    pair_free(&pair);
    assert_int_equal(test_platform.live, 0);
}
#endif

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(warnings_and_empty_records_are_limited, reset),
        cmocka_unit_test_setup(levels_of_alerts_follow_the_version, reset),
#if USSL_TLS13
        cmocka_unit_test_setup(keys_are_updated, reset),
        cmocka_unit_test_setup(no_nonce_is_repeated, reset),
        cmocka_unit_test_setup(a_key_at_its_limit_is_replaced, reset),
        cmocka_unit_test_setup(a_failed_allocation_in_an_update_is_reported, reset),
#endif
        cmocka_unit_test_setup(no_record_is_accepted_between_fragments, reset),
#if USSL_TLS12
        cmocka_unit_test_setup(nothing_is_negotiated_again, reset),
#endif
#if USSL_SERVER
        cmocka_unit_test_setup(long_messages_cost_what_was_sent, reset),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
