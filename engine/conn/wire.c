// SPDX-License-Identifier: MIT
//
// wire.c - the wire's two ends: record buffers of mbedTLS, lent to the caller as windows.
//
// Notes: mbedTLS asks for wire bytes by calling ussl__wire_recv with a place inside its record
// buffer. That place is lent to the caller as the input window; when the bytes are there and
// mbedTLS asks again, they are already where it wants them. Output works the same way:
// ussl__wire_send lends the sealed record and answers "not yet" until the caller has taken it all.
// So no byte is copied twice.
//
// Two things follow. While a record waits in the output window mbedTLS must not be given new data:
// it would flush the old record and report the new length. It hears that the record has gone as
// soon as the caller has taken it, so that its buffer can be given back. And a small record (an
// alert above all) must never wait: mbedTLS repeats an alert that it could not send for ever. Small
// records therefore go into a side buffer, part of which only an alert may use.
#include "conn.h"

#include <string.h>

// ---- the wire, called by mbedTLS ----
// An alert is a record of type 21, or under TLS 1.3, where the type is hidden, one whose size fits
// nothing else that a handshake or a read could send: two bytes and a type, padded, and the tag.
static bool is_alert(const ussl_conn_t *conn, const unsigned char *record, size_t len) {
    const size_t pad = MBEDTLS_SSL_CID_TLS1_3_PADDING_GRANULARITY;
    const size_t hidden = 5 + (2 + 1 + pad - 1) / pad * pad + 16;
    return record[0] == MBEDTLS_SSL_MSG_ALERT
        || (!conn->writing && record[0] == MBEDTLS_SSL_MSG_APPLICATION_DATA && len == hidden);
}

int ussl__wire_send(void *arg, const unsigned char *buf, size_t len) {
    ussl_conn_t *conn = arg;
    if (conn->out_total > 0) {
        if (conn->out_len > 0) {
            return MBEDTLS_ERR_SSL_WANT_WRITE;
        }
        size_t sent = conn->out_total;
        conn->out_total = 0;
        return (int)sent;
    }
    bool alert = is_alert(conn, buf, len);
    conn->alert_sent |= alert;
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

// ---- public ----
uint8_t *ussl_conn_in(ussl_conn_t *conn, size_t *len) {
    bool open = conn->in != NULL && conn->in_have == 0 && !conn->wire_ended
        && conn->state != CONN_FAILED && !conn->busy;
    *len = open ? conn->in_len : 0;
    conn->lent = open;
    return open ? conn->in : NULL;
}

void ussl_conn_in_back(ussl_conn_t *conn) {
    conn->lent = false;
}

void ussl_conn_in_done(ussl_conn_t *conn, size_t n) {
    conn->lent = false;
    if (n == 0) {
        conn->wire_ended = true;
    } else if (conn->in != NULL && n <= conn->in_len) {
        conn->in_have = n;
    }
}

const uint8_t *ussl_conn_out(ussl_conn_t *conn, size_t *len) {
    if (conn->busy) {
        *len = 0;
        return NULL;
    }
    // What is in the side buffer was sealed before the record in the window.
    if (conn->side_at < conn->side_len) {
        *len = (size_t)(conn->side_len - conn->side_at);
        return conn->side + conn->side_at;
    }
    *len = conn->out_len;
    return conn->out_len > 0 ? conn->out : NULL;
}

void ussl_conn_out_done(ussl_conn_t *conn, size_t n) {
    size_t waiting;
    (void)ussl_conn_out(conn, &waiting);
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
            ussl__scope_t scope;
            ussl__scope_enter(&scope, conn->arena);
            if (mbedtls_ssl_flush_output(&conn->ssl) == 0) { // calls ussl__wire_send
                ussl__records_shrink(conn);
            }
            ussl__scope_leave(&scope);
        }
    }
}
