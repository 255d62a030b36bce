// SPDX-License-Identifier: MIT
//
// client_hello.c - reads the extensions of a ClientHello that decide which context a server uses:
// the host name that the client asks for, and the application protocols that it offers.
//
// Notes: mbedTLS's own callbacks run too late for this, or in the order in which the client sends
// its extensions. Everything that is read here is untrusted input.
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
            return ussl__malformed(conn);
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

// ---- private to the room ----
bool ussl__client_hello_parse(ussl__reader_t list, ussl__client_hello_t *out) {
    ussl__reader_t data;
    unsigned type;
    memset(out, 0, sizeof(*out));
    while (list.at < list.end) {
        if (!ussl__tls_ext_read(&list, &type, &data)
            || (type == EXT_SERVER_NAME && !read_server_name(data, out))
            || (type == EXT_ALPN && !read_alpn(data, out))) {
            return false;
        }
    }
    return true;
}

int ussl__client_hello_read(ussl_conn_t *conn, ussl__reader_t list) {
    ussl__client_hello_t hello;
    if (conn->ctx->config.on_hello == NULL && conn->ctx->alpn == NULL) {
        return 0;
    }
    if (!ussl__client_hello_parse(list, &hello)) {
        return ussl__malformed(conn);
    }
    int code = ask_hook(conn, &hello);
    const ussl_ctx_t *ctx = conn->ctx; // on_hello may have changed it
    if (code == 0 && ctx->alpn != NULL && !offers(&hello, ctx->config.alpn)) {
        conn->ssl.conf = &ctx->conf_plain;
    }
    return code;
}
#endif // USSL_SERVER
