// SPDX-License-Identifier: MIT
//
// ssl_pump.c - the operations of a connection: handshake, reading, writing, closing, polling.
//
// Notes: a write does not count bytes that were encrypted, but whose record the stream has not
// taken completely. The caller offers them again, as after any incomplete write; they are
// recognised by their hash and skipped. So the stream has taken all bytes that were counted, and no
// byte is sent twice.
#include "binding.h"

#include <string.h>

#include "py/mphal.h"

// ---- handshake ----
static void count(ssl_conn_obj_t *self, bool done, bool resumed) {
    ussl_lock_t lock;
    ussl_role_t role = self->server_side ? USSL_SERVER_SIDE : USSL_CLIENT;
    ussl_lock(&lock);
    self->context->handshakes[role].begun += !self->begun;
    self->context->handshakes[role].done += done;
    self->context->hits += resumed;
    self->begun = true;
    self->counted |= done;
    ussl_unlock(&lock);
}

static void count_handshake(ssl_call_t *call) {
    ssl_conn_obj_t *self = call->self;
    bool done = !self->counted && ussl_conn_established(call->conn);
    if (!self->begun || done) {
        count(self, done, done && ussl_conn_resumed(call->conn));
    }
    bool keyed = self->checks == SSL_CHECKS_KEY || self->checks == SSL_CHECKS_KEY_ONCE;
    if (done && !self->server_side && !keyed && !ussl_conn_peer_verified(call->conn)) {
        ssl_verification_missed(self->context);
    }
}

// require_verification() can be called after a connection was made and its settings were frozen.
static void refuse_if_too_little_is_verified(const ssl_call_t *call) {
    const ssl_conn_obj_t *self = call->self;
    bool open = self->server_side || ussl_conn_established(call->conn);
    if (!open && !ssl_verification_suffices(self->context, self->checks)) {
        ssl_raise_plain(
            "this connection was made before require_verification() was called, and would "
            "not verify its server: make a new connection");
    }
}

// Makes one step of the handshake, and does what it needs. Returns what has to be waited for.
static ssl_pump_t handshake_step(ssl_call_t *call) {
    mp_event_handle_nowait(); // one step can take a second on a slow CPU
    bool done;
    ussl_result_t result = ussl_conn_handshake(call->conn, &done);
    if (result < 0) {
        ssl_streams_fail(call, result);
    }
    ssl_hook_raise(call->self); // an error of the key log, which does not end the handshake
    ssl_pump_t want = ssl_streams_flush(call);
    if (want == PUMP_DONE && result != USSL_WANT_OUT) {
        want = ssl_streams_supply(call, result);
    }
    return want;
}

ssl_pump_t ssl_pump_handshake(ssl_call_t *call) {
    ssl_conn_obj_t *self = call->self;
    ssl_pump_t want = PUMP_DONE;
    refuse_if_too_little_is_verified(call);
    count_handshake(call);
    call->operation = "handshake";
    bool limited = self->blocks && !call->timed && self->context->handshake_ms > 0;
    if (limited) {
        ssl_call_limit(call, self->context->handshake_ms);
    }
    while (want == PUMP_DONE && !ussl_conn_established(call->conn)) {
        want = handshake_step(call);
    }
    call->timed &= !limited;
    if (want != PUMP_DONE) {
        return want;
    }
    count_handshake(call);
    return self->held > 0 ? PUMP_DONE : ssl_streams_flush(call);
}

// Does the handshake if it is not done. Then gives up the role that this call does not need, so
// that another thread can take it.
static ssl_pump_t open_for(ssl_call_t *call, unsigned role) {
    ssl_conn_obj_t *self = call->self;
    if (!self->counted) {
        ssl_pump_t want = ssl_pump_handshake(call);
        ssl_call_narrow(call, role);
        return want;
    }
    // Messages at the end of the handshake may still have to be sent. If a write is incomplete, its
    // continuation sends them.
    if (self->held > 0 || ussl_conn_wants(call->conn) != USSL_WANT_OUT) {
        return PUMP_DONE;
    }
    if (!ssl_call_try_widen(call, SSL_WRITES)) {
        return PUMP_DONE; // the thread that writes sends it
    }
    ssl_pump_t want = ssl_streams_flush(call);
    ssl_call_narrow(call, role);
    return want;
}

// ---- reading ----
ssl_pump_t ssl_pump_read(ssl_call_t *call, void *buf, size_t len, size_t *n) {
    ssl_conn_obj_t *self = call->self;
    *n = 0;
    if (self->ragged_end) {
        return PUMP_DONE;
    }
    ssl_pump_t want = open_for(call, SSL_READS);
    call->operation = "read";
    while (want == PUMP_DONE && *n == 0) {
        ussl_result_t result = ussl_conn_read(call->conn, buf, len, n);
        if (result == USSL_ERR_EOF && self->ragged_is_eof) {
            self->ragged_end = true; // only after the handshake: a truncation during it raises
            break;
        }
        if (result < 0) {
            ssl_streams_fail(call, result);
        }
        if (result == USSL_OK || result == USSL_CLOSED) {
            break; // there is data, or the data has ended, or `len` is 0
        }
        // With USSL_WANT_OUT the read also continues: mbedTLS parses a session ticket only after
        // the last record of this side has been sent.
        want = ssl_streams_supply(call, result);
    }
    self->was_read |= *n > 0;
    return want;
}

// ---- writing ----
// Sends what an earlier write has left in the engine. *skip is the number of bytes at the start of
// `buf` that the earlier write has already encrypted.
static ssl_pump_t settle(ssl_call_t *call, const uint8_t *buf, size_t len, size_t *skip) {
    ssl_conn_obj_t *self = call->self;
    *skip = 0;
    ssl_pump_t want = ssl_streams_flush(call);
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

ssl_pump_t ssl_pump_write(ssl_call_t *call, const void *data, size_t len, size_t *n) {
    ssl_conn_obj_t *self = call->self;
    const uint8_t *buf = data;
    *n = 0;
    ssl_pump_t want = open_for(call, SSL_WRITES);
    call->operation = "write";
    if (ussl_conn_closing(call->conn)) {
        ssl_raise_reason(1, "SSL", "PROTOCOL_IS_SHUTDOWN", NULL);
    }
#if USSL_DTLS
    if (self->context->datagrams && len > ussl_conn_datagram_max(call->conn)) {
        ssl_raise_reason(1, "SSL", "DTLS_MESSAGE_TOO_BIG", NULL); // it would not fit one datagram
    }
#endif
    if (want == PUMP_DONE) {
        want = settle(call, buf, len, n);
    }
    while (want == PUMP_DONE && *n < len) {
        size_t part;
        ussl_result_t result = ussl_conn_write(call->conn, buf + *n, len - *n, &part);
        if (result < 0) {
            ssl_streams_fail(call, result);
        }
        self->offered = buf; // if the stream raises, the caller gets no count, so all is held
        self->held = *n + part;
        want = ssl_streams_flush(call);
        self->offered = want == PUMP_DONE ? NULL : buf + *n;
        self->held = want == PUMP_DONE ? 0 : part;
        *n += want == PUMP_DONE ? part : 0;
    }
    return want;
}

bool ssl_pump_recheck(ssl_call_t *call) {
    bool done;
    call->operation = "recheck";
    ussl_result_t result = ussl_conn_recheck(call->conn, &done);
    if (result < 0) {
        ssl_streams_fail(call, result);
    }
    return done;
}

// ---- unwrapping ----
ssl_pump_t ssl_pump_unwrap(ssl_call_t *call) {
    ussl_failure_t why;
    ussl_conn_failure(call->conn, &why);
    if (why.result < 0) {
        ssl_streams_fail(call, why.result);
    }
    if (!ussl_conn_established(call->conn)) {
        ssl_raise_reason(1, "SSL", "SHUTDOWN_WHILE_IN_INIT", NULL);
    }
    call->operation = "read"; // as in CPython's TimeoutError, even while close_notify is sent
    ssl_pump_t want = ssl_streams_flush(call);
    if (want == PUMP_DONE) {
        ussl_result_t result = ussl_conn_close(call->conn); // a second call queues nothing
        if (result < 0) {
            ssl_streams_fail(call, result);
        }
        want = ssl_streams_flush(call);
    }
    while (want == PUMP_DONE) {
        ussl_result_t result = ussl_conn_peek(call->conn);
        if (result == USSL_CLOSED) {
            break;
        }
        if (result == USSL_OK) {
            ssl_raise_reason(1, "SSL", "APPLICATION_DATA_AFTER_CLOSE_NOTIFY", NULL);
        }
        if (result < 0) {
            ssl_streams_fail(call, result);
        }
        want = ssl_streams_supply(call, result);
    }
    return want;
}

// ---- polling ----
// Reading and writing are reported separately: otherwise a caller that waits for one direction
// would be woken by the other, and would loop without progress. During the handshake a read and a
// write both continue it, so both are ready when the stream is ready for what the handshake waits
// for. A client that has not begun its handshake waits to send.
mp_uint_t ssl_pump_poll(const ssl_call_t *call, mp_uint_t flags) {
    const ssl_conn_obj_t *self = call->self;
    const mp_uint_t trouble = MP_STREAM_POLL_ERR | MP_STREAM_POLL_HUP | MP_STREAM_POLL_NVAL;
    if (call->conn == NULL) {
        return MP_STREAM_POLL_NVAL;
    }
    mp_uint_t asked = flags & (MP_STREAM_POLL_RD | MP_STREAM_POLL_WR);
    ussl_failure_t why;
    ussl_conn_failure(call->conn, &why);
    if (why.result < 0) {
        return asked; // the next call raises the failure
    }
    if (!ussl_conn_room_is_free(call->conn)) {
        return flags & MP_STREAM_POLL_WR && ussl_conn_established(call->conn)
            ? ssl_platform_poll(self->outgoing, MP_STREAM_POLL_WR)
            : 0;
    }
    if (!ussl_conn_established(call->conn)) {
        ussl_result_t wants = ussl_conn_wants(call->conn);
        bool in = wants == USSL_WANT_IN || (wants == USSL_OK && self->server_side);
        mp_obj_t stream = in ? self->incoming : self->outgoing;
        return ssl_platform_poll(stream, in ? MP_STREAM_POLL_RD : MP_STREAM_POLL_WR) ? asked : 0;
    }
    mp_uint_t ready = 0;
    if (asked & MP_STREAM_POLL_RD) {
        bool waiting = ussl_conn_pending(call->conn) > 0 || ussl_conn_peer_closed(call->conn);
        ready |= waiting ? MP_STREAM_POLL_RD : ssl_platform_poll(self->incoming, MP_STREAM_POLL_RD);
    }
    if (asked & MP_STREAM_POLL_WR) {
        ready |= ssl_platform_poll(self->outgoing, MP_STREAM_POLL_WR);
    }
    // If the stream has an error or is hung up, both directions are ready, and the next call
    // raises.
    return ready & trouble ? ready | asked : ready;
}
