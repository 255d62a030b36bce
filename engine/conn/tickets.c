// SPDX-License-Identifier: MIT
//
// tickets.c - the functions by which mbedTLS writes and reads a server's session tickets (RFC 5077,
// RFC 8446 4.6.1).
//
// Notes: in TLS 1.3 mbedTLS's own session tickets do not contain the client's certificate. Those
// written here contain it, and what was proven.
#include "conn.h"

#if USSL_SESSIONS && USSL_SERVER

// ---- helpers ----
// True if the session proves everything that the server requires of a client's certificate. If the
// server accepts clients without a certificate, a session that proves nothing is enough too. Bad
// certificates are refused, so such a client has sent none, or one whose dates have not been judged
// yet, and it counts as not verified.
static bool is_enough(const ussl_conn_t *conn, const ussl__snapshot_t *snapshot, int64_t now) {
    uint16_t wanted = ussl__conn_rules(conn);
    bool none = snapshot->proven == 0 && conn->verify != USSL_VERIFY_REQUIRED;
    if (now < snapshot->made || now - snapshot->made >= USSL_TICKET_LIFETIME) {
        return false;
    }
    return (none || ussl__proves(snapshot->proven, wanted))
        && ussl__snapshot_is_fresh(snapshot, now);
}

static int code_of(ussl_result_t result) {
    switch (result) {
        case USSL_OK:
            return 0;
        case USSL_ERR_MEMORY:
            return MBEDTLS_ERR_SSL_ALLOC_FAILED;
        case USSL_ERR_PARSE:
            return MBEDTLS_ERR_SSL_INVALID_MAC;
        default:
            return MBEDTLS_ERR_PLATFORM_HW_ACCEL_FAILED;
    }
}

// RFC 7627 5.3: if the session was made with extended_master_secret and the ClientHello lacks it,
// the handshake ends, because an attacker could have removed it. In the opposite case a full
// handshake is made.
static int other_master_secret(ussl_conn_t *conn, bool before) {
    if (before) {
        (void)ussl__conn_latch(
            conn, USSL_ERR_PROTOCOL, USSL_ALERT_HANDSHAKE_FAILURE, "INCONSISTENT_EXTMS");
    }
    return MBEDTLS_ERR_SSL_INVALID_MAC;
}

// ---- called by mbedTLS ----
static int ticket_write(void *arg, const mbedtls_ssl_session *session, unsigned char *start,
    const unsigned char *end, size_t *len, uint32_t *lifetime) {
    const ussl_ctx_t *ctx = arg;
    const ussl_conn_t *conn = ussl__scope_current()->conn;
    size_t room = (size_t)(end - start), text;
    *len = 0;
    *lifetime = USSL_TICKET_LIFETIME;
    if (room < USSL__TICKET_EXTRA) {
        return MBEDTLS_ERR_SSL_BUFFER_TOO_SMALL;
    }
    uint8_t *at = start + USSL__TICKET_NAME + USSL__SEAL_NONCE;
    ussl__snapshot_t snapshot = ussl__conn_snapshot(conn, session, false);
    ussl_result_t result =
        ussl__snapshot_write(&snapshot, session, at, room - USSL__TICKET_EXTRA, &text);
    if (result == USSL_ERR_USAGE) {
        // The session is too large for the buffer, because of a large certificate. An error would
        // make mbedTLS end a TLS 1.3 connection that is complete, so the client gets a ticket of
        // random bytes, which no key opens.
        *len = USSL__TICKET_EXTRA;
        return ussl__rng(NULL, start, *len);
    }
    if (result == USSL_OK) {
        result = ussl__ticket_seal(ctx->config.tickets, start, text);
    }
    *len = result == USSL_OK ? USSL__TICKET_EXTRA + text : 0;
    return code_of(result);
}

static int ticket_parse(void *arg, mbedtls_ssl_session *session, unsigned char *buf, size_t len) {
    const ussl_ctx_t *ctx = arg;
    ussl_conn_t *conn = ussl__scope_current()->conn;
    uint8_t *text;
    size_t text_len;
    ussl__snapshot_t snapshot;
    ussl_result_t result = ussl__ticket_unseal(ctx->config.tickets, buf, len, &text, &text_len);
    if (result == USSL_OK && !ussl__snapshot_parse(text, text_len, &snapshot)) {
        result = USSL_ERR_PARSE;
    }
    if (result != USSL_OK) {
        return code_of(result);
    }
    if (!is_enough(conn, &snapshot, ussl__now())) {
        return MBEDTLS_ERR_SSL_SESSION_TICKET_EXPIRED;
    }
    int code = code_of(ussl__snapshot_session(&snapshot, MBEDTLS_SSL_IS_SERVER, session));
    // mbedTLS would resume a TLS 1.3 session in TLS 1.2, with a master secret that is all zero.
    if (code == 0 && session->tls_version != conn->ssl.tls_version) {
        code = MBEDTLS_ERR_SSL_INVALID_MAC;
    }
    if (code == 0 && session->tls_version == MBEDTLS_SSL_VERSION_TLS1_2
        && !ussl__conn_datagrams(conn) // in DTLS only mbedTLS reads the hellos
        && snapshot.extended_ms != conn->extended_ms) {
        code = other_master_secret(conn, snapshot.extended_ms);
    }
    return code ? code : code_of(ussl__conn_take_snapshot(conn, &snapshot));
}

// ---- private to the room ----
void ussl__tickets_use(ussl_ctx_t *ctx) {
    const ussl_config_t *config = &ctx->config;
    bool given = config->tickets != NULL && !config->no_tickets;
    if (given) {
        mbedtls_ssl_conf_session_tickets_cb(&ctx->conf, ticket_write, ticket_parse, ctx);
    }
#if USSL_TLS13
    mbedtls_ssl_conf_new_session_tickets(&ctx->conf, given ? config->ticket_count : 0);
#endif
}

#endif // USSL_SESSIONS && USSL_SERVER
