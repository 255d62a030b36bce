// SPDX-License-Identifier: MIT
//
// result.h - the results that a call of the engine can have, and the reasons of a failure.
#ifndef USSL_RESULT_H
#define USSL_RESULT_H

#include <stdbool.h>
#include <stdint.h>

// A result above 0 is no failure; its comment says what the caller must do.
typedef enum {
    USSL_OK = 0,
    USSL_WANT_IN = 1,   // receive bytes from the wire into ussl_conn_in(), then call again
    USSL_WANT_OUT = 2,  // send the bytes of ussl_conn_out() to the wire, then call again
    USSL_WANT_ROOM = 4, // every shared record buffer is in use: call again later
    USSL_CLOSED = 3,    // the peer has sent close_notify: there is no more plaintext
    // Only a hook returns this: it leaves the work to the engine, or finds no key.
    USSL_HOOK_DECLINED = 5,
    USSL_ERR_USAGE = -1,     // a bug of the caller: a wrong argument or a wrong state
    USSL_ERR_MEMORY = -2,    // the arena or the allocator has no memory left
    USSL_ERR_PLATFORM = -3,  // the platform has no entropy
    USSL_ERR_EOF = -4,       // the wire ended without close_notify (truncation)
    USSL_ERR_PROTOCOL = -5,  // the peer violated the protocol, or shares no parameters with us
    USSL_ERR_ALERT = -6,     // the peer sent a fatal alert, or close_notify during the handshake
    USSL_ERR_CERT = -7,      // the peer's certificates were refused
    USSL_ERR_PARSE = -8,     // data that was passed in is malformed
    USSL_ERR_HOOK = -9,      // a hook refused the connection
    USSL_ERR_INTERNAL = -10, // a bug of the engine; please report `backend`
} ussl_result_t;

// The rules that a certificate can break. They are bits, because several can be broken at once.
#define USSL_CERT_NO_CLOCK (1u << 0)     // the clock is not set, so dates cannot be judged
#define USSL_CERT_UNTRUSTED (1u << 1)    // there is no path to a trust anchor
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

// Describes why a peer's certificates were refused: the most serious rule that they break, and
// flags for all such rules.
typedef struct {
    uint32_t flags;      // USSL_CERT_* bits, of all certificates of the path
    uint8_t depth;       // number of the certificate that `code` is about, from 0, the peer's own
    uint8_t code;        // OpenSSL's X509_V_ERR_* number; 0 if no rule is broken
    const char *message; // static, or NULL; for the codes 62 and 64 the caller adds the host
} ussl_verdict_t;

// Describes why a call failed. A connection keeps its first cause. The struct can be copied, and
// the copy stays valid when the object is freed.
typedef struct {
    ussl_result_t result;
    int32_t backend;     // mbedTLS's code, for logs only; 0 if there is none
    int16_t alert;       // USSL_ALERT_* (RFC 8446 6), or USSL_ALERT_NONE
    bool alert_is_ours;  // true if we sent it, false if the peer sent it
    const char *reason;  // static: OpenSSL's reason, or one of ours; NULL if there is none
    ussl_verdict_t cert; // the verdict, if the result is USSL_ERR_CERT
    // With the reason CHAIN_TOO_LONG these are the length of the Certificate message with our
    // chain, and its limit, in bytes. With RECORD_TOO_LARGE they are the plaintext of the record
    // that the peer sent, and the most that the connection accepts, in bytes. Otherwise they are 0.
    uint16_t record, record_limit;
} ussl_failure_t;

#endif // USSL_RESULT_H
