// SPDX-License-Identifier: MIT
//
// fuzz_server.c - a whole server fed with bytes: the first octet chooses the version, the rest
// comes from the wire. Its random numbers are fixed, so a recorded client is understood up to its
// last record.
#include "common.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    return fuzz_one_end(USSL_SERVER_SIDE, data, len);
}
