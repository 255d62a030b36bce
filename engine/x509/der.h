// SPDX-License-Identifier: MIT
//
// der.h - private; a cursor through DER (X.690 10), for what mbedTLS does not take apart.
//
// Notes: bounds and lengths are mbedTLS's to check; nothing is copied or allocated.
#ifndef USSL_X509_DER_H
#define USSL_X509_DER_H

#include "../memory/memory.h"

#include <string.h>

enum {
    DER_BOOLEAN = 0x01,
    DER_INTEGER = 0x02,
    DER_OCTETS = 0x04,
    DER_OID = 0x06,
    DER_SEQUENCE = 0x30,
    DER_SET = 0x31,
    DER_CONTEXT = 0x80,
    DER_WITHIN = 0x20,
};

typedef struct {
    unsigned char *at, *end;
} der_t;

static inline der_t der_of(const unsigned char *bytes, size_t len) {
    unsigned char *at = (unsigned char *)(uintptr_t)bytes; // mbedTLS only moves the pointer
    return (der_t){at, len > 0 ? at + len : at};
}

static inline size_t der_len(const der_t *der) {
    return (size_t)(der->end - der->at);
}

// Enters the next element if it has this tag.
static inline bool der_enter(der_t *der, int tag, der_t *out) {
    size_t len;
    unsigned char *at = der->at;
    if (at >= der->end || mbedtls_asn1_get_tag(&at, der->end, &len, tag) != 0) {
        return false;
    }
    *out = (der_t){at, at + len};
    der->at = at + len;
    return true;
}

static inline bool der_skip(der_t *der, int *tag, der_t *out) {
    if (der->at >= der->end) {
        return false;
    }
    *tag = *der->at;
    return der_enter(der, *tag, out);
}

static inline bool der_is(const der_t *der, const void *bytes, size_t len) {
    return der_len(der) == len && memcmp(der->at, bytes, len) == 0;
}

#endif // USSL_X509_DER_H
