// SPDX-License-Identifier: MIT
//
// load_error.c - reports why a loader of certificates, keys, root stores or sessions refused its
// input.
#include "x509.h"

static ussl_result_t report(
    ussl_failure_t *why, ussl_result_t result, const char *reason, int code) {
    if (why != NULL) {
        *why = (ussl_failure_t){
            .result = result, .backend = code, .alert = USSL_ALERT_NONE, .reason = reason};
    }
    return result;
}

ussl_result_t ussl__load_error(ussl_failure_t *why, ussl_result_t result, const char *reason) {
    return report(why, result, reason, 0);
}

ussl_result_t ussl__parse_error(ussl_failure_t *why, const char *reason, int code) {
    return report(why, USSL_ERR_PARSE, reason, code);
}
