// SPDX-License-Identifier: MIT
//
// key_update.c - changes the keys of a TLS 1.3 connection, when the peer requests it, and before a
// key has protected too many records (RFC 8446 4.6.3 and 5.5).
//
// Notes: mbedTLS does not implement KeyUpdate and would end the connection. An answer is sent when
// there is nothing more to read, or before the next data that is written. An answer that waits to
// be sent serves all later requests too, so a peer that does not read cannot make the engine fill
// memory with answers.
#include "conn.h"

#include <string.h>

#if USSL_TLS13

// The values of request_update, the last octet of the message (RFC 8446 4.6.3).
enum { NOT_REQUESTED = 0, REQUESTED = 1 };

int ussl__key_update_arrived(ussl_conn_t *conn) {
    const mbedtls_ssl_context *ssl = &conn->ssl;
    if (ssl->in_hslen != USSL__KEY_UPDATE_SIZE) {
        return ussl__refuse(conn, USSL_ALERT_DECODE_ERROR, "BAD_KEY_UPDATE");
    }
    uint8_t wants = ssl->in_msg[USSL__KEY_UPDATE_SIZE - 1];
    if (wants != NOT_REQUESTED && wants != REQUESTED) {
        return ussl__refuse(conn, USSL_ALERT_ILLEGAL_PARAMETER, "BAD_KEY_UPDATE");
    }
    if (ssl->in_msglen != USSL__KEY_UPDATE_SIZE) { // RFC 8446 5.1: nothing follows it in its record
        return ussl__refuse(conn, USSL_ALERT_UNEXPECTED_MESSAGE, "BAD_KEY_UPDATE");
    }
    conn->key_update_due |= wants == REQUESTED && conn->state == CONN_OPEN;
    return ussl__next_key(&conn->ssl, false);
}

int ussl__key_update_send(ussl_conn_t *conn) {
    static const uint8_t message[USSL__KEY_UPDATE_SIZE] = {
        USSL__KEY_UPDATE, 0, 0, 1, NOT_REQUESTED};
    mbedtls_ssl_context *ssl = &conn->ssl;
    if (ssl->tls_version != MBEDTLS_SSL_VERSION_TLS1_3) {
        return 0;
    }
    // A key of AES-GCM may protect 2^24.5 full records (RFC 8446 5.5). It is changed at half of
    // 2^24.
    const uint8_t *sent = ssl->cur_out_ctr + MBEDTLS_SSL_SEQUENCE_NUMBER_LEN - 3;
    bool at_limit = sent[0] >= 0x80;
    bool waits = conn->out_total > 0 || ssl->out_left > 0;
    if (!(conn->key_update_due || at_limit) || waits || conn->state != CONN_OPEN) {
        return 0;
    }
    conn->key_update_due = false;
    memcpy(ssl->out_msg, message, sizeof(message));
    ssl->out_msgtype = MBEDTLS_SSL_MSG_HANDSHAKE;
    ssl->out_msglen = sizeof(message);
    int code = mbedtls_ssl_write_record(ssl, 1);
    if (code != 0 && code != MBEDTLS_ERR_SSL_WANT_WRITE) {
        return code;
    }
    // The record has been sealed, even if it still waits in the output window.
    code = ussl__next_key(ssl, true);
    conn->alert_sent |= code != 0; // no key is left that could protect an alert
    return code;
}
#endif // USSL_TLS13
