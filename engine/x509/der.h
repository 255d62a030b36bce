// SPDX-License-Identifier: MIT
//
// der.h - private; a cursor through DER (X.690 10), for structures that mbedTLS does not parse.
//
// Notes: mbedtls_asn1_get_tag() checks bounds and lengths. Nothing is copied or allocated.
#ifndef USSL_X509_DER_H
#define USSL_X509_DER_H

#include "../memory/memory.h"

#include <string.h>

enum {
    DER_BOOLEAN = 0x01,
    DER_INTEGER = 0x02,
    DER_OCTETS = 0x04,
    DER_OID = 0x06,
    DER_UTF8_STRING = 0x0C,
    DER_SEQUENCE = 0x30,
    DER_SET = 0x31,
    DER_CONTEXT = 0x80, // the class: context-specific
    DER_WITHIN = 0x20,  // the bit of a constructed element
};

typedef struct {
    unsigned char *at, *end; // lent
} der_t;

static inline der_t der_of(const unsigned char *bytes, size_t len) {
    unsigned char *at = (unsigned char *)(uintptr_t)bytes; // mbedTLS writes nothing through it
    return (der_t){at, len > 0 ? at + len : at};
}

static inline size_t der_len(const der_t *der) {
    return (size_t)(der->end - der->at);
}

// If the next element has this tag, sets *out to its content and moves the cursor past the element.
// Otherwise returns false, and the cursor has not moved.
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

// Does the same for the next element, whatever its tag is. *tag is set even if this returns false,
// unless no byte is left.
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
