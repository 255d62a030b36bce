// SPDX-License-Identifier: MIT
//
// ticket.c - a server's session tickets, and the keys that seal them (RFC 5077 4, RFC 8446 4.6.1).
//
// Notes: a ticket holds all of a session, so the server keeps nothing. mbedTLS's own tickets lose a
// client's certificate in TLS 1.3; ours carry it, and what was proven. A key seals tickets for one
// lifetime and opens them for two; it never leaves the memory.
#include "mbed.h"

#include <string.h>

#if USSL_SESSIONS && USSL_SERVER

enum { NAME = 4 }; // the head of a sealed ticket: which key

typedef struct {
    uint8_t name[NAME];
    uint8_t key[USSL_SEAL_KEY];
    int64_t born; // 0: no key yet
} ticket_key_t;

struct ussl_tickets {
    ussl_object_t object;
    ussl_arena_t *arena;  // counted
    ticket_key_t keys[2]; // the one that seals, and the one before it
};

// ---- keys ----
static bool is_alive(const ticket_key_t *key, int64_t now, int64_t lifetimes) {
    return key->born != 0 && now >= key->born && now - key->born < lifetimes * USSL_TICKET_LIFETIME;
}

static ticket_key_t *sealing_key(ussl_tickets_t *tickets) {
    int64_t now = ussl_seconds();
    if (is_alive(&tickets->keys[0], now, 1)) {
        return &tickets->keys[0];
    }
    ticket_key_t fresh = {.born = now ? now : 1};
    bool good = ussl_random(fresh.name, sizeof(fresh.name)) == USSL_OK
        && ussl_random(fresh.key, sizeof(fresh.key)) == USSL_OK;
    if (good) {
        tickets->keys[1] = tickets->keys[0];
        tickets->keys[0] = fresh;
    }
    mbedtls_platform_zeroize(&fresh, sizeof(fresh));
    return good ? &tickets->keys[0] : NULL;
}

static const ticket_key_t *key_named(const ussl_tickets_t *tickets, const uint8_t *name) {
    for (size_t i = 0; i < 2; i++) {
        const ticket_key_t *key = &tickets->keys[i];
        if (is_alive(key, ussl_seconds(), 2) && memcmp(key->name, name, NAME) == 0) {
            return key;
        }
    }
    return NULL;
}

// ---- called by mbedTLS ----
static int ticket_write(void *arg, const mbedtls_ssl_session *session, unsigned char *start,
    const unsigned char *end, size_t *len, uint32_t *lifetime) {
    const ussl_ctx_t *ctx = arg;
    const ussl_conn_t *conn = ussl_scope_current()->conn;
    size_t room = (size_t)(end - start), text;
    const ticket_key_t *key = sealing_key(ctx->config.tickets);
    *len = 0;
    *lifetime = USSL_TICKET_LIFETIME;
    if (key == NULL) {
        return MBEDTLS_ERR_PLATFORM_HW_ACCEL_FAILED;
    }
    if (room < NAME + USSL_SEAL_EXTRA) {
        return MBEDTLS_ERR_SSL_BUFFER_TOO_SMALL;
    }
    int code = ussl_record_write(
        conn, session, false, start + NAME + USSL_SEAL_NONCE, room - NAME - USSL_SEAL_EXTRA, &text);
    if (code == 0) {
        memcpy(start, key->name, NAME);
        code = ussl_seal(key->key, start, NAME, text);
    }
    if (code == MBEDTLS_ERR_SSL_BUFFER_TOO_SMALL) {
        // A big certificate. mbedTLS would give up a TLS 1.3 connection that is done: the client
        // gets a ticket that opens nothing.
        *len = NAME + USSL_SEAL_EXTRA;
        return ussl_rng(NULL, start, *len);
    }
    *len = code == 0 ? NAME + USSL_SEAL_EXTRA + text : 0;
    return code;
}

// A server resumes where all that it asks of a certificate was proven of one. One that takes
// clients as they come has refused the bad certificates, so a session that proved nothing had none.
static bool is_enough(const ussl_conn_t *conn, const ussl_record_t *record, int64_t now) {
    uint8_t wanted = ussl_conn_rules(conn);
    bool none = record->proven == 0 && conn->verify != USSL_VERIFY_REQUIRED;
    if (now < record->made || now - record->made >= USSL_TICKET_LIFETIME) {
        return false;
    }
    return (none || (record->proven & wanted) == wanted) && ussl_record_is_fresh(record, now);
}

static int ticket_parse(void *arg, mbedtls_ssl_session *session, unsigned char *buf, size_t len) {
    const ussl_ctx_t *ctx = arg;
    ussl_conn_t *conn = ussl_scope_current()->conn;
    const ticket_key_t *key = len > NAME ? key_named(ctx->config.tickets, buf) : NULL;
    uint8_t *text;
    size_t text_len;
    ussl_record_t record;
    if (key == NULL) {
        return MBEDTLS_ERR_SSL_INVALID_MAC;
    }
    int code = ussl_unseal(key->key, buf, NAME, len, &text, &text_len);
    if (code == 0 && !ussl_record_parse(text, text_len, &record)) {
        code = MBEDTLS_ERR_SSL_INVALID_MAC;
    }
    if (code == 0 && !is_enough(conn, &record, ussl_seconds())) {
        code = MBEDTLS_ERR_SSL_SESSION_TICKET_EXPIRED;
    }
    if (code == 0) {
        code = mbedtls_ssl_session_load(session, record.secret, record.secret_len);
    }
    // mbedTLS would take a TLS 1.3 session for a TLS 1.2 one, whose master secret is then all zero.
    if (code == 0 && session->tls_version != conn->ssl.tls_version) {
        code = MBEDTLS_ERR_SSL_INVALID_MAC;
    }
    return code ? code : ussl_conn_take_record(conn, &record);
}

static void tickets_drop(ussl_object_t *object) {
    ussl_tickets_t *tickets = (ussl_tickets_t *)object;
    ussl_arena_t *arena = tickets->arena;
    ussl_free(tickets);
    ussl_arena_unref(arena);
}

// ---- private to the engine ----
void ussl_tickets_use(ussl_ctx_t *ctx) {
    const ussl_config_t *config = &ctx->config;
    bool given = config->tickets != NULL && !config->no_tickets;
    if (given) {
        mbedtls_ssl_conf_session_tickets_cb(&ctx->conf, ticket_write, ticket_parse, ctx);
    }
#if USSL_TLS13
    mbedtls_ssl_conf_new_session_tickets(&ctx->conf, given ? config->ticket_count : 0);
#endif
}

// ---- public, in header order ----
ussl_result_t ussl_tickets_new(ussl_arena_t *arena, ussl_tickets_t **out) {
    ussl_scope_t scope;
    ussl_scope_enter(&scope, arena);
    ussl_tickets_t *tickets = ussl_calloc(1, sizeof(*tickets));
    if (tickets != NULL) {
        tickets->object.refs = 1;
        tickets->object.drop = tickets_drop;
        tickets->arena = ussl_arena_ref(arena);
    }
    ussl_scope_leave(&scope);
    *out = tickets;
    return tickets ? USSL_OK : USSL_ERR_MEMORY;
}

void ussl_tickets_unref(ussl_tickets_t *tickets) {
    ussl_object_unref(tickets);
}

#endif // USSL_SESSIONS && USSL_SERVER
