// SPDX-License-Identifier: MIT
//
// mbedtls_device.h - the mbedTLS configuration of microcontrollers: mbedtls_full.h with smaller
// code wherever mbedTLS has a choice. `make ... USSL_PROFILE=device` uses it, and leaves out the
// features that config/device_without.txt lists.
//
// The price is time (docs/footprint.md): SHA-2 and AES take a third longer. Calculations with a
// P-384 key of our own are slower too, because no table of multiples of that base point is in
// flash. Security is the same.
#ifndef USSL_MBEDTLS_DEVICE_H
#define USSL_MBEDTLS_DEVICE_H

#include "config/mbedtls_full.h"

#define MBEDTLS_SHA256_SMALLER
#define MBEDTLS_SHA512_SMALLER
#define MBEDTLS_AES_FEWER_TABLES
// The only table of multiples of a base point is that of P-256, and only if mbedTLS multiplies that
// point (engine/mbedtls/ecp_curves.c).
#define USSL_NO_TABLES_BUT_P256
// These read keys with explicit curve parameters or compressed points, which no certificate of the
// web has.
#undef MBEDTLS_PK_PARSE_EC_EXTENDED
#undef MBEDTLS_PK_PARSE_EC_COMPRESSED
// TLS 1.3 requires RSA-PSS (RFC 8446 9.1). In TLS 1.2 it is optional: without it a server signs
// with PKCS #1 v1.5, as it does for stock MicroPython.
#if !USSL_TLS13
#undef MBEDTLS_PK_WRITE_C
#undef MBEDTLS_PKCS1_V21
#undef MBEDTLS_X509_RSASSA_PSS_SUPPORT
#endif

#endif // USSL_MBEDTLS_DEVICE_H
