// SPDX-License-Identifier: MIT
//
// pins.c - pins: keys that a host must have, and keys that are trusted for themselves.
//
// Notes: a key is identified by the SHA-256 of its SubjectPublicKeyInfo (RFC 7469 2.4, RFC 7858
// 4.2). A pin restricts what verification accepts. A key that is trusted for itself replaces
// verification, as a raw public key does (RFC 7250): only the strength of the key is checked, and
// nothing else of its certificate. Pins are part of a trust's fingerprint, so sessions saved before
// a pin was added are not resumed.
#include "trust.h"

#include <string.h>

#if USSL_PINS
struct ussl_pin {
    ussl_pin_t *next; // owned
    bool trust_key;
    uint8_t hash[USSL_PIN_SIZE];
    char host[]; // ends with a NUL; empty: the pin holds for every host
};

// ---- helpers ----
static bool applies(const ussl_pin_t *pin, const char *host) {
    size_t len = strlen(pin->host);
    if (len == 0) {
        return true;
    }
    uint8_t a[16], b[16];
    size_t size = ussl_address_parse(pin->host, len, a);
    if (host == NULL || size == 0) {
        return host != NULL && ussl_same_host(pin->host, host);
    }
    return ussl_address_parse(host, strlen(host), b) == size && memcmp(a, b, size) == 0;
}

static bool hash_key(const mbedtls_x509_crt *crt, uint8_t hash[USSL_PIN_SIZE]) {
    return mbedtls_sha256(crt->pk_raw.p, crt->pk_raw.len, hash, 0) == 0;
}

// ---- private to the engine ----
bool ussl__pins_trust_key(
    const ussl_trust_t *trust, const char *host, const mbedtls_x509_crt *crt) {
    uint8_t hash[USSL_PIN_SIZE];
    bool hashed = false;
    for (const ussl_pin_t *pin = trust ? trust->pins : NULL; pin != NULL; pin = pin->next) {
        if (!pin->trust_key || !applies(pin, host)) {
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

bool ussl__pins_hold(
    const ussl_trust_t *trust, const char *host, const mbedtls_x509_crt *const *path, size_t len) {
    bool any = false;
    for (const ussl_pin_t *pin = trust ? trust->pins : NULL; pin != NULL; pin = pin->next) {
        any |= !pin->trust_key && applies(pin, host);
    }
    for (size_t i = 0; any && i < len; i++) {
        uint8_t hash[USSL_PIN_SIZE];
        bool good = hash_key(path[i], hash);
        for (const ussl_pin_t *pin = trust->pins; good && pin != NULL; pin = pin->next) {
            if (!pin->trust_key && applies(pin, host)
                && memcmp(pin->hash, hash, sizeof(hash)) == 0) {
                return true;
            }
        }
    }
    return !any;
}

void ussl__pins_fingerprint(const ussl_pin_t *pins, uint8_t fp[USSL__FINGERPRINT_SIZE]) {
    for (const ussl_pin_t *pin = pins; pin != NULL; pin = pin->next) {
        uint8_t trust_key = pin->trust_key;
        ussl__fingerprint_add(fp, &trust_key, 1);
        ussl__fingerprint_add(fp, pin->hash, USSL_PIN_SIZE);
        ussl__fingerprint_add(fp, pin->host, strlen(pin->host));
    }
}

static bool has_pin(const ussl_trust_t *trust, const ussl_pin_t *wanted) {
    for (const ussl_pin_t *pin = trust ? trust->pins : NULL; pin != NULL; pin = pin->next) {
        if (pin->trust_key == wanted->trust_key && strcmp(pin->host, wanted->host) == 0
            && memcmp(pin->hash, wanted->hash, USSL_PIN_SIZE) == 0) {
            return true;
        }
    }
    return false;
}

bool ussl__pins_kept(const ussl_trust_t *before, const ussl_trust_t *after) {
    for (const ussl_pin_t *pin = before ? before->pins : NULL; pin != NULL; pin = pin->next) {
        if (!pin->trust_key && !has_pin(after, pin)) {
            return false;
        }
    }
    return true;
}

bool ussl__pin_can_apply(const char *host) {
    uint8_t address[16];
    size_t len = strlen(host);
    size_t name = len - (len > 1 && host[len - 1] == '.'); // the root label
    return ussl_address_parse(host, len, address) > 0 || ussl_is_hostname(host, name);
}

ussl_pin_t *ussl__pin_new(
    const char *host, const uint8_t hash[USSL_PIN_SIZE], bool trust_key, ussl_pin_t *next) {
    size_t len = host ? strlen(host) : 0;
    ussl_pin_t *pin = ussl__calloc(1, sizeof(*pin) + len + 1);
    if (pin != NULL) {
        memcpy(pin->hash, hash, USSL_PIN_SIZE);
        memcpy(pin->host, host ? host : "", len);
        pin->trust_key = trust_key;
        pin->next = next;
    }
    return pin;
}

void ussl__pins_free(ussl_pin_t *pins) {
    while (pins != NULL) {
        ussl_pin_t *next = pins->next;
        ussl__free(pins);
        pins = next;
    }
}

#endif // USSL_PINS

// ---- public ----
bool ussl_spki_sha256(const uint8_t *der, size_t len, uint8_t out[USSL_PIN_SIZE]) {
    mbedtls_x509_buf key;
    return ussl__tbs_field(der, len, USSL__TBS_KEY, &key)
        && mbedtls_sha256(key.p, key.len, out, 0) == 0;
}
