// SPDX-License-Identifier: MIT
//
// ssl_session.c - SSLSession: a session that a client can resume, and its snapshot as bytes.
//
// Notes: the class is CPython's ssl.SSLSession. Its methods serialize() and deserialize() are
// extensions, for devices that lose their memory.
#include "binding.h"

#include <string.h>

#if USSL_SESSIONS

typedef struct {
    mp_obj_base_t base;
    ussl_session_t *session; // counted
    ssl_context_obj_t *context;
} ssl_session_obj_t;

static ssl_session_obj_t *session_of(mp_obj_t obj) {
    ssl_session_obj_t *self = MP_OBJ_TO_PTR(obj);
    if (self->session == NULL) {
        mp_raise_ValueError(MP_ERROR_TEXT("this SSLSession was finalised")); // after __del__()
    }
    return self;
}

static ssl_session_obj_t *session_obj_new(ssl_context_obj_t *context) {
    ssl_session_obj_t *self = mp_obj_malloc_with_finaliser(ssl_session_obj_t, &ssl_session_type);
    self->session = NULL;
    self->context = context;
    return self;
}

static mp_obj_t ssl_session___del__(mp_obj_t self_in) {
    ssl_session_obj_t *self = MP_OBJ_TO_PTR(self_in);
    ussl_drop_later(self->session);
    self->session = NULL;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(ssl_session___del___obj, ssl_session___del__);

// ---- the session of a connection ----
mp_obj_t ssl_session_of(ssl_conn_obj_t *conn) {
    ssl_session_obj_t *self = session_obj_new(conn->context);
    mp_obj_t session = conn->session; // before the handshake: what it will offer, or None
    ussl_result_t result = USSL_ERR_USAGE;
    ssl_call_t call;
    ssl_call_begin(&call, conn, SSL_NO_ROLE);
    if (call.conn == NULL) {
        session = mp_const_none;
    } else if (ussl_conn_established(call.conn)) {
        result = ussl_conn_session(call.conn, &self->session);
        session = result == USSL_OK ? MP_OBJ_FROM_PTR(self) : mp_const_none;
    }
    ssl_call_end(&call);
    if (result != USSL_OK && result != USSL_ERR_USAGE) {
        ssl_raise_result(result);
    }
    return session;
}

// The checks are CPython's, in CPython's order.
void ssl_session_set(ssl_conn_obj_t *conn, mp_obj_t value) {
    if (!mp_obj_is_type(value, &ssl_session_type)) {
        mp_raise_TypeError(MP_ERROR_TEXT("Value is not a SSLSession."));
    }
    ssl_session_obj_t *self = session_of(value);
    if (self->context != conn->context) {
        mp_raise_ValueError(MP_ERROR_TEXT("Session refers to a different SSLContext."));
    }
    if (conn->server_side) {
        mp_raise_ValueError(MP_ERROR_TEXT("Cannot set session for server-side SSLSocket."));
    }
    ussl_result_t result = USSL_ERR_USAGE;
    ssl_call_t call;
    ssl_call_begin(&call, conn, SSL_NO_ROLE);
    if (call.conn != NULL) {
        result = ussl_conn_set_session(call.conn, self->session);
    } else if (!conn->closed && !conn->connected) {
        result = USSL_OK; // the session is offered when the socket connects
    }
    ssl_call_end(&call);
    if (result == USSL_ERR_USAGE) {
        mp_raise_ValueError(MP_ERROR_TEXT("Cannot set session after handshake."));
    }
    if (result != USSL_OK) {
        ssl_raise_result(result);
    }
    conn->session = value;
}

// ---- attributes ----
static void ssl_session_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    if (dest[0] != MP_OBJ_NULL) {
        return; // all attributes are read-only
    }
    if (attr == MP_QSTR___del__) {
        dest[1] = MP_OBJ_SENTINEL;
        return;
    }
    ssl_session_obj_t *self = session_of(self_in);
    const ussl_session_info_t *info = ussl_session_info(self->session);
    switch (attr) {
        case MP_QSTR_id:
            dest[0] = mp_obj_new_bytes(info->id, info->id_len);
            break;
        case MP_QSTR_time:
            dest[0] = mp_obj_new_int_from_ll(info->made);
            break;
        case MP_QSTR_timeout:
            dest[0] = mp_obj_new_int_from_uint(info->timeout);
            break;
        case MP_QSTR_ticket_lifetime_hint:
            dest[0] = mp_obj_new_int_from_uint(info->lifetime_hint);
            break;
        case MP_QSTR_has_ticket:
            dest[0] = mp_obj_new_bool(info->has_ticket);
            break;
        default:
            dest[1] = MP_OBJ_SENTINEL; // MicroPython then looks it up in the methods
    }
}

static mp_obj_t ssl_session_binary_op(mp_binary_op_t op, mp_obj_t left, mp_obj_t right) {
    if (op != MP_BINARY_OP_EQUAL || !mp_obj_is_type(right, &ssl_session_type)) {
        return MP_OBJ_NULL;
    }
    const ussl_session_info_t *a = ussl_session_info(session_of(left)->session);
    const ussl_session_info_t *b = ussl_session_info(session_of(right)->session);
    return mp_obj_new_bool(a->id_len == b->id_len && memcmp(a->id, b->id, a->id_len) == 0);
}

// Makes an SSLSession unhashable: MicroPython's default hash is the object's address, which differs
// for sessions that are equal because they have the same id.
static mp_obj_t ssl_session_unary_op(mp_unary_op_t op, mp_obj_t self) {
    (void)op;
    (void)self;
    return MP_OBJ_NULL;
}

// ---- snapshots ----
static void get_key(mp_obj_t key, mp_buffer_info_t *out) {
    *out = (mp_buffer_info_t){0};
    if (key != MP_OBJ_NULL && key != mp_const_none) {
        ssl_get_bytes(key, out);
        if (out->len < 16) {
            mp_raise_ValueError(MP_ERROR_TEXT("key must be at least 16 bytes"));
        }
    }
}

static mp_obj_t ssl_session_serialize(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    static const mp_arg_t allowed[] = {
        {MP_QSTR_key, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t vals[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, vals);
    ssl_session_obj_t *self = session_of(args[0]);
    mp_buffer_info_t key;
    get_key(vals[0].u_obj, &key);
    size_t size = ussl_session_saved_size(self->session);
    if (size == 0) {
        mp_raise_ValueError(
            MP_ERROR_TEXT("this session cannot be resumed, so there is nothing to save"));
    }
    vstr_t vstr;
    vstr_init_len(&vstr, size);
    ussl_result_t result = ussl_session_save(self->session, key.buf, key.len, (uint8_t *)vstr.buf);
    if (result != USSL_OK) {
        ssl_raise_result(result);
    }
    return mp_obj_new_bytes_from_vstr(&vstr);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(ssl_session_serialize_obj, 1, ssl_session_serialize);

static mp_obj_t ssl_session_deserialize(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    enum { CONTEXT, DATA, KEY };
    static const mp_arg_t allowed[] = {
        {MP_QSTR_context, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_data, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_key, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t vals[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, args, kw_args, MP_ARRAY_SIZE(allowed), allowed, vals);
    ssl_context_obj_t *context = ssl_context_of(vals[CONTEXT].u_obj);
    mp_buffer_info_t data, key;
    ssl_get_bytes(vals[DATA].u_obj, &data);
    get_key(vals[KEY].u_obj, &key);
    ssl_session_obj_t *self = session_obj_new(context);
    ussl_session_source_t source = {data.buf, data.len, key.buf, key.len};
    ussl_failure_t why;
    ussl_result_t result = ussl_session_load(
        context->arena, ssl_context_trust_of_client(context), &source, &self->session, &why);
    if (result == USSL_ERR_PARSE) {
        mp_raise_ValueError(
            MP_ERROR_TEXT("not a saved session, or one that was saved with another key"));
    }
    if (result == USSL_ERR_CERT) {
        mp_raise_ValueError(MP_ERROR_TEXT("Session refers to a different SSLContext."));
    }
    if (result != USSL_OK) {
        ssl_raise_result(result);
    }
    return MP_OBJ_FROM_PTR(self);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(ssl_session_deserialize_fun_obj, 0, ssl_session_deserialize);
static MP_DEFINE_CONST_STATICMETHOD_OBJ(
    ssl_session_deserialize_obj, MP_ROM_PTR(&ssl_session_deserialize_fun_obj));

static const mp_rom_map_elem_t ssl_session_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&ssl_session___del___obj)},
    {MP_ROM_QSTR(MP_QSTR_serialize), MP_ROM_PTR(&ssl_session_serialize_obj)},
    {MP_ROM_QSTR(MP_QSTR_deserialize), MP_ROM_PTR(&ssl_session_deserialize_obj)},
};
static MP_DEFINE_CONST_DICT(ssl_session_locals, ssl_session_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(ssl_session_type, MP_QSTR_SSLSession, MP_TYPE_FLAG_NONE, attr,
    ssl_session_attr, binary_op, ssl_session_binary_op, unary_op, ssl_session_unary_op, locals_dict,
    &ssl_session_locals);

#endif // USSL_SESSIONS
