// SPDX-License-Identifier: MIT
//
// conn.h - a connection as a Python object, the calls on it, and what they do; a part of binding.h.
#ifndef USSL_BINDING_CONN_H
#define USSL_BINDING_CONN_H

#include "binding.h"

// What a call has to wait for before it can go on.
typedef enum { PUMP_DONE = 0, PUMP_WANT_READ, PUMP_WANT_WRITE } ssl_pump_t;

// A descriptor of the unix port that is closed when its owner is collected; fd is -1 for none.
typedef struct {
    mp_obj_t stream; // the socket that has it
    int fd;
    uint64_t inode; // identifies the socket, because a later one can get the same descriptor
} ssl_descriptor_t;

// ---- ssl_conn.c: one connection ----
typedef struct {
    mp_obj_base_t base;
    ssl_context_obj_t *context;
    ussl_conn_t *conn; // owned; NULL without TLS: not connected yet, unwrapped, or closed
    mp_obj_t incoming; // the stream that wire bytes are read from: a socket, or a MemoryBIO
    mp_obj_t outgoing; // the stream they are written to: the same socket, or another MemoryBIO
    ssl_descriptor_t descriptor; // of the socket
    int poll_fd;                 // owned; what poll(2) waits for, see ssl_unix_poll.c; -1: none
    bool shows_ready;            // poll_fd refers to something that is always ready
    bool was_read;               // plaintext was read since the last ssl_poll_pause()
    mp_obj_t server_hostname;    // None or str
    mp_obj_t session;            // None or the SSLSession that was set
    mp_obj_t client_id;          // None or bytes; of a DTLS server
    mp_obj_t verify_callback;    // copied from the context together with its frozen settings
    mp_obj_t hook_error;         // what a hook raised; it is raised when the engine has returned
    mp_int_t timeout_ms;         // for a whole call; 0: do not wait; -1: the stream's own timeout
    // The next three are changed under ussl_lock().
    void *users[2];         // the threads whose calls read and write; NULL if there is none
    uint16_t calls;         // calls in progress, including those that neither read nor write
    bool close_later;       // close() was called; the last call in progress closes the connection
    bool closed_by_other;   // another thread called close(), and calls in progress must end
    bool notified;          // sending close_notify was tried; it is not tried again
    struct ssl_call *outer; // lent; the read() or readline() that the next call is a part of
    // Bytes of a write that were encrypted, but that the stream may not have taken completely. If
    // the next write begins with the same bytes, they are skipped; otherwise its bytes are new.
    const uint8_t *offered; // caller's; these bytes, while the write that offered them runs
    size_t held;            // their number
    uint8_t held_hash[32];  // SHA-256 of them
    mp_uint_t began_ms;     // when the TLS connection was made; in ticks
    uint8_t checks;         // what its handshake verifies, see ssl_verification_checks()
    bool server_side;
    bool handshake;       // do_handshake_on_connect
    bool connected;       // the stream was connected when it was wrapped, or by connect()
    bool datagrams;       // a datagram socket: 0 bytes are an empty datagram, not the end
    bool closed;          // closed or detached. If false while `conn` is NULL: a socket without TLS
    bool timeout_applied; // the stream's blocking mode or timeout was set from timeout_ms
    bool eof_reported;    // an exception has named the reason of a truncation; only one does
    bool ragged_is_eof;   // a truncation is read as b''
    bool ragged_end;      // a truncation was read as b'': later reads return b'' too
    bool begun, counted;  // the handshake is counted in the context: as begun, as done
    bool socket;          // the stream is a socket of the port
    bool blocks;          // the socket waits in its calls, and has no known timeout
} ssl_conn_obj_t;

ssl_conn_obj_t *ssl_conn_obj_new(const mp_obj_type_t *type, ssl_context_obj_t *context,
    bool server_side, mp_obj_t server_hostname);
// Creates the TLS connection of a new object, with the present settings of its context.
void ssl_conn_obj_start(ssl_conn_obj_t *self);
// Raises OSError if there is no TLS connection: EBADF if it was closed, else ENOTCONN.
void ssl_conn_need(const ssl_conn_obj_t *self);
void ssl_conn_unwrap(ssl_conn_obj_t *self);
void ssl_conn_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest);
// CPython's read(len=1024, buffer=None): reads at most one record, and returns it as bytes, or the
// number of bytes that were put into `buffer`. If nothing can be read yet, it returns None if
// `none_if_empty` is set, and else raises SSLWantReadError or SSLWantWriteError.
mp_obj_t ssl_conn_read_into(
    ssl_conn_obj_t *self, mp_int_t size, mp_obj_t buffer, bool none_if_empty);
// MicroPython's read(n) of a stream: returns `size` bytes, or fewer if the stream ends or would
// block. Returns None if nothing can be read yet.
mp_obj_t ssl_conn_read_exactly(ssl_conn_obj_t *self, size_t size);
// Finishes a bytes object: its block, of `room` + 1 bytes, is cut to `len` + 1 in place.
mp_obj_t ssl_bytes_end(mp_obj_str_t *bytes, size_t room, size_t len);
// Begins a call, does ssl_pump_write() and ends the call. Returns the number of bytes written.
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
// The rows that the method tables of SSLSocket and SSLObject share.
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

// ---- ssl_object.c ----
extern const mp_obj_type_t ssl_object_type;

// ---- ssl_socket.c ----
extern const mp_obj_type_t ssl_socket_type;
// The arguments of SSLContext.wrap_socket().
typedef struct {
    mp_obj_t sock, server_hostname, session; // the last two can be None
    mp_obj_t client_id;                      // None or bytes; with DTLS
    bool server_side, handshake, ragged_is_eof;
} ssl_wrap_t;
mp_obj_t ssl_socket_wrap(ssl_context_obj_t *context, const ssl_wrap_t *wrap);
// Starts TLS over a connected socket. `self` is an ssl_conn_obj_t; the parameter has the type that
// ssl_try() needs.
void ssl_socket_start(void *self);
// Frees the TLS connection and sends nothing, not even close_notify. Raises RuntimeError if a call
// is in progress.
void ssl_socket_drop_tls(ssl_conn_obj_t *self);

// ---- ssl_socket_plain.c: an SSLSocket as a socket ----
// Calls a method of the underlying socket with at most three arguments.
mp_obj_t ssl_plain_call(ssl_conn_obj_t *self, qstr method, size_t n, const mp_obj_t *args);
// Loads an attribute from the underlying socket. Returns false if it is not one that an SSLSocket
// passes on, or if the socket does not have it.
bool ssl_plain_attr(ssl_conn_obj_t *self, qstr attr, mp_obj_t *dest);
MP_DECLARE_CONST_FUN_OBJ_KW(ssl_socket_connect_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(ssl_socket_connect_ex_obj);
MP_DECLARE_CONST_FUN_OBJ_1(ssl_socket_accept_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(ssl_socket_shutdown_obj);
MP_DECLARE_CONST_FUN_OBJ_1(ssl_socket_detach_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(ssl_socket_sendto_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(ssl_socket_recvfrom_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(ssl_socket_recvfrom_into_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR(ssl_socket_sendmsg_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR(ssl_socket_recvmsg_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR(ssl_socket_recvmsg_into_obj);
MP_DECLARE_CONST_FUN_OBJ_1(ssl_socket_dup_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(ssl_socket_makefile_obj);

// ---- ssl_sendfile.c ----
MP_DECLARE_CONST_FUN_OBJ_KW(ssl_socket_sendfile_obj);

// ---- ssl_session.c ----
extern const mp_obj_type_t ssl_session_type;
mp_obj_t ssl_session_of(ssl_conn_obj_t *conn);
void ssl_session_set(ssl_conn_obj_t *conn, mp_obj_t value);

// ---- ssl_call.c: calls on a connection, by one thread or by several ----
enum { SSL_NO_ROLE = 0, SSL_READS = 1, SSL_WRITES = 2, SSL_BOTH = 3 }; // roles of a call

// A call in progress. An exception that passes through it ends it too.
typedef struct ssl_call {
    nlr_jump_callback_node_call_function_1_t node;
    ssl_conn_obj_t *self;
    ussl_conn_t *conn;      // lent; stays while the call is in progress; NULL without TLS
    void *thread;           // the thread that makes the call
    struct ssl_call *outer; // lent; the call that this one is a part of, and whose roles it has
    uint8_t roles;          // the roles that it has
    bool timed;             // there is a deadline
    bool moved;             // wire bytes have been moved
    bool begun;             // it has its roles, and is counted in self->calls
    mp_uint_t deadline_ms;  // in ticks
    const char *operation;  // static; names the call in errors: "handshake", "read", "write" ...
} ssl_call_t;
// Begins a call when it can have its roles. Raises RuntimeError if a call of the same thread has
// one of them, TimeoutError if the wait takes too long, and OSError (EBADF or ENOTCONN) if there is
// no TLS connection. A call with SSL_NO_ROLE never waits or raises; its `conn` is NULL if there is
// no TLS connection.
void ssl_call_begin(ssl_call_t *call, ssl_conn_obj_t *self, unsigned roles);
void ssl_call_end(ssl_call_t *call);
// Takes more roles. The first function waits for them; the second returns false if another call has
// them.
void ssl_call_widen(ssl_call_t *call, unsigned roles);
bool ssl_call_try_widen(ssl_call_t *call, unsigned roles);
// Gives back all roles except these.
void ssl_call_narrow(ssl_call_t *call, unsigned roles);
// Limits the time of a call, counted from this moment.
void ssl_call_limit(ssl_call_t *call, mp_int_t timeout_ms);
void ssl_call_check_time(const ssl_call_t *call); // raises TimeoutError
// Raises EBADF if another thread has closed the connection.
void ssl_call_check_open(const ssl_call_t *call);
// Raises OSError for a connection without TLS: EBADF if it was closed, else ENOTCONN.
NORETURN void ssl_raise_no_tls(const ssl_conn_obj_t *self);
// Closes a connection. If calls are in progress, the last of them closes it.
void ssl_call_close(ssl_conn_obj_t *self);
// Begins a call if no other is in progress, and else returns false. ssl_call_end_idle() ends the
// call and, if `closes` is set, closes the connection without close_notify. Neither raises, unless
// closing the stream does.
bool ssl_call_begin_idle(ssl_call_t *call, ssl_conn_obj_t *self);
void ssl_call_end_idle(ssl_call_t *call, bool closes);
// Removes the TLS connection from its object and returns it, or NULL if there was none. Raises
// RuntimeError if a call that reads or writes is in progress.
ussl_conn_t *ssl_call_take_conn(ssl_conn_obj_t *self);

// ---- ssl_streams.c: moves wire bytes between the engine and two streams ----
// Sends until the engine has nothing left to send. If the stream takes no more, returns what has to
// be waited for. The call must have SSL_WRITES.
ssl_pump_t ssl_streams_flush(ssl_call_t *call);
// Does what `result` requires before the engine is called again: reads, sends or waits for a
// buffer.
ssl_pump_t ssl_streams_supply(ssl_call_t *call, ussl_result_t result);
// Sends what the stream takes without waiting. `call` is an ssl_call_t; the parameter has the type
// that ssl_try() needs. Callers ignore errors of the stream: they raise a more important error, or
// close the connection.
void ssl_streams_flush_ready(void *call);

// Sends what the stream takes without waiting, and close_notify after it if nothing is left. Never
// raises.
void ssl_streams_close_notify(ssl_call_t *call);
// Reads and discards what has arrived at a socket that is going to be closed, up to 64 KB, without
// waiting. Never raises.
void ssl_streams_discard(mp_obj_t socket);
// True if the connection has failed, its handshake has taken longer than handshake_timeout, or the
// peer has ended it and nothing that it has sent is left to be read. Reads what has arrived,
// without waiting. Never raises.
bool ssl_streams_ended(ssl_call_t *call);
// Raises the exception for a negative result of the engine. Sends the alert first, if the stream
// takes it without waiting.
NORETURN void ssl_streams_fail(ssl_call_t *call, ussl_result_t result);

// ---- ssl_unix_poll.c: a descriptor for poll(2) ----
// Returns the descriptor that is ready when the connection is, or -1 if there is none.
int ssl_poll_descriptor(const ssl_call_t *call);
// Must be called when a call ends, because the call can have made the connection ready.
void ssl_poll_update(ssl_conn_obj_t *self, const ussl_conn_t *conn);
// Must be called at the end of a call that cannot continue. `want` is what it needs, and `polled`
// is what its caller will poll for. Waits for the socket, at most one millisecond, if the
// descriptor is ready although the call cannot continue.
void ssl_poll_pause(const ssl_call_t *call, ssl_pump_t want, ssl_pump_t polled);
void ssl_poll_close(ssl_conn_obj_t *self);

// ---- ssl_pump.c: what a connection does ----
// The functions below raise if the connection or a stream fails, unless their comment says
// otherwise.
ssl_pump_t ssl_pump_handshake(ssl_call_t *call);
// Reading and writing do the handshake first if it is not done. *n is the number of plaintext bytes
// that were moved. A read that returns PUMP_DONE with *n 0 has reached the end of the data, unless
// `len` is 0.
ssl_pump_t ssl_pump_read(ssl_call_t *call, void *buf, size_t len, size_t *n);
ssl_pump_t ssl_pump_write(ssl_call_t *call, const void *buf, size_t len, size_t *n);
// Exchanges close_notify; after PUMP_DONE the streams can carry clear text.
ssl_pump_t ssl_pump_unwrap(ssl_call_t *call);
// Makes the checks of dates that verify_clock = "hold" has postponed. Returns false if the clock is
// still not set.
bool ssl_pump_recheck(ssl_call_t *call);
// Returns those of the MP_STREAM_POLL_* flags that are ready.
mp_uint_t ssl_pump_poll(const ssl_call_t *call, mp_uint_t flags);

#endif // USSL_BINDING_CONN_H
