// SPDX-License-Identifier: MIT
//
// ssl_msg.c - replaces mbedTLS's ssl_msg.c: it includes that file whole, and puts functions of the
// engine in front of some of its functions: where a record header has been read, where a record is
// decrypted and processed, where fragments of a handshake message are joined, and where a handshake
// message or an alert is written.
//
// Notes: at these points mbedTLS accepts records that the RFCs forbid, refuses a handshake message
// whose header is divided among records, and writes each message in one record, whatever its
// length. No source of mbedTLS is changed or copied.
//
// These functions are called in the file that defines them, so a plain #define would rename both.
// Each macro below therefore tests the first word of the argument list, which is `ssl` in a call
// and a type in a declaration.
#include "mbed.h"

// Without DTLS this is a constant, so that the compiler drops the code for datagrams.
static bool is_stream(const mbedtls_ssl_context *ssl) {
    return !USSL_DTLS || ssl->conf->transport == MBEDTLS_SSL_TRANSPORT_STREAM;
}

static int read_header(
    const mbedtls_ssl_context *ssl, unsigned char *header, size_t len, mbedtls_record *rec);
static int open_record(mbedtls_ssl_context *ssl, mbedtls_record *rec);
static int take_record(mbedtls_ssl_context *ssl);
static int join_fragments(mbedtls_ssl_context *ssl);
static int write_records(mbedtls_ssl_context *ssl, int force_flush);
static int send_alert_as_built(mbedtls_ssl_context *ssl, unsigned char level, unsigned char alert);

#define ssl_parse_record_header(...) HEADER_##__VA_ARGS__)
#define HEADER_ssl read_header(ssl
#define HEADER_mbedtls_ssl_context ssl_parse_record_header(mbedtls_ssl_context
#define ssl_prepare_record_content(...) OPEN_##__VA_ARGS__)
#define OPEN_ssl open_record(ssl
#define OPEN_mbedtls_ssl_context ssl_prepare_record_content(mbedtls_ssl_context
#define mbedtls_ssl_handle_message_type(...) TAKE_##__VA_ARGS__)
#define TAKE_ssl take_record(ssl
#define TAKE_mbedtls_ssl_context mbedtls_ssl_handle_message_type(mbedtls_ssl_context
#define mbedtls_ssl_prepare_handshake_record(...) JOIN_##__VA_ARGS__)
#define JOIN_ssl join_fragments(ssl
#define JOIN_mbedtls_ssl_context mbedtls_ssl_prepare_handshake_record(mbedtls_ssl_context
#define mbedtls_ssl_write_record(...) WRITE_##__VA_ARGS__)
#define WRITE_ssl write_records(ssl
#define WRITE_mbedtls_ssl_context mbedtls_ssl_write_record(mbedtls_ssl_context

#define mbedtls_ssl_send_alert_message(...) ALERT_##__VA_ARGS__)
#define ALERT_ssl mbedtls_ssl_send_alert_message(ssl
#define ALERT_mbedtls_ssl_context send_alert_as_built(mbedtls_ssl_context

#undef MBEDTLS_SSL_IN_BUFFER_LEN
#undef MBEDTLS_SSL_OUT_BUFFER_LEN
#undef MBEDTLS_SSL_OUT_CONTENT_LEN
// mbedTLS compares the length of a record with the size of the buffer before conn/record_buffers.c
// makes room for the record, so for a stream this check must not fail. ussl__header_arrived()
// bounds the length.
#define MBEDTLS_SSL_IN_BUFFER_LEN (is_stream(ssl) ? SIZE_MAX / 2 : ussl__record_room_in(ssl))
#define MBEDTLS_SSL_OUT_BUFFER_LEN ussl__record_room_out(ssl)
#define MBEDTLS_SSL_OUT_CONTENT_LEN ussl__message_room()
#include "../library/ssl_msg.c"
#undef ssl_parse_record_header
#undef ssl_prepare_record_content
#undef mbedtls_ssl_handle_message_type
#undef mbedtls_ssl_prepare_handshake_record
#undef mbedtls_ssl_write_record
#undef mbedtls_ssl_send_alert_message

// ---- records that arrive ----
static int read_header(
    const mbedtls_ssl_context *ssl, unsigned char *header, size_t len, mbedtls_record *rec) {
    int code = is_stream(ssl) ? ussl__header_arrived(ssl, header) : 0;
    return code != 0 ? code : ssl_parse_record_header(ssl, header, len, rec);
}

static int open_record(mbedtls_ssl_context *ssl, mbedtls_record *rec) {
    if (!is_stream(ssl)) {
        return ssl_prepare_record_content(ssl, rec);
    }
    ssl->nb_zero = 0; // ussl__record_arrived() counts empty records
    if (rec->type == MBEDTLS_SSL_MSG_ALERT && rec->data_len == 2 && ssl->transform_in != NULL
        && ssl->tls_version == MBEDTLS_SSL_VERSION_TLS1_3 && !mbedtls_ssl_is_handshake_over(ssl)) {
        return ussl__alert_in_clear(ssl, rec->buf + rec->data_offset);
    }
    bool early = rec->type == MBEDTLS_SSL_MSG_APPLICATION_DATA;
    size_t len = rec->data_len;
    if (early && ssl->transform_in == NULL && ussl__early_data_skipped(ssl, len, false)) {
        return MBEDTLS_ERR_SSL_CONTINUE_PROCESSING;
    }
    int code = ssl_prepare_record_content(ssl, rec);
    if (code == MBEDTLS_ERR_SSL_INVALID_MAC && early && ussl__early_data_skipped(ssl, len, true)) {
        return MBEDTLS_ERR_SSL_CONTINUE_PROCESSING;
    }
    // RFC 8446 5.4: the record has only padding. Its length has been checked before.
    return code == MBEDTLS_ERR_SSL_INVALID_RECORD ? MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE : code;
}

static int take_record(mbedtls_ssl_context *ssl) {
    int code = is_stream(ssl) ? ussl__record_arrived(ssl) : 0;
    return code != 0 ? code : mbedtls_ssl_handle_message_type(ssl);
}

// Joins the fragments of a message at the start of the buffer, where the content of a record
// begins. While fragments are missing, the header of the next record is read behind those that have
// arrived.
static int join_fragments(mbedtls_ssl_context *ssl) {
    if (!is_stream(ssl)) {
        return mbedtls_ssl_prepare_handshake_record(ssl);
    }
    unsigned char *record = ssl->in_buf + MBEDTLS_SSL_SEQUENCE_NUMBER_LEN;
    unsigned char *message = record + mbedtls_ssl_in_hdr_len(ssl);
    size_t have = mbedtls_ssl_get_in_hsfraglen(ssl);
    if (message + have + ssl->in_msglen > ssl->in_buf + ussl__record_room_in(ssl)) {
        return MBEDTLS_ERR_ERROR_CORRUPTION_DETECTED;
    }
    memmove(message + have, ssl->in_msg, ssl->in_msglen);
    have += ssl->in_msglen;
    ssl->in_hslen = mbedtls_ssl_hs_hdr_len(ssl);
    if (have >= ssl->in_hslen) {
        ssl->in_hslen += MBEDTLS_GET_UINT24_BE(message, 1);
        int code = ussl__message_begins(ssl, message);
        if (code != 0) {
            return code;
        }
    }
    bool whole = have >= ssl->in_hslen;
    ssl->in_msglen = whole ? have : 0;
    ssl->in_hdr = whole ? record : message + have;
    mbedtls_ssl_update_in_pointers(ssl);
    if (mbedtls_ssl_set_in_hsfraglen(ssl, whole ? 0 : (unsigned)have) != 0) {
        return MBEDTLS_ERR_ERROR_CORRUPTION_DETECTED;
    }
    if (!whole) {
        return MBEDTLS_ERR_SSL_CONTINUE_PROCESSING;
    }
    MBEDTLS_PUT_UINT16_BE(ssl->in_msglen, ssl->in_len, 0);
    return ussl__message_arrived(ssl);
}

// ---- records that are sent ----
static bool is_first_hello(const mbedtls_ssl_context *ssl) {
    bool first = ssl->out_msgtype == MBEDTLS_SSL_MSG_HANDSHAKE
        && ssl->out_msg[0] == MBEDTLS_SSL_HS_CLIENT_HELLO && ssl->handshake != NULL;
#if USSL_TLS13
    first = first && !ssl->handshake->hello_retry_request_flag;
#endif
    return first && is_stream(ssl);
}

// Writes the first ClientHello in a record with the version TLS 1.0, because old servers refuse a
// later version there (RFC 8446 5.1).
static int write_first_hello(mbedtls_ssl_context *ssl, int force_flush) {
    unsigned char *header = ssl->out_hdr;
    int code = mbedtls_ssl_write_record(ssl, SSL_DONT_FORCE_FLUSH);
    header[2] = 1;
    return code || !force_flush ? code : mbedtls_ssl_flush_output(ssl);
}

// Divides a message that is too long for one record among several. Encryption makes a record
// longer, so the rest of the message is kept at the end of the buffer meanwhile.
static int write_records(mbedtls_ssl_context *ssl, int force_flush) {
    size_t most = ussl__record_most(ssl), rest = ssl->out_msglen;
    bool message = ssl->out_msgtype == MBEDTLS_SSL_MSG_HANDSHAKE;
    if (!is_stream(ssl) || !message || rest <= most) {
        return is_first_hello(ssl) ? write_first_hello(ssl, force_flush)
                                   : mbedtls_ssl_write_record(ssl, force_flush);
    }
    unsigned char *kept = ssl->out_buf + ussl__record_room_out(ssl) - rest;
    int growth = mbedtls_ssl_get_record_expansion(ssl), code = growth < 0 ? growth : 0;
    memmove(kept, ssl->out_msg, rest);
    while (code == 0 && rest > 0) {
        size_t part = rest < most ? rest : most;
        if (ssl->out_hdr + growth > kept) {
            return MBEDTLS_ERR_SSL_BUFFER_TOO_SMALL;
        }
        memmove(ssl->out_msg, kept, part);
        kept += part;
        rest -= part;
        ssl->out_msgtype = MBEDTLS_SSL_MSG_HANDSHAKE;
        ssl->out_msglen = part;
        code = mbedtls_ssl_write_record(ssl, rest == 0 ? force_flush : SSL_DONT_FORCE_FLUSH);
    }
    return code;
}

// After the ServerHello of TLS 1.3 a server cannot read an alert in clear (RFC 8446 6), but mbedTLS
// encrypts only from the client's second flight on. So a client's alert is encrypted here, after a
// change_cipher_spec as it precedes that flight (RFC 8446 D.4).
#if USSL_TLS13
static bool alert_needs_handshake_keys(const mbedtls_ssl_context *ssl) {
    const mbedtls_ssl_handshake_params *handshake = ssl->handshake;
    bool client = ssl->conf->endpoint == MBEDTLS_SSL_IS_CLIENT;
    return client && is_stream(ssl) && handshake != NULL && ssl->out_left == 0
        && ssl->transform_out == NULL && ssl->transform_in != NULL
        && ssl->transform_in == handshake->transform_handshake;
}

static int send_encrypted_alert(
    mbedtls_ssl_context *ssl, unsigned char level, unsigned char alert) {
    int code = 0;
    if (!ssl->handshake->ccs_sent) {
        ssl->out_msgtype = MBEDTLS_SSL_MSG_CHANGE_CIPHER_SPEC;
        ssl->out_msglen = 1;
        ssl->out_msg[0] = 1;
        code = mbedtls_ssl_write_record(ssl, SSL_DONT_FORCE_FLUSH);
    }
    mbedtls_ssl_set_outbound_transform(ssl, ssl->handshake->transform_handshake);
    mbedtls_ssl_update_out_pointers(ssl, ssl->transform_out);
    ssl->out_msgtype = MBEDTLS_SSL_MSG_ALERT;
    ssl->out_msglen = 2;
    ssl->out_msg[0] = level;
    ssl->out_msg[1] = alert;
    return code ? code : mbedtls_ssl_write_record(ssl, SSL_FORCE_FLUSH);
}
#endif

static int send_alert(mbedtls_ssl_context *ssl, unsigned char level, unsigned char alert) {
#if USSL_TLS13
    if (alert_needs_handshake_keys(ssl)) {
        return send_encrypted_alert(ssl, level, alert);
    }
#endif
    return send_alert_as_built(ssl, level, alert);
}

// If another record waits to be sent, mbedTLS sends that one in place of the alert.
int mbedtls_ssl_send_alert_message(
    mbedtls_ssl_context *ssl, unsigned char level, unsigned char alert) {
    bool free = ssl->out_left == 0;
    int code = send_alert(ssl, level, alert);
    if (free && (code == 0 || code == MBEDTLS_ERR_SSL_WANT_WRITE)) {
        ussl__alert_sent(ssl, level == MBEDTLS_SSL_ALERT_LEVEL_FATAL || alert == 0);
    }
    return code;
}
