// SPDX-License-Identifier: MIT
//
// verify.c - what a connection makes of its peer's certificates.
//
// Notes: stands in the place of mbedTLS's own verification (mbed_ssl_tls.c), which takes the first
// path that it comes to and leaves half of RFC 5280 to the caller. mbedTLS picks the alert by the
// flags that it gets back.
#include "der.h"

// ---- helpers ----
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

static ussl_demands_t demands_of(const ussl_conn_t *conn) {
    const ussl_config_t *config = &conn->ctx->config;
    bool names = config->role == USSL_CLIENT && !config->no_hostname_check;
    ussl_demands_t demands = {
        .config = config,
        .hostname = names ? conn->hostname : NULL,
        .peer = config->role == USSL_CLIENT ? conn->hostname : NULL,
        .address = conn->address,
        .address_len = conn->address_len,
        .clock = ussl_clock_is_set(),
    };
    int64_t now = ussl_seconds();
    if (!demands.clock && config->clock == USSL_CLOCK_FLOOR_DATE) {
        now = ussl_clock_floor();
        demands.clock = demands.at_least = true;
    }
    demands.hold = !demands.clock && config->clock == USSL_CLOCK_HOLD;
    demands.clock = demands.clock && mbedtls_x509_time_gmtime(now, &demands.now) == 0;
    return demands;
}

// False: no memory.
static bool find_path(
    ussl_demands_t *demands, const mbedtls_x509_crt *chain, ussl_verify_state_t *check) {
#if USSL_PINS
    if (ussl_pins_trust_key(demands->config->trust, demands->peer, chain)) {
        demands->hold = false; // its dates do not matter
        check->path = (ussl_path_t){.cert = {chain}, .len = 1, .anchored = true, .believed = true};
        ussl_rules_check_key(chain, &check->verdict);
        return true;
    }
#endif
    return ussl_path_find(demands, chain, &check->path, &check->verdict);
}

// The owner's hook may refuse what has passed.
static bool hook_agrees(ussl_conn_t *conn) {
    const ussl_path_t *path = &conn->check.path;
    ussl_on_cert_t hook = conn->ctx->config.on_cert;
    for (size_t i = path->len; hook != NULL && i-- > 0;) {
        const mbedtls_x509_buf *raw = &path->cert[i]->raw;
        ussl_scope_t *scope = ussl_scope_pause();
        ussl_result_t answer = hook(conn->owner, raw->p, raw->len, (unsigned)i);
        ussl_scope_resume(scope);
        if (answer != USSL_OK) {
            return false;
        }
    }
    return true;
}

// The chain goes when the handshake has failed. Its subject is kept if there is memory for it.
static void keep_blamed(ussl_verify_state_t *check) {
    const mbedtls_x509_buf *subject = &check->path.cert[check->verdict.depth]->subject_raw;
    check->blamed = ussl_calloc(1, subject->len);
    if (check->blamed != NULL) {
        memcpy(check->blamed, subject->p, subject->len);
        check->blamed_len = subject->len;
    }
}

// ---- dates that are held back ----
static int64_t seconds_of(const mbedtls_x509_time *t) {
    ussl_date_t date = ussl_date_of(t);
    return ussl_date_seconds(&date);
}

#if USSL_CRL
// Of several CRLs of one issuer the last to expire counts.
static int64_t crls_end(const ussl_trust_t *trust, const mbedtls_x509_crt *crt) {
    int64_t end = 0;
    for (const mbedtls_x509_crl *crl = trust ? trust->crls : NULL; crl != NULL; crl = crl->next) {
        int64_t this_end = seconds_of(&crl->next_update);
        if (ussl_dn_equal(&crl->issuer_raw, &crt->issuer_raw) && this_end > end) {
            end = this_end;
        }
    }
    return end;
}
#endif

static void hold_dates(ussl_conn_t *conn) {
    ussl_verify_state_t *check = &conn->check;
    check->held = true;
    check->not_before = INT64_MIN;
    check->not_after = INT64_MAX;
    for (size_t i = 0; i < check->path.len; i++) {
        const mbedtls_x509_crt *crt = check->path.cert[i];
        int64_t from = seconds_of(&crt->valid_from), to = seconds_of(&crt->valid_to);
#if USSL_CRL
        ussl_crl_check_t wanted = conn->ctx->config.crl_check;
        if (wanted == USSL_CRL_ALL || (wanted == USSL_CRL_LEAF && i == 0)) {
            int64_t end = crls_end(conn->ctx->config.trust, crt);
            to = end < to ? end : to;
        }
#endif
        check->not_before = from > check->not_before ? from : check->not_before;
        check->not_after = to < check->not_after ? to : check->not_after;
    }
}

// ---- private to the engine ----
bool ussl_verify_held(ussl_conn_t *conn) {
    ussl_verify_state_t *check = &conn->check;
    if (!check->held) {
        return check->verdict.flags == 0;
    }
    if (!ussl_clock_is_set()) {
        return false;
    }
    int64_t now = ussl_seconds();
    if (now < check->not_before) {
        ussl_verdict_add(&check->verdict, USSL_CERT_FUTURE, 0, 0);
    }
    if (now > check->not_after) {
        ussl_verdict_add(&check->verdict, USSL_CERT_EXPIRED, 0, 0);
    }
    check->held = false;
    return check->verdict.flags == 0;
}

int ussl_verify(ussl_conn_t *conn, const mbedtls_x509_crt *chain, uint32_t *flags) {
    ussl_verify_state_t *check = &conn->check;
    ussl_demands_t demands = demands_of(conn);
    if (!find_path(&demands, chain, check)) {
        return MBEDTLS_ERR_X509_ALLOC_FAILED;
    }
    check->verified = true;
    if (check->verdict.flags != 0) {
        keep_blamed(check);
        *flags = flag_for_alert(ussl_verdict_alert(&check->verdict));
        return MBEDTLS_ERR_X509_CERT_VERIFY_FAILED;
    }
    if (demands.hold) {
        hold_dates(conn);
    }
    check->hook_stopped = !hook_agrees(conn);
    *flags = check->hook_stopped ? MBEDTLS_X509_BADCERT_OTHER : 0;
    return check->hook_stopped ? MBEDTLS_ERR_X509_FATAL_ERROR : 0;
}

// ---- public, in header order ----
bool ussl_conn_blamed(const ussl_conn_t *conn, const uint8_t **der, size_t *len) {
    *der = conn->check.blamed;
    *len = conn->check.blamed_len;
    return *der != NULL;
}
