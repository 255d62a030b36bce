// SPDX-License-Identifier: MIT
//
// ussl_esp.h - starts the engine in a program of ESP-IDF.
#ifndef USSL_ESP_H
#define USSL_ESP_H

#include "../engine/ussl.h"

// Calls ussl_init() with IDF's functions. Memory comes from PSRAM, if there is some (USSL_PSRAM).
// Random bytes come from the chip's generator, which needs Wi-Fi, Bluetooth or
// bootloader_random_enable() as a source. The clock is time(), which SNTP sets. Any task may call
// the engine, but no interrupt handler may.
ussl_result_t ussl_esp_init(void);

#endif // USSL_ESP_H
