// SPDX-License-Identifier: MIT
//
// aes_engine.c - a model of the AES engine of an ESP32. It has one key, transforms one block at a
// time, and uses mbedTLS's AES in software. It aborts if it is used outside of the critical
// section, or if the section is entered twice.
#include "aes_engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mbedtls/aes.h"

static int depth;
static long blocks;
static mbedtls_aes_context engine;
static int engine_mode;

void portENTER_CRITICAL(portMUX_TYPE *mux) {
    (void)mux;
    if (depth++ != 0) {
        abort();
    }
}

void portEXIT_CRITICAL(portMUX_TYPE *mux) {
    (void)mux;
    depth--;
    mbedtls_aes_free(&engine); // the next user must set its key
}

uint8_t aes_hal_setkey(const uint8_t *key, size_t key_bytes, int mode) {
    engine_mode = mode;
    mbedtls_aes_init(&engine);
    int code = mode == ESP_AES_ENCRYPT
        ? mbedtls_aes_setkey_enc(&engine, key, (unsigned)key_bytes * 8)
        : mbedtls_aes_setkey_dec(&engine, key, (unsigned)key_bytes * 8);
    return code == 0 && depth == 1 ? (uint8_t)key_bytes : 0;
}

void aes_hal_transform_block(const void *input_block, void *output_block) {
    uint8_t block[16];
    if (depth != 1 || mbedtls_aes_crypt_ecb(&engine, engine_mode, input_block, block) != 0) {
        abort();
    }
    memcpy(output_block, block, sizeof(block));
    blocks++;
}

// tools/try-esp32-aes adds these lines up.
__attribute__((destructor)) static void report(void) {
    fprintf(stderr, "blocks in the engine: %ld\n", blocks);
}
