// SPDX-License-Identifier: MIT
//
// trust.h - private; what this room gives to the rooms above: trust anchors, pins, and our
// identity.
#ifndef USSL_TRUST_TRUST_H
#define USSL_TRUST_TRUST_H

#include "../x509/x509.h"

// ---- fingerprint.c -----------------------------------------------------------------------------
#define USSL__FINGERPRINT_SIZE 32
// Replaces a fingerprint by the SHA-256 of itself and some bytes, so that one value stands for all
// that was ever added, in its order.
void ussl__fingerprint_add(uint8_t fp[USSL__FINGERPRINT_SIZE], const void *bytes, size_t len);

// ---- trust.c -----------------------------------------------------------------------------------
struct ussl_trust {
    ussl__object_t object;
    ussl_arena_t *arena;                         // counted
    mbedtls_x509_crt *chain;                     // owned; NULL while empty
    mbedtls_x509_crt *last;                      // lent; the end of chain
    mbedtls_x509_crl *crls, *last_crl;           // owned; lent, the end of crls
    ussl_store_t *store;                         // counted; NULL if there is none
    ussl_pin_t *pins;                            // owned
    uint32_t count;                              // certificates in chain
    uint8_t fingerprint[USSL__FINGERPRINT_SIZE]; // of store, pins and certificates
};
// True if `fp` is the fingerprint of this store, these pins, and the first `count` certificates.
// trust NULL is an empty trust.
bool ussl__trust_began_with(const ussl_trust_t *trust, uint32_t count, const uint8_t *fp);

// ---- root_record.c -----------------------------------------------------------------------------
// A root as it is kept in a root store (docs/root-store.md).
typedef struct {
    uint8_t kind, flags, path_length;
    int64_t not_before, not_after;    // seconds since 1970
    const uint8_t *key, *constraints; // lent by the store; constraints NULL: no name constraints
    size_t key_len, constraints_len;
} ussl__root_record_t;
bool ussl__root_record_parse(const uint8_t *record, size_t len, ussl__root_record_t *out);
// Writes the root that has issued `child` as a certificate, in a block from ussl__calloc.
// USSL_ERR_PARSE if its key is of a kind that is not known.
USSL__CHECKED ussl_result_t ussl__root_record_certificate(
    const ussl__root_record_t *root, const mbedtls_x509_crt *child, uint8_t **der, size_t *len);

// ---- root_store.c ------------------------------------------------------------------------------
#define USSL__STORE_VERSION 1
#define USSL__STORE_FIRST UINT32_MAX
// Finds the next root that may have issued `child`: *out is a list of one, which becomes the
// caller's, or NULL if there is none left. *at is USSL__STORE_FIRST at the beginning. Fails only
// for lack of memory.
USSL__CHECKED ussl_result_t ussl__store_find(
    const ussl_store_t *store, const mbedtls_x509_crt *child, uint32_t *at, mbedtls_x509_crt **out);
const uint8_t *ussl__store_hash(const ussl_store_t *store);

// ---- pins.c ------------------------------------------------------------------------------------
// Returns a pin in front of `next`, or NULL if there is no memory.
ussl_pin_t *ussl__pin_new(
    const char *host, const uint8_t hash[USSL_PIN_SIZE], bool trust_key, ussl_pin_t *next);
void ussl__pins_free(ussl_pin_t *pins);
// True if the key of this certificate is trusted for itself.
bool ussl__pins_trust_key(const ussl_trust_t *trust, const char *host, const mbedtls_x509_crt *crt);
// True if the host has no pins, or a key of one of these certificates is among them.
bool ussl__pins_hold(
    const ussl_trust_t *trust, const char *host, const mbedtls_x509_crt *const *path, size_t len);
void ussl__pins_fingerprint(const ussl_pin_t *pins, uint8_t fp[USSL__FINGERPRINT_SIZE]);

// ---- identity.c --------------------------------------------------------------------------------
struct ussl_identity {
    ussl__object_t object;
    ussl_arena_t *arena; // counted
    mbedtls_x509_crt chain;
    mbedtls_pk_context key;
};

#endif // USSL_TRUST_TRUST_H
