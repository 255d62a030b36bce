// SPDX-License-Identifier: MIT
//
// ssl_streams.c - moves wire bytes between the engine's windows and two streams, which are sockets
// or BIOs, also when a connection has failed or is closed.
//
// Notes: no engine call is in progress while a stream is called. A stream may raise, close the
// connection or be interrupted at any point, and the next call continues where this one has
// stopped.
#include "binding.h"

#include "py/mperrno.h"
#include "py/mphal.h"

// ---- waiting ----
// Called when a stream is not ready. If the call has a time limit, waits and returns PUMP_DONE when
// the stream is ready. Otherwise returns what has to be waited for.
static ssl_pump_t not_ready(ssl_call_t *call, mp_obj_t stream, mp_uint_t flag) {
    ssl_call_check_open(call);
    if (!call->timed) {
        return flag == MP_STREAM_POLL_RD ? PUMP_WANT_READ : PUMP_WANT_WRITE;
    }
    if (!ssl_platform_wait(stream, flag, call->deadline_ms)) {
        ssl_raise_timeout(call->operation);
    }
    return PUMP_DONE;
}

// A socket whose timeout was set before it was wrapped keeps the timeout, and fails with ETIMEDOUT.
static NORETURN void stream_failed(ssl_call_t *call, int errcode) {
    ssl_call_check_open(call);
    if (errcode == MP_ETIMEDOUT) {
        ssl_raise_timeout(call->operation);
    }
    mp_raise_OSError(errcode);
}

static void check_count(mp_uint_t n, size_t most) {
    if (n > most) {
        mp_raise_OSError(MP_EIO); // a stream written in Python can return any number
    }
}

// Reads what has arrived. Also reads if the stream polls with an error, to get that error: lwIP's
// sockets are not readable after a reset. Otherwise fails with EAGAIN, like a stream that does not
// block.
static mp_uint_t read_arrived(mp_obj_t stream, uint8_t *buf, size_t len, int *errcode) {
    mp_uint_t wanted = MP_STREAM_POLL_RD | MP_STREAM_POLL_ERR | MP_STREAM_POLL_HUP;
    if ((ssl_platform_poll(stream, MP_STREAM_POLL_RD) & wanted) == 0) {
        *errcode = MP_EAGAIN;
        return MP_STREAM_ERROR;
    }
    return ssl_stream_read(stream, buf, len, errcode);
}

// ---- sending ----
// Called when sending has failed. If the peer sent an alert before it closed the connection, and
// the alert has arrived, raises the error for that alert, because it explains more than "broken
// pipe". Otherwise returns. In TLS 1.3 this is how a client learns that its certificate was
// refused: the alert arrives after its own handshake.
static void read_alert(ssl_call_t *call) {
    mp_obj_t incoming = call->self->incoming;
    if (!ssl_call_try_widen(call, SSL_READS)) {
        return; // the thread that reads receives the alert
    }
    for (;;) {
        size_t len;
        while (ussl_conn_out(call->conn, &len) != NULL) {
            ussl_conn_out_done(call->conn, len); // discarded: it cannot be sent
        }
        bool done = false, open = ussl_conn_established(call->conn);
        ussl_result_t result =
            open ? ussl_conn_peek(call->conn) : ussl_conn_handshake(call->conn, &done);
        if (result == USSL_ERR_ALERT) {
            ssl_streams_fail(call, result);
        }
        bool data = open && (result == USSL_OK || result == USSL_CLOSED);
        if (result < 0 || data || result == USSL_WANT_ROOM) {
            return;
        }
        uint8_t *in = result == USSL_WANT_IN ? ussl_conn_in(call->conn, &len) : NULL;
        if (in == NULL) {
            continue;
        }
        int errcode;
        mp_uint_t n = read_arrived(incoming, in, len, &errcode);
        if (n == MP_STREAM_ERROR || n == 0 || n > len) {
            return;
        }
        ussl_conn_in_done(call->conn, n);
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
    write_t *write = arg;
    write->n = ssl_stream_write(write->stream, write->data, write->len, &write->errcode);
}

// A stream written in Python raises OSError itself. It is caught, because an alert of the peer may
// explain the failure.
static void try_write(write_t *write) {
    write->n = MP_STREAM_ERROR;
    ssl_try(write_some, write, &write->error);
    if (write->error == MP_OBJ_NULL) {
        return;
    }
    mp_obj_t os_error = MP_OBJ_FROM_PTR(&mp_type_OSError);
    mp_obj_t value = mp_const_none;
    if (mp_obj_is_subclass_fast(MP_OBJ_FROM_PTR(mp_obj_get_type(write->error)), os_error)) {
        value = mp_obj_exception_get_value(write->error);
    }
    if (!mp_obj_is_small_int(value)) {
        nlr_raise(write->error);
    }
    write->errcode = (int)MP_OBJ_SMALL_INT_VALUE(value);
}

// Raises the error of a stream that has failed to write, or that of the peer's alert, if it
// explains the failure.
static NORETURN void write_failed(ssl_call_t *call, const write_t *write, bool gone) {
    // No alert is read after any other exception of a stream written in Python: the next call
    // continues.
    if (gone || (write->error == MP_OBJ_NULL && !ussl_conn_established(call->conn))) {
        read_alert(call);
    }
    if (write->error != MP_OBJ_NULL) {
        nlr_raise(write->error);
    }
    stream_failed(call, write->errcode);
}

ssl_pump_t ssl_streams_flush(ssl_call_t *call) {
    mp_obj_t outgoing = call->self->outgoing;
    for (;;) {
        write_t write = {.stream = outgoing};
        write.data = ussl_conn_out(call->conn, &write.len);
        if (write.data == NULL) {
            return PUMP_DONE;
        }
        try_write(&write);
        if (write.n != MP_STREAM_ERROR && write.n != 0) {
            check_count(write.n, write.len);
            ussl_conn_out_done(call->conn, write.n);
            call->moved = true;
            continue;
        }
        bool gone = write.errcode == MP_EPIPE || write.errcode == MP_ECONNRESET;
        if (gone && ussl_conn_gives_tickets(call->conn)) {
            // As in OpenSSL, this is not an error: a client that does not need session tickets may
            // have closed the connection already.
            ussl_conn_out_done(call->conn, write.len);
            continue;
        }
        bool blocked = write.error == MP_OBJ_NULL && mp_is_nonblocking_error(write.errcode);
        if (write.n != 0 && !blocked) {
            write_failed(call, &write, gone);
        }
        ssl_pump_t want = not_ready(call, outgoing, MP_STREAM_POLL_WR);
        if (want != PUMP_DONE) {
            return want;
        }
    }
}

void ssl_streams_flush_ready(void *arg) {
    ssl_call_t *call = arg;
    mp_obj_t outgoing = call->self->outgoing;
    size_t len;
    while (ussl_conn_out(call->conn, &len) != NULL
        && ssl_platform_poll(outgoing, MP_STREAM_POLL_WR) & MP_STREAM_POLL_WR) {
        int errcode;
        const uint8_t *out = ussl_conn_out(call->conn, &len);
        mp_uint_t n = ssl_stream_write(outgoing, out, len, &errcode);
        if (n == MP_STREAM_ERROR || n == 0 || n > len) {
            return;
        }
        ussl_conn_out_done(call->conn, n);
    }
}

// ---- receiving ----
#if USSL_DTLS
// Waits in a handshake over datagrams. Returns true if the stream can be read, and false if the
// engine must be called because its timer has expired.
static bool datagram_with_one_deadline(ssl_call_t *call) {
    int32_t left = ussl_conn_timer(call->conn);
    if (call->self->timeout_ms == 0 || left < 0) {
        return true;
    }
    mp_uint_t now = mp_hal_ticks_ms(), deadline = now + (mp_uint_t)left;
    bool own = call->timed && (mp_int_t)(call->deadline_ms - now) < left;
    mp_uint_t until = own ? call->deadline_ms : deadline;
    if (ssl_platform_wait(call->self->incoming, MP_STREAM_POLL_RD, until)) {
        return true;
    }
    if (own) {
        ssl_raise_timeout(call->operation);
    }
    return false;
}
#endif

// Waits until a stream can be read, if the stream itself would wait longer than the call may take.
// Returns false if the engine must be called instead of the stream.
static bool wait_to_read(ssl_call_t *call) {
#if USSL_DTLS
    if (!datagram_with_one_deadline(call)) {
        return false;
    }
#endif
    if (call->timed && call->self->timeout_ms < 0) {
        (void)not_ready(call, call->self->incoming, MP_STREAM_POLL_RD);
    }
    return true;
}

// Reads once from the stream into the engine's window; does nothing if there is no window.
static ssl_pump_t fill(ssl_call_t *call) {
    mp_obj_t incoming = call->self->incoming;
    for (;;) {
        size_t len;
        uint8_t *in = ussl_conn_in(call->conn, &len);
        if (in == NULL) {
            return PUMP_DONE;
        }
        int errcode = 0;
        if (!wait_to_read(call)) {
            ussl_conn_in_back(call->conn);
            return PUMP_DONE;
        }
        mp_uint_t n = ssl_stream_read(incoming, in, len, &errcode);
        if (n == 0) {
            ssl_call_check_open(call);
        }
        if (n == 0 && call->self->datagrams) {
            ussl_conn_in_back(call->conn); // an empty datagram: anybody can send one
            continue;
        }
        if (n != MP_STREAM_ERROR) {
            check_count(n, len);
            ussl_conn_in_done(call->conn, n);
            call->moved = true;
            return PUMP_DONE;
        }
        ussl_conn_in_back(call->conn);
        if (!mp_is_nonblocking_error(errcode)) {
            stream_failed(call, errcode);
        }
        ssl_pump_t want = not_ready(call, incoming, MP_STREAM_POLL_RD);
        if (want != PUMP_DONE) {
            return want;
        }
    }
}

// Waits for a shared record buffer when all are in use. One becomes free when another connection is
// read or closed, or has held its buffer for too long. Returns PUMP_WANT_READ at once if this
// connection is non-blocking, or has two BIOs.
static ssl_pump_t wait_for_room(ssl_call_t *call) {
    if (call->self->timeout_ms == 0 || call->self->incoming != call->self->outgoing) {
        return PUMP_WANT_READ;
    }
    while (!ussl_conn_room_is_free(call->conn)) {
        ssl_call_check_time(call);
        mp_event_wait_ms(1);
    }
    return PUMP_DONE;
}

ssl_pump_t ssl_streams_supply(ssl_call_t *call, ussl_result_t result) {
    if (result == USSL_WANT_IN) {
        return fill(call);
    }
    if (result == USSL_WANT_ROOM) {
        return wait_for_room(call);
    }
    if (result == USSL_WANT_OUT) {
        bool writes = call->roles & SSL_WRITES;
        ssl_call_widen(call, SSL_WRITES);
        ssl_pump_t want = ssl_streams_flush(call);
        if (!writes) {
            ssl_call_narrow(call, SSL_READS);
        }
        return want;
    }
    return PUMP_DONE;
}

// ---- failing ----
// Raises the error of a call that the connection does not allow. The connection itself has not
// failed.
static NORETURN void raise_misuse(const ssl_call_t *call, ussl_result_t result) {
    if (result == USSL_ERR_USAGE) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("%s called %s"), call->operation,
            !ussl_conn_established(call->conn)  ? "before the handshake is done"
                : ussl_conn_closing(call->conn) ? "after close_notify was sent"
                                                : "while the connection is in use");
    }
    ssl_raise_result(result);
}

void ssl_streams_fail(ssl_call_t *call, ussl_result_t result) {
    ssl_conn_obj_t *self = call->self;
    if (ssl_call_try_widen(call, SSL_WRITES)) {
        mp_obj_t ignored;
        ssl_try(ssl_streams_flush_ready, call, &ignored);
    }
    ssl_hook_raise(self);
    ussl_failure_t why;
    ussl_conn_failure(call->conn, &why);
    if (why.result != result) {
        raise_misuse(call, result);
    }
    if (result == USSL_ERR_EOF) {
        // As in CPython, only the first of these exceptions has the reason.
        const char *reason = self->eof_reported ? NULL : why.reason;
        self->eof_reported = true;
        ssl_raise_eof(reason);
    }
    const uint8_t *der;
    size_t len;
    bool blamed = ussl_conn_blamed(call->conn, &der, &len);
    const ssl_context_obj_t *context = self->context;
    ssl_refusal_t refusal = {
        .host = self->server_hostname,
        .subject = blamed ? ssl_name_tuple(der, len) : mp_const_none,
        .nobody_trusted = !self->server_side && !context->trust && !context->default_trust,
    };
    ssl_raise_failure(&why, &refusal);
}

// ---- closing ----
static void close_notify(void *arg) {
    ssl_call_t *call = arg;
    size_t len;
    ssl_streams_flush_ready(call);
    if (ussl_conn_out(call->conn, &len) == NULL && ussl_conn_close(call->conn) == USSL_OK) {
        ssl_streams_flush_ready(call);
    }
}

void ssl_streams_close_notify(ssl_call_t *call) {
    mp_obj_t ignored;
    if (ussl_conn_established(call->conn) && !ussl_conn_closing(call->conn)) {
        ssl_try(close_notify, call, &ignored);
    }
}

typedef struct {
    ssl_call_t *call;
    bool ended;
} ended_t;

static void look_for_end(void *arg) {
    ended_t *look = arg;
    ssl_call_t *call = look->call;
    mp_obj_t incoming = call->self->incoming;
    for (;;) {
        ussl_result_t result = ussl_conn_peek(call->conn);
        if (result != USSL_WANT_IN) {
            look->ended = result < 0 || result == USSL_CLOSED;
            return;
        }
        size_t len;
        int errcode;
        uint8_t *in = ussl_conn_in(call->conn, &len);
        mp_uint_t n = in ? read_arrived(incoming, in, len, &errcode) : len + 1;
        if (n > len) {
            look->ended = n == MP_STREAM_ERROR && !mp_is_nonblocking_error(errcode);
            return;
        }
        ussl_conn_in_done(call->conn, n);
    }
}

bool ssl_streams_ended(ssl_call_t *call) {
    ended_t look = {call, false};
    mp_obj_t error;
    ussl_failure_t why;
    ussl_conn_failure(call->conn, &why);
    if (why.result < 0) {
        return true;
    }
    if (!ussl_conn_established(call->conn)) {
        mp_int_t limit = call->self->context->handshake_ms;
        return limit > 0 && (mp_int_t)(mp_hal_ticks_ms() - call->self->began_ms) > limit;
    }
    ssl_try(look_for_end, &look, &error);
    ussl_conn_in_back(call->conn);
    return look.ended && error == MP_OBJ_NULL;
}

// Reads and discards what has arrived. A socket that is closed with unread bytes resets the
// connection, and the peer can then lose what was sent last.
static void discard(void *arg) {
    enum { MOST = 65536 };
    mp_obj_t stream = MP_OBJ_FROM_PTR(arg);
    uint8_t bytes[256];
    mp_uint_t n = 1;
    for (size_t read = 0; n > 0 && read < MOST; read += n) {
        int errcode;
        n = read_arrived(stream, bytes, sizeof(bytes), &errcode);
        n = n > sizeof(bytes) ? 0 : n; // also for an error
    }
}

void ssl_streams_discard(mp_obj_t socket) {
    mp_obj_t ignored;
    ssl_try(discard, MP_OBJ_TO_PTR(socket), &ignored);
}
