// SPDX-License-Identifier: MIT
//
// ssl_suites.c - the methods of SSLContext that set what can be negotiated: cipher suites, groups
// and application protocols (CPython SSLContext.set_ciphers() and similar methods).
#include "binding.h"

#include <string.h>

#include "py/objstr.h"

// ---- cipher suites ----
const char *ssl_version_name(uint16_t version) {
    return version == USSL_VERSION_TLS13 ? "TLSv1.3" : "TLSv1.2";
}

// As in stock MicroPython, a list enables exactly its suites, in its order.
static void choose_from_list(ssl_context_obj_t *self, mp_obj_t list) {
    uint16_t ids[USSL_SUITES_MAX] = {0};
    size_t n;
    mp_obj_t *items;
    mp_obj_get_array(list, &n, &items);
    if (n == 0 || n > USSL_SUITES_MAX) {
        mp_raise_msg_varg(&mp_type_ValueError,
            MP_ERROR_TEXT("set_ciphers() takes 1 to %d cipher suites"), USSL_SUITES_MAX);
    }
    for (size_t i = 0; i < n; i++) {
        size_t len;
        const char *name = mp_obj_str_get_data(items[i], &len);
        const ussl_suite_t *suite = ussl_suite_named(name, len);
        if (suite == NULL) {
            vstr_t vstr;
            vstr_init(&vstr, 64);
            vstr_printf(&vstr,
                "cipher suite '%s' is unknown or not built in; get_ciphers() lists those in use",
                name);
            ssl_raise_plain(vstr_null_terminated_str(&vstr));
        }
        ids[i] = suite->id;
    }
    memcpy(self->suites, ids, sizeof(ids));
}

static mp_obj_t ssl_context_set_ciphers(mp_obj_t self_in, mp_obj_t ciphers) {
    ssl_context_obj_t *self = ssl_context_of(self_in);
    if (mp_obj_is_type(ciphers, &mp_type_list) || mp_obj_is_type(ciphers, &mp_type_tuple)) {
        choose_from_list(self, ciphers);
    } else if (!mp_obj_is_str(ciphers) || self->of_tls) {
        mp_raise_msg_varg(&mp_type_TypeError,
            MP_ERROR_TEXT("set_ciphers() argument must be %s, not %s"),
            self->of_tls ? "list or tuple" : "str", mp_obj_get_type_str(ciphers));
    } else {
        size_t len;
        const char *text = mp_obj_str_get_data(ciphers, &len);
        if (ussl_suites_choose(text, len, self->suites, &self->security_level) != USSL_OK) {
            ssl_raise_plain("No cipher can be selected.");
        }
    }
    ssl_context_changed(self);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_2(ssl_context_set_ciphers_obj, ssl_context_set_ciphers);

static void put(mp_obj_t dict, qstr key, mp_obj_t value) {
    mp_obj_dict_store(dict, MP_OBJ_NEW_QSTR(key), value);
}

static mp_obj_t text(const char *s) {
    return mp_obj_new_str_from_cstr(s);
}

// All suites of the engine use AEAD and ECDHE; the name of a suite determines the rest.
static mp_obj_t suite_dict(const ussl_suite_t *suite) {
    bool tls13 = suite->version == USSL_VERSION_TLS13;
    bool chacha = strstr(suite->name, "CHACHA20") != NULL;
    bool ecdsa = strstr(suite->name, "ECDSA") != NULL;
    const char *protocol = ssl_version_name(suite->version);
    const char *enc = chacha ? "CHACHA20/POLY1305(256)"
        : suite->bits == 256 ? "AESGCM(256)"
                             : "AESGCM(128)";
    vstr_t vstr;
    vstr_init(&vstr, 96);
    vstr_printf(&vstr, "%-30s %-7s Kx=%-8s Au=%-5s Enc=%-22s Mac=AEAD", suite->name, protocol,
        tls13 ? "any" : "ECDH",
        tls13       ? "any"
            : ecdsa ? "ECDSA"
                    : "RSA",
        enc);
    mp_obj_t bits = MP_OBJ_NEW_SMALL_INT(suite->bits);
    mp_obj_t dict = mp_obj_new_dict(11);
    put(dict, MP_QSTR_id, mp_obj_new_int(0x03000000 | suite->id));
    put(dict, MP_QSTR_name, text(suite->name));
    put(dict, MP_QSTR_protocol, text(protocol));
    put(dict, MP_QSTR_description, mp_obj_new_str_from_vstr(&vstr));
    put(dict, MP_QSTR_strength_bits, bits);
    put(dict, MP_QSTR_alg_bits, bits);
    put(dict, MP_QSTR_aead, mp_const_true);
    put(dict, MP_QSTR_symmetric,
        text(chacha                  ? "chacha20-poly1305"
                : suite->bits == 256 ? "aes-256-gcm"
                                     : "aes-128-gcm"));
    put(dict, MP_QSTR_digest, mp_const_none);
    put(dict, MP_QSTR_kea, text(tls13 ? "kx-any" : "kx-ecdhe"));
    put(dict, MP_QSTR_auth, text(tls13 ? "auth-any" : ecdsa ? "auth-ecdsa" : "auth-rsa"));
    return dict;
}

mp_obj_t ssl_context_suites(const ssl_context_obj_t *self, mp_obj_t (*show)(const ussl_suite_t *)) {
    uint16_t ids[USSL_SUITES_MAX];
    ussl_suites_default(ids);
    if (self->suites[0] != 0) {
        memcpy(ids, self->suites, sizeof(ids));
    }
    mp_obj_t list = mp_obj_new_list(0, NULL);
    for (size_t i = 0; i < USSL_SUITES_MAX && ids[i] != 0; i++) {
        mp_obj_list_append(list, show(ussl_suite_find(ids[i])));
    }
    return list;
}

static mp_obj_t suite_name(const ussl_suite_t *suite) {
    return text(ussl_suite_backend_name(suite));
}

static mp_obj_t ssl_context_get_ciphers(mp_obj_t self_in) {
    const ssl_context_obj_t *self = ssl_context_of(self_in);
    return ssl_context_suites(self, self->of_tls ? suite_name : suite_dict);
}
MP_DEFINE_CONST_FUN_OBJ_1(ssl_context_get_ciphers_obj, ssl_context_get_ciphers);

// ---- groups ----
static mp_obj_t ssl_context_set_ecdh_curve(mp_obj_t self_in, mp_obj_t name) {
    ssl_context_obj_t *self = ssl_context_of(self_in);
    mp_buffer_info_t bufinfo;
    if (!mp_get_buffer(name, &bufinfo, MP_BUFFER_READ)) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("expected str, bytes, not %s"),
            mp_obj_get_type_str(name));
    }
    char curve[16] = {0};
    memcpy(curve, bufinfo.buf, MIN(bufinfo.len, sizeof(curve) - 1));
    uint16_t group = bufinfo.len < sizeof(curve) ? ussl_group_named(curve) : 0;
    if (group == 0) {
        vstr_t vstr;
        vstr_init(&vstr, 48);
        vstr_add_str(&vstr, "unknown elliptic curve name ");
        mp_print_t print = {&vstr, (mp_print_strn_t)vstr_add_strn};
        mp_obj_print_helper(&print, name, PRINT_REPR);
        mp_raise_msg_varg(
            &mp_type_ValueError, MP_ERROR_TEXT("%s"), vstr_null_terminated_str(&vstr));
    }
    self->group = group;
    ssl_context_changed(self);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_2(ssl_context_set_ecdh_curve_obj, ssl_context_set_ecdh_curve);

// The engine has no suite with finite-field Diffie-Hellman, so the parameters are not used. As in
// CPython, a file without a PEM block of parameters is still an error.
static mp_obj_t ssl_context_load_dh_params(mp_obj_t self_in, mp_obj_t path) {
    (void)self_in;
    mp_buffer_info_t data;
    ssl_file_or_data(path, "dhfile", &data);
    static const char mark[] = "-----BEGIN DH PARAMETERS-----";
    bool found = false;
    for (size_t i = 0; i + sizeof(mark) - 1 <= data.len && !found; i++) {
        found = memcmp((const char *)data.buf + i, mark, sizeof(mark) - 1) == 0;
    }
    if (!found) {
        ssl_raise_reason(108, "PEM", "NO_START_LINE", NULL);
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_2(ssl_context_load_dh_params_obj, ssl_context_load_dh_params);

// ---- application protocols (RFC 7301) ----
static mp_obj_t ssl_context_set_alpn_protocols(
    size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    ssl_context_obj_t *self = ssl_context_of(args[0]);
    mp_obj_t protocols = ssl_take_arg(n_args - 1, args + 1, kw_args, MP_QSTR_alpn_protocols);
    mp_obj_t names = mp_obj_new_list(0, NULL), iterable = mp_getiter(protocols, NULL), name;
    size_t total = 0;
    while ((name = mp_iternext(iterable)) != MP_OBJ_STOP_ITERATION) {
        if (!mp_obj_is_str(name)) {
            mp_raise_TypeError(MP_ERROR_TEXT("encoding without a string argument"));
        }
        size_t len;
        const char *text = mp_obj_str_get_data(name, &len);
        for (size_t i = 0; i < len; i++) {
            if (text[i] == '\0' || (byte)text[i] >= 0x80) {
                mp_raise_msg(&ssl_UnicodeError,
                    MP_ERROR_TEXT("ALPN protocols must be ASCII, without null characters"));
            }
        }
        if (len == 0 || len > 255) {
            ssl_raise_plain("ALPN protocols must be 1 to 255 in length");
        }
        total += 1 + len;
        mp_obj_list_append(names, name);
    }
    if (total > UINT16_MAX) {
        mp_raise_ValueError(MP_ERROR_TEXT("ALPN protocols are longer than 65535 bytes"));
    }
    self->alpn = mp_obj_is_true(names) ? names : MP_OBJ_NULL;
    ssl_context_changed(self);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_KW(ssl_context_set_alpn_protocols_obj, 1, ssl_context_set_alpn_protocols);
