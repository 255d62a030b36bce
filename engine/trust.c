// SPDX-License-Identifier: MIT
//
// trust.c - the set of certificates we believe.
//
// Notes: the list only grows, and a batch is linked in at its end in one step after all of it was
// parsed. So a context or a connection may walk the list while more is added, as in OpenSSL where
// a store is shared, and a batch with one bad certificate changes nothing.
#include "der.h"

static const char pem_begin[] = "-----BEGIN ";
#if USSL_PEM
static const char pem_end[] = "-----END ";
static const char pem_dashes[] = "-----";
#endif

// ---- helpers ----
static const char *find(const char *from, const char *end, const char *what) {
    size_t len = strlen(what);
    for (; (size_t)(end - from) >= len; from++) {
        from = memchr(from, what[0], (size_t)(end - from) - len + 1);
        if (from == NULL) {
            break;
        }
        if (memcmp(from, what, len) == 0) {
            return from;
        }
    }
    return NULL;
}

#if USSL_PEM
// Is `-----BEGIN label-----` (or END) at p? Gives the place after it.
static const char *pem_line(const char *p, const char *end, const char *kind, const char *label) {
    const char *part[] = {kind, label, pem_dashes};
    for (size_t i = 0; i < 3; i++) {
        size_t len = strlen(part[i]);
        if ((size_t)(end - p) < len || memcmp(p, part[i], len) != 0) {
            return NULL;
        }
        p += len;
    }
    return p;
}
#endif

bool ussl_list_has_cert(const mbedtls_x509_crt *list, const mbedtls_x509_crt *crt) {
    for (; list != NULL; list = list->next) {
        if (ussl_same_buf(&list->raw, &crt->raw)) {
            return true;
        }
    }
    return false;
}

void ussl_certs_free(mbedtls_x509_crt *list) {
    if (list != NULL) {
        mbedtls_x509_crt_free(list); // and every node behind it
        ussl_free(list);
    }
}

static void free_crls(mbedtls_x509_crl *list) {
#if USSL_CRL
    if (list != NULL) {
        mbedtls_x509_crl_free(list); // and every node behind it
        ussl_free(list);
    }
#else
    (void)list;
#endif
}

static void trust_drop(ussl_object_t *object) {
    ussl_trust_t *trust = (ussl_trust_t *)object;
    ussl_arena_t *arena = trust->arena;
    ussl_certs_free(trust->chain);
    free_crls(trust->crls);
    ussl_object_unref(trust->store);
#if USSL_PINS
    ussl_pins_free(trust->pins);
#endif
    ussl_free(trust);
    ussl_arena_unref(arena);
}

// A batch being parsed.
typedef struct {
    mbedtls_x509_crt *first, *last;
    mbedtls_x509_crl *first_crl, *last_crl;
} batch_t;

static int batch_add(batch_t *batch, const ussl_trust_t *trust, const uint8_t *der, size_t len) {
    mbedtls_x509_crt *crt = ussl_calloc(1, sizeof(*crt));
    if (crt == NULL) {
        return MBEDTLS_ERR_X509_ALLOC_FAILED;
    }
    mbedtls_x509_crt_init(crt);
    int code = ussl_crt_parse(crt, der, len);
    if (code != 0 || ussl_list_has_cert(trust->chain, crt)
        || ussl_list_has_cert(batch->first, crt)) {
        ussl_certs_free(crt);
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

// One mark stands for all certificates up to here: SHA-256 of the mark before and the certificate.
void ussl_mark_add(uint8_t mark[USSL_MARK_SIZE], const void *bytes, size_t len) {
    mbedtls_sha256_context hash;
    mbedtls_sha256_init(&hash);
    bool good = mbedtls_sha256_starts(&hash, 0) == 0
        && mbedtls_sha256_update(&hash, mark, USSL_MARK_SIZE) == 0
        && mbedtls_sha256_update(&hash, bytes, len) == 0 && mbedtls_sha256_finish(&hash, mark) == 0;
    (void)good; // in software none of them fails
    mbedtls_sha256_free(&hash);
}

static void mark_add(uint8_t mark[USSL_MARK_SIZE], const mbedtls_x509_crt *crt) {
    ussl_mark_add(mark, crt->raw.p, crt->raw.len);
}

#if USSL_CRL
static bool has_crl(const mbedtls_x509_crl *list, const mbedtls_x509_crl *crl) {
    for (; list != NULL; list = list->next) {
        if (ussl_same_buf(&list->raw, &crl->raw)) {
            return true;
        }
    }
    return false;
}

static int batch_add_crl(
    batch_t *batch, const ussl_trust_t *trust, const uint8_t *der, size_t len) {
    mbedtls_x509_crl *crl = ussl_calloc(1, sizeof(*crl));
    if (crl == NULL) {
        return MBEDTLS_ERR_X509_ALLOC_FAILED;
    }
    mbedtls_x509_crl_init(crl);
    int code = mbedtls_x509_crl_parse_der(crl, der, len);
    if (code != 0) {
        free_crls(crl);
        return code;
    }
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
    if (trust->crls == NULL) {
        trust->crls = batch->first_crl;
    } else {
        trust->last_crl->next = batch->first_crl;
    }
    trust->last_crl = batch->last_crl;
}
#endif // USSL_CRL

static void mark_begin(const ussl_trust_t *trust, uint8_t mark[USSL_MARK_SIZE]) {
    memset(mark, 0, USSL_MARK_SIZE);
#if USSL_STORE
    if (trust != NULL && trust->store != NULL) {
        memcpy(mark, ussl_store_hash(trust->store), USSL_MARK_SIZE);
    }
#endif
#if USSL_PINS
    if (trust != NULL) {
        ussl_pins_mark(trust, mark);
    }
#endif
    (void)trust;
}

static void batch_link(batch_t *batch, ussl_trust_t *trust) {
#if USSL_CRL
    batch_link_crls(batch, trust);
#endif
    if (batch->first == NULL) {
        return;
    }
    for (const mbedtls_x509_crt *crt = batch->first; crt != NULL; crt = crt->next) {
        mark_add(trust->mark, crt);
        trust->count++;
    }
    if (trust->chain == NULL) {
        trust->chain = batch->first;
    } else {
        trust->last->next = batch->first;
    }
    trust->last = batch->last;
}

// All blocks of one kind. *found counts them.
static ussl_result_t add_blocks(batch_t *batch, const ussl_trust_t *trust, const char *text,
    const char *end, bool crls, size_t *found, ussl_failure_t *why) {
    for (;;) {
        uint8_t *der;
        size_t der_len;
        const char *label = crls ? "X509 CRL" : "CERTIFICATE";
        ussl_result_t result = ussl_pem_next(&text, end, label, &der, &der_len, why);
        if (result != USSL_OK) {
            return result == USSL_CLOSED ? USSL_OK : result;
        }
        ++*found;
#if USSL_CRL
        int code = crls ? batch_add_crl(batch, trust, der, der_len)
                        : batch_add(batch, trust, der, der_len);
#else
        if (crls) {
            ussl_free(der);
            return ussl_failure_set(why, USSL_ERR_PARSE, "CRL_NOT_BUILT_IN");
        }
        int code = batch_add(batch, trust, der, der_len);
#endif
        ussl_free(der);
        if (code != 0) {
            ussl_failure_set(why, USSL_ERR_PARSE, "BAD_CERTIFICATE");
            why->backend = code;
            return USSL_ERR_PARSE;
        }
    }
}

static ussl_result_t add_pem(batch_t *batch, const ussl_trust_t *trust, const char *text,
    const char *end, ussl_failure_t *why) {
    size_t found = 0;
    ussl_result_t result = add_blocks(batch, trust, text, end, false, &found, why);
    if (result == USSL_OK) {
        result = add_blocks(batch, trust, text, end, true, &found, why);
    }
    if (result == USSL_OK && found == 0) {
        return ussl_failure_set(why, USSL_ERR_PARSE, "NO_START_LINE");
    }
    return result;
}

static ussl_result_t add_der(batch_t *batch, const ussl_trust_t *trust, const uint8_t *data,
    const uint8_t *end, ussl_failure_t *why) {
    if (data == end) {
        return ussl_failure_set(why, USSL_ERR_PARSE, "NOT_ENOUGH_DATA");
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
            ussl_failure_set(why, USSL_ERR_PARSE, first ? "NOT_ENOUGH_DATA" : "NESTED_ASN1_ERROR");
            why->backend = code;
            return USSL_ERR_PARSE;
        }
        data = p + len;
    }
    return USSL_OK;
}

// ---- private to the engine ----
#if USSL_PEM
ussl_result_t ussl_pem_next(const char **at, const char *end, const char *label, uint8_t **der,
    size_t *der_len, ussl_failure_t *why) {
    const char *body = NULL;
    for (const char *p = *at; (p = find(p, end, pem_begin)) != NULL; p++) {
        body = pem_line(p, end, pem_begin, label);
        if (body != NULL) {
            break;
        }
    }
    if (body == NULL) {
        return USSL_CLOSED;
    }
    const char *stop = find(body, end, pem_end);
    const char *next = stop ? pem_line(stop, end, pem_end, label) : NULL;
    if (next == NULL) {
        return ussl_failure_set(why, USSL_ERR_PARSE, "BAD_END_LINE");
    }
    size_t size = 0, text_len = (size_t)(stop - body);
    const unsigned char *text = (const unsigned char *)body;
    // First call measures; a body without one byte of data cannot be a certificate.
    int code = mbedtls_base64_decode(NULL, 0, &size, text, text_len);
    if (code != MBEDTLS_ERR_BASE64_BUFFER_TOO_SMALL || size == 0) {
        return ussl_failure_set(why, USSL_ERR_PARSE, "BAD_BASE64_DECODE");
    }
    uint8_t *buf = ussl_calloc(1, size);
    if (buf == NULL) {
        return ussl_failure_set(why, USSL_ERR_MEMORY, NULL);
    }
    if (mbedtls_base64_decode(buf, size, &size, text, text_len) != 0) {
        ussl_free(buf);
        return ussl_failure_set(why, USSL_ERR_PARSE, "BAD_BASE64_DECODE");
    }
    *at = next;
    *der = buf;
    *der_len = size;
    return USSL_OK;
}
#else
ussl_result_t ussl_pem_next(const char **at, const char *end, const char *label, uint8_t **der,
    size_t *der_len, ussl_failure_t *why) {
    (void)at, (void)end, (void)label;
    *der = NULL;
    *der_len = 0;
    return ussl_failure_set(why, USSL_ERR_PARSE, "PEM_NOT_BUILT_IN");
}
#endif

// ---- private to the engine ----
bool ussl_trust_began_as(const ussl_trust_t *trust, uint32_t count, const uint8_t *mark) {
    if (trust != NULL && trust->count == count) {
        return memcmp(trust->mark, mark, USSL_MARK_SIZE) == 0;
    }
    uint8_t then[USSL_MARK_SIZE];
    mark_begin(trust, then);
    const mbedtls_x509_crt *crt = trust ? trust->chain : NULL;
    for (; count > 0 && crt != NULL; count--, crt = crt->next) {
        mark_add(then, crt);
    }
    return count == 0 && memcmp(then, mark, USSL_MARK_SIZE) == 0;
}

void ussl_trust_remark(ussl_trust_t *trust) {
    mark_begin(trust, trust->mark);
    for (const mbedtls_x509_crt *crt = trust->chain; crt != NULL; crt = crt->next) {
        mark_add(trust->mark, crt);
    }
}

// ---- public, in header order ----
bool ussl_is_pem(const void *data, size_t len) {
    return find(data, (const char *)data + len, pem_begin) != NULL;
}

ussl_result_t ussl_trust_new(ussl_arena_t *arena, ussl_trust_t **out) {
    if (arena == NULL || out == NULL) {
        return USSL_ERR_USAGE;
    }
    ussl_scope_t scope;
    ussl_scope_enter(&scope, arena);
    ussl_trust_t *trust = ussl_calloc(1, sizeof(*trust));
    ussl_scope_leave(&scope);
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
    return ussl_object_ref(trust);
}

void ussl_trust_unref(ussl_trust_t *trust) {
    ussl_object_unref(trust);
}

// PEM and DER differ only in how the next certificate is found.
static ussl_result_t trust_add(
    ussl_trust_t *trust, const void *data, size_t len, bool pem, ussl_failure_t *why) {
    ussl_failure_t unwanted;
    why = why ? why : &unwanted;
    if (trust == NULL || (data == NULL && len > 0)) {
        return ussl_failure_set(why, USSL_ERR_USAGE, NULL);
    }
    ussl_scope_t scope;
    ussl_scope_enter(&scope, trust->arena);
    batch_t batch = {0};
    ussl_result_t result = pem ? add_pem(&batch, trust, data, (const char *)data + len, why)
                               : add_der(&batch, trust, data, (const uint8_t *)data + len, why);
    if (result == USSL_OK) {
        batch_link(&batch, trust);
    } else {
        ussl_certs_free(batch.first);
        free_crls(batch.first_crl);
        if (scope.failed) {
            result = ussl_failure_set(why, USSL_ERR_MEMORY, NULL);
        }
    }
    ussl_scope_leave(&scope);
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
    *out = (ussl_trust_stats_t){0};
    for (const mbedtls_x509_crt *crt = trust->chain; crt != NULL; crt = crt->next) {
        out->x509++;
        out->x509_ca += crt->ca_istrue != 0;
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
    ussl_scope_t scope;
    ussl_scope_enter(&scope, trust->arena);
    trust->store = ussl_object_ref(store);
    ussl_object_unref(before);
    ussl_trust_remark(trust);
    ussl_scope_leave(&scope);
    return USSL_OK;
}
#endif
