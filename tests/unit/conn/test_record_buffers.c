// SPDX-License-Identifier: MIT
//
// test_record_buffers.c - a record buffer exists only while it holds something, its size is
// limited, and connections of a reservation can share some (RFC 6066 4 and RFC 8449 for the
// limits).
//
// docs/memory.md promises this ("What a connection holds", "Set aside"). `in_room` and `out_room`
// are the sizes of a connection's buffers, and USSL__RECORD_IDLE is that of the small one which
// stays.
#include "engine/conn/conn.h"
#include "tests/support/support.h"

static int reset(void **state) {
    (void)state;
    platform_reset();
    srand(1);
    return 0;
}

#if USSL_SERVER

#define LARGEST 16384

static uint8_t *some_bytes(size_t len) {
    uint8_t *data = malloc(len + 1);
    for (size_t i = 0; i < len; i++) {
        data[i] = (uint8_t)rand();
    }
    return data;
}

static void open_pair(pair_t *pair, pair_setup_t *setup) {
    assert_int_equal(pair_open(pair, setup), USSL_OK);
    assert_true(pair_handshake(pair));
}

static void assert_at_rest(const pair_t *pair) {
    for (int end = 0; end < 2; end++) {
        assert_int_equal(pair->conn[end]->in_room, USSL__RECORD_IDLE);
        assert_int_equal(pair->conn[end]->out_room, USSL__RECORD_IDLE);
    }
}

// ---- held only while they hold something ----
static void nothing_is_held_at_rest(void **state) {
    (void)state;
    static const size_t sizes[] = {1, 20, 51, 52, 64, 300, 4096, 16383, 16384, 40000};
    static const size_t chunks[] = {0, 1, 7, 4000};
    for (EACH_VERSION(version)) {
        for (size_t c = 0; c < sizeof(chunks) / sizeof(chunks[0]); c++) {
            pair_setup_t setup = good_setup("server.pem", "server.key", version);
            setup.tickets = true;
            pair_t pair;
            open_pair(&pair, &setup);
            size_t n;
            uint8_t byte;
            (void)ussl_conn_read(pair.conn[0], &byte, 1, &n); // the tickets
            assert_at_rest(&pair);
            pair.delivery.chunk = chunks[c];
            for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
                uint8_t *data = some_bytes(sizes[i]);
                pair_transfer(&pair, 0, data, sizes[i]);
                pair_transfer(&pair, 1, data, sizes[i]);
                assert_at_rest(&pair);
                free(data);
            }
            pair_free(&pair);
        }
    }
    assert_int_equal(test_platform.live, 0);
}

static void half_read_plaintext_stays(void **state) {
    (void)state;
    pair_setup_t setup = good_setup("server.pem", "server.key", 0);
    pair_t pair;
    open_pair(&pair, &setup);
    uint8_t *data = some_bytes(9000), got[9000];
    size_t n, part;
    assert_int_equal(ussl_conn_write(pair.conn[1], data, 9000, &n), USSL_OK);
    while (ussl_conn_peek(pair.conn[0]) != USSL_OK) {
        assert_true(pair_move(&pair));
    }
    for (size_t at = 0; at < 9000; at += part) {
        assert_true(pair.conn[0]->in_room > 9000 && ussl_conn_pending(pair.conn[0]) == 9000 - at);
        assert_int_equal(ussl_conn_read(pair.conn[0], got + at, 1000, &part), USSL_OK);
        assert_int_equal(part, 1000);
    }
    assert_memory_equal(got, data, 9000);
    assert_int_equal(pair.conn[0]->in_room, USSL__RECORD_IDLE);
    free(data);
    pair_free(&pair);
}

// ---- one write, one record ----
static void the_largest_write_is_one_record(void **state) {
    (void)state;
    for (EACH_VERSION(version)) {
        for (int from = 0; from < 2; from++) {
            pair_setup_t setup = good_setup("server.pem", "server.key", version);
            pair_t pair;
            open_pair(&pair, &setup);
            uint8_t *data = some_bytes(LARGEST + 1), got[LARGEST];
            size_t n, len;
            assert_int_equal(ussl_conn_write(pair.conn[from], data, LARGEST + 1, &n), USSL_OK);
            assert_int_equal(n, LARGEST);
            const uint8_t *out = ussl_conn_out(pair.conn[from], &len);
            assert_int_equal(5 + (out[3] << 8 | out[4]), len); // this is one record and no more
            while (ussl_conn_peek(pair.conn[1 - from]) != USSL_OK) {
                assert_true(pair_move(&pair));
            }
            assert_int_equal(ussl_conn_read(pair.conn[1 - from], got, LARGEST, &n), USSL_OK);
            assert_int_equal(n, LARGEST);
            assert_memory_equal(got, data, n);
            assert_at_rest(&pair);
            free(data);
            pair_free(&pair);
        }
    }
    assert_int_equal(test_platform.live, 0);
}

// The handshake does not take the memory that the largest record of the application would take.
static void a_handshake_keeps_to_its_own_buffer_size(void **state) {
    (void)state;
    for (EACH_VERSION(version)) {
        pair_setup_t setup = good_setup("server.pem", "server.key", version);
        pair_t pair;
        assert_int_equal(pair_open(&pair, &setup), USSL_OK);
        size_t most = 0;
        while (!pair.done[0] || !pair.done[1]) {
            for (int end = 0; end < 2; end++) {
                ussl_conn_t *conn = pair.conn[end];
                assert_true(ussl_conn_handshake(conn, &pair.done[end]) >= 0);
                most = conn->out_room > most ? conn->out_room : most;
            }
            pair_move(&pair);
        }
        assert_true(most > USSL_HANDSHAKE_OUT && most < USSL_HANDSHAKE_OUT + 512);
        pair_free(&pair);
    }
}

// ---- little memory ----
static size_t write_all(pair_t *pair, const uint8_t *data, size_t len, size_t most) {
    size_t records = 0, n;
    for (size_t at = 0; at < len; at += n, records++) {
        assert_int_equal(ussl_conn_write(pair->conn[1], data + at, len - at, &n), USSL_OK);
        assert_true(n == most || at + n == len);
        while (pair_move(pair)) {
        }
        for (size_t read = 0, part; read < n; read += part) {
            uint8_t got[LARGEST];
            ussl_result_t result = ussl_conn_read(pair->conn[0], got, sizeof(got), &part);
            assert_true(result >= 0);
            assert_memory_equal(got, data + at + read, part);
            pair_move(pair);
        }
    }
    return records;
}

// A size for which the heap had no block is not tried again before each record, because on
// MicroPython each refusal costs a garbage collection.
static void a_large_buffer_that_was_refused_is_seldom_tried(void **state) {
    (void)state;
    enum { LEN = 64 * 4096 };
    for (EACH_VERSION(version)) {
        pair_setup_t setup = good_setup("server.pem", "server.key", version);
        pair_t pair;
        open_pair(&pair, &setup);
        uint8_t *data = some_bytes(LEN);
        test_platform.largest = 4096 + 200;
        test_platform.refused = 0;
        assert_int_equal(write_all(&pair, data, LEN, 4096), LEN / 4096);
        assert_in_range(test_platform.refused, 2, 10);
        // A small write is still one record, and when there is memory again the largest is too.
        assert_int_equal(write_all(&pair, data, 100, 100), 1);
        test_platform.largest = 0;
        size_t n = 0, records = 0;
        for (; n < LARGEST && records < 40; records++) {
            assert_int_equal(ussl_conn_write(pair.conn[1], data, LARGEST, &n), USSL_OK);
            for (size_t read = 0, part; read < n; read += part) {
                uint8_t got[LARGEST];
                assert_true(ussl_conn_read(pair.conn[0], got, sizeof(got), &part) >= 0);
                pair_move(&pair);
            }
        }
        assert_int_equal(n, LARGEST);
        free(data);
        pair_free(&pair);
    }
    assert_int_equal(test_platform.live, 0);
}

// Peers that are slow to take their records cannot fill the heap with large ones.
static void the_number_of_large_records_is_limited(void **state) {
    (void)state;
    pair_setup_t setup = good_setup("server.pem", "server.key", 0);
    pair_t pair[USSL_LARGE_RECORDS + 1];
    uint8_t *data = some_bytes(LARGEST);
    size_t n, last = USSL_LARGE_RECORDS;
    for (size_t i = 0; i <= last; i++) {
        open_pair(&pair[i], &setup);
        while (pair_move(&pair[i])) {
        }
        assert_int_equal(ussl_conn_write(pair[i].conn[1], data, LARGEST, &n), USSL_OK);
        assert_int_equal(n, i < last ? LARGEST : USSL_HANDSHAKE_OUT);
        assert_int_equal(ussl_conn_write(pair[i].conn[1], data, LARGEST, &n), USSL_WANT_OUT);
    }
    // One peer takes its record, and one connection ends before its peer has taken it.
    for (size_t i = 0; i < last; i++) {
        size_t len;
        while (ussl_conn_out(pair[last].conn[1], &len) != NULL) {
            ussl_conn_out_done(pair[last].conn[1], len);
        }
        if (i == 0) {
            (void)ussl_conn_out(pair[i].conn[1], &len);
            ussl_conn_out_done(pair[i].conn[1], len);
        } else {
            pair_free(&pair[i]);
        }
        assert_int_equal(ussl_conn_write(pair[last].conn[1], data, LARGEST, &n), USSL_OK);
        assert_int_equal(n, LARGEST);
    }
    pair_free(&pair[0]);
    pair_free(&pair[last]);
    free(data);
    assert_int_equal(test_platform.live, 0);
}

// A connection that has failed frees its large buffer when the record has left, and not only when
// the program closes the connection.
static void a_failed_connection_holds_no_large_record(void **state) {
    (void)state;
    static const uint8_t garbage[45] = {23, 3, 3, 0, 40};
    for (EACH_VERSION(version)) {
        pair_setup_t setup = good_setup("server.pem", "server.key", version);
        pair_t pair;
        open_pair(&pair, &setup);
        while (pair_move(&pair)) {
        }
        ussl_conn_t *conn = pair.conn[1];
        uint8_t *data = some_bytes(LARGEST), got[16];
        ussl_result_t result = USSL_WANT_IN;
        size_t n, len, at = 0;
        assert_int_equal(ussl_conn_write(conn, data, LARGEST, &n), USSL_OK);
        for (int i = 0; i < 8 && result >= 0; i++) {
            uint8_t *window = ussl_conn_in(conn, &len);
            len = len < sizeof(garbage) - at ? len : sizeof(garbage) - at;
            if (window != NULL && len > 0) {
                memcpy(window, garbage + at, len);
                ussl_conn_in_done(conn, len);
                at += len;
            }
            result = ussl_conn_read(conn, got, sizeof(got), &n);
        }
        assert_int_equal(result, USSL_ERR_PROTOCOL);
        while (ussl_conn_out(conn, &len) != NULL) {
            ussl_conn_out_done(conn, len);
        }
        assert_int_equal(conn->out_room, USSL__RECORD_IDLE);
        assert_false(conn->large_out);
        free(data);
        pair_free(&pair);
    }
}

// A record for which there is no memory stays on the wire, and the read can be repeated.
static void a_read_that_ran_out_of_memory_can_be_repeated(void **state) {
    (void)state;
    for (EACH_VERSION(version)) {
        pair_setup_t setup = good_setup("server.pem", "server.key", version);
        pair_t pair;
        open_pair(&pair, &setup);
        uint8_t *data = some_bytes(20000), *got = calloc(1, 20000);
        size_t refused = 0;
        for (size_t fail = 1; fail < 12; fail++) {
            test_platform.fail_at = test_platform.made + fail;
            size_t sent = 0, received = 0, n;
            while (received < 20000) {
                assert_true(ussl_conn_write(pair.conn[1], data + sent, 20000 - sent, &n) >= 0);
                sent += n;
                pair_move(&pair);
                ussl_result_t result =
                    ussl_conn_read(pair.conn[0], got + received, 20000 - received, &n);
                assert_true(result >= 0 || result == USSL_ERR_MEMORY);
                refused += result == USSL_ERR_MEMORY;
                received += n;
            }
            assert_memory_equal(got, data, 20000);
        }
        assert_true(refused > 0);
        test_platform.fail_at = 0;
        free(data);
        free(got);
        pair_free(&pair);
    }
    assert_int_equal(test_platform.live, 0);
}

// A HelloRetryRequest (RFC 8446 4.1.4) makes a client send a second ClientHello.
static void a_hello_retry_request_is_answered(void **state) {
    (void)state;
#if USSL_TLS13
    static const char *const names[] = {"secp384r1", "X25519"};
    for (size_t i = 0; i < 1 + USSL_X25519; i++) {
        pair_setup_t setup = good_setup("server.pem", "server.key", USSL_VERSION_TLS13);
        setup.server.group = ussl_group_named(names[i]);
        pair_t pair;
        open_pair(&pair, &setup);
        pair_transfer(&pair, 0, (const uint8_t *)"after a retry", 13);
        pair_free(&pair);
    }
#endif
}

// ---- limits ----
// A peer that knows max_fragment_length (RFC 6066 4) or record_size_limit (RFC 8449) keeps to it.
static void peers_keep_to_a_limit(void **state) {
    (void)state;
    static const uint16_t limits[] = {512, 1000, 2048, 4096, 16384};
    for (EACH_VERSION(version)) {
        for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
            pair_setup_t setup = good_setup("server.pem", "server.key", version);
            setup.client.record_in = limits[i];
            setup.server.record_out = 16384;
            pair_t pair;
            open_pair(&pair, &setup);
            uint8_t *data = some_bytes(30000);
            size_t n;
            pair_transfer(&pair, 1, data, 30000);
            pair_transfer(&pair, 0, data, 30000);
            assert_int_equal(ussl_conn_write(pair.conn[1], data, 30000, &n), USSL_OK);
            assert_true(n <= limits[i] && n >= limits[i] / 2);
            ussl_memory_t memory;
            ussl_arena_memory(pair.arena[0], &memory);
            assert_true(memory.largest_record <= limits[i] + 16u);
            assert_true(memory.handshake_peak > 5000 && memory.handshake_peak <= memory.peak);
            free(data);
            pair_free(&pair);
        }
    }
}

static void a_peer_that_exceeds_its_limit_is_refused(void **state) {
    (void)state;
    for (EACH_VERSION(version)) {
        pair_setup_t setup = good_setup("server.pem", "server.key", version);
        setup.client.record_in = 4096;
        setup.server.record_out = 16384;
        pair_t pair;
        open_pair(&pair, &setup);
        // The server behaves as if the client had not asked for a limit.
#if USSL_TLS12
        pair.conn[1]->ssl.session->mfl_code = MBEDTLS_SSL_MAX_FRAG_LEN_NONE;
#endif
#if USSL_TLS13
        pair.conn[1]->ssl.session->record_size_limit = 0;
#endif
        uint8_t *data = some_bytes(16384), got[100];
        size_t n, largest = test_platform.made;
        pair_transfer(&pair, 1, data, 4096); // a record of exactly the limit is accepted
        assert_int_equal(ussl_conn_write(pair.conn[1], data, LARGEST, &n), USSL_OK);
        assert_int_equal(n, LARGEST);
        ussl_result_t result = USSL_OK;
        while (result >= 0) {
            assert_true(pair_move(&pair));
            result = ussl_conn_read(pair.conn[0], got, sizeof(got), &n);
        }
        ussl_failure_t why = pair_failure(&pair, 0);
        assert_int_equal(result, USSL_ERR_PROTOCOL);
        assert_string_equal(why.reason, "RECORD_TOO_LARGE");
        assert_int_equal(why.record, LARGEST);
        assert_int_equal(why.record_limit, 4096);
        assert_true(why.alert == 22 && why.alert_is_ours);
        assert_true(test_platform.made > largest && pair.conn[0]->in_room == USSL__RECORD_IDLE);
        do {
            result = ussl_conn_read(pair.conn[1], got, sizeof(got), &n);
        } while (result >= 0 && pair_move(&pair));
        assert_int_equal(result, USSL_ERR_ALERT);
        free(data);
        pair_free(&pair);
    }
}

// ---- little room, and shared buffers ----
typedef struct {
    pair_t pair[2]; // the client of each has a slot of the reservation
    ussl_reserve_t *reserve;
    void *filler[2];
} sharing_t;

static void *fill_up(ussl_conn_t *conn, size_t leave) {
    ussl__scope_t scope;
    void *block = NULL;
    ussl__scope_enter(&scope, conn->arena);
    for (size_t size = 60000; block == NULL; size -= 100) {
        block = ussl__calloc(1, size);
        if (block != NULL && leave > 0) {
            ussl__free(block);
            block = ussl__calloc(1, size - leave);
        }
    }
    ussl__scope_leave(&scope);
    return block;
}

static void open_sharing(sharing_t *s, size_t shared) {
    pair_setup_t setup = good_setup("server.pem", "server.key", 0);
    setup.server.record_out = 16384;
    ussl_reserve_plan_t plan = {.connections = 2,
        .record_in = 16384,
        .record_out = 4096,
        .peer_chain = 1024,
        .shared = shared};
    memset(s, 0, sizeof(*s));
    assert_int_equal(ussl_reserve_new(&plan, &s->reserve), USSL_OK);
    for (int i = 0; i < 2; i++) {
        pair_t *pair = &s->pair[i];
        assert_int_equal(pair_open(pair, &setup), USSL_OK);
        ussl_conn_free(pair->conn[0]);
        ussl_arena_t *slot = ussl_reserve_take(s->reserve);
        assert_int_equal(
            ussl_conn_new(slot, pair->ctx[0], "localhost", NULL, &pair->conn[0]), USSL_OK);
        ussl_arena_unref(slot);
        assert_true(pair_handshake(pair));
        s->filler[i] = fill_up(pair->conn[0], 1000);
    }
}

static void close_sharing(sharing_t *s) {
    for (int i = 0; i < 2; i++) {
        ussl__free(s->filler[i]);
        pair_free(&s->pair[i]);
    }
    ussl_reserve_unref(s->reserve);
    assert_int_equal(test_platform.live, 0);
}

// Moves up to `most` bytes from the server to the client.
static ussl_result_t deliver(pair_t *pair, size_t most) {
    ussl_result_t result = USSL_WANT_IN;
    uint8_t none;
    size_t n, out_len, in_len;
    const uint8_t *out;
    while ((out = ussl_conn_out(pair->conn[1], &out_len)) != NULL) {
        result = ussl_conn_read(pair->conn[0], &none, 0, &n);
        result = result < 0 ? result : ussl_conn_peek(pair->conn[0]);
        uint8_t *in = ussl_conn_in(pair->conn[0], &in_len);
        if (result != USSL_WANT_IN || in == NULL || most == 0) {
            break;
        }
        size_t len = in_len < out_len ? in_len : out_len;
        len = len < most ? len : most;
        memcpy(in, out, len);
        ussl_conn_in_done(pair->conn[0], len);
        ussl_conn_out_done(pair->conn[1], len);
        most -= len;
    }
    ussl_conn_in_back(pair->conn[0]);
    return out == NULL ? ussl_conn_peek(pair->conn[0]) : result;
}

static void write_large(pair_t *pair, const uint8_t *data) {
    size_t n;
    while (pair_move(pair)) {
    }
    assert_int_equal(ussl_conn_write(pair->conn[1], data, LARGEST, &n), USSL_OK);
    assert_int_equal(n, LARGEST);
}

static void read_large(pair_t *pair, const uint8_t *data) {
    static uint8_t got[LARGEST];
    size_t n;
    assert_int_equal(ussl_conn_read(pair->conn[0], got, sizeof(got), &n), USSL_OK);
    assert_int_equal(n, sizeof(got));
    assert_memory_equal(got, data, n);
    assert_int_equal(pair->conn[0]->in_room, USSL__RECORD_IDLE);
}

static void a_full_slot_still_writes(void **state) {
    (void)state;
    sharing_t s;
    open_sharing(&s, 0);
    void *rest = fill_up(s.pair[0].conn[0], 0);
    uint8_t *data = some_bytes(LARGEST);
    pair_transfer(&s.pair[0], 0, data, 5000);
    // A record that is too large for the slot is an error, and can still be read afterwards.
    write_large(&s.pair[0], data);
    assert_int_equal(deliver(&s.pair[0], 100), USSL_ERR_MEMORY);
    ussl__free(rest);
    ussl__free(s.filler[0]);
    s.filler[0] = NULL;
    assert_int_equal(deliver(&s.pair[0], 100000), USSL_OK);
    read_large(&s.pair[0], data);
    free(data);
    close_sharing(&s);
}

static void two_connections_share_one_buffer(void **state) {
    (void)state;
    sharing_t s;
    open_sharing(&s, 1);
    uint8_t *data = some_bytes(16384);
    write_large(&s.pair[0], data);
    write_large(&s.pair[1], data);
    assert_int_equal(deliver(&s.pair[0], 5000), USSL_WANT_IN);
    // The second connection waits for the buffer, can write meanwhile, and loses nothing.
    assert_int_equal(deliver(&s.pair[1], 5000), USSL_WANT_ROOM);
    assert_false(ussl_conn_room_is_free(s.pair[1].conn[0]));
    size_t n;
    assert_int_equal(ussl_conn_write(s.pair[1].conn[0], data, 200, &n), USSL_OK);
    assert_int_equal(deliver(&s.pair[0], 100000), USSL_OK);
    assert_int_equal(deliver(&s.pair[1], 5000), USSL_WANT_ROOM);
    read_large(&s.pair[0], data);
    assert_true(ussl_conn_room_is_free(s.pair[1].conn[0]));
    assert_int_equal(deliver(&s.pair[1], 100000), USSL_OK);
    read_large(&s.pair[1], data);
    free(data);
    close_sharing(&s);
}

// Half a record keeps a shared buffer for USSL_HOLD_MS at most if another connection waits for it.
static void a_slow_peer_loses_the_shared_buffer(void **state) {
    (void)state;
    sharing_t s;
    open_sharing(&s, 1);
    uint8_t *data = some_bytes(16384);
    write_large(&s.pair[0], data);
    write_large(&s.pair[1], data);
    assert_int_equal(deliver(&s.pair[0], 5000), USSL_WANT_IN);
    test_platform.ticks_ms += USSL_HOLD_MS - 1;
    assert_int_equal(deliver(&s.pair[1], 5000), USSL_WANT_ROOM);
    // While a stream may write into the window, the buffer cannot be taken away.
    size_t n;
    test_platform.ticks_ms += 1;
    assert_non_null(ussl_conn_in(s.pair[0].conn[0], &n));
    assert_int_equal(deliver(&s.pair[1], 5000), USSL_ERR_MEMORY);
    ussl_conn_in_back(s.pair[0].conn[0]);
    assert_true(ussl_conn_room_is_free(s.pair[1].conn[0]));
    assert_int_equal(deliver(&s.pair[1], 100000), USSL_OK);
    read_large(&s.pair[1], data);
    uint8_t byte;
    assert_int_equal(ussl_conn_read(s.pair[0].conn[0], &byte, 1, &n), USSL_ERR_PROTOCOL);
    assert_string_equal(pair_failure(&s.pair[0], 0).reason, "RECORD_TOO_SLOW");
    free(data);
    close_sharing(&s);
}

// Plaintext that the program itself does not read is kept, and the connection that waits gets "no
// memory".
static void unread_plaintext_is_kept(void **state) {
    (void)state;
    sharing_t s;
    open_sharing(&s, 1);
    uint8_t *data = some_bytes(16384);
    write_large(&s.pair[0], data);
    write_large(&s.pair[1], data);
    assert_int_equal(deliver(&s.pair[0], 100000), USSL_OK);
    assert_int_equal(deliver(&s.pair[1], 5000), USSL_WANT_ROOM);
    test_platform.ticks_ms += USSL_HOLD_MS;
    assert_int_equal(deliver(&s.pair[1], 5000), USSL_ERR_MEMORY);
    read_large(&s.pair[0], data);
    assert_int_equal(deliver(&s.pair[1], 100000), USSL_OK);
    read_large(&s.pair[1], data);
    free(data);
    close_sharing(&s);
}
#endif // USSL_SERVER

int main(void) {
    const struct CMUnitTest tests[] = {
#if USSL_SERVER
        cmocka_unit_test_setup(nothing_is_held_at_rest, reset),
        cmocka_unit_test_setup(half_read_plaintext_stays, reset),
        cmocka_unit_test_setup(the_largest_write_is_one_record, reset),
        cmocka_unit_test_setup(a_handshake_keeps_to_its_own_buffer_size, reset),
        cmocka_unit_test_setup(a_large_buffer_that_was_refused_is_seldom_tried, reset),
        cmocka_unit_test_setup(the_number_of_large_records_is_limited, reset),
        cmocka_unit_test_setup(a_failed_connection_holds_no_large_record, reset),
        cmocka_unit_test_setup(a_read_that_ran_out_of_memory_can_be_repeated, reset),
        cmocka_unit_test_setup(a_hello_retry_request_is_answered, reset),
        cmocka_unit_test_setup(peers_keep_to_a_limit, reset),
        cmocka_unit_test_setup(a_peer_that_exceeds_its_limit_is_refused, reset),
        cmocka_unit_test_setup(a_full_slot_still_writes, reset),
        cmocka_unit_test_setup(two_connections_share_one_buffer, reset),
        cmocka_unit_test_setup(a_slow_peer_loses_the_shared_buffer, reset),
        cmocka_unit_test_setup(unread_plaintext_is_kept, reset),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
