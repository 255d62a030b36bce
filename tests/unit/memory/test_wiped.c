// SPDX-License-Identifier: MIT
//
// test_wiped.c - what the engine releases has been wiped: keys, secrets of a connection, plaintext.
//
// Notes: the platform of this test keeps every block that is released. They are looked at when
// contexts and connections are gone.
#include "engine/memory/memory.h"
#include "tests/support/support.h"

typedef struct kept {
    struct kept *next; // owned; the block that was released before
    size_t size;
    uint8_t data[];
} kept_t;

static kept_t *released;

static void *keep_alloc(void *user, size_t size) {
    (void)user;
    kept_t *block = calloc(1, sizeof(*block) + size);
    block->size = size;
    return block->data;
}

static void keep_release(void *user, void *ptr) {
    (void)user;
    kept_t *block = (kept_t *)(void *)((uint8_t *)ptr - offsetof(kept_t, data));
    block->next = released;
    released = block;
}

static int start(void **state) {
    (void)state;
    platform_reset();
    ussl_deinit();
    ussl_platform_t hooks = test_hooks;
    hooks.alloc = keep_alloc;
    hooks.release = keep_release;
    return ussl_init(&hooks) == USSL_OK ? 0 : -1;
}

static int end(void **state) {
    (void)state;
    ussl_deinit();
    while (released != NULL) {
        kept_t *next = released->next;
        free(released);
        released = next;
    }
    return ussl_init(&test_hooks) == USSL_OK ? 0 : -1;
}

// An arena itself has counters only, and what is in front of each block is its header.
static size_t blocks_with_content(void) {
    size_t count = 0;
    for (const kept_t *block = released; block != NULL; block = block->next) {
        size_t at = sizeof(ussl__block_t);
        while (at < block->size && block->data[at] == 0) {
            at++;
        }
        count += at < block->size && block->size != sizeof(ussl_arena_t);
    }
    return count;
}

static void after_a_connection(void **state) {
    (void)state;
    uint8_t text[3000];
    memset(text, 'x', sizeof(text));
    for (EACH_VERSION(version)) {
        pair_t pair;
        pair_setup_t setup = good_setup("server.pem", "server.key", version);
        assert_int_equal(pair_open(&pair, &setup), USSL_OK);
        assert_true(pair_handshake(&pair));
        pair_transfer(&pair, 0, text, sizeof(text));
        pair_transfer(&pair, 1, text, sizeof(text));
        pair_free(&pair);
        assert_true(released != NULL);
        assert_int_equal(blocks_with_content(), 0);
    }
}

static void content_is_found(void **state) {
    (void)state;
    uint8_t *block = keep_alloc(NULL, 100);
    block[99] = 1;
    keep_release(NULL, block);
    assert_int_equal(blocks_with_content(), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(after_a_connection, start, end),
        cmocka_unit_test_setup_teardown(content_is_found, start, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
