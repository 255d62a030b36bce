// SPDX-License-Identifier: MIT
//
// ssl_context.c - the object behind an SSLContext: a draft of settings, which a script may change
// at any time.
#include "binding.h"

#include <string.h>

#include "py/objstr.h"

// The defaults of CPython with OpenSSL 3.
#define DEFAULT_OPTIONS 0x82520050u
#define DEFAULT_VERIFY_FLAGS SSL_VERIFY_X509_TRUSTED_FIRST

// ---- making ----
static void check_protocol(mp_int_t protocol, bool of_tls) {
    bool server = protocol == SSL_PROTOCOL_TLS_SERVER;
    bool either = protocol == SSL_PROTOCOL_TLS;
    if (protocol == 0 || protocol == 1) {
        // These are the numbers of the two constants in stock MicroPython.
        mp_raise_msg_varg(&mp_type_ValueError,
            MP_ERROR_TEXT("invalid protocol %d: write PROTOCOL_TLS_CLIENT or PROTOCOL_TLS_SERVER"),
            (int)protocol);
    }
    if (USSL_DTLS && of_tls && protocol >= SSL_PROTOCOL_TLS_CLIENT + SSL_DTLS_OFFSET) {
        protocol -= SSL_DTLS_OFFSET;
        server = protocol == SSL_PROTOCOL_TLS_SERVER;
    }
    if (protocol != SSL_PROTOCOL_TLS_CLIENT && !either && !(server && USSL_SERVER)) {
        mp_raise_msg_varg(&mp_type_ValueError,
            MP_ERROR_TEXT("invalid or unsupported protocol version %d"), (int)protocol);
    }
}

enum { HANDSHAKE_MS = 60000 }; // the default of CPython's asyncio

ssl_context_obj_t *ssl_context_new(const mp_obj_type_t *type, mp_int_t protocol) {
    bool of_tls = type == &tls_context_type;
    check_protocol(protocol, of_tls);
    bool datagrams = protocol >= SSL_PROTOCOL_TLS_CLIENT + SSL_DTLS_OFFSET;
    protocol -= datagrams ? SSL_DTLS_OFFSET : 0;
    ssl_context_obj_t *self = mp_obj_malloc_with_finaliser(ssl_context_obj_t, type);
    memset((char *)self + sizeof(self->base), 0, sizeof(*self) - sizeof(self->base));
    bool client = protocol == SSL_PROTOCOL_TLS_CLIENT;
    self->of_tls = of_tls;
    self->datagrams = datagrams;
    self->verify_callback = mp_const_none;
    self->sni_callback = mp_const_none;
    self->ecdsa_sign_callback = mp_const_none;
    self->keylog = mp_const_none;
#if USSL_PSK
    self->psk_identity = self->psk_key = self->server_psk_keys = mp_const_none;
    self->psk_client_callback = self->psk_server_callback = self->psk_hint = mp_const_none;
#endif
    self->protocol = (uint8_t)protocol;
    self->verify_mode = client ? SSL_CERT_REQUIRED : SSL_CERT_NONE;
    self->check_hostname = client;
    self->min_version = USSL_VERSION_TLS12;
    self->max_version = SSL_VERSION_MAX_SUPPORTED;
    self->options = DEFAULT_OPTIONS;
    self->verify_flags = DEFAULT_VERIFY_FLAGS;
    self->num_tickets = 2;
    self->handshake_ms = HANDSHAKE_MS;
    self->security_level = 2;
    ussl_result_t result = ussl_arena_new(0, &self->arena);
    if (result != USSL_OK) {
        ssl_raise_result(result);
    }
    return self;
}

static bool is_context(mp_obj_t obj) {
    return mp_obj_is_type(obj, &ssl_context_type) || mp_obj_is_type(obj, &tls_context_type);
}

ssl_context_obj_t *ssl_context_of(mp_obj_t obj) {
    // mp_obj_cast_to_native_base() would treat a context of `tls`, whose type is a native subclass,
    // as an instance of a class written in Python. So such a context is recognised first.
    mp_obj_t native = mp_obj_is_type(obj, &tls_context_type)
        ? obj
        : mp_obj_cast_to_native_base(obj, MP_OBJ_FROM_PTR(&ssl_context_type));
    if (native == MP_OBJ_NULL || !is_context(native)) {
        mp_raise_TypeError(MP_ERROR_TEXT("The value must be a SSLContext"));
    }
    ssl_context_obj_t *self = MP_OBJ_TO_PTR(native);
    if (self->arena == NULL) {
        mp_raise_ValueError(MP_ERROR_TEXT("this SSLContext was finalised")); // after __del__()
    }
    return self;
}

// ---- settings that change ----
bool ssl_context_forgives_eof(const ssl_context_obj_t *self) {
    return self->options & SSL_OP_IGNORE_UNEXPECTED_EOF;
}

void ssl_context_changed(ssl_context_obj_t *self) {
    ussl_lock_t lock;
    ussl_lock(&lock);
    self->changes++;
    for (size_t role = 0; role < 2; role++) {
        ussl_ctx_unref(self->frozen[role]);
        self->frozen[role] = NULL;
    }
    ussl_unlock(&lock);
}

void ssl_context_drop_tickets(ssl_context_obj_t *self) {
#if USSL_SESSIONS && USSL_SERVER
    ussl_lock_t lock;
    ussl_lock(&lock);
    ussl_tickets_unref(self->tickets);
    self->tickets = NULL;
    ussl_unlock(&lock);
#endif
    ssl_context_changed(self);
}

// ---- trust ----
ussl_trust_t *ssl_context_trust(ssl_context_obj_t *self) {
    if (self->trust == NULL) {
        ussl_lock_t lock;
        ussl_lock(&lock);
        bool there = self->trust != NULL; // another thread has just made it
        ussl_result_t result = there ? USSL_OK : ussl_trust_new(self->arena, &self->trust);
        ussl_unlock(&lock);
        if (result != USSL_OK) {
            ssl_raise_result(result);
        }
        ssl_context_changed(self);
    }
    return self->trust;
}
