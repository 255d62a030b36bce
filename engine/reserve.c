// SPDX-License-Identifier: MIT
//
// reserve.c - memory set aside for connections: one block from the heap, a place in it for each,
// and record buffers that they can share.
//
// Notes: every place is an arena of its own with a pool inside, so a connection can neither use up
// nor fragment the room of another. A place is free again when its connection is gone. What stays
// behind then, numbers that an RSA key of ours has cached, is a few blocks once in the key's life;
// it keeps the whole block alive as long as it lives itself.
//
// A shared buffer is lent for one record: until its plaintext has been read. A peer that dribbles
// could hold it for ever, so after USSL_HOLD_MS it is taken away when somebody else waits.
#include "mbed.h"

typedef struct {
    uint8_t *memory;
    ussl_conn_t *user; // lent; NULL: free
    uint32_t since_ms;
} shared_t;

struct ussl_reserve {
    ussl_object_t object; // referenced by its owner and by each place that holds something
    ussl_reserve_plan_t plan;
    size_t each, shared_size;
    shared_t *shared;       // in the same block
    ussl_place_t *places[]; // lent: in the same block
};

// ---- sizes ----
static size_t round_up(size_t n) {
    return (n + sizeof(ussl_block_t) - 1) / sizeof(ussl_block_t) * sizeof(ussl_block_t);
}

static size_t head_size(const ussl_reserve_plan_t *plan) {
    return round_up(sizeof(ussl_reserve_t) + plan->connections * sizeof(ussl_place_t *))
        + round_up(plan->shared * sizeof(shared_t));
}

// A place holds what a handshake needs, mbedTLS's whole output buffer among it, and later what an
// open connection needs: its state, one record in and one out. Certificates are there as they came
// and, about twice as large, parsed. Checking one signature is what takes most: with RSA, numbers
// as long as the key, by the dozen.
#define RSA_COUNTED 2048 // bits, in USSL_SHAKING_ROOM
static size_t place_size(const ussl_reserve_plan_t *plan) {
    size_t chain = plan->peer_chain;
    size_t shaking = USSL_SHAKING_ROOM + USSL_RECORD_OUT + 3 * chain;
    shaking +=
        plan->rsa_bits > RSA_COUNTED ? (plan->rsa_bits - RSA_COUNTED) / 8 * USSL_RSA_ROOM : 0;
    size_t open = USSL_OPEN_ROOM + 2 * chain + plan->record_out + USSL_RECORD_AROUND;
    open += plan->shared > 0 ? 0 : plan->record_in + USSL_RECORD_AROUND;
    return round_up(shaking > open ? shaking : open);
}

static bool plan_fits(const ussl_reserve_plan_t *plan) {
    return plan->connections > 0 && plan->connections <= UINT16_MAX
        && plan->shared <= plan->connections && plan->record_in >= USSL_RECORD_MIN
        && plan->record_in <= USSL_RECORD_IN && plan->record_out >= USSL_RECORD_MIN
        && plan->record_out <= USSL_RECORD_OUT && plan->peer_chain <= USSL_RECORD_IN
        && plan->rsa_bits <= USSL_RSA_MAX;
}

// ---- helpers ----
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

static void lay_out(ussl_reserve_t *reserve, uint8_t *memory) {
    const ussl_reserve_plan_t *plan = &reserve->plan;
    memory += head_size(plan);
    reserve->shared = (shared_t *)(void *)(memory - round_up(plan->shared * sizeof(shared_t)));
    for (size_t i = 0; i < plan->connections; i++) {
        reserve->places[i] = (ussl_place_t *)(void *)memory;
        memory += round_up(sizeof(ussl_place_t));
        place_init(reserve->places[i], reserve, memory, reserve->each);
        memory += reserve->each;
    }
    for (size_t i = 0; i < plan->shared; i++) {
        reserve->shared[i].memory = memory;
        memory += reserve->shared_size;
    }
}

// ---- shared record buffers ----
static ussl_reserve_t *reserve_of(const ussl_conn_t *conn) {
    return conn->arena->pool != NULL ? ((ussl_place_t *)conn->arena)->reserve : NULL;
}

static uint32_t now_ms(void) {
    const ussl_platform_t *platform = ussl_platform();
    return platform->ticks_ms != NULL ? platform->ticks_ms(platform->user) : 0;
}

static bool held_too_long(const shared_t *shared) {
    return now_ms() - shared->since_ms >= USSL_HOLD_MS;
}

// One that can be had: free, or of a peer that has not finished its record in time.
static shared_t *find_shared(const ussl_reserve_t *reserve, bool *hopeless) {
    shared_t *found = NULL;
    *hopeless = true;
    for (size_t i = 0; i < reserve->plan.shared && (found == NULL || found->user != NULL); i++) {
        shared_t *shared = &reserve->shared[i];
        bool late = shared->user != NULL && held_too_long(shared);
        *hopeless &= late;
        if (shared->user == NULL || (late && ussl_records_dribble(shared->user))) {
            found = shared;
        }
    }
    return found;
}

ussl_result_t ussl_reserve_lend(ussl_conn_t *conn, size_t size, uint8_t **out) {
    ussl_reserve_t *reserve = reserve_of(conn);
    *out = NULL;
    if (reserve == NULL || reserve->plan.shared == 0 || size > reserve->shared_size) {
        return USSL_ERR_MEMORY;
    }
    bool hopeless;
    shared_t *shared = find_shared(reserve, &hopeless);
    if (shared == NULL) {
        // All of them hold plaintext that nobody reads: waiting longer would be a deadlock.
        return hopeless ? USSL_ERR_MEMORY : USSL_WANT_ROOM;
    }
    if (shared->user != NULL) {
        ussl_conn_too_slow(shared->user); // which gives the buffer back
    }
    shared->user = conn;
    shared->since_ms = now_ms();
    *out = shared->memory;
    return USSL_OK;
}

bool ussl_reserve_take_back(const ussl_conn_t *conn, const uint8_t *buf, size_t used) {
    const ussl_reserve_t *reserve = reserve_of(conn);
    for (size_t i = 0; reserve != NULL && i < reserve->plan.shared; i++) {
        shared_t *shared = &reserve->shared[i];
        if (shared->memory == buf) {
            mbedtls_platform_zeroize(shared->memory, used);
            shared->user = NULL;
            return true;
        }
    }
    return false;
}

bool ussl_conn_room_is_free(const ussl_conn_t *conn) {
    const ussl_reserve_t *reserve = reserve_of(conn);
    if (!conn->wants_room || reserve == NULL) {
        return true;
    }
    ussl_scope_t scope;
    bool hopeless;
    ussl_scope_enter(&scope, NULL);
    bool found = find_shared(reserve, &hopeless) != NULL;
    ussl_scope_leave(&scope);
    return found || hopeless;
}

// ---- public, in header order ----
size_t ussl_reserve_size(const ussl_reserve_plan_t *plan) {
    size_t shared = plan->shared * round_up(plan->record_in + USSL_RECORD_AROUND);
    return head_size(plan) + shared
        + plan->connections * (round_up(sizeof(ussl_place_t)) + place_size(plan));
}

ussl_result_t ussl_reserve_new(const ussl_reserve_plan_t *plan, ussl_reserve_t **out) {
    *out = NULL;
    if (!plan_fits(plan) || place_size(plan) > SIZE_MAX / 4 / plan->connections) {
        return USSL_ERR_USAGE;
    }
    const ussl_platform_t *platform = ussl_platform();
    uint8_t *memory = platform->alloc(platform->user, ussl_reserve_size(plan));
    if (memory == NULL) {
        return USSL_ERR_MEMORY;
    }
    ussl_reserve_t *reserve = (ussl_reserve_t *)(void *)memory;
    reserve->object.refs = 1;
    reserve->object.drop = reserve_drop;
    reserve->plan = *plan;
    reserve->each = place_size(plan);
    reserve->shared_size = round_up(plan->record_in + USSL_RECORD_AROUND);
    lay_out(reserve, memory);
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
    for (size_t i = 0; i < reserve->plan.connections && arena == NULL; i++) {
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
        .bytes = ussl_reserve_size(&reserve->plan), .places = reserve->plan.connections};
    for (size_t i = 0; i < reserve->plan.connections; i++) {
        const ussl_place_t *place = reserve->places[i];
        out->taken += place->taken;
        out->used += place->arena.memory.used;
        out->peak = place->arena.memory.peak > out->peak ? place->arena.memory.peak : out->peak;
    }
}
