// SPDX-License-Identifier: MIT
//
// test_flight.c - a flight of a handshake leaves in one window, or in up to three if its chain of
// certificates is long, and an alert leaves behind it.
//
// docs/design.md promises this ("Windows"), and docs/conformance.md that our own certificates may
// take 16 KB ("Own certificates"). The chains have every length up to that, so that
// AddressSanitizer would see a message that is written past the end of the buffer.
#include "engine/conn/conn.h"
#include "tests/support/support.h"

static int reset(void **state) {
    (void)state;
    platform_reset();
    srand(1);
    return 0;
}

#if USSL_PEM
// Makes an identity of the server's certificate and `n` more that no path needs.
static ussl_identity_t *with_chain(ussl_arena_t *arena, size_t n) {
    blob_t cert = read_cert_file("server.pem"), key = read_cert_file("server.key");
    blob_t extra = read_cert_file("ca.pem");
    uint8_t *all = malloc(cert.len + n * extra.len + 1);
    memcpy(all, cert.data, cert.len);
    for (size_t i = 0; i < n; i++) {
        memcpy(all + cert.len + i * extra.len, extra.data, extra.len);
    }
    size_t len = cert.len + n * extra.len;
    all[len] = '\0';
    ussl_identity_source_t source = {
        .cert = all, .cert_len = len, .key = key.data, .key_len = key.len};
    ussl_identity_t *identity = NULL;
    assert_int_equal(ussl_identity_new(arena, &source, &identity, NULL), USSL_OK);
    free(all);
    blob_free(&cert);
    blob_free(&key);
    blob_free(&extra);
    return identity;
}

// Moves a flight from one end to the other, and returns in how many pieces it left.
static size_t move_flight(pair_t *pair, int from) {
    size_t pieces = 0;
    bool more = true;
    while (more) {
        size_t len;
        pair->result[from] = ussl_conn_handshake(pair->conn[from], &pair->done[from]);
        assert_true(pair->result[from] >= 0);
        more = pair->result[from] == USSL_OK && !pair->done[from];
        if (ussl_conn_out(pair->conn[from], &len) != NULL) {
            pieces++;
        }
        more |= pair_move(pair) && !pair->done[from];
    }
    return pieces;
}

static void a_flight_leaves_in_few_pieces_whatever_the_chain(void **state) {
    (void)state;
    blob_t one = read_cert_file("ca.der");
    size_t longest = USSL_OWN_CHAIN_MAX / (one.len + 5) - 1, most = 0;
    size_t usual = USSL_HANDSHAKE_OUT / (one.len + 5) - 1; // these fit into the buffer as built
    blob_free(&one);
    for (EACH_VERSION(version)) {
        for (size_t n = 0; n < longest; n++) {
            ussl_arena_t *arena = NULL;
            assert_int_equal(ussl_arena_new(0, &arena), USSL_OK);
            pair_setup_t setup = good_setup(NULL, NULL, version);
            setup.made_identity[1] = with_chain(arena, n);
            setup.client_cert = "client.pem";
            setup.client_key = "client.key";
            setup.server_trust = "ca.pem";
            setup.server_verify = USSL_VERIFY_REQUIRED;
            pair_t pair;
            assert_int_equal(pair_open(&pair, &setup), USSL_OK);
            assert_int_equal(move_flight(&pair, 0), 1);
            size_t pieces = move_flight(&pair, 1);
            most = pieces > most ? pieces : most;
            assert_in_range(pieces, 1, n < 3 ? 1 : n < usual ? 2 : 3);
            assert_true(pair_handshake(&pair));
            pair_free(&pair);
            ussl_identity_unref(setup.made_identity[1]);
            ussl_arena_unref(arena);
        }
    }
    assert_int_equal(most, 3);
}
#endif

// The connection fails while its flight is on its way, and the alert leaves after the flight.
static void an_alert_leaves_behind_the_flight(void **state) {
    (void)state;
    for (EACH_VERSION(version)) {
        pair_t pair;
        pair_setup_t setup = good_setup("server.pem", "server.key", version);
        assert_int_equal(pair_open(&pair, &setup), USSL_OK);
        bool done;
        assert_int_equal(ussl_conn_handshake(pair.conn[0], &done), USSL_OK);
        size_t before, after;
        assert_null(ussl_conn_out(pair.conn[0], &before)); // the flight is not whole yet
        while (ussl_conn_handshake(pair.conn[0], &done) == USSL_OK) {
        }
        assert_non_null(ussl_conn_out(pair.conn[0], &before));
        ussl__scope_t scope;
        ussl__scope_enter(&scope, pair.arena[0]);
        ussl_conn_out_done(pair.conn[0], 10); // a part is sent
        assert_true(ussl__conn_fail(pair.conn[0], MBEDTLS_ERR_SSL_INTERNAL_ERROR) < 0);
        ussl__scope_leave(&scope);
        const uint8_t *out = ussl_conn_out(pair.conn[0], &after);
        const uint8_t alert[] = {MBEDTLS_SSL_MSG_ALERT, 3, 3, 0, 2, 2, USSL_ALERT_INTERNAL_ERROR};
        assert_int_equal(after, before - 10 + sizeof(alert));
        assert_memory_equal(out + before - 10, alert, sizeof(alert));
        pair_free(&pair);
    }
    assert_int_equal(test_platform.live, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#if USSL_PEM
        cmocka_unit_test_setup(a_flight_leaves_in_few_pieces_whatever_the_chain, reset),
#endif
        cmocka_unit_test_setup(an_alert_leaves_behind_the_flight, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
