// SPDX-License-Identifier: MIT
//
// constraints.c - checks the names of a certificate against the name constraints of the CAs above
// it (RFC 5280 4.2.1.10).
//
// Notes: name constraints apply whether or not the extension is critical, because they limit what
// the CA may issue certificates for. A wildcard stands for every name that it matches: all of them
// must be permitted, and none may be excluded. The number of comparisons is limited, because the
// peer chooses how many names and constraints there are.
#include "verify.h"

#include <string.h>

enum {
    OTHER_NAME = 0,
    EMAIL = 1,
    DNS = 2,
    X400 = 3,
    DIRECTORY = 4,
    EDI_PARTY = 5,
    URI = 6,
    ADDRESS = 7,
    REGISTERED_ID = 8,
    KINDS = 9,
};

// OpenSSL's X509_V_ERR_* numbers for faults of names and name constraints.
enum {
    CODE_PERMITTED = 47,
    CODE_EXCLUDED = 48,
    CODE_MIN_MAX = 49,
    CODE_KIND = 51,
    CODE_CONSTRAINT_SYNTAX = 52,
    CODE_NAME_SYNTAX = 53,
};

typedef struct {
    int kind; // number of the choice in GeneralName (RFC 5280 4.2.1.6)
    der_t value;
} name_t;

// ---- texts ----
static bool same_host(der_t a, der_t b) {
    return der_len(&a) == der_len(&b)
        && ussl_equal_fold((const char *)a.at, (const char *)b.at, der_len(&a));
}

// True if `host` is `domain` with at least one more label in front.
static bool below(der_t host, der_t domain) {
    size_t host_len = der_len(&host), len = der_len(&domain);
    return host_len > len && host.end[-(ptrdiff_t)len - 1] == '.'
        && ussl_equal_fold((const char *)host.end - len, (const char *)domain.at, len);
}

static bool is_host(der_t text) {
    return ussl_is_hostname((const char *)text.at, der_len(&text));
}

static bool starts_with(const der_t *text, char c) {
    return text->at < text->end && *text->at == c;
}

static der_t without_first(der_t text, size_t n) {
    text.at += n;
    return text;
}

// True for ".example.com" and "example.com".
static bool is_domain(der_t text) {
    return is_host(starts_with(&text, '.') ? without_first(text, 1) : text);
}

static bool is_wildcard(const der_t *name) {
    return der_len(name) > 2 && name->at[0] == '*' && name->at[1] == '.';
}

// Splits a mailbox at its '@'. False if there is not exactly one '@', if nothing is in front of it,
// or if what follows is not a host name.
static bool split_mailbox(der_t text, der_t *local, der_t *host) {
    unsigned char *at = memchr(text.at, '@', der_len(&text));
    if (at == NULL || at == text.at || memchr(at + 1, '@', (size_t)(text.end - at) - 1) != NULL) {
        return false;
    }
    *local = (der_t){text.at, at};
    *host = (der_t){at + 1, text.end};
    return is_host(*host);
}

// Finds HOST in scheme://user@HOST:port/path (RFC 3986 3.2). False if there is none, or if it is an
// IP address, because a URI that is checked against a constraint must have a host name (RFC 5280
// 4.2.1.10).
static bool host_of_uri(der_t uri, der_t *host) {
    unsigned char *colon = memchr(uri.at, ':', der_len(&uri));
    if (colon == NULL || uri.end - colon < 3 || colon[1] != '/' || colon[2] != '/') {
        return false;
    }
    unsigned char *from = colon + 3, *to = from;
    for (; to < uri.end && *to != '/' && *to != '?' && *to != '#'; to++) {
        if (*to == '@') {
            from = to + 1;
        }
    }
    unsigned char *port = memchr(from, ':', (size_t)(to - from));
    *host = (der_t){from, port ? port : to};
    return is_host(*host);
}

// ---- one name against one constraint ----
static bool dns_within(der_t name, der_t base) {
    bool wild = is_wildcard(&name);
    name = wild ? without_first(name, 2) : name;
    if (starts_with(&base, '.')) {
        base = without_first(base, 1);
        return below(name, base) || (wild && same_host(name, base));
    }
    return der_len(&base) == 0 || same_host(name, base) || below(name, base);
}

// True if `name` is a wildcard that matches `base` itself; dns_within() covers names below `base`.
static bool wildcard_reaches(der_t name, der_t base) {
    if (!is_wildcard(&name) || starts_with(&base, '.')) {
        return false;
    }
    unsigned char *dot = memchr(base.at, '.', der_len(&base));
    return dot != NULL && same_host(without_first(name, 2), (der_t){dot + 1, base.end});
}

static bool email_within(der_t name, der_t base) {
    der_t local, host, base_local, base_host;
    if (!split_mailbox(name, &local, &host)) {
        return false;
    }
    if (split_mailbox(base, &base_local, &base_host)) {
        return der_is(&local, base_local.at, der_len(&base_local)) && same_host(host, base_host);
    }
    return starts_with(&base, '.') ? below(host, without_first(base, 1)) : same_host(host, base);
}

static bool uri_within(der_t name, der_t base) {
    der_t host;
    if (!host_of_uri(name, &host)) {
        return false;
    }
    return starts_with(&base, '.') ? below(host, without_first(base, 1)) : same_host(host, base);
}

static bool address_within(der_t name, der_t base) {
    size_t len = der_len(&name);
    if (der_len(&base) != 2 * len) {
        return false; // one is IPv4 and the other IPv6
    }
    for (size_t i = 0; i < len; i++) {
        if ((name.at[i] ^ base.at[i]) & base.at[len + i]) {
            return false;
        }
    }
    return true;
}

static bool directory_within(der_t name, der_t base) {
    der_t inner;
    return der_enter(&base, DER_SEQUENCE, &inner) && ussl__dn_within(name, inner);
}

static bool within(const name_t *name, der_t base, bool excluded) {
    switch (name->kind) {
        case DNS:
            return dns_within(name->value, base)
                || (excluded && wildcard_reaches(name->value, base));
        case EMAIL:
            return email_within(name->value, base);
        case URI:
            return uri_within(name->value, base);
        case ADDRESS:
            return address_within(name->value, base);
        default:
            return directory_within(name->value, base);
    }
}

// ---- syntax ----
static bool mask_is_prefix(const unsigned char *mask, size_t len) {
    bool ended = false;
    for (size_t i = 0; i < len * 8; i++) {
        bool set = mask[i / 8] >> (7 - i % 8) & 1;
        if (set && ended) {
            return false;
        }
        ended |= !set;
    }
    return true;
}

static bool base_is_good(int kind, der_t base) {
    der_t local, host, inner;
    size_t len = der_len(&base);
    switch (kind) {
        case DNS:
            return len == 0 || is_domain(base);
        case EMAIL:
            return is_domain(base) || split_mailbox(base, &local, &host);
        case URI:
            return is_domain(base);
        case ADDRESS:
            return (len == 8 || len == 32) && mask_is_prefix(base.at + len / 2, len / 2);
        case DIRECTORY:
            return der_enter(&base, DER_SEQUENCE, &inner) && base.at == base.end
                && ussl__dn_within(inner, inner);
        default:
            return true; // not supported: check_name() refuses names of this kind
    }
}

static bool name_is_good(const name_t *name) {
    der_t local, host, dns = name->value;
    switch (name->kind) {
        case DNS:
            return is_host(is_wildcard(&dns) ? without_first(dns, 2) : dns);
        case EMAIL:
            return split_mailbox(name->value, &local, &host);
        case URI:
            return host_of_uri(name->value, &host);
        case ADDRESS:
            return der_len(&name->value) == 4 || der_len(&name->value) == 16;
        default:
            return true;
    }
}

// Reads one GeneralSubtree: base GeneralName, minimum [0] DEFAULT 0, maximum [1] OPTIONAL. Only a
// minimum of 0 and no maximum are accepted.
static int read_subtree(der_t *list, name_t *out) {
    der_t subtree, bound;
    int tag;
    if (!der_enter(list, DER_SEQUENCE, &subtree) || !der_skip(&subtree, &tag, &out->value)) {
        return USSL__CODE_EXTENSION;
    }
    out->kind = tag & MBEDTLS_ASN1_TAG_VALUE_MASK;
    if ((tag & ~DER_WITHIN & ~MBEDTLS_ASN1_TAG_VALUE_MASK) != DER_CONTEXT || out->kind >= KINDS) {
        return USSL__CODE_EXTENSION;
    }
    if (der_enter(&subtree, DER_CONTEXT, &bound) && !der_is(&bound, "\0", 1)) {
        return CODE_MIN_MAX;
    }
    return subtree.at == subtree.end ? 0 : CODE_MIN_MAX;
}

static int check_subtrees(der_t list, size_t *count) {
    name_t base;
    while (list.at < list.end) {
        int code = read_subtree(&list, &base);
        if (code == 0 && !base_is_good(base.kind, base.value)) {
            code = CODE_CONSTRAINT_SYNTAX;
        }
        if (code != 0) {
            return code;
        }
        ++*count;
    }
    return 0;
}

int ussl__constraints_read(const mbedtls_x509_crt *crt, ussl__constraints_t *out) {
    ussl__extension_t extension;
    der_t all;
    *out = (ussl__constraints_t){0};
    if (!ussl__extension_find(crt, MBEDTLS_OID_NAME_CONSTRAINTS, 3, &extension)) {
        return 0;
    }
    if (!der_enter(&extension.content, DER_SEQUENCE, &all)
        || extension.content.at != extension.content.end) {
        return USSL__CODE_EXTENSION;
    }
    (void)der_enter(&all, DER_CONTEXT | DER_WITHIN, &out->permitted);
    (void)der_enter(&all, DER_CONTEXT | DER_WITHIN | 1, &out->excluded);
    size_t count = 0;
    int code = all.at == all.end ? check_subtrees(out->permitted, &count) : USSL__CODE_EXTENSION;
    code = code == 0 ? check_subtrees(out->excluded, &count) : code;
    out->present = true;
    return code == 0 && count == 0 ? USSL__CODE_EXTENSION : code;
}

// ---- all names of a certificate ----
// Checks one name against all subtrees of its kind.
static int check_name(const ussl__constraints_t *limits, const name_t *name, uint32_t *effort) {
    const der_t lists[] = {limits->excluded, limits->permitted};
    for (size_t i = 0; i < 2; i++) {
        der_t list = lists[i];
        name_t base;
        bool any = false, hit = false;
        while (list.at < list.end && read_subtree(&list, &base) == 0) {
            if (*effort == 0) {
                return USSL__CODE_TOO_LONG;
            }
            --*effort;
            if (base.kind != name->kind) {
                continue;
            }
            if (base.kind == OTHER_NAME || base.kind == X400 || base.kind == EDI_PARTY
                || base.kind == REGISTERED_ID) {
                return CODE_KIND;
            }
            if (!name_is_good(name)) {
                return CODE_NAME_SYNTAX;
            }
            any = true;
            hit |= within(name, base.value, i == 0);
        }
        if (i == 0 ? hit : any && !hit) {
            return i == 0 ? CODE_EXCLUDED : CODE_PERMITTED;
        }
    }
    return 0;
}

static int check_alt_names(
    const ussl__constraints_t *limits, const mbedtls_x509_crt *crt, bool *dns, uint32_t *effort) {
    ussl__extension_t extension;
    der_t all;
    if (!ussl__extension_find(crt, MBEDTLS_OID_SUBJECT_ALT_NAME, 3, &extension)
        || !der_enter(&extension.content, DER_SEQUENCE, &all)) {
        return 0;
    }
    int tag, code = 0;
    name_t name;
    while (code == 0 && der_skip(&all, &tag, &name.value)) {
        name.kind = tag & MBEDTLS_ASN1_TAG_VALUE_MASK;
        *dns |= name.kind == DNS;
        der_t name_in_choice = name.value;
        if (name.kind == DIRECTORY) {
            (void)der_enter(&name_in_choice, DER_SEQUENCE, &name.value);
        }
        code = check_name(limits, &name, effort);
    }
    return code;
}

// Checks the subject as a directory name, and each e-mail address in it as a mailbox.
static int check_subject(
    const ussl__constraints_t *limits, const mbedtls_x509_crt *crt, uint32_t *effort) {
    der_t whole = der_of(crt->subject_raw.p, crt->subject_raw.len);
    name_t name = {.kind = DIRECTORY};
    int code = 0;
    if (der_enter(&whole, DER_SEQUENCE, &name.value) && der_len(&name.value) > 0) {
        code = check_name(limits, &name, effort);
    }
    name.kind = EMAIL;
    for (const mbedtls_x509_name *part = &crt->subject; part && code == 0; part = part->next) {
        if (MBEDTLS_OID_CMP(MBEDTLS_OID_PKCS9_EMAIL, &part->oid) == 0) {
            name.value = der_of(part->val.p, part->val.len);
            code = check_name(limits, &name, effort);
        }
    }
    return code;
}

int ussl__constraints_check(const ussl__constraints_t *limits, const mbedtls_x509_crt *crt,
    bool with_common_name, uint32_t *effort) {
    bool dns = false;
    int code = check_alt_names(limits, crt, &dns, effort);
    code = code == 0 ? check_subject(limits, crt, effort) : code;
    const mbedtls_x509_buf *cn = ussl__common_name(crt);
    if (code == 0 && with_common_name && !dns && cn != NULL) {
        name_t name = {.kind = DNS, .value = der_of(cn->p, cn->len)};
        if (memchr(cn->p, '.', cn->len) != NULL && name_is_good(&name)) {
            code = check_name(limits, &name, effort);
        }
    }
    return code;
}
