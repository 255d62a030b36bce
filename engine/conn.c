// SPDX-License-Identifier: MIT
//
// conn.c - one connection: states, handshake, read, write, close.
//
// Notes: what mbedTLS leaves open or gets wrong about the order of a connection is settled here:
// one failure that lasts, the alert that tells it, and a last look at who the peer is before data
// flows.
#include "mbed.h"

#include <string.h>

// ---- states ----
typedef enum { CALL_HANDSHAKE, CALL_READ, CALL_WRITE, CALL_CLOSE } call_t;

// Which call makes sense in which state; the rest is USSL_ERR_USAGE and changes nothing.
static const uint8_t allowed[] = {
    [CONN_START] = 1 << CALL_HANDSHAKE,
    [CONN_SHAKING] = 1 << CALL_HANDSHAKE,
    [CONN_OPEN] = 1 << CALL_HANDSHAKE | 1 << CALL_READ | 1 << CALL_WRITE | 1 << CALL_CLOSE,
    [CONN_CLOSING] = 1 << CALL_READ | 1 << CALL_CLOSE,
    [CONN_FAILED] = 0,
};

static void conn_set_state(ussl_conn_t *conn, conn_state_t state) {
    conn->state = (uint8_t)state;
}

// ---- entering and leaving ----
static ussl_result_t conn_enter(ussl_conn_t *conn, call_t call, ussl_scope_t *scope) {
    if (conn == NULL || conn->busy) {
        return USSL_ERR_USAGE;
    }
    if (conn->state == CONN_FAILED) {
        return conn->failure.result;
    }
    if (!(allowed[conn->state] & 1 << call)) {
        return USSL_ERR_USAGE;
    }
    conn->busy = true;
    ussl_scope_enter(scope, conn->arena);
    scope->conn = conn;
    return USSL_OK;
}

static void conn_leave(ussl_conn_t *conn, ussl_scope_t *scope) {
    ussl_records_rest(conn);
#if USSL_TLS13
    if (conn->ssl.state == MBEDTLS_SSL_HANDSHAKE_OVER && conn->state != CONN_FAILED) {
        ussl_inside_end_handshake(conn);
    }
#endif
    ussl_scope_leave(scope);
    conn->busy = false;
}

// The number of the fatal alert that ended the connection, or -1. An mbedTLS client that refuses
// our TLS 1.3 certificate says so in clear, which mbedTLS as a server takes for a broken record.
// Trusting that alert is safe: the connection has failed either way.
static int peer_alert(const ussl_conn_t *conn, int code) {
    if (code == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE) {
        return conn->ssl.in_msg[1];
    }
    static const uint8_t clear_alert[] = {MBEDTLS_SSL_MSG_ALERT, 3, 3, 0, 2, 2};
    const uint8_t *record = conn->ssl.in_hdr;
    bool broken = code == MBEDTLS_ERR_SSL_INVALID_MAC || code == MBEDTLS_ERR_SSL_INVALID_RECORD;
    bool shaking = conn->state == CONN_SHAKING && conn->ssl.tls_version >= USSL_VERSION_TLS13;
    // The buffer may have been made for a shorter record.
    size_t there = conn->in_room - (size_t)(record - conn->ssl.in_buf);
    bool whole = there > sizeof(clear_alert);
    if (broken && shaking && whole && memcmp(record, clear_alert, sizeof(clear_alert)) == 0) {
        return record[sizeof(clear_alert)];
    }
    return -1;
}

// Latches the first cause, tells the peer if mbedTLS has not, and leaves only the output to drain.
static ussl_result_t conn_fail(ussl_conn_t *conn, int code, bool out_of_memory) {
    ussl_failure_t *why = &conn->failure;
    int alert = peer_alert(conn, code);
    ussl_failure_from(code, conn->ctx->config.role, why);
    if (out_of_memory) {
        ussl_failure_set(why, USSL_ERR_MEMORY, NULL);
        why->alert = MBEDTLS_SSL_ALERT_MSG_INTERNAL_ERROR;
    } else if (conn->hello_alert != 0) {
        ussl_failure_set(why, USSL_ERR_PROTOCOL, "CALLBACK_FAILED");
        why->alert = conn->hello_alert;
    } else if (conn->check.hook_stopped) {
        ussl_failure_set(why, USSL_ERR_HOOK, "CERTIFICATE_VERIFY_FAILED");
        why->alert = MBEDTLS_SSL_ALERT_MSG_ACCESS_DENIED;
    } else if (conn->check.verdict.flags != 0) {
        ussl_failure_set(why, USSL_ERR_CERT, ussl_verdict_reason(&conn->check.verdict));
        why->cert = conn->check.verdict;
        why->alert = ussl_verdict_alert(&why->cert);
    } else if (conn->too_slow) {
        ussl_failure_set(why, USSL_ERR_PROTOCOL, "RECORD_TOO_SLOW");
        why->alert = MBEDTLS_SSL_ALERT_MSG_INTERNAL_ERROR;
    } else if (conn->refused_record > 0) {
        ussl_failure_set(why, USSL_ERR_PROTOCOL, "RECORD_TOO_LARGE");
        why->record = conn->refused_record;
        why->record_limit = conn->ctx->config.record_in;
        why->alert = MBEDTLS_SSL_ALERT_MSG_RECORD_OVERFLOW;
    } else if (alert >= 0) {
        ussl_failure_set(why, USSL_ERR_ALERT, ussl_alert_reason((unsigned)alert));
        why->alert = (int16_t)alert;
    } else if (code == MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE
        && conn->ssl.tls_version == MBEDTLS_SSL_VERSION_TLS1_3) {
        why->alert = 116; // certificate_required
    }
#if USSL_SERVER
    const char *http = ussl_hello_http(conn);
    why->reason = http ? http : why->reason;
#endif
    why->backend = code;
    why->alert_is_ours = why->result != USSL_ERR_ALERT && why->alert >= 0;
    if (why->alert_is_ours && !conn->alert_sent) {
        (void)mbedtls_ssl_send_alert_message(
            &conn->ssl, MBEDTLS_SSL_ALERT_LEVEL_FATAL, (unsigned char)why->alert);
    }
    conn_set_state(conn, CONN_FAILED);
    return why->result;
}

size_t ussl_conn_plaintext(const ussl_conn_t *conn, size_t len) {
    // In TLS 1.3 that counts the hidden type too.
    size_t around = conn->ssl.transform_in != NULL ? conn->ssl.transform_in->minlen : 0;
    return len > around ? len - around : 0;
}

ussl_result_t ussl_conn_refuse_record(ussl_conn_t *conn, size_t len) {
    conn->refused_record = (uint16_t)ussl_conn_plaintext(conn, len);
    return conn_fail(conn, MBEDTLS_ERR_SSL_INVALID_RECORD, false);
}

void ussl_conn_too_slow(ussl_conn_t *conn) {
    conn->too_slow = true;
    (void)conn_fail(conn, MBEDTLS_ERR_SSL_TIMEOUT, false);
    ussl_records_drop(conn);
}

// What every call makes of mbedTLS's answer. USSL_OK: nothing stands in the way, call it again.
static ussl_result_t conn_answer(ussl_conn_t *conn, int code, const ussl_scope_t *scope) {
    switch (code) {
        case MBEDTLS_ERR_SSL_WANT_READ:
            // Without a window it has only dropped a record and wants to go on.
            return conn->in != NULL && conn->in_have == 0 ? ussl_records_make_room(conn) : USSL_OK;
        case MBEDTLS_ERR_SSL_WANT_WRITE:
            // An alert waits behind this record; when it has gone, the cause would be forgotten.
            conn->starved |= scope->failed && conn->ssl.send_alert;
            return conn->out_len > 0 ? USSL_WANT_OUT : USSL_OK;
        case MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET:
        case MBEDTLS_ERR_SSL_CRYPTO_IN_PROGRESS:
            return USSL_OK;
        default:
            return conn_fail(conn, code, scope->failed || conn->starved);
    }
}

// ---- handshake ----
// Servers that require a certificate ask OPTIONAL-ly too, because mbedTLS sends no alert for a
// missing one, or the wrong one.
static bool cert_missing(const ussl_conn_t *conn) {
    const mbedtls_ssl_session *session = conn->ssl.session_negotiate;
    return conn->ctx->config.role == USSL_SERVER_SIDE && conn->verify == USSL_VERIFY_REQUIRED
        && session != NULL && session->verify_result == MBEDTLS_X509_BADCERT_MISSING;
}

// mbedTLS lets a server that asked OPTIONAL-ly go on with a bad certificate. We do not.
// It also has a rule of its own after the callback, about the key's curve.
static bool cert_refused(const ussl_conn_t *conn) {
    const uint32_t none = MBEDTLS_X509_BADCERT_MISSING | MBEDTLS_X509_BADCERT_SKIP_VERIFY;
    const mbedtls_ssl_session *session = conn->ssl.session_negotiate;
    bool theirs = conn->check.verified && session && (session->verify_result & ~none) != 0;
    return conn->verify != USSL_VERIFY_NONE && (conn->check.verdict.flags != 0 || theirs);
}

// The last look before data flows: a peer that had to be verified has been.
static bool peer_proven(ussl_conn_t *conn) {
    bool client = conn->ctx->config.role == USSL_CLIENT;
    bool required =
        conn->verify == USSL_VERIFY_REQUIRED || (conn->verify == USSL_VERIFY_OPTIONAL && client);
    if (!conn->full) {
        return !required || conn->proven_before & USSL_PROVEN_CHAIN;
    }
    return !required || (conn->check.verified && mbedtls_ssl_get_verify_result(&conn->ssl) == 0);
}

// From its Finished on, a TLS 1.3 server sends under application keys (RFC 8446 7.1). mbedTLS
// changes over only at the end of the handshake, so a client could not read the alert that refuses
// it.
static void use_application_keys(mbedtls_ssl_context *ssl) {
#if USSL_TLS13
    bool server = ssl->conf->endpoint == MBEDTLS_SSL_IS_SERVER;
    if (server && ssl->transform_application && ssl->transform_out != ssl->transform_application) {
        mbedtls_ssl_set_outbound_transform(ssl, ssl->transform_application);
    }
#else
    (void)ssl;
#endif
}

static ussl_result_t handshake_step(ussl_conn_t *conn, const ussl_scope_t *scope, bool *done) {
    int code = 0;
#if USSL_SERVER
    code = ussl_hello_look(conn);
    if (code != 0) {
        return conn_answer(conn, code, scope);
    }
#endif
    if (conn->ssl.state == MBEDTLS_SSL_SERVER_CERTIFICATE && !conn->full) {
        conn->full = true; // what a session told of the peer is void
#if USSL_SESSIONS
        ussl_conn_forget_peer(conn);
#endif
    }
    if (!ussl_records_for_handshake(conn)) {
        return USSL_ERR_MEMORY;
    }
    code = mbedtls_ssl_handshake_step(&conn->ssl);
    use_application_keys(&conn->ssl);
#if USSL_TLS12 && USSL_TLS13
    if (conn->ssl.state == MBEDTLS_SSL_SERVER_HELLO) {
        ussl_inside_hello_sent(conn);
    }
#endif
    if (scope->failed && (code == 0 || code == MBEDTLS_ERR_SSL_WANT_WRITE)) {
        // mbedTLS does not look whether its Finished could be computed.
        return conn_fail(conn, MBEDTLS_ERR_SSL_ALLOC_FAILED, true);
    }
    if (code == 0 && cert_refused(conn)) {
        code = MBEDTLS_ERR_X509_CERT_VERIFY_FAILED;
    } else if (code == 0 && cert_missing(conn)) {
        code = MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE;
    }
    if (code != 0) {
        return conn_answer(conn, code, scope);
    }
    if (conn->ssl.state == MBEDTLS_SSL_HANDSHAKE_OVER) {
        if (!peer_proven(conn)) {
            return conn_fail(conn, MBEDTLS_ERR_X509_CERT_VERIFY_FAILED, false);
        }
        conn_set_state(conn, CONN_OPEN);
        ussl_certs_free(conn->check.path.roots);
        conn->check.path.roots = NULL;
        conn->ctx->arena->memory.handshake_peak = conn->arena->recent_peak - conn->used_before;
        *done = true;
    }
    return USSL_OK;
}

// ---- reading ----
// Takes in records until plaintext waits to be copied. mbedTLS answers 0 for plaintext, for an
// empty record, and for a wire that ended without close_notify; only here can they be told apart.
static ussl_result_t bring_plaintext(ussl_conn_t *conn, const ussl_scope_t *scope) {
    ussl_result_t result = USSL_OK;
    while (result == USSL_OK && mbedtls_ssl_get_bytes_avail(&conn->ssl) == 0) {
        uint8_t none;
#if USSL_TLS13
        if (!ussl_inside_begin_ticket(conn)) {
            return USSL_ERR_MEMORY;
        }
#endif
        int code = mbedtls_ssl_read(&conn->ssl, &none, 0);
        bool nothing = code == 0 && mbedtls_ssl_get_bytes_avail(&conn->ssl) == 0;
        if (code == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) {
            conn->peer_closed = true;
            result = USSL_CLOSED;
        } else if (nothing && conn->wire_ended) {
            result = conn_answer(conn, MBEDTLS_ERR_SSL_CONN_EOF, scope);
        } else if (code != 0) {
            result = conn_answer(conn, code, scope);
        }
    }
    return result;
}

// ---- making one ----
static ussl_result_t set_hostname(ussl_conn_t *conn, const char *hostname) {
    if (hostname == NULL) {
        // mbedTLS wants to hear that the absence is meant.
        return mbedtls_ssl_set_hostname(&conn->ssl, NULL) == 0 ? USSL_OK : USSL_ERR_INTERNAL;
    }
    size_t len = strlen(hostname);
    if (len == 0 || len > MBEDTLS_SSL_MAX_HOST_NAME_LEN) {
        return USSL_ERR_USAGE;
    }
    conn->hostname = ussl_calloc(1, len + 1);
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
    int code = ussl_records_setup(conn);
    if (code == MBEDTLS_ERR_SSL_BAD_CONFIG) {
        // No version lies between the limits: as in OpenSSL the handshake will say so.
        ussl_failure_set(&conn->failure, USSL_ERR_PROTOCOL, "NO_PROTOCOLS_AVAILABLE");
        conn_set_state(conn, CONN_FAILED);
        return USSL_OK;
    }
    if (code != 0) {
        return USSL_ERR_MEMORY;
    }
    mbedtls_ssl_set_bio(&conn->ssl, conn, ussl_wire_send, ussl_wire_recv, NULL);
#if USSL_KEYLOG
    ussl_keylog_use(conn);
#endif
    return conn->ctx->config.role == USSL_CLIENT ? set_hostname(conn, hostname) : USSL_OK;
}

static void conn_drop(ussl_object_t *object) {
    ussl_conn_t *conn = (ussl_conn_t *)object;
    ussl_arena_t *arena = conn->arena;
    ussl_records_free(conn);
    mbedtls_ssl_free(&conn->ssl);
    ussl_free(conn->hostname);
    ussl_free(conn->check.blamed);
    ussl_certs_free(conn->check.path.roots);
#if USSL_SESSIONS
    ussl_conn_forget_peer(conn);
#endif
    ussl_ctx_unref(conn->ctx);
    ussl_free(conn);
    ussl_arena_leave(arena);
    ussl_arena_unref(arena);
}

// ---- public, in header order ----
ussl_result_t ussl_conn_new(
    ussl_arena_t *arena, ussl_ctx_t *ctx, const char *hostname, void *owner, ussl_conn_t **out) {
    if (arena == NULL || ctx == NULL || out == NULL) {
        return USSL_ERR_USAGE;
    }
    ussl_scope_t scope;
    ussl_scope_enter(&scope, arena);
    ussl_result_t result = USSL_ERR_MEMORY;
    size_t used_before = arena->recent_peak = arena->memory.used;
    ussl_conn_t *conn = ussl_calloc(1, sizeof(*conn));
    if (conn != NULL) {
        conn->object.refs = 1;
        conn->object.drop = conn_drop;
        conn->arena = ussl_arena_ref(arena);
        conn->used_before = used_before;
        conn->ctx = ussl_ctx_ref(ctx);
        conn->owner = owner;
        conn->verify = (uint8_t)ctx->config.verify;
        mbedtls_ssl_init(&conn->ssl);
        result = conn_fill(conn, hostname);
        if (result == USSL_OK) {
            *out = conn;
        } else {
            ussl_conn_free(conn);
        }
    } else {
        ussl_arena_leave(arena);
    }
    ussl_scope_leave(&scope);
    return result;
}

ussl_result_t ussl_conn_change_ctx(ussl_conn_t *conn, ussl_ctx_t *ctx) {
    bool now = conn->in_hello || (conn->state == CONN_START && !conn->busy);
    // A session that is on offer was judged by the first context.
    if (!now || ctx == NULL || ctx->config.role != conn->ctx->config.role || conn->offered
        || ctx->conf.min_tls_version > ctx->conf.max_tls_version) {
        return USSL_ERR_USAGE;
    }
    if (ctx->config.role == USSL_CLIENT && ctx->config.verify == USSL_VERIFY_NONE
        && conn->verify != USSL_VERIFY_NONE) {
        return USSL_ERR_USAGE; // mbedTLS would not look, and we would find nothing proven
    }
    ussl_ctx_t *before = conn->ctx;
    conn->ctx = ussl_ctx_ref(ctx);
    conn->ssl.conf = &ctx->conf;
    conn->ssl.tls_version = ctx->conf.max_tls_version; // as mbedtls_ssl_setup() did
    // Who had to show a certificate still has to (CPython keeps the first context's mode).
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
    ussl_object_unref(conn);
}

ussl_result_t ussl_conn_handshake(ussl_conn_t *conn, bool *done) {
    *done = false;
    ussl_scope_t scope;
    ussl_result_t result = conn_enter(conn, CALL_HANDSHAKE, &scope);
    if (result != USSL_OK) {
        return result;
    }
    if (conn->state == CONN_OPEN) {
        *done = true;
    } else {
        conn_set_state(conn, CONN_SHAKING);
        result = handshake_step(conn, &scope, done);
    }
    conn_leave(conn, &scope);
    return result;
}

ussl_result_t ussl_conn_read(ussl_conn_t *conn, uint8_t *buf, size_t len, size_t *n) {
    *n = 0;
    ussl_scope_t scope;
    ussl_result_t result = conn_enter(conn, CALL_READ, &scope);
    if (result != USSL_OK) {
        return result;
    }
    result = conn->peer_closed ? USSL_CLOSED : USSL_OK;
    if (result == USSL_OK && len > 0) {
        result = bring_plaintext(conn, &scope);
    }
    if (result == USSL_OK && len > 0) {
        int code = mbedtls_ssl_read(&conn->ssl, buf, len); // only copies
        *n = code > 0 ? (size_t)code : 0;
    }
    conn_leave(conn, &scope);
    return result;
}

ussl_result_t ussl_conn_peek(ussl_conn_t *conn) {
    ussl_scope_t scope;
    ussl_result_t result = conn_enter(conn, CALL_READ, &scope);
    if (result == USSL_OK) {
        result = conn->peer_closed ? USSL_CLOSED : bring_plaintext(conn, &scope);
        conn_leave(conn, &scope);
    }
    return result;
}

ussl_result_t ussl_conn_write(ussl_conn_t *conn, const uint8_t *buf, size_t len, size_t *n) {
    *n = 0;
    ussl_scope_t scope;
    ussl_result_t result = conn_enter(conn, CALL_WRITE, &scope);
    if (result != USSL_OK) {
        return result;
    }
    conn->writing = true;
    result = conn->out_len > 0 ? USSL_WANT_OUT : USSL_OK;
    if (result == USSL_OK && len > 0) {
        int max = mbedtls_ssl_get_max_out_record_payload(&conn->ssl);
        size_t part = conn->ctx->config.record_out;
        part = max > 0 && (size_t)max < part ? (size_t)max : part;
        part = ussl_records_out(conn, part < len ? part : len);
        int code = mbedtls_ssl_write(&conn->ssl, buf, part);
        if (code > 0) {
            *n = (size_t)code;
        } else if (code == MBEDTLS_ERR_SSL_WANT_WRITE && conn->out_total > 0) {
            *n = part; // sealed, and waiting in the window
        } else {
            result = conn_answer(conn, code, &scope);
        }
    }
    conn->writing = false;
    conn_leave(conn, &scope);
    return result;
}

ussl_result_t ussl_conn_close(ussl_conn_t *conn) {
    ussl_scope_t scope;
    ussl_result_t result = conn_enter(conn, CALL_CLOSE, &scope);
    if (result != USSL_OK) {
        return result;
    }
    if (conn->state == CONN_OPEN) {
        result = conn->out_len > 0 ? USSL_WANT_OUT : USSL_OK;
        if (result == USSL_OK) {
            int code = mbedtls_ssl_close_notify(&conn->ssl);
            bool queued = code == 0 || (code == MBEDTLS_ERR_SSL_WANT_WRITE && conn->out_total > 0);
            result = queued ? USSL_OK : conn_answer(conn, code, &scope);
        }
        if (result == USSL_OK) {
            conn_set_state(conn, CONN_CLOSING);
        }
    }
    conn_leave(conn, &scope);
    return result;
}

ussl_result_t ussl_conn_recheck(ussl_conn_t *conn, bool *done) {
    ussl_scope_t scope;
    *done = false;
    ussl_result_t result = conn_enter(conn, CALL_CLOSE, &scope);
    if (result != USSL_OK) {
        return result;
    }
    *done = ussl_verify_held(conn);
    if (conn->check.verdict.flags != 0) {
        result = conn_fail(conn, MBEDTLS_ERR_X509_CERT_VERIFY_FAILED, false);
    }
    conn_leave(conn, &scope);
    return result;
}

size_t ussl_conn_pending(const ussl_conn_t *conn) {
    bool open = conn->state == CONN_OPEN || conn->state == CONN_CLOSING;
    return open ? mbedtls_ssl_get_bytes_avail(&conn->ssl) : 0;
}

ussl_result_t ussl_conn_wants(const ussl_conn_t *conn) {
    if (conn->side_len > 0 || conn->out_len > 0) {
        return USSL_WANT_OUT;
    }
    bool waits = conn->in != NULL && conn->in_have == 0 && !conn->wire_ended;
    return waits && conn->state != CONN_FAILED ? USSL_WANT_IN : USSL_OK;
}

bool ussl_conn_established(const ussl_conn_t *conn) {
    return conn->state == CONN_OPEN || conn->state == CONN_CLOSING;
}

bool ussl_conn_gives_tickets(const ussl_conn_t *conn) {
#if USSL_TLS13 && USSL_SESSIONS && USSL_SERVER
    int state = conn->ssl.state;
    return conn->state == CONN_SHAKING
        && (state == MBEDTLS_SSL_TLS1_3_NEW_SESSION_TICKET
            || state == MBEDTLS_SSL_TLS1_3_NEW_SESSION_TICKET_FLUSH);
#else
    (void)conn;
    return false;
#endif
}

bool ussl_conn_peer_closed(const ussl_conn_t *conn) {
    return conn->peer_closed;
}

bool ussl_conn_closing(const ussl_conn_t *conn) {
    return conn->state == CONN_CLOSING;
}

void ussl_conn_failure(const ussl_conn_t *conn, ussl_failure_t *out) {
    *out = conn->failure;
}
