// SPDX-License-Identifier: MIT
//
// pem.c - reads PEM text (RFC 7468): finds the next block with a label and decodes it.
#include "x509.h"

#include <string.h>

static const char pem_begin[] = "-----BEGIN ";

#if USSL_PEM
static const char pem_end[] = "-----END ";
static const char pem_dashes[] = "-----";
#endif

// ---- helpers ----
static const char *find(const char *from, const char *end, const char *what) {
    size_t len = strlen(what);
    for (; (size_t)(end - from) >= len; from++) {
        from = memchr(from, what[0], (size_t)(end - from) - len + 1);
        if (from == NULL) {
            break;
        }
        if (memcmp(from, what, len) == 0) {
            return from;
        }
    }
    return NULL;
}

#if USSL_PEM
// If `-----BEGIN label-----` (or END, by `kind`) is at p, returns the address after it, otherwise
// NULL.
static const char *pem_line(const char *p, const char *end, const char *kind, const char *label) {
    const char *part[] = {kind, label, pem_dashes};
    for (size_t i = 0; i < 3; i++) {
        size_t len = strlen(part[i]);
        if ((size_t)(end - p) < len || memcmp(p, part[i], len) != 0) {
            return NULL;
        }
        p += len;
    }
    return p;
}

static ussl_result_t decode_base64(
    const uint8_t *text, size_t text_len, uint8_t **der, size_t *der_len, ussl_failure_t *why) {
    size_t size = 0;
    // The first call only returns the size. A body without data is refused, because it contains no
    // object.
    int code = mbedtls_base64_decode(NULL, 0, &size, text, text_len);
    if (code != MBEDTLS_ERR_BASE64_BUFFER_TOO_SMALL || size == 0) {
        return ussl__parse_error(why, "BAD_BASE64_DECODE", 0);
    }
    uint8_t *buf = ussl__calloc(1, size);
    if (buf == NULL) {
        return ussl__load_error(why, USSL_ERR_MEMORY, NULL);
    }
    if (mbedtls_base64_decode(buf, size, &size, text, text_len) != 0) {
        ussl__free(buf);
        return ussl__parse_error(why, "BAD_BASE64_DECODE", 0);
    }
    *der = buf;
    *der_len = size;
    return USSL_OK;
}

// Removes tabs and spaces first: RFC 7468 2 lets a parser ignore them, and mbedTLS refuses tabs,
// and spaces within a line.
static ussl_result_t decode(
    const uint8_t *text, size_t text_len, uint8_t **der, size_t *der_len, ussl_failure_t *why) {
    uint8_t *tidy = NULL;
    if (memchr(text, '\t', text_len) != NULL || memchr(text, ' ', text_len) != NULL) {
        size_t len = 0;
        tidy = ussl__calloc(1, text_len);
        if (tidy == NULL) {
            return ussl__load_error(why, USSL_ERR_MEMORY, NULL);
        }
        for (size_t i = 0; i < text_len; i++) {
            if (text[i] != '\t' && text[i] != ' ') {
                tidy[len++] = text[i];
            }
        }
        text = tidy;
        text_len = len;
    }
    ussl_result_t result = decode_base64(text, text_len, der, der_len, why);
    ussl__free(tidy);
    return result;
}

// ---- private to the engine ----
ussl_result_t ussl__pem_next(const char **at, const char *end, const char *label, uint8_t **der,
    size_t *der_len, ussl_failure_t *why) {
    const char *body = NULL;
    for (const char *p = *at; (p = find(p, end, pem_begin)) != NULL; p++) {
        body = pem_line(p, end, pem_begin, label);
        if (body != NULL) {
            break;
        }
    }
    if (body == NULL) {
        return USSL_CLOSED;
    }
    const char *stop = find(body, end, pem_end);
    const char *next = stop ? pem_line(stop, end, pem_end, label) : NULL;
    if (next == NULL) {
        return ussl__parse_error(why, "BAD_END_LINE", 0);
    }
    *at = next;
    return decode((const uint8_t *)body, (size_t)(stop - body), der, der_len, why);
}
#else
ussl_result_t ussl__pem_next(const char **at, const char *end, const char *label, uint8_t **der,
    size_t *der_len, ussl_failure_t *why) {
    (void)at, (void)end, (void)label;
    *der = NULL;
    *der_len = 0;
    return ussl__parse_error(why, "PEM_NOT_BUILT_IN", 0);
}
#endif

// ---- public ----
// DER is not PEM, even if a string inside a certificate contains the text of a PEM block.
bool ussl_is_pem(const void *data, size_t len) {
    return !ussl_is_der(data, len) && find(data, (const char *)data + len, pem_begin) != NULL;
}
