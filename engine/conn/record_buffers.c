// SPDX-License-Identifier: MIT
//
// record_buffers.c - gives a connection large record buffers only while they hold something.
//
// Notes: mbedTLS allocates two full record buffers when a connection begins and keeps them until
// its end. Here a connection has two small ones instead, of USSL__RECORD_IDLE bytes, enough for the
// header of an incoming record and for an outgoing alert. mbedTLS first reads the five octets of a
// header, and then exactly the rest of that record, and ussl__wire_recv() returns
// MBEDTLS_ERR_SSL_WANT_READ both times. Between two calls of mbedTLS the buffer can be exchanged,
// because mbedTLS keeps no pointers into it except the few that are set here. If there is no memory
// for a large outgoing record, the plaintext is divided among smaller ones, so writing never fails
// for lack of memory. A record is held until its peer has received it, so the number of large ones
// is limited (USSL_LARGE_RECORDS).
//
// A buffer that the connections of a reservation share is lent for one record, until the record's
// plaintext has been read. A peer that sends its record slowly could hold it for ever, so after
// USSL_HOLD_MS the buffer is taken away if another connection waits for one.
#include "conn.h"

#include <string.h>

enum { SEQUENCE = 8, HEADER = 5 }; // octets in front of the content of a record
enum { USUAL_MESSAGE = 4096 };     // octets; usual length of a message in fragments
enum { SMALL_RECORDS = 16 };       // records until a size that failed is tried again

static size_t large_records; // connections with large_out; the scope's lock guards it

static void use_in(ussl_conn_t *conn, uint8_t *buf, size_t room);

// ---- shared buffers ----
static bool held_too_long(const ussl__shared_buffer_t *shared) {
    return ussl__ticks_ms() - shared->since_ms >= USSL_HOLD_MS;
}

// True if the connection waits for the rest of a record, no call on it is in progress, and the
// caller does not have its input window.
static bool is_incomplete(const ussl_conn_t *conn) {
    return conn->in != NULL && conn->in_have == 0 && !conn->busy && !conn->lent;
}

// Returns a buffer that is free, or one whose peer has not finished its record in time, or NULL.
// *hopeless is true if every buffer has been held for too long.
static ussl__shared_buffer_t *find_shared(ussl__shared_buffer_t *all, size_t n, bool *hopeless) {
    ussl__shared_buffer_t *found = NULL;
    *hopeless = true;
    for (size_t i = 0; i < n && (found == NULL || found->user != NULL); i++) {
        bool late = all[i].user != NULL && held_too_long(&all[i]);
        *hopeless &= late;
        if (all[i].user == NULL || (late && is_incomplete(all[i].user))) {
            found = &all[i];
        }
    }
    return found;
}

// Ends a connection that has held a shared buffer for too long. Its record is lost.
static void end_slow(ussl_conn_t *conn) {
    (void)ussl__conn_latch(conn, USSL_ERR_PROTOCOL, USSL_ALERT_INTERNAL_ERROR, "RECORD_TOO_SLOW");
    (void)ussl__conn_fail(conn, MBEDTLS_ERR_SSL_TIMEOUT);
    conn->ssl.in_left = 0;
    conn->ssl.in_hdr = conn->ssl.in_buf + SEQUENCE;
    conn->in = NULL;
    use_in(conn, conn->idle_in, USSL__RECORD_IDLE);
}

static ussl_result_t borrow(ussl_conn_t *conn, size_t wanted, uint8_t **out) {
    size_t n, size;
    ussl__shared_buffer_t *all = ussl__shared_buffers(conn->arena, &n, &size);
    *out = NULL;
    if (all == NULL || wanted > size) {
        return USSL_ERR_MEMORY;
    }
    bool hopeless;
    ussl__shared_buffer_t *shared = find_shared(all, n, &hopeless);
    if (shared == NULL) {
        // If it is hopeless, all buffers hold plaintext that the program does not read, and to wait
        // longer would be a deadlock.
        return hopeless ? USSL_ERR_MEMORY : USSL_WANT_ROOM;
    }
    if (shared->user != NULL) {
        end_slow(shared->user); // this gives the buffer back
    }
    shared->user = conn;
    shared->since_ms = ussl__ticks_ms();
    *out = shared->memory;
    return USSL_OK;
}

// Wipes a shared buffer and gives it back. Returns false if `buf` is not a shared buffer.
static bool give_back_shared(const ussl_conn_t *conn, const uint8_t *buf, size_t used) {
    size_t n, size;
    ussl__shared_buffer_t *all = ussl__shared_buffers(conn->arena, &n, &size);
    for (size_t i = 0; i < n; i++) {
        if (all[i].memory == buf) {
            mbedtls_platform_zeroize(all[i].memory, used);
            all[i].user = NULL;
            return true;
        }
    }
    return false;
}

// ---- exchanging ----
static void give_back_in(ussl_conn_t *conn) {
    uint8_t *buf = conn->ssl.in_buf;
    if (buf != conn->idle_in && !give_back_shared(conn, buf, conn->in_room)) {
        ussl__free(buf);
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

static void give_back_out(ussl_conn_t *conn) {
    ussl__free(conn->ssl.out_buf != conn->idle_out ? conn->ssl.out_buf : NULL);
    large_records -= conn->large_out;
    conn->large_out = false;
}

static void use_out(ussl_conn_t *conn, uint8_t *buf, size_t room) {
    mbedtls_ssl_context *ssl = &conn->ssl;
    give_back_out(conn);
    ssl->out_buf = ssl->out_ctr = buf;
    ssl->out_hdr = buf + SEQUENCE;
    mbedtls_ssl_update_out_pointers(ssl, ssl->transform_out);
    conn->out_room = room;
}

// Allocates without noting a failure in the scope, because a failure here does not end the
// connection: the caller uses less memory, or its own caller can try again.
static void *try_alloc(size_t size) {
    ussl__scope_t *scope = ussl__scope_current();
    bool failed = scope->failed;
    void *block = ussl__calloc(1, size);
    scope->failed = failed;
    return block;
}

// ---- incoming ----
// True if the input buffer holds nothing that is still needed.
static bool in_is_empty(const ussl_conn_t *conn) {
    const mbedtls_ssl_context *ssl = &conn->ssl;
    bool current = ssl->in_hslen > 0 ? ssl->in_hslen < ssl->in_msglen : ssl->in_offt != NULL;
    return !conn->lent && ssl->in_left == 0 && conn->in_have == 0 && !current
        && ssl->keep_current_message == 0 && ssl->in_hdr == ssl->in_buf + SEQUENCE;
}

static void shrink_in(ussl_conn_t *conn) {
    if (conn->in_room > USSL__RECORD_IDLE && in_is_empty(conn)) {
        conn->in = NULL; // the window was in the old buffer; mbedTLS opens it again
        use_in(conn, conn->idle_in, USSL__RECORD_IDLE);
    }
}

// Returns how many of the `len` bytes in a record are plaintext. Padding (TLS 1.3) counts as
// plaintext.
static size_t plaintext_of(const ussl_conn_t *conn, size_t len) {
    size_t around = conn->ssl.transform_in != NULL ? conn->ssl.transform_in->minlen : 0;
    return len > around ? len - around : 0;
}

static ussl_result_t refuse_record(ussl_conn_t *conn, size_t plaintext) {
    ussl_failure_t *why =
        ussl__conn_latch(conn, USSL_ERR_PROTOCOL, USSL_ALERT_RECORD_OVERFLOW, "RECORD_TOO_LARGE");
    if (why != NULL) {
        why->record = (uint16_t)plaintext;
        why->record_limit = conn->ctx->config.record_in;
    }
    return ussl__conn_fail(conn, MBEDTLS_ERR_SSL_INVALID_RECORD);
}

// Refuses a record over the limit by its header, before memory is taken for it. A record of the
// handshake is refused only for lack of memory, because an mbedTLS server sends its certificates in
// one record, even if a lower limit was negotiated.
static ussl_result_t check_limit(ussl_conn_t *conn, size_t record) {
    size_t limit = conn->ctx->config.record_in;
    size_t len = plaintext_of(conn, record - HEADER);
    ussl_memory_t *memory = &conn->ctx->arena->memory;
    if (conn->state == CONN_HANDSHAKING) {
        return USSL_OK;
    }
    memory->largest_record = len > memory->largest_record ? len : memory->largest_record;
    bool fits = record <= limit + USSL__RECORD_AROUND - SEQUENCE || limit == USSL_RECORD_IN;
    return fits ? USSL_OK : refuse_record(conn, len);
}

// Returns the size for a new buffer if `need` octets are needed now. A handshake message can come
// in thousands of records that are joined in the buffer, and each new buffer costs a copy. So a
// message of usual length gets a buffer for all of it at once, and for a longer one the size is
// doubled.
static size_t room_for_rest(const ussl_conn_t *conn, size_t need) {
    const mbedtls_ssl_context *ssl = &conn->ssl;
    size_t message = SEQUENCE + HEADER + ssl->in_hslen + USSL__RECORD_AROUND;
    size_t most = 2 * need > USUAL_MESSAGE ? 2 * need : USUAL_MESSAGE;
    bool joined = ssl->badmac_seen_or_in_hsfraglen > 0;
    most = !joined ? need : most < message ? most : message;
    return most > need ? most : need;
}

// ---- outgoing ----
// True if the buffer for `len` octets of plaintext counts as a large one. Reserved memory does not
// count, because nothing else can use it.
static bool is_large(const ussl_conn_t *conn, size_t len) {
    return len > USSL_HANDSHAKE_OUT && conn->arena->pool == NULL;
}

// Returns for how many of `len` octets of plaintext to allocate a buffer. On MicroPython's heap an
// allocation that fails costs a garbage collection, so a long write does not repeat it for each
// record.
static size_t size_to_try(ussl_conn_t *conn, size_t len) {
    if (is_large(conn, len) && large_records >= USSL_LARGE_RECORDS) {
        len = USSL_HANDSHAKE_OUT;
    }
    if (conn->small_left > 0 && len > conn->small_size) {
        conn->small_left--;
        len = conn->small_size;
    }
    return len;
}

// ---- private to the room ----
ussl_result_t ussl__records_make_room(ussl_conn_t *conn) {
    const mbedtls_ssl_context *ssl = &conn->ssl;
    size_t wanted = ssl->in_left + conn->in_len;
    conn->wants_room = false;
    if (ussl__conn_datagrams(conn)) {
        return USSL_WANT_IN;
    }
    if (wanted == HEADER && in_is_empty(conn)) {
        shrink_in(conn);
        return conn->in == NULL ? USSL_OK : USSL_WANT_IN;
    }
    ussl_result_t result = wanted > HEADER ? check_limit(conn, wanted) : USSL_OK;
    size_t need = (size_t)(ssl->in_hdr - ssl->in_buf) + wanted;
    if (result != USSL_OK || need <= conn->in_room) {
        return result == USSL_OK ? USSL_WANT_IN : result;
    }
    size_t room = room_for_rest(conn, need);
    uint8_t *buf = try_alloc(room);
    if (buf == NULL && room > need) {
        room = need;
        buf = try_alloc(room);
    }
    conn->in = NULL;
    if (buf == NULL) {
        result = borrow(conn, need, &buf);
    }
    conn->wants_room = result == USSL_WANT_ROOM;
    if (buf != NULL) {
        use_in(conn, buf, room);
    }
    return result;
}

size_t ussl__records_room_out(ussl_conn_t *conn, size_t len) {
    const mbedtls_ssl_context *ssl = &conn->ssl;
    size_t tried = len = size_to_try(conn, len);
    while (len + USSL__RECORD_AROUND > conn->out_room && ssl->out_left == 0) {
        size_t room = len + USSL__RECORD_AROUND;
        uint8_t *buf = room > USSL__RECORD_IDLE ? try_alloc(room) : NULL;
        if (buf != NULL) {
            use_out(conn, buf, room);
            conn->large_out = is_large(conn, len);
            large_records += conn->large_out;
        } else {
            len = len / 2;
        }
    }
    if (len < tried) {
        conn->small_size = (uint16_t)len;
        conn->small_left = SMALL_RECORDS;
    }
    return len;
}

// mbedTLS writes handshake records of up to MBEDTLS_SSL_OUT_BUFFER_LEN octets, and an alert can
// follow.
ussl_result_t ussl__records_for_handshake(ussl_conn_t *conn) {
    size_t full = MBEDTLS_SSL_OUT_BUFFER_LEN + CONN_ALERT_MAX;
    if (ussl__conn_datagrams(conn)) {
        return USSL_OK;
    }
    if (conn->out_len > 0 && (conn->flight_over || !ussl__flight_has_room(conn))) {
        conn->flight_over = true;
        return USSL_WANT_OUT;
    }
    size_t needed = ussl__flight_needs(conn); // more with a long chain of our own
    full = needed > full ? needed : full;
    if (conn->out_room >= full || conn->ssl.out_left > 0) {
        return USSL_OK;
    }
    if (conn->out_room > USSL__RECORD_IDLE) {
        use_out(conn, conn->idle_out, USSL__RECORD_IDLE); // frees the old buffer first
    }
    uint8_t *buf = try_alloc(full);
    if (buf == NULL) {
        return USSL_ERR_MEMORY;
    }
    use_out(conn, buf, full);
    return USSL_OK;
}

int ussl__records_setup(ussl_conn_t *conn) {
    conn->in_room = conn->out_room = USSL__RECORD_IDLE;
    if (ussl__conn_datagrams(conn)) {
        conn->in_room = MBEDTLS_SSL_IN_BUFFER_LEN; // the notes of datagrams.c say why
        conn->out_room = MBEDTLS_SSL_OUT_BUFFER_LEN;
    }
    int code = mbedtls_ssl_setup(&conn->ssl, &conn->ctx->conf);
    conn->idle_in = conn->ssl.in_buf;
    conn->idle_out = conn->ssl.out_buf;
    return code;
}

void ussl__records_free(ussl_conn_t *conn) {
    mbedtls_ssl_context *ssl = &conn->ssl;
    give_back_in(conn);
    give_back_out(conn);
    ussl__free(conn->idle_in);
    ussl__free(conn->idle_out);
    ssl->in_buf = ssl->out_buf = NULL;
}

void ussl__records_shrink(ussl_conn_t *conn) {
    bool open = conn->state == CONN_OPEN || conn->state == CONN_CLOSING;
    if (!(open || conn->state == CONN_FAILED) || ussl__conn_datagrams(conn)) {
        return;
    }
    if (open) {
        shrink_in(conn);
    }
    if (conn->out_room > USSL__RECORD_IDLE && conn->ssl.out_left == 0) {
        use_out(conn, conn->idle_out, USSL__RECORD_IDLE);
    }
}

// ---- seams: called by mbedTLS ----
size_t ussl__record_room_in(const mbedtls_ssl_context *ssl) {
    return ussl__conn_of(ssl)->in_room;
}

size_t ussl__record_room_out(const mbedtls_ssl_context *ssl) {
    return ussl__conn_of(ssl)->out_room;
}

uint16_t ussl__record_limit(const mbedtls_ssl_context *ssl) {
    return ussl__conn_of(ssl)->ctx->config.record_in;
}

// ---- public ----
bool ussl_conn_room_is_free(const ussl_conn_t *conn) {
    size_t n, size;
    ussl__shared_buffer_t *all = ussl__shared_buffers(conn->arena, &n, &size);
    if (!conn->wants_room || all == NULL) {
        return true;
    }
    ussl__scope_t scope;
    bool hopeless;
    ussl__scope_enter(&scope, NULL);
    bool found = find_shared(all, n, &hopeless) != NULL;
    ussl__scope_leave(&scope);
    return found || hopeless;
}
