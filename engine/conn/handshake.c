// SPDX-License-Identifier: MIT
//
// handshake.c - does the handshake one step at a time, and turns mbedTLS's codes into results.
//
// Notes: mbedTLS does not enforce everything that is required of the peer, so this file does,
// before any application data is read or written. A bad certificate, or a missing one that is
// required, ends the handshake, and a connection is open only when everything that was required of
// the peer has been proven.
#include "conn.h"

// ---- the peer's certificate ----
// True if a client has sent no certificate although one is required. The server has requested it as
// OPTIONAL, because mbedTLS sends no alert, or the wrong one, for a missing certificate that is
// REQUIRED.
static bool cert_missing(const ussl_conn_t *conn) {
    const mbedtls_ssl_session *session = conn->ssl.session_negotiate;
    return conn->ctx->config.role == USSL_SERVER_SIDE && conn->verify == USSL_VERIFY_REQUIRED
        && session != NULL && session->verify_result == MBEDTLS_X509_BADCERT_MISSING;
}

// True if the peer's certificate was refused. An mbedTLS server that requests a certificate as
// OPTIONAL continues with a bad one. After the verification mbedTLS also checks a rule of its own,
// about the curve of the key.
static bool cert_refused(const ussl_conn_t *conn) {
    const uint32_t none = MBEDTLS_X509_BADCERT_MISSING | MBEDTLS_X509_BADCERT_SKIP_VERIFY;
    const mbedtls_ssl_session *session = conn->ssl.session_negotiate;
    bool theirs = conn->check.verified && session && (session->verify_result & ~none) != 0;
    return conn->verify != USSL_VERIFY_NONE && (conn->check.verdict.flags != 0 || theirs);
}

// True if the peer has been verified, or need not be. This is the last check before application
// data.
static bool peer_proven(const ussl_conn_t *conn) {
#if USSL_PSK
    if (ussl__psk_only(&conn->ctx->config)) {
        return ussl__psk_proven(conn);
    }
#endif
    bool client = conn->ctx->config.role == USSL_CLIENT;
    bool required =
        conn->verify == USSL_VERIFY_REQUIRED || (conn->verify == USSL_VERIFY_OPTIONAL && client);
    if (!conn->full_handshake) {
        // mbedTLS would resume a session of TLS 1.3 in TLS 1.2, with a master secret of zeros.
        if (conn->session_offered && conn->ssl.tls_version != conn->offered_version) {
            return false;
        }
        return !required || conn->proven_before & USSL__PROVEN_CHAIN;
    }
    return !required || (conn->check.verified && mbedtls_ssl_get_verify_result(&conn->ssl) == 0);
}

// ---- steps ----
// Makes room for what the step sends.
static ussl_result_t prepare_step(ussl_conn_t *conn) {
    if (conn->ssl.state == MBEDTLS_SSL_SERVER_CERTIFICATE && !conn->full_handshake) {
        conn->full_handshake = true; // the session that was offered proves nothing
#if USSL_SESSIONS
        ussl__conn_forget_peer(conn);
#endif
    }
    return ussl__records_for_handshake(conn);
}

static ussl_result_t finish_handshake(ussl_conn_t *conn, bool *done) {
    if (!peer_proven(conn)) {
        return ussl__conn_fail(conn, MBEDTLS_ERR_X509_CERT_VERIFY_FAILED);
    }
    ussl__conn_set_state(conn, CONN_OPEN);
#if USSL_DTLS
    if (conn->ctx->config.datagrams) {
        ussl__datagrams_end_handshake(conn);
    }
#endif
    ussl__path_release_anchor(&conn->check.path);
    conn->ctx->arena->memory.handshake_peak = conn->arena->recent_peak - conn->used_before;
    *done = true;
    return USSL_OK;
}

// ---- private to the room ----
ussl_result_t ussl__conn_handshake_step(ussl_conn_t *conn, bool *done) {
    ussl_result_t result = prepare_step(conn);
    if (result != USSL_OK) {
        return result;
    }
    ussl__flight_t flight;
    ussl__flight_begin(conn, &flight);
    int code = mbedtls_ssl_handshake_step(&conn->ssl);
    if (ussl__flight_end(conn, &flight) && code == MBEDTLS_ERR_SSL_WANT_WRITE) {
        code = 0;
    }
#if USSL_TLS13
    ussl__use_application_keys(&conn->ssl);
    if (conn->ssl.state == MBEDTLS_SSL_SERVER_HELLO) {
        ussl__note_client_hello(&conn->ssl);
    }
#endif
    if (ussl__scope_current()->failed && (code == 0 || code == MBEDTLS_ERR_SSL_WANT_WRITE)) {
        // mbedTLS sends its Finished message even if it could not compute it.
        return ussl__conn_fail(conn, MBEDTLS_ERR_SSL_ALLOC_FAILED);
    }
    if (code == 0 && ussl__conn_latched(conn)) {
        code = MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE; // latched in a callback that cannot fail
    } else if (code == 0 && cert_refused(conn)) {
        code = MBEDTLS_ERR_X509_CERT_VERIFY_FAILED;
    } else if (code == 0 && cert_missing(conn)) {
        code = MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE;
    }
    if (code != 0) {
        return ussl__conn_answer(conn, code);
    }
    bool over = conn->ssl.state == MBEDTLS_SSL_HANDSHAKE_OVER;
    return over ? finish_handshake(conn, done) : USSL_OK;
}

ussl_result_t ussl__conn_answer(ussl_conn_t *conn, int code) {
    switch (code) {
        case MBEDTLS_ERR_SSL_WANT_READ:
            if (ussl__conn_collects(conn) && conn->out_len > 0) {
                conn->flight_over = true;
                return USSL_WANT_OUT;
            }
            // If mbedTLS needs no bytes, it has only dropped a record and must be called again.
            return conn->in != NULL && conn->in_have == 0 ? ussl__records_make_room(conn) : USSL_OK;
        case MBEDTLS_ERR_SSL_WANT_WRITE:
            if (ussl__scope_current()->failed && conn->ssl.send_alert) {
                // mbedTLS sends an alert behind this record, and returns its error in a later call,
                // in which the cause would not be known.
                ussl__conn_latch_memory(conn);
            }
            return conn->out_len > 0 ? USSL_WANT_OUT : USSL_OK;
        case MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET:
        case MBEDTLS_ERR_SSL_CRYPTO_IN_PROGRESS:
            return USSL_OK;
        default:
            return ussl__conn_fail(conn, code);
    }
}

// ---- public ----
bool ussl_conn_gives_tickets(const ussl_conn_t *conn) {
    return conn->only_tickets && conn->out_len > 0;
}
