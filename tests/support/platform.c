// SPDX-License-Identifier: MIT
//
// platform.c - the engine's platform in tests. It counts allocations, can be made to fail, and
// gives the same random numbers in every run.
#include "support.h"

test_platform_t test_platform;

static void *test_alloc(void *user, size_t size) {
    test_platform_t *p = user;
    if (++p->made == p->fail_at) {
        return NULL;
    }
    if (p->largest > 0 && size > p->largest) {
        p->refused++;
        return NULL;
    }
    void *block = calloc(1, size);
    p->live += block != NULL;
    return block;
}

static void test_release(void *user, void *ptr) {
    ((test_platform_t *)user)->live--;
    free(ptr);
}

// The generator is xorshift64, which is fast and repeatable, and fit for tests only.
static bool test_random(void *user, uint8_t *buf, size_t len) {
    test_platform_t *p = user;
    for (size_t i = 0; i < len; i++) {
        p->random ^= p->random << 13;
        p->random ^= p->random >> 7;
        p->random ^= p->random << 17;
        buf[i] = (uint8_t)(p->random >> 32);
    }
    return !p->no_entropy;
}

static bool test_time(void *user, int64_t *seconds) {
    test_platform_t *p = user;
    *seconds = p->now;
    return !p->clock_unset;
}

static uint32_t test_ticks(void *user) {
    return ((test_platform_t *)user)->ticks_ms;
}

const ussl_platform_t test_hooks = {
    .user = &test_platform,
    .alloc = test_alloc,
    .release = test_release,
    .random = test_random,
    .unix_time = test_time,
    .ticks_ms = test_ticks,
    .clock_floor = TEST_FLOOR,
};

size_t test_platform_own;

void platform_reset(void) {
    static bool started;
    size_t live = test_platform.live;
    test_platform = (test_platform_t){.live = live, .now = TEST_NOW, .random = 0x9E3779B97F4A7C15};
    if (!started) {
        started = true;
        assert_int_equal(ussl_init(&test_hooks), USSL_OK);
        test_platform_own = test_platform.live;
        test_platform.live = 0;
    }
}
