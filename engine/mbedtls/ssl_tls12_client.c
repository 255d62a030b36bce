// SPDX-License-Identifier: MIT
//
// ssl_tls12_client.c - replaces mbedTLS's ssl_tls12_client.c: it includes that file whole, and lets
// a server sign with RSA-PSS (RFC 8446 4.2.3).
//
// Notes: mbedTLS asks PSA's configuration whether the client knows RSA-PSS, although it verifies
// the signature without PSA. No RSA key comes to our PSA (config/mbedtls_psa.h).
#include "mbed.h"

#if USSL_TLS13 && defined(MBEDTLS_PKCS1_V21)
#define PSA_WANT_ALG_RSA_PSS 1
#endif
#include "../library/ssl_tls12_client.c"
