// SPDX-License-Identifier: MIT
//
// ssl_tls12_client.c - replaces mbedTLS's ssl_tls12_client.c: it includes that file whole, and lets
// a server sign with RSA-PSS (RFC 8446 4.2.3).
//
// Notes: mbedTLS accepts RSA-PSS only if PSA is configured for it, although it verifies the
// signature without PSA. Our PSA is configured without RSA (config/mbedtls_psa.h).
#include "mbed.h"

#if USSL_TLS13 && defined(MBEDTLS_PKCS1_V21)
#define PSA_WANT_ALG_RSA_PSS 1
#endif
#include "../library/ssl_tls12_client.c"
