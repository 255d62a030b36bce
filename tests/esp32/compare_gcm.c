// SPDX-License-Identifier: MIT
//
// compare_gcm.c - compares ESP-IDF's esp_aes_gcm_… with mbedTLS's GCM in software. Ciphertext and
// tag must be the same for keys, lengths and additional data of the sizes that TLS uses, in place
// and not, and a changed tag must be refused.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aes/esp_aes_gcm.h"
#include "mbedtls/gcm.h"

#define ROOM 16401

static unsigned char plain[ROOM], expected[ROOM], got[ROOM], key[32], iv[12], aad[13];

static void fill(unsigned char *out, size_t len, unsigned seed) {
    for (size_t i = 0; i < len; i++) {
        seed = seed * 1103515245 + 12345;
        out[i] = (unsigned char)(seed >> 16);
    }
}

static int same(unsigned key_bits, size_t len, size_t aad_len) {
    unsigned char tag[16], tag_got[16];
    mbedtls_gcm_context soft;
    esp_gcm_context hard;
    mbedtls_gcm_init(&soft);
    esp_aes_gcm_init(&hard);
    int bad = mbedtls_gcm_setkey(&soft, MBEDTLS_CIPHER_ID_AES, key, key_bits)
        || esp_aes_gcm_setkey(&hard, MBEDTLS_CIPHER_ID_AES, key, key_bits)
        || mbedtls_gcm_crypt_and_tag(&soft, MBEDTLS_GCM_ENCRYPT, len, iv, sizeof(iv), aad, aad_len,
            plain, expected, sizeof(tag), tag)
        || esp_aes_gcm_crypt_and_tag(&hard, MBEDTLS_GCM_ENCRYPT, len, iv, sizeof(iv), aad, aad_len,
            plain, got, sizeof(tag), tag_got)
        || memcmp(expected, got, len) != 0 || memcmp(tag, tag_got, sizeof(tag)) != 0;
    // Decrypts in place, and with a context that was used before, as a connection does.
    bad = bad
        || esp_aes_gcm_auth_decrypt(
            &hard, len, iv, sizeof(iv), aad, aad_len, tag, sizeof(tag), got, got)
        || memcmp(plain, got, len) != 0;
    tag[len % 16] ^= 1;
    bad = bad
        || esp_aes_gcm_auth_decrypt(
               &hard, len, iv, sizeof(iv), aad, aad_len, tag, sizeof(tag), expected, got)
            != MBEDTLS_ERR_GCM_AUTH_FAILED;
    mbedtls_gcm_free(&soft);
    esp_aes_gcm_free(&hard);
    return !bad;
}

int main(void) {
    static const size_t lengths[] = {0, 1, 15, 16, 17, 31, 32, 33, 255, 4096, 16384, 16401};
    static const size_t extra[] = {0, 5, 13};
    int cases = 0, failed = 0;
    fill(plain, sizeof(plain), 1);
    for (unsigned bits = 128; bits <= 256; bits += 128) {
        for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
            for (size_t j = 0; j < sizeof(extra) / sizeof(extra[0]); j++) {
                fill(key, sizeof(key), 2 + cases);
                fill(iv, sizeof(iv), 100 + cases);
                fill(aad, sizeof(aad), 200 + cases);
                cases++;
                if (!same(bits, lengths[i], extra[j])) {
                    failed++;
                    printf("compare_gcm: %u bits, %zu bytes, %zu additional: not the same\n", bits,
                        lengths[i], extra[j]);
                }
            }
        }
    }
    printf("compare_gcm: %d cases, %d failed\n", cases, failed);
    return failed != 0;
}
