// SPDX-License-Identifier: MIT
//
// ssl_try.c - calls Python code and catches what it raises. It has the only nlr_push() of the
// module.
//
// Notes: an exception must not jump through stack frames of the engine or of mbedTLS. It is caught
// here and returned to the caller, which can raise it when the engine has returned.
#include "binding.h"

mp_obj_t ssl_call_method(mp_obj_t object, qstr name, mp_obj_t arg) {
    mp_obj_t dest[3];
    mp_load_method(object, name, dest);
    dest[2] = arg;
    return mp_call_method_n_kw(1, 0, dest);
}

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
