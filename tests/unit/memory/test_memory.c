// SPDX-License-Identifier: MIT
//
// test_memory.c - an arena counts and limits its blocks, and a failed allocation is reported as "no
// memory", leaks nothing and spoils nothing that is shared.
//
// docs/design.md promises this ("Memory"), and docs/testing.md says which allocations fail: each
// case runs the life of a connection (load, connect, talk, close) again and again, and each time
// another allocation fails.
#include "tests/support/support.h"

static int reset(void **state) {
    (void)state;
    platform_reset();
    return 0;
}

static void arenas_count_and_limit(void **state) {
    (void)state;
    ussl_arena_t *arena;
    ussl_trust_t *trust;
    ussl_memory_t memory;
    assert_int_equal(ussl_arena_new(600, &arena), USSL_OK);
    assert_int_equal(ussl_trust_new(arena, &trust), USSL_OK);
    ussl_arena_memory(arena, &memory);
    assert_true(memory.used > 0 && memory.used == memory.peak && memory.blocks == 1);
    blob_t pem = read_cert_file("ca.pem");
    ussl_failure_t why;
    assert_int_equal(ussl_trust_add_pem(trust, (char *)pem.data, pem.len, &why), USSL_ERR_MEMORY);
    assert_int_equal(why.result, USSL_ERR_MEMORY);
    size_t used = memory.used;
    ussl_arena_memory(arena, &memory);
    assert_int_equal(memory.used, used);
    assert_true(memory.peak <= 600);
    blob_free(&pem);
    // The trust keeps its arena alive, so the arena may be released first.
    ussl_arena_unref(arena);
    ussl_trust_unref(trust);
    assert_int_equal(test_platform.live, 0);
}

// Loads, connects, writes both ways and closes. Returns the first failure of either end.
static ussl_result_t life_of(pair_setup_t *setup) {
    setup->server_trust = "ca.pem";
    setup->server_verify = USSL_VERIFY_REQUIRED;
    setup->client_cert = "client.pem";
    setup->client_key = "client.key";
    pair_t pair;
    ussl_result_t result = pair_open(&pair, setup);
    if (result == USSL_OK) {
        if (pair_handshake(&pair)) {
            pair_transfer(&pair, 0, (const uint8_t *)"ping", 4);
            pair_transfer(&pair, 1, (const uint8_t *)"pong", 4);
            assert_int_equal(ussl_conn_close(pair.conn[0]), USSL_OK);
        } else {
            for (int end = 0; end < 2; end++) {
                if (pair.result[end] < 0 && result != USSL_ERR_MEMORY) {
                    result = pair.result[end];
                }
            }
        }
    }
    pair_free(&pair);
    return result;
}

static ussl_result_t whole_life(
    const blob_t *roots, uint16_t version, const char *cert, const char *key) {
    pair_setup_t setup = good_setup(cert, key, version);
    if (roots == NULL) {
        return life_of(&setup);
    }
    setup.made_trust[0] = trust_in_store(roots);
    ussl_result_t result = setup.made_trust[0] ? life_of(&setup) : USSL_ERR_MEMORY;
    ussl_trust_unref(setup.made_trust[0]);
    return result;
}

// Whatever error mbedTLS makes of a failed allocation, the result is USSL_ERR_MEMORY, and nothing
// leaks or crashes.
static void every_allocation_fails_once(
    const blob_t *roots, uint16_t version, const char *cert, const char *key) {
    platform_reset();
    assert_int_equal(whole_life(roots, version, cert, key), USSL_OK);
    size_t total = test_platform.made;
    assert_true(total > 300);
    // With mbedTLS's arithmetic a handshake makes thousands, most of them in loops. So the first
    // 700 fail one by one, and then every 37th, a prime number that meets each place in a loop.
    for (size_t at = 1; at <= total; at += at < 700 ? 1 : 37) {
        platform_reset();
        test_platform.fail_at = at;
        ussl_result_t result = whole_life(roots, version, cert, key);
        if (test_platform.live != 0) {
            fail_msg("allocation %zu of %zu: %zu blocks leaked", at, total, test_platform.live);
        }
        // mbedTLS survives a few: that of an optional copy, or of a blinding that is tried again.
        if (result != USSL_ERR_MEMORY && result != USSL_OK) {
            fail_msg("allocation %zu of %zu: result %d, not memory", at, total, result);
        }
    }
}

static void every_failed_allocation_is_reported_tls12(void **state) {
    (void)state;
#if USSL_TLS12
    every_allocation_fails_once(NULL, USSL_VERSION_TLS12, "server.pem", "server.key");
#endif
}

static void every_failed_allocation_is_reported_tls12_rsa(void **state) {
    (void)state;
#if USSL_TLS12
    every_allocation_fails_once(NULL, USSL_VERSION_TLS12, "server-rsa.pem", "server-rsa.key");
#endif
}

static void every_failed_allocation_is_reported_tls13(void **state) {
    (void)state;
#if USSL_TLS13
    every_allocation_fails_once(NULL, USSL_VERSION_TLS13, "server.pem", "server.key");
#endif
}

static void every_failed_allocation_is_reported_with_a_root_store(void **state) {
    (void)state;
#if USSL_STORE && USSL_TLS12
    blob_t roots = read_cert_file("../roots.ussl");
    every_allocation_fails_once(&roots, USSL_VERSION_TLS12, "under-rsa.pem", "under-rsa.key");
    blob_free(&roots);
#endif
}

// After a handshake that failed for lack of memory, the next one of the same contexts succeeds.
static void handshake_after_failed_allocation(uint16_t version, const char *cert, const char *key) {
    pair_setup_t setup = good_setup(cert, key, version);
    setup.server_trust = "ca.pem";
    setup.server_verify = USSL_VERIFY_REQUIRED;
    setup.client_cert = "client.pem";
    setup.client_key = "client.key";
    bool failed = true;
    // mbedTLS's arithmetic makes many more allocations, and most of them are of one kind.
    size_t each = USSL_ARITH_BEARSSL ? 700 : 100;
    for (size_t at = 1; failed; at += at < each ? 1 : 211) {
        pair_t pair; // its keys are new, and have no cached numbers
        assert_int_equal(pair_open(&pair, &setup), USSL_OK);
        test_platform.fail_at = test_platform.made + at;
        (void)pair_handshake(&pair);
        failed = test_platform.made >= test_platform.fail_at;
        test_platform.fail_at = 0;
        assert_int_equal(pair_again(&pair), USSL_OK);
        if (!pair_handshake(&pair)) {
            fail_msg("allocation %zu: results %d and %d", at, pair.result[0], pair.result[1]);
        }
        pair_free(&pair);
    }
}

static void contexts_work_after_failed_allocations(void **state) {
    (void)state;
    for (EACH_VERSION(version)) {
        handshake_after_failed_allocation(version, "server.pem", "server.key");
        handshake_after_failed_allocation(version, "server-rsa.pem", "server-rsa.key");
    }
}

// No memory of PSA's is charged to a connection and stays.
static void a_second_connection_costs_what_the_first_did(void **state) {
    (void)state;
    pair_setup_t setup = good_setup("server.pem", "server.key", 0);
    pair_t pair;
    ussl_memory_t memory[2];
    assert_int_equal(pair_open(&pair, &setup), USSL_OK);
    for (int i = 0; i < 2; i++) {
        assert_true(pair_handshake(&pair));
        ussl_arena_memory(pair.arena[0], &memory[i]);
        assert_int_equal(pair_again(&pair), USSL_OK);
    }
    assert_int_equal(memory[0].used, memory[1].used);
    assert_int_equal(memory[0].peak, memory[1].peak);
    pair_free(&pair);
}

// A handshake with P-256 makes hundreds of allocations, and thousands with mbedTLS's arithmetic,
// but not tens of thousands.
static void a_handshake_makes_few_allocations(void **state) {
    (void)state;
    pair_setup_t setup = good_setup("server.pem", "server.key", 0);
    pair_t pair;
    assert_int_equal(pair_open(&pair, &setup), USSL_OK);
    size_t before = test_platform.made;
    assert_true(pair_handshake(&pair));
    size_t made = test_platform.made - before;
    print_message("a P-256 handshake, both ends: %zu allocations\n", made);
    assert_true(made < (USSL_ARITH_BEARSSL ? 600 : 18000));
    pair_free(&pair);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(arenas_count_and_limit, reset),
        cmocka_unit_test_setup(every_failed_allocation_is_reported_tls12, reset),
        cmocka_unit_test_setup(every_failed_allocation_is_reported_tls12_rsa, reset),
        cmocka_unit_test_setup(every_failed_allocation_is_reported_tls13, reset),
        cmocka_unit_test_setup(every_failed_allocation_is_reported_with_a_root_store, reset),
        cmocka_unit_test_setup(contexts_work_after_failed_allocations, reset),
        cmocka_unit_test_setup(a_second_connection_costs_what_the_first_did, reset),
        cmocka_unit_test_setup(a_handshake_makes_few_allocations, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
