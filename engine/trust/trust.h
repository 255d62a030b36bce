// SPDX-License-Identifier: MIT
//
// trust.h - private; what this room gives to the rooms above: trust anchors, pins, and our
// identity.
#ifndef USSL_TRUST_TRUST_H
#define USSL_TRUST_TRUST_H

#include "../x509/x509.h"

// ---- fingerprint.c -----------------------------------------------------------------------------
#define USSL__FINGERPRINT_SIZE 32
// Replaces a fingerprint by the SHA-256 of itself and these bytes, so it depends on everything that
// has been added to it, and on the order.
void ussl__fingerprint_add(uint8_t fp[USSL__FINGERPRINT_SIZE], const void *bytes, size_t len);

// ---- trust.c -----------------------------------------------------------------------------------
struct ussl_trust {
    ussl__object_t object;
    ussl_arena_t *arena;                         // counted
    mbedtls_x509_crt *chain;                     // owned; NULL while empty
    mbedtls_x509_crt *last;                      // lent; the end of chain, NULL while empty
    mbedtls_x509_crl *crls, *last_crl;           // owned; last_crl is lent, the end of crls
    ussl_store_t *store;                         // counted; NULL if there is none
    ussl_pin_t *pins;                            // owned; NULL if there are none
    uint32_t count;                              // certificates in chain
    uint32_t skipped;                            // certificates that could not be used
    uint8_t fingerprint[USSL__FINGERPRINT_SIZE]; // of store, pins and certificates, not of CRLs
#if USSL_CRL
    uint8_t crls_hash[USSL__FINGERPRINT_SIZE];       // of the CRLs alone
    uint8_t crl_fingerprint[USSL__FINGERPRINT_SIZE]; // of all
#endif
};
// True if `fp` is the fingerprint of the trust's store, its pins, and its first `count`
// certificates. trust NULL counts as an empty trust.
bool ussl__trust_began_with(const ussl_trust_t *trust, uint32_t count, const uint8_t *fp);

// ---- root_record.c -----------------------------------------------------------------------------
// A root record, parsed: a trust anchor as a root store keeps it (docs/root-store.md).
typedef struct {
    uint8_t kind, flags, path_length;
    int64_t not_before, not_after;    // seconds since 1970
    const uint8_t *key, *constraints; // lent, in the parsed bytes; constraints NULL: there are none
    size_t key_len, constraints_len;
} ussl__root_record_t;
// Parses the root record at the start of `record`, and ignores bytes after it. Returns false if it
// is malformed.
bool ussl__root_record_parse(const uint8_t *record, size_t len, ussl__root_record_t *out);
// Writes the root, which has issued `child`, as a certificate. The caller frees *der with
// ussl__free(). Returns USSL_ERR_PARSE if the key has an unknown kind, or if the key or a date is
// malformed.
USSL__CHECKED ussl_result_t ussl__root_record_certificate(
    const ussl__root_record_t *root, const mbedtls_x509_crt *child, uint8_t **der, size_t *len);

// ---- root_store.c ------------------------------------------------------------------------------
#define USSL__STORE_VERSION 1
#define USSL__STORE_FIRST UINT32_MAX
// Finds the next root with the name of the issuer of `child`. *out is a list of one certificate,
// which the caller then owns, or NULL if no root is left. *at must be USSL__STORE_FIRST in the
// first call, and each call updates it for the next. Fails only for lack of memory.
USSL__CHECKED ussl_result_t ussl__store_find(
    const ussl_store_t *store, const mbedtls_x509_crt *child, uint32_t *at, mbedtls_x509_crt **out);
// Returns the SHA-256 that identifies the store, USSL__FINGERPRINT_SIZE bytes.
const uint8_t *ussl__store_hash(const ussl_store_t *store);

// ---- pins.c ------------------------------------------------------------------------------------
// Returns a pin that owns the list `next`, or NULL if there is no memory. host NULL: the pin holds
// for every host.
ussl_pin_t *ussl__pin_new(
    const char *host, const uint8_t hash[USSL_PIN_SIZE], bool trust_key, ussl_pin_t *next);
void ussl__pins_free(ussl_pin_t *pins);
// True if a pin for this host trusts the key of the certificate for itself. host may be NULL.
bool ussl__pins_trust_key(const ussl_trust_t *trust, const char *host, const mbedtls_x509_crt *crt);
// True if the host has no pins, or if one of them is for the key of a certificate of this path.
// Pins that trust a key for itself do not count. host may be NULL.
bool ussl__pins_hold(
    const ussl_trust_t *trust, const char *host, const mbedtls_x509_crt *const *path, size_t len);
// True if every pin of `before` that restricts a path is a pin of `after` too. NULL is a trust
// without pins.
#if USSL_PINS
bool ussl__pins_kept(const ussl_trust_t *before, const ussl_trust_t *after);
#else
static inline bool ussl__pins_kept(const ussl_trust_t *before, const ussl_trust_t *after) {
    (void)before;
    (void)after;
    return true;
}
#endif
// True if the text is a host name or an address. A pin for any other text would never apply.
bool ussl__pin_can_apply(const char *host);
// Adds every pin to the fingerprint.
void ussl__pins_fingerprint(const ussl_pin_t *pins, uint8_t fp[USSL__FINGERPRINT_SIZE]);

// ---- identity.c --------------------------------------------------------------------------------
struct ussl_identity {
    ussl__object_t object;
    ussl_arena_t *arena;    // counted
    mbedtls_x509_crt chain; // leaf first
    mbedtls_pk_context key; // the private key of the leaf, or its public key if `key_elsewhere`
#if USSL_SIGN
    mbedtls_pk_info_t table; // the functions of `key`
#endif
};
// Returns the length in octets of a TLS 1.3 Certificate message with this chain (RFC 8446 4.4.2).
// The message of TLS 1.2 is shorter.
size_t ussl__certificate_message(const mbedtls_x509_crt *chain);

#endif // USSL_TRUST_TRUST_H
