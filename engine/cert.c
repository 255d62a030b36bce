// SPDX-License-Identifier: MIT
//
// cert.c - a certificate taken apart for people: names, dates, serial number.
//
// Notes: a ussl_cert_t is mbedTLS's parsed certificate under a name of ours; nothing is allocated.
#include "mbed.h"

#include <string.h>

// OpenSSL's long names of the attributes that certificates use. Under 2.5.4 (id-at) an attribute is
// one byte; the others are written out.
static const struct {
    uint8_t id;
    const char *name;
} id_at[] = {
    {3, "commonName"},
    {4, "surname"},
    {5, "serialNumber"},
    {6, "countryName"},
    {7, "localityName"},
    {8, "stateOrProvinceName"},
    {9, "streetAddress"},
    {10, "organizationName"},
    {11, "organizationalUnitName"},
    {12, "title"},
    {13, "description"},
    {15, "businessCategory"},
    {17, "postalCode"},
    {41, "name"},
    {42, "givenName"},
    {43, "initials"},
    {44, "generationQualifier"},
    {46, "dnQualifier"},
    {65, "pseudonym"},
    {97, "organizationIdentifier"},
};

static const struct {
    const char *oid;
    uint8_t len;
    const char *name;
} others[] = {
    {"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01", 9, "emailAddress"},
    {"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19", 10, "domainComponent"},
    {"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x01", 10, "userId"},
    {"\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x01", 11, "jurisdictionLocalityName"},
    {"\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x02", 11, "jurisdictionStateOrProvinceName"},
    {"\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x03", 11, "jurisdictionCountryName"},
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

// ---- helpers ----
static const char *attribute_name(const mbedtls_x509_buf *oid) {
    if (oid->len == 3 && memcmp(oid->p, "\x55\x04", 2) == 0) {
        for (size_t i = 0; i < COUNT(id_at); i++) {
            if (id_at[i].id == oid->p[2]) {
                return id_at[i].name;
            }
        }
    }
    for (size_t i = 0; i < COUNT(others); i++) {
        if (oid->len == others[i].len && memcmp(oid->p, others[i].oid, oid->len) == 0) {
            return others[i].name;
        }
    }
    return NULL;
}

static void write_number(char *out, size_t room, size_t *at, uint32_t number) {
    char digits[10];
    size_t n = 0;
    do {
        digits[n++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    while (n > 0 && *at + 1 < room) {
        out[(*at)++] = digits[--n];
    }
}

// Dotted form; an arc that does not fit 32 bits, or the buffer, ends it.
static void oid_text(const mbedtls_x509_buf *oid, char *out, size_t room) {
    size_t at = 0;
    uint32_t arc = 0;
    bool first = true;
    for (size_t i = 0; i < oid->len && arc <= UINT32_MAX >> 7; i++) {
        arc = arc << 7 | (oid->p[i] & 0x7F);
        if (oid->p[i] & 0x80) {
            continue;
        }
        if (first) {
            uint32_t top = arc < 80 ? arc / 40 : 2;
            write_number(out, room, &at, top);
            arc -= top * 40;
            first = false;
        }
        if (at + 1 < room) {
            out[at++] = '.';
        }
        write_number(out, room, &at, arc);
        arc = 0;
    }
    out[at] = '\0';
}

static ussl_date_t date_of(const mbedtls_x509_time *t) {
    return (ussl_date_t){t->year, (uint8_t)t->mon, (uint8_t)t->day, (uint8_t)t->hour,
        (uint8_t)t->min, (uint8_t)t->sec};
}

// ---- public, in header order ----
void ussl_cert_info(const ussl_cert_t *cert, ussl_cert_info_t *out) {
    const mbedtls_x509_crt *crt = (const mbedtls_x509_crt *)cert;
    out->der = crt->raw.p;
    out->der_len = crt->raw.len;
    out->serial = crt->serial.p;
    out->serial_len = crt->serial.len;
    out->version = (unsigned)crt->version;
    out->is_ca = crt->ca_istrue != 0;
    out->not_before = date_of(&crt->valid_from);
    out->not_after = date_of(&crt->valid_to);
}

bool ussl_cert_attribute(
    const ussl_cert_t *cert, ussl_whose_t whose, size_t index, ussl_attribute_t *out) {
    const mbedtls_x509_crt *crt = (const mbedtls_x509_crt *)cert;
    const mbedtls_x509_name *part = whose == USSL_SUBJECT ? &crt->subject : &crt->issuer;
    while (part != NULL && index-- > 0) {
        part = part->next;
    }
    if (part == NULL || part->oid.p == NULL) {
        return false; // past the end, or an empty name
    }
    out->type = attribute_name(&part->oid);
    out->oid[0] = '\0';
    if (out->type == NULL) {
        oid_text(&part->oid, out->oid, sizeof(out->oid));
    }
    out->value = part->val.p;
    out->len = part->val.len;
    out->tag = (uint8_t)part->val.tag;
    out->with_the_next = part->next_merged != 0;
    return true;
}

bool ussl_cert_alt_name(
    const ussl_cert_t *cert, size_t index, unsigned *kind, const uint8_t **value, size_t *len) {
    const mbedtls_x509_sequence *san = &((const mbedtls_x509_crt *)cert)->subject_alt_names;
    while (san != NULL && index-- > 0) {
        san = san->next;
    }
    if (san == NULL || san->buf.p == NULL) {
        return false;
    }
    *kind = (unsigned)san->buf.tag & MBEDTLS_ASN1_TAG_VALUE_MASK;
    *value = san->buf.p;
    *len = san->buf.len;
    return true;
}
