// SPDX-License-Identifier: MIT
//
// suites.c - the cipher suites we offer, best first, under OpenSSL's names.
//
// Notes: the order is CPython's default order with everything left out that is not AEAD with
// forward secrecy. mbedTLS's own default would put some sixty suites on offer.
#include "mbed.h"

static const ussl_suite_t suites[] = {
#if USSL_TLS13
    {0x1302, 256, USSL_VERSION_TLS13, "TLS_AES_256_GCM_SHA384"},
#if USSL_CHACHA
    {0x1303, 256, USSL_VERSION_TLS13, "TLS_CHACHA20_POLY1305_SHA256"},
#endif
    {0x1301, 128, USSL_VERSION_TLS13, "TLS_AES_128_GCM_SHA256"},
#endif
#if USSL_TLS12
    {0xC02C, 256, USSL_VERSION_TLS12, "ECDHE-ECDSA-AES256-GCM-SHA384"},
    {0xC030, 256, USSL_VERSION_TLS12, "ECDHE-RSA-AES256-GCM-SHA384"},
    {0xC02B, 128, USSL_VERSION_TLS12, "ECDHE-ECDSA-AES128-GCM-SHA256"},
    {0xC02F, 128, USSL_VERSION_TLS12, "ECDHE-RSA-AES128-GCM-SHA256"},
#if USSL_CHACHA
    {0xCCA9, 256, USSL_VERSION_TLS12, "ECDHE-ECDSA-CHACHA20-POLY1305"},
    {0xCCA8, 256, USSL_VERSION_TLS12, "ECDHE-RSA-CHACHA20-POLY1305"},
#endif
#endif
};

_Static_assert(sizeof(suites) / sizeof(suites[0]) <= USSL_SUITES_MAX, "ctx has room for all");

void ussl_suites_default(int ids[USSL_SUITES_MAX + 1]) {
    size_t n = sizeof(suites) / sizeof(suites[0]);
    for (size_t i = 0; i < n; i++) {
        ids[i] = suites[i].id;
    }
    ids[n] = 0;
}

const ussl_suite_t *ussl_suite_find(int id) {
    for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++) {
        if (suites[i].id == id) {
            return &suites[i];
        }
    }
    return NULL;
}
