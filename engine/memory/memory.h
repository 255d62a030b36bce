// SPDX-License-Identifier: MIT
//
// memory.h - private; what this room gives to the rooms above: the platform, one thread at a time,
// counted references, memory that is charged to somebody, and memory set aside for connections.
#ifndef USSL_MEMORY_MEMORY_H
#define USSL_MEMORY_MEMORY_H

#include "../mbedtls/mbed.h"
#include "bytes.h"

// ---- platform.c --------------------------------------------------------------------------------
const ussl_platform_t *ussl__platform(void);
void ussl__platform_set(const ussl_platform_t *platform);
// The platform's random generator in the form of mbedTLS's f_rng. The first argument is not used.
int ussl__rng(void *unused, unsigned char *buf, size_t len);
bool ussl__clock_is_set(void);
// Seconds since 1970 as the clock tells them, set or not: for ages, not for certificates.
int64_t ussl__now(void);
// Milliseconds from any start. Always 0 on a platform without ticks_ms.
uint32_t ussl__ticks_ms(void);

// ---- scope.c -----------------------------------------------------------------------------------
// The head of every counted object, for ussl_drop_later().
typedef struct ussl__object {
    struct ussl__object *next; // in the list of objects that wait to be dropped
    void (*drop)(struct ussl__object *object);
    size_t refs;
} ussl__object_t;

// A stretch of work by one thread, charged to one arena. Every public function that calls mbedTLS
// or counts references opens one; the outermost scope of a thread holds the platform's lock.
typedef struct ussl__scope {
    ussl_arena_t *arena;    // lent; NULL for process-wide state, which nobody is charged for
    bool failed;            // an allocation has failed inside this scope
    struct ussl_conn *conn; // lent; the connection that is at work, or NULL
    struct ussl__scope *outer;
} ussl__scope_t;

void ussl__scope_enter(ussl__scope_t *scope, ussl_arena_t *arena);
void ussl__scope_leave(ussl__scope_t *scope);
ussl__scope_t *ussl__scope_current(void);
// Around a hook: other threads, and other calls of this thread, may use the engine meanwhile.
ussl__scope_t *ussl__scope_pause(void);
void ussl__scope_resume(ussl__scope_t *scope);
// While stopped, ussl_drop_later() drops at once.
void ussl__scope_stop(bool stop);
// Counting under the lock. Both allow NULL; ref returns its argument.
void *ussl__object_ref(void *object);
void ussl__object_unref(void *object);

// ---- pool.c ------------------------------------------------------------------------------------
// Stands in front of every block of an arena. It has two words, so what follows is aligned as the
// allocator aligned the block.
typedef struct {
    ussl_arena_t *arena; // counted; NULL if the block is charged to nobody
    size_t size;         // with this header; in a pool its last two bits are flags of the pool
} ussl__block_t;

#define USSL__POOL_CLASSES 64
typedef struct {
    uint8_t *start;
    size_t size;
    uint64_t filled; // bit n is set if list n is not empty
    struct free_block *lists[USSL__POOL_CLASSES];
} ussl__pool_t;
void ussl__pool_init(ussl__pool_t *pool, void *memory, size_t size);
// Returns a zeroed block of at least `size` bytes, its header included, or NULL if there is no
// room.
void *ussl__pool_take(ussl__pool_t *pool, size_t size);
void ussl__pool_give(ussl__pool_t *pool, void *block);
bool ussl__pool_holds(const ussl__pool_t *pool, const void *block);
size_t ussl__pool_block_size(const void *block);

// ---- arena.c (ussl__calloc and ussl__free are declared in mbed.h)
// --------------------------------
struct ussl_arena {
    ussl__object_t object; // referenced by handles and by live blocks
    size_t limit;
    ussl_memory_t memory;
    size_t recent_peak; // the most that was used since a handshake began
    ussl__pool_t *pool; // NULL: blocks come from the platform
};

// Octets around the plaintext of a record: mbedTLS's sequence number in front of it, header,
// explicit nonce, hidden type, tag.
#define USSL__RECORD_AROUND (8 + 5 + 8 + 1 + 16)

// ---- reserve.c ---------------------------------------------------------------------------------
// Memory for one connection.
typedef struct {
    ussl_arena_t arena; // first: the arena of a slot is the slot
    ussl__pool_t pool;
    ussl_reserve_t *reserve; // counted while the arena is referenced
    bool taken;              // by a connection
} ussl__slot_t;

// A buffer for one record, which the connections of a reservation share.
typedef struct {
    uint8_t *memory;
    ussl_conn_t *user; // lent; NULL: the buffer is free
    uint32_t since_ms; // when it was lent
} ussl__shared_buffer_t;
// The shared buffers of the reservation that an arena belongs to: *n of them, of *size bytes each.
// Returns NULL if there are none.
ussl__shared_buffer_t *ussl__shared_buffers(const ussl_arena_t *arena, size_t *n, size_t *size);

#endif // USSL_MEMORY_MEMORY_H
