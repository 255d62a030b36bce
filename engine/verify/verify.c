// SPDX-License-Identifier: MIT
//
// verify.c - verifies the certificates of a peer: path, rules, dates that are checked later, and
// the owner's hook.
//
// Notes: this replaces mbedTLS's verification, which uses the first path that it finds and leaves
// many rules of RFC 5280 to the caller.
#include "verify.h"

#include <string.h>

// ---- helpers ----
static ussl_result_t find_path(
    ussl__requirements_t *req, const mbedtls_x509_crt *chain, ussl__verification_t *check) {
#if USSL_PINS
    if (ussl__pins_trust_key(req->config->trust, req->peer, chain)) {
        req->hold = false; // the dates of such a certificate are not checked
        check->path = (ussl__path_t){.cert = {chain}, .len = 1, .anchored = true, .believed = true};
        ussl__rules_check_key(chain, &check->verdict);
        return USSL_OK;
    }
#endif
    return ussl__path_find(req, chain, &check->path, &check->verdict);
}

// True if the owner's hook accepts the path. It may refuse a path that breaks no rule.
static bool hook_agrees(const ussl__requirements_t *req, const ussl__path_t *path) {
    ussl_on_cert_t hook = req->config->on_cert;
    for (size_t i = path->len; hook != NULL && i-- > 0;) {
        const mbedtls_x509_buf *raw = &path->cert[i]->raw;
        ussl__scope_t *scope = ussl__scope_pause();
        ussl_result_t answer = hook(req->owner, raw->p, raw->len, (unsigned)i);
        ussl__scope_resume(scope);
        if (answer != USSL_OK) {
            return false;
        }
    }
    return true;
}

// Copies the subject of the certificate that the verdict names, because the chain is freed when the
// handshake has failed. Keeps nothing if there is no memory for it.
static void keep_blamed(ussl__verification_t *check) {
    const mbedtls_x509_buf *subject = &check->path.cert[check->verdict.depth]->subject_raw;
    check->blamed = ussl__calloc(1, subject->len);
    if (check->blamed != NULL) {
        memcpy(check->blamed, subject->p, subject->len);
        check->blamed_len = subject->len;
    }
}

// ---- dates that are checked later ----
#if USSL_CRL
// Returns the time at which the last CRL of the certificate's issuer expires, in seconds since
// 1970, or 0 if there is no such CRL.
static int64_t crls_end(const ussl_trust_t *trust, const mbedtls_x509_crt *crt) {
    int64_t end = 0;
    for (const mbedtls_x509_crl *crl = trust ? trust->crls : NULL; crl != NULL; crl = crl->next) {
        int64_t this_end = ussl__seconds_of(&crl->next_update);
        if (ussl__dn_equal(&crl->issuer_raw, &crt->issuer_raw) && this_end > end) {
            end = this_end;
        }
    }
    return end;
}
#endif

static void hold_dates(const ussl_config_t *config, ussl__verification_t *check) {
    (void)config;
    check->held = true;
    check->not_before = INT64_MIN;
    check->not_after = INT64_MAX;
    for (size_t i = 0; i < check->path.len; i++) {
        const mbedtls_x509_crt *crt = check->path.cert[i];
        int64_t from = ussl__seconds_of(&crt->valid_from), to = ussl__seconds_of(&crt->valid_to);
#if USSL_CRL
        ussl_crl_check_t wanted = config->crl_check;
        if (wanted == USSL_CRL_ALL || (wanted == USSL_CRL_LEAF && i == 0)) {
            int64_t end = crls_end(config->trust, crt);
            to = end < to ? end : to;
        }
#endif
        check->not_before = from > check->not_before ? from : check->not_before;
        check->not_after = to < check->not_after ? to : check->not_after;
    }
}

// ---- private to the engine ----
bool ussl__verify_held(ussl__verification_t *check) {
    if (!check->held) {
        return check->verdict.flags == 0;
    }
    if (!ussl__clock_is_set()) {
        return false;
    }
    int64_t now = ussl__now();
    if (now < check->not_before) {
        ussl__verdict_add(&check->verdict, USSL_CERT_FUTURE, 0, 0);
    }
    if (now > check->not_after) {
        ussl__verdict_add(&check->verdict, USSL_CERT_EXPIRED, 0, 0);
    }
    check->held = false;
    return check->verdict.flags == 0;
}

ussl_result_t ussl__verify(
    ussl__requirements_t *req, const mbedtls_x509_crt *chain, ussl__verification_t *check) {
    ussl_result_t result = find_path(req, chain, check);
    if (result != USSL_OK) {
        return result;
    }
    check->verified = true;
    if (check->verdict.flags != 0) {
        keep_blamed(check);
        return USSL_ERR_CERT;
    }
    if (req->hold) {
        hold_dates(req->config, check);
    }
    return hook_agrees(req, &check->path) ? USSL_OK : USSL_ERR_HOOK;
}
