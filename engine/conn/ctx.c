// SPDX-License-Identifier: MIT
//
// ctx.c - makes a context: settings that are passed to mbedTLS once and never change.
//
// Notes: all connections of a context share mbedTLS's ssl_config by a pointer, so a change would
// affect live connections. A context is therefore never changed after it has been made. Its owner
// makes a new one, and connections keep the one that they have.
#include "conn.h"

#include <string.h>

// The groups, best first. A TLS 1.3 client sends a key share for the first group only, so the first
// is one that nearly every server accepts and that costs a microcontroller least with BearSSL.
static const uint16_t groups[] = {
#if USSL_X25519
    MBEDTLS_SSL_IANA_TLS_GROUP_X25519,
#endif
    MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1,
    MBEDTLS_SSL_IANA_TLS_GROUP_SECP384R1,
#if USSL_P521
    MBEDTLS_SSL_IANA_TLS_GROUP_SECP521R1,
#endif
    MBEDTLS_SSL_IANA_TLS_GROUP_NONE,
};

static const struct {
    const char *name;
    uint16_t id;
} group_names[] = {
    {"prime256v1", MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1},
    {"secp384r1", MBEDTLS_SSL_IANA_TLS_GROUP_SECP384R1},
#if USSL_P521
    {"secp521r1", MBEDTLS_SSL_IANA_TLS_GROUP_SECP521R1},
#endif
#if USSL_X25519
    {"X25519", MBEDTLS_SSL_IANA_TLS_GROUP_X25519},
#endif
};

// ---- helpers ----
static int auth_mode(const ussl_config_t *config) {
    if (config->verify == USSL_VERIFY_NONE || ussl__psk_only(config)) {
        return MBEDTLS_SSL_VERIFY_NONE;
    }
    // mbedTLS's OPTIONAL accepts a bad certificate, and a missing one even if it is required. For a
    // server handshake.c refuses both, with the right alert. A client's OPTIONAL is REQUIRED, as in
    // CPython.
    return config->role == USSL_CLIENT ? MBEDTLS_SSL_VERIFY_REQUIRED : MBEDTLS_SSL_VERIFY_OPTIONAL;
}

static bool config_fits(const ussl_config_t *config) {
    const ussl_identity_t *const *identity = (const ussl_identity_t *const *)config->identity;
    if ((config->role == USSL_SERVER_SIDE && !USSL_SERVER) || !ussl__psk_fits(config)) {
        return false;
    }
#if USSL_DTLS
    if (!ussl__datagrams_fit(config)) {
        return false;
    }
#else
    if (config->datagrams) {
        return false;
    }
#endif
    if ((config->on_secret != NULL && !USSL_KEYLOG) || (config->on_sign != NULL && !USSL_SIGN)
        || (config->crl_check != USSL_CRL_NONE && !USSL_CRL)) {
        return false;
    }
    if (USSL_CERT_NONE == USSL_CERT_NONE_REFUSE && config->role == USSL_CLIENT
        && config->verify == USSL_VERIFY_NONE && !ussl__psk_only(config)) {
        return false;
    }
    return identity[0] == NULL || identity[1] == NULL
        || ussl_identity_is_rsa(identity[0]) != ussl_identity_is_rsa(identity[1]);
}

static void set_versions(mbedtls_ssl_config *conf, const ussl_config_t *config) {
    uint16_t lowest = USSL_TLS12 ? USSL_VERSION_TLS12 : USSL_VERSION_TLS13;
    uint16_t highest = USSL_TLS13 ? USSL_VERSION_TLS13 : USSL_VERSION_TLS12;
    uint16_t min = config->min_version > lowest ? config->min_version : lowest;
    uint16_t max =
        config->max_version && config->max_version < highest ? config->max_version : highest;
    if (config->datagrams && max > USSL_VERSION_TLS12) {
        max = USSL_VERSION_TLS12; // DTLS 1.2; mbedTLS has no other
    }
    mbedtls_ssl_conf_min_tls_version(conf, (mbedtls_ssl_protocol_version)min);
    mbedtls_ssl_conf_max_tls_version(conf, (mbedtls_ssl_protocol_version)max);
}

static void set_suites(ussl_ctx_t *ctx) {
    uint16_t ids[USSL_SUITES_MAX];
    bool psk = ussl__psk_only(&ctx->config);
    if (ctx->config.suites[0] != 0) {
        memcpy(ids, ctx->config.suites, sizeof(ids));
    } else if (psk) {
        ussl__suites_for_psk(ids);
    } else {
        ussl_suites_default(ids);
    }
    // A suite of TLS 1.2 is either for certificates or for pre-shared keys.
    size_t n = 0;
    for (size_t i = 0; i < USSL_SUITES_MAX && ids[i] != 0; i++) {
        bool tls13 = ussl_suite_find(ids[i])->version == USSL_VERSION_TLS13;
        if (tls13 || ussl__suite_is_psk(ids[i]) == psk) {
            ctx->suites[n++] = ids[i];
        }
    }
    mbedtls_ssl_conf_ciphersuites(&ctx->conf, ctx->suites);
}

// mbedTLS keeps a pointer to the list, so the context owns the list and its texts, in one block.
static int set_alpn(ussl_ctx_t *ctx) {
    const char *const *from = ctx->config.alpn;
    if (from == NULL) {
        return 0;
    }
    size_t n = 0, bytes = 0;
    for (; from[n] != NULL; n++) {
        bytes += strlen(from[n]) + 1;
    }
    size_t table = (n + 1) * sizeof(*ctx->alpn);
    ctx->alpn = ussl__calloc(1, table + bytes);
    if (ctx->alpn == NULL) {
        return MBEDTLS_ERR_SSL_ALLOC_FAILED;
    }
    char *text = (char *)ctx->alpn + table;
    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(from[i]) + 1;
        ctx->alpn[i] = memcpy(text, from[i], len);
        text += len;
    }
    ctx->config.alpn = ctx->alpn;
    return mbedtls_ssl_conf_alpn_protocols(&ctx->conf, ctx->alpn);
}

static void set_sessions(ussl_ctx_t *ctx) {
#if USSL_SESSIONS
    if (ctx->config.role == USSL_CLIENT) {
        int use = ctx->config.no_tickets ? MBEDTLS_SSL_SESSION_TICKETS_DISABLED
                                         : MBEDTLS_SSL_SESSION_TICKETS_ENABLED;
        mbedtls_ssl_conf_session_tickets(&ctx->conf, use);
#if USSL_TLS13
        // Without this mbedTLS drops the session tickets that it reads.
        mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(&ctx->conf,
            ctx->config.no_tickets ? MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_DISABLED
                                   : MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED);
#endif
    }
#if USSL_SERVER
    if (ctx->config.role == USSL_SERVER_SIDE) {
        ussl__tickets_use(ctx);
    }
#endif
#else
    (void)ctx;
#endif
}

// Makes a client ask for shorter records with max_fragment_length, which is for TLS 1.2 (RFC 6066
// 4). For TLS 1.3 mbedtls/ssl_tls13_generic.c sends record_size_limit (RFC 8449).
static int set_record_limit(ussl_ctx_t *ctx) {
#if USSL_TLS12
    size_t limit = ctx->config.record_in;
    if (ctx->config.role == USSL_CLIENT && limit < 16384) {
        unsigned char code = limit >= 4096 ? MBEDTLS_SSL_MAX_FRAG_LEN_4096
            : limit >= 2048                ? MBEDTLS_SSL_MAX_FRAG_LEN_2048
            : limit >= 1024                ? MBEDTLS_SSL_MAX_FRAG_LEN_1024
                                           : MBEDTLS_SSL_MAX_FRAG_LEN_512;
        return mbedtls_ssl_conf_max_frag_len(&ctx->conf, code);
    }
#else
    (void)ctx;
#endif
    return 0;
}

// Sets our certificates, or the pre-shared keys that take their place.
static int set_authentication(ussl_ctx_t *ctx) {
    const ussl_config_t *config = &ctx->config;
    int code = 0;
    for (size_t i = 0; i < 2 && code == 0; i++) {
        if (config->identity[i] != NULL) {
            code = mbedtls_ssl_conf_own_cert(
                &ctx->conf, &config->identity[i]->chain, &config->identity[i]->key);
        }
    }
#if USSL_TLS13
    // psk_ke (RFC 8446 4.2.9) is never used, because it has no key exchange.
    mbedtls_ssl_conf_tls13_key_exchange_modes(&ctx->conf,
        ussl__psk_only(config) ? MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_PSK_EPHEMERAL
                               : MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ALL);
#endif
#if USSL_PSK
    code = code == 0 ? ussl__psk_use(ctx) : code;
#endif
    return code;
}

static int ctx_fill(ussl_ctx_t *ctx) {
    const ussl_config_t *config = &ctx->config;
    mbedtls_ssl_config *conf = &ctx->conf;
    bool client = config->role == USSL_CLIENT;
    int code =
        mbedtls_ssl_config_defaults(conf, client ? MBEDTLS_SSL_IS_CLIENT : MBEDTLS_SSL_IS_SERVER,
            config->datagrams ? MBEDTLS_SSL_TRANSPORT_DATAGRAM : MBEDTLS_SSL_TRANSPORT_STREAM,
            MBEDTLS_SSL_PRESET_DEFAULT);
    if (code != 0) {
        return code;
    }
    set_suites(ctx);
    ctx->group[0] = config->group;
    mbedtls_ssl_conf_groups(conf, config->group ? ctx->group : groups);
#if USSL_SERVER && USSL_TLS12
    mbedtls_ssl_conf_preference_order(conf,
        config->client_order ? MBEDTLS_SSL_SRV_CIPHERSUITE_ORDER_CLIENT
                             : MBEDTLS_SSL_SRV_CIPHERSUITE_ORDER_SERVER);
#endif
    set_sessions(ctx);
    mbedtls_ssl_conf_rng(conf, ussl__rng, NULL);
    mbedtls_ssl_conf_authmode(conf, auth_mode(config));
    set_versions(conf, config);
    mbedtls_x509_crt *chain = config->trust ? config->trust->chain : NULL;
    bool crls = config->trust && config->crl_check != USSL_CRL_NONE;
    mbedtls_ssl_conf_ca_chain(
        conf, chain ? chain : &ctx->nobody, crls ? config->trust->crls : NULL);
#if USSL_SERVER
    // As in CPython, no list of CA names is sent: it is only a hint, costs kilobytes, and discloses
    // our trust.
    mbedtls_ssl_conf_cert_req_ca_list(conf, MBEDTLS_SSL_CERT_REQ_CA_LIST_DISABLED);
#endif
    code = set_authentication(ctx);
    code = code == 0 ? set_record_limit(ctx) : code;
    code = code == 0 ? set_alpn(ctx) : code;
    // An mbedTLS server ends the handshake if it shares no ALPN protocol with the client. CPython
    // continues without one, and so do connections that use this copy.
    ctx->conf_plain = ctx->conf;
    ctx->conf_plain.alpn_list = NULL;
#if USSL_DTLS
    // In DTLS the copy has no cookies, because a cookie needs a client id.
    code = code == 0 ? ussl__datagrams_use(ctx) : code;
#if USSL_SERVER
    mbedtls_ssl_conf_dtls_cookies(&ctx->conf_plain, NULL, NULL, NULL);
#endif
#endif
    return code;
}

static void ctx_drop(ussl__object_t *object) {
    ussl_ctx_t *ctx = (ussl_ctx_t *)object;
    ussl_arena_t *arena = ctx->arena;
    mbedtls_ssl_config_free(&ctx->conf);
#if USSL_DTLS && USSL_SERVER
    mbedtls_ssl_cookie_free(&ctx->cookies);
#endif
    ussl_trust_unref(ctx->config.trust);
    ussl_identity_unref(ctx->config.identity[0]);
    ussl_identity_unref(ctx->config.identity[1]);
    ussl__object_unref(ctx->config.tickets);
    ussl__free(ctx->alpn);
    ussl__free(ctx);
    ussl_arena_unref(arena);
}

// ---- public ----
uint16_t ussl_group_named(const char *name) {
    for (size_t i = 0; i < sizeof(group_names) / sizeof(group_names[0]); i++) {
        if (strcmp(group_names[i].name, name) == 0) {
            return group_names[i].id;
        }
    }
    return 0;
}

ussl_result_t ussl_ctx_new(ussl_arena_t *arena, const ussl_config_t *config, ussl_ctx_t **out) {
    if (arena == NULL || config == NULL || out == NULL || !config_fits(config)) {
        return USSL_ERR_USAGE;
    }
    ussl__scope_t scope;
    ussl__scope_enter(&scope, arena);
    ussl_result_t result = USSL_ERR_MEMORY;
    ussl_ctx_t *ctx = ussl__calloc(1, sizeof(*ctx));
    if (ctx != NULL) {
        ctx->object.refs = 1;
        ctx->object.drop = ctx_drop;
        ctx->arena = ussl_arena_ref(arena);
        ctx->config = *config;
        ctx->config.record_in = config->record_in ? config->record_in : USSL_RECORD_IN;
        ctx->config.record_out = config->record_out ? config->record_out : USSL_RECORD_OUT;
        ctx->config.no_tickets = config->no_tickets || ussl__psk_only(config) || config->datagrams;
        ussl_trust_ref(config->trust);
        ussl_identity_ref(config->identity[0]);
        ussl_identity_ref(config->identity[1]);
        ussl__object_ref(config->tickets);
        mbedtls_ssl_config_init(&ctx->conf);
        mbedtls_x509_crt_init(&ctx->nobody);
#if USSL_DTLS && USSL_SERVER
        mbedtls_ssl_cookie_init(&ctx->cookies);
#endif
        int code = ctx_fill(ctx);
        if (code == 0) {
            *out = ctx;
            result = USSL_OK;
        } else {
            ussl_ctx_unref(ctx);
            result = scope.failed ? USSL_ERR_MEMORY : USSL_ERR_INTERNAL;
        }
    }
    ussl__scope_leave(&scope);
    return result;
}

uint8_t ussl_ctx_tag(const ussl_ctx_t *ctx) {
    return ctx->config.tag;
}

ussl_ctx_t *ussl_ctx_ref(ussl_ctx_t *ctx) {
    return ussl__object_ref(ctx);
}

void ussl_ctx_unref(ussl_ctx_t *ctx) {
    ussl__object_unref(ctx);
}
