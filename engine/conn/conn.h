// SPDX-License-Identifier: MIT
//
// conn.h - private; what the files of this room share: a connection, the context that has its
// settings, and their functions.
#ifndef USSL_CONN_CONN_H
#define USSL_CONN_CONN_H

#include "../session/session.h"

// ---- ctx.c -------------------------------------------------------------------------------------
struct ussl_ctx {
    ussl__object_t object;
    ussl_arena_t *arena;             // counted
    ussl_config_t config;            // trust, identities and tickets are counted
    int suites[USSL_SUITES_MAX + 1]; // ends with 0
    uint16_t group[2];               // config.group; ends with 0
    const char **alpn;               // owned, with its texts; mbedTLS keeps a pointer to it
    mbedtls_ssl_config conf;
    // The copy of conf that a server falls back to. With TLS it has no ALPN, for clients that share
    // no protocol with it. With DTLS it has no cookies, for connections without a client id.
    mbedtls_ssl_config conf_plain;
#if USSL_DTLS && USSL_SERVER
    mbedtls_ssl_cookie_ctx cookies;
#endif
    mbedtls_x509_crt nobody; // an empty trust, because mbedTLS refuses NULL
};

// ---- conn.c ------------------------------------------------------------------------------------
typedef enum {
    CONN_START = 0,   // nothing has been sent or received
    CONN_HANDSHAKING, // the handshake has begun
    CONN_OPEN,        // the handshake is done: data can be read and written
    CONN_CLOSING,     // our close_notify is queued: nothing more can be written
    CONN_FAILED,      // `failure` has the cause; only the output can still be drained
} conn_state_t;

// Bytes of the side buffer, which takes small records that must not wait for the wire, and of its
// last part, which only an alert may use.
#define CONN_SIDE_SIZE 64
#define CONN_SIDE_ALERT 32
#define CONN_ALERT_MAX CONN_SIDE_ALERT // octets of a record with an alert

// What flight.c has to know during a step of the handshake.
typedef struct {
    uint8_t *start;        // lent by mbedTLS; the records that wait to be sent
    size_t waiting, alert; // octets of these records, and of an alert that the step has added
} ussl__flight_t;

struct ussl_conn {
    ussl__object_t object;
    ussl_arena_t *arena; // counted
    ussl_ctx_t *ctx;     // counted
    void *owner;         // caller's
    char *hostname;      // owned; a client's peer, or the name in a ClientHello; NULL: none
    uint8_t address[16]; // hostname as an IP address, in network order
    uint8_t address_len; // 0: hostname is a name
    uint8_t state;       // conn_state_t, set by ussl__conn_set_state only
    uint8_t verify;      // ussl_verify_t: the strictest of all contexts that it has had
    bool busy;           // a call is at work on it: a hook must not make another one
    bool peer_closed;    // the peer's close_notify has been read
    bool wire_ended;
    bool alert_sent;        // the one that ends the connection
    bool full_handshake;    // certificates are exchanged: no session is resumed
    uint16_t proven_before; // USSL__PROVEN_* bits of the session that it resumes or offers
    int64_t proven_at;      // when that was proven; seconds since 1970
    bool session_offered;
    uint16_t offered_version;    // of that session
    mbedtls_x509_crt *kept_peer; // owned; the peer's certificate from that session
    bool in_client_hello;        // on_hello is running
    uint8_t identities_seen;     // of pre-shared keys, in the client's messages
    bool had_client_hello;       // of a server: the next one follows a HelloRetryRequest
    bool extended_ms;            // the peer's hello has extended_master_secret (RFC 7627)
    bool session_extended_ms;    // the session that is offered was made with it
    bool key_update_due;         // the peer waits for a KeyUpdate (RFC 8446 4.6.3)
    uint16_t early_data;         // octets of early data that a server still skips
    struct {
        uint8_t warnings, specs, empty, messages;
    } idle; // records that brought nothing, in a row
#if USSL_DTLS
    uint32_t timer_began, timer_ms; // in ticks; timer_ms is 0 if no timer runs
#endif
    bool writing;                // inside ussl_conn_write(): what is sent is not an alert
    bool large_out;              // the output buffer is one of the large ones that are counted
    uint8_t small_left;          // records to make no larger than small_size
    uint8_t *in;                 // lent by mbedTLS; where it wants wire bytes
    size_t in_len, in_have;      // bytes that it wants, bytes that have been put there
    const uint8_t *out;          // lent by mbedTLS; the rest of a record that waits for the wire
    size_t out_len, out_total;   // bytes of the rest, bytes of the whole record or flight
    ussl__flight_t *flight;      // lent; not NULL inside a step of the handshake
    bool flight_over;            // in a handshake: what waits is to be sent now
    bool only_tickets;           // what waits is a session ticket of TLS 1.3
    uint16_t small_size;         // octets of plaintext for which there was memory
    uint8_t *idle_in, *idle_out; // owned; mbedTLS's record buffers while they hold nothing
    size_t in_room, out_room;    // sizes of mbedTLS's current record buffers, in bytes
    size_t used_before;          // bytes in use in the arena before the connection was made
    bool lent;                   // the caller has the input window
    bool wants_room;             // the last call found no shared buffer
    uint8_t side[CONN_SIDE_SIZE];
    uint8_t side_at, side_len; // bytes of `side` that have been sent, bytes that are filled
    ussl__verification_t check;
    ussl_failure_t failure; // the first cause; reported in the state CONN_FAILED
    mbedtls_ssl_context ssl;
};

static inline bool ussl__conn_datagrams(const ussl_conn_t *conn) {
    return USSL_DTLS && conn->ctx->config.datagrams;
}

// True if the records that are sent now are collected to flights.
static inline bool ussl__conn_collects(const ussl_conn_t *conn) {
    return conn->state == CONN_HANDSHAKING && !ussl__conn_datagrams(conn);
}

// Returns the connection that an mbedTLS context is part of.
static inline ussl_conn_t *ussl__conn_of(const mbedtls_ssl_context *ssl) {
    return (ussl_conn_t *)((uintptr_t)ssl - offsetof(ussl_conn_t, ssl));
}

// ---- alerts.c ----------------------------------------------------------------------------------
// Returns OpenSSL's reason word for a fatal alert that the peer sent; it is static.
const char *ussl__alert_reason(unsigned alert);
// Sets the result, the reason and the alert to send for an mbedTLS code, and nothing else of *why.
void ussl__failure_of_code(int code, ussl_failure_t *why);
// Returns the alert that reports a verdict to the peer (RFC 8446 6.2). It is OpenSSL's choice.
uint8_t ussl__alert_for_verdict(const ussl_verdict_t *verdict);

// ---- failure.c ---------------------------------------------------------------------------------
void ussl__conn_set_state(ussl_conn_t *conn, conn_state_t state);
// Latches the cause of a failure where it is found. The first cause stays. If an allocation has
// failed in this call, lack of memory is latched instead, because no other cause is certain then.
// Returns the failure if this is its cause, so that the caller can add details, else NULL.
ussl_failure_t *ussl__conn_latch(
    ussl_conn_t *conn, ussl_result_t result, int alert, const char *reason);
// Latches a violation of the protocol with this alert and reason, and returns an mbedTLS code.
USSL__CHECKED int ussl__refuse(ussl_conn_t *conn, int alert, const char *reason);
// The same for a message that cannot be parsed.
USSL__CHECKED int ussl__malformed(ussl_conn_t *conn);
// Latches lack of memory as the cause.
void ussl__conn_latch_memory(ussl_conn_t *conn);
bool ussl__conn_latched(const ussl_conn_t *conn);
// Ends the connection. The cause is the one that is latched, or else the one that mbedTLS's code
// stands for. Sends the alert if mbedTLS has not, so that only the output is left to drain. Returns
// the result of the cause.
ussl_result_t ussl__conn_fail(ussl_conn_t *conn, int code);

// ---- record_buffers.c --------------------------------------------------------------------------
#define USSL__RECORD_IDLE 64 // bytes of a record buffer that holds nothing
// ussl__records_setup() replaces mbedtls_ssl_setup() and returns its code. ussl__records_free() is
// to be called before mbedtls_ssl_free().
USSL__CHECKED int ussl__records_setup(ussl_conn_t *conn);
void ussl__records_free(ussl_conn_t *conn);
// To be called when mbedTLS waits for wire bytes. Returns USSL_WANT_IN if there is room
// for them; USSL_OK if the buffer has been exchanged, so that mbedTLS must be called again;
// USSL_WANT_ROOM or USSL_ERR_MEMORY if there is no room, and the call can be repeated. A record
// over the limit fails the connection.
USSL__CHECKED ussl_result_t ussl__records_make_room(ussl_conn_t *conn);
// Makes room to send a record. Returns how many of `len` bytes of plaintext fit into it.
size_t ussl__records_room_out(ussl_conn_t *conn, size_t len);
// Makes room for everything that a step of the handshake can send. If it returns USSL_ERR_MEMORY,
// the step can be repeated.
USSL__CHECKED ussl_result_t ussl__records_for_handshake(ussl_conn_t *conn);
// Once the handshake is done, gives back the buffers that hold nothing.
void ussl__records_shrink(ussl_conn_t *conn);

// ---- client_messages.c (USSL_SERVER), server_messages.c -------------------------------------
#define USSL__MESSAGE_HEADER 4 // octets in front of a handshake message (RFC 8446 4)
// Check a message of the handshake that has arrived for what mbedTLS does not look at. Return 0 or
// an mbedTLS code.
USSL__CHECKED int ussl__client_message_arrived(ussl_conn_t *conn);
USSL__CHECKED int ussl__server_message_arrived(ussl_conn_t *conn);
// The same for a NewSessionTicket of TLS 1.3.
USSL__CHECKED int ussl__ticket_arrived(ussl_conn_t *conn);

// ---- key_update.c (USSL_TLS13) ------------------------------------------------------------------
#define USSL__KEY_UPDATE 24                              // HandshakeType key_update (RFC 8446 4)
#define USSL__KEY_UPDATE_SIZE (USSL__MESSAGE_HEADER + 1) // octets of the message
// Uses the peer's next key for what it sends from now on, and notes if it wants an answer. Returns
// 0 or an mbedTLS code.
USSL__CHECKED int ussl__key_update_arrived(ussl_conn_t *conn);
// Sends a KeyUpdate if one is due and nothing waits to be sent, and uses the next key from then on.
// Returns 0 or an mbedTLS code.
USSL__CHECKED int ussl__key_update_send(ussl_conn_t *conn);

// ---- wire.c ------------------------------------------------------------------------------------
// mbedTLS's f_send and f_recv. The first argument is a ussl_conn_t.
int ussl__wire_send(void *conn, const unsigned char *buf, size_t len);
int ussl__wire_recv(void *conn, unsigned char *buf, size_t len);

// ---- flight.c ----------------------------------------------------------------------------------
#define USSL__PLAINTEXT_MAX 16384 // octets of plaintext in a record (RFC 8446 5.1)
// Returns the octets that the records of the next step take, with an alert behind them.
size_t ussl__flight_needs(const ussl_conn_t *conn);
// True if they have room behind the records that wait.
bool ussl__flight_has_room(const ussl_conn_t *conn);
// To be called before and after mbedTLS sends records of a handshake over a stream. The second
// returns true if the flight has taken a record, for which mbedTLS need not wait then.
void ussl__flight_begin(ussl_conn_t *conn, ussl__flight_t *flight);
bool ussl__flight_end(ussl_conn_t *conn, ussl__flight_t *flight);

// ---- client_hello.c ----------------------------------------------------------------------------
// What a server reads in a ClientHello before mbedTLS does. The pointers are lent and lead into the
// ClientHello; NULL: the client has not sent the extension.
typedef struct {
    const uint8_t *name; // the host_name of server_name (RFC 6066 3)
    size_t name_len;
    const uint8_t *alpn; // ProtocolNameList (RFC 7301 3.1) without its length
    size_t alpn_len;
} ussl__client_hello_t;
// `list` is the list of extensions in a ClientHello (RFC 8446 4.1.2). Returns false if one of these
// is malformed.
bool ussl__client_hello_parse(ussl__reader_t list, ussl__client_hello_t *out);
// Calls on_hello, which may change the context, and decides whether ALPN is used. Returns 0 or an
// mbedTLS code.
USSL__CHECKED int ussl__client_hello_read(ussl_conn_t *conn, ussl__reader_t list);

// ---- peer_check.c ------------------------------------------------------------------------------
// Returns what a full handshake of this connection proves, as USSL__PROVEN_* bits, or 0 if it does
// not verify the peer.
uint16_t ussl__conn_rules(const ussl_conn_t *conn);
// Returns what has been proven about the peer: by this connection, or by the session that it
// resumed.
uint16_t ussl__conn_proven(const ussl_conn_t *conn);
// True if what was proven includes all that is wanted, by the same hook.
bool ussl__proves(uint16_t proven, uint16_t wanted);
// Latches the verdict on the peer's certificates as the cause of the failure.
void ussl__conn_latch_verdict(ussl_conn_t *conn);

// ---- resume.c ----------------------------------------------------------------------------------
// Returns what is to be kept of a session of this connection; its pointers are lent by both. With
// for_client it includes the host and the trust, which a server's session ticket does not need.
ussl__snapshot_t ussl__conn_snapshot(
    const ussl_conn_t *conn, const mbedtls_ssl_session *session, bool for_client);
// Keeps what the snapshot proves about the peer, in case this connection resumes the session.
USSL__CHECKED ussl_result_t ussl__conn_take_snapshot(
    ussl_conn_t *conn, const ussl__snapshot_t *snapshot);
// Drops what a snapshot has proven about the peer.
void ussl__conn_forget_peer(ussl_conn_t *conn);

// ---- handshake.c -------------------------------------------------------------------------------
USSL__CHECKED ussl_result_t ussl__conn_handshake_step(ussl_conn_t *conn, bool *done);
// Turns mbedTLS's code into the result of a call. USSL_OK: mbedTLS must be called again.
USSL__CHECKED ussl_result_t ussl__conn_answer(ussl_conn_t *conn, int code);

// ---- tickets.c ---------------------------------------------------------------------------------
// Makes servers of this context give session tickets, if the context has keys for them.
void ussl__tickets_use(ussl_ctx_t *ctx);

// ---- psk.c -------------------------------------------------------------------------------------
// True if the config has a pre-shared key, which is then the only way to authenticate the peer.
bool ussl__psk_only(const ussl_config_t *config);
// True if what the config says about pre-shared keys is complete, within the limits, and built in.
bool ussl__psk_fits(const ussl_config_t *config);
// Gives mbedTLS what the config says about pre-shared keys. Returns an mbedTLS code.
USSL__CHECKED int ussl__psk_use(ussl_ctx_t *ctx);
// True if the handshake that is done was one with a pre-shared key.
bool ussl__psk_proven(const ussl_conn_t *conn);

// ---- datagrams.c (USSL_DTLS) --------------------------------------------------------------------
// True if a context can have these settings together with datagrams.
bool ussl__datagrams_fit(const ussl_config_t *config);
// Gives a server's context the key for its cookies. Returns an mbedTLS code.
USSL__CHECKED int ussl__datagrams_use(ussl_ctx_t *ctx);
// For a connection of a context with `datagrams`: when it is made, and after its handshake.
void ussl__datagrams_begin(ussl_conn_t *conn);
void ussl__datagrams_end_handshake(ussl_conn_t *conn);

// ---- suites.c ----------------------------------------------------------------------------------
bool ussl__suite_is_psk(int id);
// Writes the suites of a context with a pre-shared key that has no list of its own.
void ussl__suites_for_psk(uint16_t ids[USSL_SUITES_MAX]);

// ---- keylog.c ----------------------------------------------------------------------------------
void ussl__keylog_use(ussl_conn_t *conn);

#endif // USSL_CONN_CONN_H
