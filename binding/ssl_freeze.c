// SPDX-License-Identifier: MIT
//
// ssl_freeze.c - builds the engine's context from the draft of settings behind an SSLContext.
//
// Notes: the engine's context is frozen: it cannot be changed. It is built from the draft for the
// first connection, and again for the first connection after a change. Each connection keeps the
// context that it began with. If a client gets its pre-shared key from a callback, a context is
// built for each connection.
#include "binding.h"

#include <string.h>

#include "py/objstr.h"

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

static void config_of(const ssl_context_obj_t *self, ussl_role_t role, ussl_config_t *config) {
    static const uint8_t modes[] = {
        [SSL_CERT_NONE] = USSL_VERIFY_NONE,
        [SSL_CERT_OPTIONAL] = USSL_VERIFY_OPTIONAL,
        [SSL_CERT_REQUIRED] = USSL_VERIFY_REQUIRED,
    };
    config->verify = (ussl_verify_t)modes[ssl_verification_mode(self, role)];
    config->no_hostname_check = !ssl_verification_of_name(self);
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
    config->datagrams = self->datagrams;
    config->record_in = self->record_in;
    config->record_out = self->record_out;
    narrow_by_options(self->options, config);
}

// ---- trust ----
// Libraries, and asyncio with ssl=True, make a context and load nothing into it. The default trust
// anchors are kept apart from self->trust, so that what a script loads later replaces them.
ussl_trust_t *ssl_context_trust_of_client(ssl_context_obj_t *self) {
    bool verifies = ssl_verification_mode(self, USSL_CLIENT) != SSL_CERT_NONE;
    if (self->trust == NULL && self->default_trust == NULL && verifies) {
        ssl_context_use_default_trust(self);
    }
    return self->trust ? self->trust : self->default_trust;
}

// ---- freezing ----
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
    if (role != USSL_SERVER_SIDE) {
        return;
    }
    ussl_lock_t lock;
    ussl_lock(&lock);
    bool made = self->tickets != NULL || ussl_tickets_new(self->arena, &self->tickets) == USSL_OK;
    ussl_unlock(&lock);
    if (!made) {
        ssl_raise_result(USSL_ERR_MEMORY);
    }
#else
    (void)self;
    (void)role;
#endif
}

// Sets the pre-shared key, or the hook for keys, if connections of this role authenticate by one.
static void use_psk(
    const ssl_context_obj_t *self, ssl_psk_answer_t *answer, ussl_config_t *config) {
#if USSL_PSK
    if (answer->given) {
        config->psk = answer->psk;
    } else if (config->role == USSL_CLIENT && ssl_psk_of_client(self)) {
        ssl_psk_of_attributes(self, &config->psk);
    } else if (config->role == USSL_SERVER_SIDE && ssl_psk_of_server(self)) {
        ssl_psk_check_hint(self);
        config->on_psk = ssl_hook_on_psk;
    }
#else
    (void)self;
    (void)answer;
    (void)config;
#endif
}

// Makes the context under the lock, because another thread could free what the configuration refers
// to before the context has its own references.
static ussl_result_t new_ctx(
    ssl_context_obj_t *self, ussl_config_t *config, uint32_t changes, ussl_ctx_t **out) {
    ussl_lock_t lock;
    ussl_lock(&lock);
    config->tickets = self->tickets;
    config->identity[0] = self->identity[0];
    config->identity[1] = self->identity[1];
    ussl_ctx_t *before = NULL;
    ussl_result_t result = ussl_ctx_new(self->arena, config, out); // takes its own references
    if (result == USSL_OK && self->changes == changes) {
        before = self->frozen[config->role];
        self->frozen[config->role] = ussl_ctx_ref(*out);
    }
    ussl_ctx_unref(before);
    ussl_unlock(&lock);
    return result;
}

static ussl_ctx_t *build(
    ssl_context_obj_t *self, ussl_role_t role, ssl_psk_answer_t *answer, uint8_t checks) {
    uint32_t changes = self->changes; // a later change makes this context obsolete
    ussl_trust_t *trust = role == USSL_CLIENT ? ssl_context_trust_of_client(self) : self->trust;
    make_tickets(self, role);
    ussl_config_t config = {
        .role = role,
        .tag = checks,
        .ticket_count = self->num_tickets,
        .alpn = alpn_list(self->alpn),
        .trust = trust,
        .on_cert_number = self->callback_number,
        .on_cert = self->verify_callback != mp_const_none ? ssl_hook_on_cert : NULL,
#if USSL_KEYLOG
        .on_secret = self->keylog != mp_const_none ? ssl_hook_on_secret : NULL,
#endif
#if USSL_SIGN
        .on_sign = self->ecdsa_sign_callback != mp_const_none ? ssl_hook_on_sign : NULL,
#endif
        .on_hello = self->sni_callback != mp_const_none ? ssl_hook_on_hello : NULL,
    };
    config_of(self, role, &config);
    if (self->datagrams && role == USSL_SERVER_SIDE && (config.alpn || config.on_hello)) {
        mp_raise_ValueError(MP_ERROR_TEXT(
            "a DTLS server cannot use ALPN or sni_callback: remove them from the context"));
    }
    use_psk(self, answer, &config);
    ussl_ctx_t *frozen = NULL;
    ussl_result_t result = new_ctx(self, &config, changes, &frozen);
    if (result != USSL_OK) {
        ssl_raise_usage(
            result, "this firmware was built without servers (USSL_SERVER), or refuses CERT_NONE");
    }
    return frozen;
}

// The callback for a key is Python code, which can change the context or make a connection with it.
// So it is called before anything is read or replaced.
ussl_ctx_t *ssl_context_freeze(ssl_context_obj_t *self, ussl_role_t role) {
    ssl_psk_answer_t answer = {0};
    if (role == USSL_CLIENT && ssl_psk_asks(self)) {
        ssl_psk_ask(self, &answer);
    }
    uint8_t checks = answer.given ? SSL_CHECKS_KEY_ONCE : ssl_verification_checks(self, role);
    ussl_lock_t lock;
    ussl_lock(&lock);
    ussl_ctx_t *frozen = self->frozen[role];
    bool current = frozen != NULL && !answer.given && ussl_ctx_tag(frozen) == checks;
    frozen = current ? ussl_ctx_ref(frozen) : NULL;
    ussl_unlock(&lock);
    return current ? frozen : build(self, role, &answer, checks);
}
