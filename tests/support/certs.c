// SPDX-License-Identifier: MIT
//
// certs.c - certificates and keys from the folder that tools/make-certs filled.
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

ussl_trust_t *load_trust(ussl_arena_t *arena, const char *pem_name) {
    ussl_trust_t *trust = NULL;
    if (ussl_trust_new(arena, &trust) != USSL_OK) {
        return NULL;
    }
    blob_t pem = read_cert_file(pem_name);
    ussl_result_t result = ussl_trust_add_pem(trust, (const char *)pem.data, pem.len, NULL);
    blob_free(&pem);
    if (result != USSL_OK) {
        ussl_trust_unref(trust);
        return NULL;
    }
    return trust;
}

ussl_identity_t *load_identity(ussl_arena_t *arena, const char *cert_name, const char *key_name) {
    blob_t cert = read_cert_file(cert_name);
    blob_t key = read_cert_file(key_name);
    ussl_identity_source_t source = {
        .cert = cert.data, .cert_len = cert.len, .key = key.data, .key_len = key.len};
    ussl_identity_t *identity = NULL;
    ussl_result_t result = ussl_identity_new(arena, &source, &identity, NULL);
    blob_free(&cert);
    blob_free(&key);
    return result == USSL_OK ? identity : NULL;
}
