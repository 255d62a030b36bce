// SPDX-License-Identifier: MIT
//
// ssl_settings.c - the attributes of SSLContext: the getter and the setter of each, and the rules
// between them (CPython ssl.SSLContext).
#include "binding.h"

#include "py/objstr.h"

// ---- verification ----
static mp_obj_t get_verify_mode(ssl_context_obj_t *self) {
    bool client = self->protocol == SSL_PROTOCOL_TLS_CLIENT;
    return MP_OBJ_NEW_SMALL_INT(
        client && ssl_verification_overruled(self) ? SSL_CERT_REQUIRED : self->verify_mode);
}

static void set_verify_mode(ssl_context_obj_t *self, mp_obj_t value) {
    mp_int_t mode = mp_obj_get_int(value);
    if (mode < SSL_CERT_NONE || mode > SSL_CERT_REQUIRED) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid value for verify_mode"));
    }
    if (mode == SSL_CERT_NONE && self->check_hostname && !self->of_tls) {
        mp_raise_ValueError(
            MP_ERROR_TEXT("Cannot set verify_mode to CERT_NONE when check_hostname is enabled."));
    }
    if (USSL_CERT_NONE == USSL_CERT_NONE_REFUSE && mode == SSL_CERT_NONE
        && self->protocol != SSL_PROTOCOL_TLS_SERVER) {
        mp_raise_ValueError(MP_ERROR_TEXT(
            "this firmware refuses CERT_NONE: load the CA with load_verify_locations()"));
    }
    if (mode == SSL_CERT_NONE) {
        // As in stock MicroPython, CERT_NONE in `tls` also turns the name check off, and another
        // mode turns it on again. In `ssl` it was turned off before.
        self->name_by_mode |= self->check_hostname;
        self->check_hostname = false;
        ssl_verification_opt_out(self);
    } else if (self->name_by_mode) {
        self->name_by_mode = false;
        self->check_hostname = true;
    }
    self->verify_mode = (uint8_t)mode;
}

static mp_obj_t get_check_hostname(ssl_context_obj_t *self) {
    bool client = self->protocol == SSL_PROTOCOL_TLS_CLIENT;
    return mp_obj_new_bool(client ? ssl_verification_of_name(self) : self->check_hostname);
}

static void set_check_hostname(ssl_context_obj_t *self, mp_obj_t value) {
    self->check_hostname = mp_obj_is_true(value);
    self->name_by_mode = false;
    if (self->check_hostname && self->verify_mode == SSL_CERT_NONE) {
        self->verify_mode = SSL_CERT_REQUIRED;
    }
}

static mp_obj_t get_hostname_checks_common_name(ssl_context_obj_t *self) {
    return mp_obj_new_bool(!self->no_common_name);
}

static void set_hostname_checks_common_name(ssl_context_obj_t *self, mp_obj_t value) {
    self->no_common_name = !mp_obj_is_true(value);
}

static mp_obj_t get_verify_callback(ssl_context_obj_t *self) {
    return self->verify_callback;
}

static void set_callback(mp_obj_t *callback, mp_obj_t value) {
    if (value != mp_const_none && !mp_obj_is_callable(value)) {
        mp_raise_TypeError(MP_ERROR_TEXT("not a callable object"));
    }
    *callback = value;
}

static void set_verify_callback(ssl_context_obj_t *self, mp_obj_t value) {
    bool other = value != self->verify_callback;
    set_callback(&self->verify_callback, value);
    // A session that an earlier callback accepted is not resumed under this one, so callbacks are
    // numbered. Number 255 means "too many": then no session is resumed.
    self->callback_number += other && self->callback_number < 255;
}

#if USSL_SIGN
static mp_obj_t get_ecdsa_sign_callback(ssl_context_obj_t *self) {
    return self->ecdsa_sign_callback;
}

static void set_ecdsa_sign_callback(ssl_context_obj_t *self, mp_obj_t value) {
    set_callback(&self->ecdsa_sign_callback, value);
}
#endif

// ---- versions ----
static int16_t known_version(mp_obj_t value) {
    mp_int_t version = mp_obj_get_int(value);
    bool known = (version >= 0x300 && version <= 0x304) || version == SSL_VERSION_MIN_SUPPORTED
        || version == SSL_VERSION_MAX_SUPPORTED;
    if (!known) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("Unsupported TLS/SSL version 0x%x"),
            (unsigned)version);
    }
    return (int16_t)version;
}

static mp_obj_t get_minimum_version(ssl_context_obj_t *self) {
    return MP_OBJ_NEW_SMALL_INT(self->min_version);
}

static void set_minimum_version(ssl_context_obj_t *self, mp_obj_t value) {
    int16_t version = known_version(value);
    self->min_version = version == SSL_VERSION_MAX_SUPPORTED ? USSL_VERSION_TLS13 : version;
}

static mp_obj_t get_maximum_version(ssl_context_obj_t *self) {
    return MP_OBJ_NEW_SMALL_INT(self->max_version);
}

static void set_maximum_version(ssl_context_obj_t *self, mp_obj_t value) {
    int16_t version = known_version(value);
    self->max_version = version == SSL_VERSION_MIN_SUPPORTED ? 0x301 : version;
}

static mp_obj_t get_protocol(ssl_context_obj_t *self) {
    return MP_OBJ_NEW_SMALL_INT(self->protocol + (self->datagrams ? SSL_DTLS_OFFSET : 0));
}

// ---- options and flags ----
static uint32_t get_bits(mp_obj_t value) {
    if (!mp_obj_is_int(value)) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("argument must be int, not %s"),
            mp_obj_get_type_str(value));
    }
    // The values are compared as Python ints, because 2**31 and above are not small ints on a
    // 32-bit machine.
    mp_obj_t most = mp_obj_new_int_from_uint(0xFFFFFFFF);
    if (mp_obj_is_true(mp_binary_op(MP_BINARY_OP_LESS, value, MP_OBJ_NEW_SMALL_INT(0)))
        || mp_obj_is_true(mp_binary_op(MP_BINARY_OP_MORE, value, most))) {
        mp_raise_msg(
            &mp_type_OverflowError, MP_ERROR_TEXT("can't convert to an unsigned 32-bit number"));
    }
    return (uint32_t)mp_obj_get_int_truncated(value);
}

static mp_obj_t get_options(ssl_context_obj_t *self) {
    return mp_obj_new_int_from_uint(self->options);
}

static void set_options(ssl_context_obj_t *self, mp_obj_t value) {
    self->options = get_bits(value);
}

static const qstr clock_names[] = {
    [USSL_CLOCK_REQUIRED] = MP_QSTR_required,
    [USSL_CLOCK_FLOOR_DATE] = MP_QSTR_floor,
    [USSL_CLOCK_HOLD] = MP_QSTR_hold,
};

static mp_obj_t get_verify_clock(ssl_context_obj_t *self) {
    return MP_OBJ_NEW_QSTR(clock_names[self->clock]);
}

static void set_verify_clock(ssl_context_obj_t *self, mp_obj_t value) {
    qstr name = mp_obj_str_get_qstr(value);
    for (size_t i = 0; i < MP_ARRAY_SIZE(clock_names); i++) {
        if (clock_names[i] == name) {
            self->clock = (uint8_t)i;
            return;
        }
    }
    mp_raise_ValueError(MP_ERROR_TEXT("verify_clock must be 'required', 'floor' or 'hold'"));
}

static mp_obj_t get_verify_flags(ssl_context_obj_t *self) {
    return mp_obj_new_int_from_uint(self->verify_flags);
}

static void set_verify_flags(ssl_context_obj_t *self, mp_obj_t value) {
    const uint32_t known = SSL_VERIFY_CRL_CHECK_LEAF | SSL_VERIFY_CRL_CHECK_ALL
        | SSL_VERIFY_X509_STRICT | SSL_VERIFY_X509_TRUSTED_FIRST | SSL_VERIFY_X509_PARTIAL_CHAIN;
    uint32_t bits = get_bits(value);
    if (bits & ~known) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("verify_flags 0x%x is not supported"),
            (unsigned)(bits & ~known));
    }
    if (!USSL_CRL && bits & (SSL_VERIFY_CRL_CHECK_LEAF | SSL_VERIFY_CRL_CHECK_ALL)) {
        mp_raise_ValueError(
            MP_ERROR_TEXT("this firmware was built without revocation lists (USSL_CRL)"));
    }
    self->verify_flags = bits;
}

static mp_obj_t get_num_tickets(ssl_context_obj_t *self) {
    return mp_obj_new_int(self->num_tickets);
}

static void set_num_tickets(ssl_context_obj_t *self, mp_obj_t value) {
    mp_int_t n = mp_obj_get_int(value);
    if (n < 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("value must be non-negative"));
    }
    if (self->protocol != SSL_PROTOCOL_TLS_SERVER) {
        mp_raise_ValueError(MP_ERROR_TEXT("SSLContext is not a server context."));
    }
    if (n > UINT16_MAX) {
        mp_raise_ValueError(MP_ERROR_TEXT("value must be at most 65535"));
    }
    self->num_tickets = (uint16_t)n;
}

// post_handshake_auth is always false: mbedTLS has no post-handshake authentication (RFC 8446
// 4.6.2).
static mp_obj_t get_post_handshake_auth(ssl_context_obj_t *self) {
    (void)self;
    return mp_const_false;
}

static void set_post_handshake_auth(ssl_context_obj_t *self, mp_obj_t value) {
    (void)self;
    if (mp_obj_is_true(value)) {
        mp_raise_NotImplementedError(
            MP_ERROR_TEXT("post-handshake authentication is not supported"));
    }
}

static mp_obj_t get_security_level(ssl_context_obj_t *self) {
    return MP_OBJ_NEW_SMALL_INT(self->security_level);
}

static mp_obj_t get_sslsocket_class(ssl_context_obj_t *self) {
    (void)self;
    return MP_OBJ_FROM_PTR(&ssl_socket_type);
}

static mp_obj_t get_sslobject_class(ssl_context_obj_t *self) {
    (void)self;
    return MP_OBJ_FROM_PTR(&ssl_object_type);
}

#if USSL_KEYLOG
static mp_obj_t get_keylog_filename(ssl_context_obj_t *self) {
    return self->keylog;
}

static void set_keylog_filename(ssl_context_obj_t *self, mp_obj_t value) {
    if (value != mp_const_none) {
        if (!mp_obj_is_str(value)) {
            mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("expected str, not %s"),
                mp_obj_get_type_str(value));
        }
        ssl_keylog_start(value);
    }
    self->keylog = value;
}
#endif

#if USSL_PSK
static mp_obj_t get_psk_identity(ssl_context_obj_t *self) {
    return self->psk_identity;
}

static void set_psk_identity(ssl_context_obj_t *self, mp_obj_t value) {
    ssl_psk_set_identity(self, value);
}

static mp_obj_t get_psk_key(ssl_context_obj_t *self) {
    return self->psk_key;
}

static void set_psk_key(ssl_context_obj_t *self, mp_obj_t value) {
    ssl_psk_set_key(self, value);
}

static mp_obj_t get_server_psk_keys(ssl_context_obj_t *self) {
    return self->server_psk_keys;
}

static void set_server_psk_keys(ssl_context_obj_t *self, mp_obj_t value) {
    ssl_psk_set_server_keys(self, value);
}
#endif

static mp_obj_t get_sni_callback(ssl_context_obj_t *self) {
    return self->sni_callback;
}

static void set_sni_callback(ssl_context_obj_t *self, mp_obj_t value) {
    if (self->protocol == SSL_PROTOCOL_TLS_CLIENT) {
        mp_raise_ValueError(MP_ERROR_TEXT("sni_callback cannot be set on TLS_CLIENT context"));
    }
    set_callback(&self->sni_callback, value);
}

// As in CPython's asyncio, 0 is refused.
static mp_obj_t get_handshake_timeout(ssl_context_obj_t *self) {
    return ssl_timeout_of(self->handshake_ms);
}

static void set_handshake_timeout(ssl_context_obj_t *self, mp_obj_t value) {
    mp_int_t ms = ssl_timeout_ms(value);
    if (ms == 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("handshake_timeout should be a positive number"));
    }
    self->handshake_ms = ms;
}

// ---- the table ----
typedef struct {
    qstr name;
    mp_obj_t (*get)(ssl_context_obj_t *self);
    void (*set)(ssl_context_obj_t *self, mp_obj_t value); // NULL if it is read-only
} setting_t;

#define BOTH(name)                                                                                 \
    { MP_QSTR_##name, get_##name, set_##name }
#define READ_ONLY(name)                                                                            \
    { MP_QSTR_##name, get_##name, NULL }
static const setting_t settings[] = {
    READ_ONLY(protocol),
    BOTH(verify_mode),
    BOTH(check_hostname),
    BOTH(hostname_checks_common_name),
    BOTH(verify_callback),
    BOTH(sni_callback),
#if USSL_SIGN
    BOTH(ecdsa_sign_callback),
#endif
#if USSL_KEYLOG
    BOTH(keylog_filename),
#endif
#if USSL_PSK
    BOTH(psk_identity),
    BOTH(psk_key),
    BOTH(server_psk_keys),
#endif
    BOTH(minimum_version),
    BOTH(maximum_version),
    BOTH(options),
    BOTH(verify_flags),
    BOTH(verify_clock),
    BOTH(num_tickets),
    BOTH(handshake_timeout),
    BOTH(post_handshake_auth),
    READ_ONLY(security_level),
    READ_ONLY(sslsocket_class),
    READ_ONLY(sslobject_class),
};

void ssl_context_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    ssl_context_obj_t *self = MP_OBJ_TO_PTR(self_in);
    bool load = dest[0] == MP_OBJ_NULL;
    for (size_t i = 0; i < MP_ARRAY_SIZE(settings); i++) {
        if (settings[i].name != attr) {
            continue;
        }
        if (load) {
            dest[0] = settings[i].get(self);
        } else if (dest[1] != MP_OBJ_NULL && settings[i].set != NULL) {
            settings[i].set(self, dest[1]);
            ssl_context_changed(self);
            dest[0] = MP_OBJ_NULL; // reports to MicroPython that the value was stored
        }
        return;
    }
    if (load) {
        dest[1] = MP_OBJ_SENTINEL; // MicroPython then looks it up in the methods
    }
}
