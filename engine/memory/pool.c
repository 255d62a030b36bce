// SPDX-License-Identifier: MIT
//
// pool.c - an allocator inside a piece of memory that was set aside. It uses good fit by size
// classes, and joins adjacent free blocks at once (after TLSF, Masmano et al. 2004).
//
// Notes: releasing a block takes constant time. Taking one also does, unless the list of its size
// class has to be searched. There is no overhead beside the header that every block of an arena
// has. Large blocks, which hold records, are taken from the upper end of a free block and small
// ones from its lower end, so a small block that lives long does not lie between two records.
//
// A block is a whole number of units. Its header holds its size and two flags. A free block also
// holds links to its neighbours in the list of its class, and its size again in its last word.
#include "memory.h"

#include <string.h>

enum { FREE = 1, BEFORE_FREE = 2, FLAGS = 3 }; // BEFORE_FREE: the block in front is free
#define UNIT sizeof(ussl__block_t)
#define LARGE 2048 // bytes, header included

typedef struct free_block {
    struct free_block *next;     // lent; a block in use has its arena here
    size_t size;                 // bytes, header included, and the flags
    struct free_block *previous; // lent
} free_block_t;

_Static_assert(sizeof(free_block_t) <= 2 * UNIT, "the smallest block has room for the list");

// ---- geometry ----
static size_t size_of(const void *block) {
    return ((const free_block_t *)block)->size & ~(size_t)FLAGS;
}

static free_block_t *after(const void *block) {
    return (free_block_t *)((uint8_t *)block + size_of(block));
}

static size_t *last_word(free_block_t *block) {
    return (size_t *)(void *)((uint8_t *)block + size_of(block)) - 1;
}

// Below 16 units each size has its own class. Above that, each power of two is divided into four
// classes, and the last class holds everything that is larger.
static unsigned class_of(size_t size) {
    size_t units = size / UNIT;
    if (units < 16) {
        return (unsigned)units;
    }
    unsigned power = 4;
    while (units >> (power + 1) != 0) {
        power++;
    }
    unsigned index = 16 + (power - 4) * 4 + (unsigned)(units >> (power - 2) & 3);
    return index < USSL__POOL_CLASSES ? index : USSL__POOL_CLASSES - 1;
}

// ---- lists ----
static void list_add(ussl__pool_t *pool, free_block_t *block) {
    unsigned class = class_of(size_of(block));
    block->previous = NULL;
    block->next = pool->lists[class];
    if (block->next != NULL) {
        block->next->previous = block;
    }
    pool->lists[class] = block;
    pool->filled |= (uint64_t)1 << class;
    block->size |= FREE;
    *last_word(block) = size_of(block);
    after(block)->size |= BEFORE_FREE;
}

static void list_remove(ussl__pool_t *pool, free_block_t *block) {
    unsigned class = class_of(size_of(block));
    if (block->previous != NULL) {
        block->previous->next = block->next;
    } else {
        pool->lists[class] = block->next;
        if (block->next == NULL) {
            pool->filled &= ~((uint64_t)1 << class);
        }
    }
    if (block->next != NULL) {
        block->next->previous = block->previous;
    }
    block->size &= ~(size_t)FREE;
    after(block)->size &= ~(size_t)BEFORE_FREE;
}

// In the class of `size` a block may be too small, so the list is searched. Every block of a higher
// class is large enough, so the first one is taken.
static free_block_t *find(ussl__pool_t *pool, size_t size) {
    unsigned class = class_of(size);
    for (free_block_t *block = pool->lists[class]; block != NULL; block = block->next) {
        if (size_of(block) >= size) {
            return block;
        }
    }
    for (class ++; class < USSL__POOL_CLASSES; class ++) {
        if (pool->filled >> class & 1) {
            return pool->lists[class];
        }
    }
    return NULL;
}

// ---- private to the engine ----
void ussl__pool_init(ussl__pool_t *pool, void *memory, size_t size) {
    memset(pool, 0, sizeof(*pool));
    pool->start = memory;
    pool->size = size / UNIT * UNIT;
    free_block_t *all = memory;
    all->size = pool->size - UNIT;
    after(all)->size = 0; // a header that is never free marks the end
    list_add(pool, all);
}

bool ussl__pool_holds(const ussl__pool_t *pool, const void *block) {
    const uint8_t *at = block;
    return at >= pool->start && at < pool->start + pool->size;
}

void *ussl__pool_take(ussl__pool_t *pool, size_t wanted) {
    size_t size = (wanted + UNIT - 1) / UNIT * UNIT;
    size = size < 2 * UNIT ? 2 * UNIT : size;
    free_block_t *block = wanted <= pool->size ? find(pool, size) : NULL;
    if (block == NULL) {
        return NULL;
    }
    list_remove(pool, block);
    size_t rest = size_of(block) - size;
    if (rest >= 2 * UNIT) {
        free_block_t *left = block;
        size_t flags = block->size & FLAGS;
        if (size >= LARGE) {
            left->size = rest | flags;
            block = after(left);
            block->size = size;
        } else {
            block->size = size | flags;
            left = after(block);
            left->size = rest;
        }
        list_add(pool, left);
    }
    memset((uint8_t *)block + UNIT, 0, size_of(block) - UNIT);
    return block;
}

void ussl__pool_give(ussl__pool_t *pool, void *given) {
    free_block_t *block = given, *next = after(block);
    if (next->size & FREE) {
        list_remove(pool, next);
        block->size += size_of(next);
    }
    if (block->size & BEFORE_FREE) {
        size_t before = ((size_t *)given)[-1];
        free_block_t *previous = (free_block_t *)((uint8_t *)given - before);
        list_remove(pool, previous);
        previous->size += size_of(block);
        block = previous;
    }
    list_add(pool, block);
}

size_t ussl__pool_block_size(const void *block) {
    return size_of(block);
}
