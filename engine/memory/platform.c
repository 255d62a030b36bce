// SPDX-License-Identifier: MIT
//
// platform.c - keeps the platform that ussl_init() is given, and provides its random numbers and
// its clock to the engine, to mbedTLS and to PSA.
//
// Notes: mbedTLS reads the clock through functions that are defined here, so that times are 64 bits
// wide on every machine and a test can stop the clock.
#include "memory.h"

#include <string.h>

static ussl_platform_t the_platform;

// ---- private to the engine ----
const ussl_platform_t *ussl__platform(void) {
    return &the_platform;
}

void ussl__platform_set(const ussl_platform_t *platform) {
    the_platform = *platform;
}

int ussl__rng(void *unused, unsigned char *buf, size_t len) {
    (void)unused;
    return ussl_random(buf, len) == USSL_OK ? 0 : MBEDTLS_ERR_PLATFORM_HW_ACCEL_FAILED;
}

bool ussl__clock_is_set(void) {
    int64_t now = 0;
    return the_platform.unix_time(the_platform.user, &now);
}

int64_t ussl__now(void) {
    int64_t now = 0;
    (void)the_platform.unix_time(the_platform.user, &now);
    return now;
}

uint32_t ussl__ticks_ms(void) {
    return the_platform.ticks_ms != NULL ? the_platform.ticks_ms(the_platform.user) : 0;
}

// ---- called by mbedTLS ----
// While the clock is not set, mbedTLS gets 1970. At that time every certificate is "not yet valid",
// so none is accepted by mistake.
int64_t ussl__mbed_time(int64_t *out) {
    int64_t now = 0;
    if (!the_platform.unix_time(the_platform.user, &now)) {
        now = 0;
    }
    if (out != NULL) {
        *out = now;
    }
    return now;
}

// mbedTLS computes only the ages of session tickets from this time, so whole seconds are enough.
// The function is weak, because some ports of MicroPython define it too.
__attribute__((weak)) mbedtls_ms_time_t mbedtls_ms_time(void) {
    return (mbedtls_ms_time_t)ussl__mbed_time(NULL) * 1000;
}

#if defined(MBEDTLS_PSA_CRYPTO_C)
psa_status_t mbedtls_psa_external_get_random(mbedtls_psa_external_random_context_t *context,
    uint8_t *output, size_t output_size, size_t *output_length) {
    (void)context;
    if (ussl_random(output, output_size) != USSL_OK) {
        return PSA_ERROR_INSUFFICIENT_ENTROPY;
    }
    *output_length = output_size;
    return PSA_SUCCESS;
}
#endif

// ---- public ----
ussl_result_t ussl_random(uint8_t *buf, size_t len) {
    return the_platform.random(the_platform.user, buf, len) ? USSL_OK : USSL_ERR_PLATFORM;
}

int64_t ussl_clock_floor(void) {
    return the_platform.clock_floor;
}

void ussl_sha256(const void *data, size_t len, uint8_t out[32]) {
    if (mbedtls_sha256(data, len, out, 0) != 0) {
        memset(out, 0, 32); // SHA-256 in software does not fail
    }
}
