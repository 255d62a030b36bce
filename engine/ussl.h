// SPDX-License-Identifier: MIT
//
// ussl.h - the public header of the TLS engine: arenas, trust, identities, contexts, connections.
//
// The engine turns wire bytes into plaintext and back. It does no I/O and does not depend on
// Python. The caller moves the bytes:
//
//      wire                                        plaintext
//   ussl_conn_in  / _in_done  --> +-----------+ --> ussl_conn_read
//                                 | ussl_conn |
//   ussl_conn_out / _out_done <-- +-----------+ <-- ussl_conn_write
//
// The following holds for every function, so it is written only here:
//  - A result of 0 means done, above 0 "do that, then call again", and below 0 failed.
//  - A pointer must not be NULL unless the comment allows it. A config of zeros is the safest.
//  - Data that is passed in is copied. What a function returns a pointer to is lent: it stays valid
//    until the next call on the same object, unless the comment says otherwise.
//  - Arenas, trusts, root stores, identities, tickets, contexts, sessions and reservations are
//    counted: _new gives you one reference, each user takes its own, _unref drops one and allows
//    NULL. A connection has one owner and is freed once.
//  - A loader that fails leaves its object as it was and writes the cause to *why. `why` may be
//    NULL.
//  - The engine never calls longjmp(), and a hook must never longjmp() through it.
//  - Threads may share everything, if the platform has a lock. At most one thread reads a
//    connection and fills its input window; at most one writes and empties its output window.
//  - A hook cannot drive its own connection: handshake, read, write and close fail with
//    USSL_ERR_USAGE.
#ifndef USSL_USSL_H
#define USSL_USSL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alerts.h"
#include "cert.h"
#include "config.h"
#include "result.h"

typedef struct ussl_arena ussl_arena_t;       // a memory budget
typedef struct ussl_trust ussl_trust_t;       // trust anchors, CRLs, a root store, pins
typedef struct ussl_store ussl_store_t;       // a root store: trust anchors outside of memory
typedef struct ussl_pin ussl_pin_t;           // a key that a host must have
typedef struct ussl_identity ussl_identity_t; // our certificate chain and private key
typedef struct ussl_tickets ussl_tickets_t;   // keys of a server's session tickets
typedef struct ussl_session ussl_session_t;   // a session, which a client can resume
typedef struct ussl_reserve ussl_reserve_t;   // memory set aside for connections
typedef struct ussl_ctx ussl_ctx_t;           // settings that never change, shared by connections
typedef struct ussl_conn ussl_conn_t;         // one connection

// ---- Platform -------------------------------------------------------------------------------
// What the engine needs from the machine. Any function of the engine may call any of these.
typedef struct {
    void *user;
    void *(*alloc)(void *user, size_t size);              // returns zeroed memory, or NULL
    void (*release)(void *user, void *ptr);               // ptr is never NULL
    bool (*random)(void *user, uint8_t *buf, size_t len); // false: there is no entropy
    bool (*unix_time)(void *user, int64_t *seconds);      // false: the clock is not set
    // All of these are NULL where only one thread at a time uses the engine. `lock` is held during
    // a call, but not while a hook runs. `thread` returns a number of the calling thread, or of the
    // calling core; it is not 0. `freeze` keeps other threads out for a few instructions; it must
    // work in a finaliser, and `thaw` gets what it returned.
    void (*lock)(void *user), (*unlock)(void *user);
    uintptr_t (*thread)(void *user);
    uintptr_t (*freeze)(void *user);
    void (*thaw)(void *user, uintptr_t state);
    int64_t clock_floor; // seconds since 1970; a time that has passed, whatever the clock shows
    // Milliseconds since any moment; may wrap. NULL: a shared buffer is never taken away.
    uint32_t (*ticks_ms)(void *user);
} ussl_platform_t;

// ussl_init() is called once before anything else, and may be called again after ussl_deinit(). It
// returns USSL_ERR_USAGE if alloc, release, random or unix_time is NULL, or thread beside a lock,
// and USSL_ERR_MEMORY or USSL_ERR_PLATFORM if mbedTLS cannot start. ussl_deinit() releases all
// process-wide state, and must run before the memory behind `alloc` goes away. Objects that are
// still alive then can only be dropped.
ussl_result_t ussl_init(const ussl_platform_t *platform);
void ussl_deinit(void);

// Drops a reference to any counted object, or frees a connection. It only puts the object into a
// list, and the next call of the engine does the rest, so it is safe to call in a finaliser. After
// ussl_deinit() it does the rest at once. NULL is allowed.
void ussl_drop_later(void *object);

// Holds the platform's lock, so that fields which several threads use can be read and changed as
// one. In between, nothing may wait or leave by a longjmp(); every other function may be called.
typedef struct {
    void *scope[4];
} ussl_lock_t;
void ussl_lock(ussl_lock_t *lock);
void ussl_unlock(ussl_lock_t *lock);

// Fills buf with `len` bytes from the platform's generator. Returns USSL_ERR_PLATFORM if there is
// no entropy.
ussl_result_t ussl_random(uint8_t *buf, size_t len);
// SHA-256 of some bytes (FIPS 180-4).
void ussl_sha256(const void *data, size_t len, uint8_t out[32]);

// Returns the platform's clock_floor, in seconds since 1970.
int64_t ussl_clock_floor(void);

// Returns the version of mbedTLS that is compiled in: 0x03060700 is 3.6.7.
uint32_t ussl_backend_version(void);

// ---- Arena ----------------------------------------------------------------------------------
// An arena is a budget of `limit` bytes (0: no limit). Its blocks come from platform.alloc; they
// are counted, limited, and wiped on release. Each live block holds a reference to its arena, so
// objects may be released in any order.
typedef struct {
    size_t used;   // bytes in use, block headers included
    size_t peak;   // bytes; the most that were in use at one time
    size_t blocks; // allocations since the arena was made
    // For the arena of a context, about its connections, in bytes:
    size_t handshake_peak; // the most that the last finished handshake used
    size_t largest_record; // plaintext of the largest record that a peer has sent
} ussl_memory_t;

ussl_result_t ussl_arena_new(size_t limit, ussl_arena_t **out);
ussl_arena_t *ussl_arena_ref(ussl_arena_t *arena);
void ussl_arena_unref(ussl_arena_t *arena);
void ussl_arena_memory(const ussl_arena_t *arena, ussl_memory_t *out);

// ---- Reserve --------------------------------------------------------------------------------
// A reservation is one block from the platform, divided into a slot for each of several
// connections. A connection allocates from its slot and from nowhere else, except that it may
// borrow a shared record buffer.
#define USSL_RECORD_MIN 512 // bytes
#define USSL_RSA_MAX 8192   // bits; mbedTLS's limit
typedef struct {
    size_t connections; // slots, from 1 to 65535
    // Plaintext of the largest records in bytes, as in the contexts that use the reservation: from
    // USSL_RECORD_MIN to USSL_RECORD_IN and USSL_RECORD_OUT.
    size_t record_in, record_out;
    size_t peer_chain; // bytes of DER that a peer's certificates may take; at most USSL_RECORD_IN
    size_t own_chain;  // bytes of our longest chain (ussl_identity_message); 0: none
    // Length of the longest RSA key, the peer's or ours; at most USSL_RSA_MAX. A length below 2048
    // takes as much room as 2048.
    size_t rsa_bits;
    // Buffers of record_in bytes that all connections share, at most one for each connection. With
    // 0 each slot has room for a record of its own.
    size_t shared;
} ussl_reserve_plan_t;

typedef struct {
    size_t bytes; // bytes; as ussl_reserve_size()
    size_t used;  // bytes in use, in all slots
    size_t peak;  // bytes; the most that one slot has used at one time
    size_t slots; // slots, one for each connection
    size_t taken; // slots in use
} ussl_reserve_status_t;

// Returns the bytes that a reservation takes: the block, and the key slots of its connections,
// which all reservations share and which stay allocated.
size_t ussl_reserve_size(const ussl_reserve_plan_t *plan);
// Returns USSL_ERR_USAGE if the plan is outside of the limits above, and USSL_ERR_MEMORY if the
// platform has no block of that size.
ussl_result_t ussl_reserve_new(const ussl_reserve_plan_t *plan, ussl_reserve_t **out);
// Connections in the reservation go on. The block is released as soon as no slot is in use and
// nothing is allocated in it.
void ussl_reserve_unref(ussl_reserve_t *reserve);
// Returns a free slot as an arena for one ussl_conn_new(), or NULL if no slot is free. You get a
// reference to it. The slot is free again when its connection is freed, or after
// ussl_arena_leave(), which does nothing for other arenas.
ussl_arena_t *ussl_reserve_take(ussl_reserve_t *reserve);
void ussl_arena_leave(ussl_arena_t *arena);
// Returns the owner of the connection in slot number `index`, or NULL. It lives only as long as the
// lock is held; see ussl_lock().
void *ussl_reserve_owner(const ussl_reserve_t *reserve, size_t index);
void ussl_reserve_status(const ussl_reserve_t *reserve, ussl_reserve_status_t *out);

// ---- Trust ----------------------------------------------------------------------------------
// A trust holds the certificates, CRLs, root store and pins that its owner trusts. One call adds
// everything that it is given, or nothing; a certificate that is in the trust already is not added
// again. Certificates, CRLs and pins are never removed, so contexts and connections may use a trust
// while it grows.
typedef struct {
    size_t x509;    // certificates
    size_t x509_ca; // those of them that are CAs, as OpenSSL's X509_check_ca() counts
    size_t crl;     // revocation lists
    size_t skipped; // certificates that were not loaded, because their algorithm is not built in
} ussl_trust_stats_t;

ussl_result_t ussl_trust_new(ussl_arena_t *arena, ussl_trust_t **out);
ussl_trust_t *ussl_trust_ref(ussl_trust_t *trust);
void ussl_trust_unref(ussl_trust_t *trust);
// Adds every CERTIFICATE and X509 CRL block of a PEM text (RFC 7468); other text is skipped.
// Returns USSL_ERR_PARSE if there is no such block, or if one is malformed.
ussl_result_t ussl_trust_add_pem(
    ussl_trust_t *trust, const char *text, size_t len, ussl_failure_t *why);
// Adds one or more certificates in DER (RFC 5280), one directly behind the other.
ussl_result_t ussl_trust_add_der(
    ussl_trust_t *trust, const uint8_t *data, size_t len, ussl_failure_t *why);
void ussl_trust_stats(const ussl_trust_t *trust, ussl_trust_stats_t *out);
// Returns certificate number `index`, or NULL past the end. It lives as long as the trust.
const ussl_cert_t *ussl_trust_cert(const ussl_trust_t *trust, size_t index);

// ---- Root store (USSL_STORE) ------------------------------------------------------------------
// A root store has trust anchors that stay in flash or in a file (docs/root-store.md) until a
// connection needs one. `read` fills `out` with `len` bytes from `offset`, or returns false. It is
// called in the middle of a handshake and must not call the engine. The struct is copied, but what
// its pointers lead to is the caller's and must outlive the store.
typedef struct {
    void *user;
    bool (*read)(void *user, uint32_t offset, uint8_t *out, size_t len);
    const uint8_t *bytes; // the whole store; NULL: it is read with `read`
    size_t len;
} ussl_store_source_t;

// True if the data begins with the ten bytes that every root store begins with.
bool ussl_is_store(const void *data, size_t len);
// Reads the whole store once to check its hash. Returns USSL_ERR_PARSE if it is not a root store,
// is damaged, or has an unknown version; why->reason says which.
ussl_result_t ussl_store_new(ussl_arena_t *arena, const ussl_store_source_t *source,
    ussl_store_t **out, ussl_failure_t *why);
// Makes a store of the certificates of a PEM file. `text` is the whole file, source->len bytes
// long, and is not kept: the certificates are read from `source` later. The index takes 24 bytes of
// memory for each certificate. Returns USSL_ERR_PARSE if a PEM block is malformed, or if there is
// no certificate; a certificate whose subject cannot be read is skipped.
ussl_result_t ussl_store_new_pem(ussl_arena_t *arena, const ussl_store_source_t *source,
    const char *text, ussl_store_t **out, ussl_failure_t *why);
void ussl_store_unref(ussl_store_t *store);
// Returns the number of roots. *made is the time when the store was made, in seconds since 1970, or
// 0 for a PEM file. made may be NULL.
size_t ussl_store_count(const ussl_store_t *store, int64_t *made);
// Returns how many of them are CAs, as OpenSSL's X509_check_ca() counts.
size_t ussl_store_ca_count(const ussl_store_t *store);
// A trust has one store at most; this replaces it. A client does not resume sessions that were made
// before. Session tickets of a server do not record the trust, so its owner must replace the
// ussl_tickets_t too.
ussl_result_t ussl_trust_set_store(ussl_trust_t *trust, ussl_store_t *store);

// ---- Pins (USSL_PINS) ---------------------------------------------------------------------------
// A pin is the SHA-256 of a key's SubjectPublicKeyInfo (RFC 7469 2.4). With host NULL it holds for
// every host, and for the clients of a server. If a host has pins, the path of its certificate must
// contain a key that one of them names. With trust_key the pin does not restrict the path; instead
// the peer's own key is trusted for itself: of its certificate only the strength of the key is
// checked, and neither name nor dates. Returns USSL_ERR_USAGE if host is no host name and no IP
// address.
#define USSL_PIN_SIZE 32
ussl_result_t ussl_trust_pin(
    ussl_trust_t *trust, const char *host, const uint8_t hash[USSL_PIN_SIZE], bool trust_key);
// Computes the SHA-256 of the SubjectPublicKeyInfo of a certificate in DER. False if the DER is
// malformed.
bool ussl_spki_sha256(const uint8_t *der, size_t len, uint8_t out[USSL_PIN_SIZE]);

// ---- Identity -------------------------------------------------------------------------------
// An identity is our certificate chain, leaf first, and the private key of the leaf. Certificates
// and key may each be PEM or DER; in DER the leaf is the whole chain. With key NULL the key is in
// the same PEM text as the chain. Returns USSL_ERR_PARSE with the reason KEY_VALUES_MISMATCH if the
// key does not belong to the leaf, and with EE_KEY_TOO_SMALL if the leaf's key has less than 2048
// bits (RSA) or 224 bits (EC).
typedef struct {
    const uint8_t *cert;
    size_t cert_len;
    const uint8_t *key;
    size_t key_len;
    const uint8_t *password; // NULL: there is none
    size_t password_len;
    // The private key of an EC leaf is held elsewhere, and on_sign signs with it. A key that is
    // given need not belong to the leaf; with key NULL none is looked for.
    bool key_elsewhere;
} ussl_identity_source_t;

ussl_result_t ussl_identity_new(ussl_arena_t *arena, const ussl_identity_source_t *source,
    ussl_identity_t **out, ussl_failure_t *why);
ussl_identity_t *ussl_identity_ref(ussl_identity_t *identity);
void ussl_identity_unref(ussl_identity_t *identity);
bool ussl_identity_is_rsa(const ussl_identity_t *identity);
// Returns the bytes of a Certificate message with the chain, USSL_OWN_CHAIN_MAX at most.
#define USSL_OWN_CHAIN_MAX 16384
size_t ussl_identity_message(const ussl_identity_t *identity);

// ---- Cipher suites --------------------------------------------------------------------------
typedef struct {
    uint16_t id;      // IANA number
    uint16_t bits;    // secret bits of the cipher
    uint16_t version; // of the protocol that it belongs to: USSL_VERSION_*
    const char *name; // OpenSSL's name
} ussl_suite_t;
#define USSL_SUITES_MAX 12 // all that can be built in

// Both return NULL if the suite is not built in. name is OpenSSL's, IANA's or mbedTLS's.
const ussl_suite_t *ussl_suite_find(int id);
const ussl_suite_t *ussl_suite_named(const char *name, size_t len);
// Returns mbedTLS's name, which stock MicroPython uses; it is static.
const char *ussl_suite_backend_name(const ussl_suite_t *suite);
// Writes all suites that are built in and authenticate by certificates, best first. A list that is
// not full ends with 0.
void ussl_suites_default(uint16_t ids[USSL_SUITES_MAX]);
// Writes the suites that an OpenSSL cipher string selects (openssl-ciphers(1)), after all suites of
// TLS 1.3. `@SECLEVEL=n` in the string sets *level. Returns USSL_ERR_PARSE if the string is
// malformed, requires a level above 2, or selects no suite of TLS 1.2; then nothing is written.
ussl_result_t ussl_suites_choose(
    const char *text, size_t len, uint16_t ids[USSL_SUITES_MAX], uint8_t *level);

// Returns the number of a group for key exchange (RFC 8446 4.2.7) by OpenSSL's short name, or 0 if
// it is not built in.
uint16_t ussl_group_named(const char *name);

// ---- Context --------------------------------------------------------------------------------
typedef enum { USSL_CLIENT = 0, USSL_SERVER_SIDE } ussl_role_t;
typedef enum { USSL_VERIFY_REQUIRED = 0, USSL_VERIFY_OPTIONAL, USSL_VERIFY_NONE } ussl_verify_t;
#define USSL_VERSION_TLS12 0x0303
#define USSL_VERSION_TLS13 0x0304

// Is called for each certificate of the path, the trust anchor first, after the engine's own checks
// have passed. Any result but USSL_OK refuses the connection; no result can accept what the engine
// refuses. depth is 0 for the peer's own certificate.
typedef ussl_result_t (*ussl_on_cert_t)(
    void *owner, const uint8_t *der, size_t len, unsigned depth);

// A server calls this before it answers a ClientHello. name is the host that the client asks for
// (RFC 6066 3), or NULL if it names none. The hook may call ussl_conn_change_ctx(). A negative
// result lets the handshake go on; any other is the number of the alert that ends it, with 0 for
// internal_error.
typedef int (*ussl_on_hello_t)(void *owner, const char *name);

// Makes the ECDSA signature of a handshake, in DER, with a key that is held elsewhere (USSL_SIGN).
// `key` is the private value that was loaded; key_len is 0 if none was. *sig_len is the room in
// `sig`, and is set to the length of the signature. USSL_HOOK_DECLINED: the engine shall sign with
// `key` itself. Any other result but USSL_OK ends the handshake.
typedef ussl_result_t (*ussl_on_sign_t)(void *owner, const uint8_t *key, size_t key_len,
    const uint8_t *hash, size_t hash_len, uint8_t *sig, size_t *sig_len);

// A server calls this to find the key for the identity of a client (RFC 4279 5.4). The hook writes
// at most USSL_PSK_MAX bytes to `key`, sets *key_len and returns USSL_OK. USSL_HOOK_DECLINED, and
// any other result: there is no key for this identity. USSL_ERR_HOOK ends the handshake with
// internal_error.
typedef ussl_result_t (*ussl_on_psk_t)(
    void *owner, const uint8_t *identity, size_t identity_len, uint8_t *key, size_t *key_len);
#define USSL_PSK_MAX 48           // bytes of a key; mbedTLS's limit
#define USSL_PSK_IDENTITY_MAX 256 // bytes of a client's own identity
// Lent for the call of ussl_ctx_new(), which copies both.
typedef struct {
    const uint8_t *identity, *key; // both NULL: none
    size_t identity_len, key_len;  // bytes, at least 1
} ussl_psk_t;

// Is called for each secret of a handshake, with its label in the NSS key log format. The secret
// has `len` bytes.
typedef void (*ussl_on_secret_t)(void *owner, const char *label, const uint8_t client_random[32],
    const uint8_t *secret, size_t len);

// Which certificates of a path must be checked against a CRL of their issuer.
typedef enum { USSL_CRL_NONE = 0, USSL_CRL_LEAF, USSL_CRL_ALL } ussl_crl_check_t;

// How dates are judged while the clock is not set. REQUIRED: the certificate is refused.
// FLOOR_DATE: platform.clock_floor stands for the date, and only what has expired by then is
// refused. HOLD: the dates are judged later, by ussl_conn_recheck().
typedef enum { USSL_CLOCK_REQUIRED = 0, USSL_CLOCK_FLOOR_DATE, USSL_CLOCK_HOLD } ussl_clock_t;

typedef struct {
    ussl_role_t role;
    ussl_clock_t clock;
    ussl_verify_t verify;   // a client's OPTIONAL is REQUIRED, as in CPython
    bool no_hostname_check; // client only
    bool no_common_name;    // the subject's common name never counts
    ussl_crl_check_t crl_check;
    bool partial_chain;               // a trust anchor need not be self-issued
    bool strict;                      // also check what OpenSSL's X509_V_FLAG_X509_STRICT checks
    bool client_order;                // server: the client's order of suites decides (TLS 1.2)
    bool datagrams;                   // DTLS 1.2 (USSL_DTLS); a server has no alpn and no on_hello
    bool no_tickets;                  // neither ask for session tickets nor give any
    uint16_t min_version;             // 0: TLS 1.2
    uint16_t max_version;             // 0: the newest that is built in
    uint16_t suites[USSL_SUITES_MAX]; // best first, ends with 0; all 0: the default list
    uint16_t group;                   // the only group for key exchange; 0: all
    // Bytes of plaintext in the largest record that is accepted, and in the largest that is sent
    // after the handshake. A record is sent smaller if the peer accepts less, or if there is no
    // memory for it. 0: USSL_RECORD_IN, USSL_RECORD_OUT.
    uint16_t record_in;
    uint16_t record_out;
    const char *const *alpn;      // protocols (RFC 7301), best first, ends with NULL; NULL: none
    ussl_trust_t *trust;          // counted; NULL: trust nobody
    ussl_identity_t *identity[2]; // counted; at most one ECDSA and one RSA; NULL allowed
    ussl_tickets_t *tickets;      // counted; NULL: a server gives no session tickets
    uint16_t ticket_count;        // TLS 1.3: session tickets that a server gives after a handshake
    ussl_on_cert_t on_cert;       // NULL allowed
    uint8_t on_cert_number;     // another one for a hook that may judge otherwise; 255: no session
    ussl_on_secret_t on_secret; // NULL allowed; needs USSL_KEYLOG
    ussl_on_hello_t on_hello;   // NULL allowed; server only
    ussl_on_sign_t on_sign;     // NULL allowed; needs USSL_SIGN
    // Pre-shared keys (USSL_PSK). With one of these no certificate is exchanged, `verify` counts
    // for nothing, and no session is resumed.
    ussl_psk_t psk;       // client only
    ussl_on_psk_t on_psk; // NULL allowed; server only
    uint8_t tag;          // caller's
} ussl_config_t;

// Returns USSL_ERR_USAGE if the config needs what is not built in, has two identities with the same
// kind of key, a pre-shared key of the wrong role or length, or a DTLS server with alpn or
// on_hello.
ussl_result_t ussl_ctx_new(ussl_arena_t *arena, const ussl_config_t *config, ussl_ctx_t **out);
ussl_ctx_t *ussl_ctx_ref(ussl_ctx_t *ctx);
uint8_t ussl_ctx_tag(const ussl_ctx_t *ctx); // of its config
void ussl_ctx_unref(ussl_ctx_t *ctx);

// ---- Connection -----------------------------------------------------------------------------
// A client checks hostname, and sends it as SNI unless it is an address; NULL: neither. A server
// ignores it. owner is the caller's: it is passed to hooks and not used otherwise. Returns
// USSL_ERR_USAGE if hostname is empty or longer than 255 bytes. If the context permits no version,
// the connection is made, but has failed with the reason NO_PROTOCOLS_AVAILABLE.
ussl_result_t ussl_conn_new(
    ussl_arena_t *arena, ussl_ctx_t *ctx, const char *hostname, void *owner, ussl_conn_t **out);

// Replaces the context by another of the same role. Returns USSL_ERR_USAGE if the handshake has
// begun, except inside on_hello, or if a session has been offered, if exactly one of the two
// contexts uses pre-shared keys, or if either has `datagrams`. A peer that had to be verified still
// has to be; for a client a context with USSL_VERIFY_NONE is then USSL_ERR_USAGE.
ussl_result_t ussl_conn_change_ctx(ussl_conn_t *conn, ussl_ctx_t *ctx);

// DTLS. These functions exist only with USSL_DTLS. One datagram goes through each window:
// ussl_conn_in_done() reports a whole one, and what ussl_conn_out() returns is to be sent as one.
//
// Tells a server, before the handshake, who the client is, for example its address; `id` is copied.
// The client then has to prove with a cookie that it receives datagrams there (RFC 6347 4.2.1): its
// first ClientHello fails the connection with the reason HELLO_VERIFY_REQUIRED, and a second
// connection with the same context accepts the next one. Returns USSL_ERR_USAGE if the context has
// no `datagrams`, for a client, if len is 0, or if the handshake has begun; USSL_ERR_MEMORY.
ussl_result_t ussl_conn_set_client_id(ussl_conn_t *conn, const uint8_t *id, size_t len);
// Returns in how many milliseconds ussl_conn_handshake() must be called although no datagram has
// arrived, or -1 if no timer runs.
int32_t ussl_conn_timer(const ussl_conn_t *conn);
// Returns how many bytes of plaintext a datagram can carry; ussl_conn_write() sends no more at
// once.
size_t ussl_conn_datagram_max(const ussl_conn_t *conn);

// Frees a connection; NULL is allowed. This sends nothing, allocates nothing and calls no hook, but
// it is not for a finaliser, which calls ussl_drop_later() instead.
void ussl_conn_free(ussl_conn_t *conn);

// Does one step of the handshake, so that a slow CPU can do other work between two steps. USSL_OK
// with *done false means that it must be called again at once. Once the handshake is done, a call
// sets *done and changes nothing.
ussl_result_t ussl_conn_handshake(ussl_conn_t *conn, bool *done);

// *n is the number of bytes of plaintext moved, and can be less than len. A read returns the
// plaintext of one record at most. Bytes that a write has counted are accepted: they must never be
// offered again, even if the wire has not been drained yet.
ussl_result_t ussl_conn_read(ussl_conn_t *conn, uint8_t *buf, size_t len, size_t *n);
// Returns USSL_OK if there is plaintext to read, and leaves it there; otherwise what
// ussl_conn_read() would return.
ussl_result_t ussl_conn_peek(ussl_conn_t *conn);
// Puts bytes of buf into one record, which then waits in the output: drain it after every write.
// What one record cannot hold is written by further calls. These are the results:
//  - USSL_OK: *n bytes were taken, at least one unless len is 0.
//  - USSL_WANT_OUT: nothing was taken, because output still waits; drain it, then call again.
//  - USSL_ERR_USAGE: nothing was taken; the handshake is not done, or ussl_conn_close() was called.
//  - Any other below 0: the connection has failed, in this call or before (ussl_conn_failure()).
// A write never waits for input; with TLS 1.3 it can put a KeyUpdate into the output first.
ussl_result_t ussl_conn_write(ussl_conn_t *conn, const uint8_t *buf, size_t len, size_t *n);
// Queues close_notify; the output must then be drained. USSL_WANT_OUT: drain it first, then call
// again. A second call changes nothing.
ussl_result_t ussl_conn_close(ussl_conn_t *conn);

// The wire. ussl_conn_in() returns where to put wire bytes, and in *len how many are wanted, or
// NULL if none are. ussl_conn_in_done() reports how many have been put there, or with 0 that the
// wire has ended; ussl_conn_in_back() gives the window back unused. ussl_conn_out() returns bytes
// to send, or NULL if there are none, and ussl_conn_out_done() reports how many have been sent. The
// output must be drained after a failure too, because it contains the alert for the peer.
uint8_t *ussl_conn_in(ussl_conn_t *conn, size_t *len);
void ussl_conn_in_done(ussl_conn_t *conn, size_t n);
void ussl_conn_in_back(ussl_conn_t *conn);
const uint8_t *ussl_conn_out(ussl_conn_t *conn, size_t *len);
void ussl_conn_out_done(ussl_conn_t *conn, size_t n);

// Returns the number of bytes of plaintext that can be read without more wire bytes.
size_t ussl_conn_pending(const ussl_conn_t *conn);
// Judges the dates that were put off by USSL_CLOCK_HOLD. *done is true if they are in order, or if
// none were put off. USSL_OK with *done false: the clock is still not set. USSL_ERR_CERT: a date is
// wrong, and the connection has failed.
ussl_result_t ussl_conn_recheck(ussl_conn_t *conn, bool *done);
// Returns what a handshake in progress waits for: USSL_WANT_IN, USSL_WANT_OUT, or USSL_OK if it can
// go on.
ussl_result_t ussl_conn_wants(const ussl_conn_t *conn);
// False if the last call returned USSL_WANT_ROOM and would return it again.
bool ussl_conn_room_is_free(const ussl_conn_t *conn);
bool ussl_conn_established(const ussl_conn_t *conn);   // the handshake is done, and nothing failed
bool ussl_conn_gives_tickets(const ussl_conn_t *conn); // only session tickets are still to be sent
bool ussl_conn_peer_closed(const ussl_conn_t *conn);   // the peer's close_notify has been read
bool ussl_conn_closing(const ussl_conn_t *conn);       // our close_notify has been queued

// What was negotiated; 0 or NULL unless the connection is established. A version is USSL_VERSION_*.
uint16_t ussl_conn_version(const ussl_conn_t *conn);
const char *ussl_conn_alpn(const ussl_conn_t *conn);
const ussl_suite_t *ussl_conn_suite(const ussl_conn_t *conn);

// Returns the peer's certificate, or NULL if it sent none or the connection is not established. It
// lives as long as the connection.
const ussl_cert_t *ussl_conn_peer_cert(const ussl_conn_t *conn);
// *out is certificate number `index` of the chain that the peer sent or, with `verified`, of the
// path that was verified. Number 0 is the peer's own. *out is NULL past the end, or if nothing was
// verified. If the connection was resumed, only number 0 is known. Returns USSL_ERR_MEMORY if a
// root must be read from the store again and there is no memory for it.
ussl_result_t ussl_conn_chain(
    ussl_conn_t *conn, bool verified, size_t index, const ussl_cert_t **out);
// True if the peer's certificates have been verified. Otherwise their content is only a claim.
bool ussl_conn_peer_verified(const ussl_conn_t *conn);

// Reports why the connection failed. A failed connection stays failed. If it has not failed,
// out->result is USSL_OK.
void ussl_conn_failure(const ussl_conn_t *conn, ussl_failure_t *out);
// The subject, in DER, of the certificate that the verdict names. False if there is none, or if
// there was no memory to keep it.
bool ussl_conn_blamed(const ussl_conn_t *conn, const uint8_t **der, size_t *len);
// Returns the message for broken rule number `index`, from 0, of a verdict, the most serious first,
// or NULL past the end. The message is static.
const char *ussl_verdict_rule(const ussl_verdict_t *verdict, size_t index);

// ---- Sessions (USSL_SESSIONS) -----------------------------------------------------------------
// A session is what a connection leaves for a resumption: its secrets, and what was proven about
// the peer.
typedef struct {
    uint8_t id[32]; // SHA-256 of the session ticket if there is one
    size_t id_len;
    int64_t made;           // seconds since 1970
    uint32_t timeout;       // seconds
    uint32_t lifetime_hint; // seconds, as the server named it; 0 if it named none
    bool has_ticket;
} ussl_session_info_t;

// Returns the session of an established connection. The session of a server can be inspected, but
// neither resumed nor saved. With TLS 1.3 the session of a client has a ticket only after a read
// has received one. Returns USSL_ERR_USAGE if the connection is not established or has no session.
ussl_result_t ussl_conn_session(ussl_conn_t *conn, ussl_session_t **out);
// Makes a client offer a session; USSL_ERR_USAGE for a server, or if the handshake has begun. The
// session is not offered if it proves less than this connection requires, belongs to another host,
// was made under another trust, or is too old, nor if the clock is not set or the context has
// no_tickets. In these cases, or if the server refuses it, a full handshake is made.
ussl_result_t ussl_conn_set_session(ussl_conn_t *conn, const ussl_session_t *session);
bool ussl_conn_resumed(const ussl_conn_t *conn);

ussl_session_t *ussl_session_ref(ussl_session_t *session);
void ussl_session_unref(ussl_session_t *session);
const ussl_session_info_t *ussl_session_info(const ussl_session_t *session);

// A session as bytes, for a device that loses its memory. The bytes contain the secrets, so they
// must be kept like a key. They are encrypted and authenticated under the caller's key; with
// key_len 0 they are only protected against damage. `out` has room for ussl_session_saved_size()
// bytes. A size of 0 means that the session cannot be resumed; saving it is USSL_ERR_USAGE.
size_t ussl_session_saved_size(const ussl_session_t *session);
ussl_result_t ussl_session_save(
    const ussl_session_t *session, const void *key, size_t key_len, uint8_t *out);
// A saved session, and the key that it was saved with.
typedef struct {
    const uint8_t *data;
    size_t len;
    const void *key;
    size_t key_len;
} ussl_session_source_t;
// Returns USSL_ERR_PARSE if the bytes are damaged or the key is another one, and USSL_ERR_CERT if
// the session was made under another trust. The trust may have grown since. trust may be NULL.
ussl_result_t ussl_session_load(ussl_arena_t *arena, const ussl_trust_t *trust,
    const ussl_session_source_t *source, ussl_session_t **out, ussl_failure_t *why);

// The keys of a server's session tickets. The owner passes them to each context that it makes, so
// that tickets stay valid when settings change. A key that is older than USSL_TICKET_LIFETIME is
// replaced.
ussl_result_t ussl_tickets_new(ussl_arena_t *arena, ussl_tickets_t **out);
void ussl_tickets_unref(ussl_tickets_t *tickets);
#endif // USSL_USSL_H
