// SPDX-License-Identifier: MIT
//
// ssl_error.c - raises an exception for each failure, with CPython's classes and texts.
//
// Notes: a native exception of MicroPython has no fields for `reason` and similar attributes. So
// the args tuple of an error is an error_args_t here: Python sees a tuple of two items, and the
// attr handler reads the attributes from the fields behind the items. An exception that a script or
// ssl_raise_plain() creates has a plain tuple. As in CPython, it lacks these attributes.
#include "binding.h"

#include <string.h>

#include "py/gc.h"
#include "py/mperrno.h"
#include "py/objexcept.h"
#include "py/objstr.h"
#include "py/objtuple.h"

// CPython appends the line number in its C source to the text, and some scripts split the text at
// " (_ssl".
#define PLACE " (_ssl.c:1000)"

// ---- the args tuple ----
typedef struct {
    mp_obj_tuple_t tuple; // its items are in the next field
    mp_obj_t items[2];
    mp_obj_t library, reason;
    mp_obj_t verify_code, verify_message; // MP_OBJ_NULL if no certificate was refused
    mp_obj_t verify_depth, verify_subject, verify_rules; // not set if verify_code is MP_OBJ_NULL
} error_args_t;

static MP_DEFINE_CONST_OBJ_TYPE(error_args_type, MP_QSTR_tuple,
    MP_TYPE_FLAG_ITER_IS_GETITER | MP_TYPE_FLAG_EQ_CHECKS_OTHER_TYPE, print, mp_obj_tuple_print,
    unary_op, mp_obj_tuple_unary_op, binary_op, mp_obj_tuple_binary_op, subscr, mp_obj_tuple_subscr,
    iter, mp_obj_tuple_getiter, parent, &mp_type_tuple);

// Returns NULL if the exception has a plain tuple.
static error_args_t *more_of(const mp_obj_exception_t *self) {
    return self->args->base.type == &error_args_type ? (error_args_t *)self->args : NULL;
}

// ---- the types ----
static void error_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    mp_obj_exception_t *self = MP_OBJ_TO_PTR(self_in);
    mp_print_kind_t plain = kind & ~PRINT_EXC_SUBCLASS;
    if ((plain == PRINT_STR || plain == PRINT_EXC) && self->args->len == 2) {
        if (plain == PRINT_EXC && !(kind & PRINT_EXC_SUBCLASS)) {
            mp_printf(print, "%q: ", (qstr)self->base.type->name);
        }
        mp_obj_print_helper(print, self->args->items[1], PRINT_STR);
        return;
    }
    if (plain == PRINT_STR) {
        mp_obj_tuple_print(print, MP_OBJ_FROM_PTR(self->args), PRINT_REPR);
        return;
    }
    mp_obj_exception_print(print, self_in, kind);
}

static bool verify_attr(const error_args_t *more, qstr attr, mp_obj_t *dest) {
    switch (attr) {
        case MP_QSTR_verify_code:
            dest[0] = more->verify_code;
            return true;
        case MP_QSTR_verify_message:
            dest[0] = more->verify_message;
            return true;
        case MP_QSTR_verify_depth:
            dest[0] = more->verify_depth;
            return true;
        case MP_QSTR_verify_subject:
            dest[0] = more->verify_subject;
            return true;
        case MP_QSTR_verify_rules:
            dest[0] = more->verify_rules;
            return true;
        default:
            return false;
    }
}

static void error_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    mp_obj_exception_t *self = MP_OBJ_TO_PTR(self_in);
    if (dest[0] != MP_OBJ_NULL) {
        mp_obj_exception_attr(self_in, attr, dest);
        return;
    }
    bool pair = self->args->len == 2;
    error_args_t *more = more_of(self);
    if (attr == MP_QSTR_errno || attr == MP_QSTR_strerror) {
        dest[0] = pair ? self->args->items[attr == MP_QSTR_strerror] : mp_const_none;
    } else if (attr == MP_QSTR_library && more) {
        dest[0] = more->library;
    } else if (attr == MP_QSTR_reason && more) {
        dest[0] = more->reason;
    } else if (!more || more->verify_code == MP_OBJ_NULL || !verify_attr(more, attr, dest)) {
        mp_obj_exception_attr(self_in, attr, dest);
    }
}

// MicroPython recognises a native exception by its make_new, so make_new must be
// mp_obj_exception_make_new here.
#define DEFINE_SSL_ERROR(name, parent_)                                                            \
    MP_DEFINE_CONST_OBJ_TYPE(ssl_##name##_type, MP_QSTR_##name, MP_TYPE_FLAG_NONE, make_new,       \
        mp_obj_exception_make_new, print, error_print, attr, error_attr, parent, parent_)

DEFINE_SSL_ERROR(SSLError, &mp_type_OSError);
DEFINE_SSL_ERROR(SSLZeroReturnError, &ssl_SSLError_type);
DEFINE_SSL_ERROR(SSLWantReadError, &ssl_SSLError_type);
DEFINE_SSL_ERROR(SSLWantWriteError, &ssl_SSLError_type);
DEFINE_SSL_ERROR(SSLSyscallError, &ssl_SSLError_type);
DEFINE_SSL_ERROR(SSLEOFError, &ssl_SSLError_type);

// After ssl has been imported, TimeoutError is a builtin name, as in CPython (modssl.c). Its errno
// is None in CPython and ETIMEDOUT here, because scripts for MicroPython compare errno with that.
static void timeout_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    mp_obj_exception_t *self = MP_OBJ_TO_PTR(self_in);
    if (dest[0] == MP_OBJ_NULL && attr == MP_QSTR_errno && self->args->len < 2) {
        dest[0] = MP_OBJ_NEW_SMALL_INT(MP_ETIMEDOUT);
        return;
    }
    mp_obj_exception_attr(self_in, attr, dest);
}

MP_DEFINE_CONST_OBJ_TYPE(ssl_TimeoutError_type, MP_QSTR_TimeoutError, MP_TYPE_FLAG_NONE, make_new,
    mp_obj_exception_make_new, print, mp_obj_exception_print, attr, timeout_attr, parent,
    &mp_type_OSError);

// This error is also a ValueError, as in CPython. In MicroPython a class written in Python cannot
// have two native parents, but a type in C can.
static const mp_rom_obj_tuple_t cert_error_parents = {
    {&mp_type_tuple}, 2, {MP_ROM_PTR(&ssl_SSLError_type), MP_ROM_PTR(&mp_type_ValueError)}};
DEFINE_SSL_ERROR(SSLCertVerificationError, &cert_error_parents);

// This error is both an OSError and a MemoryError. Lack of memory ends one connection only, but a
// MemoryError would end an asyncio server, which catches OSError for each client. Its errno is
// ENOMEM.
static const mp_rom_obj_tuple_t memory_error_parents = {
    {&mp_type_tuple}, 2, {MP_ROM_PTR(&mp_type_OSError), MP_ROM_PTR(&mp_type_MemoryError)}};
static MP_DEFINE_CONST_OBJ_TYPE(memory_error_type, MP_QSTR_MemoryError, MP_TYPE_FLAG_NONE, make_new,
    mp_obj_exception_make_new, print, mp_obj_exception_print, attr, mp_obj_exception_attr, parent,
    &memory_error_parents);

// ---- making ----
typedef struct {
    const mp_obj_type_t *type;
    mp_int_t number;
    const char *library, *reason, *text; // lent; library and reason are NULL for None
    uint8_t verify_code; // 0 if no certificate was refused; the fields below are unused then
    vstr_t verify_message;
    const ussl_verdict_t *verdict; // lent
    mp_obj_t subject;
    bool nobody_trusted;
} raised_t;

static mp_obj_t str_or_none(const char *s) {
    return s ? mp_obj_new_str_from_cstr(s) : mp_const_none;
}

static mp_obj_t rules_tuple(const ussl_verdict_t *verdict) {
    mp_obj_t items[32];
    const char *words;
    size_t n = 0;
    for (; n < MP_ARRAY_SIZE(items) && (words = ussl_verdict_rule(verdict, n)) != NULL; n++) {
        items[n] = mp_obj_new_str_from_cstr(words);
    }
    return mp_obj_new_tuple(n, items);
}

static mp_obj_t error_new(const raised_t *error, mp_obj_t text) {
    error_args_t *args = m_new_obj(error_args_t);
    args->tuple.base.type = &error_args_type;
    args->tuple.len = 2;
    args->tuple.items[0] = mp_obj_new_int(error->number);
    args->tuple.items[1] = text;
    args->library = str_or_none(error->library);
    args->reason = str_or_none(error->reason);
    args->verify_code = MP_OBJ_NULL;
    args->verify_message = MP_OBJ_NULL;
    if (error->verify_code != 0) {
        args->verify_code = MP_OBJ_NEW_SMALL_INT(error->verify_code);
        args->verify_message = mp_obj_new_str(error->verify_message.buf, error->verify_message.len);
        args->verify_depth = MP_OBJ_NEW_SMALL_INT(error->verdict->depth);
        args->verify_subject = error->subject;
        args->verify_rules = rules_tuple(error->verdict);
    }
    mp_obj_t exc = mp_obj_exception_make_new(error->type, 0, 0, NULL);
    ((mp_obj_exception_t *)MP_OBJ_TO_PTR(exc))->args = &args->tuple;
    return exc;
}

static NORETURN void error_raise(const raised_t *error, mp_obj_t text) {
    nlr_raise(error_new(error, text));
}

// Returns "[SSL: SOME_REASON] text (_ssl.c:1000)". If `text` is NULL, it is the reason in lower
// case, with spaces.
static mp_obj_t error_text(const raised_t *error) {
    vstr_t vstr;
    vstr_init(&vstr, 96);
    if (error->reason) {
        vstr_printf(&vstr, "[%s: %s] ", error->library, error->reason);
    } else if (error->library) {
        vstr_printf(&vstr, "[%s] ", error->library);
    }
    if (error->text) {
        vstr_add_str(&vstr, error->text);
    } else {
        for (const char *p = error->reason; *p; p++) {
            vstr_add_char(&vstr, *p == '_' ? ' ' : unichar_tolower((unichar)*p));
        }
    }
    if (error->verify_code) {
        vstr_add_str(&vstr, ": ");
        vstr_add_strn(&vstr, error->verify_message.buf, error->verify_message.len);
    }
    if (error->nobody_trusted) {
        vstr_add_str(&vstr,
            ": no trust anchors; call load_verify_locations(), or install a root "
            "store (tools/make-roots)");
    }
    vstr_add_str(&vstr, PLACE);
    return mp_obj_new_str_from_vstr(&vstr);
}

static NORETURN void raise_cert(const ussl_failure_t *why, const ssl_refusal_t *refusal) {
    mp_obj_t host = refusal->host;
    raised_t error = {
        .type = &ssl_SSLCertVerificationError_type,
        .number = 1,
        .library = "SSL",
        .reason = why->reason,
        .text = "certificate verify failed",
        .verify_code = why->cert.code ? why->cert.code : 1,
        .verdict = &why->cert,
        .subject = refusal->subject,
        .nobody_trusted = refusal->nobody_trusted && why->cert.flags & USSL_CERT_UNTRUSTED,
    };
    vstr_init(&error.verify_message, 64);
    vstr_add_str(&error.verify_message,
        why->cert.message ? why->cert.message : "unspecified certificate verification error");
    if ((error.verify_code == 62 || error.verify_code == 64) && host != mp_const_none) {
        vstr_printf(&error.verify_message, ", certificate is not valid for '%s'.",
            mp_obj_str_get_str(host));
    }
    error_raise(&error, error_text(&error));
}

// ---- raising ----
void ssl_raise_sizes(const ussl_failure_t *why, const char *format) {
    vstr_t text;
    vstr_init(&text, 72);
    vstr_printf(&text, format, why->record, why->record_limit);
    ssl_raise_reason(1, "SSL", why->reason, vstr_null_terminated_str(&text));
}

void ssl_raise_reason(mp_int_t number, const char *library, const char *reason, const char *text) {
    raised_t error = {.type = &ssl_SSLError_type,
        .number = number,
        .library = library,
        .reason = reason,
        .text = text};
    error_raise(&error, error_text(&error));
}

void ssl_raise_own_reason(mp_int_t number, const char *text) {
    raised_t error = {.type = &ssl_SSLError_type, .number = number, .reason = text};
    error_raise(&error, mp_obj_new_str_from_cstr(text));
}

mp_obj_t ssl_reason_error(const char *reason, const char *text) {
    raised_t error = {
        .type = &ssl_SSLError_type, .number = 1, .library = "SSL", .reason = reason, .text = text};
    return error_new(&error, error_text(&error));
}

void ssl_raise_text(mp_int_t number, const char *text) {
    ssl_raise_reason(number, NULL, NULL, text);
}

void ssl_raise_plain(const char *text) {
    nlr_raise(mp_obj_new_exception_arg1(&ssl_SSLError_type, mp_obj_new_str_from_cstr(text)));
}

void ssl_raise_timeout(const char *operation) {
    mp_raise_msg_varg(
        &ssl_TimeoutError_type, MP_ERROR_TEXT("The %s operation timed out"), operation);
}

void ssl_raise_want(ssl_pump_t want) {
    bool read = want == PUMP_WANT_READ;
    raised_t error = {
        .type = read ? &ssl_SSLWantReadError_type : &ssl_SSLWantWriteError_type,
        .number = read ? 2 : 3,
        .text = read ? "The operation did not complete (read)"
                     : "The operation did not complete (write)",
    };
    error_raise(&error, error_text(&error));
}

void ssl_raise_zero_return(void) {
    raised_t error = {
        .type = &ssl_SSLZeroReturnError_type,
        .number = 6,
        .text = "TLS/SSL connection has been closed (EOF)",
    };
    error_raise(&error, error_text(&error));
}

void ssl_raise_eof(const char *reason) {
    raised_t error = {
        .type = &ssl_SSLEOFError_type,
        .number = 8,
        .library = reason ? "SSL" : NULL,
        .reason = reason,
        .text = "EOF occurred in violation of protocol",
    };
    error_raise(&error, error_text(&error));
}

void ssl_raise_memory(const char *text) {
    mp_obj_t args[] = {MP_OBJ_NEW_SMALL_INT(MP_ENOMEM), MP_OBJ_NULL};
    if (text != NULL) {
        args[1] = mp_obj_new_str_from_cstr(text);
    }
    nlr_raise(mp_obj_exception_make_new(&memory_error_type, text ? 2 : 1, 0, args));
}

void ssl_raise_result(ussl_result_t result) {
    switch (result) {
        case USSL_ERR_MEMORY:
            ssl_raise_memory(NULL);
        case USSL_ERR_PLATFORM:
            mp_raise_OSError(MP_EIO);
        default:
            ssl_raise_reason(1, "SSL", "INTERNAL_ERROR", NULL);
    }
}

void ssl_raise_usage(ussl_result_t result, const char *text) {
    if (result == USSL_ERR_USAGE) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("%s"), text);
    }
    ssl_raise_result(result);
}

void ssl_raise_failure(const ussl_failure_t *why, const ssl_refusal_t *refusal) {
    switch (why->result) {
        case USSL_ERR_CERT:
            raise_cert(why, refusal);
        case USSL_ERR_PROTOCOL:
            if (why->record > 0) {
                ssl_raise_sizes(
                    why, "record too large: the peer sent %u bytes, this context accepts %u");
            }
            // fall through
        case USSL_ERR_ALERT:
            if (why->result == USSL_ERR_ALERT && why->alert == USSL_ALERT_CLOSE_NOTIFY) {
                ssl_raise_zero_return(); // in a handshake
            }
            ssl_raise_reason(1, "SSL", why->reason, NULL);
        case USSL_ERR_HOOK:
            ssl_raise_reason(
                1, "SSL", why->reason, "certificate verify failed: refused by verify_callback");
        default:
            ssl_raise_result(why->result);
    }
}
