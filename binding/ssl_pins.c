// SPDX-License-Identifier: MIT
//
// ssl_pins.c - pinned and trusted public keys of a context. CPython has neither: these are
// extensions.
#include "binding.h"

#include <string.h>

#include "py/objstr.h"

// ssl.spki_sha256(cert): returns the SHA-256 of a certificate's SubjectPublicKeyInfo. `cert` is DER
// as bytes, or PEM as a str.
static mp_obj_t ssl_spki_sha256(mp_obj_t cert) {
    mp_buffer_info_t der;
    uint8_t hash[USSL_PIN_SIZE];
    if (mp_obj_is_str(cert)) {
        cert = ssl_pem_to_der(cert);
    }
    mp_get_buffer_raise(cert, &der, MP_BUFFER_READ);
    if (!ussl_spki_sha256(der.buf, der.len, hash)) {
        mp_raise_ValueError(MP_ERROR_TEXT("not a certificate in DER or PEM"));
    }
    return mp_obj_new_bytes(hash, sizeof(hash));
}
MP_DEFINE_CONST_FUN_OBJ_1(ssl_spki_sha256_obj, ssl_spki_sha256);

#if USSL_PINS
// `arg` is 32 bytes, or a str of 64 hexadecimal digits. Raises ValueError for any other buffer.
static void get_hash(mp_obj_t arg, uint8_t out[USSL_PIN_SIZE]) {
    mp_buffer_info_t hash;
    mp_get_buffer_raise(arg, &hash, MP_BUFFER_READ);
    const char *text = hash.buf;
    if (!mp_obj_is_str(arg) && hash.len == USSL_PIN_SIZE) {
        memcpy(out, hash.buf, USSL_PIN_SIZE);
        return;
    }
    bool good = mp_obj_is_str(arg) && hash.len == 2 * USSL_PIN_SIZE;
    for (size_t i = 0; good && i < USSL_PIN_SIZE; i++) {
        unichar high = (uint8_t)text[2 * i], low = (uint8_t)text[2 * i + 1];
        good = unichar_isxdigit(high) && unichar_isxdigit(low);
        out[i] = (uint8_t)(unichar_xdigit_value(high) << 4 | unichar_xdigit_value(low));
    }
    if (!good) {
        mp_raise_ValueError(
            MP_ERROR_TEXT("a key hash must be 32 bytes, or a str of 64 hexadecimal digits"));
    }
}

static mp_obj_t add_pins(size_t n_args, const mp_obj_t *args, bool trust_key) {
    ssl_context_obj_t *self = ssl_context_of(args[0]);
    const char *host = args[1] == mp_const_none ? NULL : mp_obj_str_get_str(args[1]);
    uint8_t hash[USSL_PIN_SIZE];
    for (size_t i = 2; i < n_args; i++) {
        get_hash(args[i], hash); // if one is malformed, raises before any is added
    }
    // A client that holds an earlier session ticket has not proved that it has a pinned key.
    ssl_context_drop_tickets(self);
    for (size_t i = 2; i < n_args; i++) {
        get_hash(args[i], hash);
        ussl_result_t result = ussl_trust_pin(ssl_context_trust(self), host, hash, trust_key);
        if (result != USSL_OK) {
            ssl_raise_usage(result, "host must be a host name or an IP address");
        }
    }
    return mp_const_none;
}

static mp_obj_t ssl_context_pin(size_t n_args, const mp_obj_t *args) {
    return add_pins(n_args, args, false);
}
MP_DEFINE_CONST_FUN_OBJ_VAR(ssl_context_pin_obj, 3, ssl_context_pin);

static mp_obj_t ssl_context_trust_key(size_t n_args, const mp_obj_t *args) {
    return add_pins(n_args, args, true);
}
MP_DEFINE_CONST_FUN_OBJ_VAR(ssl_context_trust_key_obj, 3, ssl_context_trust_key);
#endif // USSL_PINS
