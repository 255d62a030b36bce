// SPDX-License-Identifier: MIT
//
// verify.h - private; what this room gives to the rooms above: a peer's certificates judged. It
// does no I/O and knows no connection.
#ifndef USSL_VERIFY_VERIFY_H
#define USSL_VERIFY_VERIFY_H

#include "../trust/trust.h"

// What a certification path must fulfil.
typedef struct {
    const ussl_config_t *config;
    void *owner;          // caller's; config->on_cert gets it
    const char *hostname; // NULL: the name is not checked
    const char *peer;     // the host whose pins count, also if its name is not checked
    const uint8_t *address;
    size_t address_len; // 0: hostname is a name
    bool clock;         // `now` is known
    bool at_least;      // it is `now` or later
    bool hold;          // the clock is not set yet: dates are judged later
    mbedtls_x509_time now;
    uint32_t effort; // comparisons of names that may still be made
} ussl__requirements_t;

#define USSL__PATH_MAX (MBEDTLS_X509_MAX_INTERMEDIATE_CA + 2)
// A certification path (RFC 5280 6) from the peer's certificate, number 0, towards a trust anchor.
typedef struct {
    const mbedtls_x509_crt *cert[USSL__PATH_MAX]; // lent by the peer's chain and the trust
    uint8_t len;
    bool anchored;           // the last certificate is a trust anchor
    bool believed;           // the last certificate is in the trust, though perhaps no anchor
    bool stored;             // the last certificate came from the root store
    mbedtls_x509_crt *roots; // owned; that certificate, or NULL if it is not in memory now
} ussl__path_t;

// ---- verify.c ----------------------------------------------------------------------------------
// What has come of the verification of one peer.
typedef struct {
    ussl__path_t path;
    uint8_t *blamed; // owned; the subject of the certificate that the verdict names
    size_t blamed_len;
    ussl_verdict_t verdict;
    bool verified;                 // a chain has been judged
    bool held;                     // except for its dates, because the clock was not set
    int64_t not_before, not_after; // of the whole path, seconds since 1970
} ussl__verification_t;

// Judges the chain that a peer sent. USSL_ERR_CERT: check->verdict says why. USSL_ERR_HOOK: on_cert
// refused it. USSL_ERR_MEMORY: it could not be judged.
USSL__CHECKED ussl_result_t ussl__verify(
    ussl__requirements_t *req, const mbedtls_x509_crt *chain, ussl__verification_t *check);
// Judges the dates that were held back. False if the clock is still not set, or if check->verdict
// names a refusal.
bool ussl__verify_held(ussl__verification_t *check);

// ---- path.c ------------------------------------------------------------------------------------
// Finds a path that breaks no rule. If there is none, gives the path with the least serious fault
// and its verdict. A root that came from the store is in path->roots. Fails only for lack of
// memory.
USSL__CHECKED ussl_result_t ussl__path_find(ussl__requirements_t *req, const mbedtls_x509_crt *sent,
    ussl__path_t *path, ussl_verdict_t *verdict);

// ---- rules.c -----------------------------------------------------------------------------------
// Everything but signatures, revocation, and whether the path ends at a trust anchor.
void ussl__rules_check(
    ussl__requirements_t *req, const ussl__path_t *path, ussl_verdict_t *verdict);
// The rules for a certificate whose key is trusted for itself.
void ussl__rules_check_key(const mbedtls_x509_crt *crt, ussl_verdict_t *verdict);

// ---- signature.c -------------------------------------------------------------------------------
// The signature of a certificate or a CRL.
typedef struct {
    const mbedtls_x509_buf *signed_part, *bytes;
    mbedtls_md_type_t md;
    mbedtls_pk_type_t pk;
    const void *options; // of RSASSA-PSS
} ussl__signature_t;
bool ussl__signature_is_good(const ussl__signature_t *signature, const mbedtls_x509_crt *issuer);
bool ussl__signed_by(const mbedtls_x509_crt *crt, const mbedtls_x509_crt *issuer);
bool ussl__hash_is_weak(mbedtls_md_type_t md);
bool ussl__key_is_weak(const mbedtls_x509_crt *crt);

// ---- constraints.c -----------------------------------------------------------------------------
typedef struct {
    bool present;
    der_t permitted, excluded; // subtrees
} ussl__constraints_t;
enum { USSL__CODE_TOO_LONG = 22, USSL__CODE_EXTENSION = 41 };
// Both return 0 or one of OpenSSL's X509_V_ERR_* numbers. The second takes one from *effort for
// every comparison. with_common_name: the common name counts as a DNS name if there is no other.
USSL__CHECKED int ussl__constraints_read(const mbedtls_x509_crt *crt, ussl__constraints_t *out);
USSL__CHECKED int ussl__constraints_check(const ussl__constraints_t *limits,
    const mbedtls_x509_crt *crt, bool with_common_name, uint32_t *effort);

// ---- revocation.c ------------------------------------------------------------------------------
// Judges one certificate of the path by the CRLs of its issuer.
void ussl__revocation_check(const ussl__requirements_t *req, const ussl__path_t *path, size_t depth,
    ussl_verdict_t *verdict);

// ---- verdict.c ---------------------------------------------------------------------------------
// Adds a broken rule. code is one of OpenSSL's X509_V_ERR_* numbers; 0 is the usual one of the
// flag.
void ussl__verdict_add(ussl_verdict_t *verdict, uint32_t flag, uint8_t code, size_t depth);
// True if the first is more serious than the second.
bool ussl__verdict_is_worse(const ussl_verdict_t *a, const ussl_verdict_t *b);
// OpenSSL's reason word for it, static.
const char *ussl__verdict_reason(const ussl_verdict_t *verdict);

#endif // USSL_VERIFY_VERIFY_H
