// SPDX-License-Identifier: MIT
//
// hostname.c - a name or an address against one name of a certificate. Pure: bytes in, answer out.
//
// Notes: names are compared as A-labels, ASCII case ignored (RFC 9525 6.3). A wildcard is the whole
// left-most label, stands for exactly one label, and needs at least two labels behind it, so that
// `*.com` covers nothing. A name that reads as an address never matches as a name.
#include "ussl.h"

#include <string.h>

// ---- helpers ----
static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool equal_fold(const char *a, const char *b, size_t len) {
    for (size_t i = 0; i < len; i++) {
        if (lower(a[i]) != lower(b[i])) {
            return false;
        }
    }
    return true;
}

// Letters, digits, hyphen, underscore and dots that separate non-empty labels. Anything else, a
// NUL or a byte above 127 among them, is no host name and is never equal to one.
static bool is_name(const char *s, size_t len) {
    if (len == 0 || len > 253) {
        return false;
    }
    char before = '.';
    for (size_t i = 0; i < len; i++) {
        char c = lower(s[i]);
        bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
        if (!letter && (c != '.' || before == '.')) {
            return false;
        }
        before = c;
    }
    return before != '.';
}

static int digit(char c) {
    c = lower(c);
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool parse_v4(const char *s, size_t len, uint8_t out[4]) {
    size_t at = 0;
    for (int i = 0; i < 4; i++) {
        unsigned value = 0;
        size_t start = at;
        while (at < len && s[at] >= '0' && s[at] <= '9' && at - start < 3) {
            value = value * 10 + (unsigned)(s[at++] - '0');
        }
        bool padded = at - start > 1 && s[start] == '0'; // some would read it as octal
        if (at == start || value > 255 || padded) {
            return false;
        }
        out[i] = (uint8_t)value;
        if (i < 3 && (at >= len || s[at++] != '.')) {
            return false;
        }
    }
    return at == len;
}

// Up to eight groups of hexadecimal digits; `::` once for the groups that are left out; the last
// two groups may be an IPv4 address.
static bool parse_v6(const char *s, size_t len, uint8_t out[16]) {
    size_t at = 0, filled = 0, gap = SIZE_MAX;
    if (len >= 2 && s[0] == ':' && s[1] == ':') {
        gap = 0;
        at = 2;
    }
    while (at < len) {
        size_t start = at;
        unsigned value = 0;
        while (at < len && digit(s[at]) >= 0 && at - start < 4) {
            value = value << 4 | (unsigned)digit(s[at++]);
        }
        if (at < len && s[at] == '.') {
            if (filled > 12 || !parse_v4(s + start, len - start, out + filled)) {
                return false;
            }
            filled += 4;
            break;
        }
        if (at == start || filled > 14) {
            return false;
        }
        out[filled++] = (uint8_t)(value >> 8);
        out[filled++] = (uint8_t)value;
        if (at == len) {
            break;
        }
        if (s[at++] != ':' || at == len) {
            return false;
        }
        if (s[at] == ':') {
            if (gap != SIZE_MAX) {
                return false;
            }
            gap = filled;
            at++;
        }
    }
    if (gap == SIZE_MAX) {
        return filled == 16;
    }
    if (filled > 14) {
        return false; // `::` stands for one group at least
    }
    memmove(out + 16 - (filled - gap), out + gap, filled - gap);
    memset(out + gap, 0, 16 - filled);
    return true;
}

// ---- public, in header order ----
size_t ussl_address_parse(const char *text, size_t len, uint8_t out[16]) {
    if (parse_v4(text, len, out)) {
        return 4;
    }
    return parse_v6(text, len, out) ? 16 : 0;
}

bool ussl_hostname_match(const char *pattern, size_t pattern_len, const char *host, size_t len) {
    if (len > 0 && host[len - 1] == '.') {
        len--; // the root label of an absolute name
    }
    uint8_t address[16];
    if (!is_name(host, len) || ussl_address_parse(host, len, address) != 0) {
        return false;
    }
    if (pattern_len > 2 && pattern[0] == '*' && pattern[1] == '.') {
        const char *dot = memchr(host, '.', len);
        if (dot == NULL || memchr(pattern + 2, '.', pattern_len - 2) == NULL) {
            return false;
        }
        len -= (size_t)(dot + 1 - host);
        host = dot + 1;
        pattern += 2;
        pattern_len -= 2;
    }
    return pattern_len == len && is_name(pattern, len) && equal_fold(pattern, host, len);
}
