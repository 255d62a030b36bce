// SPDX-License-Identifier: MIT
//
// wire.c - lends parts of mbedTLS's record buffers to the caller, as windows for input and output.
//
// Notes: mbedTLS reads wire bytes by calling ussl__wire_recv() with an address in its record
// buffer. That part of the buffer is lent to the caller as the input window. When mbedTLS repeats
// the call, the bytes are already at that address. Output works the same way: ussl__wire_send()
// lends the sealed record, and returns MBEDTLS_ERR_SSL_WANT_WRITE until the caller has sent all of
// it. So no byte is copied between wire and record, except in small records.
//
// Two rules follow. First, while a record waits in the output window, mbedTLS must not be given new
// data, because it would send the old record and return the new length. As soon as the caller has
// sent the record, mbedtls_ssl_flush_output() is called, so that the buffer can be given back.
// Second, a small record, above all an alert, must never wait, because mbedTLS repeats for ever an
// alert that it could not send. Small records therefore go into a side buffer, and the last part of
// that is for an alert only.
#include "conn.h"

#include <string.h>

// ---- the wire, called by mbedTLS ----
// True if the record is an alert. In TLS 1.3 the type is encrypted, so an alert is recognised by
// its size: two bytes and a type, with padding, and the tag. No other record that a handshake or a
// read sends has that size.
static bool is_alert(const ussl_conn_t *conn, const unsigned char *record, size_t len) {
    const size_t spec = 5 + 1; // a change_cipher_spec can precede it (mbedtls/ssl_msg.c)
    if (record[0] == MBEDTLS_SSL_MSG_CHANGE_CIPHER_SPEC && len > spec) {
        record += spec;
        len -= spec;
    }
    const size_t pad = MBEDTLS_SSL_CID_TLS1_3_PADDING_GRANULARITY;
    const size_t hidden = 5 + (2 + 1 + pad - 1) / pad * pad + 16;
    return record[0] == MBEDTLS_SSL_MSG_ALERT
        || (!conn->writing && record[0] == MBEDTLS_SSL_MSG_APPLICATION_DATA && len == hidden);
}

int ussl__wire_send(void *arg, const unsigned char *buf, size_t len) {
    ussl_conn_t *conn = arg;
    if (conn->flight != NULL) {
        // The record stays in the buffer. An alert counts as sent, because mbedTLS would repeat an
        // alert that waits.
        bool last = is_alert(conn, buf, len);
        if (conn->flight->alert > 0) {
            return MBEDTLS_ERR_SSL_INTERNAL_ERROR; // a second record would overwrite the alert
        }
        conn->flight->alert += last ? len : 0;
        return last ? (int)len : MBEDTLS_ERR_SSL_WANT_WRITE;
    }
    if (conn->out_total > 0) {
        if (conn->out_len > 0) {
            return MBEDTLS_ERR_SSL_WANT_WRITE;
        }
        size_t sent = conn->out_total;
        conn->out_total = 0;
        return (int)sent;
    }
    bool alert = is_alert(conn, buf, len);
    size_t room = (alert ? CONN_SIDE_SIZE : CONN_SIDE_SIZE - CONN_SIDE_ALERT);
    if (conn->side_len + len <= room) {
        memcpy(conn->side + conn->side_len, buf, len);
        conn->side_len = (uint8_t)(conn->side_len + len);
        return (int)len;
    }
    conn->out = buf;
    conn->out_len = conn->out_total = len;
    return MBEDTLS_ERR_SSL_WANT_WRITE;
}

int ussl__wire_recv(void *arg, unsigned char *buf, size_t len) {
    ussl_conn_t *conn = arg;
    if (conn->in == buf && conn->in_have > 0) {
        size_t have = conn->in_have;
        conn->in = NULL;
        conn->in_have = 0;
        return (int)have;
    }
    if (conn->wire_ended) {
        return 0;
    }
    conn->in = buf;
    conn->in_len = len;
    return MBEDTLS_ERR_SSL_WANT_READ;
}

// ---- windows ----
static uint8_t *window_in(ussl_conn_t *conn, size_t *len) {
    bool open = conn->in != NULL && conn->in_have == 0 && !conn->wire_ended
        && conn->state != CONN_FAILED && !conn->busy;
    *len = open ? conn->in_len : 0;
    conn->lent = open;
    return open ? conn->in : NULL;
}

static const uint8_t *window_out(const ussl_conn_t *conn, size_t *len) {
    if (conn->busy || (ussl__conn_collects(conn) && !conn->flight_over)) {
        *len = 0;
        return NULL;
    }
    // The records in the side buffer are older than the one in the window.
    if (conn->side_at < conn->side_len) {
        *len = (size_t)(conn->side_len - conn->side_at);
        return conn->side + conn->side_at;
    }
    *len = conn->out_len;
    return conn->out_len > 0 ? conn->out : NULL;
}

static void take_in(ussl_conn_t *conn, size_t n) {
    conn->lent = false;
    if (n == 0) {
        conn->wire_ended = true;
    } else if (conn->in != NULL && n <= conn->in_len) {
        conn->in_have = n;
    }
}

static void take_out(ussl_conn_t *conn, size_t n) {
    size_t waiting;
    (void)window_out(conn, &waiting);
    n = n < waiting ? n : waiting;
    if (conn->side_at < conn->side_len) {
        conn->side_at = (uint8_t)(conn->side_at + n);
        if (conn->side_at == conn->side_len) {
            conn->side_at = conn->side_len = 0;
        }
    } else if (waiting > 0) {
        conn->out += n;
        conn->out_len -= n;
        if (conn->out_len == 0) {
            conn->flight_over = conn->only_tickets = false;
            if (mbedtls_ssl_flush_output(&conn->ssl) == 0) { // this calls ussl__wire_send()
                ussl__records_shrink(conn);
            }
        }
    }
}

// ---- public ----
// Each function holds the lock, because another thread can be inside a call on the same connection.
uint8_t *ussl_conn_in(ussl_conn_t *conn, size_t *len) {
    ussl__scope_t scope;
    ussl__scope_enter(&scope, conn->arena);
    uint8_t *in = window_in(conn, len);
    ussl__scope_leave(&scope);
    return in;
}

void ussl_conn_in_back(ussl_conn_t *conn) {
    ussl__scope_t scope;
    ussl__scope_enter(&scope, conn->arena);
    conn->lent = false;
    ussl__scope_leave(&scope);
}

void ussl_conn_in_done(ussl_conn_t *conn, size_t n) {
    ussl__scope_t scope;
    ussl__scope_enter(&scope, conn->arena);
    take_in(conn, n);
    ussl__scope_leave(&scope);
}

const uint8_t *ussl_conn_out(ussl_conn_t *conn, size_t *len) {
    ussl__scope_t scope;
    ussl__scope_enter(&scope, conn->arena);
    const uint8_t *out = window_out(conn, len);
    ussl__scope_leave(&scope);
    return out;
}

void ussl_conn_out_done(ussl_conn_t *conn, size_t n) {
    ussl__scope_t scope;
    ussl__scope_enter(&scope, conn->arena);
    take_out(conn, n);
    ussl__scope_leave(&scope);
}
