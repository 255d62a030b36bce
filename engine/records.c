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

#define SEQUENCE 8
#define HEADER 5
#define RECORD_AROUND USSL_RECORD_AROUND

// ---- exchanging ----
static void give_back_in(ussl_conn_t *conn) {
    uint8_t *buf = conn->ssl.in_buf;
    if (buf != conn->rest_in && !ussl_reserve_take_back(conn, buf, conn->in_room)) {
        ussl_free(buf);
    }
}

static void use_in(ussl_conn_t *conn, uint8_t *buf, size_t room) {
    mbedtls_ssl_context *ssl = &conn->ssl;
    size_t at = (size_t)(ssl->in_hdr - ssl->in_buf), kept = at + ssl->in_left;
    memcpy(buf, ssl->in_buf, kept);
    give_back_in(conn);
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

// What does not fit in the limit is refused by its header, before memory is taken for it. Messages
// of a handshake are only refused for want of memory: mbedTLS as a server sends its certificates in
// one record whatever was agreed.
static ussl_result_t check_limit(ussl_conn_t *conn, size_t record) {
    size_t limit = conn->ctx->config.record_in;
    size_t len = ussl_conn_plaintext(conn, record - HEADER);
    ussl_memory_t *memory = &conn->ctx->arena->memory;
    if (conn->state == CONN_SHAKING) {
        return USSL_OK;
    }
    memory->largest_record = len > memory->largest_record ? len : memory->largest_record;
    bool fits = record <= limit + RECORD_AROUND - SEQUENCE || limit == USSL_RECORD_IN;
    return fits ? USSL_OK : ussl_conn_refuse_record(conn, record - HEADER);
}

ussl_result_t ussl_records_make_room(ussl_conn_t *conn) {
    const mbedtls_ssl_context *ssl = &conn->ssl;
    size_t wanted = ssl->in_left + conn->in_len;
    conn->wants_room = false;
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
        result = ussl_reserve_lend(conn, need, &buf);
    }
    conn->wants_room = result == USSL_WANT_ROOM;
    if (buf != NULL) {
        use_in(conn, buf, need);
    }
    return result;
}

bool ussl_records_dribble(const ussl_conn_t *conn) {
    return conn->in != NULL && conn->in_have == 0 && !conn->busy && !conn->lent;
}

void ussl_records_drop(ussl_conn_t *conn) {
    conn->ssl.in_left = 0;
    conn->ssl.in_hdr = conn->ssl.in_buf + SEQUENCE;
    conn->in = NULL;
    use_in(conn, conn->rest_in, USSL_RECORD_REST);
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

// mbedTLS writes handshake messages up to the size that it was built for.
bool ussl_records_for_handshake(ussl_conn_t *conn) {
    const size_t full = MBEDTLS_SSL_OUT_BUFFER_LEN;
    if (conn->out_room >= full || conn->ssl.out_left > 0) {
        return true;
    }
    uint8_t *buf = try_alloc(full);
    if (buf != NULL) {
        use_out(conn, buf, full);
    }
    return buf != NULL;
}

// ---- beginning, resting, ending ----
int ussl_records_setup(ussl_conn_t *conn) {
    conn->in_room = conn->out_room = USSL_RECORD_REST;
    int code = mbedtls_ssl_setup(&conn->ssl, &conn->ctx->conf);
    conn->rest_in = conn->ssl.in_buf;
    conn->rest_out = conn->ssl.out_buf;
    return code;
}

void ussl_records_free(ussl_conn_t *conn) {
    mbedtls_ssl_context *ssl = &conn->ssl;
    give_back_in(conn);
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
