// SPDX-License-Identifier: MIT
//
// client_messages.c - checks what a client sends, before mbedTLS reads it (RFC 8446 4.1.2).
#include "extensions.h"

#include <string.h>

#if USSL_SERVER

// The most octets of early data that a server skips (RFC 8446 4.2.10), as in BoringSSL.
enum { MOST_EARLY_DATA = 16384 };

#if USSL_TLS13
// True if the bytes are a public key of the group, or if the group is not built in. mbedTLS detects
// an invalid key only after it has written its ServerHello.
static bool share_is_valid(unsigned group, ussl__reader_t key) {
    mbedtls_ecp_group_id id = mbedtls_ssl_get_ecp_group_id_from_tls_id((uint16_t)group);
    if (id == MBEDTLS_ECP_DP_NONE) {
        return true;
    }
    mbedtls_ecp_group curve;
    mbedtls_ecp_point point;
    mbedtls_ecp_group_init(&curve);
    mbedtls_ecp_point_init(&point);
    // RFC 8446 4.2.8.2 permits only uncompressed points, but mbedTLS accepts compressed ones too.
    bool point_form = id == MBEDTLS_ECP_DP_CURVE25519 || key.at[0] == 4;
    bool good = point_form && mbedtls_ecp_group_load(&curve, id) == 0
        && mbedtls_ecp_point_read_binary(&curve, &point, key.at, ussl__bytes_left(&key)) == 0
        && mbedtls_ecp_check_pubkey(&curve, &point) == 0;
    mbedtls_ecp_point_free(&point);
    mbedtls_ecp_group_free(&curve);
    return good;
}

static int bad_share(ussl_conn_t *conn) {
    return ussl__refuse(conn, USSL_ALERT_ILLEGAL_PARAMETER, "BAD_KEY_SHARE");
}

// mbedTLS uses the first key share whose group it supports, so only that one is checked.
static int check_shares(ussl_conn_t *conn, ussl__reader_t list) {
    const mbedtls_ssl_handshake_params *handshake = conn->ssl.handshake;
    ussl__reader_t data, shares, key;
    unsigned group, first = 0;
    size_t n = 0;
    bool checked = false;
    if (!ussl__tls_ext_find(list, EXT_KEY_SHARE, &data)) {
        return 0;
    }
    if (!ussl__read_vector(&data, 2, &shares) || data.at != data.end) {
        return ussl__malformed(conn);
    }
    ussl__reader_t reader = shares;
    for (; reader.at < reader.end; n++) {
        if (!ussl__tls_ext_read(&reader, &group, &key) || key.at == key.end) {
            return ussl__malformed(conn);
        }
        first = n == 0 ? group : first;
        if (!checked && mbedtls_ssl_named_group_is_offered(&conn->ssl, (uint16_t)group)) {
            checked = true;
            if (!share_is_valid(group, key)) {
                return bad_share(conn);
            }
        }
    }
    // After a HelloRetryRequest there must be one share, of the group that it names (RFC 8446
    // 4.1.2).
    bool retried = handshake->hello_retry_request_flag && handshake->hrr_selected_group != 0;
    bool wrong = retried && (n != 1 || first != handshake->hrr_selected_group);
    return wrong || ussl__tls_exts_repeat(shares) ? bad_share(conn) : 0;
}
#endif

// Finds the latest version that the client offers and that is not above the server's latest. A
// server of TLS 1.2 alone must read the list too (RFC 8446 4.2.1): otherwise it would negotiate TLS
// 1.2 with a client that does not offer it. Returns false if the list is malformed.
static bool best_version(const ussl_conn_t *conn, ussl__reader_t list, unsigned *best) {
    ussl__reader_t data, versions;
    uint64_t version;
    *best = MBEDTLS_SSL_VERSION_TLS1_2;
    if (!ussl__tls_ext_find(list, EXT_SUPPORTED_VERSIONS, &data)) {
        return true;
    }
    *best = 0;
    if (!ussl__read_vector(&data, 1, &versions) || data.at != data.end
        || versions.at == versions.end || ussl__bytes_left(&versions) % 2 != 0) {
        return false;
    }
    while (ussl__read_number(&versions, 2, &version)) {
        bool known = version <= (uint64_t)conn->ssl.conf->max_tls_version;
        *best = known && version > *best ? (unsigned)version : *best;
    }
    return true;
}

// True if the client reports by TLS_FALLBACK_SCSV that it has tried a later version without success
// (RFC 7507).
static bool is_fallback(ussl__reader_t suites) {
    enum { FALLBACK_SCSV = 0x5600 };
    uint64_t suite = 0;
    while (suite != FALLBACK_SCSV && ussl__read_number(&suites, 2, &suite)) {
    }
    return suite == FALLBACK_SCSV;
}

static int check_version(ussl_conn_t *conn, ussl__reader_t suites, unsigned best) {
    const mbedtls_ssl_config *conf = conn->ssl.conf;
    if (best < (unsigned)conf->max_tls_version && is_fallback(suites)) {
        return ussl__refuse(conn, USSL_ALERT_INAPPROPRIATE_FALLBACK, "INAPPROPRIATE_FALLBACK");
    }
    return best < (unsigned)conf->min_tls_version
        ? ussl__refuse(conn, USSL_ALERT_PROTOCOL_VERSION, "UNSUPPORTED_PROTOCOL")
        : 0;
}

#if USSL_TLS13
// True if one of our keys can make a signature that the client accepts. If none can, mbedTLS
// detects it only after it has written its ServerHello. A client that offers a session may need no
// signature.
static bool can_sign(const ussl_conn_t *conn, ussl__reader_t list) {
    ussl__reader_t data, schemes;
    if (conn->ssl.conf->key_cert == NULL || ussl__tls_ext_find(list, EXT_PRE_SHARED_KEY, &data)
        || !ussl__tls_ext_find(list, EXT_SIGNATURE_ALGORITHMS, &data)
        || !ussl__read_vector(&data, 2, &schemes)) {
        return true; // if this is a fault, mbedTLS finds it early enough
    }
    return ussl__signing_key(&conn->ssl, schemes) != NULL;
}

static int tls13_hello_arrived(ussl_conn_t *conn, ussl__reader_t list, bool second) {
    ussl__reader_t data;
    bool early = ussl__tls_ext_find(list, EXT_EARLY_DATA, &data);
    if (early && second) { // RFC 8446 4.1.2
        return ussl__refuse(conn, USSL_ALERT_ILLEGAL_PARAMETER, "BAD_EXTENSION");
    }
    conn->early_data = early ? MOST_EARLY_DATA : 0;
    if (ussl__tls_ext_find(list, EXT_PRE_SHARED_KEY, &data)
        && !ussl__tls_ext_find(list, EXT_PSK_KEY_EXCHANGE_MODES, &data)) { // RFC 8446 4.2.9
        return ussl__refuse(conn, USSL_ALERT_MISSING_EXTENSION, "MISSING_PSK_KEX_MODES_EXTENSION");
    }
    int code = check_shares(conn, list);
    if (code == 0 && !can_sign(conn, list)) {
        return ussl__refuse(conn, USSL_ALERT_HANDSHAKE_FAILURE, "NO_SUITABLE_SIGNATURE_ALGORITHM");
    }
    return code;
}
#endif

static int client_hello_arrived(ussl_conn_t *conn, ussl__reader_t body) {
    enum { VERSION_AND_RANDOM = 2 + 32 };
    ussl__reader_t skipped, suites, compression, list, data;
    if (ussl__bytes_left(&body) < VERSION_AND_RANDOM) {
        return ussl__malformed(conn);
    }
    body.at += VERSION_AND_RANDOM;
    if (!ussl__read_vector(&body, 1, &skipped) || !ussl__read_vector(&body, 2, &suites)
        || !ussl__read_vector(&body, 1, &compression)) {
        return ussl__malformed(conn);
    }
    int code = ussl__tls_exts_read(conn, &body, &list);
    code = code ? code : ussl__check_end(conn);
    if (code != 0) {
        return code;
    }
    size_t n = ussl__bytes_left(&compression);
    if (n == 0 || memchr(compression.at, 0, n) == NULL) {
        return ussl__refuse(conn, USSL_ALERT_ILLEGAL_PARAMETER, "NO_COMPRESSION_SPECIFIED");
    }
    mbedtls_ssl_protocol_version machine = conn->ssl.tls_version;
    bool second = conn->had_client_hello;
    conn->had_client_hello = true;
    code = second ? 0 : ussl__client_hello_read(conn, list);
    if (code != 0) {
        return code;
    }
    conn->extended_ms = ussl__tls_ext_find(list, EXT_EXTENDED_MASTER_SECRET, &data);
    unsigned best;
    if (!best_version(conn, list, &best)) {
        return ussl__malformed(conn);
    }
    code = check_version(conn, suites, best);
    code = code ? code : ussl__check_point_formats(conn, list);
    code = code ? code : ussl__check_authorities(conn, list);
#if USSL_TLS13
    if (code == 0 && best == MBEDTLS_SSL_VERSION_TLS1_3) {
        code = tls13_hello_arrived(conn, list, second);
    }
#endif
    if (code == 0 && machine != conn->ssl.tls_version) {
        // on_hello has changed to a context with another maximum version. mbedTLS has one state
        // machine for each version, so it reads the message again with the other one.
        conn->ssl.keep_current_message = 1;
        return MBEDTLS_ERR_SSL_WANT_READ;
    }
    return code;
}

// ---- private to the room ----
int ussl__client_message_arrived(ussl_conn_t *conn) {
    const mbedtls_ssl_context *ssl = &conn->ssl;
    ussl__reader_t body = {ssl->in_msg + USSL__MESSAGE_HEADER, ssl->in_msg + ssl->in_hslen};
    switch (ssl->in_msg[0]) {
        case MBEDTLS_SSL_HS_CLIENT_HELLO:
            return client_hello_arrived(conn, body);
        case MBEDTLS_SSL_HS_CERTIFICATE:
        case MBEDTLS_SSL_HS_CERTIFICATE_VERIFY:
            return ussl__certificate_message_arrived(conn, body);
        case MBEDTLS_SSL_HS_FINISHED:
            return ussl__check_end(conn);
        default:
            return 0;
    }
}
#endif // USSL_SERVER
