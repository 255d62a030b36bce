// SPDX-License-Identifier: MIT
//
// records.c - record buffers: a connection has them while they hold something, and no longer.
//
// Notes: mbedTLS takes two full record buffers when a connection begins and keeps them to its end.
// Ours keeps two small ones instead, USSL_RECORD_REST bytes, enough for the header of a record that
// comes in and for an alert that goes out. mbedTLS asks for wire bytes five first, the header, and
// then for exactly the rest of that record; it is told "not yet" both times, and between two calls
// of it the buffer can be exchanged, because it keeps no pointer into it but the few that are set
// here. Going out, plaintext that fits no record now fits a smaller one: writing never fails for
// lack of memory.
#include "mbed.h"

#include <string.h>

// In front of a record: where mbedTLS keeps the sequence number. In it: header, explicit nonce,
// hidden type, tag.
#define SEQUENCE 8
#define HEADER 5
#define RECORD_AROUND (SEQUENCE + HEADER + 8 + 1 + 16)

// ---- exchanging ----
static void use_in(ussl_conn_t *conn, uint8_t *buf, size_t room) {
    mbedtls_ssl_context *ssl = &conn->ssl;
    size_t at = (size_t)(ssl->in_hdr - ssl->in_buf), kept = at + ssl->in_left;
    memcpy(buf, ssl->in_buf, kept);
    ussl_free(ssl->in_buf != conn->rest_in ? ssl->in_buf : NULL);
    ssl->in_buf = buf;
    ssl->in_hdr = buf + at;
    mbedtls_ssl_update_in_pointers(ssl);
    conn->in_room = room;
}

static void use_out(ussl_conn_t *conn, uint8_t *buf, size_t room) {
    mbedtls_ssl_context *ssl = &conn->ssl;
    ussl_free(ssl->out_buf != conn->rest_out ? ssl->out_buf : NULL);
    ssl->out_buf = ssl->out_ctr = buf;
    ssl->out_hdr = buf + SEQUENCE;
    mbedtls_ssl_update_out_pointers(ssl, ssl->transform_out);
    conn->out_room = room;
}

// An allocation that may fail: whoever asks has another way.
static void *try_alloc(size_t size) {
    ussl_scope_t *scope = ussl_scope_current();
    bool failed = scope->failed;
    void *block = ussl_calloc(1, size);
    scope->failed = failed;
    return block;
}

// ---- incoming ----
// Nothing of the buffer's content is wanted any more.
static bool in_is_empty(const ussl_conn_t *conn) {
    const mbedtls_ssl_context *ssl = &conn->ssl;
    bool current = ssl->in_hslen > 0 ? ssl->in_hslen < ssl->in_msglen : ssl->in_offt != NULL;
    return ssl->in_left == 0 && conn->in_have == 0 && !current && ssl->keep_current_message == 0
        && ssl->in_hdr == ssl->in_buf + SEQUENCE;
}

static void rest_in(ussl_conn_t *conn) {
    if (conn->in_room > USSL_RECORD_REST && in_is_empty(conn)) {
        conn->in = NULL; // the window was in there; mbedTLS asks again
        use_in(conn, conn->rest_in, USSL_RECORD_REST);
    }
}

// What does not fit in the limit is refused by its header, before memory is taken for it.
static ussl_result_t check_limit(ussl_conn_t *conn, size_t record) {
    size_t limit = conn->ctx->config.record_in;
    if (record <= limit + RECORD_AROUND - SEQUENCE || limit == USSL_RECORD_IN) {
        return USSL_OK;
    }
    return ussl_conn_refuse_record(conn, record - HEADER);
}

ussl_result_t ussl_records_make_room(ussl_conn_t *conn) {
    const mbedtls_ssl_context *ssl = &conn->ssl;
    size_t wanted = ssl->in_left + conn->in_len;
    if (wanted == HEADER && in_is_empty(conn)) {
        rest_in(conn);
        return conn->in == NULL ? USSL_OK : USSL_WANT_IN;
    }
    ussl_result_t result = wanted > HEADER ? check_limit(conn, wanted) : USSL_OK;
    size_t need = (size_t)(ssl->in_hdr - ssl->in_buf) + wanted;
    if (result != USSL_OK || need <= conn->in_room) {
        return result == USSL_OK ? USSL_WANT_IN : result;
    }
    uint8_t *buf = try_alloc(need);
    conn->in = NULL;
    if (buf == NULL) {
        return USSL_ERR_MEMORY;
    }
    use_in(conn, buf, need);
    return USSL_OK;
}

// ---- outgoing ----
size_t ussl_records_out(ussl_conn_t *conn, size_t len) {
    const mbedtls_ssl_context *ssl = &conn->ssl;
    while (len + RECORD_AROUND > conn->out_room && ssl->out_left == 0) {
        size_t room = len + RECORD_AROUND;
        uint8_t *buf = room > USSL_RECORD_REST ? try_alloc(room) : NULL;
        if (buf != NULL) {
            use_out(conn, buf, room);
        } else {
            len = len / 2;
        }
    }
    return len;
}

// mbedTLS writes handshake messages up to the size that it asked for in the beginning.
bool ussl_records_for_handshake(ussl_conn_t *conn) {
    if (conn->out_room >= conn->out_full || conn->ssl.out_left > 0) {
        return true;
    }
    uint8_t *buf = try_alloc(conn->out_full);
    if (buf != NULL) {
        use_out(conn, buf, conn->out_full);
    }
    return buf != NULL;
}

// ---- beginning, resting, ending ----
int ussl_records_setup(ussl_conn_t *conn) {
    ussl_scope_t *scope = ussl_scope_current();
    size_t asked[2] = {0};
    scope->asked = asked;
    scope->asked_end = asked + 2;
    int code = mbedtls_ssl_setup(&conn->ssl, &conn->ctx->conf);
    scope->asked = scope->asked_end = NULL;
    conn->in_room = conn->out_room = USSL_RECORD_REST;
    conn->out_full = asked[1];
    conn->rest_in = conn->ssl.in_buf;
    conn->rest_out = conn->ssl.out_buf;
    return code;
}

// mbedTLS would wipe as much as it asked for.
void ussl_records_free(ussl_conn_t *conn) {
    mbedtls_ssl_context *ssl = &conn->ssl;
    ussl_free(ssl->in_buf != conn->rest_in ? ssl->in_buf : NULL);
    ussl_free(ssl->out_buf != conn->rest_out ? ssl->out_buf : NULL);
    ussl_free(conn->rest_in);
    ussl_free(conn->rest_out);
    ssl->in_buf = ssl->out_buf = NULL;
}

void ussl_records_rest(ussl_conn_t *conn) {
    if (conn->state != CONN_OPEN && conn->state != CONN_CLOSING) {
        return;
    }
    rest_in(conn);
    if (conn->out_room > USSL_RECORD_REST && conn->ssl.out_left == 0) {
        use_out(conn, conn->rest_out, USSL_RECORD_REST);
    }
}
