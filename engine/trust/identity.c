// SPDX-License-Identifier: MIT
//
// identity.c - our identity: a certificate chain and its private key, checked to belong together.
//
// Notes: an identity is built whole or not at all, so a context never holds the chain of one call
// and the key of another. mbedTLS requires a NUL at the end of PEM text, which is included in the
// length; DER must not have one. So the key is copied to add the NUL, and the arena wipes the copy.
#include "trust.h"

#include <string.h>

// ---- helpers ----
static ussl_result_t parse_chain(
    mbedtls_x509_crt *chain, const uint8_t *data, size_t len, ussl_failure_t *why) {
    int code;
    if (!ussl_is_pem(data, len)) {
        code = ussl__crt_parse(chain, data, len);
        if (code != 0) {
            return ussl__parse_error(why, NULL, code);
        }
        return USSL_OK;
    }
    const char *at = (const char *)data, *end = at + len;
    for (size_t found = 0;; found++) {
        uint8_t *der;
        size_t der_len;
        ussl_result_t result = ussl__pem_next(&at, end, "CERTIFICATE", &der, &der_len, why);
        if (result == USSL_CLOSED) {
            return found > 0 ? USSL_OK : ussl__parse_error(why, NULL, 0);
        }
        if (result != USSL_OK) {
            return result;
        }
        code = ussl__crt_parse(chain, der, der_len);
        ussl__free(der);
        if (code != 0) {
            return ussl__parse_error(why, NULL, code);
        }
    }
}

#if USSL_PEM
// Parses the key in a block with any of these labels, whatever its format is. OpenSSL does so too,
// because some tools write PKCS#8 under the label of PKCS#1 or SEC 1.
static int parse_mislabelled(mbedtls_pk_context *key, const char *text, size_t len) {
    static const char *const labels[] = {"RSA PRIVATE KEY", "EC PRIVATE KEY", "PRIVATE KEY"};
    int code = MBEDTLS_ERR_PK_KEY_INVALID_FORMAT;
    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]) && code != 0; i++) {
        const char *at = text;
        uint8_t *der;
        size_t der_len;
        if (ussl__pem_next(&at, text + len, labels[i], &der, &der_len, NULL) == USSL_OK) {
            code = mbedtls_pk_parse_key(key, der, der_len, NULL, 0, ussl__rng, NULL);
            ussl__free(der);
        }
    }
    return code;
}

// True if the key is encrypted with 3DES (des-ede3-cbc, RFC 8018 B.2.2). Without USSL_3DES_KEYS
// mbedTLS cannot decrypt such a key, and the cipher is reported as the cause.
static bool is_triple_des(const char *text, size_t len) {
    static const uint8_t oid[] = {0x06, 0x08, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x03, 0x07};
    uint8_t *der;
    size_t der_len;
    const char *end = text + len;
    if (ussl__pem_next(&text, end, "ENCRYPTED PRIVATE KEY", &der, &der_len, NULL) != USSL_OK) {
        return false;
    }
    bool found = false;
    for (size_t i = 0; i + sizeof(oid) <= der_len && !found; i++) {
        found = memcmp(der + i, oid, sizeof(oid)) == 0;
    }
    ussl__free(der);
    return found;
}
#endif

static ussl_result_t parse_key(
    mbedtls_pk_context *key, const ussl_identity_source_t *source, ussl_failure_t *why) {
    const uint8_t *data = source->key ? source->key : source->cert;
    size_t len = source->key ? source->key_len : source->cert_len;
    bool pem = ussl_is_pem(data, len);
    if (pem && !USSL_PEM) {
        return ussl__parse_error(why, "PEM_NOT_BUILT_IN", 0);
    }
    uint8_t *text = ussl__calloc(1, len + 1);
    if (text == NULL) {
        return ussl__load_error(why, USSL_ERR_MEMORY, NULL);
    }
    memcpy(text, data, len);
    int code = mbedtls_pk_parse_key(
        key, text, pem ? len + 1 : len, source->password, source->password_len, ussl__rng, NULL);
    bool password = code == MBEDTLS_ERR_PK_PASSWORD_REQUIRED;
#if USSL_PEM
    if (code != 0 && pem && !USSL_3DES_KEYS && is_triple_des((char *)text, len)) {
        ussl__free(text);
        return ussl__parse_error(why, "UNSUPPORTED_CIPHER", code);
    }
    if (code != 0 && pem && !password) {
        int other = parse_mislabelled(key, (char *)text, len);
        code = other == 0 ? 0 : code;
    }
#endif
    ussl__free(text);
    if (code == 0) {
        return USSL_OK;
    }
    return ussl__parse_error(why, password ? "BAD_PASSWORD_READ" : "BAD_KEY", code);
}

// Takes the public key of the certificate in place of a private key that is held elsewhere. Only
// its kind and its curve are used.
static ussl_result_t take_public_key(ussl_identity_t *identity, ussl_failure_t *why) {
    unsigned char *at = identity->chain.pk_raw.p;
    int code = mbedtls_pk_parse_subpubkey(&at, at + identity->chain.pk_raw.len, &identity->key);
    if (code == 0 && !mbedtls_pk_can_do(&identity->key, MBEDTLS_PK_ECKEY)) {
        code = MBEDTLS_ERR_PK_TYPE_MISMATCH; // only ECDSA signatures are made by on_sign
    }
    return code == 0 ? USSL_OK : ussl__parse_error(why, "BAD_KEY", code);
}

// The limits are those of OpenSSL's security level 2: 112 bits of strength (NIST SP 800-57 part 1,
// table 2).
static bool is_too_small(const mbedtls_pk_context *key) {
    bool rsa = mbedtls_pk_get_type(key) == MBEDTLS_PK_RSA;
    return mbedtls_pk_get_bitlen(key) < (rsa ? 2048u : 224u);
}

static ussl_result_t identity_fill(
    ussl_identity_t *identity, const ussl_identity_source_t *source, ussl_failure_t *why) {
    ussl_result_t result = parse_chain(&identity->chain, source->cert, source->cert_len, why);
    if (result == USSL_OK && is_too_small(&identity->chain.pk)) {
        result = ussl__parse_error(why, "EE_KEY_TOO_SMALL", 0);
    }
    size_t message = ussl_identity_message(identity);
    if (result == USSL_OK && message > USSL_OWN_CHAIN_MAX) {
        result = ussl__parse_error(why, "CHAIN_TOO_LONG", 0);
        if (why != NULL) {
            why->record = (uint16_t)(message < UINT16_MAX ? message : UINT16_MAX);
            why->record_limit = USSL_OWN_CHAIN_MAX;
        }
    }
    bool public = source->key_elsewhere && source->key == NULL;
    if (result == USSL_OK) {
        result = public ? take_public_key(identity, why) : parse_key(&identity->key, source, why);
    }
    if (result == USSL_OK && !source->key_elsewhere) {
        int code = mbedtls_pk_check_pair(&identity->chain.pk, &identity->key, ussl__rng, NULL);
        if (code != 0) {
            result = ussl__parse_error(why, "KEY_VALUES_MISMATCH", code);
        }
    }
#if USSL_SIGN
    ussl__pk_sign_by_hook(&identity->key, &identity->table);
#endif
    // The key usage of our certificate is left for the peer to judge, as with OpenSSL. It is
    // removed here, because an mbedTLS server ignores a certificate that has another usage.
    identity->chain.ext_types &=
        ~(MBEDTLS_X509_EXT_KEY_USAGE | MBEDTLS_X509_EXT_EXTENDED_KEY_USAGE);
    return result;
}

static void identity_drop(ussl__object_t *object) {
    ussl_identity_t *identity = (ussl_identity_t *)object;
    ussl_arena_t *arena = identity->arena;
    mbedtls_x509_crt_free(&identity->chain);
    mbedtls_pk_free(&identity->key);
    ussl__free(identity);
    ussl_arena_unref(arena);
}

// ---- public ----
ussl_result_t ussl_identity_new(ussl_arena_t *arena, const ussl_identity_source_t *source,
    ussl_identity_t **out, ussl_failure_t *why) {
    if (arena == NULL || source == NULL || source->cert == NULL || out == NULL) {
        return ussl__load_error(why, USSL_ERR_USAGE, NULL);
    }
    ussl__scope_t scope;
    ussl__scope_enter(&scope, arena);
    ussl_result_t result = USSL_ERR_MEMORY;
    ussl_identity_t *identity = ussl__calloc(1, sizeof(*identity));
    if (identity != NULL) {
        identity->object.refs = 1;
        identity->object.drop = identity_drop;
        identity->arena = ussl_arena_ref(arena);
        mbedtls_x509_crt_init(&identity->chain);
        mbedtls_pk_init(&identity->key);
        result = identity_fill(identity, source, why);
        if (result == USSL_OK) {
            *out = identity;
        } else {
            ussl_identity_unref(identity);
        }
    }
    if (result != USSL_OK && scope.failed) {
        result = ussl__load_error(why, USSL_ERR_MEMORY, NULL);
    }
    ussl__scope_leave(&scope);
    return result;
}

ussl_identity_t *ussl_identity_ref(ussl_identity_t *identity) {
    return ussl__object_ref(identity);
}

void ussl_identity_unref(ussl_identity_t *identity) {
    ussl__object_unref(identity);
}

size_t ussl__certificate_message(const mbedtls_x509_crt *chain) {
    size_t len = 4 + 1 + 3; // header, an empty context, and the length of the list
    for (; chain != NULL; chain = chain->next) {
        len += 3 + chain->raw.len + 2; // lengths of the certificate and of its extensions
    }
    return len;
}

size_t ussl_identity_message(const ussl_identity_t *identity) {
    return ussl__certificate_message(&identity->chain);
}

bool ussl_identity_is_rsa(const ussl_identity_t *identity) {
    return mbedtls_pk_can_do(&identity->key, MBEDTLS_PK_RSA);
}
