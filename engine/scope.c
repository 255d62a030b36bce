// SPDX-License-Identifier: MIT
//
// scope.c - who is at work in the engine: one thread at a time, charged to one arena; and the
// objects that are waiting to be dropped.
//
// Notes: MicroPython's unix and rp2 ports run threads without a global lock, and PSA's key slots, a
// shared private key, and reference counts are shared by all of them. So the outermost scope of a
// thread holds the platform's lock. A hook runs without it, or two threads could wait for one
// another.
//
// A finaliser runs inside a garbage collection: another thread, or this very one, may be in the
// middle of a call that holds the lock and wants memory. It can therefore wait for nothing, and
// only leaves the object in a list.
#include "mbed.h"

// A bare-metal port without threads needs no thread-local storage.
#ifndef USSL_THREAD_LOCAL
#if defined(__unix__) || defined(__APPLE__)
#define USSL_THREAD_LOCAL __thread
#else
#define USSL_THREAD_LOCAL
#endif
#endif

static USSL_THREAD_LOCAL ussl_scope_t *innermost;
static ussl_object_t *waiting; // changed only while frozen
static bool stopped;           // after ussl_deinit(): nothing is at work, and nobody will come

// ---- helpers ----
static void lock(void) {
    if (ussl_platform()->lock != NULL) {
        ussl_platform()->lock(ussl_platform()->user);
    }
}

static void unlock(void) {
    if (ussl_platform()->unlock != NULL) {
        ussl_platform()->unlock(ussl_platform()->user);
    }
}

static ussl_object_t *swap_waiting(ussl_object_t *list, bool push) {
    const ussl_platform_t *platform = ussl_platform();
    uintptr_t state = platform->freeze ? platform->freeze(platform->user) : 0;
    ussl_object_t *before = waiting;
    if (push) {
        list->next = before;
    }
    waiting = list;
    if (platform->thaw != NULL) {
        platform->thaw(platform->user, state);
    }
    return before;
}

static void drop_waiting(void) {
    ussl_object_t *list = swap_waiting(NULL, false);
    while (list != NULL) {
        ussl_object_t *next = list->next;
        ussl_object_unref(list);
        list = next;
    }
}

// ---- scopes ----
void ussl_scope_enter(ussl_scope_t *scope, ussl_arena_t *arena) {
    bool outermost = innermost == NULL;
    if (outermost) {
        lock();
    }
    scope->arena = arena;
    scope->failed = false;
    scope->conn = NULL;
    scope->outer = innermost;
    innermost = scope;
    if (outermost && waiting != NULL) {
        drop_waiting();
    }
}

void ussl_scope_leave(ussl_scope_t *scope) {
    innermost = scope->outer;
    if (innermost == NULL) {
        unlock();
    }
}

ussl_scope_t *ussl_scope_current(void) {
    return innermost;
}

ussl_scope_t *ussl_scope_pause(void) {
    ussl_scope_t *scope = innermost;
    innermost = NULL;
    unlock();
    return scope;
}

void ussl_scope_resume(ussl_scope_t *scope) {
    lock();
    innermost = scope;
}

// ---- references ----
void *ussl_object_ref(void *object) {
    if (object != NULL) {
        ussl_scope_t scope;
        ussl_scope_enter(&scope, NULL);
        ((ussl_object_t *)object)->refs++;
        ussl_scope_leave(&scope);
    }
    return object;
}

void ussl_object_unref(void *pointer) {
    ussl_object_t *object = pointer;
    if (object != NULL) {
        ussl_scope_t scope;
        ussl_scope_enter(&scope, NULL);
        if (--object->refs == 0) {
            object->drop(object);
        }
        ussl_scope_leave(&scope);
    }
}

void ussl_scope_stop(bool stop) {
    stopped = stop;
}

void ussl_drop_later(void *object) {
    if (stopped) {
        ussl_object_unref(object);
    } else if (object != NULL) {
        (void)swap_waiting(object, true);
    }
}
