// SPDX-License-Identifier: MIT
//
// resume.c - makes a session of a connection, and decides whether a connection offers one (RFC
// 5077, RFC 8446 2.2).
//
// Notes: a session is offered only if it proves everything that a full handshake of this connection
// would prove. A resumed connection has its peer's certificate from the session. mbedTLS keeps the
// certificate in TLS 1.2 sessions only, so for TLS 1.3 it is kept here.
#include "conn.h"

#include <string.h>

#if USSL_SESSIONS

// ---- helpers ----
// Returns the peer's certificate if it must be kept, else NULL. mbedTLS saves TLS 1.3 sessions
// without it, and TLS 1.2 sessions with it.
static const mbedtls_x509_crt *peer_to_keep(
    const ussl_conn_t *conn, const mbedtls_ssl_session *session) {
    const mbedtls_x509_crt *peer =
        session->peer_cert || conn->full_handshake ? session->peer_cert : conn->kept_peer;
    bool wanted = session->tls_version == MBEDTLS_SSL_VERSION_TLS1_3 && peer != NULL
        && peer->raw.len <= UINT16_MAX;
    return wanted ? peer : NULL;
}

// Returns the time from which the session ages, in seconds since 1970, or 0 if it is not known. In
// TLS 1.3 this is when its ticket was received.
static int64_t received_at(const mbedtls_ssl_session *session) {
#if USSL_TLS13
    if (session->tls_version == MBEDTLS_SSL_VERSION_TLS1_3) {
        return session->ticket_reception_time / 1000;
    }
#endif
    return session->start;
}

static bool can_be_resumed(const ussl_conn_t *conn, const mbedtls_ssl_session *session) {
    if (conn->ctx->config.role != USSL_CLIENT) {
        return false;
    }
    bool ticket = session->ticket != NULL && session->ticket_len > 0;
    return ticket || (session->tls_version == MBEDTLS_SSL_VERSION_TLS1_2 && session->id_len > 0);
}

static bool same_host(const ussl_conn_t *conn, const ussl__snapshot_t *snapshot) {
    const char *host = conn->hostname ? conn->hostname : "";
    return strlen(host) == snapshot->host_len
        && memcmp(host, snapshot->host, snapshot->host_len) == 0;
}

static bool still_fresh(const ussl_session_t *session) {
    int64_t now = ussl__now(), made = session->snapshot.made;
    return ussl__clock_is_set() && now >= made && now - made < session->info.timeout
        && ussl__snapshot_is_fresh(&session->snapshot, now);
}

// True if the session proves everything that a full handshake of this connection would prove.
static bool is_enough(const ussl_conn_t *conn, const ussl__snapshot_t *snapshot) {
    uint16_t wanted = ussl__conn_rules(conn);
    return ussl__proves(snapshot->proven, wanted) && same_host(conn, snapshot)
        && ussl__trust_is_that_of(conn->ctx->config.trust, snapshot);
}

static ussl_result_t keep_peer(ussl_conn_t *conn, const ussl__snapshot_t *snapshot) {
    ussl__conn_forget_peer(conn);
    if (snapshot->peer_len == 0) {
        return USSL_OK;
    }
    conn->kept_peer = ussl__calloc(1, sizeof(*conn->kept_peer));
    if (conn->kept_peer == NULL) {
        return USSL_ERR_MEMORY;
    }
    mbedtls_x509_crt_init(conn->kept_peer);
    int code = ussl__crt_parse(conn->kept_peer, snapshot->peer, snapshot->peer_len);
    return code == 0 ? USSL_OK : USSL_ERR_PARSE;
}

// Offers a session. If mbedTLS cannot use it, a full handshake is made, as if the server had
// refused it.
static void offer(ussl_conn_t *conn, const ussl__snapshot_t *snapshot) {
    mbedtls_ssl_session loaded;
    mbedtls_ssl_session_init(&loaded);
    ussl_result_t result = ussl__snapshot_session(snapshot, MBEDTLS_SSL_IS_CLIENT, &loaded);
    bool fits = result == USSL_OK && loaded.tls_version <= conn->ctx->conf.max_tls_version
        && loaded.tls_version >= conn->ctx->conf.min_tls_version;
    if (fits && ussl__conn_take_snapshot(conn, snapshot) == USSL_OK) {
        conn->session_offered = mbedtls_ssl_set_session(&conn->ssl, &loaded) == 0;
        conn->offered_version = (uint16_t)loaded.tls_version;
        conn->session_extended_ms = snapshot->extended_ms;
        if (!conn->session_offered) {
            ussl__conn_forget_peer(conn);
        }
    }
    mbedtls_ssl_session_free(&loaded);
}

// ---- private to the room ----
ussl__snapshot_t ussl__conn_snapshot(
    const ussl_conn_t *conn, const mbedtls_ssl_session *session, bool for_client) {
    const ussl_trust_t *trust = conn->ctx->config.trust;
    const mbedtls_x509_crt *peer = peer_to_keep(conn, session);
    int64_t made = for_client ? received_at(session) : 0;
    ussl__snapshot_t snapshot = {
        // Nothing counts as proven until the dates have been judged.
        .proven = conn->check.held ? 0 : ussl__conn_proven(conn),
        .extended_ms = conn->extended_ms,
        .made = made != 0 ? made : ussl__now(),
        .peer = peer ? peer->raw.p : NULL,
        .peer_len = peer ? peer->raw.len : 0,
    };
    snapshot.proven_at = conn->full_handshake ? snapshot.made : conn->proven_at;
    if (for_client && conn->hostname != NULL) {
        snapshot.host = (const uint8_t *)conn->hostname;
        snapshot.host_len = strlen(conn->hostname);
    }
    if (for_client && trust != NULL) {
        snapshot.trust_count = trust->count;
        snapshot.trust_fingerprint = ussl__trust_fingerprint_of(trust, snapshot.proven);
    }
    return snapshot;
}

ussl_result_t ussl__conn_take_snapshot(ussl_conn_t *conn, const ussl__snapshot_t *snapshot) {
    ussl_result_t result = keep_peer(conn, snapshot);
    if (result != USSL_OK) {
        ussl__conn_forget_peer(conn);
        return result;
    }
    conn->proven_before = snapshot->proven;
    conn->proven_at = snapshot->proven_at;
    return USSL_OK;
}

void ussl__conn_forget_peer(ussl_conn_t *conn) {
    conn->proven_before = 0;
    if (conn->kept_peer != NULL) {
        mbedtls_x509_crt_free(conn->kept_peer);
        ussl__free(conn->kept_peer);
        conn->kept_peer = NULL;
    }
}

// ---- public ----
ussl_result_t ussl_conn_session(ussl_conn_t *conn, ussl_session_t **out) {
    const mbedtls_ssl_session *from = conn->ssl.session;
    *out = NULL;
    if (!ussl_conn_established(conn) || conn->busy || from == NULL) {
        return USSL_ERR_USAGE;
    }
    ussl_arena_t *arena = conn->ctx->arena; // outlives the connection and its slot
    ussl__scope_t scope;
    ussl__scope_enter(&scope, arena);
    bool resumable = can_be_resumed(conn, from);
    ussl__snapshot_t snapshot = ussl__conn_snapshot(conn, from, true);
    ussl_result_t result = ussl__session_new(arena, from, resumable ? &snapshot : NULL, out);
    if (result != USSL_OK) {
        result = scope.failed ? USSL_ERR_MEMORY : USSL_ERR_INTERNAL;
    }
    ussl__scope_leave(&scope);
    return result;
}

ussl_result_t ussl_conn_set_session(ussl_conn_t *conn, const ussl_session_t *session) {
    if (conn->state != CONN_START || conn->busy || conn->ctx->config.role != USSL_CLIENT) {
        return USSL_ERR_USAGE;
    }
    ussl__scope_t scope;
    ussl__scope_enter(&scope, conn->arena);
    if (session->data != NULL && !conn->ctx->config.no_tickets && still_fresh(session)
        && is_enough(conn, &session->snapshot)) {
        offer(conn, &session->snapshot);
    }
    ussl__scope_leave(&scope);
    return scope.failed ? USSL_ERR_MEMORY : USSL_OK;
}

#endif // USSL_SESSIONS
