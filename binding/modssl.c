// SPDX-License-Identifier: MIT
//
// modssl.c - the module `ssl`: its constants and its table of names.
#include "binding.h"

#include "py/builtin.h"
#include "py/objstr.h"

// ---- start, and end at a soft reset ----
// A soft reset frees MicroPython's heap, which can hold the engine's memory, but keeps the engine's
// static state. So the finaliser of this object shuts the engine down: a root pointer refers to it,
// and it is finalised only when the whole heap is swept. Objects that are finalised after it free
// their engine memory immediately, because no engine call follows that would do it.
MP_REGISTER_ROOT_POINTER(mp_obj_t ussl_engine);

static bool started;

static mp_obj_t ssl_engine___del__(mp_obj_t self) {
    (void)self;
    ussl_deinit();
    ssl_verification_reset();
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
#if MICROPY_CAN_OVERRIDE_BUILTINS
        mp_store_attr(MP_OBJ_FROM_PTR(&mp_module_builtins), MP_QSTR_TimeoutError,
            MP_OBJ_FROM_PTR(&ssl_TimeoutError_type));
#endif
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_0(ssl___init___obj, ssl___init__);

// ---- numbers and their classes ----
// Rows of name and value. The value has to be a small int on every machine.
#define SSL_ERRORS(X)                                                                              \
    X(SSL_ERROR_SSL, 1), X(SSL_ERROR_WANT_READ, 2), X(SSL_ERROR_WANT_WRITE, 3),                    \
        X(SSL_ERROR_WANT_X509_LOOKUP, 4), X(SSL_ERROR_SYSCALL, 5), X(SSL_ERROR_ZERO_RETURN, 6),    \
        X(SSL_ERROR_WANT_CONNECT, 7), X(SSL_ERROR_EOF, 8), X(SSL_ERROR_INVALID_ERROR_CODE, 10)

#define VERIFY_MODES(X)                                                                            \
    X(CERT_NONE, SSL_CERT_NONE), X(CERT_OPTIONAL, SSL_CERT_OPTIONAL),                              \
        X(CERT_REQUIRED, SSL_CERT_REQUIRED)

#define VERIFY_FLAGS(X)                                                                            \
    X(VERIFY_DEFAULT, 0), X(VERIFY_CRL_CHECK_LEAF, SSL_VERIFY_CRL_CHECK_LEAF),                     \
        X(VERIFY_CRL_CHECK_CHAIN, SSL_VERIFY_CRL_CHECK_LEAF | SSL_VERIFY_CRL_CHECK_ALL),           \
        X(VERIFY_X509_STRICT, SSL_VERIFY_X509_STRICT), X(VERIFY_ALLOW_PROXY_CERTS, 64),            \
        X(VERIFY_X509_TRUSTED_FIRST, SSL_VERIFY_X509_TRUSTED_FIRST),                               \
        X(VERIFY_X509_PARTIAL_CHAIN, SSL_VERIFY_X509_PARTIAL_CHAIN)

#define OPTIONS(X)                                                                                 \
    X(OP_NO_SSLv2, 0), X(OP_NO_SSLv3, 1 << 25), X(OP_NO_TLSv1, 1 << 26),                           \
        X(OP_NO_TLSv1_1, 1 << 28), X(OP_NO_TLSv1_2, SSL_OP_NO_TLSv1_2),                            \
        X(OP_NO_TLSv1_3, SSL_OP_NO_TLSv1_3), X(OP_NO_TICKET, SSL_OP_NO_TICKET),                    \
        X(OP_NO_COMPRESSION, 1 << 17),                                                             \
        X(OP_CIPHER_SERVER_PREFERENCE, SSL_OP_CIPHER_SERVER_PREFERENCE), X(OP_SINGLE_DH_USE, 0),   \
        X(OP_SINGLE_ECDH_USE, 0), X(OP_ENABLE_MIDDLEBOX_COMPAT, 1 << 20),                          \
        X(OP_IGNORE_UNEXPECTED_EOF, SSL_OP_IGNORE_UNEXPECTED_EOF), X(OP_LEGACY_SERVER_CONNECT, 4), \
        X(OP_ENABLE_KTLS, 8)

#define TLS_VERSIONS(X)                                                                            \
    X(MINIMUM_SUPPORTED, SSL_VERSION_MIN_SUPPORTED), X(SSLv3, 768), X(TLSv1, 769),                 \
        X(TLSv1_1, 770), X(TLSv1_2, 771), X(TLSv1_3, 772),                                         \
        X(MAXIMUM_SUPPORTED, SSL_VERSION_MAX_SUPPORTED)

#define PROTOCOLS(X)                                                                               \
    X(PROTOCOL_TLS, SSL_PROTOCOL_TLS), X(PROTOCOL_SSLv23, SSL_PROTOCOL_TLS),                       \
        X(PROTOCOL_TLS_CLIENT, SSL_PROTOCOL_TLS_CLIENT),                                           \
        X(PROTOCOL_TLS_SERVER, SSL_PROTOCOL_TLS_SERVER)

// Options of 2**30 and above do not fit a small int on a 32-bit machine. There they are int objects
// in ROM, which hold the number as digits, the lowest first.
#if UINTPTR_MAX > 0xFFFFFFFF
#define BIG_INT(name, value)
#define BIG_ROW(name, value)                                                                       \
    { MP_ROM_QSTR(MP_QSTR_##name), MP_ROM_INT(value) }
#elif MICROPY_LONGINT_IMPL == MICROPY_LONGINT_IMPL_MPZ
#include "py/objint.h"
#if MPZ_DIG_SIZE < 32
#define BIG_DIGITS(value) (value) & ((1ul << MPZ_DIG_SIZE) - 1), (value) >> MPZ_DIG_SIZE
#else
#define BIG_DIGITS(value) (value)
#endif
#define BIG_INT(name, value)                                                                       \
    static mpz_dig_t name##_digits[] = {BIG_DIGITS(value)};                                        \
    static const mp_obj_int_t name##_obj = {{&mp_type_int},                                        \
        {.fixed_dig = 1,                                                                           \
            .alloc = MP_ARRAY_SIZE(name##_digits),                                                 \
            .len = MP_ARRAY_SIZE(name##_digits),                                                   \
            .dig = name##_digits}};
#define BIG_ROW(name, value)                                                                       \
    { MP_ROM_QSTR(MP_QSTR_##name), MP_ROM_PTR(&name##_obj) }
#else
#define BIG_INT(name, value) static const mp_obj_int_t name##_obj = {{&mp_type_int}, (value)};
#define BIG_ROW(name, value)                                                                       \
    { MP_ROM_QSTR(MP_QSTR_##name), MP_ROM_PTR(&name##_obj) }
#endif
BIG_INT(OP_ALL, 0x80000050u)
BIG_INT(OP_NO_RENEGOTIATION, 1u << 30)
#define BIG_OPTIONS BIG_ROW(OP_ALL, 0x80000050u), BIG_ROW(OP_NO_RENEGOTIATION, 1u << 30)

#define ROW(name, value)                                                                           \
    { MP_ROM_QSTR(MP_QSTR_##name), MP_ROM_INT(value) }
#define ALERT_ROW(name, value)                                                                     \
    { MP_ROM_QSTR(MP_QSTR_ALERT_DESCRIPTION_##name), MP_ROM_INT(value) }

// CPython has enumerations here; this module has classes of plain ints.
#define NUMBERS(class_name, list)                                                                  \
    static const mp_rom_map_elem_t class_name##_table[] = {list(ROW)};                             \
    static MP_DEFINE_CONST_DICT(class_name##_locals, class_name##_table);                          \
    static MP_DEFINE_CONST_OBJ_TYPE(class_name##_type, MP_QSTR_##class_name, MP_TYPE_FLAG_NONE,    \
        locals_dict, &class_name##_locals)

NUMBERS(TLSVersion, TLS_VERSIONS);
NUMBERS(VerifyMode, VERIFY_MODES);
NUMBERS(VerifyFlags, VERIFY_FLAGS);
static const mp_rom_map_elem_t Options_table[] = {OPTIONS(ROW), BIG_OPTIONS};
static MP_DEFINE_CONST_DICT(Options_locals, Options_table);
static MP_DEFINE_CONST_OBJ_TYPE(
    Options_type, MP_QSTR_Options, MP_TYPE_FLAG_NONE, locals_dict, &Options_locals);
NUMBERS(SSLErrorNumber, SSL_ERRORS);
static const mp_rom_map_elem_t AlertDescription_table[] = {USSL_ALERTS_NAMED(ALERT_ROW)};
static MP_DEFINE_CONST_DICT(AlertDescription_locals, AlertDescription_table);
static MP_DEFINE_CONST_OBJ_TYPE(AlertDescription_type, MP_QSTR_AlertDescription, MP_TYPE_FLAG_NONE,
    locals_dict, &AlertDescription_locals);

static mp_obj_t ssl_get_protocol_name(mp_obj_t number) {
    static const mp_rom_map_elem_t names[] = {PROTOCOLS(ROW)};
    for (size_t i = 0; i < MP_ARRAY_SIZE(names); i++) {
        const mp_map_elem_t *name = (const mp_map_elem_t *)(const void *)&names[i];
        if (mp_obj_equal(number, name->value)) {
            return name->key;
        }
    }
    return mp_obj_new_str_from_cstr("<unknown>");
}
static MP_DEFINE_CONST_FUN_OBJ_1(ssl_get_protocol_name_obj, ssl_get_protocol_name);

// ---- attributes that a constant table cannot hold ----
static mp_obj_t version_info(void) {
    uint32_t version = ussl_backend_version();
    mp_obj_t items[] = {
        MP_OBJ_NEW_SMALL_INT(version >> 24),
        MP_OBJ_NEW_SMALL_INT(version >> 16 & 0xFF),
        MP_OBJ_NEW_SMALL_INT(version >> 8 & 0xFF),
        MP_OBJ_NEW_SMALL_INT(0),
        MP_OBJ_NEW_SMALL_INT(0),
    };
    return mp_obj_new_tuple(MP_ARRAY_SIZE(items), items);
}

static mp_obj_t version_text(void) {
    uint32_t version = ussl_backend_version();
    vstr_t vstr;
    vstr_init(&vstr, 20);
    vstr_printf(&vstr, "Mbed TLS %d.%d.%d", (int)(version >> 24), (int)(version >> 16 & 0xFF),
        (int)(version >> 8 & 0xFF));
    return mp_obj_new_str_from_vstr(&vstr);
}

static mp_obj_t ssl___getattr__(mp_obj_t attr) {
    switch (mp_obj_str_get_qstr(attr)) {
        case MP_QSTR_MBEDTLS_VERSION:
        case MP_QSTR_OPENSSL_VERSION:
            return version_text();
        case MP_QSTR_OPENSSL_VERSION_INFO:
            return version_info();
        case MP_QSTR_OPENSSL_VERSION_NUMBER: {
            // The layout is OpenSSL 3's: 0xMNN00PP0 for major, minor and patch.
            uint32_t version = ussl_backend_version();
            return mp_obj_new_int_from_uint(
                (version >> 24) << 28 | (version >> 16 & 0xFF) << 20 | (version >> 8 & 0xFF) << 4);
        }
        case MP_QSTR_DefaultVerifyPaths:
            return ssl_default_verify_paths_class();
        case MP_QSTR_CHANNEL_BINDING_TYPES:
            return mp_obj_new_list(0, NULL);
        default:
            mp_raise_msg_varg(&mp_type_AttributeError,
                MP_ERROR_TEXT("module 'ssl' has no attribute '%q'"), mp_obj_str_get_qstr(attr));
    }
}
MP_DEFINE_CONST_FUN_OBJ_1(ssl___getattr___obj, ssl___getattr__);

// ---- the module ----
// ROM_BOOL(flag) is MP_ROM_TRUE or MP_ROM_FALSE. These can expand to a braced initialiser, so ?:
// cannot choose between them.
#define ROM_BOOL_0 MP_ROM_FALSE
#define ROM_BOOL_1 MP_ROM_TRUE
#define ROM_BOOL_PASTE(flag) ROM_BOOL_##flag
#define ROM_BOOL(flag) ROM_BOOL_PASTE(flag)

static const MP_DEFINE_STR_OBJ(ssl_version_obj, USSL_VERSION);

static const mp_rom_map_elem_t ssl_globals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_ssl)},
    {MP_ROM_QSTR(MP_QSTR___version__), MP_ROM_PTR(&ssl_version_obj)},
    {MP_ROM_QSTR(MP_QSTR___init__), MP_ROM_PTR(&ssl___init___obj)},
    {MP_ROM_QSTR(MP_QSTR___getattr__), MP_ROM_PTR(&ssl___getattr___obj)},

    {MP_ROM_QSTR(MP_QSTR_SSLContext), MP_ROM_PTR(&ssl_context_type)},
    {MP_ROM_QSTR(MP_QSTR_SSLSocket), MP_ROM_PTR(&ssl_socket_type)},
    {MP_ROM_QSTR(MP_QSTR_SSLObject), MP_ROM_PTR(&ssl_object_type)},
    {MP_ROM_QSTR(MP_QSTR_MemoryBIO), MP_ROM_PTR(&ssl_membio_type)},
#if USSL_SESSIONS
    {MP_ROM_QSTR(MP_QSTR_SSLSession), MP_ROM_PTR(&ssl_session_type)},
#endif
    {MP_ROM_QSTR(MP_QSTR_TLSVersion), MP_ROM_PTR(&TLSVersion_type)},
    {MP_ROM_QSTR(MP_QSTR_VerifyMode), MP_ROM_PTR(&VerifyMode_type)},
    {MP_ROM_QSTR(MP_QSTR_VerifyFlags), MP_ROM_PTR(&VerifyFlags_type)},
    {MP_ROM_QSTR(MP_QSTR_Options), MP_ROM_PTR(&Options_type)},
    {MP_ROM_QSTR(MP_QSTR_SSLErrorNumber), MP_ROM_PTR(&SSLErrorNumber_type)},
    {MP_ROM_QSTR(MP_QSTR_AlertDescription), MP_ROM_PTR(&AlertDescription_type)},
#if USSL_LEGACY_WRAP
    {MP_ROM_QSTR(MP_QSTR_wrap_socket), MP_ROM_PTR(&ssl_wrap_socket_obj)},
#endif

    {MP_ROM_QSTR(MP_QSTR_Purpose), MP_ROM_PTR(&ssl_purpose_type)},
    {MP_ROM_QSTR(MP_QSTR_create_default_context), MP_ROM_PTR(&ssl_create_default_context_obj)},
    {MP_ROM_QSTR(MP_QSTR__create_default_https_context),
        MP_ROM_PTR(&ssl_create_default_context_obj)},
#if USSL_CERT_NONE != USSL_CERT_NONE_REFUSE
    {MP_ROM_QSTR(MP_QSTR__create_unverified_context),
        MP_ROM_PTR(&ssl_create_unverified_context_obj)},
    {MP_ROM_QSTR(MP_QSTR__create_stdlib_context), MP_ROM_PTR(&ssl_create_unverified_context_obj)},
#endif
    {MP_ROM_QSTR(MP_QSTR_require_verification), MP_ROM_PTR(&ssl_require_verification_obj)},
    {MP_ROM_QSTR(MP_QSTR_get_protocol_name), MP_ROM_PTR(&ssl_get_protocol_name_obj)},
    {MP_ROM_QSTR(MP_QSTR_get_default_verify_paths), MP_ROM_PTR(&ssl_get_default_verify_paths_obj)},
#if USSL_EXPLAIN
    {MP_ROM_QSTR(MP_QSTR_explain), MP_ROM_PTR(&ssl_explain_obj)},
#endif
    {MP_ROM_QSTR(MP_QSTR_spki_sha256), MP_ROM_PTR(&ssl_spki_sha256_obj)},
#if USSL_STORE
    {MP_ROM_QSTR(MP_QSTR_install_roots), MP_ROM_PTR(&ssl_install_roots_obj)},
#endif
    {MP_ROM_QSTR(MP_QSTR_get_server_certificate), MP_ROM_PTR(&ssl_get_server_certificate_obj)},
    {MP_ROM_QSTR(MP_QSTR_PEM_HEADER), MP_ROM_PTR(&ssl_pem_header_obj)},
    {MP_ROM_QSTR(MP_QSTR_PEM_FOOTER), MP_ROM_PTR(&ssl_pem_footer_obj)},
    {MP_ROM_QSTR(MP_QSTR__DEFAULT_CIPHERS), MP_ROM_PTR(&ssl_default_ciphers_obj)},
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

    PROTOCOLS(ROW),
    VERIFY_MODES(ROW),
    VERIFY_FLAGS(ROW),
    OPTIONS(ROW),
    BIG_OPTIONS,
    SSL_ERRORS(ROW),
    USSL_ALERTS_NAMED(ALERT_ROW),
    {MP_ROM_QSTR(MP_QSTR_HAS_ALPN), MP_ROM_TRUE},
    {MP_ROM_QSTR(MP_QSTR_HAS_ECDH), MP_ROM_TRUE},
    {MP_ROM_QSTR(MP_QSTR_HAS_NEVER_CHECK_COMMON_NAME), MP_ROM_TRUE},
    {MP_ROM_QSTR(MP_QSTR_HAS_NPN), MP_ROM_FALSE},
    {MP_ROM_QSTR(MP_QSTR_HAS_PHA), MP_ROM_FALSE},
    {MP_ROM_QSTR(MP_QSTR_HAS_PSK), ROM_BOOL(USSL_PSK)},
    {MP_ROM_QSTR(MP_QSTR_HAS_SSLv2), MP_ROM_FALSE},
    {MP_ROM_QSTR(MP_QSTR_HAS_SSLv3), MP_ROM_FALSE},
    {MP_ROM_QSTR(MP_QSTR_HAS_TLSv1), MP_ROM_FALSE},
    {MP_ROM_QSTR(MP_QSTR_HAS_TLSv1_1), MP_ROM_FALSE},
    {MP_ROM_QSTR(MP_QSTR_HAS_SNI), MP_ROM_TRUE},
    {MP_ROM_QSTR(MP_QSTR_HAS_TLSv1_2), ROM_BOOL(USSL_TLS12)},
    {MP_ROM_QSTR(MP_QSTR_HAS_TLSv1_3), ROM_BOOL(USSL_TLS13)},
};
static MP_DEFINE_CONST_DICT(ssl_globals, ssl_globals_table);

const mp_obj_module_t mp_module_ussl = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&ssl_globals,
};

MP_REGISTER_MODULE(MP_QSTR_ssl, mp_module_ussl);
