// SPDX-License-Identifier: MIT
//
// ssl_tls.c - takes the place of mbedTLS's ssl_tls.c, which it includes whole with some names
// replaced: the sizes of record buffers, the parser and the verification of a peer's certificates.
//
// Notes: mbedTLS fixes the size of its record buffers at compile time, and uses it when it makes
// them, when it wipes them for a HelloRetryRequest, and when it frees them. Its own
// MBEDTLS_SSL_VARIABLE_BUFFER_LENGTH cannot read a TLS 1.2 record once the handshake is over, and
// holds full buffers until then. Its verification takes the first path that it finds. Nothing of
// mbedTLS is changed or copied; a version that renames what this file relies on does not compile.
#include "mbed.h"

#undef MBEDTLS_SSL_IN_BUFFER_LEN
#undef MBEDTLS_SSL_OUT_BUFFER_LEN
#define MBEDTLS_SSL_IN_BUFFER_LEN ussl__record_room_in(ssl)
#define MBEDTLS_SSL_OUT_BUFFER_LEN ussl__record_room_out(ssl)
#define mbedtls_x509_crt_parse_der ussl__crt_parse_sent
#define mbedtls_x509_crt_verify_restartable(chain, ca, crl, profile, name, flags, f, p, rs)        \
    ((void)(ca), (void)(crl), (void)(f), (void)(p), (void)(rs),                                    \
        ussl__verify_sent(ssl, chain, flags))
#include "../library/ssl_tls.c"
