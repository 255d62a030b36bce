// SPDX-License-Identifier: MIT
//
// ssl_hooks.c - the engine's hooks that call a script during a handshake: verify_callback,
// sni_callback and ecdsa_sign_callback.
//
// Notes: an exception of a callback is stored in the connection object, and the pump raises it when
// the engine has returned. A certificate is passed to the callback as a copy, because the script
// can keep it for longer than the engine does.
#include "binding.h"

#include <string.h>

// ---- the owner of a connection ----
// The owner is kept as the complement of its address. On a port without a C heap the engine's
// memory is in MicroPython's heap, where the collector searches for addresses. It would find the
// address of every connection object there, and never collect one that a script has dropped.
void *ssl_hook_owner_of(ssl_conn_obj_t *self) {
    return (void *)~(uintptr_t)self;
}

ssl_conn_obj_t *ssl_hook_owner_is(void *owner) {
    return (ssl_conn_obj_t *)~(uintptr_t)owner;
}

void ssl_hook_raise(ssl_conn_obj_t *self) {
    if (self->hook_error != MP_OBJ_NULL) {
        mp_obj_t error = self->hook_error;
        self->hook_error = MP_OBJ_NULL;
        nlr_raise(error);
    }
}

// ---- SNI ----
typedef struct {
    ssl_conn_obj_t *self;
    const char *name; // lent; NULL if the client names no host
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

// Runs inside ssl_try(), because printing an exception can call methods that a script wrote.
static void report_ignored(void *error) {
    mp_print_str(MICROPY_ERROR_PRINTER, "Exception ignored in sni_callback:\n");
    mp_obj_print_exception(MICROPY_ERROR_PRINTER, MP_OBJ_FROM_PTR(error));
}

// As in CPython, the result None continues the handshake, and an int is the alert to send. An
// exception sends handshake_failure, and any other result sends internal_error; the server's
// handshake then fails with CALLBACK_FAILED. That error does not show the exception, so the
// exception is printed. An exception whose class is not derived from Exception, such as
// KeyboardInterrupt, is raised instead.
int ssl_hook_on_hello(void *owner, const char *name) {
    ssl_conn_obj_t *self = ssl_hook_owner_is(owner);
    if (self->context->sni_callback == mp_const_none) {
        return -1; // the script has removed the callback since the context was frozen
    }
    on_hello_t call = {self, name, mp_const_none};
    mp_obj_t error;
    ssl_try(call_on_hello, &call, &error);
    if (error != MP_OBJ_NULL) {
        const mp_obj_type_t *type = mp_obj_get_type(error);
        if (mp_obj_is_subclass_fast(MP_OBJ_FROM_PTR(type), MP_OBJ_FROM_PTR(&mp_type_Exception))) {
            mp_obj_t unprintable;
            ssl_try(report_ignored, MP_OBJ_TO_PTR(error), &unprintable);
        } else {
            self->hook_error = error;
        }
        return USSL_ALERT_HANDSHAKE_FAILURE;
    }
    if (call.answer == mp_const_none) {
        return -1;
    }
    if (mp_obj_is_small_int(call.answer)) {
        return MP_OBJ_SMALL_INT_VALUE(call.answer) & 0xFF;
    }
    mp_printf(MICROPY_ERROR_PRINTER,
        "Exception ignored in sni_callback:\nTypeError: '%s' object cannot be interpreted as an "
        "integer\n",
        mp_obj_get_type_str(call.answer));
    return USSL_ALERT_INTERNAL_ERROR;
}

// ---- certificates ----
typedef struct {
    mp_obj_t callback;
    const uint8_t *der; // lent
    size_t len;
    unsigned depth;
    bool refused;
} on_cert_t;

static void call_on_cert(void *arg) {
    on_cert_t *call = arg;
    mp_obj_t der = mp_obj_new_bytes(call->der, call->len);
    mp_obj_t answer = mp_call_function_2(call->callback, der, MP_OBJ_NEW_SMALL_INT(call->depth));
    // As in stock MicroPython, 0 accepts and any other number refuses. None accepts too: a callback
    // that only inspects certificates returns None. Any other type raises TypeError.
    call->refused = answer != mp_const_none && mp_obj_get_int(answer) != 0;
}

ussl_result_t ssl_hook_on_cert(void *owner, const uint8_t *der, size_t len, unsigned depth) {
    ssl_conn_obj_t *self = ssl_hook_owner_is(owner);
    on_cert_t call = {self->verify_callback, der, len, depth, false};
    ssl_try(call_on_cert, &call, &self->hook_error);
    return call.refused || self->hook_error != MP_OBJ_NULL ? USSL_ERR_HOOK : USSL_OK;
}

// ---- signatures ----
#if USSL_SIGN
typedef struct {
    mp_obj_t callback;
    const uint8_t *key, *hash; // lent
    size_t key_len, hash_len;
    uint8_t *sig;    // lent; has room for *sig_len bytes
    size_t *sig_len; // lent
    bool declined;
} on_sign_t;

// As in stock MicroPython, the arguments are the key's private value and the hash. If the callback
// returns None, the engine signs with the key that was loaded.
static void call_on_sign(void *arg) {
    on_sign_t *call = arg;
    mp_obj_t answer = mp_call_function_2(call->callback, mp_obj_new_bytes(call->key, call->key_len),
        mp_obj_new_bytes(call->hash, call->hash_len));
    call->declined = answer == mp_const_none;
    if (call->declined && call->key_len == 0) {
        mp_raise_ValueError(
            MP_ERROR_TEXT("ecdsa_sign_callback returned None, but no key was loaded to sign with"));
    }
    if (call->declined) {
        return;
    }
    mp_buffer_info_t made;
    ssl_get_bytes(answer, &made);
    if (made.len == 0 || made.len > *call->sig_len) {
        mp_raise_msg_varg(&mp_type_ValueError,
            MP_ERROR_TEXT("ecdsa_sign_callback must return a DER signature of 1 to %d bytes"),
            (int)*call->sig_len);
    }
    memcpy(call->sig, made.buf, made.len);
    *call->sig_len = made.len;
}

ussl_result_t ssl_hook_on_sign(void *owner, const uint8_t *key, size_t key_len, const uint8_t *hash,
    size_t hash_len, uint8_t *sig, size_t *sig_len) {
    ssl_conn_obj_t *self = ssl_hook_owner_is(owner);
    mp_obj_t callback = self->context->ecdsa_sign_callback;
    if (callback == mp_const_none) {
        return USSL_HOOK_DECLINED; // the script has since removed the callback
    }
    on_sign_t call = {callback, key, hash, key_len, hash_len, sig, sig_len, false};
    ssl_try(call_on_sign, &call, &self->hook_error);
    return self->hook_error != MP_OBJ_NULL ? USSL_ERR_HOOK
        : call.declined                    ? USSL_HOOK_DECLINED
                                           : USSL_OK;
}
#endif // USSL_SIGN
