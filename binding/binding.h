// SPDX-License-Identifier: MIT
//
// binding.h - the Python objects of the module and what its files offer one another.
//
// Rules that hold everywhere here: engine calls never raise, stream calls may. So no engine call is
// in progress when a stream is called, and what has to survive an exception is in the object before
// the stream is called.
#ifndef USSL_BINDING_H
#define USSL_BINDING_H

#include "py/obj.h"
#include "py/objstr.h"
#include "py/runtime.h"
#include "py/stream.h"

#include "../engine/ussl.h"

// CPython's numbers (Lib/ssl.py), shared by the module's constants and the context.
enum { SSL_PROTOCOL_TLS = 2, SSL_PROTOCOL_TLS_CLIENT = 16, SSL_PROTOCOL_TLS_SERVER = 17 };
enum { SSL_CERT_NONE = 0, SSL_CERT_OPTIONAL = 1, SSL_CERT_REQUIRED = 2 };
enum { SSL_VERSION_MIN_SUPPORTED = -2, SSL_VERSION_MAX_SUPPORTED = -1 };
enum {
    SSL_OP_IGNORE_UNEXPECTED_EOF = 1 << 7,
    SSL_OP_NO_TICKET = 1 << 14,
    SSL_OP_CIPHER_SERVER_PREFERENCE = 1 << 22,
    SSL_OP_NO_TLSv1_2 = 1 << 27,
    SSL_OP_NO_TLSv1_3 = 1 << 29,
};
enum {
    SSL_VERIFY_CRL_CHECK_LEAF = 1 << 2,
    SSL_VERIFY_CRL_CHECK_ALL = 1 << 3, // VERIFY_CRL_CHECK_CHAIN is both
    SSL_VERIFY_X509_STRICT = 1 << 5,
    SSL_VERIFY_X509_PARTIAL_CHAIN = 1 << 19,
};

// ---- ssl_context.c: the draft of settings behind an SSLContext ---------------------------------
typedef struct {
    mp_obj_base_t base;
    ussl_arena_t *arena;          // counted
    ussl_trust_t *trust;          // counted; NULL until something is loaded
    ussl_identity_t *identity[2]; // counted; ECDSA, RSA
    ussl_ctx_t *frozen[2];        // counted; by role; NULL: build it again before a connection
    mp_obj_t roots;               // of a root store in use, MP_OBJ_NULL: none
    mp_obj_t verify_callback;     // None or a callable
    mp_obj_t sni_callback;        // None or a callable
    ussl_reserve_t *reserve;      // counted; NULL: connections are made on demand
    ussl_tickets_t *tickets;      // counted; NULL until a server needs them
    mp_obj_t keylog;              // None or the path of a file
    mp_obj_t alpn;                // list of str; MP_OBJ_NULL: none
    uint32_t options, verify_flags;
    uint8_t clock;                    // ussl_clock_t
    uint16_t suites[USSL_SUITES_MAX]; // 0 in front: the default list
    uint16_t group;                   // 0: all
    uint16_t num_tickets;
    uint16_t record_in, record_out; // largest records; 0: as built
    int16_t min_version, max_version;
    uint8_t protocol, verify_mode, security_level;
    bool check_hostname, no_common_name, post_handshake_auth;
    struct {
        uint16_t begun, done;
    } handshakes[2]; // by role
    uint16_t hits;   // of which resumed a session
} ssl_context_obj_t;

ssl_context_obj_t *ssl_context_new(mp_int_t protocol);
// The context behind an object, which can be of a subclass written in Python. TypeError: none.
ssl_context_obj_t *ssl_context_of(mp_obj_t obj);
void ssl_context_changed(ssl_context_obj_t *self);
ussl_ctx_t *ssl_context_freeze(ssl_context_obj_t *self, ussl_role_t role);
bool ssl_context_forgives_eof(const ssl_context_obj_t *self);
ussl_trust_t *ssl_context_trust(ssl_context_obj_t *self); // makes it if there is none

// ---- ssl_context_type.c: its methods ------------------------------------------------------------
extern const mp_obj_type_t ssl_context_type;

// ---- ssl_settings.c: its attributes -----------------------------------------------------------
void ssl_context_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest);

// ---- ssl_suites.c: what it negotiates ---------------------------------------------------------
MP_DECLARE_CONST_FUN_OBJ_2(ssl_context_set_ciphers_obj);
MP_DECLARE_CONST_FUN_OBJ_1(ssl_context_get_ciphers_obj);
MP_DECLARE_CONST_FUN_OBJ_2(ssl_context_set_ecdh_curve_obj);
MP_DECLARE_CONST_FUN_OBJ_2(ssl_context_load_dh_params_obj);
MP_DECLARE_CONST_FUN_OBJ_2(ssl_context_set_alpn_protocols_obj);
const char *ssl_version_name(uint16_t version);
// A list of what `show` makes of each suite, best first.
mp_obj_t ssl_context_suites(const ssl_context_obj_t *self, mp_obj_t (*show)(const ussl_suite_t *));

// ---- ssl_load.c: what it learns from files and data -------------------------------------------
MP_DECLARE_CONST_FUN_OBJ_KW(ssl_context_load_verify_locations_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(ssl_context_load_default_certs_obj);
MP_DECLARE_CONST_FUN_OBJ_1(ssl_context_set_default_verify_paths_obj);
MP_DECLARE_CONST_FUN_OBJ_1(ssl_context_cert_store_stats_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(ssl_context_get_ca_certs_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(ssl_context_load_cert_chain_obj);
MP_DECLARE_CONST_FUN_OBJ_0(ssl_get_default_verify_paths_obj);
// Adds certificates from a path or from bytes: PEM text, or one or more DER certificates.
void ssl_context_add_trust(ssl_context_obj_t *self, mp_obj_t data);
void ssl_context_add_identity(
    ssl_context_obj_t *self, mp_obj_t cert, mp_obj_t key, mp_obj_t password);
void ssl_context_load_defaults(ssl_context_obj_t *self);

// ---- ssl_file.c: arguments that are bytes, or a path of a file with them -----------------------
bool ssl_is_bytes_like(mp_obj_t obj, mp_buffer_info_t *bufinfo);
// The bytes of any buffer but a str; else TypeError, in CPython's words.
void ssl_get_bytes(mp_obj_t data, mp_buffer_info_t *out);
// open(path, mode), with what it raises.
mp_obj_t ssl_open(mp_obj_t path, qstr mode);
mp_obj_t ssl_read_rest(mp_obj_t file); // and closes it
// A str is the path of a file to be read; else it is the data, bytes-like.
void ssl_file_or_data(mp_obj_t arg, const char *name, mp_buffer_info_t *bufinfo);

// ---- ssl_connect.c: a TCP connection ------------------------------------------------------------
// Returns a connected socket. timeout: in seconds, or MP_OBJ_NULL. Raises what the socket raises.
mp_obj_t ssl_connect(mp_obj_t host, mp_obj_t port, mp_obj_t timeout);

// ---- ssl_pins.c ----
MP_DECLARE_CONST_FUN_OBJ_1(ssl_spki_sha256_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR(ssl_context_pin_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR(ssl_context_trust_key_obj);

// ---- ssl_explain.c ----
MP_DECLARE_CONST_FUN_OBJ_KW(ssl_explain_obj);

// ---- ssl_roots.c ----
void ssl_roots_use_default(ssl_context_obj_t *context);
// Reads an open file as a root store, and keeps it open. Returns MP_OBJ_NULL if the file is
// something else; it then stands at its beginning. Raises if it is a damaged store.
mp_obj_t ssl_roots_from_file(mp_obj_t path, mp_obj_t file);
void ssl_roots_use(ssl_context_obj_t *context, mp_obj_t roots);
size_t ssl_roots_count(const ssl_context_obj_t *context);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(ssl_install_roots_obj);

// ---- ssl_reserve.c: memory set aside for its connections ---------------------------------------
MP_DECLARE_CONST_FUN_OBJ_KW(ssl_context_reserve_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(ssl_context_memory_needed_obj);
MP_DECLARE_CONST_FUN_OBJ_1(ssl_context_memory_obj);
void ssl_context_need_room(ssl_context_obj_t *context); // MemoryError: all slots are taken
// Where a new connection's memory comes from, with a reference for the caller.
ussl_arena_t *ssl_context_arena(ssl_context_obj_t *context);

// What a call that cannot go on waits for.
typedef enum { PUMP_DONE = 0, PUMP_WANT_READ, PUMP_WANT_WRITE } ssl_pump_t;

// ---- ssl_conn.c: one connection -----------------------------------------------------------------
typedef struct {
    mp_obj_base_t base;
    ssl_context_obj_t *context;
    ussl_conn_t *conn; // owned; NULL once closed
    mp_obj_t incoming; // streams with the wire behind them: twice the socket, or two BIOs
    mp_obj_t outgoing;
    mp_obj_t server_hostname; // None or str
    mp_obj_t session;         // None or the SSLSession that was set
    mp_obj_t verify_callback; // the context's when this connection began
    mp_obj_t hook_error;      // raised by a hook, to be raised when the engine has returned
    mp_int_t timeout_ms;      // for a whole call; -1: as the stream itself does
    mp_uint_t deadline_ms;    // of the call in progress
    // Bytes of the write in progress that are sealed but not known to have left: the same bytes
    // offered again are skipped, others are new.
    const char *operation;  // what a timeout ends: "handshake", "read", "write"
    const uint8_t *offered; // where they stand, while the call that offered them runs
    size_t held;
    uint32_t held_hash;
    bool server_side;
    bool handshake;       // do_handshake_on_connect
    bool connected;       // connect() has been here
    bool closed;          // a socket: its descriptor is gone. Without this and `conn`: it is plain
    bool timeout_applied; // the stream was told not to block
    bool eof_told;
    bool stream_reads;   // read() as MicroPython's streams, for the old wrap_socket()
    bool ragged_is_eof;  // a wire cut without close_notify reads as b''
    bool ragged_end;     // and it has been
    bool begun, counted; // handshake, in the context's session_stats()
    bool busy;           // a method is running: no other may
    bool close_later;    // close() was called meanwhile
} ssl_conn_obj_t;

ssl_conn_obj_t *ssl_conn_obj_new(const mp_obj_type_t *type, ssl_context_obj_t *context,
    bool server_side, mp_obj_t server_hostname);
// Makes the TLS connection of a new object, by its context as it is now.
void ssl_conn_obj_start(ssl_conn_obj_t *self);
// A socket without TLS is closed, or was never connected: OSError.
void ssl_conn_need(const ssl_conn_obj_t *self);
void ssl_conn_unwrap(ssl_conn_obj_t *self);
void ssl_conn_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest);
// CPython's read(len=1024, buffer=None): at most one record, into new bytes or into the buffer.
mp_obj_t ssl_conn_read_into(
    ssl_conn_obj_t *self, mp_int_t size, mp_obj_t buffer, bool none_if_empty);
// ssl_pump_write as a whole method, under the guard.
size_t ssl_conn_write_some(ssl_conn_obj_t *self, const void *buf, size_t len, ssl_pump_t *want);

// Methods that SSLSocket and SSLObject share.
MP_DECLARE_CONST_FUN_OBJ_1(ssl_conn___del___obj);
MP_DECLARE_CONST_FUN_OBJ_KW(ssl_conn_getpeercert_obj);
MP_DECLARE_CONST_FUN_OBJ_1(ssl_conn_do_handshake_obj);
MP_DECLARE_CONST_FUN_OBJ_1(ssl_conn_recheck_obj);
MP_DECLARE_CONST_FUN_OBJ_1(ssl_conn_version_obj);
MP_DECLARE_CONST_FUN_OBJ_1(ssl_conn_cipher_obj);
MP_DECLARE_CONST_FUN_OBJ_1(ssl_conn_pending_obj);
MP_DECLARE_CONST_FUN_OBJ_1(ssl_conn_selected_alpn_protocol_obj);
MP_DECLARE_CONST_FUN_OBJ_1(ssl_conn_none_obj);
MP_DECLARE_CONST_FUN_OBJ_1(ssl_conn_shared_ciphers_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(ssl_conn_get_channel_binding_obj);
MP_DECLARE_CONST_FUN_OBJ_1(ssl_conn_verify_client_post_handshake_obj);
MP_DECLARE_CONST_FUN_OBJ_1(ssl_conn_get_verified_chain_obj);
MP_DECLARE_CONST_FUN_OBJ_1(ssl_conn_get_unverified_chain_obj);
// The rows of both tables of methods.
#define SSL_CONN_METHODS                                                                           \
    {MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&ssl_conn___del___obj)},                             \
        {MP_ROM_QSTR(MP_QSTR_do_handshake), MP_ROM_PTR(&ssl_conn_do_handshake_obj)},               \
        {MP_ROM_QSTR(MP_QSTR_recheck), MP_ROM_PTR(&ssl_conn_recheck_obj)},                         \
        {MP_ROM_QSTR(MP_QSTR_pending), MP_ROM_PTR(&ssl_conn_pending_obj)},                         \
        {MP_ROM_QSTR(MP_QSTR_version), MP_ROM_PTR(&ssl_conn_version_obj)},                         \
        {MP_ROM_QSTR(MP_QSTR_cipher), MP_ROM_PTR(&ssl_conn_cipher_obj)},                           \
        {MP_ROM_QSTR(MP_QSTR_getpeercert), MP_ROM_PTR(&ssl_conn_getpeercert_obj)},                 \
        {MP_ROM_QSTR(MP_QSTR_selected_alpn_protocol),                                              \
            MP_ROM_PTR(&ssl_conn_selected_alpn_protocol_obj)},                                     \
        {MP_ROM_QSTR(MP_QSTR_selected_npn_protocol), MP_ROM_PTR(&ssl_conn_none_obj)},              \
        {MP_ROM_QSTR(MP_QSTR_compression), MP_ROM_PTR(&ssl_conn_none_obj)},                        \
        {MP_ROM_QSTR(MP_QSTR_shared_ciphers), MP_ROM_PTR(&ssl_conn_shared_ciphers_obj)},           \
        {MP_ROM_QSTR(MP_QSTR_get_channel_binding), MP_ROM_PTR(&ssl_conn_get_channel_binding_obj)}, \
        {MP_ROM_QSTR(MP_QSTR_verify_client_post_handshake),                                        \
            MP_ROM_PTR(&ssl_conn_verify_client_post_handshake_obj)},                               \
        {MP_ROM_QSTR(MP_QSTR_get_verified_chain), MP_ROM_PTR(&ssl_conn_get_verified_chain_obj)}, { \
        MP_ROM_QSTR(MP_QSTR_get_unverified_chain), MP_ROM_PTR(&ssl_conn_get_unverified_chain_obj)  \
    }

// ---- ssl_object.c -------------------------------------------------------------------------------
extern const mp_obj_type_t ssl_object_type;

// ---- ssl_socket.c -------------------------------------------------------------------------------
extern const mp_obj_type_t ssl_socket_type;
// The arguments of wrap_socket(), also kept for what a listener accepts.
typedef struct {
    mp_obj_t sock, server_hostname, session; // the last two: or None
    bool server_side, handshake, ragged_is_eof;
} ssl_wrap_t;
mp_obj_t ssl_socket_wrap(ssl_context_obj_t *context, const ssl_wrap_t *wrap);
void ssl_socket_close(ssl_conn_obj_t *self);
void ssl_socket_start(void *self);              // TLS over a connected socket
void ssl_socket_drop_tls(ssl_conn_obj_t *self); // without a word to the peer

// ---- ssl_socket_plain.c: an SSLSocket as a socket
// ------------------------------------------------------ A method of the socket below; at most
// three arguments.
mp_obj_t ssl_plain_call(ssl_conn_obj_t *self, qstr method, size_t n, const mp_obj_t *args);
bool ssl_plain_attr(ssl_conn_obj_t *self, qstr attr, mp_obj_t *dest);
MP_DECLARE_CONST_FUN_OBJ_2(ssl_socket_connect_obj);
MP_DECLARE_CONST_FUN_OBJ_2(ssl_socket_connect_ex_obj);
MP_DECLARE_CONST_FUN_OBJ_1(ssl_socket_accept_obj);
MP_DECLARE_CONST_FUN_OBJ_2(ssl_socket_shutdown_obj);
MP_DECLARE_CONST_FUN_OBJ_1(ssl_socket_detach_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(ssl_socket_sendto_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(ssl_socket_recvfrom_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(ssl_socket_recvfrom_into_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR(ssl_socket_sendmsg_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR(ssl_socket_recvmsg_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR(ssl_socket_recvmsg_into_obj);
MP_DECLARE_CONST_FUN_OBJ_1(ssl_socket_dup_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(ssl_socket_makefile_obj);

// ---- ssl_session.c ---------------------------------------------------------------------------
extern const mp_obj_type_t ssl_session_type;
mp_obj_t ssl_session_of(ssl_conn_obj_t *conn);
void ssl_session_set(ssl_conn_obj_t *conn, mp_obj_t value);

// ---- ssl_pump.c: the engine's windows against two streams --------------------------------------

// A method at work: entering twice raises, and leaving happens on an exception too.
typedef struct {
    nlr_jump_callback_node_call_function_1_t node;
} ssl_guard_t;
void ssl_not_while_busy(const ssl_conn_obj_t *self); // RuntimeError: a method is at work
void ssl_guard_enter(ssl_guard_t *guard, ssl_conn_obj_t *self);
void ssl_guard_leave(ssl_guard_t *guard);

ssl_pump_t ssl_pump_handshake(ssl_conn_obj_t *self);
// *n is what moved. Reading: *n 0 with PUMP_DONE is the end. Both begin with the handshake.
ssl_pump_t ssl_pump_read(ssl_conn_obj_t *self, void *buf, size_t len, size_t *n);
ssl_pump_t ssl_pump_write(ssl_conn_obj_t *self, const void *buf, size_t len, size_t *n);
// Exchanges close_notify; the wire is then free for clear text.
ssl_pump_t ssl_pump_unwrap(ssl_conn_obj_t *self);
bool ssl_pump_recheck(ssl_conn_obj_t *self);
// What can leave without waiting leaves; then close_notify. Never raises.
void ssl_pump_close_notify(ssl_conn_obj_t *self);
// The answer to a poll for MP_STREAM_POLL_* on this connection.
mp_uint_t ssl_pump_poll(ssl_conn_obj_t *self, mp_uint_t flags);

// ---- ssl_try.c ----------------------------------------------------------------------------------
// Calls fun(arg); an exception is kept in *error (MP_OBJ_NULL: none) and not raised.
void ssl_try(void (*fun)(void *), void *arg, mp_obj_t *error);

// ---- ssl_hooks.c: callbacks of a script
// ----------------------------------------------------------- What the engine is given as the owner
// of a connection: its object, hidden from the collector.
void *ssl_hook_owner_of(ssl_conn_obj_t *self);
ssl_conn_obj_t *ssl_hook_owner_is(void *owner);
ussl_result_t ssl_hook_on_cert(void *owner, const uint8_t *der, size_t len, unsigned depth);
int ssl_hook_on_hello(void *owner, const char *name);

// ---- ssl_keylog.c
// --------------------------------------------------------------------------------- Writes
// CPython's header, if the file is new. Raises what open() raises.
void ssl_keylog_start(mp_obj_t path);
void ssl_hook_on_secret(void *owner, const char *label, const uint8_t client_random[32],
    const uint8_t *secret, size_t len);

// ---- ssl_error.c: failure -> exception ----------------------------------------------------------
extern const mp_obj_type_t ssl_SSLError_type;
extern const mp_obj_type_t ssl_SSLZeroReturnError_type;
extern const mp_obj_type_t ssl_SSLWantReadError_type;
extern const mp_obj_type_t ssl_SSLWantWriteError_type;
extern const mp_obj_type_t ssl_SSLSyscallError_type;
extern const mp_obj_type_t ssl_SSLEOFError_type;
extern const mp_obj_type_t ssl_SSLCertVerificationError_type;
NORETURN void ssl_raise_want(ssl_pump_t want);
// TimeoutError: "The read operation timed out".
NORETURN void ssl_raise_timeout(const char *operation);
NORETURN void ssl_raise_zero_return(void);
NORETURN void ssl_raise_eof(const char *reason); // NULL: it has been told before
// Why the connection failed; host is the str to be named in a mismatch, or None.
// subject: of the certificate that was refused, or None.
NORETURN void ssl_raise_failure(const ussl_failure_t *why, mp_obj_t host, mp_obj_t subject);
// A bare result. usage: what USSL_ERR_USAGE means here, or NULL if it cannot come.
NORETURN void ssl_raise_result(ussl_result_t result, const char *usage);
// "[LIBRARY: REASON] text" with CPython's number.
NORETURN void ssl_raise_reason(
    mp_int_t number, const char *library, const char *reason, const char *text);
// An SSLError with a text and nothing else, not even a number.
NORETURN void ssl_raise_plain(const char *text);
// Text only, as CPython raises for its own checks.
NORETURN void ssl_raise_text(mp_int_t number, const char *text);

// ---- ssl_cert.c: a certificate as CPython's dict -------------------------------------------
mp_obj_t ssl_cert_dict(const ussl_cert_t *cert);
// A name in DER, as getpeercert() tells it.
mp_obj_t ssl_name_tuple(const uint8_t *der, size_t len);
// An IP address of 4 or 16 bytes; hexadecimal digits are `capitals` in CPython's dict.
void ssl_print_address(const mp_print_t *print, const uint8_t *bytes, size_t len, bool capitals);

// ---- ssl_purpose.c ------------------------------------------------------------------------------
extern const mp_obj_type_t ssl_purpose_type;
extern const mp_rom_obj_tuple_t ssl_purpose_server_obj;
bool ssl_purpose_is_server_auth(mp_obj_t purpose); // TypeError: neither purpose

// ---- ssl_legacy.c
// ---------------------------------------------------------------------------------
MP_DECLARE_CONST_FUN_OBJ_KW(ssl_wrap_socket_obj);

// ---- ssl_functions.c: functions of the module
// ----------------------------------------------------
MP_DECLARE_CONST_FUN_OBJ_KW(ssl_create_default_context_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(ssl_create_unverified_context_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(ssl_get_server_certificate_obj);
extern const mp_obj_str_t ssl_pem_header_obj, ssl_pem_footer_obj, ssl_default_ciphers_obj;
MP_DECLARE_CONST_FUN_OBJ_1(ssl_der_to_pem_obj);
MP_DECLARE_CONST_FUN_OBJ_1(ssl_pem_to_der_obj);
MP_DECLARE_CONST_FUN_OBJ_1(ssl_cert_time_to_seconds_obj);
MP_DECLARE_CONST_FUN_OBJ_1(ssl_rand_bytes_obj);
MP_DECLARE_CONST_FUN_OBJ_0(ssl_rand_status_obj);
MP_DECLARE_CONST_FUN_OBJ_2(ssl_rand_add_obj);

// ---- ssl_membio.c
// ---------------------------------------------------------------------------------
extern const mp_obj_type_t ssl_membio_type;

// ---- ssl_platform.c: what the engine and the pump need from this port ---------------------------
void ssl_platform_start(void);
// Waits until the stream is ready for flags (MP_STREAM_POLL_*) or the tick is past. False: too
// late.
bool ssl_platform_wait(mp_obj_t stream, mp_uint_t flags, mp_uint_t deadline_ms);
mp_uint_t ssl_platform_poll(mp_obj_t stream, mp_uint_t flags);
// What can be known of a stream that is to be wrapped.
typedef struct {
    bool datagrams;       // a socket of another type than SOCK_STREAM
    bool connected;       // or no socket at all
    bool blocking;        // or it cannot be known
    bool data_before_tls; // of a peer that has gone again
} ssl_stream_info_t;
void ssl_platform_look(mp_obj_t stream, ssl_stream_info_t *out);

#endif // USSL_BINDING_H
