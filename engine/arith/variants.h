// SPDX-License-Identifier: MIT
//
// variants.h - what BearSSL calculates, and by which of its implementations on which CPU: scalar
// multiplication on P-256 and Curve25519, verification of ECDSA on P-256, modular exponentiation
// and inversion (RSA and ECDSA), and AES-GCM on x86-64. Everything else is mbedTLS's.
//
// BearSSL implements the same arithmetic for several multiplication instructions. The
// implementations are named by the bits of a word: 15 needs products of 32 bits, 31 products of 64
// bits, 62 products of 128 bits. A wider one is faster if the CPU has the instruction. Its time
// depends on no secret if the time of the instruction depends on none
// (https://www.bearssl.org/ctmul.html).
//
// clang-format off
// | CPU                            | ECDH | base | public | numbers | because
// |--------------------------------|------|------|--------|---------|---------------------------
// | Cortex-M0, M0+, M1, M23        | 15   | 15   | 15     | 15      | no UMULL; the compiler's
// | Xtensa without MULUH (ESP8266) |      |      |        |         | function in its place is
// | RISC-V without M               |      |      |        |         | slow, and its time depends
// |                                |      |      |        |         | on the numbers
// | Cortex-M3                      | 31   | 0    | 31     | 31      | UMULL takes 3 to 5 cycles,
// |                                |      |      |        |         | fewer for small numbers
// | Cortex-M4, M7, M33, M55, -A    | 31   | 31   | 31     | 31      | as far as is known, UMULL
// | Xtensa (ESP32), RISC-V, others |      |      |        |         | takes constant time
// | 64 bits, with __int128         | 31   | 31   | 31     | 62      |
// clang-format on
// ECDH is multiplication by a scalar that serves one handshake. On a Cortex-M3 its time depends on
// the scalar a little, but an attacker can measure it only once, and 15 would take twice the time.
// base is multiplication of P-256's base point, which makes signatures. The key can be computed
// from a few bits of each scalar of many signatures. 0 stands for mbedTLS, which multiplies a
// random representation of the point (f_rng), so that the time reveals nothing about the scalar on
// a Cortex-M3 either. public is double-scalar multiplication, which verifies a signature. numbers
// is modular exponentiation and inversion; RSA keys have base blinding (rsa.c of mbedTLS).
//
// USSL_ARITH_ECDH, _BASE, _PUBLIC and _NUMBERS overrule the table.
//
// AES-GCM on x86-64 is BearSSL's if the CPU has AES-NI and PCLMULQDQ. Elsewhere it is mbedTLS's,
// with the instructions of an AArch64 CPU, with the AES engine of an ESP32 (docs/boards.md), or in
// software. ChaCha20-Poly1305 is mbedTLS's: BearSSL's takes the same time.
#ifndef USSL_ARITH_VARIANTS_H
#define USSL_ARITH_VARIANTS_H

#include "../config.h"

#if defined(__x86_64__)
#define USSL__AES_X86 1
#else
#define USSL__AES_X86 0
#endif
#if USSL__AES_X86 || defined(__i386__) || defined(__aarch64__) || defined(ESP_PLATFORM)
#define USSL__AES_INSTRUCTIONS 1
#else
#define USSL__AES_INSTRUCTIONS 0
#endif

#if USSL_ARITH_BEARSSL

#if defined(__XTENSA__)
#include <xtensa/config/core-isa.h>
#endif

// Versions of BearSSL after 0.6 take a scalar of Curve25519 in big-endian order, as one of P-256.
#if __has_include("ec/ec_c25519_m64.c")
#define USSL__SCALARS_BIG_ENDIAN 1
#else
#define USSL__SCALARS_BIG_ENDIAN 0
#endif

#if (defined(__thumb__) && !defined(__thumb2__))                                                   \
    || (defined(__XTENSA__) && !XCHAL_HAVE_MUL32_HIGH)                                             \
    || (defined(__riscv) && !defined(__riscv_mul))
#define USSL__ECDH 15
#define USSL__BASE 15
#define USSL__PUBLIC 15
#define USSL__NUMBERS 15
#else
#define USSL__ECDH 31
#if defined(__ARM_ARCH_7M__)
#define USSL__BASE 0
#else
#define USSL__BASE 31
#endif
#define USSL__PUBLIC 31
#if defined(__SIZEOF_INT128__)
#define USSL__NUMBERS 62
#else
#define USSL__NUMBERS 31
#endif
#endif

#ifdef USSL_ARITH_ECDH
#undef USSL__ECDH
#define USSL__ECDH USSL_ARITH_ECDH
#endif
#ifdef USSL_ARITH_BASE
#undef USSL__BASE
#define USSL__BASE USSL_ARITH_BASE
#endif
#ifdef USSL_ARITH_PUBLIC
#undef USSL__PUBLIC
#define USSL__PUBLIC USSL_ARITH_PUBLIC
#endif
#ifdef USSL_ARITH_NUMBERS
#undef USSL__NUMBERS
#define USSL__NUMBERS USSL_ARITH_NUMBERS
#endif

#if (USSL__ECDH != 15 && USSL__ECDH != 31) || (USSL__PUBLIC != 15 && USSL__PUBLIC != 31)           \
    || (USSL__BASE != 0 && USSL__BASE != 15 && USSL__BASE != 31)                                   \
    || (USSL__NUMBERS != 15 && USSL__NUMBERS != 31 && USSL__NUMBERS != 62)
#error "no such implementation: USSL_ARITH_ECDH, _BASE, _PUBLIC or _NUMBERS"
#endif

#endif // USSL_ARITH_BEARSSL
#endif // USSL_ARITH_VARIANTS_H
