// SPDX-License-Identifier: MIT
//
// ssl_explain.c - ssl.explain(host, port): says whether a server is accepted, shows its
// certificates, and if it is refused says why and what to do.
//
// Notes: it connects with the given context, as a program would. Only if the server's certificates
// are refused it connects again, without verification and without sending application data, to
// print them; they are claims then, and are printed as such. With USSL_CERT_NONE=refuse there is no
// second connection.
#include "explain.h"

#include <string.h>

#include "py/runtime.h"

#if USSL_EXPLAIN
#if defined(__unix__) || defined(__APPLE__)
#include <stdlib.h>
#include <unistd.h>
#endif

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

// KeyboardInterrupt and mistakes of the caller are no findings about the server.
static bool is_finding(mp_obj_t error) {
    return mp_obj_exception_match(error, MP_OBJ_FROM_PTR(&mp_type_OSError))
        || mp_obj_exception_match(error, MP_OBJ_FROM_PTR(&mp_type_MemoryError));
}

// Connects and returns what that raised, or raises it if it is no finding about the server.
static mp_obj_t connect(attempt_t *a) {
    mp_obj_t error;
    ssl_try(connect_step, a, &error);
    if (error != MP_OBJ_NULL && !is_finding(error)) {
        finish(a);
        nlr_raise(error);
    }
    return error;
}

// ---- the report ----
static void print_protocol(const ssl_conn_obj_t *sock) {
    const ussl_suite_t *suite = ussl_conn_suite(sock->conn);
    mp_printf(SSL_OUT, "The server uses %s with %s.\n",
        ssl_version_name(ussl_conn_version(sock->conn)), suite ? suite->name : "?");
}

static void read_key(ssl_report_t *report, const ssl_conn_obj_t *sock) {
    const ussl_cert_t *cert = ssl_report_cert(sock, false, 0);
    uint8_t hash[USSL_PIN_SIZE];
    ussl_cert_info_t info;
    if (cert == NULL) {
        return;
    }
    ussl_cert_info(cert, &info);
    if (ussl_spki_sha256(info.der, info.der_len, hash)) {
        for (size_t i = 0; i < sizeof(hash); i++) {
            for (int half = 0; half < 2; half++) {
                report->key[2 * i + half] = "0123456789abcdef"[half ? hash[i] & 15 : hash[i] >> 4];
            }
        }
    }
}

typedef struct {
    ssl_report_t *report;
    attempt_t attempt;
} show_t;

static void show_step(void *arg) {
    show_t *show = arg;
    attempt_t *a = &show->attempt;
    a->context = ssl_context_new(&tls_context_type, SSL_PROTOCOL_TLS_CLIENT);
    a->context->inspects = true;
    mp_store_attr(
        MP_OBJ_FROM_PTR(a->context), MP_QSTR_verify_mode, MP_OBJ_NEW_SMALL_INT(SSL_CERT_NONE));
    connect_step(a);
    print_protocol(a->sock);
    mp_print_str(SSL_OUT, "It sends these certificates, which are not verified:\n");
    ssl_report_chain(show->report, a->sock, false);
    read_key(show->report, a->sock);
}

// Prints the certificates that the server sends to a client that does not verify.
static void show_sent(ssl_report_t *report, const attempt_t *verifying) {
    show_t show = {
        report, {.host = verifying->host, .port = verifying->port, .timeout = verifying->timeout}};
    mp_obj_t error;
    ssl_try(show_step, &show, &error);
    finish(&show.attempt);
    if (error != MP_OBJ_NULL && !is_finding(error)) {
        nlr_raise(error);
    }
    if (error != MP_OBJ_NULL) {
        mp_print_str(SSL_OUT, "Its certificates cannot be shown: ");
        mp_obj_print_helper(SSL_OUT, error, PRINT_EXC);
        mp_print_str(SSL_OUT, "\n");
    }
}

static void print_refusal(const ssl_report_t *report) {
    const ussl_failure_t *why = &report->why;
    ssl_report_red(report);
    mp_print_str(SSL_OUT, report->connected ? "REFUSED: " : "NO CONNECTION: ");
    mp_obj_print_helper(SSL_OUT, report->error, PRINT_EXC);
    ssl_report_plain(report);
    mp_print_str(SSL_OUT, "\n");
    const char *rule;
    for (size_t i = 0; (rule = ussl_verdict_rule(&why->cert, i)) != NULL; i++) {
        mp_printf(SSL_OUT, "  rule %d: %s\n", (int)i + 1, rule);
    }
    if (report->connected && why->alert >= 0) {
        mp_printf(
            SSL_OUT, "  alert %d was %s\n", why->alert, why->alert_is_ours ? "sent" : "received");
    }
}

// Prints how the server was authenticated. Returns false if it was not, because the context has
// CERT_NONE.
static bool print_proof(const ssl_report_t *report, const ssl_conn_obj_t *sock) {
    if (ssl_psk_of_client(report->context)) {
        mp_print_str(SSL_OUT, "It has the pre-shared key.\n");
        return true;
    }
    bool verified = ssl_report_cert(sock, true, 0) != NULL;
    mp_print_str(SSL_OUT,
        verified ? "Its certificates are verified:\n"
                 : "Its certificates are NOT verified, because verify_mode is CERT_NONE:\n");
    ssl_report_chain(report, sock, verified);
    if (verified && !ssl_verification_of_name(report->context)) {
        mp_print_str(SSL_OUT, "Its name is not checked, because check_hostname is False.\n");
    }
    return verified;
}

static void print_success(const ssl_report_t *report, const ssl_conn_obj_t *sock) {
    ssl_context_obj_t *context = report->context;
    print_protocol(sock);
    bool proven = print_proof(report, sock);
    (proven ? ssl_report_green : ssl_report_red)(report);
    mp_print_str(SSL_OUT, proven ? "ACCEPTED" : "ACCEPTED WITHOUT VERIFICATION");
    ssl_report_plain(report);
    ussl_memory_t memory;
    ussl_arena_memory(context->arena, &memory);
    mp_obj_t needed = mp_load_attr(MP_OBJ_FROM_PTR(context), MP_QSTR_memory_needed);
    mp_printf(SSL_OUT,
        "\n  The handshake took %d bytes of memory at most; reserve() sets %d aside.\n",
        (int)memory.handshake_peak, (int)mp_obj_get_int(mp_call_function_0(needed)));
}

// Returns true for None on a unix terminal whose user has not refused colors
// (https://no-color.org). A board cannot know what shows its output.
static bool wants_color(mp_obj_t color) {
    if (color != mp_const_none) {
        return mp_obj_is_true(color);
    }
#if defined(__unix__) || defined(__APPLE__)
    return isatty(STDOUT_FILENO) && getenv("NO_COLOR") == NULL;
#else
    return false;
#endif
}

static bool report_on(ssl_report_t *report, attempt_t *a) {
    mp_printf(SSL_OUT, "%s:%d\nThe clock says ", report->host, report->port);
    ssl_report_date(&report->today);
    mp_print_str(SSL_OUT, report->clock ? ".\n" : ": it is NOT SET.\n");
    report->error = connect(a);
    if (report->error == MP_OBJ_NULL) {
        print_success(report, a->sock);
        finish(a);
        return true;
    }
    report->connected = a->plain != MP_OBJ_NULL;
    if (a->sock != NULL && a->sock->conn != NULL) {
        ussl_conn_failure(a->sock->conn, &report->why);
    }
    finish(a);
    if (report->why.cert.code != 0 && USSL_CERT_NONE != USSL_CERT_NONE_REFUSE) {
        show_sent(report, a);
    }
    print_refusal(report);
    ssl_report_advice(report);
    return false;
}

// ssl.explain(host, port=443, context=None, timeout=30, color=None) returns True if the server was
// accepted.
static mp_obj_t ssl_explain(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    static const mp_arg_t allowed[] = {
        {MP_QSTR_host, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_port, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_INT(443)}},
        {MP_QSTR_context, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_timeout, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_INT(SSL_CONNECT_TIMEOUT)}},
        {MP_QSTR_color, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
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
    ssl_report_t report = {.host = mp_obj_str_get_str(a.host),
        .port = (int)mp_obj_get_int(a.port),
        .context = a.context,
        .color = wants_color(vals[4].u_obj),
        .why.alert = -1,
        .error = MP_OBJ_NULL};
    if (report.port < 0 || report.port > 65535) {
        mp_raise_ValueError(MP_ERROR_TEXT("port must be 0 to 65535"));
    }
    report.clock = ussl_today(&report.today);
    return mp_obj_new_bool(report_on(&report, &a));
}
MP_DEFINE_CONST_FUN_OBJ_KW(ssl_explain_obj, 1, ssl_explain);
#endif // USSL_EXPLAIN
