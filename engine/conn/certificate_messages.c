// SPDX-License-Identifier: MIT
//
// certificate_messages.c - checks Certificate, CertificateRequest and CertificateVerify, before
// mbedTLS reads them (RFC 8446 4.3.2 and 4.4, RFC 5246 7.4.4).
//
// Notes: mbedTLS sends a client's first certificate whatever the CertificateRequest says. Here a
// client sends the first certificate whose signature the server accepts, or an empty list, as
// OpenSSL does. The certificate types in a CertificateRequest of TLS 1.2 are ignored, because some
// servers name only the type of their own certificate and accept others. In DTLS only mbedTLS reads
// these messages.
#include "extensions.h"

// ---- helpers ----
// Makes mbedTLS send this certificate or, if it is NULL, an empty Certificate message and no
// signature.
static void use_certificate(ussl_conn_t *conn, mbedtls_ssl_key_cert *own) {
    static mbedtls_ssl_key_cert none; // all zero
    conn->ssl.handshake->key_cert = own != NULL ? own : &none;
}

// Reads a list of values of `width` octets. Returns false if the list is malformed or empty.
static bool read_values(
    ussl__reader_t *body, size_t length_bytes, size_t width, ussl__reader_t *list) {
    return ussl__read_vector(body, length_bytes, list) && list->at != list->end
        && ussl__bytes_left(list) % width == 0;
}

#if USSL_TLS12
static bool has_scheme(ussl__reader_t schemes, unsigned wanted) {
    uint64_t scheme;
    while (ussl__read_number(&schemes, 2, &scheme)) {
        if (scheme == wanted) {
            return true;
        }
    }
    return false;
}

// In TLS 1.2 mbedTLS computes one hash of the handshake, with the cipher suite's function, so a
// client can sign with that function only.
static int tls12_request_arrived(ussl_conn_t *conn, ussl__reader_t body) {
    const mbedtls_ssl_ciphersuite_t *suite = conn->ssl.handshake->ciphersuite_info;
    ussl__reader_t types, schemes;
    if (suite == NULL || !read_values(&body, 1, 1, &types) || !read_values(&body, 2, 2, &schemes)) {
        return ussl__malformed(conn);
    }
    unsigned hash =
        suite->mac == MBEDTLS_MD_SHA384 ? MBEDTLS_SSL_HASH_SHA384 : MBEDTLS_SSL_HASH_SHA256;
    mbedtls_ssl_key_cert *own = conn->ssl.conf->key_cert;
    while (own != NULL && !has_scheme(schemes, hash << 8 | mbedtls_ssl_sig_from_pk(own->key))) {
        own = own->next;
    }
    use_certificate(conn, own);
    return 0;
}
#endif

#if USSL_TLS13
static int tls13_request_arrived(ussl_conn_t *conn, ussl__reader_t body) {
    ussl__reader_t context, list, data, schemes;
    if (!ussl__read_vector(&body, 1, &context)) {
        return ussl__malformed(conn);
    }
    if (context.at != context.end) { // RFC 8446 4.3.2: it is empty in a handshake
        return ussl__refuse(conn, USSL_ALERT_ILLEGAL_PARAMETER, "INVALID_CONTEXT");
    }
    int code = ussl__tls_exts_read(conn, &body, &list);
    code = code ? code : ussl__check_authorities(conn, list);
    if (code != 0) {
        return code;
    }
    if (!ussl__tls_ext_find(list, EXT_SIGNATURE_ALGORITHMS, &data)) {
        return ussl__refuse(
            conn, USSL_ALERT_MISSING_EXTENSION, "MISSING_SIGALGS_EXTENSION"); // RFC 8446 4.3.2
    }
    if (!read_values(&data, 2, 2, &schemes) || data.at != data.end) {
        return ussl__malformed(conn);
    }
    use_certificate(conn, ussl__signing_key(&conn->ssl, schemes));
    return 0;
}

// An extension here must answer one of the ClientHello or the CertificateRequest (RFC 8446 4.4.2).
// The engine sends none that has such an answer, so every extension is refused. mbedTLS would
// refuse them with another alert.
static int tls13_certificate_arrived(ussl_conn_t *conn, ussl__reader_t body) {
    ussl__reader_t context, entries, certificate, list;
    if (!ussl__read_vector(&body, 1, &context) || !ussl__read_vector(&body, 3, &entries)
        || body.at != body.end) {
        return ussl__malformed(conn);
    }
    while (entries.at < entries.end) {
        if (!ussl__read_vector(&entries, 3, &certificate)
            || !ussl__read_vector(&entries, 2, &list)) {
            return ussl__malformed(conn);
        }
        if (list.at != list.end) {
            return ussl__refuse(conn, USSL_ALERT_UNSUPPORTED_EXTENSION, "UNSOLICITED_EXTENSION");
        }
    }
    return 0;
}

// Returns the curve that an ECDSA scheme names (RFC 8446 4.2.3).
static mbedtls_ecp_group_id curve_of(uint64_t scheme) {
    switch (scheme) {
        case MBEDTLS_TLS1_3_SIG_ECDSA_SECP256R1_SHA256:
            return MBEDTLS_ECP_DP_SECP256R1;
        case MBEDTLS_TLS1_3_SIG_ECDSA_SECP384R1_SHA384:
            return MBEDTLS_ECP_DP_SECP384R1;
        case MBEDTLS_TLS1_3_SIG_ECDSA_SECP521R1_SHA512:
            return MBEDTLS_ECP_DP_SECP521R1;
        default:
            return MBEDTLS_ECP_DP_NONE;
    }
}

// mbedTLS compares the hash of the scheme with the key, but not the curve.
static int tls13_verify_arrived(ussl_conn_t *conn, ussl__reader_t body) {
    const mbedtls_x509_crt *peer = conn->ssl.session_negotiate->peer_cert;
    ussl__reader_t signature;
    uint64_t scheme = 0;
    if (!ussl__read_number(&body, 2, &scheme) || !ussl__read_vector(&body, 2, &signature)
        || body.at != body.end) {
        return ussl__malformed(conn);
    }
    mbedtls_ecp_group_id curve = curve_of(scheme);
    bool other = peer != NULL && curve != MBEDTLS_ECP_DP_NONE
        && (!mbedtls_pk_can_do(&peer->pk, MBEDTLS_PK_ECDSA)
            || mbedtls_pk_get_ec_group_id(&peer->pk) != curve);
    return other ? ussl__refuse(conn, USSL_ALERT_ILLEGAL_PARAMETER, "WRONG_SIGNATURE_TYPE") : 0;
}
#endif

// ---- private to the room ----
#if USSL_TLS13
mbedtls_ssl_key_cert *ussl__signing_key(const mbedtls_ssl_context *ssl, ussl__reader_t schemes) {
    uint64_t scheme;
    while (ussl__read_number(&schemes, 2, &scheme)) {
        for (mbedtls_ssl_key_cert *own = ssl->conf->key_cert; own != NULL; own = own->next) {
            if (mbedtls_ssl_sig_alg_is_supported(ssl, (uint16_t)scheme)
                && mbedtls_ssl_tls13_check_sig_alg_cert_key_match(
                    (uint16_t)scheme, &own->cert->pk)) {
                return own;
            }
        }
    }
    return NULL;
}
#endif

int ussl__certificate_message_arrived(ussl_conn_t *conn, ussl__reader_t body) {
    unsigned type = conn->ssl.in_msg[0];
    (void)body, (void)type;
#if USSL_TLS13
    if (conn->ssl.tls_version == MBEDTLS_SSL_VERSION_TLS1_3) {
        return type == MBEDTLS_SSL_HS_CERTIFICATE_REQUEST ? tls13_request_arrived(conn, body)
            : type == MBEDTLS_SSL_HS_CERTIFICATE          ? tls13_certificate_arrived(conn, body)
                                                          : tls13_verify_arrived(conn, body);
    }
#endif
#if USSL_TLS12
    if (type == MBEDTLS_SSL_HS_CERTIFICATE_REQUEST) {
        return tls12_request_arrived(conn, body);
    }
#endif
    return 0;
}
