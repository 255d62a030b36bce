// SPDX-License-Identifier: MIT
//
// common.h - what the fuzz targets share: a platform with a fixed clock and fixed random numbers,
// files from the folder of `make certs`, and connections.
#ifndef USSL_FUZZ_COMMON_H
#define USSL_FUZZ_COMMON_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/conn/conn.h"

#define FUZZ_NOW 1795564800 // 2026-11-25

// The state of the random generator. A connection that begins with the same state makes the same
// keys.
extern uint64_t fuzz_random;
enum { FUZZ_CLIENT_SEED = 0x1234567, FUZZ_SERVER_SEED = 0x7654321 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
// Starts the engine in its first call. It must be called before anything else.
void fuzz_start(void);
// Aborts if a block has not been released.
void fuzz_end(void);

typedef struct {
    uint8_t *data; // owned, with a NUL behind it
    size_t len;
} fuzz_file_t;
fuzz_file_t fuzz_file(const char *name);

// One end of a connection, as the targets `client` and `server` make it.
typedef struct {
    ussl_arena_t *arena;
    ussl_ctx_t *ctx; // lent; never freed
    ussl_conn_t *conn;
} fuzz_end_t;
void fuzz_open(fuzz_end_t *end, ussl_role_t role, uint16_t version);
void fuzz_close(fuzz_end_t *end);
// Passes bytes to a connection as its input, discards its output, and reads its plaintext.
void fuzz_feed(ussl_conn_t *conn, const uint8_t *data, size_t len);
// Runs the target `client` or `server` once. The first octet chooses the version.
int fuzz_one_end(ussl_role_t role, const uint8_t *data, size_t len);

#endif // USSL_FUZZ_COMMON_H
