// SPDX-License-Identifier: MIT
//
// ssl_tls13_generic.c - takes the place of mbedTLS's ssl_tls13_generic.c, which it includes whole
// with two names replaced: the record size limit (RFC 8449) and the parser of a peer's
// certificates.
//
// Notes: mbedTLS can only offer the record size that it was built for. Nothing of mbedTLS is
// changed or copied.
#include "mbed.h"

#if USSL_TLS13
#define mbedtls_ssl_tls13_write_record_size_limit_ext ussl__record_size_limit_as_built
#define mbedtls_x509_crt_parse_der ussl__crt_parse_sent
#include "../library/ssl_tls13_generic.c"
#undef mbedtls_ssl_tls13_write_record_size_limit_ext

int mbedtls_ssl_tls13_write_record_size_limit_ext(
    mbedtls_ssl_context *ssl, unsigned char *buf, const unsigned char *end, size_t *out_len);

int mbedtls_ssl_tls13_write_record_size_limit_ext(
    mbedtls_ssl_context *ssl, unsigned char *buf, const unsigned char *end, size_t *out_len) {
    enum { EXTENSION_HEADER = 4, HIDDEN_TYPE = 1 };
    int code = ussl__record_size_limit_as_built(ssl, buf, end, out_len);
    if (code == 0) {
        unsigned limit = ussl__record_limit(ssl) + HIDDEN_TYPE;
        buf[EXTENSION_HEADER] = (unsigned char)(limit >> 8);
        buf[EXTENSION_HEADER + 1] = (unsigned char)limit;
    }
    return code;
}
#endif
