// SPDX-License-Identifier: MIT
//
// test_session.c - a session is resumed for the host, the rules and the trust that it was proven
// under, while its ticket lives, and not otherwise (RFC 8446 2.2, 4.6.1, RFC 5077).
//
// docs/design.md ("Sessions") and docs/differences.md promise this. first_session() makes a full
// handshake with tickets and returns the client's session, and resumes() offers it on the next
// connection of the same contexts.
#include "engine/conn/conn.h"
#include "tests/support/support.h"

static int reset(void **state) {
    (void)state;
    platform_reset();
    srand(1);
    return 0;
}

#if USSL_SESSIONS && USSL_SERVER
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static size_t peer_der(const ussl_conn_t *conn, const uint8_t **der) {
    const ussl_cert_t *cert = ussl_conn_peer_cert(conn);
    ussl_cert_info_t info = {0};
    if (cert != NULL) {
        ussl_cert_info(cert, &info);
    }
    *der = info.der;
    return info.der_len;
}

static void a_session_is_resumed(void **state) {
    (void)state;
    for (EACH_VERSION(version)) {
        pair_setup_t setup = with_tickets(version);
        pair_t pair;
        ussl_session_t *session = first_session(&pair, &setup);
        const ussl_session_info_t *info = ussl_session_info(session);
        assert_true(info->has_ticket);
        assert_int_equal(info->id_len, 32);
        assert_int_equal(info->lifetime_hint, USSL_TICKET_LIFETIME);
        assert_false(ussl_conn_resumed(pair.conn[0]));
        for (int i = 0; i < 3; i++) {
            assert_true(resumes(&pair, session));
            const uint8_t *der;
            assert_true(peer_der(pair.conn[0], &der) > 0);
            assert_true(ussl_conn_peer_verified(pair.conn[0]));
        }
        // A session of a resumed connection can be resumed as well.
        ussl_session_t *next = NULL;
        assert_int_equal(ussl_conn_session(pair.conn[0], &next), USSL_OK);
        assert_true(resumes(&pair, next));
        ussl_session_unref(next);
        assert_int_equal(ussl_conn_set_session(pair.conn[0], session), USSL_ERR_USAGE);
        ussl_session_unref(session);
        pair_free(&pair);
        assert_int_equal(test_platform.live, 0);
    }
}

static void a_session_is_resumed_byte_by_byte(void **state) {
    (void)state;
    for (EACH_VERSION(version)) {
        pair_setup_t setup = with_tickets(version);
        pair_t pair;
        ussl_session_t *session = first_session(&pair, &setup);
        pair.delivery.chunk = 1;
        assert_true(resumes(&pair, session));
        ussl_session_unref(session);
        pair_free(&pair);
    }
}

// A session is not offered to another host.
static void no_session_for_another_host(void **state) {
    (void)state;
    static const char *const hosts[] = {"wrong.example", "127.0.0.2", NULL};
    for (EACH_VERSION(version)) {
        pair_setup_t setup = with_tickets(version);
        pair_t pair;
        ussl_session_t *session = first_session(&pair, &setup);
        for (size_t i = 0; i < COUNT(hosts); i++) {
            pair.hostname = hosts[i];
            assert_false(resumes(&pair, session));
            if (hosts[i] != NULL) {
                assert_int_equal(pair_failure(&pair, 0).result, USSL_ERR_CERT);
            }
        }
        ussl_session_unref(session);
        pair_free(&pair);
    }
}

static ussl_result_t accept_all(void *owner, const uint8_t *der, size_t len, unsigned depth) {
    (void)owner, (void)der, (void)len, (void)depth;
    return USSL_OK;
}

// A session counts for what its own handshake has proven, and no more.
static void no_session_under_stricter_rules(void **state) {
    (void)state;
    for (EACH_VERSION(version)) {
        for (int lax = 0; lax < 3; lax++) {
            pair_setup_t setup = with_tickets(version), strict = setup;
            setup.client.verify = lax == 0 ? USSL_VERIFY_NONE : USSL_VERIFY_REQUIRED;
            setup.client.no_hostname_check = lax <= 1;
            strict.client.on_cert = lax == 2 ? accept_all : NULL;
            pair_t pair, other;
            ussl_session_t *session = first_session(&pair, &setup);
            assert_true(resumes(&pair, session)); // what was proven is enough for this client
            assert_int_equal(pair_open(&other, &strict), USSL_OK);
            // This client connects to the same server, and requires more.
            ussl_ctx_t *before = pair.ctx[0];
            pair.ctx[0] = other.ctx[0];
            assert_false(resumes(&pair, session));
            assert_true(ussl_conn_established(pair.conn[0])); // by a full handshake
            pair.ctx[0] = before;
            ussl_session_unref(session);
            pair_free(&pair);
            pair_free(&other);
            assert_int_equal(test_platform.live, 0);
        }
    }
}

static void resumption_keeps_the_clients_certificate(void **state) {
    (void)state;
    for (EACH_VERSION(version)) {
        pair_setup_t setup = with_tickets(version);
        setup.client_cert = "client.pem";
        setup.client_key = "client.key";
        setup.server_trust = "ca.pem";
        setup.server_verify = USSL_VERIFY_REQUIRED;
        pair_t pair;
        ussl_session_t *session = first_session(&pair, &setup);
        const uint8_t *der;
        size_t len = peer_der(pair.conn[1], &der);
        uint8_t *copy = malloc(len);
        memcpy(copy, der, len);
        for (int i = 0; i < 2; i++) {
            assert_true(resumes(&pair, session));
            assert_int_equal(peer_der(pair.conn[1], &der), len);
            assert_memory_equal(der, copy, len);
            assert_true(ussl_conn_peer_verified(pair.conn[1]));
            ussl_session_unref(session);
            assert_int_equal(ussl_conn_session(pair.conn[0], &session), USSL_OK);
        }
        free(copy);
        ussl_session_unref(session);
        pair_free(&pair);
        assert_int_equal(test_platform.live, 0);
    }
}

// After a change of settings, a context with the same ticket keys requires certificates.
static void no_resumption_replaces_a_required_certificate(void **state) {
    (void)state;
    for (EACH_VERSION(version)) {
        pair_setup_t setup = with_tickets(version);
        pair_t pair;
        ussl_session_t *session = first_session(&pair, &setup);
        ussl_config_t config = pair.ctx[1]->config;
        config.verify = USSL_VERIFY_REQUIRED;
        ussl_ctx_t *strict, *before = pair.ctx[1];
        assert_int_equal(ussl_ctx_new(pair.arena[1], &config, &strict), USSL_OK);
        pair.ctx[1] = strict;
        assert_false(resumes(&pair, session));
        assert_string_equal(pair_failure(&pair, 1).reason, "PEER_DID_NOT_RETURN_A_CERTIFICATE");
        pair.ctx[1] = before;
        ussl_ctx_unref(strict);
        ussl_session_unref(session);
        pair_free(&pair);
    }
}

static void tickets_expire(void **state) {
    (void)state;
    for (EACH_VERSION(version)) {
        pair_setup_t setup = with_tickets(version);
        pair_t pair;
        ussl_session_t *session = first_session(&pair, &setup);
        int64_t made = test_platform.now;
        test_platform.now = made + USSL_TICKET_LIFETIME - 10;
        assert_true(resumes(&pair, session));
        // The ticket has expired, and a new key seals the next one.
        test_platform.now = made + USSL_TICKET_LIFETIME + 10;
        ussl_session_t *next = NULL;
        assert_false(resumes(&pair, session));
        assert_int_equal(ussl_conn_session(pair.conn[0], &next), USSL_OK);
        assert_true(resumes(&pair, next));
        test_platform.now += USSL_TICKET_LIFETIME - 100;
        assert_true(resumes(&pair, next));
        test_platform.now = made; // if the clock was set back, a ticket's age cannot be checked
        assert_false(resumes(&pair, next));
        test_platform.clock_unset = true;
        assert_int_equal(pair_again(&pair), USSL_OK);
        assert_int_equal(ussl_conn_set_session(pair.conn[0], session), USSL_OK);
        assert_null(pair.conn[0]->kept_peer); // the session is not offered
        test_platform.clock_unset = false;
        ussl_session_unref(next);
        ussl_session_unref(session);
        pair_free(&pair);
    }
}

// Offers mbedTLS's session without the engine's checks, as our own client would not.
static bool resumes_unasked(pair_t *pair, const mbedtls_ssl_session *session) {
    assert_int_equal(pair_again(pair), USSL_OK);
    ussl__scope_t scope;
    ussl__scope_enter(&scope, pair->arena[0]);
    assert_int_equal(mbedtls_ssl_set_session(&pair->conn[0]->ssl, session), 0);
    ussl__scope_leave(&scope);
    pair->conn[0]->session_offered = pair->conn[0]->session_extended_ms = true;
    pair->conn[0]->offered_version = (uint16_t)session->tls_version;
    return pair_handshake(pair) && ussl_conn_resumed(pair->conn[1]);
}

static void each_end_checks_a_resumption_itself(void **state) {
    (void)state;
    for (EACH_VERSION(version)) {
        pair_setup_t setup = with_tickets(version), careless = setup;
        careless.client.verify = USSL_VERIFY_NONE;
        careless.client.no_hostname_check = true;
        for (int strict = 0; strict < 2; strict++) {
            pair_t pair;
            ussl_session_unref(first_session(&pair, strict ? &setup : &careless));
            mbedtls_ssl_session session;
            mbedtls_ssl_session_init(&session);
            assert_int_equal(mbedtls_ssl_get_session(&pair.conn[0]->ssl, &session), 0);
            // A client that must verify fails, because nothing has been proven.
            assert_int_equal(resumes_unasked(&pair, &session), !strict);
            assert_true((pair_failure(&pair, 0).result < 0) == (strict == 1));
            // A server checks the age of its tickets itself.
            test_platform.now += USSL_TICKET_LIFETIME + 10;
            assert_false(resumes_unasked(&pair, &session));
            test_platform.now -= USSL_TICKET_LIFETIME + 10;
            mbedtls_ssl_session_free(&session);
            pair_free(&pair);
            assert_int_equal(test_platform.live, 0);
        }
    }
}

// A ticket of TLS 1.3 is copied from the wire into a ClientHello of TLS 1.2. mbedTLS would resume
// it with a master secret of zeros, which everybody knows.
static void a_ticket_of_another_version_is_refused(void **state) {
    (void)state;
#if USSL_TLS12 && USSL_TLS13
    pair_setup_t setup = with_tickets(USSL_VERSION_TLS13);
    setup.client_cert = "client.pem";
    setup.client_key = "client.key";
    setup.server_trust = "ca.pem";
    setup.server_verify = USSL_VERIFY_REQUIRED;
    pair_t pair, attacker;
    ussl_session_unref(first_session(&pair, &setup));
    mbedtls_ssl_session stolen;
    mbedtls_ssl_session_init(&stolen);
    assert_int_equal(mbedtls_ssl_get_session(&pair.conn[0]->ssl, &stolen), 0);
    // The attacker knows nothing but the ticket, and names a suite with the same hash.
    mbedtls_ssl_session known;
    mbedtls_ssl_session_init(&known);
    known.tls_version = MBEDTLS_SSL_VERSION_TLS1_2;
    known.ciphersuite = 0xC02C;
    known.ticket = stolen.ticket;
    known.ticket_len = stolen.ticket_len;
    known.ticket_lifetime = stolen.ticket_lifetime;
    pair_setup_t thief = with_tickets(USSL_VERSION_TLS12);
    thief.client.verify = USSL_VERIFY_NONE;
    assert_int_equal(pair_open(&attacker, &thief), USSL_OK);
    ussl_ctx_t *before = pair.ctx[0];
    pair.ctx[0] = attacker.ctx[0];
    assert_false(resumes_unasked(&pair, &known));
    assert_false(ussl_conn_established(pair.conn[1]));
    pair.ctx[0] = before;
    mbedtls_ssl_session_free(&stolen);
    pair_free(&attacker);
    pair_free(&pair);
    assert_int_equal(test_platform.live, 0);
#endif
}

// Whether a session may be offered was judged by the rules of this context.
static void the_context_is_fixed_once_a_session_is_offered(void **state) {
    (void)state;
    pair_setup_t setup = with_tickets(0);
    pair_t pair;
    ussl_session_t *session = first_session(&pair, &setup);
    assert_int_equal(pair_again(&pair), USSL_OK);
    assert_int_equal(ussl_conn_set_session(pair.conn[0], session), USSL_OK);
    assert_int_equal(ussl_conn_change_ctx(pair.conn[0], pair.ctx[0]), USSL_ERR_USAGE);
    ussl_session_unref(session);
    pair_free(&pair);
}

static ussl_result_t refuse_all(void *owner, const uint8_t *der, size_t len, unsigned depth) {
    (void)owner, (void)der, (void)len, (void)depth;
    return USSL_ERR_HOOK;
}

// A client that comes back with a ticket does not skip rules that the server has got since, and
// tickets that renew one another end after a week (RFC 8446 4.6.1).
static void later_rules_are_not_skipped_and_renewals_end(void **state) {
    (void)state;
    for (EACH_VERSION(version)) {
        for (int rule = 0; rule < 3; rule++) {
            pair_setup_t setup = with_tickets(version);
            setup.client_cert = "client.pem";
            setup.client_key = "client.key";
            setup.server_trust = "ca.pem";
            setup.server_verify = USSL_VERIFY_REQUIRED;
            setup.server.partial_chain = rule == 2;
            pair_t pair;
            ussl_session_t *session = first_session(&pair, &setup);
            ussl_config_t config = pair.ctx[1]->config;
            config.on_cert = rule == 0 ? refuse_all : NULL;
            config.crl_check = rule == 1 ? USSL_CRL_LEAF : USSL_CRL_NONE;
            config.partial_chain = false;
            ussl_ctx_t *strict, *before = pair.ctx[1];
            assert_int_equal(ussl_ctx_new(pair.arena[1], &config, &strict), USSL_OK);
            assert_true(resumes(&pair, session));
            pair.ctx[1] = strict;
            assert_false(resumes(&pair, session));
            pair.ctx[1] = before;
            ussl_ctx_unref(strict);
            ussl_session_unref(session);
            pair_free(&pair);
        }
        pair_setup_t setup = with_tickets(version);
        pair_t pair;
        ussl_session_t *session = first_session(&pair, &setup);
        int renewals = 0;
        for (bool resumed = true; resumed && renewals < 200; renewals++) {
            test_platform.now += USSL_TICKET_LIFETIME - 100;
            resumed = resumes(&pair, session);
            ussl_session_unref(session);
            assert_int_equal(ussl_conn_session(pair.conn[0], &session), USSL_OK);
        }
        assert_true(renewals < 100);
        ussl_session_unref(session);
        pair_free(&pair);
        assert_int_equal(test_platform.live, 0);
    }
}

// A ticket with a flipped bit leads to a full handshake.
static void an_altered_ticket_is_ignored(void **state) {
    (void)state;
    for (EACH_VERSION(version)) {
        pair_setup_t setup = with_tickets(version);
        pair_t pair;
        ussl_session_t *session = first_session(&pair, &setup);
        for (size_t at = 0; at < 120; at += 7) {
            assert_int_equal(pair_again(&pair), USSL_OK);
            assert_int_equal(ussl_conn_set_session(pair.conn[0], session), USSL_OK);
            mbedtls_ssl_session *offered = pair.conn[0]->ssl.session_negotiate;
            offered->ticket[at % offered->ticket_len] ^= (uint8_t)(1 << at % 8);
            assert_true(pair_handshake(&pair));
            assert_false(ussl_conn_resumed(pair.conn[0]));
            assert_false(ussl_conn_resumed(pair.conn[1]));
        }
        ussl_session_unref(session);
        pair_free(&pair);
    }
}

static void without_tickets_nothing_is_resumed(void **state) {
    (void)state;
    for (EACH_VERSION(version)) {
        for (int who = 0; who < 3; who++) {
            pair_setup_t setup = with_tickets(version);
            setup.tickets = who != 0;
            setup.client.no_tickets = who == 1;
            setup.server.no_tickets = who == 2;
            pair_t pair;
            ussl_session_t *session = first_session(&pair, &setup);
            assert_false(ussl_session_info(session)->has_ticket);
            assert_false(resumes(&pair, session));
            ussl_session_unref(session);
            pair_free(&pair);
        }
    }
}

// Makes a connection and resumes its session. Returns the first failure of either end.
static ussl_result_t resumed_life(uint16_t version) {
    pair_setup_t setup = with_tickets(version);
    pair_t pair;
    ussl_session_t *session = NULL;
    ussl_result_t result = pair_open(&pair, &setup);
    bool done = result == USSL_OK && pair_handshake(&pair);
    uint8_t byte;
    size_t n;
    if (done) {
        (void)ussl_conn_read(pair.conn[0], &byte, 1, &n); // the tickets
        result = ussl_conn_session(pair.conn[0], &session);
    }
    if (done && result == USSL_OK) {
        result = pair_again(&pair);
    }
    if (done && result == USSL_OK) {
        result = ussl_conn_set_session(pair.conn[0], session);
        done = result == USSL_OK && pair_handshake(&pair);
    }
    for (int end = 0; end < 2 && result != USSL_ERR_MEMORY && !done; end++) {
        ussl_failure_t why = pair_failure(&pair, end);
        // The end that ran out of memory has sent an alert to the other one.
        result = why.result == USSL_ERR_ALERT ? result : why.result;
    }
    ussl_session_unref(session);
    pair_free(&pair);
    return result;
}

static void every_failed_allocation_of_a_resumption_is_reported(void **state) {
    (void)state;
    for (EACH_VERSION(version)) {
        platform_reset();
        assert_int_equal(resumed_life(version), USSL_OK);
        size_t total = test_platform.made;
        // test_memory has the first handshake, so this begins after it. With mbedTLS's arithmetic
        // thousands of allocations are made in its loops.
        for (size_t at = total / 2; at <= total; at += total < 2000 ? 1 : 17) {
            platform_reset();
            test_platform.fail_at = at;
            ussl_result_t result = resumed_life(version);
            if (test_platform.live != 0) {
                fail_msg("allocation %zu of %zu: %zu leaked", at, total, test_platform.live);
            }
            if (result != USSL_ERR_MEMORY && result != USSL_OK) {
                fail_msg("allocation %zu of %zu: result %d, not memory", at, total, result);
            }
        }
    }
}
#endif // USSL_SESSIONS && USSL_SERVER

#if !USSL_SESSIONS || !USSL_SERVER
static void not_built_in(void **state) {
    (void)state;
    pair_setup_t setup = good_setup("server.pem", "server.key", 0);
    assert_false(setup.tickets);
}
#endif

int main(void) {
    const struct CMUnitTest tests[] = {
#if USSL_SESSIONS && USSL_SERVER
        cmocka_unit_test_setup(a_session_is_resumed, reset),
        cmocka_unit_test_setup(a_session_is_resumed_byte_by_byte, reset),
        cmocka_unit_test_setup(no_session_for_another_host, reset),
        cmocka_unit_test_setup(no_session_under_stricter_rules, reset),
        cmocka_unit_test_setup(resumption_keeps_the_clients_certificate, reset),
        cmocka_unit_test_setup(no_resumption_replaces_a_required_certificate, reset),
        cmocka_unit_test_setup(tickets_expire, reset),
        cmocka_unit_test_setup(each_end_checks_a_resumption_itself, reset),
        cmocka_unit_test_setup(a_ticket_of_another_version_is_refused, reset),
        cmocka_unit_test_setup(the_context_is_fixed_once_a_session_is_offered, reset),
        cmocka_unit_test_setup(later_rules_are_not_skipped_and_renewals_end, reset),
        cmocka_unit_test_setup(an_altered_ticket_is_ignored, reset),
        cmocka_unit_test_setup(without_tickets_nothing_is_resumed, reset),
        cmocka_unit_test_setup(every_failed_allocation_of_a_resumption_is_reported, reset),
#else
        cmocka_unit_test_setup(not_built_in, reset),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
