// SPDX-License-Identifier: MIT
//
// x509.h - private; what this room gives to the rooms above: functions that read certificates and
// do not judge them.
//
// Functions that return `int` return 0 or an error code of mbedTLS.
#ifndef USSL_X509_X509_H
#define USSL_X509_X509_H

#include "../memory/memory.h"
#include "der.h"

// ---- load_error.c ------------------------------------------------------------------------------
// Sets all of *why, unless it is NULL, and returns `result`. reason is static, or NULL.
ussl_result_t ussl__load_error(ussl_failure_t *why, ussl_result_t result, const char *reason);
// The same for input that cannot be parsed; code is mbedTLS's, or 0.
ussl_result_t ussl__parse_error(ussl_failure_t *why, const char *reason, int code);

// ---- pem.c -------------------------------------------------------------------------------------
// Decodes the next PEM block with this label. The caller frees *der with ussl__free(). *at moves to
// the end of the block. Returns USSL_CLOSED if no block is left.
USSL__CHECKED ussl_result_t ussl__pem_next(const char **at, const char *end, const char *label,
    uint8_t **der, size_t *der_len, ussl_failure_t *why);

// ---- trusted.c ---------------------------------------------------------------------------------
// Reads the data of a TRUSTED CERTIFICATE. Sets *len to the length of the certificate in it, and
// returns false if that is not trusted for both ends of TLS, because a client and a server may
// share a trust.
bool ussl__trusted_for_tls(const uint8_t *data, size_t *len);

// ---- parse.c -----------------------------------------------------------------------------------
// Replaces mbedtls_x509_crt_parse_der(): it refuses bytes after the certificate, and accepts
// critical extensions of any kind. ussl__crt_parse_sent(), which mbed.h declares, does the same for
// certificates that a peer sent, but skips those that use an algorithm that is not built in; the
// peer's own certificate is never skipped.
USSL__CHECKED int ussl__crt_parse(mbedtls_x509_crt *chain, const unsigned char *der, size_t len);
// True if an mbedTLS code means that the algorithm of a key or signature is not built in.
bool ussl__crt_is_unsupported(int code);
// Parses one certificate in a block from ussl__calloc(), without a copy. If it returns 0, crt owns
// the block.
USSL__CHECKED int ussl__crt_parse_owned(mbedtls_x509_crt *crt, unsigned char *der, size_t len);

// Two fields of tbsCertificate (RFC 5280 4.1) that are a SEQUENCE, by their number; the serial
// number is field 0.
enum { USSL__TBS_SUBJECT = 4, USSL__TBS_KEY = 5 };
// Finds such a field in a certificate in DER that has not been parsed; *out includes its header.
// Returns false if the DER is malformed.
bool ussl__tbs_field(const uint8_t *der, size_t len, size_t index, mbedtls_x509_buf *out);

static inline bool ussl__same_buf(const mbedtls_x509_buf *a, const mbedtls_x509_buf *b) {
    return a->len == b->len && memcmp(a->p, b->p, a->len) == 0;
}

// Both allow NULL for an empty list. The nodes are from ussl__calloc(). ussl__certs_have() is true
// if a certificate in the list has the same DER.
void ussl__certs_free(mbedtls_x509_crt *list);
bool ussl__certs_have(const mbedtls_x509_crt *list, const mbedtls_x509_crt *crt);

// ---- extension.c -------------------------------------------------------------------------------
typedef struct {
    der_t oid, content; // content: of the OCTET STRING extnValue
    bool critical;
} ussl__extension_t;
// Returns all extensions of a certificate, for ussl__extension_next().
der_t ussl__extensions(const mbedtls_x509_crt *crt);
// Returns false at the end of the list, or if an extension is malformed.
bool ussl__extension_next(der_t *list, ussl__extension_t *out);
bool ussl__extension_find(
    const mbedtls_x509_crt *crt, const char *oid, size_t len, ussl__extension_t *out);

// ---- dn.c --------------------------------------------------------------------------------------
// True if two distinguished names are the same (RFC 5280 7.1): case, repeated spaces and the string
// type do not matter.
bool ussl__dn_equal(const mbedtls_x509_buf *a, const mbedtls_x509_buf *b);
// True if `name` begins with all of `base`. Both are the content of a Name.
bool ussl__dn_within(der_t name, der_t base);
// Returns the last common name of the subject, which is the most specific one, or NULL if there is
// none.
const mbedtls_x509_buf *ussl__common_name(const mbedtls_x509_crt *crt);
// True if subject and issuer are the same name and not empty.
bool ussl__is_self_issued(const mbedtls_x509_crt *crt);

// ---- calendar.c --------------------------------------------------------------------------------
ussl_date_t ussl__date_of(const mbedtls_x509_time *t);
// Seconds since 1970.
int64_t ussl__seconds_of(const mbedtls_x509_time *t);

// True if the certificate counts as that of a CA, in statistics and lists. verify/rules.c judges
// whether it may issue another.
bool ussl__is_ca(const mbedtls_x509_crt *crt);

#endif // USSL_X509_X509_H
