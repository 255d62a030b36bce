// SPDX-License-Identifier: MIT
//
// ssl_unix_poll.c - gives poll(2) a file descriptor for a connection, so that idle connections of
// the unix port take no CPU time.
//
// Notes: MicroPython's select.poll() sleeps in poll(2) if each of its objects has a descriptor; it
// polls an object without one a thousand times a second. The socket's own descriptor is not
// sufficient: plaintext that was decrypted but not read makes a connection ready, while the socket
// is not readable. So a connection has a duplicate of that descriptor. While the connection is
// ready regardless of its socket, the duplicate refers to something that is always ready.
//
// Every connection over a socket gets such a descriptor when it is polled, even during its
// handshake: select.poll() overwrites its own memory if its list of descriptors grows while it has
// an object without one. But a handshake can wait for another direction than its caller, and then
// the descriptor is ready too early. So a call that makes no progress waits for the socket itself,
// at most one millisecond.
#include "binding.h"

#include "py/mphal.h"
#include "py/mpthread.h"

#if defined(__unix__) || defined(__APPLE__)
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

// Returns a descriptor that is always readable and writable, or -1. There is one for the process.
static int always_ready(void) {
    static int ready[2] = {-1, -1};
    if (ready[0] < 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, ready) == 0) {
        (void)!write(ready[1], "", 1);
    }
    return ready[0];
}

// True if the next call can make progress although the socket may have nothing to read.
static bool is_ready(const ssl_conn_obj_t *self, const ussl_conn_t *conn) {
    ussl_failure_t why;
    ussl_conn_failure(conn, &why);
    if (why.result < 0) {
        return true; // the next call raises
    }
    if (!self->counted) {
        ussl_result_t wants = ussl_conn_wants(conn);
        return wants == USSL_WANT_OUT || (wants == USSL_OK && !self->server_side);
    }
    return ussl_conn_pending(conn) > 0 || ussl_conn_peer_closed(conn);
}

void ssl_poll_update(ssl_conn_obj_t *self, const ussl_conn_t *conn) {
    if (self->poll_fd < 0) {
        return;
    }
    ussl_lock_t lock;
    ussl_lock(&lock); // two threads can end their calls at the same time
    bool ready = conn != NULL && is_ready(self, conn);
    int shown = ready ? always_ready() : self->descriptor.fd;
    if (ready != self->shows_ready && shown >= 0 && dup2(shown, self->poll_fd) >= 0) {
        self->shows_ready = ready;
    }
    ussl_unlock(&lock);
}

int ssl_poll_descriptor(const ssl_call_t *call) {
    ssl_conn_obj_t *self = call->self;
    if (self->poll_fd < 0 && self->descriptor.fd >= 0 && always_ready() >= 0) {
        self->poll_fd = dup(self->descriptor.fd);
        self->shows_ready = false;
    }
    ssl_poll_update(self, call->conn);
    return self->poll_fd;
}

void ssl_poll_pause(const ssl_call_t *call, ssl_pump_t want, ssl_pump_t polled) {
    // If several connections are in this state, a pause of one of them is enough.
    static const void *last;
    static mp_uint_t last_ms;
    ssl_conn_obj_t *self = call->self;
    ssl_poll_update(self, call->conn);
    bool room = ussl_conn_room_is_free(call->conn);
    bool reported = want == polled && !self->shows_ready && room;
    bool progress = self->was_read; // a reader makes progress until nothing is left
    self->was_read = false;
    bool paused = last != self && mp_hal_ticks_ms() - last_ms <= 1;
    if (self->poll_fd < 0 || call->moved || reported || paused || progress) {
        return;
    }
    short events = want == PUMP_WANT_WRITE ? POLLOUT : POLLIN;
    struct pollfd socket = {.fd = self->descriptor.fd, .events = events};
    MP_THREAD_GIL_EXIT();
    (void)poll(&socket, room ? 1 : 0, 1); // without a free buffer the socket can stay readable
    MP_THREAD_GIL_ENTER();
    last = self;
    last_ms = mp_hal_ticks_ms();
}

void ssl_poll_close(ssl_conn_obj_t *self) {
    if (self->poll_fd >= 0) {
        close(self->poll_fd);
        self->poll_fd = -1;
    }
}
#else
void ssl_poll_update(ssl_conn_obj_t *self, const ussl_conn_t *conn) {
    (void)self;
    (void)conn;
}

int ssl_poll_descriptor(const ssl_call_t *call) {
    (void)call;
    return -1;
}

void ssl_poll_pause(const ssl_call_t *call, ssl_pump_t want, ssl_pump_t polled) {
    (void)call;
    (void)want;
    (void)polled;
}

void ssl_poll_close(ssl_conn_obj_t *self) {
    (void)self;
}
#endif
