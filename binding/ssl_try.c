// SPDX-License-Identifier: MIT
//
// ssl_try.c - calls Python and catches what it raises: the only nlr_push of the module.
//
// Notes: an exception must not jump through stack frames of the engine or of mbedTLS. It is caught
// here and returned to the caller, which can raise it when the engine has returned.
#include "binding.h"

void ssl_try(void (*fun)(void *), void *arg, mp_obj_t *error) {
    nlr_buf_t nlr;
    *error = MP_OBJ_NULL;
    if (nlr_push(&nlr) == 0) {
        fun(arg);
        nlr_pop();
    } else {
        *error = MP_OBJ_FROM_PTR(nlr.ret_val);
    }
}
