// SPDX-License-Identifier: MIT
//
// test_verify.c - a whole handshake accepts good certificates and refuses bad ones with OpenSSL's
// number, message and depth, and dates are never skipped silently (RFC 5280 4.1.2.5, RFC 9525).
//
// docs/trust.md promises this ("The clock", "What is checked"), and docs/differences.md that an
// unset clock refuses. test_chains has the rules one by one; here are settings, clock and client
// certificates.
#include "engine/verify/verify.h"
#include "tests/support/support.h"

static int reset(void **state) {
    (void)state;
    platform_reset();
    return 0;
}

// A client that connects to `host` judges the server's certificate `cert`. A code of 0 means that
// the certificate is accepted; otherwise `depth` is the number of the blamed certificate.
typedef struct {
    const char *cert, *host;
    uint8_t code, depth, alert;
    const char *message;
    const char *trust; // NULL for ca.pem
} row_t;

static const row_t rows[] = {
    {"server", "localhost", 0, 0, 0, NULL, NULL},
    {"server", "LOCALHOST.", 0, 0, 0, NULL, NULL},
    {"server", "a.wild.test", 0, 0, 0, NULL, NULL},
    {"server", "127.0.0.1", 0, 0, 0, NULL, NULL},
    {"server", "::1", 0, 0, 0, NULL, NULL},
    {"server", "0:0:0:0:0:0:0:1", 0, 0, 0, NULL, NULL},
    {"server", NULL, 0, 0, 0, NULL, NULL},
    {"chain", "localhost", 0, 0, 0, NULL, NULL},
    {"cn-only", "localhost", 0, 0, 0, NULL, NULL},
    {"self-signed", "localhost", 0, 0, 0, NULL, "self-signed.pem"},
    {"server", "wild.test", 62, 0, 42, "Hostname mismatch", NULL},
    {"server", "b.a.wild.test", 62, 0, 42, "Hostname mismatch", NULL},
    {"wrong-name", "localhost", 62, 0, 42, "Hostname mismatch", NULL},
    {"cn-only", "127.0.0.1", 64, 0, 42, "IP address mismatch", NULL},
    {"server", "127.0.0.2", 64, 0, 42, "IP address mismatch", NULL},
    {"wrong-name", "::1", 64, 0, 42, "IP address mismatch", NULL},
    {"expired", "localhost", 10, 0, 45, "certificate has expired", NULL},
    {"not-yet", "localhost", 9, 0, 42, "certificate is not yet valid", NULL},
    {"self-signed", "localhost", 18, 0, 48, "self-signed certificate", NULL},
    {"unknown-issuer", "localhost", 20, 0, 48, "unable to get local issuer certificate", NULL},
    {"unknown-root", "localhost", 19, 1, 48, "self-signed certificate in certificate chain", NULL},
    {"under-inter", "localhost", 20, 0, 48, "unable to get local issuer certificate", NULL},
    {"wrong-purpose", "localhost", 26, 0, 43, "unsuitable certificate purpose", NULL},
    // Each of these breaks two rules, and the verdict names the one that OpenSSL would.
    {"wrong-purpose", "other.test", 26, 0, 43, "unsuitable certificate purpose", NULL},
    {"expired", "other.test", 62, 0, 42, "Hostname mismatch", NULL},
    {"unknown-issuer", "other.test", 20, 0, 48, "unable to get local issuer certificate", NULL},
};

static void run_row(const row_t *row, uint16_t version) {
    char cert[64], key[64];
    snprintf(cert, sizeof(cert), "%s.pem", row->cert);
    snprintf(key, sizeof(key), "%s.key", row->cert);
    pair_setup_t setup = good_setup(cert, key, version);
    setup.hostname = row->host;
    if (row->trust) {
        setup.client_trust = row->trust;
    }
    pair_t pair;
    assert_int_equal(pair_open(&pair, &setup), USSL_OK);
    bool accepted = pair_handshake(&pair);
    if (accepted != (row->code == 0)) {
        fail_msg("%s for %s was %s", row->cert, row->host, accepted ? "accepted" : "refused");
    }
    if (!accepted) {
        ussl_failure_t why = pair_failure(&pair, 0);
        assert_int_equal(why.result, USSL_ERR_CERT);
        if (why.cert.code != row->code) {
            fail_msg("%s for %s: code %d, not %d", row->cert, row->host, why.cert.code, row->code);
        }
        assert_string_equal(why.cert.message, row->message);
        assert_int_equal(why.cert.depth, row->depth);
        assert_string_equal(why.reason, "CERTIFICATE_VERIFY_FAILED");
        // The server gets an alert about a certificate.
        assert_int_equal(pair.result[1], USSL_ERR_ALERT);
        if (row->depth == 0) {
            assert_in_range(pair_failure(&pair, 1).alert, 42, 48);
        }
    }
    pair_free(&pair);
    assert_int_equal(test_platform.live, 0);
}

static void a_client_judges_each_server_as_its_row_says(void **state) {
    (void)state;
    for (EACH_VERSION(version)) {
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
            run_row(&rows[i], version);
        }
    }
}

static void common_name_can_be_switched_off(void **state) {
    (void)state;
    pair_setup_t setup = good_setup("cn-only.pem", "cn-only.key", 0);
    setup.client.no_common_name = true;
    pair_t pair;
    assert_int_equal(pair_open(&pair, &setup), USSL_OK);
    assert_false(pair_handshake(&pair));
    assert_int_equal(pair_failure(&pair, 0).cert.code, 62);
    pair_free(&pair);
}

static void an_empty_trust_trusts_nobody(void **state) {
    (void)state;
    pair_setup_t setup = good_setup("server.pem", "server.key", 0);
    setup.client_trust = NULL;
    pair_t pair;
    assert_int_equal(pair_open(&pair, &setup), USSL_OK);
    assert_false(pair_handshake(&pair));
    assert_int_equal(pair_failure(&pair, 0).cert.code, 20);
    pair_free(&pair);
}

static void unverified_peers_are_accepted_only_on_request(void **state) {
    (void)state;
    pair_setup_t setup = good_setup("self-signed.pem", "self-signed.key", 0);
    setup.client.verify = USSL_VERIFY_NONE;
    pair_t pair;
#if USSL_CERT_NONE == USSL_CERT_NONE_REFUSE
    assert_int_equal(pair_open(&pair, &setup), USSL_ERR_USAGE);
#else
    assert_int_equal(pair_open(&pair, &setup), USSL_OK);
    assert_true(pair_handshake(&pair));
    assert_non_null(ussl_conn_peer_cert(pair.conn[0]));
#endif
    pair_free(&pair);
}

// While the clock is not set, a certificate is refused with a reason and a message of their own.
static void certificates_are_refused_while_the_clock_is_unset(void **state) {
    (void)state;
    test_platform.clock_unset = true;
    pair_setup_t setup = good_setup("server.pem", "server.key", 0);
    pair_t pair;
    assert_int_equal(pair_open(&pair, &setup), USSL_OK);
    assert_false(pair_handshake(&pair));
    ussl_failure_t why = pair_failure(&pair, 0);
    assert_int_equal(why.result, USSL_ERR_CERT);
    assert_true(why.cert.flags & USSL_CERT_NO_CLOCK);
    assert_non_null(strstr(why.cert.message, "the clock is not set"));
    assert_string_equal(why.reason, "CLOCK_NOT_SET");
    pair_free(&pair);
}

// Connects without a clock under this policy. Returns 0, or the number of the refusal.
static int without_clock(ussl_clock_t policy, const char *name, uint16_t version, pair_t *pair) {
    char cert[64], key[64];
    snprintf(cert, sizeof(cert), "%s.pem", name);
    snprintf(key, sizeof(key), "%s.key", name);
    pair_setup_t setup = good_setup(cert, key, version);
    setup.client.clock = policy;
    setup.tickets = true;
    test_platform.clock_unset = true;
    test_platform.now = 946684800; // 2000-01-01, the time of a device without a battery
    assert_int_equal(pair_open(pair, &setup), USSL_OK);
    return pair_handshake(pair) ? 0 : pair_failure(pair, 0).cert.code;
}

// The date of the build stands for today. A certificate that had expired by then is refused, and
// one that was issued since then is not.
static void the_build_date_stands_for_an_unset_clock(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int code;
    } floor_rows[] = {{"server", 0}, {"expired", 10}, {"not-yet", 0}, {"unknown-issuer", 20}};
    for (size_t i = 0; i < 4; i++) {
        pair_t pair;
        assert_int_equal(
            without_clock(USSL_CLOCK_FLOOR_DATE, floor_rows[i].name, 0, &pair), floor_rows[i].code);
        pair_free(&pair);
    }
    // Once the clock is set, its time counts.
    pair_setup_t setup = good_setup("not-yet.pem", "not-yet.key", 0);
    setup.client.clock = USSL_CLOCK_FLOOR_DATE;
    test_platform.clock_unset = false;
    test_platform.now = TEST_NOW;
    pair_t pair;
    assert_int_equal(pair_open(&pair, &setup), USSL_OK);
    assert_false(pair_handshake(&pair));
    pair_free(&pair);
}

static void held_dates_are_judged_once_the_clock_is_set(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int64_t now;
        int code;
    } held_rows[] = {
        {"server", TEST_NOW, 0}, {"chain", TEST_NOW, 0}, {"expired", TEST_NOW, 10},
        {"not-yet", TEST_NOW, 9}, {"server", 4102444800, 10}, // 2100-01-01
    };
    for (size_t i = 0; i < sizeof(held_rows) / sizeof(held_rows[0]); i++) {
        for (EACH_VERSION(version)) {
            pair_t pair;
            bool done;
            assert_int_equal(without_clock(USSL_CLOCK_HOLD, held_rows[i].name, version, &pair), 0);
            pair_transfer(&pair, 0, (const uint8_t *)"hello", 5);
            assert_int_equal(ussl_conn_recheck(pair.conn[0], &done), USSL_OK);
            assert_false(done);
            test_platform.clock_unset = false;
            test_platform.now = held_rows[i].now;
            ussl_result_t result = ussl_conn_recheck(pair.conn[0], &done);
            assert_int_equal(done, held_rows[i].code == 0);
            if (held_rows[i].code == 0) {
                assert_int_equal(result, USSL_OK);
                pair_transfer(&pair, 0, (const uint8_t *)"hello", 5);
                assert_int_equal(ussl_conn_recheck(pair.conn[0], &done), USSL_OK);
                assert_true(done);
            } else {
                assert_int_equal(result, USSL_ERR_CERT);
                ussl_failure_t why = pair_failure(&pair, 0);
                assert_int_equal(why.cert.code, held_rows[i].code);
                assert_int_equal(ussl_conn_recheck(pair.conn[0], &done), USSL_ERR_CERT);
                // The peer gets an alert.
                uint8_t byte;
                size_t n;
                do {
                    result = ussl_conn_read(pair.conn[1], &byte, 1, &n);
                } while (result >= 0 && pair_move(&pair));
                assert_int_equal(result, USSL_ERR_ALERT);
            }
            pair_free(&pair);
        }
    }
    // Everything but dates is checked at once.
    pair_t pair;
    assert_int_equal(without_clock(USSL_CLOCK_HOLD, "unknown-issuer", 0, &pair), 20);
    pair_free(&pair);
    assert_int_equal(without_clock(USSL_CLOCK_HOLD, "wrong-name", 0, &pair), 62);
    pair_free(&pair);
}

#if USSL_SESSIONS
// A session of a connection whose dates were never judged is not resumed.
static void a_session_with_unjudged_dates_is_not_resumed(void **state) {
    (void)state;
    pair_t pair;
    bool done;
    assert_int_equal(without_clock(USSL_CLOCK_HOLD, "server", 0, &pair), 0);
    pair_transfer(&pair, 1, (const uint8_t *)"x", 1);
    for (int confirmed = 0; confirmed < 2; confirmed++) {
        ussl_session_t *session = NULL;
        if (confirmed) {
            pair_again(&pair);
            test_platform.clock_unset = true;
            test_platform.now = 946684800;
            assert_true(pair_handshake(&pair));
            pair_transfer(&pair, 1, (const uint8_t *)"x", 1);
            test_platform.clock_unset = false;
            test_platform.now = TEST_NOW;
            assert_int_equal(ussl_conn_recheck(pair.conn[0], &done), USSL_OK);
            assert_true(done);
        }
        assert_int_equal(ussl_conn_session(pair.conn[0], &session), USSL_OK);
        test_platform.clock_unset = false;
        test_platform.now = TEST_NOW;
        assert_int_equal(pair_again(&pair), USSL_OK);
        assert_int_equal(ussl_conn_set_session(pair.conn[0], session), USSL_OK);
        assert_true(pair_handshake(&pair));
        if (!confirmed) {
            assert_false(ussl_conn_resumed(pair.conn[0]));
        }
        ussl_session_unref(session);
    }
    pair_free(&pair);
}
#endif

static void validity_includes_its_first_and_last_second(void **state) {
    (void)state;
    static const struct {
        int64_t now;
        uint8_t code;
    } edges[] = {
        {1704067199, 9},
        {1704067200, 0},
        {2335219199, 0},
        {2335219200, 0},
        {2335219201, 10},
        {4102444800, 10},
        {253402300799, 10},
        {-1, 9},
    };
    for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
        test_platform.now = edges[i].now;
        pair_setup_t setup = good_setup("server.pem", "server.key", 0);
        pair_t pair;
        assert_int_equal(pair_open(&pair, &setup), USSL_OK);
        assert_int_equal(pair_handshake(&pair), edges[i].code == 0);
        if (edges[i].code) {
            assert_int_equal(pair_failure(&pair, 0).cert.code, edges[i].code);
        }
        pair_free(&pair);
    }
}

// With OPTIONAL a client may have no certificate, but a bad one is fatal. With REQUIRED a missing
// one is fatal too. In either case the client gets an alert.
static void a_server_judges_the_certificates_it_asks_for(void **state) {
    (void)state;
    static const struct {
        ussl_verify_t verify;
        const char *cert, *key;
        bool accepted;
        const char *reason;
    } cases[] = {
        {USSL_VERIFY_OPTIONAL, NULL, NULL, true, NULL},
        {USSL_VERIFY_OPTIONAL, "client.pem", "client.key", true, NULL},
        {USSL_VERIFY_OPTIONAL, "rogue-client.pem", "rogue-client.key", false,
            "CERTIFICATE_VERIFY_FAILED"},
        {USSL_VERIFY_OPTIONAL, "server.pem", "server.key", false, "CERTIFICATE_VERIFY_FAILED"},
        {USSL_VERIFY_REQUIRED, "client.pem", "client.key", true, NULL},
        {USSL_VERIFY_REQUIRED, "rogue-client.pem", "rogue-client.key", false,
            "CERTIFICATE_VERIFY_FAILED"},
        {USSL_VERIFY_REQUIRED, NULL, NULL, false, "PEER_DID_NOT_RETURN_A_CERTIFICATE"},
    };
    for (EACH_VERSION(version)) {
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
            pair_setup_t setup = good_setup("server.pem", "server.key", version);
            setup.server_verify = cases[i].verify;
            setup.server_trust = "ca.pem";
            setup.client_cert = cases[i].cert;
            setup.client_key = cases[i].key;
            pair_t pair;
            assert_int_equal(pair_open(&pair, &setup), USSL_OK);
            bool accepted = pair_handshake(&pair);
            assert_int_equal(accepted, cases[i].accepted);
            if (accepted) {
                const ussl_cert_t *cert = ussl_conn_peer_cert(pair.conn[1]);
                assert_int_equal(cert != NULL, cases[i].cert != NULL);
            } else {
                assert_true(pair.result[1] < 0);
                assert_string_equal(pair_failure(&pair, 1).reason, cases[i].reason);
                // The client gets the alert, in TLS 1.3 only when it reads.
                uint8_t byte;
                size_t n;
                ussl_result_t result = pair.result[0];
                while (result >= 0) {
                    assert_true(pair_move(&pair) || result == USSL_OK);
                    result = ussl_conn_read(pair.conn[0], &byte, 1, &n);
                }
                assert_int_equal(result, USSL_ERR_ALERT);
            }
            pair_free(&pair);
        }
    }
    assert_int_equal(test_platform.live, 0);
}

// A verdict has the number of one broken rule only, so it cannot say which strict rule another one
// was.
static void a_strict_rule_is_described_only_where_it_is_known(void **state) {
    (void)state;
    ussl_verdict_t first = {0}, second = {0};
    ussl__verdict_add(&first, USSL_CERT_STRICT, 92, 1);
    ussl__verdict_add(&first, USSL_CERT_EXPIRED, 0, 0);
    assert_string_equal(
        ussl_verdict_rule(&first, 0), "CA cert does not include key usage extension");
    assert_string_equal(ussl_verdict_rule(&first, 1), "certificate has expired");
    assert_null(ussl_verdict_rule(&first, 2));
    ussl__verdict_add(&second, USSL_CERT_STRICT, 92, 1);
    ussl__verdict_add(&second, USSL_CERT_PURPOSE, 0, 0);
    assert_string_equal(ussl_verdict_rule(&second, 0), "unsuitable certificate purpose");
    assert_string_equal(
        ussl_verdict_rule(&second, 1), "certificate breaks a rule that VERIFY_X509_STRICT checks");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_client_judges_each_server_as_its_row_says, reset),
        cmocka_unit_test_setup(common_name_can_be_switched_off, reset),
        cmocka_unit_test_setup(an_empty_trust_trusts_nobody, reset),
        cmocka_unit_test_setup(unverified_peers_are_accepted_only_on_request, reset),
        cmocka_unit_test_setup(certificates_are_refused_while_the_clock_is_unset, reset),
        cmocka_unit_test_setup(the_build_date_stands_for_an_unset_clock, reset),
        cmocka_unit_test_setup(held_dates_are_judged_once_the_clock_is_set, reset),
#if USSL_SESSIONS
        cmocka_unit_test_setup(a_session_with_unjudged_dates_is_not_resumed, reset),
#endif
        cmocka_unit_test_setup(validity_includes_its_first_and_last_second, reset),
        cmocka_unit_test_setup(a_server_judges_the_certificates_it_asks_for, reset),
        cmocka_unit_test(a_strict_rule_is_described_only_where_it_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
