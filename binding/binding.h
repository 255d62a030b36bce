// SPDX-License-Identifier: MIT
//
// binding.h - the Python objects of the module, and the functions that its files share.
//
// These rules hold in every file of the binding:
//  - An engine call never raises; a stream call may. So no engine call is in progress when a stream
//    is called. Only hooks and the readers of root stores, which the engine calls back, use a
//    stream during an engine call. They do it inside ssl_try(), which catches what Python raises.
//  - State that must survive an exception is stored in the object before the stream is called.
//  - The comment of a pointer field says who releases it: "owned" (the object itself), "counted"
//    (it holds a reference), "lent" or "caller's" (somebody else). Pointers to Python objects have
//    no such word, because the garbage collector owns the objects.
#ifndef USSL_BINDING_H
#define USSL_BINDING_H

#include "py/obj.h"
#include "py/objstr.h"
#include "py/runtime.h"
#include "py/stream.h"

// Only the smallest builds lack one of these: unix minimal, and MICROPY_CONFIG_ROM_LEVEL_MINIMUM.
#if !MICROPY_MODULE_BUILTIN_INIT
#error "ussl needs MICROPY_MODULE_BUILTIN_INIT: the module starts its engine when it is imported"
#elif !MICROPY_STREAMS_NON_BLOCK
#error "ussl needs MICROPY_STREAMS_NON_BLOCK: without it no stream reports EAGAIN"
#elif !MICROPY_PY_BUILTINS_BYTEARRAY
#error "ussl needs MICROPY_PY_BUILTINS_BYTEARRAY: streams in Python read into one"
#endif
// The smallest builds of MicroPython have no UnicodeError, which is a ValueError.
#if MICROPY_PY_BUILTINS_STR_UNICODE
#define ssl_UnicodeError mp_type_UnicodeError
#else
#define ssl_UnicodeError mp_type_ValueError
#endif

#include "../engine/ussl.h"

// CPython's values (Lib/ssl.py), shared by the module's constants and the context.
enum { SSL_PROTOCOL_TLS = 2, SSL_PROTOCOL_TLS_CLIENT = 16, SSL_PROTOCOL_TLS_SERVER = 17 };
// The number of a DTLS protocol is that of the TLS protocol plus this offset. Only the module tls
// has DTLS.
enum { SSL_DTLS_OFFSET = 2 };
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
    SSL_VERIFY_CRL_CHECK_ALL = 1 << 3, // VERIFY_CRL_CHECK_CHAIN is this bit and CHECK_LEAF
    SSL_VERIFY_X509_STRICT = 1 << 5,
    SSL_VERIFY_X509_TRUSTED_FIRST = 1 << 15, // always in effect
    SSL_VERIFY_X509_PARTIAL_CHAIN = 1 << 19,
};

// ---- ssl_context.c: the draft of settings behind an SSLContext ----
typedef struct {
    mp_obj_base_t base;
    ussl_arena_t *arena;          // counted; NULL after __del__()
    ussl_trust_t *trust;          // counted; NULL until something is loaded or pinned
    ussl_identity_t *identity[2]; // counted; the ECDSA and the RSA identity; NULL if not loaded
    ussl_ctx_t *frozen[2];        // counted; by role; NULL if it has to be built from this draft
    uint32_t changes;             // number of changes; a context built before a change is not kept
    mp_obj_t roots;               // the RootStore in use; MP_OBJ_NULL if there is none
    ussl_trust_t *default_trust;  // counted; the default trust anchors, while `trust` is NULL
    mp_obj_t default_roots;       // the RootStore in default_trust; MP_OBJ_NULL if there is none
    mp_obj_t verify_callback;     // None or a callable
    mp_obj_t sni_callback;        // None or a callable
    mp_obj_t ecdsa_sign_callback; // None or a callable
    ussl_reserve_t *reserve;      // counted; NULL while no memory is reserved
    ussl_tickets_t *tickets;      // counted; NULL until a server needs them
    mp_obj_t keylog;              // None or the path of a file
    mp_obj_t alpn;                // list of str; MP_OBJ_NULL if there is none
#if USSL_PSK
    mp_obj_t psk_identity, psk_key; // a client's; each is None if there is none
    mp_obj_t server_psk_keys;       // None or an object with get(identity)
    mp_obj_t psk_client_callback, psk_server_callback, psk_hint; // None if there is none
#endif
    mp_int_t handshake_ms; // handshake_timeout in milliseconds; -1 for none
    uint32_t options, verify_flags;
    uint8_t clock;                    // ussl_clock_t
    uint8_t callback_number;          // how often verify_callback was replaced, 255 at most
    uint16_t suites[USSL_SUITES_MAX]; // IANA numbers, best first, ends at 0; empty: the default
    uint16_t group;                   // IANA number of the only group allowed; 0 allows all
    uint16_t num_tickets;
    uint16_t record_in, record_out; // largest record, in bytes of plaintext; 0: the built-in limit
    int16_t min_version, max_version;
    uint8_t protocol, verify_mode, security_level;
    bool check_hostname, no_common_name;
    bool of_tls;       // an SSLContext of the module tls
    bool name_by_mode; // of tls: CERT_NONE turned check_hostname off, another mode restores it
    bool datagrams;    // DTLS
    bool inspects;     // explain() made it; it is exempt from require_verification()
    qstr opted_out_by; // the module that made the context, or that set CERT_NONE
    struct {
        uint16_t begun, done;
    } handshakes[2]; // by role
    uint16_t hits;   // handshakes that resumed a session
} ssl_context_obj_t;

// `type` is ssl_context_type or tls_context_type.
ssl_context_obj_t *ssl_context_new(const mp_obj_type_t *type, mp_int_t protocol);
// Returns the context behind an object, whose class can be a subclass written in Python. Raises
// TypeError if the object is not a context, ValueError if the context was finalised.
ssl_context_obj_t *ssl_context_of(mp_obj_t obj);
// Must be called after every change of a setting, so that the next connection builds a new frozen
// context. Existing connections keep the one that they began with.
void ssl_context_changed(ssl_context_obj_t *self);
// Must be called instead of ssl_context_changed() after a change that makes the context trust less.
// It also makes a server accept none of its earlier session tickets.
void ssl_context_drop_tickets(ssl_context_obj_t *self);
// True if OP_IGNORE_UNEXPECTED_EOF is set.
bool ssl_context_forgives_eof(const ssl_context_obj_t *self);
// Returns the context's trust, creating it if there is none. It is lent, not counted.
ussl_trust_t *ssl_context_trust(ssl_context_obj_t *self);

// ---- ssl_freeze.c: the engine's context, built from the draft ----
// Returns the frozen context for `role`, building it if necessary, with a reference for the caller.
// Its tag describes what it verifies, in the form that ssl_verification_checks() returns.
ussl_ctx_t *ssl_context_freeze(ssl_context_obj_t *self, ussl_role_t role);
// Returns the trust of a client: the context's own or, if nothing was ever loaded into that, the
// default trust anchors; NULL if there are none. It is lent, not counted.
ussl_trust_t *ssl_context_trust_of_client(ssl_context_obj_t *self);

// ---- ssl_context_type.c: the methods of SSLContext ----
extern const mp_obj_type_t ssl_context_type;
extern const mp_obj_dict_t ssl_context_locals;

// ---- modssl.c ----
MP_DECLARE_CONST_FUN_OBJ_0(ssl___init___obj);
MP_DECLARE_CONST_FUN_OBJ_1(ssl___getattr___obj);

// ---- modtls.c: the module tls, MicroPython's low-level API ----
extern const mp_obj_type_t tls_context_type; // a subclass of ssl_context_type

// ---- ssl_verification.c: contexts that verify nothing ----
MP_DECLARE_CONST_FUN_OBJ_0(ssl_require_verification_obj);
// Must be called when a context gets verify_mode = CERT_NONE. Stores the name of the running module
// in `opted_out_by`.
void ssl_verification_opt_out(ssl_context_obj_t *context);
// True if a client of this context verifies its server although verify_mode is CERT_NONE.
bool ssl_verification_overruled(const ssl_context_obj_t *context);
// Returns the SSL_CERT_* mode for connections of this role. If it differs from the context's
// verify_mode, prints a line about that to stderr, once for each module.
uint8_t ssl_verification_mode(const ssl_context_obj_t *context, ussl_role_t role);
// True if a client of this context checks the name of its server.
bool ssl_verification_of_name(const ssl_context_obj_t *context);
// Returns what connections of this role verify, as mode << 1 | name check. The two values below are
// for a client that receives no certificate, because a pre-shared key authenticates its server.
#define SSL_CHECKS_KEY 0x81
#define SSL_CHECKS_KEY_ONCE 0x83 // a callback returned the key, for one connection
uint8_t ssl_verification_checks(const ssl_context_obj_t *context, ussl_role_t role);
// Returns false if a client with these `checks` verifies less than require_verification() requires.
bool ssl_verification_suffices(const ssl_context_obj_t *context, uint8_t checks);
// Prints to stderr that a client has connected without verification, once for each module.
void ssl_verification_missed(const ssl_context_obj_t *context);
// Undoes require_verification(). Called at a soft reset.
void ssl_verification_reset(void);

// ---- ssl_settings.c: the attributes of SSLContext ----
void ssl_context_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest);

// ---- ssl_suites.c: cipher suites, groups, application protocols ----
MP_DECLARE_CONST_FUN_OBJ_2(ssl_context_set_ciphers_obj);
MP_DECLARE_CONST_FUN_OBJ_1(ssl_context_get_ciphers_obj);
MP_DECLARE_CONST_FUN_OBJ_2(ssl_context_set_ecdh_curve_obj);
MP_DECLARE_CONST_FUN_OBJ_2(ssl_context_load_dh_params_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(ssl_context_set_alpn_protocols_obj);
const char *ssl_version_name(uint16_t version);
// Returns a list with the result of `show` for each enabled suite, best first.
mp_obj_t ssl_context_suites(const ssl_context_obj_t *self, mp_obj_t (*show)(const ussl_suite_t *));

// ---- ssl_load.c: trust anchors and identities from files and data ----
MP_DECLARE_CONST_FUN_OBJ_KW(ssl_context_load_verify_locations_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(ssl_context_load_default_certs_obj);
MP_DECLARE_CONST_FUN_OBJ_1(ssl_context_set_default_verify_paths_obj);
MP_DECLARE_CONST_FUN_OBJ_1(ssl_context_cert_store_stats_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(ssl_context_get_ca_certs_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(ssl_context_load_cert_chain_obj);
MP_DECLARE_CONST_FUN_OBJ_0(ssl_get_default_verify_paths_obj);
// Adds certificates in PEM or DER. `cafile` is a str (the path of a file, or PEM text) or bytes
// (data).
void ssl_context_add_trust(ssl_context_obj_t *self, mp_obj_t cafile);
// `cert` and `key` are each a path (str) or the data (bytes). `key` is None if the key is in
// `cert`.
void ssl_context_add_identity(
    ssl_context_obj_t *self, mp_obj_t cert, mp_obj_t key, mp_obj_t password);
// Adds the default trust anchors. Does nothing if there are none.
void ssl_context_load_defaults(ssl_context_obj_t *self);
// Sets default_trust and default_roots of a context. Does nothing if there are no default trust
// anchors.
void ssl_context_use_default_trust(ssl_context_obj_t *self);

// ---- ssl_file.c: arguments that are a path or bytes ----
// True if `obj` is a buffer other than a str.
bool ssl_is_bytes_like(mp_obj_t obj, mp_buffer_info_t *bufinfo);
// The same, but raises TypeError in CPython's words instead of returning false.
void ssl_get_bytes(mp_obj_t data, mp_buffer_info_t *out);
// Calls Python's open(path, mode), and raises what it raises.
mp_obj_t ssl_open(mp_obj_t path, qstr mode);
mp_obj_t ssl_read_rest(mp_obj_t file); // reads to the end and closes the file
// True for a str with PEM text, which is data and not a path.
bool ssl_is_pem_text(mp_obj_t arg);
// Gets the data of an argument. A str is PEM text or the path of a file, which is read. Any other
// object must be bytes-like. The TypeError for one that is not has `name` in its text.
void ssl_file_or_data(mp_obj_t arg, const char *name, mp_buffer_info_t *bufinfo);

// ---- ssl_connect.c: a TCP connection ----
#define SSL_CONNECT_TIMEOUT 30 // seconds; the default, because a server can be silent for ever
// Returns a connected socket. `timeout` is the time limit of each call on it, in seconds, or None.
// Raises what the socket raises.
mp_obj_t ssl_connect(mp_obj_t host, mp_obj_t port, mp_obj_t timeout);

// ---- ssl_pins.c ----
MP_DECLARE_CONST_FUN_OBJ_1(ssl_spki_sha256_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR(ssl_context_pin_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR(ssl_context_trust_key_obj);

// ---- ssl_explain.c ----
MP_DECLARE_CONST_FUN_OBJ_KW(ssl_explain_obj);

// ---- ssl_roots.c ----
mp_obj_t ssl_default_verify_paths_class(void);
// Returns the default RootStore, or MP_OBJ_NULL if there is none.
mp_obj_t ssl_roots_default(void);
// Makes a trust use a RootStore. The caller keeps the RootStore alive.
ussl_result_t ssl_roots_put(ussl_trust_t *trust, mp_obj_t roots);
// Reads an open file as a root store, and keeps it open. Returns MP_OBJ_NULL if the file is not a
// root store; its position is then the beginning. Raises SSLError if the store is damaged, and
// closes the file.
mp_obj_t ssl_roots_from_file(mp_obj_t path, mp_obj_t file);
void ssl_roots_use(ssl_context_obj_t *context, mp_obj_t roots);
size_t ssl_roots_count(const ssl_context_obj_t *context, bool only_cas);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(ssl_install_roots_obj);

// ---- ssl_reserve.c: memory reserved for the connections of a context ----
MP_DECLARE_CONST_FUN_OBJ_KW(ssl_context_reserve_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(ssl_context_memory_needed_obj);
MP_DECLARE_CONST_FUN_OBJ_1(ssl_context_memory_obj);
// Raises MemoryError if memory is reserved and all slots are taken.
void ssl_context_need_room(ssl_context_obj_t *context);
// Returns the arena for a new connection, with a reference for the caller. Raises MemoryError.
ussl_arena_t *ssl_context_arena(ssl_context_obj_t *context);

#include "conn.h"

// ---- ssl_try.c ----
// Calls fun(arg). An exception is stored in *error and not raised; without one *error is
// MP_OBJ_NULL.
void ssl_try(void (*fun)(void *), void *arg, mp_obj_t *error);
// Calls a method of an object with one argument; returns what it returns.
mp_obj_t ssl_call_method(mp_obj_t object, qstr name, mp_obj_t arg);

// ---- ssl_python_stream.c: streams that a script has written ----
bool ssl_stream_in_python(mp_obj_t stream);
// Like read() and write() of mp_stream_p_t, for any stream. They raise what the stream raises.
mp_uint_t ssl_stream_read(mp_obj_t stream, uint8_t *buf, size_t len, int *errcode);
mp_uint_t ssl_stream_write(mp_obj_t stream, const uint8_t *data, size_t len, int *errcode);
// Returns a bytearray with the content of a buffer.
mp_obj_t ssl_stream_copy_of(mp_obj_t buffer);
// Copies the first `count` bytes of `copy` into `buffer`, or nothing if `count` is None. Returns
// `count`.
mp_obj_t ssl_stream_copy_back(mp_obj_t buffer, mp_obj_t copy, mp_obj_t count);

// ---- ssl_hooks.c: callbacks of a script ----
// Returns what the engine keeps as the owner of a connection: the complement of the object's
// address, which the collector does not take for a reference.
void *ssl_hook_owner_of(ssl_conn_obj_t *self);
// Returns the connection object for such an owner.
ssl_conn_obj_t *ssl_hook_owner_is(void *owner);
// Raises the exception that a hook of the connection has raised, if there is one.
void ssl_hook_raise(ssl_conn_obj_t *self);
ussl_result_t ssl_hook_on_cert(void *owner, const uint8_t *der, size_t len, unsigned depth);
int ssl_hook_on_hello(void *owner, const char *name);
ussl_result_t ssl_hook_on_sign(void *owner, const uint8_t *key, size_t key_len, const uint8_t *hash,
    size_t hash_len, uint8_t *sig, size_t *sig_len);

// ---- ssl_psk.c: pre-shared keys (USSL_PSK) ----
// The result of a client's callback.
typedef struct {
    bool given;
#if USSL_PSK
    ussl_psk_t psk; // points to the two below
    uint8_t identity[USSL_PSK_IDENTITY_MAX], key[USSL_PSK_MAX];
#endif
} ssl_psk_answer_t;

#if USSL_PSK
// True if connections of a client authenticate by a pre-shared key.
bool ssl_psk_of_client(const ssl_context_obj_t *self);
// True if each connection of a client gets its key from a callback.
bool ssl_psk_asks(const ssl_context_obj_t *self);
// Calls that callback. Raises what the callback raises, and SSLError if the result cannot be used.
void ssl_psk_ask(const ssl_context_obj_t *self, ssl_psk_answer_t *out);
#else
static inline bool ssl_psk_of_client(const ssl_context_obj_t *self) {
    (void)self;
    return false;
}
static inline bool ssl_psk_asks(const ssl_context_obj_t *self) {
    (void)self;
    return false;
}
static inline void ssl_psk_ask(const ssl_context_obj_t *self, ssl_psk_answer_t *out) {
    (void)self;
    (void)out;
}
#endif
// True if connections of a server authenticate by pre-shared keys.
bool ssl_psk_of_server(const ssl_context_obj_t *self);
// Fills *out with the attributes psk_identity and psk_key of a client. The Python objects lend
// their bytes. Raises SSLError if they cannot be used.
void ssl_psk_of_attributes(const ssl_context_obj_t *self, ussl_psk_t *out);
// Raises NotImplementedError if a server would have to send an identity hint.
void ssl_psk_check_hint(const ssl_context_obj_t *self);
// These set psk_identity, psk_key and server_psk_keys. They raise SSLError or TypeError if the
// value cannot be used, or if the attribute is not for this side of a connection.
void ssl_psk_set_identity(ssl_context_obj_t *self, mp_obj_t identity);
void ssl_psk_set_key(ssl_context_obj_t *self, mp_obj_t key);
void ssl_psk_set_server_keys(ssl_context_obj_t *self, mp_obj_t keys);
ussl_result_t ssl_hook_on_psk(
    void *owner, const uint8_t *identity, size_t identity_len, uint8_t *key, size_t *key_len);
MP_DECLARE_CONST_FUN_OBJ_KW(ssl_context_set_psk_client_callback_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(ssl_context_set_psk_server_callback_obj);

// ---- ssl_keylog.c ----
// Opens the file and writes CPython's header if it is empty. Raises what the file raises.
void ssl_keylog_start(mp_obj_t path);
void ssl_hook_on_secret(void *owner, const char *label, const uint8_t client_random[32],
    const uint8_t *secret, size_t len);

// ---- ssl_error.c: exceptions ----
extern const mp_obj_type_t ssl_SSLError_type;
extern const mp_obj_type_t ssl_SSLZeroReturnError_type;
extern const mp_obj_type_t ssl_SSLWantReadError_type;
extern const mp_obj_type_t ssl_SSLWantWriteError_type;
extern const mp_obj_type_t ssl_SSLSyscallError_type;
extern const mp_obj_type_t ssl_SSLEOFError_type;
extern const mp_obj_type_t ssl_SSLCertVerificationError_type;
extern const mp_obj_type_t ssl_TimeoutError_type;
NORETURN void ssl_raise_want(ssl_pump_t want);
// Raises TimeoutError: "The <operation> operation timed out".
NORETURN void ssl_raise_timeout(const char *operation);
NORETURN void ssl_raise_zero_return(void);
NORETURN void ssl_raise_eof(const char *reason); // reason is NULL if it was raised before
// What an exception reports about a certificate that was refused.
typedef struct {
    mp_obj_t host;       // the str to name if the certificate is for another host, or None
    mp_obj_t subject;    // the subject of the certificate, or None
    bool nobody_trusted; // the context has no trust anchors at all
} ssl_refusal_t;
// Raises the exception for a failed connection.
NORETURN void ssl_raise_failure(const ussl_failure_t *why, const ssl_refusal_t *refusal);
// Raises MemoryError, which is here also an OSError with errno ENOMEM. `text` may be NULL.
NORETURN void ssl_raise_memory(const char *text);
// Raises the exception for a result that comes without a ussl_failure_t.
NORETURN void ssl_raise_result(ussl_result_t result);
// Like ssl_raise_result(), but USSL_ERR_USAGE is a mistake of the caller and raises
// ValueError(text).
NORETURN void ssl_raise_usage(ussl_result_t result, const char *text);
// Raises SSLError. `format` has two %u, for why->record and why->record_limit.
NORETURN void ssl_raise_sizes(const ussl_failure_t *why, const char *format);
// Raises SSLError(number, "[library: reason] text"). If `text` is NULL, it is the reason in lower
// case. `number` is the one that CPython has for this error.
NORETURN void ssl_raise_reason(
    mp_int_t number, const char *library, const char *reason, const char *text);
// Raises SSLError(number, text), with the text as its reason too, as CPython's SSLSocket does.
NORETURN void ssl_raise_own_reason(mp_int_t number, const char *text);
// Returns the exception SSLError(1, "[SSL: reason] text").
mp_obj_t ssl_reason_error(const char *reason, const char *text);
// Raises SSLError(text), without a number.
NORETURN void ssl_raise_plain(const char *text);
// Raises SSLError(number, text) without library and reason, as CPython does for its own checks.
NORETURN void ssl_raise_text(mp_int_t number, const char *text);

// ---- ssl_cert.c: a certificate as CPython's dict ----
mp_obj_t ssl_cert_dict(const ussl_cert_t *cert);
// Returns a name in DER as the tuple that getpeercert() has for it.
mp_obj_t ssl_name_tuple(const uint8_t *der, size_t len);
// Prints an IP address of 4 or 16 bytes. `capitals` chooses the hexadecimal digits: CPython's dict
// has capitals.
void ssl_print_address(const mp_print_t *print, const uint8_t *bytes, size_t len, bool capitals);

// ---- ssl_args.c ----
// Returns the only argument of a function. For a method, `args` begins after `self`. Raises
// TypeError if the argument is missing, or if there are others.
mp_obj_t ssl_take_arg(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args, qstr name);
// Converts a timeout in seconds, or None, to milliseconds, with -1 for None. Raises ValueError or
// OverflowError. ssl_timeout_of() converts back.
mp_int_t ssl_timeout_ms(mp_obj_t timeout);
mp_obj_t ssl_timeout_of(mp_int_t ms);

// ---- ssl_purpose.c ----
extern const mp_obj_type_t ssl_purpose_type;
extern const mp_rom_obj_tuple_t ssl_purpose_server_obj;
// True for Purpose.SERVER_AUTH, false for Purpose.CLIENT_AUTH. Raises TypeError for anything else.
bool ssl_purpose_is_server_auth(mp_obj_t purpose);

// ---- ssl_legacy.c ----
MP_DECLARE_CONST_FUN_OBJ_KW(ssl_wrap_socket_obj);

// ---- ssl_functions.c: functions of the module ----
MP_DECLARE_CONST_FUN_OBJ_KW(ssl_create_default_context_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(ssl_create_unverified_context_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(ssl_get_server_certificate_obj);
extern const mp_obj_str_t ssl_pem_header_obj, ssl_pem_footer_obj, ssl_default_ciphers_obj;
MP_DECLARE_CONST_FUN_OBJ_KW(ssl_der_to_pem_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(ssl_pem_to_der_obj);
// Returns the DER of the certificate in a PEM text, as bytes. Raises TypeError if `pem` is not a
// str, and ValueError if it is not PEM.
mp_obj_t ssl_pem_to_der(mp_obj_t pem);
MP_DECLARE_CONST_FUN_OBJ_KW(ssl_cert_time_to_seconds_obj);
MP_DECLARE_CONST_FUN_OBJ_1(ssl_rand_bytes_obj);
MP_DECLARE_CONST_FUN_OBJ_0(ssl_rand_status_obj);
MP_DECLARE_CONST_FUN_OBJ_2(ssl_rand_add_obj);

// ---- ssl_membio.c ----
extern const mp_obj_type_t ssl_membio_type;

// ---- ssl_platform.c: what the engine and the pump need from this port ----
void ssl_platform_start(void);
// On the unix port these block SIGINT (Ctrl-C) and unblock it. The first returns the argument of
// the second.
bool ssl_platform_hold_interrupt(void);
void ssl_platform_let_interrupt(bool held_before);
// Waits until the stream is ready for one of the MP_STREAM_POLL_* flags. Returns false if
// mp_hal_ticks_ms() reaches `deadline_ms` first.
bool ssl_platform_wait(mp_obj_t stream, mp_uint_t flags, mp_uint_t deadline_ms);
// Returns the flags that are ready. A stream that cannot be polled counts as ready.
mp_uint_t ssl_platform_poll(mp_obj_t stream, mp_uint_t flags);
// What is known about a stream before it is wrapped.
typedef struct {
    bool socket;          // a socket of the port
    bool mode_known;      // `blocking` and `timeout_ms` were read from the socket
    bool datagrams;       // a socket whose type is not SOCK_STREAM
    bool connected;       // true also if it is not a socket
    bool blocking;        // true also if the mode is not known
    mp_int_t timeout_ms;  // set by settimeout(); -1 if there is none, or if it is not known
    bool data_before_tls; // not connected, but with unread bytes of a peer that has disconnected
} ssl_stream_info_t;
void ssl_platform_look(mp_obj_t stream, ssl_stream_info_t *out);
// Sets TCP_NODELAY if the stream is a TCP socket and the port has the option. A call writes its
// data as one piece, which need not wait until the peer acknowledges the previous piece.
void ssl_platform_no_delay(mp_obj_t stream);

// ---- ssl_lwip.c: what the sockets of extmod/modlwip.c have no method for ----
// Returns false, and changes nothing, if the stream is not such a socket. A UDP socket counts as
// connected, because its state does not show whether it is.
bool ssl_lwip_look(mp_obj_t stream, ssl_stream_info_t *out);
// Calls fun(arg), which calls a method of the stream, and ignores what it raises. Does nothing if
// the stream is such a socket and its connection has failed or is closed, because the method would
// use a NULL pointer.
void ssl_lwip_try(mp_obj_t stream, void (*fun)(void *), void *arg);
// True if the stream is such a socket and a read has reported that the peer reset the connection.
// Since MicroPython 1.28 a write would then use a NULL pointer.
bool ssl_lwip_was_reset(mp_obj_t stream);

// ---- ssl_unix_socket.c: what the sockets of the unix port lack ----
// Closes a stream. A socket of the unix port then has no descriptor, so that closing it again does
// no harm.
void ssl_platform_close(mp_obj_t stream);
// Stores the descriptor of a socket of the unix port in *out. On other ports, and for other
// streams, out->fd becomes -1.
void ssl_platform_own(mp_obj_t stream, ssl_descriptor_t *out);
// Closes a descriptor that was stored, if it still belongs to the same socket, and removes it from
// the script's socket. Safe in a finaliser: a collection frees nothing before all finalisers have
// run.
void ssl_platform_drop(const ssl_descriptor_t *owned);
// Shuts down a socket of the unix port, so that other threads stop waiting for it.
void ssl_platform_wake(mp_obj_t stream);
// Returns the timeout of a socket that settimeout() has set, in milliseconds, or -1 if there is
// none.
mp_int_t ssl_unix_timeout(int fd);
// True if the stream is a socket of the unix port, which ssl_platform_address() needs.
bool ssl_platform_has_address(mp_obj_t stream);
// Returns the address of such a socket, or that of its peer, as CPython's tuple. Raises OSError.
mp_obj_t ssl_platform_address(mp_obj_t stream, bool peer);

#endif // USSL_BINDING_H
