// SPDX-License-Identifier: MIT
//
// support.h - what C tests share: a platform that can be made to fail, certificates from files, and
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
#define TEST_FLOOR 1735689600 // 2025-01-01 00:00:00 UTC, the platform's clock_floor
#define TEST_NOW 1780272000   // 2026-06-01 00:00:00 UTC, inside the good certificates' dates

typedef struct {
    size_t live;    // blocks not yet released
    size_t made;    // allocations since reset
    size_t fail_at; // the number of the allocation that fails; 0: none
    size_t largest; // bytes; a larger block is refused; 0: no limit
    size_t refused; // blocks refused since reset
    int64_t now;    // the clock
    bool clock_unset;
    bool no_entropy;
    uint32_t ticks_ms; // changes only when a test sets it
    uint64_t random;   // state of the fixed generator
} test_platform_t;

extern test_platform_t test_platform;
// Blocks that the engine itself has, from ussl_init() to ussl_deinit(); they do not count as live.
extern size_t test_platform_own;
extern const ussl_platform_t test_hooks;
// Resets clock, generator and counters. Calls ussl_init() the first time.
void platform_reset(void);

// ---- certs.c ----
typedef struct {
    uint8_t *data; // owned, with a NUL behind it
    size_t len;
} blob_t;
blob_t read_cert_file(const char *name); // from the folder of `make certs`
void blob_free(blob_t *blob);
// load_trust() and load_identity() return NULL if the engine refuses the data or has no memory. A
// file that cannot be opened fails the test.
ussl_trust_t *load_trust(ussl_arena_t *arena, const char *pem_name);
#if USSL_STORE
// Returns a trust with a root store, which reads the blob in place, or NULL if it cannot be made.
ussl_trust_t *trust_in_store(const blob_t *blob);
#endif
ussl_identity_t *load_identity(ussl_arena_t *arena, const char *cert_name, const char *key_name);

// ---- pair.c ----
typedef struct {
    uint8_t *data; // owned
    size_t at, len, room;
    size_t total; // bytes ever put in
} wire_t;

// How the wires deliver bytes. If it is zeroed, all bytes are delivered at once, without
// truncation.
typedef struct {
    size_t chunk;          // bytes moved at once; 0: all
    bool random;           // chunks of random length from 1 to 64
    size_t truncate_at[2]; // the wire to the client (0) or server (1) ends after this many bytes;
                           // 0: never
} delivery_t;

typedef struct {
    const char *cert, *key;               // of the server
    const char *client_cert, *client_key; // NULL: none
    const char *client_trust;             // NULL: none
    const char *server_trust;
    ussl_trust_t *made_trust[2]; // counted by the pair; in place of the files of that end
    ussl_identity_t *made_identity[2];
    const char *hostname;
    bool tickets;                 // the server gives session tickets
    ussl_verify_t server_verify;  // 0 is USSL_VERIFY_REQUIRED
    ussl_config_t client, server; // the fields above, if set, replace theirs
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

// Returns settings with which a handshake succeeds. With version 0 the newest is negotiated.
pair_setup_t good_setup(const char *cert, const char *key, uint16_t version);
// Makes the contexts and the connections. Returns the first result that is not USSL_OK.
ussl_result_t pair_open(pair_t *pair, const pair_setup_t *setup);
// Frees the connections and makes new ones of the same contexts, with empty wires.
ussl_result_t pair_again(pair_t *pair);
void pair_free(pair_t *pair);
// Runs both ends until neither makes progress. True if both have done the handshake.
bool pair_handshake(pair_t *pair);
// Moves bytes between wires and connections once; true if any moved.
bool pair_move(pair_t *pair);
// Writes all data at one end while reading it at the other. Fails the test if they are not the
// same.
void pair_transfer(pair_t *pair, int from, const uint8_t *data, size_t len);
// Returns why the connection of one end has failed.
ussl_failure_t pair_failure(const pair_t *pair, int end);

// ---- resumption.c ----
#if USSL_SESSIONS && USSL_SERVER
// Returns good_setup() with a server that gives session tickets.
pair_setup_t with_tickets(uint16_t version);
// Opens the pair and reads the tickets. Returns the client's session, for the caller to unref.
ussl_session_t *first_session(pair_t *pair, const pair_setup_t *setup);
// Makes the next connection, which offers this session. True if it is resumed. Fails the test if
// the two ends disagree about that.
bool resumes(pair_t *pair, const ussl_session_t *session);
#endif

#endif // USSL_TESTS_SUPPORT_H
