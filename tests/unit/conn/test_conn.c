// SPDX-License-Identifier: MIT
//
// test_conn.c - a connection transfers every byte once and in order, however the wire delivers it,
// and tells close_notify, truncation and damage apart (RFC 8446 6.1, 6.2).
//
// docs/design.md promises this ("Writes", "Failures", "States"), and docs/testing.md names the ways
// of delivery. Each case joins a client and a server in memory, `pair.conn[0]` and `[1]`, most of
// them for both versions; `pair.wire[end]` holds the bytes on their way to that end.
#include "engine/conn/conn.h"
#include "tests/support/support.h"

static const char *const keys[][2] = {
    {"server.pem", "server.key"},
    {"server-rsa.pem", "server-rsa.key"},
    {"server-p384.pem", "server-p384.key"},
    {"chain.pem", "chain.key"},
#if USSL_P521
    {"server-p521.pem", "server-p521.key"},
#endif
};
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static int reset(void **state) {
    (void)state;
    platform_reset();
    srand(1);
    return 0;
}

static void open_good(pair_t *pair, uint16_t version) {
    pair_setup_t setup = good_setup("server.pem", "server.key", version);
    assert_int_equal(pair_open(pair, &setup), USSL_OK);
}

static void run_matrix(delivery_t delivery) {
    uint8_t data[20000];
    for (size_t i = 0; i < sizeof(data); i++) {
        data[i] = (uint8_t)(i * 7 + i / 251);
    }
    for (EACH_VERSION(version)) {
        for (size_t k = 0; k < COUNT(keys); k++) {
            pair_setup_t setup = good_setup(keys[k][0], keys[k][1], version);
            pair_t pair;
            assert_int_equal(pair_open(&pair, &setup), USSL_OK);
            pair.delivery = delivery;
            assert_true(pair_handshake(&pair));
            for (int end = 0; end < 2; end++) {
                assert_int_equal(ussl_conn_version(pair.conn[end]), version);
                assert_int_equal(ussl_conn_suite(pair.conn[end])->version, version);
                pair_transfer(&pair, end, data, delivery.chunk == 1 ? 600 : sizeof(data));
            }
            assert_non_null(ussl_conn_peer_cert(pair.conn[0]));
            assert_null(ussl_conn_peer_cert(pair.conn[1]));
            pair_free(&pair);
            assert_int_equal(test_platform.live, 0);
        }
    }
}

static void every_kind_of_key_connects_and_transfers(void **state) {
    (void)state;
    run_matrix((delivery_t){0});
}

static void bytes_may_come_one_at_a_time(void **state) {
    (void)state;
    run_matrix((delivery_t){.chunk = 1});
}

static void bytes_may_come_in_random_chunks(void **state) {
    (void)state;
    run_matrix((delivery_t){.random = true});
}

// If the wire to an end stops after any number of bytes, that end reports an EOF.
static void a_truncation_at_any_point_is_an_eof(void **state) {
    (void)state;
    for (EACH_VERSION(version)) {
        pair_t pair;
        open_good(&pair, version);
        assert_true(pair_handshake(&pair));
        size_t total[2] = {pair.wire[0].total, pair.wire[1].total};
        for (int end = 0; end < 2; end++) {
            for (size_t stop = 1; stop < total[end]; stop++) {
                assert_int_equal(pair_again(&pair), USSL_OK);
                pair.delivery.truncate_at[end] = stop;
                bool both = pair_handshake(&pair);
                // TLS 1.3 ends the client's handshake before the server's last bytes are used.
                if (!both || pair.result[end] < 0) {
                    assert_int_equal(pair.result[end], USSL_ERR_EOF);
                    assert_string_equal(
                        pair_failure(&pair, end).reason, "UNEXPECTED_EOF_WHILE_READING");
                }
                assert_false(pair.done[end] && pair.result[end] < 0);
            }
            pair.delivery.truncate_at[end] = 0;
        }
        pair_free(&pair);
    }
    assert_int_equal(test_platform.live, 0);
}

static void a_call_at_the_wrong_moment_changes_nothing(void **state) {
    (void)state;
    pair_t pair;
    uint8_t byte = 'x';
    size_t n = 9;
    open_good(&pair, 0);
    assert_int_equal(ussl_conn_read(pair.conn[0], &byte, 1, &n), USSL_ERR_USAGE);
    assert_int_equal(n, 0);
    assert_int_equal(ussl_conn_write(pair.conn[0], &byte, 1, &n), USSL_ERR_USAGE);
    assert_int_equal(ussl_conn_close(pair.conn[0]), USSL_ERR_USAGE);
    assert_int_equal(ussl_conn_version(pair.conn[0]), 0);
    assert_null(ussl_conn_suite(pair.conn[0]));
    assert_int_equal(ussl_conn_pending(pair.conn[0]), 0);
    assert_true(pair_handshake(&pair));
    bool done = false;
    assert_int_equal(ussl_conn_handshake(pair.conn[0], &done), USSL_OK);
    assert_true(done);
    assert_int_equal(ussl_conn_close(pair.conn[0]), USSL_OK);
    assert_int_equal(ussl_conn_close(pair.conn[0]), USSL_OK);
    assert_int_equal(ussl_conn_write(pair.conn[0], &byte, 1, &n), USSL_ERR_USAGE);
    pair_free(&pair);
}

static void close_notify_and_eof_are_told_apart(void **state) {
    (void)state;
    uint8_t buf[16];
    size_t n;
    for (EACH_VERSION(version)) {
        pair_t pair;
        open_good(&pair, version);
        assert_true(pair_handshake(&pair));
        assert_int_equal(ussl_conn_write(pair.conn[0], (const uint8_t *)"bye", 3, &n), USSL_OK);
        pair_move(&pair);
        assert_int_equal(ussl_conn_close(pair.conn[0]), USSL_OK);
        while (ussl_conn_read(pair.conn[1], buf, sizeof(buf), &n) == USSL_WANT_IN) {
            assert_true(pair_move(&pair));
        }
        assert_int_equal(n, 3); // the data comes before close_notify
        ussl_result_t result;
        while ((result = ussl_conn_read(pair.conn[1], buf, sizeof(buf), &n)) == USSL_WANT_IN) {
            assert_true(pair_move(&pair));
        }
        // mbedTLS reports close_notify once, and the engine at every call.
        for (int i = 0; i < 3; i++) {
            assert_int_equal(result, USSL_CLOSED);
            result = ussl_conn_read(pair.conn[1], buf, sizeof(buf), &n);
        }
        // The other direction still works (RFC 8446 6.1).
        assert_int_equal(ussl_conn_write(pair.conn[1], (const uint8_t *)"ok", 2, &n), USSL_OK);
        // A truncation is reported at every call, too.
        for (int i = 0; i < 3; i++) {
            result = ussl_conn_read(pair.conn[0], buf, sizeof(buf), &n);
            if (result == USSL_WANT_IN) {
                ussl_conn_in_done(pair.conn[0], 0);
                result = ussl_conn_read(pair.conn[0], buf, sizeof(buf), &n);
            }
            assert_int_equal(result, USSL_ERR_EOF);
        }
        pair_free(&pair);
    }
}

// While a sealed record waits for the wire, a write takes nothing new, and no byte is lost.
static void no_byte_lost_when_the_wire_is_full(void **state) {
    (void)state;
    for (EACH_VERSION(version)) {
        pair_t pair;
        open_good(&pair, version);
        assert_true(pair_handshake(&pair));
        uint8_t first[300], second[500], got[800];
        memset(first, 'a', sizeof(first));
        memset(second, 'b', sizeof(second));
        size_t n, len, have = 0;
        assert_int_equal(ussl_conn_write(pair.conn[0], first, sizeof(first), &n), USSL_OK);
        assert_int_equal(n, sizeof(first));
        for (int i = 0; i < 3; i++) {
            assert_int_equal(
                ussl_conn_write(pair.conn[0], second, sizeof(second), &n), USSL_WANT_OUT);
            assert_int_equal(n, 0);
            assert_non_null(ussl_conn_out(pair.conn[0], &len));
            assert_true(len > sizeof(first));
        }
        assert_int_equal(ussl_conn_close(pair.conn[0]), USSL_WANT_OUT);
        pair_move(&pair);
        assert_int_equal(ussl_conn_write(pair.conn[0], second, sizeof(second), &n), USSL_OK);
        assert_int_equal(n, sizeof(second));
        while (have < sizeof(got)) {
            pair_move(&pair);
            assert_true(ussl_conn_read(pair.conn[1], got + have, sizeof(got) - have, &n) >= 0);
            have += n;
        }
        assert_memory_equal(got, first, sizeof(first));
        assert_memory_equal(got + sizeof(first), second, sizeof(second));
        pair_free(&pair);
    }
}

// A session ticket that arrives is neither data nor an end of the data.
static void reading_skips_what_is_not_data(void **state) {
    (void)state;
    pair_t pair;
    uint8_t buf[8];
    size_t n;
    open_good(&pair, 0);
    assert_true(pair_handshake(&pair));
    ussl_result_t result = ussl_conn_read(pair.conn[0], buf, sizeof(buf), &n);
    assert_int_equal(result, USSL_WANT_IN);
    assert_int_equal(n, 0);
    size_t len;
    assert_non_null(ussl_conn_in(pair.conn[0], &len));
    assert_int_equal(ussl_conn_read(pair.conn[0], buf, 0, &n), USSL_OK);
    pair_free(&pair);
}

// An empty record (RFC 5246 6.2.1, RFC 8446 5.4) is neither data nor an end, however many there
// are.
static void empty_records_are_no_end(void **state) {
    (void)state;
    for (EACH_VERSION(version)) {
        pair_t pair;
        open_good(&pair, version);
        assert_true(pair_handshake(&pair));
        for (int i = 0; i < 2; i++) {
            (void)mbedtls_ssl_write(&pair.conn[0]->ssl, (const uint8_t *)"", 0);
            pair_move(&pair);
        }
        pair_transfer(&pair, 0, (const uint8_t *)"data", 4);
        pair_free(&pair);
    }
}

// However often a failed handshake is called again, the peer gets one alert with the reason.
static void an_alert_is_always_queued_once(void **state) {
    (void)state;
    for (EACH_VERSION(version)) {
        pair_t pair;
        pair_setup_t setup = good_setup("wrong-name.pem", "wrong-name.key", version);
        assert_int_equal(pair_open(&pair, &setup), USSL_OK);
        assert_false(pair_handshake(&pair));
        assert_int_equal(pair.result[0], USSL_ERR_CERT);
        bool done;
        for (int i = 0; i < 3; i++) {
            assert_int_equal(ussl_conn_handshake(pair.conn[0], &done), USSL_ERR_CERT);
        }
        assert_int_equal(pair.result[1], USSL_ERR_ALERT);
        ussl_failure_t why = pair_failure(&pair, 1);
        assert_int_equal(why.alert, 42);
        assert_false(why.alert_is_ours);
        assert_string_equal(why.reason, "SSLV3_ALERT_BAD_CERTIFICATE");
        pair_free(&pair);
    }
}

static void feed(ussl_conn_t *conn, const void *data, size_t len, ussl_result_t *result) {
    const uint8_t *p = data;
    bool done;
    while ((*result = ussl_conn_handshake(conn, &done)) >= 0) {
        size_t room, out;
        if (ussl_conn_out(conn, &out)) {
            ussl_conn_out_done(conn, out);
        }
        uint8_t *in = ussl_conn_in(conn, &room);
        if (*result == USSL_WANT_IN && in) {
            room = room < len ? room : len;
            memcpy(in, p, room);
            ussl_conn_in_done(conn, room); // 0 means that the wire has ended
            p += room;
            len -= room;
        }
    }
}

// Client and server answer garbage with a fatal alert.
static void garbage_is_answered_with_an_alert(void **state) {
    (void)state;
    static const char http[] = "HTTP/1.1 400 Bad Request\r\nServer: plain\r\n\r\n";
    for (int end = 0; end < 2; end++) {
        pair_t pair;
        ussl_result_t result;
        open_good(&pair, 0);
        feed(pair.conn[end], http, sizeof(http), &result);
        assert_int_equal(result, USSL_ERR_PROTOCOL);
        ussl_failure_t why = pair_failure(&pair, end);
        assert_string_equal(why.reason, "WRONG_VERSION_NUMBER");
        assert_true(why.alert_is_ours);
        size_t len;
        const uint8_t *out = ussl_conn_out(pair.conn[end], &len);
        assert_int_equal(len, 7);
        assert_int_equal(out[0], 21);
        assert_int_equal(out[5], 2);
        pair_free(&pair);
    }
}

static void no_common_version_or_certificate_is_an_alert(void **state) {
    (void)state;
#if USSL_TLS12 && USSL_TLS13
    pair_setup_t setup = good_setup("server.pem", "server.key", USSL_VERSION_TLS12);
    setup.server.min_version = USSL_VERSION_TLS13;
    pair_t pair;
    assert_int_equal(pair_open(&pair, &setup), USSL_OK);
    assert_false(pair_handshake(&pair));
    assert_int_equal(pair.result[1], USSL_ERR_PROTOCOL);
    assert_string_equal(pair_failure(&pair, 1).reason, "UNSUPPORTED_PROTOCOL");
    assert_int_equal(pair.result[0], USSL_ERR_ALERT);
    assert_int_equal(pair_failure(&pair, 0).alert, 70);
    pair_free(&pair);
#endif
    // This server has no certificate.
    pair_setup_t bare = good_setup(NULL, NULL, 0);
    pair_t second;
    assert_int_equal(pair_open(&second, &bare), USSL_OK);
    assert_false(pair_handshake(&second));
    assert_true(second.result[0] == USSL_ERR_ALERT);
    assert_int_equal(pair_failure(&second, 0).alert, 40);
    pair_free(&second);
}

// True if this byte belongs to the version in a record's header, which is ignored (RFC 8446 5.1).
static bool is_header_version(const wire_t *wire, size_t at) {
    size_t record = 0;
    while (record + 5 <= wire->len) {
        size_t next = record + 5 + (size_t)(wire->data[record + 3] << 8 | wire->data[record + 4]);
        if (at < next) {
            return at == record + 1 || at == record + 2;
        }
        record = next;
    }
    return false;
}

// A flipped bit anywhere in what the server sends is never accepted.
static void altered_bytes_are_refused(void **state) {
    (void)state;
    for (EACH_VERSION(version)) {
        pair_t pair;
        open_good(&pair, version);
        assert_true(pair_handshake(&pair));
        size_t total = pair.wire[0].total;
        for (size_t at = 0; at < total; at += 3) {
            assert_int_equal(pair_again(&pair), USSL_OK);
            bool flipped = false;
            for (int guard = 0; guard < 400; guard++) {
                for (int end = 0; end < 2; end++) {
                    if (!pair.done[end] && pair.result[end] >= 0) {
                        pair.result[end] = ussl_conn_handshake(pair.conn[end], &pair.done[end]);
                    }
                }
                if (!flipped && pair.wire[0].len > at && pair.wire[0].at <= at) {
                    pair.wire[0].data[at] ^= 1;
                    flipped = true;
                }
                pair_move(&pair);
            }
            if (pair.done[0] && pair.done[1] && flipped && !is_header_version(&pair.wire[0], at)) {
                fail_msg("TLS %x accepted with byte %zu of %zu altered", version, at, total);
            }
        }
        pair_free(&pair);
    }
}

static bool hello_contains(const char *hostname, const char *text) {
    pair_t pair;
    bool done, found = false;
    pair_setup_t setup = good_setup("server.pem", "server.key", 0);
    setup.hostname = hostname;
    assert_int_equal(pair_open(&pair, &setup), USSL_OK);
    while (ussl_conn_handshake(pair.conn[0], &done) == USSL_OK) {
    }
    size_t len, text_len = strlen(text);
    const uint8_t *hello = ussl_conn_out(pair.conn[0], &len);
    for (size_t i = 0; i + text_len <= len; i++) {
        found |= memcmp(hello + i, text, text_len) == 0;
    }
    pair_free(&pair);
    return found;
}

// Names are sent as SNI without their trailing dot, and addresses are not sent (RFC 6066 3).
static void sni_carries_names_only(void **state) {
    (void)state;
    assert_true(hello_contains("localhost", "localhost"));
    assert_true(hello_contains("a.wild.test.", "a.wild.test"));
    assert_false(hello_contains("a.wild.test.", "wild.test."));
    assert_false(hello_contains("127.0.0.1", "127.0.0.1"));
    assert_false(hello_contains("::1", "::1"));
}

// A hook may run another connection, and each arena still counts its own blocks.
typedef struct {
    pair_t inner;
    pair_t *outer;
    ussl_result_t reentry;
} nested_t;
static nested_t *nested;

static ussl_result_t hook_with_a_handshake(
    void *owner, const uint8_t *der, size_t len, unsigned depth) {
    (void)owner;
    assert_true(len > 0 && der != NULL);
    if (depth == 0) {
        bool done;
        size_t n;
        nested->reentry = ussl_conn_handshake(nested->outer->conn[0], &done);
        assert_int_equal(ussl_conn_write(nested->outer->conn[0], der, 1, &n), USSL_ERR_USAGE);
        open_good(&nested->inner, 0);
        assert_true(pair_handshake(&nested->inner));
        pair_free(&nested->inner);
    }
    return USSL_OK;
}

static void nested_handshakes_keep_their_arenas(void **state) {
    (void)state;
    pair_t pair;
    nested_t here = {.outer = &pair, .reentry = USSL_OK};
    nested = &here;
    pair_setup_t setup = good_setup("server.pem", "server.key", 0);
    setup.client.on_cert = hook_with_a_handshake;
    assert_int_equal(pair_open(&pair, &setup), USSL_OK);
    ussl_memory_t before, after;
    assert_true(pair_handshake(&pair));
    assert_int_equal(here.reentry, USSL_ERR_USAGE);
    ussl_arena_memory(pair.arena[0], &before);
    ussl_conn_free(pair.conn[0]);
    pair.conn[0] = NULL;
    ussl_arena_memory(pair.arena[0], &after);
    assert_true(after.used < before.used);
    pair_free(&pair);
    assert_int_equal(test_platform.live, 0);
}

static ussl_result_t hook_that_refuses(
    void *owner, const uint8_t *der, size_t len, unsigned depth) {
    (void)owner;
    (void)der;
    (void)len;
    return depth == 0 ? USSL_ERR_HOOK : USSL_OK;
}

static void a_hook_can_refuse(void **state) {
    (void)state;
    for (EACH_VERSION(version)) {
        pair_t pair;
        pair_setup_t setup = good_setup("server.pem", "server.key", version);
        setup.client.on_cert = hook_that_refuses;
        assert_int_equal(pair_open(&pair, &setup), USSL_OK);
        assert_false(pair_handshake(&pair));
        assert_int_equal(pair.result[0], USSL_ERR_HOOK);
        assert_int_equal(pair.result[1], USSL_ERR_ALERT);
        assert_int_equal(pair_failure(&pair, 1).alert, 49);
        pair_free(&pair);
    }
}

static void no_entropy_is_an_error(void **state) {
    (void)state;
    pair_t pair;
    open_good(&pair, 0);
    test_platform.no_entropy = true;
    assert_false(pair_handshake(&pair));
    assert_true(pair.result[0] < 0);
    pair_free(&pair);
    uint8_t buf[4];
    assert_int_equal(ussl_random(buf, sizeof(buf)), USSL_ERR_PLATFORM);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_kind_of_key_connects_and_transfers, reset),
        cmocka_unit_test_setup(bytes_may_come_one_at_a_time, reset),
        cmocka_unit_test_setup(bytes_may_come_in_random_chunks, reset),
        cmocka_unit_test_setup(a_truncation_at_any_point_is_an_eof, reset),
        cmocka_unit_test_setup(a_call_at_the_wrong_moment_changes_nothing, reset),
        cmocka_unit_test_setup(close_notify_and_eof_are_told_apart, reset),
        cmocka_unit_test_setup(no_byte_lost_when_the_wire_is_full, reset),
        cmocka_unit_test_setup(reading_skips_what_is_not_data, reset),
        cmocka_unit_test_setup(empty_records_are_no_end, reset),
        cmocka_unit_test_setup(an_alert_is_always_queued_once, reset),
        cmocka_unit_test_setup(garbage_is_answered_with_an_alert, reset),
        cmocka_unit_test_setup(no_common_version_or_certificate_is_an_alert, reset),
        cmocka_unit_test_setup(altered_bytes_are_refused, reset),
        cmocka_unit_test_setup(sni_carries_names_only, reset),
        cmocka_unit_test_setup(nested_handshakes_keep_their_arenas, reset),
        cmocka_unit_test_setup(a_hook_can_refuse, reset),
        cmocka_unit_test_setup(no_entropy_is_an_error, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
