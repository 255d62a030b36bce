// SPDX-License-Identifier: MIT
//
// parse.c - parses certificates with mbedTLS's parser, and keeps lists of them.
//
// Notes: mbedTLS's parser refuses a certificate with a critical extension that it does not support.
// A certificate that no certification path needs would then end the handshake, and one with name
// constraints could never be used. Here such certificates are parsed, and verify/rules.c judges the
// extensions of those that are in a path.
#include "x509.h"

#include <string.h>

// ---- helpers ----
// Accepts every extension that mbedTLS does not support. Its type is mbedtls_x509_crt_ext_cb_t.
static int let_in(void *unused, const mbedtls_x509_crt *crt, const mbedtls_x509_buf *oid,
    int critical, const unsigned char *p, const unsigned char *end) {
    (void)unused, (void)crt, (void)oid, (void)critical, (void)p, (void)end;
    return 0;
}

// True if checking one signature with an RSA key would take far more work than with any key that is
// in use: the modulus has over 8192 bits, or the exponent over 64. OpenSSL has a limit of 64 bits
// too (OPENSSL_RSA_MAX_PUBEXP_BITS). Also true for an exponent that is even or 1, which no RSA key
// can have.
static bool is_costly_rsa(const mbedtls_x509_crt *crt) {
    if (mbedtls_pk_get_type(&crt->pk) != MBEDTLS_PK_RSA) {
        return false;
    }
    const mbedtls_rsa_context *rsa = mbedtls_pk_rsa(crt->pk);
    size_t exponent = mbedtls_mpi_bitlen(&rsa->E);
    return mbedtls_mpi_bitlen(&rsa->N) > 8192 || exponent > 64 || exponent < 2
        || mbedtls_mpi_get_bit(&rsa->E, 0) == 0;
}

static bool is_der_boolean(der_t flag) {
    return flag.end - flag.at == 1 && (*flag.at == 0 || *flag.at == 0xFF);
}

// True if an extension has a BOOLEAN that is neither 0 nor 0xFF (X.690 11.1). mbedTLS reads any
// value but 0 as TRUE, so another parser may not see a CA certificate as one.
static bool has_odd_boolean(const mbedtls_x509_crt *crt) {
    der_t list = ussl__extensions(crt), extension, oid, flag, content, body;
    while (der_enter(&list, DER_SEQUENCE, &extension)) {
        bool named = der_enter(&extension, DER_OID, &oid);
        if (der_enter(&extension, DER_BOOLEAN, &flag) && !is_der_boolean(flag)) {
            return true;
        }
        bool constraints = named && der_is(&oid, "\x55\x1d\x13", 3)
            && der_enter(&extension, DER_OCTETS, &content)
            && der_enter(&content, DER_SEQUENCE, &body);
        if (constraints && der_enter(&body, DER_BOOLEAN, &flag) && !is_der_boolean(flag)) {
            return true;
        }
    }
    return false;
}

// ---- private to the engine ----
bool ussl__crt_is_unsupported(int code) {
    switch (-(-code & 0xFF80)) {
        case MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG:
        case MBEDTLS_ERR_PK_UNKNOWN_PK_ALG:
        case MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE:
        case MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE:
            return true;
        default:
            return false;
    }
}

int ussl__crt_parse(mbedtls_x509_crt *chain, const unsigned char *der, size_t len) {
    der_t rest = der_of(der, len), body;
    if (!der_enter(&rest, DER_SEQUENCE, &body) || rest.at != rest.end) {
        return MBEDTLS_ERR_X509_INVALID_FORMAT;
    }
    return mbedtls_x509_crt_parse_der_with_ext_cb(chain, der, len, 1, let_in, NULL);
}

int ussl__crt_parse_sent(mbedtls_x509_crt *chain, const unsigned char *der, size_t len) {
    bool extra = chain->version != 0;
    int code = ussl__crt_parse(chain, der, len);
    if (code == 0) {
        const mbedtls_x509_crt *last = chain;
        while (last->next != NULL) {
            last = last->next;
        }
        if (is_costly_rsa(last)) {
            return MBEDTLS_ERR_X509_INVALID_FORMAT; // the format of the key
        }
        return has_odd_boolean(last) ? MBEDTLS_ERR_X509_INVALID_EXTENSIONS : 0;
    }
    if (!ussl__crt_is_unsupported(code)) {
        return code;
    }
    // mbedTLS skips any certificate for which it gets MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG with
    // MBEDTLS_ERR_OID_NOT_FOUND in its low bits, even the peer's own. Without the low bits the code
    // makes mbedTLS end the handshake.
    return extra ? 0 : -(-code & 0xFF80);
}

int ussl__crt_parse_owned(mbedtls_x509_crt *crt, unsigned char *der, size_t len) {
    int code = mbedtls_x509_crt_parse_der_with_ext_cb(crt, der, len, 0, let_in, NULL);
    if (code == 0) {
        crt->own_buffer = 1;
    }
    return code;
}

bool ussl__tbs_field(const uint8_t *der, size_t len, size_t index, mbedtls_x509_buf *out) {
    der_t all = der_of(der, len), crt, tbs, part;
    int tag;
    if (!der_enter(&all, DER_SEQUENCE, &crt) || !der_enter(&crt, DER_SEQUENCE, &tbs)) {
        return false;
    }
    (void)der_enter(&tbs, DER_CONTEXT | DER_WITHIN, &part); // version
    for (; index > 0; index--) {
        if (!der_skip(&tbs, &tag, &part)) {
            return false;
        }
    }
    out->p = tbs.at;
    if (!der_enter(&tbs, DER_SEQUENCE, &part)) {
        return false;
    }
    out->len = (size_t)(tbs.at - out->p);
    return true;
}

bool ussl__certs_have(const mbedtls_x509_crt *list, const mbedtls_x509_crt *crt) {
    for (; list != NULL; list = list->next) {
        if (ussl__same_buf(&list->raw, &crt->raw)) {
            return true;
        }
    }
    return false;
}

void ussl__certs_free(mbedtls_x509_crt *list) {
    if (list != NULL) {
        mbedtls_x509_crt_free(list); // frees every node behind it too
        ussl__free(list);
    }
}
