// SPDX-License-Identifier: MIT
//
// peer.c - reports what a connection has negotiated, and the certificates of its peer.
//
// Notes: if a connection was resumed, the peer's certificate comes from the session. mbedTLS keeps
// it in TLS 1.2 sessions only; for TLS 1.3 resume.c keeps it.
#include "conn.h"

// ---- helpers ----
#if USSL_STORE
// Reads the root of the verified path from the store again, because it is freed at the end of the
// handshake. Its entry in the path stays NULL if the store has no such root.
static ussl_result_t bring_root(ussl_conn_t *conn) {
    ussl__path_t *path = &conn->check.path;
    const ussl_trust_t *trust = conn->ctx->config.trust;
    if (path->cert[path->len - 1] != NULL || path->len < 2 || trust == NULL
        || trust->store == NULL) {
        return USSL_OK;
    }
    const mbedtls_x509_crt *child = path->cert[path->len - 2];
    uint32_t at = USSL__STORE_FIRST;
    mbedtls_x509_crt *root;
    ussl__scope_t scope;
    ussl__scope_enter(&scope, conn->arena);
    ussl_result_t result = ussl__store_find(trust->store, child, &at, &root);
    while (root != NULL && !ussl__signed_by(child, root)) {
        ussl__certs_free(root);
        result = ussl__store_find(trust->store, child, &at, &root);
    }
    if (root != NULL) {
        root->next = path->roots;
        path->roots = root;
        path->cert[path->len - 1] = root;
    }
    ussl__scope_leave(&scope);
    return result;
}
#endif

// *out is certificate number `index` of the path that was verified, or NULL past the end.
static ussl_result_t path_cert(ussl_conn_t *conn, size_t index, const mbedtls_x509_crt **out) {
    const ussl__path_t *path = &conn->check.path;
    ussl_result_t result = USSL_OK;
    if (index + 1 == path->len && path->stored) {
#if USSL_STORE
        result = bring_root(conn);
#endif
    }
    *out = index < path->len ? path->cert[index] : NULL;
    return result;
}

// ---- public ----
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
    return (const ussl_cert_t *)(peer == NULL && !conn->full_handshake ? conn->kept_peer : peer);
}

ussl_result_t ussl_conn_chain(
    ussl_conn_t *conn, bool verified, size_t index, const ussl_cert_t **out) {
    const mbedtls_x509_crt *crt = NULL;
    ussl_result_t result = USSL_OK;
    bool shown = !verified || ussl_conn_peer_verified(conn);
    if (shown && (!conn->full_handshake || !ussl_conn_established(conn))) {
        *out = index == 0 ? ussl_conn_peer_cert(conn) : NULL;
        return USSL_OK;
    }
    if (shown && verified) {
        result = path_cert(conn, index, &crt);
    } else if (shown) {
        crt = mbedtls_ssl_get_peer_cert(&conn->ssl);
        while (crt != NULL && index-- > 0) {
            crt = crt->next;
        }
    }
    *out = (const ussl_cert_t *)crt;
    return result;
}

bool ussl_conn_peer_verified(const ussl_conn_t *conn) {
    return ussl_conn_established(conn) && ussl__conn_proven(conn) & USSL__PROVEN_CHAIN;
}

bool ussl_conn_resumed(const ussl_conn_t *conn) {
    return ussl_conn_established(conn) && !conn->full_handshake
        && !ussl__psk_only(&conn->ctx->config);
}
