// SPDX-License-Identifier: MIT
//
// ssl_load.c - loads trust anchors and identities into a context from files and data (CPython
// SSLContext.load_verify_locations() and similar methods).
//
// Notes: a file or a piece of data is loaded whole or not at all. Its content shows whether it is
// PEM or DER. The SSLContext of `tls` raises stock MicroPython's ValueError for data that cannot be
// read; that of `ssl` raises CPython's SSLError.
#include "binding.h"

#include <string.h>

#include "py/objstr.h"
#include "py/objtuple.h"

// ---- trust ----
static NORETURN void raise_bad_trust(
    const ssl_context_obj_t *self, const ussl_failure_t *why, bool pem, bool from_file) {
    if (why->result != USSL_ERR_PARSE) {
        ssl_raise_result(why->result);
    }
    if (self->of_tls) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid cert"));
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
    bool named = strcmp(why->reason, "PEM_NOT_BUILT_IN") == 0
        || strcmp(why->reason, "CRL_NOT_BUILT_IN") == 0
        || strcmp(why->reason, "UNSUPPORTED_ALGORITHM") == 0
        || strcmp(why->reason, "NOT_TRUSTED_FOR_TLS") == 0;
    if (from_file && pem && !named) {
        ssl_raise_reason(524297, "X509", NULL, "PEM lib");
    }
    ssl_raise_reason(1, pem ? "PEM" : "ASN1", why->reason, NULL);
}

static void add_trust(
    ssl_context_obj_t *self, const mp_buffer_info_t *data, bool pem, bool from_file) {
    ussl_trust_t *trust = ssl_context_trust(self);
    ussl_failure_t why;
    ussl_trust_stats_t before, after;
    ussl_trust_stats(trust, &before);
    ussl_result_t result = pem ? ussl_trust_add_pem(trust, data->buf, data->len, &why)
                               : ussl_trust_add_der(trust, data->buf, data->len, &why);
    if (result != USSL_OK) {
        raise_bad_trust(self, &why, pem, from_file);
    }
    ussl_trust_stats(trust, &after);
    if (after.crl > before.crl) {
        ssl_context_drop_tickets(self); // the new list can revoke a client that has a ticket
    } else {
        ssl_context_changed(self);
    }
}

// Reads a file of certificates, or takes bytes as they are. If the file is a root store, returns it
// and leaves its certificates in the file; else returns MP_OBJ_NULL with the contents in *data.
static mp_obj_t read_cafile(mp_obj_t cafile, mp_buffer_info_t *data) {
#if USSL_STORE
    if (mp_obj_is_str(cafile) && !ssl_is_pem_text(cafile)) {
        mp_obj_t file = ssl_open(cafile, MP_QSTR_rb);
        mp_obj_t roots = ssl_roots_from_file(cafile, file);
        if (roots == MP_OBJ_NULL) {
            ssl_get_bytes(ssl_read_rest(file), data);
        }
        return roots;
    }
#endif
    ssl_file_or_data(cafile, "cafile", data);
    return MP_OBJ_NULL;
}

// A file that is neither PEM nor DER is reported as one without PEM, as in CPython.
static void add_cafile(ssl_context_obj_t *self, mp_obj_t cafile, const mp_buffer_info_t *data) {
    bool der = !ussl_is_pem(data->buf, data->len)
        && (!mp_obj_is_str(cafile) || ussl_is_der(data->buf, data->len));
    add_trust(self, data, !der, true);
}

void ssl_context_add_trust(ssl_context_obj_t *self, mp_obj_t cafile) {
    mp_buffer_info_t data;
    ssl_file_or_data(cafile, "cafile", &data);
    add_cafile(self, cafile, &data);
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
        right = ssl_is_bytes_like(cadata, &data);
        pem = right && ussl_is_pem(data.buf, data.len);
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
    ssl_context_obj_t *self = ssl_context_of(args[0]);
    mp_obj_t cafile = vals[0].u_obj, capath = vals[1].u_obj, cadata = vals[2].u_obj;
    if (cafile == mp_const_none && capath == mp_const_none && cadata == mp_const_none) {
        mp_raise_TypeError(MP_ERROR_TEXT("cafile, capath and cadata cannot be all omitted"));
    }
    if (capath != mp_const_none && !mp_obj_is_str_or_bytes(capath)) {
        mp_raise_TypeError(MP_ERROR_TEXT("capath should be a valid filesystem path"));
    }
    if (capath != mp_const_none) {
        mp_raise_NotImplementedError(
            MP_ERROR_TEXT("capath is not supported: pass a file of certificates as cafile"));
    }
    // The file is read before anything is added: if it cannot be read, cadata is not added either.
    // If the file holds no certificate, cadata stays added, as in CPython.
    mp_buffer_info_t file = {0};
    mp_obj_t roots = MP_OBJ_NULL;
    if (cafile != mp_const_none) {
        roots = read_cafile(cafile, &file);
    }
    if (cadata != mp_const_none) {
        add_cadata(self, cadata);
    }
    if (cafile != mp_const_none && roots == MP_OBJ_NULL) {
        add_cafile(self, cafile, &file);
    }
#if USSL_STORE
    if (roots != MP_OBJ_NULL) {
        ssl_roots_use(self, roots);
    }
#endif
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_KW(
    ssl_context_load_verify_locations_obj, 1, ssl_context_load_verify_locations);

#if !USSL_STORE
static mp_obj_t default_cafile(void) {
    mp_obj_t paths = mp_call_function_0(MP_OBJ_FROM_PTR(&ssl_get_default_verify_paths_obj));
    return mp_load_attr(paths, MP_QSTR_cafile);
}
#endif

void ssl_context_load_defaults(ssl_context_obj_t *self) {
#if USSL_STORE
    mp_obj_t roots = ssl_roots_default();
    if (roots != MP_OBJ_NULL) {
        ssl_roots_use(self, roots);
    }
#else
    mp_obj_t cafile = default_cafile();
    if (cafile != mp_const_none) {
        ssl_context_add_trust(self, cafile);
    }
#endif
}

// Fills a new trust with the default trust anchors. *found keeps alive what the trust refers to; it
// is MP_OBJ_NULL if there are none.
#if USSL_STORE
static ussl_result_t fill_default_trust(ussl_trust_t *trust, mp_obj_t *found) {
    *found = ssl_roots_default();
    return *found != MP_OBJ_NULL ? ssl_roots_put(trust, *found) : USSL_OK;
}
#else
static ussl_result_t fill_default_trust(ussl_trust_t *trust, mp_obj_t *found) {
    mp_buffer_info_t data;
    *found = default_cafile();
    if (*found == mp_const_none) {
        *found = MP_OBJ_NULL;
        return USSL_OK;
    }
    ssl_file_or_data(*found, "cafile", &data);
    return ussl_trust_add_pem(trust, data.buf, data.len, NULL);
}
#endif

typedef struct {
    ussl_trust_t *trust;
    mp_obj_t found;
    ussl_result_t result;
} fill_t;

static void fill_step(void *arg) {
    fill_t *call = arg;
    call->result = fill_default_trust(call->trust, &call->found);
}

void ssl_context_use_default_trust(ssl_context_obj_t *self) {
    fill_t call = {.found = MP_OBJ_NULL};
    mp_obj_t error = MP_OBJ_NULL;
    call.result = ussl_trust_new(self->arena, &call.trust);
    if (call.result == USSL_OK) {
        ssl_try(fill_step, &call, &error); // reads files, which may raise
    }
    if (error == MP_OBJ_NULL && call.result == USSL_OK && call.found != MP_OBJ_NULL) {
        self->default_trust = call.trust;
        self->default_roots = call.found;
        return;
    }
    ussl_trust_unref(call.trust);
    if (error != MP_OBJ_NULL) {
        nlr_raise(error);
    }
    if (call.result != USSL_OK) {
        ssl_raise_result(call.result);
    }
}

static mp_obj_t ssl_context_load_default_certs(
    size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    static const mp_arg_t allowed[] = {
        {MP_QSTR_purpose, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_PTR(&ssl_purpose_server_obj)}},
    };
    mp_arg_val_t vals[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, vals);
    // The argument is only checked: both purposes use the same certificates.
    (void)ssl_purpose_is_server_auth(vals[0].u_obj);
    ssl_context_load_defaults(ssl_context_of(args[0]));
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_KW(ssl_context_load_default_certs_obj, 1, ssl_context_load_default_certs);

static mp_obj_t ssl_context_set_default_verify_paths(mp_obj_t self_in) {
    ssl_context_load_defaults(ssl_context_of(self_in));
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(
    ssl_context_set_default_verify_paths_obj, ssl_context_set_default_verify_paths);

static mp_obj_t ssl_context_cert_store_stats(mp_obj_t self_in) {
    ssl_context_obj_t *self = ssl_context_of(self_in);
    ussl_trust_stats_t stats = {0};
    if (self->trust != NULL) {
        ussl_trust_stats(self->trust, &stats);
    }
#if USSL_STORE
    stats.x509 += ssl_roots_count(self, false);
    stats.x509_ca += ssl_roots_count(self, true);
#endif
    mp_obj_t dict = mp_obj_new_dict(3);
    mp_obj_dict_store(dict, MP_OBJ_NEW_QSTR(MP_QSTR_x509), mp_obj_new_int_from_uint(stats.x509));
    mp_obj_dict_store(dict, MP_OBJ_NEW_QSTR(MP_QSTR_crl), mp_obj_new_int_from_uint(stats.crl));
    if (stats.skipped > 0) {
        mp_obj_dict_store(
            dict, MP_OBJ_NEW_QSTR(MP_QSTR_skipped), mp_obj_new_int_from_uint(stats.skipped));
    }
    mp_obj_dict_store(
        dict, MP_OBJ_NEW_QSTR(MP_QSTR_x509_ca), mp_obj_new_int_from_uint(stats.x509_ca));
    return dict;
}
MP_DEFINE_CONST_FUN_OBJ_1(ssl_context_cert_store_stats_obj, ssl_context_cert_store_stats);

static mp_obj_t ssl_context_get_ca_certs(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    static const mp_arg_t allowed[] = {
        {MP_QSTR_binary_form, MP_ARG_BOOL, {.u_bool = false}},
    };
    mp_arg_val_t vals[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, vals);
    ssl_context_obj_t *self = ssl_context_of(args[0]);
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
MP_DEFINE_CONST_FUN_OBJ_KW(ssl_context_get_ca_certs_obj, 1, ssl_context_get_ca_certs);

// ---- identity ----
static NORETURN void raise_bad_identity(const ssl_context_obj_t *self, const ussl_failure_t *why) {
    if (why->result != USSL_ERR_PARSE) {
        ssl_raise_usage(why->result, "certfile and keyfile must not be empty");
    }
    bool key = why->reason != NULL && strcmp(why->reason, "BAD_KEY") == 0;
    if (self->of_tls && (key || why->reason == NULL)) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("invalid %s"), key ? "key" : "cert");
    }
    if (why->reason != NULL && strcmp(why->reason, "KEY_VALUES_MISMATCH") == 0) {
        ssl_raise_reason(116, "X509", why->reason, NULL);
    }
    if (why->reason != NULL && strcmp(why->reason, "EE_KEY_TOO_SMALL") == 0) {
        ssl_raise_reason(399, "SSL", why->reason, NULL);
    }
    if (why->reason != NULL && strcmp(why->reason, "CHAIN_TOO_LONG") == 0) {
        ssl_raise_sizes(why,
            "the certificate chain takes %u bytes, at most %u can be sent: load fewer "
            "certificates");
    }
    if (why->reason != NULL && strcmp(why->reason, "PEM_NOT_BUILT_IN") == 0) {
        ssl_raise_reason(1, "PEM", why->reason, NULL);
    }
    if (why->reason != NULL && strcmp(why->reason, "UNSUPPORTED_CIPHER") == 0) {
        ssl_raise_reason(1, "PEM", why->reason,
            "the key is encrypted with des-ede3-cbc, which is not built in: use aes-256-cbc");
    }
    ssl_raise_reason(524297, "SSL", NULL, "PEM lib");
}

// A password is str, bytes, or a callable that returns one of these. The callable is called only if
// the key is encrypted.
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
    ssl_file_or_data(cert, "certfile", &cert_data);
    if (key != mp_const_none) {
        ssl_file_or_data(key, "keyfile", &key_data);
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
        .key_elsewhere = self->ecdsa_sign_callback != mp_const_none,
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
        raise_bad_identity(self, &why);
    }
    // The new identity replaces one with the same type of key. As in CPython, an identity with an
    // ECDSA key and one with an RSA key can be loaded together.
    size_t slot = ussl_identity_is_rsa(identity);
    ussl_lock_t lock;
    ussl_lock(&lock);
    ussl_identity_unref(self->identity[slot]);
    self->identity[slot] = identity;
    ussl_unlock(&lock);
    ssl_context_changed(self);
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
    ssl_context_add_identity(ssl_context_of(args[0]), vals[0].u_obj, vals[1].u_obj, vals[2].u_obj);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_KW(ssl_context_load_cert_chain_obj, 1, ssl_context_load_cert_chain);
