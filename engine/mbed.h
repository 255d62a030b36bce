// SPDX-License-Identifier: MIT
//
// mbed.h - the one file of the engine that includes mbedTLS, and the structs that hold its types.
//
// Private fields are opened for what mbedTLS has no function for: the number of an alert that was
// received, the state of its handshake, a ClientHello before it is parsed, another configuration
// for a connection that has begun.
#ifndef USSL_MBED_H
#define USSL_MBED_H

#define MBEDTLS_ALLOW_PRIVATE_ACCESS

#include "mbedtls/asn1.h"
#include "mbedtls/asn1write.h"
#include "mbedtls/base64.h"
#include "mbedtls/build_info.h"
#include "mbedtls/error.h"
#include "mbedtls/gcm.h"
#include "mbedtls/oid.h"
#include "mbedtls/pem.h"
#include "mbedtls/pk.h"
#include "mbedtls/platform.h"
#include "mbedtls/platform_time.h"
#include "mbedtls/platform_util.h"
#include "mbedtls/sha256.h"
#include "mbedtls/ssl.h"
#include "mbedtls/x509_crt.h"
#if defined(MBEDTLS_PSA_CRYPTO_C)
#include "psa/crypto.h"
#endif

// Not installed with mbedTLS, but beside its headers in every checkout: what records.c and inside.c
// do needs the sizes of its structs and a few of its inner functions.
#include "../library/ssl_misc.h"

#include "ussl.h"

#if MBEDTLS_VERSION_NUMBER < 0x03060000
#error "ussl needs mbedTLS 3.6"
#elif MBEDTLS_VERSION_NUMBER < 0x03060700
#pragma message("mbedTLS before 3.6.7 fails RSA-PSS in TLS 1.2 and lacks security fixes: update it")
#endif

// ---- scope.c ----
// The head of every object that Python can own, for ussl_drop_later().
typedef struct ussl_object {
    struct ussl_object *next; // in the list of what waits to be dropped
    void (*drop)(struct ussl_object *object);
    size_t refs;
} ussl_object_t;

// A stretch of work by one thread, charged to one arena. Every public function that touches mbedTLS
// or counts references opens one; the outermost holds the platform's lock.
typedef struct ussl_scope {
    ussl_arena_t *arena;    // lent; NULL: nobody's (process-wide state)
    bool failed;            // an allocation failed in here
    struct ussl_conn *conn; // lent; NULL: no connection is at work
    struct ussl_scope *outer;
} ussl_scope_t;

void ussl_scope_enter(ussl_scope_t *scope, ussl_arena_t *arena);
void ussl_scope_leave(ussl_scope_t *scope);
ussl_scope_t *ussl_scope_current(void);
// Around a hook: other threads, and other work of this one, may use the engine meanwhile.
ussl_scope_t *ussl_scope_pause(void);
void ussl_scope_resume(ussl_scope_t *scope);
// While stopped ussl_drop_later() drops at once.
void ussl_scope_stop(bool stop);
// Counting, under the lock. Returns its argument; NULL allowed.
void *ussl_object_ref(void *object);
void ussl_object_unref(void *object);

// ---- pool.c ----
// In front of every block of an arena. Two words, so what follows is aligned as the allocator
// aligned us.
typedef struct {
    ussl_arena_t *arena; // counted; NULL: nobody's
    size_t size;         // with this header; in a pool its last two bits are the pool's
} ussl_block_t;

#define USSL_POOL_CLASSES 64
typedef struct {
    uint8_t *start;
    size_t size;
    uint64_t filled; // which lists are not empty
    struct free_block *lists[USSL_POOL_CLASSES];
} ussl_pool_t;
void ussl_pool_init(ussl_pool_t *pool, void *memory, size_t size);
// A zeroed block of at least so many bytes, its header included; NULL: no room.
void *ussl_pool_take(ussl_pool_t *pool, size_t size);
void ussl_pool_give(ussl_pool_t *pool, void *block);
bool ussl_pool_holds(const ussl_pool_t *pool, const void *block);
size_t ussl_pool_block_size(const void *block);

// ---- arena.c ----
struct ussl_arena {
    ussl_object_t object; // referenced by handles and by live blocks
    size_t limit;
    ussl_memory_t memory;
    size_t recent_peak; // since a handshake began
    ussl_pool_t *pool;  // NULL: blocks come from the platform
};
// mbedTLS's allocator; the engine's own structs come from it as well.
void *ussl_calloc(size_t count, size_t size);
void ussl_free(void *ptr);

// ---- reserve.c ----
// Room for one connection.
typedef struct {
    ussl_arena_t arena; // first: who has the arena has the place
    ussl_pool_t pool;
    ussl_reserve_t *reserve; // counted while the arena is referenced
    bool taken;              // by a connection
} ussl_place_t;
// A shared buffer for a record of `size` bytes with what is around it, or why there is none.
ussl_result_t ussl_reserve_lend(ussl_conn_t *conn, size_t size, uint8_t **out);
// Wipes it. False: not one of them.
bool ussl_reserve_take_back(const ussl_conn_t *conn, const uint8_t *buf, size_t used);

// ---- init.c ----
const ussl_platform_t *ussl_platform(void);
// mbedTLS's f_rng shape; the context argument is not used.
int ussl_rng(void *unused, unsigned char *buf, size_t len);
bool ussl_clock_is_set(void);
int64_t ussl_seconds(void); // the clock as it is, set or not: for ages, not for certificates

// ---- result.c ----
// Fills *why from an mbedTLS code; `side` decides words that client and server see differently.
void ussl_failure_from(int code, ussl_role_t side, ussl_failure_t *why);
// Same for a reason of our own. Returns `result`.
ussl_result_t ussl_failure_set(ussl_failure_t *why, ussl_result_t result, const char *reason);
// Our reason word for a fatal alert that the peer sent.
const char *ussl_alert_reason(unsigned alert);

// ---- trust.c ----
#define USSL_MARK_SIZE 32
struct ussl_trust {
    ussl_object_t object;
    ussl_arena_t *arena;               // counted
    mbedtls_x509_crt *chain;           // owned; NULL while empty
    mbedtls_x509_crt *last;            // lent: the end of chain
    mbedtls_x509_crl *crls, *last_crl; // owned; lent: the end of crls
    ussl_store_t *store;               // counted; NULL: none
    ussl_pin_t *pins;                  // owned
    uint32_t count;                    // certificates in chain
    uint8_t mark[USSL_MARK_SIZE];      // stands for them, in their order
};
// Were the first `count` certificates those that `mark` stands for? NULL: an empty trust.
bool ussl_trust_began_as(const ussl_trust_t *trust, uint32_t count, const uint8_t *mark);
// A list from ussl_calloc. NULL allowed.
void ussl_certs_free(mbedtls_x509_crt *list);
bool ussl_list_has_cert(const mbedtls_x509_crt *list, const mbedtls_x509_crt *crt);
// The next PEM block with this label: its DER bytes, from ussl_calloc. *at moves past it. Returns
// USSL_CLOSED when no block is left.
ussl_result_t ussl_pem_next(const char **at, const char *end, const char *label, uint8_t **der,
    size_t *der_len, ussl_failure_t *why);

// ---- identity.c ----
struct ussl_identity {
    ussl_object_t object;
    ussl_arena_t *arena; // counted
    mbedtls_x509_crt chain;
    mbedtls_pk_context key;
};

// ---- ctx.c ----
struct ussl_ctx {
    ussl_object_t object;
    ussl_arena_t *arena;             // counted
    ussl_config_t config;            // trust and identities counted
    int suites[USSL_SUITES_MAX + 1]; // ends with 0
    uint16_t group[2];               // config.group, and the end
    const char **alpn;               // owned, with its texts; mbedTLS keeps the pointer
    mbedtls_ssl_config conf;
    mbedtls_ssl_config no_alpn; // a server's conf for clients with no protocol in common
    mbedtls_x509_crt nobody;    // stands in for an empty trust: mbedTLS refuses NULL
};

// ---- records.c ----
#define USSL_RECORD_REST 64
// Around the plaintext of a record: mbedTLS's sequence number in front of it, header, explicit
// nonce, hidden type, tag.
#define USSL_RECORD_AROUND (8 + 5 + 8 + 1 + 16)
// In place of mbedtls_ssl_setup() and before mbedtls_ssl_free().
int ussl_records_setup(ussl_conn_t *conn);
void ussl_records_free(ussl_conn_t *conn);
// mbedTLS waits for bytes: is there room for them? USSL_WANT_IN: yes. USSL_OK: now there is, ask it
// again. USSL_WANT_ROOM, USSL_ERR_MEMORY: no, and nothing has changed.
ussl_result_t ussl_records_make_room(ussl_conn_t *conn);
// Room to send a record. Returns how much of `len` fits in one.
size_t ussl_records_out(ussl_conn_t *conn, size_t len);
// Room for whatever a step of the handshake sends. False: no memory.
bool ussl_records_for_handshake(ussl_conn_t *conn);
// Gives back what holds nothing, once the handshake is done.
void ussl_records_rest(ussl_conn_t *conn);
// Gives up a record that is not complete.
void ussl_records_drop(ussl_conn_t *conn);
// Is it waiting for the rest of a record, with nobody at work on it?
bool ussl_records_dribble(const ussl_conn_t *conn);

// ---- keylog.c ----
void ussl_keylog_use(ussl_conn_t *conn);

// ---- inside.c ----
// TLS 1.3: mbedTLS keeps what only the handshake needed until the connection ends.
void ussl_inside_end_handshake(ussl_conn_t *conn);
// A client's hello has been written.
void ussl_inside_hello_sent(ussl_conn_t *conn);
// A session ticket has come in, which mbedTLS reads as part of a handshake. False: no memory.
bool ussl_inside_begin_ticket(ussl_conn_t *conn);

// ---- wire.c ----
// mbedTLS's f_send and f_recv; the first argument is the ussl_conn_t.
int ussl_wire_send(void *conn, const unsigned char *buf, size_t len);
int ussl_wire_recv(void *conn, unsigned char *buf, size_t len);

// ---- hello.c ----
// What a server wants to know of a ClientHello before mbedTLS reads it. NULL: not there.
typedef struct {
    const uint8_t *name; // the host_name of server_name (RFC 6066 3)
    size_t name_len;
    const uint8_t *alpn; // ProtocolNameList (RFC 7301 3.1) without its length
    size_t alpn_len;
} ussl_hello_t;
// `body` is the ClientHello without its handshake header (RFC 8446 4.1.2). False: malformed.
bool ussl_hello_parse(const uint8_t *body, size_t len, ussl_hello_t *out);
// A server's look at the ClientHello, once all of it is here: calls on_hello and settles ALPN. 0,
// or an mbedTLS code.
int ussl_hello_look(ussl_conn_t *conn);
// OpenSSL's word if what came in place of a ClientHello is HTTP; else NULL.
const char *ussl_hello_http(const ussl_conn_t *conn);

// ---- seal.c ----
enum { USSL_SEAL_KEY = 32, USSL_SEAL_NONCE = 12, USSL_SEAL_TAG = 16 };
#define USSL_SEAL_EXTRA (USSL_SEAL_NONCE + USSL_SEAL_TAG)
// head | nonce | text | tag, in place. `head` bytes are authenticated only. An mbedTLS code.
int ussl_seal(const uint8_t key[USSL_SEAL_KEY], uint8_t *box, size_t head, size_t text);
int ussl_unseal(const uint8_t key[USSL_SEAL_KEY], uint8_t *box, size_t head, size_t len,
    uint8_t **text, size_t *text_len);

// ---- session.c ----
// What was proven about a peer: bits.
enum {
    USSL_PROVEN_CHAIN = 1,
    USSL_PROVEN_NAME = 2,
    USSL_PROVEN_HOOK = 4,
    USSL_PROVEN_CRL_LEAF = 8,
    USSL_PROVEN_CRL_ALL = 16,
    USSL_PROVEN_ROOT = 32, // the path came to a self-signed certificate
    USSL_PROVEN_NO_CN = 64,
    USSL_PROVEN_STRICT = 128,
};

// What is kept of a session, in the clear; pointers into the bytes it was parsed from.
typedef struct {
    int64_t made;      // the session, or the ticket
    int64_t proven_at; // by a full handshake
    uint32_t trust_count;
    uint8_t proven;
    const uint8_t *trust_mark, *host, *peer, *secret;
    size_t host_len, peer_len, secret_len;
} ussl_record_t;
bool ussl_record_parse(const uint8_t *data, size_t len, ussl_record_t *out);
// ours: with host and trust, which a ticket does not need. *len is what it takes, even when there
// is no room. An mbedTLS code.
int ussl_record_write(const ussl_conn_t *conn, const mbedtls_ssl_session *session, bool ours,
    uint8_t *out, size_t room, size_t *len);
// A saved session from a record, 4 + USSL_SEAL_EXTRA bytes longer. An mbedTLS code.
int ussl_record_seal(
    const void *key, size_t key_len, const uint8_t *record, size_t len, uint8_t *out);
// If this connection resumes, that is what is known of its peer. An mbedTLS code.
int ussl_conn_take_record(ussl_conn_t *conn, const ussl_record_t *record);
void ussl_conn_forget_peer(ussl_conn_t *conn);
// Has the certificate been looked at not too long ago?
bool ussl_record_is_fresh(const ussl_record_t *record, int64_t now);
// What a full handshake of this connection would prove; 0: it does not verify.
uint8_t ussl_conn_rules(const ussl_conn_t *conn);
// What this connection has proven about its peer, now or before it was resumed.
uint8_t ussl_conn_proven(const ussl_conn_t *conn);

// ---- ticket.c ----
// Gives tickets, if the context's config has keys for them.
void ussl_tickets_use(ussl_ctx_t *ctx);

// ---- verify.c ----
#define USSL_PATH_MAX (MBEDTLS_X509_MAX_INTERMEDIATE_CA + 2)
// A way from the peer's certificate, number 0, up to one that is believed.
typedef struct {
    const mbedtls_x509_crt *cert[USSL_PATH_MAX]; // lent by the peer's chain and the trust
    uint8_t len;
    bool anchored;           // the last one is an anchor
    bool believed;           // the last one is in the trust, though perhaps no anchor
    bool stored;             // it is `roots`
    mbedtls_x509_crt *roots; // owned; from the root store; NULL: none, or not in memory now
} ussl_path_t;

typedef struct {
    ussl_path_t path;
    uint8_t *blamed; // owned; the subject that the verdict speaks of
    size_t blamed_len;
    ussl_verdict_t verdict;
    bool verified;                 // a chain has been looked at
    bool held;                     // but for its dates, as there was no clock
    int64_t not_before, not_after; // of the whole path, seconds since 1970
    bool hook_stopped;
} ussl_verify_state_t;
// The dates that were held back. False: there is still no clock. The verdict tells of a refusal.
bool ussl_verify_held(ussl_conn_t *conn);
// Judges the chain that a peer sent; an mbedTLS code, and flags from which it picks the alert.
int ussl_verify(ussl_conn_t *conn, const mbedtls_x509_crt *chain, uint32_t *flags);
// ---- verdict.c ----
const char *ussl_verdict_reason(const ussl_verdict_t *verdict);
// The alert that tells a peer about this verdict (RFC 8446 6.2).
uint8_t ussl_verdict_alert(const ussl_verdict_t *verdict);

// ---- conn.c ----
typedef enum {
    CONN_START = 0, // nothing sent or received
    CONN_SHAKING,   // handshake under way
    CONN_OPEN,      // both directions
    CONN_CLOSING,   // our close_notify is queued: no more writing
    CONN_FAILED,    // `failure` says why; only the rest of the output is left
} conn_state_t;

// Room for small records that must not wait for the wire: the last part is kept for an alert.
#define CONN_SIDE_SIZE 64
#define CONN_SIDE_ALERT 32

// How much of `len` bytes in a record is plaintext.
size_t ussl_conn_plaintext(const ussl_conn_t *conn, size_t len);
// Ends a connection that has held a shared buffer for too long.
void ussl_conn_too_slow(ussl_conn_t *conn);
// Ends a connection whose peer sends a record of `len` bytes, more than config.record_in allows.
ussl_result_t ussl_conn_refuse_record(ussl_conn_t *conn, size_t len);

struct ussl_conn {
    ussl_object_t object;
    ussl_arena_t *arena; // counted
    ussl_ctx_t *ctx;     // counted
    void *owner;         // caller's
    char *hostname;      // owned; NULL: no name to check
    uint8_t address[16]; // hostname as an IP literal
    uint8_t address_len; // 0: it is a name
    uint8_t state;       // conn_state_t, set by conn_set_state only
    uint8_t verify;      // ussl_verify_t: the strictest of the contexts it has had
    bool busy;           // inside an engine call: hooks must not come back in
    bool peer_closed;
    bool wire_ended;
    bool alert_sent;
    bool starved;                // an allocation failed, and mbedTLS has not given up yet
    bool full;                   // certificates were exchanged: nothing was resumed
    uint8_t proven_before;       // what the session says that this connection tries to resume
    int64_t proven_at;           // when
    bool offered;                // a session is on offer
    mbedtls_x509_crt *kept_peer; // owned; the peer's certificate from that session
    bool looked;                 // a server has seen the ClientHello
    bool in_hello;               // on_hello is running
    int16_t hello_alert;         // what it answered; 0: go on
    bool writing;                // inside ussl_conn_write: what is sent is not an alert
    uint8_t *in;                 // lent by mbedTLS: where it wants wire bytes
    size_t in_len, in_have;
    const uint8_t *out; // lent by mbedTLS: a record that waits for the wire
    size_t out_len, out_total;
    uint8_t *rest_in, *rest_out; // owned; mbedTLS's record buffers while they hold nothing
    size_t in_room, out_room;    // bytes in mbedTLS's two record buffers as they are now
    size_t used_before;          // by the arena, when this connection began
    bool lent;                   // the input window is with the caller
    bool wants_room;             // the last call found no shared buffer
    bool too_slow;               // and another connection needed the one that it held
    uint16_t refused_record;     // plaintext of a record that was too large; 0: none was
    uint8_t side[CONN_SIDE_SIZE];
    uint8_t side_at, side_len;
    ussl_verify_state_t check;
    ussl_failure_t failure;
    mbedtls_ssl_context ssl;
};

// The connection that an mbedTLS context belongs to.
static inline ussl_conn_t *ussl_conn_around(const mbedtls_ssl_context *ssl) {
    return (ussl_conn_t *)((uintptr_t)ssl - offsetof(ussl_conn_t, ssl));
}

#endif // USSL_MBED_H
