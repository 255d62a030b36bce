// SPDX-License-Identifier: MIT
//
// ssl_hooks.c - the callbacks of a script that the engine calls in the middle of a handshake:
// verify_callback and sni_callback.
//
// Notes: what a callback raises is kept on the connection, and the pump raises it once the engine
// has returned. A certificate is handed over as a copy: a view would outlive the memory behind it.
#include "binding.h"

// ---- whose connection it is ----
// On a port without a heap of its own for C the collector also looks through the engine's memory.
// It would find the owner of every connection in there, and never collect one that was dropped.
void *ssl_hook_owner_of(ssl_conn_obj_t *self) {
    return (void *)~(uintptr_t)self;
}

ssl_conn_obj_t *ssl_hook_owner_is(void *owner) {
    return (ssl_conn_obj_t *)~(uintptr_t)owner;
}

// ---- SNI ----
typedef struct {
    ssl_conn_obj_t *self;
    const char *name;
    mp_obj_t answer;
} on_hello_t;

static void call_on_hello(void *arg) {
    on_hello_t *call = arg;
    ssl_conn_obj_t *self = call->self;
    mp_obj_t args[] = {
        MP_OBJ_FROM_PTR(self),
        call->name ? mp_obj_new_str_from_cstr(call->name) : mp_const_none,
        MP_OBJ_FROM_PTR(self->context),
    };
    call->answer = mp_call_function_n_kw(self->context->sni_callback, 3, 0, args);
}

// Printing runs the exception's own code.
static void tell_ignored(void *error) {
    mp_print_str(MICROPY_ERROR_PRINTER, "Exception ignored in sni_callback:\n");
    mp_obj_print_exception(MICROPY_ERROR_PRINTER, MP_OBJ_FROM_PTR(error));
}

// CPython: None goes on, an int is the alert, an exception is handshake_failure, anything else is
// internal_error. An exception is told to the error printer, because what the server gets to see is
// CALLBACK_FAILED; only one that no program catches (Ctrl-C) goes up.
int ssl_hook_on_hello(void *owner, const char *name) {
    ssl_conn_obj_t *self = ssl_hook_owner_is(owner);
    if (self->context->sni_callback == mp_const_none) {
        return -1; // taken away since
    }
    on_hello_t call = {self, name, mp_const_none};
    mp_obj_t error;
    ssl_try(call_on_hello, &call, &error);
    if (error != MP_OBJ_NULL) {
        const mp_obj_type_t *type = mp_obj_get_type(error);
        if (mp_obj_is_subclass_fast(MP_OBJ_FROM_PTR(type), MP_OBJ_FROM_PTR(&mp_type_Exception))) {
            mp_obj_t unprintable;
            ssl_try(tell_ignored, MP_OBJ_TO_PTR(error), &unprintable);
        } else {
            self->hook_error = error;
        }
        return USSL_ALERT_HANDSHAKE_FAILURE;
    }
    if (call.answer == mp_const_none) {
        return -1;
    }
    return mp_obj_is_small_int(call.answer) ? MP_OBJ_SMALL_INT_VALUE(call.answer) & 0xFF
                                            : USSL_ALERT_INTERNAL_ERROR;
}

// ---- certificates ----
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
    ssl_conn_obj_t *self = ssl_hook_owner_is(owner);
    on_cert_t call = {self->verify_callback, der, len, depth, false};
    ssl_try(call_on_cert, &call, &self->hook_error);
    return call.refused || self->hook_error != MP_OBJ_NULL ? USSL_ERR_HOOK : USSL_OK;
}
