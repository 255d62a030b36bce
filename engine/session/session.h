// SPDX-License-Identifier: MIT
//
// session.h - private; what this room gives to the rooms above: sessions as objects, as bytes, and
// as a server's session tickets.
#ifndef USSL_SESSION_SESSION_H
#define USSL_SESSION_SESSION_H

#include "../verify/verify.h"

// The longest lifetime of a session ticket (RFC 8446 4.6.1), in seconds. A session is also resumed
// for at most this long after its full handshake, so that the peer's certificates are verified
// again.
#define USSL__WEEK (7 * 86400)

// ---- seal.c ------------------------------------------------------------------------------------
enum { USSL__SEAL_KEY = 32, USSL__SEAL_NONCE = 12, USSL__SEAL_TAG = 16 };
#define USSL__SEAL_EXTRA (USSL__SEAL_NONCE + USSL__SEAL_TAG)
// Both work in place on `head | nonce | text | tag`. The head is authenticated but not encrypted.
// `head` and `text` are the lengths of these parts, and `len` is the length of the whole.
// ussl__seal() writes the nonce and returns USSL_ERR_PLATFORM if there is no entropy.
USSL__CHECKED ussl_result_t ussl__seal(
    const uint8_t key[USSL__SEAL_KEY], uint8_t *box, size_t head, size_t text);
// Returns USSL_ERR_PARSE if the bytes were sealed with another key, or have changed since. *text is
// lent and leads into box.
USSL__CHECKED ussl_result_t ussl__unseal(const uint8_t key[USSL__SEAL_KEY], uint8_t *box,
    size_t head, size_t len, uint8_t **text, size_t *text_len);

// ---- snapshot.c --------------------------------------------------------------------------------
// What a full handshake has proven about the peer, as bits.
enum {
    USSL__PROVEN_CHAIN = 1 << 0,    // there is a path to a trust anchor
    USSL__PROVEN_NAME = 1 << 1,     // the certificate names the host
    USSL__PROVEN_HOOK = 1 << 2,     // on_cert has accepted the path
    USSL__PROVEN_CRL_LEAF = 1 << 3, // no CRL of its issuer lists the peer's certificate
    USSL__PROVEN_CRL_ALL = 1 << 4,  // the same for every certificate of the path
    USSL__PROVEN_ROOT = 1 << 5,     // the path ends at a self-issued certificate
    USSL__PROVEN_NO_CN = 1 << 6,    // the name matched without the common name
    USSL__PROVEN_STRICT = 1 << 7,   // the path breaks no rule of `strict`
};

// The bits from here on are the number of the on_cert hook that has accepted the path.
#define USSL__PROVEN_HOOK_SHIFT 8

// A parsed snapshot, which is what is kept of a session. All pointers are lent: they lead into the
// bytes that the snapshot was parsed from, or to data of the function that made it.
typedef struct {
    uint16_t proven;                  // what was proven: USSL__PROVEN_* bits
    bool extended_ms;                 // TLS 1.2: made with extended_master_secret (RFC 7627)
    int64_t made;                     // when the session or its ticket was made; seconds since 1970
    int64_t proven_at;                // when the full handshake was made; seconds since 1970
    uint32_t trust_count;             // certificates in the trust that it was proven under
    const uint8_t *trust_fingerprint; // NULL: there is no trust; never NULL if parsed
    const uint8_t *host, *peer, *secret; // peer: a certificate in DER; secret: mbedTLS's session
    size_t host_len, peer_len, secret_len;
} ussl__snapshot_t;

// Returns the fingerprint that a snapshot with these bits keeps of the trust. If CRLs were checked,
// it covers the whole trust, and the session is not resumed after any change. Otherwise
// certificates and CRLs may be added.
const uint8_t *ussl__trust_fingerprint_of(const ussl_trust_t *trust, uint16_t proven);
// True if the snapshot was proven under this trust, in which nothing else has changed since. trust
// NULL counts as an empty trust.
bool ussl__trust_is_that_of(const ussl_trust_t *trust, const ussl__snapshot_t *snapshot);

// Returns false if the bytes are malformed or have another version.
USSL__CHECKED bool ussl__snapshot_parse(const uint8_t *data, size_t len, ussl__snapshot_t *out);
// Writes a snapshot: all of `known` except its secret, and as the secret mbedTLS's form of
// `session`. *len is the size of the snapshot. If `room` is too small, *len is set too, and the
// result is USSL_ERR_USAGE.
USSL__CHECKED ussl_result_t ussl__snapshot_write(const ussl__snapshot_t *known,
    const mbedtls_ssl_session *session, uint8_t *out, size_t room, size_t *len);
// Loads mbedTLS's session from a snapshot. `endpoint` is the side that must have made it,
// MBEDTLS_SSL_IS_CLIENT or MBEDTLS_SSL_IS_SERVER. Returns USSL_ERR_PARSE if mbedTLS cannot load it,
// or if it has a value that mbedTLS would use without a check. The caller frees *out, also after an
// error.
USSL__CHECKED ussl_result_t ussl__snapshot_session(
    const ussl__snapshot_t *snapshot, int endpoint, mbedtls_ssl_session *out);
// True if the full handshake was made less than a week before `now`.
bool ussl__snapshot_is_fresh(const ussl__snapshot_t *snapshot, int64_t now);
// ussl__snapshot_seal() makes a saved session from a snapshot, and adds USSL__SAVED_EXTRA bytes.
// ussl__snapshot_unseal() finds the snapshot in a saved session, in place; it returns
// USSL_ERR_PARSE if the bytes have changed or the key is another one.
#define USSL__SAVED_EXTRA (4 + USSL__SEAL_EXTRA)
USSL__CHECKED ussl_result_t ussl__snapshot_seal(
    const void *key, size_t key_len, const uint8_t *snapshot, size_t len, uint8_t *out);
USSL__CHECKED ussl_result_t ussl__snapshot_unseal(const void *key, size_t key_len, uint8_t *data,
    size_t len, uint8_t **snapshot, size_t *snapshot_len);

// ---- session.c ---------------------------------------------------------------------------------
struct ussl_session {
    ussl__object_t object;
    ussl_arena_t *arena; // counted
    uint8_t *data;       // owned; a snapshot; NULL: the session cannot be resumed
    size_t len;
    ussl__snapshot_t snapshot; // its pointers lead into data
    ussl_session_info_t info;
};
// Makes a session from mbedTLS's form. If `known` is NULL, the session can be inspected but not
// resumed. The caller must have opened a scope.
USSL__CHECKED ussl_result_t ussl__session_new(ussl_arena_t *arena, const mbedtls_ssl_session *from,
    const ussl__snapshot_t *known, ussl_session_t **out);

// ---- ticket.c ----------------------------------------------------------------------------------
#if USSL_SESSIONS && USSL_SERVER
enum { USSL__TICKET_NAME = 4 }; // octets at the start of a ticket, which name its key
#define USSL__TICKET_EXTRA (USSL__TICKET_NAME + USSL__SEAL_EXTRA)
// Seals a ticket in place: `name | nonce | text | tag`. The caller has already written the text,
// which has `text` bytes.
USSL__CHECKED ussl_result_t ussl__ticket_seal(ussl_tickets_t *tickets, uint8_t *box, size_t text);
// Returns USSL_ERR_PARSE if none of the keys has sealed the ticket.
USSL__CHECKED ussl_result_t ussl__ticket_unseal(
    const ussl_tickets_t *tickets, uint8_t *box, size_t len, uint8_t **text, size_t *text_len);
#endif

#endif // USSL_SESSION_SESSION_H
