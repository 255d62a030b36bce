// SPDX-License-Identifier: MIT
//
// pair.c - a client and a server joined in memory, with wires whose delivery a test can set.
#include "support.h"

// ---- wires ----
static void wire_put(wire_t *wire, const uint8_t *data, size_t len) {
    if (wire->len + len > wire->room) {
        wire->room = (wire->len + len) * 2;
        wire->data = realloc(wire->data, wire->room);
    }
    memcpy(wire->data + wire->len, data, len);
    wire->len += len;
    wire->total += len;
}

static size_t chunk_of(const delivery_t *delivery, size_t len) {
    size_t most = delivery->chunk ? delivery->chunk : len;
    if (delivery->random) {
        most = 1 + (size_t)rand() % 64;
    }
    return most < len ? most : len;
}

static bool move_out(pair_t *pair, int from) {
    size_t len;
    const uint8_t *out = ussl_conn_out(pair->conn[from], &len);
    len = chunk_of(&pair->delivery, len);
    if (len == 0) {
        return false;
    }
    wire_put(&pair->wire[!from], out, len);
    ussl_conn_out_done(pair->conn[from], len);
    return true;
}

static bool move_in(pair_t *pair, int to) {
    wire_t *wire = &pair->wire[to];
    size_t room, len = wire->len - wire->at, truncate_at = pair->delivery.truncate_at[to];
    uint8_t *in = ussl_conn_in(pair->conn[to], &room);
    if (in == NULL) {
        return false;
    }
    if (truncate_at > 0) {
        size_t left = truncate_at > wire->at ? truncate_at - wire->at : 0;
        len = len < left ? len : left;
        if (left == 0) {
            ussl_conn_in_done(pair->conn[to], 0);
            return true;
        }
    }
    len = chunk_of(&pair->delivery, len < room ? len : room);
    if (len == 0) {
        return false;
    }
    memcpy(in, wire->data + wire->at, len);
    wire->at += len;
    ussl_conn_in_done(pair->conn[to], len);
    return true;
}

bool pair_move(pair_t *pair) {
    bool moved = false;
    for (int end = 0; end < 2; end++) {
        while (move_out(pair, end)) {
            moved = true;
        }
    }
    for (int end = 0; end < 2; end++) {
        moved |= move_in(pair, end);
    }
    return moved;
}

// ---- making ----
pair_setup_t good_setup(const char *cert, const char *key, uint16_t version) {
    pair_setup_t setup = {
        .cert = cert,
        .key = key,
        .client_trust = "ca.pem",
        .hostname = "localhost",
        .server_verify = USSL_VERIFY_NONE,
    };
    setup.client.min_version = setup.client.max_version = version;
    return setup;
}

static ussl_result_t open_end(pair_t *pair, int end, const pair_setup_t *setup) {
    ussl_config_t config = end == 0 ? setup->client : setup->server;
    const char *trust = end == 0 ? setup->client_trust : setup->server_trust;
    const char *cert = end == 0 ? setup->client_cert : setup->cert;
    const char *key = end == 0 ? setup->client_key : setup->key;
    config.role = end == 0 ? USSL_CLIENT : USSL_SERVER_SIDE;
    if (end == 1) {
        config.verify = setup->server_verify;
    }
    if (ussl_arena_new(0, &pair->arena[end]) != USSL_OK) {
        return USSL_ERR_MEMORY;
    }
    bool loaded = true;
    if (setup->made_trust[end] != NULL) {
        config.trust = ussl_trust_ref(setup->made_trust[end]);
    } else if (trust != NULL) {
        config.trust = load_trust(pair->arena[end], trust);
        loaded &= config.trust != NULL;
    }
    if (setup->made_identity[end] != NULL) {
        config.identity[0] = ussl_identity_ref(setup->made_identity[end]);
    } else if (cert != NULL && loaded) {
        config.identity[0] = load_identity(pair->arena[end], cert, key);
        loaded &= config.identity[0] != NULL;
    }
    ussl_result_t result = USSL_ERR_MEMORY;
#if USSL_SESSIONS && USSL_SERVER
    if (end == 1 && setup->tickets) {
        loaded &= ussl_tickets_new(pair->arena[end], &config.tickets) == USSL_OK;
        config.ticket_count = 2;
    }
#endif
    if (loaded) {
        result = ussl_ctx_new(pair->arena[end], &config, &pair->ctx[end]);
    }
#if USSL_SESSIONS && USSL_SERVER
    ussl_tickets_unref(config.tickets);
#endif
    ussl_trust_unref(config.trust);
    ussl_identity_unref(config.identity[0]);
    return result;
}

static ussl_result_t connect_ends(pair_t *pair) {
    ussl_result_t result = USSL_OK;
    for (int end = 0; end < 2 && result == USSL_OK; end++) {
        const char *name = end == 0 ? pair->hostname : NULL;
        result = ussl_conn_new(pair->arena[end], pair->ctx[end], name, pair, &pair->conn[end]);
    }
    return result;
}

ussl_result_t pair_open(pair_t *pair, const pair_setup_t *setup) {
    memset(pair, 0, sizeof(*pair));
    for (int end = 0; end < 2; end++) {
        ussl_result_t result = open_end(pair, end, setup);
        if (result != USSL_OK) {
            return result;
        }
    }
    pair->hostname = setup->hostname;
    return connect_ends(pair);
}

static void disconnect_ends(pair_t *pair) {
    for (int end = 0; end < 2; end++) {
        ussl_conn_free(pair->conn[end]);
        free(pair->wire[end].data);
        pair->conn[end] = NULL;
        pair->wire[end] = (wire_t){0};
        pair->result[end] = USSL_OK;
        pair->done[end] = false;
    }
}

ussl_result_t pair_again(pair_t *pair) {
    disconnect_ends(pair);
    return connect_ends(pair);
}

void pair_free(pair_t *pair) {
    disconnect_ends(pair);
    for (int end = 0; end < 2; end++) {
        ussl_ctx_unref(pair->ctx[end]);
        ussl_arena_unref(pair->arena[end]);
    }
    memset(pair, 0, sizeof(*pair));
}

// ---- running ----
bool pair_handshake(pair_t *pair) {
    for (;;) {
        bool stepped = false;
        for (int end = 0; end < 2; end++) {
            if (pair->done[end] || pair->result[end] < 0) {
                continue;
            }
            pair->result[end] = ussl_conn_handshake(pair->conn[end], &pair->done[end]);
            stepped |= pair->result[end] == USSL_OK;
        }
        bool moved = pair_move(pair);
        if (pair->done[0] && pair->done[1] && !moved) {
            return true;
        }
        if (!stepped && !moved) {
            return false;
        }
    }
}

void pair_transfer(pair_t *pair, int from, const uint8_t *data, size_t len) {
    uint8_t *got = calloc(1, len + 1);
    size_t sent = 0, received = 0;
    while (received < len) {
        size_t n;
        if (sent < len) {
            ussl_result_t result = ussl_conn_write(pair->conn[from], data + sent, len - sent, &n);
            assert_true(result >= 0);
            sent += n;
        }
        pair_move(pair);
        ussl_result_t result =
            ussl_conn_read(pair->conn[!from], got + received, len - received, &n);
        assert_true(result >= 0);
        received += n;
    }
    assert_memory_equal(got, data, len);
    free(got);
}

ussl_failure_t pair_failure(const pair_t *pair, int end) {
    ussl_failure_t why;
    ussl_conn_failure(pair->conn[end], &why);
    return why;
}
