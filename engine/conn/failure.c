// SPDX-License-Identifier: MIT
//
// failure.c - latches the first cause of a connection's failure, reports it to the peer by an
// alert, and keeps it.
//
// Notes: a function that finds a cause latches it, with reason and alert, and makes mbedTLS return
// an error. A cause that mbedTLS finds is returned as a code. In both cases ussl__conn_fail() ends
// the connection.
#include "conn.h"

#include <string.h>

// ---- helpers ----
// Returns the number of the alert by which the peer ended the connection, or USSL_ALERT_NONE.
static int peer_alert(const ussl_conn_t *conn, int code) {
    if (code == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE) {
        return conn->ssl.in_msg[1];
    }
    bool left = code == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY; // during the handshake
    return left ? USSL_ALERT_CLOSE_NOTIFY : USSL_ALERT_NONE;
}

#if USSL_SERVER
// Returns OpenSSL's reason if an HTTP request came in place of a ClientHello, for example from a
// browser that was given http:// instead of https://; else NULL.
static const char *http_reason(const ussl_conn_t *conn) {
    static const char *const methods[] = {"GET ", "POST ", "HEAD ", "PUT "};
    const char *start = (const char *)conn->ssl.in_hdr;
    if (conn->ctx->config.role == USSL_CLIENT || conn->ssl.state > MBEDTLS_SSL_CLIENT_HELLO
        || start == NULL) {
        return NULL;
    }
    size_t there = conn->in_room - (size_t)(conn->ssl.in_hdr - conn->ssl.in_buf);
    if (there < strlen("CONNE")) {
        return NULL; // in_hdr is behind fragments, at the end of the buffer
    }
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        if (memcmp(start, methods[i], strlen(methods[i])) == 0) {
            return "HTTP_REQUEST";
        }
    }
    return memcmp(start, "CONNE", 5) == 0 ? "HTTPS_PROXY_REQUEST" : NULL;
}
#endif

// Latches the cause that an mbedTLS code stands for.
static void latch_code(ussl_conn_t *conn, int code) {
    ussl_failure_t why;
    bool client = conn->ctx->config.role == USSL_CLIENT;
    int alert = peer_alert(conn, code);
    ussl__failure_of_code(code, &why);
    if (alert != USSL_ALERT_NONE) {
        why.result = USSL_ERR_ALERT;
        why.alert = (int16_t)alert;
        why.reason = ussl__alert_reason((unsigned)alert);
    } else if (code == MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE
        && conn->ssl.alert_type == USSL_ALERT_DECRYPT_ERROR && conn->ssl.session_negotiate != NULL
        && conn->ssl.session_negotiate->peer_cert != NULL) {
        why.alert = USSL_ALERT_DECRYPT_ERROR; // for a CertificateVerify (RFC 8446 4.4.3)
        why.reason = "BAD_SIGNATURE";
    } else if (client && code == MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE) {
        // The table has NO_SHARED_CIPHER, which is a server's reason. A client has received a hello
        // or another message that it cannot accept.
        why.reason = "BAD_HANDSHAKE";
    } else if (USSL_PSK && code == MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE
        && conn->ssl.alert_type == USSL_ALERT_DECRYPT_ERROR) {
        // A TLS 1.3 client has another pre-shared key than this server (RFC 8446 4.2.11.2).
        why.alert = USSL_ALERT_DECRYPT_ERROR;
        why.reason = "BINDER_DOES_NOT_VERIFY";
    } else if (code == MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE
        && conn->ssl.tls_version == MBEDTLS_SSL_VERSION_TLS1_3) {
        why.alert = USSL_ALERT_CERTIFICATE_REQUIRED;
    }
#if USSL_SERVER
    const char *http = http_reason(conn);
    why.reason = http ? http : why.reason;
#endif
    (void)ussl__conn_latch(conn, why.result, why.alert, why.reason);
}

// Sends an alert. In a handshake it is added behind the records of the flight that waits.
static void send_alert(ussl_conn_t *conn, unsigned char alert) {
    ussl__flight_t flight;
    bool collects = ussl__conn_collects(conn);
    if (collects) {
        ussl__flight_begin(conn, &flight);
    }
    (void)mbedtls_ssl_send_alert_message(&conn->ssl, MBEDTLS_SSL_ALERT_LEVEL_FATAL, alert);
    if (collects) {
        (void)ussl__flight_end(conn, &flight);
    }
}

// ---- private to the room ----
void ussl__conn_set_state(ussl_conn_t *conn, conn_state_t state) {
    conn->state = (uint8_t)state;
}

bool ussl__conn_latched(const ussl_conn_t *conn) {
    return conn->failure.result != USSL_OK;
}

void ussl__conn_latch_memory(ussl_conn_t *conn) {
    if (!ussl__conn_latched(conn)) {
        conn->failure.result = USSL_ERR_MEMORY;
        conn->failure.alert = USSL_ALERT_INTERNAL_ERROR;
    }
}

ussl_failure_t *ussl__conn_latch(
    ussl_conn_t *conn, ussl_result_t result, int alert, const char *reason) {
    const ussl__scope_t *scope = ussl__scope_current();
    if (scope->conn == conn && scope->failed) {
        ussl__conn_latch_memory(conn);
    }
    if (ussl__conn_latched(conn)) {
        return NULL;
    }
    conn->failure.result = result;
    conn->failure.alert = (int16_t)alert;
    conn->failure.reason = reason;
    return &conn->failure;
}

int ussl__refuse(ussl_conn_t *conn, int alert, const char *reason) {
    (void)ussl__conn_latch(conn, USSL_ERR_PROTOCOL, alert, reason);
    return MBEDTLS_ERR_SSL_ILLEGAL_PARAMETER;
}

int ussl__malformed(ussl_conn_t *conn) {
    return ussl__refuse(conn, USSL_ALERT_DECODE_ERROR, "LENGTH_MISMATCH");
}

ussl_result_t ussl__conn_fail(ussl_conn_t *conn, int code) {
    latch_code(conn, code);
    ussl_failure_t *why = &conn->failure;
    why->backend = code;
    why->alert_is_ours = why->result != USSL_ERR_ALERT && why->alert != USSL_ALERT_NONE;
    if (why->alert_is_ours && !conn->alert_sent) {
        send_alert(conn, (unsigned char)why->alert);
    }
    ussl__conn_set_state(conn, CONN_FAILED);
    return why->result;
}

// ---- seams: called by mbedTLS ----
void ussl__alert_sent(const mbedtls_ssl_context *ssl, bool last) {
    ussl__conn_of(ssl)->alert_sent |= last;
}

unsigned char ussl__alert_to_send(const mbedtls_ssl_context *ssl, unsigned char alert) {
    const ussl_conn_t *conn = ussl__conn_of(ssl);
    bool ours = ussl__conn_latched(conn) && conn->failure.alert != USSL_ALERT_NONE;
    return ours ? (unsigned char)conn->failure.alert : alert;
}

// ---- public ----
bool ussl_conn_established(const ussl_conn_t *conn) {
    return conn->state == CONN_OPEN || conn->state == CONN_CLOSING;
}

void ussl_conn_failure(const ussl_conn_t *conn, ussl_failure_t *out) {
    *out = conn->state == CONN_FAILED ? conn->failure : (ussl_failure_t){.alert = USSL_ALERT_NONE};
}

bool ussl_conn_blamed(const ussl_conn_t *conn, const uint8_t **der, size_t *len) {
    *der = conn->check.blamed;
    *len = conn->check.blamed_len;
    return *der != NULL;
}
