// SPDX-License-Identifier: MIT
//
// ssl_pump.c - moves bytes between the engine's windows and two streams, for sockets and BIOs
// alike.
//
// Notes: no engine call is in progress while a stream is called. A stream may raise, close the
// connection or be interrupted at any point, and the next call goes on where this one has stopped.
// Bytes of a write that are encrypted, but whose record the stream has not taken completely, are
// not in the count that the write returns. The caller offers them again, as after any incomplete
// write; they are recognised by their hash and skipped. So the stream has taken all bytes that were
// counted, and no byte is sent twice.
#include "binding.h"

#include <string.h>

#include "py/mperrno.h"
#include "py/mphal.h"

// ---- the guard ----
// Runs when a method returns, and when an exception passes through it.
static void guard_run(void *arg) {
    ssl_conn_obj_t *self = arg;
    if (self->offered != NULL) {
        ussl_sha256(self->offered, self->held, self->held_hash);
        self->offered = NULL; // the buffer is the caller's again
    }
    if (self->conn != NULL) {
        ussl_conn_in_back(self->conn); // the stream may have raised while it read into the window
    }
    self->busy = false;
    if (self->close_later) {
        self->close_later = false;
        mp_stream_close(MP_OBJ_FROM_PTR(self));
    }
}

void ssl_not_while_busy(const ssl_conn_obj_t *self) {
    if (self->busy) {
        mp_raise_msg(&mp_type_RuntimeError,
            MP_ERROR_TEXT("TLS connection called from its own callback, or from two threads"));
    }
}

void ssl_guard_enter(ssl_guard_t *guard, ssl_conn_obj_t *self) {
    ssl_not_while_busy(self);
    self->busy = true;
    if (self->timeout_ms > 0) {
        self->deadline_ms = mp_hal_ticks_ms() + (mp_uint_t)self->timeout_ms;
    }
    guard->node.func = guard_run;
    guard->node.arg = self;
    nlr_push_jump_callback(&guard->node.callback, mp_call_function_1_from_nlr_jump_callback);
}

void ssl_guard_leave(ssl_guard_t *guard) {
    (void)guard;
    nlr_pop_jump_callback(true);
}

// ---- the streams ----
// For a stream that is not ready. With a timeout, waits and returns PUMP_DONE when the stream is
// ready. Without one, returns what has to be waited for.
static ssl_pump_t not_ready(ssl_conn_obj_t *self, mp_obj_t stream, mp_uint_t flag) {
    if (self->timeout_ms <= 0) {
        return flag == MP_STREAM_POLL_RD ? PUMP_WANT_READ : PUMP_WANT_WRITE;
    }
    if (!ssl_platform_wait(stream, flag, self->deadline_ms)) {
        ssl_raise_timeout(self->operation);
    }
    return PUMP_DONE;
}

// A socket that was given a timeout before it was wrapped keeps it, and fails with ETIMEDOUT.
static NORETURN void stream_failed(ssl_conn_obj_t *self, int errcode) {
    if (errcode == MP_ETIMEDOUT) {
        ssl_raise_timeout(self->operation);
    }
    mp_raise_OSError(errcode);
}

static void check_count(mp_uint_t n, size_t most) {
    if (n > most) {
        mp_raise_OSError(MP_EIO); // a stream written in Python can return any number
    }
}

static NORETURN void fail(ssl_conn_obj_t *self, ussl_result_t result);

// Called when sending has failed. If the peer sent an alert before it closed the connection, and
// the alert has arrived, raises the error for that alert, because it explains more than "broken
// pipe". Otherwise returns. A client of TLS 1.3 hears only after its own handshake that its
// certificate was refused.
static void hear_alert(ssl_conn_obj_t *self) {
    const mp_stream_p_t *stream = mp_get_stream(self->incoming);
    for (;;) {
        size_t len;
        while (ussl_conn_out(self->conn, &len) != NULL) {
            ussl_conn_out_done(self->conn, len); // discarded: it cannot be sent
        }
        bool done = false, open = ussl_conn_established(self->conn);
        ussl_result_t result =
            open ? ussl_conn_peek(self->conn) : ussl_conn_handshake(self->conn, &done);
        if (result == USSL_ERR_ALERT) {
            fail(self, result);
        }
        bool data = open && (result == USSL_OK || result == USSL_CLOSED);
        if (result < 0 || data || result == USSL_WANT_ROOM) {
            return;
        }
        uint8_t *in = result == USSL_WANT_IN ? ussl_conn_in(self->conn, &len) : NULL;
        if (in == NULL) {
            continue;
        }
        int errcode;
        bool more = ssl_platform_poll(self->incoming, MP_STREAM_POLL_RD) & MP_STREAM_POLL_RD;
        mp_uint_t n = more ? stream->read(self->incoming, in, len, &errcode) : 0;
        if (n == MP_STREAM_ERROR || n == 0 || n > len) {
            return;
        }
        ussl_conn_in_done(self->conn, n);
    }
}

typedef struct {
    mp_obj_t stream;
    const uint8_t *data; // lent
    size_t len;
    mp_uint_t n; // MP_STREAM_ERROR with `errcode`, as stream->write() returns them
    int errcode;
    mp_obj_t error; // what a stream written in Python has raised, else MP_OBJ_NULL
} write_t;

static void write_some(void *arg) {
    write_t *call = arg;
    call->n =
        mp_get_stream(call->stream)->write(call->stream, call->data, call->len, &call->errcode);
}

// A stream written in Python raises its OSError. It is caught, because more may have to be said.
static void try_write(write_t *call) {
    call->n = MP_STREAM_ERROR;
    ssl_try(write_some, call, &call->error);
    if (call->error == MP_OBJ_NULL) {
        return;
    }
    mp_obj_t os_error = MP_OBJ_FROM_PTR(&mp_type_OSError);
    mp_obj_t value = mp_const_none;
    if (mp_obj_is_subclass_fast(MP_OBJ_FROM_PTR(mp_obj_get_type(call->error)), os_error)) {
        value = mp_obj_exception_get_value(call->error);
    }
    if (!mp_obj_is_small_int(value)) {
        nlr_raise(call->error);
    }
    call->errcode = (int)MP_OBJ_SMALL_INT_VALUE(value);
}

// Raises for a stream that has failed to write, unless an alert of the peer says why.
static NORETURN void write_failed(ssl_conn_obj_t *self, const write_t *call, bool gone) {
    // After another exception of a stream written in Python the next call goes on.
    if (gone || (call->error == MP_OBJ_NULL && !ussl_conn_established(self->conn))) {
        hear_alert(self);
    }
    if (call->error != MP_OBJ_NULL) {
        nlr_raise(call->error);
    }
    stream_failed(self, call->errcode);
}

// Sends until the engine has nothing left to send. Returns what has to be waited for if the stream
// takes no more.
static ssl_pump_t flush(ssl_conn_obj_t *self) {
    for (;;) {
        write_t call = {.stream = self->outgoing};
        call.data = ussl_conn_out(self->conn, &call.len);
        if (call.data == NULL) {
            return PUMP_DONE;
        }
        try_write(&call);
        if (call.n != MP_STREAM_ERROR && call.n != 0) {
            check_count(call.n, call.len);
            ussl_conn_out_done(self->conn, call.n);
            continue;
        }
        bool gone = call.errcode == MP_EPIPE || call.errcode == MP_ECONNRESET;
        if (gone && ussl_conn_gives_tickets(self->conn)) {
            // As in OpenSSL, this is no error: a client that does not need session tickets may have
            // closed the connection already.
            ussl_conn_out_done(self->conn, call.len);
            continue;
        }
        bool blocked = call.error == MP_OBJ_NULL && mp_is_nonblocking_error(call.errcode);
        if (call.n != 0 && !blocked) {
            write_failed(self, &call, gone);
        }
        ssl_pump_t want = not_ready(self, self->outgoing, MP_STREAM_POLL_WR);
        if (want != PUMP_DONE) {
            return want;
        }
    }
}

#if USSL_DTLS
// In a handshake over datagrams that waits: returns true if the stream can be read, and false if
// the engine must be called because its timer has run out.
static bool datagram_in_time(ssl_conn_obj_t *self) {
    int32_t left = ussl_conn_timer(self->conn);
    if (self->timeout_ms == 0 || left < 0) {
        return true;
    }
    mp_uint_t now = mp_hal_ticks_ms(), deadline = now + (mp_uint_t)left;
    bool own = self->timeout_ms > 0 && (mp_int_t)(self->deadline_ms - now) < left;
    if (ssl_platform_wait(self->incoming, MP_STREAM_POLL_RD, own ? self->deadline_ms : deadline)) {
        return true;
    }
    if (own) {
        ssl_raise_timeout(self->operation);
    }
    return false;
}
#endif

// Reads once from the stream into the engine's window; does nothing if there is no window.
static ssl_pump_t fill(ssl_conn_obj_t *self) {
    const mp_stream_p_t *stream = mp_get_stream(self->incoming);
    for (;;) {
        size_t len;
        uint8_t *in = ussl_conn_in(self->conn, &len);
        if (in == NULL) {
            return PUMP_DONE;
        }
        int errcode = 0;
#if USSL_DTLS
        if (!datagram_in_time(self)) {
            ussl_conn_in_back(self->conn);
            return PUMP_DONE;
        }
#endif
        mp_uint_t n = stream->read(self->incoming, in, len, &errcode);
        if (n == 0 && self->datagrams) {
            ussl_conn_in_back(self->conn); // an empty datagram, which anybody can send
            continue;
        }
        if (n != MP_STREAM_ERROR) {
            check_count(n, len);
            ussl_conn_in_done(self->conn, n);
            return PUMP_DONE;
        }
        ussl_conn_in_back(self->conn);
        if (!mp_is_nonblocking_error(errcode)) {
            stream_failed(self, errcode);
        }
        ssl_pump_t want = not_ready(self, self->incoming, MP_STREAM_POLL_RD);
        if (want != PUMP_DONE) {
            return want;
        }
    }
}

// Called when every shared record buffer is in use. One becomes free when another connection is
// read or closed, or has held its buffer for too long. Returns PUMP_WANT_READ if this connection
// does not wait.
static ssl_pump_t wait_for_room(ssl_conn_obj_t *self) {
    if (self->timeout_ms == 0 || self->incoming != self->outgoing) {
        return PUMP_WANT_READ;
    }
    while (!ussl_conn_room_is_free(self->conn)) {
        if (self->timeout_ms > 0 && (mp_int_t)(self->deadline_ms - mp_hal_ticks_ms()) <= 0) {
            ssl_raise_timeout(self->operation);
        }
        mp_event_wait_ms(1);
    }
    return PUMP_DONE;
}

// Does what the engine needs before it is called again.
static ssl_pump_t supply(ssl_conn_obj_t *self, ussl_result_t result) {
    switch (result) {
        case USSL_WANT_IN:
            return fill(self);
        case USSL_WANT_OUT:
            return flush(self);
        case USSL_WANT_ROOM:
            return wait_for_room(self);
        default:
            return PUMP_DONE;
    }
}

// Sends what the stream takes without waiting. It is called inside ssl_try(), and an error of the
// stream is ignored: the caller raises a more important error, or closes the connection.
static void flush_ready(void *arg) {
    ssl_conn_obj_t *self = arg;
    size_t len;
    while (ussl_conn_out(self->conn, &len) != NULL
        && ssl_platform_poll(self->outgoing, MP_STREAM_POLL_WR) & MP_STREAM_POLL_WR) {
        int errcode;
        const uint8_t *out = ussl_conn_out(self->conn, &len);
        mp_uint_t n = mp_get_stream(self->outgoing)->write(self->outgoing, out, len, &errcode);
        if (n == MP_STREAM_ERROR || n == 0 || n > len) {
            return;
        }
        ussl_conn_out_done(self->conn, n);
    }
}

// ---- failing ----
static void raise_hook_error(ssl_conn_obj_t *self) {
    if (self->hook_error != MP_OBJ_NULL) {
        mp_obj_t error = self->hook_error;
        self->hook_error = MP_OBJ_NULL;
        nlr_raise(error);
    }
}

// Raises for a call that was wrong; the connection has not failed.
static NORETURN void raise_misuse(const ssl_conn_obj_t *self, ussl_result_t result) {
    if (result == USSL_ERR_USAGE) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("%s called %s"), self->operation,
            !ussl_conn_established(self->conn)  ? "before the handshake is done"
                : ussl_conn_closing(self->conn) ? "after close_notify was sent"
                                                : "while the connection is in use");
    }
    ssl_raise_result(result);
}

// Raises for a negative result. An alert is sent first, so that the peer learns the reason too.
static void fail(ssl_conn_obj_t *self, ussl_result_t result) {
    mp_obj_t ignored;
    ssl_try(flush_ready, self, &ignored);
    raise_hook_error(self);
    ussl_failure_t why;
    ussl_conn_failure(self->conn, &why);
    if (why.result != result) {
        raise_misuse(self, result);
    }
    if (result == USSL_ERR_EOF) {
        // As in CPython, only the first exception has the reason.
        const char *reason = self->eof_told ? NULL : why.reason;
        self->eof_told = true;
        ssl_raise_eof(reason);
    }
    const uint8_t *der;
    size_t len;
    bool blamed = ussl_conn_blamed(self->conn, &der, &len);
    const ssl_context_obj_t *context = self->context;
    ssl_refusal_t refusal = {
        .host = self->server_hostname,
        .subject = blamed ? ssl_name_tuple(der, len) : mp_const_none,
        .nobody_trusted = !self->server_side && !context->trust && !context->default_trust,
    };
    ssl_raise_failure(&why, &refusal);
}

// ---- handshake ----
static void count_handshake(ssl_conn_obj_t *self) {
    ussl_role_t role = self->server_side ? USSL_SERVER_SIDE : USSL_CLIENT;
    if (!self->begun) {
        self->begun = true;
        self->context->handshakes[role].begun++;
    }
    if (!self->counted && ussl_conn_established(self->conn)) {
        self->counted = true;
        self->context->handshakes[role].done++;
        self->context->hits += ussl_conn_resumed(self->conn);
        bool keyed = self->checks == SSL_CHECKS_KEY || self->checks == SSL_CHECKS_KEY_ONCE;
        if (!self->server_side && !keyed && !ussl_conn_peer_verified(self->conn)) {
            ssl_verification_missed(self->context);
        }
    }
}

// A connection can be older than a call of require_verification(), and its settings are frozen.
static void refuse_if_too_little_is_verified(const ssl_conn_obj_t *self) {
    bool open = self->server_side || ussl_conn_established(self->conn);
    if (!open && !ssl_verification_suffices(self->context, self->checks)) {
        ssl_raise_plain("require_verification() was called after this connection was made, which "
                        "would not verify its server: make a new one");
    }
}

ssl_pump_t ssl_pump_handshake(ssl_conn_obj_t *self) {
    refuse_if_too_little_is_verified(self);
    count_handshake(self);
    self->operation = "handshake";
    while (!ussl_conn_established(self->conn)) {
        mp_event_handle_nowait(); // one step can take a second on a slow CPU
        bool done;
        ussl_result_t result = ussl_conn_handshake(self->conn, &done);
        if (result < 0) {
            fail(self, result);
        }
        raise_hook_error(self); // from the key log, which does not end the handshake
        ssl_pump_t want = flush(self);
        if (want == PUMP_DONE && result != USSL_WANT_OUT) {
            want = supply(self, result);
        }
        if (want != PUMP_DONE) {
            return want;
        }
    }
    count_handshake(self);
    return self->held > 0 ? PUMP_DONE : flush(self);
}

// ---- reading ----
ssl_pump_t ssl_pump_read(ssl_conn_obj_t *self, void *buf, size_t len, size_t *n) {
    *n = 0;
    if (self->ragged_end) {
        return PUMP_DONE;
    }
    ssl_pump_t want = ssl_pump_handshake(self);
    self->operation = "read";
    while (want == PUMP_DONE && *n == 0) {
        ussl_result_t result = ussl_conn_read(self->conn, buf, len, n);
        if (result == USSL_ERR_EOF && self->ragged_is_eof) {
            self->ragged_end = true; // only after the handshake: a truncation during it raises
            break;
        }
        if (result < 0) {
            fail(self, result);
        }
        if (result == USSL_OK || result == USSL_CLOSED) {
            break; // data, the end of the data, or `len` is 0
        }
        // USSL_WANT_OUT is no end either: mbedTLS parses a session ticket only after our last
        // record has been sent.
        want = supply(self, result);
    }
    return want;
}

// ---- writing ----
// Sends what an earlier write has left in the engine. *skip is the number of bytes at the start of
// `buf` that the earlier write has encrypted already.
static ssl_pump_t settle(ssl_conn_obj_t *self, const uint8_t *buf, size_t len, size_t *skip) {
    *skip = 0;
    ssl_pump_t want = flush(self);
    if (want == PUMP_DONE && self->held > 0) {
        uint8_t hash[sizeof(self->held_hash)];
        if (len == 0) {
            return want;
        }
        if (len < self->held) {
            ssl_raise_reason(1, "SSL", "BAD_LENGTH", NULL); // OpenSSL's SSL_R_BAD_LENGTH
        }
        ussl_sha256(buf, self->held, hash);
        if (memcmp(hash, self->held_hash, sizeof(hash)) == 0) {
            *skip = self->held;
        }
        self->held = 0;
    }
    return want;
}

ssl_pump_t ssl_pump_write(ssl_conn_obj_t *self, const void *data, size_t len, size_t *n) {
    const uint8_t *buf = data;
    *n = 0;
    ssl_pump_t want = ssl_pump_handshake(self);
    self->operation = "write";
    if (ussl_conn_closing(self->conn)) {
        ssl_raise_reason(1, "SSL", "PROTOCOL_IS_SHUTDOWN", NULL);
    }
#if USSL_DTLS
    if (self->context->datagrams && len > ussl_conn_datagram_max(self->conn)) {
        ssl_raise_reason(1, "SSL", "DTLS_MESSAGE_TOO_BIG", NULL); // it would not be one datagram
    }
#endif
    if (want == PUMP_DONE) {
        want = settle(self, buf, len, n);
    }
    while (want == PUMP_DONE && *n < len) {
        size_t part;
        ussl_result_t result = ussl_conn_write(self->conn, buf + *n, len - *n, &part);
        if (result < 0) {
            fail(self, result);
        }
        self->offered = buf; // if the stream raises, the caller gets no count: hold back all
        self->held = *n + part;
        want = flush(self);
        self->offered = want == PUMP_DONE ? NULL : buf + *n;
        self->held = want == PUMP_DONE ? 0 : part;
        *n += want == PUMP_DONE ? part : 0;
    }
    return want;
}

bool ssl_pump_recheck(ssl_conn_obj_t *self) {
    bool done;
    self->operation = "recheck";
    ussl_result_t result = ussl_conn_recheck(self->conn, &done);
    if (result < 0) {
        fail(self, result);
    }
    return done;
}

// ---- the end ----
ssl_pump_t ssl_pump_unwrap(ssl_conn_obj_t *self) {
    ussl_failure_t why;
    ussl_conn_failure(self->conn, &why);
    if (why.result < 0) {
        fail(self, why.result);
    }
    if (!ussl_conn_established(self->conn)) {
        ssl_raise_reason(1, "SSL", "SHUTDOWN_WHILE_IN_INIT", NULL);
    }
    self->operation = "read"; // as in CPython's TimeoutError, even while close_notify is sent
    ssl_pump_t want = flush(self);
    if (want == PUMP_DONE) {
        ussl_result_t result = ussl_conn_close(self->conn); // a second call queues nothing
        if (result < 0) {
            fail(self, result);
        }
        want = flush(self);
    }
    while (want == PUMP_DONE) {
        ussl_result_t result = ussl_conn_peek(self->conn);
        if (result == USSL_CLOSED) {
            break;
        }
        if (result == USSL_OK) {
            ssl_raise_reason(1, "SSL", "APPLICATION_DATA_AFTER_CLOSE_NOTIFY", NULL);
        }
        if (result < 0) {
            fail(self, result);
        }
        want = supply(self, result);
    }
    return want;
}

static void close_notify(void *arg) {
    ssl_conn_obj_t *self = arg;
    size_t len;
    flush_ready(self);
    if (ussl_conn_out(self->conn, &len) == NULL && ussl_conn_close(self->conn) == USSL_OK) {
        flush_ready(self);
    }
}

void ssl_pump_close_notify(ssl_conn_obj_t *self) {
    mp_obj_t ignored;
    if (ussl_conn_established(self->conn) && !ussl_conn_closing(self->conn)) {
        ssl_try(close_notify, self, &ignored);
    }
}

// ---- polling ----
// Reading and writing have separate answers: with a common one a caller that waits for one
// direction would be woken by the other, and loop without progress. During the handshake a read and
// a write both continue it, so both are ready when the stream is ready for what the handshake waits
// for. A client that has not begun its handshake waits to send.
mp_uint_t ssl_pump_poll(ssl_conn_obj_t *self, mp_uint_t flags) {
    const mp_uint_t trouble = MP_STREAM_POLL_ERR | MP_STREAM_POLL_HUP | MP_STREAM_POLL_NVAL;
    if (self->conn == NULL) {
        return MP_STREAM_POLL_NVAL;
    }
    mp_uint_t asked = flags & (MP_STREAM_POLL_RD | MP_STREAM_POLL_WR);
    ussl_failure_t why;
    ussl_conn_failure(self->conn, &why);
    if (why.result < 0) {
        return asked; // the next call raises the failure
    }
    if (!ussl_conn_room_is_free(self->conn)) {
        return flags & MP_STREAM_POLL_WR && ussl_conn_established(self->conn)
            ? ssl_platform_poll(self->outgoing, MP_STREAM_POLL_WR)
            : 0;
    }
    if (!ussl_conn_established(self->conn)) {
        ussl_result_t wants = ussl_conn_wants(self->conn);
        bool in = wants == USSL_WANT_IN || (wants == USSL_OK && self->server_side);
        mp_obj_t stream = in ? self->incoming : self->outgoing;
        return ssl_platform_poll(stream, in ? MP_STREAM_POLL_RD : MP_STREAM_POLL_WR) ? asked : 0;
    }
    mp_uint_t ready = 0;
    if (asked & MP_STREAM_POLL_RD) {
        bool waiting = ussl_conn_pending(self->conn) > 0 || ussl_conn_peer_closed(self->conn);
        ready |= waiting ? MP_STREAM_POLL_RD : ssl_platform_poll(self->incoming, MP_STREAM_POLL_RD);
    }
    if (asked & MP_STREAM_POLL_WR) {
        ready |= ssl_platform_poll(self->outgoing, MP_STREAM_POLL_WR);
    }
    // If the stream has an error or is hung up, both directions are ready: the next call raises.
    return ready & trouble ? ready | asked : ready;
}
