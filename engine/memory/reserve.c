// SPDX-License-Identifier: MIT
//
// reserve.c - memory set aside for connections: one block from the platform, with a slot in it for
// each connection, and record buffers that the connections can share.
//
// Notes: every slot is an arena of its own with a pool inside, so a connection can neither use up
// nor fragment the memory of another. A slot is free again when its connection has been freed. A
// few blocks may be left in it, with the numbers that our RSA key caches at its first use. They
// keep the whole reservation allocated until the key is freed.
//
// conn/record_buffers.c lends a shared buffer for one record, until its plaintext has been read. A
// peer that sends its record slowly could hold the buffer for ever, so after USSL_HOLD_MS the
// buffer is taken away if another connection waits for one.
#include "memory.h"

struct ussl_reserve {
    ussl__object_t object; // referenced by its owner and by each slot whose arena is in use
    ussl_reserve_plan_t plan;
    size_t each, shared_size;      // bytes: the pool of one slot, one shared buffer
    ussl__shared_buffer_t *shared; // lent; in the same block
    ussl__slot_t *slots[];         // lent; in the same block
};

// ---- sizes ----
static size_t round_up(size_t n) {
    return (n + sizeof(ussl__block_t) - 1) / sizeof(ussl__block_t) * sizeof(ussl__block_t);
}

static size_t head_size(const ussl_reserve_plan_t *plan) {
    return round_up(sizeof(ussl_reserve_t) + plan->connections * sizeof(ussl__slot_t *))
        + round_up(plan->shared * sizeof(ussl__shared_buffer_t));
}

// The size of a slot is the larger of two sums. A handshake needs its state and mbedTLS's whole
// output buffer; an open connection needs its state, one record in and one record out. Both hold
// the peer's parsed certificates, which take about twice the size of their DER; a handshake holds
// the received DER too. The largest part of a handshake's state is for the check of one signature:
// with RSA it takes dozens of numbers as long as the key.
#define RSA_COUNTED 2048 // bits; USSL_HANDSHAKE_ROOM includes a key of this length
static size_t slot_size(const ussl_reserve_plan_t *plan) {
    size_t chain = plan->peer_chain;
    size_t handshaking = USSL_HANDSHAKE_ROOM + USSL_HANDSHAKE_OUT + 3 * chain;
    handshaking +=
        plan->rsa_bits > RSA_COUNTED ? (plan->rsa_bits - RSA_COUNTED) / 8 * USSL_RSA_ROOM : 0;
    // Our own chain is written into mbedTLS's output buffer, in the worst case in the smallest
    // records.
    size_t own = plan->own_chain + plan->own_chain / USSL_RECORD_MIN * USSL__RECORD_AROUND;
    handshaking += own > USSL_HANDSHAKE_OUT ? own - USSL_HANDSHAKE_OUT : 0;
    size_t open = USSL_OPEN_ROOM + 2 * chain + plan->record_out + USSL__RECORD_AROUND;
    open += plan->shared > 0 ? 0 : plan->record_in + USSL__RECORD_AROUND;
    return round_up(handshaking > open ? handshaking : open);
}

static bool plan_fits(const ussl_reserve_plan_t *plan) {
    return plan->connections > 0 && plan->connections <= UINT16_MAX
        && plan->shared <= plan->connections && plan->record_in >= USSL_RECORD_MIN
        && plan->record_in <= USSL_RECORD_IN && plan->record_out >= USSL_RECORD_MIN
        && plan->record_out <= USSL_RECORD_OUT && plan->peer_chain <= USSL_RECORD_IN
        && plan->own_chain <= USSL_OWN_CHAIN_MAX && plan->rsa_bits <= USSL_RSA_MAX;
}

// ---- helpers ----
static size_t reserved; // connections in all reservations

static size_t block_size(const ussl_reserve_plan_t *plan) {
    size_t shared = plan->shared * round_up(plan->record_in + USSL__RECORD_AROUND);
    return head_size(plan) + shared
        + plan->connections * (round_up(sizeof(ussl__slot_t)) + slot_size(plan));
}

static size_t key_slots_size(size_t connections) {
#if USSL_TLS13
    return ussl__psa_slots_size(connections + USSL__SLOTS_PASSING);
#else
    (void)connections;
    return 0;
#endif
}

// Makes room for the key slots of all reserved connections. They are outside of the block, because
// mbedTLS has one table of them for the whole process.
static ussl_result_t make_key_slots(size_t connections) {
    ussl_result_t result = USSL_OK;
#if USSL_TLS13
    result = ussl__psa_slots_make(reserved + connections + USSL__SLOTS_PASSING);
#endif
    reserved += result == USSL_OK ? connections : 0;
    return result;
}

static void reserve_drop(ussl__object_t *object) {
    reserved -= ((ussl_reserve_t *)object)->plan.connections;
    ussl__platform()->release(ussl__platform()->user, object);
}

// Called when the last block and the last handle of a slot have been released.
static void slot_drop(ussl__object_t *object) {
    ussl__slot_t *slot = (ussl__slot_t *)object;
    slot->arena.memory.used = 0;
    ussl__object_unref(slot->reserve);
}

static void slot_init(ussl__slot_t *slot, ussl_reserve_t *reserve, void *memory, size_t size) {
    slot->arena.object.drop = slot_drop;
    slot->arena.pool = &slot->pool;
    slot->reserve = reserve;
    ussl__pool_init(&slot->pool, memory, size);
}

static void lay_out(ussl_reserve_t *reserve, uint8_t *memory) {
    const ussl_reserve_plan_t *plan = &reserve->plan;
    memory += head_size(plan);
    reserve->shared = (ussl__shared_buffer_t *)(void *)(memory
        - round_up(plan->shared * sizeof(ussl__shared_buffer_t)));
    for (size_t i = 0; i < plan->connections; i++) {
        reserve->slots[i] = (ussl__slot_t *)(void *)memory;
        memory += round_up(sizeof(ussl__slot_t));
        slot_init(reserve->slots[i], reserve, memory, reserve->each);
        memory += reserve->each;
    }
    for (size_t i = 0; i < plan->shared; i++) {
        reserve->shared[i].memory = memory;
        memory += reserve->shared_size;
    }
}

static ussl_result_t make_reserve(const ussl_reserve_plan_t *plan, ussl_reserve_t **out) {
    const ussl_platform_t *platform = ussl__platform();
    uint8_t *memory = platform->alloc(platform->user, block_size(plan));
    if (memory == NULL) {
        return USSL_ERR_MEMORY;
    }
    if (make_key_slots(plan->connections) != USSL_OK) {
        platform->release(platform->user, memory);
        return USSL_ERR_MEMORY;
    }
    ussl_reserve_t *reserve = (ussl_reserve_t *)(void *)memory;
    reserve->object.refs = 1;
    reserve->object.drop = reserve_drop;
    reserve->plan = *plan;
    reserve->each = slot_size(plan);
    reserve->shared_size = round_up(plan->record_in + USSL__RECORD_AROUND);
    lay_out(reserve, memory);
    *out = reserve;
    return USSL_OK;
}

// ---- private to the engine ----
ussl__shared_buffer_t *ussl__shared_buffers(const ussl_arena_t *arena, size_t *n, size_t *size) {
    const ussl_reserve_t *reserve =
        arena->pool != NULL ? ((const ussl__slot_t *)arena)->reserve : NULL;
    *n = reserve != NULL ? reserve->plan.shared : 0;
    *size = reserve != NULL ? reserve->shared_size : 0;
    return *n > 0 ? reserve->shared : NULL;
}

void ussl__arena_set_owner(ussl_arena_t *arena, void *owner) {
    if (arena->pool != NULL) {
        ((ussl__slot_t *)arena)->owner = owner;
    }
}

// ---- public ----
size_t ussl_reserve_size(const ussl_reserve_plan_t *plan) {
    return block_size(plan) + key_slots_size(plan->connections);
}

ussl_result_t ussl_reserve_new(const ussl_reserve_plan_t *plan, ussl_reserve_t **out) {
    *out = NULL;
    if (!plan_fits(plan) || slot_size(plan) > SIZE_MAX / 4 / plan->connections) {
        return USSL_ERR_USAGE;
    }
    ussl__scope_t scope;
    ussl__scope_enter(&scope, NULL);
    ussl_result_t result = make_reserve(plan, out);
    ussl__scope_leave(&scope);
    return result;
}

void ussl_reserve_unref(ussl_reserve_t *reserve) {
    ussl__object_unref(reserve);
}

ussl_arena_t *ussl_reserve_take(ussl_reserve_t *reserve) {
    ussl__scope_t scope;
    ussl_arena_t *arena = NULL;
    ussl__scope_enter(&scope, NULL); // also drops waiting objects, which may free a slot
    for (size_t i = 0; i < reserve->plan.connections && arena == NULL; i++) {
        ussl__slot_t *slot = reserve->slots[i];
        if (slot->taken) {
            continue;
        }
        arena = &slot->arena;
        slot->taken = true;
        if (arena->object.refs++ == 0) {
            ussl__object_ref(reserve);
        }
    }
    ussl__scope_leave(&scope);
    return arena;
}

void ussl_arena_leave(ussl_arena_t *arena) {
    if (arena->pool != NULL) {
        ((ussl__slot_t *)arena)->taken = false;
    }
}

void *ussl_reserve_owner(const ussl_reserve_t *reserve, size_t index) {
    return index < reserve->plan.connections ? reserve->slots[index]->owner : NULL;
}

void ussl_reserve_status(const ussl_reserve_t *reserve, ussl_reserve_status_t *out) {
    *out = (ussl_reserve_status_t){
        .bytes = ussl_reserve_size(&reserve->plan), .slots = reserve->plan.connections};
    for (size_t i = 0; i < reserve->plan.connections; i++) {
        const ussl__slot_t *slot = reserve->slots[i];
        out->taken += slot->taken;
        out->used += slot->arena.memory.used;
        out->peak = slot->arena.memory.peak > out->peak ? slot->arena.memory.peak : out->peak;
    }
}
