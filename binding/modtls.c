// SPDX-License-Identifier: MIT
//
// modtls.c - the module `tls`: MicroPython's low-level API, which libraries use in place of `ssl`.
//
// Notes: its SSLContext is that of `ssl` with a few differences. The protocol is a required
// argument. verify_mode can be set to CERT_NONE without turning check_hostname off first.
// get_ciphers() returns names, and data that cannot be loaded raises ValueError. As in `ssl`, a
// client verifies by default.
#include "binding.h"

// ---- SSLContext ----
static mp_obj_t tls_context_make_new(
    const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    static const mp_arg_t allowed[] = {
        {MP_QSTR_protocol, MP_ARG_REQUIRED | MP_ARG_INT, {.u_int = 0}}};
    mp_arg_val_t vals[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all_kw_array(n_args, n_kw, args, MP_ARRAY_SIZE(allowed), allowed, vals);
    ssl_context_obj_t *self = ssl_context_new(type, vals[0].u_int);
    ssl_verification_opt_out(self);
    return MP_OBJ_FROM_PTR(self);
}

MP_DEFINE_CONST_OBJ_TYPE(tls_context_type, MP_QSTR_SSLContext, MP_TYPE_FLAG_NONE, make_new,
    tls_context_make_new, attr, ssl_context_attr, locals_dict, &ssl_context_locals, parent,
    &ssl_context_type);

// ---- the module ----
static const mp_rom_map_elem_t tls_globals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_tls)},
    {MP_ROM_QSTR(MP_QSTR___init__), MP_ROM_PTR(&ssl___init___obj)},
    {MP_ROM_QSTR(MP_QSTR___getattr__), MP_ROM_PTR(&ssl___getattr___obj)},
    {MP_ROM_QSTR(MP_QSTR_SSLContext), MP_ROM_PTR(&tls_context_type)},
    {MP_ROM_QSTR(MP_QSTR_SSLError), MP_ROM_PTR(&ssl_SSLError_type)},
    {MP_ROM_QSTR(MP_QSTR_PROTOCOL_TLS_CLIENT), MP_ROM_INT(SSL_PROTOCOL_TLS_CLIENT)},
    {MP_ROM_QSTR(MP_QSTR_PROTOCOL_TLS_SERVER), MP_ROM_INT(SSL_PROTOCOL_TLS_SERVER)},
#if USSL_DTLS
    {MP_ROM_QSTR(MP_QSTR_PROTOCOL_DTLS_CLIENT),
        MP_ROM_INT(SSL_PROTOCOL_TLS_CLIENT + SSL_DTLS_OFFSET)},
    {MP_ROM_QSTR(MP_QSTR_PROTOCOL_DTLS_SERVER),
        MP_ROM_INT(SSL_PROTOCOL_TLS_SERVER + SSL_DTLS_OFFSET)},
#endif
    {MP_ROM_QSTR(MP_QSTR_CERT_NONE), MP_ROM_INT(SSL_CERT_NONE)},
    {MP_ROM_QSTR(MP_QSTR_CERT_OPTIONAL), MP_ROM_INT(SSL_CERT_OPTIONAL)},
    {MP_ROM_QSTR(MP_QSTR_CERT_REQUIRED), MP_ROM_INT(SSL_CERT_REQUIRED)},
};
static MP_DEFINE_CONST_DICT(tls_globals, tls_globals_table);

const mp_obj_module_t mp_module_ussl_tls = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&tls_globals,
};

MP_REGISTER_MODULE(MP_QSTR_tls, mp_module_ussl_tls);
