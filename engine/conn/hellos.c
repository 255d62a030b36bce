// SPDX-License-Identifier: MIT
//
// hellos.c - checks those messages of a handshake that carry extensions, before mbedTLS reads them
// (RFC 8446 4.1 and 4.2, RFC 5246 7.4.1).
//
// Notes: mbedTLS reads the extensions that it knows and passes over much of the rest. A message
// that two parsers can read differently is a way into protocols above TLS, so what the RFCs forbid
// is refused here. Everything that is read here is hostile.
#include "conn.h"

#include <string.h>

enum {
    EXT_SERVER_NAME = 0,
    EXT_MAX_FRAGMENT_LENGTH = 1,
    EXT_SUPPORTED_GROUPS = 10,
    EXT_POINT_FORMATS = 11,
    EXT_ALPN = 16,
    EXT_ENCRYPT_THEN_MAC = 22,
    EXT_EXTENDED_MASTER_SECRET = 23,
    EXT_RECORD_SIZE_LIMIT = 28,
    EXT_SESSION_TICKET = 35,
    EXT_EARLY_DATA = 42,
    EXT_SUPPORTED_VERSIONS = 43,
    EXT_COOKIE = 44,
    EXT_CERTIFICATE_AUTHORITIES = 47,
    EXT_KEY_SHARE = 51,
    EXT_RENEGOTIATION_INFO = 0xFF01,
};

// Most octets of early data that a server skips, as in BoringSSL.
enum { MOST_EARLY_DATA = 16384 };

// ---- helpers ----
static int refuse(ussl_conn_t *conn, int alert, const char *reason) {
    (void)ussl__conn_latch(conn, USSL_ERR_PROTOCOL, alert, reason);
    return MBEDTLS_ERR_SSL_ILLEGAL_PARAMETER;
}

static int malformed(ussl_conn_t *conn) {
    return refuse(conn, USSL_ALERT_DECODE_ERROR, "LENGTH_MISMATCH");
}

static bool read_extension(ussl__reader_t *list, unsigned *type, ussl__reader_t *data) {
    uint64_t number = 0;
    bool good = ussl__read_number(list, 2, &number) && ussl__read_vector(list, 2, data);
    *type = (unsigned)number;
    return good;
}

// The list has been checked.
static bool find(ussl__reader_t list, unsigned wanted, ussl__reader_t *data) {
    unsigned type;
    while (list.at < list.end && read_extension(&list, &type, data)) {
        if (type == wanted) {
            return true;
        }
    }
    return false;
}

// Returns true if two extensions, or two key shares, have the same type. A message can have
// thousands of extensions, so the types are marked in a bitmap, one window of types after the
// other.
static bool has_duplicates(ussl__reader_t list) {
    enum { WINDOW = 2048, TYPES = 65536 };
    for (unsigned first = 0; first < TYPES; first += WINDOW) {
        uint8_t seen[WINDOW / 8] = {0};
        ussl__reader_t reader = list, data;
        unsigned type;
        while (reader.at < reader.end && read_extension(&reader, &type, &data)) {
            unsigned at = type - first; // wraps if the type is below the window
            if (at < WINDOW && seen[at / 8] & 1 << at % 8) {
                return true;
            }
            if (at < WINDOW) {
                seen[at / 8] |= (uint8_t)(1 << at % 8);
            }
        }
    }
    return false;
}

// Reads the extensions at the end of a message. *list is empty if there are none.
static int read_extensions(ussl_conn_t *conn, ussl__reader_t *body, ussl__reader_t *list) {
    *list = *body;
    if (body->at == body->end) {
        return 0;
    }
    if (!ussl__read_vector(body, 2, list) || body->at != body->end) {
        return malformed(conn);
    }
    ussl__reader_t reader = *list, data;
    unsigned type;
    while (reader.at < reader.end) {
        if (!read_extension(&reader, &type, &data)) {
            return malformed(conn);
        }
    }
    return has_duplicates(*list) ? refuse(conn, USSL_ALERT_ILLEGAL_PARAMETER, "BAD_EXTENSION") : 0;
}

// After this message the peer changes its keys or waits for ours, so nothing may follow it in its
// record (RFC 8446 5.1).
static int check_end(ussl_conn_t *conn) {
    bool more = conn->ssl.in_msglen > conn->ssl.in_hslen;
    return more ? refuse(conn, USSL_ALERT_UNEXPECTED_MESSAGE, "EXCESS_HANDSHAKE_DATA") : 0;
}

static int check_point_formats(ussl_conn_t *conn, ussl__reader_t list) {
    ussl__reader_t data, formats;
    if (!find(list, EXT_POINT_FORMATS, &data)) {
        return 0;
    }
    if (!ussl__read_vector(&data, 1, &formats) || data.at != data.end) {
        return malformed(conn);
    }
    size_t n = ussl__bytes_left(&formats);
    bool uncompressed = n > 0 && memchr(formats.at, 0, n) != NULL;
    return uncompressed
        ? 0
        : refuse(conn, USSL_ALERT_ILLEGAL_PARAMETER, "TLS_INVALID_ECPOINTFORMAT_LIST");
}

static int check_authorities(ussl_conn_t *conn, ussl__reader_t list) {
    ussl__reader_t data, names, name;
    if (!find(list, EXT_CERTIFICATE_AUTHORITIES, &data)) {
        return 0;
    }
    if (!ussl__read_vector(&data, 2, &names) || data.at != data.end || names.at == names.end) {
        return malformed(conn);
    }
    while (names.at < names.end) {
        if (!ussl__read_vector(&names, 2, &name) || name.at == name.end) {
            return malformed(conn);
        }
    }
    return 0;
}

// ---- ClientHello ----
#if USSL_SERVER && USSL_TLS13
// True if the bytes are a public key of the group, or the group is not one that is used here.
// mbedTLS finds a bad one when its ServerHello is on the way.
static bool share_is_valid(unsigned group, ussl__reader_t key) {
    mbedtls_ecp_group_id id = mbedtls_ssl_get_ecp_group_id_from_tls_id((uint16_t)group);
    if (id == MBEDTLS_ECP_DP_NONE) {
        return true;
    }
    mbedtls_ecp_group curve;
    mbedtls_ecp_point point;
    mbedtls_ecp_group_init(&curve);
    mbedtls_ecp_point_init(&point);
    bool good = mbedtls_ecp_group_load(&curve, id) == 0
        && mbedtls_ecp_point_read_binary(&curve, &point, key.at, ussl__bytes_left(&key)) == 0
        && mbedtls_ecp_check_pubkey(&curve, &point) == 0;
    mbedtls_ecp_point_free(&point);
    mbedtls_ecp_group_free(&curve);
    return good;
}

static int bad_share(ussl_conn_t *conn) {
    return refuse(conn, USSL_ALERT_ILLEGAL_PARAMETER, "BAD_KEY_SHARE");
}

// mbedTLS uses the first share of a group that it supports, and only that one is checked.
static int check_shares(ussl_conn_t *conn, ussl__reader_t list) {
    const mbedtls_ssl_handshake_params *handshake = conn->ssl.handshake;
    ussl__reader_t data, shares, key;
    unsigned group, first = 0;
    size_t n = 0;
    bool checked = false;
    if (!find(list, EXT_KEY_SHARE, &data)) {
        return 0;
    }
    if (!ussl__read_vector(&data, 2, &shares) || data.at != data.end) {
        return malformed(conn);
    }
    ussl__reader_t reader = shares;
    for (; reader.at < reader.end; n++) {
        if (!read_extension(&reader, &group, &key) || key.at == key.end) {
            return malformed(conn);
        }
        first = n == 0 ? group : first;
        if (!checked && mbedtls_ssl_named_group_is_offered(&conn->ssl, (uint16_t)group)) {
            checked = true;
            if (!share_is_valid(group, key)) {
                return bad_share(conn);
            }
        }
    }
    // RFC 8446 4.1.2: after a HelloRetryRequest there is one share, of the group that it names.
    bool retried = handshake->hello_retry_request_flag && handshake->hrr_selected_group != 0;
    bool wrong = retried && (n != 1 || first != handshake->hrr_selected_group);
    return wrong || has_duplicates(shares) ? bad_share(conn) : 0;
}
#endif

#if USSL_SERVER
static int client_hello_arrived(ussl_conn_t *conn, ussl__reader_t body) {
    enum { VERSION_AND_RANDOM = 2 + 32 };
    ussl__reader_t skipped, compression, list, data;
    bool second = conn->client_hello_checked;
    if (ussl__bytes_left(&body) < VERSION_AND_RANDOM) {
        return malformed(conn);
    }
    body.at += VERSION_AND_RANDOM;
    if (!ussl__read_vector(&body, 1, &skipped) || !ussl__read_vector(&body, 2, &skipped)
        || !ussl__read_vector(&body, 1, &compression)) {
        return malformed(conn);
    }
    int code = read_extensions(conn, &body, &list);
    code = code ? code : check_end(conn);
    if (code != 0) {
        return code;
    }
    size_t n = ussl__bytes_left(&compression);
    if (n == 0 || memchr(compression.at, 0, n) == NULL) {
        return refuse(conn, USSL_ALERT_ILLEGAL_PARAMETER, "NO_COMPRESSION_SPECIFIED");
    }
    conn->client_hello_checked = true;
    conn->extended_ms = find(list, EXT_EXTENDED_MASTER_SECRET, &data);
    code = check_point_formats(conn, list);
    code = code ? code : check_authorities(conn, list);
#if USSL_TLS13
    bool tls13 = conn->ssl.conf->max_tls_version == MBEDTLS_SSL_VERSION_TLS1_3
        && find(list, EXT_SUPPORTED_VERSIONS, &data);
    if (code == 0 && tls13) {
        bool early = find(list, EXT_EARLY_DATA, &data);
        if (early && second) {
            return refuse(conn, USSL_ALERT_ILLEGAL_PARAMETER, "BAD_EXTENSION");
        }
        conn->early_data = early ? MOST_EARLY_DATA : second ? conn->early_data : 0;
        code = check_shares(conn, list);
    }
#endif
    return code;
}
#endif

// ---- messages of a server ----
#if USSL_TLS12
// RFC 5246 7.4.1.4: a server answers only what the client has offered. mbedTLS ignores what it does
// not know.
static bool is_answer(const ussl_conn_t *conn, unsigned type) {
    const mbedtls_ssl_config *conf = conn->ssl.conf;
    switch (type) {
        case EXT_SERVER_NAME:
            return conn->hostname != NULL && conn->address_len == 0;
        case EXT_ALPN:
            return conf->alpn_list != NULL;
        case EXT_SESSION_TICKET:
            return !conn->ctx->config.no_tickets;
        case EXT_MAX_FRAGMENT_LENGTH:
            return conf->mfl_code != MBEDTLS_SSL_MAX_FRAG_LEN_NONE;
        case EXT_SUPPORTED_GROUPS: // no answer (RFC 8422 5.2), but some servers send it
        case EXT_POINT_FORMATS:
        case EXT_ENCRYPT_THEN_MAC:
        case EXT_EXTENDED_MASTER_SECRET:
        case EXT_RECORD_SIZE_LIMIT:
        case EXT_RENEGOTIATION_INFO:
            return true;
        default:
            return false;
    }
}

static int tls12_hello_arrived(ussl_conn_t *conn, ussl__reader_t id, ussl__reader_t list) {
    const mbedtls_ssl_session *session = conn->ssl.session_negotiate;
    ussl__reader_t reader = list, data;
    unsigned type;
    while (reader.at < reader.end && read_extension(&reader, &type, &data)) {
        if (!is_answer(conn, type)) {
            return refuse(conn, USSL_ALERT_UNSUPPORTED_EXTENSION, "UNSOLICITED_EXTENSION");
        }
    }
    conn->extended_ms = find(list, EXT_EXTENDED_MASTER_SECRET, &data);
    size_t n = ussl__bytes_left(&id);
    bool echoed = n > 0 && n == session->id_len && memcmp(id.at, session->id, n) == 0;
    if (echoed && !conn->session_offered) {
        return refuse(conn, USSL_ALERT_ILLEGAL_PARAMETER, "SERVER_ECHOED_INVALID_SESSION_ID");
    }
#if USSL_SESSIONS
    if (echoed && conn->session_extended_ms != conn->extended_ms) { // RFC 7627 5.3
        return refuse(conn, USSL_ALERT_HANDSHAKE_FAILURE, "INCONSISTENT_EXTMS");
    }
#endif
    return check_point_formats(conn, list);
}
#endif

static int check_server_name(ussl_conn_t *conn, ussl__reader_t list) {
    ussl__reader_t data;
    bool full = find(list, EXT_SERVER_NAME, &data) && data.at != data.end; // RFC 6066 3
    return full ? malformed(conn) : 0;
}

static int server_hello_arrived(ussl_conn_t *conn, ussl__reader_t body) {
    enum { VERSION = 2, RANDOM = 32, SUITE_AND_COMPRESSION = 2 + 1 };
    ussl__reader_t id, list, data;
    if (ussl__bytes_left(&body) < VERSION + RANDOM) {
        return malformed(conn);
    }
    const uint8_t *random = body.at + VERSION;
    body.at += VERSION + RANDOM;
    if (!ussl__read_vector(&body, 1, &id) || ussl__bytes_left(&body) < SUITE_AND_COMPRESSION) {
        return malformed(conn);
    }
    body.at += SUITE_AND_COMPRESSION;
    int code = read_extensions(conn, &body, &list);
    code = code ? code : check_server_name(conn, list);
    if (code != 0) {
        return code;
    }
#if USSL_TLS12
    if (!find(list, EXT_SUPPORTED_VERSIONS, &data)) {
        return tls12_hello_arrived(conn, id, list);
    }
#endif
    bool retry = memcmp(random, mbedtls_ssl_tls13_hello_retry_request_magic, RANDOM) == 0;
    if (retry && !find(list, EXT_COOKIE, &data) && !find(list, EXT_KEY_SHARE, &data)) {
        return refuse(conn, USSL_ALERT_ILLEGAL_PARAMETER, "NO_CHANGE_FOLLOWING_HRR");
    }
    return check_end(conn);
}

#if USSL_TLS13
static int encrypted_extensions_arrived(ussl_conn_t *conn, ussl__reader_t body) {
    ussl__reader_t list;
    int code = read_extensions(conn, &body, &list);
    return code ? code : check_server_name(conn, list);
}

static int request_arrived(ussl_conn_t *conn, ussl__reader_t body) {
    ussl__reader_t context, list;
    if (!ussl__read_vector(&body, 1, &context)) {
        return malformed(conn);
    }
    if (context.at != context.end) { // RFC 8446 4.3.2: it is for requests after the handshake
        return refuse(conn, USSL_ALERT_ILLEGAL_PARAMETER, "INVALID_CONTEXT");
    }
    int code = read_extensions(conn, &body, &list);
    return code ? code : check_authorities(conn, list);
}
#endif

// ---- private to the room ----
#if USSL_TLS13
int ussl__ticket_arrived(ussl_conn_t *conn) {
    enum { HEADER = 4, LIFETIME_AND_AGE = 4 + 4 };
    const mbedtls_ssl_context *ssl = &conn->ssl;
    ussl__reader_t body = {ssl->in_msg + HEADER, ssl->in_msg + ssl->in_hslen}, nonce, ticket, list;
    if (ussl__bytes_left(&body) < LIFETIME_AND_AGE) {
        return malformed(conn);
    }
    body.at += LIFETIME_AND_AGE;
    if (!ussl__read_vector(&body, 1, &nonce) || !ussl__read_vector(&body, 2, &ticket)
        || ticket.at == ticket.end) {
        return malformed(conn);
    }
    return read_extensions(conn, &body, &list);
}
#endif

int ussl__hello_arrived(ussl_conn_t *conn) {
    enum { HEADER = 4 };
    const mbedtls_ssl_context *ssl = &conn->ssl;
    ussl__reader_t body = {ssl->in_msg + HEADER, ssl->in_msg + ssl->in_hslen};
    bool tls13 = USSL_TLS13 && ssl->tls_version == MBEDTLS_SSL_VERSION_TLS1_3;
    bool client = ssl->conf->endpoint == MBEDTLS_SSL_IS_CLIENT;
    (void)tls13;
    switch (ssl->in_msg[0]) {
#if USSL_SERVER
        case MBEDTLS_SSL_HS_CLIENT_HELLO:
            return client ? 0 : client_hello_arrived(conn, body);
#endif
        case MBEDTLS_SSL_HS_SERVER_HELLO:
            return client ? server_hello_arrived(conn, body) : 0;
#if USSL_TLS13
        case MBEDTLS_SSL_HS_ENCRYPTED_EXTENSIONS:
            return client && tls13 ? encrypted_extensions_arrived(conn, body) : 0;
        case MBEDTLS_SSL_HS_CERTIFICATE_REQUEST:
            return client && tls13 ? request_arrived(conn, body) : 0;
#endif
        case MBEDTLS_SSL_HS_SERVER_HELLO_DONE:
        case MBEDTLS_SSL_HS_FINISHED:
            return check_end(conn);
        default:
            return 0;
    }
}
