// SPDX-License-Identifier: MIT
//
// path.c - finds a certification path from a peer's certificate to a trust anchor (RFC 4158).
//
// Notes: a peer may send its certificates in any order, with others among them, and one CA may have
// several certificates. So paths are tried one after the other, trusted issuers first, until one
// breaks no rule. Signatures cost most, so the search checks those of a path last, and only if the
// path breaks no rule except those about dates; no signature is checked twice. Steps, comparisons
// and signatures are counted, and the search gives up if there are too many, because their number
// depends on what the peer sends.
#include "verify.h"

enum {
    STEPS_MAX = 256, // certificates appended to a path, in the whole search
    SIGNATURES_MAX = 20,
    WORK_MAX = 56,        // for all signatures, in the units of ussl__signature_work()
    EFFORT_MAX = 1 << 16, // comparisons of names and extensions
    ROOTS_MAX = 4,        // roots of one name that are read from a store
};

static const uint32_t about_dates = USSL_CERT_EXPIRED | USSL_CERT_FUTURE | USSL_CERT_NO_CLOCK;

// The sources of issuers, in the order in which they are tried. Certificates with another key
// identifier come last but are not excluded, because a key identifier is only a hint (RFC 5280
// 4.2.1.1).
typedef enum { TRUSTED, STORED, SENT, TRUSTED_OTHER_KEY, SENT_OTHER_KEY, NOWHERE } source_t;

typedef struct {
    const mbedtls_x509_crt *next; // lent
    source_t source;
} cursor_t;

// A signature that has been checked.
typedef struct {
    const mbedtls_x509_crt *crt, *issuer; // lent
    bool good;
} edge_t;

typedef struct {
    ussl__requirements_t *req;    // lent
    const mbedtls_x509_crt *sent; // lent; the peer's chain
    ussl__path_t now;             // the path that is being built
    cursor_t at[USSL__PATH_MAX];  // the issuers still to be tried, for each certificate of `now`
    edge_t edges[SIGNATURES_MAX];
    size_t steps, signatures;
    unsigned work; // sum of ussl__signature_work()
    bool gave_up, too_long, no_memory;
    bool complete; // `best` ends at a trust anchor; otherwise it is the first dead end
    bool checked;  // the signatures of `best` have been checked
    ussl__path_t best;
    ussl_verdict_t verdict;  // on `best`
    mbedtls_x509_crt *roots; // owned; read from the store
} search_t;

// ---- helpers ----
// Reads the roots that have the name of the child's issuer from the store, unless this search has
// read them before. Returns all roots that it has read; next_issuer() compares the names.
static const mbedtls_x509_crt *bring_roots(search_t *search, const mbedtls_x509_crt *child) {
#if USSL_STORE
    const ussl_trust_t *trust = search->req->config->trust;
    uint32_t at = USSL__STORE_FIRST;
    mbedtls_x509_crt *root, **end = &search->roots;
    if (trust == NULL || trust->store == NULL) {
        return NULL;
    }
    for (; *end != NULL; end = &(*end)->next) {
        if (ussl__dn_equal(&(*end)->subject_raw, &child->issuer_raw)) {
            return search->roots;
        }
    }
    for (size_t i = 0; i < ROOTS_MAX; i++) {
        if (ussl__store_find(trust->store, child, &at, &root) != USSL_OK) {
            search->no_memory = true;
        }
        if (root == NULL) {
            break;
        }
        *end = root;
        end = &root->next;
    }
#else
    (void)child;
#endif
    return search->roots;
}

static const mbedtls_x509_crt *first_of(search_t *search, source_t source) {
    const ussl_trust_t *trust = search->req->config->trust;
    if (source == STORED) {
        return bring_roots(search, search->now.cert[search->now.len - 1]);
    }
    if (source == SENT || source == SENT_OTHER_KEY) {
        return search->sent->next;
    }
    return trust ? trust->chain : NULL;
}

static bool key_ids_agree(const mbedtls_x509_crt *crt, const mbedtls_x509_crt *issuer) {
    const mbedtls_x509_buf *wanted = &crt->authority_key_id.keyIdentifier;
    return wanted->len == 0 || issuer->subject_key_id.len == 0
        || ussl__same_buf(wanted, &issuer->subject_key_id);
}

// True if the path contains this certificate or, above the peer's own, one with the same key,
// subject and extensions: a path that repeats a CA is never needed (RFC 4158 2.4.2).
static bool is_on_path(const ussl__path_t *path, const mbedtls_x509_crt *crt) {
    for (size_t i = 0; i < path->len; i++) {
        const mbedtls_x509_crt *other = path->cert[i];
        if (other == crt || ussl__same_buf(&other->raw, &crt->raw)
            || (i > 0 && ussl__same_buf(&other->pk_raw, &crt->pk_raw)
                && ussl__same_buf(&other->subject_raw, &crt->subject_raw)
                && ussl__same_buf(&other->v3_ext, &crt->v3_ext))) {
            return true;
        }
    }
    return false;
}

// ---- signatures ----
static bool edge_is_good(
    search_t *search, const mbedtls_x509_crt *crt, const mbedtls_x509_crt *issuer) {
    for (size_t i = 0; i < search->signatures; i++) {
        const edge_t *edge = &search->edges[i];
        if (edge->crt == crt && edge->issuer == issuer) {
            return edge->good;
        }
    }
    unsigned work = ussl__signature_work(issuer);
    if (search->signatures == SIGNATURES_MAX || search->work + work > WORK_MAX) {
        search->gave_up = true;
        return false;
    }
    search->work += work;
    bool good = ussl__signed_by(crt, issuer);
    search->edges[search->signatures++] = (edge_t){crt, issuer, good};
    return good;
}

// Checks the signatures from the peer's certificate upwards, so that an issuer of which only the
// name is right fails at its first signature. Then checks revocation.
static void check_signatures(search_t *search, const ussl__path_t *path, ussl_verdict_t *verdict) {
    for (size_t i = 0; i + 1 < path->len; i++) {
        if (!edge_is_good(search, path->cert[i], path->cert[i + 1])) {
            ussl__verdict_add(verdict, USSL_CERT_SIGNATURE, 0, i);
            return;
        }
    }
    for (size_t i = path->len; i-- > 0;) {
        ussl__revocation_check(search->req, path, i, verdict);
    }
}

// ---- searching ----
// Judges the path `now`, and keeps it as `best` if it is the first that ends at a trust anchor or
// has a less serious fault than `best`. True if it breaks no rule.
static bool judge(search_t *search) {
    ussl_verdict_t verdict = {0};
    ussl__rules_check(search->req, &search->now, &verdict);
    bool checked = (verdict.flags & ~about_dates) == 0;
    if (checked) {
        check_signatures(search, &search->now, &verdict);
    }
    if (!search->complete || ussl__verdict_is_worse(&search->verdict, &verdict)) {
        search->complete = true;
        search->checked = checked;
        search->best = search->now;
        search->verdict = verdict;
    }
    return verdict.flags == 0;
}

static void push(search_t *search, const mbedtls_x509_crt *crt, bool believed) {
    ussl__path_t *path = &search->now;
    const ussl_config_t *config = search->req->config;
    search->at[path->len] = (cursor_t){first_of(search, TRUSTED), TRUSTED};
    path->cert[path->len++] = crt;
    path->believed = believed;
    path->anchored = believed && (config->partial_chain || ussl__is_self_issued(crt));
    search->steps++;
}

// Returns the next certificate that may have issued the last one of the path, or NULL if none is
// left or the search gives up.
static const mbedtls_x509_crt *next_issuer(search_t *search, bool *believed) {
    const mbedtls_x509_crt *crt = search->now.cert[search->now.len - 1];
    cursor_t *at = &search->at[search->now.len - 1];
    while (at->source != NOWHERE) {
        const mbedtls_x509_crt *issuer = at->next;
        if (issuer == NULL) {
            at->source++;
            at->next = at->source == NOWHERE ? NULL : first_of(search, at->source);
            continue;
        }
        at->next = issuer->next;
        bool sent = at->source == SENT || at->source == SENT_OTHER_KEY;
        bool agree = at->source == TRUSTED || at->source == SENT;
        // An issuer with another key identifier is accepted only if its key verifies the signature.
        bool sure = agree || at->source == STORED;
        *believed = !sent;
        if (search->req->effort == 0) {
            search->gave_up = true;
            return NULL;
        }
        search->req->effort--;
        if ((at->source == STORED || key_ids_agree(crt, issuer) == agree)
            && ussl__dn_equal(&crt->issuer_raw, &issuer->subject_raw)
            && !is_on_path(&search->now, issuer) && (sure || edge_is_good(search, crt, issuer))) {
            return issuer;
        }
    }
    return NULL;
}

static void note_dead_end(search_t *search) {
    if (search->best.len == 0) {
        search->best = search->now;
    }
}

static bool search_all(search_t *search) {
    const ussl_trust_t *trust = search->req->config->trust;
    push(search, search->sent, trust && ussl__certs_have(trust->chain, search->sent));
    if (search->now.anchored && judge(search)) {
        return true;
    }
    while (search->now.len > 0) {
        bool believed = false;
        bool full = search->now.len == USSL__PATH_MAX;
        const mbedtls_x509_crt *issuer = full ? NULL : next_issuer(search, &believed);
        if (search->steps == STEPS_MAX || search->gave_up) {
            search->gave_up = true;
            return false;
        }
        if (issuer == NULL) {
            search->too_long |= full;
            note_dead_end(search);
            search->now.len--;
            continue;
        }
        push(search, issuer, believed);
        if (search->now.anchored) {
            if (judge(search)) {
                return true;
            }
            search->now.len--;
        }
    }
    return false;
}

// ---- verdict on a failure ----
// Makes the verdict on a path that does not end at a trust anchor.
static void blame_dead_end(search_t *search) {
    const ussl__path_t *path = &search->best;
    size_t top = (size_t)path->len - 1;
    uint8_t code = 20;
    ussl__rules_check(search->req, path, &search->verdict);
    if (search->too_long) {
        ussl__verdict_add(&search->verdict, USSL_CERT_TOO_LONG, 0, top);
        return;
    }
    if (path->believed && top > 0) {
        code = 2;
    } else if (ussl__is_self_issued(path->cert[top])) {
        code = top == 0 ? 18 : 19;
    }
    ussl__verdict_add(&search->verdict, USSL_CERT_UNTRUSTED, code, top);
}

static bool goes_through(const ussl__path_t *path, const mbedtls_x509_crt *crt) {
    for (size_t i = 0; i < path->len; i++) {
        if (path->cert[i] == crt) {
            return true;
        }
    }
    return false;
}

// Moves the roots that are in the path to path->roots, and frees the others.
static void keep_roots(search_t *search, ussl__path_t *path) {
    mbedtls_x509_crt *next;
    for (mbedtls_x509_crt *root = search->roots; root != NULL; root = next) {
        next = root->next;
        root->next = NULL;
        if (goes_through(path, root)) {
            root->next = path->roots;
            path->roots = root;
            path->stored |= path->cert[path->len - 1] == root;
        } else {
            ussl__certs_free(root);
        }
    }
}

// Completes path and verdict when every path breaks a rule.
static void conclude(search_t *search) {
    note_dead_end(search);
    if (!search->complete) {
        blame_dead_end(search);
    } else if (!search->checked) {
        check_signatures(search, &search->best, &search->verdict);
    }
    if (search->gave_up) {
        ussl__verdict_add(&search->verdict, USSL_CERT_TOO_LONG, 0, 0);
    }
}

// ---- private to the engine ----
ussl_result_t ussl__path_find(ussl__requirements_t *req, const mbedtls_x509_crt *sent,
    ussl__path_t *path, ussl_verdict_t *verdict) {
    search_t *search = ussl__calloc(1, sizeof(*search));
    if (search == NULL) {
        return USSL_ERR_MEMORY;
    }
    search->req = req;
    search->sent = sent;
    req->effort = EFFORT_MAX;
    if (!search_all(search)) {
        conclude(search);
    }
    *path = search->best;
    keep_roots(search, path);
    *verdict = search->verdict;
    ussl_result_t result = search->no_memory ? USSL_ERR_MEMORY : USSL_OK;
    ussl__free(search);
    return result;
}

void ussl__path_release_anchor(ussl__path_t *path) {
    mbedtls_x509_crt **at = &path->roots;
    while (path->stored && *at != NULL && *at != path->cert[path->len - 1]) {
        at = &(*at)->next;
    }
    if (path->stored && *at != NULL) {
        mbedtls_x509_crt *anchor = *at;
        *at = anchor->next;
        anchor->next = NULL;
        ussl__certs_free(anchor);
        path->cert[path->len - 1] = NULL;
    }
}
