// SPDX-License-Identifier: MIT
//
// psk.c - pre-shared keys: both ends prove that they know a key, and no certificate is exchanged
// (RFC 4279, RFC 5489, RFC 8446 4.2.11).
//
// Notes: a context with a pre-shared key negotiates nothing else, so a peer without the key cannot
// make it fall back to certificates. Such a context neither gives nor accepts session tickets,
// because a handshake with a pre-shared key costs as little as a resumption. With TLS 1.3 there is
// always a key exchange (psk_dhe_ke), so recorded traffic stays secret even if the key becomes
// known later.
#include "conn.h"

#include <string.h>

// ---- private to the room ----
bool ussl__psk_only(const ussl_config_t *config) {
    return USSL_PSK && (config->psk.key != NULL || config->on_psk != NULL);
}

bool ussl__psk_fits(const ussl_config_t *config) {
    const ussl_psk_t *psk = &config->psk;
    if (config->role == USSL_SERVER_SIDE ? psk->key != NULL : config->on_psk != NULL) {
        return false;
    }
    if (psk->key == NULL) {
        return USSL_PSK || config->on_psk == NULL;
    }
    return USSL_PSK && psk->key_len > 0 && psk->key_len <= USSL_PSK_MAX && psk->identity != NULL
        && psk->identity_len > 0 && psk->identity_len <= USSL_PSK_IDENTITY_MAX;
}

#if USSL_PSK
_Static_assert(USSL_PSK_MAX == MBEDTLS_PSK_MAX_LEN, "mbedTLS takes keys of this length");

// The most identities for which on_psk is called. A ClientHello of TLS 1.3 can offer some two
// thousand.
enum { MOST_IDENTITIES = 8 };

// This is mbedTLS's f_psk. Any result other than 0 means that there is no key for the identity.
#if USSL_SERVER
static int find_key(
    void *arg, mbedtls_ssl_context *ssl, const unsigned char *identity, size_t identity_len) {
    ussl_conn_t *conn = ussl__conn_of(ssl);
    ussl_on_psk_t hook = conn->ctx->config.on_psk;
    uint8_t key[USSL_PSK_MAX];
    size_t key_len = 0;
    (void)arg;
    if (hook == NULL || conn->identities_seen >= MOST_IDENTITIES) {
        return MBEDTLS_ERR_SSL_UNKNOWN_IDENTITY;
    }
    conn->identities_seen++;
    ussl__scope_t *scope = ussl__scope_pause();
    ussl_result_t result = hook(conn->owner, identity, identity_len, key, &key_len);
    ussl__scope_resume(scope);
    if (result == USSL_ERR_HOOK) {
        (void)ussl__conn_latch(conn, result, USSL_ALERT_INTERNAL_ERROR, "CALLBACK_FAILED");
    }
    int code = result == USSL_OK && key_len > 0 && key_len <= sizeof(key)
        ? mbedtls_ssl_set_hs_psk(ssl, key, key_len)
        : MBEDTLS_ERR_SSL_UNKNOWN_IDENTITY;
    mbedtls_platform_zeroize(key, sizeof(key));
    return code;
}
#endif

int ussl__psk_use(ussl_ctx_t *ctx) {
    const ussl_psk_t *psk = &ctx->config.psk;
#if USSL_SERVER
    if (ctx->config.on_psk != NULL) {
        mbedtls_ssl_conf_psk_cb(&ctx->conf, find_key, NULL);
    }
#endif
    int code = psk->key == NULL ? 0
                                : mbedtls_ssl_conf_psk(&ctx->conf, psk->key, psk->key_len,
                                    psk->identity, psk->identity_len);
    ctx->config.psk.key = code == 0 ? ctx->conf.psk : NULL; // mbedTLS's copy
    ctx->config.psk.identity = ctx->conf.psk_identity;
    return code;
}

bool ussl__psk_proven(const ussl_conn_t *conn) {
    if (mbedtls_ssl_get_version_number(&conn->ssl) == MBEDTLS_SSL_VERSION_TLS1_3) {
        return !conn->full_handshake; // no session is resumed, so this was the key
    }
    return ussl__suite_is_psk(mbedtls_ssl_get_ciphersuite_id_from_ssl(&conn->ssl));
}
#endif // USSL_PSK
