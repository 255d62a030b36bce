// SPDX-License-Identifier: MIT
//
// mbedtls_device.h - the mbedTLS configuration of microcontrollers: mbedtls_full.h with smaller
// code wherever mbedTLS has a choice. `make ... USSL_PROFILE=device` takes it, and leaves out the
// features that micropython.mk names there.
//
// What it costs in time (docs/footprint.md): SHA-2 and AES by a third, and keys of our own on P-384,
// because no table of multiples of that base point is in flash. Nothing is less safe.
#ifndef USSL_MBEDTLS_DEVICE_H
#define USSL_MBEDTLS_DEVICE_H

#include "config/mbedtls_full.h"

#define MBEDTLS_SHA256_SMALLER
#define MBEDTLS_SHA512_SMALLER
#define MBEDTLS_AES_FEWER_TABLES
// No tables of multiples of base points but P-256's, and that only where mbedTLS multiplies its base
// point (engine/mbedtls/ecp_curves.c).
#define USSL_NO_TABLES_BUT_P256
// Keys with explicit curve parameters or compressed points: no certificate of the web has them.
#undef MBEDTLS_PK_PARSE_EC_EXTENDED
#undef MBEDTLS_PK_PARSE_EC_COMPRESSED
// TLS 1.3 asks for RSA-PSS (RFC 8446 9.1). In TLS 1.2 it is an offer that a server need not get: it
// then signs with PKCS #1 v1.5, as for stock MicroPython.
#if !USSL_TLS13
#undef MBEDTLS_PK_WRITE_C
#undef MBEDTLS_PKCS1_V21
#undef MBEDTLS_X509_RSASSA_PSS_SUPPORT
#endif

#endif // USSL_MBEDTLS_DEVICE_H
