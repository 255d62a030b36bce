// SPDX-License-Identifier: MIT
//
// aes_engine.h - takes the place of a chip's headers when ESP-IDF's esp_aes.c is compiled. The AES
// engine is the model in aes_engine.c, and the critical section only records that it has been
// entered.
#ifndef AES_ENGINE_H
#define AES_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hal/aes_types.h"

#define SOC_AES_SUPPORTED 1
#define SOC_AES_SUPPORT_AES_128 1
#define SOC_AES_SUPPORT_AES_256 1

uint8_t aes_hal_setkey(const uint8_t *key, size_t key_bytes, int mode);
void aes_hal_transform_block(const void *input_block, void *output_block);

typedef int portMUX_TYPE;
#define portMUX_INITIALIZER_UNLOCKED 0
void portENTER_CRITICAL(portMUX_TYPE *mux);
void portEXIT_CRITICAL(portMUX_TYPE *mux);

// These turn the engine's clock on: the first three since ESP-IDF 5.3, the other two before.
#define AES_RCC_ATOMIC()
#define aes_ll_enable_bus_clock(on) ((void)(on))
#define aes_ll_reset_register() ((void)0)
#define periph_module_enable(module) ((void)0)
#define periph_module_disable(module) ((void)0)

#define ESP_LOGE(tag, ...) ((void)(tag))
#define ESP_LOGD(tag, ...) ((void)(tag))

#endif // AES_ENGINE_H
