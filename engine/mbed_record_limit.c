// SPDX-License-Identifier: MIT
//
// mbed_record_limit.c - record_size_limit (RFC 8449) as the context wants it.
//
// Notes: mbedTLS can only offer the size that it was built for. This file stands in the list of
// sources for mbedTLS's ssl_tls13_generic.c, which it includes whole with that one function under
// another name, so nothing of mbedTLS is changed or copied.
#include "mbed.h"

#if USSL_TLS13
#define mbedtls_ssl_tls13_write_record_size_limit_ext ussl_record_size_limit_as_built
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
