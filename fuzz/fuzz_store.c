// SPDX-License-Identifier: MIT
//
// fuzz_store.c - opens root stores, after their length and hash have been computed anew, or PEM
// files as stores, and looks up a root. The first octet chooses.
#include "common.h"

static bool read_input(void *user, uint32_t offset, uint8_t *out, size_t len) {
    memcpy(out, (const uint8_t *)user + offset, len);
    return true;
}

static void look_up(const ussl_store_t *store, ussl_arena_t *arena) {
    ussl_trust_t *holder = NULL;
    fuzz_file_t file = fuzz_file("server.pem");
    if (ussl_trust_new(arena, &holder) != USSL_OK
        || ussl_trust_add_pem(holder, (const char *)file.data, file.len, NULL) != USSL_OK) {
        abort();
    }
    free(file.data);
    ussl__scope_t scope;
    ussl__scope_enter(&scope, arena);
    uint32_t at = USSL__STORE_FIRST;
    mbedtls_x509_crt *root;
    do {
        if (ussl__store_find(store, holder->chain, &at, &root) != USSL_OK) {
            abort();
        }
        ussl__certs_free(root);
    } while (root != NULL);
    ussl__scope_leave(&scope);
    ussl_trust_unref(holder);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t len) {
    fuzz_start();
    if (len < 2) {
        return 0;
    }
    uint8_t *data = malloc(len);
    bool pem = input[0] & 1;
    len--;
    memcpy(data, input + 1, len);
    if (!pem && len >= 64) {
        for (size_t i = 0; i < 4; i++) {
            data[24 + i] = (uint8_t)(len >> (24 - 8 * i));
        }
        mbedtls_sha256_context hash;
        mbedtls_sha256_init(&hash);
        mbedtls_sha256_starts(&hash, 0);
        mbedtls_sha256_update(&hash, data, 32);
        mbedtls_sha256_update(&hash, data + 64, len - 64);
        mbedtls_sha256_finish(&hash, data + 32);
    }
    ussl_arena_t *arena;
    ussl_store_t *store = NULL;
    ussl_failure_t why;
    if (ussl_arena_new(0, &arena) != USSL_OK) {
        abort();
    }
    ussl_store_source_t source = {.user = data, .read = read_input, .len = len};
    ussl_result_t result = pem
        ? ussl_store_new_pem(arena, &source, (const char *)data, &store, &why)
        : ussl_store_new(arena, &source, &store, &why);
    if (result == USSL_OK) {
        look_up(store, arena);
        ussl_store_unref(store);
    }
    ussl_arena_unref(arena);
    free(data);
    fuzz_end();
    return 0;
}
