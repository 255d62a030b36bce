// SPDX-License-Identifier: MIT
//
// test_client_hello.c - a server reads server name and protocols of a ClientHello before mbedTLS
// reads it, and chooses by them (RFC 6066 3, RFC 7301 3.1).
//
// docs/design.md promises this ("The ClientHello"), and docs/differences.md that a cipher string
// which fails changes nothing. All of these bytes come from a peer or a script, so each parser is
// also fed with garbage. A row of `cases` has the protocols of the client, those of the server, and
// the one that both ends must report.
#include "engine/conn/conn.h"
#include "tests/support/support.h"

static int reset(void **state) {
    (void)state;
    platform_reset();
    srand(1);
    return 0;
}

#if USSL_SERVER
static const char *const two[] = {"h2", "http/1.1", NULL};
static const char *const one[] = {"http/1.1", NULL};
static const char *const none_of_them[] = {"mqtt", NULL};

static struct {
    int calls;
    char name[64];
    int answer;
    ussl_ctx_t *change_to;
    ussl_result_t changed;
} hook;
static ussl_conn_t *hook_conn;

static int on_hello(void *owner, const char *name) {
    (void)owner;
    hook.calls++;
    strncpy(hook.name, name ? name : "(none)", sizeof(hook.name) - 1);
    if (hook.change_to != NULL) {
        hook.changed = ussl_conn_change_ctx(hook_conn, hook.change_to);
    }
    return hook.answer;
}

static pair_setup_t setup_with(const char *const *theirs, const char *const *ours) {
    pair_setup_t setup = good_setup("server.pem", "server.key", 0);
    setup.client.alpn = theirs;
    setup.server.alpn = ours;
    setup.server.on_hello = on_hello;
    memset(&hook, 0, sizeof(hook));
    hook.answer = -1;
    return setup;
}

// The client's first record, in a block of exactly its size.
static uint8_t *take_hello(pair_t *pair, size_t *len) {
    bool done;
    const uint8_t *out = NULL;
    for (int i = 0; i < 5 && out == NULL; i++) {
        (void)ussl_conn_handshake(pair->conn[0], &done);
        out = ussl_conn_out(pair->conn[0], len);
    }
    assert_non_null(out);
    uint8_t *copy = malloc(*len);
    memcpy(copy, out, *len);
    ussl_conn_out_done(pair->conn[0], *len);
    return copy;
}

static bool parse(const uint8_t *list, size_t len, ussl__client_hello_t *out) {
    return ussl__client_hello_parse((ussl__reader_t){list, list + len}, out);
}

static bool parse_exactly(const uint8_t *list, size_t len, ussl__client_hello_t *out) {
    uint8_t *copy = malloc(len ? len : 1); // a block of this size, so that ASan sees an over-read
    memcpy(copy, list, len);
    bool good = parse(copy, len, out);
    if (good && out->name != NULL) {
        assert_true(out->name >= copy && out->name + out->name_len <= copy + len);
    }
    if (good && out->alpn != NULL) {
        assert_true(out->alpn >= copy && out->alpn + out->alpn_len <= copy + len);
    }
    free(copy);
    return good;
}

// Returns the list of extensions in a record with a ClientHello, without its length.
static uint8_t *extensions_in(uint8_t *record, size_t *len) {
    uint8_t *at = record + 5 + 4 + 2 + 32, *end = record + *len;
    at += 1 + at[0];
    at += 2 + (at[0] << 8 | at[1]);
    at += 1 + at[0] + 2;
    *len = (size_t)(end - at);
    return at;
}

static void names_and_protocols_of_a_hello_are_read(void **state) {
    (void)state;
    pair_setup_t setup = setup_with(two, NULL);
    pair_t pair;
    assert_int_equal(pair_open(&pair, &setup), USSL_OK);
    size_t len;
    uint8_t *record = take_hello(&pair, &len), *list = extensions_in(record, &len);
    ussl__client_hello_t hello;
    assert_true(parse(list, len, &hello));
    assert_int_equal(hello.name_len, 9);
    assert_memory_equal(hello.name, "localhost", 9);
    assert_int_equal(hello.alpn_len, 3 + 9);
    assert_memory_equal(hello.alpn, "\2h2\10http/1.1", 12);
    // The list is malformed if it is truncated anywhere but behind an extension.
    size_t whole = 0;
    for (size_t stop = 0; stop < len; stop++) {
        whole += parse_exactly(list, stop, &hello);
    }
    assert_in_range(whole, 2, 20);
    // With any bit flipped, it may be refused, but nothing outside of it is read.
    for (size_t bit = 0; bit < len * 8; bit++) {
        list[bit / 8] ^= (uint8_t)(1 << bit % 8);
        (void)parse_exactly(list, len, &hello);
        list[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (int i = 0; i < 20000; i++) {
        uint8_t garbage[80] = {0};
        size_t n = (size_t)rand() % sizeof(garbage);
        for (size_t k = 0; k < n; k++) {
            garbage[k] = (uint8_t)(rand() % 4 ? rand() % 20 : rand());
        }
        (void)parse_exactly(garbage, n, &hello);
    }
    free(record);
    pair_free(&pair);
}

// A connection without a common protocol goes on without one, as with CPython.
static void a_common_protocol_is_chosen_or_none(void **state) {
    (void)state;
    static const struct {
        const char *const *theirs, *const *ours;
        const char *chosen;
    } cases[] = {
        {two, one, "http/1.1"},
        {two, two, "h2"},
        {two, none_of_them, NULL},
        {NULL, two, NULL},
        {two, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (size_t chunk = 0; chunk < 3; chunk++) {
            pair_setup_t setup = setup_with(cases[i].theirs, cases[i].ours);
            pair_t pair;
            assert_int_equal(pair_open(&pair, &setup), USSL_OK);
            pair.delivery.chunk = chunk;
            assert_true(pair_handshake(&pair));
            for (int end = 0; end < 2; end++) {
                const char *chosen = ussl_conn_alpn(pair.conn[end]);
                assert_true((chosen == NULL) == (cases[i].chosen == NULL));
                if (chosen != NULL) {
                    assert_string_equal(chosen, cases[i].chosen);
                }
            }
            assert_int_equal(hook.calls, 1);
            assert_string_equal(hook.name, "localhost");
            pair_free(&pair);
            assert_int_equal(test_platform.live, 0);
        }
    }
}

// The context owns a copy of the list, so the caller may free its own.
static void the_alpn_list_is_copied(void **state) {
    (void)state;
    char *text = calloc(1, 3);
    memcpy(text, "h2", 2);
    const char **list = calloc(2, sizeof(*list));
    list[0] = text;
    pair_setup_t setup = setup_with(list, two);
    pair_t pair;
    assert_int_equal(pair_open(&pair, &setup), USSL_OK);
    memset(text, 'x', 2);
    free(text);
    free(list);
    assert_true(pair_handshake(&pair));
    assert_string_equal(ussl_conn_alpn(pair.conn[0]), "h2");
    pair_free(&pair);
}

// Divides the ClientHello among records of `part` bytes.
static void feed_in_records(ussl_conn_t *conn, const uint8_t *record, size_t len, size_t part) {
    bool done;
    for (size_t at = 5; at < len; at += part) {
        size_t n = len - at < part ? len - at : part;
        uint8_t piece[5 + 600] = {22, 3, 1, (uint8_t)(n >> 8), (uint8_t)n};
        memcpy(piece + 5, record + at, n);
        for (size_t sent = 0; sent < n + 5;) {
            size_t room;
            ussl_result_t result = ussl_conn_handshake(conn, &done);
            uint8_t *in = ussl_conn_in(conn, &room);
            if (in == NULL) {
                assert_true(result >= 0);
                continue;
            }
            room = room < n + 5 - sent ? room : n + 5 - sent;
            memcpy(in, piece + sent, room);
            ussl_conn_in_done(conn, room);
            sent += room;
        }
    }
}

static void a_hello_in_several_records_is_read(void **state) {
    (void)state;
    for (size_t part = 4; part < 200; part += 13) {
        pair_setup_t setup = setup_with(two, none_of_them);
        setup.client.max_version = setup.client.min_version =
            USSL_TLS13 ? USSL_VERSION_TLS13 : USSL_VERSION_TLS12;
        pair_t pair;
        assert_int_equal(pair_open(&pair, &setup), USSL_OK);
        size_t len;
        uint8_t *record = take_hello(&pair, &len);
        feed_in_records(pair.conn[1], record, len, part);
        free(record);
        assert_true(pair_handshake(&pair));
        assert_int_equal(hook.calls, 1);
        assert_string_equal(hook.name, "localhost");
        assert_null(ussl_conn_alpn(pair.conn[1]));
        pair_free(&pair);
        assert_int_equal(test_platform.live, 0);
    }
}

static void the_hook_can_refuse_with_an_alert(void **state) {
    (void)state;
    for (int answer = 0; answer < 256; answer += 51) {
        pair_setup_t setup = setup_with(NULL, NULL);
        hook.answer = answer;
        pair_t pair;
        assert_int_equal(pair_open(&pair, &setup), USSL_OK);
        assert_false(pair_handshake(&pair));
        ussl_failure_t why = pair_failure(&pair, 1);
        assert_int_equal(why.result, USSL_ERR_PROTOCOL);
        assert_string_equal(why.reason, "CALLBACK_FAILED");
        why = pair_failure(&pair, 0);
        assert_int_equal(why.result, USSL_ERR_ALERT);
        assert_int_equal(why.alert, answer ? answer : 80);
        pair_free(&pair);
        assert_int_equal(test_platform.live, 0);
    }
}

static void the_hook_can_change_the_context(void **state) {
    (void)state;
    pair_setup_t setup = setup_with(two, none_of_them);
    pair_setup_t rsa = good_setup("server-rsa.pem", "server-rsa.key", 0);
    rsa.server.alpn = two;
    pair_t pair, other;
    assert_int_equal(pair_open(&pair, &setup), USSL_OK);
    assert_int_equal(pair_open(&other, &rsa), USSL_OK);
    hook_conn = pair.conn[1];
    hook.change_to = other.ctx[1];
    assert_int_equal(ussl_conn_change_ctx(pair.conn[1], other.ctx[0]), USSL_ERR_USAGE);
    assert_true(pair_handshake(&pair));
    assert_int_equal(hook.changed, USSL_OK);
    assert_string_equal(ussl_conn_alpn(pair.conn[0]), "h2");
    assert_int_equal(ussl_conn_change_ctx(pair.conn[1], other.ctx[1]), USSL_ERR_USAGE);
    pair_free(&other); // the connection keeps the context
    uint8_t text[] = "over the other context";
    pair_transfer(&pair, 1, text, sizeof(text));
    pair_free(&pair);
    assert_int_equal(test_platform.live, 0);
}
#endif // USSL_SERVER

// ---- cipher strings ----
static void cipher_strings_change_all_or_nothing(void **state) {
    (void)state;
    static const char alphabet[] =
        "ALLECDHERSAESCHACHA20128256GCM:+-!@= ,;SECLEVEL=2STRENGTHDEFAULT\xC3";
    for (int i = 0; i < 50000; i++) {
        size_t len = (size_t)rand() % 24;
        char *text = malloc(len + 1);
        for (size_t k = 0; k < len; k++) {
            text[k] = alphabet[(size_t)rand() % (sizeof(alphabet) - 1)];
        }
        uint16_t ids[USSL_SUITES_MAX], before[USSL_SUITES_MAX];
        memset(ids, 0xAA, sizeof(ids));
        memcpy(before, ids, sizeof(ids));
        uint8_t level = 2;
        ussl_result_t result = ussl_suites_choose(text, len, ids, &level);
        assert_true(level <= 2);
        if (result == USSL_OK) {
            for (size_t k = 0; k < USSL_SUITES_MAX && ids[k] != 0; k++) {
                assert_non_null(ussl_suite_find(ids[k]));
                for (size_t j = 0; j < k; j++) {
                    assert_true(ids[j] != ids[k]);
                }
            }
        } else {
            assert_memory_equal(ids, before, sizeof(ids));
        }
        free(text);
    }
    uint16_t ids[USSL_SUITES_MAX];
    uint8_t level = 2;
    assert_int_equal(ussl_suites_choose("ALL:@SECLEVEL=3", 15, ids, &level), USSL_ERR_PARSE);
    assert_int_equal(level, 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#if USSL_SERVER
        cmocka_unit_test_setup(names_and_protocols_of_a_hello_are_read, reset),
        cmocka_unit_test_setup(a_common_protocol_is_chosen_or_none, reset),
        cmocka_unit_test_setup(the_alpn_list_is_copied, reset),
        cmocka_unit_test_setup(a_hello_in_several_records_is_read, reset),
        cmocka_unit_test_setup(the_hook_can_refuse_with_an_alert, reset),
        cmocka_unit_test_setup(the_hook_can_change_the_context, reset),
#endif
        cmocka_unit_test_setup(cipher_strings_change_all_or_nothing, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
