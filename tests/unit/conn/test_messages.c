// SPDX-License-Identifier: MIT
//
// test_messages.c - a malformed or forbidden message of TLS 1.3 is refused with the alert of RFC
// 8446 4.2, 4.3.2, 4.4.2, 4.4.3 and 6.2.
//
// docs/conformance.md promises this ("What is checked in front of mbedTLS"). A row has the end that
// receives the message, the message's type, its body in hexadecimal, and the alert and the reason
// of the refusal; an alert of 0 means that the message is left to mbedTLS. The messages are given
// to the checks directly, because they are encrypted on the wire.
#include "engine/conn/conn.h"
#include "tests/support/support.h"

static int reset(void **state) {
    (void)state;
    platform_reset();
    return 0;
}

#if USSL_TLS13 && USSL_SERVER
typedef struct {
    int end; // 0 if the client receives the message, 1 if the server does
    int type;
    const char *body; // hexadecimal
    int alert;        // 0 if the message is left to mbedTLS
    const char *reason;
} row_t;

#define EXTENSIONS MBEDTLS_SSL_HS_ENCRYPTED_EXTENSIONS
#define REQUEST MBEDTLS_SSL_HS_CERTIFICATE_REQUEST
#define CERTIFICATE MBEDTLS_SSL_HS_CERTIFICATE
#define VERIFY MBEDTLS_SSL_HS_CERTIFICATE_VERIFY
#define DECODE USSL_ALERT_DECODE_ERROR, "LENGTH_MISMATCH"
#define WRONG_TYPE USSL_ALERT_ILLEGAL_PARAMETER, "WRONG_SIGNATURE_TYPE"
#define UNSOLICITED USSL_ALERT_UNSUPPORTED_EXTENSION, "UNSOLICITED_EXTENSION"

static const row_t rows[] = {
    {0, EXTENSIONS, "0000", 0, NULL},
    {0, EXTENSIONS, "0003001000", DECODE},
    {0, EXTENSIONS, "00040000000000", DECODE},
    {0, EXTENSIONS, "0009001000050003026832", UNSOLICITED}, // ALPN, which was not offered
    {0, EXTENSIONS, "000400000000", 0, NULL},               // server_name
    {0, EXTENSIONS, "000500000001ff", DECODE},
    {0, EXTENSIONS, "00050001000101", UNSOLICITED}, // max_fragment_length
    {0, EXTENSIONS, "0004abcd0000", UNSOLICITED},
    {0, EXTENSIONS, "00080000000000000000", USSL_ALERT_ILLEGAL_PARAMETER, "BAD_EXTENSION"},
    {0, REQUEST,
        "00000a000d000600040401"
        "0403",
        0, NULL},
    {0, REQUEST, "000008000d000400020401", 0, NULL},
    {0, REQUEST, "0008000d0005000204010000", DECODE},
    {0, REQUEST, "01aa0008000d000400020401", USSL_ALERT_ILLEGAL_PARAMETER, "INVALID_CONTEXT"},
    {0, REQUEST, "000000", USSL_ALERT_MISSING_EXTENSION, "MISSING_SIGALGS_EXTENSION"},
    {0, REQUEST, "000006000d00020000", DECODE},       // no signature scheme
    {0, REQUEST, "000009000d00050003040104", DECODE}, // a scheme and a half
    {0, REQUEST,
        "000009000d0005000204"
        "0100",
        DECODE},
    {0, CERTIFICATE, "0000000b000006aabbccddeeff0000", 0, NULL},
    {0, CERTIFICATE, "0000000b000006aabbccddeeff000000", DECODE},
    {0, CERTIFICATE, "0000000a000006aabbccddeeff00", DECODE},
    {0, CERTIFICATE, "0000000f000006aabbccddeeff0004abcd0000", UNSOLICITED},
    {1, CERTIFICATE, "0000000f000006aabbccddeeff0004abcd0000", UNSOLICITED},
    {1, CERTIFICATE, "00000000", 0, NULL},
    {0, VERIFY, "08040002aabb", 0, NULL},
    {0, VERIFY, "08040002aabbcc", DECODE},
    {1, VERIFY, "08040003aabb", DECODE},
    {1, VERIFY, "0804", DECODE},
};

// The scheme of a CertificateVerify must fit the key of `peer`, the certificate that came before
// it.
static const struct {
    const char *peer;
    row_t row;
} signatures[] = {
    {"server.pem", {0, VERIFY, "04030002aabb", 0, NULL}},
    {"server.pem", {0, VERIFY, "05030002aabb", WRONG_TYPE}},
    {"server-p384.pem", {1, VERIFY, "06030002aabb", WRONG_TYPE}},
    {"server-p384.pem", {0, VERIFY, "05030002aabb", 0, NULL}},
    {"server-rsa.pem", {0, VERIFY, "04030002aabb", WRONG_TYPE}},
    {"server-rsa.pem", {1, VERIFY, "04030002aabb", WRONG_TYPE}},
    {"server-rsa.pem", {0, VERIFY, "08040002aabb", 0, NULL}},
};

static size_t from_hex(const char *text, uint8_t *out) {
    size_t n = strlen(text) / 2;
    for (size_t i = 0; i < n; i++) {
        unsigned octet;
        assert_int_equal(sscanf(text + 2 * i, "%2x", &octet), 1);
        out[i] = (uint8_t)octet;
    }
    return n;
}

static void give_peer(ussl_conn_t *conn, const char *name) {
    if (name == NULL) {
        return;
    }
    ussl__scope_t scope;
    ussl__scope_enter(&scope, conn->arena);
    blob_t pem = read_cert_file(name);
    const char *at = (const char *)pem.data;
    uint8_t *der;
    size_t len;
    ussl_failure_t why;
    assert_int_equal(ussl__pem_next(&at, at + pem.len, "CERTIFICATE", &der, &len, &why), USSL_OK);
    mbedtls_x509_crt *crt = ussl__calloc(1, sizeof(*crt));
    mbedtls_x509_crt_init(crt);
    assert_int_equal(ussl__crt_parse(crt, der, len), 0);
    conn->ssl.session_negotiate->peer_cert = crt; // freed with the session
    ussl__free(der);
    blob_free(&pem);
    ussl__scope_leave(&scope);
}

// Gives a message to the checks of an end that is in the middle of a TLS 1.3 handshake.
static void arrives(ussl_conn_t *conn, const row_t *row) {
    mbedtls_ssl_context *ssl = &conn->ssl;
    uint8_t *before = ssl->in_msg, message[64] = {(uint8_t)row->type};
    ssl->in_hslen = USSL__MESSAGE_HEADER + from_hex(row->body, message + USSL__MESSAGE_HEADER);
    ssl->in_msglen = ssl->in_hslen;
    ssl->in_msg = message;
    ssl->tls_version = MBEDTLS_SSL_VERSION_TLS1_3;
    ussl__scope_t scope;
    ussl__scope_enter(&scope, conn->arena);
    scope.conn = conn;
    int code =
        row->end == 0 ? ussl__server_message_arrived(conn) : ussl__client_message_arrived(conn);
    ussl__scope_leave(&scope);
    ssl->in_msg = before;
    ssl->in_hslen = ssl->in_msglen = 0;
    assert_int_equal(code != 0, row->alert != 0);
}

static void try_row(const row_t *row, const char *peer) {
    pair_setup_t setup = good_setup("server.pem", "server.key", USSL_VERSION_TLS13);
    pair_t pair;
    bool done;
    assert_int_equal(pair_open(&pair, &setup), USSL_OK);
    ussl_conn_t *conn = pair.conn[row->end];
    (void)ussl_conn_handshake(conn, &done);
    give_peer(conn, peer);
    arrives(conn, row);
    ussl_failure_t why = conn->failure;
    if (row->alert != 0 && (why.alert != row->alert || strcmp(why.reason, row->reason) != 0)) {
        fail_msg("%s: alert %d, %s", row->body, why.alert, why.reason);
    }
    pair_free(&pair);
}

static void malformed_messages_are_refused_with_their_alert(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        try_row(&rows[i], NULL);
    }
    for (size_t i = 0; i < sizeof(signatures) / sizeof(signatures[0]); i++) {
        try_row(&signatures[i].row, signatures[i].peer);
    }
    assert_int_equal(test_platform.live, 0);
}
#else
static void not_built_in(void **state) {
    (void)state;
    assert_false(USSL_TLS13 && USSL_SERVER);
}
#endif

int main(void) {
    const struct CMUnitTest tests[] = {
#if USSL_TLS13 && USSL_SERVER
        cmocka_unit_test_setup(malformed_messages_are_refused_with_their_alert, reset),
#else
        cmocka_unit_test_setup(not_built_in, reset),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
