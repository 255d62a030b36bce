// SPDX-License-Identifier: MIT
//
// init.c - starts and stops what the whole process shares: the platform, mbedTLS's allocator, and
// PSA, whose state belongs to no arena.
#include "memory/memory.h"

ussl_result_t ussl_init(const ussl_platform_t *platform) {
    if (platform == NULL || platform->alloc == NULL || platform->release == NULL
        || platform->random == NULL || platform->unix_time == NULL
        || (platform->lock != NULL && platform->thread == NULL)) {
        return USSL_ERR_USAGE;
    }
    ussl__platform_set(platform);
    ussl__scope_stop(false);
    mbedtls_platform_set_calloc_free(ussl__calloc, ussl__free);
    ussl_result_t result = USSL_OK;
#if defined(MBEDTLS_PSA_CRYPTO_C)
    ussl__scope_t scope;
    ussl__scope_enter(&scope, NULL);
    if (psa_crypto_init() != PSA_SUCCESS) {
        result = scope.failed ? USSL_ERR_MEMORY : USSL_ERR_PLATFORM;
    } else {
        result = ussl__psa_slots_make(USSL__SLOTS_PASSING); // the first part of the table
    }
    ussl__scope_leave(&scope);
#endif
    return result;
}

void ussl_deinit(void) {
    ussl__scope_t scope;
    ussl__scope_enter(&scope, NULL); // also drops the objects in the waiting list
#if defined(MBEDTLS_PSA_CRYPTO_C)
    mbedtls_psa_crypto_free();
#endif
    ussl__scope_stop(true);
    ussl__scope_leave(&scope);
}

uint32_t ussl_backend_version(void) {
    return MBEDTLS_VERSION_NUMBER;
}
