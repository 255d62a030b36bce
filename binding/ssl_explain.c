// SPDX-License-Identifier: MIT
//
// ssl_explain.c - ssl.explain(host, port): prints what a server sends in the handshake, and why it
// is refused or accepted.
//
// Notes: it connects twice. The first connection does not verify, and sends no application data. It
// only serves to print the chain, which is a claim and is printed as one. The second connection
// uses the given context, as a program would, and yields the verdict. With USSL_CERT_NONE=refuse
// the first connection is not made.
#include "binding.h"

#include <string.h>

#include "py/objstr.h"
#include "py/runtime.h"

#if USSL_EXPLAIN
static const mp_print_t *const out = &mp_plat_print;

// ---- printing certificates ----
static void print_text(const uint8_t *text, size_t len) {
    // A peer's control codes must not reach the terminal: C0, DEL, and C1, which is 0x80 to 0x9F,
    // in UTF-8 with 0xC2 in front.
    for (size_t i = 0; i < len; i++) {
        bool inside = i > 0 && text[i - 1] >= 0x80 && text[i - 1] != 0xC2; // of a UTF-8 sequence
        bool c1 = text[i] >= 0x80 && text[i] < 0xA0 && !inside;
        bool lead = text[i] == 0xC2 && (i + 1 == len || text[i + 1] < 0xA0);
        bool plain = text[i] >= 0x20 && text[i] != 0x7F && !c1 && !lead;
        mp_printf(out, plain ? "%c" : "\\x%02x", text[i]);
    }
}

static void print_name(const uint8_t *der, size_t len) {
    static const char *const shown[] = {"commonName", "organizationName", "countryName"};
    bool any = false;
    for (size_t k = 0; k < MP_ARRAY_SIZE(shown); k++) {
        ussl_attribute_t attribute;
        for (size_t i = 0; ussl_name_attribute(der, len, i, &attribute); i++) {
            if (attribute.type != NULL && strcmp(attribute.type, shown[k]) == 0) {
                mp_print_str(out, any ? ", " : "");
                print_text(attribute.value, attribute.len);
                any = true;
            }
        }
    }
    mp_print_str(out, any ? "" : "(no name)");
}

static void print_whose(const ussl_cert_t *cert, ussl_whose_t whose) {
    const uint8_t *der;
    size_t len;
    ussl_cert_name(cert, whose, &der, &len);
    print_name(der, len);
}

static void print_date(const ussl_date_t *date) {
    mp_printf(out, "%d-%02d-%02d", date->year, date->month, date->day);
}

static void print_names_of(const ussl_cert_t *cert) {
    enum { DNS = 2, ADDRESS = 7 };
    unsigned kind;
    const uint8_t *value;
    size_t len;
    mp_print_str(out, "      names:");
    for (size_t i = 0; ussl_cert_alt_name(cert, i, &kind, &value, &len); i++) {
        if (kind == DNS) {
            mp_print_str(out, " ");
            print_text(value, len);
        } else if (kind == ADDRESS && (len == 4 || len == 16)) {
            mp_print_str(out, " ");
            ssl_print_address(out, value, len, false);
        }
    }
    mp_print_str(out, "\n");
}

static void print_cert(const ussl_cert_t *cert, size_t depth, const ussl_date_t *today) {
    ussl_cert_info_t info;
    ussl_cert_info(cert, &info);
    mp_printf(out, "  %d: ", (int)depth);
    print_whose(cert, USSL_SUBJECT);
    mp_print_str(out, "\n      issued by ");
    print_whose(cert, USSL_ISSUER);
    mp_print_str(out, "\n      ");
    print_date(&info.not_before);
    mp_print_str(out, " to ");
    print_date(&info.not_after);
    if (today != NULL && ussl_date_seconds(&info.not_after) < ussl_date_seconds(today)) {
        mp_print_str(out, ", EXPIRED");
    } else if (today != NULL && ussl_date_seconds(today) < ussl_date_seconds(&info.not_before)) {
        mp_print_str(out, ", NOT YET VALID");
    }
    mp_printf(out, ", %d bytes\n", (int)info.der_len);
    if (depth == 0) {
        print_names_of(cert);
    }
}

// ---- connecting ----
typedef struct {
    mp_obj_t host, port, timeout;
    ssl_context_obj_t *context;
    ssl_conn_obj_t *sock; // NULL until TLS wraps the socket
    mp_obj_t plain;       // the socket; MP_OBJ_NULL until it is connected
} attempt_t;

static void connect_step(void *arg) {
    attempt_t *a = arg;
    a->plain = ssl_connect(a->host, a->port, a->timeout);
    ssl_wrap_t wrap = {
        .sock = a->plain,
        .server_hostname = a->host,
        .session = mp_const_none,
        .client_id = mp_const_none,
        .ragged_is_eof = true,
    };
    a->sock = MP_OBJ_TO_PTR(ssl_socket_wrap(a->context, &wrap));
    mp_call_function_1(MP_OBJ_FROM_PTR(&ssl_conn_do_handshake_obj), MP_OBJ_FROM_PTR(a->sock));
}

static void close_step(void *arg) {
    attempt_t *a = arg;
    mp_obj_t close[2], stream = a->sock ? MP_OBJ_FROM_PTR(a->sock) : a->plain;
    if (stream != MP_OBJ_NULL) {
        mp_load_method(stream, MP_QSTR_close, close);
        mp_call_method_n_kw(0, 0, close);
    }
}

static void finish(attempt_t *a) {
    mp_obj_t ignored;
    ssl_try(close_step, a, &ignored);
}

static void print_error(mp_obj_t error) {
    mp_obj_print_helper(out, error, PRINT_EXC);
    mp_print_str(out, "\n");
}

// ---- the report ----
// Returns NULL after the last certificate, and if there is no memory for this one.
static const ussl_cert_t *chain_cert(const ssl_conn_obj_t *sock, bool verified, size_t index) {
    const ussl_cert_t *cert = NULL;
    return ussl_conn_chain(sock->conn, verified, index, &cert) == USSL_OK ? cert : NULL;
}

// Prints the chain that the server sends to a client that does not verify. Returns false if the
// connection or the handshake fails.
static bool show_chain(const attempt_t *verified) {
    attempt_t a = {.host = verified->host,
        .port = verified->port,
        .timeout = verified->timeout,
        .context = ssl_context_new(&tls_context_type, SSL_PROTOCOL_TLS_CLIENT)};
    a.context->inspects = true;
    mp_store_attr(
        MP_OBJ_FROM_PTR(a.context), MP_QSTR_verify_mode, MP_OBJ_NEW_SMALL_INT(SSL_CERT_NONE));
    mp_obj_t error;
    ssl_try(connect_step, &a, &error);
    if (error != MP_OBJ_NULL) {
        mp_print_str(out, a.sock ? "no TLS connection: " : "no connection: ");
        print_error(error);
        finish(&a);
        return false;
    }
    const ussl_suite_t *suite = ussl_conn_suite(a.sock->conn);
    mp_printf(out, "speaks %s, %s\n", ssl_version_name(ussl_conn_version(a.sock->conn)),
        suite ? suite->name : "?");
    ussl_date_t today;
    bool clock = ussl_today(&today);
    mp_print_str(out, "the clock says ");
    print_date(&today);
    mp_print_str(out, clock ? "\n" : ": it is NOT SET\n");
    mp_print_str(out, "the server shows (nothing of it is proven):\n");
    const ussl_cert_t *cert, *last = NULL;
    for (size_t i = 0; (cert = chain_cert(a.sock, false, i)) != NULL; i++) {
        print_cert(cert, i, clock ? &today : NULL);
        last = cert;
    }
    if (last != NULL) {
        mp_print_str(out, "a root that would fit: ");
        print_whose(last, USSL_ISSUER);
        mp_print_str(out, "\n");
    }
    finish(&a);
    return true;
}

static void tell_refusal(const attempt_t *a, mp_obj_t error) {
    mp_print_str(out, "REFUSED: ");
    print_error(error);
    ussl_failure_t why;
    ussl_conn_failure(a->sock->conn, &why);
    const char *rule;
    for (size_t i = 0; (rule = ussl_verdict_rule(&why.cert, i)) != NULL; i++) {
        mp_printf(out, "  rule: %s", rule);
        if (i == 0) {
            mp_printf(out, " (certificate %d)", why.cert.depth);
        }
        mp_print_str(out, "\n");
    }
    if (why.alert >= 0) {
        mp_printf(out, "  alert %d, %s\n", why.alert, why.alert_is_ours ? "sent" : "received");
    }
    if (why.cert.flags & USSL_CERT_UNTRUSTED) {
        mp_print_str(out,
            "  its root is in no trust of this context: load_verify_locations(), or a root "
            "store with it (tools/make-roots)\n");
    }
    if (why.cert.flags & USSL_CERT_NO_CLOCK) {
        mp_print_str(out, "  set the clock (NTP), or see verify_clock\n");
    }
}

static void tell_success(const attempt_t *a) {
    ssl_context_obj_t *context = a->context;
    const ussl_cert_t *cert, *top = NULL;
    size_t n = 0;
    for (; (cert = chain_cert(a->sock, true, n)) != NULL; n++) {
        top = cert;
    }
    mp_printf(out, "ACCEPTED through %d certificates", (int)n);
    if (top != NULL) {
        mp_print_str(out, ", root: ");
        print_whose(top, USSL_SUBJECT);
    }
    ussl_memory_t memory;
    ussl_arena_memory(context->arena, &memory);
    mp_obj_t needed = mp_load_attr(MP_OBJ_FROM_PTR(context), MP_QSTR_memory_needed);
    mp_printf(out, "\n  the handshake held %d bytes at most; reserve() takes %d\n",
        (int)memory.handshake_peak, (int)mp_obj_get_int(mp_call_function_0(needed)));
    mp_printf(out, "  records: up to %d bytes can come, up to %d go\n", USSL_RECORD_IN,
        context->record_out ? context->record_out : USSL_RECORD_OUT);
}

// ssl.explain(host, port=443, context=None, timeout=30) returns True if the server was accepted.
static mp_obj_t ssl_explain(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    static const mp_arg_t allowed[] = {
        {MP_QSTR_host, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_port, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_INT(443)}},
        {MP_QSTR_context, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_timeout, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_INT(SSL_CONNECT_TIMEOUT)}},
    };
    mp_arg_val_t vals[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, args, kw_args, MP_ARRAY_SIZE(allowed), allowed, vals);
    mp_obj_t context = vals[2].u_obj;
    if (context == mp_const_none) {
        context = mp_call_function_0(MP_OBJ_FROM_PTR(&ssl_create_default_context_obj));
    }
    attempt_t a = {.host = vals[0].u_obj,
        .port = vals[1].u_obj,
        .timeout = vals[3].u_obj,
        .context = ssl_context_of(context)};
    mp_printf(out, "%s:%d\n", mp_obj_str_get_str(a.host), (int)mp_obj_get_int(a.port));
    if (USSL_CERT_NONE != USSL_CERT_NONE_REFUSE && !show_chain(&a)) {
        return mp_const_false;
    }
    mp_obj_t error;
    ssl_try(connect_step, &a, &error);
    if (error == MP_OBJ_NULL) {
        tell_success(&a);
    } else if (a.sock != NULL && a.sock->conn != NULL) {
        tell_refusal(&a, error);
    } else {
        mp_print_str(out, "no connection: ");
        print_error(error);
    }
    finish(&a);
    return mp_obj_new_bool(error == MP_OBJ_NULL);
}
MP_DEFINE_CONST_FUN_OBJ_KW(ssl_explain_obj, 1, ssl_explain);
#endif // USSL_EXPLAIN
