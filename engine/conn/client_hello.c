// SPDX-License-Identifier: MIT
//
// client_hello.c - reads what a server must know of a ClientHello before mbedTLS reads it: the host
// name that the client asks for, and the application protocols that it offers.
//
// Notes: mbedTLS calls its own callbacks too late, or in an order that the client chooses.
// Everything that is read here is hostile. A malformed ClientHello is refused with decode_error;
// anything that is not a ClientHello is left for mbedTLS to refuse.
#include "extensions.h"

#include <string.h>

#if USSL_SERVER

static bool read_server_name(ussl__reader_t data, ussl__client_hello_t *out) {
    ussl__reader_t list, name;
    uint64_t type;
    if (!ussl__read_vector(&data, 2, &list) || data.at != data.end) {
        return false;
    }
    while (list.at < list.end) {
        if (!ussl__read_number(&list, 1, &type) || !ussl__read_vector(&list, 2, &name)) {
            return false;
        }
        if (type == 0 && out->name == NULL) {
            out->name = name.at;
            out->name_len = (size_t)(name.end - name.at);
        }
    }
    return true;
}

static bool read_alpn(ussl__reader_t data, ussl__client_hello_t *out) {
    ussl__reader_t list, name;
    if (!ussl__read_vector(&data, 2, &list) || data.at != data.end || list.at == list.end) {
        return false;
    }
    out->alpn = list.at;
    out->alpn_len = (size_t)(list.end - list.at);
    while (list.at < list.end) {
        if (!ussl__read_vector(&list, 1, &name) || name.at == name.end) {
            return false;
        }
    }
    return true;
}

static bool offers(const ussl__client_hello_t *hello, const char *const *protocols) {
    if (hello->alpn == NULL) {
        return false;
    }
    ussl__reader_t list = {hello->alpn, hello->alpn + hello->alpn_len}, name;
    while (list.at < list.end && ussl__read_vector(&list, 1, &name)) {
        if (ussl__is_protocol_of(protocols, name)) {
            return true;
        }
    }
    return false;
}

static int ask_hook(ussl_conn_t *conn, const ussl__client_hello_t *hello) {
    ussl_on_hello_t hook = conn->ctx->config.on_hello;
    if (hook == NULL) {
        return 0;
    }
    if (hello->name != NULL) {
        bool odd = hello->name_len == 0 || hello->name_len > MBEDTLS_SSL_MAX_HOST_NAME_LEN
            || memchr(hello->name, 0, hello->name_len) != NULL;
        if (odd) {
            return MBEDTLS_ERR_SSL_DECODE_ERROR;
        }
        conn->hostname = ussl__calloc(1, hello->name_len + 1);
        if (conn->hostname == NULL) {
            return MBEDTLS_ERR_SSL_ALLOC_FAILED;
        }
        memcpy(conn->hostname, hello->name, hello->name_len);
    }
    ussl__scope_t *scope = ussl__scope_pause();
    conn->in_client_hello = true;
    int alert = hook(conn->owner, conn->hostname);
    conn->in_client_hello = false;
    ussl__scope_resume(scope);
    if (alert < 0) {
        return 0;
    }
    bool named = (alert & 0xFF) != 0;
    (void)ussl__conn_latch(conn, USSL_ERR_PROTOCOL,
        named ? alert & 0xFF : USSL_ALERT_INTERNAL_ERROR, "CALLBACK_FAILED");
    return MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE;
}

static int look_at(ussl_conn_t *conn, const uint8_t *body, size_t len) {
    ussl__client_hello_t hello;
    conn->client_hello_read = true;
    if (!ussl__client_hello_parse(body, len, &hello)) {
        return MBEDTLS_ERR_SSL_DECODE_ERROR;
    }
    int code = ask_hook(conn, &hello);
    const ussl_ctx_t *ctx = conn->ctx; // the hook may have changed it
    if (code == 0 && ctx->alpn != NULL && !offers(&hello, ctx->config.alpn)) {
        conn->ssl.conf = &ctx->conf_plain;
    }
    return code;
}

// ---- private to the engine ----
bool ussl__client_hello_parse(const uint8_t *body, size_t len, ussl__client_hello_t *out) {
    enum { VERSION_AND_RANDOM = 2 + 32 };
    ussl__reader_t reader = {body, body + len}, skipped, extensions, data;
    memset(out, 0, sizeof(*out));
    if (len < VERSION_AND_RANDOM) {
        return false;
    }
    reader.at += VERSION_AND_RANDOM;
    bool good = ussl__read_vector(&reader, 1, &skipped) // session id
        && ussl__read_vector(&reader, 2, &skipped)      // cipher suites
        && ussl__read_vector(&reader, 1, &skipped);     // compression methods
    if (!good || reader.at == reader.end) {
        return good; // TLS 1.2 allows a hello without extensions
    }
    if (!ussl__read_vector(&reader, 2, &extensions)) {
        return false;
    }
    while (extensions.at < extensions.end) {
        unsigned type;
        if (!ussl__tls_ext_read(&extensions, &type, &data)) {
            return false;
        }
        if ((type == EXT_SERVER_NAME && !read_server_name(data, out))
            || (type == EXT_ALPN && !read_alpn(data, out))) {
            return false;
        }
    }
    return true;
}

// If the message comes in several records, mbedTLS has joined the earlier parts at the start of its
// buffer. The record that came last is behind them, and still has its header of five bytes.
int ussl__client_hello_read(ussl_conn_t *conn) {
    enum { RECORD_HEADER = 5, MESSAGE_HEADER = 4, SEQUENCE = 8 };
    const mbedtls_ssl_context *ssl = &conn->ssl;
    const ussl_config_t *config = &conn->ctx->config;
    bool wanted = config->on_hello != NULL || conn->ctx->alpn != NULL;
    if (!wanted || config->datagrams || conn->client_hello_read
        || ssl->state > MBEDTLS_SSL_CLIENT_HELLO || conn->in_have == 0) {
        return 0;
    }
    const uint8_t *record = ssl->in_hdr;
    size_t have = ssl->in_left + conn->in_have;
    size_t record_len = have > RECORD_HEADER ? (size_t)(record[3] << 8 | record[4]) : 0;
    if (record_len == 0 || have < RECORD_HEADER + record_len
        || record[0] != MBEDTLS_SSL_MSG_HANDSHAKE) {
        return 0;
    }
    size_t before = ssl->badmac_seen_or_in_hsfraglen;
    if (before >= MESSAGE_HEADER && before + record_len < ssl->in_hslen) {
        return 0; // it is not whole, and joining each part anew would cost the square of its length
    }
    const uint8_t *message = record + RECORD_HEADER;
    uint8_t *joined = NULL;
    if (before > 0) {
        joined = ussl__calloc(1, before + record_len);
        if (joined == NULL) {
            return MBEDTLS_ERR_SSL_ALLOC_FAILED;
        }
        memcpy(joined, ssl->in_buf + SEQUENCE + RECORD_HEADER, before);
        memcpy(joined + before, message, record_len);
        message = joined;
    }
    size_t total = before + record_len;
    size_t len = total < MESSAGE_HEADER
        ? SIZE_MAX / 2
        : (size_t)message[1] << 16 | (size_t)message[2] << 8 | message[3];
    int code = 0;
    if (total >= MESSAGE_HEADER + len && message[0] == MBEDTLS_SSL_HS_CLIENT_HELLO) {
        code = look_at(conn, message + MESSAGE_HEADER, len);
    }
    ussl__free(joined);
    return code;
}
#endif // USSL_SERVER
