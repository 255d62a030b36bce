// SPDX-License-Identifier: MIT
//
// load_error.c - reports why a loader of certificates, keys, root stores or sessions refused its
// input.
#include "x509.h"

#include <string.h>

ussl_result_t ussl__load_error(ussl_failure_t *why, ussl_result_t result, const char *reason) {
    memset(why, 0, sizeof(*why));
    why->result = result;
    why->alert = USSL_ALERT_NONE;
    why->reason = reason;
    return result;
}

ussl_result_t ussl__parse_error(ussl_failure_t *why, const char *reason, int code) {
    (void)ussl__load_error(why, USSL_ERR_PARSE, reason);
    why->backend = code;
    return USSL_ERR_PARSE;
}
