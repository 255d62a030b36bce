// SPDX-License-Identifier: MIT
//
// root_record.c - makes a certificate from a root record, so that it can be used as a trust anchor.
//
// Notes: the certificate has no valid signature (compare RFC 9925), but is parsed and judged like
// any other. A root record has neither a name nor a key identifier. It is found by the issuer name
// of the certificate that the root has issued, the child, so both are taken from the child.
#include "trust.h"

#include <string.h>

#if USSL_STORE
enum {
    RECORD = 14, // octets before the key: kind, flags, dates, length
    SECONDS = 5, // octets of a date
    KEY_RSA = 1, // modulus; the exponent is 65537
    KEY_P256 = 2,
    KEY_P384 = 3,
    KEY_P521 = 4,
    KEY_RSA_OTHER = 5, // length of the exponent, exponent, modulus
    HAS_PATH_LENGTH = 1,
    HAS_CONSTRAINTS = 2,
};

// ---- writing DER ----
typedef struct {
    unsigned char *start, *at; // lent; `at` moves from the end to the start
    bool good;
} writer_t;

static void put(writer_t *w, int code) {
    w->good &= code >= 0;
}

static void put_raw(writer_t *w, const void *bytes, size_t len) {
    put(w, mbedtls_asn1_write_raw_buffer(&w->at, w->start, bytes, len));
}

// Puts tag and length in front of everything that was written since `at` was `end`.
static void wrap(writer_t *w, const unsigned char *end, unsigned char tag) {
    if (w->good) {
        put(w, mbedtls_asn1_write_len(&w->at, w->start, (size_t)(end - w->at)));
        put(w, mbedtls_asn1_write_tag(&w->at, w->start, tag));
    }
}

static void put_extension(
    writer_t *w, uint8_t id, bool critical, const void *content, size_t content_len) {
    const unsigned char *end = w->at;
    const unsigned char oid[] = {DER_OID, 3, 0x55, 0x1D, id}, flag[] = {DER_BOOLEAN, 1, 0xFF};
    put_raw(w, content, content_len);
    wrap(w, end, DER_OCTETS);
    if (critical) {
        put_raw(w, flag, sizeof(flag));
    }
    put_raw(w, oid, sizeof(oid));
    wrap(w, end, DER_SEQUENCE);
}

static void put_extensions(
    writer_t *w, const ussl__root_record_t *root, const mbedtls_x509_crt *child) {
    static const unsigned char usage[] = {0x03, 2, 1, 0x06}; // keyCertSign, cRLSign
    const mbedtls_x509_buf *wanted = &child->authority_key_id.keyIdentifier;
    const unsigned char *end = w->at;
    unsigned char basic[] = {DER_SEQUENCE, 3, DER_BOOLEAN, 1, 0xFF, DER_INTEGER, 1, 0};
    if (root->constraints != NULL) {
        put_extension(w, 0x1E, true, root->constraints, root->constraints_len);
    }
    // The subject key identifier is the one that the child names for its issuer's key.
    unsigned char id[66] = {DER_OCTETS, 1, 0};
    size_t id_len = 1;
    if (wanted->len > 0 && wanted->len <= 64) {
        id_len = wanted->len;
        id[1] = (unsigned char)id_len;
        memcpy(id + 2, wanted->p, id_len);
    }
    put_extension(w, 0x0E, false, id, 2 + id_len);
    put_extension(w, 0x0F, true, usage, sizeof(usage));
    bool limited = root->flags & HAS_PATH_LENGTH;
    if (limited) {
        basic[1] = 6;
        basic[7] = root->path_length;
    }
    put_extension(w, 0x13, true, basic, limited ? 8 : 5);
    wrap(w, end, DER_SEQUENCE);
    wrap(w, end, DER_CONTEXT | DER_WITHIN | 3);
}

static void put_algorithm(
    writer_t *w, const char *oid, size_t len, const char *curve, size_t curve_len) {
    const unsigned char *end = w->at;
    if (curve != NULL) {
        put(w, mbedtls_asn1_write_oid(&w->at, w->start, curve, curve_len));
    }
    put(w, mbedtls_asn1_write_oid(&w->at, w->start, oid, len));
    wrap(w, end, DER_SEQUENCE);
}

#define OID(name) name, sizeof(name) - 1

// Writes an INTEGER from unsigned big-endian bytes.
static void put_positive(writer_t *w, const unsigned char *bytes, size_t len) {
    const unsigned char *end = w->at;
    put_raw(w, bytes, len);
    if (len > 0 && bytes[0] & 0x80) {
        put_raw(w, "", 1);
    }
    wrap(w, end, DER_INTEGER);
}

static void put_rsa_key(writer_t *w, const ussl__root_record_t *root) {
    static const unsigned char f4[] = {1, 0, 1}, none[] = {0}, null[] = {MBEDTLS_ASN1_NULL, 0};
    const unsigned char *end = w->at, *exponent = f4, *modulus = root->key;
    size_t exponent_len = sizeof(f4), len = root->key_len;
    if (root->kind == KEY_RSA_OTHER) {
        w->good &= len > 0 && modulus[0] < len;
        exponent_len = w->good ? modulus[0] : 0;
        exponent = modulus + 1;
        modulus += 1 + exponent_len;
        len -= w->good ? 1 + exponent_len : 0;
    }
    put_positive(w, exponent, exponent_len);
    put_positive(w, modulus, len);
    wrap(w, end, DER_SEQUENCE);
    put_raw(w, none, 1);
    wrap(w, end, MBEDTLS_ASN1_BIT_STRING);
    const unsigned char *algorithm_end = w->at;
    put_raw(w, null, sizeof(null));
    put(w, mbedtls_asn1_write_oid(&w->at, w->start, OID(MBEDTLS_OID_PKCS1_RSA)));
    wrap(w, algorithm_end, DER_SEQUENCE);
    wrap(w, end, DER_SEQUENCE);
}

static void put_key(writer_t *w, const ussl__root_record_t *root) {
    static const struct {
        const char *oid;
        size_t len;
    } curves[] = {
        {OID(MBEDTLS_OID_EC_GRP_SECP256R1)},
        {OID(MBEDTLS_OID_EC_GRP_SECP384R1)},
        {OID(MBEDTLS_OID_EC_GRP_SECP521R1)},
    };
    if (root->kind < KEY_P256 || root->kind > KEY_P521) {
        w->good &= root->kind == KEY_RSA || root->kind == KEY_RSA_OTHER;
        put_rsa_key(w, root);
        return;
    }
    const unsigned char *end = w->at;
    size_t i = root->kind - KEY_P256;
    put_raw(w, root->key, root->key_len);
    put_raw(w, "", 1);
    wrap(w, end, MBEDTLS_ASN1_BIT_STRING);
    put_algorithm(w, OID(MBEDTLS_OID_EC_ALG_UNRESTRICTED), curves[i].oid, curves[i].len);
    wrap(w, end, DER_SEQUENCE);
}

static void put_time(writer_t *w, int64_t when) {
    mbedtls_x509_time t;
    if (mbedtls_x509_time_gmtime(when, &t) != 0) {
        w->good = false;
        return;
    }
    const unsigned char *end = w->at;
    const int parts[] = {t.year / 100, t.year % 100, t.mon, t.day, t.hour, t.min, t.sec};
    put_raw(w, "Z", 1);
    for (size_t i = 7; i-- > 0;) {
        const char digits[] = {(char)('0' + parts[i] / 10), (char)('0' + parts[i] % 10)};
        put_raw(w, digits, 2);
    }
    wrap(w, end, MBEDTLS_ASN1_GENERALIZED_TIME);
}

// The signature is one zero octet, because the signature of a trust anchor is never checked.
static void write_certificate(
    writer_t *w, const ussl__root_record_t *root, const mbedtls_x509_crt *child) {
    static const unsigned char head[] = {
        DER_CONTEXT | DER_WITHIN, 3, DER_INTEGER, 1, 2, DER_INTEGER, 1, 1};
    static const unsigned char signature[] = {MBEDTLS_ASN1_BIT_STRING, 2, 0, 0};
    const unsigned char *end = w->at;
    put_raw(w, signature, sizeof(signature));
    put_algorithm(w, OID(MBEDTLS_OID_ECDSA_SHA256), NULL, 0);
    const unsigned char *tbs_end = w->at;
    put_extensions(w, root, child);
    put_key(w, root);
    put_raw(w, child->issuer_raw.p, child->issuer_raw.len);
    const unsigned char *dates_end = w->at;
    put_time(w, root->not_after);
    put_time(w, root->not_before);
    wrap(w, dates_end, DER_SEQUENCE);
    put_raw(w, child->issuer_raw.p, child->issuer_raw.len);
    put_algorithm(w, OID(MBEDTLS_OID_ECDSA_SHA256), NULL, 0);
    put_raw(w, head, sizeof(head));
    wrap(w, tbs_end, DER_SEQUENCE);
    wrap(w, end, DER_SEQUENCE);
}

// ---- private to the engine ----
bool ussl__root_record_parse(const uint8_t *bytes, size_t len, ussl__root_record_t *out) {
    *out = (ussl__root_record_t){0};
    if (len < RECORD) {
        return false;
    }
    out->kind = bytes[0];
    out->flags = bytes[1];
    out->not_before = (int64_t)ussl__number(bytes + 2, SECONDS);
    out->not_after = (int64_t)ussl__number(bytes + 7, SECONDS);
    out->key_len = (size_t)ussl__number(bytes + 12, 2);
    out->key = bytes + RECORD;
    size_t at = RECORD + out->key_len;
    if (out->flags & HAS_PATH_LENGTH && at < len) {
        out->path_length = bytes[at++];
    } else if (out->flags & HAS_PATH_LENGTH) {
        return false;
    }
    if (out->flags & HAS_CONSTRAINTS) {
        if (at + 2 > len) {
            return false;
        }
        out->constraints_len = (size_t)ussl__number(bytes + at, 2);
        out->constraints = bytes + at + 2;
        at += 2 + out->constraints_len;
    }
    return at <= len && out->flags <= (HAS_PATH_LENGTH | HAS_CONSTRAINTS);
}

ussl_result_t ussl__root_record_certificate(
    const ussl__root_record_t *root, const mbedtls_x509_crt *child, uint8_t **out, size_t *len) {
    size_t room = 2 * child->issuer_raw.len + root->key_len + root->constraints_len + 280;
    uint8_t *der = ussl__calloc(1, room);
    if (der == NULL) {
        return USSL_ERR_MEMORY;
    }
    writer_t w = {der, der + room, true};
    write_certificate(&w, root, child);
    if (!w.good) {
        ussl__free(der);
        return USSL_ERR_PARSE;
    }
    *len = (size_t)(der + room - w.at);
    memmove(der, w.at, *len);
    *out = der;
    return USSL_OK;
}
#endif // USSL_STORE
