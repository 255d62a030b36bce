// SPDX-License-Identifier: MIT
//
// fingerprint.c - a running SHA-256 that identifies the store, pins and certificates of a trust.
#include "trust.h"

void ussl__fingerprint_add(uint8_t fp[USSL__FINGERPRINT_SIZE], const void *bytes, size_t len) {
    mbedtls_sha256_context hash;
    mbedtls_sha256_init(&hash);
    bool good = mbedtls_sha256_starts(&hash, 0) == 0
        && mbedtls_sha256_update(&hash, fp, USSL__FINGERPRINT_SIZE) == 0
        && mbedtls_sha256_update(&hash, bytes, len) == 0 && mbedtls_sha256_finish(&hash, fp) == 0;
    (void)good; // SHA-256 in software does not fail
    mbedtls_sha256_free(&hash);
}
