// SPDX-License-Identifier: MIT
//
// conn.h - private; the files of this room among one another: a connection from its first byte to
// its last, and the frozen context that it began with.
#ifndef USSL_CONN_CONN_H
#define USSL_CONN_CONN_H

#include "../session/session.h"

// ---- ctx.c -------------------------------------------------------------------------------------
struct ussl_ctx {
    ussl__object_t object;
    ussl_arena_t *arena;             // counted
    ussl_config_t config;            // trust and identities counted
    int suites[USSL_SUITES_MAX + 1]; // ends with 0
    uint16_t group[2];               // config.group, and the end
    const char **alpn;               // owned, with its texts; mbedTLS keeps the pointer
    mbedtls_ssl_config conf;
    mbedtls_ssl_config no_alpn; // a server's conf for clients with no protocol in common
    mbedtls_x509_crt nobody;    // stands for an empty trust, because mbedTLS refuses NULL
};

// ---- conn.c ------------------------------------------------------------------------------------
typedef enum {
    CONN_START = 0,   // nothing sent or received
    CONN_HANDSHAKING, // the handshake has begun
    CONN_OPEN,        // both directions
    CONN_CLOSING,     // our close_notify is queued: no more writing
    CONN_FAILED,      // `failure` says why; only the rest of the output is left
} conn_state_t;

// Room for small records that must not wait for the wire. The last part is kept for an alert.
#define CONN_SIDE_SIZE 64
#define CONN_SIDE_ALERT 32

struct ussl_conn {
    ussl__object_t object;
    ussl_arena_t *arena; // counted
    ussl_ctx_t *ctx;     // counted
    void *owner;         // caller's
    char *hostname;      // owned; NULL: no name to check
    uint8_t address[16]; // hostname as an IP literal
    uint8_t address_len; // 0: hostname is a name
    uint8_t state;       // conn_state_t, set by ussl__conn_set_state only
    uint8_t verify;      // ussl_verify_t: the strictest of the contexts it has had
    bool busy;           // inside an engine call: hooks must not come back in
    bool peer_closed;    // the peer's close_notify has been read
    bool wire_ended;
    bool alert_sent;
    bool full_handshake;    // certificates were exchanged: nothing was resumed
    uint16_t proven_before; // what the session says that this connection tries to resume
    int64_t proven_at;      // when that was proven, seconds since 1970
    bool session_offered;
    mbedtls_x509_crt *kept_peer; // owned; the peer's certificate from that session
    bool client_hello_read;      // a server has looked at the ClientHello
    bool in_client_hello;        // on_hello is running
    bool writing;                // inside ussl_conn_write: what is sent is not an alert
    uint8_t *in;                 // lent by mbedTLS: where it wants wire bytes
    size_t in_len, in_have;
    const uint8_t *out; // lent by mbedTLS: a record that waits for the wire
    size_t out_len, out_total;
    uint8_t *idle_in, *idle_out; // owned; mbedTLS's record buffers while they hold nothing
    size_t in_room, out_room;    // bytes in mbedTLS's two record buffers as they are now
    size_t used_before;          // by the arena, when this connection began
    bool lent;                   // the input window is with the caller
    bool wants_room;             // the last call found no shared buffer
    uint8_t side[CONN_SIDE_SIZE];
    uint8_t side_at, side_len;
    ussl__verification_t check;
    ussl_failure_t failure; // the first cause; told once the state is CONN_FAILED
    mbedtls_ssl_context ssl;
};

// The connection that an mbedTLS context belongs to.
static inline ussl_conn_t *ussl__conn_of(const mbedtls_ssl_context *ssl) {
    return (ussl_conn_t *)((uintptr_t)ssl - offsetof(ussl_conn_t, ssl));
}

// ---- alerts.c ----------------------------------------------------------------------------------
// OpenSSL's reason word for a fatal alert that the peer sent, static.
const char *ussl__alert_reason(unsigned alert);
// Fills in result, reason and the alert that we owe for an mbedTLS code.
void ussl__failure_of_code(int code, ussl_failure_t *why);
// The alert that tells a peer of this verdict (RFC 8446 6.2).
uint8_t ussl__alert_for_verdict(const ussl_verdict_t *verdict);
// A flag (MBEDTLS_X509_BADCERT_*) for which mbedTLS sends this alert.
uint32_t ussl__flag_for_alert(int alert);

// ---- failure.c ---------------------------------------------------------------------------------
void ussl__conn_set_state(ussl_conn_t *conn, conn_state_t state);
// Keeps the cause of a failure where it is found. The first cause stays. Without memory no other
// cause is certain, so then the cause is the memory.
// Returns the failure if this is its cause, so that more can be added to it, else NULL.
ussl_failure_t *ussl__conn_latch(
    ussl_conn_t *conn, ussl_result_t result, int alert, const char *reason);
// Keeps "no memory" as the cause.
void ussl__conn_latch_memory(ussl_conn_t *conn);
bool ussl__conn_latched(const ussl_conn_t *conn);
// Ends the connection: the cause is the one that was latched, or else what mbedTLS's code says.
// Tells the peer if mbedTLS has not, and leaves only the output to drain. Returns the result.
ussl_result_t ussl__conn_fail(ussl_conn_t *conn, int code);

// ---- record_buffers.c --------------------------------------------------------------------------
#define USSL__RECORD_IDLE 64
// In place of mbedtls_ssl_setup() and before mbedtls_ssl_free(). setup returns an mbedTLS code.
USSL__CHECKED int ussl__records_setup(ussl_conn_t *conn);
void ussl__records_free(ussl_conn_t *conn);
// mbedTLS waits for bytes. USSL_WANT_IN: there is room for them. USSL_OK: now there is, call
// mbedTLS again. USSL_WANT_ROOM, USSL_ERR_MEMORY: there is none, and nothing has changed.
USSL__CHECKED ussl_result_t ussl__records_make_room(ussl_conn_t *conn);
// Makes room to send a record. Returns how much of `len` fits in one.
size_t ussl__records_room_out(ussl_conn_t *conn, size_t len);
// Makes room for whatever a step of the handshake sends.
USSL__CHECKED ussl_result_t ussl__records_for_handshake(ussl_conn_t *conn);
// Gives back the buffers that hold nothing, once the handshake is done.
void ussl__records_shrink(ussl_conn_t *conn);

// ---- wire.c ------------------------------------------------------------------------------------
// mbedTLS's f_send and f_recv; the first argument is the ussl_conn_t.
int ussl__wire_send(void *conn, const unsigned char *buf, size_t len);
int ussl__wire_recv(void *conn, unsigned char *buf, size_t len);

// ---- client_hello.c ----------------------------------------------------------------------------
// What a server reads in a ClientHello before mbedTLS does. NULL: it is not there.
typedef struct {
    const uint8_t *name; // the host_name of server_name (RFC 6066 3)
    size_t name_len;
    const uint8_t *alpn; // ProtocolNameList (RFC 7301 3.1) without its length
    size_t alpn_len;
} ussl__client_hello_t;
// `body` is the ClientHello without its handshake header (RFC 8446 4.1.2). False: it is malformed.
bool ussl__client_hello_parse(const uint8_t *body, size_t len, ussl__client_hello_t *out);
// Once a server has all of the ClientHello: calls on_hello and settles ALPN. Returns 0 or an
// mbedTLS code.
USSL__CHECKED int ussl__client_hello_read(ussl_conn_t *conn);

// ---- peer_check.c ------------------------------------------------------------------------------
// What a full handshake of this connection proves (USSL__PROVEN_*); 0 if it does not verify.
uint16_t ussl__conn_rules(const ussl_conn_t *conn);
// What this connection has proven about its peer, now or before it was resumed.
uint16_t ussl__conn_proven(const ussl_conn_t *conn);
// Keeps the verdict on the peer's certificates as the cause of the failure.
void ussl__conn_latch_verdict(ussl_conn_t *conn);

// ---- resume.c ----------------------------------------------------------------------------------
// What is to be kept of a session of this connection; it borrows from both. for_client: with the
// host and the trust, which a server's ticket does not need.
ussl__snapshot_t ussl__conn_snapshot(
    const ussl_conn_t *conn, const mbedtls_ssl_session *session, bool for_client);
// If this connection resumes, then that is what is known of its peer.
USSL__CHECKED ussl_result_t ussl__conn_take_snapshot(
    ussl_conn_t *conn, const ussl__snapshot_t *snapshot);
void ussl__conn_forget_peer(ussl_conn_t *conn);

// ---- handshake.c -------------------------------------------------------------------------------
USSL__CHECKED ussl_result_t ussl__conn_handshake_step(ussl_conn_t *conn, bool *done);
// What every call makes of mbedTLS's answer. USSL_OK: call mbedTLS again.
USSL__CHECKED ussl_result_t ussl__conn_answer(ussl_conn_t *conn, int code);

// ---- tickets.c ---------------------------------------------------------------------------------
// Makes a server of this context give tickets, if it has keys for them.
void ussl__tickets_use(ussl_ctx_t *ctx);

// ---- keylog.c ----------------------------------------------------------------------------------
void ussl__keylog_use(ussl_conn_t *conn);

#endif // USSL_CONN_CONN_H
