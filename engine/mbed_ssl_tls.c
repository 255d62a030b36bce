// SPDX-License-Identifier: MIT
//
// mbed_ssl_tls.c - stands for mbedTLS's ssl_tls.c, with what it takes for settled asked of us.
//
// Notes: mbedTLS takes the size of its record buffers for a constant: when it makes them, when it
// wipes them for a HelloRetryRequest, and at the end. (Its own MBEDTLS_SSL_VARIABLE_BUFFER_LENGTH
// cannot read a TLS 1.2 record once the handshake is over, and holds full buffers until then.) And
// it verifies certificates in a way of its own, of which verify.c tells. This file stands in the
// list of sources for ssl_tls.c, which it includes whole with these names replaced, so nothing of
// mbedTLS is changed or copied.
#include "der.h"

static size_t room_in(const mbedtls_ssl_context *ssl) {
    return ussl_conn_around(ssl)->in_room;
}

static size_t room_out(const mbedtls_ssl_context *ssl) {
    return ussl_conn_around(ssl)->out_room;
}

#undef MBEDTLS_SSL_IN_BUFFER_LEN
#undef MBEDTLS_SSL_OUT_BUFFER_LEN
#define MBEDTLS_SSL_IN_BUFFER_LEN room_in(ssl)
#define MBEDTLS_SSL_OUT_BUFFER_LEN room_out(ssl)
#define mbedtls_x509_crt_parse_der ussl_crt_parse_sent
#define mbedtls_x509_crt_verify_restartable(chain, ca, crl, profile, name, flags, f, p, rs)        \
    ((void)(ca), (void)(crl), (void)(f), (void)(p), (void)(rs),                                    \
        ussl_verify(ussl_conn_around(ssl), chain, flags))
#include "../library/ssl_tls.c"
