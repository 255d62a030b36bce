// SPDX-License-Identifier: MIT
//
// result.h - what a call of the engine can return, and why it failed.
#ifndef USSL_RESULT_H
#define USSL_RESULT_H

#include <stdbool.h>
#include <stdint.h>

typedef enum {
    USSL_OK = 0,
    USSL_WANT_IN = 1,   // give wire bytes: ussl_conn_in()
    USSL_WANT_OUT = 2,  // send wire bytes: ussl_conn_out()
    USSL_WANT_ROOM = 4, // every shared record buffer is in use: call again later
    USSL_CLOSED = 3,    // the peer sent close_notify; no more plaintext
    USSL_HOOK_DECLINED =
        5,                // returned by a hook that leaves the work to the engine, or finds nothing
    USSL_ERR_USAGE = -1,  // the caller's bug: a wrong argument, or a wrong moment
    USSL_ERR_MEMORY = -2, // the arena or the allocator has no memory left
    USSL_ERR_PLATFORM = -3,  // the platform has no entropy
    USSL_ERR_EOF = -4,       // the wire ended without close_notify (truncation)
    USSL_ERR_PROTOCOL = -5,  // the peer broke the protocol, or shares no parameters with us
    USSL_ERR_ALERT = -6,     // the peer sent a fatal alert, or close_notify during the handshake
    USSL_ERR_CERT = -7,      // the peer's certificates were refused
    USSL_ERR_PARSE = -8,     // what was passed in is malformed
    USSL_ERR_HOOK = -9,      // a hook refused
    USSL_ERR_INTERNAL = -10, // the engine's bug; please report `backend`
} ussl_result_t;

// The rules that a certificate can break. They are bits, because several can be broken at once.
#define USSL_CERT_NO_CLOCK (1u << 0)     // the clock is not set, so dates cannot be judged
#define USSL_CERT_UNTRUSTED (1u << 1)    // no path to a trust anchor
#define USSL_CERT_PURPOSE (1u << 2)      // key usage or extended key usage forbids this use
#define USSL_CERT_NAME (1u << 3)         // it does not name the host
#define USSL_CERT_ADDRESS (1u << 4)      // it does not name the IP address
#define USSL_CERT_REVOKED (1u << 5)      // it is listed in a CRL of its issuer
#define USSL_CERT_CRL (1u << 6)          // its issuer's CRL is not valid yet or has a bad signature
#define USSL_CERT_WEAK_KEY (1u << 7)     // its key type, curve or key size is too weak
#define USSL_CERT_WEAK_HASH (1u << 8)    // it is signed with a weak hash (SHA-1, MD5)
#define USSL_CERT_FUTURE (1u << 9)       // it is not yet valid
#define USSL_CERT_EXPIRED (1u << 10)     // it has expired
#define USSL_CERT_NO_CRL (1u << 12)      // a CRL of its issuer is required, but none is loaded
#define USSL_CERT_OLD_CRL (1u << 13)     // its issuer's CRL has expired
#define USSL_CERT_SIGNATURE (1u << 14)   // it is not signed by its issuer
#define USSL_CERT_TOO_LONG (1u << 15)    // the path is too long, or takes too much work to find
#define USSL_CERT_CRITICAL (1u << 16)    // it has a critical extension that is not supported
#define USSL_CERT_EXTENSION (1u << 17)   // one of its extensions is malformed or occurs twice
#define USSL_CERT_CA (1u << 18)          // an issuer is no CA, or the peer's own certificate is one
#define USSL_CERT_PATH_LENGTH (1u << 19) // more CAs are below it than its path length permits
#define USSL_CERT_STRICT (1u << 20)      // it breaks a rule of RFC 5280 that only `strict` checks
#define USSL_CERT_CONSTRAINT (1u << 21)  // it has a name that an issuer may not issue for
#define USSL_CERT_PIN (1u << 22)         // no key of the path is pinned for this host

// Why a peer's certificates were refused: the most serious broken rule, and flags for all of them.
typedef struct {
    uint32_t flags;      // USSL_CERT_* bits, of all certificates of the path
    uint8_t depth;       // of the certificate that `code` is about; 0 is the peer's own
    uint8_t code;        // OpenSSL's X509_V_ERR_* number; 0: no rule is broken
    const char *message; // static, or NULL; for codes 62 and 64 the caller adds the host
} ussl_verdict_t;

// Why a call failed. A connection keeps the first cause. This is plain data and outlives its
// object.
typedef struct {
    ussl_result_t result;
    int32_t backend;     // mbedTLS's code, for logs only; 0 if there is none
    int16_t alert;       // USSL_ALERT_* (RFC 8446 6), or USSL_ALERT_NONE
    bool alert_is_ours;  // true: we sent it; false: the peer sent it
    const char *reason;  // static: OpenSSL's reason word, or one of ours; NULL if none
    ussl_verdict_t cert; // of USSL_ERR_CERT
    // With the reason CHAIN_TOO_LONG, in bytes: the message with our certificates, and the limit.
    // With the reason RECORD_TOO_LARGE, in bytes of plaintext: the record that the peer sent, and
    // the largest that the connection accepts.
    uint16_t record, record_limit;
} ussl_failure_t;

#endif // USSL_RESULT_H
