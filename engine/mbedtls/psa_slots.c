// SPDX-License-Identifier: MIT
//
// psa_slots.c - replaces mbedTLS's psa_crypto_slot_management.c: it includes that file whole, with
// another allocator for the table of key slots.
//
// Notes: each TLS 1.3 handshake holds a slot. The table grows by slices and belongs to no
// connection, so a slice must not be charged to the arena of the connection that needs it first.
#include "mbed.h"

#if USSL_TLS13
#define mbedtls_calloc ussl__calloc_uncharged
#include "../library/psa_crypto_slot_management.c"
#undef mbedtls_calloc

size_t ussl__psa_slots_size(size_t slots) {
    size_t bytes = 0, have = 0;
    for (size_t i = 0; have < slots && i < KEY_SLOT_VOLATILE_SLICE_COUNT; i++) {
        have += key_slice_length(i);
        bytes = have * sizeof(psa_key_slot_t);
    }
    return bytes;
}

ussl_result_t ussl__psa_slots_make(size_t slots) {
    size_t have = 0;
    for (size_t i = 0; have < slots && i < KEY_SLOT_VOLATILE_SLICE_COUNT; i++) {
        psa_key_slot_t **slice = &global_data.key_slices[i];
        if (*slice == NULL) {
            *slice = ussl__calloc_uncharged(key_slice_length(i), sizeof(**slice));
        }
        if (*slice == NULL) {
            return USSL_ERR_MEMORY;
        }
        have += key_slice_length(i);
    }
    return USSL_OK;
}
#endif
