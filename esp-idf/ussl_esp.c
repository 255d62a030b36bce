// SPDX-License-Identifier: MIT
//
// ussl_esp.c - the engine's platform in ESP-IDF: memory, random bytes, clocks and a lock.
#include "ussl_esp.h"

#include "esp_heap_caps.h"
#include "esp_random.h"
#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/semphr.h"
#include "freertos/task.h"

#include <time.h>

static SemaphoreHandle_t engine_mutex; // owned; made once and kept
static portMUX_TYPE frozen = portMUX_INITIALIZER_UNLOCKED;

static void *esp_alloc(void *user, size_t size) {
    (void)user;
#if USSL_PSRAM
    return heap_caps_calloc_prefer(1, size, 2, MALLOC_CAP_SPIRAM, MALLOC_CAP_DEFAULT);
#else
    return heap_caps_calloc(1, size, MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT);
#endif
}

static void esp_release(void *user, void *ptr) {
    (void)user;
    heap_caps_free(ptr);
}

static bool esp_random_bytes(void *user, uint8_t *buf, size_t len) {
    (void)user;
    esp_fill_random(buf, len);
    return true;
}

static bool esp_unix_time(void *user, int64_t *seconds) {
    (void)user;
    *seconds = (int64_t)time(NULL);
    return *seconds >= USSL_CLOCK_FLOOR;
}

static uint32_t esp_ticks(void *user) {
    (void)user;
    return (uint32_t)(esp_timer_get_time() / 1000);
}

static void esp_lock(void *user) {
    (void)user;
    (void)xSemaphoreTake(engine_mutex, portMAX_DELAY);
}

static void esp_unlock(void *user) {
    (void)user;
    (void)xSemaphoreGive(engine_mutex);
}

static uintptr_t esp_thread(void *user) {
    (void)user;
    return (uintptr_t)xTaskGetCurrentTaskHandle();
}

static uintptr_t esp_freeze(void *user) {
    (void)user;
    taskENTER_CRITICAL(&frozen);
    return 0;
}

static void esp_thaw(void *user, uintptr_t state) {
    (void)user;
    (void)state;
    taskEXIT_CRITICAL(&frozen);
}

ussl_result_t ussl_esp_init(void) {
    const ussl_platform_t platform = {
        .clock_floor = USSL_CLOCK_FLOOR,
        .alloc = esp_alloc,
        .release = esp_release,
        .random = esp_random_bytes,
        .unix_time = esp_unix_time,
        .ticks_ms = esp_ticks,
        .lock = esp_lock,
        .unlock = esp_unlock,
        .thread = esp_thread,
        .freeze = esp_freeze,
        .thaw = esp_thaw,
    };
    if (engine_mutex == NULL) {
        engine_mutex = xSemaphoreCreateMutex();
    }
    return engine_mutex != NULL ? ussl_init(&platform) : USSL_ERR_MEMORY;
}
