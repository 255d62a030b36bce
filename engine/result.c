// SPDX-License-Identifier: MIT
//
// result.c - mbedTLS code or TLS alert -> result, reason, and the alert we owe. One table each.
//
// Notes: reasons are OpenSSL's words, because scripts written for CPython compare them. mbedTLS
// closes without an alert on many protocol errors; the table says which one the peer should have
// been told (RFC 8446 6.2), and conn.c sends it if mbedTLS did not.
#include "mbed.h"

#include <string.h>

#define ALERT_NONE (-1)

// mbedTLS codes are the high-level part; low-level parts (ASN.1, bignum) are stripped first.
static const struct {
    int16_t code;
    int8_t result;
    int16_t alert;
    const char *reason;
} errors[] = {
    {MBEDTLS_ERR_SSL_CONN_EOF, USSL_ERR_EOF, ALERT_NONE, "UNEXPECTED_EOF_WHILE_READING"},
    {MBEDTLS_ERR_SSL_ALLOC_FAILED, USSL_ERR_MEMORY, 80, NULL},
    {MBEDTLS_ERR_X509_ALLOC_FAILED, USSL_ERR_MEMORY, 80, NULL},
    {MBEDTLS_ERR_PK_ALLOC_FAILED, USSL_ERR_MEMORY, 80, NULL},
    {MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION, USSL_ERR_PROTOCOL, 70, "UNSUPPORTED_PROTOCOL"},
    {MBEDTLS_ERR_SSL_VERSION_MISMATCH, USSL_ERR_PROTOCOL, 70, "UNSUPPORTED_PROTOCOL"},
    {MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE, USSL_ERR_PROTOCOL, 40, "NO_SHARED_CIPHER"},
    {MBEDTLS_ERR_SSL_INVALID_RECORD, USSL_ERR_PROTOCOL, 50, "WRONG_VERSION_NUMBER"},
    {MBEDTLS_ERR_SSL_INVALID_MAC, USSL_ERR_PROTOCOL, 20, "DECRYPTION_FAILED_OR_BAD_RECORD_MAC"},
    {MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE, USSL_ERR_PROTOCOL, 10, "UNEXPECTED_MESSAGE"},
    {MBEDTLS_ERR_SSL_DECODE_ERROR, USSL_ERR_PROTOCOL, 50, "LENGTH_MISMATCH"},
    {MBEDTLS_ERR_SSL_ILLEGAL_PARAMETER, USSL_ERR_PROTOCOL, 47, "ILLEGAL_PARAMETER"},
    {MBEDTLS_ERR_SSL_UNSUPPORTED_EXTENSION, USSL_ERR_PROTOCOL, 110, "UNSOLICITED_EXTENSION"},
    {MBEDTLS_ERR_SSL_UNRECOGNIZED_NAME, USSL_ERR_PROTOCOL, 112, "UNRECOGNIZED_NAME"},
    {MBEDTLS_ERR_SSL_NO_APPLICATION_PROTOCOL, USSL_ERR_PROTOCOL, 120, "NO_APPLICATION_PROTOCOL"},
    {MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE, USSL_ERR_PROTOCOL, 40,
        "PEER_DID_NOT_RETURN_A_CERTIFICATE"},
    {MBEDTLS_ERR_SSL_BAD_CERTIFICATE, USSL_ERR_PROTOCOL, 42, "BAD_CERTIFICATE"},
    {MBEDTLS_ERR_SSL_PRIVATE_KEY_REQUIRED, USSL_ERR_PROTOCOL, 40, "NO_CERTIFICATE_SET"},
    {MBEDTLS_ERR_SSL_PK_TYPE_MISMATCH, USSL_ERR_PROTOCOL, 40, "WRONG_CERTIFICATE_TYPE"},
    {MBEDTLS_ERR_SSL_BUFFER_TOO_SMALL, USSL_ERR_PROTOCOL, 22, "EXCESSIVE_MESSAGE_SIZE"},
    {MBEDTLS_ERR_SSL_BAD_INPUT_DATA, USSL_ERR_PROTOCOL, 22, "EXCESSIVE_MESSAGE_SIZE"},
    {MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE, USSL_ERR_PROTOCOL, 40, "UNSUPPORTED_PROTOCOL"},
    {MBEDTLS_ERR_SSL_COUNTER_WRAPPING, USSL_ERR_PROTOCOL, 80, "SEQUENCE_CTR_WRAPPED"},
    {MBEDTLS_ERR_SSL_BAD_CONFIG, USSL_ERR_PROTOCOL, 80, "NO_PROTOCOLS_AVAILABLE"},
    {MBEDTLS_ERR_RSA_VERIFY_FAILED, USSL_ERR_PROTOCOL, 51, "BAD_SIGNATURE"},
    {MBEDTLS_ERR_ECP_VERIFY_FAILED, USSL_ERR_PROTOCOL, 51, "BAD_SIGNATURE"},
    {MBEDTLS_ERR_ECP_INVALID_KEY, USSL_ERR_PROTOCOL, 47, "BAD_ECPOINT"},
};

// Alerts in OpenSSL's words, by number (RFC 8446 B.2 and the older ones).
static const struct {
    uint8_t alert;
    const char *reason;
} alerts[] = {
    {10, "SSLV3_ALERT_UNEXPECTED_MESSAGE"},
    {20, "SSLV3_ALERT_BAD_RECORD_MAC"},
    {21, "TLSV1_ALERT_DECRYPTION_FAILED"},
    {22, "TLSV1_ALERT_RECORD_OVERFLOW"},
    {30, "SSLV3_ALERT_DECOMPRESSION_FAILURE"},
    {40, "SSLV3_ALERT_HANDSHAKE_FAILURE"},
    {42, "SSLV3_ALERT_BAD_CERTIFICATE"},
    {43, "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE"},
    {44, "SSLV3_ALERT_CERTIFICATE_REVOKED"},
    {45, "SSLV3_ALERT_CERTIFICATE_EXPIRED"},
    {46, "SSLV3_ALERT_CERTIFICATE_UNKNOWN"},
    {47, "SSLV3_ALERT_ILLEGAL_PARAMETER"},
    {48, "TLSV1_ALERT_UNKNOWN_CA"},
    {49, "TLSV1_ALERT_ACCESS_DENIED"},
    {50, "TLSV1_ALERT_DECODE_ERROR"},
    {51, "TLSV1_ALERT_DECRYPT_ERROR"},
    {60, "TLSV1_ALERT_EXPORT_RESTRICTION"},
    {70, "TLSV1_ALERT_PROTOCOL_VERSION"},
    {71, "TLSV1_ALERT_INSUFFICIENT_SECURITY"},
    {80, "TLSV1_ALERT_INTERNAL_ERROR"},
    {86, "TLSV1_ALERT_INAPPROPRIATE_FALLBACK"},
    {90, "TLSV1_ALERT_USER_CANCELLED"},
    {100, "TLSV1_ALERT_NO_RENEGOTIATION"},
    {109, "TLSV13_ALERT_MISSING_EXTENSION"},
    {110, "TLSV1_UNSUPPORTED_EXTENSION"},
    {111, "TLSV1_CERTIFICATE_UNOBTAINABLE"},
    {112, "TLSV1_UNRECOGNIZED_NAME"},
    {113, "TLSV1_BAD_CERTIFICATE_STATUS_RESPONSE"},
    {114, "TLSV1_BAD_CERTIFICATE_HASH_VALUE"},
    {116, "TLSV13_ALERT_CERTIFICATE_REQUIRED"},
};

// ---- private to the engine ----
void ussl_failure_from(int code, ussl_role_t side, ussl_failure_t *why) {
    memset(why, 0, sizeof(*why));
    why->backend = code;
    why->alert = 80; // internal_error
    why->alert_is_ours = true;
    why->result = USSL_ERR_PROTOCOL;
    why->reason = "INTERNAL_ERROR";
    int high = -(-code & 0xFF80);
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        if (errors[i].code == high) {
            why->result = (ussl_result_t)errors[i].result;
            why->alert = errors[i].alert;
            why->reason = errors[i].reason;
            break;
        }
    }
    bool x509 = high <= -0x2080 && high >= -0x3000; // mbedTLS's numbers for X.509
    if (x509 && why->result != USSL_ERR_MEMORY) {
        why->reason = "BAD_CERTIFICATE";
        why->alert = 42;
    }
    // A client that finds nothing acceptable in a ServerHello has not failed to share a cipher.
    if (side == USSL_CLIENT && code == MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE) {
        why->reason = "BAD_HANDSHAKE";
    }
}

ussl_result_t ussl_failure_set(ussl_failure_t *why, ussl_result_t result, const char *reason) {
    memset(why, 0, sizeof(*why));
    why->result = result;
    why->alert = ALERT_NONE;
    why->reason = reason;
    return result;
}

const char *ussl_alert_reason(unsigned alert) {
    for (size_t i = 0; i < sizeof(alerts) / sizeof(alerts[0]); i++) {
        if (alerts[i].alert == alert) {
            return alerts[i].reason;
        }
    }
    return "TLSV1_ALERT_UNKNOWN";
}
