// SPDX-License-Identifier: MIT
//
// keylog.c - passes the secrets of a handshake to on_secret, with the labels of the NSS key log
// format.
#include "conn.h"

#if USSL_KEYLOG
static void write_secret(void *arg, mbedtls_ssl_key_export_type type, const unsigned char *secret,
    size_t len, const unsigned char client_random[32], const unsigned char server_random[32],
    mbedtls_tls_prf_types prf) {
    static const struct {
        int type;
        const char *label;
    } labels[] = {
        {MBEDTLS_SSL_KEY_EXPORT_TLS12_MASTER_SECRET, "CLIENT_RANDOM"},
#if USSL_TLS13
        {MBEDTLS_SSL_KEY_EXPORT_TLS1_3_CLIENT_HANDSHAKE_TRAFFIC_SECRET,
            "CLIENT_HANDSHAKE_TRAFFIC_SECRET"},
        {MBEDTLS_SSL_KEY_EXPORT_TLS1_3_SERVER_HANDSHAKE_TRAFFIC_SECRET,
            "SERVER_HANDSHAKE_TRAFFIC_SECRET"},
        {MBEDTLS_SSL_KEY_EXPORT_TLS1_3_CLIENT_APPLICATION_TRAFFIC_SECRET,
            "CLIENT_TRAFFIC_SECRET_0"},
        {MBEDTLS_SSL_KEY_EXPORT_TLS1_3_SERVER_APPLICATION_TRAFFIC_SECRET,
            "SERVER_TRAFFIC_SECRET_0"},
#endif
    };
    ussl_conn_t *conn = arg;
    (void)server_random;
    (void)prf;
    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
        if (labels[i].type == (int)type && conn->ctx->config.on_secret != NULL) {
            ussl__scope_t *scope = ussl__scope_pause();
            conn->ctx->config.on_secret(conn->owner, labels[i].label, client_random, secret, len);
            ussl__scope_resume(scope);
        }
    }
}

// ---- private to the engine ----
void ussl__keylog_use(ussl_conn_t *conn) {
    // This is also needed without on_secret, because the connection may change to a context that
    // has one.
    mbedtls_ssl_set_export_keys_cb(&conn->ssl, write_secret, conn);
}
#endif // USSL_KEYLOG
