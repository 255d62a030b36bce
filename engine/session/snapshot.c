// SPDX-License-Identifier: MIT
//
// snapshot.c - writes and parses snapshots, the bytes in which a session is kept, checks their age,
// and seals them for a device that loses its memory.
//
// Notes: the layout, big-endian:
//
//   u8 version | u16 proven | u8 extended master secret | u64 made | u64 proven at | u32 count and
//   32 octets of fingerprint of the trust | u8 host | u16 peer's certificate | u16 mbedTLS's
//   session
//
// Each of the last three is preceded by its length, a number of the given size. A saved session is
// `uss`, the version, and the sealed snapshot. The version changes with the layout, and other
// versions are refused.
#include "session.h"

#include <string.h>

#if USSL_SESSIONS

enum { VERSION = 4, FIXED = 1 + 2 + 1 + 8 + 8 + 4 + USSL__FINGERPRINT_SIZE };
static const uint8_t magic[4] = {'u', 's', 's', VERSION};

// ---- helpers ----
static bool read_time(ussl__reader_t *reader, int64_t *out) {
    uint64_t seconds;
    if (!ussl__read_number(reader, 8, &seconds) || seconds > INT64_MAX) {
        return false; // before 1970; no age can be computed from such a time
    }
    *out = (int64_t)seconds;
    return true;
}

static bool read_bytes(
    ussl__reader_t *reader, size_t length_bytes, const uint8_t **out, size_t *len) {
    ussl__reader_t vector;
    if (!ussl__read_vector(reader, length_bytes, &vector)) {
        return false;
    }
    *out = vector.at;
    *len = ussl__bytes_left(&vector);
    return true;
}

// Derives the key that seals a saved session from the caller's key. If the caller's key is empty,
// anybody can derive the same key, and the seal only detects damage.
static void saving_key(const void *key, size_t len, uint8_t out[USSL__SEAL_KEY]) {
    static const uint8_t label[] = "ussl saved session 1";
    mbedtls_sha256_context hash;
    mbedtls_sha256_init(&hash);
    bool good = mbedtls_sha256_starts(&hash, 0) == 0
        && mbedtls_sha256_update(&hash, label, sizeof(label)) == 0
        && mbedtls_sha256_update(&hash, key, len) == 0 && mbedtls_sha256_finish(&hash, out) == 0;
    (void)good; // SHA-256 in software does not fail
    mbedtls_sha256_free(&hash);
}

// mbedTLS loads the length of an id and the times of a ticket without a check. It later copies that
// many bytes, and computes ages from the times, which is not possible for a time before 1970.
static bool is_sound(const mbedtls_ssl_session *session, int endpoint) {
    if (session->endpoint != endpoint || session->id_len > sizeof(session->id)
        || session->start < 0) {
        return false;
    }
#if USSL_TLS13 && USSL_SERVER
    if (session->ticket_creation_time < 0) {
        return false;
    }
#endif
#if USSL_TLS13
    return session->ticket_reception_time >= 0;
#else
    return true;
#endif
}

// ---- private to the engine ----
bool ussl__snapshot_parse(const uint8_t *data, size_t len, ussl__snapshot_t *out) {
    ussl__reader_t reader = {data, data + len};
    uint64_t version, proven, extended_ms, count;
    if (!ussl__read_number(&reader, 1, &version) || version != VERSION
        || !ussl__read_number(&reader, 2, &proven) || !ussl__read_number(&reader, 1, &extended_ms)
        || extended_ms > 1 || !read_time(&reader, &out->made)
        || !read_time(&reader, &out->proven_at) || !ussl__read_number(&reader, 4, &count)
        || ussl__bytes_left(&reader) < USSL__FINGERPRINT_SIZE) {
        return false;
    }
    out->proven = (uint16_t)proven;
    out->extended_ms = extended_ms == 1;
    out->trust_count = (uint32_t)count;
    out->trust_fingerprint = reader.at;
    reader.at += USSL__FINGERPRINT_SIZE;
    return read_bytes(&reader, 1, &out->host, &out->host_len)
        && read_bytes(&reader, 2, &out->peer, &out->peer_len)
        && read_bytes(&reader, 2, &out->secret, &out->secret_len) && ussl__bytes_left(&reader) == 0;
}

ussl_result_t ussl__snapshot_write(const ussl__snapshot_t *known,
    const mbedtls_ssl_session *session, uint8_t *out, size_t room, size_t *len) {
    size_t before = FIXED + 1 + known->host_len + 2 + known->peer_len + 2, secret_len = 0;
    size_t left = room > before ? room - before : 0;
    int code = mbedtls_ssl_session_save(session, out + (left ? before : 0), left, &secret_len);
    *len = before + secret_len;
    if (code != 0 || secret_len > UINT16_MAX) {
        bool no_room = code == 0 || code == MBEDTLS_ERR_SSL_BUFFER_TOO_SMALL;
        return no_room ? USSL_ERR_USAGE : USSL_ERR_INTERNAL;
    }
    uint8_t *at = ussl__put_number(out, VERSION, 1);
    at = ussl__put_number(at, known->proven, 2);
    at = ussl__put_number(at, known->extended_ms, 1);
    at = ussl__put_number(at, (uint64_t)known->made, 8);
    at = ussl__put_number(at, (uint64_t)known->proven_at, 8);
    at = ussl__put_number(at, known->trust_count, 4);
    memset(at, 0, USSL__FINGERPRINT_SIZE);
    if (known->trust_fingerprint != NULL) {
        memcpy(at, known->trust_fingerprint, USSL__FINGERPRINT_SIZE);
    }
    at = ussl__put_vector(at + USSL__FINGERPRINT_SIZE, known->host, known->host_len, 1);
    at = ussl__put_vector(at, known->peer, known->peer_len, 2);
    (void)ussl__put_number(at, secret_len, 2);
    return USSL_OK;
}

ussl_result_t ussl__snapshot_session(
    const ussl__snapshot_t *snapshot, int endpoint, mbedtls_ssl_session *out) {
    int code = mbedtls_ssl_session_load(out, snapshot->secret, snapshot->secret_len);
    if (code == MBEDTLS_ERR_SSL_ALLOC_FAILED) {
        return USSL_ERR_MEMORY;
    }
    return code == 0 && is_sound(out, endpoint) ? USSL_OK : USSL_ERR_PARSE;
}

bool ussl__snapshot_is_fresh(const ussl__snapshot_t *snapshot, int64_t now) {
    return now >= snapshot->proven_at && now - snapshot->proven_at < USSL__WEEK;
}

ussl_result_t ussl__snapshot_seal(
    const void *key, size_t key_len, const uint8_t *snapshot, size_t len, uint8_t *out) {
    uint8_t seal_key[USSL__SEAL_KEY];
    memcpy(out, magic, sizeof(magic));
    memcpy(out + sizeof(magic) + USSL__SEAL_NONCE, snapshot, len);
    saving_key(key, key_len, seal_key);
    ussl_result_t result = ussl__seal(seal_key, out, sizeof(magic), len);
    mbedtls_platform_zeroize(seal_key, sizeof(seal_key));
    return result;
}

ussl_result_t ussl__snapshot_unseal(const void *key, size_t key_len, uint8_t *data, size_t len,
    uint8_t **snapshot, size_t *snapshot_len) {
    uint8_t seal_key[USSL__SEAL_KEY];
    if (len < sizeof(magic) || memcmp(data, magic, sizeof(magic)) != 0) {
        return USSL_ERR_PARSE;
    }
    saving_key(key, key_len, seal_key);
    ussl_result_t result = ussl__unseal(seal_key, data, sizeof(magic), len, snapshot, snapshot_len);
    mbedtls_platform_zeroize(seal_key, sizeof(seal_key));
    return result;
}

#endif // USSL_SESSIONS
