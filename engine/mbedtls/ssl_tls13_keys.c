// SPDX-License-Identifier: MIT
//
// ssl_tls13_keys.c - replaces mbedTLS's ssl_tls13_keys.c: it includes that file whole, and frees
// the cipher contexts of a connection if an allocation fails while its keys are set.
//
// Notes: mbedTLS frees only the struct that contains them. The macro below tests the first word of
// the argument list, which is a type in the definition. It renames only the definition, so calls
// lead to the function of this file. No source of mbedTLS is changed or copied.
#include "mbed.h"

#if USSL_TLS13
#include "../library/ssl_tls13_keys.h"

static int set_keys_as_built(mbedtls_ssl_transform *transform, int endpoint, int suite,
    const mbedtls_ssl_key_set *keys, mbedtls_ssl_context *ssl);

#define mbedtls_ssl_tls13_populate_transform(...) SET_##__VA_ARGS__)
#define SET_mbedtls_ssl_transform set_keys_as_built(mbedtls_ssl_transform
#define SET_transform_handshake mbedtls_ssl_tls13_populate_transform(transform_handshake
#define SET_transform_application mbedtls_ssl_tls13_populate_transform(transform_application
#define SET_transform_earlydata mbedtls_ssl_tls13_populate_transform(transform_earlydata
#include "../library/ssl_tls13_keys.c"
#undef mbedtls_ssl_tls13_populate_transform

int mbedtls_ssl_tls13_populate_transform(mbedtls_ssl_transform *transform, int endpoint, int suite,
    const mbedtls_ssl_key_set *keys, mbedtls_ssl_context *ssl) {
    int code = set_keys_as_built(transform, endpoint, suite, keys, ssl);
    if (code != 0) {
        mbedtls_ssl_transform_free(transform);
    }
    return code;
}
#endif
