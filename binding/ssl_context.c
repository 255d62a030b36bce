// SPDX-License-Identifier: MIT
//
// ssl_context.c - SSLContext: a draft of settings that Python may change at any time (CPython
// ssl.SSLContext).
//
// Notes: the engine's context is frozen. It is built from the draft at the first connection and
// again after a change; connections keep the one they began with.
#include "binding.h"

#include <string.h>

#include "py/objstr.h"

// CPython's defaults with OpenSSL 3.
#define DEFAULT_OPTIONS 0x82520050u
#define DEFAULT_VERIFY_FLAGS (1u << 15) // VERIFY_X509_TRUSTED_FIRST

// ---- making ----
static void check_protocol(mp_int_t protocol) {
    bool server = protocol == SSL_PROTOCOL_TLS_SERVER;
    bool either = protocol == SSL_PROTOCOL_TLS;
    if (protocol != SSL_PROTOCOL_TLS_CLIENT && !either && !(server && USSL_SERVER)) {
        mp_raise_msg_varg(&mp_type_ValueError,
            MP_ERROR_TEXT("invalid or unsupported protocol version %d"), (int)protocol);
    }
    static bool warned;
    if (either && !warned) {
        warned = true;
        mp_print_str(MICROPY_ERROR_PRINTER,
            "ssl.PROTOCOL_TLS is deprecated and does not verify: use PROTOCOL_TLS_CLIENT\n");
    }
}

ssl_context_obj_t *ssl_context_new(mp_int_t protocol) {
    check_protocol(protocol);
    ssl_context_obj_t *self = mp_obj_malloc_with_finaliser(ssl_context_obj_t, &ssl_context_type);
    memset((char *)self + sizeof(self->base), 0, sizeof(*self) - sizeof(self->base));
    bool client = protocol == SSL_PROTOCOL_TLS_CLIENT;
    self->verify_callback = mp_const_none;
    self->sni_callback = mp_const_none;
    self->keylog = mp_const_none;
    self->protocol = (uint8_t)protocol;
    self->verify_mode = client ? SSL_CERT_REQUIRED : SSL_CERT_NONE;
    self->check_hostname = client;
    self->min_version = USSL_VERSION_TLS12;
    self->max_version = SSL_VERSION_MAX_SUPPORTED;
    self->options = DEFAULT_OPTIONS;
    self->verify_flags = DEFAULT_VERIFY_FLAGS;
    self->num_tickets = 2;
    self->security_level = 2;
    ussl_result_t result = ussl_arena_new(0, &self->arena);
    if (result != USSL_OK) {
        ssl_raise_result(result);
    }
    return self;
}

static mp_obj_t ssl_context_make_new(
    const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    (void)type;
    static const mp_arg_t allowed[] = {{MP_QSTR_protocol, MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL}}};
    mp_arg_val_t vals[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all_kw_array(n_args, n_kw, args, MP_ARRAY_SIZE(allowed), allowed, vals);
    bool given = vals[0].u_obj != MP_OBJ_NULL && vals[0].u_obj != mp_const_none;
    return MP_OBJ_FROM_PTR(
        ssl_context_new(given ? mp_obj_get_int(vals[0].u_obj) : SSL_PROTOCOL_TLS));
}

// Runs inside a sweep: engine memory only.
static mp_obj_t ssl_context___del__(mp_obj_t self_in) {
    ssl_context_obj_t *self = MP_OBJ_TO_PTR(self_in);
    ussl_drop_later(self->frozen[0]);
    ussl_drop_later(self->frozen[1]);
    ussl_drop_later(self->trust);
    ussl_drop_later(self->reserve);
    ussl_drop_later(self->tickets);
    ussl_drop_later(self->identity[0]);
    ussl_drop_later(self->identity[1]);
    self->frozen[0] = self->frozen[1] = NULL;
    self->trust = NULL;
    self->reserve = NULL;
    self->tickets = NULL;
    self->identity[0] = self->identity[1] = NULL;
    ussl_drop_later(self->arena);
    self->arena = NULL;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(ssl_context___del___obj, ssl_context___del__);

ssl_context_obj_t *ssl_context_of(mp_obj_t obj) {
    mp_obj_t native = mp_obj_cast_to_native_base(obj, MP_OBJ_FROM_PTR(&ssl_context_type));
    if (native == MP_OBJ_NULL || !mp_obj_is_type(native, &ssl_context_type)) {
        mp_raise_TypeError(MP_ERROR_TEXT("The value must be a SSLContext"));
    }
    ssl_context_obj_t *self = MP_OBJ_TO_PTR(native);
    if (self->arena == NULL) {
        mp_raise_ValueError(MP_ERROR_TEXT("this SSLContext is gone")); // __del__() called by hand
    }
    return self;
}

// ---- freezing ----
void ssl_context_changed(ssl_context_obj_t *self) {
    for (size_t role = 0; role < 2; role++) {
        ussl_ctx_unref(self->frozen[role]);
        self->frozen[role] = NULL;
    }
}

// The engine's form of the list of str: it copies the texts.
static const char *const *alpn_list(mp_obj_t alpn) {
    if (alpn == MP_OBJ_NULL) {
        return NULL;
    }
    size_t n;
    mp_obj_t *items;
    mp_obj_get_array(alpn, &n, &items);
    const char **list = m_new0(const char *, n + 1);
    for (size_t i = 0; i < n; i++) {
        list[i] = mp_obj_str_get_str(items[i]);
    }
    return list;
}

// Their keys outlive a change of settings, or clients could not come back after one.
static void make_tickets(ssl_context_obj_t *self, ussl_role_t role) {
#if USSL_SESSIONS && USSL_SERVER
    if (role == USSL_SERVER_SIDE && self->tickets == NULL
        && ussl_tickets_new(self->arena, &self->tickets) != USSL_OK) {
        ssl_raise_result(USSL_ERR_MEMORY);
    }
#else
    (void)self;
    (void)role;
#endif
}

ussl_ctx_t *ssl_context_freeze(ssl_context_obj_t *self, ussl_role_t role) {
    if (self->frozen[role] != NULL) {
        return self->frozen[role];
    }
    make_tickets(self, role);
    ussl_config_t config = {
        .role = role,
        .tickets = self->tickets,
        .ticket_count = self->num_tickets,
        .alpn = alpn_list(self->alpn),
        .trust = self->trust,
        .identity = {self->identity[0], self->identity[1]},
        .on_cert = self->verify_callback != mp_const_none ? ssl_hook_on_cert : NULL,
#if USSL_KEYLOG
        .on_secret = self->keylog != mp_const_none ? ssl_hook_on_secret : NULL,
#endif
        .on_hello = self->sni_callback != mp_const_none ? ssl_hook_on_hello : NULL,
    };
    ssl_context_config(self, &config);
    ussl_result_t result = ussl_ctx_new(self->arena, &config, &self->frozen[role]);
    if (result != USSL_OK) {
        ssl_raise_result(result);
    }
    return self->frozen[role];
}

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
    };
    return ssl_socket_wrap(ssl_context_of(args[0]), &wrap);
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

static mp_obj_t ssl_context_set_servername_callback(mp_obj_t self_in, mp_obj_t callback) {
    mp_store_attr(self_in, MP_QSTR_sni_callback, callback);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(
    ssl_context_set_servername_callback_obj, ssl_context_set_servername_callback);

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
    {MP_ROM_QSTR(MP_QSTR_reserve), MP_ROM_PTR(&ssl_context_reserve_obj)},
    {MP_ROM_QSTR(MP_QSTR_memory_needed), MP_ROM_PTR(&ssl_context_memory_needed_obj)},
    {MP_ROM_QSTR(MP_QSTR_memory), MP_ROM_PTR(&ssl_context_memory_obj)},
    {MP_ROM_QSTR(MP_QSTR_session_stats), MP_ROM_PTR(&ssl_context_session_stats_obj)},
    {MP_ROM_QSTR(MP_QSTR_wrap_socket), MP_ROM_PTR(&ssl_context_wrap_socket_obj)},
    {MP_ROM_QSTR(MP_QSTR_wrap_bio), MP_ROM_PTR(&ssl_context_wrap_bio_obj)},
};
static MP_DEFINE_CONST_DICT(ssl_context_locals, ssl_context_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(ssl_context_type, MP_QSTR_SSLContext, MP_TYPE_FLAG_NONE, make_new,
    ssl_context_make_new, attr, ssl_context_attr, locals_dict, &ssl_context_locals);
