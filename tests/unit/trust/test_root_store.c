// SPDX-License-Identifier: MIT
//
// test_root_store.c - the roots of a store are found and used in handshakes, one of them in memory
// at a time, and a store that is damaged anywhere is refused.
//
// docs/root-store.md promises this, and has the format and the sizes. handshake_with() takes the
// server's certificate and key, and OpenSSL's number of the refusal, or 0 if the client must
// accept.
#include "engine/verify/verify.h"
#include "tests/support/support.h"

// build/roots.ussl holds the test CA, its intermediate, and a root of RSA-4096, which have issued
// the certificates of other tests.
static blob_t store_file(void) {
    return read_cert_file("../roots.ussl");
}

static bool read_blob(void *user, uint32_t offset, uint8_t *out, size_t len) {
    const blob_t *blob = user;
    memcpy(out, blob->data + offset, len);
    return true;
}

static bool never(void *user, uint32_t offset, uint8_t *out, size_t len) {
    (void)user, (void)offset, (void)out, (void)len;
    return false;
}

static int reset(void **state) {
    (void)state;
    platform_reset();
    return 0;
}

static ussl_store_t *open_store(ussl_arena_t *arena, const ussl_store_source_t *source) {
    ussl_store_t *store = NULL;
    ussl_failure_t why;
    assert_int_equal(ussl_store_new(arena, source, &store, &why), USSL_OK);
    return store;
}

// Makes a handshake with a client that trusts nothing but the store.
static void handshake_with(ussl_store_t *store, const char *cert, const char *key, int code) {
    for (EACH_VERSION(version)) {
        ussl_arena_t *arena;
        assert_int_equal(ussl_arena_new(0, &arena), USSL_OK);
        pair_setup_t setup = good_setup(cert, key, version);
        assert_int_equal(ussl_trust_new(arena, &setup.made_trust[0]), USSL_OK);
        assert_int_equal(ussl_trust_set_store(setup.made_trust[0], store), USSL_OK);
        setup.client.strict = true;
        pair_t pair;
        assert_int_equal(pair_open(&pair, &setup), USSL_OK);
        assert_int_equal(pair_handshake(&pair), code == 0);
        if (code != 0) {
            assert_int_equal(pair_failure(&pair, 0).cert.code, code);
        } else {
            // The root can still be read, although it is not in memory.
            size_t n = 0;
            const ussl_cert_t *cert, *root = NULL;
            for (;; n++, root = cert) {
                assert_int_equal(ussl_conn_chain(pair.conn[0], true, n, &cert), USSL_OK);
                if (cert == NULL) {
                    break;
                }
            }
            assert_true(n >= 2);
            ussl_cert_info_t info;
            ussl_cert_info(root, &info);
            assert_true(info.is_ca);
        }
        pair_free(&pair);
        ussl_trust_unref(setup.made_trust[0]);
        ussl_arena_unref(arena);
    }
}

static void a_store_works_in_place_and_from_a_file(void **state) {
    (void)state;
    blob_t blob = store_file();
    const ussl_store_source_t sources[] = {
        {.bytes = blob.data, .len = blob.len},
        {.user = &blob, .read = read_blob, .len = blob.len},
    };
    for (size_t i = 0; i < 2; i++) {
        ussl_arena_t *arena;
        assert_int_equal(ussl_arena_new(0, &arena), USSL_OK);
        ussl_store_t *store = open_store(arena, &sources[i]);
        int64_t made;
        assert_int_equal(ussl_store_count(store, &made), 3);
        assert_true(made > 1700000000);
        handshake_with(store, "server.pem", "server.key", 0);
        handshake_with(store, "server-rsa.pem", "server-rsa.key", 0);
        handshake_with(store, "chain.pem", "chain.key", 0);
        handshake_with(store, "under-rsa.pem", "under-rsa.key", 0);
        handshake_with(store, "expired.pem", "expired.key", 10);
        handshake_with(store, "unknown-issuer.pem", "unknown-issuer.key", 20);
        ussl_store_unref(store);
        ussl_arena_unref(arena);
    }
    blob_free(&blob);
    assert_int_equal(test_platform.live, 0);
}

#if USSL_PEM
static void a_pem_file_works_as_a_store(void **state) {
    (void)state;
    blob_t blob = read_cert_file("ca.pem");
    ussl_arena_t *arena;
    assert_int_equal(ussl_arena_new(0, &arena), USSL_OK);
    ussl_store_source_t source = {.user = &blob, .read = read_blob, .len = blob.len};
    ussl_store_t *store = NULL;
    ussl_failure_t why;
    assert_int_equal(
        ussl_store_new_pem(arena, &source, (const char *)blob.data, &store, &why), USSL_OK);
    assert_int_equal(ussl_store_count(store, NULL), 1);
    handshake_with(store, "chain.pem", "chain.key", 0);
    handshake_with(store, "unknown-issuer.pem", "unknown-issuer.key", 20);
    ussl_store_unref(store);
    ussl_arena_unref(arena);
    blob_free(&blob);
    assert_int_equal(test_platform.live, 0);
}

// The reason is optional: `why` may be NULL.
static void a_file_without_certificates_is_no_store(void **state) {
    (void)state;
    ussl_arena_t *arena;
    ussl_store_t *store = NULL;
    ussl_failure_t why;
    ussl_store_source_t empty = {.bytes = (const uint8_t *)"nothing", .len = 7};
    assert_int_equal(ussl_arena_new(0, &arena), USSL_OK);
    assert_int_equal(ussl_store_new(arena, &empty, &store, NULL), USSL_ERR_PARSE);
    assert_int_equal(ussl_store_new_pem(arena, &empty, "nothing", &store, NULL), USSL_ERR_PARSE);
    assert_int_equal(ussl_store_new_pem(arena, &empty, "nothing", &store, &why), USSL_ERR_PARSE);
    assert_string_equal(why.reason, "NO_START_LINE");
    assert_null(store);
    ussl_arena_unref(arena);
    assert_int_equal(test_platform.live, 0);
}

static ussl_result_t see_all(void *owner, const uint8_t *der, size_t len, unsigned depth) {
    (void)owner, (void)depth;
    uint8_t hash[32];
    assert_true(ussl_spki_sha256(der, len, hash));
    return USSL_OK;
}

// A bundle may have a CA that another of its CAs has issued. Then two certificates of one path come
// from the store, and both can be read for as long as the connection lives.
static void two_certificates_of_a_path_may_come_from_a_store(void **state) {
    (void)state;
    blob_t ca = read_cert_file("ca.pem"), inter = read_cert_file("inter.pem");
    blob_t both = {malloc(ca.len + inter.len + 1), ca.len + inter.len};
    memcpy(both.data, inter.data, inter.len);
    memcpy(both.data + inter.len, ca.data, ca.len + 1);
    ussl_arena_t *arena;
    assert_int_equal(ussl_arena_new(0, &arena), USSL_OK);
    ussl_store_source_t source = {.user = &both, .read = read_blob, .len = both.len};
    ussl_store_t *store = NULL;
    ussl_failure_t why;
    assert_int_equal(
        ussl_store_new_pem(arena, &source, (const char *)both.data, &store, &why), USSL_OK);
    for (EACH_VERSION(version)) {
        pair_setup_t setup = good_setup("under-inter.pem", "under-inter.key", version);
        assert_int_equal(ussl_trust_new(arena, &setup.made_trust[0]), USSL_OK);
        assert_int_equal(ussl_trust_set_store(setup.made_trust[0], store), USSL_OK);
        setup.client.on_cert = see_all;
        pair_t pair;
        assert_int_equal(pair_open(&pair, &setup), USSL_OK);
        assert_true(pair_handshake(&pair));
        const ussl_cert_t *cert;
        for (int again = 0; again < 2; again++) {
            for (size_t i = 0; i < 3; i++) {
                ussl_cert_info_t info;
                assert_int_equal(ussl_conn_chain(pair.conn[0], true, i, &cert), USSL_OK);
                assert_non_null(cert);
                ussl_cert_info(cert, &info);
                assert_int_equal(info.is_ca, i > 0);
                assert_int_equal(info.der[0], 0x30);
            }
        }
        assert_int_equal(ussl_conn_chain(pair.conn[0], true, 3, &cert), USSL_OK);
        assert_null(cert);
        pair_free(&pair);
        ussl_trust_unref(setup.made_trust[0]);
    }
    ussl_store_unref(store);
    ussl_arena_unref(arena);
    blob_free(&ca);
    blob_free(&inter);
    free(both.data);
    assert_int_equal(test_platform.live, 0);
}
#endif

static void a_store_that_cannot_be_read_is_refused(void **state) {
    (void)state;
    blob_t blob = store_file();
    ussl_arena_t *arena;
    assert_int_equal(ussl_arena_new(0, &arena), USSL_OK);
    ussl_store_source_t source = {.user = &blob, .read = never, .len = blob.len};
    ussl_store_t *store = NULL;
    ussl_failure_t why;
    assert_int_equal(ussl_store_new(arena, &source, &store, &why), USSL_ERR_PARSE);
    assert_null(store);
    ussl_arena_unref(arena);
    blob_free(&blob);
    assert_int_equal(test_platform.live, 0);
}

static void any_damaged_byte_or_truncation_is_refused(void **state) {
    (void)state;
    blob_t blob = store_file();
    ussl_arena_t *arena;
    assert_int_equal(ussl_arena_new(0, &arena), USSL_OK);
    for (size_t i = 0; i < blob.len; i++) {
        ussl_store_source_t source = {.bytes = blob.data, .len = blob.len};
        ussl_store_t *store = NULL;
        ussl_failure_t why;
        blob.data[i] ^= (uint8_t)(1 << i % 8);
        assert_int_equal(ussl_store_new(arena, &source, &store, &why), USSL_ERR_PARSE);
        blob.data[i] ^= (uint8_t)(1 << i % 8);
        source.len = i; // the store is truncated
        assert_int_equal(ussl_store_new(arena, &source, &store, &why), USSL_ERR_PARSE);
    }
    ussl_arena_unref(arena);
    blob_free(&blob);
}

// Whoever makes a store is trusted and can give it a right hash, but no content may crash the
// engine.
static void damage_behind_a_right_hash_does_no_harm(void **state) {
    (void)state;
    blob_t blob = store_file(), leaf = read_cert_file("server.pem");
    blob_t reference = store_file();
    ussl_arena_t *arena;
    assert_int_equal(ussl_arena_new(0, &arena), USSL_OK);
    ussl_trust_t *holder = load_trust(arena, "server.pem");
    const mbedtls_x509_crt *child = holder->chain;
    for (size_t i = 12; i < blob.len; i = i == 31 ? 64 : i + 1) {
        for (int change = 1; change < 256; change += 41) {
            blob.data[i] ^= (uint8_t)change;
            mbedtls_sha256_context hash;
            mbedtls_sha256_init(&hash);
            mbedtls_sha256_starts(&hash, 0);
            mbedtls_sha256_update(&hash, blob.data, 32);
            mbedtls_sha256_update(&hash, blob.data + 64, blob.len - 64);
            mbedtls_sha256_finish(&hash, blob.data + 32);
            ussl_store_source_t source = {.bytes = blob.data, .len = blob.len};
            ussl_store_t *store = NULL;
            ussl_failure_t why;
            if (ussl_store_new(arena, &source, &store, &why) == USSL_OK) {
                ussl__scope_t scope;
                ussl__scope_enter(&scope, arena);
                uint32_t at = USSL__STORE_FIRST;
                mbedtls_x509_crt *root;
                do {
                    assert_int_equal(ussl__store_find(store, child, &at, &root), USSL_OK);
                    ussl__certs_free(root);
                } while (root != NULL);
                ussl__scope_leave(&scope);
                ussl_store_unref(store);
            }
            blob.data[i] ^= (uint8_t)change;
        }
    }
    memcpy(blob.data, reference.data, blob.len);
    ussl_trust_unref(holder);
    ussl_arena_unref(arena);
    blob_free(&blob);
    blob_free(&reference);
    blob_free(&leaf);
    assert_int_equal(test_platform.live, 0);
}

// Returns the bytes that one root takes while it is in memory; docs/root-store.md has these
// figures.
static size_t root_in_memory(const char *cert) {
    blob_t blob = store_file();
    ussl_arena_t *arena, *own;
    assert_int_equal(ussl_arena_new(0, &arena), USSL_OK);
    assert_int_equal(ussl_arena_new(0, &own), USSL_OK);
    ussl_store_source_t source = {.bytes = blob.data, .len = blob.len};
    ussl_store_t *store = open_store(arena, &source);
    ussl_trust_t *holder = load_trust(arena, cert);
    ussl__scope_t scope;
    ussl__scope_enter(&scope, own);
    uint32_t at = USSL__STORE_FIRST;
    mbedtls_x509_crt *root;
    assert_int_equal(ussl__store_find(store, holder->chain, &at, &root), USSL_OK);
    assert_non_null(root);
    assert_true(ussl__signed_by(holder->chain, root));
    ussl_memory_t memory;
    ussl_arena_memory(own, &memory);
    ussl__certs_free(root);
    ussl__scope_leave(&scope);
    ussl_trust_unref(holder);
    ussl_store_unref(store);
    ussl_arena_unref(own);
    ussl_arena_unref(arena);
    blob_free(&blob);
    return memory.used;
}

static void a_root_takes_no_more_memory_than_promised(void **state) {
    (void)state;
    size_t small = root_in_memory("server.pem"), large = root_in_memory("under-rsa.pem");
    print_message("a root in memory: P-256 %zu bytes, RSA-4096 %zu\n", small, large);
    assert_true(small <= 1536);
    assert_true(large <= (sizeof(void *) == 4 ? 1536 : 2048));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_store_works_in_place_and_from_a_file, reset),
#if USSL_PEM
        cmocka_unit_test_setup(a_pem_file_works_as_a_store, reset),
        cmocka_unit_test_setup(a_file_without_certificates_is_no_store, reset),
        cmocka_unit_test_setup(two_certificates_of_a_path_may_come_from_a_store, reset),
#endif
        cmocka_unit_test_setup(a_store_that_cannot_be_read_is_refused, reset),
        cmocka_unit_test_setup(any_damaged_byte_or_truncation_is_refused, reset),
        cmocka_unit_test_setup(damage_behind_a_right_hash_does_no_harm, reset),
        cmocka_unit_test_setup(a_root_takes_no_more_memory_than_promised, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
