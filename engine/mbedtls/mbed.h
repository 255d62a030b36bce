// SPDX-License-Identifier: MIT
//
// mbed.h - private; the one header that includes mbedTLS, with access to its private fields.
//
// The sources in this room replace a file of mbedTLS, work around a fault of it, or add a function
// that it lacks. Other rooms read and write private fields only where mbedTLS has no function for
// that: the alert that was received, the state of the handshake, the record buffers, a ClientHello
// before it is parsed, the configuration of a connection that has begun, and the fields of a parsed
// certificate.
#ifndef USSL_MBEDTLS_MBED_H
#define USSL_MBEDTLS_MBED_H

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
#include "mbedtls/ssl_cookie.h"
#include "mbedtls/x509_crt.h"
#if defined(MBEDTLS_PSA_CRYPTO_C)
#include "psa/crypto.h"
#endif

// This header is not installed with mbedTLS, but every checkout has it. The record buffers and the
// workarounds need the structs that it declares.
#include "../library/ssl_misc.h"
// No suite with CBC is ever negotiated (conn/suites.c), so the files that this room includes leave
// out the code for its records. The structs are declared above, with the fields that mbedTLS's
// other files use.
#undef MBEDTLS_SSL_HAVE_CBC
#undef MBEDTLS_SSL_SOME_SUITES_USE_CBC
#undef MBEDTLS_SSL_SOME_SUITES_USE_TLS_CBC
#undef MBEDTLS_SSL_SOME_SUITES_USE_MAC
// The table of a key's functions, for pk_sign.c.
#include "../library/pk_wrap.h"

#include "../ussl.h"

// Earlier versions fail with RSA-PSS in TLS 1.2 and lack security fixes; later ones have other
// source files.
#if MBEDTLS_VERSION_NUMBER < 0x03060700 || MBEDTLS_VERSION_NUMBER >= 0x03070000
#error "ussl needs mbedTLS 3.6.7 or a later 3.6"
#endif

// The compiler warns if the result of a function with this attribute is not used.
#define USSL__CHECKED __attribute__((warn_unused_result))
// Removes the padding from the rows of a table, which saves three bytes of flash for each byte
// before a pointer. Apple's linker accepts no pointers at odd addresses.
#if defined(__APPLE__)
#define USSL__ROW
#else
#define USSL__ROW __attribute__((packed))
#endif

// ---- Seams -----------------------------------------------------------------------------------
// The files of mbedTLS that this room includes, and mbedTLS's platform layer, call these functions.
// Rooms above define them, so these are the only calls that point up (tools/check-layers lists
// them). They have the arguments and results of mbedTLS's own functions; an `int` is an mbedTLS
// code.

// memory/arena.c: mbedTLS's allocator. The engine's own structs are allocated with it as well.
void *ussl__calloc(size_t count, size_t size);
void ussl__free(void *ptr);
// memory/arena.c: the same, for memory that belongs to no connection.
void *ussl__calloc_uncharged(size_t count, size_t size);
// x509/parse.c: replaces mbedtls_x509_crt_parse_der() where a peer's certificates are parsed.
int ussl__crt_parse_sent(mbedtls_x509_crt *chain, const unsigned char *der, size_t len);
// conn/record_buffers.c: the current sizes of the record buffers, in bytes.
size_t ussl__record_room_in(const mbedtls_ssl_context *ssl);
size_t ussl__record_room_out(const mbedtls_ssl_context *ssl);
// conn/record_buffers.c: the largest plaintext of a record that the connection accepts, in bytes.
uint16_t ussl__record_limit(const mbedtls_ssl_context *ssl);
// conn/flight.c: the largest handshake message that can be sent, or the largest record once the
// handshake is done, and the largest plaintext of a record that the peer accepts, in bytes.
size_t ussl__message_room(void);
size_t ussl__record_most(const mbedtls_ssl_context *ssl);
// conn/incoming.c: these check what the peer sends over a stream, as soon as it has arrived: the
// five octets of a record header, which may be changed; a decrypted record; the four octets of the
// header of a handshake message; and a whole handshake message. Each returns 0 or an mbedTLS code.
int ussl__header_arrived(const mbedtls_ssl_context *ssl, unsigned char *header);
int ussl__record_arrived(mbedtls_ssl_context *ssl);
int ussl__message_begins(const mbedtls_ssl_context *ssl, const unsigned char *message);
int ussl__message_arrived(mbedtls_ssl_context *ssl);
// conn/incoming.c: handles an alert of two octets that has arrived in clear although the peer
// should encrypt. Returns an mbedTLS code.
int ussl__alert_in_clear(const mbedtls_ssl_context *ssl, const unsigned char *alert);
// conn/incoming.c: true if a record of `len` bytes is early data, which a server skips. `failed` is
// true if its decryption has failed, and false if there is no key yet.
bool ussl__early_data_skipped(const mbedtls_ssl_context *ssl, size_t len, bool failed);
// conn/failure.c: notes that an alert has been passed to the wire. `last` is true if it ends the
// connection.
void ussl__alert_sent(const mbedtls_ssl_context *ssl, bool last);
// conn/failure.c: returns the alert to send where mbedTLS would send `alert`: that of the failure
// that has been latched, or else `alert`.
unsigned char ussl__alert_to_send(const mbedtls_ssl_context *ssl, unsigned char alert);
// conn/peer_check.c: replaces mbedtls_x509_crt_verify_restartable(). *flags is 0 only if the
// certificates are accepted.
int ussl__verify_sent(mbedtls_ssl_context *ssl, const mbedtls_x509_crt *chain, uint32_t *flags);
// conn/sign.c: makes an ECDSA signature in DER by calling on_sign. Returns
// MBEDTLS_ERR_PLATFORM_FEATURE_UNSUPPORTED if mbedTLS must sign with the key itself.
int ussl__sign_elsewhere(const mbedtls_pk_context *pk, const unsigned char *hash, size_t hash_len,
    unsigned char *sig, size_t sig_size, size_t *sig_len);

// ---- pk_sign.c ---------------------------------------------------------------------------------
// Makes an EC key sign by calling on_sign, if the context that uses the key has one. `table` must
// be valid as long as the key.
void ussl__pk_sign_by_hook(mbedtls_pk_context *pk, mbedtls_pk_info_t *table);

// ---- psa_slots.c (USSL_TLS13) -----------------------------------------------------------------
// A handshake of TLS 1.3 holds a key slot of PSA, and at most USSL__SLOTS_PASSING more during a
// call.
#define USSL__SLOTS_PASSING 4
// Returns the bytes that a table of that many slots takes.
size_t ussl__psa_slots_size(size_t slots);
// Makes the table that large. It never shrinks before ussl_deinit().
USSL__CHECKED ussl_result_t ussl__psa_slots_make(size_t slots);

// ---- next_key.c (USSL_TLS13) ------------------------------------------------------------------
// Derives the next key of one direction (RFC 8446 7.2) and changes to it. Returns an mbedTLS code.
USSL__CHECKED int ussl__next_key(mbedtls_ssl_context *ssl, bool outgoing);

// ---- workarounds.c -----------------------------------------------------------------------------
// Frees the memory and the PSA key slots of a handshake that has failed. Output that waits to be
// sent is kept.
void ussl__end_failed_handshake(mbedtls_ssl_context *ssl);
// TLS 1.3: frees the memory that only the handshake needs. mbedTLS keeps it until the connection is
// freed.
void ussl__end_handshake(mbedtls_ssl_context *ssl);
// Must be called when a client's first flight has been written. Marks max_fragment_length and
// cookie as sent, so that mbedTLS does not refuse them in a server's answer.
void ussl__note_client_hello(mbedtls_ssl_context *ssl);
// mbedTLS parses a TLS 1.3 session ticket as a part of the handshake and needs the handshake's
// state for it, so this allocates the state again. Returns USSL_ERR_MEMORY if that fails.
USSL__CHECKED ussl_result_t ussl__begin_ticket(mbedtls_ssl_context *ssl);
// A TLS 1.3 server uses application keys for everything that it sends after its Finished (RFC 8446
// 4.4.4). mbedTLS changes the keys only at the end of the handshake, so a client could not decrypt
// an alert that refuses its certificate.
void ussl__use_application_keys(mbedtls_ssl_context *ssl);

#endif // USSL_MBEDTLS_MBED_H
