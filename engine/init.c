// SPDX-License-Identifier: MIT
//
// init.c - process-wide start and stop: the platform's hooks, and PSA.
//
// Notes: PSA's own state belongs to no arena. mbedTLS reads the clock and splits it into a date
// through functions defined here, so that 2038 passes unnoticed on a 32-bit machine and a test can
// stop the clock.
#include "mbed.h"

#include <string.h>
#include <time.h>

static ussl_platform_t the_platform;

// ---- private to the engine ----
const ussl_platform_t *ussl_platform(void) {
    return &the_platform;
}

int ussl_rng(void *unused, unsigned char *buf, size_t len) {
    (void)unused;
    return ussl_random(buf, len) == USSL_OK ? 0 : MBEDTLS_ERR_PLATFORM_HW_ACCEL_FAILED;
}

bool ussl_clock_is_set(void) {
    int64_t now = 0;
    return the_platform.unix_time(the_platform.user, &now);
}

int64_t ussl_seconds(void) {
    int64_t now = 0;
    (void)the_platform.unix_time(the_platform.user, &now);
    return now;
}

// ---- called by mbedTLS ----
// An unset clock reads 1970: every certificate is then "not yet valid", never valid by accident.
int64_t ussl_mbed_time(int64_t *out) {
    int64_t now = 0;
    if (!the_platform.unix_time(the_platform.user, &now)) {
        now = 0;
    }
    if (out != NULL) {
        *out = now;
    }
    return now;
}

// Ages of tickets only: whole seconds will do. Weak, because some ports of MicroPython bring their
// own with the rest of their mbedTLS glue.
__attribute__((weak)) mbedtls_ms_time_t mbedtls_ms_time(void) {
    return (mbedtls_ms_time_t)ussl_mbed_time(NULL) * 1000;
}

// Proleptic Gregorian calendar by 400-year eras that begin on 1 March.
struct tm *mbedtls_platform_gmtime_r(const mbedtls_time_t *tt, struct tm *out) {
    const int64_t day_seconds = 86400, era_days = 146097, epoch_shift = 719468;
    int64_t days = *tt / day_seconds, seconds = *tt % day_seconds;
    if (seconds < 0) {
        seconds += day_seconds;
        days--;
    }
    days += epoch_shift;
    int64_t era = (days >= 0 ? days : days - (era_days - 1)) / era_days;
    int32_t doe = (int32_t)(days - era * era_days);
    int32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int32_t month = (5 * doy + 2) / 153;
    memset(out, 0, sizeof(*out));
    out->tm_mday = doy - (153 * month + 2) / 5 + 1;
    out->tm_mon = month < 10 ? month + 2 : month - 10;
    out->tm_year = (int)(yoe + era * 400 + (out->tm_mon <= 1) - 1900);
    out->tm_hour = (int)(seconds / 3600);
    out->tm_min = (int)(seconds / 60 % 60);
    out->tm_sec = (int)(seconds % 60);
    return out;
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

// ---- public, in header order ----
ussl_result_t ussl_init(const ussl_platform_t *platform) {
    if (platform == NULL || platform->alloc == NULL || platform->release == NULL
        || platform->random == NULL || platform->unix_time == NULL) {
        return USSL_ERR_USAGE;
    }
    the_platform = *platform;
    ussl_scope_stop(false);
    mbedtls_platform_set_calloc_free(ussl_calloc, ussl_free);
    ussl_result_t result = USSL_OK;
#if defined(MBEDTLS_PSA_CRYPTO_C)
    ussl_scope_t scope;
    ussl_scope_enter(&scope, NULL);
    if (psa_crypto_init() != PSA_SUCCESS) {
        result = scope.failed ? USSL_ERR_MEMORY : USSL_ERR_PLATFORM;
    }
    ussl_scope_leave(&scope);
#endif
    return result;
}

void ussl_deinit(void) {
    ussl_scope_t scope;
    ussl_scope_enter(&scope, NULL); // drops what was waiting
#if defined(MBEDTLS_PSA_CRYPTO_C)
    mbedtls_psa_crypto_free();
#endif
    ussl_scope_stop(true);
    ussl_scope_leave(&scope);
}

ussl_result_t ussl_random(uint8_t *buf, size_t len) {
    return the_platform.random(the_platform.user, buf, len) ? USSL_OK : USSL_ERR_PLATFORM;
}

int64_t ussl_clock_floor(void) {
    return the_platform.clock_floor;
}

uint32_t ussl_backend_version(void) {
    return MBEDTLS_VERSION_NUMBER;
}
