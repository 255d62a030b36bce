// SPDX-License-Identifier: MIT
//
// config.h - every build flag, with its default and its size.
//
// Some settings are not flags but variables of the build, which make and CMake both have.
// USSL_PROFILE=device selects smaller code and leaves out what few devices need
// (docs/footprint.md). USSL_ROOTS=/path/to/roots.ussl builds a root store into the firmware
// (docs/root-store.md). With USSL_CERT_NONE=overrule or refuse every client verifies its server.
// USSL_MBEDTLS_CONFIG names a configuration of mbedTLS to use in place of config/mbedtls_full.h.
// With USSL_HASHLIB=1 hashlib and cryptolib use our mbedTLS, for a port whose stock ssl is off.
// BEARSSL and USSL_ARITH select the library that does the arithmetic (docs/boards.md).
//
// A flag is set with -DUSSL_X=0 in CFLAGS, or through the make variable USSL_CFLAGS. A flag that is
// 0 leaves out whole functions, and whole modules of mbedTLS. A Python name of a feature that is
// left out does not exist or raises an exception; it is never accepted and ignored. `make flags`
// builds and tests with each flag at 0, and prints how many bytes each saves. The sizes below are
// those of x86-64 code at -Os, of some 256,000 bytes in all. They only serve to compare the flags
// with one another: the figures of a Cortex-M differ (docs/footprint.md).
#ifndef USSL_CONFIG_H
#define USSL_CONFIG_H

// TLS 1.2 (RFC 5246), with AEAD suites only. 31,800 bytes, which include those of USSL_DTLS.
#ifndef USSL_TLS12
#define USSL_TLS12 1
#endif

// TLS 1.3 (RFC 8446), with certificates and ECDHE. 48,400 bytes, which include PSA.
#ifndef USSL_TLS13
#define USSL_TLS13 1
#endif

// The server's side of the protocol. Without it PROTOCOL_TLS_SERVER raises an exception. 32,400
// bytes.
#ifndef USSL_SERVER
#define USSL_SERVER 1
#endif

// The suites with ChaCha20-Poly1305 (RFC 8439), which is faster than AES on CPUs without AES
// instructions. 4,200 bytes.
#ifndef USSL_CHACHA
#define USSL_CHACHA 1
#endif

// Key exchange over Curve25519 (RFC 7748). 3,800 bytes.
#ifndef USSL_X25519
#define USSL_X25519 1
#endif

// Curve P-521, which is rare in certificates and expensive in key exchange. 7,200 bytes.
#ifndef USSL_P521
#define USSL_P521 1
#endif

// Session resumption (RFC 5077, RFC 8446 2.2): for clients, for servers by session tickets, and by
// saved sessions. 13,100 bytes.
#ifndef USSL_SESSIONS
#define USSL_SESSIONS 1
#endif

// SSLContext.keylog_filename, which writes the secrets of handshakes into a file for Wireshark. 300
// bytes, and 900 in the binding.
#ifndef USSL_KEYLOG
#define USSL_KEYLOG 1
#endif

// Private keys encrypted with a password (PKCS#8 PBES2, RFC 8018). 2,400 bytes.
#ifndef USSL_ENCRYPTED_KEYS
#define USSL_ENCRYPTED_KEYS 1
#endif

// Private keys encrypted with 3DES, as OpenSSL 3.0 writes them by default. 6,200 bytes. It is 0
// except on unix. Without it such a key is refused with the reason UNSUPPORTED_CIPHER.
#ifndef USSL_3DES_KEYS
#if defined(__unix__) || defined(__APPLE__)
#define USSL_3DES_KEYS 1
#else
#define USSL_3DES_KEYS 0
#endif
#endif

// Certificates and keys as PEM text (RFC 7468). Without it only DER can be loaded, and PEM raises
// an exception. 3,600 bytes.
#ifndef USSL_PEM
#define USSL_PEM 1
#endif

// Pre-shared keys in place of certificates (RFC 4279, RFC 8446 4.2.11). Without USSL_CHACHA the
// default list has no suite of TLS 1.2 for them, so both sides must call set_ciphers(). 2,400
// bytes, and 1,800 in the binding.
#ifndef USSL_PSK
#define USSL_PSK 1
#endif

// DTLS 1.2 (RFC 6347), which needs USSL_TLS12. 8,600 bytes.
#ifndef USSL_DTLS
#define USSL_DTLS USSL_TLS12
#endif

// ECDSA signatures by a callback, for keys that are held in a secure element. 700 bytes.
#ifndef USSL_SIGN
#define USSL_SIGN 1
#endif

// Revocation lists (RFC 5280 5). Without it they cannot be loaded, and checks cannot be required.
// 2,700 bytes.
#ifndef USSL_CRL
#define USSL_CRL 1
#endif

// Root stores: trust anchors that stay in flash or in a file. 3,300 bytes, and 1,900 in the
// binding.
#ifndef USSL_STORE
#define USSL_STORE 1
#endif

// The file in which load_default_certs() looks for a root store before it uses the one in the
// firmware.
#ifndef USSL_ROOTS_PATH
#define USSL_ROOTS_PATH "/roots.ussl"
#endif

// Pinned keys, and keys that are trusted for themselves. 800 bytes, and 500 in the binding.
#ifndef USSL_PINS
#define USSL_PINS 1
#endif

// ssl.explain(), which reports why a connection is refused, and what to do. 10,700 bytes, in the
// binding (docs/footprint.md).
#ifndef USSL_EXPLAIN
#define USSL_EXPLAIN 1
#endif

// The old module-level ssl.wrap_socket(). 1,900 bytes.
#ifndef USSL_LEGACY_WRAP
#define USSL_LEGACY_WRAP 1
#endif

// The effect of CERT_NONE for a client. HONOUR turns verification off. OVERRULE makes the client
// verify all the same, as after ssl.require_verification(). REFUSE raises an exception. The make
// variable USSL_CERT_NONE is honour, overrule or refuse.
#define USSL_CERT_NONE_HONOUR 0
#define USSL_CERT_NONE_OVERRULE 1
#define USSL_CERT_NONE_REFUSE 2
#ifndef USSL_CERT_NONE
#define USSL_CERT_NONE USSL_CERT_NONE_HONOUR
#endif
#ifdef USSL_FORBID_CERT_NONE
#error "there is no USSL_FORBID_CERT_NONE: set USSL_CERT_NONE=USSL_CERT_NONE_REFUSE"
#endif

// In seconds since 1970. A clock that shows an earlier time, or a time more than a day before the
// day of the build, counts as not set.
#ifndef USSL_CLOCK_FLOOR
#define USSL_CLOCK_FLOOR 1735689600 // 2025-01-01
#endif

// If this is 1, BearSSL does the arithmetic that engine/arith/variants.h lists, and mbedTLS the
// rest. The build sets it from the variable USSL_ARITH.
#ifndef USSL_ARITH_BEARSSL
#define USSL_ARITH_BEARSSL 0
#endif

// The largest plaintext of a record that can be received and sent, in bytes (RFC 8446 5.1: at most
// 16384). SSLContext.reserve() may choose less for its connections. These are only limits: memory
// is allocated when there is a record, and smaller records are sent if there is too little memory.
#ifndef USSL_RECORD_IN
#define USSL_RECORD_IN 16384
#endif
#ifndef USSL_RECORD_OUT
#define USSL_RECORD_OUT 16384
#endif

// The size of the output buffer of a handshake, in bytes of plaintext. The buffer grows only for a
// longer Certificate message of our own, so a ClientHello and a session ticket must fit into this
// size. With DTLS it is also the most that one datagram can carry.
#ifndef USSL_HANDSHAKE_OUT
#define USSL_HANDSHAKE_OUT 4096
#endif

// The number of connections without reserved memory that can hold an outgoing record of more than
// USSL_HANDSHAKE_OUT bytes at one time. Meanwhile the others send smaller records. A record is held
// until its peer has received it, so without this limit ten slow peers would take 164 KB of a
// device's heap.
#ifndef USSL_LARGE_RECORDS
#if defined(__unix__) || defined(__APPLE__)
#define USSL_LARGE_RECORDS 65535
#else
#define USSL_LARGE_RECORDS 2
#endif
#endif

// The memory that a slot of a reservation has in addition to records and the peer's certificates,
// in bytes (docs/memory.md). USSL_HANDSHAKE_ROOM is for the arithmetic and the keys of a handshake.
// USSL_OPEN_ROOM is for the keys and the session of an open connection, and for gaps between
// blocks.
#ifndef USSL_HANDSHAKE_ROOM
#define USSL_HANDSHAKE_ROOM                                                                        \
    ((UINTPTR_MAX > 0xFFFFFFFF ? 15616 : 12032) + 160 * USSL_DTLS + 96 * USSL_PSK)
#endif
#ifndef USSL_RSA_ROOM
#define USSL_RSA_ROOM 27 // bytes more for each octet by which an RSA key exceeds 2048 bits
#endif
#ifndef USSL_OPEN_ROOM
#define USSL_OPEN_ROOM ((UINTPTR_MAX > 0xFFFFFFFF ? 11264 : 8192) + 96 * USSL_DTLS)
#endif

// The lifetime of a server's session tickets in seconds, and that of a client's session if the
// server names none.
#ifndef USSL_TICKET_LIFETIME
#define USSL_TICKET_LIFETIME 7200
#endif

// The milliseconds for which an incomplete record may stay in a shared record buffer while another
// connection waits for one.
#ifndef USSL_HOLD_MS
#define USSL_HOLD_MS 10000
#endif

// The largest datagram of a DTLS handshake, in bytes. With its headers it fits the smallest MTU of
// IPv6, 1280 (RFC 8200 5).
#ifndef USSL_DATAGRAM
#define USSL_DATAGRAM 1232
#endif

#if USSL_DTLS && !USSL_TLS12
#error "USSL_DTLS is DTLS 1.2: it needs USSL_TLS12"
#endif
#if !USSL_TLS12 && !USSL_TLS13
#error "USSL_TLS12 and USSL_TLS13 are both 0: nothing is left to speak"
#endif
#if USSL_RECORD_IN > 16384 || USSL_RECORD_OUT > 16384
#error "a TLS record holds at most 16384 bytes (RFC 8446 5.1)"
#endif

// ESP32 only: memory is allocated from PSRAM first, if the board has some. If this is 0, it is
// allocated from the chip's internal memory only, so that keys cannot be read from the wires of the
// PSRAM chip. 0 bytes.
#ifndef USSL_PSRAM
#define USSL_PSRAM 1
#endif

#endif // USSL_CONFIG_H
