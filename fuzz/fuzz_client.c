// SPDX-License-Identifier: MIT
//
// fuzz_client.c - runs a whole client: the first octet of the input chooses the TLS version, and
// the rest is what a server sends. The random numbers are fixed, so that the recorded bytes of a
// server are valid up to the last record.
#include "common.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    return fuzz_one_end(USSL_CLIENT, data, len);
}
