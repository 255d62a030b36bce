// SPDX-License-Identifier: MIT
//
// gcm_x86.c - AES-GCM with the instructions AES-NI and PCLMULQDQ of x86 CPUs, four blocks at a
// time; mbedTLS uses them for one block at a time.
#include "variants.h"

#if USSL_ARITH_BEARSSL && USSL__AES_X86
#include "config/names.h"

#include "bearssl.h"

#include <string.h>

#include "arith.h"
#include "stack.h"

typedef struct {
    br_aes_x86ni_ctr_keys keys;
    br_gcm_context gcm;
} work_t;

_Static_assert(sizeof(work_t) <= USSL__GCM_WORK, "the caller lends enough");

WIPE_STACK(512)

void ussl__gcm(const uint8_t *round_keys, unsigned rounds, bool encrypt, const uint8_t iv[12],
    const uint8_t *ad, size_t ad_len, uint8_t *data, size_t len, uint8_t tag[16], void *work) {
    br_aes_x86ni_ctr_keys *keys = &((work_t *)work)->keys;
    br_gcm_context *gcm = &((work_t *)work)->gcm;
    keys->vtable = &br_aes_x86ni_ctr_vtable;
    keys->num_rounds = rounds;
    memcpy(keys->skey.skni, round_keys, 16 * (rounds + 1));
    br_gcm_init(gcm, &keys->vtable, br_ghash_pclmul);
    br_gcm_reset(gcm, iv, 12);
    br_gcm_aad_inject(gcm, ad, ad_len);
    br_gcm_flip(gcm);
    br_gcm_run(gcm, encrypt, data, len);
    br_gcm_get_tag(gcm, tag);
    wipe_stack();
}
#endif
