// SPDX-License-Identifier: MIT
//
// extension.c - certificates parsed for what they are, and their extensions one by one.
//
// Notes: mbedTLS refuses a certificate for a critical extension that it does not know while it
// parses it, so one that nobody needs would end a handshake, and one with name constraints could
// never be used. Here everything well-formed is let in; rules.c looks at the extensions of those
// that a path goes through.
#include "der.h"

// ---- parsing ----
static int let_in(void *unused, const mbedtls_x509_crt *crt, const mbedtls_x509_buf *oid,
    int critical, const unsigned char *p, const unsigned char *end) {
    (void)unused, (void)crt, (void)oid, (void)critical, (void)p, (void)end;
    return 0;
}

// A key or signature of a kind that is not built in.
static bool is_unsupported(int code) {
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

int ussl_crt_parse(mbedtls_x509_crt *chain, const unsigned char *der, size_t len) {
    der_t rest = der_of(der, len), body;
    if (!der_enter(&rest, DER_SEQUENCE, &body) || rest.at != rest.end) {
        return MBEDTLS_ERR_X509_INVALID_FORMAT;
    }
    return mbedtls_x509_crt_parse_der_with_ext_cb(chain, der, len, 1, let_in, NULL);
}

int ussl_crt_parse_sent(mbedtls_x509_crt *chain, const unsigned char *der, size_t len) {
    bool extra = chain->version != 0;
    int code = ussl_crt_parse(chain, der, len);
    if (!is_unsupported(code)) {
        return code;
    }
    // Without its low part: mbedTLS would go on without the peer's own certificate, too.
    return extra ? 0 : -(-code & 0xFF80);
}

int ussl_crt_parse_owned(mbedtls_x509_crt *crt, unsigned char *der, size_t len) {
    int code = mbedtls_x509_crt_parse_der_with_ext_cb(crt, der, len, 0, let_in, NULL);
    if (code == 0) {
        crt->own_buffer = 1;
    }
    return code;
}

bool ussl_tbs_field(const uint8_t *der, size_t len, size_t index, mbedtls_x509_buf *out) {
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

// ---- extensions ----
bool ussl_extension_next(der_t *list, ussl_extension_t *out) {
    der_t extension, flag;
    if (!der_enter(list, DER_SEQUENCE, &extension) || !der_enter(&extension, DER_OID, &out->oid)) {
        return false;
    }
    out->critical = der_enter(&extension, DER_BOOLEAN, &flag) && flag.at < flag.end && *flag.at;
    return der_enter(&extension, DER_OCTETS, &out->content);
}

der_t ussl_extensions(const mbedtls_x509_crt *crt) {
    der_t whole = der_of(crt->v3_ext.p, crt->v3_ext.len), list = {NULL, NULL};
    if (crt->v3_ext.len > 0) {
        (void)der_enter(&whole, DER_SEQUENCE, &list);
    }
    return list;
}

bool ussl_extension_find(
    const mbedtls_x509_crt *crt, const char *oid, size_t len, ussl_extension_t *out) {
    der_t list = ussl_extensions(crt);
    while (ussl_extension_next(&list, out)) {
        if (der_is(&out->oid, oid, len)) {
            return true;
        }
    }
    return false;
}
