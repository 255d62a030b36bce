// SPDX-License-Identifier: MIT
//
// resumption.c - makes connections that are resumed, for the tests of sessions.
#include "support.h"

#if USSL_SESSIONS && USSL_SERVER

pair_setup_t with_tickets(uint16_t version) {
    pair_setup_t setup = good_setup("server.pem", "server.key", version);
    setup.tickets = true;
    return setup;
}

ussl_session_t *first_session(pair_t *pair, const pair_setup_t *setup) {
    assert_int_equal(pair_open(pair, setup), USSL_OK);
    assert_true(pair_handshake(pair));
    pair_transfer(pair, 1, (const uint8_t *)"hello", 5);
    ussl_session_t *session = NULL;
    assert_int_equal(ussl_conn_session(pair->conn[0], &session), USSL_OK);
    return session;
}

bool resumes(pair_t *pair, const ussl_session_t *session) {
    assert_int_equal(pair_again(pair), USSL_OK);
    assert_int_equal(ussl_conn_set_session(pair->conn[0], session), USSL_OK);
    if (!pair_handshake(pair)) {
        return false;
    }
    pair_transfer(pair, 1, (const uint8_t *)"data", 4);
    pair_transfer(pair, 0, (const uint8_t *)"data", 4);
    assert_int_equal(ussl_conn_resumed(pair->conn[0]), ussl_conn_resumed(pair->conn[1]));
    return ussl_conn_resumed(pair->conn[0]);
}

#endif // USSL_SESSIONS && USSL_SERVER
