// SPDX-License-Identifier: MIT
//
// verify.c - the chain rules that mbedTLS leaves open; one verdict, one reason.
//
// Notes: mbedTLS calls back once for each certificate of the path, anchor first, with the rules
// that it found broken. Here those are joined by purpose and name, which mbedTLS checks too late or
// too loosely (it falls back to the CN beside an e-mail SAN and matches an address against names).
// The verdict names one certificate and one rule, in OpenSSL's order of telling: trust, purpose,
// strength, name, revocation, dates.
#include "mbed.h"

#include <string.h>

// Rules by precedence: OpenSSL's number and words for each (X509_V_ERR_*).
static const struct {
    uint32_t flag;
    uint8_t code;
    const char *message;
} rules[] = {
    {USSL_CERT_UNTRUSTED, 20, "unable to get local issuer certificate"},
    {USSL_CERT_PURPOSE, 26, "unsuitable certificate purpose"},
    {USSL_CERT_WEAK_KEY, 66, "EE certificate key too weak"},
    {USSL_CERT_WEAK_HASH, 68, "CA signature digest algorithm too weak"},
    {USSL_CERT_NAME, 62, "Hostname mismatch"},
    {USSL_CERT_ADDRESS, 64, "IP address mismatch"},
    {USSL_CERT_NO_CRL, 3, "unable to get certificate CRL"},
    {USSL_CERT_CRL, 8, "CRL signature failure"},
    {USSL_CERT_OLD_CRL, 12, "CRL has expired"},
    {USSL_CERT_REVOKED, 23, "certificate revoked"},
    {USSL_CERT_NO_CLOCK, 9, "the clock is not set, so certificate dates cannot be checked"},
    {USSL_CERT_FUTURE, 9, "certificate is not yet valid"},
    {USSL_CERT_EXPIRED, 10, "certificate has expired"},
    {USSL_CERT_OTHER, 1, "unspecified certificate verification error"},
};
#define RULES (sizeof(rules) / sizeof(rules[0]))

// ---- helpers ----
static bool same_name(const mbedtls_x509_buf *a, const mbedtls_x509_buf *b) {
    return a->len == b->len && memcmp(a->p, b->p, a->len) == 0;
}

static bool self_issued(const mbedtls_x509_crt *crt) {
    return crt->issuer_raw.len > 0 && same_name(&crt->issuer_raw, &crt->subject_raw);
}

// The subject's last common name, which is the most specific one; NULL if there is none.
static const mbedtls_x509_buf *common_name(const mbedtls_x509_crt *crt) {
    const mbedtls_x509_buf *found = NULL;
    for (const mbedtls_x509_name *part = &crt->subject; part != NULL; part = part->next) {
        if (MBEDTLS_OID_CMP(MBEDTLS_OID_AT_CN, &part->oid) == 0) {
            found = &part->val;
        }
    }
    return found;
}

// RFC 9525 6: dNSName for names, iPAddress for addresses. The CN only where CPython uses it: for a
// name, when the certificate carries no dNSName at all.
static bool names_host(const ussl_conn_t *conn, const mbedtls_x509_crt *crt) {
    const unsigned char dns = MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_X509_SAN_DNS_NAME;
    const unsigned char ip = MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_X509_SAN_IP_ADDRESS;
    size_t host_len = strlen(conn->hostname);
    bool has_dns = false;
    for (const mbedtls_x509_sequence *san = &crt->subject_alt_names; san; san = san->next) {
        const mbedtls_x509_buf *name = &san->buf;
        if (conn->address_len > 0) {
            if (name->tag == ip && name->len == conn->address_len
                && memcmp(name->p, conn->address, name->len) == 0) {
                return true;
            }
        } else if (name->tag == dns) {
            has_dns = true;
            if (ussl_hostname_match((const char *)name->p, name->len, conn->hostname, host_len)) {
                return true;
            }
        }
    }
    if (has_dns || conn->address_len > 0 || conn->ctx->config.no_common_name) {
        return false;
    }
    const mbedtls_x509_buf *cn = common_name(crt);
    return cn && ussl_hostname_match((const char *)cn->p, cn->len, conn->hostname, host_len);
}

// Every suite of ours signs, so a key usage must allow that (RFC 5246 7.4.2, RFC 8446 4.4.2.2).
static bool fits_purpose(const ussl_conn_t *conn, const mbedtls_x509_crt *crt) {
    bool client = conn->ctx->config.role == USSL_CLIENT;
    const char *oid = client ? MBEDTLS_OID_SERVER_AUTH : MBEDTLS_OID_CLIENT_AUTH;
    size_t oid_len = MBEDTLS_OID_SIZE(MBEDTLS_OID_SERVER_AUTH);
    _Static_assert(sizeof(MBEDTLS_OID_SERVER_AUTH) == sizeof(MBEDTLS_OID_CLIENT_AUTH), "");
    return mbedtls_x509_crt_check_extended_key_usage(crt, oid, oid_len) == 0
        && mbedtls_x509_crt_check_key_usage(crt, MBEDTLS_X509_KU_DIGITAL_SIGNATURE) == 0;
}

// ---- where a path ends ----
static bool signed_by(const mbedtls_x509_crt *crt, mbedtls_x509_crt *issuer) {
    unsigned char hash[MBEDTLS_MD_MAX_SIZE];
    const mbedtls_md_info_t *md = mbedtls_md_info_from_type(crt->sig_md);
    return md != NULL && mbedtls_pk_can_do(&issuer->pk, crt->sig_pk)
        && mbedtls_md(md, crt->tbs.p, crt->tbs.len, hash) == 0
        && mbedtls_pk_verify_ext(crt->sig_pk, crt->sig_opts, &issuer->pk, crt->sig_md, hash,
               mbedtls_md_get_size(md), crt->sig.p, crt->sig.len)
        == 0;
}

static const mbedtls_x509_crt *trusted_issuer(
    const ussl_trust_t *trust, const mbedtls_x509_crt *crt) {
    for (mbedtls_x509_crt *issuer = trust->chain; issuer != NULL; issuer = issuer->next) {
        if (issuer->ca_istrue && same_name(&issuer->subject_raw, &crt->issuer_raw)
            && signed_by(crt, issuer) && !mbedtls_x509_time_is_past(&issuer->valid_to)) {
            return issuer;
        }
    }
    return NULL;
}

// mbedTLS ends a path at any certificate that is trusted. OpenSSL, unless told
// X509_V_FLAG_PARTIAL_CHAIN, wants to come to a self-signed one.
static bool reaches_a_root(const ussl_conn_t *conn, const mbedtls_x509_crt *anchor) {
    const ussl_trust_t *trust = conn->ctx->config.trust;
    for (int i = 0; i < MBEDTLS_X509_MAX_INTERMEDIATE_CA && anchor != NULL; i++) {
        if (self_issued(anchor)) {
            return true;
        }
        anchor = trust ? trusted_issuer(trust, anchor) : NULL;
    }
    return false;
}

static bool is_trusted_itself(const ussl_conn_t *conn, const mbedtls_x509_crt *crt) {
    const ussl_trust_t *trust = conn->ctx->config.trust;
    return trust != NULL && ussl_list_has_cert(trust->chain, crt);
}

// The rule for the top of a path, which mbedTLS shows first.
static uint32_t check_top(
    const ussl_conn_t *conn, const mbedtls_x509_crt *crt, int depth, uint32_t broken) {
    bool partial = conn->ctx->config.partial_chain;
    if (broken & USSL_CERT_UNTRUSTED) {
        // With partial chains the peer's own certificate can be an anchor.
        bool pinned = partial && depth == 0 && is_trusted_itself(conn, crt);
        return pinned ? broken & ~USSL_CERT_UNTRUSTED : broken;
    }
    return partial || reaches_a_root(conn, crt) ? broken : broken | USSL_CERT_UNTRUSTED;
}

static uint32_t translate(uint32_t flags) {
    static const struct {
        uint32_t theirs, ours;
    } map[] = {
        {MBEDTLS_X509_BADCERT_NOT_TRUSTED, USSL_CERT_UNTRUSTED},
        {MBEDTLS_X509_BADCERT_KEY_USAGE | MBEDTLS_X509_BADCERT_EXT_KEY_USAGE
                | MBEDTLS_X509_BADCERT_NS_CERT_TYPE,
            USSL_CERT_PURPOSE},
        {MBEDTLS_X509_BADCERT_REVOKED, USSL_CERT_REVOKED},
        {MBEDTLS_X509_BADCRL_EXPIRED, USSL_CERT_OLD_CRL},
        {MBEDTLS_X509_BADCRL_NOT_TRUSTED | MBEDTLS_X509_BADCRL_FUTURE | MBEDTLS_X509_BADCRL_BAD_MD
                | MBEDTLS_X509_BADCRL_BAD_PK | MBEDTLS_X509_BADCRL_BAD_KEY,
            USSL_CERT_CRL},
        {MBEDTLS_X509_BADCERT_BAD_PK | MBEDTLS_X509_BADCERT_BAD_KEY, USSL_CERT_WEAK_KEY},
        {MBEDTLS_X509_BADCERT_BAD_MD, USSL_CERT_WEAK_HASH},
        {MBEDTLS_X509_BADCERT_FUTURE, USSL_CERT_FUTURE},
        {MBEDTLS_X509_BADCERT_EXPIRED, USSL_CERT_EXPIRED},
    };
    uint32_t ours = 0;
    for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++) {
        if (flags & map[i].theirs) {
            ours |= map[i].ours;
            flags &= ~map[i].theirs;
        }
    }
    return flags ? ours | USSL_CERT_OTHER : ours;
}

static size_t rank(uint32_t flags) {
    size_t i = 0;
    while (i < RULES && !(flags & rules[i].flag)) {
        i++;
    }
    return i;
}

// anchored: the path came to a certificate that is trusted, but is no root.
static void verdict_add(ussl_verdict_t *verdict, const mbedtls_x509_crt *crt, int depth,
    uint32_t flags, bool anchored) {
    size_t now = rank(flags), before = rank(verdict->flags);
    verdict->flags |= flags;
    if (now >= before) {
        return;
    }
    verdict->depth = (uint8_t)depth;
    verdict->code = rules[now].code;
    verdict->message = rules[now].message;
    if (flags & USSL_CERT_UNTRUSTED && anchored) {
        verdict->code = 2;
        verdict->message = "unable to get issuer certificate";
    } else if (flags & USSL_CERT_UNTRUSTED && self_issued(crt)) {
        verdict->code = depth == 0 ? 18 : 19;
        verdict->message =
            depth == 0 ? "self-signed certificate" : "self-signed certificate in certificate chain";
    } else if (rules[now].flag == USSL_CERT_WEAK_KEY && depth > 0) {
        verdict->code = 67;
        verdict->message = "CA certificate key too weak";
    }
}

// mbedTLS picks the alert from the flags it gets back: this one makes it pick ours.
static uint32_t flag_for_alert(uint8_t alert) {
    switch (alert) {
        case MBEDTLS_SSL_ALERT_MSG_BAD_CERT:
            return MBEDTLS_X509_BADCERT_CN_MISMATCH;
        case MBEDTLS_SSL_ALERT_MSG_UNSUPPORTED_CERT:
            return MBEDTLS_X509_BADCERT_KEY_USAGE;
        case MBEDTLS_SSL_ALERT_MSG_CERT_REVOKED:
            return MBEDTLS_X509_BADCERT_REVOKED;
        case MBEDTLS_SSL_ALERT_MSG_CERT_EXPIRED:
            return MBEDTLS_X509_BADCERT_EXPIRED;
        case MBEDTLS_SSL_ALERT_MSG_UNKNOWN_CA:
            return MBEDTLS_X509_BADCERT_NOT_TRUSTED;
        default:
            return MBEDTLS_X509_BADCERT_FUTURE;
    }
}

// The rules of ours for the peer's own certificate.
static uint32_t check_leaf(const ussl_conn_t *conn, const mbedtls_x509_crt *crt) {
    uint32_t broken = fits_purpose(conn, crt) ? 0 : USSL_CERT_PURPOSE;
    bool check_name = conn->hostname != NULL && !conn->ctx->config.no_hostname_check
        && conn->ctx->config.role == USSL_CLIENT;
    if (check_name && !names_host(conn, crt)) {
        broken |= conn->address_len > 0 ? USSL_CERT_ADDRESS : USSL_CERT_NAME;
    }
    return broken;
}

#if USSL_CRL
// ---- revocation ----
static const uint32_t about_crls =
    USSL_CERT_REVOKED | USSL_CERT_CRL | USSL_CERT_OLD_CRL | USSL_CERT_NO_CRL;

// mbedTLS looks into a CRL only for a certificate above which its path goes on. The one at the top,
// if it is not its own issuer, is looked at for itself.
static uint32_t check_crl_of_top(const ussl_conn_t *conn, mbedtls_x509_crt *crt) {
    const ussl_trust_t *trust = conn->ctx->config.trust;
    uint32_t flags = 0;
    if (self_issued(crt)) {
        return 0;
    }
    if (trust == NULL || trust->chain == NULL) {
        return USSL_CERT_NO_CRL;
    }
    (void)mbedtls_x509_crt_verify_with_profile(crt, trust->chain, conn->ssl.conf->ca_crl,
        conn->ssl.conf->cert_profile, NULL, &flags, NULL, NULL);
    uint32_t broken = translate(flags);
    return broken & USSL_CERT_UNTRUSTED ? USSL_CERT_NO_CRL : broken & about_crls;
}

// Nor does it mind if there is no CRL of the issuer; and it minds an old one beside a new one.
static uint32_t check_crl(
    const ussl_conn_t *conn, mbedtls_x509_crt *crt, int depth, bool top, uint32_t broken) {
    ussl_crl_check_t wanted = conn->ctx->config.crl_check;
    if (wanted == USSL_CRL_NONE || (wanted == USSL_CRL_LEAF && depth > 0)) {
        return broken & ~about_crls;
    }
    if (top) {
        broken |= check_crl_of_top(conn, crt);
    }
    bool found = false, current = false;
    for (const mbedtls_x509_crl *crl = conn->ssl.conf->ca_crl; crl != NULL; crl = crl->next) {
        if (same_name(&crl->issuer_raw, &crt->issuer_raw)) {
            found = true;
            current |= !mbedtls_x509_time_is_past(&crl->next_update);
        }
    }
    broken = current ? broken & ~USSL_CERT_OLD_CRL : broken;
    return found ? broken : broken | USSL_CERT_NO_CRL;
}
#endif // USSL_CRL

// ---- private to the engine ----
int ussl_verify_step(void *arg, mbedtls_x509_crt *crt, int depth, uint32_t *flags) {
    ussl_conn_t *conn = arg;
    ussl_verify_state_t *check = &conn->check;
    uint32_t broken = translate(*flags & ~(uint32_t)MBEDTLS_X509_BADCERT_CN_MISMATCH);
    bool anchored = !(broken & USSL_CERT_UNTRUSTED);
    bool top = !check->verified;
    if (top) {
        broken = check_top(conn, crt, depth, broken);
        check->verified = true;
    }
    if (!ussl_clock_is_set()) {
        broken = (broken & ~(USSL_CERT_FUTURE | USSL_CERT_EXPIRED)) | USSL_CERT_NO_CLOCK;
    }
#if USSL_CRL
    broken = check_crl(conn, crt, depth, top, broken);
#endif
    if (depth < USSL_PATH_MAX) {
        check->path[depth] = crt;
    }
    if (depth == 0) {
        broken |= check_leaf(conn, crt);
    }
    if (broken != 0) {
        verdict_add(&check->verdict, crt, depth, broken, anchored);
    }
    // Depth 0 always comes last, so the whole verdict can be told there in one flag.
    bool refused = depth == 0 && check->verdict.flags != 0;
    *flags = refused ? flag_for_alert(ussl_verdict_alert(&check->verdict)) : 0;
    ussl_on_cert_t hook = conn->ctx->config.on_cert;
    if (broken == 0 && hook != NULL) {
        ussl_scope_t *scope = ussl_scope_pause();
        ussl_result_t answer = hook(conn->owner, crt->raw.p, crt->raw.len, (unsigned)depth);
        ussl_scope_resume(scope);
        check->hook_stopped = answer != USSL_OK;
    }
    return check->hook_stopped ? MBEDTLS_ERR_X509_FATAL_ERROR : 0;
}

uint8_t ussl_verdict_alert(const ussl_verdict_t *verdict) {
    switch (verdict->code) {
        case 9:
        case 62:
        case 64:
            return MBEDTLS_SSL_ALERT_MSG_BAD_CERT;
        case 10:
        case 12:
            return MBEDTLS_SSL_ALERT_MSG_CERT_EXPIRED;
        case 2:
        case 3:
        case 18:
        case 19:
        case 20:
            return MBEDTLS_SSL_ALERT_MSG_UNKNOWN_CA;
        case 23:
            return MBEDTLS_SSL_ALERT_MSG_CERT_REVOKED;
        case 26:
            return MBEDTLS_SSL_ALERT_MSG_UNSUPPORTED_CERT;
        default:
            return MBEDTLS_SSL_ALERT_MSG_CERT_UNKNOWN;
    }
}
