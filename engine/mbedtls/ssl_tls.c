// SPDX-License-Identifier: MIT
//
// ssl_tls.c - replaces mbedTLS's ssl_tls.c: it includes that file whole, with other definitions for
// the sizes of the record buffers and of a message, for parsing and verifying a peer's
// certificates, for the alert that refuses them, and for the peer's list of signature schemes.
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
#undef MBEDTLS_SSL_OUT_CONTENT_LEN
#define MBEDTLS_SSL_IN_BUFFER_LEN ussl__record_room_in(ssl)
#define MBEDTLS_SSL_OUT_BUFFER_LEN ussl__record_room_out(ssl)
#define MBEDTLS_SSL_OUT_CONTENT_LEN ussl__message_room()
// The plaintext that a peer accepts if it has not sent max_fragment_length: 2^14 octets, and the
// inner content type of TLS 1.3 (RFC 8446 5.2).
#undef MBEDTLS_TLS_EXT_ADV_CONTENT_LEN
#define MBEDTLS_TLS_EXT_ADV_CONTENT_LEN (16384 + 1)
#define mbedtls_x509_crt_parse_der ussl__crt_parse_sent
#define mbedtls_x509_crt_verify_restartable(chain, ca, crl, profile, name, flags, f, p, rs)        \
    ((void)(ca), (void)(crl), (void)(f), (void)(p), (void)(rs),                                    \
        ussl__verify_sent(ssl, chain, flags))
#define mbedtls_ssl_send_alert_message(ssl, level, alert)                                          \
    mbedtls_ssl_send_alert_message(ssl, level, ussl__alert_to_send(ssl, alert))
#define mbedtls_ssl_parse_sig_alg_ext ussl__parse_every_sig_alg
int ussl__parse_every_sig_alg(
    mbedtls_ssl_context *ssl, const unsigned char *buf, const unsigned char *end);
#include "../library/ssl_tls.c"
#undef mbedtls_ssl_parse_sig_alg_ext

// mbedTLS keeps the first 19 signature schemes of a TLS 1.3 peer, supported or not. Those that are
// not supported are removed here, because a peer's list can begin with new schemes (RFC 8446
// 4.2.3).
int mbedtls_ssl_parse_sig_alg_ext(
    mbedtls_ssl_context *ssl, const unsigned char *buf, const unsigned char *end) {
    unsigned char known[2 + 2 * MBEDTLS_RECEIVED_SIG_ALGS_SIZE];
    size_t len = 0, all = (size_t)(end - buf);
    if (all < 2 || (size_t)MBEDTLS_GET_UINT16_BE(buf, 0) != all - 2 || all % 2 != 0) {
        return ussl__parse_every_sig_alg(ssl, buf, end); // returns the error
    }
    for (const unsigned char *at = buf + 2; at < end && len + 4 <= sizeof(known); at += 2) {
        if (mbedtls_ssl_sig_alg_is_offered(ssl, MBEDTLS_GET_UINT16_BE(at, 0))) {
            memcpy(known + 2 + len, at, 2);
            len += 2;
        }
    }
#if USSL_TLS13
    if (len == 0 && all > 2 && ssl->conf->endpoint == MBEDTLS_SSL_IS_CLIENT) {
        // If a CertificateRequest has no scheme that we support, the answer is an empty list of
        // certificates (RFC 8446 4.4.2), and no signature.
        ssl->handshake->received_sig_algs[0] = MBEDTLS_TLS_SIG_NONE;
        return 0;
    }
#endif
    MBEDTLS_PUT_UINT16_BE(len, known, 0);
    return ussl__parse_every_sig_alg(ssl, known, known + 2 + len);
}
