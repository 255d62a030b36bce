// SPDX-License-Identifier: MIT
//
// modssl.c - the module `ssl`, which is also `tls`: constants, and the old wrap_socket().
#include "binding.h"

#include "py/objstr.h"

#if MICROPY_PY_SSL
#error "build MicroPython with MICROPY_PY_SSL=0: this module takes the place of its ssl and tls"
#endif

// ---- start, and the end at a soft reset ----
// The engine outlives a soft reset, the heap behind its memory does not. This object is a root, so
// its finaliser runs only when the whole heap is swept; finalisers that come after it drop at once.
MP_REGISTER_ROOT_POINTER(mp_obj_t ussl_engine);

static bool started;

static mp_obj_t ssl_engine___del__(mp_obj_t self) {
    (void)self;
    ussl_deinit();
    started = false;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(ssl_engine___del___obj, ssl_engine___del__);

static const mp_rom_map_elem_t ssl_engine_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&ssl_engine___del___obj)},
};
static MP_DEFINE_CONST_DICT(ssl_engine_locals, ssl_engine_locals_table);
static MP_DEFINE_CONST_OBJ_TYPE(
    ssl_engine_type, MP_QSTR_ssl, MP_TYPE_FLAG_NONE, locals_dict, &ssl_engine_locals);

static mp_obj_t ssl___init__(void) {
    if (!started) {
        ssl_platform_start();
        started = true;
        mp_obj_base_t *engine = mp_obj_malloc_with_finaliser(mp_obj_base_t, &ssl_engine_type);
        MP_STATE_VM(ussl_engine) = MP_OBJ_FROM_PTR(engine);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(ssl___init___obj, ssl___init__);

// ---- the old wrap_socket() ----
#if USSL_LEGACY_WRAP
static void warn_once(void) {
    static bool warned;
    if (!warned) {
        warned = true;
        mp_print_str(MICROPY_ERROR_PRINTER,
            "ssl.wrap_socket() is deprecated: use SSLContext.wrap_socket()\n");
    }
}

static void configure_legacy_client(ssl_context_obj_t *context, mp_obj_t reqs, mp_obj_t cadata) {
    mp_obj_t draft = MP_OBJ_FROM_PTR(context);
    if (reqs != MP_OBJ_NULL && mp_obj_get_int(reqs) == SSL_CERT_NONE) {
        mp_store_attr(draft, MP_QSTR_check_hostname, mp_const_false);
    }
    if (reqs != MP_OBJ_NULL) {
        mp_store_attr(draft, MP_QSTR_verify_mode, reqs);
    }
    if (cadata == mp_const_none && context->verify_mode != SSL_CERT_NONE) {
        ssl_context_load_defaults(context);
    }
}

// Stock MicroPython's signature; what it does not know raises. A client verifies unless the caller
// wrote cert_reqs=CERT_NONE. key, cert and cadata are data: bytes, or str as PEM.
static mp_obj_t as_bytes(mp_obj_t data) {
    size_t len;
    if (!mp_obj_is_str(data)) {
        return data;
    }
    const char *text = mp_obj_str_get_data(data, &len);
    return mp_obj_new_bytes((const byte *)text, len);
}

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
    warn_once();
    bool server = vals[SERVER_SIDE].u_bool;
    ssl_context_obj_t *context =
        ssl_context_new(server ? SSL_PROTOCOL_TLS_SERVER : SSL_PROTOCOL_TLS_CLIENT);
    if (!server) {
        configure_legacy_client(context, vals[REQS].u_obj, vals[CADATA].u_obj);
        if (context->check_hostname && !mp_obj_is_true(vals[HOSTNAME].u_obj)) {
            mp_raise_ValueError(
                MP_ERROR_TEXT("wrap_socket() verifies: give server_hostname=, or "
                              "write cert_reqs=ssl.CERT_NONE to connect unverified"));
        }
    } else if (vals[REQS].u_obj != MP_OBJ_NULL) {
        mp_store_attr(MP_OBJ_FROM_PTR(context), MP_QSTR_verify_mode, vals[REQS].u_obj);
    }
    if (vals[CADATA].u_obj != mp_const_none) {
        ssl_context_add_trust(context, as_bytes(vals[CADATA].u_obj));
    }
    if (vals[CERT].u_obj != mp_const_none) {
        ssl_context_add_identity(
            context, as_bytes(vals[CERT].u_obj), as_bytes(vals[KEY].u_obj), mp_const_none);
    } else if (vals[KEY].u_obj != mp_const_none) {
        mp_raise_ValueError(MP_ERROR_TEXT("key without cert"));
    }
    mp_obj_t sock = ssl_socket_wrap(
        context, vals[SOCK].u_obj, server, vals[HANDSHAKE].u_bool, true, vals[HOSTNAME].u_obj);
    ((ssl_conn_obj_t *)MP_OBJ_TO_PTR(sock))->stream_reads = true;
    return sock;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(ssl_wrap_socket_obj, 1, ssl_wrap_socket);
#endif

// ---- TLSVersion ----
static const mp_rom_map_elem_t tls_version_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR_MINIMUM_SUPPORTED), MP_ROM_INT(SSL_VERSION_MIN_SUPPORTED)},
    {MP_ROM_QSTR(MP_QSTR_SSLv3), MP_ROM_INT(768)},
    {MP_ROM_QSTR(MP_QSTR_TLSv1), MP_ROM_INT(769)},
    {MP_ROM_QSTR(MP_QSTR_TLSv1_1), MP_ROM_INT(770)},
    {MP_ROM_QSTR(MP_QSTR_TLSv1_2), MP_ROM_INT(771)},
    {MP_ROM_QSTR(MP_QSTR_TLSv1_3), MP_ROM_INT(772)},
    {MP_ROM_QSTR(MP_QSTR_MAXIMUM_SUPPORTED), MP_ROM_INT(SSL_VERSION_MAX_SUPPORTED)},
};
static MP_DEFINE_CONST_DICT(tls_version_locals, tls_version_locals_table);
static MP_DEFINE_CONST_OBJ_TYPE(
    tls_version_type, MP_QSTR_TLSVersion, MP_TYPE_FLAG_NONE, locals_dict, &tls_version_locals);

// ---- the module ----
static const mp_rom_map_elem_t ssl_globals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_ssl)},
    {MP_ROM_QSTR(MP_QSTR___init__), MP_ROM_PTR(&ssl___init___obj)},

    {MP_ROM_QSTR(MP_QSTR_SSLContext), MP_ROM_PTR(&ssl_context_type)},
    {MP_ROM_QSTR(MP_QSTR_SSLSocket), MP_ROM_PTR(&ssl_socket_type)},
    {MP_ROM_QSTR(MP_QSTR_SSLObject), MP_ROM_PTR(&ssl_object_type)},
    {MP_ROM_QSTR(MP_QSTR_MemoryBIO), MP_ROM_PTR(&ssl_membio_type)},
    {MP_ROM_QSTR(MP_QSTR_TLSVersion), MP_ROM_PTR(&tls_version_type)},
#if USSL_LEGACY_WRAP
    {MP_ROM_QSTR(MP_QSTR_wrap_socket), MP_ROM_PTR(&ssl_wrap_socket_obj)},
#endif

    {MP_ROM_QSTR(MP_QSTR_Purpose), MP_ROM_PTR(&ssl_purpose_type)},
    {MP_ROM_QSTR(MP_QSTR_create_default_context), MP_ROM_PTR(&ssl_create_default_context_obj)},
    {MP_ROM_QSTR(MP_QSTR__create_default_https_context),
        MP_ROM_PTR(&ssl_create_default_context_obj)},
#if !USSL_FORBID_CERT_NONE
    {MP_ROM_QSTR(MP_QSTR__create_unverified_context),
        MP_ROM_PTR(&ssl_create_unverified_context_obj)},
    {MP_ROM_QSTR(MP_QSTR__create_stdlib_context), MP_ROM_PTR(&ssl_create_unverified_context_obj)},
#endif
    {MP_ROM_QSTR(MP_QSTR_DER_cert_to_PEM_cert), MP_ROM_PTR(&ssl_der_to_pem_obj)},
    {MP_ROM_QSTR(MP_QSTR_PEM_cert_to_DER_cert), MP_ROM_PTR(&ssl_pem_to_der_obj)},
    {MP_ROM_QSTR(MP_QSTR_cert_time_to_seconds), MP_ROM_PTR(&ssl_cert_time_to_seconds_obj)},
    {MP_ROM_QSTR(MP_QSTR_RAND_bytes), MP_ROM_PTR(&ssl_rand_bytes_obj)},
    {MP_ROM_QSTR(MP_QSTR_RAND_status), MP_ROM_PTR(&ssl_rand_status_obj)},
    {MP_ROM_QSTR(MP_QSTR_RAND_add), MP_ROM_PTR(&ssl_rand_add_obj)},

    {MP_ROM_QSTR(MP_QSTR_SSLError), MP_ROM_PTR(&ssl_SSLError_type)},
    {MP_ROM_QSTR(MP_QSTR_SSLZeroReturnError), MP_ROM_PTR(&ssl_SSLZeroReturnError_type)},
    {MP_ROM_QSTR(MP_QSTR_SSLWantReadError), MP_ROM_PTR(&ssl_SSLWantReadError_type)},
    {MP_ROM_QSTR(MP_QSTR_SSLWantWriteError), MP_ROM_PTR(&ssl_SSLWantWriteError_type)},
    {MP_ROM_QSTR(MP_QSTR_SSLSyscallError), MP_ROM_PTR(&ssl_SSLSyscallError_type)},
    {MP_ROM_QSTR(MP_QSTR_SSLEOFError), MP_ROM_PTR(&ssl_SSLEOFError_type)},
    {MP_ROM_QSTR(MP_QSTR_SSLCertVerificationError), MP_ROM_PTR(&ssl_SSLCertVerificationError_type)},
    {MP_ROM_QSTR(MP_QSTR_CertificateError), MP_ROM_PTR(&ssl_SSLCertVerificationError_type)},

    {MP_ROM_QSTR(MP_QSTR_PROTOCOL_TLS_CLIENT), MP_ROM_INT(SSL_PROTOCOL_TLS_CLIENT)},
    {MP_ROM_QSTR(MP_QSTR_PROTOCOL_TLS_SERVER), MP_ROM_INT(SSL_PROTOCOL_TLS_SERVER)},
    {MP_ROM_QSTR(MP_QSTR_CERT_NONE), MP_ROM_INT(SSL_CERT_NONE)},
    {MP_ROM_QSTR(MP_QSTR_CERT_OPTIONAL), MP_ROM_INT(SSL_CERT_OPTIONAL)},
    {MP_ROM_QSTR(MP_QSTR_CERT_REQUIRED), MP_ROM_INT(SSL_CERT_REQUIRED)},
    {MP_ROM_QSTR(MP_QSTR_SSL_ERROR_SSL), MP_ROM_INT(1)},
    {MP_ROM_QSTR(MP_QSTR_SSL_ERROR_WANT_READ), MP_ROM_INT(2)},
    {MP_ROM_QSTR(MP_QSTR_SSL_ERROR_WANT_WRITE), MP_ROM_INT(3)},
    {MP_ROM_QSTR(MP_QSTR_SSL_ERROR_SYSCALL), MP_ROM_INT(5)},
    {MP_ROM_QSTR(MP_QSTR_SSL_ERROR_ZERO_RETURN), MP_ROM_INT(6)},
    {MP_ROM_QSTR(MP_QSTR_SSL_ERROR_EOF), MP_ROM_INT(8)},
    {MP_ROM_QSTR(MP_QSTR_HAS_SNI), MP_ROM_TRUE},
    {MP_ROM_QSTR(MP_QSTR_HAS_TLSv1_2), USSL_TLS12 ? MP_ROM_TRUE : MP_ROM_FALSE},
    {MP_ROM_QSTR(MP_QSTR_HAS_TLSv1_3), USSL_TLS13 ? MP_ROM_TRUE : MP_ROM_FALSE},
};
static MP_DEFINE_CONST_DICT(ssl_globals, ssl_globals_table);

const mp_obj_module_t mp_module_ussl = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&ssl_globals,
};

MP_REGISTER_MODULE(MP_QSTR_ssl, mp_module_ussl);
MP_REGISTER_MODULE(MP_QSTR_tls, mp_module_ussl);
