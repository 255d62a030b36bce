// SPDX-License-Identifier: MIT
//
// ssl_context_type.c - the Python type SSLContext (CPython ssl.SSLContext): its constructor, the
// methods that make connections, and the table of all methods.
#include "binding.h"

// ---- making and freeing ----
static mp_obj_t ssl_context_make_new(
    const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    static const mp_arg_t allowed[] = {{MP_QSTR_protocol, MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL}}};
    mp_arg_val_t vals[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all_kw_array(n_args, n_kw, args, MP_ARRAY_SIZE(allowed), allowed, vals);
    bool given = vals[0].u_obj != MP_OBJ_NULL && vals[0].u_obj != mp_const_none;
    ssl_context_obj_t *self =
        ssl_context_new(type, given ? mp_obj_get_int(vals[0].u_obj) : SSL_PROTOCOL_TLS);
    ssl_verification_opt_out(self); // has an effect for PROTOCOL_TLS, whose default is CERT_NONE
    return MP_OBJ_FROM_PTR(self);
}

// Releases engine memory and nothing else: this runs during a garbage collection.
static mp_obj_t ssl_context___del__(mp_obj_t self_in) {
    ssl_context_obj_t *self = MP_OBJ_TO_PTR(self_in);
    ussl_drop_later(self->frozen[0]);
    ussl_drop_later(self->frozen[1]);
    ussl_drop_later(self->trust);
    ussl_drop_later(self->default_trust);
    ussl_drop_later(self->reserve);
    ussl_drop_later(self->tickets);
    ussl_drop_later(self->identity[0]);
    ussl_drop_later(self->identity[1]);
    self->frozen[0] = self->frozen[1] = NULL;
    self->trust = self->default_trust = NULL;
    self->reserve = NULL;
    self->tickets = NULL;
    self->identity[0] = self->identity[1] = NULL;
    ussl_drop_later(self->arena);
    self->arena = NULL;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(ssl_context___del___obj, ssl_context___del__);

// ---- connections ----
static mp_obj_t ssl_context_wrap_socket(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    static const mp_arg_t allowed[] = {
        {MP_QSTR_sock, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_server_side, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_FALSE}},
        {MP_QSTR_do_handshake_on_connect, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_TRUE}},
        {MP_QSTR_suppress_ragged_eofs, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_TRUE}},
        {MP_QSTR_server_hostname, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
#if USSL_SESSIONS
        {MP_QSTR_session, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
#endif
#if USSL_DTLS
        {MP_QSTR_client_id, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
#endif
    };
    mp_arg_val_t vals[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, vals);
    ssl_wrap_t wrap = {
        .sock = vals[0].u_obj,
        .server_side = mp_obj_is_true(vals[1].u_obj),
        .handshake = mp_obj_is_true(vals[2].u_obj),
        .ragged_is_eof = mp_obj_is_true(vals[3].u_obj),
        .server_hostname = vals[4].u_obj,
        .session = USSL_SESSIONS ? vals[USSL_SESSIONS ? 5 : 0].u_obj : mp_const_none,
        .client_id = USSL_DTLS ? vals[USSL_DTLS ? 5 + USSL_SESSIONS : 0].u_obj : mp_const_none,
    };
    ssl_context_obj_t *self = ssl_context_of(args[0]);
    // As in stock MicroPython's tls, the protocol of the context decides whether this is a server.
    wrap.server_side |= self->of_tls && self->protocol == SSL_PROTOCOL_TLS_SERVER;
    return ssl_socket_wrap(self, &wrap);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(ssl_context_wrap_socket_obj, 1, ssl_context_wrap_socket);

static mp_obj_t ssl_context_wrap_bio(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    static const mp_arg_t allowed[] = {
        {MP_QSTR_incoming, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_outgoing, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_server_side, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_FALSE}},
        {MP_QSTR_server_hostname, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
#if USSL_SESSIONS
        {MP_QSTR_session, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
#endif
    };
    mp_arg_val_t vals[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, vals);
    for (size_t i = 0; i < 2; i++) {
        if (!mp_obj_is_type(vals[i].u_obj, &ssl_membio_type)) {
            mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("%s must be a MemoryBIO, not %s"),
                i == 0 ? "incoming" : "outgoing", mp_obj_get_type_str(vals[i].u_obj));
        }
    }
    if (ssl_context_of(args[0])->datagrams) {
        mp_raise_ValueError(MP_ERROR_TEXT(
            "DTLS cannot use a MemoryBIO: call wrap_socket() with a datagram socket"));
    }
    ssl_conn_obj_t *self = ssl_conn_obj_new(
        &ssl_object_type, ssl_context_of(args[0]), mp_obj_is_true(vals[2].u_obj), vals[3].u_obj);
    self->incoming = vals[0].u_obj;
    self->outgoing = vals[1].u_obj;
    ssl_conn_obj_start(self);
#if USSL_SESSIONS
    if (vals[4].u_obj != mp_const_none) {
        ssl_session_set(self, vals[4].u_obj);
    }
#endif
    return MP_OBJ_FROM_PTR(self);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(ssl_context_wrap_bio_obj, 1, ssl_context_wrap_bio);

// ---- the rest of CPython's methods ----
static mp_obj_t ssl_context_session_stats(mp_obj_t self_in) {
    ssl_context_obj_t *self = ssl_context_of(self_in);
    const struct {
        qstr key;
        uint16_t count;
    } rows[] = {
        {MP_QSTR_number, 0},
        {MP_QSTR_connect, self->handshakes[USSL_CLIENT].begun},
        {MP_QSTR_connect_good, self->handshakes[USSL_CLIENT].done},
        {MP_QSTR_connect_renegotiate, 0},
        {MP_QSTR_accept, self->handshakes[USSL_SERVER_SIDE].begun},
        {MP_QSTR_accept_good, self->handshakes[USSL_SERVER_SIDE].done},
        {MP_QSTR_accept_renegotiate, 0},
        {MP_QSTR_hits, self->hits},
        {MP_QSTR_misses, 0},
        {MP_QSTR_timeouts, 0},
        {MP_QSTR_cache_full, 0},
    };
    mp_obj_t dict = mp_obj_new_dict(MP_ARRAY_SIZE(rows));
    for (size_t i = 0; i < MP_ARRAY_SIZE(rows); i++) {
        mp_obj_dict_store(dict, MP_OBJ_NEW_QSTR(rows[i].key), MP_OBJ_NEW_SMALL_INT(rows[i].count));
    }
    return dict;
}
static MP_DEFINE_CONST_FUN_OBJ_1(ssl_context_session_stats_obj, ssl_context_session_stats);

static mp_obj_t ssl_context_set_servername_callback(
    size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    mp_store_attr(args[0], MP_QSTR_sni_callback,
        ssl_take_arg(n_args - 1, args + 1, kw_args, MP_QSTR_server_name_callback));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(
    ssl_context_set_servername_callback_obj, 1, ssl_context_set_servername_callback);

static const mp_rom_map_elem_t ssl_context_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&ssl_context___del___obj)},
    {MP_ROM_QSTR(MP_QSTR_load_cert_chain), MP_ROM_PTR(&ssl_context_load_cert_chain_obj)},
#if USSL_PINS
    {MP_ROM_QSTR(MP_QSTR_pin), MP_ROM_PTR(&ssl_context_pin_obj)},
    {MP_ROM_QSTR(MP_QSTR_trust_key), MP_ROM_PTR(&ssl_context_trust_key_obj)},
#endif
    {MP_ROM_QSTR(MP_QSTR_load_verify_locations),
        MP_ROM_PTR(&ssl_context_load_verify_locations_obj)},
    {MP_ROM_QSTR(MP_QSTR_load_default_certs), MP_ROM_PTR(&ssl_context_load_default_certs_obj)},
    {MP_ROM_QSTR(MP_QSTR_set_default_verify_paths),
        MP_ROM_PTR(&ssl_context_set_default_verify_paths_obj)},
    {MP_ROM_QSTR(MP_QSTR_cert_store_stats), MP_ROM_PTR(&ssl_context_cert_store_stats_obj)},
    {MP_ROM_QSTR(MP_QSTR_get_ca_certs), MP_ROM_PTR(&ssl_context_get_ca_certs_obj)},
    {MP_ROM_QSTR(MP_QSTR_set_ciphers), MP_ROM_PTR(&ssl_context_set_ciphers_obj)},
    {MP_ROM_QSTR(MP_QSTR_get_ciphers), MP_ROM_PTR(&ssl_context_get_ciphers_obj)},
    {MP_ROM_QSTR(MP_QSTR_set_alpn_protocols), MP_ROM_PTR(&ssl_context_set_alpn_protocols_obj)},
    {MP_ROM_QSTR(MP_QSTR_set_ecdh_curve), MP_ROM_PTR(&ssl_context_set_ecdh_curve_obj)},
    {MP_ROM_QSTR(MP_QSTR_load_dh_params), MP_ROM_PTR(&ssl_context_load_dh_params_obj)},
    {MP_ROM_QSTR(MP_QSTR_set_servername_callback),
        MP_ROM_PTR(&ssl_context_set_servername_callback_obj)},
#if USSL_PSK
    {MP_ROM_QSTR(MP_QSTR_set_psk_client_callback),
        MP_ROM_PTR(&ssl_context_set_psk_client_callback_obj)},
    {MP_ROM_QSTR(MP_QSTR_set_psk_server_callback),
        MP_ROM_PTR(&ssl_context_set_psk_server_callback_obj)},
#endif
    {MP_ROM_QSTR(MP_QSTR_reserve), MP_ROM_PTR(&ssl_context_reserve_obj)},
    {MP_ROM_QSTR(MP_QSTR_memory_needed), MP_ROM_PTR(&ssl_context_memory_needed_obj)},
    {MP_ROM_QSTR(MP_QSTR_memory), MP_ROM_PTR(&ssl_context_memory_obj)},
    {MP_ROM_QSTR(MP_QSTR_session_stats), MP_ROM_PTR(&ssl_context_session_stats_obj)},
    {MP_ROM_QSTR(MP_QSTR_wrap_socket), MP_ROM_PTR(&ssl_context_wrap_socket_obj)},
    {MP_ROM_QSTR(MP_QSTR_wrap_bio), MP_ROM_PTR(&ssl_context_wrap_bio_obj)},
};
MP_DEFINE_CONST_DICT(ssl_context_locals, ssl_context_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(ssl_context_type, MP_QSTR_SSLContext, MP_TYPE_FLAG_NONE, make_new,
    ssl_context_make_new, attr, ssl_context_attr, locals_dict, &ssl_context_locals);
