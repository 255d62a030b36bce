// SPDX-License-Identifier: MIT
//
// der.h - private; a cursor through DER (X.690 10), for what mbedTLS does not take apart.
//
// Notes: bounds and lengths are mbedTLS's to check; nothing is copied or allocated.
#ifndef USSL_DER_H
#define USSL_DER_H

#include "mbed.h"

#include <string.h>

enum {
    DER_BOOLEAN = 0x01,
    DER_INTEGER = 0x02,
    DER_OCTETS = 0x04,
    DER_OID = 0x06,
    DER_SEQUENCE = 0x30,
    DER_SET = 0x31,
    DER_CONTEXT = 0x80,
    DER_WITHIN = 0x20,
};

typedef struct {
    unsigned char *at, *end;
} der_t;

static inline der_t der_of(const unsigned char *bytes, size_t len) {
    unsigned char *at = (unsigned char *)(uintptr_t)bytes; // mbedTLS only moves the pointer
    return (der_t){at, len > 0 ? at + len : at};
}

static inline size_t der_len(const der_t *der) {
    return (size_t)(der->end - der->at);
}

// Enters the next element if it has this tag.
static inline bool der_enter(der_t *der, int tag, der_t *out) {
    size_t len;
    unsigned char *at = der->at;
    if (at >= der->end || mbedtls_asn1_get_tag(&at, der->end, &len, tag) != 0) {
        return false;
    }
    *out = (der_t){at, at + len};
    der->at = at + len;
    return true;
}

static inline bool der_skip(der_t *der, int *tag, der_t *out) {
    if (der->at >= der->end) {
        return false;
    }
    *tag = *der->at;
    return der_enter(der, *tag, out);
}

static inline bool der_is(const der_t *der, const void *bytes, size_t len) {
    return der_len(der) == len && memcmp(der->at, bytes, len) == 0;
}

static inline bool ussl_same_buf(const mbedtls_x509_buf *a, const mbedtls_x509_buf *b) {
    return a->len == b->len && memcmp(a->p, b->p, a->len) == 0;
}

// Big-endian.
static inline uint32_t der_number(const uint8_t *at, size_t bytes) {
    uint32_t value = 0;
    while (bytes-- > 0) {
        value = value << 8 | *at++;
    }
    return value;
}

// Since 1970, in 40 bits.
static inline int64_t der_seconds(const uint8_t at[5]) {
    return (int64_t)at[0] << 32 | der_number(at + 1, 4);
}

// ---- extension.c ----
// In place of mbedtls_x509_crt_parse_der(): refuses bytes behind the certificate, accepts critical
// extensions of any kind. An mbedTLS code.
int ussl_crt_parse(mbedtls_x509_crt *chain, const unsigned char *der, size_t len);
// Same for a certificate that a peer sent: one more than its own that uses an algorithm which is
// not built in is left out.
int ussl_crt_parse_sent(mbedtls_x509_crt *chain, const unsigned char *der, size_t len);

// One certificate, in a block that the arena has given: crt owns it from here on, if the code is 0.
int ussl_crt_parse_owned(mbedtls_x509_crt *crt, unsigned char *der, size_t len);

// A SEQUENCE of tbsCertificate (RFC 5280 4.1) with its header, without a parsed certificate around
// it.
enum { USSL_TBS_SUBJECT = 4, USSL_TBS_KEY = 5 };
bool ussl_tbs_field(const uint8_t *der, size_t len, size_t index, mbedtls_x509_buf *out);

typedef struct {
    der_t oid, content;
    bool critical;
} ussl_extension_t;
// All extensions of a certificate, for ussl_extension_next().
der_t ussl_extensions(const mbedtls_x509_crt *crt);
bool ussl_extension_next(der_t *list, ussl_extension_t *out);
bool ussl_extension_find(
    const mbedtls_x509_crt *crt, const char *oid, size_t len, ussl_extension_t *out);

// ---- names.c ----
// Are two distinguished names the same (RFC 5280 7.1)? Case, repeated spaces and the kind of string
// do not count.
bool ussl_dn_equal(const mbedtls_x509_buf *a, const mbedtls_x509_buf *b);
// Does `name` begin with all of `base`? Both are the content of a Name.
bool ussl_dn_within(der_t name, der_t base);
// The subject's last common name, which is the most specific one; NULL if there is none.
const mbedtls_x509_buf *ussl_common_name(const mbedtls_x509_crt *crt);
bool ussl_self_issued(const mbedtls_x509_crt *crt);

// ---- cert.c ----
ussl_date_t ussl_date_of(const mbedtls_x509_time *t);

// ---- constraints.c ----
typedef struct {
    bool present;
    der_t permitted, excluded; // subtrees
} ussl_constraints_t;
enum { USSL_CODE_TOO_LONG = 22, USSL_CODE_EXTENSION = 41 };
// Both return 0 or OpenSSL's X509_V_ERR_* number. The second takes one from *effort for every
// comparison; with_common_name: the CN counts as a DNS name if there is no other.
int ussl_constraints_read(const mbedtls_x509_crt *crt, ussl_constraints_t *out);
int ussl_constraints_check(const ussl_constraints_t *limits, const mbedtls_x509_crt *crt,
    bool with_common_name, uint32_t *effort);

// ---- path.c ----
// What a path is held to.
typedef struct {
    const ussl_config_t *config;
    const char *hostname; // NULL: no name is asked for
    const char *peer;     // whom we talk to, even if no name is asked for
    const uint8_t *address;
    size_t address_len; // 0: hostname is a name
    bool clock;         // is `now` known?
    bool at_least;      // it is now or later
    bool hold;          // it will be known
    mbedtls_x509_time now;
    uint32_t effort; // comparisons of names that are left
} ussl_demands_t;

// Finds a path that nothing is wrong with; else gives the one with the least telling fault, and
// tells of it. Roots that come from a store are in path->roots. False: no memory.
bool ussl_path_find(ussl_demands_t *demands, const mbedtls_x509_crt *sent, ussl_path_t *path,
    ussl_verdict_t *verdict);

// ---- root.c ----
typedef struct {
    uint8_t kind, flags, path_length;
    int64_t not_before, not_after;    // seconds since 1970
    const uint8_t *key, *constraints; // lent by the record; NULL: no name constraints
    size_t key_len, constraints_len;
} ussl_root_t;
bool ussl_root_parse(const uint8_t *record, size_t len, ussl_root_t *out);
// The root that has issued `child`, in a block of the arena. NULL: no memory, or no such key.
uint8_t *ussl_root_write(const ussl_root_t *root, const mbedtls_x509_crt *child, size_t *len);

// ---- store.c ----
#define USSL_STORE_VERSION 1
#define USSL_STORE_FIRST UINT32_MAX
// The next root that may have issued `child`: a list of one, which is the caller's. *at begins as
// USSL_STORE_FIRST. NULL: there is none, or no memory.
mbedtls_x509_crt *ussl_store_find(
    const ussl_store_t *store, const mbedtls_x509_crt *child, uint32_t *at);
const uint8_t *ussl_store_hash(const ussl_store_t *store);

// ---- rules.c ----
// Everything but signatures, revocation, and whether the path leads anywhere.
void ussl_rules_check(ussl_demands_t *demands, const ussl_path_t *path, ussl_verdict_t *verdict);
// Of a key that is trusted for itself.
void ussl_rules_check_key(const mbedtls_x509_crt *crt, ussl_verdict_t *verdict);
// Of a certificate or a CRL.
typedef struct {
    const mbedtls_x509_buf *signed_part, *bytes;
    mbedtls_md_type_t md;
    mbedtls_pk_type_t pk;
    const void *options; // of RSASSA-PSS
} ussl_signature_t;
bool ussl_signature_is_good(const ussl_signature_t *signature, const mbedtls_x509_crt *issuer);
bool ussl_hash_is_weak(mbedtls_md_type_t md);
bool ussl_signed_by(const mbedtls_x509_crt *crt, const mbedtls_x509_crt *issuer);

// ---- pins.c ----
// Is the peer's own key trusted for itself?
bool ussl_pins_trust_key(const ussl_trust_t *trust, const char *host, const mbedtls_x509_crt *crt);
// Has one key of the path a pin of this host, if there are any?
bool ussl_pins_hold(const ussl_trust_t *trust, const char *host, const ussl_path_t *path);
void ussl_pins_mark(const ussl_trust_t *trust, uint8_t mark[USSL_MARK_SIZE]);
void ussl_pins_free(ussl_pin_t *pins);
// ---- trust.c ----
// SHA-256 of the mark before and the bytes.
void ussl_mark_add(uint8_t mark[USSL_MARK_SIZE], const void *bytes, size_t len);
// Something besides its certificates has changed.
void ussl_trust_remark(ussl_trust_t *trust);

// ---- revocation.c ----
// One certificate of the path against the CRLs of its issuer.
void ussl_revocation_check(
    const ussl_demands_t *demands, const ussl_path_t *path, size_t depth, ussl_verdict_t *verdict);

// ---- verdict.c ----
// A broken rule. code 0: the usual one of this flag.
void ussl_verdict_add(ussl_verdict_t *verdict, uint32_t flag, uint8_t code, size_t depth);
// Is the first worse than the second?
bool ussl_verdict_is_worse(const ussl_verdict_t *a, const ussl_verdict_t *b);

#endif // USSL_DER_H
