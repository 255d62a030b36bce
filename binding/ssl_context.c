// SPDX-License-Identifier: MIT
//
// ssl_context.c - SSLContext: a draft of settings that Python may change at any time (CPython
// ssl.SSLContext).
//
// Notes: the engine's context is frozen. It is built from the draft at the first connection and
// again after a change; connections keep the one they began with. Loading is all or nothing.
#include "binding.h"

#include <string.h>

#include "py/builtin.h"
#include "py/objstr.h"

#if defined(__unix__)
#include <stdlib.h>
#endif

// ---- making ----
static void check_protocol(mp_int_t protocol) {
    bool server = protocol == SSL_PROTOCOL_TLS_SERVER;
    if (protocol != SSL_PROTOCOL_TLS_CLIENT && !(server && USSL_SERVER)) {
        mp_raise_msg_varg(&mp_type_ValueError,
            MP_ERROR_TEXT("invalid or unsupported protocol version %d"), (int)protocol);
    }
}

ssl_context_obj_t *ssl_context_new(mp_int_t protocol) {
    check_protocol(protocol);
    ssl_context_obj_t *self = mp_obj_malloc_with_finaliser(ssl_context_obj_t, &ssl_context_type);
    memset((char *)self + sizeof(self->base), 0, sizeof(*self) - sizeof(self->base));
    bool client = protocol == SSL_PROTOCOL_TLS_CLIENT;
    self->verify_callback = mp_const_none;
    self->protocol = (uint8_t)protocol;
    self->verify_mode = client ? SSL_CERT_REQUIRED : SSL_CERT_NONE;
    self->check_hostname = client;
    self->min_version = USSL_VERSION_TLS12;
    self->max_version = SSL_VERSION_MAX_SUPPORTED;
    ussl_result_t result = ussl_arena_new(0, &self->arena);
    if (result != USSL_OK) {
        ssl_raise_result(result);
    }
    return self;
}

static mp_obj_t ssl_context_make_new(
    const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    (void)type;
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    return MP_OBJ_FROM_PTR(ssl_context_new(mp_obj_get_int(args[0])));
}

// Runs inside a sweep: engine memory only.
static mp_obj_t ssl_context___del__(mp_obj_t self_in) {
    ssl_context_obj_t *self = MP_OBJ_TO_PTR(self_in);
    ussl_drop_later(self->frozen);
    ussl_drop_later(self->trust);
    ussl_drop_later(self->identity[0]);
    ussl_drop_later(self->identity[1]);
    ussl_drop_later(self->arena);
    memset((char *)self + sizeof(self->base), 0, sizeof(*self) - sizeof(self->base));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(ssl_context___del___obj, ssl_context___del__);

// ---- freezing ----
static void draft_changed(ssl_context_obj_t *self) {
    ussl_ctx_unref(self->frozen);
    self->frozen = NULL;
}

static uint16_t engine_version(mp_int_t version, bool is_min) {
    if (version == SSL_VERSION_MAX_SUPPORTED) {
        return is_min ? USSL_VERSION_TLS13 : 0;
    }
    // Versions that nobody speaks any more: as a floor they are harmless, as a ceiling they leave
    // nothing to agree on, which the engine reports.
    return version < USSL_VERSION_TLS12 ? (is_min ? 0 : 1) : (uint16_t)version;
}

ussl_ctx_t *ssl_context_freeze(ssl_context_obj_t *self) {
    if (self->frozen != NULL) {
        return self->frozen;
    }
    static const uint8_t modes[] = {
        [SSL_CERT_NONE] = USSL_VERIFY_NONE,
        [SSL_CERT_OPTIONAL] = USSL_VERIFY_OPTIONAL,
        [SSL_CERT_REQUIRED] = USSL_VERIFY_REQUIRED,
    };
    bool client = self->protocol == SSL_PROTOCOL_TLS_CLIENT;
    ussl_config_t config = {
        .role = client ? USSL_CLIENT : USSL_SERVER_SIDE,
        .verify = (ussl_verify_t)modes[self->verify_mode],
        .no_hostname_check = !self->check_hostname,
        .min_version = engine_version(self->min_version, true),
        .max_version = engine_version(self->max_version, false),
        .trust = self->trust,
        .identity = {self->identity[0], self->identity[1]},
        .on_cert = self->verify_callback != mp_const_none ? ssl_hook_on_cert : NULL,
    };
    ussl_result_t result = ussl_ctx_new(self->arena, &config, &self->frozen);
    if (result != USSL_OK) {
        ssl_raise_result(result);
    }
    return self->frozen;
}

// ---- reading files and data ----
static bool is_bytes_like(mp_obj_t obj, mp_buffer_info_t *bufinfo) {
    return !mp_obj_is_str(obj) && mp_get_buffer(obj, bufinfo, MP_BUFFER_READ);
}

static mp_obj_t read_file(mp_obj_t path) {
    mp_obj_t open_args[] = {path, MP_OBJ_NEW_QSTR(MP_QSTR_rb)};
    mp_obj_t file = mp_call_function_n_kw(MP_OBJ_FROM_PTR(&mp_builtin_open_obj), 2, 0, open_args);
    mp_obj_t data = mp_call_function_1(MP_OBJ_FROM_PTR(&mp_stream_read_obj), file);
    mp_stream_close(file);
    return data;
}

// A str is a path, as in CPython; bytes are the data itself, for devices without files.
static void file_or_data(mp_obj_t arg, const char *name, mp_buffer_info_t *bufinfo) {
    mp_obj_t data = arg;
    if (mp_obj_is_str(arg)) {
        data = read_file(arg);
    }
    if (!is_bytes_like(data, bufinfo)) {
        mp_raise_msg_varg(
            &mp_type_TypeError, MP_ERROR_TEXT("%s should be a valid filesystem path"), name);
    }
}

// ---- trust ----
static NORETURN void raise_bad_trust(const ussl_failure_t *why, bool pem, bool from_file) {
    if (why->result != USSL_ERR_PARSE) {
        ssl_raise_result(why->result);
    }
    bool nothing = strcmp(why->reason, pem ? "NO_START_LINE" : "NOT_ENOUGH_DATA") == 0;
    if (from_file && nothing) {
        ssl_raise_reason(136, "X509", "NO_CERTIFICATE_OR_CRL_FOUND", NULL);
    }
    if (nothing) {
        ssl_raise_text(0,
            pem ? "no start line: cadata does not contain a certificate"
                : "not enough data: cadata does not contain a certificate");
    }
    ssl_raise_reason(1, pem ? "PEM" : "ASN1", why->reason, NULL);
}

static void add_trust(
    ssl_context_obj_t *self, const mp_buffer_info_t *data, bool pem, bool from_file) {
    if (self->trust == NULL) {
        ussl_result_t result = ussl_trust_new(self->arena, &self->trust);
        if (result != USSL_OK) {
            ssl_raise_result(result);
        }
        draft_changed(self);
    }
    ussl_failure_t why;
    ussl_result_t result = pem ? ussl_trust_add_pem(self->trust, data->buf, data->len, &why)
                               : ussl_trust_add_der(self->trust, data->buf, data->len, &why);
    if (result != USSL_OK) {
        raise_bad_trust(&why, pem, from_file);
    }
    draft_changed(self);
}

void ssl_context_add_trust(ssl_context_obj_t *self, mp_obj_t data) {
    mp_buffer_info_t bufinfo;
    file_or_data(data, "cafile", &bufinfo);
    add_trust(self, &bufinfo, ussl_is_pem(bufinfo.buf, bufinfo.len) || mp_obj_is_str(data), true);
}

static void add_cadata(ssl_context_obj_t *self, mp_obj_t cadata) {
    mp_buffer_info_t data;
    bool pem = mp_obj_is_str(cadata), right = true;
    if (pem) {
        data.buf = (void *)mp_obj_str_get_data(cadata, &data.len);
        for (size_t i = 0; i < data.len; i++) {
            right &= ((const byte *)data.buf)[i] < 0x80;
        }
    } else {
        right = is_bytes_like(cadata, &data);
    }
    if (!right) {
        mp_raise_TypeError(
            MP_ERROR_TEXT("cadata should be an ASCII string or a bytes-like object"));
    }
    if (data.len == 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("Empty certificate data"));
    }
    add_trust(self, &data, pem, false);
}

static mp_obj_t ssl_context_load_verify_locations(
    size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    static const mp_arg_t allowed[] = {
        {MP_QSTR_cafile, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_capath, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_cadata, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t vals[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, vals);
    ssl_context_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    mp_obj_t cafile = vals[0].u_obj, capath = vals[1].u_obj, cadata = vals[2].u_obj;
    if (cafile == mp_const_none && capath == mp_const_none && cadata == mp_const_none) {
        mp_raise_TypeError(MP_ERROR_TEXT("cafile, capath and cadata cannot be all omitted"));
    }
    if (capath != mp_const_none) {
        mp_raise_NotImplementedError(MP_ERROR_TEXT("capath: give a file of certificates"));
    }
    if (cadata != mp_const_none) {
        add_cadata(self, cadata);
    }
    if (cafile != mp_const_none) {
        ssl_context_add_trust(self, cafile);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(
    ssl_context_load_verify_locations_obj, 1, ssl_context_load_verify_locations);

// The system's bundle where there is a system; a missing one is no error, as in CPython.
void ssl_context_load_defaults(ssl_context_obj_t *self) {
#if defined(__unix__)
    const char *path = getenv("SSL_CERT_FILE");
    if (path == NULL) {
        path = "/etc/ssl/certs/ca-certificates.crt";
    }
    mp_obj_t name = mp_obj_new_str_from_cstr(path);
    if (mp_import_stat(path) == MP_IMPORT_STAT_FILE) {
        ssl_context_add_trust(self, name);
    }
#else
    (void)self;
#endif
}

static mp_obj_t ssl_context_load_default_certs(size_t n_args, const mp_obj_t *args) {
    if (n_args > 1) {
        (void)ssl_purpose_is_server_auth(args[1]); // one store serves both
    }
    ssl_context_load_defaults(MP_OBJ_TO_PTR(args[0]));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(
    ssl_context_load_default_certs_obj, 1, 2, ssl_context_load_default_certs);

static mp_obj_t ssl_context_cert_store_stats(mp_obj_t self_in) {
    ssl_context_obj_t *self = MP_OBJ_TO_PTR(self_in);
    ussl_trust_stats_t stats = {0};
    if (self->trust != NULL) {
        ussl_trust_stats(self->trust, &stats);
    }
    mp_obj_t dict = mp_obj_new_dict(3);
    mp_obj_dict_store(dict, MP_OBJ_NEW_QSTR(MP_QSTR_x509), mp_obj_new_int_from_uint(stats.x509));
    mp_obj_dict_store(dict, MP_OBJ_NEW_QSTR(MP_QSTR_crl), MP_OBJ_NEW_SMALL_INT(0));
    mp_obj_dict_store(
        dict, MP_OBJ_NEW_QSTR(MP_QSTR_x509_ca), mp_obj_new_int_from_uint(stats.x509_ca));
    return dict;
}
static MP_DEFINE_CONST_FUN_OBJ_1(ssl_context_cert_store_stats_obj, ssl_context_cert_store_stats);

static mp_obj_t ssl_context_get_ca_certs(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    static const mp_arg_t allowed[] = {
        {MP_QSTR_binary_form, MP_ARG_BOOL, {.u_bool = false}},
    };
    mp_arg_val_t vals[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, vals);
    ssl_context_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    mp_obj_t list = mp_obj_new_list(0, NULL);
    const ussl_cert_t *cert;
    for (size_t i = 0; self->trust && (cert = ussl_trust_cert(self->trust, i)); i++) {
        ussl_cert_info_t info;
        ussl_cert_info(cert, &info);
        if (info.is_ca) {
            mp_obj_list_append(list,
                vals[0].u_bool ? mp_obj_new_bytes(info.der, info.der_len) : ssl_cert_dict(cert));
        }
    }
    return list;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(ssl_context_get_ca_certs_obj, 1, ssl_context_get_ca_certs);

// ---- identity ----
static NORETURN void raise_bad_identity(const ussl_failure_t *why) {
    if (why->result != USSL_ERR_PARSE) {
        ssl_raise_result(why->result);
    }
    if (why->reason != NULL && strcmp(why->reason, "KEY_VALUES_MISMATCH") == 0) {
        ssl_raise_reason(116, "X509", why->reason, NULL);
    }
    ssl_raise_reason(524297, "SSL", NULL, "PEM lib");
}

// A password is str, bytes, or a callable that gives one of them when it is needed.
static void get_password(mp_obj_t password, mp_buffer_info_t *out) {
    const char *wrong = "password should be a string or callable";
    if (mp_obj_is_callable(password)) {
        password = mp_call_function_0(password);
        wrong = "password callback must return a string";
    }
    if (mp_obj_is_str(password)) {
        out->buf = (void *)mp_obj_str_get_data(password, &out->len);
    } else if (!mp_get_buffer(password, out, MP_BUFFER_READ)) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("%s"), wrong);
    }
    if (out->len > 1024) {
        mp_raise_ValueError(MP_ERROR_TEXT("password cannot be longer than 1024 bytes"));
    }
}

void ssl_context_add_identity(
    ssl_context_obj_t *self, mp_obj_t cert, mp_obj_t key, mp_obj_t password) {
    mp_buffer_info_t cert_data, key_data = {0}, pass_data = {0};
    file_or_data(cert, "certfile", &cert_data);
    if (key != mp_const_none) {
        file_or_data(key, "keyfile", &key_data);
    }
    if (password != mp_const_none && !mp_obj_is_callable(password)) {
        get_password(password, &pass_data);
    }
    ussl_identity_source_t source = {
        .cert = cert_data.buf,
        .cert_len = cert_data.len,
        .key = key_data.buf,
        .key_len = key_data.len,
        .password = pass_data.buf,
        .password_len = pass_data.len,
    };
    ussl_identity_t *identity = NULL;
    ussl_failure_t why;
    ussl_result_t result = ussl_identity_new(self->arena, &source, &identity, &why);
    bool asked =
        result == USSL_ERR_PARSE && why.reason && strcmp(why.reason, "BAD_PASSWORD_READ") == 0;
    if (asked && mp_obj_is_callable(password)) {
        get_password(password, &pass_data);
        source.password = pass_data.buf;
        source.password_len = pass_data.len;
        result = ussl_identity_new(self->arena, &source, &identity, &why);
    }
    if (result != USSL_OK) {
        raise_bad_identity(&why);
    }
    // Replaces one of its own kind and stands beside the other, as in CPython.
    size_t slot = ussl_identity_is_rsa(identity);
    ussl_identity_unref(self->identity[slot]);
    self->identity[slot] = identity;
    draft_changed(self);
}

static mp_obj_t ssl_context_load_cert_chain(
    size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    static const mp_arg_t allowed[] = {
        {MP_QSTR_certfile, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_keyfile, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_password, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t vals[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, vals);
    ssl_context_add_identity(MP_OBJ_TO_PTR(args[0]), vals[0].u_obj, vals[1].u_obj, vals[2].u_obj);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(ssl_context_load_cert_chain_obj, 1, ssl_context_load_cert_chain);

// ---- attributes ----
static void set_verify_mode(ssl_context_obj_t *self, mp_int_t mode) {
    if (mode < SSL_CERT_NONE || mode > SSL_CERT_REQUIRED) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid value for verify_mode"));
    }
    if (mode == SSL_CERT_NONE && self->check_hostname) {
        mp_raise_ValueError(
            MP_ERROR_TEXT("Cannot set verify_mode to CERT_NONE when check_hostname is enabled."));
    }
    if (USSL_FORBID_CERT_NONE && mode == SSL_CERT_NONE
        && self->protocol == SSL_PROTOCOL_TLS_CLIENT) {
        mp_raise_ValueError(MP_ERROR_TEXT("this firmware forbids CERT_NONE"));
    }
    self->verify_mode = (uint8_t)mode;
}

static int16_t get_version(mp_int_t version, bool is_min) {
    bool known = (version >= 0x300 && version <= 0x304) || version == SSL_VERSION_MIN_SUPPORTED
        || version == SSL_VERSION_MAX_SUPPORTED;
    if (!known) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("Unsupported TLS/SSL version 0x%x"),
            (unsigned)version);
    }
    if (is_min && version == SSL_VERSION_MAX_SUPPORTED) {
        version = USSL_VERSION_TLS13;
    }
    return (int16_t)version;
}

static void context_store(ssl_context_obj_t *self, qstr attr, mp_obj_t *dest) {
    mp_obj_t value = dest[1];
    if (attr == MP_QSTR_verify_mode) {
        set_verify_mode(self, mp_obj_get_int(value));
    } else if (attr == MP_QSTR_check_hostname) {
        self->check_hostname = mp_obj_is_true(value);
        if (self->check_hostname && self->verify_mode == SSL_CERT_NONE) {
            self->verify_mode = SSL_CERT_REQUIRED;
        }
    } else if (attr == MP_QSTR_minimum_version) {
        self->min_version = get_version(mp_obj_get_int(value), true);
    } else if (attr == MP_QSTR_maximum_version) {
        self->max_version = get_version(mp_obj_get_int(value), false);
    } else if (attr == MP_QSTR_verify_callback) {
        if (value != mp_const_none && !mp_obj_is_callable(value)) {
            mp_raise_TypeError(MP_ERROR_TEXT("not a callable object"));
        }
        self->verify_callback = value;
    } else {
        return; // AttributeError
    }
    draft_changed(self);
    dest[0] = MP_OBJ_NULL; // stored
}

static void ssl_context_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    ssl_context_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (dest[0] != MP_OBJ_NULL) {
        if (dest[1] != MP_OBJ_NULL) {
            context_store(self, attr, dest);
        }
        return;
    }
    if (attr == MP_QSTR_protocol) {
        dest[0] = MP_OBJ_NEW_SMALL_INT(self->protocol);
    } else if (attr == MP_QSTR_verify_mode) {
        dest[0] = MP_OBJ_NEW_SMALL_INT(self->verify_mode);
    } else if (attr == MP_QSTR_check_hostname) {
        dest[0] = mp_obj_new_bool(self->check_hostname);
    } else if (attr == MP_QSTR_minimum_version) {
        dest[0] = MP_OBJ_NEW_SMALL_INT(self->min_version);
    } else if (attr == MP_QSTR_maximum_version) {
        dest[0] = MP_OBJ_NEW_SMALL_INT(self->max_version);
    } else if (attr == MP_QSTR_verify_callback) {
        dest[0] = self->verify_callback;
    } else {
        dest[1] = MP_OBJ_SENTINEL; // look in the methods
    }
}

// ---- connections ----
static mp_obj_t ssl_context_wrap_socket(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    static const mp_arg_t allowed[] = {
        {MP_QSTR_sock, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_server_side, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_FALSE}},
        {MP_QSTR_do_handshake_on_connect, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_TRUE}},
        {MP_QSTR_suppress_ragged_eofs, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_TRUE}},
        {MP_QSTR_server_hostname, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t vals[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, vals);
    return ssl_socket_wrap(MP_OBJ_TO_PTR(args[0]), vals[0].u_obj, mp_obj_is_true(vals[1].u_obj),
        mp_obj_is_true(vals[2].u_obj), mp_obj_is_true(vals[3].u_obj), vals[4].u_obj);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(ssl_context_wrap_socket_obj, 1, ssl_context_wrap_socket);

static mp_obj_t ssl_context_wrap_bio(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    static const mp_arg_t allowed[] = {
        {MP_QSTR_incoming, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_outgoing, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_server_side, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_FALSE}},
        {MP_QSTR_server_hostname, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
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
        &ssl_object_type, MP_OBJ_TO_PTR(args[0]), mp_obj_is_true(vals[2].u_obj), vals[3].u_obj);
    self->incoming = vals[0].u_obj;
    self->outgoing = vals[1].u_obj;
    return MP_OBJ_FROM_PTR(self);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(ssl_context_wrap_bio_obj, 1, ssl_context_wrap_bio);

static const mp_rom_map_elem_t ssl_context_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&ssl_context___del___obj)},
    {MP_ROM_QSTR(MP_QSTR_load_cert_chain), MP_ROM_PTR(&ssl_context_load_cert_chain_obj)},
    {MP_ROM_QSTR(MP_QSTR_load_verify_locations),
        MP_ROM_PTR(&ssl_context_load_verify_locations_obj)},
    {MP_ROM_QSTR(MP_QSTR_load_default_certs), MP_ROM_PTR(&ssl_context_load_default_certs_obj)},
    {MP_ROM_QSTR(MP_QSTR_cert_store_stats), MP_ROM_PTR(&ssl_context_cert_store_stats_obj)},
    {MP_ROM_QSTR(MP_QSTR_get_ca_certs), MP_ROM_PTR(&ssl_context_get_ca_certs_obj)},
    {MP_ROM_QSTR(MP_QSTR_wrap_socket), MP_ROM_PTR(&ssl_context_wrap_socket_obj)},
    {MP_ROM_QSTR(MP_QSTR_wrap_bio), MP_ROM_PTR(&ssl_context_wrap_bio_obj)},
};
static MP_DEFINE_CONST_DICT(ssl_context_locals, ssl_context_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(ssl_context_type, MP_QSTR_SSLContext, MP_TYPE_FLAG_NONE, make_new,
    ssl_context_make_new, attr, ssl_context_attr, locals_dict, &ssl_context_locals);
