// SPDX-License-Identifier: MIT
//
// ticket.c - the keys that seal a server's session tickets (RFC 5077 4, RFC 8446 4.6.1).
//
// Notes: a ticket contains the whole session, so the server keeps nothing. A key seals tickets for
// one lifetime, and opens them for two. It exists in memory only.
#include "session.h"

#include <string.h>

#if USSL_SESSIONS && USSL_SERVER

typedef struct {
    uint8_t name[USSL__TICKET_NAME];
    uint8_t key[USSL__SEAL_KEY];
    int64_t made_at; // seconds since 1970 by the clock, even if it was not set
    bool made;
} ticket_key_t;

struct ussl_tickets {
    ussl__object_t object;
    ussl_arena_t *arena;  // counted
    ticket_key_t keys[2]; // the current key, which seals tickets, and the one before it
};

// ---- helpers ----
static bool is_valid(const ticket_key_t *key, int64_t now, int64_t lifetimes) {
    int64_t age = now - key->made_at;
    return key->made && age >= 0 && age < lifetimes * USSL_TICKET_LIFETIME;
}

// Replaces the current key if it is older than one lifetime or was never made. Returns
// USSL_ERR_PLATFORM if there is no entropy.
static ussl_result_t renew_key(ussl_tickets_t *tickets) {
    int64_t now = ussl__now();
    if (is_valid(&tickets->keys[0], now, 1)) {
        return USSL_OK;
    }
    ticket_key_t fresh = {.made_at = now, .made = true};
    bool good = ussl_random(fresh.name, sizeof(fresh.name)) == USSL_OK
        && ussl_random(fresh.key, sizeof(fresh.key)) == USSL_OK;
    if (good) {
        tickets->keys[1] = tickets->keys[0];
        tickets->keys[0] = fresh;
    }
    mbedtls_platform_zeroize(&fresh, sizeof(fresh));
    return good ? USSL_OK : USSL_ERR_PLATFORM;
}

static const ticket_key_t *key_named(const ussl_tickets_t *tickets, const uint8_t *name) {
    for (size_t i = 0; i < 2; i++) {
        const ticket_key_t *key = &tickets->keys[i];
        if (is_valid(key, ussl__now(), 2) && memcmp(key->name, name, sizeof(key->name)) == 0) {
            return key;
        }
    }
    return NULL;
}

static void tickets_drop(ussl__object_t *object) {
    ussl_tickets_t *tickets = (ussl_tickets_t *)object;
    ussl_arena_t *arena = tickets->arena;
    ussl__free(tickets);
    ussl_arena_unref(arena);
}

// ---- private to the engine ----
ussl_result_t ussl__ticket_seal(ussl_tickets_t *tickets, uint8_t *box, size_t text) {
    ussl_result_t result = renew_key(tickets);
    if (result != USSL_OK) {
        return result;
    }
    const ticket_key_t *key = &tickets->keys[0];
    memcpy(box, key->name, sizeof(key->name));
    return ussl__seal(key->key, box, USSL__TICKET_NAME, text);
}

ussl_result_t ussl__ticket_unseal(
    const ussl_tickets_t *tickets, uint8_t *box, size_t len, uint8_t **text, size_t *text_len) {
    const ticket_key_t *key = len > USSL__TICKET_NAME ? key_named(tickets, box) : NULL;
    return key ? ussl__unseal(key->key, box, USSL__TICKET_NAME, len, text, text_len)
               : USSL_ERR_PARSE;
}

// ---- public ----
ussl_result_t ussl_tickets_new(ussl_arena_t *arena, ussl_tickets_t **out) {
    ussl__scope_t scope;
    ussl__scope_enter(&scope, arena);
    ussl_tickets_t *tickets = ussl__calloc(1, sizeof(*tickets));
    if (tickets != NULL) {
        tickets->object.refs = 1;
        tickets->object.drop = tickets_drop;
        tickets->arena = ussl_arena_ref(arena);
    }
    ussl__scope_leave(&scope);
    *out = tickets;
    return tickets ? USSL_OK : USSL_ERR_MEMORY;
}

void ussl_tickets_unref(ussl_tickets_t *tickets) {
    ussl__object_unref(tickets);
}

#endif // USSL_SESSIONS && USSL_SERVER
