// SPDX-License-Identifier: MIT
//
// verify.h - private; what this room gives to the rooms above: verification of a peer's
// certificates. It does no I/O of its own and does not depend on a connection.
#ifndef USSL_VERIFY_VERIFY_H
#define USSL_VERIFY_VERIFY_H

#include "../trust/trust.h"

// The requirements that a certification path must meet.
typedef struct {
    const ussl_config_t *config; // lent
    void *owner;                 // caller's; passed to config->on_cert
    const char *hostname;        // lent; NULL: the name is not checked
    const char *peer;       // lent; the host for pins, even if its name is not checked; or NULL
    const uint8_t *address; // lent; the IP address, if hostname is one
    size_t address_len;     // 0: hostname is a name
    bool clock;             // `now` is known
    bool at_least;          // `now` is only a lower bound of the time
    bool hold;              // the clock is not set: dates are checked later
    mbedtls_x509_time now;
    uint32_t effort; // comparisons of names and extensions that may still be made
} ussl__requirements_t;

#define USSL__PATH_MAX (MBEDTLS_X509_MAX_INTERMEDIATE_CA + 2)
// A certification path (RFC 5280 6) from the peer's certificate, number 0, towards a trust anchor.
typedef struct {
    const mbedtls_x509_crt *cert[USSL__PATH_MAX]; // lent; from the peer's chain, the trust or roots
    uint8_t len;
    bool anchored; // the last certificate is a trust anchor
    bool believed; // the last certificate is in the trust or its store, but need not be an anchor
    bool stored;   // the last certificate came from the root store
    mbedtls_x509_crt *roots; // owned; the certificates of the path that came from the root store
} ussl__path_t;

// ---- verify.c ----------------------------------------------------------------------------------
// The result of the verification of one peer.
typedef struct {
    ussl__path_t path;
    uint8_t *blamed; // owned; the subject of the certificate that the verdict names
    size_t blamed_len;
    ussl_verdict_t verdict;
    bool verified; // a path has been judged, with the result in verdict
    bool held;     // its dates are still to be checked, because the clock was not set
    int64_t not_before, not_after; // of the whole path if held; seconds since 1970
} ussl__verification_t;

// Verifies the chain that a peer sent. Returns USSL_ERR_CERT if every path breaks a rule, with the
// reason in check->verdict; USSL_ERR_HOOK if on_cert refused the path; and USSL_ERR_MEMORY if there
// was no memory to search for a path.
USSL__CHECKED ussl_result_t ussl__verify(
    ussl__requirements_t *req, const mbedtls_x509_crt *chain, ussl__verification_t *check);
// Checks the dates if they are still to be checked. Returns false if the clock is still not set, or
// if check->verdict names a broken rule.
bool ussl__verify_held(ussl__verification_t *check);

// ---- path.c ------------------------------------------------------------------------------------
// Finds a path that breaks no rule. If there is none, *path is the path with the least serious
// fault, and *verdict describes it. path->roots owns the certificates of *path that came from the
// root store. Fails only for lack of memory.
USSL__CHECKED ussl_result_t ussl__path_find(ussl__requirements_t *req, const mbedtls_x509_crt *sent,
    ussl__path_t *path, ussl_verdict_t *verdict);
// Frees the last certificate of a path if it came from the root store; its place in the path is
// then NULL. The rest of the handshake does not need it, and it can be read again.
void ussl__path_release_anchor(ussl__path_t *path);

// ---- rules.c -----------------------------------------------------------------------------------
// Checks everything except signatures, revocation, and whether the path ends at a trust anchor.
// Adds the broken rules to *verdict.
void ussl__rules_check(
    ussl__requirements_t *req, const ussl__path_t *path, ussl_verdict_t *verdict);
// Checks the only rule for a certificate whose key is trusted for itself (pins.c): the strength of
// the key.
void ussl__rules_check_key(const mbedtls_x509_crt *crt, ussl_verdict_t *verdict);

// ---- signature.c -------------------------------------------------------------------------------
// The signature of a certificate or a CRL.
typedef struct {
    const mbedtls_x509_buf *signed_part, *bytes; // lent
    mbedtls_md_type_t md;
    mbedtls_pk_type_t pk;
    const void *options; // of RSASSA-PSS, else NULL
} ussl__signature_t;
// Returns the cost of checking a signature with the key of `issuer`, in units of about 17 million
// instructions on a Cortex-M3: 1 for RSA-4096 with the exponent 65537, 3 for P-256, 6 for P-521.
unsigned ussl__signature_work(const mbedtls_x509_crt *issuer);
// True if the signature is valid under the key of `issuer`.
bool ussl__signature_is_good(const ussl__signature_t *signature, const mbedtls_x509_crt *issuer);
bool ussl__signed_by(const mbedtls_x509_crt *crt, const mbedtls_x509_crt *issuer);
// True for SHA-1 and MD5.
bool ussl__hash_is_weak(mbedtls_md_type_t md);
// True for every key but RSA with 2048 bits or more, P-256, P-384 and P-521.
bool ussl__key_is_weak(const mbedtls_x509_crt *crt);

// ---- constraints.c -----------------------------------------------------------------------------
typedef struct {
    bool present;
    der_t permitted, excluded; // GeneralSubtrees
} ussl__constraints_t;
enum { USSL__CODE_TOO_LONG = 22, USSL__CODE_EXTENSION = 41 };
// Both return 0 or one of OpenSSL's X509_V_ERR_* numbers. ussl__constraints_check() subtracts one
// from *effort for every subtree that it compares with a name. with_common_name: if the certificate
// has no dNSName, a common name that is a host name with a dot is checked like one.
USSL__CHECKED int ussl__constraints_read(const mbedtls_x509_crt *crt, ussl__constraints_t *out);
USSL__CHECKED int ussl__constraints_check(const ussl__constraints_t *limits,
    const mbedtls_x509_crt *crt, bool with_common_name, uint32_t *effort);

// ---- revocation.c ------------------------------------------------------------------------------
// Checks one certificate of the path against the CRLs of its issuer, if the config requires it.
void ussl__revocation_check(const ussl__requirements_t *req, const ussl__path_t *path, size_t depth,
    ussl_verdict_t *verdict);

// ---- verdict.c ---------------------------------------------------------------------------------
// Adds a broken rule. code is one of OpenSSL's X509_V_ERR_* numbers; 0 stands for the usual number
// of the flag.
void ussl__verdict_add(ussl_verdict_t *verdict, uint32_t flag, uint8_t code, size_t depth);
// True if the first is more serious than the second.
bool ussl__verdict_is_worse(const ussl_verdict_t *a, const ussl_verdict_t *b);
// Returns the reason of the failure, a static string: OpenSSL's reason word, or CLOCK_NOT_SET.
const char *ussl__verdict_reason(const ussl_verdict_t *verdict);

#endif // USSL_VERIFY_VERIFY_H
