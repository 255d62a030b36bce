// SPDX-License-Identifier: MIT
//
// mbedtls_full.h - the mbedTLS 3.6 configuration of unix and of boards with 256 KB of RAM or more.
// It has everything that the engine offers, and nothing that only old peers need.
//
// Static RSA key exchange, DHE, CBC suites, ARIA, Camellia, CCM and renegotiation are left out on
// purpose. All suites are AEAD, and those that are offered by default have forward secrecy.
// PSK-AES128-GCM-SHA256 and PSK-AES256-GCM-SHA384 have none; they are negotiated only if both sides
// enable them by name.
#ifndef USSL_MBEDTLS_FULL_H
#define USSL_MBEDTLS_FULL_H

#include "config/names.h"
#include "engine/config.h"

// ---- platform: the engine's functions and nothing of the C library's ----
#define MBEDTLS_PLATFORM_C
#define MBEDTLS_PLATFORM_MEMORY
// The engine's functions are set at compile time, because a bare-metal port has no calloc().
#include <stddef.h>
void *ussl__calloc(size_t count, size_t size);
void ussl__free(void *ptr);
#define MBEDTLS_PLATFORM_STD_CALLOC ussl__calloc
#define MBEDTLS_PLATFORM_STD_FREE ussl__free
#define MBEDTLS_HAVE_TIME
#define MBEDTLS_HAVE_TIME_DATE
#define MBEDTLS_PLATFORM_MS_TIME_ALT
#define MBEDTLS_PLATFORM_GMTIME_R_ALT
// Times have 64 bits on every machine, because a 32-bit time_t ends in 2038. The function is in
// engine/memory/platform.c.
#include <stdint.h>
#define MBEDTLS_PLATFORM_TIME_TYPE_MACRO int64_t
#define MBEDTLS_PLATFORM_TIME_MACRO ussl__mbed_time
int64_t ussl__mbed_time(int64_t *out);
#define MBEDTLS_HAVE_ASM
#define MBEDTLS_DEPRECATED_REMOVED

// ---- hashes, ciphers, curves ----
#define MBEDTLS_MD_C
// MD5 and SHA-1 are for MicroPython's hashlib. engine/verify/rules.c refuses certificates that are
// signed with them.
#define MBEDTLS_MD5_C
#define MBEDTLS_SHA1_C
#define MBEDTLS_SHA224_C
#define MBEDTLS_SHA256_C
#define MBEDTLS_SHA384_C
#define MBEDTLS_SHA512_C
#define MBEDTLS_AES_C
#define MBEDTLS_AES_ROM_TABLES
#define MBEDTLS_GCM_C
#define MBEDTLS_CIPHER_C
// CBC and CTR are for cryptolib and encrypted keys. No CBC suite can be negotiated, because the
// list that engine/conn/ctx.c passes to mbedTLS has none.
#define MBEDTLS_CIPHER_MODE_CBC
#define MBEDTLS_CIPHER_MODE_CTR
#define MBEDTLS_CIPHER_PADDING_PKCS7
#if defined(__x86_64__)
#define MBEDTLS_AESNI_C
#endif
// AES instructions of Armv8. mbedTLS asks the operating system whether the CPU has them.
#if defined(__aarch64__) && (defined(__linux__) || defined(__APPLE__))
#define MBEDTLS_AESCE_C
#endif
// The AES engine of an ESP32, if the firmware's sdkconfig enables it. aes_alt.h and gcm_alt.h are
// ESP-IDF's. GCM has functions of its own there, because one call for each block would take longer
// than AES in software (docs/boards.md).
#if defined(ESP_PLATFORM)
#include "sdkconfig.h"
#if CONFIG_MBEDTLS_HARDWARE_AES
#define MBEDTLS_AES_ALT
#define MBEDTLS_GCM_ALT
#endif
#endif
#if USSL_CHACHA
#define MBEDTLS_CHACHA20_C
#define MBEDTLS_POLY1305_C
#define MBEDTLS_CHACHAPOLY_C
#endif

#define MBEDTLS_BIGNUM_C
#define MBEDTLS_ECP_C
#define MBEDTLS_ECP_DP_SECP256R1_ENABLED
#define MBEDTLS_ECP_DP_SECP384R1_ENABLED
#if USSL_P521
#define MBEDTLS_ECP_DP_SECP521R1_ENABLED
#endif
#if USSL_X25519
#define MBEDTLS_ECP_DP_CURVE25519_ENABLED
#endif
// Without this option a handshake makes 28,000 allocations or more, and takes several times as
// long.
#define MBEDTLS_ECP_NIST_OPTIM
#define MBEDTLS_ECDH_C
#define MBEDTLS_ECDSA_C
#define MBEDTLS_RSA_C
#define MBEDTLS_PKCS1_V15
#define MBEDTLS_PKCS1_V21

// ---- PSA: TLS 1.3 needs it ----
#if USSL_TLS13
#define MBEDTLS_PSA_CRYPTO_C
#define MBEDTLS_PSA_CRYPTO_CONFIG
#define MBEDTLS_PSA_CRYPTO_CONFIG_FILE "config/mbedtls_psa.h"
// Key slots are allocated when they are needed, in the table of engine/mbedtls/psa_slots.c. No key
// is persistent.
#define MBEDTLS_PSA_KEY_STORE_DYNAMIC
#define MBEDTLS_PSA_KEY_SLOT_COUNT 1
// Random bytes come directly from the platform. mbedTLS's own entropy module dereferences NULL if
// an allocation fails at a reseed, and a generator with state would need a lock.
#define MBEDTLS_PSA_CRYPTO_EXTERNAL_RNG
#define MBEDTLS_HKDF_C
// No other code changes the buffers that are passed to PSA. Without this option PSA works on
// copies, and for a public key of 65 bytes its copy is as large as the whole rest of the output
// buffer.
#define MBEDTLS_PSA_ASSUME_EXCLUSIVE_BUFFERS
#endif

// ---- keys and certificates ----
#define MBEDTLS_ASN1_PARSE_C
#define MBEDTLS_ASN1_WRITE_C
#define MBEDTLS_OID_C
#if USSL_PEM
#define MBEDTLS_BASE64_C
#define MBEDTLS_PEM_PARSE_C
#endif
#define MBEDTLS_PK_C
#define MBEDTLS_PK_PARSE_C
#define MBEDTLS_PK_WRITE_C
#define MBEDTLS_PK_PARSE_EC_EXTENDED
#define MBEDTLS_PK_PARSE_EC_COMPRESSED
#if USSL_ENCRYPTED_KEYS
#define MBEDTLS_PKCS5_C
#if USSL_3DES_KEYS
#define MBEDTLS_DES_C
#endif
#endif
#define MBEDTLS_X509_USE_C
#define MBEDTLS_X509_CRT_PARSE_C
#if USSL_CRL
#define MBEDTLS_X509_CRL_PARSE_C
#endif
#define MBEDTLS_X509_RSASSA_PSS_SUPPORT
// This removes mbedTLS's descriptions of certificates and of object identifiers, which nothing here
// uses.
#define MBEDTLS_X509_REMOVE_INFO

// ---- TLS ----
#define MBEDTLS_SSL_TLS_C
// mbedTLS's own list of cipher suites is empty, because each context has a list
// (engine/conn/ctx.c).
#define MBEDTLS_SSL_CIPHERSUITES 0
#define MBEDTLS_SSL_CLI_C
#if USSL_SERVER
#define MBEDTLS_SSL_SRV_C
#endif
#if USSL_TLS12
#define MBEDTLS_SSL_PROTO_TLS1_2
#define MBEDTLS_KEY_EXCHANGE_ECDHE_RSA_ENABLED
#define MBEDTLS_KEY_EXCHANGE_ECDHE_ECDSA_ENABLED
#if USSL_PSK
#define MBEDTLS_KEY_EXCHANGE_PSK_ENABLED
#define MBEDTLS_KEY_EXCHANGE_ECDHE_PSK_ENABLED
#endif
#define MBEDTLS_SSL_EXTENDED_MASTER_SECRET
#define MBEDTLS_SSL_MAX_FRAGMENT_LENGTH
#endif
#if USSL_DTLS
#define MBEDTLS_SSL_PROTO_DTLS
#define MBEDTLS_SSL_DTLS_ANTI_REPLAY
#define MBEDTLS_SSL_DTLS_MAX_BUFFERING 8192 // bytes, for messages that arrived out of order
#if USSL_SERVER
#define MBEDTLS_SSL_COOKIE_C
#define MBEDTLS_SSL_DTLS_HELLO_VERIFY
#endif
#endif
#if USSL_TLS13
#define MBEDTLS_SSL_PROTO_TLS1_3
#define MBEDTLS_SSL_TLS1_3_COMPATIBILITY_MODE
#define MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ENABLED
#if USSL_SESSIONS || USSL_PSK
#define MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_PSK_EPHEMERAL_ENABLED
#endif
#define MBEDTLS_SSL_RECORD_SIZE_LIMIT
// As in OpenSSL, records are not padded. mbedTLS's default adds up to 15 bytes to every record.
#define MBEDTLS_SSL_CID_TLS1_3_PADDING_GRANULARITY 1
#endif
#if USSL_PSK
#define MBEDTLS_PSK_MAX_LEN 48 // USSL_PSK_MAX
#endif
#define MBEDTLS_SSL_SERVER_NAME_INDICATION
#define MBEDTLS_SSL_ALPN
#if USSL_SESSIONS
#define MBEDTLS_SSL_SESSION_TICKETS
#endif
#define MBEDTLS_SSL_KEEP_PEER_CERTIFICATE
#define MBEDTLS_SSL_ALL_ALERT_MESSAGES
#define MBEDTLS_SSL_IN_CONTENT_LEN USSL_RECORD_IN
#define MBEDTLS_SSL_OUT_CONTENT_LEN USSL_HANDSHAKE_OUT

#endif // USSL_MBEDTLS_FULL_H
