// SPDX-License-Identifier: MIT
//
// common.h - what the fuzz targets share: a platform whose clock stands and whose random numbers
// are the same every time, and files from the folder of `make certs`.
#ifndef USSL_FUZZ_COMMON_H
#define USSL_FUZZ_COMMON_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/conn/conn.h"

#define FUZZ_NOW 1795564800 // 2026-11-25

// The generator's state: a connection that begins with the same one makes the same keys.
extern uint64_t fuzz_random;
enum { FUZZ_CLIENT_SEED = 0x1234567, FUZZ_SERVER_SEED = 0x7654321 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
// Once, before all else.
void fuzz_start(void);
// Checks that nothing is left.
void fuzz_end(void);

typedef struct {
    uint8_t *data; // owned, with a NUL behind it
    size_t len;
} fuzz_file_t;
fuzz_file_t fuzz_file(const char *name);

// Two connections as the fuzz targets `client` and `server` make them.
typedef struct {
    ussl_arena_t *arena;
    ussl_ctx_t *ctx; // lent; lives for ever
    ussl_conn_t *conn;
} fuzz_end_t;
void fuzz_open(fuzz_end_t *end, ussl_role_t role, uint16_t version);
void fuzz_close(fuzz_end_t *end);
// Feeds bytes to it, throws away what it sends, reads what it delivers.
void fuzz_feed(ussl_conn_t *conn, const uint8_t *data, size_t len);
// The targets `client` and `server`: the first octet chooses the version.
int fuzz_one_end(ussl_role_t role, const uint8_t *data, size_t len);

#endif // USSL_FUZZ_COMMON_H
