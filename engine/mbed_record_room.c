// SPDX-License-Identifier: MIT
//
// mbed_record_room.c - tells mbedTLS how large its record buffers are now.
//
// Notes: mbedTLS takes their size for a constant: when it makes them, when it wipes them for a
// HelloRetryRequest, and at the end. This file stands in the list of sources for mbedTLS's
// ssl_tls.c, which it includes whole with those two constants asked for at run time, so nothing of
// mbedTLS is changed or copied. (Its own MBEDTLS_SSL_VARIABLE_BUFFER_LENGTH cannot read a TLS 1.2
// record once the handshake is over, and holds full buffers until then.)
#include "mbed.h"

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
#include "../library/ssl_tls.c"
