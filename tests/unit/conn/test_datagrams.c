// SPDX-License-Identifier: MIT
//
// test_datagrams.c - a DTLS connection survives datagrams that are lost, late, repeated or forged
// (RFC 6347 3.2, 4.1.2.7, 4.2.4), and a client proves its address by a cookie (RFC 6347 4.2.1).
//
// docs/api.md promises this ("The module `tls`"), and docs/known-faults.md names the forged
// address. Each case joins two ends by a network in memory; `fate` decides what becomes of each
// datagram, and a second passes whenever nothing moves.
#include "engine/conn/conn.h"
#include "tests/support/support.h"

#if USSL_DTLS && USSL_SERVER
// ---- a network ----
enum { MOST = 64 };

typedef struct {
    uint8_t *data; // owned
    size_t len;
} datagram_t;

static datagram_t queue[2][MOST]; // datagrams on their way to that end
static size_t queued[2], sent, largest;
static bool overtakes; // the next datagram overtakes the one before it

// Decides what becomes of datagram number `n`, counted from 0.
typedef enum { DELIVER, LOSE, REPEAT, DELAY } fate_t;
static fate_t (*fate)(size_t n);

static fate_t none_is_lost(size_t n) {
    (void)n;
    return DELIVER;
}
static size_t lost;
static fate_t one_is_lost(size_t n) {
    return n == lost ? LOSE : DELIVER;
}
static fate_t one_is_delayed(size_t n) {
    return n == lost ? DELAY : DELIVER;
}
static fate_t every_third_is_lost(size_t n) {
    return n % 3 == 1 ? LOSE : DELIVER;
}
static fate_t all_are_repeated(size_t n) {
    (void)n;
    return REPEAT;
}

static void put(int to, const uint8_t *data, size_t len, bool first) {
    assert_true(queued[to] < MOST);
    size_t at = first ? 0 : queued[to];
    memmove(&queue[to][at + 1], &queue[to][at], (queued[to] - at) * sizeof(datagram_t));
    queue[to][at] = (datagram_t){malloc(len), len};
    memcpy(queue[to][at].data, data, len);
    queued[to]++;
}

static bool send_from(pair_t *pair, int from) {
    size_t len;
    const uint8_t *out = ussl_conn_out(pair->conn[from], &len);
    if (out == NULL) {
        return false;
    }
    fate_t what = fate(sent++);
    largest = len > largest ? len : largest;
    for (int i = 0; i < (what == LOSE ? 0 : what == REPEAT ? 2 : 1); i++) {
        put(!from, out, len, overtakes);
        overtakes = what == DELAY;
    }
    ussl_conn_out_done(pair->conn[from], len);
    return true;
}

static bool deliver_to(pair_t *pair, int to) {
    size_t room;
    uint8_t *in = queued[to] > 0 ? ussl_conn_in(pair->conn[to], &room) : NULL;
    if (in == NULL) {
        return false;
    }
    datagram_t datagram = queue[to][0];
    memmove(&queue[to][0], &queue[to][1], --queued[to] * sizeof(datagram_t));
    assert_true(datagram.len <= room);
    memcpy(in, datagram.data, datagram.len);
    ussl_conn_in_done(pair->conn[to], datagram.len);
    free(datagram.data);
    return true;
}

static void forget_queue(void) {
    for (int end = 0; end < 2; end++) {
        while (queued[end] > 0) {
            free(queue[end][--queued[end]].data);
        }
    }
}

// Runs the handshake, and moves the clock by a second whenever nothing else moves.
static bool shake(pair_t *pair) {
    bool done[2] = {false, false};
    for (int idle = 0; idle < 100 && !(done[0] && done[1]);) {
        bool moved = false;
        for (int end = 0; end < 2; end++) {
            if (!done[end]) {
                pair->result[end] = ussl_conn_handshake(pair->conn[end], &done[end]);
                moved |= pair->result[end] == USSL_OK; // another step can be done at once
            } else {
                uint8_t none;
                size_t n;
                (void)ussl_conn_read(pair->conn[end], &none, 0, &n);
                (void)ussl_conn_peek(pair->conn[end]); // sends a lost last flight again
            }
            while (send_from(pair, end)) {
                moved = true;
            }
            moved |= deliver_to(pair, end);
        }
        if (pair->result[0] < 0 || pair->result[1] < 0) {
            return false;
        }
        if (!moved) {
            test_platform.ticks_ms += 1000;
            idle++;
        }
    }
    return done[0] && done[1];
}

// ---- setting up ----
static int reset(void **state) {
    (void)state;
    platform_reset();
    forget_queue();
    fate = none_is_lost;
    sent = largest = 0;
    overtakes = false;
    return 0;
}

static void open_pair(pair_t *pair) {
    pair_setup_t setup = good_setup("chain.pem", "chain.key", 0);
    setup.client.datagrams = setup.server.datagrams = true;
    assert_int_equal(pair_open(pair, &setup), USSL_OK);
}

static void close_pair(pair_t *pair) {
    forget_queue();
    pair_free(pair);
    assert_int_equal(test_platform.live, 0);
}

static void talk(pair_t *pair) {
    uint8_t data[4000], got[4000];
    fate = none_is_lost;
    for (size_t i = 0; i < sizeof(data); i++) {
        data[i] = (uint8_t)(i * 31);
    }
    for (int from = 0; from < 2; from++) {
        for (size_t len = 1; len <= sizeof(data); len = len * 3 + 1) {
            size_t n;
            assert_true(len <= ussl_conn_datagram_max(pair->conn[from]));
            while (send_from(pair, from) || send_from(pair, !from)) {
            }
            assert_int_equal(ussl_conn_write(pair->conn[from], data, len, &n), USSL_OK);
            assert_int_equal(n, len);
            ussl_result_t result = USSL_OK;
            while (send_from(pair, from)) {
            }
            for (n = 0; n == 0 && result >= 0;) {
                result = ussl_conn_read(pair->conn[!from], got, sizeof(got), &n);
                while (send_from(pair, !from)) {
                }
                if (result == USSL_WANT_IN) {
                    assert_true(deliver_to(pair, !from));
                }
            }
            assert_int_equal(result, USSL_OK);
            assert_int_equal(n, len); // a read gives one datagram
            assert_memory_equal(got, data, len);
        }
    }
}

// ---- tests ----
static void datagrams_connect_and_transfer(void **state) {
    (void)state;
    pair_t pair;
    open_pair(&pair);
    assert_true(shake(&pair));
    assert_int_equal(ussl_conn_version(pair.conn[0]), USSL_VERSION_TLS12);
    assert_true(largest <= USSL_DATAGRAM);
    assert_true(ussl_conn_peer_verified(pair.conn[0]));
    talk(&pair);
    close_pair(&pair);
}

static void lost_late_and_repeated_datagrams_are_survived(void **state) {
    (void)state;
    fate_t (*const fates[])(size_t) = {one_is_lost, one_is_delayed};
    for (size_t f = 0; f < 2; f++) {
        for (lost = 0; lost < 8; lost++) {
            pair_t pair;
            reset(NULL);
            fate = fates[f];
            open_pair(&pair);
            assert_true(shake(&pair));
            talk(&pair);
            close_pair(&pair);
        }
    }
    fate_t (*const more[])(size_t) = {every_third_is_lost, all_are_repeated};
    for (size_t f = 0; f < 2; f++) {
        pair_t pair;
        reset(NULL);
        fate = more[f];
        open_pair(&pair);
        assert_true(shake(&pair));
        talk(&pair);
        close_pair(&pair);
    }
}

static fate_t all_are_lost(size_t n) {
    (void)n;
    return LOSE;
}

static void a_handshake_without_an_answer_times_out(void **state) {
    (void)state;
    pair_t pair;
    open_pair(&pair);
    fate = all_are_lost;
    assert_int_equal(ussl_conn_timer(pair.conn[0]), -1);
    bool done;
    size_t before = sent;
    assert_int_equal(ussl_conn_handshake(pair.conn[0], &done), USSL_OK);
    while (send_from(&pair, 0)) {
    }
    (void)ussl_conn_handshake(pair.conn[0], &done);
    while (send_from(&pair, 0)) {
    }
    assert_true(ussl_conn_timer(pair.conn[0]) > 0 && ussl_conn_timer(pair.conn[0]) <= 1000);
    ussl_result_t result = USSL_OK;
    for (int second = 0; second < 300 && result >= 0; second++) {
        test_platform.ticks_ms += 1000;
        result = ussl_conn_handshake(pair.conn[0], &done);
        while (send_from(&pair, 0)) {
        }
    }
    assert_int_equal(result, USSL_ERR_PROTOCOL);
    assert_string_equal(pair_failure(&pair, 0).reason, "HANDSHAKE_TIMED_OUT");
    assert_true(sent - before >= 5 && sent - before < 20); // each wait is twice as long
    close_pair(&pair);
}

static const uint8_t noise_text[] = "unaltered";

static void forged_and_foreign_datagrams_are_dropped(void **state) {
    (void)state;
    pair_t pair;
    open_pair(&pair);
    for (int round = 0; round < 3; round++) {
        uint8_t noise[200];
        for (size_t i = 0; i < sizeof(noise); i++) {
            noise[i] = (uint8_t)(i * 7 + (size_t)round);
        }
        put(0, noise, sizeof(noise), false);
        put(0, noise, 5, false);
    }
    assert_true(shake(&pair));
    talk(&pair);
    // Each datagram arrives with a flipped bit first, and is dropped silently, and then unaltered.
    for (size_t bit = 13 * 8; bit < 40 * 8; bit += 5) {
        uint8_t got[100];
        size_t n, len;
        assert_int_equal(
            ussl_conn_write(pair.conn[0], noise_text, sizeof(noise_text), &n), USSL_OK);
        const uint8_t *out = ussl_conn_out(pair.conn[0], &len);
        put(1, out, len, false);
        put(1, out, len, false);
        ussl_conn_out_done(pair.conn[0], len);
        queue[1][0].data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        n = 0;
        while (n == 0) {
            assert_true(ussl_conn_read(pair.conn[1], got, sizeof(got), &n) >= 0);
            if (n == 0) {
                assert_true(deliver_to(&pair, 1));
            }
        }
        assert_memory_equal(got, noise_text, n);
    }
    close_pair(&pair);
}

static void a_client_proves_its_address(void **state) {
    (void)state;
    static const uint8_t id[] = "192.0.2.7:4433", other[] = "192.0.2.8:4433";
    pair_t pair;
    open_pair(&pair);
    assert_int_equal(ussl_conn_set_client_id(pair.conn[0], id, sizeof(id)), USSL_ERR_USAGE);
    assert_int_equal(ussl_conn_set_client_id(pair.conn[1], id, 0), USSL_ERR_USAGE);
    const uint8_t *ids[] = {id, id, other};
    for (size_t i = 0; i < 3; i++) {
        // The server makes a new connection for each ClientHello of the same client.
        assert_int_equal(ussl_conn_set_client_id(pair.conn[1], ids[i], sizeof(id)), USSL_OK);
        bool connected = shake(&pair);
        assert_int_equal(connected, i == 1);
        if (i != 1) {
            assert_string_equal(pair_failure(&pair, 1).reason, "HELLO_VERIFY_REQUIRED");
            while (send_from(&pair, 1)) {
            }
        } else {
            talk(&pair);
            assert_int_equal(ussl_conn_set_client_id(pair.conn[1], id, sizeof(id)), USSL_ERR_USAGE);
            // The cookie is not valid for a client with another address.
            forget_queue();
            assert_int_equal(pair_again(&pair), USSL_OK);
            pair.result[0] = pair.result[1] = USSL_OK;
            continue;
        }
        ussl_conn_free(pair.conn[1]);
        assert_int_equal(ussl_conn_new(pair.arena[1], pair.ctx[1], NULL, NULL, &pair.conn[1]), 0);
        pair.result[1] = USSL_OK;
    }
    close_pair(&pair);
}

static void a_server_that_reads_hellos_takes_no_datagrams(void **state) {
    (void)state;
    static const char *const alpn[] = {"h2", NULL};
    ussl_arena_t *arena;
    ussl_ctx_t *ctx;
    assert_int_equal(ussl_arena_new(0, &arena), USSL_OK);
    ussl_config_t config = {.role = USSL_SERVER_SIDE, .datagrams = true, .alpn = alpn};
    assert_int_equal(ussl_ctx_new(arena, &config, &ctx), USSL_ERR_USAGE);
    ussl_arena_unref(arena);
    assert_int_equal(test_platform.live, 0);
}

static void a_failed_allocation_leaks_nothing(void **state) {
    (void)state;
    bool done = false;
    for (size_t n = 1; !done; n += n < 600 ? 1 : 41) {
        pair_t pair;
        reset(NULL);
        pair_setup_t setup = good_setup("server.pem", "server.key", 0);
        setup.client.datagrams = setup.server.datagrams = true;
        test_platform.fail_at = n;
        if (pair_open(&pair, &setup) == USSL_OK) {
            done = shake(&pair) && test_platform.made < n;
        }
        close_pair(&pair);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(datagrams_connect_and_transfer, reset),
        cmocka_unit_test_setup(lost_late_and_repeated_datagrams_are_survived, reset),
        cmocka_unit_test_setup(a_handshake_without_an_answer_times_out, reset),
        cmocka_unit_test_setup(forged_and_foreign_datagrams_are_dropped, reset),
        cmocka_unit_test_setup(a_client_proves_its_address, reset),
        cmocka_unit_test_setup(a_server_that_reads_hellos_takes_no_datagrams, reset),
        cmocka_unit_test_setup(a_failed_allocation_leaks_nothing, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
#else
int main(void) {
    return 0;
}
#endif
