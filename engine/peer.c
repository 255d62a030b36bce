// SPDX-License-Identifier: MIT
//
// peer.c - what a connection has negotiated, and what it knows of its peer.
//
// Notes: of a resumed connection the peer's certificate is known from the session; mbedTLS keeps it
// in TLS 1.2 sessions only.
#include "der.h"

// ---- private to the engine ----
uint8_t ussl_conn_rules(const ussl_conn_t *conn) {
    const ussl_config_t *config = &conn->ctx->config;
    if (conn->verify == USSL_VERIFY_NONE) {
        return 0;
    }
    bool name = config->role == USSL_CLIENT && conn->hostname && !config->no_hostname_check;
    const struct {
        bool asked;
        uint8_t bit;
    } rules[] = {
        {true, USSL_PROVEN_CHAIN},
        {name, USSL_PROVEN_NAME},
        {name && config->no_common_name, USSL_PROVEN_NO_CN},
        {config->on_cert != NULL, USSL_PROVEN_HOOK},
        {!config->partial_chain, USSL_PROVEN_ROOT},
        {config->strict, USSL_PROVEN_STRICT},
        {config->crl_check != USSL_CRL_NONE, USSL_PROVEN_CRL_LEAF},
        {config->crl_check == USSL_CRL_ALL, USSL_PROVEN_CRL_ALL},
    };
    uint8_t bits = 0;
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        bits |= rules[i].asked ? rules[i].bit : 0;
    }
    return bits;
}

uint8_t ussl_conn_proven(const ussl_conn_t *conn) {
    if (!conn->full) {
        return conn->proven_before;
    }
    bool verified = conn->check.verified && conn->check.verdict.flags == 0;
    return verified ? ussl_conn_rules(conn) : 0;
}

// A root from the store left memory with the handshake; whoever asks for it brings it back.
static const mbedtls_x509_crt *stored_root(ussl_conn_t *conn) {
#if USSL_STORE
    ussl_path_t *path = &conn->check.path;
    const ussl_trust_t *trust = conn->ctx->config.trust;
    if (path->roots == NULL && trust != NULL && trust->store != NULL && path->len > 1) {
        ussl_scope_t scope;
        ussl_scope_enter(&scope, conn->arena);
        const mbedtls_x509_crt *child = path->cert[path->len - 2];
        uint32_t at = USSL_STORE_FIRST;
        mbedtls_x509_crt *root;
        while ((root = ussl_store_find(trust->store, child, &at)) && !ussl_signed_by(child, root)) {
            ussl_certs_free(root);
        }
        path->roots = root;
        ussl_scope_leave(&scope);
    }
#endif
    return conn->check.path.roots;
}

// ---- public, in header order ----
uint16_t ussl_conn_version(const ussl_conn_t *conn) {
    return ussl_conn_established(conn) ? (uint16_t)conn->ssl.tls_version : 0;
}

const ussl_suite_t *ussl_conn_suite(const ussl_conn_t *conn) {
    return ussl_conn_established(conn)
        ? ussl_suite_find(mbedtls_ssl_get_ciphersuite_id_from_ssl(&conn->ssl))
        : NULL;
}

const char *ussl_conn_alpn(const ussl_conn_t *conn) {
    return ussl_conn_established(conn) ? mbedtls_ssl_get_alpn_protocol(&conn->ssl) : NULL;
}

const ussl_cert_t *ussl_conn_peer_cert(const ussl_conn_t *conn) {
    if (!ussl_conn_established(conn)) {
        return NULL;
    }
    const mbedtls_x509_crt *peer = mbedtls_ssl_get_peer_cert(&conn->ssl);
    return (const ussl_cert_t *)(peer == NULL && !conn->full ? conn->kept_peer : peer);
}

const ussl_cert_t *ussl_conn_chain(ussl_conn_t *conn, bool verified, size_t index) {
    if (!conn->full || !ussl_conn_established(conn)) {
        bool shown = index == 0 && (!verified || ussl_conn_peer_verified(conn));
        return shown ? ussl_conn_peer_cert(conn) : NULL;
    }
    if (verified && !ussl_conn_peer_verified(conn)) {
        return NULL;
    }
    if (verified) {
        const ussl_path_t *path = &conn->check.path;
        bool root = index + 1 == path->len && path->stored;
        return index >= path->len ? NULL
            : root                ? (const ussl_cert_t *)stored_root(conn)
                                  : (const ussl_cert_t *)path->cert[index];
    }
    const mbedtls_x509_crt *crt = mbedtls_ssl_get_peer_cert(&conn->ssl);
    while (crt != NULL && index-- > 0) {
        crt = crt->next;
    }
    return (const ussl_cert_t *)crt;
}

bool ussl_conn_peer_verified(const ussl_conn_t *conn) {
    return ussl_conn_established(conn) && ussl_conn_proven(conn) & USSL_PROVEN_CHAIN;
}

bool ussl_conn_resumed(const ussl_conn_t *conn) {
    return ussl_conn_established(conn) && !conn->full;
}
