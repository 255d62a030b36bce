// SPDX-License-Identifier: MIT
//
// fuzz_client.c - a whole client fed with bytes: the first octet chooses the version, the rest
// comes from the wire. Its random numbers are fixed, so a recorded server is understood up to its
// last record.
#include "common.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    if (len == 0) {
        return 0;
    }
    fuzz_end_t end = {0};
    fuzz_open(&end, USSL_CLIENT, data[0] & 1 ? USSL_VERSION_TLS13 : USSL_VERSION_TLS12);
    fuzz_feed(end.conn, data + 1, len - 1);
    fuzz_close(&end);
    fuzz_end();
    return 0;
}
