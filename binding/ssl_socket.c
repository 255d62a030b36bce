// SPDX-License-Identifier: MIT
//
// ssl_socket.c - SSLSocket: a connection over a socket or any other stream (CPython ssl.SSLSocket).
//
// Notes: read, readinto, readline and write answer as MicroPython's streams do when nothing can be
// had now: None. recv and send raise, as in CPython. asyncio relies on the first.
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

// What CPython leaves to the plain socket fails as a closed descriptor.
static ssl_conn_obj_t *open_descriptor(mp_obj_t self_in) {
    ssl_conn_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->conn == NULL) {
        mp_raise_OSError(MP_EBADF);
    }
    return self;
}

static void no_flags(mp_int_t flags, const char *method) {
    if (flags != 0) {
        mp_raise_msg_varg(&mp_type_ValueError,
            MP_ERROR_TEXT("non-zero flags not allowed in calls to %s() on SSLSocket"), method);
    }
}

// ---- wrapping ----
static void handshake_or_raise(void *arg) {
    (void)mp_call_function_1(MP_OBJ_FROM_PTR(&ssl_conn_do_handshake_obj), MP_OBJ_FROM_PTR(arg));
}

// CPython: a handshake that fails here leaves a closed socket.
static void handshake_or_close(ssl_conn_obj_t *self) {
    mp_obj_t error;
    ssl_hook_run(handshake_or_raise, self, &error);
    if (error != MP_OBJ_NULL) {
        ssl_socket_close(self);
        nlr_raise(error);
    }
}

static void check_arguments(const ssl_context_obj_t *context, const ssl_wrap_t *wrap) {
    bool named = wrap->server_hostname != mp_const_none && mp_obj_is_true(wrap->server_hostname);
    mp_get_stream_raise(wrap->sock, MP_STREAM_OP_READ | MP_STREAM_OP_WRITE | MP_STREAM_OP_IOCTL);
    if (wrap->server_side && named) {
        mp_raise_ValueError(MP_ERROR_TEXT("server_hostname can only be specified in client mode"));
    }
    if (wrap->server_side && wrap->session != mp_const_none) {
        mp_raise_ValueError(MP_ERROR_TEXT("session can only be specified in client mode"));
    }
    if (context->check_hostname && !named) {
        mp_raise_ValueError(MP_ERROR_TEXT("check_hostname requires server_hostname"));
    }
}

mp_obj_t ssl_socket_wrap(ssl_context_obj_t *context, const ssl_wrap_t *wrap) {
    check_arguments(context, wrap);
    ssl_conn_obj_t *self =
        ssl_conn_obj_new(&ssl_socket_type, context, wrap->server_side, wrap->server_hostname);
    self->incoming = self->outgoing = wrap->sock;
    self->ragged_is_eof |= wrap->ragged_is_eof;
#if USSL_SESSIONS
    if (wrap->session != mp_const_none) {
        ssl_session_set(self, wrap->session);
    }
#endif
    if (wrap->handshake) {
        handshake_or_close(self);
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
void ssl_socket_close(ssl_conn_obj_t *self) {
    if (self->busy) {
        self->close_later = true; // from inside a callback of this very connection
        return;
    }
    ussl_conn_t *conn = self->conn;
    if (conn == NULL) {
        return;
    }
    self->busy = true;
    ssl_pump_goodbye(self);
    self->busy = false;
    self->close_later = false;
    self->conn = NULL;
    ussl_conn_free(conn);
    mp_obj_t stream = self->incoming;
    mp_stream_close(stream);
}

static mp_obj_t ssl_socket_close_method(mp_obj_t self_in) {
    ssl_socket_close(MP_OBJ_TO_PTR(self_in));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(ssl_socket_close_obj, ssl_socket_close_method);

// The stream below, which goes on without TLS; this object is as good as closed.
static mp_obj_t ssl_socket_unwrap(mp_obj_t self_in) {
    ssl_conn_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->conn == NULL) {
        mp_raise_ValueError(MP_ERROR_TEXT("No SSL wrapper around this socket"));
    }
    ssl_conn_unwrap(self);
    ussl_conn_t *conn = self->conn;
    self->conn = NULL;
    ussl_conn_free(conn);
    return self->incoming;
}
static MP_DEFINE_CONST_FUN_OBJ_1(ssl_socket_unwrap_obj, ssl_socket_unwrap);

// ---- reading ----
static mp_obj_t ssl_socket_read(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    static const mp_arg_t allowed[] = {
        {MP_QSTR_len, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_buffer, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t vals[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, vals);
    ssl_conn_obj_t *self = open_socket(args[0], "Read");
    bool sized = vals[0].u_obj != mp_const_none;
    mp_int_t size = sized ? mp_obj_get_int(vals[0].u_obj) : 1024;
    bool whole = vals[1].u_obj == mp_const_none && size < 0;
    if (whole || self->stream_reads) {
        // To the end, or for the old wrap_socket() exactly `len`: as every MicroPython stream.
        mp_obj_t stream_args[] = {args[0], sized ? vals[0].u_obj : MP_OBJ_NEW_SMALL_INT(-1)};
        return mp_call_function_n_kw(MP_OBJ_FROM_PTR(&mp_stream_read_obj), 2, 0, stream_args);
    }
    return ssl_conn_read_into(self, size, vals[1].u_obj, true);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(ssl_socket_read_obj, 1, ssl_socket_read);

static mp_obj_t ssl_socket_recv(size_t n_args, const mp_obj_t *args) {
    no_flags(n_args > 2 ? mp_obj_get_int(args[2]) : 0, "recv");
    ssl_conn_obj_t *self = open_descriptor(args[0]);
    mp_int_t size = n_args > 1 ? mp_obj_get_int(args[1]) : 1024;
    return ssl_conn_read_into(self, size, mp_const_none, false);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(ssl_socket_recv_obj, 1, 3, ssl_socket_recv);

static mp_obj_t ssl_socket_recv_into(size_t n_args, const mp_obj_t *args) {
    no_flags(n_args > 3 ? mp_obj_get_int(args[3]) : 0, "recv_into");
    ssl_conn_obj_t *self = open_descriptor(args[0]);
    bool sized = n_args > 2 && args[2] != mp_const_none;
    return ssl_conn_read_into(self, sized ? mp_obj_get_int(args[2]) : 0, args[1], false);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(ssl_socket_recv_into_obj, 2, 4, ssl_socket_recv_into);

// ---- writing ----
static mp_obj_t ssl_socket_send(size_t n_args, const mp_obj_t *args) {
    no_flags(n_args > 2 ? mp_obj_get_int(args[2]) : 0, "send");
    ssl_conn_obj_t *self = open_descriptor(args[0]);
    mp_buffer_info_t bufinfo;
    ssl_get_bytes(args[1], &bufinfo);
    ssl_pump_t want;
    size_t n = ssl_conn_write_some(self, bufinfo.buf, bufinfo.len, &want);
    if (n == 0 && want != PUMP_DONE) {
        ssl_raise_want(want);
    }
    return MP_OBJ_NEW_SMALL_INT(n);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(ssl_socket_send_obj, 2, 3, ssl_socket_send);

static mp_obj_t ssl_socket_sendall(size_t n_args, const mp_obj_t *args) {
    no_flags(n_args > 2 ? mp_obj_get_int(args[2]) : 0, "sendall");
    ssl_conn_obj_t *self = open_descriptor(args[0]);
    mp_buffer_info_t bufinfo;
    ssl_get_bytes(args[1], &bufinfo);
    ssl_pump_t want;
    size_t n = ssl_conn_write_some(self, bufinfo.buf, bufinfo.len, &want);
    if (n < bufinfo.len) {
        ssl_raise_want(want);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(ssl_socket_sendall_obj, 2, 3, ssl_socket_sendall);

// ---- blocking, timeouts, the descriptor: the stream's own ----
static mp_obj_t ask_stream(ssl_conn_obj_t *self, qstr method, size_t n, mp_obj_t arg) {
    mp_obj_t dest[3];
    mp_load_method(self->incoming, method, dest);
    dest[2] = arg;
    return mp_call_method_n_kw(n, 0, dest);
}

static mp_obj_t ssl_socket_setblocking(mp_obj_t self_in, mp_obj_t flag) {
    ssl_conn_obj_t *self = open_descriptor(self_in);
    ask_stream(self, MP_QSTR_setblocking, 1, flag);
    self->timeout_ms = mp_obj_is_true(flag) ? -1 : 0;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(ssl_socket_setblocking_obj, ssl_socket_setblocking);

// With a timeout the stream itself does not block: one deadline covers the many reads and writes
// that a call can need.
static mp_obj_t ssl_socket_settimeout(mp_obj_t self_in, mp_obj_t timeout) {
    ssl_conn_obj_t *self = open_descriptor(self_in);
    mp_int_t ms = -1;
    if (timeout != mp_const_none) {
#if MICROPY_PY_BUILTINS_FLOAT
        mp_float_t seconds = mp_obj_get_float(timeout);
#else
        mp_int_t seconds = mp_obj_get_int(timeout);
#endif
        if (seconds < 0) {
            mp_raise_ValueError(MP_ERROR_TEXT("Timeout value out of range"));
        }
        ms = (mp_int_t)(seconds * 1000);
        ms = seconds > 0 && ms == 0 ? 1 : ms;
    }
    ask_stream(self, MP_QSTR_setblocking, 1, mp_obj_new_bool(ms < 0));
    self->timeout_ms = ms;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(ssl_socket_settimeout_obj, ssl_socket_settimeout);

static mp_obj_t ssl_socket_fileno(mp_obj_t self_in) {
    ssl_conn_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->conn == NULL) {
        return MP_OBJ_NEW_SMALL_INT(-1);
    }
    return ask_stream(self, MP_QSTR_fileno, 0, MP_OBJ_NULL);
}
static MP_DEFINE_CONST_FUN_OBJ_1(ssl_socket_fileno_obj, ssl_socket_fileno);

// ---- the stream protocol ----
static mp_uint_t ssl_socket_stream_read(mp_obj_t self_in, void *buf, mp_uint_t size, int *errcode) {
    ssl_conn_obj_t *self = open_socket(self_in, "Read");
    size_t n;
    ssl_guard_t guard;
    ssl_guard_enter(&guard, self);
    ssl_pump_t want = ssl_pump_read(self, buf, size, &n);
    ssl_guard_leave(&guard);
    if (want != PUMP_DONE) {
        *errcode = MP_EAGAIN;
        return MP_STREAM_ERROR;
    }
    return n;
}

static mp_uint_t ssl_socket_stream_write(
    mp_obj_t self_in, const void *buf, mp_uint_t size, int *errcode) {
    ssl_conn_obj_t *self = open_socket(self_in, "Write");
    ssl_pump_t want;
    size_t n = ssl_conn_write_some(self, buf, size, &want);
    if (n == 0 && want != PUMP_DONE) {
        *errcode = MP_EAGAIN;
        return MP_STREAM_ERROR;
    }
    return n;
}

static mp_uint_t ssl_socket_stream_ioctl(
    mp_obj_t self_in, mp_uint_t request, uintptr_t arg, int *errcode) {
    ssl_conn_obj_t *self = MP_OBJ_TO_PTR(self_in);
    switch (request) {
        case MP_STREAM_POLL:
            return ssl_pump_poll(self, arg);
        case MP_STREAM_CLOSE:
            ssl_socket_close(self);
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

static const mp_rom_map_elem_t ssl_socket_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&ssl_conn___del___obj)},
    {MP_ROM_QSTR(MP_QSTR___enter__), MP_ROM_PTR(&mp_identity_obj)},
    {MP_ROM_QSTR(MP_QSTR___exit__), MP_ROM_PTR(&mp_stream___exit___obj)},
    {MP_ROM_QSTR(MP_QSTR_do_handshake), MP_ROM_PTR(&ssl_conn_do_handshake_obj)},
    {MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&ssl_socket_read_obj)},
    {MP_ROM_QSTR(MP_QSTR_readinto), MP_ROM_PTR(&mp_stream_readinto_obj)},
    {MP_ROM_QSTR(MP_QSTR_readline), MP_ROM_PTR(&mp_stream_unbuffered_readline_obj)},
    {MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&mp_stream_write_obj)},
    {MP_ROM_QSTR(MP_QSTR_recv), MP_ROM_PTR(&ssl_socket_recv_obj)},
    {MP_ROM_QSTR(MP_QSTR_recv_into), MP_ROM_PTR(&ssl_socket_recv_into_obj)},
    {MP_ROM_QSTR(MP_QSTR_send), MP_ROM_PTR(&ssl_socket_send_obj)},
    {MP_ROM_QSTR(MP_QSTR_sendall), MP_ROM_PTR(&ssl_socket_sendall_obj)},
    {MP_ROM_QSTR(MP_QSTR_pending), MP_ROM_PTR(&ssl_conn_pending_obj)},
    {MP_ROM_QSTR(MP_QSTR_unwrap), MP_ROM_PTR(&ssl_socket_unwrap_obj)},
    {MP_ROM_QSTR(MP_QSTR_version), MP_ROM_PTR(&ssl_conn_version_obj)},
    {MP_ROM_QSTR(MP_QSTR_cipher), MP_ROM_PTR(&ssl_conn_cipher_obj)},
    {MP_ROM_QSTR(MP_QSTR_getpeercert), MP_ROM_PTR(&ssl_conn_getpeercert_obj)},
    {MP_ROM_QSTR(MP_QSTR_selected_alpn_protocol), MP_ROM_PTR(&ssl_conn_selected_alpn_protocol_obj)},
    {MP_ROM_QSTR(MP_QSTR_selected_npn_protocol), MP_ROM_PTR(&ssl_conn_none_obj)},
    {MP_ROM_QSTR(MP_QSTR_compression), MP_ROM_PTR(&ssl_conn_none_obj)},
    {MP_ROM_QSTR(MP_QSTR_shared_ciphers), MP_ROM_PTR(&ssl_conn_shared_ciphers_obj)},
    {MP_ROM_QSTR(MP_QSTR_setblocking), MP_ROM_PTR(&ssl_socket_setblocking_obj)},
    {MP_ROM_QSTR(MP_QSTR_settimeout), MP_ROM_PTR(&ssl_socket_settimeout_obj)},
    {MP_ROM_QSTR(MP_QSTR_fileno), MP_ROM_PTR(&ssl_socket_fileno_obj)},
    {MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&ssl_socket_close_obj)},
};
static MP_DEFINE_CONST_DICT(ssl_socket_locals, ssl_socket_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(ssl_socket_type, MP_QSTR_SSLSocket, MP_TYPE_FLAG_NONE, make_new,
    ssl_socket_make_new, attr, ssl_conn_attr, protocol, &ssl_socket_stream_p, locals_dict,
    &ssl_socket_locals);
