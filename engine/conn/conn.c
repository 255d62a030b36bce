// SPDX-License-Identifier: MIT
//
// conn.c - makes, drives and frees a connection. Every call that drives it begins with conn_enter()
// and ends with conn_leave().
#include "conn.h"

#include <string.h>

// ---- the calls that each state allows ----
typedef enum { CALL_HANDSHAKE, CALL_READ, CALL_WRITE, CALL_CLOSE } call_t;

// A call that is not in the list of a state returns USSL_ERR_USAGE and changes nothing. If the
// connection has failed, every call returns the result of that failure.
static const uint8_t allowed[] = {
    [CONN_START] = 1 << CALL_HANDSHAKE,
    [CONN_HANDSHAKING] = 1 << CALL_HANDSHAKE,
    [CONN_OPEN] = 1 << CALL_HANDSHAKE | 1 << CALL_READ | 1 << CALL_WRITE | 1 << CALL_CLOSE,
    [CONN_CLOSING] = 1 << CALL_READ | 1 << CALL_CLOSE,
    [CONN_FAILED] = 0,
};

// ---- entering and leaving ----
static ussl_result_t conn_enter(ussl_conn_t *conn, call_t call, ussl__scope_t *scope) {
    if (conn == NULL) {
        return USSL_ERR_USAGE;
    }
    ussl__scope_enter(scope, conn->arena); // first, because another thread can be in a call
    ussl_result_t result =
        conn->busy || !(allowed[conn->state] & 1 << call) ? USSL_ERR_USAGE : USSL_OK;
    if (!conn->busy && conn->state == CONN_FAILED) {
        result = conn->failure.result;
    }
    if (result != USSL_OK) {
        ussl__scope_leave(scope);
        return result;
    }
    conn->busy = true;
    scope->conn = conn;
    return USSL_OK;
}

static void conn_leave(ussl_conn_t *conn, ussl__scope_t *scope) {
    ussl__records_shrink(conn);
    if (conn->state == CONN_FAILED) {
        ussl__end_failed_handshake(&conn->ssl);
    }
#if USSL_TLS13
    if (conn->ssl.state == MBEDTLS_SSL_HANDSHAKE_OVER && conn->state != CONN_FAILED) {
        ussl__end_handshake(&conn->ssl);
    }
#endif
    conn->busy = false;
    ussl__scope_leave(scope);
}

// ---- reading ----
// Reads records until there is plaintext to copy. mbedTLS returns 0 for plaintext, for an empty
// record, and for a wire that ended without close_notify; only this loop can distinguish them.
static ussl_result_t bring_plaintext(ussl_conn_t *conn) {
    ussl_result_t result = USSL_OK;
    size_t waiting = conn->side_len + conn->out_len;
    while (result == USSL_OK && mbedtls_ssl_get_bytes_avail(&conn->ssl) == 0) {
        uint8_t none;
#if USSL_TLS13
        result = ussl__begin_ticket(&conn->ssl);
        if (result != USSL_OK) {
            return result;
        }
#endif
        int code = mbedtls_ssl_read(&conn->ssl, &none, 0);
        bool nothing = code == 0 && mbedtls_ssl_get_bytes_avail(&conn->ssl) == 0;
        if (code == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) {
            conn->peer_closed = true;
            result = USSL_CLOSED;
        } else if (nothing && conn->wire_ended) {
            result = ussl__conn_answer(conn, MBEDTLS_ERR_SSL_CONN_EOF);
        } else if (code != 0) {
            result = ussl__conn_answer(conn, code);
        }
    }
#if USSL_TLS13
    int code = result == USSL_WANT_IN ? ussl__key_update_send(conn) : 0;
    if (code != 0) {
        return ussl__conn_answer(conn, code);
    }
#endif
    bool answers = conn->side_len + conn->out_len > waiting; // reading has produced output
    return result == USSL_WANT_IN && answers ? USSL_WANT_OUT : result;
}

// ---- making a connection ----
static ussl_result_t set_hostname(ussl_conn_t *conn, const char *hostname) {
    if (hostname == NULL) {
        // mbedTLS requires an explicit NULL here.
        return mbedtls_ssl_set_hostname(&conn->ssl, NULL) == 0 ? USSL_OK : USSL_ERR_INTERNAL;
    }
    size_t len = strlen(hostname);
    if (len == 0 || len > MBEDTLS_SSL_MAX_HOST_NAME_LEN) {
        return USSL_ERR_USAGE;
    }
    conn->hostname = ussl__calloc(1, len + 1);
    if (conn->hostname == NULL) {
        return USSL_ERR_MEMORY;
    }
    memcpy(conn->hostname, hostname, len);
    conn->address_len = (uint8_t)ussl_address_parse(hostname, len, conn->address);
    // RFC 6066 3: SNI carries no address and no trailing dot.
    if (conn->address_len > 0) {
        return mbedtls_ssl_set_hostname(&conn->ssl, NULL) == 0 ? USSL_OK : USSL_ERR_INTERNAL;
    }
    bool dot = hostname[len - 1] == '.';
    if (dot) {
        conn->hostname[len - 1] = '\0';
    }
    int code = mbedtls_ssl_set_hostname(&conn->ssl, conn->hostname);
    if (dot) {
        conn->hostname[len - 1] = '.';
    }
    return code == 0 ? USSL_OK : USSL_ERR_MEMORY;
}

static ussl_result_t conn_fill(ussl_conn_t *conn, const char *hostname) {
    int code = ussl__records_setup(conn);
    if (code == MBEDTLS_ERR_SSL_BAD_CONFIG) {
        // The context permits no version. As in OpenSSL, the handshake reports this.
        (void)ussl__conn_latch(conn, USSL_ERR_PROTOCOL, USSL_ALERT_NONE, "NO_PROTOCOLS_AVAILABLE");
        ussl__conn_set_state(conn, CONN_FAILED);
        return USSL_OK;
    }
    if (code != 0) {
        return USSL_ERR_MEMORY;
    }
    mbedtls_ssl_set_bio(&conn->ssl, conn, ussl__wire_send, ussl__wire_recv, NULL);
#if USSL_DTLS
    if (conn->ctx->config.datagrams) {
        ussl__datagrams_begin(conn);
    }
#endif
#if USSL_KEYLOG
    ussl__keylog_use(conn);
#endif
    return conn->ctx->config.role == USSL_CLIENT ? set_hostname(conn, hostname) : USSL_OK;
}

static void conn_drop(ussl__object_t *object) {
    ussl_conn_t *conn = (ussl_conn_t *)object;
    ussl_arena_t *arena = conn->arena;
    ussl__records_free(conn);
    mbedtls_ssl_free(&conn->ssl);
    ussl__free(conn->hostname);
    ussl__free(conn->check.blamed);
    ussl__certs_free(conn->check.path.roots);
#if USSL_SESSIONS
    ussl__conn_forget_peer(conn);
#endif
    ussl_ctx_unref(conn->ctx);
    ussl__free(conn);
    ussl__arena_set_owner(arena, NULL);
    ussl_arena_leave(arena);
    ussl_arena_unref(arena);
}

// ---- public ----
ussl_result_t ussl_conn_new(
    ussl_arena_t *arena, ussl_ctx_t *ctx, const char *hostname, void *owner, ussl_conn_t **out) {
    if (arena == NULL || ctx == NULL || out == NULL) {
        return USSL_ERR_USAGE;
    }
    ussl__scope_t scope;
    ussl__scope_enter(&scope, arena);
    ussl_result_t result = USSL_ERR_MEMORY;
    size_t used_before = arena->recent_peak = arena->memory.used;
    ussl_conn_t *conn = ussl__calloc(1, sizeof(*conn));
    if (conn != NULL) {
        conn->object.refs = 1;
        conn->object.drop = conn_drop;
        conn->arena = ussl_arena_ref(arena);
        conn->used_before = used_before;
        conn->ctx = ussl_ctx_ref(ctx);
        conn->owner = owner;
        conn->verify = (uint8_t)ctx->config.verify;
        if (ussl__psk_only(&ctx->config)) {
            conn->verify = USSL_VERIFY_NONE; // no certificate is exchanged
        }
        mbedtls_ssl_init(&conn->ssl);
        result = conn_fill(conn, hostname);
        if (result == USSL_OK) {
            ussl__arena_set_owner(arena, owner);
            *out = conn;
        } else {
            ussl_conn_free(conn);
        }
    } else {
        ussl_arena_leave(arena);
    }
    ussl__scope_leave(&scope);
    return result;
}

// True if a client verifies with `ctx` everything that it verifies with its present context.
static bool verifies_no_less(ussl_conn_t *conn, ussl_ctx_t *ctx) {
    ussl_ctx_t *before = conn->ctx;
    if (conn->verify != USSL_VERIFY_NONE && ctx->config.verify == USSL_VERIFY_NONE) {
        return false; // mbedTLS would verify nothing
    }
    uint16_t old_rules = ussl__conn_rules(conn);
    conn->ctx = ctx;
    uint16_t new_rules = ussl__conn_rules(conn);
    conn->ctx = before;
    bool clock = ctx->config.clock <= before->config.clock;
    return ussl__proves(new_rules, old_rules) && (clock || old_rules == 0)
        && ussl__pins_kept(before->config.trust, ctx->config.trust);
}

ussl_result_t ussl_conn_change_ctx(ussl_conn_t *conn, ussl_ctx_t *ctx) {
    bool now = conn->in_client_hello || (conn->state == CONN_START && !conn->busy);
    // A session is offered only if it satisfies the settings of the context at that time.
    if (!now || ctx == NULL || ctx->config.role != conn->ctx->config.role || conn->session_offered
        || ctx->conf.min_tls_version > ctx->conf.max_tls_version
        || ussl__psk_only(&ctx->config) != ussl__psk_only(&conn->ctx->config)
        || ctx->config.datagrams || conn->ctx->config.datagrams) {
        return USSL_ERR_USAGE;
    }
    if (ctx->config.role == USSL_CLIENT && !verifies_no_less(conn, ctx)) {
        return USSL_ERR_USAGE;
    }
    ussl_ctx_t *before = conn->ctx;
    conn->ctx = ussl_ctx_ref(ctx);
    conn->ssl.conf = &ctx->conf;
    conn->ssl.tls_version = ctx->conf.max_tls_version; // as mbedtls_ssl_setup() sets it
    // A peer that had to be verified still has to be, because CPython keeps the mode of the first
    // context.
    conn->verify = ctx->config.verify < conn->verify ? ctx->config.verify : conn->verify;
#if USSL_SERVER
    if (ctx->config.role == USSL_SERVER_SIDE && conn->verify != USSL_VERIFY_NONE) {
        mbedtls_ssl_set_hs_authmode(&conn->ssl, MBEDTLS_SSL_VERIFY_OPTIONAL);
    }
#endif
    ussl_ctx_unref(before);
    return USSL_OK;
}

void ussl_conn_free(ussl_conn_t *conn) {
    ussl__object_unref(conn);
}

ussl_result_t ussl_conn_handshake(ussl_conn_t *conn, bool *done) {
    *done = false;
    ussl__scope_t scope;
    ussl_result_t result = conn_enter(conn, CALL_HANDSHAKE, &scope);
    if (result != USSL_OK) {
        return result;
    }
    if (conn->state == CONN_OPEN) {
        *done = true;
    } else {
        ussl__conn_set_state(conn, CONN_HANDSHAKING);
        result = ussl__conn_handshake_step(conn, done);
    }
    conn_leave(conn, &scope);
    return result;
}

ussl_result_t ussl_conn_read(ussl_conn_t *conn, uint8_t *buf, size_t len, size_t *n) {
    *n = 0;
    ussl__scope_t scope;
    ussl_result_t result = conn_enter(conn, CALL_READ, &scope);
    if (result != USSL_OK) {
        return result;
    }
    result = conn->peer_closed ? USSL_CLOSED : USSL_OK;
    if (result == USSL_OK && len > 0) {
        result = bring_plaintext(conn);
    }
    if (result == USSL_OK && len > 0) {
        int code = mbedtls_ssl_read(&conn->ssl, buf, len); // only copies
        *n = code > 0 ? (size_t)code : 0;
    }
    conn_leave(conn, &scope);
    return result;
}

ussl_result_t ussl_conn_peek(ussl_conn_t *conn) {
    ussl__scope_t scope;
    ussl_result_t result = conn_enter(conn, CALL_READ, &scope);
    if (result == USSL_OK) {
        result = conn->peer_closed ? USSL_CLOSED : bring_plaintext(conn);
        conn_leave(conn, &scope);
    }
    return result;
}

ussl_result_t ussl_conn_write(ussl_conn_t *conn, const uint8_t *buf, size_t len, size_t *n) {
    *n = 0;
    ussl__scope_t scope;
    ussl_result_t result = conn_enter(conn, CALL_WRITE, &scope);
    if (result != USSL_OK) {
        return result;
    }
    conn->writing = true;
#if USSL_TLS13
    int updated = ussl__key_update_send(conn); // does nothing while output waits
    result = updated != 0 ? ussl__conn_answer(conn, updated) : USSL_OK;
#endif
    result = result == USSL_OK && conn->out_len > 0 ? USSL_WANT_OUT : result;
    if (result == USSL_OK && len > 0) {
        size_t most = ussl__record_most(&conn->ssl), part = conn->ctx->config.record_out;
        part = most < part ? most : part;
        part = ussl__records_room_out(conn, part < len ? part : len);
        int code = mbedtls_ssl_write(&conn->ssl, buf, part);
        if (code > 0) {
            *n = (size_t)code;
        } else if (code == MBEDTLS_ERR_SSL_WANT_WRITE && conn->out_total > 0) {
            *n = part; // the record is sealed, and waits in the output window
        } else {
            result = ussl__conn_answer(conn, code);
        }
    }
    conn->writing = false;
    conn_leave(conn, &scope);
    return result;
}

ussl_result_t ussl_conn_close(ussl_conn_t *conn) {
    ussl__scope_t scope;
    ussl_result_t result = conn_enter(conn, CALL_CLOSE, &scope);
    if (result != USSL_OK) {
        return result;
    }
    if (conn->state == CONN_OPEN) {
        result = conn->out_len > 0 ? USSL_WANT_OUT : USSL_OK;
        if (result == USSL_OK) {
            int code = mbedtls_ssl_close_notify(&conn->ssl);
            bool queued = code == 0 || (code == MBEDTLS_ERR_SSL_WANT_WRITE && conn->out_total > 0);
            result = queued ? USSL_OK : ussl__conn_answer(conn, code);
        }
        if (result == USSL_OK) {
            ussl__conn_set_state(conn, CONN_CLOSING);
        }
    }
    conn_leave(conn, &scope);
    return result;
}

ussl_result_t ussl_conn_recheck(ussl_conn_t *conn, bool *done) {
    ussl__scope_t scope;
    *done = false;
    ussl_result_t result = conn_enter(conn, CALL_CLOSE, &scope);
    if (result != USSL_OK) {
        return result;
    }
    *done = ussl__verify_held(&conn->check);
    if (conn->check.verdict.flags != 0) {
        ussl__conn_latch_verdict(conn);
        result = ussl__conn_fail(conn, MBEDTLS_ERR_X509_CERT_VERIFY_FAILED);
    }
    conn_leave(conn, &scope);
    return result;
}

size_t ussl_conn_pending(const ussl_conn_t *conn) {
    ussl__scope_t scope;
    ussl__scope_enter(&scope, NULL);
    bool open = conn->state == CONN_OPEN || conn->state == CONN_CLOSING;
    size_t pending = open ? mbedtls_ssl_get_bytes_avail(&conn->ssl) : 0;
    ussl__scope_leave(&scope);
    return pending;
}

ussl_result_t ussl_conn_wants(const ussl_conn_t *conn) {
    ussl__scope_t scope;
    ussl__scope_enter(&scope, NULL);
    bool waits = conn->in != NULL && conn->in_have == 0 && !conn->wire_ended;
    bool sends = conn->side_len > 0 || conn->out_len > 0;
    bool failed = conn->state == CONN_FAILED;
    ussl__scope_leave(&scope);
    return sends ? USSL_WANT_OUT : waits && !failed ? USSL_WANT_IN : USSL_OK;
}

bool ussl_conn_peer_closed(const ussl_conn_t *conn) {
    return conn->peer_closed;
}

bool ussl_conn_closing(const ussl_conn_t *conn) {
    return conn->state == CONN_CLOSING;
}
