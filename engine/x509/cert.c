// SPDX-License-Identifier: MIT
//
// cert.c - reads the fields of a certificate that a program shows: names, dates, serial number, and
// addresses of services.
//
// Notes: ussl_cert_t is an opaque name for mbedtls_x509_crt. Nothing here allocates.
#include "x509.h"

#include <string.h>

// OpenSSL's long names of the attributes that certificates use. The first table is for attributes
// under 2.5.4 (id-at) and has the last byte of their OIDs; the second has whole OIDs.
static const struct USSL__ROW {
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
static const char *attribute_name(const uint8_t *oid, size_t len) {
    if (len == 3 && memcmp(oid, "\x55\x04", 2) == 0) {
        for (size_t i = 0; i < COUNT(id_at); i++) {
            if (id_at[i].id == oid[2]) {
                return id_at[i].name;
            }
        }
    }
    for (size_t i = 0; i < COUNT(others); i++) {
        if (len == others[i].len && memcmp(oid, others[i].oid, len) == 0) {
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

void ussl_oid_text(const uint8_t *oid, size_t len, char *out, size_t room) {
    size_t at = 0;
    uint32_t arc = 0;
    bool first = true;
    for (size_t i = 0; i < len && arc <= UINT32_MAX >> 7; i++) {
        arc = arc << 7 | (oid[i] & 0x7F);
        if (oid[i] & 0x80) {
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

static void name_type(const uint8_t *oid, size_t len, ussl_attribute_t *out) {
    out->type = attribute_name(oid, len);
    out->oid[0] = '\0';
    if (out->type == NULL) {
        ussl_oid_text(oid, len, out->oid, sizeof(out->oid));
    }
}

// ---- extensions ----
// Finds an extension (RFC 5280 4.2) whose value is a SEQUENCE; *out is the content of that
// SEQUENCE.
static bool find_extension(const mbedtls_x509_crt *crt, const char *oid, size_t len, der_t *out) {
    ussl__extension_t extension;
    return ussl__extension_find(crt, oid, len, &extension)
        && der_enter(&extension.content, DER_SEQUENCE, out);
}

// Finds URI number *index among these GeneralNames. Decrements *index for each URI that it skips,
// so that the search can go on in the next list.
static bool next_uri(der_t names, size_t *index, const uint8_t **value, size_t *len) {
    int tag;
    der_t name;
    while (der_skip(&names, &tag, &name)) {
        if (tag == (DER_CONTEXT | MBEDTLS_X509_SAN_UNIFORM_RESOURCE_IDENTIFIER)
            && (*index)-- == 0) {
            *value = name.at;
            *len = (size_t)(name.end - name.at);
            return true;
        }
    }
    return false;
}

static bool access_uri(
    const mbedtls_x509_crt *crt, uint8_t method, size_t index, const uint8_t **value, size_t *len) {
    static const char access_oid[] = "\x2b\x06\x01\x05\x05\x07\x01\x01";
    char method_oid[] = "\x2b\x06\x01\x05\x05\x07\x30";
    der_t list, description, oid;
    if (!find_extension(crt, access_oid, sizeof(access_oid) - 1, &list)) {
        return false;
    }
    while (der_enter(&list, DER_SEQUENCE, &description)) {
        bool wanted = der_enter(&description, DER_OID, &oid)
            && (size_t)(oid.end - oid.at) == sizeof(method_oid)
            && memcmp(oid.at, method_oid, sizeof(method_oid) - 1) == 0 && oid.end[-1] == method;
        if (wanted && next_uri(description, &index, value, len)) {
            return true;
        }
    }
    return false;
}

// The URIs are in DistributionPoint, distributionPoint [0], fullName [0] (RFC 5280 4.2.1.13).
static bool crl_uri(const mbedtls_x509_crt *crt, size_t index, const uint8_t **value, size_t *len) {
    static const char crl_oid[] = "\x55\x1d\x1f";
    der_t list, point, name, full;
    if (!find_extension(crt, crl_oid, sizeof(crl_oid) - 1, &list)) {
        return false;
    }
    while (der_enter(&list, DER_SEQUENCE, &point)) {
        if (der_enter(&point, DER_CONTEXT | DER_WITHIN, &name)
            && der_enter(&name, DER_CONTEXT | DER_WITHIN, &full)
            && next_uri(full, &index, value, len)) {
            return true;
        }
    }
    return false;
}

// ---- private to the engine ----
// Counts CAs as OpenSSL's X509_check_ca() does.
bool ussl__is_ca(const mbedtls_x509_crt *crt) {
    enum { NETSCAPE_CA = 0x07 };
    unsigned types = (unsigned)crt->ext_types;
    bool usage = types & MBEDTLS_X509_EXT_KEY_USAGE;
    if (usage && !(crt->key_usage & MBEDTLS_X509_KU_KEY_CERT_SIGN)) {
        return false;
    }
    if (types & MBEDTLS_X509_EXT_BASIC_CONSTRAINTS) {
        return crt->ca_istrue != 0;
    }
    bool oldest = crt->version == 1 && ussl__is_self_issued(crt);
    return oldest || usage
        || (types & MBEDTLS_X509_EXT_NS_CERT_TYPE && crt->ns_cert_type & NETSCAPE_CA);
}

// ---- public ----
bool ussl_is_der(const void *data, size_t len) {
    unsigned char *p = (unsigned char *)(uintptr_t)data;
    size_t content;
    return mbedtls_asn1_get_tag(
               &p, p + len, &content, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE)
        == 0;
}

void ussl_cert_info(const ussl_cert_t *cert, ussl_cert_info_t *out) {
    const mbedtls_x509_crt *crt = (const mbedtls_x509_crt *)cert;
    out->der = crt->raw.p;
    out->der_len = crt->raw.len;
    out->serial = crt->serial.p;
    out->serial_len = crt->serial.len;
    out->version = (unsigned)crt->version;
    out->is_ca = ussl__is_ca(crt);
    out->not_before = ussl__date_of(&crt->valid_from);
    out->not_after = ussl__date_of(&crt->valid_to);
}

bool ussl_name_attribute(
    const uint8_t *bytes, size_t bytes_len, size_t index, ussl_attribute_t *out) {
    der_t all = der_of(bytes, bytes_len), name, rdn, pair, oid, value;
    int tag;
    if (!der_enter(&all, DER_SEQUENCE, &name)) {
        return false;
    }
    while (der_enter(&name, DER_SET, &rdn)) {
        while (der_enter(&rdn, DER_SEQUENCE, &pair)) {
            if (index-- > 0) {
                continue;
            }
            if (!der_enter(&pair, DER_OID, &oid) || !der_skip(&pair, &tag, &value)) {
                return false;
            }
            name_type(oid.at, (size_t)(oid.end - oid.at), out);
            out->value = value.at;
            out->len = (size_t)(value.end - value.at);
            out->tag = (uint8_t)tag;
            out->with_the_next = rdn.at < rdn.end;
            return true;
        }
    }
    return false;
}

void ussl_cert_name(const ussl_cert_t *cert, ussl_whose_t whose, const uint8_t **der, size_t *len) {
    const mbedtls_x509_crt *crt = (const mbedtls_x509_crt *)cert;
    const mbedtls_x509_buf *raw = whose == USSL_SUBJECT ? &crt->subject_raw : &crt->issuer_raw;
    *der = raw->p;
    *len = raw->len;
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

bool ussl_cert_uri(
    const ussl_cert_t *cert, ussl_uri_t kind, size_t index, const uint8_t **value, size_t *len) {
    enum { METHOD_OCSP = 1, METHOD_CA_ISSUERS = 2 };
    const mbedtls_x509_crt *crt = (const mbedtls_x509_crt *)cert;
    if (kind == USSL_URI_CRL) {
        return crl_uri(crt, index, value, len);
    }
    return access_uri(
        crt, kind == USSL_URI_OCSP ? METHOD_OCSP : METHOD_CA_ISSUERS, index, value, len);
}
