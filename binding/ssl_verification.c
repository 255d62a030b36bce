// SPDX-License-Identifier: MIT
//
// ssl_verification.c - contexts whose clients would not verify their servers: this is honoured and
// reported, or overruled.
//
// Notes: many libraries set CERT_NONE on the contexts that they make, which their users do not see.
// So a client that connects without verification is reported on stderr, with the name of the module
// that set CERT_NONE. After require_verification() such a client verifies despite CERT_NONE.
#include "binding.h"

#include <string.h>

static bool required = USSL_CERT_NONE == USSL_CERT_NONE_OVERRULE;

// The modules that were reported on stderr. If there are more than this array holds, a module can
// be reported again.
static qstr reported[8];
static uint8_t reported_next;

// ---- reporting ----
static qstr running_module(void) {
    mp_map_elem_t *name =
        mp_map_lookup(&mp_globals_get()->map, MP_OBJ_NEW_QSTR(MP_QSTR___name__), MP_MAP_LOOKUP);
    return name && mp_obj_is_qstr(name->value) ? MP_OBJ_QSTR_VALUE(name->value) : MP_QSTR_script;
}

static void report_once(const ssl_context_obj_t *context, const char *format) {
    for (size_t i = 0; i < MP_ARRAY_SIZE(reported); i++) {
        if (reported[i] == context->opted_out_by) {
            return;
        }
    }
    reported[reported_next] = context->opted_out_by;
    reported_next = (uint8_t)((reported_next + 1) % MP_ARRAY_SIZE(reported));
    mp_printf(MICROPY_ERROR_PRINTER, format, context->opted_out_by);
}

static void forget_reported(void) {
    memset(reported, 0, sizeof(reported)); // MP_QSTRnull
    reported_next = 0;
}

void ssl_verification_opt_out(ssl_context_obj_t *context) {
    context->opted_out_by = running_module();
}

void ssl_verification_missed(const ssl_context_obj_t *context) {
    if (!context->inspects) {
        report_once(context,
            "ssl: %q has set CERT_NONE: the server of its connection is not verified "
            "(see ssl.require_verification)\n");
    }
}

// ---- overruling ----
// A pre-shared key authenticates the server without a certificate.
static bool concerned(const ssl_context_obj_t *context) {
    return required && !context->inspects && !ssl_psk_of_client(context);
}

bool ssl_verification_overruled(const ssl_context_obj_t *context) {
    return concerned(context) && context->verify_mode == SSL_CERT_NONE;
}

uint8_t ssl_verification_mode(const ssl_context_obj_t *context, ussl_role_t role) {
    if (role != USSL_CLIENT || !ssl_verification_overruled(context)) {
        return context->verify_mode;
    }
    report_once(context, "ssl: %q has set CERT_NONE: overruled, the server is verified\n");
    return SSL_CERT_REQUIRED;
}

bool ssl_verification_of_name(const ssl_context_obj_t *context) {
    return (context->check_hostname && !ssl_psk_of_client(context)) || concerned(context);
}

uint8_t ssl_verification_checks(const ssl_context_obj_t *context, ussl_role_t role) {
    if (role == USSL_CLIENT && ssl_psk_of_client(context)) {
        return SSL_CHECKS_KEY;
    }
    bool name = role == USSL_CLIENT && ssl_verification_of_name(context);
    return (uint8_t)(ssl_verification_mode(context, role) << 1 | name);
}

bool ssl_verification_suffices(const ssl_context_obj_t *context, uint8_t checks) {
    return !concerned(context) || ((checks & 1) != 0 && checks >> 1 != SSL_CERT_NONE);
}

// ssl.require_verification(): only a soft reset undoes it.
static mp_obj_t ssl_require_verification(void) {
    required = true;
    forget_reported();
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_0(ssl_require_verification_obj, ssl_require_verification);

void ssl_verification_reset(void) {
    required = USSL_CERT_NONE == USSL_CERT_NONE_OVERRULE;
    forget_reported();
}
