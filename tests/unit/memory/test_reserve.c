// SPDX-License-Identifier: MIT
//
// test_reserve.c - a connection with a slot allocates from it and from nowhere else, and when it
// has gone its slot is one stretch again.
//
// docs/memory.md promises this ("Set aside", "Why it cannot be fragmented"). The first case is
// about the pool inside a slot, and the others about whole connections: `reserve[end]` is the
// reservation of that end, and a "life" is one connection from handshake to release.
#include "engine/conn/conn.h"
#include "tests/support/support.h"

static int reset(void **state) {
    (void)state;
    platform_reset();
    srand(1);
    return 0;
}

// ---- the pool ----
#define HEADER sizeof(ussl__block_t)

typedef struct {
    uint8_t *block;
    size_t size;
    uint8_t fill;
} taken_t;

static void check_and_give(ussl__pool_t *pool, taken_t *taken) {
    for (size_t i = HEADER; i < taken->size; i++) {
        assert_int_equal(taken->block[i], taken->fill);
    }
    ussl__pool_give(pool, taken->block);
    taken->block = NULL;
}

static void take_and_mark(ussl__pool_t *pool, taken_t *taken, size_t size) {
    taken->block = ussl__pool_take(pool, size + HEADER);
    if (taken->block == NULL) {
        return;
    }
    taken->size = size + HEADER;
    taken->fill = (uint8_t)rand();
    assert_true(ussl__pool_holds(pool, taken->block));
    assert_int_equal((uintptr_t)taken->block % sizeof(void *), 0);
    for (size_t i = HEADER; i < taken->size; i++) {
        assert_int_equal(taken->block[i], 0);
    }
    memset(taken->block + HEADER, taken->fill, size);
}

// When everything has been given back, the pool is one stretch: it can give one block of all of it.
static void assert_whole(ussl__pool_t *pool, size_t size) {
    void *all = ussl__pool_take(pool, size - HEADER);
    assert_non_null(all);
    assert_null(ussl__pool_take(pool, HEADER));
    ussl__pool_give(pool, all);
}

static void a_pool_keeps_blocks_apart_and_joins_them_again(void **state) {
    (void)state;
    enum { SIZE = 32768, SLOTS = 64 };
    uint8_t *memory = calloc(1, SIZE);
    ussl__pool_t pool;
    taken_t taken[SLOTS] = {0};
    size_t refused = 0;
    ussl__pool_init(&pool, memory, SIZE);
    assert_whole(&pool, SIZE);
    for (int i = 0; i < 200000; i++) {
        taken_t *slot = &taken[rand() % SLOTS];
        if (slot->block != NULL) {
            check_and_give(&pool, slot);
        } else {
            size_t size = (size_t)(rand() % 20 == 0 ? rand() % 6000 : rand() % 300);
            take_and_mark(&pool, slot, size);
            refused += slot->block == NULL;
        }
    }
    for (size_t i = 0; i < SLOTS; i++) {
        if (taken[i].block != NULL) {
            check_and_give(&pool, &taken[i]);
        }
    }
    assert_true(refused > 0); // the pool was full at some time
    assert_whole(&pool, SIZE);
    assert_null(ussl__pool_take(&pool, SIZE));
    assert_null(ussl__pool_take(&pool, SIZE_MAX - 8));
    free(memory);
}

// ---- whole connections ----
#if USSL_SERVER

typedef struct {
    pair_t pair;
    ussl_reserve_t *reserve[2];
} reserved_t;

static ussl_reserve_plan_t plan_for(size_t slots) {
    return (ussl_reserve_plan_t){
        .connections = slots, .record_in = 16384, .record_out = 4096, .peer_chain = 2048};
}

static void reserve_both(reserved_t *r, const pair_setup_t *setup, size_t slots) {
    assert_int_equal(pair_open(&r->pair, setup), USSL_OK);
    for (int end = 0; end < 2; end++) {
        ussl_conn_free(r->pair.conn[end]);
        r->pair.conn[end] = NULL;
        ussl_reserve_plan_t plan = plan_for(slots);
        assert_int_equal(ussl_reserve_new(&plan, &r->reserve[end]), USSL_OK);
    }
}

static ussl_result_t connect_reserved(reserved_t *r) {
    for (int end = 0; end < 2; end++) {
        ussl_conn_free(r->pair.conn[end]);
        r->pair.conn[end] = NULL;
        r->pair.wire[end].at = r->pair.wire[end].len = 0;
        r->pair.result[end] = USSL_OK;
        r->pair.done[end] = false;
    }
    for (int end = 0; end < 2; end++) {
        ussl_arena_t *arena = ussl_reserve_take(r->reserve[end]);
        if (arena == NULL) {
            return USSL_ERR_MEMORY;
        }
        const char *name = end == 0 ? r->pair.hostname : NULL;
        ussl_result_t result =
            ussl_conn_new(arena, r->pair.ctx[end], name, &r->pair, &r->pair.conn[end]);
        ussl_arena_unref(arena);
        if (result != USSL_OK) {
            return result;
        }
    }
    return USSL_OK;
}

static void free_reserved(reserved_t *r) {
    pair_free(&r->pair);
    ussl_reserve_unref(r->reserve[0]);
    ussl_reserve_unref(r->reserve[1]);
}

static const char *const keys[][2] = {
    {"server.pem", "server.key"}, {"server-rsa.pem", "server-rsa.key"}, {"chain.pem", "chain.key"}};
#define KEYS (sizeof(keys) / sizeof(keys[0]))

static size_t used_by(const ussl_reserve_t *reserve) {
    ussl_reserve_status_t status;
    ussl_reserve_status(reserve, &status);
    return status.used;
}

// No allocation is made outside the reservation, from the first byte to the last, and each life
// leaves as much behind as the one before.
static void nothing_is_allocated_outside_the_slot(void **state) {
    (void)state;
    for (size_t k = 0; k < KEYS; k++) {
        for (EACH_VERSION(version)) {
            pair_setup_t setup = good_setup(keys[k][0], keys[k][1], version);
            setup.tickets = true;
            reserved_t r;
            uint8_t data[20000] = {1};
            reserve_both(&r, &setup, 1);
            size_t level = 0;
            for (int life = 0; life < 12; life++) {
                size_t made = test_platform.made;
                assert_int_equal(connect_reserved(&r), USSL_OK);
                assert_true(pair_handshake(&r.pair));
                pair_transfer(&r.pair, life % 2, data, sizeof(data));
                assert_int_equal(test_platform.made, made);
                for (int end = 0; end < 2; end++) {
                    ussl_conn_free(r.pair.conn[end]);
                    r.pair.conn[end] = NULL;
                }
                size_t used = used_by(r.reserve[0]) + used_by(r.reserve[1]);
                if (life == 1) {
                    level = used; // by then an RSA key has cached its numbers
                }
                assert_true(life < 2 || used == level);
            }
            ussl_reserve_status_t status;
            ussl_reserve_status(r.reserve[1], &status);
            print_message("%s %04x: server's peak %zu, left behind %zu\n", keys[k][0], version,
                status.peak, status.used);
            free_reserved(&r);
            assert_int_equal(test_platform.live, 0);
        }
    }
}

// A slot that was planned for the largest record has room for it beside an incoming one.
static void a_slot_has_room_for_the_largest_record(void **state) {
    (void)state;
    static const uint8_t data[16384] = {1};
    uint8_t got[16384];
    for (EACH_VERSION(version)) {
        pair_setup_t setup = good_setup("server.pem", "server.key", version);
        reserved_t r;
        reserve_both(&r, &setup, 1);
        for (int end = 0; end < 2; end++) {
            ussl_reserve_plan_t plan = plan_for(1);
            plan.record_out = 16384;
            ussl_reserve_unref(r.reserve[end]);
            assert_int_equal(ussl_reserve_new(&plan, &r.reserve[end]), USSL_OK);
        }
        size_t made = test_platform.made, n;
        assert_int_equal(connect_reserved(&r), USSL_OK);
        assert_true(pair_handshake(&r.pair));
        for (int end = 0; end < 2; end++) {
            assert_int_equal(ussl_conn_write(r.pair.conn[end], data, sizeof(data), &n), USSL_OK);
            assert_int_equal(n, sizeof(data));
        }
        for (int end = 0; end < 2; end++) {
            while (ussl_conn_peek(r.pair.conn[end]) != USSL_OK) {
                assert_true(pair_move(&r.pair));
            }
            assert_int_equal(ussl_conn_read(r.pair.conn[end], got, sizeof(got), &n), USSL_OK);
            assert_int_equal(n, sizeof(got));
            assert_memory_equal(got, data, n);
        }
        assert_int_equal(test_platform.made, made);
        free_reserved(&r);
    }
    assert_int_equal(test_platform.live, 0);
}

#if USSL_STORE
// A root of the store is in the slot only while it is needed. The root is of the largest kind, and
// the slot is the smallest.
static void a_root_of_a_store_fits_into_the_smallest_slot(void **state) {
    (void)state;
    blob_t blob = read_cert_file("../roots.ussl");
    for (EACH_VERSION(version)) {
        ussl_arena_t *arena;
        pair_setup_t setup = good_setup("under-rsa.pem", "under-rsa.key", version);
        assert_int_equal(ussl_arena_new(0, &arena), USSL_OK);
        setup.made_trust[0] = trust_in_store(&blob);
        assert_non_null(setup.made_trust[0]);
        setup.made_identity[1] = load_identity(arena, setup.cert, setup.key);
        setup.client.record_in = setup.client.record_out = USSL_RECORD_MIN;
        reserved_t r;
        reserve_both(&r, &setup, 1);
        ussl_reserve_unref(r.reserve[0]);
        ussl_reserve_plan_t least = {.connections = 1,
            .record_in = USSL_RECORD_MIN,
            .record_out = USSL_RECORD_MIN,
            .peer_chain = setup.made_identity[1]->chain.raw.len,
            .rsa_bits = 4096};
        assert_int_equal(ussl_reserve_new(&least, &r.reserve[0]), USSL_OK);
        for (int life = 0; life < 3; life++) {
            size_t made = test_platform.made;
            assert_int_equal(connect_reserved(&r), USSL_OK);
            assert_true(pair_handshake(&r.pair));
            const ussl_cert_t *root;
            assert_int_equal(ussl_conn_chain(r.pair.conn[0], true, 1, &root), USSL_OK);
            assert_non_null(root);
            assert_int_equal(test_platform.made, made);
        }
        ussl_reserve_status_t status;
        ussl_reserve_status(r.reserve[0], &status);
        print_message("a root of RSA-4096, %04x: peak %zu of %zu\n", (unsigned)version, status.peak,
            status.bytes);
        free_reserved(&r);
        ussl_trust_unref(setup.made_trust[0]);
        ussl_identity_unref(setup.made_identity[1]);
        ussl_arena_unref(arena);
    }
    blob_free(&blob);
    assert_int_equal(test_platform.live, 0);
}
#endif

// Many lives of every kind, some of them truncated, run in one block. None fails for lack of room,
// and the last begins with as much memory as the first. `make soak` sets their number in USSL_SOAK.
static void memory_stays_level_over_many_lives(void **state) {
    (void)state;
    enum { KINDS = 4 };
    const int LIVES = getenv("USSL_SOAK") ? atoi(getenv("USSL_SOAK")) : 240;
    uint8_t *data = calloc(1, 40000);
    reserved_t kinds[KINDS];
    for (size_t i = 0; i < KINDS; i++) {
        pair_setup_t setup = good_setup(keys[i % 2][0], keys[i % 2][1], 0);
        setup.tickets = true;
        setup.server.record_out = 16384;
        setup.client.record_out = 4096;
        setup.client.max_version = i < 2 ? 0 : USSL_TLS12 ? USSL_VERSION_TLS12 : 0;
        setup.client_cert = "client.pem";
        setup.client_key = "client.key";
        setup.server_trust = "ca.pem";
        setup.server_verify = USSL_VERIFY_REQUIRED;
        reserve_both(&kinds[i], &setup, 1);
    }
#if USSL_SESSIONS
    ussl_session_t *sessions[KINDS] = {0};
#endif
    size_t level = 0;
    for (int life = 0; life < LIVES; life++) {
        reserved_t *r = &kinds[rand() % KINDS];
        assert_int_equal(connect_reserved(r), USSL_OK);
        bool truncated = rand() % 5 == 0;
#if USSL_SESSIONS
        ussl_session_t **session = &sessions[r - kinds];
        if (*session != NULL && rand() % 2) {
            assert_int_equal(ussl_conn_set_session(r->pair.conn[0], *session), USSL_OK);
        }
#endif
        r->pair.delivery.truncate_at[rand() % 2] = truncated ? 1 + (size_t)rand() % 3000 : 0;
        bool done = pair_handshake(&r->pair);
        memset(r->pair.delivery.truncate_at, 0, sizeof(r->pair.delivery.truncate_at));
        for (int end = 0; end < 2; end++) {
            assert_true(pair_failure(&r->pair, end).result != USSL_ERR_MEMORY);
        }
        assert_true(done || truncated);
        if (done && !truncated) {
            size_t len = rand() % 4 ? (size_t)rand() % 3000 : (size_t)rand() % 40000;
            pair_transfer(&r->pair, 1, data, len + 1);
            pair_transfer(&r->pair, 0, data, len / 2 + 1);
#if USSL_SESSIONS
            ussl_session_unref(*session);
            *session = NULL;
            assert_int_equal(ussl_conn_session(r->pair.conn[0], session), USSL_OK);
#endif
        }
        for (int end = 0; end < 2; end++) {
            ussl_conn_free(r->pair.conn[end]);
            r->pair.conn[end] = NULL;
        }
        size_t used = 0;
        for (size_t i = 0; i < KINDS; i++) {
            used += used_by(kinds[i].reserve[0]) + used_by(kinds[i].reserve[1]);
        }
        level = life == 120 ? used : level; // by then the RSA keys have cached their numbers
        assert_true(life < 120 || used == level);
    }
    free(data);
    for (size_t i = 0; i < KINDS; i++) {
#if USSL_SESSIONS
        ussl_session_unref(sessions[i]);
#endif
        free_reserved(&kinds[i]);
    }
    assert_int_equal(test_platform.live, 0);
}

static void no_slot_is_given_twice(void **state) {
    (void)state;
    pair_setup_t setup = good_setup("server.pem", "server.key", 0);
    reserved_t r;
    reserve_both(&r, &setup, 2);
    ussl_arena_t *a = ussl_reserve_take(r.reserve[0]), *b = ussl_reserve_take(r.reserve[0]);
    assert_true(a != NULL && b != NULL && a != b);
    assert_null(ussl_reserve_take(r.reserve[0]));
    ussl_conn_t *conn;
    assert_int_equal(ussl_conn_new(b, r.pair.ctx[0], "localhost", NULL, &conn), USSL_OK);
    ussl_arena_unref(b);
    assert_null(ussl_reserve_take(r.reserve[0]));
    ussl_drop_later(conn); // as a finaliser does; the next call frees the slot
    b = ussl_reserve_take(r.reserve[0]);
    assert_non_null(b);
    ussl_arena_leave(b);
    ussl_arena_unref(b);
    ussl_arena_leave(a);
    ussl_arena_unref(a);
    free_reserved(&r);
    assert_int_equal(test_platform.live, 0);
}

static void a_reservation_lasts_while_it_is_used(void **state) {
    (void)state;
    pair_setup_t setup = good_setup("server-rsa.pem", "server-rsa.key", 0);
    reserved_t r;
    reserve_both(&r, &setup, 1);
    assert_int_equal(connect_reserved(&r), USSL_OK);
    for (int end = 0; end < 2; end++) {
        ussl_reserve_unref(r.reserve[end]);
        r.reserve[end] = NULL;
    }
    assert_true(pair_handshake(&r.pair));
    pair_transfer(&r.pair, 0, (const uint8_t *)"still here", 10);
    pair_free(&r.pair);
    assert_int_equal(test_platform.live, 0);
}

// Too little room is reported as "no memory", at whatever step the room ends.
static void a_slot_that_is_too_small_reports_no_memory(void **state) {
    (void)state;
    pair_setup_t setup = good_setup("server.pem", "server.key", 0);
    size_t refused = 0;
    for (size_t room = 1000; room < 36000; room += 1301) {
        pair_t pair;
        ussl__slot_t *slot;
        ussl_arena_t *arena;
        ussl_reserve_t *reserve;
        assert_int_equal(pair_open(&pair, &setup), USSL_OK);
        ussl_conn_free(pair.conn[0]);
        pair.conn[0] = NULL;
        ussl_reserve_plan_t plan = plan_for(1);
        assert_int_equal(ussl_reserve_new(&plan, &reserve), USSL_OK);
        arena = ussl_reserve_take(reserve);
        slot = (ussl__slot_t *)arena;
        ussl__pool_init(&slot->pool, slot->pool.start, room);
        ussl_result_t result = ussl_conn_new(arena, pair.ctx[0], "localhost", NULL, &pair.conn[0]);
        if (result == USSL_OK && !pair_handshake(&pair)) {
            result = pair.result[0];
        }
        assert_true(result == USSL_OK || result == USSL_ERR_MEMORY);
        refused += result == USSL_ERR_MEMORY;
        ussl_arena_unref(arena);
        pair_free(&pair);
        ussl_reserve_unref(reserve);
    }
    assert_true(refused > 5 && refused < 27);
    assert_int_equal(test_platform.live, 0);
}
#endif // USSL_SERVER

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_pool_keeps_blocks_apart_and_joins_them_again, reset),
#if USSL_SERVER
        cmocka_unit_test_setup(nothing_is_allocated_outside_the_slot, reset),
        cmocka_unit_test_setup(a_slot_has_room_for_the_largest_record, reset),
#if USSL_STORE
        cmocka_unit_test_setup(a_root_of_a_store_fits_into_the_smallest_slot, reset),
#endif
        cmocka_unit_test_setup(memory_stays_level_over_many_lives, reset),
        cmocka_unit_test_setup(no_slot_is_given_twice, reset),
        cmocka_unit_test_setup(a_reservation_lasts_while_it_is_used, reset),
        cmocka_unit_test_setup(a_slot_that_is_too_small_reports_no_memory, reset),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
