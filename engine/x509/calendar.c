// SPDX-License-Identifier: MIT
//
// calendar.c - converts dates of the proleptic Gregorian calendar: between mbedTLS's form, the
// engine's, and seconds since 1970.
#include "x509.h"

#include <string.h>
#include <time.h>

// ---- called by mbedTLS ----
// Years begin on 1 March here, so that a leap day is the last day of its year, and are counted in
// eras of 400. The arithmetic has 64 bits, so dates after 2038 are right.
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

// ---- private to the engine ----
ussl_date_t ussl__date_of(const mbedtls_x509_time *t) {
    return (ussl_date_t){t->year, (uint8_t)t->mon, (uint8_t)t->day, (uint8_t)t->hour,
        (uint8_t)t->min, (uint8_t)t->sec};
}

int64_t ussl__seconds_of(const mbedtls_x509_time *t) {
    ussl_date_t date = ussl__date_of(t);
    return ussl_date_seconds(&date);
}

// ---- public ----
bool ussl_today(ussl_date_t *out) {
    mbedtls_x509_time now = {0};
    bool set = ussl__clock_is_set();
    (void)mbedtls_x509_time_gmtime(ussl__now(), &now);
    *out = ussl__date_of(&now);
    return set;
}

int64_t ussl_date_seconds(const ussl_date_t *date) {
    int64_t year = date->month <= 2 ? date->year - 1 : date->year;
    int64_t month = (date->month + 9) % 12; // March is month 0
    int64_t before = year / 4 - year / 100 + year / 400 + 365 * year;
    int64_t days = before + (153 * month + 2) / 5 + date->day - 1 - 719468;
    return ((days * 24 + date->hour) * 60 + date->minute) * 60 + date->second;
}
