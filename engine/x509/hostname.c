// SPDX-License-Identifier: MIT
//
// hostname.c - parses addresses and host names, and matches a host name against one name of a
// certificate.
//
// Notes: every function here is pure. Names are compared as A-labels, and the case of ASCII letters
// is ignored (RFC 9525 6.3). A wildcard is the whole left-most label, stands for exactly one label,
// and must be followed by at least two labels, so `*.com` matches nothing. Text that can be read as
// an address never matches as a name.
#include "../ussl.h"

#include <string.h>

// ---- helpers ----
static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool ussl_equal_fold(const char *a, const char *b, size_t len) {
    for (size_t i = 0; i < len; i++) {
        if (lower(a[i]) != lower(b[i])) {
            return false;
        }
    }
    return true;
}

// True if the last label can be read as a number: it has only digits, or it begins with 0x and has
// more characters. Some resolvers read such a name as an address (127.1, 0x7f000001), so it is no
// host name (RFC 3986 3.2.2, RFC 6943 3.1.1).
static bool ends_in_number(const char *s, size_t len) {
    size_t from = len;
    while (from > 0 && s[from - 1] != '.') {
        from--;
    }
    if (len - from > 2 && s[from] == '0' && lower(s[from + 1]) == 'x') {
        return true;
    }
    for (; from < len; from++) {
        if (s[from] < '0' || s[from] > '9') {
            return false;
        }
    }
    return true;
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
        bool padded = at - start > 1 && s[start] == '0'; // some parsers would read it as octal
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

// Accepts eight groups of hexadecimal digits; one `::` may replace groups of zeros, and the last
// two groups may be written as an IPv4 address (RFC 4291 2.2).
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
        return false; // `::` replaces at least one group
    }
    memmove(out + 16 - (filled - gap), out + gap, filled - gap);
    memset(out + gap, 0, 16 - filled);
    return true;
}

// ---- public ----
size_t ussl_address_parse(const char *text, size_t len, uint8_t out[16]) {
    if (parse_v4(text, len, out)) {
        return 4;
    }
    return parse_v6(text, len, out) ? 16 : 0;
}

bool ussl_same_host(const char *a, const char *b) {
    size_t len = strlen(a), other = strlen(b);
    len -= len > 0 && a[len - 1] == '.';
    other -= other > 0 && b[other - 1] == '.';
    return len == other && ussl_equal_fold(a, b, len);
}

// No host name has a NUL or a byte above 127, so text with one of them matches no host name.
bool ussl_is_hostname(const char *text, size_t len) {
    if (len == 0 || len > 253) {
        return false;
    }
    char before = '.';
    for (size_t i = 0; i < len; i++) {
        char c = lower(text[i]);
        bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
        if (!letter && (c != '.' || before == '.')) {
            return false;
        }
        before = c;
    }
    return before != '.' && !ends_in_number(text, len);
}

bool ussl_hostname_match(const char *pattern, size_t pattern_len, const char *host, size_t len) {
    if (len > 0 && host[len - 1] == '.') {
        len--; // the root label of an absolute name
    }
    if (!ussl_is_hostname(host, len)) {
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
    return pattern_len == len && ussl_is_hostname(pattern, len)
        && ussl_equal_fold(pattern, host, len);
}
