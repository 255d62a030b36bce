// SPDX-License-Identifier: MIT
//
// cert.h - functions that read certificates and the names in them. This is a part of the public
// header: ussl.h includes it, and the rules at its top hold here too.
#ifndef USSL_CERT_H
#define USSL_CERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ussl_cert ussl_cert_t; // a parsed certificate; always lent

// Returns true if the data is not DER and contains `-----BEGIN `, which starts a PEM block (RFC
// 7468).
bool ussl_is_pem(const void *data, size_t len);
// Returns true if the data begins with a SEQUENCE in DER (X.690 8.9), as certificates and most keys
// do.
bool ussl_is_der(const void *data, size_t len);

// ---- Certificates, decoded --------------------------------------------------------------------
// A date of the proleptic Gregorian calendar, in UTC.
typedef struct {
    int year;
    uint8_t month, day, hour, minute, second;
} ussl_date_t;

// The fields that ussl_cert_info() reads (RFC 5280 4.1). The pointers lead into the certificate and
// are valid as long as it is.
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

// Reads the current date and time from the platform's clock. Returns false if the clock is not set.
bool ussl_today(ussl_date_t *out);
// Converts a date to seconds since 1970. A day past the end of its month is counted on into the
// next month.
int64_t ussl_date_seconds(const ussl_date_t *date);

typedef enum { USSL_SUBJECT, USSL_ISSUER } ussl_whose_t;
// One attribute of a distinguished name (RFC 5280 4.1.2.4).
typedef struct {
    const char *type; // static: OpenSSL's long name; NULL if it has none
    char oid[64];     // the type in dotted form; empty unless `type` is NULL
    const uint8_t *value;
    size_t len;
    uint8_t tag;        // ASN.1 tag of `value`, which is a string
    bool with_the_next; // true if the next attribute is in the same RDN
} ussl_attribute_t;
// Reads attribute number `index`, from 0, of a distinguished name in DER. Returns false if there is
// none.
bool ussl_name_attribute(const uint8_t *der, size_t der_len, size_t index, ussl_attribute_t *out);
// Sets *der to the distinguished name of the subject or the issuer, in DER.
void ussl_cert_name(const ussl_cert_t *cert, ussl_whose_t whose, const uint8_t **der, size_t *len);

// Reads subject alternative name number `index`, from 0 (RFC 5280 4.2.1.6). Returns false if there
// is none. *kind is the tag number of its kind in GeneralName: 1 e-mail, 2 DNS, 4 directory name
// (in DER), 6 URI, 7 IP address (4 or 16 bytes), 8 registered ID (the content of an OID).
bool ussl_cert_alt_name(
    const ussl_cert_t *cert, size_t index, unsigned *kind, const uint8_t **value, size_t *len);

// Writes an object identifier in dotted form, with a NUL at the end. `oid` is the content of its
// DER, and `room` the size of `out` in bytes, which must not be 0. The text ends early if `out` is
// full, or before an arc of more than 32 bits.
void ussl_oid_text(const uint8_t *oid, size_t len, char *out, size_t room);

// The kinds of URI in a certificate. They lead to an OCSP responder, to the issuer's certificate
// (RFC 5280 4.2.2.1), or to a CRL (RFC 5280 4.2.1.13).
typedef enum { USSL_URI_OCSP, USSL_URI_CA_ISSUERS, USSL_URI_CRL } ussl_uri_t;
// Reads URI number `index`, from 0, of one kind. Returns false if there is none.
bool ussl_cert_uri(
    const ussl_cert_t *cert, ussl_uri_t kind, size_t index, const uint8_t **value, size_t *len);

// ---- Names ----------------------------------------------------------------------------------
// Parses an IPv4 address in dotted form or an IPv6 address (RFC 4291 2.2) into bytes in network
// order. Returns their number, 4 or 16, or 0 if `text` is not an address.
size_t ussl_address_parse(const char *text, size_t len, uint8_t out[16]);
// Returns true if `text` consists of labels of letters, digits, hyphens and underscores, with dots
// between them, has at most 253 bytes, and has a last label that cannot be read as a number.
bool ussl_is_hostname(const char *text, size_t len);
// Returns true if the texts are equal apart from the case of ASCII letters. Both have `len` bytes.
bool ussl_equal_fold(const char *a, const char *b, size_t len);
// Returns true if two host names are equal apart from case and one dot at the end. Both end with a
// NUL.
bool ussl_same_host(const char *a, const char *b);
// Returns true if the pattern, a dNSName or common name of a certificate, matches a host name (RFC
// 9525 6.3). Only the whole left-most label can be `*`. Neither text needs a NUL at its end.
bool ussl_hostname_match(const char *pattern, size_t pattern_len, const char *host, size_t len);
#endif // USSL_CERT_H
