// SPDX-License-Identifier: MIT
//
// trust.c - a trust: the certificates, revocation lists, root store and pins that a context
// believes.
//
// Notes: certificates, CRLs and pins are only added, never removed; the store can be replaced. A
// batch of certificates and CRLs is parsed as a whole and then appended in one step. So a batch
// with one bad certificate changes nothing, and a context or a connection may walk the list while
// certificates are added. OpenSSL shares its stores in the same way.
#include "trust.h"

#include <string.h>

// ---- helpers ----
static void free_crls(mbedtls_x509_crl *list) {
#if USSL_CRL
    if (list != NULL) {
        mbedtls_x509_crl_free(list); // frees every node behind it too
        ussl__free(list);
    }
#else
    (void)list;
#endif
}

static void trust_drop(ussl__object_t *object) {
    ussl_trust_t *trust = (ussl_trust_t *)object;
    ussl_arena_t *arena = trust->arena;
    ussl__certs_free(trust->chain);
    free_crls(trust->crls);
    ussl__object_unref(trust->store);
#if USSL_PINS
    ussl__pins_free(trust->pins);
#endif
    ussl__free(trust);
    ussl_arena_unref(arena);
}

// The certificates and CRLs that one call adds, until all of them are parsed.
typedef struct {
    mbedtls_x509_crt *first, *last;         // owned until linked in; last is lent, the end
    mbedtls_x509_crl *first_crl, *last_crl; // owned until linked in; last_crl is lent, the end
    size_t usable;    // certificates and CRLs that can be used, also those that the trust has
    uint32_t skipped; // certificates whose algorithm is not built in, or that are not for TLS
    bool not_for_tls; // one of them is not for TLS
} batch_t;

static int batch_add(batch_t *batch, const ussl_trust_t *trust, const uint8_t *der, size_t len) {
    mbedtls_x509_crt *crt = ussl__calloc(1, sizeof(*crt));
    if (crt == NULL) {
        return MBEDTLS_ERR_X509_ALLOC_FAILED;
    }
    mbedtls_x509_crt_init(crt);
    int code = ussl__crt_parse(crt, der, len);
    if (ussl__crt_is_unsupported(code)) {
        // A bundle is loaded even if one of its certificates cannot be used.
        batch->skipped++;
        ussl__certs_free(crt);
        return 0;
    }
    batch->usable += code == 0;
    if (code != 0 || ussl__certs_have(trust->chain, crt) || ussl__certs_have(batch->first, crt)) {
        ussl__certs_free(crt);
        return code;
    }
    if (batch->first == NULL) {
        batch->first = crt;
    } else {
        batch->last->next = crt;
    }
    batch->last = crt;
    return 0;
}

#if USSL_CRL
static bool has_crl(const mbedtls_x509_crl *list, const mbedtls_x509_crl *crl) {
    for (; list != NULL; list = list->next) {
        if (ussl__same_buf(&list->raw, &crl->raw)) {
            return true;
        }
    }
    return false;
}

static int batch_add_crl(
    batch_t *batch, const ussl_trust_t *trust, const uint8_t *der, size_t len) {
    mbedtls_x509_crl *crl = ussl__calloc(1, sizeof(*crl));
    if (crl == NULL) {
        return MBEDTLS_ERR_X509_ALLOC_FAILED;
    }
    mbedtls_x509_crl_init(crl);
    int code = mbedtls_x509_crl_parse_der(crl, der, len);
    if (code != 0) {
        free_crls(crl);
        return code;
    }
    batch->usable++;
    if (has_crl(trust->crls, crl) || has_crl(batch->first_crl, crl)) {
        free_crls(crl);
        return 0;
    }
    if (batch->first_crl == NULL) {
        batch->first_crl = crl;
    } else {
        batch->last_crl->next = crl;
    }
    batch->last_crl = crl;
    return 0;
}

static void batch_link_crls(const batch_t *batch, ussl_trust_t *trust) {
    if (batch->first_crl == NULL) {
        return;
    }
    for (const mbedtls_x509_crl *crl = batch->first_crl; crl != NULL; crl = crl->next) {
        ussl__fingerprint_add(trust->crls_hash, crl->raw.p, crl->raw.len);
    }
    if (trust->crls == NULL) {
        trust->crls = batch->first_crl;
    } else {
        trust->last_crl->next = batch->first_crl;
    }
    trust->last_crl = batch->last_crl;
}
#endif // USSL_CRL

// ---- fingerprint ----
static void fingerprint_begin(const ussl_trust_t *trust, uint8_t fp[USSL__FINGERPRINT_SIZE]) {
    memset(fp, 0, USSL__FINGERPRINT_SIZE);
#if USSL_STORE
    if (trust != NULL && trust->store != NULL) {
        memcpy(fp, ussl__store_hash(trust->store), USSL__FINGERPRINT_SIZE);
    }
#endif
#if USSL_PINS
    if (trust != NULL) {
        ussl__pins_fingerprint(trust->pins, fp);
    }
#endif
    (void)trust;
}

static void fingerprint_cert(uint8_t fp[USSL__FINGERPRINT_SIZE], const mbedtls_x509_crt *crt) {
    ussl__fingerprint_add(fp, crt->raw.p, crt->raw.len);
}

// Computes crl_fingerprint again after a change of `fingerprint` or `crls_hash`.
static void fingerprint_all(ussl_trust_t *trust) {
#if USSL_CRL
    memcpy(trust->crl_fingerprint, trust->fingerprint, USSL__FINGERPRINT_SIZE);
    ussl__fingerprint_add(trust->crl_fingerprint, trust->crls_hash, USSL__FINGERPRINT_SIZE);
#else
    (void)trust;
#endif
}

#if USSL_STORE || USSL_PINS
// Computes the fingerprint again after the store or the pins have changed, because they are hashed
// before the certificates.
static void fingerprint_refresh(ussl_trust_t *trust) {
    fingerprint_begin(trust, trust->fingerprint);
    for (const mbedtls_x509_crt *crt = trust->chain; crt != NULL; crt = crt->next) {
        fingerprint_cert(trust->fingerprint, crt);
    }
    fingerprint_all(trust);
}
#endif

// ---- loading ----
static void batch_link(batch_t *batch, ussl_trust_t *trust) {
#if USSL_CRL
    batch_link_crls(batch, trust);
#endif
    if (batch->first == NULL) {
        return;
    }
    for (const mbedtls_x509_crt *crt = batch->first; crt != NULL; crt = crt->next) {
        fingerprint_cert(trust->fingerprint, crt);
        trust->count++;
    }
    if (trust->chain == NULL) {
        trust->chain = batch->first;
    } else {
        trust->last->next = batch->first;
    }
    trust->last = batch->last;
}

typedef enum { CERTIFICATES, TRUSTED_CERTIFICATES, CRLS, KINDS } kind_t;

static int add_certificate(
    batch_t *batch, const ussl_trust_t *trust, kind_t kind, const uint8_t *der, size_t len) {
    if (USSL_PEM && kind == TRUSTED_CERTIFICATES && !ussl__trusted_for_tls(der, &len)) {
        batch->skipped++;
        batch->not_for_tls = true;
        return 0;
    }
    return batch_add(batch, trust, der, len);
}

// Adds every PEM block of one kind, and increments *found for each.
static ussl_result_t add_blocks(batch_t *batch, const ussl_trust_t *trust, const char *text,
    const char *end, kind_t kind, size_t *found, ussl_failure_t *why) {
    static const char *const labels[] = {"CERTIFICATE", "TRUSTED CERTIFICATE", "X509 CRL"};
    for (;;) {
        uint8_t *der;
        size_t der_len;
        const char *label = labels[kind];
        ussl_result_t result = ussl__pem_next(&text, end, label, &der, &der_len, why);
        if (result != USSL_OK) {
            return result == USSL_CLOSED ? USSL_OK : result;
        }
        ++*found;
#if USSL_CRL
        int code = kind == CRLS ? batch_add_crl(batch, trust, der, der_len)
                                : add_certificate(batch, trust, kind, der, der_len);
#else
        if (kind == CRLS) {
            ussl__free(der);
            return ussl__parse_error(why, "CRL_NOT_BUILT_IN", 0);
        }
        int code = add_certificate(batch, trust, kind, der, der_len);
#endif
        ussl__free(der);
        if (code != 0) {
            return ussl__parse_error(why, "BAD_CERTIFICATE", code);
        }
    }
}

static ussl_result_t add_pem(batch_t *batch, const ussl_trust_t *trust, const char *text,
    const char *end, ussl_failure_t *why) {
    size_t found = 0;
    ussl_result_t result = USSL_OK;
    for (kind_t kind = CERTIFICATES; kind < KINDS && result == USSL_OK; kind++) {
        result = add_blocks(batch, trust, text, end, kind, &found, why);
    }
    if (result == USSL_OK && found == 0) {
        return ussl__parse_error(why, "NO_START_LINE", 0);
    }
    return result;
}

static ussl_result_t add_der(batch_t *batch, const ussl_trust_t *trust, const uint8_t *data,
    const uint8_t *end, ussl_failure_t *why) {
    if (data == end) {
        return ussl__parse_error(why, "NOT_ENOUGH_DATA", 0);
    }
    while (data < end) {
        unsigned char *p = (unsigned char *)data; // mbedTLS only moves the pointer
        size_t len;
        int code =
            mbedtls_asn1_get_tag(&p, end, &len, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE);
        if (code == 0) {
            code = batch_add(batch, trust, data, (size_t)(p - data) + len);
        }
        if (code != 0) {
            bool first = batch->first == NULL;
            return ussl__parse_error(why, first ? "NOT_ENOUGH_DATA" : "NESTED_ASN1_ERROR", code);
        }
        data = p + len;
    }
    return USSL_OK;
}

// ---- private to the engine ----
bool ussl__trust_began_with(const ussl_trust_t *trust, uint32_t count, const uint8_t *fp) {
    if (trust != NULL && trust->count == count) {
        return memcmp(trust->fingerprint, fp, USSL__FINGERPRINT_SIZE) == 0;
    }
    uint8_t then[USSL__FINGERPRINT_SIZE];
    fingerprint_begin(trust, then);
    const mbedtls_x509_crt *crt = trust ? trust->chain : NULL;
    for (; count > 0 && crt != NULL; count--, crt = crt->next) {
        fingerprint_cert(then, crt);
    }
    return count == 0 && memcmp(then, fp, USSL__FINGERPRINT_SIZE) == 0;
}

// ---- public ----
ussl_result_t ussl_trust_new(ussl_arena_t *arena, ussl_trust_t **out) {
    if (arena == NULL || out == NULL) {
        return USSL_ERR_USAGE;
    }
    ussl__scope_t scope;
    ussl__scope_enter(&scope, arena);
    ussl_trust_t *trust = ussl__calloc(1, sizeof(*trust));
    ussl__scope_leave(&scope);
    if (trust == NULL) {
        return USSL_ERR_MEMORY;
    }
    trust->object.refs = 1;
    trust->object.drop = trust_drop;
    trust->arena = ussl_arena_ref(arena);
    *out = trust;
    return USSL_OK;
}

ussl_trust_t *ussl_trust_ref(ussl_trust_t *trust) {
    return ussl__object_ref(trust);
}

void ussl_trust_unref(ussl_trust_t *trust) {
    ussl__object_unref(trust);
}

// PEM and DER differ only in how the next certificate is found, and in that CRLs are read from PEM
// only.
static ussl_result_t trust_add(
    ussl_trust_t *trust, const void *data, size_t len, bool pem, ussl_failure_t *why) {
    if (trust == NULL || (data == NULL && len > 0)) {
        return ussl__load_error(why, USSL_ERR_USAGE, NULL);
    }
    ussl__scope_t scope;
    ussl__scope_enter(&scope, trust->arena);
    batch_t batch = {0};
    ussl_result_t result = pem ? add_pem(&batch, trust, data, (const char *)data + len, why)
                               : add_der(&batch, trust, data, (const uint8_t *)data + len, why);
    if (result == USSL_OK && batch.usable == 0) {
        result = ussl__parse_error(
            why, batch.not_for_tls ? "NOT_TRUSTED_FOR_TLS" : "UNSUPPORTED_ALGORITHM", 0);
    }
    if (result == USSL_OK) {
        trust->skipped += batch.skipped;
        batch_link(&batch, trust);
        fingerprint_all(trust);
    } else {
        ussl__certs_free(batch.first);
        free_crls(batch.first_crl);
        if (scope.failed) {
            result = ussl__load_error(why, USSL_ERR_MEMORY, NULL);
        }
    }
    ussl__scope_leave(&scope);
    return result;
}

ussl_result_t ussl_trust_add_pem(
    ussl_trust_t *trust, const char *text, size_t len, ussl_failure_t *why) {
    return trust_add(trust, text, len, true, why);
}

ussl_result_t ussl_trust_add_der(
    ussl_trust_t *trust, const uint8_t *data, size_t len, ussl_failure_t *why) {
    return trust_add(trust, data, len, false, why);
}

void ussl_trust_stats(const ussl_trust_t *trust, ussl_trust_stats_t *out) {
    *out = (ussl_trust_stats_t){.skipped = trust->skipped};
    for (const mbedtls_x509_crt *crt = trust->chain; crt != NULL; crt = crt->next) {
        out->x509++;
        out->x509_ca += ussl__is_ca(crt);
    }
    for (const mbedtls_x509_crl *crl = trust->crls; crl != NULL; crl = crl->next) {
        out->crl++;
    }
}

const ussl_cert_t *ussl_trust_cert(const ussl_trust_t *trust, size_t index) {
    const mbedtls_x509_crt *crt = trust->chain;
    while (crt != NULL && index-- > 0) {
        crt = crt->next;
    }
    return (const ussl_cert_t *)crt;
}

#if USSL_STORE
ussl_result_t ussl_trust_set_store(ussl_trust_t *trust, ussl_store_t *store) {
    ussl_store_t *before = trust->store;
    ussl__scope_t scope;
    ussl__scope_enter(&scope, trust->arena);
    trust->store = ussl__object_ref(store);
    ussl__object_unref(before);
    fingerprint_refresh(trust);
    ussl__scope_leave(&scope);
    return USSL_OK;
}
#endif

#if USSL_PINS
ussl_result_t ussl_trust_pin(
    ussl_trust_t *trust, const char *host, const uint8_t hash[USSL_PIN_SIZE], bool trust_key) {
    size_t len = host ? strlen(host) : 0;
    if (len > MBEDTLS_SSL_MAX_HOST_NAME_LEN || (host != NULL && !ussl__pin_can_apply(host))) {
        return USSL_ERR_USAGE;
    }
    ussl__scope_t scope;
    ussl__scope_enter(&scope, trust->arena);
    ussl_pin_t *pin = ussl__pin_new(host, hash, trust_key, trust->pins);
    if (pin != NULL) {
        trust->pins = pin;
        fingerprint_refresh(trust);
    }
    ussl__scope_leave(&scope);
    return pin ? USSL_OK : USSL_ERR_MEMORY;
}
#endif
