// SPDX-License-Identifier: MIT
//
// test_hostname.c - a host name matches a name of a certificate as RFC 9525 6.3 says, with `*` as
// the whole left-most label only, and an address is never matched as text.
//
// docs/trust.md promises this ("What is checked": the name). A row of names has a name of a
// certificate, and the host that it must not cover. Addresses are texts of RFC 4291 2.2, or four
// decimal numbers without leading zeros.
#include "tests/support/support.h"

static bool match(const char *pattern, const char *host) {
    return ussl_hostname_match(pattern, strlen(pattern), host, strlen(host));
}

static void names_match(void **state) {
    (void)state;
    assert_true(match("localhost", "localhost"));
    assert_true(match("LocalHost", "lOCALhOST"));
    assert_true(match("a.example", "a.example."));
    assert_true(match("*.example.test", "a.example.test"));
    assert_true(match("xn--tda.example", "XN--TDA.example"));
    assert_true(match("with_underscore.test", "with_underscore.test"));
}

static void names_do_not_match(void **state) {
    (void)state;
    static const char *const rows[][2] = {
        {"localhost", "localhos"},
        {"localhost", "localhost1"},
        {"", ""},
        {"", "a"},
        {"*", "a"},
        {"*.", "a."},
        {"*.test", "a.test"}, // this name would cover a whole top-level domain
        {"*.example.test", "example.test"},
        {"*.example.test", "b.a.example.test"},
        {"*.example.test", ".example.test"},
        {"a*.example.test", "ab.example.test"},
        {"*a.example.test", "ba.example.test"},
        {"b.*.test", "b.a.test"},
        {"*.*.test", "b.a.test"},
        {"**.example.test", "a.example.test"},
        {"a..test", "a..test"},
        {".a.test", ".a.test"},
        {"a b.test", "a b.test"},
        {"\xc3\xbc.test", "\xc3\xbc.test"},
        {"example.test.", "example.test"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (match(rows[i][0], rows[i][1])) {
            fail_msg("'%s' must not cover '%s'", rows[i][0], rows[i][1]);
        }
    }
    assert_false(ussl_hostname_match("a.test\0.evil", 12, "a.test", 6));
    assert_false(ussl_hostname_match("a.test\0", 7, "a.test\0", 7));
}

// An address is never matched as text.
static void addresses_are_not_names(void **state) {
    (void)state;
    assert_false(match("127.0.0.1", "127.0.0.1"));
    assert_false(match("*.0.0.1", "127.0.0.1"));
    assert_false(match("::1", "::1"));
}

static void check_address(const char *text, size_t len, const char *hex) {
    uint8_t out[16];
    size_t got = ussl_address_parse(text, strlen(text), out);
    if (got != len) {
        fail_msg("'%s': %zu bytes, not %zu", text, got, len);
    }
    for (size_t i = 0; i < len; i++) {
        unsigned value = 0;
        for (int k = 0; k < 2; k++) {
            char c = hex[2 * i + (size_t)k];
            value = value << 4 | (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
        }
        assert_int_equal(out[i], value);
    }
}

static void addresses_are_parsed(void **state) {
    (void)state;
    check_address("127.0.0.1", 4, "7f000001");
    check_address("255.255.255.255", 4, "ffffffff");
    check_address("::", 16, "00000000000000000000000000000000");
    check_address("::1", 16, "00000000000000000000000000000001");
    check_address("1::", 16, "00010000000000000000000000000000");
    check_address("fe80::1:2", 16, "fe800000000000000000000000010002");
    check_address("1:2:3:4:5:6:7:8", 16, "00010002000300040005000600070008");
    check_address("1:2:3:4:5:6:7::", 16, "00010002000300040005000600070000");
    check_address("::ffff:1.2.3.4", 16, "00000000000000000000ffff01020304");
    check_address("1:2:3:4:5:6:1.2.3.4", 16, "00010002000300040005000601020304");
    check_address("ABCD::", 16, "abcd0000000000000000000000000000");
}

static void texts_that_are_no_addresses_are_refused(void **state) {
    (void)state;
    static const char *const rows[] = {"", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.04",
        "1.2.3.", ".1.2.3", "1.2.3.4 ", " 1.2.3.4", "1.2.3.-4", "a.b.c.d", ":", ":::", "1:2",
        "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7", "::1::", "1::2::3", "12345::", "::g",
        "1:2:3:4:5:6:7:", ":1:2:3:4:5:6:7", "::1.2.3", "1.2.3.4::", "1:2:3:4:5:6:7:1.2.3.4",
        "1:2:3:4:5:6:7:8::", "::1%eth0", "0x7f.0.0.1", "1:2:3:4::5:6:7:8"};
    uint8_t out[16];
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        // A heap block without a NUL lets AddressSanitizer see an over-read.
        size_t len = strlen(rows[i]);
        char *copy = malloc(len ? len : 1);
        memcpy(copy, rows[i], len);
        if (ussl_address_parse(copy, len, out) != 0) {
            fail_msg("'%s' is not an address", rows[i]);
        }
        free(copy);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_match),
        cmocka_unit_test(names_do_not_match),
        cmocka_unit_test(addresses_are_not_names),
        cmocka_unit_test(addresses_are_parsed),
        cmocka_unit_test(texts_that_are_no_addresses_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
