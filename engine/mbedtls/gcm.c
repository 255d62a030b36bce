// SPDX-License-Identifier: MIT
//
// gcm.c - replaces mbedTLS's gcm.c: it includes that file whole, and lets engine/arith encrypt and
// decrypt records on x86 CPUs that have instructions for it.
//
// Notes: each record goes through mbedtls_gcm_crypt_and_tag(), in place and in both directions. The
// macro distinguishes its call in that file from its definition by the first word of the argument
// list. mbedTLS has expanded the key, and its round keys have the layout that AES-NI needs. No
// source of mbedTLS is changed or copied.
#include "mbed.h"

#include "../arith/arith.h"

#if USSL_ARITH_BEARSSL && USSL__AES_X86 && defined(MBEDTLS_AESNI_C)
#define BY_INSTRUCTIONS
#define mbedtls_gcm_crypt_and_tag(...) CRYPT_##__VA_ARGS__)
#define CRYPT_ctx mbedtls_gcm_crypt_and_tag(ctx
#define CRYPT_mbedtls_gcm_context ussl__mbed_gcm_crypt_and_tag(mbedtls_gcm_context
int ussl__mbed_gcm_crypt_and_tag(mbedtls_gcm_context *ctx, int mode, size_t length,
    const unsigned char *iv, size_t iv_len, const unsigned char *add, size_t add_len,
    const unsigned char *input, unsigned char *output, size_t tag_len, unsigned char *tag);
#endif

#include "../library/gcm.c"

#ifdef BY_INSTRUCTIONS
#undef mbedtls_gcm_crypt_and_tag

#include "../library/aesni.h"

static const mbedtls_aes_context *aes_of(const mbedtls_gcm_context *ctx) {
    mbedtls_cipher_type_t type = mbedtls_cipher_get_type(&ctx->cipher_ctx);
    bool aes = type == MBEDTLS_CIPHER_AES_128_ECB || type == MBEDTLS_CIPHER_AES_256_ECB;
    bool able = mbedtls_aesni_has_support(MBEDTLS_AESNI_AES)
        && mbedtls_aesni_has_support(MBEDTLS_AESNI_CLMUL);
    return aes && able ? ctx->cipher_ctx.cipher_ctx : NULL;
}

int mbedtls_gcm_crypt_and_tag(mbedtls_gcm_context *ctx, int mode, size_t length,
    const unsigned char *iv, size_t iv_len, const unsigned char *add, size_t add_len,
    const unsigned char *input, unsigned char *output, size_t tag_len, unsigned char *tag) {
    const mbedtls_aes_context *aes = aes_of(ctx);
    uint64_t work[USSL__GCM_WORK / sizeof(uint64_t)];
    uint8_t whole[16];
    if (aes == NULL || output != input || iv_len != 12 || tag_len < 4 || tag_len > sizeof(whole)) {
        return ussl__mbed_gcm_crypt_and_tag(
            ctx, mode, length, iv, iv_len, add, add_len, input, output, tag_len, tag);
    }
    ussl__gcm((const uint8_t *)(aes->buf + aes->rk_offset), (unsigned)aes->nr,
        mode == MBEDTLS_GCM_ENCRYPT, iv, add_len > 0 ? add : iv, add_len, output, length, whole,
        work);
    memcpy(tag, whole, tag_len);
    mbedtls_platform_zeroize(work, sizeof(work));
    return 0;
}
#endif
