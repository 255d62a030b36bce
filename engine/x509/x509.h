// SPDX-License-Identifier: MIT
//
// x509.h - private; what this room gives to the rooms above: certificates read, and not judged.
//
// Functions that return `int` stand for one of mbedTLS's and return its codes.
#ifndef USSL_X509_X509_H
#define USSL_X509_X509_H

#include "../memory/memory.h"
#include "der.h"

// ---- load_error.c ------------------------------------------------------------------------------
// Fills *why for a loader, and returns `result`. reason is static, or NULL.
ussl_result_t ussl__load_error(ussl_failure_t *why, ussl_result_t result, const char *reason);

// ---- pem.c -------------------------------------------------------------------------------------
// Decodes the next PEM block with this label. *der is from ussl__calloc and becomes the caller's;
// *at moves behind the block. Returns USSL_CLOSED if no block is left.
USSL__CHECKED ussl_result_t ussl__pem_next(const char **at, const char *end, const char *label,
    uint8_t **der, size_t *der_len, ussl_failure_t *why);

// ---- parse.c -----------------------------------------------------------------------------------
// Stands for mbedtls_x509_crt_parse_der(): refuses bytes behind the certificate, and accepts
// critical extensions of any kind. ussl__crt_parse_sent(), which mbed.h declares, is the same for a
// certificate that a peer sent: it leaves out a certificate that is not the peer's own and uses an
// algorithm that is not built in.
USSL__CHECKED int ussl__crt_parse(mbedtls_x509_crt *chain, const unsigned char *der, size_t len);
// Parses one certificate in a block from ussl__calloc. If the code is 0, crt owns the block.
USSL__CHECKED int ussl__crt_parse_owned(mbedtls_x509_crt *crt, unsigned char *der, size_t len);

// The fields of tbsCertificate (RFC 5280 4.1) that are a SEQUENCE, by number.
enum { USSL__TBS_SUBJECT = 4, USSL__TBS_KEY = 5 };
// Finds such a field, with its header, in a certificate that has not been parsed. False if the DER
// is malformed.
bool ussl__tbs_field(const uint8_t *der, size_t len, size_t index, mbedtls_x509_buf *out);

static inline bool ussl__same_buf(const mbedtls_x509_buf *a, const mbedtls_x509_buf *b) {
    return a->len == b->len && memcmp(a->p, b->p, a->len) == 0;
}

// Lists whose nodes are from ussl__calloc. free allows NULL.
void ussl__certs_free(mbedtls_x509_crt *list);
bool ussl__certs_have(const mbedtls_x509_crt *list, const mbedtls_x509_crt *crt);

// ---- extension.c -------------------------------------------------------------------------------
typedef struct {
    der_t oid, content;
    bool critical;
} ussl__extension_t;
// All extensions of a certificate, for ussl__extension_next().
der_t ussl__extensions(const mbedtls_x509_crt *crt);
bool ussl__extension_next(der_t *list, ussl__extension_t *out);
bool ussl__extension_find(
    const mbedtls_x509_crt *crt, const char *oid, size_t len, ussl__extension_t *out);

// ---- dn.c --------------------------------------------------------------------------------------
// True if two distinguished names are the same (RFC 5280 7.1): case, repeated spaces and the type
// of the string do not matter.
bool ussl__dn_equal(const mbedtls_x509_buf *a, const mbedtls_x509_buf *b);
// True if `name` begins with all of `base`. Both are the content of a Name.
bool ussl__dn_within(der_t name, der_t base);
// The last common name of the subject, which is the most specific one, or NULL if there is none.
const mbedtls_x509_buf *ussl__common_name(const mbedtls_x509_crt *crt);
// True if subject and issuer are the same name and not empty.
bool ussl__is_self_issued(const mbedtls_x509_crt *crt);

// ---- calendar.c --------------------------------------------------------------------------------
ussl_date_t ussl__date_of(const mbedtls_x509_time *t);
// Seconds since 1970.
int64_t ussl__seconds_of(const mbedtls_x509_time *t);

#endif // USSL_X509_X509_H
