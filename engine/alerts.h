// SPDX-License-Identifier: MIT
//
// alerts.h - names and numbers of the TLS alerts, of RFC 8446 6 and of older versions. No other
// file contains the numbers.
#ifndef USSL_ALERTS_H
#define USSL_ALERTS_H

// The alerts that CPython's ssl.AlertDescription has, as X(name, number).
#define USSL_ALERTS_NAMED(X)                                                                       \
    X(CLOSE_NOTIFY, 0), X(UNEXPECTED_MESSAGE, 10), X(BAD_RECORD_MAC, 20), X(RECORD_OVERFLOW, 22),  \
        X(DECOMPRESSION_FAILURE, 30), X(HANDSHAKE_FAILURE, 40), X(BAD_CERTIFICATE, 42),            \
        X(UNSUPPORTED_CERTIFICATE, 43), X(CERTIFICATE_REVOKED, 44), X(CERTIFICATE_EXPIRED, 45),    \
        X(CERTIFICATE_UNKNOWN, 46), X(ILLEGAL_PARAMETER, 47), X(UNKNOWN_CA, 48),                   \
        X(ACCESS_DENIED, 49), X(DECODE_ERROR, 50), X(DECRYPT_ERROR, 51), X(PROTOCOL_VERSION, 70),  \
        X(INSUFFICIENT_SECURITY, 71), X(INTERNAL_ERROR, 80), X(USER_CANCELLED, 90),                \
        X(NO_RENEGOTIATION, 100), X(UNSUPPORTED_EXTENSION, 110), X(CERTIFICATE_UNOBTAINABLE, 111), \
        X(UNRECOGNIZED_NAME, 112), X(BAD_CERTIFICATE_STATUS_RESPONSE, 113),                        \
        X(BAD_CERTIFICATE_HASH_VALUE, 114), X(UNKNOWN_PSK_IDENTITY, 115)

// Other alerts that the engine sends or receives.
#define USSL_ALERTS_OTHER(X)                                                                       \
    X(DECRYPTION_FAILED, 21), X(NO_CERTIFICATE, 41), X(EXPORT_RESTRICTION, 60),                    \
        X(INAPPROPRIATE_FALLBACK, 86), X(MISSING_EXTENSION, 109), X(CERTIFICATE_REQUIRED, 116),    \
        X(NO_APPLICATION_PROTOCOL, 120)

#define USSL_ALERT_ENUM(name, number) USSL_ALERT_##name = number
enum {
    USSL_ALERT_NONE = -1,
    USSL_ALERTS_NAMED(USSL_ALERT_ENUM),
    USSL_ALERTS_OTHER(USSL_ALERT_ENUM),
};

#endif // USSL_ALERTS_H
