// SPDX-License-Identifier: MIT
//
// support.h - what C tests share: a platform that can fail on demand, certificates from files, and
// two connections joined in memory.
#ifndef USSL_TESTS_SUPPORT_H
#define USSL_TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/ussl.h"

// The versions that are built in, oldest first: for (EACH_VERSION(version)) { ... }
#define OLDEST (USSL_TLS12 ? USSL_VERSION_TLS12 : USSL_VERSION_TLS13)
#define NEWEST (USSL_TLS13 ? USSL_VERSION_TLS13 : USSL_VERSION_TLS12)
#define EACH_VERSION(version)                                                                      \
    uint16_t version = OLDEST;                                                                     \
    version <= NEWEST;                                                                             \
    version++

// ---- platform.c ----
#define TEST_FLOOR 1735689600 // 2025-01-01: what an unset clock is at least
#define TEST_NOW 1780272000   // 2026-06-01 00:00:00 UTC, inside the good certificates' dates

typedef struct {
    size_t live;    // blocks not yet released
    size_t made;    // allocations since reset
    size_t fail_at; // the allocation with this number fails once; 0: none
    size_t largest; // bytes; a larger block is refused; 0: none is
    size_t refused; // such blocks since reset
    int64_t now;    // the clock
    bool clock_unset;
    bool no_entropy;
    uint32_t ticks_ms; // stands still until a test moves it
    uint64_t random;   // state of the fixed generator
} test_platform_t;

extern test_platform_t test_platform;
// Blocks that the engine itself has, from ussl_init() to ussl_deinit(); they do not count as live.
extern size_t test_platform_own;
extern const ussl_platform_t test_hooks;
// Clock, generator and counters back to the beginning; calls ussl_init the first time.
void platform_reset(void);

// ---- certs.c ----
typedef struct {
    uint8_t *data; // owned, with a NUL behind it
    size_t len;
} blob_t;
blob_t read_cert_file(const char *name); // from the folder of `make certs`
void blob_free(blob_t *blob);
// Fails the test if anything cannot be loaded.
ussl_trust_t *load_trust(ussl_arena_t *arena, const char *pem_name);
#if USSL_STORE
// In the roots of a store, which stays where it is. NULL: no memory.
ussl_trust_t *trust_in_store(const blob_t *blob);
#endif
ussl_identity_t *load_identity(ussl_arena_t *arena, const char *cert_name, const char *key_name);

// ---- pair.c ----
typedef struct {
    uint8_t *data; // owned
    size_t at, len, room;
    size_t total; // bytes ever put in
} wire_t;

// How bytes travel. Zeroed: as much as there is at once, nothing lost.
typedef struct {
    size_t chunk;          // bytes moved at once; 0: all
    bool random;           // chunks of random length from 1 to 64
    size_t truncate_at[2]; // the wire to the client (0) or server (1) ends after this many bytes;
                           // 0: never
} delivery_t;

typedef struct {
    const char *cert, *key;               // of the server
    const char *client_cert, *client_key; // NULL: none
    const char *client_trust;             // NULL: "ca.pem"
    const char *server_trust;
    ussl_trust_t *made_trust[2]; // counted by the pair; in place of the files of that end
    ussl_identity_t *made_identity[2];
    const char *hostname;
    bool tickets;                 // the server gives session tickets
    ussl_verify_t server_verify;  // zeroed means required: say USSL_VERIFY_NONE for none
    ussl_config_t client, server; // merged with the above
} pair_setup_t;

typedef struct {
    ussl_arena_t *arena[2];
    ussl_ctx_t *ctx[2];
    const char *hostname;
    ussl_conn_t *conn[2]; // 0 client, 1 server
    wire_t wire[2];       // bytes on their way to that end
    delivery_t delivery;
    ussl_result_t result[2]; // of the last handshake call
    bool done[2];
} pair_t;

// Settings that make a good connection: version 0 is the newest.
pair_setup_t good_setup(const char *cert, const char *key, uint16_t version);
// Failure of any of these is a failed test, except with an allocation made to fail.
ussl_result_t pair_open(pair_t *pair, const pair_setup_t *setup);
// New connections of the same contexts, on empty wires.
ussl_result_t pair_again(pair_t *pair);
void pair_free(pair_t *pair);
// Runs both ends until both are done, one has failed, or neither moves. True if both are done.
bool pair_handshake(pair_t *pair);
// Moves bytes between wires and connections once; true if any moved.
bool pair_move(pair_t *pair);
// Writes all at one end and reads it at the other, in step.
void pair_transfer(pair_t *pair, int from, const uint8_t *data, size_t len);
// One of the results is a failure: which, and why.
ussl_failure_t pair_failure(const pair_t *pair, int end);

// ---- resumption.c ----
#if USSL_SESSIONS && USSL_SERVER
// good_setup() with a server that gives tickets.
pair_setup_t with_tickets(uint16_t version);
// Opens the pair and reads the tickets. Returns the client's session, for the caller to unref.
ussl_session_t *first_session(pair_t *pair, const pair_setup_t *setup);
// Makes the next connection with this session on offer. True if it is resumed; both ends must
// agree.
bool resumes(pair_t *pair, const ussl_session_t *session);
#endif

#endif // USSL_TESTS_SUPPORT_H
