// SPDX-License-Identifier: MIT
//
// ssl_object.c - SSLObject: a connection over two MemoryBIOs (CPython ssl.SSLObject).
#include "binding.h"

static mp_obj_t ssl_object_make_new(
    const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    (void)type;
    (void)n_args;
    (void)n_kw;
    (void)args;
    mp_raise_TypeError(MP_ERROR_TEXT("SSLObject does not have a public constructor. Instances are "
                                     "returned by SSLContext.wrap_bio()."));
}

static mp_obj_t ssl_object_read(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    static const mp_arg_t allowed[] = {
        {MP_QSTR_len, MP_ARG_INT, {.u_int = 1024}},
        {MP_QSTR_buffer, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t vals[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, vals);
    ssl_conn_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    ssl_conn_need(self); // an SSLObject is never closed
    if (ussl_conn_closing(self->conn) && ussl_conn_peer_closed(self->conn)) {
        ssl_raise_zero_return(); // both sides have sent close_notify
    }
    return ssl_conn_read_into(self, vals[0].u_int, vals[1].u_obj, false);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(ssl_object_read_obj, 1, ssl_object_read);

static mp_obj_t ssl_object_write(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    ssl_conn_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    mp_obj_t data = ssl_take_arg(n_args - 1, args + 1, kw_args, MP_QSTR_data);
    ssl_conn_need(self);
    mp_buffer_info_t bufinfo;
    ssl_get_bytes(data, &bufinfo);
    ssl_pump_t want;
    size_t n = ssl_conn_write_some(self, bufinfo.buf, bufinfo.len, &want);
    if (want != PUMP_DONE) {
        ssl_raise_want(want);
    }
    return MP_OBJ_NEW_SMALL_INT(n);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(ssl_object_write_obj, 1, ssl_object_write);

static mp_obj_t ssl_object_unwrap(mp_obj_t self_in) {
    ssl_conn_need(MP_OBJ_TO_PTR(self_in));
    ssl_conn_unwrap(MP_OBJ_TO_PTR(self_in));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(ssl_object_unwrap_obj, ssl_object_unwrap);

static const mp_rom_map_elem_t ssl_object_locals_table[] = {
    SSL_CONN_METHODS,
    {MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&ssl_object_read_obj)},
    {MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&ssl_object_write_obj)},
    {MP_ROM_QSTR(MP_QSTR_unwrap), MP_ROM_PTR(&ssl_object_unwrap_obj)},
};
static MP_DEFINE_CONST_DICT(ssl_object_locals, ssl_object_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(ssl_object_type, MP_QSTR_SSLObject, MP_TYPE_FLAG_NONE, make_new,
    ssl_object_make_new, attr, ssl_conn_attr, locals_dict, &ssl_object_locals);
