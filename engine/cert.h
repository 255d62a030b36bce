// SPDX-License-Identifier: MIT
//
// cert.h - reads certificates and the names in them. It is a part of the public header; ussl.h
// includes it, and its rules about pointers hold here too.
#ifndef USSL_CERT_H
#define USSL_CERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ussl_cert ussl_cert_t; // a certificate, lent by its owner

// True if the data contains `-----BEGIN `, with which a PEM block starts (RFC 7468). DER is not
// expected to contain it.
bool ussl_is_pem(const void *data, size_t len);
// True if the data begins with a SEQUENCE in DER, as certificates and most keys do (X.690 8.1).
bool ussl_is_der(const void *data, size_t len);

// ---- Certificates, decoded --------------------------------------------------------------------
// A date of the proleptic Gregorian calendar, in UTC.
typedef struct {
    int year;
    uint8_t month, day, hour, minute, second;
} ussl_date_t;

// What ussl_cert_info() reads. The pointers lead into the certificate.
typedef struct {
    const uint8_t *der;
    size_t der_len;
    const uint8_t *serial; // big-endian
    size_t serial_len;
    unsigned version; // 1 to 3
    bool is_ca;       // as OpenSSL's X509_check_ca() counts CAs
    ussl_date_t not_before, not_after;
} ussl_cert_info_t;
void ussl_cert_info(const ussl_cert_t *cert, ussl_cert_info_t *out);

// Reads today's date from the clock. False if the clock is not set.
bool ussl_today(ussl_date_t *out);
// Returns seconds since 1970. A day past the end of its month counts into the next month.
int64_t ussl_date_seconds(const ussl_date_t *date);

typedef enum { USSL_SUBJECT, USSL_ISSUER } ussl_whose_t;
// One attribute of a distinguished name (RFC 5280 4.1.2.4).
typedef struct {
    const char *type; // static: OpenSSL's long name; NULL: it has none, see oid
    char oid[64];     // in dotted form; empty unless type is NULL
    const uint8_t *value;
    size_t len;
    uint8_t tag;        // ASN.1 tag of the string `value`
    bool with_the_next; // the next attribute is in the same RDN
} ussl_attribute_t;
// Reads attribute number `index`, from 0, of a distinguished name in DER. False if there is none.
bool ussl_name_attribute(const uint8_t *der, size_t der_len, size_t index, ussl_attribute_t *out);
// The distinguished name of subject or issuer, in DER.
void ussl_cert_name(const ussl_cert_t *cert, ussl_whose_t whose, const uint8_t **der, size_t *len);

// Reads subject alternative name number `index`, from 0 (RFC 5280 4.2.1.6). False if there is none.
// *kind is its number in GeneralName: 1 e-mail, 2 DNS, 4 directory name (in DER), 6 URI, 7 IP
// address (4 or 16 bytes), 8 registered ID (the content of an OID).
bool ussl_cert_alt_name(
    const ussl_cert_t *cert, size_t index, unsigned *kind, const uint8_t **value, size_t *len);

// Writes an object identifier, given as the content of its DER, in dotted form with a NUL at the
// end. The text ends early where `room` is used up, or before an arc of more than 32 bits. room
// must not be 0.
void ussl_oid_text(const uint8_t *oid, size_t len, char *out, size_t room);

// What a URI in a certificate is the address of: an OCSP responder, a copy of the issuer's
// certificate (RFC 5280 4.2.2.1), or a CRL (4.2.1.13).
typedef enum { USSL_URI_OCSP, USSL_URI_CA_ISSUERS, USSL_URI_CRL } ussl_uri_t;
// Reads URI number `index`, from 0, of one kind. False if there is none.
bool ussl_cert_uri(
    const ussl_cert_t *cert, ussl_uri_t kind, size_t index, const uint8_t **value, size_t *len);

// ---- Names ----------------------------------------------------------------------------------
// Parses an IP literal (RFC 791, RFC 4291 2.2) into bytes in network order. Returns their number, 4
// or 16, or 0 if `text` is not an address.
size_t ussl_address_parse(const char *text, size_t len, uint8_t out[16]);
// True if `text` consists of labels of letters, digits, hyphens and underscores, with dots between
// them, has 253 bytes at most, and has a last label that cannot be read as a number. Pure.
bool ussl_is_hostname(const char *text, size_t len);
// True if the two are equal apart from the case of ASCII letters. Both have `len` bytes. Pure.
bool ussl_equal_fold(const char *a, const char *b, size_t len);
// True if two names are equal apart from case and one dot at the end. Both end with a NUL. Pure.
bool ussl_same_host(const char *a, const char *b);
// True if a dNSName or common name, the pattern, covers a host name (RFC 9525 6.3). `*` stands for
// the whole left-most label only. Neither text needs a NUL at its end. Pure.
bool ussl_hostname_match(const char *pattern, size_t pattern_len, const char *host, size_t len);
#endif // USSL_CERT_H
