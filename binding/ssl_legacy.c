// SPDX-License-Identifier: MIT
//
// ssl_legacy.c - the module-level wrap_socket() of older MicroPython, which verifies here.
#include "binding.h"

#include "py/objstr.h"

#if USSL_LEGACY_WRAP
// cadata is always data and never a path. A str is DER or PEM that was read as text.
static mp_obj_t as_bytes(mp_obj_t data) {
    size_t len;
    if (!mp_obj_is_str(data)) {
        return data;
    }
    const char *text = mp_obj_str_get_data(data, &len);
    return mp_obj_new_bytes((const byte *)text, len);
}

static NORETURN void raise_key_alone(mp_obj_t key) {
    mp_buffer_info_t data;
    ssl_file_or_data(key, "key", &data);
    if (!ussl_is_pem(data.buf, data.len) && !ussl_is_der(data.buf, data.len)) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid key"));
    }
    mp_raise_TypeError(MP_ERROR_TEXT("key= needs cert=, the certificate of the key"));
}

// The signature is stock MicroPython's; any other argument raises TypeError. A client verifies
// unless the caller passes cert_reqs=CERT_NONE.
static mp_obj_t ssl_wrap_socket(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    enum { SOCK, SERVER_SIDE, KEY, CERT, REQS, CADATA, HOSTNAME, HANDSHAKE };
    static const mp_arg_t allowed[] = {
        {MP_QSTR_sock, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_server_side, MP_ARG_BOOL, {.u_bool = false}},
        {MP_QSTR_key, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_cert, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_cert_reqs, MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL}},
        {MP_QSTR_cadata, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_server_hostname, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_do_handshake, MP_ARG_BOOL, {.u_bool = true}},
    };
    mp_arg_val_t vals[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, args, kw_args, MP_ARRAY_SIZE(allowed), allowed, vals);
    bool server = vals[SERVER_SIDE].u_bool;
    ssl_context_obj_t *context = ssl_context_new(
        &tls_context_type, server ? SSL_PROTOCOL_TLS_SERVER : SSL_PROTOCOL_TLS_CLIENT);
    if (vals[REQS].u_obj != MP_OBJ_NULL) {
        mp_store_attr(MP_OBJ_FROM_PTR(context), MP_QSTR_verify_mode, vals[REQS].u_obj);
    }
    if (vals[CADATA].u_obj != mp_const_none) {
        ssl_context_add_trust(context, as_bytes(vals[CADATA].u_obj));
    }
    if (vals[CERT].u_obj != mp_const_none) {
        ssl_context_add_identity(context, vals[CERT].u_obj, vals[KEY].u_obj, mp_const_none);
    } else if (vals[KEY].u_obj != mp_const_none) {
        raise_key_alone(vals[KEY].u_obj);
    }
    if (!server && ssl_verification_of_name(context) && !mp_obj_is_true(vals[HOSTNAME].u_obj)) {
        mp_raise_ValueError(MP_ERROR_TEXT("wrap_socket() verifies: give server_hostname=, or "
                                          "write cert_reqs=ssl.CERT_NONE to connect unverified"));
    }
    ssl_wrap_t wrap = {
        .sock = vals[SOCK].u_obj,
        .server_side = server,
        .handshake = vals[HANDSHAKE].u_bool,
        .ragged_is_eof = true,
        .server_hostname = vals[HOSTNAME].u_obj,
        .session = mp_const_none,
        .client_id = mp_const_none,
    };
    // As in stock MicroPython, a socket may be non-blocking or still connecting. The handshake then
    // proceeds while the script reads and writes.
    ssl_stream_info_t info;
    ssl_platform_look(wrap.sock, &info);
    wrap.handshake &= info.blocking;
    return ssl_socket_wrap(context, &wrap);
}
MP_DEFINE_CONST_FUN_OBJ_KW(ssl_wrap_socket_obj, 1, ssl_wrap_socket);
#endif // USSL_LEGACY_WRAP
