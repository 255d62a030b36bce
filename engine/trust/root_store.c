// SPDX-License-Identifier: MIT
//
// root_store.c - a root store: many trust anchors outside of memory, read when a path needs them.
//
// Notes: docs/root-store.md describes the format. A root is found by the hash of its name, which is
// the issuer name of the certificate that it has issued. The index is read where it is, in flash or
// in the file, and not copied. A PEM file can be a store too: its index is made once and kept in
// memory, and its certificates stay in the file.
#include "trust.h"

#include <string.h>

#if USSL_STORE
enum {
    HEADER = 64,
    HASHED_HEADER = 32, // the octets of the header that are hashed; the hash follows them
    NAME_HASH = 16,
    ENTRY = NAME_HASH + 4,         // name hash, offset of the root record
    PEM_ENTRY = NAME_HASH + 4 + 4, // name hash, offset and length of the PEM block
    RECORD_MAX = 1024,
    ROOTS_MAX = 4096,
};

static const char magic[] = "ussl/roots";

struct ussl_store {
    ussl__object_t object;
    ussl_arena_t *arena;        // counted
    ussl_store_source_t source; // its pointers are the caller's
    uint32_t count;             // roots
    uint32_t not_ca;            // roots that do not count as CAs
    int64_t made;               // seconds since 1970; 0 for a PEM file
    uint8_t hash[USSL__FINGERPRINT_SIZE];
    uint8_t *index; // owned; the index of a PEM file, else NULL
};

// ---- reading ----
static bool read_at(const ussl_store_t *store, uint32_t offset, uint8_t *out, size_t len) {
    const ussl_store_source_t *from = &store->source;
    if (offset > from->len || len > from->len - offset) {
        return false;
    }
    if (from->bytes != NULL) {
        memcpy(out, from->bytes + offset, len);
        return true;
    }
    ussl__scope_t *scope = ussl__scope_pause();
    bool good = from->read(from->user, offset, out, len);
    ussl__scope_resume(scope);
    return good;
}

static bool is_pem(const ussl_store_t *store) {
    return USSL_PEM && store->index != NULL;
}

static bool read_entry(const ussl_store_t *store, uint32_t i, uint8_t entry[PEM_ENTRY]) {
    if (is_pem(store)) {
        memcpy(entry, store->index + i * PEM_ENTRY, PEM_ENTRY);
        return true;
    }
    return read_at(store, HEADER + i * ENTRY, entry, ENTRY);
}

static bool hash_name(const mbedtls_x509_buf *name, uint8_t out[32]) {
    return mbedtls_sha256(name->p, name->len, out, 0) == 0;
}

// Returns the first entry whose hash is not below `hash`, or `count` if there is none or an entry
// cannot be read.
static uint32_t find_first(const ussl_store_t *store, const uint8_t *hash) {
    uint32_t low = 0, high = store->count;
    uint8_t entry[PEM_ENTRY];
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (!read_entry(store, middle, entry)) {
            return store->count;
        }
        if (memcmp(entry, hash, NAME_HASH) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

// ---- certificates ----
// Frees what the path search does not read, because a root stays in memory during a handshake. The
// key is parsed again from DER when it is needed (signature.c), and the DER still has the names.
static void slim(mbedtls_x509_crt *crt) {
    mbedtls_pk_free(&crt->pk);
    if (ussl__is_self_issued(crt)) {
        mbedtls_asn1_free_named_data_list_shallow(crt->issuer.next);
        mbedtls_asn1_free_named_data_list_shallow(crt->subject.next);
        crt->issuer.next = crt->subject.next = NULL;
    }
}

// Parses one certificate in a block from ussl__calloc(), which the certificate then owns. If this
// fails, the block has been freed.
static ussl_result_t parse_owned(uint8_t *der, size_t len, mbedtls_x509_crt **out) {
    mbedtls_x509_crt *crt = ussl__calloc(1, sizeof(*crt));
    int code = MBEDTLS_ERR_X509_ALLOC_FAILED;
    if (crt != NULL) {
        mbedtls_x509_crt_init(crt);
        code = ussl__crt_parse_owned(crt, der, len);
    }
    if (code == 0) {
        slim(crt);
        *out = crt;
        return USSL_OK;
    }
    ussl__free(crt);
    ussl__free(der);
    return ussl__scope_current()->failed ? USSL_ERR_MEMORY : USSL_ERR_PARSE;
}

static ussl_result_t from_record(const ussl_store_t *store, const uint8_t *entry,
    const mbedtls_x509_crt *child, mbedtls_x509_crt **out) {
    uint32_t offset = (uint32_t)ussl__number(entry + NAME_HASH, 4);
    size_t len = offset < store->source.len ? store->source.len - offset : 0, der_len;
    len = len < RECORD_MAX ? len : RECORD_MAX;
    uint8_t *bytes = ussl__calloc(1, len + 1), *der = NULL;
    if (bytes == NULL) {
        return USSL_ERR_MEMORY;
    }
    ussl__root_record_t root;
    ussl_result_t result = USSL_ERR_PARSE;
    if (read_at(store, offset, bytes, len) && ussl__root_record_parse(bytes, len, &root)) {
        result = ussl__root_record_certificate(&root, child, &der, &der_len);
    }
    ussl__free(bytes);
    return result == USSL_OK ? parse_owned(der, der_len, out) : result;
}

static ussl_result_t from_pem(
    const ussl_store_t *store, const uint8_t *entry, mbedtls_x509_crt **out) {
    uint32_t offset = (uint32_t)ussl__number(entry + NAME_HASH, 4);
    uint32_t len = (uint32_t)ussl__number(entry + NAME_HASH + 4, 4);
    char *text = ussl__calloc(1, len + 1);
    if (text == NULL) {
        return USSL_ERR_MEMORY;
    }
    const char *at = text;
    uint8_t *der = NULL;
    size_t der_len;
    ussl_failure_t why;
    ussl_result_t result = USSL_ERR_PARSE;
    if (read_at(store, offset, (uint8_t *)text, len)) {
        result = ussl__pem_next(&at, text + len, "CERTIFICATE", &der, &der_len, &why);
    }
    ussl__free(text);
    return result == USSL_OK ? parse_owned(der, der_len, out) : result;
}

// Skips roots that cannot be parsed.
ussl_result_t ussl__store_find(const ussl_store_t *store, const mbedtls_x509_crt *child,
    uint32_t *at, mbedtls_x509_crt **out) {
    uint8_t hash[32], entry[PEM_ENTRY];
    *out = NULL;
    if (!hash_name(&child->issuer_raw, hash)) {
        return USSL_OK;
    }
    if (*at == USSL__STORE_FIRST) {
        *at = find_first(store, hash);
    }
    while (*out == NULL && *at < store->count && read_entry(store, *at, entry)
        && memcmp(entry, hash, NAME_HASH) == 0) {
        ussl_result_t result =
            is_pem(store) ? from_pem(store, entry, out) : from_record(store, entry, child, out);
        if (result == USSL_ERR_MEMORY) {
            return result;
        }
        ++*at;
    }
    return USSL_OK;
}

const uint8_t *ussl__store_hash(const ussl_store_t *store) {
    return store->hash;
}

// ---- making a store ----
static void store_drop(ussl__object_t *object) {
    ussl_store_t *store = (ussl_store_t *)object;
    ussl_arena_t *arena = store->arena;
    ussl__free(store->index);
    ussl__free(store);
    ussl_arena_unref(arena);
}

static bool hash_part(
    mbedtls_sha256_context *hash, const ussl_store_t *store, uint32_t from, uint32_t to) {
    uint8_t part[128];
    bool good = true;
    while (from < to && good) {
        size_t len = to - from < sizeof(part) ? to - from : sizeof(part);
        good = read_at(store, from, part, len) && mbedtls_sha256_update(hash, part, len) == 0;
        from += (uint32_t)len;
    }
    return good;
}

// The hash covers the whole store except its own 32 octets.
static bool hash_is_right(const ussl_store_t *store, const uint8_t *expected) {
    mbedtls_sha256_context hash;
    uint8_t result[32];
    mbedtls_sha256_init(&hash);
    bool good = mbedtls_sha256_starts(&hash, 0) == 0 && hash_part(&hash, store, 0, HASHED_HEADER)
        && hash_part(&hash, store, HEADER, (uint32_t)store->source.len)
        && mbedtls_sha256_finish(&hash, result) == 0;
    mbedtls_sha256_free(&hash);
    return good && memcmp(result, expected, sizeof(result)) == 0;
}

static const char *read_header(ussl_store_t *store) {
    uint8_t header[HEADER];
    if (!read_at(store, 0, header, HEADER) || memcmp(header, magic, 10) != 0) {
        return "NOT_A_ROOT_STORE";
    }
    if (header[10] != 0 || header[11] != USSL__STORE_VERSION) {
        return "ROOT_STORE_VERSION";
    }
    store->count = (uint32_t)ussl__number(header + 12, 4);
    store->made = (int64_t)ussl__number(header + 16, 5);
    bool fits = ussl__number(header + 24, 4) == store->source.len && store->count <= ROOTS_MAX
        && HEADER + store->count * ENTRY <= store->source.len;
    if (!fits || !hash_is_right(store, header + HASHED_HEADER)) {
        return "ROOT_STORE_DAMAGED";
    }
    memcpy(store->hash, header + HASHED_HEADER, USSL__FINGERPRINT_SIZE);
    return NULL;
}

static ussl_store_t *store_alloc(ussl_arena_t *arena, const ussl_store_source_t *source) {
    ussl_store_t *store = ussl__calloc(1, sizeof(*store));
    if (store != NULL) {
        store->object.refs = 1;
        store->object.drop = store_drop;
        store->arena = ussl_arena_ref(arena);
        store->source = *source;
    }
    return store;
}

// Inserts an entry after those with the same or a lower hash. To move entries one by one is fast
// enough, because a bundle has about 140.
static void insert_entry(ussl_store_t *store, const uint8_t entry[PEM_ENTRY]) {
    uint32_t at = store->count++;
    for (; at > 0 && memcmp(store->index + (at - 1) * PEM_ENTRY, entry, NAME_HASH) > 0; at--) {
        memcpy(store->index + at * PEM_ENTRY, store->index + (at - 1) * PEM_ENTRY, PEM_ENTRY);
    }
    memcpy(store->index + at * PEM_ENTRY, entry, PEM_ENTRY);
}

static bool counts_as_ca(const uint8_t *der, size_t len) {
    mbedtls_x509_crt crt;
    mbedtls_x509_crt_init(&crt);
    bool ca = mbedtls_x509_crt_parse_der_nocopy(&crt, der, len) == 0 && ussl__is_ca(&crt);
    mbedtls_x509_crt_free(&crt);
    return ca;
}

static ussl_result_t index_pem(
    ussl_store_t *store, const char *text, size_t len, ussl_failure_t *why) {
    const char *at = text;
    size_t room = 0;
    for (const char *p = text; (p = memchr(p, '\n', (size_t)(text + len - p))) != NULL; p++) {
        room += (size_t)(text + len - p) > 5 && memcmp(p, "\n-----", 6) == 0;
    }
    store->index = ussl__calloc(room / 2 + 2, PEM_ENTRY);
    if (store->index == NULL) {
        return ussl__load_error(why, USSL_ERR_MEMORY, NULL);
    }
    for (;;) {
        const char *from = at;
        uint8_t *der, entry[PEM_ENTRY], hash[32];
        size_t der_len;
        ussl_result_t result = ussl__pem_next(&at, text + len, "CERTIFICATE", &der, &der_len, why);
        if (result != USSL_OK) {
            return result == USSL_CLOSED ? USSL_OK : result;
        }
        mbedtls_x509_buf name;
        bool good =
            ussl__tbs_field(der, der_len, USSL__TBS_SUBJECT, &name) && hash_name(&name, hash);
        bool ca = counts_as_ca(der, der_len);
        ussl__free(der);
        if (good && store->count < room / 2 + 2) {
            store->not_ca += !ca;
            memcpy(entry, hash, NAME_HASH);
            (void)ussl__put_number(entry + NAME_HASH, (size_t)(from - text), 4);
            (void)ussl__put_number(entry + NAME_HASH + 4, (size_t)(at - from), 4);
            insert_entry(store, entry);
        }
    }
}

// ---- public ----
bool ussl_is_store(const void *data, size_t len) {
    return len >= 10 && memcmp(data, magic, 10) == 0;
}

ussl_result_t ussl_store_new(ussl_arena_t *arena, const ussl_store_source_t *source,
    ussl_store_t **out, ussl_failure_t *why) {
    ussl__scope_t scope;
    ussl__scope_enter(&scope, arena);
    ussl_result_t result = USSL_OK;
    ussl_store_t *store = store_alloc(arena, source);
    const char *reason = store ? read_header(store) : NULL;
    if (store == NULL) {
        result = ussl__load_error(why, USSL_ERR_MEMORY, NULL);
    } else if (reason != NULL) {
        result = ussl__parse_error(why, reason, 0);
        ussl__object_unref(store);
    } else {
        *out = store;
    }
    ussl__scope_leave(&scope);
    return result;
}

ussl_result_t ussl_store_new_pem(ussl_arena_t *arena, const ussl_store_source_t *source,
    const char *text, ussl_store_t **out, ussl_failure_t *why) {
    ussl__scope_t scope;
    ussl__scope_enter(&scope, arena);
    ussl_store_t *store = store_alloc(arena, source);
    ussl_result_t result = store ? index_pem(store, text, source->len, why)
                                 : ussl__load_error(why, USSL_ERR_MEMORY, NULL);
    if (result == USSL_OK && store->count == 0) {
        result = ussl__parse_error(why, "NO_START_LINE", 0);
    }
    if (result == USSL_OK) {
        ussl__fingerprint_add(store->hash, text, source->len);
        *out = store;
    } else {
        ussl__object_unref(store);
    }
    ussl__scope_leave(&scope);
    return result;
}

void ussl_store_unref(ussl_store_t *store) {
    ussl__object_unref(store);
}

size_t ussl_store_count(const ussl_store_t *store, int64_t *made) {
    if (made != NULL) {
        *made = store->made;
    }
    return store->count;
}

size_t ussl_store_ca_count(const ussl_store_t *store) {
    return store->count - store->not_ca;
}
#endif // USSL_STORE
