// SPDX-License-Identifier: MIT
//
// ssl_pump.c - moves bytes between the engine's windows and two streams, for sockets and BIOs
// alike.
//
// Notes: the engine is never in a call while a stream is: streams may raise, close, or be
// interrupted at any point and the next call goes on where this one stopped. What a write has
// sealed but cannot prove to have left is held back from the count it reports: the caller offers
// those bytes again, as after any incomplete write, and they are recognised and skipped. So a count
// that was reported has left, and no byte goes twice.
#include "binding.h"

#include <string.h>

#include "py/mperrno.h"
#include "py/mphal.h"

// ---- the guard ----
// Tells bytes offered again from other bytes: FNV-1a in words of four bytes, over all of them,
// because messages of one kind often differ in the middle only.
static uint32_t hash_of(const uint8_t *buf, size_t len) {
    uint32_t hash = 2166136261u ^ (uint32_t)len;
    while (len > 0) {
        uint32_t word = 0;
        size_t n = len < sizeof(word) ? len : sizeof(word);
        memcpy(&word, buf, n);
        hash = (hash ^ word) * 16777619u;
        hash ^= hash >> 15; // or the high bits of a word would never reach the low ones
        buf += n;
        len -= n;
    }
    return hash;
}

// Runs when a method returns, and when an exception passes through it.
static void guard_run(void *arg) {
    ssl_conn_obj_t *self = arg;
    if (self->offered != NULL) {
        self->held_hash = hash_of(self->offered, self->held);
        self->offered = NULL; // the caller's buffer, which is his again
    }
    if (self->conn != NULL) {
        ussl_conn_in_back(self->conn); // the stream raised
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
// A stream that is not ready: waits if this connection has a timeout, else says what it waits for.
static ssl_pump_t not_ready(ssl_conn_obj_t *self, mp_obj_t stream, mp_uint_t flag) {
    if (self->timeout_ms <= 0) {
        return flag == MP_STREAM_POLL_RD ? PUMP_WANT_READ : PUMP_WANT_WRITE;
    }
    if (!ssl_platform_wait(stream, flag, self->deadline_ms)) {
        ssl_raise_timeout(self->operation);
    }
    return PUMP_DONE;
}

// A socket that was given a timeout before it was wrapped keeps it.
static NORETURN void stream_failed(ssl_conn_obj_t *self, int errcode) {
    if (errcode == MP_ETIMEDOUT) {
        ssl_raise_timeout(self->operation);
    }
    mp_raise_OSError(errcode);
}

static void check_count(mp_uint_t n, size_t most) {
    if (n > most) {
        mp_raise_OSError(MP_EIO); // a stream written in Python can answer anything
    }
}

static NORETURN void fail(ssl_conn_obj_t *self, ussl_result_t result);

// The peer has closed while our side of the handshake was still being sent. The alert that says why
// may be here already: it tells more than "broken pipe".
static void hear_alert(ssl_conn_obj_t *self) {
    const mp_stream_p_t *stream = mp_get_stream(self->incoming);
    for (;;) {
        size_t len;
        while (ussl_conn_out(self->conn, &len) != NULL) {
            ussl_conn_out_done(self->conn, len); // nobody will read it
        }
        bool done;
        ussl_result_t result = ussl_conn_handshake(self->conn, &done);
        if (result == USSL_ERR_ALERT) {
            fail(self, result);
        }
        uint8_t *in = ussl_conn_in(self->conn, &len);
        bool more = in && ssl_platform_poll(self->incoming, MP_STREAM_POLL_RD) & MP_STREAM_POLL_RD;
        if (result < 0 || done || (in && !more)) {
            return;
        }
        int errcode;
        if (more) {
            mp_uint_t n = stream->read(self->incoming, in, len, &errcode);
            if (n == MP_STREAM_ERROR || n == 0 || n > len) {
                return;
            }
            ussl_conn_in_done(self->conn, n);
        }
    }
}

// Sends until nothing waits.
static ssl_pump_t flush(ssl_conn_obj_t *self) {
    const mp_stream_p_t *stream = mp_get_stream(self->outgoing);
    for (;;) {
        size_t len;
        const uint8_t *out = ussl_conn_out(self->conn, &len);
        if (out == NULL) {
            return PUMP_DONE;
        }
        int errcode = 0;
        mp_uint_t n = stream->write(self->outgoing, out, len, &errcode);
        if (n == MP_STREAM_ERROR || n == 0) {
            bool gone = errcode == MP_EPIPE || errcode == MP_ECONNRESET;
            if (gone && ussl_conn_gives_tickets(self->conn)) {
                // As OpenSSL: a client may be done and gone before it wanted any.
                ussl_conn_out_done(self->conn, len);
                continue;
            }
            if (n != 0 && !mp_is_nonblocking_error(errcode)) {
                if (!ussl_conn_established(self->conn)) {
                    hear_alert(self);
                }
                stream_failed(self, errcode);
            }
            ssl_pump_t want = not_ready(self, self->outgoing, MP_STREAM_POLL_WR);
            if (want != PUMP_DONE) {
                return want;
            }
            continue;
        }
        check_count(n, len);
        ussl_conn_out_done(self->conn, n);
    }
}

// Brings what the engine has a window for, once.
static ssl_pump_t fill(ssl_conn_obj_t *self) {
    const mp_stream_p_t *stream = mp_get_stream(self->incoming);
    for (;;) {
        size_t len;
        uint8_t *in = ussl_conn_in(self->conn, &len);
        if (in == NULL) {
            return PUMP_DONE;
        }
        int errcode = 0;
        mp_uint_t n = stream->read(self->incoming, in, len, &errcode);
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

// Every shared record buffer is in use: another connection has to be read, or to be given up.
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

// What the engine needs before it is called again.
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

// Sends what leaves at once. Runs fenced: the caller has something more important to say.
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

// The call was wrong, not the connection.
static NORETURN void raise_misuse(const ssl_conn_obj_t *self, ussl_result_t result) {
    if (result == USSL_ERR_USAGE) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("%s called %s"), self->operation,
            !ussl_conn_established(self->conn)  ? "before the handshake is done"
                : ussl_conn_closing(self->conn) ? "after close_notify was sent"
                                                : "while the connection is in use");
    }
    ssl_raise_result(result, NULL);
}

// The alert goes out first, so that the peer learns why too.
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
        // CPython tells the reason once.
        const char *reason = self->eof_told ? NULL : why.reason;
        self->eof_told = true;
        ssl_raise_eof(reason);
    }
    const uint8_t *der;
    size_t len;
    bool blamed = ussl_conn_blamed(self->conn, &der, &len);
    ssl_raise_failure(
        &why, self->server_hostname, blamed ? ssl_name_tuple(der, len) : mp_const_none);
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
    }
}

ssl_pump_t ssl_pump_handshake(ssl_conn_obj_t *self) {
    count_handshake(self);
    self->operation = "handshake";
    while (!ussl_conn_established(self->conn)) {
        mp_event_handle_nowait(); // one step can take a second on a slow CPU
        bool done;
        ussl_result_t result = ussl_conn_handshake(self->conn, &done);
        if (result < 0) {
            fail(self, result);
        }
        raise_hook_error(self); // a secret that could not be logged
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
            self->ragged_end = true; // the handshake was done: not an end inside it
            break;
        }
        if (result < 0) {
            fail(self, result);
        }
        if (result == USSL_OK || result == USSL_CLOSED) {
            break; // data, the end, or nothing asked for
        }
        // A ticket is taken in only when our last record has gone: not the end of the data.
        want = supply(self, result);
    }
    return want;
}

// ---- writing ----
// Finishes what an earlier write owes. *skip: how many of these bytes it already took.
static ssl_pump_t settle(ssl_conn_obj_t *self, const uint8_t *buf, size_t len, size_t *skip) {
    *skip = 0;
    ssl_pump_t want = flush(self);
    if (want == PUMP_DONE && self->held > 0) {
        if (len >= self->held && hash_of(buf, self->held) == self->held_hash) {
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
    if (want == PUMP_DONE) {
        want = settle(self, buf, len, n);
    }
    while (want == PUMP_DONE && *n < len) {
        size_t part;
        ussl_result_t result = ussl_conn_write(self->conn, buf + *n, len - *n, &part);
        if (result < 0) {
            fail(self, result);
        }
        self->offered = buf; // should the stream raise, nothing was reported yet
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
    self->operation = "read"; // CPython says so even of the goodbye
    ssl_pump_t want = flush(self);
    if (want == PUMP_DONE) {
        ussl_result_t result = ussl_conn_close(self->conn); // again: nothing more
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
// Reading and writing are asked about apart: one answer for both would make the other direction
// look ready and spin. While the handshake runs either call can carry it on, so both wait for
// what it wants; a client that has not begun wants to send.
mp_uint_t ssl_pump_poll(ssl_conn_obj_t *self, mp_uint_t flags) {
    const mp_uint_t trouble = MP_STREAM_POLL_ERR | MP_STREAM_POLL_HUP | MP_STREAM_POLL_NVAL;
    if (self->conn == NULL) {
        return MP_STREAM_POLL_NVAL;
    }
    mp_uint_t asked = flags & (MP_STREAM_POLL_RD | MP_STREAM_POLL_WR);
    ussl_failure_t why;
    ussl_conn_failure(self->conn, &why);
    if (why.result < 0) {
        return asked; // the call will say what it is
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
    // A stream in trouble is ready for the call that will tell.
    return ready & trouble ? ready | asked : ready;
}
