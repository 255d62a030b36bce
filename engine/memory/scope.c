// SPDX-License-Identifier: MIT
//
// scope.c - scopes, which let one thread at a time into the engine and charge its work to an arena;
// reference counts; and the list of objects that are waiting to be dropped.
//
// Notes: MicroPython's unix and rp2 ports run threads without a global lock, and all threads share
// PSA's key slots, private keys, and reference counts. So the outermost scope of a thread holds the
// platform's lock, and `owner` identifies that thread, which distinguishes its nested calls from
// calls of other threads. Bare metal has no thread-local variables, so none is used. A hook runs
// without the lock, because otherwise two threads could wait for each other.
//
// A finaliser runs inside a garbage collection. This thread or another may then be in the middle of
// a call that holds the lock and waits for memory. A finaliser therefore must not wait for the
// lock; it only puts the object into the waiting list.
#include "memory.h"

static uintptr_t owner;          // the thread that holds the lock; 0: none
static ussl__scope_t *innermost; // lent; of the owner
static ussl__object_t *waiting;  // counted; changed only between freeze and thaw
static bool stopped; // true after ussl_deinit(): no later call will drop the waiting objects

// ---- helpers ----
static uintptr_t this_thread(void) {
    const ussl_platform_t *platform = ussl__platform();
    return platform->thread != NULL ? platform->thread(platform->user) : 1;
}

// Another thread may change `owner` at the same time, but never to this thread.
static bool is_locked_here(void) {
    return __atomic_load_n(&owner, __ATOMIC_RELAXED) == this_thread();
}

static void lock(void) {
    if (ussl__platform()->lock != NULL) {
        ussl__platform()->lock(ussl__platform()->user);
    }
    __atomic_store_n(&owner, this_thread(), __ATOMIC_RELAXED);
}

static void unlock(void) {
    __atomic_store_n(&owner, 0, __ATOMIC_RELAXED);
    if (ussl__platform()->unlock != NULL) {
        ussl__platform()->unlock(ussl__platform()->user);
    }
}

static ussl__object_t *swap_waiting(ussl__object_t *list, bool push) {
    const ussl_platform_t *platform = ussl__platform();
    uintptr_t state = platform->freeze ? platform->freeze(platform->user) : 0;
    ussl__object_t *before = waiting;
    if (push) {
        list->next = before;
    }
    // The store is atomic, because ussl__scope_enter() reads `waiting` outside of freeze and thaw.
    __atomic_store_n(&waiting, list, __ATOMIC_RELAXED);
    if (platform->thaw != NULL) {
        platform->thaw(platform->user, state);
    }
    return before;
}

static void drop_waiting(void) {
    ussl__object_t *list = swap_waiting(NULL, false);
    while (list != NULL) {
        ussl__object_t *next = list->next;
        ussl__object_unref(list);
        list = next;
    }
}

// ---- scopes ----
void ussl__scope_enter(ussl__scope_t *scope, ussl_arena_t *arena) {
    bool outermost = !is_locked_here();
    if (outermost) {
        lock();
    }
    scope->arena = arena;
    scope->failed = false;
    scope->conn = NULL;
    scope->outer = innermost;
    innermost = scope;
    if (outermost && __atomic_load_n(&waiting, __ATOMIC_RELAXED) != NULL) {
        drop_waiting();
    }
}

void ussl__scope_leave(ussl__scope_t *scope) {
    innermost = scope->outer;
    if (innermost == NULL) {
        unlock();
    }
}

ussl__scope_t *ussl__scope_current(void) {
    return is_locked_here() ? innermost : NULL;
}

ussl__scope_t *ussl__scope_pause(void) {
    ussl__scope_t *scope = innermost;
    innermost = NULL;
    unlock();
    return scope;
}

void ussl__scope_resume(ussl__scope_t *scope) {
    lock();
    innermost = scope;
}

// ---- references ----
void *ussl__object_ref(void *object) {
    if (object != NULL) {
        ussl__scope_t scope;
        ussl__scope_enter(&scope, NULL);
        ((ussl__object_t *)object)->refs++;
        ussl__scope_leave(&scope);
    }
    return object;
}

void ussl__object_unref(void *pointer) {
    ussl__object_t *object = pointer;
    if (object != NULL) {
        ussl__scope_t scope;
        ussl__scope_enter(&scope, NULL);
        if (--object->refs == 0) {
            object->drop(object);
        }
        ussl__scope_leave(&scope);
    }
}

void ussl__scope_stop(bool stop) {
    stopped = stop;
}

void ussl_drop_later(void *object) {
    if (stopped) {
        ussl__object_unref(object);
    } else if (object != NULL) {
        (void)swap_waiting(object, true);
    }
}

_Static_assert(sizeof(ussl__scope_t) <= sizeof(ussl_lock_t), "ussl_lock_t has room for a scope");

void ussl_lock(ussl_lock_t *lock) {
    ussl__scope_enter((ussl__scope_t *)(void *)lock, NULL);
}

void ussl_unlock(ussl_lock_t *lock) {
    ussl__scope_leave((ussl__scope_t *)(void *)lock);
}
