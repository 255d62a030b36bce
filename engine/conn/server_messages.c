// SPDX-License-Identifier: MIT
//
// server_messages.c - checks what a server sends, before mbedTLS reads it (RFC 8446 4.1.3 to 4.6.1,
// RFC 5246 7.4).
#include "extensions.h"

#include <string.h>

// ---- helpers ----
// The server's answer must be one of the protocols that were offered (RFC 7301 3.1).
static int check_alpn(ussl_conn_t *conn, ussl__reader_t list) {
    ussl__reader_t data, names, name;
    if (!ussl__tls_ext_find(list, EXT_ALPN, &data)) {
        return 0;
    }
    if (!ussl__read_vector(&data, 2, &names) || data.at != data.end
        || !ussl__read_vector(&names, 1, &name) || names.at != names.end || name.at == name.end) {
        return ussl__malformed(conn);
    }
    return ussl__is_protocol_of((const char *const *)conn->ctx->alpn, name)
        ? 0
        : ussl__refuse(conn, USSL_ALERT_ILLEGAL_PARAMETER, "BAD_EXTENSION");
}

// True if the ClientHello had this extension. An extension that every ClientHello has needs no
// case.
static bool was_offered(const ussl_conn_t *conn, unsigned type) {
    const mbedtls_ssl_config *conf = conn->ssl.conf;
    switch (type) {
        case EXT_SERVER_NAME:
            return conn->hostname != NULL && conn->address_len == 0;
        case EXT_ALPN:
            return conf->alpn_list != NULL;
        case EXT_SESSION_TICKET:
            return USSL_SESSIONS && !conn->ctx->config.no_tickets;
        case EXT_RECORD_SIZE_LIMIT:
            return conf->max_tls_version > MBEDTLS_SSL_VERSION_TLS1_2;
#if USSL_TLS12
        case EXT_MAX_FRAGMENT_LENGTH:
            return conf->mfl_code != MBEDTLS_SSL_MAX_FRAG_LEN_NONE;
#else
        case EXT_MAX_FRAGMENT_LENGTH:
            return false;
#endif
        default:
            return true;
    }
}

// True if the type is in the list, which ends with UINT16_MAX.
static bool is_one_of(unsigned type, const uint16_t *types) {
    while (*types != UINT16_MAX && *types != type) {
        types++;
    }
    return *types == type;
}

// A server may send only extensions that the client has offered (RFC 5246 7.4.1.4), and only in the
// message that RFC 8446 4.2 names. `types` are those that this message can have. mbedTLS ignores
// extensions that it does not support.
static int check_types(ussl_conn_t *conn, ussl__reader_t list, const uint16_t *types) {
    static const uint16_t offered[] = {EXT_SERVER_NAME, EXT_MAX_FRAGMENT_LENGTH,
        EXT_SUPPORTED_GROUPS, EXT_SIGNATURE_ALGORITHMS, EXT_ALPN, EXT_RECORD_SIZE_LIMIT,
        EXT_PRE_SHARED_KEY, EXT_SUPPORTED_VERSIONS, EXT_KEY_SHARE, UINT16_MAX};
    ussl__reader_t data;
    unsigned type;
    while (list.at < list.end && ussl__tls_ext_read(&list, &type, &data)) {
        bool here = is_one_of(type, types), asked = was_offered(conn, type);
        if (!here && asked && is_one_of(type, offered)) {
            return ussl__refuse(conn, USSL_ALERT_ILLEGAL_PARAMETER, "BAD_EXTENSION");
        }
        if (!here || !asked) {
            return ussl__refuse(conn, USSL_ALERT_UNSUPPORTED_EXTENSION, "UNSOLICITED_EXTENSION");
        }
    }
    return 0;
}

// ---- ServerHello ----
#if USSL_TLS12
// A client that offers TLS 1.3 sends record_size_limit, and a server of TLS 1.2 can answer it (RFC
// 8449 4). mbedTLS reads the answer in TLS 1.3 only.
static int check_record_size_limit(ussl_conn_t *conn, ussl__reader_t list) {
#if USSL_TLS13
    ussl__reader_t data, other;
    if (!ussl__tls_ext_find(list, EXT_RECORD_SIZE_LIMIT, &data)) {
        return 0;
    }
    if (ussl__tls_ext_find(list, EXT_MAX_FRAGMENT_LENGTH, &other)) { // RFC 8449 5
        return ussl__refuse(conn, USSL_ALERT_ILLEGAL_PARAMETER, "BAD_EXTENSION");
    }
    return mbedtls_ssl_tls13_parse_record_size_limit_ext(&conn->ssl, data.at, data.end);
#else
    (void)conn, (void)list;
    return 0;
#endif
}

static int tls12_hello_arrived(ussl_conn_t *conn, ussl__reader_t id, ussl__reader_t list) {
    // A ServerHello has no supported_groups (RFC 8422 5.2), but some servers send it.
    static const uint16_t types[] = {EXT_SERVER_NAME, EXT_MAX_FRAGMENT_LENGTH, EXT_SUPPORTED_GROUPS,
        EXT_POINT_FORMATS, EXT_ALPN, EXT_EXTENDED_MASTER_SECRET, EXT_RECORD_SIZE_LIMIT,
        EXT_SESSION_TICKET, EXT_RENEGOTIATION_INFO, UINT16_MAX};
    const mbedtls_ssl_session *session = conn->ssl.session_negotiate;
    ussl__reader_t data;
    if (conn->ctx->conf.min_tls_version > MBEDTLS_SSL_VERSION_TLS1_2) {
        return ussl__refuse(conn, USSL_ALERT_PROTOCOL_VERSION, "UNSUPPORTED_PROTOCOL");
    }
    int code = check_types(conn, list, types);
    code = code ? code : check_alpn(conn, list);
    code = code ? code : check_record_size_limit(conn, list);
    if (code != 0) {
        return code;
    }
    conn->extended_ms = ussl__tls_ext_find(list, EXT_EXTENDED_MASTER_SECRET, &data);
    size_t n = ussl__bytes_left(&id);
    bool echoed = n > 0 && n == session->id_len && memcmp(id.at, session->id, n) == 0;
    if (echoed && !conn->session_offered) {
        return ussl__refuse(conn, USSL_ALERT_ILLEGAL_PARAMETER, "SERVER_ECHOED_INVALID_SESSION_ID");
    }
#if USSL_SESSIONS
    if (echoed && conn->session_extended_ms != conn->extended_ms) { // RFC 7627 5.3
        return ussl__refuse(conn, USSL_ALERT_HANDSHAKE_FAILURE, "INCONSISTENT_EXTMS");
    }
#endif
    return ussl__check_point_formats(conn, list);
}
#endif

// The key of the certificate must be of the kind that the cipher suite names (RFC 8422 5.3).
// mbedTLS compares it only with the signature.
#if USSL_TLS12
static int key_exchange_arrived(ussl_conn_t *conn) {
    const mbedtls_x509_crt *peer = conn->ssl.session_negotiate->peer_cert;
    const mbedtls_ssl_ciphersuite_t *suite = conn->ssl.handshake->ciphersuite_info;
    mbedtls_pk_type_t kind =
        suite ? mbedtls_ssl_get_ciphersuite_sig_pk_alg(suite) : MBEDTLS_PK_NONE;
    bool other = peer != NULL && kind != MBEDTLS_PK_NONE && !mbedtls_pk_can_do(&peer->pk, kind);
    return other ? ussl__refuse(conn, USSL_ALERT_ILLEGAL_PARAMETER, "WRONG_CERTIFICATE_TYPE") : 0;
}
#endif

static int check_server_name(ussl_conn_t *conn, ussl__reader_t list) {
    ussl__reader_t data;
    bool full =
        ussl__tls_ext_find(list, EXT_SERVER_NAME, &data) && data.at != data.end; // RFC 6066 3
    return full ? ussl__malformed(conn) : 0;
}

#if USSL_TLS13
// A HelloRetryRequest must have a cookie, or request another key share (RFC 8446 4.1.4 and 4.2.2).
static int check_retry(ussl_conn_t *conn, ussl__reader_t list) {
    ussl__reader_t data, cookie;
    if (!ussl__tls_ext_find(list, EXT_COOKIE, &data)) {
        return ussl__tls_ext_find(list, EXT_KEY_SHARE, &data)
            ? 0
            : ussl__refuse(conn, USSL_ALERT_ILLEGAL_PARAMETER, "NO_CHANGE_FOLLOWING_HRR");
    }
    bool good =
        ussl__read_vector(&data, 2, &cookie) && data.at == data.end && cookie.at != cookie.end;
    return good ? 0 : ussl__malformed(conn);
}

static int tls13_hello_arrived(ussl_conn_t *conn, const uint8_t *random, ussl__reader_t list) {
    static const uint16_t hello[] = {
        EXT_PRE_SHARED_KEY, EXT_SUPPORTED_VERSIONS, EXT_KEY_SHARE, UINT16_MAX};
    static const uint16_t retry_hello[] = {
        EXT_SUPPORTED_VERSIONS, EXT_COOKIE, EXT_KEY_SHARE, UINT16_MAX};
    bool retry = memcmp(random, mbedtls_ssl_tls13_hello_retry_request_magic, 32) == 0;
    int code = check_types(conn, list, retry ? retry_hello : hello);
    if (code != 0) {
        return code;
    }
    code = retry ? check_retry(conn, list) : 0;
    return code ? code : ussl__check_end(conn);
}
#endif

static int server_hello_arrived(ussl_conn_t *conn, ussl__reader_t body) {
    enum { VERSION = 2, RANDOM = 32, SUITE_AND_COMPRESSION = 2 + 1 };
    ussl__reader_t id, list, data;
    if (ussl__bytes_left(&body) < VERSION + RANDOM) {
        return ussl__malformed(conn);
    }
    const uint8_t *random = body.at + VERSION;
    (void)random, (void)data;
    body.at += VERSION + RANDOM;
    if (!ussl__read_vector(&body, 1, &id) || ussl__bytes_left(&body) < SUITE_AND_COMPRESSION) {
        return ussl__malformed(conn);
    }
    body.at += SUITE_AND_COMPRESSION;
    int code = ussl__tls_exts_read(conn, &body, &list);
    code = code ? code : check_server_name(conn, list);
    if (code != 0) {
        return code;
    }
#if !USSL_TLS13
    return tls12_hello_arrived(conn, id, list);
#else
#if USSL_TLS12
    bool offered = conn->ssl.conf->max_tls_version > MBEDTLS_SSL_VERSION_TLS1_2;
    if (!offered || !ussl__tls_ext_find(list, EXT_SUPPORTED_VERSIONS, &data)) {
        return tls12_hello_arrived(conn, id, list);
    }
#endif
    return tls13_hello_arrived(conn, random, list);
#endif
}

// ---- messages of TLS 1.3 ----
#if USSL_TLS13
static int encrypted_extensions_arrived(ussl_conn_t *conn, ussl__reader_t body) {
    static const uint16_t types[] = {EXT_SERVER_NAME, EXT_MAX_FRAGMENT_LENGTH, EXT_SUPPORTED_GROUPS,
        EXT_ALPN, EXT_RECORD_SIZE_LIMIT, UINT16_MAX};
    ussl__reader_t list;
    int code = ussl__tls_exts_read(conn, &body, &list);
    code = code ? code : check_types(conn, list, types);
    code = code ? code : check_alpn(conn, list);
    return code ? code : check_server_name(conn, list);
}
#endif

// ---- private to the room ----
#if USSL_TLS13
int ussl__ticket_arrived(ussl_conn_t *conn) {
    enum { LIFETIME_AND_AGE = 4 + 4 };
    const mbedtls_ssl_context *ssl = &conn->ssl;
    ussl__reader_t body = {ssl->in_msg + USSL__MESSAGE_HEADER, ssl->in_msg + ssl->in_hslen}, nonce,
                   ticket, list;
    if (ussl__bytes_left(&body) < LIFETIME_AND_AGE) {
        return ussl__malformed(conn);
    }
    body.at += LIFETIME_AND_AGE;
    if (!ussl__read_vector(&body, 1, &nonce) || !ussl__read_vector(&body, 2, &ticket)
        || ticket.at == ticket.end) {
        return ussl__malformed(conn);
    }
    return ussl__tls_exts_read(conn, &body, &list);
}
#endif

int ussl__server_message_arrived(ussl_conn_t *conn) {
    const mbedtls_ssl_context *ssl = &conn->ssl;
    ussl__reader_t body = {ssl->in_msg + USSL__MESSAGE_HEADER, ssl->in_msg + ssl->in_hslen};
    bool tls13 = USSL_TLS13 && ssl->tls_version == MBEDTLS_SSL_VERSION_TLS1_3;
    (void)tls13;
    switch (ssl->in_msg[0]) {
        case MBEDTLS_SSL_HS_SERVER_HELLO:
            return server_hello_arrived(conn, body);
#if USSL_TLS13
        case MBEDTLS_SSL_HS_ENCRYPTED_EXTENSIONS:
            return tls13 ? encrypted_extensions_arrived(conn, body) : 0;
#endif
        case MBEDTLS_SSL_HS_CERTIFICATE:
        case MBEDTLS_SSL_HS_CERTIFICATE_REQUEST:
        case MBEDTLS_SSL_HS_CERTIFICATE_VERIFY:
            return ussl__certificate_message_arrived(conn, body);
#if USSL_TLS12
        case MBEDTLS_SSL_HS_SERVER_KEY_EXCHANGE:
            return key_exchange_arrived(conn);
#endif
        case MBEDTLS_SSL_HS_SERVER_HELLO_DONE:
        case MBEDTLS_SSL_HS_FINISHED:
            return ussl__check_end(conn);
        default:
            return 0;
    }
}
