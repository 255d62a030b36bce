// SPDX-License-Identifier: MIT
//
// revocation.c - checks certificates of a path against the CRLs that were loaded (RFC 5280 6.3).
//
// Notes: if an issuer has several CRLs, all that are valid and current are used. If none of them
// is, the faults of the first are reported. A certificate whose issuer has no CRL is refused,
// because the check is made only if the configuration requires it.
#include "verify.h"

#include <string.h>

#if USSL_CRL
// ---- helpers ----
static bool crl_signed_by(const mbedtls_x509_crl *crl, const mbedtls_x509_crt *issuer) {
    ussl__signature_t signature = {&crl->tbs, &crl->sig, crl->sig_md, crl->sig_pk, crl->sig_opts};
    return !ussl__hash_is_weak(crl->sig_md) && ussl__signature_is_good(&signature, issuer);
}

// Returns the issuer of a certificate, which is the next certificate of the path. The issuer of the
// last one is that certificate itself if it is self-issued, and otherwise the first certificate of
// the trust with the issuer's name, or NULL if there is none.
static const mbedtls_x509_crt *issuer_of(
    const ussl__requirements_t *req, const ussl__path_t *path, size_t depth) {
    const mbedtls_x509_crt *crt = path->cert[depth];
    if (depth + 1 < path->len) {
        return path->cert[depth + 1];
    }
    if (ussl__is_self_issued(crt)) {
        return crt;
    }
    const ussl_trust_t *trust = req->config->trust;
    for (const mbedtls_x509_crt *ca = trust ? trust->chain : NULL; ca != NULL; ca = ca->next) {
        if (ussl__dn_equal(&ca->subject_raw, &crt->issuer_raw)) {
            return ca;
        }
    }
    return NULL;
}

// Checks one CRL. Returns USSL_CERT_* bits, or 0 if the CRL is valid and current and does not list
// the certificate. *code is an X509_V_ERR_* number, or 0 for the usual number of the bit.
static uint32_t judge(const ussl__requirements_t *req, const mbedtls_x509_crl *crl,
    const mbedtls_x509_crt *crt, const mbedtls_x509_crt *issuer, uint8_t *code) {
    bool has_usage = issuer->ext_types & MBEDTLS_X509_EXT_KEY_USAGE;
    *code = 0;
    if (has_usage && !(issuer->key_usage & MBEDTLS_X509_KU_CRL_SIGN)) {
        *code = 35;
        return USSL_CERT_CRL;
    }
    bool early =
        req->clock && !req->at_least && mbedtls_x509_time_cmp(&crl->this_update, &req->now) > 0;
    if (early || !crl_signed_by(crl, issuer)) {
        return USSL_CERT_CRL;
    }
    bool old = req->clock && mbedtls_x509_time_cmp(&crl->next_update, &req->now) < 0;
    uint32_t listed = mbedtls_x509_crt_is_revoked(crt, crl) ? USSL_CERT_REVOKED : 0;
    return old ? listed | USSL_CERT_OLD_CRL : listed;
}

// True if the CRL itself is valid and current.
static bool is_current(uint32_t said) {
    return (said & ~USSL_CERT_REVOKED) == 0;
}
#endif

// ---- private to the engine ----
void ussl__revocation_check(const ussl__requirements_t *req, const ussl__path_t *path, size_t depth,
    ussl_verdict_t *verdict) {
#if USSL_CRL
    ussl_crl_check_t wanted = req->config->crl_check;
    if (wanted == USSL_CRL_NONE || (wanted == USSL_CRL_LEAF && depth > 0)) {
        return;
    }
    const mbedtls_x509_crt *crt = path->cert[depth], *issuer = issuer_of(req, path, depth);
    const ussl_trust_t *trust = req->config->trust;
    uint32_t fault = USSL_CERT_NO_CRL;
    uint8_t code = 0;
    for (const mbedtls_x509_crl *crl = trust ? trust->crls : NULL; crl && issuer; crl = crl->next) {
        if (!ussl__dn_equal(&crl->issuer_raw, &crt->issuer_raw)) {
            continue;
        }
        uint8_t detail;
        uint32_t said = judge(req, crl, crt, issuer, &detail);
        bool first = fault == USSL_CERT_NO_CRL;
        if (is_current(said) && is_current(fault)) {
            fault |= said;
        } else if (first || is_current(said)) {
            fault = said;
            code = detail;
        }
    }
    for (uint32_t flag = 1; flag != 0 && flag <= fault; flag <<= 1) {
        if (fault & flag) {
            ussl__verdict_add(verdict, flag, code, depth);
        }
    }
#else
    (void)req, (void)path, (void)depth, (void)verdict;
#endif
}
