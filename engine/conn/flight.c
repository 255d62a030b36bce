// SPDX-License-Identifier: MIT
//
// flight.c - collects the records of a handshake flight in mbedTLS's output buffer, so that a
// flight leaves in one write.
//
// Notes: mbedTLS sends each record of a TLS handshake separately, and writes the next one at the
// start of its output buffer. Several small writes in a row cost a round trip if the sender uses
// Nagle's algorithm and the receiver delays acknowledgements. So ussl__flight_begin() sets
// mbedTLS's count of unsent octets to 0 before a step, but leaves its pointers behind the records
// that wait, where mbedTLS then writes the next one. ussl__flight_end() sets both so that mbedTLS
// treats the whole flight as one record. Nothing is copied. The buffer is 32 octets larger than
// mbedTLS's, for an alert behind the flight.
//
// mbedTLS compares the length of a message with the size of a whole buffer, and not with the rest
// of this one. So before each step there must be room for the message that the step can send. If
// there is not, the records that wait are sent first, and the rest of the flight leaves in a second
// write.
#include "conn.h"

// The most octets of a message whose length depends on neither certificates nor tickets. It
// contains extensions, public keys or the identity of a pre-shared key, and one signature.
#define SMALL_MESSAGE (512 + MBEDTLS_PK_SIGNATURE_MAX_SIZE)

// ---- helpers ----
// Returns the octets of a Certificate message with the longest chain that this side could send.
static size_t own_certificate(const ussl_conn_t *conn) {
    size_t most = 0;
    for (const mbedtls_ssl_key_cert *own = conn->ssl.conf->key_cert; own; own = own->next) {
        size_t len = ussl__certificate_message(own->cert);
        most = len > most ? len : most;
    }
    return most;
}

static bool sends_certificate(const ussl_conn_t *conn) {
    int state = conn->ssl.state;
    return state == MBEDTLS_SSL_CLIENT_CERTIFICATE || state == MBEDTLS_SSL_SERVER_CERTIFICATE;
}

// Returns the most octets that the message of the next step can have.
static size_t next_message(const ussl_conn_t *conn) {
    if (sends_certificate(conn)) {
        return own_certificate(conn);
    }
    switch (conn->ssl.state) {
        case MBEDTLS_SSL_CLIENT_HELLO:
        case MBEDTLS_SSL_NEW_SESSION_TICKET: // of TLS 1.2
#if USSL_TLS13
        case MBEDTLS_SSL_TLS1_3_NEW_SESSION_TICKET:
#endif
            return USSL_HANDSHAKE_OUT;
        default:
            return SMALL_MESSAGE;
    }
}

static bool step_sends_ticket(const ussl_conn_t *conn) {
#if USSL_TLS13 && USSL_SESSIONS && USSL_SERVER
    int state = conn->ssl.state;
    return state == MBEDTLS_SSL_TLS1_3_NEW_SESSION_TICKET
        || state == MBEDTLS_SSL_TLS1_3_NEW_SESSION_TICKET_FLUSH;
#else
    (void)conn;
    return false;
#endif
}

// ---- private to the room ----
size_t ussl__flight_needs(const ussl_conn_t *conn) {
    size_t message = next_message(conn);
    size_t records = sends_certificate(conn) ? message / ussl__record_most(&conn->ssl) + 1 : 1;
    return message + records * USSL__RECORD_AROUND + CONN_ALERT_MAX;
}

bool ussl__flight_has_room(const ussl_conn_t *conn) {
    size_t used = (size_t)(conn->ssl.out_hdr - conn->ssl.out_buf);
    return conn->out_room - used >= ussl__flight_needs(conn);
}

void ussl__flight_begin(ussl_conn_t *conn, ussl__flight_t *flight) {
    flight->start = conn->ssl.out_hdr - conn->ssl.out_left;
    flight->waiting = conn->ssl.out_left;
    conn->flight = NULL;
    if (ussl__conn_collects(conn)) { // in DTLS mbedTLS packs records itself
        flight->alert = 0;
        conn->flight = flight;
        conn->only_tickets = step_sends_ticket(conn);
        conn->ssl.out_left = 0;
    }
}

bool ussl__flight_end(ussl_conn_t *conn, ussl__flight_t *flight) {
    mbedtls_ssl_context *ssl = &conn->ssl;
    if (conn->flight == NULL) {
        return false;
    }
    conn->flight = NULL;
    size_t total = flight->waiting + flight->alert + ssl->out_left;
    size_t sent = conn->out_total - conn->out_len;
    if (total > 0) {
        ssl->out_left = conn->out_total = total;
        ssl->out_hdr = flight->start + total;
        mbedtls_ssl_update_out_pointers(ssl, ssl->transform_out);
        conn->out = flight->start + sent;
        conn->out_len = total - sent;
    }
    return total > flight->waiting;
}

// ---- seams: called by mbedTLS ----
size_t ussl__message_room(void) {
    const ussl__scope_t *scope = ussl__scope_current();
    const ussl_conn_t *conn = scope != NULL ? scope->conn : NULL;
    bool collects = conn != NULL && ussl__conn_collects(conn);
    if (conn != NULL && conn->state == CONN_OPEN && !ussl__conn_datagrams(conn)) {
        return USSL__PLAINTEXT_MAX + 1; // with the inner content type (RFC 8446 5.2)
    }
    // mbedTLS has changed its state when it writes a Certificate message, so the length of our
    // longest chain is allowed in every state but those of a ClientHello and a session ticket.
    // These may fill the buffer, so their limit is its usual size.
    bool fills = collects && next_message(conn) == USSL_HANDSHAKE_OUT;
    size_t len = collects && !fills ? own_certificate(conn) : 0;
    return len > USSL_HANDSHAKE_OUT ? len : USSL_HANDSHAKE_OUT;
}

size_t ussl__record_most(const mbedtls_ssl_context *ssl) {
    // After the ClientHello a limit can have been negotiated (RFC 6066 4, RFC 8449).
    bool agreed = ssl->state > MBEDTLS_SSL_CLIENT_HELLO;
    int most = agreed ? mbedtls_ssl_get_max_out_record_payload(ssl) : USSL__PLAINTEXT_MAX;
    return most > 0 && most < USSL__PLAINTEXT_MAX ? (size_t)most : USSL__PLAINTEXT_MAX;
}
