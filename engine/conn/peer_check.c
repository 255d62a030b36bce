// SPDX-License-Identifier: MIT
//
// peer_check.c - collects what a connection requires of its peer's certificates, verifies them, and
// reports what has been proven.
#include "conn.h"

// ---- helpers ----
static ussl__requirements_t requirements_of(const ussl_conn_t *conn) {
    const ussl_config_t *config = &conn->ctx->config;
    bool names = config->role == USSL_CLIENT && !config->no_hostname_check;
    ussl__requirements_t req = {
        .config = config,
        .owner = conn->owner,
        .hostname = names ? conn->hostname : NULL,
        .peer = config->role == USSL_CLIENT ? conn->hostname : NULL,
        .address = conn->address,
        .address_len = conn->address_len,
        .clock = ussl__clock_is_set(),
    };
    int64_t now = ussl__now();
    if (!req.clock && config->clock == USSL_CLOCK_FLOOR_DATE) {
        now = ussl_clock_floor();
        req.clock = req.at_least = true;
    }
    req.hold = !req.clock && config->clock == USSL_CLOCK_HOLD;
    req.clock = req.clock && mbedtls_x509_time_gmtime(now, &req.now) == 0;
    return req;
}

// ---- private to the room ----
void ussl__conn_latch_verdict(ussl_conn_t *conn) {
    const ussl_verdict_t *verdict = &conn->check.verdict;
    ussl_failure_t *why = ussl__conn_latch(
        conn, USSL_ERR_CERT, ussl__alert_for_verdict(verdict), ussl__verdict_reason(verdict));
    if (why != NULL) {
        why->cert = *verdict;
    }
}

uint16_t ussl__conn_rules(const ussl_conn_t *conn) {
    const ussl_config_t *config = &conn->ctx->config;
    if (conn->verify == USSL_VERIFY_NONE) {
        return 0;
    }
    bool name = config->role == USSL_CLIENT && conn->hostname && !config->no_hostname_check;
    const struct {
        bool asked;
        uint16_t bit;
    } rules[] = {
        {true, USSL__PROVEN_CHAIN},
        {name, USSL__PROVEN_NAME},
        {name && config->no_common_name, USSL__PROVEN_NO_CN},
        {config->on_cert != NULL, USSL__PROVEN_HOOK},
        {!config->partial_chain, USSL__PROVEN_ROOT},
        {config->strict, USSL__PROVEN_STRICT},
        {config->crl_check != USSL_CRL_NONE, USSL__PROVEN_CRL_LEAF},
        {config->crl_check == USSL_CRL_ALL, USSL__PROVEN_CRL_ALL},
    };
    uint16_t bits = 0;
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        bits |= rules[i].asked ? rules[i].bit : 0;
    }
    unsigned hook = config->on_cert != NULL ? config->on_cert_number : 0;
    return (uint16_t)(bits | hook << USSL__PROVEN_HOOK_SHIFT);
}

bool ussl__proves(uint16_t proven, uint16_t wanted) {
    const uint16_t bits = (1 << USSL__PROVEN_HOOK_SHIFT) - 1;
    unsigned hook = proven >> USSL__PROVEN_HOOK_SHIFT;
    bool same = hook == wanted >> USSL__PROVEN_HOOK_SHIFT && hook < 255;
    return (proven & wanted & bits) == (wanted & bits) && (same || !(wanted & USSL__PROVEN_HOOK));
}

uint16_t ussl__conn_proven(const ussl_conn_t *conn) {
    if (!conn->full_handshake) {
        return conn->proven_before;
    }
    bool verified = conn->check.verified && conn->check.verdict.flags == 0;
    return verified ? ussl__conn_rules(conn) : 0;
}

// ---- seam: called by mbedTLS ----
int ussl__verify_sent(mbedtls_ssl_context *ssl, const mbedtls_x509_crt *chain, uint32_t *flags) {
    ussl_conn_t *conn = ussl__conn_of(ssl);
    ussl__requirements_t req = requirements_of(conn);
    *flags = MBEDTLS_X509_BADCERT_OTHER;
    ussl_result_t result = ussl__verify(&req, chain, &conn->check);
    switch (result) {
        case USSL_OK:
            *flags = 0;
            return 0;
        case USSL_ERR_CERT:
            ussl__conn_latch_verdict(conn);
            return MBEDTLS_ERR_X509_CERT_VERIFY_FAILED;
        case USSL_ERR_HOOK:
            (void)ussl__conn_latch(
                conn, USSL_ERR_HOOK, USSL_ALERT_ACCESS_DENIED, "CERTIFICATE_VERIFY_FAILED");
            return MBEDTLS_ERR_X509_FATAL_ERROR;
        default:
            (void)ussl__conn_latch(conn, result, USSL_ALERT_INTERNAL_ERROR, NULL);
            return MBEDTLS_ERR_X509_ALLOC_FAILED;
    }
}
