// SPDX-License-Identifier: MIT
//
// extension.c - lists and finds the extensions of a certificate (RFC 5280 4.2).
#include "x509.h"

bool ussl__extension_next(der_t *list, ussl__extension_t *out) {
    der_t extension, flag;
    if (!der_enter(list, DER_SEQUENCE, &extension) || !der_enter(&extension, DER_OID, &out->oid)) {
        return false;
    }
    out->critical = der_enter(&extension, DER_BOOLEAN, &flag) && flag.at < flag.end && *flag.at;
    return der_enter(&extension, DER_OCTETS, &out->content);
}

der_t ussl__extensions(const mbedtls_x509_crt *crt) {
    der_t whole = der_of(crt->v3_ext.p, crt->v3_ext.len), list = {NULL, NULL};
    if (crt->v3_ext.len > 0) {
        (void)der_enter(&whole, DER_SEQUENCE, &list);
    }
    return list;
}

bool ussl__extension_find(
    const mbedtls_x509_crt *crt, const char *oid, size_t len, ussl__extension_t *out) {
    der_t list = ussl__extensions(crt);
    while (ussl__extension_next(&list, out)) {
        if (der_is(&out->oid, oid, len)) {
            return true;
        }
    }
    return false;
}
