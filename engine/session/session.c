// SPDX-License-Identifier: MIT
//
// session.c - a session as an object: a client keeps it, saves it and loads it (RFC 5077, RFC 8446
// 2.2).
//
// Notes: mbedTLS resumes a TLS 1.2 session for any host and under any settings, and does not verify
// the chain and the name again. So a session records what its full handshake has proven: for which
// host, by which rules, and under which trust. conn/resume.c offers it only to a connection that
// requires no more than that; any other connection makes a full handshake.
#include "session.h"

#include <string.h>

#if USSL_SESSIONS

// ---- helpers ----
static void session_drop(ussl__object_t *object) {
    ussl_session_t *session = (ussl_session_t *)object;
    ussl_arena_t *arena = session->arena;
    ussl__free(session->data);
    ussl__free(session);
    ussl_arena_unref(arena);
}

static ussl_session_t *session_alloc(ussl_arena_t *arena) {
    ussl_session_t *session = ussl__calloc(1, sizeof(*session));
    if (session != NULL) {
        session->object.refs = 1;
        session->object.drop = session_drop;
        session->arena = ussl_arena_ref(arena);
    }
    return session;
}

// As in OpenSSL, the id of a session with a ticket is the hash of the ticket, because the server
// gives it no id.
static ussl_result_t fill_info(const mbedtls_ssl_session *from, ussl_session_info_t *info) {
    info->made = from->start;
    info->timeout = USSL_TICKET_LIFETIME;
    info->has_ticket = from->ticket != NULL && from->ticket_len > 0;
    info->id_len = from->tls_version == MBEDTLS_SSL_VERSION_TLS1_3 ? 0 : from->id_len;
    memcpy(info->id, from->id, info->id_len);
    if (!info->has_ticket) {
        return USSL_OK;
    }
    info->lifetime_hint = from->ticket_lifetime;
    if (from->ticket_lifetime > 0) {
        info->timeout = from->ticket_lifetime < USSL__WEEK ? from->ticket_lifetime : USSL__WEEK;
    }
    info->id_len = sizeof(info->id);
    return mbedtls_sha256(from->ticket, from->ticket_len, info->id, 0) == 0 ? USSL_OK
                                                                            : USSL_ERR_INTERNAL;
}

static ussl_result_t session_fill(
    ussl_session_t *session, const mbedtls_ssl_session *from, const ussl__snapshot_t *known) {
    ussl_result_t result = fill_info(from, &session->info);
    if (session->info.made == 0) {
        session->info.made = ussl__now();
    }
    if (result != USSL_OK || known == NULL) {
        return result;
    }
    size_t len;
    uint8_t none;
    result = ussl__snapshot_write(known, from, &none, 0, &len);
    if (result != USSL_ERR_USAGE) {
        return result == USSL_OK ? USSL_ERR_INTERNAL : result;
    }
    session->data = ussl__calloc(1, len);
    if (session->data == NULL) {
        return USSL_ERR_MEMORY;
    }
    result = ussl__snapshot_write(known, from, session->data, len, &session->len);
    if (result == USSL_OK && !ussl__snapshot_parse(session->data, len, &session->snapshot)) {
        result = USSL_ERR_INTERNAL;
    }
    return result;
}

// Unseals the saved session in session->data in place, and fills session->snapshot and
// session->info from it.
static ussl_result_t session_open(ussl_session_t *session, const ussl_session_source_t *source,
    const ussl_trust_t *trust, ussl_failure_t *why) {
    uint8_t *text;
    size_t text_len;
    ussl_result_t result = ussl__snapshot_unseal(
        source->key, source->key_len, session->data, source->len, &text, &text_len);
    if (result != USSL_OK) {
        return ussl__parse_error(why, "BAD_SESSION", 0);
    }
    memmove(session->data, text, text_len);
    session->len = text_len;
    if (!ussl__snapshot_parse(session->data, session->len, &session->snapshot)) {
        return ussl__parse_error(why, "BAD_SESSION", 0);
    }
    const ussl__snapshot_t *snapshot = &session->snapshot;
    if (!ussl__trust_is_that_of(trust, snapshot)) {
        return ussl__load_error(why, USSL_ERR_CERT, "OTHER_TRUST");
    }
    mbedtls_ssl_session loaded;
    mbedtls_ssl_session_init(&loaded);
    result = ussl__snapshot_session(snapshot, MBEDTLS_SSL_IS_CLIENT, &loaded);
    if (result == USSL_OK) {
        result = fill_info(&loaded, &session->info);
    }
    mbedtls_ssl_session_free(&loaded);
    session->info.made = snapshot->made;
    return result == USSL_OK ? USSL_OK : ussl__parse_error(why, "BAD_SESSION", 0);
}

// ---- private to the engine ----
const uint8_t *ussl__trust_fingerprint_of(const ussl_trust_t *trust, uint16_t proven) {
#if USSL_CRL
    if (proven & USSL__PROVEN_CRL_LEAF) {
        return trust->crl_fingerprint;
    }
#endif
    (void)proven;
    return trust->fingerprint;
}

bool ussl__trust_is_that_of(const ussl_trust_t *trust, const ussl__snapshot_t *snapshot) {
#if USSL_CRL
    if (snapshot->proven & USSL__PROVEN_CRL_LEAF) {
        return trust != NULL
            && memcmp(trust->crl_fingerprint, snapshot->trust_fingerprint, USSL__FINGERPRINT_SIZE)
            == 0;
    }
#endif
    return ussl__trust_began_with(trust, snapshot->trust_count, snapshot->trust_fingerprint);
}

ussl_result_t ussl__session_new(ussl_arena_t *arena, const mbedtls_ssl_session *from,
    const ussl__snapshot_t *known, ussl_session_t **out) {
    ussl_session_t *session = session_alloc(arena);
    ussl_result_t result = session != NULL ? session_fill(session, from, known) : USSL_ERR_MEMORY;
    if (result == USSL_OK) {
        *out = session;
    } else {
        ussl_session_unref(session);
    }
    return result;
}

// ---- public ----
ussl_session_t *ussl_session_ref(ussl_session_t *session) {
    return ussl__object_ref(session);
}

void ussl_session_unref(ussl_session_t *session) {
    ussl__object_unref(session);
}

const ussl_session_info_t *ussl_session_info(const ussl_session_t *session) {
    return &session->info;
}

size_t ussl_session_saved_size(const ussl_session_t *session) {
    return session->data ? USSL__SAVED_EXTRA + session->len : 0;
}

ussl_result_t ussl_session_save(
    const ussl_session_t *session, const void *key, size_t key_len, uint8_t *out) {
    if (session->data == NULL) {
        return USSL_ERR_USAGE;
    }
    ussl__scope_t scope;
    ussl__scope_enter(&scope, session->arena);
    ussl_result_t result = ussl__snapshot_seal(key, key_len, session->data, session->len, out);
    ussl__scope_leave(&scope);
    return result;
}

ussl_result_t ussl_session_load(ussl_arena_t *arena, const ussl_trust_t *trust,
    const ussl_session_source_t *source, ussl_session_t **out, ussl_failure_t *why) {
    *out = NULL;
    ussl__scope_t scope;
    ussl__scope_enter(&scope, arena);
    ussl_session_t *session = session_alloc(arena);
    ussl_result_t result = USSL_ERR_MEMORY;
    if (session != NULL) {
        session->data = ussl__calloc(1, source->len + 1);
    }
    if (session != NULL && session->data != NULL) {
        memcpy(session->data, source->data, source->len);
        result = session_open(session, source, trust, why);
    }
    if (scope.failed) {
        result = ussl__load_error(why, USSL_ERR_MEMORY, NULL);
    }
    if (result == USSL_OK) {
        *out = session;
    } else {
        ussl_session_unref(session);
    }
    ussl__scope_leave(&scope);
    return result;
}

#endif // USSL_SESSIONS
