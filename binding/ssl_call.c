// SPDX-License-Identifier: MIT
//
// ssl_call.c - the beginning and the end of a call on a connection: which calls may run at the same
// time, how long a call may take, and when the connection is closed.
//
// Notes: as in CPython, one thread can read a connection while another one writes to it. So a call
// takes one of two roles, or both; a handshake takes both. Methods such as version() take none. A
// call waits for a role that another thread has. If the same thread has it, a callback or a stream
// has called its own connection; the call raises, because it would wait for ever.
//
// close() never waits. It wakes the calls that are in progress, and the last of them closes the
// stream and frees the connection.
#include "binding.h"

#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/mpthread.h"

// ---- roles ----
static void *this_thread(void) {
#if MICROPY_PY_THREAD
    return mp_thread_get_state();
#else
    static char only;
    return &only;
#endif
}

typedef enum { TAKEN, OURS, OTHERS, CLOSED } taking_t;

static bool has(const ssl_conn_obj_t *self, unsigned roles, const void *thread) {
    return (roles & SSL_READS && self->users[0] == thread)
        || (roles & SSL_WRITES && self->users[1] == thread);
}

static void set_roles(ssl_conn_obj_t *self, unsigned roles, void *thread) {
    if (roles & SSL_READS) {
        self->users[0] = thread;
    }
    if (roles & SSL_WRITES) {
        self->users[1] = thread;
    }
}

// Takes more roles for a call. The caller holds ussl_lock().
static taking_t take(ssl_call_t *call, unsigned roles) {
    ssl_conn_obj_t *self = call->self;
    void *me = call->thread;
    roles &= ~(unsigned)call->roles;
    if (has(self, roles, me)) {
        return OURS;
    }
    bool free = (!(roles & SSL_READS) || self->users[0] == NULL)
        && (!(roles & SSL_WRITES) || self->users[1] == NULL);
    if (!free) {
        return OTHERS;
    }
    set_roles(self, roles, me);
    call->roles |= (uint8_t)roles;
    return TAKEN;
}

static NORETURN void raise_own_call(void) {
    mp_raise_msg(&mp_type_RuntimeError,
        MP_ERROR_TEXT("TLS connection called from its own callback or stream"));
}

static void wait_for_others(ssl_call_t *call) {
    ssl_call_check_time(call);
    mp_event_wait_ms(1);
}

void ssl_call_widen(ssl_call_t *call, unsigned roles) {
    ussl_lock_t lock;
    for (;;) {
        ussl_lock(&lock);
        taking_t taking = take(call, roles);
        ussl_unlock(&lock);
        if (taking == TAKEN) {
            return;
        }
        if (taking == OURS) {
            raise_own_call();
        }
        ssl_call_check_open(call);
        wait_for_others(call);
    }
}

bool ssl_call_try_widen(ssl_call_t *call, unsigned roles) {
    ussl_lock_t lock;
    ussl_lock(&lock);
    taking_t taking = take(call, roles);
    ussl_unlock(&lock);
    return taking == TAKEN;
}

void ssl_call_narrow(ssl_call_t *call, unsigned roles) {
    ussl_lock_t lock;
    ussl_lock(&lock);
    set_roles(call->self, call->roles & ~roles, NULL);
    call->roles &= (uint8_t)roles;
    ussl_unlock(&lock);
}

// ---- time ----
void ssl_call_limit(ssl_call_t *call, mp_int_t timeout_ms) {
    call->timed = timeout_ms > 0;
    call->deadline_ms = mp_hal_ticks_ms() + (mp_uint_t)timeout_ms;
}

void ssl_call_check_time(const ssl_call_t *call) {
    if (call->timed && (mp_int_t)(call->deadline_ms - mp_hal_ticks_ms()) <= 0) {
        ssl_raise_timeout(call->operation);
    }
}

void ssl_call_check_open(const ssl_call_t *call) {
    if (call->self->closed_by_other) {
        mp_raise_OSError(MP_EBADF);
    }
}

// A connection without TLS is closed (EBADF), or it is not connected yet or was unwrapped
// (ENOTCONN).
void ssl_raise_no_tls(const ssl_conn_obj_t *self) {
    mp_raise_OSError(self->closed || self->close_later ? MP_EBADF : MP_ENOTCONN);
}

// ---- closing ----
// Frees the connection and closes the stream. No other call uses them: none is in progress, and
// every call that begins from here on is refused.
static void finish_closing(ssl_conn_obj_t *self) {
    ussl_conn_t *conn = self->conn;
    self->conn = NULL;
    self->closed = true;
    self->descriptor.fd = -1;
    ssl_poll_close(self);
    ussl_conn_free(conn);
    if (self->socket && conn != NULL) {
        ssl_streams_discard(self->incoming);
    }
    ssl_platform_close(self->incoming);
}

// Ends a call. If the connection is to be closed, the last call in progress closes it.
static void leave(ssl_call_t *call, bool closes) {
    ssl_conn_obj_t *self = call->self;
    ussl_lock_t lock;
    ussl_lock(&lock);
    self->close_later |= closes;
    set_roles(self, call->roles, NULL);
    call->roles = 0;
    bool last = --self->calls == 0 && self->close_later && !self->closed;
    ussl_unlock(&lock);
    if (last) {
        finish_closing(self);
    }
}

static void send_close_notify(ssl_call_t *call) {
    if (call->conn != NULL && !call->self->notified && ssl_call_try_widen(call, SSL_WRITES)) {
        call->self->notified = true;
        ssl_streams_close_notify(call);
    }
}

void ssl_call_close(ssl_conn_obj_t *self) {
    ussl_lock_t lock;
    ssl_call_t call = {.self = self, .thread = this_thread(), .operation = "close"};
    ussl_lock(&lock);
    bool first = !self->closed && !self->close_later;
    bool own = has(self, SSL_BOTH, call.thread);
    bool others = self->calls > 0 && !own;
    if (first) {
        self->close_later = true;
        self->calls++;
        call.conn = self->conn;
    }
    ussl_unlock(&lock);
    if (!first) {
        return;
    }
    self->closed_by_other = others;
    if (!own) {
        send_close_notify(&call);
    }
    if (others) {
        ssl_platform_wake(self->incoming);
    }
    leave(&call, false);
}

ussl_conn_t *ssl_call_take_conn(ssl_conn_obj_t *self) {
    ussl_lock_t lock;
    for (;;) {
        ussl_lock(&lock);
        bool busy = self->users[0] != NULL || self->users[1] != NULL;
        bool idle = self->calls == 0;
        ussl_conn_t *conn = idle ? self->conn : NULL;
        self->conn = idle ? NULL : self->conn;
        ussl_unlock(&lock);
        if (idle) {
            return conn;
        }
        if (busy) {
            mp_raise_msg(&mp_type_RuntimeError,
                MP_ERROR_TEXT("another call on this connection is in progress"));
        }
        mp_event_wait_ms(1); // a call without a role, such as version(), is in progress
    }
}

bool ssl_call_begin_idle(ssl_call_t *call, ssl_conn_obj_t *self) {
    ussl_lock_t lock;
    *call = (ssl_call_t){.self = self, .thread = this_thread(), .operation = "close"};
    ussl_lock(&lock);
    bool idle = self->calls == 0 && self->conn != NULL && !self->close_later;
    if (idle) {
        call->conn = self->conn;
        self->calls++;
        (void)take(call, SSL_BOTH);
    }
    ussl_unlock(&lock);
    return idle;
}

void ssl_call_end_idle(ssl_call_t *call, bool closes) {
    leave(call, closes);
}

// ---- beginning and ending ----
static void finish(ssl_call_t *call) {
    ssl_conn_obj_t *self = call->self;
    if (call->roles & SSL_WRITES && self->offered != NULL) {
        ussl_sha256(self->offered, self->held, self->held_hash);
        self->offered = NULL; // the caller may now change or free the buffer
    }
    if (call->roles & SSL_READS && call->conn != NULL) {
        ussl_conn_in_back(call->conn); // needed if the stream raised while it read into the window
    }
    if (call->outer != NULL) {
        call->outer->roles = call->roles;
        self->outer = call->outer;
        return;
    }
    if (self->outer == call) {
        self->outer = NULL;
    }
    if (self->close_later && self->calls == 1) {
        send_close_notify(call); // a callback or a stream of this call has closed the connection
    }
    ssl_poll_update(self, call->conn);
    leave(call, false);
}

// Runs when a method returns, and when an exception passes through it. SIGINT is blocked, because a
// KeyboardInterrupt in here would leave the roles taken for ever.
static void end(void *arg) {
    ssl_call_t *call = arg;
    bool held = ssl_platform_hold_interrupt();
    if (call->begun) {
        finish(call);
    }
    ssl_platform_let_interrupt(held);
}

// Takes the roles, and waits while calls of other threads have them.
static taking_t begin(ssl_call_t *call, unsigned wanted) {
    ussl_lock_t lock;
    ssl_conn_obj_t *self = call->self;
    for (;;) {
        ussl_lock(&lock);
        // A call that does the handshake needs both roles. While this one waits, another thread can
        // finish the handshake.
        unsigned roles = wanted != SSL_NO_ROLE && !self->counted ? SSL_BOTH : wanted;
        bool closing = self->close_later || self->closed;
        taking_t taking = closing && roles != SSL_NO_ROLE ? CLOSED : take(call, roles);
        if (taking == TAKEN) {
            call->conn = closing ? NULL : self->conn;
            call->begun = true;
            self->calls++;
        }
        ussl_unlock(&lock);
        if (taking != OTHERS) {
            return taking;
        }
        wait_for_others(call);
    }
}

static void catch_exceptions(ssl_call_t *call) {
    call->node.func = end;
    call->node.arg = call;
    nlr_push_jump_callback(&call->node.callback, mp_call_function_1_from_nlr_jump_callback);
}

// Begins a call that is a part of `self->outer`, a call of the same thread. That field is NULL
// while the part runs, so that a call from a callback of it is refused.
static void begin_part(ssl_call_t *call) {
    ssl_conn_obj_t *self = call->self;
    ssl_call_t *outer = self->outer;
    call->outer = outer;
    call->conn = outer->conn;
    call->roles = outer->roles;
    call->timed = outer->timed;
    call->deadline_ms = outer->deadline_ms;
    catch_exceptions(call);
    self->outer = NULL;
    call->begun = true;
}

void ssl_call_begin(ssl_call_t *call, ssl_conn_obj_t *self, unsigned roles) {
    call->self = self;
    call->conn = NULL;
    call->roles = 0;
    call->moved = call->begun = false;
    call->outer = NULL;
    call->thread = this_thread();
    call->operation = roles == SSL_READS ? "read" : roles == SSL_WRITES ? "write" : "handshake";
    ssl_call_limit(call, self->timeout_ms);
    if (self->outer != NULL && self->users[0] == call->thread) {
        begin_part(call);
        return;
    }
    catch_exceptions(call);
    taking_t taking = begin(call, roles);
    if (taking == OURS) {
        raise_own_call();
    }
    if (taking == CLOSED) {
        ssl_raise_no_tls(self);
    }
    if (roles != SSL_NO_ROLE && call->conn == NULL) {
        ssl_raise_no_tls(self);
    }
}

void ssl_call_end(ssl_call_t *call) {
    (void)call;
    bool held = ssl_platform_hold_interrupt();
    nlr_pop_jump_callback(true);
    ssl_platform_let_interrupt(held);
}
