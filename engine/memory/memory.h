// SPDX-License-Identifier: MIT
//
// memory.h - private; what this room gives to the rooms above: the platform, scopes that let in one
// thread at a time, counted references, arenas, and memory set aside for connections.
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
// Seconds since 1970 by the clock, even if it is not set. That is enough to compute ages; a caller
// that judges a certificate's dates checks ussl__clock_is_set() first.
int64_t ussl__now(void);
// Milliseconds since an arbitrary moment. Always 0 on a platform without ticks_ms.
uint32_t ussl__ticks_ms(void);

// ---- scope.c -----------------------------------------------------------------------------------
// The first member of every counted object, so that ussl_drop_later() can take any of them.
typedef struct ussl__object {
    struct ussl__object *next; // counted; the next object in the waiting list (scope.c)
    void (*drop)(struct ussl__object *object);
    size_t refs;
} ussl__object_t;

// A scope is the work that one thread does between enter and leave, charged to one arena. Every
// public function that calls mbedTLS or counts references opens one. The outermost scope of a
// thread holds the platform's lock.
typedef struct ussl__scope {
    ussl_arena_t *arena;       // lent; NULL for process-wide state, which is charged to no arena
    bool failed;               // an allocation has failed inside this scope
    struct ussl_conn *conn;    // lent; the connection that the call is on, or NULL
    struct ussl__scope *outer; // lent; NULL in the outermost scope
} ussl__scope_t;

void ussl__scope_enter(ussl__scope_t *scope, ussl_arena_t *arena);
void ussl__scope_leave(ussl__scope_t *scope);
ussl__scope_t *ussl__scope_current(void);
// These are called before and after a hook. In between, other threads, and other calls of this
// thread, may use the engine. resume takes the scope that pause returned.
ussl__scope_t *ussl__scope_pause(void);
void ussl__scope_resume(ussl__scope_t *scope);
// After ussl__scope_stop(true), ussl_drop_later() drops objects at once.
void ussl__scope_stop(bool stop);
// Both count under the platform's lock and allow NULL. ref returns its argument; unref drops the
// object with its last reference.
void *ussl__object_ref(void *object);
void ussl__object_unref(void *object);

// ---- pool.c ------------------------------------------------------------------------------------
// The header in front of every block of an arena. It has two words, so that the memory after it is
// aligned as the allocator aligned the block.
typedef struct {
    ussl_arena_t *arena; // counted; NULL if the block is charged to no arena
    size_t size; // bytes, with this header; in a pool its lowest two bits are flags of the pool
} ussl__block_t;

#define USSL__POOL_CLASSES 64
typedef struct {
    uint8_t *start;                               // lent
    size_t size;                                  // bytes
    uint64_t filled;                              // bit n is set if list n is not empty
    struct free_block *lists[USSL__POOL_CLASSES]; // lent; free blocks by size class
} ussl__pool_t;
void ussl__pool_init(ussl__pool_t *pool, void *memory, size_t size);
// Returns a zeroed block of at least `size` bytes, its header included, or NULL if no free block is
// large enough.
void *ussl__pool_take(ussl__pool_t *pool, size_t size);
void ussl__pool_give(ussl__pool_t *pool, void *block);
bool ussl__pool_holds(const ussl__pool_t *pool, const void *block);
size_t ussl__pool_block_size(const void *block);

// ---- arena.c -----------------------------------------------------------------------------------
// arena.c also defines ussl__calloc() and ussl__free(), which mbed.h declares.
struct ussl_arena {
    ussl__object_t object; // referenced by handles and by live blocks
    size_t limit;          // bytes; 0: no limit
    ussl_memory_t memory;
    size_t recent_peak; // bytes; the most in use since the last ussl_conn_new()
    ussl__pool_t *pool; // lent; NULL if blocks come from the platform
};

// Octets around the plaintext of a record in a buffer of mbedTLS: the sequence number, which
// mbedTLS keeps in front of the record, then header, explicit nonce, hidden type, and tag.
#define USSL__RECORD_AROUND (8 + 5 + 8 + 1 + 16)

// ---- reserve.c ---------------------------------------------------------------------------------
// Memory for one connection.
typedef struct {
    ussl_arena_t arena; // first, so that a pointer to the arena also points to its slot
    ussl__pool_t pool;
    ussl_reserve_t *reserve; // counted while the arena is referenced
    bool taken;              // true while a connection has it
    void *owner;             // caller's; the owner of that connection, or NULL
} ussl__slot_t;

// A buffer for one record, which the connections of a reservation share.
typedef struct {
    uint8_t *memory;   // lent; in the reservation's block
    ussl_conn_t *user; // lent; NULL while the buffer is free
    uint32_t since_ms; // when the buffer was lent, by ussl__ticks_ms()
} ussl__shared_buffer_t;
// Sets the owner of the connection that uses an arena, or NULL if there is none. Does nothing if
// the arena is not that of a slot.
void ussl__arena_set_owner(ussl_arena_t *arena, void *owner);
// Returns the shared buffers of the reservation that an arena belongs to: *n of them, of *size
// bytes each. Returns NULL if there are none.
ussl__shared_buffer_t *ussl__shared_buffers(const ussl_arena_t *arena, size_t *n, size_t *size);

#endif // USSL_MEMORY_MEMORY_H
