// SPDX-License-Identifier: MIT
//
// mbed.h - private; the one header that includes mbedTLS, with its private fields open. Everything
// that depends on how mbedTLS is made inside is in this room.
//
// Private fields are read and written where mbedTLS has no function for it: the alert that was
// received, the state of the handshake, the record buffers, a ClientHello before it is parsed, and
// the configuration of a connection that has begun.
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
#include "mbedtls/x509_crt.h"
#if defined(MBEDTLS_PSA_CRYPTO_C)
#include "psa/crypto.h"
#endif

// This header is not installed with mbedTLS, but is in every checkout. Record buffers and
// workarounds need the structs that it declares.
#include "../library/ssl_misc.h"

#include "../ussl.h"

#if MBEDTLS_VERSION_NUMBER < 0x03060000
#error "ussl needs mbedTLS 3.6"
#elif MBEDTLS_VERSION_NUMBER < 0x03060700
#pragma message("mbedTLS before 3.6.7 fails RSA-PSS in TLS 1.2 and lacks security fixes: update it")
#endif

// The compiler warns where the result of such a function is dropped.
#define USSL__CHECKED __attribute__((warn_unused_result))

// ---- Seams -----------------------------------------------------------------------------------
// mbedTLS's files that are included in this room, and its platform layer, call these functions.
// Rooms above define them, so these are the only calls that point up (tools/check-layers lists
// them). They take and give what mbedTLS's own functions do: `int` is an mbedTLS code.

// memory/arena.c: mbedTLS's allocator. The engine's own structs come from it as well.
void *ussl__calloc(size_t count, size_t size);
void ussl__free(void *ptr);
// x509/parse.c: stands for mbedtls_x509_crt_parse_der() where a peer's certificates are parsed.
int ussl__crt_parse_sent(mbedtls_x509_crt *chain, const unsigned char *der, size_t len);
// conn/record_buffers.c: the sizes of the record buffers as they are now, in bytes.
size_t ussl__record_room_in(const mbedtls_ssl_context *ssl);
size_t ussl__record_room_out(const mbedtls_ssl_context *ssl);
// conn/record_buffers.c: the plaintext of the largest record that this connection takes, in bytes.
uint16_t ussl__record_limit(const mbedtls_ssl_context *ssl);
// conn/peer_check.c: stands for mbedtls_x509_crt_verify_restartable(). mbedTLS chooses the alert
// by the flags (MBEDTLS_X509_BADCERT_*).
int ussl__verify_sent(mbedtls_ssl_context *ssl, const mbedtls_x509_crt *chain, uint32_t *flags);

// ---- workarounds.c -----------------------------------------------------------------------------
// TLS 1.3: releases what only the handshake needed. mbedTLS keeps it until the connection ends.
void ussl__end_handshake(mbedtls_ssl_context *ssl);
// To be called when a client's first flight has been written, so that an answer to
// max_fragment_length is not taken for an unsolicited extension.
void ussl__note_client_hello(mbedtls_ssl_context *ssl);
// mbedTLS parses a session ticket of TLS 1.3 as a part of the handshake, and needs its state again.
// USSL_ERR_MEMORY if there is no memory for it.
USSL__CHECKED ussl_result_t ussl__begin_ticket(mbedtls_ssl_context *ssl);
// A TLS 1.3 server sends under application keys from its Finished on (RFC 8446 7.1). mbedTLS
// changes over at the end of the handshake, so a client could not read the alert that refuses it.
void ussl__use_application_keys(mbedtls_ssl_context *ssl);

#endif // USSL_MBEDTLS_MBED_H
