// SPDX-License-Identifier: MIT
//
// ssl_context.c - the object behind an SSLContext: a draft of settings that Python may change at
// any time, and the engine's context that is built from it.
//
// Notes: the engine's context is frozen: it cannot be changed. It is built from the draft for the
// first connection, and again for the first one after a change; connections keep the one that they
// began with.
#include "binding.h"

#include <string.h>

#include "py/objstr.h"

// The defaults of CPython with OpenSSL 3.
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

// ---- settings as the engine's configuration ----
static uint16_t engine_version(mp_int_t version, bool is_min) {
    if (version == SSL_VERSION_MAX_SUPPORTED) {
        return is_min ? USSL_VERSION_TLS13 : 0;
    }
    // Versions below TLS 1.2 are not implemented. As a minimum they mean the lowest one that is
    // implemented (0). As a maximum they leave no version to negotiate (1), and the handshake fails
    // with NO_PROTOCOLS_AVAILABLE.
    return version < USSL_VERSION_TLS12 ? (is_min ? 0 : 1) : (uint16_t)version;
}

static void narrow_by_options(uint32_t options, ussl_config_t *config) {
    bool no_1_2 = options & SSL_OP_NO_TLSv1_2, no_1_3 = options & SSL_OP_NO_TLSv1_3;
    if (no_1_2 && config->min_version < USSL_VERSION_TLS13) {
        config->min_version = USSL_VERSION_TLS13;
    }
    if (no_1_3 && (config->max_version == 0 || config->max_version > USSL_VERSION_TLS12)) {
        config->max_version = USSL_VERSION_TLS12;
    }
    config->no_tickets = options & SSL_OP_NO_TICKET;
    config->client_order = !(options & SSL_OP_CIPHER_SERVER_PREFERENCE);
}

static void config_of(const ssl_context_obj_t *self, ussl_config_t *config) {
    static const uint8_t modes[] = {
        [SSL_CERT_NONE] = USSL_VERIFY_NONE,
        [SSL_CERT_OPTIONAL] = USSL_VERIFY_OPTIONAL,
        [SSL_CERT_REQUIRED] = USSL_VERIFY_REQUIRED,
    };
    config->verify = (ussl_verify_t)modes[self->verify_mode];
    config->no_hostname_check = !self->check_hostname;
    config->no_common_name = self->no_common_name;
    if (self->verify_flags & SSL_VERIFY_CRL_CHECK_LEAF) {
        bool all = self->verify_flags & SSL_VERIFY_CRL_CHECK_ALL;
        config->crl_check = all ? USSL_CRL_ALL : USSL_CRL_LEAF;
    }
    config->clock = (ussl_clock_t)self->clock;
    config->partial_chain = self->verify_flags & SSL_VERIFY_X509_PARTIAL_CHAIN;
    config->strict = self->verify_flags & SSL_VERIFY_X509_STRICT;
    config->min_version = engine_version(self->min_version, true);
    config->max_version = engine_version(self->max_version, false);
    memcpy(config->suites, self->suites, sizeof(config->suites));
    config->group = self->group;
    config->record_in = self->record_in;
    config->record_out = self->record_out;
    narrow_by_options(self->options, config);
}

bool ssl_context_forgives_eof(const ssl_context_obj_t *self) {
    return self->options & SSL_OP_IGNORE_UNEXPECTED_EOF;
}

// ---- freezing ----
void ssl_context_changed(ssl_context_obj_t *self) {
    for (size_t role = 0; role < 2; role++) {
        ussl_ctx_unref(self->frozen[role]);
        self->frozen[role] = NULL;
    }
}

// Returns the strings as the NULL-terminated list that ussl_config_t has, or NULL if there are
// none. The engine copies them.
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

// Creates a server's session ticket keys. They are kept when a setting changes, so that clients can
// still resume; only ssl_context_drop_tickets() discards them.
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

void ssl_context_drop_tickets(ssl_context_obj_t *self) {
#if USSL_SESSIONS && USSL_SERVER
    ussl_tickets_unref(self->tickets);
    self->tickets = NULL;
#endif
    ssl_context_changed(self);
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
    config_of(self, &config);
    ussl_result_t result = ussl_ctx_new(self->arena, &config, &self->frozen[role]);
    if (result != USSL_OK) {
        ssl_raise_usage(result, "this firmware was built without what the context asks for");
    }
    return self->frozen[role];
}

// ---- trust ----
ussl_trust_t *ssl_context_trust(ssl_context_obj_t *self) {
    if (self->trust == NULL) {
        ussl_result_t result = ussl_trust_new(self->arena, &self->trust);
        if (result != USSL_OK) {
            ssl_raise_result(result);
        }
        ssl_context_changed(self);
    }
    return self->trust;
}
