// SPDX-License-Identifier: MIT
//
// fuzz_load.c - loads certificates, revocation lists and keys from PEM and DER, then reads every
// field of the certificates and verifies them. The first octet chooses the loader.
#include "common.h"

static void ask_everything(const ussl_cert_t *cert) {
    ussl_cert_info_t info;
    ussl_attribute_t attribute;
    const uint8_t *value;
    size_t len;
    unsigned kind;
    uint8_t hash[USSL_PIN_SIZE];
    ussl_cert_info(cert, &info);
    (void)ussl_spki_sha256(info.der, info.der_len, hash);
    for (int whose = 0; whose < 2; whose++) {
        ussl_cert_name(cert, (ussl_whose_t)whose, &value, &len);
        for (size_t i = 0; ussl_name_attribute(value, len, i, &attribute); i++) {
        }
    }
    for (size_t i = 0; ussl_cert_alt_name(cert, i, &kind, &value, &len); i++) {
    }
    for (int uri = 0; uri < 3; uri++) {
        for (size_t i = 0; ussl_cert_uri(cert, (ussl_uri_t)uri, i, &value, &len); i++) {
        }
    }
}

// Verifies each certificate as a peer's own, under the trust that contains all of them.
static void judge(ussl_trust_t *trust) {
    ussl_config_t config = {.trust = trust, .strict = true, .crl_check = USSL_CRL_ALL};
    ussl__requirements_t req = {.config = &config, .hostname = "localhost", .clock = true};
    (void)mbedtls_x509_time_gmtime(FUZZ_NOW, &req.now);
    ussl__scope_t scope;
    ussl__scope_enter(&scope, trust->arena);
    for (mbedtls_x509_crt *crt = trust->chain; crt != NULL; crt = crt->next) {
        ussl__path_t path;
        ussl_verdict_t verdict;
        if (ussl__path_find(&req, crt, &path, &verdict) == USSL_OK) {
            ussl__certs_free(path.roots);
        }
    }
    ussl__scope_leave(&scope);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    fuzz_start();
    if (len == 0) {
        return 0;
    }
    ussl_arena_t *arena;
    ussl_trust_t *trust;
    if (ussl_arena_new(0, &arena) != USSL_OK || ussl_trust_new(arena, &trust) != USSL_OK) {
        abort();
    }
    int loader = data[0] % 3;
    const uint8_t *rest = data + 1;
    len--;
    if (loader == 2) {
        ussl_identity_t *identity = NULL;
        ussl_identity_source_t source = {.cert = rest,
            .cert_len = len,
            .password = (const uint8_t *)"secret",
            .password_len = 6};
        if (ussl_identity_new(arena, &source, &identity, NULL) == USSL_OK) {
            ussl_identity_unref(identity);
        }
    } else if ((loader == 0 ? ussl_trust_add_pem(trust, (const char *)rest, len, NULL)
                            : ussl_trust_add_der(trust, rest, len, NULL))
        == USSL_OK) {
        const ussl_cert_t *cert;
        for (size_t i = 0; (cert = ussl_trust_cert(trust, i)) != NULL; i++) {
            ask_everything(cert);
        }
        judge(trust);
    }
    ussl_trust_unref(trust);
    ussl_arena_unref(arena);
    fuzz_end();
    return 0;
}
