// SPDX-License-Identifier: MIT
//
// mbed_tls13_generic.c - stands for mbedTLS's ssl_tls13_generic.c, with the record size limit (RFC
// 8449) that the context wants, and certificates parsed as extension.c does.
//
// Notes: mbedTLS can only offer the size that it was built for. This file stands in the list of
// sources for ssl_tls13_generic.c, which it includes whole with these names replaced, so nothing of
// mbedTLS is changed or copied.
#include "der.h"

#if USSL_TLS13
#define mbedtls_ssl_tls13_write_record_size_limit_ext ussl_record_size_limit_as_built
#define mbedtls_x509_crt_parse_der ussl_crt_parse_sent
#include "../library/ssl_tls13_generic.c"
#undef mbedtls_ssl_tls13_write_record_size_limit_ext

int mbedtls_ssl_tls13_write_record_size_limit_ext(
    mbedtls_ssl_context *ssl, unsigned char *buf, const unsigned char *end, size_t *out_len);

int mbedtls_ssl_tls13_write_record_size_limit_ext(
    mbedtls_ssl_context *ssl, unsigned char *buf, const unsigned char *end, size_t *out_len) {
    enum { EXTENSION_HEADER = 4, HIDDEN_TYPE = 1 };
    const ussl_conn_t *conn = ssl->p_bio;
    int code = ussl_record_size_limit_as_built(ssl, buf, end, out_len);
    if (code == 0) {
        unsigned limit = conn->ctx->config.record_in + HIDDEN_TYPE;
        buf[EXTENSION_HEADER] = (unsigned char)(limit >> 8);
        buf[EXTENSION_HEADER + 1] = (unsigned char)limit;
    }
    return code;
}
#endif
