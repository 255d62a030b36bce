// SPDX-License-Identifier: MIT
//
// conn.h - private; what the files of this room share: the structs of a connection and of the
// context with its settings, and their functions.
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
    // A copy of conf for some connections of a server. In TLS it has no ALPN, for clients that
    // share no protocol with the server. In DTLS it has no cookies, for connections without a
    // client id.
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

// Sizes in bytes of the side buffer, which holds small records that must not wait for the wire, and
// of its last part, which only an alert may use.
#define CONN_SIDE_SIZE 64
#define CONN_SIDE_ALERT 32
#define CONN_ALERT_MAX CONN_SIDE_ALERT // octets of a record with an alert

// The state of flight.c during a step of the handshake.
typedef struct {
    uint8_t *start;        // lent by mbedTLS; the records that wait to be sent
    size_t waiting, alert; // octets of these records, and of an alert that the step has added
} ussl__flight_t;

struct ussl_conn {
    ussl__object_t object;
    ussl_arena_t *arena;         // counted
    ussl_ctx_t *ctx;             // counted
    void *owner;                 // caller's
    char *hostname;              // owned; a client's peer, or the name in a ClientHello; NULL: none
    uint8_t address[16];         // hostname as an IP address, in network order
    uint8_t address_len;         // bytes of it; 0 if hostname is not an IP address
    uint8_t state;               // conn_state_t, set by ussl__conn_set_state only
    uint8_t verify;              // ussl_verify_t; the strictest of all contexts that it has had
    bool busy;                   // a call is in progress; a hook must not make another one
    bool peer_closed;            // the peer's close_notify has been read
    bool wire_ended;             // the caller has reported the end of the wire
    bool alert_sent;             // the alert that ends the connection has been sent
    bool full_handshake;         // certificates are exchanged; no session is resumed
    uint16_t proven_before;      // USSL__PROVEN_* bits of the session that is offered or resumed
    int64_t proven_at;           // when that was proven; seconds since 1970
    bool session_offered;        // a client has offered a session
    uint16_t offered_version;    // protocol version of that session
    mbedtls_x509_crt *kept_peer; // owned; the peer's certificate from that session, or NULL
    bool in_client_hello;        // on_hello is running
    uint8_t identities_seen;     // number of PSK identities for which on_psk was called
    bool had_client_hello;       // server: one has arrived; a second follows a HelloRetryRequest
    bool extended_ms;            // the peer's hello has extended_master_secret (RFC 7627)
    bool session_extended_ms;    // the session that is offered was made with that extension
    bool key_update_due;         // the peer has requested a KeyUpdate (RFC 8446 4.6.3)
    uint16_t early_data;         // octets of early data that a server will still skip
    struct {
        uint8_t warnings, specs, empty, messages;
    } idle; // counts of consecutive records without effect
#if USSL_DTLS
    uint32_t timer_began, timer_ms; // in ticks; timer_ms is 0 if no timer runs
#endif
    bool writing;                // inside ussl_conn_write(), whose records are no alerts
    bool large_out;              // the output buffer is counted in large_records
    uint8_t small_left;          // how many more records are limited to small_size
    uint8_t *in;                 // lent by mbedTLS; the input window; NULL if there is none
    size_t in_len, in_have;      // bytes of the window, bytes that have been put there
    const uint8_t *out;          // lent by mbedTLS; the rest of a record that waits for the wire
    size_t out_len, out_total;   // bytes of the rest, bytes of the whole record or flight
    ussl__flight_t *flight;      // lent; not NULL inside a step of the handshake
    bool flight_over;            // in a handshake: the flight that waits must be sent
    bool only_tickets;           // the output that waits is a session ticket of TLS 1.3
    uint16_t small_size;         // octets of plaintext that there was memory for
    uint8_t *idle_in, *idle_out; // owned; small record buffers, used while there is no record
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

// True if the records that are sent in this state are collected in a flight (flight.c).
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
// Returns the alert that reports a verdict to the peer (RFC 8446 6.2), which is the one that
// OpenSSL sends.
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
// Latches that a message cannot be parsed, with the alert decode_error, and returns an mbedTLS
// code.
USSL__CHECKED int ussl__malformed(ussl_conn_t *conn);
// Latches lack of memory as the cause.
void ussl__conn_latch_memory(ussl_conn_t *conn);
// True if a cause has been latched.
bool ussl__conn_latched(const ussl_conn_t *conn);
// Ends the connection. The cause is the one that is latched, or else the one that mbedTLS's code
// stands for. Sends the alert if mbedTLS has not sent it. Afterwards only the output can be
// drained. Returns the result of the cause.
ussl_result_t ussl__conn_fail(ussl_conn_t *conn, int code);

// ---- record_buffers.c --------------------------------------------------------------------------
#define USSL__RECORD_IDLE 64 // bytes of a record buffer while there is no record
// ussl__records_setup() replaces mbedtls_ssl_setup() and returns its code. ussl__records_free()
// must be called before mbedtls_ssl_free().
USSL__CHECKED int ussl__records_setup(ussl_conn_t *conn);
void ussl__records_free(ussl_conn_t *conn);
// Must be called when mbedTLS waits for wire bytes. Returns USSL_WANT_IN if there is room for them;
// USSL_OK if the buffer has been exchanged, so that mbedTLS must be called again; or USSL_WANT_ROOM
// or USSL_ERR_MEMORY if there is no room, and the call can be repeated. If the record is larger
// than the limit, the connection fails.
USSL__CHECKED ussl_result_t ussl__records_make_room(ussl_conn_t *conn);
// Makes room to send a record. Returns how many of `len` bytes of plaintext fit into it.
size_t ussl__records_room_out(ussl_conn_t *conn, size_t len);
// Makes room for everything that a step of the handshake can send. Returns USSL_WANT_OUT if the
// output must be drained first, or USSL_ERR_MEMORY; the step can be repeated after both.
USSL__CHECKED ussl_result_t ussl__records_for_handshake(ussl_conn_t *conn);
// Once the handshake is done or the connection has failed, gives back the buffers that hold
// nothing.
void ussl__records_shrink(ussl_conn_t *conn);

// ---- client_messages.c (USSL_SERVER), server_messages.c -------------------------------------
#define USSL__MESSAGE_HEADER 4 // octets in front of a handshake message (RFC 8446 4)
// These check a handshake message that has arrived for violations that mbedTLS does not detect.
// They return 0 or an mbedTLS code.
USSL__CHECKED int ussl__client_message_arrived(ussl_conn_t *conn);
USSL__CHECKED int ussl__server_message_arrived(ussl_conn_t *conn);
// Checks a NewSessionTicket of TLS 1.3 in the same way.
USSL__CHECKED int ussl__ticket_arrived(ussl_conn_t *conn);

// ---- key_update.c (USSL_TLS13) ------------------------------------------------------------------
#define USSL__KEY_UPDATE 24                              // HandshakeType key_update (RFC 8446 4)
#define USSL__KEY_UPDATE_SIZE (USSL__MESSAGE_HEADER + 1) // octets of the message
// Changes to the next key for receiving, and notes whether the peer requests a KeyUpdate in return.
// Returns 0 or an mbedTLS code.
USSL__CHECKED int ussl__key_update_arrived(ussl_conn_t *conn);
// Sends a KeyUpdate if one is due and no output waits, and then changes to the next key for
// sending. Returns 0 or an mbedTLS code.
USSL__CHECKED int ussl__key_update_send(ussl_conn_t *conn);

// ---- wire.c ------------------------------------------------------------------------------------
// These are mbedTLS's f_send and f_recv. The first argument is a ussl_conn_t.
int ussl__wire_send(void *conn, const unsigned char *buf, size_t len);
int ussl__wire_recv(void *conn, unsigned char *buf, size_t len);

// ---- flight.c ----------------------------------------------------------------------------------
#define USSL__PLAINTEXT_MAX 16384 // octets of plaintext in a record (RFC 8446 5.1)
// Returns how many octets the records of the next step need at most, with an alert behind them.
size_t ussl__flight_needs(const ussl_conn_t *conn);
// True if the output buffer has as much room behind the records that wait.
bool ussl__flight_has_room(const ussl_conn_t *conn);
// Must be called before and after each call of mbedTLS that can send records of a handshake.
// ussl__flight_end() returns true if a record was added to the flight; mbedTLS then need not wait
// until it has been sent.
void ussl__flight_begin(ussl_conn_t *conn, ussl__flight_t *flight);
bool ussl__flight_end(ussl_conn_t *conn, ussl__flight_t *flight);

// ---- client_hello.c ----------------------------------------------------------------------------
// What a server reads in a ClientHello before mbedTLS does. The pointers are lent and lead into the
// ClientHello. NULL means that the client has not sent the extension.
typedef struct {
    const uint8_t *name; // the host_name of server_name (RFC 6066 3)
    size_t name_len;
    const uint8_t *alpn; // ProtocolNameList (RFC 7301 3.1) without its length
    size_t alpn_len;
} ussl__client_hello_t;
// `list` is the list of extensions in a ClientHello (RFC 8446 4.1.2). Returns false if one of the
// two extensions is malformed.
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
// True if `proven` has all bits of `wanted` and, if on_cert is among them, the same number of the
// hook.
bool ussl__proves(uint16_t proven, uint16_t wanted);
// Latches the verdict on the peer's certificates as the cause of the failure.
void ussl__conn_latch_verdict(ussl_conn_t *conn);

// ---- resume.c ----------------------------------------------------------------------------------
// Returns what must be kept of a session of this connection. Its pointers lead into the connection
// and the session. With for_client it includes the host and the trust, which a server's session
// ticket does not need.
ussl__snapshot_t ussl__conn_snapshot(
    const ussl_conn_t *conn, const mbedtls_ssl_session *session, bool for_client);
// Keeps what the snapshot proves about the peer, because this connection may resume the session.
USSL__CHECKED ussl_result_t ussl__conn_take_snapshot(
    ussl_conn_t *conn, const ussl__snapshot_t *snapshot);
// Drops what the snapshot has proven about the peer.
void ussl__conn_forget_peer(ussl_conn_t *conn);

// ---- handshake.c -------------------------------------------------------------------------------
// Does one step of the handshake. Sets *done when the handshake is over and the peer is proven.
USSL__CHECKED ussl_result_t ussl__conn_handshake_step(ussl_conn_t *conn, bool *done);
// Turns mbedTLS's code into the result of a call. USSL_OK means that mbedTLS must be called again.
USSL__CHECKED ussl_result_t ussl__conn_answer(ussl_conn_t *conn, int code);

// ---- tickets.c ---------------------------------------------------------------------------------
// Makes servers of this context give session tickets, if the context has keys for them.
void ussl__tickets_use(ussl_ctx_t *ctx);

// ---- psk.c -------------------------------------------------------------------------------------
// True if the config has a pre-shared key, which is then the only way to authenticate the peer.
bool ussl__psk_only(const ussl_config_t *config);
// True if what the config says about pre-shared keys is complete, within the limits, and built in.
bool ussl__psk_fits(const ussl_config_t *config);
// Passes the config's pre-shared keys to mbedTLS. Returns an mbedTLS code.
USSL__CHECKED int ussl__psk_use(ussl_ctx_t *ctx);
// True if both ends have proven in the handshake that they know the pre-shared key.
bool ussl__psk_proven(const ussl_conn_t *conn);

// ---- datagrams.c (USSL_DTLS) --------------------------------------------------------------------
// True if a context can have these settings together with datagrams.
bool ussl__datagrams_fit(const ussl_config_t *config);
// Makes the key for the cookies of a server's context. Returns an mbedTLS code.
USSL__CHECKED int ussl__datagrams_use(ussl_ctx_t *ctx);
// For a connection of a context with `datagrams`, these must be called when it is made and after
// its handshake.
void ussl__datagrams_begin(ussl_conn_t *conn);
void ussl__datagrams_end_handshake(ussl_conn_t *conn);

// ---- suites.c ----------------------------------------------------------------------------------
bool ussl__suite_is_psk(int id);
// Writes the default list of suites for a context with pre-shared keys.
void ussl__suites_for_psk(uint16_t ids[USSL_SUITES_MAX]);

// ---- keylog.c ----------------------------------------------------------------------------------
// Makes mbedTLS pass the secrets of a connection to on_secret.
void ussl__keylog_use(ussl_conn_t *conn);

#endif // USSL_CONN_CONN_H
