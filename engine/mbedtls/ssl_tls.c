// SPDX-License-Identifier: MIT
//
// ssl_tls.c - replaces mbedTLS's ssl_tls.c: it includes that file whole, with other definitions for
// the sizes of the record buffers, for parsing and verifying a peer's certificates, and for the
// alert that refuses them.
//
// Notes: mbedTLS fixes the size of its record buffers at compile time, and uses it when it
// allocates them, when it wipes them for a HelloRetryRequest, and when it frees them. Its own
// MBEDTLS_SSL_VARIABLE_BUFFER_LENGTH cannot read a TLS 1.2 record once the handshake is over, and
// holds full buffers until then. Its verification judges only the first certification path that it
// finds, and it chooses the alert by flags that cannot express every verdict. No source of mbedTLS
// is changed or copied. A version of mbedTLS that calls the replaced functions with other arguments
// does not compile with this file.
#include "mbed.h"

#undef MBEDTLS_SSL_IN_BUFFER_LEN
#undef MBEDTLS_SSL_OUT_BUFFER_LEN
#define MBEDTLS_SSL_IN_BUFFER_LEN ussl__record_room_in(ssl)
#define MBEDTLS_SSL_OUT_BUFFER_LEN ussl__record_room_out(ssl)
#define mbedtls_x509_crt_parse_der ussl__crt_parse_sent
#define mbedtls_x509_crt_verify_restartable(chain, ca, crl, profile, name, flags, f, p, rs)        \
    ((void)(ca), (void)(crl), (void)(f), (void)(p), (void)(rs),                                    \
        ussl__verify_sent(ssl, chain, flags))
#define mbedtls_ssl_send_alert_message(ssl, level, alert)                                          \
    mbedtls_ssl_send_alert_message(ssl, level, ussl__alert_to_send(ssl, alert))
#include "../library/ssl_tls.c"
