// SPDX-License-Identifier: MIT
//
// ssl_psk.c - pre-shared keys: MicroPython's attributes psk_identity, psk_key and server_psk_keys,
// and CPython's SSLContext.set_psk_client_callback() and set_psk_server_callback().
//
// Notes: a client's callback is called when the connection is made, because mbedTLS does not report
// the server's identity hint. Its argument is None, as with TLS 1.3 in CPython.
#include "binding.h"

#include <string.h>

#include "py/objstr.h"

#if USSL_PSK
#define NUMBER_PASTE(n) #n
#define NUMBER(n) NUMBER_PASTE(n)
#define BAD_KEY "a pre-shared key must have 1 to " NUMBER(USSL_PSK_MAX) " bytes"

// ---- the client ----
bool ssl_psk_asks(const ssl_context_obj_t *self) {
    return self->psk_client_callback != mp_const_none;
}

bool ssl_psk_of_client(const ssl_context_obj_t *self) {
    bool pair = self->psk_identity != mp_const_none && self->psk_key != mp_const_none;
    return pair || ssl_psk_asks(self);
}

// The object lends the bytes.
static mp_buffer_info_t identity_of(mp_obj_t identity) {
    mp_buffer_info_t octets;
    if (mp_obj_is_str(identity)) {
        octets.buf = (void *)mp_obj_str_get_data(identity, &octets.len);
    } else {
        ssl_get_bytes(identity, &octets);
    }
    if (octets.len == 0 || octets.len > USSL_PSK_IDENTITY_MAX) {
        ssl_raise_plain("a PSK identity must have 1 to " NUMBER(USSL_PSK_IDENTITY_MAX) " bytes");
    }
    return octets;
}

static mp_buffer_info_t key_of(mp_obj_t key) {
    mp_buffer_info_t secret;
    ssl_get_bytes(key, &secret);
    if (secret.len == 0 || secret.len > USSL_PSK_MAX) {
        ssl_raise_plain(BAD_KEY);
    }
    return secret;
}

static void fill(mp_obj_t identity, mp_obj_t key, ussl_psk_t *out) {
    mp_buffer_info_t octets = identity_of(identity), secret = key_of(key);
    *out = (ussl_psk_t){octets.buf, secret.buf, octets.len, secret.len};
}

void ssl_psk_of_attributes(const ssl_context_obj_t *self, ussl_psk_t *out) {
    fill(self->psk_identity, self->psk_key, out);
}

// The callback's result is copied, because it can be collected or changed before it is used.
void ssl_psk_ask(const ssl_context_obj_t *self, ssl_psk_answer_t *out) {
    mp_obj_t *pair; // identity, key
    mp_obj_t answer = mp_call_function_1(self->psk_client_callback, mp_const_none);
    mp_obj_get_array_fixed_n(answer, 2, &pair);
    fill(pair[0] == mp_const_none ? mp_const_empty_bytes : pair[0], pair[1], &out->psk);
    memcpy(out->identity, out->psk.identity, out->psk.identity_len);
    memcpy(out->key, out->psk.key, out->psk.key_len);
    out->psk.identity = out->identity;
    out->psk.key = out->key;
    out->given = true;
}

// ---- the server ----
bool ssl_psk_of_server(const ssl_context_obj_t *self) {
    return self->server_psk_keys != mp_const_none || self->psk_server_callback != mp_const_none;
}

void ssl_psk_check_hint(const ssl_context_obj_t *self) {
    bool tls13_only = self->min_version >= USSL_VERSION_TLS13 || self->options & SSL_OP_NO_TLSv1_2;
    if (self->psk_hint != mp_const_none && !tls13_only) {
        mp_raise_NotImplementedError(MP_ERROR_TEXT("identity_hint cannot be sent in TLS 1.2: leave "
                                                   "it out, or set minimum_version to TLSv1_3"));
    }
}

typedef struct {
    const ssl_context_obj_t *context;
    const uint8_t *identity; // lent
    size_t identity_len;
    uint8_t *key;    // lent; has room for USSL_PSK_MAX bytes
    size_t *key_len; // lent
} find_key_t;

static mp_obj_t ask_for_key(const find_key_t *call) {
    const ssl_context_obj_t *context = call->context;
    if (context->psk_server_callback != mp_const_none) {
        mp_obj_t identity = call->identity_len == 0
            ? mp_const_none
            : mp_obj_new_str((const char *)call->identity, call->identity_len);
        return mp_call_function_1(context->psk_server_callback, identity);
    }
    return ssl_call_method(context->server_psk_keys, MP_QSTR_get,
        mp_obj_new_bytes(call->identity, call->identity_len));
}

static void find_key(void *arg) {
    find_key_t *call = arg;
    mp_obj_t key = ask_for_key(call);
    mp_buffer_info_t secret = {0};
    if (key != mp_const_none) {
        ssl_get_bytes(key, &secret);
    }
    if (secret.len > USSL_PSK_MAX) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("%s"), BAD_KEY);
    }
    memcpy(call->key, secret.buf, secret.len);
    *call->key_len = secret.len;
}

// An exception of a callback is raised as an SSLError with its class and text, because a server of
// many clients catches OSError for each of them. An exception whose class is not derived from
// Exception, such as KeyboardInterrupt, is raised as it is.
typedef struct {
    mp_obj_t error, result;
} wrapped_t;

static void wrap_error(void *arg) {
    wrapped_t *wrapped = arg;
    vstr_t vstr;
    mp_print_t print;
    vstr_init_print(&vstr, 64, &print);
    mp_print_str(&print, "callback failed: ");
    mp_obj_print_helper(&print, wrapped->error, PRINT_EXC);
    wrapped->result = ssl_reason_error("CALLBACK_FAILED", vstr_null_terminated_str(&vstr));
}

ussl_result_t ssl_hook_on_psk(
    void *owner, const uint8_t *identity, size_t identity_len, uint8_t *key, size_t *key_len) {
    ssl_conn_obj_t *self = ssl_hook_owner_is(owner);
    find_key_t call = {self->context, identity, identity_len, key, key_len};
    mp_obj_t error;
    ssl_try(find_key, &call, &error);
    if (error == MP_OBJ_NULL) {
        return *key_len > 0 ? USSL_OK : USSL_HOOK_DECLINED;
    }
    const mp_obj_type_t *type = mp_obj_get_type(error);
    wrapped_t wrapped = {error, error};
    if (mp_obj_is_subclass_fast(MP_OBJ_FROM_PTR(type), MP_OBJ_FROM_PTR(&mp_type_Exception))) {
        mp_obj_t unprintable;
        ssl_try(wrap_error, &wrapped, &unprintable);
    }
    self->hook_error = wrapped.result;
    return USSL_ERR_HOOK;
}

// ---- methods ----
static void check_callable(mp_obj_t callback) {
    if (callback != mp_const_none && !mp_obj_is_callable(callback)) {
        mp_raise_TypeError(MP_ERROR_TEXT("callback must be callable"));
    }
}

static mp_obj_t set_psk_client_callback(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    ssl_context_obj_t *self = ssl_context_of(args[0]);
    mp_obj_t callback = ssl_take_arg(n_args - 1, args + 1, kw_args, MP_QSTR_callback);
    if (self->protocol == SSL_PROTOCOL_TLS_SERVER) {
        ssl_raise_plain("Cannot add PSK client callback to a PROTOCOL_TLS_SERVER context");
    }
    check_callable(callback);
    self->psk_client_callback = callback;
    ssl_context_changed(self);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_KW(ssl_context_set_psk_client_callback_obj, 1, set_psk_client_callback);

static mp_obj_t set_psk_server_callback(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    static const mp_arg_t allowed[] = {
        {MP_QSTR_callback, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL}},
        {MP_QSTR_identity_hint, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t vals[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, vals);
    ssl_context_obj_t *self = ssl_context_of(args[0]);
    if (self->protocol == SSL_PROTOCOL_TLS_CLIENT) {
        ssl_raise_plain("Cannot add PSK server callback to a PROTOCOL_TLS_CLIENT context");
    }
    check_callable(vals[0].u_obj);
    self->psk_server_callback = vals[0].u_obj;
    self->psk_hint = vals[0].u_obj == mp_const_none ? mp_const_none : vals[1].u_obj;
    ssl_context_changed(self);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_KW(ssl_context_set_psk_server_callback_obj, 1, set_psk_server_callback);

// ---- attributes ----
static void check_side(const ssl_context_obj_t *self, mp_obj_t value, mp_int_t other) {
    if (value != mp_const_none && self->protocol == other) {
        ssl_raise_plain(other == SSL_PROTOCOL_TLS_SERVER
                ? "psk_identity and psk_key cannot be set on a PROTOCOL_TLS_SERVER context"
                : "server_psk_keys cannot be set on a PROTOCOL_TLS_CLIENT context");
    }
}

// Each attribute is checked when it is set, without regard to the others.
void ssl_psk_set_identity(ssl_context_obj_t *self, mp_obj_t identity) {
    check_side(self, identity, SSL_PROTOCOL_TLS_SERVER);
    if (identity != mp_const_none) {
        (void)identity_of(identity);
    }
    self->psk_identity = identity;
}

void ssl_psk_set_key(ssl_context_obj_t *self, mp_obj_t key) {
    check_side(self, key, SSL_PROTOCOL_TLS_SERVER);
    if (key != mp_const_none) {
        (void)key_of(key);
    }
    self->psk_key = key;
}

void ssl_psk_set_server_keys(ssl_context_obj_t *self, mp_obj_t keys) {
    check_side(self, keys, SSL_PROTOCOL_TLS_CLIENT);
    if (keys != mp_const_none) {
        mp_obj_t get[2];
        mp_load_method_maybe(keys, MP_QSTR_get, get);
        if (get[0] == MP_OBJ_NULL) {
            mp_raise_TypeError(MP_ERROR_TEXT("server_psk_keys should be a dict or None"));
        }
    }
    self->server_psk_keys = keys;
}
#endif // USSL_PSK
