// SPDX-License-Identifier: MIT
//
// dn.c - compares distinguished names (RFC 5280 7.1).
//
// Notes: an issuer may write its name into a certificate with another string type, or another case,
// than its own certificate has. Only the case of ASCII letters is ignored.
#include "x509.h"

#include <string.h>

// ---- helpers ----
static bool is_text(int tag) {
    switch (tag) {
        case MBEDTLS_ASN1_UTF8_STRING:
        case MBEDTLS_ASN1_PRINTABLE_STRING:
        case MBEDTLS_ASN1_T61_STRING:
        case MBEDTLS_ASN1_IA5_STRING:
            return true;
        default:
            return false;
    }
}

// Returns the next character to compare, or -1 at the end. Letters are returned in lower case, and
// a run of spaces as one space; spaces at either end of the text are skipped. `first` is the start
// of the text.
static int next_char(der_t *text, const unsigned char *first) {
    const unsigned char *from = text->at;
    while (text->at < text->end && *text->at == ' ') {
        text->at++;
    }
    if (text->at == text->end) {
        return -1;
    }
    if (text->at > from && from > first) {
        return ' ';
    }
    int c = *text->at++;
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static bool same_text(der_t a, der_t b) {
    const unsigned char *first_a = a.at, *first_b = b.at;
    for (;;) {
        int c = next_char(&a, first_a);
        if (c != next_char(&b, first_b)) {
            return false;
        }
        if (c < 0) {
            return true;
        }
    }
}

// a and b are the contents of one AttributeTypeAndValue each.
static bool same_attribute(der_t a, der_t b) {
    der_t type_a, type_b, value_a, value_b;
    int tag_a, tag_b;
    if (!der_enter(&a, DER_OID, &type_a) || !der_enter(&b, DER_OID, &type_b)
        || !der_skip(&a, &tag_a, &value_a) || !der_skip(&b, &tag_b, &value_b)
        || !der_is(&type_a, type_b.at, der_len(&type_b))) {
        return false;
    }
    if (is_text(tag_a) && is_text(tag_b)) {
        return same_text(value_a, value_b);
    }
    return tag_a == tag_b && der_is(&value_a, value_b.at, der_len(&value_b));
}

// a and b are the contents of one RelativeDistinguishedName each. DER sorts the attributes in it,
// so equal ones have the same order.
static bool same_rdn(der_t a, der_t b) {
    der_t pair_a, pair_b;
    while (der_enter(&a, DER_SEQUENCE, &pair_a)) {
        if (!der_enter(&b, DER_SEQUENCE, &pair_b) || !same_attribute(pair_a, pair_b)) {
            return false;
        }
    }
    return a.at == a.end && b.at == b.end;
}

// ---- private to the engine ----
bool ussl__dn_within(der_t name, der_t base) {
    der_t part, wanted;
    while (der_enter(&base, DER_SET, &wanted)) {
        if (!der_enter(&name, DER_SET, &part) || !same_rdn(part, wanted)) {
            return false;
        }
    }
    return base.at == base.end;
}

bool ussl__dn_equal(const mbedtls_x509_buf *a, const mbedtls_x509_buf *b) {
    if (ussl__same_buf(a, b)) {
        return true;
    }
    der_t whole_a = der_of(a->p, a->len), whole_b = der_of(b->p, b->len), name_a, name_b;
    return der_enter(&whole_a, DER_SEQUENCE, &name_a) && der_enter(&whole_b, DER_SEQUENCE, &name_b)
        && ussl__dn_within(name_a, name_b) && ussl__dn_within(name_b, name_a);
}

const mbedtls_x509_buf *ussl__common_name(const mbedtls_x509_crt *crt) {
    const mbedtls_x509_buf *found = NULL;
    for (const mbedtls_x509_name *part = &crt->subject; part != NULL; part = part->next) {
        if (MBEDTLS_OID_CMP(MBEDTLS_OID_AT_CN, &part->oid) == 0) {
            found = &part->val;
        }
    }
    return found;
}

bool ussl__is_self_issued(const mbedtls_x509_crt *crt) {
    return crt->issuer.val.len > 0 && ussl__dn_equal(&crt->issuer_raw, &crt->subject_raw);
}
