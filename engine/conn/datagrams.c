// SPDX-License-Identifier: MIT
//
// datagrams.c - DTLS 1.2 (RFC 6347): connections over datagrams, with timers for lost messages and
// cookies against forged addresses.
//
// Notes: one call of ussl__wire_recv() receives one datagram, and one call of ussl__wire_send()
// sends one. The record buffers have their full size from the beginning, because the size of a
// datagram is not known before it is read. Messages that wait for their predecessors are limited by
// MBEDTLS_SSL_DTLS_MAX_BUFFERING.
#include "conn.h"

#if USSL_DTLS
// ---- timers, called by mbedTLS ----
// `intermediate` is for programs that do other work while they wait, so it is not used.
static void set_timer(void *arg, uint32_t intermediate, uint32_t final) {
    ussl_conn_t *conn = arg;
    (void)intermediate;
    conn->timer_began = ussl__ticks_ms();
    conn->timer_ms = final;
}

static int get_timer(void *arg) {
    enum { CANCELLED = -1, RUNNING = 0, PASSED = 2 };
    const ussl_conn_t *conn = arg;
    if (conn->timer_ms == 0) {
        return CANCELLED;
    }
    return ussl__ticks_ms() - conn->timer_began >= conn->timer_ms ? PASSED : RUNNING;
}

// ---- private to the room ----
bool ussl__datagrams_fit(const ussl_config_t *config) {
    // alpn and on_hello need client_hello.c, which reads only streams.
    bool server_reads = config->alpn != NULL || config->on_hello != NULL;
    return !config->datagrams || config->role == USSL_CLIENT || !server_reads;
}

int ussl__datagrams_use(ussl_ctx_t *ctx) {
#if USSL_SERVER
    if (ctx->config.datagrams && ctx->config.role == USSL_SERVER_SIDE) {
        mbedtls_ssl_conf_dtls_cookies(
            &ctx->conf, mbedtls_ssl_cookie_write, mbedtls_ssl_cookie_check, &ctx->cookies);
        return mbedtls_ssl_cookie_setup(&ctx->cookies, ussl__rng, NULL);
    }
#endif
    (void)ctx;
    return 0;
}

void ussl__datagrams_begin(ussl_conn_t *conn) {
    mbedtls_ssl_set_timer_cb(&conn->ssl, conn, set_timer, get_timer);
    mbedtls_ssl_set_mtu(&conn->ssl, USSL_DATAGRAM);
#if USSL_SERVER
    if (conn->ctx->config.role == USSL_SERVER_SIDE) {
        conn->ssl.conf = &conn->ctx->conf_plain; // no cookies until a client id is set
    }
#endif
}

void ussl__datagrams_end_handshake(ussl_conn_t *conn) {
    // The application chooses the size of its datagrams.
    mbedtls_ssl_set_mtu(&conn->ssl, 0);
}

// ---- public ----
ussl_result_t ussl_conn_set_client_id(ussl_conn_t *conn, const uint8_t *id, size_t len) {
#if USSL_SERVER
    const ussl_config_t *config = &conn->ctx->config;
    if (conn->state != CONN_START || !config->datagrams || config->role != USSL_SERVER_SIDE
        || len == 0) {
        return USSL_ERR_USAGE;
    }
    ussl__scope_t scope;
    ussl__scope_enter(&scope, conn->arena);
    int code = mbedtls_ssl_set_client_transport_id(&conn->ssl, id, len);
    ussl__scope_leave(&scope);
    if (code == 0) {
        conn->ssl.conf = &conn->ctx->conf;
    }
    return code == 0 ? USSL_OK : USSL_ERR_MEMORY;
#else
    (void)conn, (void)id, (void)len;
    return USSL_ERR_USAGE;
#endif
}

int32_t ussl_conn_timer(const ussl_conn_t *conn) {
    if (conn->timer_ms == 0 || conn->state != CONN_HANDSHAKING) {
        return -1;
    }
    uint32_t passed = ussl__ticks_ms() - conn->timer_began;
    return passed < conn->timer_ms ? (int32_t)(conn->timer_ms - passed) : 0;
}

size_t ussl_conn_datagram_max(const ussl_conn_t *conn) {
    int max = mbedtls_ssl_get_max_out_record_payload(&conn->ssl);
    size_t limit = conn->ctx->config.record_out;
    return max > 0 && (size_t)max < limit ? (size_t)max : limit;
}
#endif // USSL_DTLS
