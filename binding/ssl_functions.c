// SPDX-License-Identifier: MIT
//
// ssl_functions.c - functions of the module: default contexts, PEM and DER, a server's certificate,
// dates, random bytes (CPython ssl, "Context creation", "Random generation", "Certificate
// handling").
#include "binding.h"

#include <stdlib.h>
#include <string.h>

#include "py/objstr.h"
#include "py/objtuple.h"

static const char pem_header[] = "-----BEGIN CERTIFICATE-----";
static const char pem_footer[] = "-----END CERTIFICATE-----";

const MP_DEFINE_STR_OBJ(ssl_pem_header_obj, "-----BEGIN CERTIFICATE-----");
const MP_DEFINE_STR_OBJ(ssl_pem_footer_obj, "-----END CERTIFICATE-----");
const MP_DEFINE_STR_OBJ(ssl_default_ciphers_obj,
    "@SECLEVEL=2:ECDH+AESGCM:ECDH+CHACHA20:ECDH+AES:DHE+AES:!aNULL:!eNULL:!aDSS:!SHA1:!AESCCM");

// ---- default contexts ----
static mp_int_t protocol_for(mp_obj_t purpose) {
    return ssl_purpose_is_server_auth(purpose) ? SSL_PROTOCOL_TLS_CLIENT : SSL_PROTOCOL_TLS_SERVER;
}

// Loads the arguments cafile, capath and cadata or, if none is given, the default trust anchors.
static void load_trust(ssl_context_obj_t *context, const mp_arg_val_t vals[3]) {
    bool given = false;
    mp_obj_t load[5];
    for (size_t i = 0; i < 3; i++) {
        bool is_given = mp_obj_is_true(vals[i].u_obj);
        load[2 + i] = is_given ? vals[i].u_obj : mp_const_none;
        given |= is_given;
    }
    if (given) {
        mp_load_method(MP_OBJ_FROM_PTR(context), MP_QSTR_load_verify_locations, load);
        mp_call_method_n_kw(3, 0, load);
    } else if (context->verify_mode != SSL_CERT_NONE) {
        ssl_context_load_defaults(context);
    }
}

static void use_keylog_of_environment(ssl_context_obj_t *context) {
#if USSL_KEYLOG && defined(__unix__)
    const char *keylog = getenv("SSLKEYLOGFILE");
    if (keylog != NULL && *keylog != '\0') {
        mp_store_attr(
            MP_OBJ_FROM_PTR(context), MP_QSTR_keylog_filename, mp_obj_new_str_from_cstr(keylog));
    }
#else
    (void)context;
#endif
}

static mp_obj_t ssl_create_default_context(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    static const mp_arg_t allowed[] = {
        {MP_QSTR_purpose, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_PTR(&ssl_purpose_server_obj)}},
        {MP_QSTR_cafile, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_capath, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_cadata, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t vals[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, args, kw_args, MP_ARRAY_SIZE(allowed), allowed, vals);
    ssl_context_obj_t *context = ssl_context_new(&ssl_context_type, protocol_for(vals[0].u_obj));
    // As in CPython 3.13. With the first flag, a certification path may end at an intermediate
    // certificate that was loaded.
    context->verify_flags |= SSL_VERIFY_X509_PARTIAL_CHAIN | SSL_VERIFY_X509_STRICT;
    use_keylog_of_environment(context);
    load_trust(context, vals + 1);
    return MP_OBJ_FROM_PTR(context);
}
MP_DEFINE_CONST_FUN_OBJ_KW(ssl_create_default_context_obj, 0, ssl_create_default_context);

#if USSL_CERT_NONE != USSL_CERT_NONE_REFUSE
// CPython's private function _create_unverified_context(), which some of CPython's own modules use.
// Nothing is verified unless cert_reqs is set.
static mp_obj_t ssl_create_unverified_context(
    size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    enum { PROTOCOL, CERT_REQS, CHECK_HOSTNAME, PURPOSE, CERTFILE, KEYFILE, CAFILE };
    static const mp_arg_t allowed[] = {
        {MP_QSTR_protocol, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_cert_reqs, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_INT(SSL_CERT_NONE)}},
        {MP_QSTR_check_hostname, MP_ARG_KW_ONLY | MP_ARG_BOOL, {.u_bool = false}},
        {MP_QSTR_purpose, MP_ARG_KW_ONLY | MP_ARG_OBJ,
            {.u_rom_obj = MP_ROM_PTR(&ssl_purpose_server_obj)}},
        {MP_QSTR_certfile, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_keyfile, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_cafile, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_capath, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_cadata, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t vals[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, args, kw_args, MP_ARRAY_SIZE(allowed), allowed, vals);
    mp_int_t protocol = protocol_for(vals[PURPOSE].u_obj);
    if (vals[PROTOCOL].u_obj != mp_const_none) {
        protocol = mp_obj_get_int(vals[PROTOCOL].u_obj);
    }
    ssl_context_obj_t *context = ssl_context_new(&ssl_context_type, protocol);
    mp_obj_t draft = MP_OBJ_FROM_PTR(context);
    mp_store_attr(draft, MP_QSTR_check_hostname, mp_obj_new_bool(vals[CHECK_HOSTNAME].u_bool));
    if (vals[CERT_REQS].u_obj != mp_const_none) {
        mp_store_attr(draft, MP_QSTR_verify_mode, vals[CERT_REQS].u_obj);
    }
    if (mp_obj_is_true(vals[KEYFILE].u_obj) && !mp_obj_is_true(vals[CERTFILE].u_obj)) {
        mp_raise_ValueError(MP_ERROR_TEXT("certfile must be specified"));
    }
    if (mp_obj_is_true(vals[CERTFILE].u_obj)) {
        ssl_context_add_identity(context, vals[CERTFILE].u_obj, vals[KEYFILE].u_obj, mp_const_none);
    }
    load_trust(context, vals + CAFILE);
    use_keylog_of_environment(context);
    return draft;
}
MP_DEFINE_CONST_FUN_OBJ_KW(ssl_create_unverified_context_obj, 0, ssl_create_unverified_context);
#endif

// ---- PEM and DER ----
static mp_obj_t binascii(qstr function, mp_obj_t data) {
    mp_obj_t module = mp_import_name(MP_QSTR_binascii, mp_const_none, MP_OBJ_NEW_SMALL_INT(0));
    return mp_call_function_1(mp_load_attr(module, function), data);
}

static mp_obj_t der_to_pem(mp_obj_t der) {
    mp_buffer_info_t bufinfo;
    ssl_get_bytes(der, &bufinfo);
    size_t len;
    const char *base64 = mp_obj_str_get_data(binascii(MP_QSTR_b2a_base64, der), &len);
    len -= len > 0; // drops the newline that b2a_base64() appends
    vstr_t vstr;
    vstr_init(&vstr, len + len / 64 + sizeof(pem_header) + sizeof(pem_footer) + 3);
    vstr_printf(&vstr, "%s\n", pem_header);
    for (size_t at = 0; at < len; at += 64) {
        vstr_add_strn(&vstr, base64 + at, MIN(64, len - at));
        vstr_add_char(&vstr, '\n');
    }
    vstr_printf(&vstr, "%s\n", pem_footer);
    return mp_obj_new_str_from_vstr(&vstr);
}

static mp_obj_t ssl_der_to_pem(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    return der_to_pem(ssl_take_arg(n_args, args, kw_args, MP_QSTR_der_cert_bytes));
}
MP_DEFINE_CONST_FUN_OBJ_KW(ssl_der_to_pem_obj, 0, ssl_der_to_pem);

mp_obj_t ssl_pem_to_der(mp_obj_t pem) {
    const size_t head = sizeof(pem_header) - 1, foot = sizeof(pem_footer) - 1;
    size_t len;
    if (!mp_obj_is_str(pem)) {
        mp_raise_TypeError(MP_ERROR_TEXT("a str is required"));
    }
    const char *text = mp_obj_str_get_data(pem, &len);
    if (len < head || memcmp(text, pem_header, head) != 0) {
        mp_raise_msg_varg(&mp_type_ValueError,
            MP_ERROR_TEXT("Invalid PEM encoding; must start with %s"), pem_header);
    }
    while (len > head && unichar_isspace((unichar)text[len - 1])) {
        len--;
    }
    if (len < head + foot || memcmp(text + len - foot, pem_footer, foot) != 0) {
        mp_raise_msg_varg(&mp_type_ValueError,
            MP_ERROR_TEXT("Invalid PEM encoding; must end with %s"), pem_footer);
    }
    return binascii(
        MP_QSTR_a2b_base64, mp_obj_new_bytes((const byte *)text + head, len - head - foot));
}

static mp_obj_t pem_to_der(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    return ssl_pem_to_der(ssl_take_arg(n_args, args, kw_args, MP_QSTR_pem_cert_string));
}
MP_DEFINE_CONST_FUN_OBJ_KW(ssl_pem_to_der_obj, 0, pem_to_der);

// ---- a server's certificate ----
// As in CPython, the certificate is verified only if ca_certs is given, and the host name is never
// checked.
static mp_obj_t ssl_get_server_certificate(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    enum { ADDR, VERSION, CA_CERTS, TIMEOUT };
    static const mp_arg_t allowed[] = {
        {MP_QSTR_addr, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_ssl_version, MP_ARG_INT, {.u_int = SSL_PROTOCOL_TLS_CLIENT}},
        {MP_QSTR_ca_certs, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_timeout, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_INT(SSL_CONNECT_TIMEOUT)}},
    };
    mp_arg_val_t vals[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, args, kw_args, MP_ARRAY_SIZE(allowed), allowed, vals);
    mp_obj_t *host_port;
    mp_obj_get_array_fixed_n(vals[ADDR].u_obj, 2, &host_port);

    ssl_context_obj_t *context = ssl_context_new(&ssl_context_type, vals[VERSION].u_int);
    mp_obj_t draft = MP_OBJ_FROM_PTR(context);
    mp_store_attr(draft, MP_QSTR_check_hostname, mp_const_false);
    bool verify = vals[CA_CERTS].u_obj != mp_const_none;
    mp_store_attr(draft, MP_QSTR_verify_mode,
        MP_OBJ_NEW_SMALL_INT(verify ? SSL_CERT_REQUIRED : SSL_CERT_NONE));
    if (verify) {
        ssl_context_add_trust(context, vals[CA_CERTS].u_obj);
    }

    ssl_wrap_t wrap = {
        .sock = ssl_connect(host_port[0], host_port[1], vals[TIMEOUT].u_obj),
        .handshake = true,
        .ragged_is_eof = true,
        .server_hostname = host_port[0],
        .session = mp_const_none,
        .client_id = mp_const_none,
    };
    mp_obj_t tls = ssl_socket_wrap(context, &wrap);
    mp_obj_t binary[] = {tls, mp_const_true};
    mp_obj_t der = mp_call_function_n_kw(MP_OBJ_FROM_PTR(&ssl_conn_getpeercert_obj), 2, 0, binary);
    ssl_call_close(MP_OBJ_TO_PTR(tls));
    return der_to_pem(der);
}
MP_DEFINE_CONST_FUN_OBJ_KW(ssl_get_server_certificate_obj, 1, ssl_get_server_certificate);

// ---- dates ----
static bool skip_spaces(const char **p) {
    const char *start = *p;
    while (unichar_isspace((unichar) * *p)) {
        (*p)++;
    }
    return *p > start;
}

// Reads a number from `low` to `high`, of one or two digits if `digits` is 2, of exactly four if
// `digits` is 4.
static bool read_number(const char **p, int digits, int low, int high, int *out) {
    int n = 0;
    *out = 0;
    while (n < digits && **p >= '0' && **p <= '9') {
        *out = *out * 10 + (*(*p)++ - '0');
        n++;
    }
    return n > 0 && (digits < 4 || n == digits) && *out >= low && *out <= high;
}

static bool read_word(const char **p, const char *word) {
    for (; *word; word++, (*p)++) {
        if (unichar_tolower((unichar) * *p) != unichar_tolower((unichar)*word)) {
            return false;
        }
    }
    return true;
}

// Returns the seconds since 1970 for a text such as "Jan  5 09:34:43 2018 GMT".
static mp_obj_t ssl_cert_time_to_seconds(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    mp_obj_t text = ssl_take_arg(n_args, args, kw_args, MP_QSTR_cert_time);
    static const char *const months[] = {
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};
    const char *p = mp_obj_str_get_str(text);
    int month = 0, day, hour, minute, second, year;
    for (int i = 0; i < 12 && month == 0; i++) {
        const char *at = p;
        if (read_word(&at, months[i])) {
            month = i + 1;
        }
    }
    bool good = month > 0;
    p += good ? 3 : 0;
    good = good && skip_spaces(&p) && read_number(&p, 2, 1, 31, &day) && skip_spaces(&p)
        && read_number(&p, 2, 0, 23, &hour) && *p++ == ':' && read_number(&p, 2, 0, 59, &minute)
        && *p++ == ':' && read_number(&p, 2, 0, 61, &second) && skip_spaces(&p)
        && read_number(&p, 4, 1, 9999, &year) && skip_spaces(&p) && read_word(&p, "gmt")
        && *p == '\0';
    if (!good) {
        mp_raise_msg_varg(&mp_type_ValueError,
            MP_ERROR_TEXT("time data '%s' does not match format \"%%b %%d %%H:%%M:%%S %%Y GMT\""),
            mp_obj_str_get_str(text));
    }
    ussl_date_t date = {
        year, (uint8_t)month, (uint8_t)day, (uint8_t)hour, (uint8_t)minute, (uint8_t)second};
    return mp_obj_new_int_from_ll(ussl_date_seconds(&date));
}
MP_DEFINE_CONST_FUN_OBJ_KW(ssl_cert_time_to_seconds_obj, 0, ssl_cert_time_to_seconds);

// ---- random ----
static mp_obj_t ssl_rand_bytes(mp_obj_t num) {
    mp_int_t n = mp_obj_get_int(num);
    if (n < 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("num must be positive"));
    }
    vstr_t vstr;
    vstr_init_len(&vstr, (size_t)n);
    if (ussl_random((uint8_t *)vstr.buf, vstr.len) != USSL_OK) {
        ssl_raise_result(USSL_ERR_PLATFORM);
    }
    return mp_obj_new_bytes_from_vstr(&vstr);
}
MP_DEFINE_CONST_FUN_OBJ_1(ssl_rand_bytes_obj, ssl_rand_bytes);

static mp_obj_t ssl_rand_status(void) {
    uint8_t random;
    return mp_obj_new_bool(ussl_random(&random, 1) == USSL_OK);
}
MP_DEFINE_CONST_FUN_OBJ_0(ssl_rand_status_obj, ssl_rand_status);

// Only checks its arguments: the platform's generator accepts no seed and needs none.
static mp_obj_t ssl_rand_add(mp_obj_t data, mp_obj_t entropy) {
    mp_buffer_info_t bufinfo;
    mp_get_buffer_raise(data, &bufinfo, MP_BUFFER_READ);
#if MICROPY_PY_BUILTINS_FLOAT
    (void)mp_obj_get_float(entropy);
#else
    (void)mp_obj_get_int(entropy);
#endif
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_2(ssl_rand_add_obj, ssl_rand_add);
