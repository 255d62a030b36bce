// SPDX-License-Identifier: MIT
//
// session.h - private; what this room gives to the rooms above: what is kept of a session, as an
// object, as bytes, and as a server's ticket.
#ifndef USSL_SESSION_SESSION_H
#define USSL_SESSION_SESSION_H

#include "../verify/verify.h"

// The longest life of a ticket (RFC 8446 4.6.1), and of a proof: after a week a chain of
// resumptions ends, and the certificate is judged again. In seconds.
#define USSL__WEEK (7 * 86400)

// ---- seal.c ------------------------------------------------------------------------------------
enum { USSL__SEAL_KEY = 32, USSL__SEAL_NONCE = 12, USSL__SEAL_TAG = 16 };
#define USSL__SEAL_EXTRA (USSL__SEAL_NONCE + USSL__SEAL_TAG)
// Both work in place on `head | nonce | text | tag`. The head is authenticated and stays readable.
USSL__CHECKED ussl_result_t ussl__seal(
    const uint8_t key[USSL__SEAL_KEY], uint8_t *box, size_t head, size_t text);
// USSL_ERR_PARSE: it was sealed with another key, or changed since.
USSL__CHECKED ussl_result_t ussl__unseal(const uint8_t key[USSL__SEAL_KEY], uint8_t *box,
    size_t head, size_t len, uint8_t **text, size_t *text_len);

// ---- snapshot.c --------------------------------------------------------------------------------
// What a full handshake has proven about the peer: bits.
enum {
    USSL__PROVEN_CHAIN = 1 << 0,    // there is a path to a trust anchor
    USSL__PROVEN_NAME = 1 << 1,     // the certificate names the host
    USSL__PROVEN_HOOK = 1 << 2,     // on_cert has agreed
    USSL__PROVEN_CRL_LEAF = 1 << 3, // the peer's certificate is on no CRL
    USSL__PROVEN_CRL_ALL = 1 << 4,  // no certificate of the path is
    USSL__PROVEN_ROOT = 1 << 5,     // the path ends at a self-signed certificate
    USSL__PROVEN_NO_CN = 1 << 6,    // the name was not found in a common name
    USSL__PROVEN_STRICT = 1 << 7,   // the path passed the rules of `strict`
};

// What is kept of a session. The pointers lead into the bytes that it was parsed from, or are lent
// by whoever writes it.
typedef struct {
    uint16_t proven;                     // USSL__PROVEN_* bits
    int64_t made;                        // the session or its ticket, seconds since 1970
    int64_t proven_at;                   // the full handshake, seconds since 1970
    uint32_t trust_count;                // certificates in the trust that proved it
    const uint8_t *trust_fingerprint;    // NULL: there was no trust
    const uint8_t *host, *peer, *secret; // peer: a certificate in DER; secret: mbedTLS's session
    size_t host_len, peer_len, secret_len;
} ussl__snapshot_t;

USSL__CHECKED bool ussl__snapshot_parse(const uint8_t *data, size_t len, ussl__snapshot_t *out);
// Writes everything of `known` but its secret, and mbedTLS's session as the secret. *len is what it
// takes, also if there is no room for it: USSL_ERR_USAGE.
USSL__CHECKED ussl_result_t ussl__snapshot_write(const ussl__snapshot_t *known,
    const mbedtls_ssl_session *session, uint8_t *out, size_t room, size_t *len);
// True if the certificate was judged less than a week ago.
bool ussl__snapshot_is_fresh(const ussl__snapshot_t *snapshot, int64_t now);
// Makes a saved session of a snapshot, USSL__SAVED_EXTRA bytes longer; and back, in place.
#define USSL__SAVED_EXTRA (4 + USSL__SEAL_EXTRA)
USSL__CHECKED ussl_result_t ussl__snapshot_seal(
    const void *key, size_t key_len, const uint8_t *snapshot, size_t len, uint8_t *out);
USSL__CHECKED ussl_result_t ussl__snapshot_unseal(const void *key, size_t key_len, uint8_t *data,
    size_t len, uint8_t **snapshot, size_t *snapshot_len);

// ---- session.c ---------------------------------------------------------------------------------
struct ussl_session {
    ussl__object_t object;
    ussl_arena_t *arena; // counted
    uint8_t *data;       // owned; NULL: the session cannot be resumed
    size_t len;
    ussl__snapshot_t snapshot; // points into data
    ussl_session_info_t info;
};
// Makes a session of one of mbedTLS's; known NULL: one that can only be looked at. The caller opens
// the scope.
USSL__CHECKED ussl_result_t ussl__session_new(ussl_arena_t *arena, const mbedtls_ssl_session *from,
    const ussl__snapshot_t *known, ussl_session_t **out);

// ---- ticket.c ----------------------------------------------------------------------------------
#if USSL_SESSIONS && USSL_SERVER
enum { USSL__TICKET_NAME = 4 }; // octets in front of a ticket: which key has sealed it
#define USSL__TICKET_EXTRA (USSL__TICKET_NAME + USSL__SEAL_EXTRA)
// Seals a ticket in place: `name | nonce | text | tag`, with the text already there.
USSL__CHECKED ussl_result_t ussl__ticket_seal(ussl_tickets_t *tickets, uint8_t *box, size_t text);
// USSL_ERR_PARSE: none of our keys has sealed it.
USSL__CHECKED ussl_result_t ussl__ticket_unseal(
    const ussl_tickets_t *tickets, uint8_t *box, size_t len, uint8_t **text, size_t *text_len);
#endif

#endif // USSL_SESSION_SESSION_H
