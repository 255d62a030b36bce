// SPDX-License-Identifier: MIT
//
// ussl.h - the TLS engine: arena, trust, identity, context, connection.
//
// The engine turns wire bytes into plaintext and back. It does no I/O and knows nothing of
// Python. The caller moves the bytes:
//
//      wire                                        plaintext
//   ussl_conn_in  / _in_done  --> +-----------+ --> ussl_conn_read
//                                 | ussl_conn |
//   ussl_conn_out / _out_done <-- +-----------+ <-- ussl_conn_write
//
// These hold for every function, so they are written only here:
//  - Results: 0 is done, above 0 is "do that, then call again", below 0 failed.
//  - NULL is an error unless the comment allows it. A zeroed config is the safest.
//  - What you pass in is copied. What you get back is borrowed: it stays valid until the next
//    call on the same object.
//  - Arenas, trusts, root stores, identities, tickets, contexts, sessions and reservations are
//    counted: _new gives you one reference, each user takes its own, _unref drops one and allows
//    NULL. A connection has one owner and is freed once.
//  - Failure of a loader leaves the object as it was. `why` may be NULL.
//  - The engine never longjmps, and a hook must never longjmp through it.
//  - Threads may share everything but a connection, if the platform has a lock. A call on a
//    connection from inside its own hook fails with USSL_ERR_USAGE.
#ifndef USSL_USSL_H
#define USSL_USSL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alerts.h"
#include "config.h"

typedef struct ussl_arena ussl_arena_t;       // a memory budget
typedef struct ussl_trust ussl_trust_t;       // certificates we believe
typedef struct ussl_store ussl_store_t;       // many more of them, outside of memory
typedef struct ussl_pin ussl_pin_t;           // a key that a host must have
typedef struct ussl_identity ussl_identity_t; // our own chain and key
typedef struct ussl_tickets ussl_tickets_t;   // keys of a server's session tickets
typedef struct ussl_session ussl_session_t;   // what a client can resume
typedef struct ussl_reserve ussl_reserve_t;   // memory set aside for connections
typedef struct ussl_ctx ussl_ctx_t;           // frozen settings, shared by conns
typedef struct ussl_conn ussl_conn_t;         // one connection
typedef struct ussl_cert ussl_cert_t;         // a certificate, borrowed from its owner

// ---- Results --------------------------------------------------------------------------------
typedef enum {
    USSL_OK = 0,
    USSL_WANT_IN = 1,        // give wire bytes: ussl_conn_in()
    USSL_WANT_OUT = 2,       // send wire bytes: ussl_conn_out()
    USSL_WANT_ROOM = 4,      // call again: every shared record buffer is in use
    USSL_CLOSED = 3,         // the peer sent close_notify; no more plaintext
    USSL_ERR_USAGE = -1,     // wrong argument or wrong moment: the caller's bug
    USSL_ERR_MEMORY = -2,    // arena or allocator exhausted
    USSL_ERR_PLATFORM = -3,  // no entropy
    USSL_ERR_EOF = -4,       // the wire ended without close_notify (truncation)
    USSL_ERR_PROTOCOL = -5,  // the peer broke the protocol, or nothing in common
    USSL_ERR_ALERT = -6,     // the peer refused us with a fatal alert
    USSL_ERR_CERT = -7,      // the peer's certificate was not acceptable
    USSL_ERR_PARSE = -8,     // bytes given to us are not a certificate or key
    USSL_ERR_HOOK = -9,      // a hook said stop
    USSL_ERR_INTERNAL = -10, // our bug; please report `backend`
} ussl_result_t;

// Why a certificate was refused: bits, because several rules can fail at once.
#define USSL_CERT_NO_CLOCK (1u << 0)     // the clock is not set: dates cannot be judged
#define USSL_CERT_UNTRUSTED (1u << 1)    // no path to a trust anchor
#define USSL_CERT_PURPOSE (1u << 2)      // (extended) key usage forbids this use
#define USSL_CERT_NAME (1u << 3)         // does not name the host
#define USSL_CERT_ADDRESS (1u << 4)      // does not name the IP address
#define USSL_CERT_REVOKED (1u << 5)      // on the issuer's CRL
#define USSL_CERT_CRL (1u << 6)          // the issuer's CRL is not yet valid or not signed by it
#define USSL_CERT_WEAK_KEY (1u << 7)     // key type, curve or size below the floor
#define USSL_CERT_WEAK_HASH (1u << 8)    // signed with a hash below the floor
#define USSL_CERT_FUTURE (1u << 9)       // not yet valid
#define USSL_CERT_EXPIRED (1u << 10)     // no longer valid
#define USSL_CERT_OTHER (1u << 11)       // anything else mbedTLS objected to
#define USSL_CERT_NO_CRL (1u << 12)      // asked for, but there is none of its issuer
#define USSL_CERT_OLD_CRL (1u << 13)     // the issuer's CRL has expired
#define USSL_CERT_SIGNATURE (1u << 14)   // not signed by its issuer
#define USSL_CERT_TOO_LONG (1u << 15)    // a path too long, or too much work to find one
#define USSL_CERT_CRITICAL (1u << 16)    // a critical extension that is not understood
#define USSL_CERT_EXTENSION (1u << 17)   // an extension that is malformed, or there twice
#define USSL_CERT_CA (1u << 18)          // an issuer that is no CA, or a CA that is no issuer
#define USSL_CERT_PATH_LENGTH (1u << 19) // more CAs below it than it may have
#define USSL_CERT_STRICT (1u << 20)      // a rule of RFC 5280 that only `strict` minds
#define USSL_CERT_PIN (1u << 22)         // no key of the path is pinned for this host
#define USSL_CERT_CONSTRAINT (1u << 21)  // a name that an issuer may not issue for

// The one answer to "why was this chain refused?": the most telling rule, and all of them.
typedef struct {
    uint32_t flags;      // USSL_CERT_* bits of the whole chain
    uint8_t depth;       // of the certificate that `code` speaks of; 0 is the peer's own
    uint8_t code;        // OpenSSL's X509_V_ERR_* number; 0: nothing is wrong
    const char *message; // static; for 62 and 64 the caller adds the name
} ussl_verdict_t;

// Why something failed: the first cause, kept. Plain data, outlives its object.
typedef struct {
    ussl_result_t result;
    int32_t backend;     // raw mbedTLS code, for logs only; 0 if none
    int16_t alert;       // USSL_ALERT_* (RFC 8446 6); USSL_ALERT_NONE if there is none
    bool alert_is_ours;  // true: we sent it; false: the peer did
    const char *reason;  // static, OpenSSL's reason word; NULL if it has none
    ussl_verdict_t cert; // for USSL_ERR_CERT
    // RECORD_TOO_LARGE: bytes of plaintext in the record that the peer sent, and that we take
    uint16_t record, record_limit;
} ussl_failure_t;

// ---- Platform -------------------------------------------------------------------------------
// What the engine needs from the machine. Each can be called inside any function.
typedef struct {
    void *user;
    void *(*alloc)(void *user, size_t size);              // zeroed, or NULL
    void (*release)(void *user, void *ptr);               // ptr is never NULL
    bool (*random)(void *user, uint8_t *buf, size_t len); // false: no entropy
    bool (*unix_time)(void *user, int64_t *seconds);      // false: clock not set
    // Both pairs NULL where one thread at most is ever here. lock is held through a call, but not
    // while a hook runs; freeze is held for a few instructions and must work in a finaliser.
    void (*lock)(void *user), (*unlock)(void *user);
    uintptr_t (*freeze)(void *user);
    void (*thaw)(void *user, uintptr_t state);
    int64_t clock_floor; // seconds since 1970: it is later than this, whatever the clock says
    uint32_t (*ticks_ms)(void *user); // any start, wraps; NULL: shared buffers are held for ever
} ussl_platform_t;

// Call once, before anything else, and again after ussl_deinit(). That releases all process-wide
// state, and must run before the memory behind `alloc` goes away; what is still alive then can only
// be dropped.
ussl_result_t ussl_init(const ussl_platform_t *platform);
void ussl_deinit(void);

// Gives up a reference to any counted object, or frees a connection. It only touches a list, and
// the next call of the engine does the rest, so it is safe to call in a finaliser. NULL allowed.
void ussl_drop_later(void *object);

// Fills buf from the platform's generator. USSL_ERR_PLATFORM: no entropy.
ussl_result_t ussl_random(uint8_t *buf, size_t len);

// What ussl_init() was given.
int64_t ussl_clock_floor(void);

// The version of mbedTLS that is compiled in: 0x03060700 is 3.6.7.
uint32_t ussl_backend_version(void);

// ---- Arena ----------------------------------------------------------------------------------
// A budget in bytes (0: no limit): blocks come from platform.alloc and are counted, limited, and
// wiped on release. Each live block keeps the arena, so free order never matters.
typedef struct {
    size_t used;   // bytes held now, block headers included
    size_t peak;   // the most ever held
    size_t blocks; // allocations made since the arena began
    // Of a context's arena, about its connections:
    size_t handshake_peak; // what the last handshake held at most
    size_t largest_record; // plaintext that a peer has sent in one record
} ussl_memory_t;

ussl_result_t ussl_arena_new(size_t limit, ussl_arena_t **out);
ussl_arena_t *ussl_arena_ref(ussl_arena_t *arena);
void ussl_arena_unref(ussl_arena_t *arena);
void ussl_arena_memory(const ussl_arena_t *arena, ussl_memory_t *out);

// ---- Reserve --------------------------------------------------------------------------------
// One block from the platform with a slot in it for each of so many connections. What a connection
// allocates comes from its slot, and from nowhere else.
#define USSL_RECORD_MIN 512
#define USSL_RSA_MAX 8192 // bits, of mbedTLS
typedef struct {
    size_t connections;
    size_t record_in, record_out; // of the contexts that use it: USSL_RECORD_MIN at least
    size_t peer_chain;            // bytes of DER that a peer's certificates may take
    size_t rsa_bits; // of the longest RSA key, theirs or ours; up to 2048 needs no more
    size_t shared;   // buffers of record_in bytes for all; 0: room in every slot
} ussl_reserve_plan_t;

typedef struct {
    size_t bytes; // of the whole block
    size_t used;  // of it, now
    size_t peak;  // the most that one slot ever held
    size_t slots; // for connections
    size_t taken; // of them
} ussl_reserve_status_t;

size_t ussl_reserve_size(const ussl_reserve_plan_t *plan);
ussl_result_t ussl_reserve_new(const ussl_reserve_plan_t *plan, ussl_reserve_t **out);
// The block goes when the last connection in it has gone.
void ussl_reserve_unref(ussl_reserve_t *reserve);
// Returns a free slot as an arena for ussl_conn_new(), with a reference for you, or NULL if none is
// free. It is free again when that connection is freed, or when you leave it.
ussl_arena_t *ussl_reserve_take(ussl_reserve_t *reserve);
void ussl_arena_leave(ussl_arena_t *arena);
void ussl_reserve_status(const ussl_reserve_t *reserve, ussl_reserve_status_t *out);

// Is there a PEM block in it (RFC 7468)? DER never has the mark in front of one.
bool ussl_is_pem(const void *data, size_t len);

// ---- Trust ----------------------------------------------------------------------------------
// Certificates believed because you said so. Adding is all or nothing; a certificate that is
// there already counts once. Nothing is ever taken out, so contexts and connections may hold a
// trust while it grows.
typedef struct {
    size_t x509;    // certificates
    size_t x509_ca; // of which CA:TRUE
    size_t crl;     // revocation lists
} ussl_trust_stats_t;

ussl_result_t ussl_trust_new(ussl_arena_t *arena, ussl_trust_t **out);
ussl_trust_t *ussl_trust_ref(ussl_trust_t *trust);
void ussl_trust_unref(ussl_trust_t *trust);
// Every CERTIFICATE and X509 CRL block of a PEM text (RFC 7468); text around them is skipped.
ussl_result_t ussl_trust_add_pem(
    ussl_trust_t *trust, const char *text, size_t len, ussl_failure_t *why);
// One or more DER certificates (RFC 5280), one directly after the other.
ussl_result_t ussl_trust_add_der(
    ussl_trust_t *trust, const uint8_t *data, size_t len, ussl_failure_t *why);
void ussl_trust_stats(const ussl_trust_t *trust, ussl_trust_stats_t *out);
// Certificate number `index`, or NULL past the end. It lives as long as the trust.
const ussl_cert_t *ussl_trust_cert(const ussl_trust_t *trust, size_t index);

// ---- Root store (USSL_STORE) ------------------------------------------------------------------
// Trust anchors that stay in flash or in a file (docs/root-store.md) until a connection needs one.
// `read` fills `out` from `offset`; it is called in the middle of a handshake and must not come
// back into the engine. The source is borrowed: it outlives the store.
typedef struct {
    void *user;
    bool (*read)(void *user, uint32_t offset, uint8_t *out, size_t len);
    const uint8_t *bytes; // all of it, in place; NULL: read it
    size_t len;
} ussl_store_source_t;

// Do the first ten bytes say that it is one?
bool ussl_is_store(const void *data, size_t len);
// Reads all of it once, and checks its hash. USSL_ERR_PARSE: not a store, damaged, or a version
// that is not known; `why->reason` tells which.
ussl_result_t ussl_store_new(ussl_arena_t *arena, const ussl_store_source_t *source,
    ussl_store_t **out, ussl_failure_t *why);
// The certificates of a PEM file: `text` is all of it now, `source` where it is to be had later.
// Takes 24 bytes for each.
ussl_result_t ussl_store_new_pem(ussl_arena_t *arena, const ussl_store_source_t *source,
    const char *text, ussl_store_t **out, ussl_failure_t *why);
void ussl_store_unref(ussl_store_t *store);
// How many roots, and when it was made: seconds since 1970, 0 for a PEM file. made may be NULL.
size_t ussl_store_count(const ussl_store_t *store, int64_t *made);
// A trust has one store at most, in place of the one before. What was proven by another store does
// not hold for it: sessions of then are not resumed.
ussl_result_t ussl_trust_set_store(ussl_trust_t *trust, ussl_store_t *store);

// ---- Pins (USSL_PINS) ---------------------------------------------------------------------------
// A key is known by the SHA-256 of its SubjectPublicKeyInfo (RFC 7469 2.4). host NULL: for every
// host, and for clients. A path to a host with pins must have one of these keys somewhere. With
// trust_key the peer's own key is trusted for itself, and name and dates of the certificate around
// it do not matter.
#define USSL_PIN_SIZE 32
ussl_result_t ussl_trust_pin(
    ussl_trust_t *trust, const char *host, const uint8_t hash[USSL_PIN_SIZE], bool trust_key);
// Of a certificate in DER. False: it is none.
bool ussl_spki_sha256(const uint8_t *der, size_t len, uint8_t out[USSL_PIN_SIZE]);

// ---- Identity -------------------------------------------------------------------------------
// Our own certificate chain, leaf first, and the private key of the leaf. Each of cert and key is
// PEM or DER; key NULL means that it is in the same PEM text as the chain. A key that does not
// belong to the leaf is USSL_ERR_PARSE with reason KEY_VALUES_MISMATCH, an RSA key below 2048 bits
// with EE_KEY_TOO_SMALL.
typedef struct {
    const uint8_t *cert;
    size_t cert_len;
    const uint8_t *key;
    size_t key_len;
    const uint8_t *password; // NULL: none
    size_t password_len;
} ussl_identity_source_t;

ussl_result_t ussl_identity_new(ussl_arena_t *arena, const ussl_identity_source_t *source,
    ussl_identity_t **out, ussl_failure_t *why);
ussl_identity_t *ussl_identity_ref(ussl_identity_t *identity);
void ussl_identity_unref(ussl_identity_t *identity);
bool ussl_identity_is_rsa(const ussl_identity_t *identity);

// ---- Certificates, decoded --------------------------------------------------------------------
// A date of the proleptic Gregorian calendar, UTC.
typedef struct {
    int year;
    uint8_t month, day, hour, minute, second;
} ussl_date_t;

typedef struct {
    const uint8_t *der;
    size_t der_len;
    const uint8_t *serial; // big-endian
    size_t serial_len;
    unsigned version; // 1 to 3
    bool is_ca;       // basicConstraints CA:TRUE
    ussl_date_t not_before, not_after;
} ussl_cert_info_t;
void ussl_cert_info(const ussl_cert_t *cert, ussl_cert_info_t *out);

// Today's date. False: the clock is not set.
bool ussl_today(ussl_date_t *out);
// Since 1970. A day past the end of its month counts on.
int64_t ussl_date_seconds(const ussl_date_t *date);

// One attribute of a distinguished name in DER (RFC 5280 4.1.2.4), by number from 0.
typedef enum { USSL_SUBJECT, USSL_ISSUER } ussl_whose_t;
typedef struct {
    const char *type; // static, OpenSSL's long name; NULL: see oid
    char oid[64];     // dotted, if type is NULL
    const uint8_t *value;
    size_t len;
    uint8_t tag;        // ASN.1 string type of value
    bool with_the_next; // shares its RDN with the next attribute
} ussl_attribute_t;
bool ussl_name_attribute(const uint8_t *der, size_t der_len, size_t index, ussl_attribute_t *out);
// The name of subject or issuer, in DER.
void ussl_cert_name(const ussl_cert_t *cert, ussl_whose_t whose, const uint8_t **der, size_t *len);

// One subject alternative name (RFC 5280 4.2.1.6), by number from 0. kind is its number in
// GeneralName: 1 e-mail, 2 DNS, 4 directory name (DER), 6 URI, 7 address (4 or 16 bytes), 8
// registered ID (the bytes of an OID).
bool ussl_cert_alt_name(
    const ussl_cert_t *cert, size_t index, unsigned *kind, const uint8_t **value, size_t *len);

// An object identifier in dotted form.
void ussl_oid_text(const uint8_t *oid, size_t len, char *out, size_t room);

// Addresses of services that a certificate names, by number from 0: OCSP responders and copies of
// the issuer's certificate (RFC 5280 4.2.2.1), places of CRLs (4.2.1.13).
typedef enum { USSL_URI_OCSP, USSL_URI_CA_ISSUERS, USSL_URI_CRL } ussl_uri_t;
bool ussl_cert_uri(
    const ussl_cert_t *cert, ussl_uri_t kind, size_t index, const uint8_t **value, size_t *len);

// ---- Names ----------------------------------------------------------------------------------
// The bytes of an IP literal (RFC 791, RFC 4291 2.2) in network order. Returns 4, 16, or 0 when
// `text` is not an address.
size_t ussl_address_parse(const char *text, size_t len, uint8_t out[16]);
// Letters, digits, hyphens and underscores in labels with dots between them; the last label does
// not read as a number. Pure.
bool ussl_is_hostname(const char *text, size_t len);
// ASCII case does not count. Pure.
bool ussl_equal_fold(const char *a, const char *b, size_t len);
// The same but for case and a dot at the end. Both end with a NUL. Pure.
bool ussl_same_host(const char *a, const char *b);
// Does a dNSName or CN pattern cover a host name (RFC 9525 6.3)? `*` stands for the whole
// left-most label only. Neither is NUL-terminated. Pure.
bool ussl_hostname_match(const char *pattern, size_t pattern_len, const char *host, size_t len);

// ---- Cipher suites --------------------------------------------------------------------------
typedef struct {
    uint16_t id;      // IANA number
    uint16_t bits;    // secret bits of the cipher
    uint16_t version; // protocol the suite belongs to: USSL_VERSION_*
    const char *name; // OpenSSL's name
} ussl_suite_t;
#define USSL_SUITES_MAX 9 // that are built in

// NULL: not one of ours. A name is OpenSSL's or mbedTLS's.
const ussl_suite_t *ussl_suite_find(int id);
const ussl_suite_t *ussl_suite_named(const char *name, size_t len);
// All of them, best first; a list that is not full ends with 0.
void ussl_suites_default(uint16_t ids[USSL_SUITES_MAX]);
// Those that an OpenSSL cipher string selects (openssl-ciphers(1)), those of TLS 1.3 in front.
// @SECLEVEL goes to *level. USSL_ERR_PARSE: not understood, or no suite of TLS 1.2 is left; nothing
// was changed.
ussl_result_t ussl_suites_choose(
    const char *text, size_t len, uint16_t ids[USSL_SUITES_MAX], uint8_t *level);

// The number of a group for key exchange (RFC 8446 4.2.7) by OpenSSL's short name; 0: not ours.
uint16_t ussl_group_named(const char *name);

// ---- Context --------------------------------------------------------------------------------
typedef enum { USSL_CLIENT = 0, USSL_SERVER_SIDE } ussl_role_t;
typedef enum { USSL_VERIFY_REQUIRED = 0, USSL_VERIFY_OPTIONAL, USSL_VERIFY_NONE } ussl_verify_t;
#define USSL_VERSION_TLS12 0x0303
#define USSL_VERSION_TLS13 0x0304

// Sees each certificate of the path, anchor first, after the engine's own checks passed it. It
// can refuse, by returning anything but USSL_OK, but never forgive.
typedef ussl_result_t (*ussl_on_cert_t)(
    void *owner, const uint8_t *der, size_t len, unsigned depth);

// A server sees the host name that a client asks for (RFC 6066 3), NULL if it names none, before
// anything is answered. It may call ussl_conn_change_ctx(). Negative: go on; else the number of the
// alert that ends the handshake.
typedef int (*ussl_on_hello_t)(void *owner, const char *name);

// Hears each secret of a handshake, in the words of the NSS key log format.
typedef void (*ussl_on_secret_t)(void *owner, const char *label, const uint8_t client_random[32],
    const uint8_t *secret, size_t len);

// Which certificates of a path need a CRL of their issuer that does not name them.
typedef enum { USSL_CRL_NONE = 0, USSL_CRL_LEAF, USSL_CRL_ALL } ussl_crl_check_t;

// What becomes of dates while the clock is not set. REQUIRED: the certificate is refused. FLOOR:
// platform.clock_floor stands for the date, and only what has expired by then is refused. HOLD:
// they are client_hello_read at later, by ussl_conn_recheck().
typedef enum { USSL_CLOCK_REQUIRED = 0, USSL_CLOCK_FLOOR_DATE, USSL_CLOCK_HOLD } ussl_clock_t;

typedef struct {
    ussl_role_t role;
    ussl_clock_t clock;
    ussl_verify_t verify;   // a client's OPTIONAL is REQUIRED, as in CPython
    bool no_hostname_check; // client only
    bool no_common_name;    // never fall back to the subject's CN
    ussl_crl_check_t crl_check;
    bool partial_chain;               // an anchor need not be self-signed
    bool strict;                      // hold certificates to all of RFC 5280 4, as OpenSSL does
    bool client_order;                // server: the client's order of suites decides (TLS 1.2)
    bool no_tickets;                  // neither ask for session tickets nor give any
    uint16_t min_version;             // 0: TLS 1.2
    uint16_t max_version;             // 0: newest built in
    uint16_t suites[USSL_SUITES_MAX]; // best first, 0 ends; none: the default list
    uint16_t group;                   // the only one for key exchange; 0: all
    uint16_t record_in;      // plaintext of the largest record that we take; 0: USSL_RECORD_IN
    uint16_t record_out;     // of the largest that we send, after the handshake; 0: USSL_RECORD_OUT
    const char *const *alpn; // protocols (RFC 7301), best first, NULL ends; NULL: none
    ussl_trust_t *trust;     // NULL: trust nobody
    ussl_identity_t *identity[2]; // at most one ECDSA and one RSA; NULL allowed
    ussl_tickets_t *tickets;      // a server without them gives none; NULL allowed
    uint16_t ticket_count;        // TLS 1.3: how many after a handshake
    ussl_on_cert_t on_cert;       // NULL allowed
    ussl_on_secret_t on_secret;   // NULL allowed; needs USSL_KEYLOG
    ussl_on_hello_t on_hello;     // NULL allowed; server only
} ussl_config_t;

ussl_result_t ussl_ctx_new(ussl_arena_t *arena, const ussl_config_t *config, ussl_ctx_t **out);
ussl_ctx_t *ussl_ctx_ref(ussl_ctx_t *ctx);
void ussl_ctx_unref(ussl_ctx_t *ctx);

// ---- Connection -----------------------------------------------------------------------------
// hostname: checked, and sent as SNI unless it is an address; NULL: neither. owner: passed to
// hooks, never touched.
ussl_result_t ussl_conn_new(
    ussl_arena_t *arena, ussl_ctx_t *ctx, const char *hostname, void *owner, ussl_conn_t **out);

// From here on the settings of another context of the same role hold. Only before the handshake has
// begun, or inside on_hello; else USSL_ERR_USAGE. A peer that had to be verified still has to.
ussl_result_t ussl_conn_change_ctx(ussl_conn_t *conn, ussl_ctx_t *ctx);

// ---- Sessions (USSL_SESSIONS) ----
// What a connection leaves for the next one: its secrets, and what was proven about the peer.
typedef struct {
    uint8_t id[32]; // the hash of the ticket if there is one
    size_t id_len;
    int64_t made;           // seconds since 1970
    uint32_t timeout;       // seconds
    uint32_t lifetime_hint; // what the server said; seconds
    bool has_ticket;
} ussl_session_info_t;

// Of an established connection; a server's can only be client_hello_read at. With TLS 1.3 a
// client's has a ticket once a read has brought one.
ussl_result_t ussl_conn_session(ussl_conn_t *conn, ussl_session_t **out);
// Before the handshake. A session that proves less than this connection needs, that belongs to
// another host, or that is too old is not offered; then, as when the server refuses it, a full
// handshake is made.
ussl_result_t ussl_conn_set_session(ussl_conn_t *conn, const ussl_session_t *session);
bool ussl_conn_resumed(const ussl_conn_t *conn);

ussl_session_t *ussl_session_ref(ussl_session_t *session);
void ussl_session_unref(ussl_session_t *session);
const ussl_session_info_t *ussl_session_info(const ussl_session_t *session);

// A session as bytes, for a device that loses its memory. They hold its secrets: keep them as a key
// is kept. Encrypted and authenticated under the caller's key; with key_len 0 they are only
// protected against damage. Size 0: it cannot be resumed, and not be saved.
size_t ussl_session_saved_size(const ussl_session_t *session);
ussl_result_t ussl_session_save(
    const ussl_session_t *session, const void *key, size_t key_len, uint8_t *out);
// USSL_ERR_PARSE: damaged, or another key. USSL_ERR_CERT: made under another trust than this one,
// which may have grown since.
typedef struct {
    const uint8_t *data;
    size_t len;
    const void *key;
    size_t key_len;
} ussl_session_source_t;
ussl_result_t ussl_session_load(ussl_arena_t *arena, const ussl_trust_t *trust,
    const ussl_session_source_t *source, ussl_session_t **out, ussl_failure_t *why);

// Keys that a context keeps while its settings change; new ones are made as they grow old.
ussl_result_t ussl_tickets_new(ussl_arena_t *arena, ussl_tickets_t **out);
void ussl_tickets_unref(ussl_tickets_t *tickets);

// Sends nothing, allocates nothing, calls no hook. In a finaliser use ussl_drop_later(). NULL
// allowed.
void ussl_conn_free(ussl_conn_t *conn);

// Does one handshake step, so a slow CPU can do other work between two. USSL_OK with *done false
// means: call again at once. Once it is done, calling again says so and changes nothing.
ussl_result_t ussl_conn_handshake(ussl_conn_t *conn, bool *done);

// *n is the plaintext moved and can be less than len. read gives at most one record. A written
// byte is accepted: never offer it again, even if the wire is not drained yet.
ussl_result_t ussl_conn_read(ussl_conn_t *conn, uint8_t *buf, size_t len, size_t *n);
// USSL_OK: there is plaintext to read, and it stays there. Else as read.
ussl_result_t ussl_conn_peek(ussl_conn_t *conn);
ussl_result_t ussl_conn_write(ussl_conn_t *conn, const uint8_t *buf, size_t len, size_t *n);
ussl_result_t ussl_conn_close(ussl_conn_t *conn); // queues close_notify; then drain

// The wire: where to put bytes and how many it wants now (0: none wanted), or bytes to send (0:
// none); then say how many moved, or give the place back unused. in_done(0) says the wire has
// ended. Drain out after a failure too: the alert that tells the peer why is in there.
uint8_t *ussl_conn_in(ussl_conn_t *conn, size_t *len);
void ussl_conn_in_done(ussl_conn_t *conn, size_t n);
void ussl_conn_in_back(ussl_conn_t *conn);
const uint8_t *ussl_conn_out(ussl_conn_t *conn, size_t *len);
void ussl_conn_out_done(ussl_conn_t *conn, size_t n);

// Plaintext that read would deliver without more wire bytes.
size_t ussl_conn_pending(const ussl_conn_t *conn);
// Looks at the dates that USSL_CLOCK_HOLD has put off. *done: they are in order, or nothing was put
// off. USSL_OK without it: the clock is still not set. USSL_ERR_CERT: refused, and the connection
// has failed.
ussl_result_t ussl_conn_recheck(ussl_conn_t *conn, bool *done);
// What a handshake in progress waits for: USSL_WANT_IN, USSL_WANT_OUT, or USSL_OK to run on.
ussl_result_t ussl_conn_wants(const ussl_conn_t *conn);
// False: the last call said USSL_WANT_ROOM, and it would again.
bool ussl_conn_room_is_free(const ussl_conn_t *conn);
bool ussl_conn_established(const ussl_conn_t *conn);   // handshake done, not failed since
bool ussl_conn_gives_tickets(const ussl_conn_t *conn); // all but session tickets has been sent
bool ussl_conn_peer_closed(const ussl_conn_t *conn);   // the peer's close_notify has been read
bool ussl_conn_closing(const ussl_conn_t *conn);       // our close_notify has been queued

// What was negotiated; 0 and NULL before the handshake is done.
uint16_t ussl_conn_version(const ussl_conn_t *conn);
const char *ussl_conn_alpn(const ussl_conn_t *conn);
const ussl_suite_t *ussl_conn_suite(const ussl_conn_t *conn);

// The peer's certificate; NULL if it sent none. It lives as long as the connection.
const ussl_cert_t *ussl_conn_peer_cert(const ussl_conn_t *conn);
// Certificate number `index` of the chain that the peer sent, or of the path that was verified, its
// own first; *out is NULL past the end. Of a resumed connection only the peer's own is known.
// USSL_ERR_MEMORY: there is none for a root that has to be read from the store again.
ussl_result_t ussl_conn_chain(
    ussl_conn_t *conn, bool verified, size_t index, const ussl_cert_t **out);
// Has its chain been verified? Without that its content is only a claim.
bool ussl_conn_peer_verified(const ussl_conn_t *conn);

// After a negative result: why. A failed conn stays failed.
void ussl_conn_failure(const ussl_conn_t *conn, ussl_failure_t *out);
// The name, in DER, of the certificate that its verdict speaks of. False: there is none, or was no
// memory to keep it.
bool ussl_conn_blamed(const ussl_conn_t *conn, const uint8_t **der, size_t *len);
// The words for one rule of a verdict's flags, by number from 0, the most telling first; NULL past
// the end.
const char *ussl_verdict_rule(const ussl_verdict_t *verdict, size_t index);
#endif // USSL_USSL_H
