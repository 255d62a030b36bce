// SPDX-License-Identifier: MIT
//
// reserve.c - memory set aside for connections: one block from the heap, a place in it for each.
//
// Notes: every place is an arena of its own with a pool inside, so a connection can neither use up
// nor fragment the room of another. A place is free again when its connection is gone. What stays
// behind then, numbers that an RSA key of ours has cached, is a few blocks once in the key's life;
// it keeps the whole block alive as long as it lives itself.
#include "mbed.h"

struct ussl_reserve {
    ussl_object_t object; // referenced by its owner and by each place that holds something
    size_t count, each;
    ussl_place_t *places[]; // lent: in the same block
};

// ---- helpers ----
static size_t round_up(size_t n) {
    return (n + sizeof(ussl_block_t) - 1) / sizeof(ussl_block_t) * sizeof(ussl_block_t);
}

static size_t head_size(size_t count) {
    return round_up(sizeof(ussl_reserve_t) + count * sizeof(ussl_place_t *));
}

static void reserve_drop(ussl_object_t *object) {
    ussl_platform()->release(ussl_platform()->user, object);
}

// The last block and the last handle of a place are gone.
static void place_drop(ussl_object_t *object) {
    ussl_place_t *place = (ussl_place_t *)object;
    place->arena.memory.used = 0;
    ussl_object_unref(place->reserve);
}

static void place_init(ussl_place_t *place, ussl_reserve_t *reserve, void *memory, size_t size) {
    place->arena.object.drop = place_drop;
    place->arena.pool = &place->pool;
    place->reserve = reserve;
    ussl_pool_init(&place->pool, memory, size);
}

// ---- public, in header order ----
size_t ussl_reserve_size(size_t connections, size_t each) {
    return head_size(connections) + connections * (round_up(sizeof(ussl_place_t)) + round_up(each));
}

ussl_result_t ussl_reserve_new(size_t connections, size_t each, ussl_reserve_t **out) {
    *out = NULL;
    if (connections == 0 || connections > UINT16_MAX || each > SIZE_MAX / 2 / connections) {
        return USSL_ERR_USAGE;
    }
    const ussl_platform_t *platform = ussl_platform();
    uint8_t *memory = platform->alloc(platform->user, ussl_reserve_size(connections, each));
    if (memory == NULL) {
        return USSL_ERR_MEMORY;
    }
    ussl_reserve_t *reserve = (ussl_reserve_t *)(void *)memory;
    reserve->object.refs = 1;
    reserve->object.drop = reserve_drop;
    reserve->count = connections;
    reserve->each = each;
    memory += head_size(connections);
    for (size_t i = 0; i < connections; i++) {
        reserve->places[i] = (ussl_place_t *)(void *)memory;
        memory += round_up(sizeof(ussl_place_t));
        place_init(reserve->places[i], reserve, memory, round_up(each));
        memory += round_up(each);
    }
    *out = reserve;
    return USSL_OK;
}

void ussl_reserve_unref(ussl_reserve_t *reserve) {
    ussl_object_unref(reserve);
}

ussl_arena_t *ussl_reserve_take(ussl_reserve_t *reserve) {
    ussl_scope_t scope;
    ussl_arena_t *arena = NULL;
    ussl_scope_enter(&scope, NULL); // also drops what was waiting to be
    for (size_t i = 0; i < reserve->count && arena == NULL; i++) {
        ussl_place_t *place = reserve->places[i];
        if (place->taken) {
            continue;
        }
        arena = &place->arena;
        place->taken = true;
        if (arena->object.refs++ == 0) {
            ussl_object_ref(reserve);
        }
    }
    ussl_scope_leave(&scope);
    return arena;
}

void ussl_arena_leave(ussl_arena_t *arena) {
    if (arena->pool != NULL) {
        ((ussl_place_t *)arena)->taken = false;
    }
}

void ussl_reserve_status(const ussl_reserve_t *reserve, ussl_reserve_status_t *out) {
    *out = (ussl_reserve_status_t){
        .bytes = ussl_reserve_size(reserve->count, reserve->each), .places = reserve->count};
    for (size_t i = 0; i < reserve->count; i++) {
        const ussl_place_t *place = reserve->places[i];
        out->taken += place->taken;
        out->used += place->arena.memory.used;
        out->peak = place->arena.memory.peak > out->peak ? place->arena.memory.peak : out->peak;
    }
}
