// SPDX-License-Identifier: MIT
//
// ssl_socket_plain.c - the methods that an SSLSocket has as a socket: connect(), accept(), and
// calls that it passes to the underlying socket (CPython ssl.SSLSocket as a socket.socket).
//
// Notes: an SSLSocket has no TLS connection before it is connected, if it is a listener, and after
// unwrap() or shutdown(). Then recv(), send() and similar methods call those of the underlying
// socket.
#include "binding.h"

#include <string.h>

#include "py/mperrno.h"

// ---- the underlying socket ----
mp_obj_t ssl_plain_call(ssl_conn_obj_t *self, qstr method, size_t n, const mp_obj_t *args) {
    mp_obj_t dest[2 + 3];
    if (self->closed) {
        mp_raise_OSError(MP_EBADF);
    }
    mp_load_method(self->incoming, method, dest);
    for (size_t i = 0; i < n; i++) {
        dest[2 + i] = args[i];
    }
    return mp_call_method_n_kw(n, 0, dest);
}

// The unix port's sockets have neither getsockname() nor getpeername().
static mp_obj_t address_of(mp_obj_t self_in, bool peer) {
    const ssl_conn_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->closed) {
        mp_raise_OSError(MP_EBADF);
    }
    return ssl_platform_address(self->incoming, peer);
}

static mp_obj_t ssl_socket_getsockname(mp_obj_t self_in) {
    return address_of(self_in, false);
}
static MP_DEFINE_CONST_FUN_OBJ_1(ssl_socket_getsockname_obj, ssl_socket_getsockname);

static mp_obj_t ssl_socket_getpeername(mp_obj_t self_in) {
    return address_of(self_in, true);
}
static MP_DEFINE_CONST_FUN_OBJ_1(ssl_socket_getpeername_obj, ssl_socket_getpeername);

// The attributes in `names` are read from the underlying socket.
bool ssl_plain_attr(ssl_conn_obj_t *self, qstr attr, mp_obj_t *dest) {
    static const qstr names[] = {MP_QSTR_getpeername, MP_QSTR_getsockname, MP_QSTR_getsockopt,
        MP_QSTR_setsockopt, MP_QSTR_bind, MP_QSTR_listen, MP_QSTR_family, MP_QSTR_type,
        MP_QSTR_proto};
    for (size_t i = 0; i < MP_ARRAY_SIZE(names); i++) {
        if (names[i] == attr) {
            mp_load_method_maybe(self->incoming, attr, dest);
            bool named = attr == MP_QSTR_getsockname || attr == MP_QSTR_getpeername;
            bool known = named && (self->closed || ssl_platform_has_address(self->incoming));
            if (dest[0] == MP_OBJ_NULL && known) {
                dest[0] = attr == MP_QSTR_getsockname
                    ? MP_OBJ_FROM_PTR(&ssl_socket_getsockname_obj)
                    : MP_OBJ_FROM_PTR(&ssl_socket_getpeername_obj);
                dest[1] = MP_OBJ_FROM_PTR(self);
            }
            return dest[0] != MP_OBJ_NULL;
        }
    }
    return false;
}

// ---- connecting ----
static void check_can_connect(const ssl_conn_obj_t *self) {
    if (self->server_side) {
        mp_raise_ValueError(MP_ERROR_TEXT("can't connect in server-side mode"));
    }
    if (self->connected || self->conn != NULL || self->closed) {
        mp_raise_ValueError(MP_ERROR_TEXT("attempt to connect already-connected SSLSocket!"));
    }
}

// As in CPython, a failure leaves a socket without TLS.
static void start_tls(ssl_conn_obj_t *self) {
    self->connected = true;
    mp_obj_t error;
    ssl_try(ssl_socket_start, self, &error);
    if (error != MP_OBJ_NULL) {
        ssl_socket_drop_tls(self);
        nlr_raise(error);
    }
}

static mp_obj_t ssl_socket_connect(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    mp_obj_t address = ssl_take_arg(n_args - 1, args + 1, kw_args, MP_QSTR_addr);
    ssl_conn_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    check_can_connect(self);
    ssl_plain_call(self, MP_QSTR_connect, 1, &address);
    start_tls(self);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_KW(ssl_socket_connect_obj, 1, ssl_socket_connect);

typedef struct {
    ssl_conn_obj_t *self;
    mp_obj_t address;
} connect_t;

static void plain_connect(void *arg) {
    connect_t *call = arg;
    ssl_plain_call(call->self, MP_QSTR_connect, 1, &call->address);
}

// Returns 0, or the errno if the underlying socket raises OSError. All other exceptions are raised,
// including those of the handshake.
static mp_obj_t ssl_socket_connect_ex(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    mp_obj_t address = ssl_take_arg(n_args - 1, args + 1, kw_args, MP_QSTR_addr);
    connect_t call = {MP_OBJ_TO_PTR(args[0]), address};
    mp_obj_t error;
    check_can_connect(call.self);
    ssl_try(plain_connect, &call, &error);
    if (error == MP_OBJ_NULL) {
        start_tls(call.self);
        return MP_OBJ_NEW_SMALL_INT(0);
    }
    if (!mp_obj_is_subclass_fast(
            MP_OBJ_FROM_PTR(mp_obj_get_type(error)), MP_OBJ_FROM_PTR(&mp_type_OSError))) {
        nlr_raise(error);
    }
    return mp_load_attr(error, MP_QSTR_errno);
}
MP_DEFINE_CONST_FUN_OBJ_KW(ssl_socket_connect_ex_obj, 1, ssl_socket_connect_ex);

// ---- accepting ----
typedef struct {
    ssl_context_obj_t *context;
    const ssl_wrap_t *wrap;
    mp_obj_t result;
} accept_t;

static void wrap_accepted(void *arg) {
    accept_t *call = arg;
    call->result = ssl_socket_wrap(call->context, call->wrap);
}

// If the handshake fails, the accepted socket is closed, and the listener stays open.
static mp_obj_t ssl_socket_accept(mp_obj_t self_in) {
    ssl_conn_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_obj_t *accepted; // socket, address
    mp_obj_get_array_fixed_n(ssl_plain_call(self, MP_QSTR_accept, 0, NULL), 2, &accepted);
    mp_obj_t address = accepted[1];
    ssl_wrap_t wrap = {
        .sock = accepted[0],
        .server_side = true,
        .handshake = self->handshake,
        .ragged_is_eof = self->ragged_is_eof,
        .server_hostname = mp_const_none,
        .session = mp_const_none,
        .client_id = mp_const_none,
    };
    accept_t call = {self->context, &wrap, MP_OBJ_NULL};
    mp_obj_t error;
    ssl_try(wrap_accepted, &call, &error);
    if (error != MP_OBJ_NULL) {
        ssl_platform_close(wrap.sock); // the socket is still open if arguments were refused
        nlr_raise(error);
    }
    mp_obj_t pair[] = {call.result, address};
    return mp_obj_new_tuple(2, pair);
}
MP_DEFINE_CONST_FUN_OBJ_1(ssl_socket_accept_obj, ssl_socket_accept);

// ---- shutdown and detach ----
static void need_open(const ssl_conn_obj_t *self) {
    if (self->closed) {
        mp_raise_OSError(MP_EBADF);
    }
}

// As in CPython, TLS is dropped without close_notify, then the socket is shut down.
static mp_obj_t ssl_socket_shutdown(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    mp_obj_t how = ssl_take_arg(n_args - 1, args + 1, kw_args, MP_QSTR_how);
    ssl_conn_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    mp_obj_t dest[3];
    need_open(self);
    mp_load_method(self->incoming, MP_QSTR_shutdown, dest); // can raise before TLS is dropped
    ssl_socket_drop_tls(self);
    ssl_poll_close(self);
    dest[2] = how;
    return mp_call_method_n_kw(1, 0, dest);
}
MP_DEFINE_CONST_FUN_OBJ_KW(ssl_socket_shutdown_obj, 1, ssl_socket_shutdown);

static mp_obj_t ssl_socket_detach(mp_obj_t self_in) {
    ssl_conn_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_obj_t dest[2];
    need_open(self);
    mp_load_method(self->incoming, MP_QSTR_detach, dest);
    ssl_socket_drop_tls(self);
    ssl_poll_close(self);
    self->descriptor.fd = -1;
    self->closed = true;
    return mp_call_method_n_kw(0, 0, dest);
}
MP_DEFINE_CONST_FUN_OBJ_1(ssl_socket_detach_obj, ssl_socket_detach);

// ---- methods that would bypass TLS ----
static NORETURN void not_allowed(const mp_obj_type_t *type, const char *method) {
    mp_raise_msg_varg(
        type, MP_ERROR_TEXT("%s not allowed on instances of <class 'ssl.SSLSocket'>"), method);
}

#define PLAIN_WHEN_UNWRAPPED(name)                                                                 \
    static mp_obj_t ssl_socket_##name(size_t n_args, const mp_obj_t *args) {                       \
        ssl_conn_obj_t *self = MP_OBJ_TO_PTR(args[0]);                                             \
        if (self->conn != NULL) {                                                                  \
            not_allowed(&mp_type_ValueError, #name);                                               \
        }                                                                                          \
        return ssl_plain_call(self, MP_QSTR_##name, n_args - 1, args + 1);                         \
    }                                                                                              \
    MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(ssl_socket_##name##_obj, 1, 4, ssl_socket_##name)
PLAIN_WHEN_UNWRAPPED(sendto);
PLAIN_WHEN_UNWRAPPED(recvfrom);
PLAIN_WHEN_UNWRAPPED(recvfrom_into);

#define NEVER(name)                                                                                \
    static mp_obj_t ssl_socket_##name(size_t n_args, const mp_obj_t *args) {                       \
        (void)n_args;                                                                              \
        (void)args;                                                                                \
        not_allowed(&mp_type_NotImplementedError, #name);                                          \
    }                                                                                              \
    MP_DEFINE_CONST_FUN_OBJ_VAR(ssl_socket_##name##_obj, 1, ssl_socket_##name)
NEVER(sendmsg);
NEVER(recvmsg);
NEVER(recvmsg_into);

static mp_obj_t ssl_socket_dup(mp_obj_t self_in) {
    (void)self_in;
    mp_raise_NotImplementedError(MP_ERROR_TEXT("Can't dup() SSLSocket instances"));
}
MP_DEFINE_CONST_FUN_OBJ_1(ssl_socket_dup_obj, ssl_socket_dup);

// ---- makefile() ----
// A stream over the connection. Its read(n) waits for all `n` bytes (CPython socket.makefile).
// Closing it leaves the connection open.
typedef struct {
    mp_obj_base_t base;
    mp_obj_t sock;
} ssl_file_obj_t;

static mp_uint_t file_read(mp_obj_t self_in, void *buf, mp_uint_t size, int *errcode) {
    ssl_file_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return mp_get_stream(self->sock)->read(self->sock, buf, size, errcode);
}

static mp_uint_t file_write(mp_obj_t self_in, const void *buf, mp_uint_t size, int *errcode) {
    ssl_file_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return mp_get_stream(self->sock)->write(self->sock, buf, size, errcode);
}

static mp_uint_t file_ioctl(mp_obj_t self_in, mp_uint_t request, uintptr_t arg, int *errcode) {
    ssl_file_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (request == MP_STREAM_CLOSE || request == MP_STREAM_FLUSH) {
        return 0; // there is no buffer to flush, and the connection stays open
    }
    return mp_get_stream(self->sock)->ioctl(self->sock, request, arg, errcode);
}

static const mp_stream_p_t file_stream_p = {
    .read = file_read, .write = file_write, .ioctl = file_ioctl};
static const mp_stream_p_t text_stream_p = {
    .read = file_read, .write = file_write, .ioctl = file_ioctl, .is_text = true};

static const mp_rom_map_elem_t file_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&mp_stream_read_obj)},
    {MP_ROM_QSTR(MP_QSTR_readinto), MP_ROM_PTR(&mp_stream_readinto_obj)},
    {MP_ROM_QSTR(MP_QSTR_readline), MP_ROM_PTR(&mp_stream_unbuffered_readline_obj)},
    {MP_ROM_QSTR(MP_QSTR_readlines), MP_ROM_PTR(&mp_stream_unbuffered_readlines_obj)},
    {MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&mp_stream_write_obj)},
    {MP_ROM_QSTR(MP_QSTR_flush), MP_ROM_PTR(&mp_stream_flush_obj)},
    {MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&mp_stream_close_obj)},
    {MP_ROM_QSTR(MP_QSTR___enter__), MP_ROM_PTR(&mp_identity_obj)},
    {MP_ROM_QSTR(MP_QSTR___exit__), MP_ROM_PTR(&mp_stream___exit___obj)},
};
static MP_DEFINE_CONST_DICT(file_locals, file_locals_table);
static MP_DEFINE_CONST_OBJ_TYPE(file_type, MP_QSTR_SocketIO, MP_TYPE_FLAG_ITER_IS_STREAM, protocol,
    &file_stream_p, locals_dict, &file_locals);
static MP_DEFINE_CONST_OBJ_TYPE(text_type, MP_QSTR_TextIOWrapper, MP_TYPE_FLAG_ITER_IS_STREAM,
    protocol, &text_stream_p, locals_dict, &file_locals);

static mp_obj_t ssl_socket_makefile(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    // Other arguments, such as buffering and encoding, are for CPython's I/O layers. They are
    // ignored.
    mp_map_elem_t *named = mp_map_lookup(kw_args, MP_OBJ_NEW_QSTR(MP_QSTR_mode), MP_MAP_LOOKUP);
    mp_obj_t given = n_args > 1 ? args[1] : named ? named->value : MP_OBJ_NEW_QSTR(MP_QSTR_r);
    const char *mode = mp_obj_str_get_str(given);
    for (const char *p = mode; *p; p++) {
        if (*p != 'r' && *p != 'w' && *p != 'b') {
            mp_raise_msg_varg(&mp_type_ValueError,
                MP_ERROR_TEXT("invalid mode '%s' (only r, w, b allowed)"), mode);
        }
    }
    bool binary = strchr(mode, 'b') != NULL;
    ssl_file_obj_t *file = mp_obj_malloc(ssl_file_obj_t, binary ? &file_type : &text_type);
    file->sock = args[0];
    return MP_OBJ_FROM_PTR(file);
}
MP_DEFINE_CONST_FUN_OBJ_KW(ssl_socket_makefile_obj, 1, ssl_socket_makefile);
