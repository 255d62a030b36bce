// SPDX-License-Identifier: MIT
//
// arena.c - memory of a context, or of a reservation's slot: counted, limited, wiped on release.
//
// Notes: all of mbedTLS allocates through this file. mbedTLS's allocation function has no argument
// for an arena, so each public function that calls mbedTLS opens a scope, and ussl__calloc()
// charges the arena of the innermost scope. Each block holds a reference to its arena, because a
// block may be freed after everything else in the arena: an RSA key that connections share caches
// numbers in the arena of the connection that uses it first. For the same reason an arena is never
// reset as a whole.
#include "memory.h"

// ---- helpers ----
static void arena_drop(ussl__object_t *arena) {
    ussl__platform()->release(ussl__platform()->user, arena);
}

static bool arena_fits(const ussl_arena_t *arena, size_t size) {
    return arena->limit == 0 || (size <= arena->limit && arena->memory.used <= arena->limit - size);
}

static void arena_charge(ussl_arena_t *arena, size_t size) {
    ussl_memory_t *memory = &arena->memory;
    arena->object.refs++;
    memory->blocks++;
    memory->used += size;
    memory->peak = memory->used > memory->peak ? memory->used : memory->peak;
    arena->recent_peak = memory->used > arena->recent_peak ? memory->used : arena->recent_peak;
}

// ---- blocks, for mbedTLS and the engine ----
void *ussl__calloc(size_t count, size_t size) {
    const ussl_platform_t *platform = ussl__platform();
    ussl__scope_t *scope = ussl__scope_current();
    ussl_arena_t *arena = scope ? scope->arena : NULL;
    ussl__block_t *block = NULL;
    bool ready = platform->alloc != NULL; // false before ussl_init()
    if (ready && (size == 0 || count <= (SIZE_MAX - sizeof(*block)) / size)) {
        size_t total = count * size + sizeof(*block);
        bool pooled = arena != NULL && arena->pool != NULL;
        if (pooled) {
            block = ussl__pool_take(arena->pool, total);
        } else if (arena == NULL || arena_fits(arena, total)) {
            block = platform->alloc(platform->user, total);
        }
        if (block != NULL) {
            block->arena = arena;
            block->size = pooled ? block->size : total;
            if (arena != NULL) {
                arena_charge(arena, pooled ? ussl__pool_block_size(block) : total);
            }
            return block + 1;
        }
    }
    // mbedTLS reports many failed allocations as protocol or certificate errors, so the scope
    // records the true cause.
    if (scope != NULL) {
        scope->failed = true;
    }
    return NULL;
}

void *ussl__calloc_uncharged(size_t count, size_t size) {
    ussl__scope_t *scope = ussl__scope_current();
    ussl_arena_t *arena = scope ? scope->arena : NULL;
    if (scope != NULL) {
        scope->arena = NULL;
    }
    void *block = ussl__calloc(count, size);
    if (scope != NULL) {
        scope->arena = arena;
    }
    return block;
}

void ussl__free(void *ptr) {
    if (ptr == NULL) {
        return;
    }
    ussl__block_t *block = (ussl__block_t *)ptr - 1;
    ussl_arena_t *arena = block->arena;
    bool pooled = arena != NULL && arena->pool != NULL;
    size_t size = pooled ? ussl__pool_block_size(block) : block->size;
    mbedtls_platform_zeroize(ptr, size - sizeof(*block));
    if (pooled) {
        ussl__pool_give(arena->pool, block);
    } else {
        ussl__platform()->release(ussl__platform()->user, block);
    }
    if (arena != NULL) {
        arena->memory.used -= size;
        ussl__object_unref(arena);
    }
}

// ---- public ----
ussl_result_t ussl_arena_new(size_t limit, ussl_arena_t **out) {
    const ussl_platform_t *platform = ussl__platform();
    if (out == NULL || platform->alloc == NULL) {
        return USSL_ERR_USAGE;
    }
    ussl__scope_t scope; // the platform's allocator need not be thread-safe
    ussl__scope_enter(&scope, NULL);
    ussl_arena_t *arena = platform->alloc(platform->user, sizeof(*arena));
    ussl__scope_leave(&scope);
    if (arena == NULL) {
        return USSL_ERR_MEMORY;
    }
    arena->object.refs = 1;
    arena->object.drop = arena_drop;
    arena->limit = limit;
    *out = arena;
    return USSL_OK;
}

ussl_arena_t *ussl_arena_ref(ussl_arena_t *arena) {
    return ussl__object_ref(arena);
}

void ussl_arena_unref(ussl_arena_t *arena) {
    ussl__object_unref(arena);
}

void ussl_arena_memory(const ussl_arena_t *arena, ussl_memory_t *out) {
    *out = arena->memory;
}
