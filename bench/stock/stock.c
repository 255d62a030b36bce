// SPDX-License-Identifier: MIT
//
// stock.c - the clock that stock MicroPython's mbedTLS needs on the emulated board.
#ifdef USSL_TEST_BOARD
#include <time.h>

#include "mbedtls/platform_time.h"
#include "mbedtls/platform_util.h"

time_t stock_time(time_t *out);

time_t stock_time(time_t *out) {
    const time_t now = 1780272000; // 2026-06-01 00:00:00 UTC, as tests/firmware/board
    if (out != NULL) {
        *out = now;
    }
    return now;
}

// The clock stands still, so only the date above is ever converted.
struct tm *mbedtls_platform_gmtime_r(const mbedtls_time_t *tt, struct tm *out) {
    (void)tt;
    *out = (struct tm){.tm_year = 126, .tm_mon = 5, .tm_mday = 1};
    return out;
}

mbedtls_ms_time_t mbedtls_ms_time(void) {
    return (mbedtls_ms_time_t)1780272000 * 1000;
}
#endif
