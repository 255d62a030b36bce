// SPDX-License-Identifier: MIT
//
// ssl_tls13_generic.c - replaces mbedTLS's ssl_tls13_generic.c: it includes that file whole, with
// other functions for the record size limit (RFC 8449) and for parsing a peer's certificates.
//
// Notes: mbedTLS can offer only the record size limit that it is compiled with. No source of
// mbedTLS is changed or copied.
#include "mbed.h"

#if USSL_TLS13
int ussl__record_size_limit_as_built(
    mbedtls_ssl_context *ssl, unsigned char *buf, const unsigned char *end, size_t *out_len);
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
