// SPDX-License-Identifier: MIT
//
// common.c - see common.h.
#include "common.h"

uint64_t fuzz_random;
static size_t live;

// ---- platform ----
static void *fuzz_alloc(void *user, size_t size) {
    (void)user;
    live++;
    return calloc(1, size);
}

static void fuzz_release(void *user, void *ptr) {
    (void)user;
    live--;
    free(ptr);
}

static bool fuzz_fill(void *user, uint8_t *buf, size_t len) {
    (void)user;
    for (size_t i = 0; i < len; i++) {
        fuzz_random ^= fuzz_random << 13;
        fuzz_random ^= fuzz_random >> 7;
        fuzz_random ^= fuzz_random << 17;
        buf[i] = (uint8_t)(fuzz_random >> 32);
    }
    return true;
}

static bool fuzz_time(void *user, int64_t *seconds) {
    (void)user;
    *seconds = FUZZ_NOW;
    return true;
}

void fuzz_start(void) {
    static bool started;
    static const ussl_platform_t platform = {
        .alloc = fuzz_alloc,
        .release = fuzz_release,
        .random = fuzz_fill,
        .unix_time = fuzz_time,
    };
    if (!started) {
        started = true;
        fuzz_random = FUZZ_CLIENT_SEED;
        if (ussl_init(&platform) != USSL_OK) {
            abort();
        }
        live = 0; // the blocks of PSA do not count
    }
}

void fuzz_end(void) {
    if (live != 0) {
        fprintf(stderr, "%zu blocks are left\n", live);
        abort();
    }
}

// ---- files ----
fuzz_file_t fuzz_file(const char *name) {
    char path[512];
    const char *folder = getenv("USSL_CERTS");
    snprintf(path, sizeof(path), "%s/%s", folder ? folder : "build/certs", name);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    fuzz_file_t out = {malloc(1 << 20), 0};
    out.len = fread(out.data, 1, (1 << 20) - 1, file);
    out.data[out.len] = '\0';
    fclose(file);
    return out;
}

// ---- connections ----
static ussl_trust_t *trust_of(ussl_arena_t *arena) {
    ussl_trust_t *trust = NULL;
    fuzz_file_t ca = fuzz_file("ca.pem");
    if (ussl_trust_new(arena, &trust) != USSL_OK
        || ussl_trust_add_pem(trust, (const char *)ca.data, ca.len, NULL) != USSL_OK) {
        abort();
    }
    free(ca.data);
    return trust;
}

static ussl_identity_t *identity_of(ussl_arena_t *arena, const char *cert, const char *key) {
    ussl_identity_t *identity = NULL;
    fuzz_file_t cert_file = fuzz_file(cert), key_file = fuzz_file(key);
    ussl_identity_source_t source = {
        .cert = cert_file.data,
        .cert_len = cert_file.len,
        .key = key_file.data,
        .key_len = key_file.len,
    };
    if (ussl_identity_new(arena, &source, &identity, NULL) != USSL_OK) {
        abort();
    }
    free(cert_file.data);
    free(key_file.data);
    return identity;
}

static int on_hello(void *owner, const char *name) {
    (void)owner;
    return name != NULL && strcmp(name, "nobody") == 0 ? USSL_ALERT_UNRECOGNIZED_NAME : -1;
}

// Contexts are made only once, because it takes longer to read keys than to run a connection.
static ussl_ctx_t *context_of(ussl_role_t role, uint16_t version) {
    static ussl_ctx_t *made[2][2];
    ussl_ctx_t **ctx = &made[role][version == USSL_VERSION_TLS13];
    if (*ctx != NULL) {
        return *ctx;
    }
    bool client = role == USSL_CLIENT;
    ussl_arena_t *arena;
    if (ussl_arena_new(0, &arena) != USSL_OK) {
        abort();
    }
    ussl_config_t config = {
        .role = role,
        .min_version = version,
        .max_version = version,
        .strict = true,
        .trust = trust_of(arena),
    };
    // With these settings a server reads all of a ClientHello: names, protocols, tickets.
    static const char *const protocols[] = {"mqtt", "http/1.1", NULL};
    config.alpn = client ? NULL : protocols;
    config.on_hello = client ? NULL : on_hello;
    config.ticket_count = client ? 0 : 2;
    if (!client && ussl_tickets_new(arena, &config.tickets) != USSL_OK) {
        abort();
    }
    config.identity[0] = identity_of(
        arena, client ? "client.pem" : "chain.pem", client ? "client.key" : "chain.key");
    if (ussl_ctx_new(arena, &config, ctx) != USSL_OK) {
        abort();
    }
    ussl_trust_unref(config.trust);
    ussl_identity_unref(config.identity[0]);
    ussl_arena_unref(arena);
    live = 0;
    return *ctx;
}

void fuzz_open(fuzz_end_t *end, ussl_role_t role, uint16_t version) {
    fuzz_start();
    end->ctx = context_of(role, version);
    fuzz_random = role == USSL_CLIENT ? FUZZ_CLIENT_SEED : FUZZ_SERVER_SEED;
    const char *host = role == USSL_CLIENT ? "localhost" : NULL;
    if (ussl_arena_new(0, &end->arena) != USSL_OK
        || ussl_conn_new(end->arena, end->ctx, host, NULL, &end->conn) != USSL_OK) {
        abort();
    }
}

void fuzz_close(fuzz_end_t *end) {
    ussl_conn_free(end->conn);
    ussl_arena_unref(end->arena);
}

static ussl_result_t step(ussl_conn_t *conn) {
    uint8_t plain[512];
    size_t n;
    bool done;
    if (!ussl_conn_established(conn)) {
        return ussl_conn_handshake(conn, &done);
    }
    return ussl_conn_read(conn, plain, sizeof(plain), &n);
}

void fuzz_feed(ussl_conn_t *conn, const uint8_t *data, size_t len) {
    for (int steps = 0; steps < 10000; steps++) {
        ussl_result_t result = step(conn);
        size_t room;
        while (ussl_conn_out(conn, &room) != NULL && room > 0) {
            ussl_conn_out_done(conn, room);
        }
        if (result < 0 || result == USSL_CLOSED) {
            return;
        }
        if (result == USSL_WANT_IN) {
            uint8_t *in = ussl_conn_in(conn, &room);
            room = room < len ? room : len;
            if (room > 0) {
                memcpy(in, data, room);
                data += room;
                len -= room;
            }
            ussl_conn_in_done(conn, room); // 0: the wire has ended
        }
    }
    abort(); // the connection neither fails nor ends
}

int fuzz_one_end(ussl_role_t role, const uint8_t *data, size_t len) {
    if (len > 0) {
        fuzz_end_t end = {0};
        fuzz_open(&end, role, data[0] & 1 ? USSL_VERSION_TLS13 : USSL_VERSION_TLS12);
        fuzz_feed(end.conn, data + 1, len - 1);
        fuzz_close(&end);
        fuzz_end();
    }
    return 0;
}
