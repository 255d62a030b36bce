// SPDX-License-Identifier: MIT
//
// fuzz_texts.c - parses what a program takes from its configuration: cipher strings, and private
// keys in DER that are encrypted with a password. The first octet chooses.
#include "common.h"

static void choose(const uint8_t *text, size_t len) {
    uint16_t ids[USSL_SUITES_MAX] = {0};
    uint8_t level = 0;
    if (ussl_suites_choose((const char *)text, len, ids, &level) == USSL_OK && level > 2) {
        abort();
    }
    const ussl_suite_t *suite = ussl_suite_named((const char *)text, len);
    if (suite != NULL && ussl_suite_find(suite->id) != suite) {
        abort();
    }
}

// True if the key derivation (PBKDF2, RFC 8018 A.2) has so many iterations that the target would do
// nothing else. They are no fault, because no attacker chooses the keys that a user stores.
static bool takes_long(const uint8_t *key, size_t len) {
    static const uint8_t pbkdf2[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0c};
    for (size_t i = 0; i + sizeof(pbkdf2) + 4 < len; i++) {
        if (memcmp(key + i, pbkdf2, sizeof(pbkdf2)) == 0) {
            const uint8_t *params = key + i + sizeof(pbkdf2), *end = key + len;
            const uint8_t *count = params + 4 + params[3]; // behind the salt
            return params[0] != 0x30 || params[2] != 4 || end - count < 4 || count[0] != 2
                || count[1] > 2 || (count[1] == 2 && count[2] > 0x10);
        }
    }
    return false;
}

static void load_key(const uint8_t *key, size_t len) {
    if (takes_long(key, len)) {
        return;
    }
    static fuzz_file_t cert;
    if (cert.data == NULL) {
        cert = fuzz_file("server.pem");
    }
    ussl_arena_t *arena;
    if (ussl_arena_new(0, &arena) != USSL_OK) {
        abort();
    }
    ussl_identity_t *identity = NULL;
    ussl_identity_source_t source = {.cert = cert.data,
        .cert_len = cert.len,
        .key = key,
        .key_len = len,
        .password = (const uint8_t *)"secret",
        .password_len = 6};
    if (ussl_identity_new(arena, &source, &identity, NULL) == USSL_OK) {
        ussl_identity_unref(identity);
    }
    ussl_arena_unref(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    fuzz_start();
    if (len > 0 && data[0] % 2 == 0) {
        choose(data + 1, len - 1);
    } else if (len > 0) {
        load_key(data + 1, len - 1);
    }
    fuzz_end();
    return 0;
}
