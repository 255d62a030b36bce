// SPDX-License-Identifier: MIT
//
// test_gcm.c - AES-GCM by the instructions of an x86 CPU gives the same records as mbedTLS.
//
// Each record is encrypted by both and compared, decrypted, and decrypted again with an altered
// tag. A record whose tag is wrong is refused and leaves no plaintext (RFC 5116 2.2). On other CPUs
// both functions are mbedTLS's.
#include "engine/mbedtls/gcm.c"

#include "tests/support/support.h"

#define OK(call) assert_int_equal(call, 0)
enum { ROOM = 700, TAG = 16, AD = 40, IV = 12 };

static uint64_t seed = 1;

static void fill(uint8_t *out, size_t len) {
    for (size_t i = 0; i < len; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        out[i] = (uint8_t)(seed >> 56);
    }
}

#ifdef BY_INSTRUCTIONS
static int reference(mbedtls_gcm_context *gcm, size_t len, const uint8_t *iv, const uint8_t *ad,
    size_t ad_len, const uint8_t *in, uint8_t *out, uint8_t *tag) {
    return ussl__mbed_gcm_crypt_and_tag(
        gcm, MBEDTLS_GCM_ENCRYPT, len, iv, IV, ad, ad_len, in, out, TAG, tag);
}
#else
static int reference(mbedtls_gcm_context *gcm, size_t len, const uint8_t *iv, const uint8_t *ad,
    size_t ad_len, const uint8_t *in, uint8_t *out, uint8_t *tag) {
    return mbedtls_gcm_crypt_and_tag(
        gcm, MBEDTLS_GCM_ENCRYPT, len, iv, IV, ad, ad_len, in, out, TAG, tag);
}
#endif

static void one_record(mbedtls_gcm_context *gcm, size_t len, size_t ad_len) {
    uint8_t iv[IV], ad[AD], plain[ROOM], theirs[ROOM], ours[ROOM], their_tag[TAG], tag[TAG];
    fill(iv, sizeof(iv));
    fill(ad, sizeof(ad));
    fill(plain, len);
    OK(reference(gcm, len, iv, ad, ad_len, plain, theirs, their_tag));
    memcpy(ours, plain, len);
    OK(mbedtls_gcm_crypt_and_tag(gcm, MBEDTLS_GCM_ENCRYPT, len, iv, IV, ad_len > 0 ? ad : NULL,
        ad_len, ours, ours, TAG, tag));
    assert_memory_equal(ours, theirs, len);
    assert_memory_equal(tag, their_tag, TAG);
    OK(mbedtls_gcm_auth_decrypt(gcm, len, iv, IV, ad, ad_len, tag, TAG, ours, ours));
    assert_memory_equal(ours, plain, len);
    memcpy(ours, theirs, len);
    tag[len % TAG] ^= 1;
    assert_int_equal(mbedtls_gcm_auth_decrypt(gcm, len, iv, IV, ad, ad_len, tag, TAG, ours, ours),
        MBEDTLS_ERR_GCM_AUTH_FAILED);
    for (size_t i = 0; i < len; i++) {
        assert_int_equal(ours[i], 0); // no plaintext is left that the tag has not proven
    }
}

static void records_agree_and_damage_is_noticed(void **state) {
    (void)state;
    platform_reset();
    for (unsigned bits = 128; bits <= 256; bits += 64) {
        mbedtls_gcm_context gcm;
        uint8_t key[32];
        mbedtls_gcm_init(&gcm);
        for (size_t len = 0; len < ROOM; len += len < 80 ? 1 : 31) {
            fill(key, sizeof(key));
            OK(mbedtls_gcm_setkey(&gcm, MBEDTLS_CIPHER_ID_AES, key, bits));
            one_record(&gcm, len, len % (AD + 1));
            mbedtls_gcm_free(&gcm);
        }
    }
    assert_int_equal(test_platform.live, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(records_agree_and_damage_is_noticed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
