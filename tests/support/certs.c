// SPDX-License-Identifier: MIT
//
// certs.c - loads certificates and keys from the folder that tools/make-certs fills.
#include "support.h"

#include <stdio.h>

blob_t read_cert_file(const char *name) {
    char path[512];
    const char *folder = getenv("USSL_CERTS");
    snprintf(path, sizeof(path), "%s/%s", folder ? folder : "build/certs", name);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fail_msg("cannot open %s: run `make certs`", path);
    }
    blob_t blob = {0};
    fseek(file, 0, SEEK_END);
    blob.len = (size_t)ftell(file);
    rewind(file);
    blob.data = calloc(1, blob.len + 1);
    assert_int_equal(fread(blob.data, 1, blob.len, file), blob.len);
    fclose(file);
    return blob;
}

void blob_free(blob_t *blob) {
    free(blob->data);
    *blob = (blob_t){0};
}

#if !USSL_PEM
static int value_of(char c) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

// Decodes the first PEM block of a file, or with `last` its last one, to DER in place.
static void to_der(blob_t *blob, bool last) {
    char *text = (char *)blob->data, *begin = strstr(text, "-----BEGIN ");
    for (char *next = begin; last && next; next = strstr(next + 1, "-----BEGIN ")) {
        begin = next;
    }
    assert_non_null(begin);
    uint32_t bits = 0;
    blob->len = 0;
    int held = 0;
    for (char *p = strchr(begin, '\n'); *p != '-'; p++) {
        if (value_of(*p) >= 0) {
            bits = bits << 6 | (uint32_t)value_of(*p);
            held += 6;
        }
        if (held >= 8) {
            held -= 8;
            blob->data[blob->len++] = (uint8_t)(bits >> held);
        }
    }
}
#endif

// Reads a file of certificates or of a key, in a form that this build can load.
static blob_t read_loadable(const char *name, bool key) {
    blob_t blob = read_cert_file(name);
#if !USSL_PEM
    to_der(&blob, key);
#endif
    (void)key;
    return blob;
}

ussl_trust_t *load_trust(ussl_arena_t *arena, const char *pem_name) {
    ussl_trust_t *trust = NULL;
    if (ussl_trust_new(arena, &trust) != USSL_OK) {
        return NULL;
    }
    blob_t file = read_loadable(pem_name, false);
    ussl_result_t result = USSL_PEM
        ? ussl_trust_add_pem(trust, (const char *)file.data, file.len, NULL)
        : ussl_trust_add_der(trust, file.data, file.len, NULL);
    blob_free(&file);
    if (result != USSL_OK) {
        ussl_trust_unref(trust);
        return NULL;
    }
    return trust;
}

#if USSL_STORE
ussl_trust_t *trust_in_store(const blob_t *blob) {
    ussl_store_source_t source = {.bytes = blob->data, .len = blob->len};
    ussl_arena_t *arena = NULL;
    ussl_store_t *store = NULL;
    ussl_trust_t *trust = NULL;
    ussl_failure_t why;
    if (ussl_arena_new(0, &arena) == USSL_OK && ussl_trust_new(arena, &trust) == USSL_OK
        && ussl_store_new(arena, &source, &store, &why) == USSL_OK) {
        assert_int_equal(ussl_trust_set_store(trust, store), USSL_OK);
    } else {
        ussl_trust_unref(trust);
        trust = NULL;
    }
    ussl_store_unref(store);
    ussl_arena_unref(arena);
    return trust;
}
#endif

ussl_identity_t *load_identity(ussl_arena_t *arena, const char *cert_name, const char *key_name) {
    blob_t cert = read_loadable(cert_name, false);
    blob_t key = read_loadable(key_name, true);
    ussl_identity_source_t source = {
        .cert = cert.data, .cert_len = cert.len, .key = key.data, .key_len = key.len};
    ussl_identity_t *identity = NULL;
    ussl_result_t result = ussl_identity_new(arena, &source, &identity, NULL);
    blob_free(&cert);
    blob_free(&key);
    return result == USSL_OK ? identity : NULL;
}
