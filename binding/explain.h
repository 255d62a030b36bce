// SPDX-License-Identifier: MIT
//
// explain.h - what ssl_explain.c, ssl_chain.c and ssl_advice.c share: the report of ssl.explain().
#ifndef USSL_BINDING_EXPLAIN_H
#define USSL_BINDING_EXPLAIN_H

#include "binding.h"

#if USSL_EXPLAIN
#define SSL_OUT (&mp_plat_print)

typedef struct {
    const char *host;
    int port;
    ssl_context_obj_t *context;
    bool color;         // the output goes to a terminal that shows colors
    bool clock;         // the clock is set
    ussl_date_t today;  // what the clock says
    ussl_failure_t why; // of the connection that verifies; result USSL_OK if it was accepted
    mp_obj_t error;     // what that connection raised, or MP_OBJ_NULL
    bool connected;     // its TCP connection was opened
    char key[2 * USSL_PIN_SIZE + 1]; // spki_sha256() of the server in hexadecimal; "": unknown
} ssl_report_t;

// ---- ssl_chain.c ----
// Begins a part of the output in a color, if the report has colors, and ends it.
void ssl_report_red(const ssl_report_t *report);
void ssl_report_green(const ssl_report_t *report);
void ssl_report_plain(const ssl_report_t *report);
void ssl_report_date(const ussl_date_t *date);
void ssl_report_whose(const ussl_cert_t *cert, ussl_whose_t whose);
// Prints the certificates of a connection as a tree, issuers above what they issued: the verified
// chain, or what the peer sent. A certificate that the report's verdict is about says what is
// wrong.
void ssl_report_chain(const ssl_report_t *report, const ssl_conn_obj_t *sock, bool verified);
// Returns NULL after the last certificate, and if there is no memory for this one.
const ussl_cert_t *ssl_report_cert(const ssl_conn_obj_t *sock, bool verified, size_t index);

// ---- ssl_advice.c ----
// Prints what a person can do about the failure of the report.
void ssl_report_advice(const ssl_report_t *report);
#endif // USSL_EXPLAIN
#endif // USSL_BINDING_EXPLAIN_H
