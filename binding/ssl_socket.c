// SPDX-License-Identifier: MIT
//
// ssl_socket.c - SSLSocket: a connection over a socket or any other stream (CPython ssl.SSLSocket).
//
// Notes: read, readinto, readline and write return None if they cannot continue without waiting:
// MicroPython's streams do this, and asyncio relies on it. As in CPython, recv and send raise
// SSLWantReadError or SSLWantWriteError instead.
#include "binding.h"

#include <string.h>

#include "py/mperrno.h"
#include "py/objstr.h"

// ---- helpers ----
static ssl_conn_obj_t *open_socket(mp_obj_t self_in, const char *verb) {
    ssl_conn_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->conn == NULL) {
        mp_raise_msg_varg(
            &mp_type_ValueError, MP_ERROR_TEXT("%s on closed or unwrapped SSL socket."), verb);
    }
    return self;
}

// For the stream protocol, where another task may have closed the connection. After close() it
// returns NULL and sets *errcode to that of a closed socket.
static ssl_conn_obj_t *open_stream(mp_obj_t self_in, const char *verb, int *errcode) {
    if (((ssl_conn_obj_t *)MP_OBJ_TO_PTR(self_in))->closed) {
        *errcode = MP_EBADF;
        return NULL;
    }
    return open_socket(self_in, verb);
}

// For methods that CPython passes to the plain socket. After close() it raises OSError EBADF.
static ssl_conn_obj_t *open_descriptor(mp_obj_t self_in) {
    ssl_conn_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->closed) {
        mp_raise_OSError(MP_EBADF);
    }
    return self;
}

static void no_flags(mp_obj_t flags, const char *method) {
    if (flags != MP_OBJ_NULL && mp_obj_get_int(flags) != 0) {
        mp_raise_msg_varg(&mp_type_ValueError,
            MP_ERROR_TEXT("non-zero flags not allowed in calls to %s() on SSLSocket"), method);
    }
}

// ---- timeouts ----
// With TLS and a timeout the stream is made non-blocking and the pump waits, so that one deadline
// covers all reads and writes of a call. Without TLS the stream gets the timeout itself.
static void apply_timeout(ssl_conn_obj_t *self) {
    mp_int_t ms = self->timeout_ms;
    if (self->conn == NULL && ms > 0) {
        mp_obj_t seconds = ssl_timeout_of(ms);
        ssl_plain_call(self, MP_QSTR_settimeout, 1, &seconds);
    } else if (ms >= 0 || self->timeout_applied) {
        mp_obj_t blocking = mp_obj_new_bool(ms < 0);
        ssl_plain_call(self, MP_QSTR_setblocking, 1, &blocking);
    }
    self->timeout_applied = ms >= 0;
}

static void change_timeout(ssl_conn_obj_t *self, mp_int_t ms) {
    self->timeout_ms = ms;
    self->blocks = self->socket && ms < 0;
    apply_timeout(self);
}

static void restore_timeout(void *self) {
    apply_timeout(self);
}

// ---- wrapping ----
void ssl_socket_start(void *arg) {
    ssl_conn_obj_t *self = arg;
    ssl_conn_obj_start(self);
    if (!self->datagrams) {
        ssl_platform_no_delay(self->incoming);
    }
#if USSL_DTLS
    if (self->client_id != mp_const_none) {
        mp_buffer_info_t id;
        ssl_get_bytes(self->client_id, &id);
        ussl_result_t result = ussl_conn_set_client_id(self->conn, id.buf, id.len);
        if (result != USSL_OK) {
            ssl_raise_result(result);
        }
    }
#endif
#if USSL_SESSIONS
    if (self->session != mp_const_none) {
        ssl_session_set(self, self->session);
    }
#endif
    apply_timeout(self);
    if (self->handshake) {
        (void)mp_call_function_1(
            MP_OBJ_FROM_PTR(&ssl_conn_do_handshake_obj), MP_OBJ_FROM_PTR(self));
    }
}

// The checks are CPython's, in CPython's order. If one fails, the socket stays open.
static void check_arguments(
    const ssl_context_obj_t *context, const ssl_wrap_t *wrap, const ssl_stream_info_t *info) {
    bool named = wrap->server_hostname != mp_const_none && mp_obj_is_true(wrap->server_hostname);
    if (info->datagrams && !context->datagrams) {
        mp_raise_NotImplementedError(MP_ERROR_TEXT("only stream sockets are supported"));
    }
    if (context->datagrams && info->socket && !info->datagrams) {
        mp_raise_ValueError(MP_ERROR_TEXT("DTLS needs a datagram socket (SOCK_DGRAM)"));
    }
    mp_buffer_info_t id;
    bool has_id = wrap->client_id != mp_const_none;
    if (has_id && (!ssl_is_bytes_like(wrap->client_id, &id) || id.len == 0)) {
        ssl_raise_plain("client_id must be bytes, and not empty"); // an OSError, as in MicroPython
    }
    if (has_id && !(context->datagrams && wrap->server_side)) {
        mp_raise_ValueError(MP_ERROR_TEXT("client_id can only be specified for a DTLS server"));
    }
    if (wrap->server_side && named) {
        mp_raise_ValueError(MP_ERROR_TEXT("server_hostname can only be specified in client mode"));
    }
    if (wrap->server_side && wrap->session != mp_const_none) {
        mp_raise_ValueError(MP_ERROR_TEXT("session can only be specified in client mode"));
    }
    bool checked = wrap->server_side ? context->check_hostname : ssl_verification_of_name(context);
    if (checked && !named) {
        mp_raise_ValueError(MP_ERROR_TEXT("check_hostname requires server_hostname"));
    }
}

static void raise_data_before_tls(void *unused) {
    (void)unused;
    ssl_raise_own_reason(MP_ENOTCONN, "Closed before TLS handshake with data in recv buffer.");
}

// As in CPython, a failure closes the socket. With a context of `tls` it stays open, as in stock
// MicroPython: the caller closes it.
static void start_or_close(ssl_conn_obj_t *self, const ssl_stream_info_t *info) {
    mp_obj_t error = MP_OBJ_NULL;
    if (info->data_before_tls) {
        // The peer has disconnected and left unencrypted bytes. They must not be read as if they
        // had been received through TLS (CVE-2023-40217).
        ssl_try(raise_data_before_tls, NULL, &error);
    } else if (!info->blocking && self->handshake) {
        error = mp_obj_new_exception_msg(&mp_type_ValueError,
            MP_ERROR_TEXT(
                "do_handshake_on_connect should not be specified for non-blocking sockets"));
    } else {
        ssl_try(ssl_socket_start, self, &error);
    }
    if (error != MP_OBJ_NULL && self->context->of_tls) {
        mp_obj_t ignored;
        ssl_socket_drop_tls(self);
        ssl_try(restore_timeout, self, &ignored);
        self->descriptor.fd = -1;
        self->closed = true;
    } else if (error != MP_OBJ_NULL) {
        ssl_call_close(self);
    }
    if (error != MP_OBJ_NULL) {
        nlr_raise(error);
    }
}

mp_obj_t ssl_socket_wrap(ssl_context_obj_t *context, const ssl_wrap_t *wrap) {
    ssl_stream_info_t info;
    ssl_platform_look(wrap->sock, &info);
    check_arguments(context, wrap, &info);
    if (info.connected) {
        ssl_context_need_room(context); // raises before the socket is changed
    }
    ssl_conn_obj_t *self =
        ssl_conn_obj_new(&ssl_socket_type, context, wrap->server_side, wrap->server_hostname);
    self->incoming = self->outgoing = wrap->sock;
    ssl_platform_own(wrap->sock, &self->descriptor);
    self->session = wrap->session;
    self->handshake = wrap->handshake;
    self->timeout_ms = info.blocking ? info.timeout_ms : 0;
    self->ragged_is_eof |= wrap->ragged_is_eof;
    self->socket = info.socket;
    // If the mode of a socket is not known, the handshake shows it: a non-blocking socket cannot do
    // one when it is wrapped.
    bool known = info.mode_known || wrap->handshake;
    self->blocks = info.socket && known && info.blocking && info.timeout_ms < 0;
    self->connected = info.connected;
    self->datagrams = info.datagrams;
    self->client_id = wrap->client_id;
    if (info.connected || info.data_before_tls) {
        start_or_close(self, &info);
    }
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t ssl_socket_make_new(
    const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    (void)type;
    (void)n_args;
    (void)n_kw;
    (void)args;
    mp_raise_TypeError(MP_ERROR_TEXT("SSLSocket does not have a public constructor. Instances are "
                                     "returned by SSLContext.wrap_socket()."));
}

// ---- closing ----
void ssl_socket_drop_tls(ssl_conn_obj_t *self) {
    ussl_conn_free(ssl_call_take_conn(self));
}

static mp_obj_t ssl_socket_close(mp_obj_t self_in) {
    ssl_call_close(MP_OBJ_TO_PTR(self_in));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(ssl_socket_close_obj, ssl_socket_close);

// Returns the underlying stream. Both the stream and this object can then be used without TLS.
static mp_obj_t ssl_socket_unwrap(mp_obj_t self_in) {
    ssl_conn_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->conn == NULL) {
        mp_raise_ValueError(MP_ERROR_TEXT("No SSL wrapper around this socket"));
    }
    ssl_conn_unwrap(self);
    ssl_socket_drop_tls(self);
    ssl_poll_close(self);
    self->descriptor.fd = -1; // the caller closes the socket
    apply_timeout(self);
    return self->incoming;
}
static MP_DEFINE_CONST_FUN_OBJ_1(ssl_socket_unwrap_obj, ssl_socket_unwrap);

// ---- reading ----
// Calls a method that reads more than once, as one call: it has one time limit, and no other thread
// reads in between.
static mp_obj_t with_one_deadline(ssl_conn_obj_t *self, mp_obj_t (*read)(size_t, const mp_obj_t *),
    size_t n_args, const mp_obj_t *args) {
    if (self->conn == NULL) {
        return read(n_args, args); // a socket without TLS is read, a closed one raises
    }
    ssl_call_t outer;
    ssl_call_begin(&outer, self, SSL_READS);
    self->outer = &outer;
    mp_obj_t result = read(n_args, args);
    ssl_call_end(&outer);
    return result;
}

static mp_obj_t read_size(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    mp_int_t size = mp_obj_get_int(args[1]);
    if (size == -1) {
        return mp_call_function_1(MP_OBJ_FROM_PTR(&mp_stream_read_obj), args[0]);
    }
    if (size < 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("size should not be negative"));
    }
    return ssl_conn_read_exactly(MP_OBJ_TO_PTR(args[0]), (size_t)size);
}

// Like readinto, readline and write, read(n) is the method of MicroPython's streams. With a buffer
// it is CPython's method.
static mp_obj_t ssl_socket_read(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    static const mp_arg_t allowed[] = {
        {MP_QSTR_len, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_buffer, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t vals[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, vals);
    ssl_conn_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    mp_int_t size = vals[0].u_obj == mp_const_none ? -1 : mp_obj_get_int(vals[0].u_obj);
    if (vals[1].u_obj != mp_const_none) {
        return ssl_conn_read_into(open_socket(args[0], "Read"), size, vals[1].u_obj, true);
    }
    mp_obj_t call[] = {args[0], MP_OBJ_NEW_SMALL_INT(size)};
    return with_one_deadline(self, read_size, 2, call);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(ssl_socket_read_obj, 1, ssl_socket_read);

static mp_obj_t read_line(size_t n_args, const mp_obj_t *args) {
    return mp_call_function_n_kw(
        MP_OBJ_FROM_PTR(&mp_stream_unbuffered_readline_obj), n_args, 0, args);
}

static mp_obj_t ssl_socket_readline(size_t n_args, const mp_obj_t *args) {
    return with_one_deadline(MP_OBJ_TO_PTR(args[0]), read_line, n_args, args);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(ssl_socket_readline_obj, 1, 2, ssl_socket_readline);

static mp_obj_t ssl_socket_readinto(size_t n_args, const mp_obj_t *args) {
    const ssl_conn_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    mp_obj_t readinto = MP_OBJ_FROM_PTR(&mp_stream_readinto_obj);
    if (!ssl_stream_in_python(self->incoming)) {
        return mp_call_function_n_kw(readinto, n_args, 0, args);
    }
    mp_obj_t copied[] = {args[0], ssl_stream_copy_of(args[1]), n_args > 2 ? args[2] : MP_OBJ_NULL};
    mp_obj_t count = mp_call_function_n_kw(readinto, n_args, 0, copied);
    return ssl_stream_copy_back(args[1], copied[1], count);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(ssl_socket_readinto_obj, 2, 3, ssl_socket_readinto);

// Calls a method of the underlying socket, with the flags if they were given.
static mp_obj_t plain_call_with_flags(ssl_conn_obj_t *self, qstr method, const mp_arg_val_t *vals) {
    mp_obj_t call[] = {vals[0].u_obj, vals[1].u_obj};
    return ssl_plain_call(self, method, call[1] != MP_OBJ_NULL ? 2 : 1, call);
}

static mp_obj_t ssl_socket_recv(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    enum { BUFLEN, FLAGS };
    static const mp_arg_t allowed[] = {
        {MP_QSTR_buflen, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_INT(1024)}},
        {MP_QSTR_flags, MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL}},
    };
    mp_arg_val_t vals[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, vals);
    ssl_conn_obj_t *self = open_descriptor(args[0]);
    if (self->conn == NULL) {
        return plain_call_with_flags(self, MP_QSTR_recv, vals);
    }
    no_flags(vals[FLAGS].u_obj, "recv");
    return ssl_conn_read_into(self, mp_obj_get_int(vals[BUFLEN].u_obj), mp_const_none, false);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(ssl_socket_recv_obj, 1, ssl_socket_recv);

// recv_into() without TLS. It calls readinto(), because MicroPython's sockets have no recv_into().
static mp_obj_t plain_recv_into(ssl_conn_obj_t *self, mp_obj_t buffer, mp_obj_t nbytes) {
    mp_obj_t call[] = {buffer, nbytes};
    return ssl_plain_call(self, MP_QSTR_readinto, mp_obj_is_true(nbytes) ? 2 : 1, call);
}

static mp_obj_t ssl_socket_recv_into(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    enum { BUFFER, NBYTES, FLAGS };
    static const mp_arg_t allowed[] = {
        {MP_QSTR_buffer, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL}},
        {MP_QSTR_nbytes, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_flags, MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL}},
    };
    mp_arg_val_t vals[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, vals);
    mp_obj_t buffer = vals[BUFFER].u_obj, nbytes = vals[NBYTES].u_obj;
    ssl_conn_obj_t *self = open_descriptor(args[0]);
    no_flags(vals[FLAGS].u_obj, "recv_into");
    if (self->conn == NULL) {
        return plain_recv_into(self, buffer, nbytes);
    }
    return ssl_conn_read_into(
        self, nbytes != mp_const_none ? mp_obj_get_int(nbytes) : 0, buffer, false);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(ssl_socket_recv_into_obj, 1, ssl_socket_recv_into);

// ---- writing ----
enum { DATA, FLAGS };
static const mp_arg_t send_args[] = {
    {MP_QSTR_data, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL}},
    {MP_QSTR_flags, MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL}},
};

static mp_obj_t ssl_socket_send(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    mp_arg_val_t vals[MP_ARRAY_SIZE(send_args)];
    mp_arg_parse_all(n_args - 1, args + 1, kw_args, MP_ARRAY_SIZE(send_args), send_args, vals);
    ssl_conn_obj_t *self = open_descriptor(args[0]);
    if (self->conn == NULL) {
        return plain_call_with_flags(self, MP_QSTR_send, vals);
    }
    no_flags(vals[FLAGS].u_obj, "send");
    mp_buffer_info_t bufinfo;
    ssl_get_bytes(vals[DATA].u_obj, &bufinfo);
    ssl_pump_t want;
    size_t n = ssl_conn_write_some(self, bufinfo.buf, bufinfo.len, &want);
    if (n == 0 && want != PUMP_DONE) {
        ssl_raise_want(want);
    }
    return MP_OBJ_NEW_SMALL_INT(n);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(ssl_socket_send_obj, 1, ssl_socket_send);

// sendall() without TLS: calls the socket's send() until it has taken all bytes.
static mp_obj_t plain_sendall(ssl_conn_obj_t *self, mp_obj_t data) {
    mp_buffer_info_t bufinfo;
    ssl_get_bytes(data, &bufinfo);
    for (size_t sent = 0; sent < bufinfo.len;) {
        mp_obj_t part = mp_obj_new_bytes((const byte *)bufinfo.buf + sent, bufinfo.len - sent);
        sent += (size_t)mp_obj_get_int(ssl_plain_call(self, MP_QSTR_send, 1, &part));
    }
    return mp_const_none;
}

// MicroPython's stream method, with CPython's name for its argument.
static mp_obj_t ssl_socket_write(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    mp_obj_t call[] = {args[0], MP_OBJ_NULL};
    if (kw_args->used > 0) {
        call[1] = ssl_take_arg(n_args - 1, args + 1, kw_args, MP_QSTR_data);
        args = call;
        n_args = 2;
    }
    const ssl_conn_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    mp_obj_t copied[4];
    if (n_args > 1 && n_args <= MP_ARRAY_SIZE(copied) && ssl_stream_in_python(self->incoming)) {
        memcpy(copied, args, n_args * sizeof(*args));
        copied[1] = ssl_stream_copy_of(args[1]); // the buffer is read in parts, and can move
        args = copied;
    }
    return mp_call_function_n_kw(MP_OBJ_FROM_PTR(&mp_stream_write_obj), n_args, 0, args);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(ssl_socket_write_obj, 1, ssl_socket_write);

static mp_obj_t ssl_socket_sendall(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    mp_arg_val_t vals[MP_ARRAY_SIZE(send_args)];
    mp_arg_parse_all(n_args - 1, args + 1, kw_args, MP_ARRAY_SIZE(send_args), send_args, vals);
    ssl_conn_obj_t *self = open_descriptor(args[0]);
    no_flags(vals[FLAGS].u_obj, "sendall");
    if (self->conn == NULL) {
        return plain_sendall(self, vals[DATA].u_obj);
    }
    mp_buffer_info_t bufinfo;
    ssl_get_bytes(vals[DATA].u_obj, &bufinfo);
    ssl_pump_t want;
    size_t n = ssl_conn_write_some(self, bufinfo.buf, bufinfo.len, &want);
    if (n < bufinfo.len) {
        ssl_raise_want(want);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(ssl_socket_sendall_obj, 1, ssl_socket_sendall);

// ---- blocking, timeouts, the descriptor ----
static mp_obj_t ssl_socket_setblocking(mp_obj_t self_in, mp_obj_t flag) {
    ssl_conn_obj_t *self = open_descriptor(self_in);
    change_timeout(self, mp_obj_is_true(flag) ? -1 : 0);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(ssl_socket_setblocking_obj, ssl_socket_setblocking);

static mp_obj_t ssl_socket_settimeout(mp_obj_t self_in, mp_obj_t timeout) {
    ssl_conn_obj_t *self = open_descriptor(self_in);
    change_timeout(self, ssl_timeout_ms(timeout));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(ssl_socket_settimeout_obj, ssl_socket_settimeout);

static mp_obj_t ssl_socket_gettimeout(mp_obj_t self_in) {
    ssl_conn_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return ssl_timeout_of(self->timeout_ms);
}
static MP_DEFINE_CONST_FUN_OBJ_1(ssl_socket_gettimeout_obj, ssl_socket_gettimeout);

static mp_obj_t ssl_socket_fileno(mp_obj_t self_in) {
    ssl_conn_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return self->closed ? MP_OBJ_NEW_SMALL_INT(-1) : ssl_plain_call(self, MP_QSTR_fileno, 0, NULL);
}
static MP_DEFINE_CONST_FUN_OBJ_1(ssl_socket_fileno_obj, ssl_socket_fileno);

// ---- the stream protocol ----
static mp_uint_t ssl_socket_stream_read(mp_obj_t self_in, void *buf, mp_uint_t size, int *errcode) {
    ssl_conn_obj_t *self = open_stream(self_in, "Read", errcode);
    if (self == NULL) {
        return MP_STREAM_ERROR;
    }
    size_t n;
    ssl_call_t call;
    ssl_call_begin(&call, self, SSL_READS);
    ssl_pump_t want = ssl_pump_read(&call, buf, size, &n);
    if (want != PUMP_DONE) {
        ssl_poll_pause(&call, want, PUMP_WANT_READ);
    }
    ssl_call_end(&call);
    if (want != PUMP_DONE) {
        *errcode = MP_EAGAIN;
        return MP_STREAM_ERROR;
    }
    return n;
}

static mp_uint_t ssl_socket_stream_write(
    mp_obj_t self_in, const void *buf, mp_uint_t size, int *errcode) {
    ssl_conn_obj_t *self = open_stream(self_in, "Write", errcode);
    if (self == NULL) {
        return MP_STREAM_ERROR;
    }
    ssl_pump_t want;
    size_t n = ssl_conn_write_some(self, buf, size, &want);
    if (n == 0 && want != PUMP_DONE) {
        *errcode = MP_EAGAIN;
        return MP_STREAM_ERROR;
    }
    return n;
}

static mp_uint_t poll_tls(ssl_conn_obj_t *self, mp_uint_t flags) {
    ssl_call_t call;
    ssl_call_begin(&call, self, SSL_NO_ROLE);
    mp_uint_t ready = ssl_pump_poll(&call, flags);
    ssl_call_end(&call);
    return ready;
}

// select.poll() requests this descriptor.
static mp_uint_t descriptor_for_poll(ssl_conn_obj_t *self, int *errcode) {
    ssl_call_t call;
    ssl_call_begin(&call, self, SSL_NO_ROLE);
    int fd = ssl_poll_descriptor(&call);
    bool plain = call.conn == NULL && !self->closed;
    ssl_call_end(&call);
    *errcode = MP_EINVAL;
    if (fd < 0 && plain) { // after unwrap()
        mp_obj_t stream = self->incoming;
        return mp_get_stream(stream)->ioctl(stream, MP_STREAM_GET_FILENO, 0, errcode);
    }
    return fd >= 0 ? (mp_uint_t)fd : MP_STREAM_ERROR;
}

static mp_uint_t ssl_socket_stream_ioctl(
    mp_obj_t self_in, mp_uint_t request, uintptr_t arg, int *errcode) {
    ssl_conn_obj_t *self = MP_OBJ_TO_PTR(self_in);
    switch (request) {
        case MP_STREAM_POLL:
            if (self->conn == NULL && !self->closed) {
                return ssl_platform_poll(self->incoming, arg); // a socket without TLS
            }
            return poll_tls(self, arg);
        case MP_STREAM_GET_FILENO:
            return descriptor_for_poll(self, errcode);
        case MP_STREAM_CLOSE:
            ssl_call_close(self);
            return 0;
        default:
            *errcode = MP_EINVAL;
            return MP_STREAM_ERROR;
    }
}

static const mp_stream_p_t ssl_socket_stream_p = {
    .read = ssl_socket_stream_read,
    .write = ssl_socket_stream_write,
    .ioctl = ssl_socket_stream_ioctl,
};

static void ssl_socket_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    if (dest[0] != MP_OBJ_NULL || !ssl_plain_attr(MP_OBJ_TO_PTR(self_in), attr, dest)) {
        ssl_conn_attr(self_in, attr, dest);
    }
}

static const mp_rom_map_elem_t ssl_socket_locals_table[] = {
    SSL_CONN_METHODS,
    {MP_ROM_QSTR(MP_QSTR___enter__), MP_ROM_PTR(&mp_identity_obj)},
    {MP_ROM_QSTR(MP_QSTR___exit__), MP_ROM_PTR(&mp_stream___exit___obj)},
    {MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&ssl_socket_read_obj)},
    {MP_ROM_QSTR(MP_QSTR_readinto), MP_ROM_PTR(&ssl_socket_readinto_obj)},
    {MP_ROM_QSTR(MP_QSTR_readline), MP_ROM_PTR(&ssl_socket_readline_obj)},
    {MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&ssl_socket_write_obj)},
    {MP_ROM_QSTR(MP_QSTR_recv), MP_ROM_PTR(&ssl_socket_recv_obj)},
    {MP_ROM_QSTR(MP_QSTR_recv_into), MP_ROM_PTR(&ssl_socket_recv_into_obj)},
    {MP_ROM_QSTR(MP_QSTR_send), MP_ROM_PTR(&ssl_socket_send_obj)},
    {MP_ROM_QSTR(MP_QSTR_sendall), MP_ROM_PTR(&ssl_socket_sendall_obj)},
    {MP_ROM_QSTR(MP_QSTR_unwrap), MP_ROM_PTR(&ssl_socket_unwrap_obj)},
    {MP_ROM_QSTR(MP_QSTR_setblocking), MP_ROM_PTR(&ssl_socket_setblocking_obj)},
    {MP_ROM_QSTR(MP_QSTR_settimeout), MP_ROM_PTR(&ssl_socket_settimeout_obj)},
    {MP_ROM_QSTR(MP_QSTR_gettimeout), MP_ROM_PTR(&ssl_socket_gettimeout_obj)},
    {MP_ROM_QSTR(MP_QSTR_connect), MP_ROM_PTR(&ssl_socket_connect_obj)},
    {MP_ROM_QSTR(MP_QSTR_connect_ex), MP_ROM_PTR(&ssl_socket_connect_ex_obj)},
    {MP_ROM_QSTR(MP_QSTR_accept), MP_ROM_PTR(&ssl_socket_accept_obj)},
    {MP_ROM_QSTR(MP_QSTR_shutdown), MP_ROM_PTR(&ssl_socket_shutdown_obj)},
    {MP_ROM_QSTR(MP_QSTR_detach), MP_ROM_PTR(&ssl_socket_detach_obj)},
    {MP_ROM_QSTR(MP_QSTR_makefile), MP_ROM_PTR(&ssl_socket_makefile_obj)},
    {MP_ROM_QSTR(MP_QSTR_sendfile), MP_ROM_PTR(&ssl_socket_sendfile_obj)},
    {MP_ROM_QSTR(MP_QSTR_sendto), MP_ROM_PTR(&ssl_socket_sendto_obj)},
    {MP_ROM_QSTR(MP_QSTR_recvfrom), MP_ROM_PTR(&ssl_socket_recvfrom_obj)},
    {MP_ROM_QSTR(MP_QSTR_recvfrom_into), MP_ROM_PTR(&ssl_socket_recvfrom_into_obj)},
    {MP_ROM_QSTR(MP_QSTR_sendmsg), MP_ROM_PTR(&ssl_socket_sendmsg_obj)},
    {MP_ROM_QSTR(MP_QSTR_recvmsg), MP_ROM_PTR(&ssl_socket_recvmsg_obj)},
    {MP_ROM_QSTR(MP_QSTR_recvmsg_into), MP_ROM_PTR(&ssl_socket_recvmsg_into_obj)},
    {MP_ROM_QSTR(MP_QSTR_dup), MP_ROM_PTR(&ssl_socket_dup_obj)},
    {MP_ROM_QSTR(MP_QSTR_fileno), MP_ROM_PTR(&ssl_socket_fileno_obj)},
    {MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&ssl_socket_close_obj)},
#if MICROPY_UNIX_COVERAGE
    {MP_ROM_QSTR(MP_QSTR_ioctl), MP_ROM_PTR(&mp_stream_ioctl_obj)},
#endif
};
static MP_DEFINE_CONST_DICT(ssl_socket_locals, ssl_socket_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(ssl_socket_type, MP_QSTR_SSLSocket, MP_TYPE_FLAG_NONE, make_new,
    ssl_socket_make_new, attr, ssl_socket_attr, protocol, &ssl_socket_stream_p, locals_dict,
    &ssl_socket_locals);
