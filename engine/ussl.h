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
//  - A ussl_result_t of 0 means success. A value above 0 is no failure: result.h says what the
//    caller must do. A value below 0 means failure. A function that allocates can return
//    USSL_ERR_MEMORY, also where its comment does not say so.
//  - A pointer must not be NULL unless the comment allows it. A ussl_config_t that is all zero has
//    the safest settings.
//  - Data that is passed in is copied. Data that a returned pointer leads to is lent: it stays
//    valid until the next call on the same object, unless the comment says otherwise.
//  - Arenas, trusts, root stores, identities, tickets, contexts, sessions and reservations have a
//    reference count: _new returns one reference to the caller, _ref adds one, every object that
//    uses another holds one, and _unref drops one and allows NULL. A connection has one owner, who
//    frees it once.
//  - A function with an argument `why` that fails changes no object and writes the cause to *why.
//    `why` may be NULL.
//  - The engine never calls longjmp(), and a hook must never longjmp() through it.
//  - Threads may share all objects if the platform has a lock. At most one thread at a time may
//    read from a connection and fill its input window, and at most one may write to it and empty
//    its output window.
//  - A hook must not use its own connection: inside it, ussl_conn_handshake(), _read, _write and
//    _close return USSL_ERR_USAGE.
#ifndef USSL_USSL_H
#define USSL_USSL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alerts.h"
#include "cert.h"
#include "config.h"
#include "result.h"

// The version of this library (https://semver.org). tools/check-version compares the other places
// that name it, among them CHANGELOG.md, with these lines.
#define USSL_VERSION "1.0.0"
#define USSL_VERSION_MAJOR 1
#define USSL_VERSION_MINOR 0
#define USSL_VERSION_PATCH 0

typedef struct ussl_arena ussl_arena_t;       // a memory budget
typedef struct ussl_trust ussl_trust_t;       // trust anchors, CRLs, a root store, pins
typedef struct ussl_store ussl_store_t;       // a root store: trust anchors in flash or in a file
typedef struct ussl_pin ussl_pin_t;           // a key that a host must have
typedef struct ussl_identity ussl_identity_t; // our certificate chain and private key
typedef struct ussl_tickets ussl_tickets_t;   // keys of a server's session tickets
typedef struct ussl_session ussl_session_t;   // a session, which a client can resume
typedef struct ussl_reserve ussl_reserve_t;   // memory set aside for connections
typedef struct ussl_ctx ussl_ctx_t;           // settings that never change, shared by connections
typedef struct ussl_conn ussl_conn_t;         // one connection

// ---- Platform -------------------------------------------------------------------------------
// The functions that the engine needs from the machine. Every call of the engine may use them.
typedef struct {
    void *user;
    void *(*alloc)(void *user, size_t size);              // returns zeroed memory or NULL
    void (*release)(void *user, void *ptr);               // ptr is never NULL
    bool (*random)(void *user, uint8_t *buf, size_t len); // returns false if there is no entropy
    bool (*unix_time)(void *user, int64_t *seconds);      // returns false if the clock is not set
    // The next five are NULL if only one thread at a time uses the engine. The engine holds the
    // lock during a call, but not while a hook runs. `thread` returns a number other than 0 that
    // identifies the calling thread or core. `freeze` begins a critical section of a few
    // instructions, and `thaw` ends it and gets the value that `freeze` returned; both must work in
    // a finaliser.
    void (*lock)(void *user), (*unlock)(void *user);
    uintptr_t (*thread)(void *user);
    uintptr_t (*freeze)(void *user);
    void (*thaw)(void *user, uintptr_t state);
    int64_t clock_floor; // seconds since 1970: a time that is past, whatever the clock shows
    // Returns milliseconds since an arbitrary moment; the value may wrap. If it is NULL, a shared
    // record buffer is never taken away (USSL_HOLD_MS), and the timers of DTLS never expire.
    uint32_t (*ticks_ms)(void *user);
} ussl_platform_t;

// ussl_init() must be called once before any other function, and may be called again after
// ussl_deinit(). It copies *platform. It returns USSL_ERR_USAGE if alloc, release, random or
// unix_time is NULL, or if there is a lock but no `thread`, and USSL_ERR_PLATFORM if mbedTLS cannot
// start. ussl_deinit() releases all process-wide state, and must be called before the memory that
// `alloc` returns becomes invalid. Afterwards references to remaining objects can only be dropped.
ussl_result_t ussl_init(const ussl_platform_t *platform);
void ussl_deinit(void);

// Drops a reference to any object that has a count, or frees a connection. The object is only put
// into a list, and the next call of the engine drops it, so this function is safe to call in a
// finaliser. After ussl_deinit() it drops the object at once. NULL is allowed.
void ussl_drop_later(void *object);

// ussl_lock() takes the platform's lock, so that fields which several threads use can be read and
// changed together; ussl_unlock() releases it. Between the two, the thread may call every other
// function of the engine, but it must not wait, and must not leave by a longjmp().
typedef struct {
    void *scope[4];
} ussl_lock_t;
void ussl_lock(ussl_lock_t *lock);
void ussl_unlock(ussl_lock_t *lock);

// Fills buf with `len` bytes from the platform's generator. Returns USSL_ERR_PLATFORM if there is
// no entropy.
ussl_result_t ussl_random(uint8_t *buf, size_t len);
// Computes the SHA-256 of `len` bytes (FIPS 180-4).
void ussl_sha256(const void *data, size_t len, uint8_t out[32]);

// Returns the platform's clock_floor, in seconds since 1970.
int64_t ussl_clock_floor(void);

// Returns the version of mbedTLS that is compiled in: 0x03060700 is 3.6.7.
uint32_t ussl_backend_version(void);

// ---- Arena ----------------------------------------------------------------------------------
// An arena is a memory budget of `limit` bytes; a limit of 0 means that there is none. Its blocks
// come from platform.alloc. They are counted, limited, and wiped when they are released. Each block
// holds a reference to its arena, so objects may be released in any order.
typedef struct {
    size_t used;   // bytes in use, block headers included
    size_t peak;   // the most bytes that were in use at one time
    size_t blocks; // allocations since the arena was made
    // These are set in the arena of a context, for its connections, in bytes.
    size_t handshake_peak; // the most that the last finished handshake used
    size_t largest_record; // plaintext of the largest record that a peer has sent
} ussl_memory_t;

ussl_result_t ussl_arena_new(size_t limit, ussl_arena_t **out);
ussl_arena_t *ussl_arena_ref(ussl_arena_t *arena);
void ussl_arena_unref(ussl_arena_t *arena);
void ussl_arena_memory(const ussl_arena_t *arena, ussl_memory_t *out);

// ---- Reserve --------------------------------------------------------------------------------
// A reservation is one block of memory from the platform, divided into slots, one for each
// connection. A connection allocates from its slot only, except that it may borrow a shared record
// buffer.
#define USSL_RECORD_MIN 512 // bytes
#define USSL_RSA_MAX 8192   // bits; mbedTLS's limit
typedef struct {
    size_t connections; // number of slots, from 1 to 65535
    // Bytes of plaintext in the largest record that is received and sent, as in the contexts that
    // use the reservation. Both are at least USSL_RECORD_MIN, and at most USSL_RECORD_IN and
    // USSL_RECORD_OUT.
    size_t record_in, record_out;
    size_t peer_chain; // bytes of DER that a peer's certificates may take; at most USSL_RECORD_IN
    size_t own_chain;  // bytes of our longest chain (ussl_identity_message()); 0 if we have none
    // Bits of the longest RSA key, the peer's or ours; at most USSL_RSA_MAX. Less than 2048 counts
    // as 2048.
    size_t rsa_bits;
    // How many record buffers for record_in bytes the connections share, at most one for each
    // connection. If it is 0, each slot has room for a record of its own.
    size_t shared;
} ussl_reserve_plan_t;

typedef struct {
    size_t bytes; // bytes of the reservation, as ussl_reserve_size() returns them
    size_t used;  // bytes in use in all slots
    size_t peak;  // the most bytes that one slot has used at one time
    size_t slots; // number of slots
    size_t taken; // number of slots in use
} ussl_reserve_status_t;

// Returns how many bytes a reservation takes: its block, and PSA's key slots for its connections.
// All reservations share the key slots, which stay allocated until ussl_deinit().
size_t ussl_reserve_size(const ussl_reserve_plan_t *plan);
// Returns USSL_ERR_USAGE if the plan exceeds the limits above, and USSL_ERR_MEMORY if the platform
// has no block of that size.
ussl_result_t ussl_reserve_new(const ussl_reserve_plan_t *plan, ussl_reserve_t **out);
// Connections in the reservation stay usable. The block is released as soon as no slot is in use
// and nothing is allocated in it.
void ussl_reserve_unref(ussl_reserve_t *reserve);
// ussl_reserve_take() returns a free slot as an arena for one call of ussl_conn_new(), with a
// reference to it, or NULL if no slot is free. The slot is free again when its connection has been
// freed, or after ussl_arena_leave(), which does nothing if the arena is not a slot.
ussl_arena_t *ussl_reserve_take(ussl_reserve_t *reserve);
void ussl_arena_leave(ussl_arena_t *arena);
// Returns the owner of the connection in slot number `index`, or NULL if there is none. The pointer
// is valid only while the caller holds the lock (ussl_lock()).
void *ussl_reserve_owner(const ussl_reserve_t *reserve, size_t index);
void ussl_reserve_status(const ussl_reserve_t *reserve, ussl_reserve_status_t *out);

// ---- Trust ----------------------------------------------------------------------------------
// A trust holds the certificates, CRLs, root store and pins that its owner trusts. A call that
// fails adds nothing. A certificate that is in the trust already is not added again. Certificates,
// CRLs and pins are never removed, so contexts and connections may use a trust while it grows.
typedef struct {
    size_t x509;    // certificates
    size_t x509_ca; // those of them that are CAs, as OpenSSL's X509_check_ca() counts
    size_t crl;     // revocation lists
    size_t skipped; // certificates that were not loaded: not for TLS, or algorithm not built in
} ussl_trust_stats_t;

ussl_result_t ussl_trust_new(ussl_arena_t *arena, ussl_trust_t **out);
ussl_trust_t *ussl_trust_ref(ussl_trust_t *trust);
void ussl_trust_unref(ussl_trust_t *trust);
// Adds every CERTIFICATE and X509 CRL block of a PEM text (RFC 7468); other text is skipped.
// Returns USSL_ERR_PARSE if there is no such block, or if one is malformed.
ussl_result_t ussl_trust_add_pem(
    ussl_trust_t *trust, const char *text, size_t len, ussl_failure_t *why);
// Adds one or more certificates in DER (RFC 5280), one directly behind the other. Returns
// USSL_ERR_PARSE if one is malformed.
ussl_result_t ussl_trust_add_der(
    ussl_trust_t *trust, const uint8_t *data, size_t len, ussl_failure_t *why);
void ussl_trust_stats(const ussl_trust_t *trust, ussl_trust_stats_t *out);
// Returns certificate number `index`, from 0, or NULL past the end. The pointer is valid as long as
// the trust exists.
const ussl_cert_t *ussl_trust_cert(const ussl_trust_t *trust, size_t index);

// ---- Root store (USSL_STORE) ------------------------------------------------------------------
// A root store holds trust anchors that stay in flash or in a file (docs/root-store.md) until a
// connection needs one. `read` fills `out` with `len` bytes from `offset`, or returns false if it
// cannot. The engine calls it in the middle of a handshake, so it must not call the engine. The
// struct is copied, but the memory that its pointers lead to must outlive the store.
typedef struct {
    void *user;
    bool (*read)(void *user, uint32_t offset, uint8_t *out, size_t len);
    const uint8_t *bytes; // the whole store; if NULL, it is read with `read`
    size_t len;
} ussl_store_source_t;

// Returns true if the data begins with the ten bytes that every root store begins with.
bool ussl_is_store(const void *data, size_t len);
// Makes a store of a root store's bytes, and reads all of them once to check their hash. Returns
// USSL_ERR_PARSE if they are not a root store, are damaged, or have an unknown version; why->reason
// says which.
ussl_result_t ussl_store_new(ussl_arena_t *arena, const ussl_store_source_t *source,
    ussl_store_t **out, ussl_failure_t *why);
// Makes a store of the certificates of a PEM file. `text` is the whole file, source->len bytes
// long, and is not kept: the certificates are read from `source` later. The index takes 24 bytes of
// memory for each certificate. A certificate whose subject cannot be read is skipped. Returns
// USSL_ERR_PARSE if a PEM block is malformed, or if no certificate is left.
ussl_result_t ussl_store_new_pem(ussl_arena_t *arena, const ussl_store_source_t *source,
    const char *text, ussl_store_t **out, ussl_failure_t *why);
void ussl_store_unref(ussl_store_t *store);
// Returns the number of trust anchors in the store. *made is the time when the store was made, in
// seconds since 1970, or 0 for a PEM file. `made` may be NULL.
size_t ussl_store_count(const ussl_store_t *store, int64_t *made);
// Returns how many of the trust anchors are CAs, as OpenSSL's X509_check_ca() counts.
size_t ussl_store_ca_count(const ussl_store_t *store);
// Sets or replaces the root store of a trust, which has one at most; NULL removes it. A client does
// not resume sessions that were made before. The session tickets of a server do not record the
// trust, so the owner of a server must replace its ussl_tickets_t too.
ussl_result_t ussl_trust_set_store(ussl_trust_t *trust, ussl_store_t *store);

// ---- Pins (USSL_PINS) ---------------------------------------------------------------------------
// A pin is the SHA-256 of a key's SubjectPublicKeyInfo (RFC 7469 2.4). If `host` is NULL, the pin
// applies to every host, and to the clients of a server. If pins apply to a peer, its certification
// path must contain a key that one of them identifies. If `trust_key` is true, the pin does not
// restrict the path. Instead, a peer that has this key itself is trusted without a path: only the
// strength of the key is checked, and neither the name nor the dates of the certificate. Returns
// USSL_ERR_USAGE if `host` is neither a host name nor an IP address.
#define USSL_PIN_SIZE 32
ussl_result_t ussl_trust_pin(
    ussl_trust_t *trust, const char *host, const uint8_t hash[USSL_PIN_SIZE], bool trust_key);
// Computes the SHA-256 of the SubjectPublicKeyInfo of a certificate in DER. Returns false if the
// DER is malformed.
bool ussl_spki_sha256(const uint8_t *der, size_t len, uint8_t out[USSL_PIN_SIZE]);

// ---- Identity -------------------------------------------------------------------------------
// An identity is our certificate chain, leaf first, and the private key of the leaf. Certificates
// and key may each be PEM or DER; in DER the chain is the leaf alone. If `key` is NULL, the key is
// read from the same PEM text as the chain. Returns USSL_ERR_PARSE with the reason
// KEY_VALUES_MISMATCH if the key does not belong to the leaf, with EE_KEY_TOO_SMALL if the leaf's
// key has less than 2048 bits (RSA) or 224 bits (EC), and with CHAIN_TOO_LONG if the chain exceeds
// USSL_OWN_CHAIN_MAX.
typedef struct {
    const uint8_t *cert;
    size_t cert_len;
    const uint8_t *key;
    size_t key_len;
    const uint8_t *password; // NULL if there is none
    size_t password_len;
    // True if the private key of an EC leaf is held outside of this program, and on_sign signs with
    // it. A key that is given all the same need not belong to the leaf. If `key` is NULL, no key is
    // loaded.
    bool key_elsewhere;
} ussl_identity_source_t;

ussl_result_t ussl_identity_new(ussl_arena_t *arena, const ussl_identity_source_t *source,
    ussl_identity_t **out, ussl_failure_t *why);
ussl_identity_t *ussl_identity_ref(ussl_identity_t *identity);
void ussl_identity_unref(ussl_identity_t *identity);
bool ussl_identity_is_rsa(const ussl_identity_t *identity); // false: EC
// Returns the length of a Certificate message with the chain, at most USSL_OWN_CHAIN_MAX bytes.
#define USSL_OWN_CHAIN_MAX 16384
size_t ussl_identity_message(const ussl_identity_t *identity);

// ---- Cipher suites --------------------------------------------------------------------------
typedef struct {
    uint16_t id;      // IANA number
    uint16_t bits;    // secret bits of the cipher
    uint16_t version; // the only protocol version that has it: USSL_VERSION_*
    const char *name; // OpenSSL's name
} ussl_suite_t;
#define USSL_SUITES_MAX 12 // the most suites that can be built in

// Both return NULL if the suite is not built in. `id` is IANA's number, and `name` may be
// OpenSSL's, IANA's or mbedTLS's.
const ussl_suite_t *ussl_suite_find(int id);
const ussl_suite_t *ussl_suite_named(const char *name, size_t len);
// Returns mbedTLS's name of a suite, which stock MicroPython uses. The name is static.
const char *ussl_suite_backend_name(const ussl_suite_t *suite);
// Writes the default list: the suites that are built in, authenticate by certificates and have
// forward secrecy, best first. A list that is not full ends with 0.
void ussl_suites_default(uint16_t ids[USSL_SUITES_MAX]);
// Writes the suites that an OpenSSL cipher string selects (openssl-ciphers(1)), after all suites of
// TLS 1.3. `@SECLEVEL=n` in the string sets *level. Returns USSL_ERR_PARSE, and writes nothing, if
// the string is malformed, requires a level above 2, or selects no suite of TLS 1.2.
ussl_result_t ussl_suites_choose(
    const char *text, size_t len, uint16_t ids[USSL_SUITES_MAX], uint8_t *level);

// Returns the number of the group for key exchange (RFC 8446 4.2.7) that has this short name in
// OpenSSL, or 0 if it is not built in.
uint16_t ussl_group_named(const char *name);

// ---- Context --------------------------------------------------------------------------------
typedef enum { USSL_CLIENT = 0, USSL_SERVER_SIDE } ussl_role_t;
typedef enum { USSL_VERIFY_REQUIRED = 0, USSL_VERIFY_OPTIONAL, USSL_VERIFY_NONE } ussl_verify_t;
#define USSL_VERSION_TLS12 0x0303
#define USSL_VERSION_TLS13 0x0304

// The engine calls this for each certificate of the path, the trust anchor first, after its own
// checks have passed. `der` is the certificate, of `len` bytes, and `depth` is 0 for the peer's
// own. Any result other than USSL_OK refuses the connection. The hook is not called for what the
// engine has refused.
typedef ussl_result_t (*ussl_on_cert_t)(
    void *owner, const uint8_t *der, size_t len, unsigned depth);

// A server calls this before it answers a ClientHello. `name` is the host that the client asks for
// (RFC 6066 3), or NULL if it names none. The hook may call ussl_conn_change_ctx(). After a
// negative result the handshake continues. Any other result is the number of the alert that ends
// it, where 0 stands for internal_error.
typedef int (*ussl_on_hello_t)(void *owner, const char *name);

// The engine calls this to make the ECDSA signature of a handshake, in DER, with a key that is held
// elsewhere (USSL_SIGN). `key` is the private value that was loaded; key_len is 0 if none was.
// *sig_len is the room in `sig` in bytes, and the hook sets it to the length of the signature.
// After USSL_HOOK_DECLINED the engine signs with `key` itself. Any result other than this one and
// USSL_OK ends the handshake with internal_error.
typedef ussl_result_t (*ussl_on_sign_t)(void *owner, const uint8_t *key, size_t key_len,
    const uint8_t *hash, size_t hash_len, uint8_t *sig, size_t *sig_len);

// A server calls this to find the key for the identity of a client (RFC 4279 5.4). The hook writes
// at most USSL_PSK_MAX bytes to `key`, sets *key_len and returns USSL_OK. USSL_ERR_HOOK ends the
// handshake with internal_error. Any other result, such as USSL_HOOK_DECLINED, means that there is
// no key for this identity.
typedef ussl_result_t (*ussl_on_psk_t)(
    void *owner, const uint8_t *identity, size_t identity_len, uint8_t *key, size_t *key_len);
#define USSL_PSK_MAX 48           // bytes of a key; mbedTLS's limit
#define USSL_PSK_IDENTITY_MAX 256 // bytes of the identity that a client sends
// A client's pre-shared key and its identity. They are lent for the call of ussl_ctx_new(), which
// copies them.
typedef struct {
    const uint8_t *identity, *key; // both NULL if there is none
    size_t identity_len, key_len;  // bytes, at least 1
} ussl_psk_t;

// The engine calls this for each secret of a handshake, with its label in the NSS key log format.
// The secret has `len` bytes.
typedef void (*ussl_on_secret_t)(void *owner, const char *label, const uint8_t client_random[32],
    const uint8_t *secret, size_t len);

// Says which certificates of a path must be checked against a CRL of their issuer (RFC 5280 6.3).
typedef enum { USSL_CRL_NONE = 0, USSL_CRL_LEAF, USSL_CRL_ALL } ussl_crl_check_t;

// Says how the dates of certificates are judged while the clock is not set. REQUIRED refuses the
// certificates. FLOOR_DATE refuses only certificates that have expired at platform.clock_floor.
// HOLD leaves the dates to ussl_conn_recheck(), after the handshake.
typedef enum { USSL_CLOCK_REQUIRED = 0, USSL_CLOCK_FLOOR_DATE, USSL_CLOCK_HOLD } ussl_clock_t;

typedef struct {
    ussl_role_t role;
    ussl_clock_t clock;
    ussl_verify_t verify;   // for a client OPTIONAL means REQUIRED, as in CPython
    bool no_hostname_check; // client: do not compare the certificate with the hostname
    bool no_common_name;    // never compare the subject's common name with the hostname
    ussl_crl_check_t crl_check;
    bool partial_chain;               // a trust anchor need not be self-issued
    bool strict;                      // also check what OpenSSL's X509_V_FLAG_X509_STRICT checks
    bool client_order;                // server, TLS 1.2: choose the suite by the client's order
    bool datagrams;                   // DTLS 1.2 (USSL_DTLS); a server has no alpn and no on_hello
    bool no_tickets;                  // do not ask for session tickets, and give none
    uint16_t min_version;             // 0: TLS 1.2
    uint16_t max_version;             // 0: the newest that is built in
    uint16_t suites[USSL_SUITES_MAX]; // best first, ends with 0; all 0: the default list
    uint16_t group;                   // the only group for key exchange; 0: all that are built in
    // Bytes of plaintext in the largest record that is accepted, and in the largest that is sent
    // after the handshake. Smaller records are sent if the peer accepts less, or if there is no
    // memory for a larger one. 0 means USSL_RECORD_IN and USSL_RECORD_OUT.
    uint16_t record_in;
    uint16_t record_out;
    const char *const *alpn;      // protocols (RFC 7301), best first, ends with NULL; NULL: none
    ussl_trust_t *trust;          // counted; NULL: trust nobody
    ussl_identity_t *identity[2]; // counted; at most one ECDSA and one RSA; NULL allowed
    ussl_tickets_t *tickets;      // counted; NULL: a server gives no session tickets
    uint16_t ticket_count;  // TLS 1.3: how many session tickets a server gives after a handshake
    ussl_on_cert_t on_cert; // NULL allowed
    // A session is resumed only by a context whose hook has the same number, so two hooks that can
    // judge differently need different numbers. With 255 no session is resumed.
    uint8_t on_cert_number;
    ussl_on_secret_t on_secret; // NULL allowed; needs USSL_KEYLOG
    ussl_on_hello_t on_hello;   // NULL allowed; server only
    ussl_on_sign_t on_sign;     // NULL allowed; needs USSL_SIGN
    // Pre-shared keys (USSL_PSK). If one of these is set, no certificate is exchanged, `verify` has
    // no effect, and no session is resumed.
    ussl_psk_t psk;       // client only
    ussl_on_psk_t on_psk; // NULL allowed; server only
    uint8_t tag;          // caller's; ussl_ctx_tag() returns it
} ussl_config_t;

// Returns USSL_ERR_USAGE if the config needs a feature that is not built in, has two identities
// with the same kind of key, has a pre-shared key of the wrong role or length, or has alpn or
// on_hello for a DTLS server. A build with USSL_CERT_NONE_REFUSE returns it for a client with
// USSL_VERIFY_NONE too.
ussl_result_t ussl_ctx_new(ussl_arena_t *arena, const ussl_config_t *config, ussl_ctx_t **out);
ussl_ctx_t *ussl_ctx_ref(ussl_ctx_t *ctx);
uint8_t ussl_ctx_tag(const ussl_ctx_t *ctx); // returns `tag` of its config
void ussl_ctx_unref(ussl_ctx_t *ctx);

// ---- Connection -----------------------------------------------------------------------------
// A client compares `hostname` with the server's certificate, and sends it as SNI (RFC 6066 3)
// unless it is an IP address. If it is NULL, the client does neither. A server ignores it. `owner`
// is passed to hooks and not used otherwise. Returns USSL_ERR_USAGE if `hostname` is empty or
// longer than 255 bytes. If the context permits no version of TLS, the result is USSL_OK, but the
// connection has already failed with the reason NO_PROTOCOLS_AVAILABLE.
ussl_result_t ussl_conn_new(
    ussl_arena_t *arena, ussl_ctx_t *ctx, const char *hostname, void *owner, ussl_conn_t **out);

// Replaces the context by another of the same role. Returns USSL_ERR_USAGE if the handshake has
// begun, except inside on_hello; if a session has been offered; if exactly one of the two contexts
// uses pre-shared keys; if either has `datagrams`; or if the new one permits no version of TLS. A
// peer that had to be verified still has to be. For a client the result is USSL_ERR_USAGE if the
// new context verifies less than the old one.
ussl_result_t ussl_conn_change_ctx(ussl_conn_t *conn, ussl_ctx_t *ctx);

// DTLS. These functions exist only with USSL_DTLS. A window holds one datagram: ussl_conn_in_done()
// reports a whole one, and the caller sends the bytes of ussl_conn_out() as one.
//
// Sets what identifies the client of a server's connection, for example its address, before the
// handshake. The client then has to prove with a cookie that it receives datagrams there (RFC 6347
// 4.2.1): the connection fails at its first ClientHello with the reason HELLO_VERIFY_REQUIRED, and
// a second connection with the same context accepts the next ClientHello. Returns USSL_ERR_USAGE if
// the context has no `datagrams` or is a client's, if `len` is 0, or if the handshake has begun.
ussl_result_t ussl_conn_set_client_id(ussl_conn_t *conn, const uint8_t *id, size_t len);
// Returns the milliseconds after which ussl_conn_handshake() must be called even if no datagram has
// arrived, or -1 if no timer runs.
int32_t ussl_conn_timer(const ussl_conn_t *conn);
// Returns how many bytes of plaintext a datagram can carry, which is the most that one write takes.
size_t ussl_conn_datagram_max(const ussl_conn_t *conn);

// Frees a connection; NULL is allowed. The function sends nothing, allocates nothing and calls no
// hook. A finaliser must call ussl_drop_later() instead.
void ussl_conn_free(ussl_conn_t *conn);

// Does one step of the handshake, so that a slow CPU can do other work between two steps. If the
// result is USSL_OK and *done is false, the function must be called again for the next step. Once
// the handshake is done, a call sets *done and changes nothing.
ussl_result_t ussl_conn_handshake(ussl_conn_t *conn, bool *done);

// Copies at most `len` bytes of plaintext into `buf`, from one record at most. *n is their number.
// Returns USSL_CLOSED once the peer's close_notify has been read, and USSL_ERR_EOF if the wire has
// ended without it. Before the handshake is done the result is USSL_ERR_USAGE.
ussl_result_t ussl_conn_read(ussl_conn_t *conn, uint8_t *buf, size_t len, size_t *n);
// Returns USSL_OK if there is plaintext to read, and does not consume it. Otherwise it returns what
// ussl_conn_read() would return.
ussl_result_t ussl_conn_peek(ussl_conn_t *conn);
// Seals bytes of `buf` in one record, which waits in the output until the caller drains it. Further
// calls write what one record cannot hold. Bytes that *n counts must not be passed again, even
// before the output is drained. These are the results:
//  - USSL_OK: *n bytes were taken, at least one unless len is 0.
//  - USSL_WANT_OUT: nothing was taken; the caller drains the output first, then calls again.
//  - USSL_ERR_USAGE: nothing was taken: the handshake is not done, or close_notify is queued.
//  - Any other below 0: the connection has failed, in this call or before (ussl_conn_failure()).
// A write never waits for input; with TLS 1.3 it can put a KeyUpdate into the output first.
ussl_result_t ussl_conn_write(ussl_conn_t *conn, const uint8_t *buf, size_t len, size_t *n);
// Queues close_notify (RFC 8446 6.1), which is sent when the caller drains the output. If the
// result is USSL_WANT_OUT, older output must be drained before the call is repeated. A second call
// changes nothing.
ussl_result_t ussl_conn_close(ussl_conn_t *conn);

// The wire. ussl_conn_in() returns the input window, into which the caller puts wire bytes, and
// sets *len to its size; it returns NULL if no bytes are needed. ussl_conn_in_done() reports how
// many have been put there, where 0 means that the wire has ended, and ussl_conn_in_back() gives
// the window back unused. ussl_conn_out() returns the output window: the bytes to send, or NULL if
// there are none. ussl_conn_out_done() reports how many of them have been sent. The output must be
// drained after a failure too, because it contains the alert for the peer.
uint8_t *ussl_conn_in(ussl_conn_t *conn, size_t *len);
void ussl_conn_in_done(ussl_conn_t *conn, size_t n);
void ussl_conn_in_back(ussl_conn_t *conn);
const uint8_t *ussl_conn_out(ussl_conn_t *conn, size_t *len);
void ussl_conn_out_done(ussl_conn_t *conn, size_t n);

// Returns the number of bytes of plaintext that can be read without more wire bytes.
size_t ussl_conn_pending(const ussl_conn_t *conn);
// Judges the dates that were not judged in the handshake because of USSL_CLOCK_HOLD. *done is true
// if they are in order, or if there are none to judge. If the result is USSL_OK and *done is false,
// the clock is still not set. USSL_ERR_CERT means that a date is wrong; the connection has then
// failed.
ussl_result_t ussl_conn_recheck(ussl_conn_t *conn, bool *done);
// Returns what a handshake in progress waits for: USSL_WANT_IN, USSL_WANT_OUT, or USSL_OK if it can
// go on.
ussl_result_t ussl_conn_wants(const ussl_conn_t *conn);
// Returns false if the last call returned USSL_WANT_ROOM and would return it again.
bool ussl_conn_room_is_free(const ussl_conn_t *conn);
bool ussl_conn_established(const ussl_conn_t *conn);   // the handshake is done, and nothing failed
bool ussl_conn_gives_tickets(const ussl_conn_t *conn); // only session tickets wait to be sent
bool ussl_conn_peer_closed(const ussl_conn_t *conn);   // the peer's close_notify has been read
bool ussl_conn_closing(const ussl_conn_t *conn);       // our close_notify has been queued

// These return what was negotiated, or 0 or NULL if the connection is not established. A version is
// one of USSL_VERSION_*. ussl_conn_alpn() returns NULL also if no protocol was chosen (RFC 7301).
uint16_t ussl_conn_version(const ussl_conn_t *conn);
const char *ussl_conn_alpn(const ussl_conn_t *conn);
const ussl_suite_t *ussl_conn_suite(const ussl_conn_t *conn);

// Returns the peer's certificate, or NULL if it sent none or the connection is not established. The
// pointer is valid as long as the connection exists.
const ussl_cert_t *ussl_conn_peer_cert(const ussl_conn_t *conn);
// *out is certificate number `index` of the chain that the peer sent or, with `verified`, of the
// path that was verified. Number 0 is the peer's own. *out is NULL past the end, or with `verified`
// if the peer was not verified. If the connection was resumed, only number 0 is known. Returns
// USSL_ERR_MEMORY if the trust anchor must be read from the root store again and there is no memory
// for it.
ussl_result_t ussl_conn_chain(
    ussl_conn_t *conn, bool verified, size_t index, const ussl_cert_t **out);
// Returns true if the peer has been verified by this connection, or by the one whose session it
// resumed. Otherwise nothing has proven what the peer's certificates say.
bool ussl_conn_peer_verified(const ussl_conn_t *conn);

// Reports why the connection has failed. A connection that has failed stays so. If it has not
// failed, out->result is USSL_OK.
void ussl_conn_failure(const ussl_conn_t *conn, ussl_failure_t *out);
// Sets *der to the subject, in DER, of the certificate that the verdict names. Returns false if
// there is none, or if there was no memory to keep it.
bool ussl_conn_blamed(const ussl_conn_t *conn, const uint8_t **der, size_t *len);
// Returns the message for broken rule number `index`, from 0, of a verdict, the most serious first,
// or NULL past the end. The message is static.
const char *ussl_verdict_rule(const ussl_verdict_t *verdict, size_t index);

// ---- Sessions (USSL_SESSIONS) -----------------------------------------------------------------
// A session is what a connection leaves for a resumption (RFC 8446 2.2, RFC 5077): its secrets, and
// what was proven about the peer.
typedef struct {
    uint8_t id[32];         // SHA-256 of the session ticket, or the session ID of TLS 1.2
    size_t id_len;          // bytes; 0 if there is neither
    int64_t made;           // seconds since 1970
    uint32_t timeout;       // seconds for which a client resumes it
    uint32_t lifetime_hint; // seconds, as the server named it; 0 if it named none
    bool has_ticket;
} ussl_session_info_t;

// Returns the session of an established connection. The session of a server can be inspected, but
// neither resumed nor saved. With TLS 1.3 a client's session has a session ticket only after a call
// of ussl_conn_read() has received one. Returns USSL_ERR_USAGE if the connection is not established
// or has no session.
ussl_result_t ussl_conn_session(ussl_conn_t *conn, ussl_session_t **out);
// Makes a client offer a session. The session is not offered if it proves less than this connection
// requires, belongs to another host, was made under another trust, or is too old, nor if the clock
// is not set or the context has no_tickets. In these cases, or if the server refuses it, a full
// handshake is made. Returns USSL_ERR_USAGE for a server, or if the handshake has begun.
ussl_result_t ussl_conn_set_session(ussl_conn_t *conn, const ussl_session_t *session);
bool ussl_conn_resumed(const ussl_conn_t *conn); // established by resuming a session

ussl_session_t *ussl_session_ref(ussl_session_t *session);
void ussl_session_unref(ussl_session_t *session);
const ussl_session_info_t *ussl_session_info(const ussl_session_t *session);

// A session as bytes, for a device that loses its memory. The bytes contain the secrets, so they
// must be kept like a key. They are encrypted and authenticated under the caller's key; with
// key_len 0 they are only protected against damage. `out` has room for ussl_session_saved_size()
// bytes. If the session cannot be resumed, that size is 0, and ussl_session_save() returns
// USSL_ERR_USAGE. It returns USSL_ERR_PLATFORM if there is no entropy.
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
// Loads a saved session. Returns USSL_ERR_PARSE if the bytes are damaged or were saved with another
// key, and USSL_ERR_CERT if the session was made under another trust; certificates may have been
// added to the trust since. `trust` may be NULL.
ussl_result_t ussl_session_load(ussl_arena_t *arena, const ussl_trust_t *trust,
    const ussl_session_source_t *source, ussl_session_t **out, ussl_failure_t *why);

// The keys of a server's session tickets. The owner passes them to each context that it makes, so
// that tickets stay valid when settings change. A key that is older than USSL_TICKET_LIFETIME is
// replaced.
ussl_result_t ussl_tickets_new(ussl_arena_t *arena, ussl_tickets_t **out);
void ussl_tickets_unref(ussl_tickets_t *tickets);
#endif // USSL_USSL_H
