// SPDX-License-Identifier: MIT
//
// rules.c - the rules for each certificate of a path (RFC 5280 4 and 6, RFC 9525).
//
// Notes: the rules only read the path and add those that are broken to the verdict. Nothing is
// allocated, except to parse the key of a root from a store. mbedTLS has parsed the certificates,
// and signature.c checks the signatures. `strict` adds the rules of OpenSSL's
// X509_V_FLAG_X509_STRICT; a CA that breaks one of these is not necessarily dangerous.
#include "verify.h"

#include <string.h>

enum { SERIAL_MAX = 20 }; // octets, RFC 5280 4.1.2.2

// ---- helpers ----
static bool has(const mbedtls_x509_crt *crt, int extension) {
    return (crt->ext_types & extension) != 0;
}

// True if the path ends at this certificate, and it is in our trust or its store.
static bool is_from_trust(const ussl__path_t *path, size_t depth) {
    return path->believed && depth + 1 == path->len;
}

// True if this certificate itself has been loaded into the trust.
static bool is_known(const ussl__requirements_t *req, const mbedtls_x509_crt *crt) {
    const ussl_trust_t *trust = req->config->trust;
    return trust != NULL && ussl__certs_have(trust->chain, crt);
}

static bool is_empty(const mbedtls_x509_buf *name) {
    return name->len <= 2; // only the header of an empty SEQUENCE
}

// ---- extensions ----
// True if policyConstraints has [0], requireExplicitPolicy (RFC 5280 4.2.1.11), or is malformed.
// Otherwise policies make no difference, because any policy is accepted.
static bool asks_for_policy(der_t content) {
    der_t list, number;
    return !der_enter(&content, DER_SEQUENCE, &list) || der_enter(&list, DER_CONTEXT, &number);
}

static bool is_handled(const ussl__extension_t *extension) {
    static const uint8_t handled[] = {
        0x0F, // keyUsage
        0x11, // subjectAltName
        0x13, // basicConstraints
        0x1E, // nameConstraints
        0x1F, // cRLDistributionPoints: not used, because the owner loads the CRLs
        0x20, // certificatePolicies
        0x21, // policyMappings
        0x24, // policyConstraints
        0x25, // extKeyUsage
        0x36, // inhibitAnyPolicy
    };
    if (der_is(&extension->oid, MBEDTLS_OID_NS_CERT_TYPE, 9)) {
        return true;
    }
    if (der_len(&extension->oid) != 3 || memcmp(extension->oid.at, MBEDTLS_OID_ID_CE, 2) != 0) {
        return false;
    }
    uint8_t number = extension->oid.at[2];
    return memchr(handled, number, sizeof(handled)) != NULL
        && (number != 0x24 || !asks_for_policy(extension->content));
}

static bool comes_again(der_t rest, const ussl__extension_t *extension) {
    ussl__extension_t other;
    while (ussl__extension_next(&rest, &other)) {
        if (der_is(&other.oid, extension->oid.at, der_len(&extension->oid))) {
            return true;
        }
    }
    return false;
}

static void check_extensions(
    ussl__requirements_t *req, const mbedtls_x509_crt *crt, size_t depth, ussl_verdict_t *verdict) {
    der_t list = ussl__extensions(crt);
    ussl__extension_t extension;
    while (ussl__extension_next(&list, &extension)) {
        if (extension.critical && !is_handled(&extension)) {
            ussl__verdict_add(verdict, USSL_CERT_CRITICAL, 0, depth);
        }
        // Each extension is compared with all that follow it. Their number is estimated as one for
        // every 8 bytes. The comparisons are limited, because the peer chooses how many extensions
        // there are.
        uint32_t looks = (uint32_t)(der_len(&list) / 8);
        if (looks > req->effort) {
            ussl__verdict_add(verdict, USSL_CERT_TOO_LONG, 0, depth);
            return;
        }
        req->effort -= looks;
        if (comes_again(list, &extension)) {
            ussl__verdict_add(verdict, USSL_CERT_EXTENSION, 0, depth);
        }
    }
}

// ---- issuers ----
// As in OpenSSL's check_ca(), a self-issued certificate of version 1 may be a root, because the
// oldest roots have that version.
static bool may_issue(const ussl__requirements_t *req, const mbedtls_x509_crt *crt, bool anchor) {
    if (has(crt, MBEDTLS_X509_EXT_KEY_USAGE) && !(crt->key_usage & MBEDTLS_X509_KU_KEY_CERT_SIGN)) {
        return false;
    }
    if (crt->version < 3) {
        bool oldest = crt->version == 1 && ussl__is_self_issued(crt);
        return anchor && oldest && !req->config->strict;
    }
    return crt->ca_istrue;
}

// True if more CAs are below this one than its path length permits. Self-issued CAs do not count
// (RFC 5280 4.2.1.9).
static bool path_is_too_long(const ussl__path_t *path, size_t depth) {
    const mbedtls_x509_crt *crt = path->cert[depth];
    int below = 0;
    for (size_t i = 1; i < depth; i++) {
        below += !ussl__is_self_issued(path->cert[i]);
    }
    return crt->max_pathlen > 0 && below > crt->max_pathlen - 1; // mbedTLS stores the limit plus 1
}

static bool allows(const mbedtls_x509_crt *crt, const char *purpose, size_t len) {
    if (!has(crt, MBEDTLS_X509_EXT_EXTENDED_KEY_USAGE)) {
        return true;
    }
    for (const mbedtls_x509_sequence *use = &crt->ext_key_usage; use != NULL; use = use->next) {
        if (use->buf.len == len && memcmp(use->buf.p, purpose, len) == 0) {
            return true;
        }
    }
    return false;
}

// Every cipher suite that is built in requires a signature by the peer, so the key usage of its
// certificate must permit signatures (RFC 5246 7.4.2, RFC 8446 4.4.2.2).
static void check_purpose(const ussl__requirements_t *req, const mbedtls_x509_crt *crt,
    size_t depth, ussl_verdict_t *verdict) {
    bool client = req->config->role == USSL_CLIENT;
    const char *purpose = client ? MBEDTLS_OID_SERVER_AUTH : MBEDTLS_OID_CLIENT_AUTH;
    bool good = allows(crt, purpose, sizeof(MBEDTLS_OID_SERVER_AUTH) - 1);
    // encipherOnly and decipherOnly belong to keyAgreement (RFC 5280 4.2.1.3). mbedTLS refuses a
    // certificate that has one of them when a signature is required.
    const unsigned agrees = MBEDTLS_X509_KU_ENCIPHER_ONLY | MBEDTLS_X509_KU_DECIPHER_ONLY;
    if (depth == 0) {
        unsigned type =
            client ? MBEDTLS_X509_NS_CERT_TYPE_SSL_SERVER : MBEDTLS_X509_NS_CERT_TYPE_SSL_CLIENT;
        good &= !has(crt, MBEDTLS_X509_EXT_KEY_USAGE)
            || (crt->key_usage & MBEDTLS_X509_KU_DIGITAL_SIGNATURE && !(crt->key_usage & agrees));
        good &= !has(crt, MBEDTLS_X509_EXT_NS_CERT_TYPE) || crt->ns_cert_type & type;
    }
    if (!good) {
        ussl__verdict_add(verdict, USSL_CERT_PURPOSE, 0, depth);
    }
}

static void check_strength(
    const mbedtls_x509_crt *crt, size_t depth, bool anchor, ussl_verdict_t *verdict) {
    if (ussl__key_is_weak(crt)) {
        ussl__verdict_add(verdict, USSL_CERT_WEAK_KEY, depth == 0 ? 66 : 67, depth);
    }
    // The signature of a certificate that is in the trust or its store is never checked.
    if (!anchor && ussl__hash_is_weak(crt->sig_md)) {
        ussl__verdict_add(verdict, USSL_CERT_WEAK_HASH, 0, depth);
    }
}

// ---- strict ----
static bool serial_is_good(const mbedtls_x509_buf *serial) {
    bool zero = true;
    for (size_t i = 0; i < serial->len; i++) {
        zero &= serial->p[i] == 0;
    }
    return !zero && !(serial->p[0] & 0x80) && serial->len <= SERIAL_MAX;
}

static bool is_critical(const mbedtls_x509_crt *crt, const char *oid) {
    ussl__extension_t extension;
    return ussl__extension_find(crt, oid, 3, &extension) && extension.critical;
}

static bool has_key_id(const mbedtls_x509_crt *crt) {
    return has(crt, MBEDTLS_X509_EXT_AUTHORITY_KEY_IDENTIFIER)
        && crt->authority_key_id.keyIdentifier.len > 0;
}

static void check_strictly(const ussl__path_t *path, size_t depth, ussl_verdict_t *verdict) {
    const mbedtls_x509_crt *crt = path->cert[depth];
    bool ca = crt->ca_istrue, v3 = crt->version == 3;
    bool usage = has(crt, MBEDTLS_X509_EXT_KEY_USAGE);
    bool signs = usage && crt->key_usage & MBEDTLS_X509_KU_KEY_CERT_SIGN;
    bool last = depth + 1 == path->len;
    bool san = has(crt, MBEDTLS_X509_EXT_SUBJECT_ALT_NAME), nameless = is_empty(&crt->subject_raw);
    const struct {
        bool broken;
        uint8_t code;
    } rules[] = {
        {!ca && crt->max_pathlen > 0, 80},
        {ca && usage && !signs && crt->max_pathlen > 0, 81},
        {!ca && signs, 82},
        {ca && v3 && !usage, 92},
        {ca && v3 && !is_critical(crt, MBEDTLS_OID_BASIC_CONSTRAINTS), 89},
        {v3 && !last && !has_key_id(crt), 85},
        {v3 && ca && !has(crt, MBEDTLS_X509_EXT_SUBJECT_KEY_IDENTIFIER), 86},
        {is_empty(&crt->issuer_raw), 83},
        {nameless && (ca || !san), 84},
        {san && crt->subject_alt_names.buf.p == NULL, 87},
        {nameless && san && !is_critical(crt, MBEDTLS_OID_SUBJECT_ALT_NAME), 88},
        // The roots of Go Daddy and Starfield, and Amazon's older one, have the serial number 0 and
        // are in every bundle.
        {!serial_is_good(&crt->serial) && !is_from_trust(path, depth), 1},
    };
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (rules[i].broken) {
            ussl__verdict_add(verdict, USSL_CERT_STRICT, rules[i].code, depth);
        }
    }
}

// ---- names ----
// True if the certificate is for this host: a dNSName for a name, an iPAddress for an address. The
// common name counts only where CPython uses it: for a name, if the certificate has no dNSName.
static bool names_host(const ussl__requirements_t *req, const mbedtls_x509_crt *crt) {
    const unsigned char dns = MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_X509_SAN_DNS_NAME;
    const unsigned char ip = MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_X509_SAN_IP_ADDRESS;
    size_t host_len = strlen(req->hostname), address_len = req->address_len;
    bool has_dns = false;
    for (const mbedtls_x509_sequence *san = &crt->subject_alt_names; san; san = san->next) {
        const mbedtls_x509_buf *name = &san->buf;
        if (address_len > 0) {
            if (name->tag == ip && name->len == address_len
                && memcmp(name->p, req->address, name->len) == 0) {
                return true;
            }
        } else if (name->tag == dns) {
            has_dns = true;
            if (ussl_hostname_match((const char *)name->p, name->len, req->hostname, host_len)) {
                return true;
            }
        }
    }
    if (has_dns || address_len > 0 || req->config->no_common_name) {
        return false;
    }
    const mbedtls_x509_buf *cn = ussl__common_name(crt);
    return cn && ussl_hostname_match((const char *)cn->p, cn->len, req->hostname, host_len);
}

// Checks all certificates below one CA against its name constraints. Self-issued CAs are exempt
// (RFC 5280 6.1.3 (b)).
static void check_constraints(
    ussl__requirements_t *req, const ussl__path_t *path, size_t depth, ussl_verdict_t *verdict) {
    ussl__constraints_t limits;
    int code = ussl__constraints_read(path->cert[depth], &limits);
    if (depth == 0 && req->config->strict && limits.present) {
        ussl__verdict_add(verdict, USSL_CERT_EXTENSION, 0, depth);
    }
    size_t at = depth;
    for (size_t i = 0; i < depth && code == 0 && limits.present; i++) {
        if (i > 0 && ussl__is_self_issued(path->cert[i])) {
            continue;
        }
        bool cn = i == 0 && !req->config->no_common_name;
        code = ussl__constraints_check(&limits, path->cert[i], cn, &req->effort);
        at = i;
    }
    if (code != 0) {
        uint32_t flag = code == USSL__CODE_TOO_LONG ? USSL_CERT_TOO_LONG
            : code == USSL__CODE_EXTENSION          ? USSL_CERT_EXTENSION
                                                    : USSL_CERT_CONSTRAINT;
        ussl__verdict_add(verdict, flag, (uint8_t)code, at);
    }
}

static void check_dates(const ussl__requirements_t *req, const mbedtls_x509_crt *crt, size_t depth,
    ussl_verdict_t *verdict) {
    if (!req->clock) {
        if (!req->hold) {
            ussl__verdict_add(verdict, USSL_CERT_NO_CLOCK, 0, depth);
        }
        return;
    }
    if (!req->at_least && mbedtls_x509_time_cmp(&crt->valid_from, &req->now) > 0) {
        ussl__verdict_add(verdict, USSL_CERT_FUTURE, 0, depth);
    }
    if (mbedtls_x509_time_cmp(&crt->valid_to, &req->now) < 0) {
        ussl__verdict_add(verdict, USSL_CERT_EXPIRED, 0, depth);
    }
}

// ---- private to the engine ----
void ussl__rules_check_key(const mbedtls_x509_crt *crt, ussl_verdict_t *verdict) {
    check_strength(crt, 0, true, verdict);
}

void ussl__rules_check(
    ussl__requirements_t *req, const ussl__path_t *path, ussl_verdict_t *verdict) {
    for (size_t i = path->len; i-- > 0;) {
        const mbedtls_x509_crt *crt = path->cert[i];
        bool anchor = is_from_trust(path, i);
        check_extensions(req, crt, i, verdict);
        if (i > 0 ? !may_issue(req, crt, anchor) : crt->ca_istrue && !is_known(req, crt)) {
            ussl__verdict_add(verdict, USSL_CERT_CA, 0, i);
        }
        if (i > 0 && path_is_too_long(path, i)) {
            ussl__verdict_add(verdict, USSL_CERT_PATH_LENGTH, 0, i);
        }
        check_purpose(req, crt, i, verdict);
        check_strength(crt, i, anchor, verdict);
        if (req->config->strict) {
            check_strictly(path, i, verdict);
        }
        check_constraints(req, path, i, verdict);
        check_dates(req, crt, i, verdict);
    }
    if (req->hostname != NULL && !names_host(req, path->cert[0])) {
        bool address = req->address_len > 0;
        ussl__verdict_add(verdict, address ? USSL_CERT_ADDRESS : USSL_CERT_NAME, 0, 0);
    }
#if USSL_PINS
    if (!ussl__pins_hold(req->config->trust, req->peer, path->cert, path->len)) {
        ussl__verdict_add(verdict, USSL_CERT_PIN, 0, 0);
    }
#endif
}
