// SPDX-License-Identifier: MIT
//
// ssl_hooks.c - Python called from inside the engine: the only nlr_push of the module.
//
// Notes: an exception must not jump through mbedTLS's frames. It is caught here, kept on the
// connection, and raised by the pump once the engine has returned. A certificate is handed over as
// a copy: a view would outlive the memory behind it.
#include "binding.h"

void ssl_hook_run(void (*fun)(void *), void *arg, mp_obj_t *error) {
    nlr_buf_t nlr;
    *error = MP_OBJ_NULL;
    if (nlr_push(&nlr) == 0) {
        fun(arg);
        nlr_pop();
    } else {
        *error = MP_OBJ_FROM_PTR(nlr.ret_val);
    }
}

typedef struct {
    mp_obj_t callback;
    const uint8_t *der;
    size_t len;
    unsigned depth;
    bool refused;
} on_cert_t;

static void call_on_cert(void *arg) {
    on_cert_t *call = arg;
    mp_obj_t der = mp_obj_new_bytes(call->der, call->len);
    mp_obj_t answer = mp_call_function_2(call->callback, der, MP_OBJ_NEW_SMALL_INT(call->depth));
    // Stock MicroPython: 0 accepts, any other number refuses. None, from a function that only
    // looks, accepts as well; anything that is no number is an error.
    call->refused = answer != mp_const_none && mp_obj_get_int(answer) != 0;
}

ussl_result_t ssl_hook_on_cert(void *owner, const uint8_t *der, size_t len, unsigned depth) {
    ssl_conn_obj_t *self = owner;
    on_cert_t call = {self->verify_callback, der, len, depth, false};
    ssl_hook_run(call_on_cert, &call, &self->hook_error);
    return call.refused || self->hook_error != MP_OBJ_NULL ? USSL_ERR_HOOK : USSL_OK;
}
