// SPDX-License-Identifier: MIT
//
// incoming.c - checks what a peer sends over a stream before mbedTLS uses it: record headers,
// records, and the order and length of handshake messages.
//
// Notes: mbedTLS calls these functions for every record (mbedtls/ssl_msg.c). The cost of a single
// record is bounded by its length, and the number of records without effect is limited. A failure
// is latched with a reason, which is OpenSSL's where OpenSSL has one, so the returned code only
// ends the call.
#include "conn.h"

#include <string.h>

// The most consecutive records without effect. The limit of warning alerts is OpenSSL's, the other
// is BoringSSL's. Application data, or the next message of a handshake, resets the counts.
enum { MOST_WARNINGS = 4, MOST_IDLE = 32 };

// The most octets of a handshake message. OpenSSL's limits are 128 KB for a ClientHello, 100 KB for
// certificates and requests for them, and 16 KB for others. Here a message and what follows it in
// its last record must together stay below 64 KB, because ssl_msg.c writes their length in two
// octets.
enum {
    MOST_HELLO = 48 * 1024,
    MOST_CERTIFICATES = 24 * 1024,
    MOST_MESSAGE = 16 * 1024,
    MOST_FINISHED = 4 + 64,
};

// ---- helpers ----
static bool is_tls13(const mbedtls_ssl_context *ssl) {
    return USSL_TLS13 && ssl->tls_version == MBEDTLS_SSL_VERSION_TLS1_3;
}

static bool is_client(const mbedtls_ssl_context *ssl) {
    return ssl->conf->endpoint == MBEDTLS_SSL_IS_CLIENT;
}

static bool is_open(const mbedtls_ssl_context *ssl) {
    return mbedtls_ssl_is_handshake_over((mbedtls_ssl_context *)ssl) == 1;
}

// True once the peer's hello has been read. Until then ssl->tls_version is only the highest version
// of this side.
static bool version_is_known(const mbedtls_ssl_context *ssl) {
    return ssl->state > (is_client(ssl) ? MBEDTLS_SSL_SERVER_HELLO : MBEDTLS_SSL_CLIENT_HELLO);
}

// True if a part of a handshake message has arrived, and the rest has not.
static bool joins(const mbedtls_ssl_context *ssl) {
    return ssl->badmac_seen_or_in_hsfraglen != 0;
}

static int count_idle(ussl_conn_t *conn, uint8_t *count, unsigned most, const char *reason) {
    return ++*count > most ? ussl__refuse(conn, USSL_ALERT_UNEXPECTED_MESSAGE, reason) : 0;
}

// ---- records ----
static int alert_arrived(ussl_conn_t *conn, mbedtls_ssl_context *ssl) {
    enum { WARNING = 1, FATAL = 2 };
    if (ssl->in_msglen != 2) { // RFC 8446 5.4 has another alert if it is empty
        bool empty = ssl->in_msglen == 0;
        return ussl__refuse(
            conn, empty ? USSL_ALERT_UNEXPECTED_MESSAGE : USSL_ALERT_DECODE_ERROR, "INVALID_ALERT");
    }
    uint8_t *level = &ssl->in_msg[0], number = ssl->in_msg[1];
    if (*level != WARNING && *level != FATAL) {
        return ussl__refuse(conn, USSL_ALERT_ILLEGAL_PARAMETER, "UNKNOWN_ALERT_TYPE");
    }
    bool closure = number == USSL_ALERT_CLOSE_NOTIFY || number == USSL_ALERT_USER_CANCELLED;
    if (version_is_known(ssl) && is_tls13(ssl)) {
        *level = closure ? WARNING : FATAL; // RFC 8446 6: the level is ignored
    }
    if (*level == FATAL || number == USSL_ALERT_CLOSE_NOTIFY) {
        return 0;
    }
    return count_idle(conn, &conn->idle.warnings, MOST_WARNINGS, "TOO_MANY_WARN_ALERTS");
}

static int change_cipher_spec_arrived(ussl_conn_t *conn, const mbedtls_ssl_context *ssl) {
    bool other = ssl->in_msglen != 1 || ssl->in_msg[0] != 1;
    if (!is_tls13(ssl)) { // mbedTLS checks when it may come
        return other ? ussl__refuse(conn, USSL_ALERT_ILLEGAL_PARAMETER, "BAD_CHANGE_CIPHER_SPEC")
                     : 0;
    }
    // RFC 8446 5: it is not encrypted, and comes after the first ClientHello and before the peer's
    // Finished.
    bool sealed = ssl->in_hdr[0] != MBEDTLS_SSL_MSG_CHANGE_CIPHER_SPEC;
    bool early = !is_client(ssl) && !version_is_known(ssl) && !conn->had_client_hello;
    if (other || sealed || early || is_open(ssl)) {
        return ussl__refuse(conn, USSL_ALERT_UNEXPECTED_MESSAGE, "UNEXPECTED_RECORD");
    }
    return count_idle(conn, &conn->idle.specs, MOST_IDLE, "TOO_MANY_CCS");
}

static int data_arrived(ussl_conn_t *conn, mbedtls_ssl_context *ssl) {
    if (!is_open(ssl)) {
        return ussl__refuse(conn, USSL_ALERT_UNEXPECTED_MESSAGE, "APP_DATA_IN_HANDSHAKE");
    }
    if (ssl->in_msglen > 0) {
        memset(&conn->idle, 0, sizeof(conn->idle));
        return 0;
    }
    int code = count_idle(conn, &conn->idle.empty, MOST_IDLE, "RECORD_TOO_SMALL");
    return code != 0 ? code : MBEDTLS_ERR_SSL_CONTINUE_PROCESSING;
}

// ---- messages ----
#if USSL_TLS12
// Refuses a renegotiation by the alert no_renegotiation; the connection continues (RFC 5246 7.2.2).
static int renegotiation_arrived(ussl_conn_t *conn, mbedtls_ssl_context *ssl) {
    int code = count_idle(conn, &conn->idle.messages, MOST_WARNINGS, "TOO_MANY_WARN_ALERTS");
    if (code != 0) {
        return code;
    }
    code = mbedtls_ssl_send_alert_message(
        ssl, MBEDTLS_SSL_ALERT_LEVEL_WARNING, USSL_ALERT_NO_RENEGOTIATION);
    return code != 0 ? code : MBEDTLS_ERR_SSL_CONTINUE_PROCESSING;
}
#endif

#if USSL_TLS13
static int post_handshake_arrived(ussl_conn_t *conn, mbedtls_ssl_context *ssl) {
    bool update = ssl->in_msg[0] == USSL__KEY_UPDATE; // else a ticket: see most_of()
    int code = count_idle(conn, &conn->idle.messages, MOST_IDLE,
        update ? "TOO_MANY_KEY_UPDATES" : "TOO_MANY_SESSION_TICKETS");
    if (code != 0 || !update) {
        return code ? code : ussl__ticket_arrived(conn);
    }
    code = ussl__key_update_arrived(conn);
    return code ? code : MBEDTLS_ERR_SSL_CONTINUE_PROCESSING;
}
#endif

// ---- seams: called by mbedTLS ----
int ussl__header_arrived(const mbedtls_ssl_context *ssl, unsigned char *header) {
    ussl_conn_t *conn = ussl__conn_of(ssl);
    size_t len = (size_t)(header[3] << 8 | header[4]);
    const mbedtls_ssl_transform *keys = ssl->transform_in;
    if (header[1] != 3) {
        return MBEDTLS_ERR_SSL_INVALID_RECORD; // this is not TLS; failure.c checks for HTTP
    }
    if (header[0] < MBEDTLS_SSL_MSG_CHANGE_CIPHER_SPEC
        || header[0] > MBEDTLS_SSL_MSG_APPLICATION_DATA) {
        return ussl__refuse(conn, USSL_ALERT_UNEXPECTED_MESSAGE, "UNEXPECTED_RECORD");
    }
    if (version_is_known(ssl) && !is_tls13(ssl) && header[2] != 3) {
        return ussl__refuse(conn, USSL_ALERT_PROTOCOL_VERSION, "WRONG_VERSION_NUMBER");
    }
    header[2] = 3; // RFC 8446 5.1 and RFC 5246 E.1: other values are ignored
    // Once there are keys, a handshake message in clear would not be authenticated.
    if (keys != NULL && is_tls13(ssl) && header[0] == MBEDTLS_SSL_MSG_HANDSHAKE) {
        return ussl__refuse(conn, USSL_ALERT_UNEXPECTED_MESSAGE, "BAD_RECORD_TYPE");
    }
    if (len == 0) { // RFC 8446 5.1, RFC 5246 6.2.1: never empty on the wire
        return ussl__refuse(conn, USSL_ALERT_UNEXPECTED_MESSAGE, "UNEXPECTED_RECORD");
    }
    // All cipher suites are AEAD, which makes a record longer by a fixed size.
    size_t more = keys == NULL ? 0 : is_tls13(ssl) ? keys->taglen + 1 : keys->minlen;
    if (len > USSL__PLAINTEXT_MAX + more) {
        return ussl__refuse(conn, USSL_ALERT_RECORD_OVERFLOW,
            keys == NULL ? "DATA_LENGTH_TOO_LONG" : "ENCRYPTED_LENGTH_TOO_LONG");
    }
    return 0;
}

int ussl__record_arrived(mbedtls_ssl_context *ssl) {
    ussl_conn_t *conn = ussl__conn_of(ssl);
    if (ssl->transform_in != NULL && ssl->in_msgtype != MBEDTLS_SSL_MSG_CHANGE_CIPHER_SPEC) {
        conn->early_data = 0; // the client's second flight has begun
    }
    if (joins(ssl) && ssl->in_msgtype != MBEDTLS_SSL_MSG_HANDSHAKE) { // RFC 8446 5.1
        return ussl__refuse(
            conn, USSL_ALERT_UNEXPECTED_MESSAGE, "MIXED_HANDSHAKE_AND_NON_HANDSHAKE_DATA");
    }
    switch (ssl->in_msgtype) {
        case MBEDTLS_SSL_MSG_ALERT:
            return alert_arrived(conn, ssl);
        case MBEDTLS_SSL_MSG_CHANGE_CIPHER_SPEC:
            return change_cipher_spec_arrived(conn, ssl);
        case MBEDTLS_SSL_MSG_APPLICATION_DATA:
            return data_arrived(conn, ssl);
        case MBEDTLS_SSL_MSG_HANDSHAKE:
            // RFC 8446 5.1 and RFC 5246 6.2.1: it must not be empty.
            return ssl->in_msglen > 0
                ? 0
                : ussl__refuse(conn, USSL_ALERT_UNEXPECTED_MESSAGE, "UNEXPECTED_RECORD");
        default:
            return ussl__refuse(conn, USSL_ALERT_UNEXPECTED_MESSAGE, "UNEXPECTED_RECORD");
    }
}

// Returns the most octets that a message of this type can have now, or 0 if it is not allowed in
// this state.
static size_t most_of(const mbedtls_ssl_context *ssl, uint8_t type) {
    enum { AGAIN = 4096 };
    if (is_open(ssl) && is_tls13(ssl)) {
        bool ticket = type == MBEDTLS_SSL_HS_NEW_SESSION_TICKET && is_client(ssl);
        return type == USSL__KEY_UPDATE ? USSL__KEY_UPDATE_SIZE : ticket ? MOST_MESSAGE : 0;
    }
    if (is_open(ssl)) { // a request for renegotiation
        bool client = is_client(ssl);
        return type == (client ? MBEDTLS_SSL_HS_HELLO_REQUEST : MBEDTLS_SSL_HS_CLIENT_HELLO) ? AGAIN
                                                                                             : 0;
    }
    switch (type) {
        case MBEDTLS_SSL_HS_CLIENT_HELLO:
            return ssl->state > MBEDTLS_SSL_CLIENT_HELLO ? 0 : MOST_HELLO;
        case MBEDTLS_SSL_HS_CERTIFICATE:
        case MBEDTLS_SSL_HS_CERTIFICATE_REQUEST: // can name many CAs
            return MOST_CERTIFICATES;
        case MBEDTLS_SSL_HS_FINISHED:
            return MOST_FINISHED;
        default:
            return MOST_MESSAGE;
    }
}

int ussl__message_begins(const mbedtls_ssl_context *ssl, const unsigned char *message) {
    // One bit for each type in use: 0 to 2, 4, 5, 8, 11 to 16, 20, 22 and 24 (RFC 5246 7.4, RFC
    // 8446 4).
    const uint32_t known = 0x0151F937;
    uint8_t type = message[0];
    size_t most = type < 32 && known >> type & 1 ? most_of(ssl, type) : 0;
    if (ssl->in_hslen <= most) {
        return 0;
    }
    ussl_conn_t *conn = ussl__conn_of(ssl);
    if (most == 0) {
        return ussl__refuse(conn, USSL_ALERT_UNEXPECTED_MESSAGE, "UNEXPECTED_MESSAGE");
    }
    if (type == USSL__KEY_UPDATE) {
        return ussl__refuse(conn, USSL_ALERT_DECODE_ERROR, "BAD_KEY_UPDATE");
    }
    bool finished = type == MBEDTLS_SSL_HS_FINISHED; // has a fixed length
    return ussl__refuse(conn, finished ? USSL_ALERT_DECODE_ERROR : USSL_ALERT_ILLEGAL_PARAMETER,
        finished ? "BAD_DIGEST_LENGTH" : "EXCESSIVE_MESSAGE_SIZE");
}

int ussl__message_arrived(mbedtls_ssl_context *ssl) {
    ussl_conn_t *conn = ussl__conn_of(ssl);
    if (!is_open(ssl)) {
        memset(&conn->idle, 0, sizeof(conn->idle));
#if USSL_SERVER
        if (!is_client(ssl)) {
            return ussl__client_message_arrived(conn);
        }
#endif
        return ussl__server_message_arrived(conn);
    }
#if USSL_TLS13
    if (is_tls13(ssl)) {
        return post_handshake_arrived(conn, ssl);
    }
#endif
#if USSL_TLS12
    return renegotiation_arrived(conn, ssl);
#else
    return 0;
#endif
}

// An mbedTLS client sends the alert that refuses our certificate in clear. Nothing authenticates
// it, but it can be reported, because the connection has failed either way.
int ussl__alert_in_clear(const mbedtls_ssl_context *ssl, const unsigned char *alert) {
    (void)ussl__conn_latch(
        ussl__conn_of(ssl), USSL_ERR_ALERT, alert[1], ussl__alert_reason(alert[1]));
    return MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE;
}

bool ussl__early_data_skipped(const mbedtls_ssl_context *ssl, size_t len, bool failed) {
    ussl_conn_t *conn = ussl__conn_of(ssl);
    // While there are no keys, early data comes only between a HelloRetryRequest and the second
    // ClientHello.
    bool now = failed ? !is_open(ssl) : ssl->state == MBEDTLS_SSL_CLIENT_HELLO;
    if (!now || joins(ssl) || len > conn->early_data) {
        return false;
    }
    conn->early_data = (uint16_t)(conn->early_data - len);
    return true;
}
