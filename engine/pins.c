// SPDX-License-Identifier: MIT
//
// pins.c - public keys that a host must have, and keys that are trusted for themselves.
//
// Notes: a key is known by the SHA-256 of its SubjectPublicKeyInfo (RFC 7469 2.4, RFC 7858 4.2). A
// pin narrows what verification has accepted; a trusted key stands in for all of it, as a raw
// public key would (RFC 7250), so nothing else of the certificate around it is looked at but its
// strength. Pins are part of a trust: sessions of before do not get round a new one.
#include "der.h"

#if USSL_PINS
struct ussl_pin {
    ussl_pin_t *next; // owned
    bool alone;
    uint8_t hash[USSL_PIN_SIZE];
    char host[]; // empty: every host
};

// ---- helpers ----
static bool applies(const ussl_pin_t *pin, const char *host) {
    size_t len = strlen(pin->host);
    if (len == 0) {
        return true;
    }
    return host != NULL && ussl_same_host(pin->host, host);
}

static bool hash_key(const mbedtls_x509_crt *crt, uint8_t hash[USSL_PIN_SIZE]) {
    return mbedtls_sha256(crt->pk_raw.p, crt->pk_raw.len, hash, 0) == 0;
}

// ---- private to the engine ----
bool ussl_pins_trust_key(const ussl_trust_t *trust, const char *host, const mbedtls_x509_crt *crt) {
    uint8_t hash[USSL_PIN_SIZE];
    bool hashed = false;
    for (const ussl_pin_t *pin = trust ? trust->pins : NULL; pin != NULL; pin = pin->next) {
        if (!pin->alone || !applies(pin, host)) {
            continue;
        }
        if (!hashed && !hash_key(crt, hash)) {
            return false;
        }
        hashed = true;
        if (memcmp(pin->hash, hash, USSL_PIN_SIZE) == 0) {
            return true;
        }
    }
    return false;
}

bool ussl_pins_hold(const ussl_trust_t *trust, const char *host, const ussl_path_t *path) {
    bool any = false;
    for (const ussl_pin_t *pin = trust ? trust->pins : NULL; pin != NULL; pin = pin->next) {
        any |= !pin->alone && applies(pin, host);
    }
    for (size_t i = 0; any && i < path->len; i++) {
        uint8_t hash[USSL_PIN_SIZE];
        bool good = hash_key(path->cert[i], hash);
        for (const ussl_pin_t *pin = trust->pins; good && pin != NULL; pin = pin->next) {
            if (!pin->alone && applies(pin, host) && memcmp(pin->hash, hash, sizeof(hash)) == 0) {
                return true;
            }
        }
    }
    return !any;
}

void ussl_pins_mark(const ussl_trust_t *trust, uint8_t mark[USSL_MARK_SIZE]) {
    for (const ussl_pin_t *pin = trust->pins; pin != NULL; pin = pin->next) {
        uint8_t alone = pin->alone;
        ussl_mark_add(mark, &alone, 1);
        ussl_mark_add(mark, pin->hash, USSL_PIN_SIZE);
        ussl_mark_add(mark, pin->host, strlen(pin->host));
    }
}

void ussl_pins_free(ussl_pin_t *pins) {
    while (pins != NULL) {
        ussl_pin_t *next = pins->next;
        ussl_free(pins);
        pins = next;
    }
}

// ---- public, in header order ----
ussl_result_t ussl_trust_pin(
    ussl_trust_t *trust, const char *host, const uint8_t hash[USSL_PIN_SIZE], bool alone) {
    size_t len = host ? strlen(host) : 0;
    if (len > MBEDTLS_SSL_MAX_HOST_NAME_LEN || (host != NULL && len == 0)) {
        return USSL_ERR_USAGE;
    }
    ussl_scope_t scope;
    ussl_scope_enter(&scope, trust->arena);
    ussl_pin_t *pin = ussl_calloc(1, sizeof(*pin) + len + 1);
    if (pin != NULL) {
        memcpy(pin->hash, hash, USSL_PIN_SIZE);
        memcpy(pin->host, host ? host : "", len);
        pin->alone = alone;
        pin->next = trust->pins;
        trust->pins = pin;
        ussl_trust_remark(trust);
    }
    ussl_scope_leave(&scope);
    return pin ? USSL_OK : USSL_ERR_MEMORY;
}
#endif // USSL_PINS

bool ussl_spki_sha256(const uint8_t *der, size_t len, uint8_t out[USSL_PIN_SIZE]) {
    mbedtls_x509_buf key;
    return ussl_tbs_field(der, len, USSL_TBS_KEY, &key)
        && mbedtls_sha256(key.p, key.len, out, 0) == 0;
}
