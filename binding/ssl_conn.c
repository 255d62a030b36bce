// SPDX-License-Identifier: MIT
//
// ssl_conn.c - one TLS connection as a Python object, with everything that SSLSocket and SSLObject
// share.
#include "binding.h"

#include <string.h>

#include "py/gc.h"
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/objstr.h"

// ---- making and freeing ----
// Makes the checks of CPython, whose IDNA codec refuses empty and long labels.
static void check_hostname(mp_obj_t server_hostname) {
    size_t len, label = 0;
    const char *host = mp_obj_str_get_data(server_hostname, &len);
    if (len == 0 || host[0] == '.' || len > 253) {
        mp_raise_ValueError(MP_ERROR_TEXT(
            "server_hostname cannot be an empty string or start with a leading dot."));
    }
    for (size_t i = 0; i < len; i++) {
        label = host[i] == '.' ? 0 : label + 1;
        if (host[i] == '\0') {
            mp_raise_TypeError(MP_ERROR_TEXT("server_hostname must not contain null bytes"));
        }
        if ((unsigned char)host[i] >= 0x80) {
            mp_raise_msg(&ssl_UnicodeError,
                MP_ERROR_TEXT("server_hostname must be ASCII: write the A-label (xn--...)"));
        }
        if (label > 63) {
            mp_raise_msg(&ssl_UnicodeError,
                MP_ERROR_TEXT("a label of server_hostname is longer than 63 bytes"));
        }
    }
}

ssl_conn_obj_t *ssl_conn_obj_new(const mp_obj_type_t *type, ssl_context_obj_t *context,
    bool server_side, mp_obj_t server_hostname) {
    if (mp_obj_is_type(server_hostname, &mp_type_bytes)) {
        size_t len; // as in CPython, bytes are accepted as text, and the attribute is a str
        const char *text = mp_obj_str_get_data(server_hostname, &len);
        server_hostname = mp_obj_new_str_copy(&mp_type_str, (const byte *)text, len);
    }
    if (server_hostname != mp_const_none && !server_side) {
        check_hostname(server_hostname);
    }
    // The fields are set before anything can raise, because the finaliser can run at any time.
    ssl_conn_obj_t *self = mp_obj_malloc_with_finaliser(ssl_conn_obj_t, type);
    memset((char *)self + sizeof(self->base), 0, sizeof(*self) - sizeof(self->base));
    self->context = context;
    self->incoming = self->outgoing = mp_const_none;
    self->descriptor.fd = -1;
    self->poll_fd = -1;
    self->server_hostname = server_hostname;
    self->session = mp_const_none;
    self->client_id = mp_const_none;
    self->verify_callback = mp_const_none;
    self->hook_error = MP_OBJ_NULL;
    self->timeout_ms = -1;
    self->server_side = server_side;
    return self;
}

static bool fits_side(const ssl_conn_obj_t *self, const ssl_context_obj_t *context) {
    mp_int_t other = self->server_side ? SSL_PROTOCOL_TLS_CLIENT : SSL_PROTOCOL_TLS_SERVER;
    return context->protocol != other;
}

static void need_name(const ssl_conn_obj_t *self, const ssl_context_obj_t *context) {
    bool named = self->server_hostname != mp_const_none;
    if (!self->server_side && !named && ssl_verification_of_name(context)) {
        mp_raise_ValueError(MP_ERROR_TEXT("check_hostname requires server_hostname"));
    }
}

typedef struct {
    ssl_conn_obj_t *self;
    ussl_ctx_t *frozen; // lent
    const char *host;   // lent; NULL for a server
    ussl_result_t result;
} make_t;

// Runs inside ssl_try(), because a full reservation raises MemoryError.
static void make_conn(void *arg) {
    make_t *make = arg;
    ssl_conn_obj_t *self = make->self;
    ussl_arena_t *arena = ssl_context_arena(self->context);
    make->result =
        ussl_conn_new(arena, make->frozen, make->host, ssl_hook_owner_of(self), &self->conn);
    ussl_arena_unref(arena);
}

void ssl_conn_obj_start(ssl_conn_obj_t *self) {
    ssl_context_obj_t *context = self->context;
    mp_obj_t server_hostname = self->server_hostname;
    bool server_side = self->server_side;
    if (!fits_side(self, context)) {
        ssl_raise_text(0,
            server_side ? "Cannot create a server socket with a PROTOCOL_TLS_CLIENT context"
                        : "Cannot create a client socket with a PROTOCOL_TLS_SERVER context");
    }
    size_t len;
    bool named = server_hostname != mp_const_none && !server_side;
    const char *host = named ? mp_obj_str_get_data(server_hostname, &len) : NULL;
    need_name(self, context);
    ussl_ctx_t *frozen = ssl_context_freeze(context, server_side ? USSL_SERVER_SIDE : USSL_CLIENT);
    // These three belong to the settings that were frozen just above.
    self->checks = ussl_ctx_tag(frozen);
    self->verify_callback = context->verify_callback;
    self->ragged_is_eof |= ssl_context_forgives_eof(context);
    self->began_ms = mp_hal_ticks_ms();
    make_t make = {self, frozen, host, USSL_OK};
    mp_obj_t error;
    ssl_try(make_conn, &make, &error);
    if (error == MP_OBJ_NULL && make.result == USSL_ERR_MEMORY) {
        gc_collect(); // connections dropped without close() may still hold memory
        ssl_try(make_conn, &make, &error);
    }
    ussl_ctx_unref(frozen);
    if (error != MP_OBJ_NULL) {
        nlr_raise(error);
    }
    if (make.result != USSL_OK) {
        ssl_raise_result(make.result); // the length was checked above
    }
}

// Releases engine memory and the descriptor, and uses nothing else: this runs during a garbage
// collection, when the objects that this one refers to may have been freed.
static mp_obj_t ssl_conn___del__(mp_obj_t self_in) {
    ssl_conn_obj_t *self = MP_OBJ_TO_PTR(self_in);
    bool held = ssl_platform_hold_interrupt();
    if (self->calls == 0) { // otherwise a callback of a call in progress has called __del__()
        ussl_drop_later(self->conn);
        self->conn = NULL;
        ssl_platform_drop(&self->descriptor);
        ssl_poll_close(self);
        self->descriptor.fd = -1;
        self->closed = true;
    }
    ssl_platform_let_interrupt(held);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(ssl_conn___del___obj, ssl_conn___del__);

// ---- methods ----
void ssl_conn_need(const ssl_conn_obj_t *self) {
    if (self->conn == NULL) {
        ssl_raise_no_tls(self);
    }
}

static mp_obj_t ssl_conn_do_handshake(mp_obj_t self_in) {
    ssl_conn_obj_t *self = MP_OBJ_TO_PTR(self_in);
    ssl_conn_need(self);
    ssl_call_t call;
    ssl_call_begin(&call, self, SSL_BOTH);
    ssl_pump_t want = ssl_pump_handshake(&call);
    if (want != PUMP_DONE) {
        ssl_poll_pause(&call, want, want);
    }
    ssl_call_end(&call);
    if (want != PUMP_DONE) {
        ssl_raise_want(want);
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(ssl_conn_do_handshake_obj, ssl_conn_do_handshake);

// recheck(): makes the checks of certificate dates that verify_clock = "hold" has postponed.
// Returns True if all dates are valid or no check was postponed, and False if the clock is still
// not set. If a date is not valid, it raises, and the connection has failed.
static mp_obj_t ssl_conn_recheck(mp_obj_t self_in) {
    ssl_conn_obj_t *self = MP_OBJ_TO_PTR(self_in);
    ssl_conn_need(self);
    ssl_call_t call;
    ssl_call_begin(&call, self, SSL_WRITES);
    bool done = ssl_pump_recheck(&call);
    ssl_call_end(&call);
    return mp_obj_new_bool(done);
}
MP_DEFINE_CONST_FUN_OBJ_1(ssl_conn_recheck_obj, ssl_conn_recheck);

void ssl_conn_unwrap(ssl_conn_obj_t *self) {
    ssl_call_t call;
    ssl_call_begin(&call, self, SSL_BOTH);
    ssl_pump_t want = ssl_pump_unwrap(&call);
    ssl_call_end(&call);
    if (want != PUMP_DONE) {
        ssl_raise_want(want);
    }
}

static mp_obj_t ssl_conn_version(mp_obj_t self_in) {
    ssl_conn_obj_t *self = MP_OBJ_TO_PTR(self_in);
    ssl_call_t call;
    ssl_call_begin(&call, self, SSL_NO_ROLE);
    uint16_t version = call.conn ? ussl_conn_version(call.conn) : 0;
    ssl_call_end(&call);
    return version ? mp_obj_new_str_from_cstr(ssl_version_name(version)) : mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(ssl_conn_version_obj, ssl_conn_version);

static mp_obj_t suite_tuple(const ussl_suite_t *suite) {
    mp_obj_t items[] = {
        mp_obj_new_str_from_cstr(suite->name),
        mp_obj_new_str_from_cstr(ssl_version_name(suite->version)),
        MP_OBJ_NEW_SMALL_INT(suite->bits),
    };
    return mp_obj_new_tuple(MP_ARRAY_SIZE(items), items);
}

static mp_obj_t ssl_conn_cipher(mp_obj_t self_in) {
    ssl_conn_obj_t *self = MP_OBJ_TO_PTR(self_in);
    ssl_call_t call;
    ssl_call_begin(&call, self, SSL_NO_ROLE);
    const ussl_suite_t *suite = call.conn ? ussl_conn_suite(call.conn) : NULL;
    ssl_call_end(&call);
    return suite ? suite_tuple(suite) : mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(ssl_conn_cipher_obj, ssl_conn_cipher);

// As in CPython 3.10 and newer, the result for a server is all suites that it has enabled.
static mp_obj_t ssl_conn_shared_ciphers(mp_obj_t self_in) {
    ssl_conn_obj_t *self = MP_OBJ_TO_PTR(self_in);
    ssl_call_t call;
    ssl_call_begin(&call, self, SSL_NO_ROLE);
    bool known = self->server_side && call.conn && ussl_conn_established(call.conn);
    ssl_call_end(&call);
    return known ? ssl_context_suites(self->context, suite_tuple) : mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(ssl_conn_shared_ciphers_obj, ssl_conn_shared_ciphers);

static mp_obj_t ssl_conn_selected_alpn_protocol(mp_obj_t self_in) {
    ssl_conn_obj_t *self = MP_OBJ_TO_PTR(self_in);
    ssl_call_t call;
    ssl_call_begin(&call, self, SSL_NO_ROLE);
    const char *protocol = call.conn ? ussl_conn_alpn(call.conn) : NULL;
    mp_obj_t name = protocol ? mp_obj_new_str_from_cstr(protocol) : mp_const_none;
    ssl_call_end(&call);
    return name;
}
MP_DEFINE_CONST_FUN_OBJ_1(ssl_conn_selected_alpn_protocol_obj, ssl_conn_selected_alpn_protocol);

// compression() and selected_npn_protocol(): mbedTLS has neither TLS compression nor NPN.
static mp_obj_t ssl_conn_none(mp_obj_t self_in) {
    (void)self_in;
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(ssl_conn_none_obj, ssl_conn_none);

static mp_obj_t ssl_conn_pending(mp_obj_t self_in) {
    ssl_conn_obj_t *self = MP_OBJ_TO_PTR(self_in);
    ssl_call_t call;
    ssl_call_begin(&call, self, SSL_NO_ROLE);
    size_t pending = call.conn ? ussl_conn_pending(call.conn) : 0;
    ssl_call_end(&call);
    return MP_OBJ_NEW_SMALL_INT(pending);
}
MP_DEFINE_CONST_FUN_OBJ_1(ssl_conn_pending_obj, ssl_conn_pending);

// Begins a call that only reads the state of a TLS connection. Raises OSError if there is none.
static void begin_look(ssl_call_t *call, ssl_conn_obj_t *self) {
    ssl_call_begin(call, self, SSL_NO_ROLE);
    if (call->conn == NULL) {
        ssl_raise_no_tls(self);
    }
}

static mp_obj_t peer_certificate(const ussl_conn_t *conn, bool binary) {
    const ussl_cert_t *cert = ussl_conn_peer_cert(conn);
    if (cert == NULL) {
        return mp_const_none;
    }
    if (binary) {
        ussl_cert_info_t info;
        ussl_cert_info(cert, &info);
        return mp_obj_new_bytes(info.der, info.der_len);
    }
    // As in CPython, the dict is empty if the certificate was not verified.
    return ussl_conn_peer_verified(conn) ? ssl_cert_dict(cert) : mp_obj_new_dict(0);
}

static mp_obj_t ssl_conn_getpeercert(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    static const mp_arg_t allowed[] = {
        {MP_QSTR_binary_form, MP_ARG_BOOL, {.u_bool = false}},
    };
    mp_arg_val_t vals[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, vals);
    ssl_call_t call;
    begin_look(&call, MP_OBJ_TO_PTR(args[0]));
    if (!ussl_conn_established(call.conn)) {
        mp_raise_ValueError(MP_ERROR_TEXT("handshake not done yet"));
    }
    mp_obj_t result = peer_certificate(call.conn, vals[0].u_bool);
    ssl_call_end(&call);
    return result;
}
MP_DEFINE_CONST_FUN_OBJ_KW(ssl_conn_getpeercert_obj, 1, ssl_conn_getpeercert);

// ---- channel bindings, post-handshake authentication, chains ----
// get_channel_binding() raises ValueError for every type. tls-unique (RFC 5929 3) is the first
// Finished message, which mbedTLS does not keep.
static const MP_DEFINE_STR_OBJ(tls_unique_obj, "tls-unique");

static mp_obj_t ssl_conn_get_channel_binding(
    size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    static const mp_arg_t allowed[] = {
        {MP_QSTR_cb_type, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_PTR(&tls_unique_obj)}},
    };
    mp_arg_val_t vals[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, vals);
    mp_raise_msg_varg(&mp_type_ValueError,
        MP_ERROR_TEXT("'%s' channel binding type not implemented"),
        mp_obj_str_get_str(vals[0].u_obj));
}
MP_DEFINE_CONST_FUN_OBJ_KW(ssl_conn_get_channel_binding_obj, 1, ssl_conn_get_channel_binding);

// Always raises: mbedTLS has no post-handshake authentication (RFC 8446 4.6.2). With TLS 1.3 a
// server raises what OpenSSL reports for a client that did not send the extension.
static mp_obj_t ssl_conn_verify_client_post_handshake(mp_obj_t self_in) {
    ssl_conn_obj_t *self = MP_OBJ_TO_PTR(self_in);
    ssl_call_t call;
    ssl_call_begin(&call, self, SSL_NO_ROLE);
    uint16_t version = call.conn ? ussl_conn_version(call.conn) : 0;
    bool tls = call.conn != NULL;
    ssl_call_end(&call);
    if (!tls) {
        mp_raise_ValueError(MP_ERROR_TEXT("No SSL wrapper around this socket"));
    }
    if (!self->server_side) {
        ssl_raise_reason(284, "SSL", "NOT_SERVER", NULL);
    }
    if (version == USSL_VERSION_TLS12) {
        ssl_raise_reason(266, "SSL", "WRONG_SSL_VERSION", NULL);
    }
    ssl_raise_reason(279, "SSL", "EXTENSION_NOT_RECEIVED", NULL);
}
MP_DEFINE_CONST_FUN_OBJ_1(
    ssl_conn_verify_client_post_handshake_obj, ssl_conn_verify_client_post_handshake);

static mp_obj_t chain_of(mp_obj_t self_in, bool verified) {
    mp_obj_t list = mp_obj_new_list(0, NULL);
    ssl_call_t call;
    begin_look(&call, MP_OBJ_TO_PTR(self_in));
    for (size_t i = 0;; i++) {
        const ussl_cert_t *cert;
        ussl_cert_info_t info;
        ussl_result_t result = ussl_conn_chain(call.conn, verified, i, &cert);
        if (result != USSL_OK) {
            ssl_raise_result(result);
        }
        if (cert == NULL) {
            break;
        }
        ussl_cert_info(cert, &info);
        mp_obj_list_append(list, mp_obj_new_bytes(info.der, info.der_len));
    }
    ssl_call_end(&call);
    return list;
}

static mp_obj_t ssl_conn_get_verified_chain(mp_obj_t self_in) {
    return chain_of(self_in, true);
}
MP_DEFINE_CONST_FUN_OBJ_1(ssl_conn_get_verified_chain_obj, ssl_conn_get_verified_chain);

static mp_obj_t ssl_conn_get_unverified_chain(mp_obj_t self_in) {
    return chain_of(self_in, false);
}
MP_DEFINE_CONST_FUN_OBJ_1(ssl_conn_get_unverified_chain_obj, ssl_conn_get_unverified_chain);

// ---- attributes ----
// Replaces the context of a connection, and with it identity, trust and settings. This is only
// possible before the handshake has begun, and in sni_callback.
static void set_context(ssl_conn_obj_t *self, mp_obj_t value) {
    ssl_context_obj_t *context = ssl_context_of(value);
    ussl_role_t role = self->server_side ? USSL_SERVER_SIDE : USSL_CLIENT;
    bool changed = false;
    ssl_call_t call;
    ssl_call_begin(&call, self, SSL_NO_ROLE);
    if (call.conn != NULL && fits_side(self, context)) {
        need_name(self, context);
        ussl_ctx_t *frozen = ssl_context_freeze(context, role);
        changed = ussl_conn_change_ctx(call.conn, frozen) == USSL_OK;
        self->checks = changed ? ussl_ctx_tag(frozen) : self->checks;
        ussl_ctx_unref(frozen);
    }
    ssl_call_end(&call);
    if (!changed) {
        mp_raise_ValueError(MP_ERROR_TEXT(
            "context can only be set before the handshake or in sni_callback, for the same side"));
    }
    self->context = context;
    self->verify_callback = context->verify_callback;
}

#if USSL_SESSIONS
static mp_obj_t session_reused(ssl_conn_obj_t *self) {
    ssl_call_t call;
    ssl_call_begin(&call, self, SSL_NO_ROLE);
    mp_obj_t reused = call.conn ? mp_obj_new_bool(ussl_conn_resumed(call.conn)) : mp_const_none;
    ssl_call_end(&call);
    return reused;
}
#endif

void ssl_conn_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    ssl_conn_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (dest[0] != MP_OBJ_NULL) {
        if (attr == MP_QSTR_context && dest[1] != MP_OBJ_NULL) {
            set_context(self, dest[1]);
            dest[0] = MP_OBJ_NULL; // reports to MicroPython that the value was stored
        }
#if USSL_SESSIONS
        if (attr == MP_QSTR_session && dest[1] != MP_OBJ_NULL) {
            ssl_session_set(self, dest[1]);
            dest[0] = MP_OBJ_NULL;
        }
#endif
        return; // all other attributes are read-only
    }
    if (attr == MP_QSTR_context) {
        dest[0] = MP_OBJ_FROM_PTR(self->context);
    } else if (attr == MP_QSTR_server_side) {
        dest[0] = mp_obj_new_bool(self->server_side);
#if USSL_SESSIONS
    } else if (attr == MP_QSTR_session) {
        dest[0] = ssl_session_of(self);
    } else if (attr == MP_QSTR_session_reused) {
        dest[0] = session_reused(self);
#endif
    } else if (attr == MP_QSTR_server_hostname) {
        dest[0] = self->server_hostname;
    } else {
        dest[1] = MP_OBJ_SENTINEL; // MicroPython then looks it up in the methods
    }
}

// ---- reading and writing ----
size_t ssl_conn_write_some(ssl_conn_obj_t *self, const void *buf, size_t len, ssl_pump_t *want) {
    size_t n;
    if (ssl_stream_in_python(self->outgoing)) {
        buf = memcpy(m_new(byte, len), buf, len); // the stream's code can move the script's buffer
    }
    ssl_call_t call;
    ssl_call_begin(&call, self, SSL_WRITES);
    *want = ssl_pump_write(&call, buf, len, &n);
    if (*want != PUMP_DONE) {
        ssl_poll_pause(&call, *want, PUMP_WANT_WRITE);
    }
    ssl_call_end(&call);
    return n;
}

// Allocates the bytes object of a read before the plaintext is taken from the engine: if the
// allocation failed afterwards, the plaintext would be lost.
static mp_obj_str_t *bytes_begin(size_t room) {
    mp_obj_str_t *bytes = mp_obj_malloc(mp_obj_str_t, &mp_type_bytes);
    bytes->data = m_new(byte, room + 1);
    return bytes;
}

mp_obj_t ssl_bytes_end(mp_obj_str_t *bytes, size_t room, size_t len) {
    byte *data = (byte *)(uintptr_t)bytes->data;
    if (len == 0) {
        return mp_const_empty_bytes;
    }
    // Making the block smaller in place takes no memory. A locked heap leaves it as it is.
    (void)m_renew_maybe(byte, data, room + 1, len + 1, false);
    data[len] = '\0';
    bytes->len = len;
    bytes->hash = 0; // MicroPython computes it when it is needed
    return MP_OBJ_FROM_PTR(bytes);
}

static bool read_once(ssl_conn_obj_t *self, void *buf, size_t len, bool none_if_empty, size_t *n) {
    ssl_call_t call;
    ssl_call_begin(&call, self, SSL_READS);
    ssl_pump_t want = ssl_pump_read(&call, buf, len, n);
    if (want != PUMP_DONE) {
        ssl_poll_pause(&call, want, want);
    }
    ssl_call_end(&call);
    if (want != PUMP_DONE && !none_if_empty) {
        ssl_raise_want(want);
    }
    return want == PUMP_DONE;
}

static mp_obj_t read_into_buffer(
    ssl_conn_obj_t *self, mp_int_t size, mp_obj_t buffer, bool none_if_empty) {
    size_t n;
    mp_buffer_info_t bufinfo;
    mp_get_buffer_raise(buffer, &bufinfo, MP_BUFFER_WRITE);
    size_t room = size > 0 && (size_t)size < bufinfo.len ? (size_t)size : bufinfo.len;
    if (room == 0) {
        return MP_OBJ_NEW_SMALL_INT(0);
    }
    bool done = read_once(self, bufinfo.buf, room, none_if_empty, &n);
    return done ? MP_OBJ_NEW_SMALL_INT(n) : mp_const_none;
}

// With a buffer, a `size` of 0 or less, or larger than the buffer, means the whole buffer. Without
// a buffer at most 16384 bytes are allocated, because no record has more plaintext (RFC 8446 5.1).
mp_obj_t ssl_conn_read_into(
    ssl_conn_obj_t *self, mp_int_t size, mp_obj_t buffer, bool none_if_empty) {
    size_t n;
    if (buffer != mp_const_none && ssl_stream_in_python(self->incoming)) {
        mp_obj_t copy = ssl_stream_copy_of(buffer);
        mp_obj_t count = read_into_buffer(self, size, copy, none_if_empty);
        return ssl_stream_copy_back(buffer, copy, count);
    }
    if (buffer != mp_const_none) {
        return read_into_buffer(self, size, buffer, none_if_empty);
    }
    if (size < 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("size should not be negative"));
    }
    if (size == 0) {
        return mp_const_empty_bytes;
    }
    size_t room = MIN((size_t)size, 16384);
    mp_obj_str_t *bytes = bytes_begin(room);
    bool done = read_once(self, (void *)(uintptr_t)bytes->data, room, none_if_empty, &n);
    return done ? ssl_bytes_end(bytes, room, n) : mp_const_none;
}

mp_obj_t ssl_conn_read_exactly(ssl_conn_obj_t *self, size_t size) {
    int errcode;
    mp_obj_str_t *bytes = bytes_begin(size);
    size_t n = mp_stream_rw(
        MP_OBJ_FROM_PTR(self), (void *)(uintptr_t)bytes->data, size, &errcode, MP_STREAM_RW_READ);
    if (errcode != 0) {
        if (!mp_is_nonblocking_error(errcode)) {
            mp_raise_OSError(errcode);
        }
        return mp_const_none;
    }
    return ssl_bytes_end(bytes, size, n);
}
