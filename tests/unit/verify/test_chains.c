// SPDX-License-Identifier: MIT
//
// test_chains.c - each row of tests/data/chains.txt gets the verdict that it names, in a whole
// handshake (RFC 5280 6, RFC 4158, RFC 9525).
//
// docs/trust.md promises the rules ("What is checked"), and the first comment of chains.txt says
// how to read a row. tests/chains.py makes the certificates and writes the rows to build/chains, or
// USSL_CHAINS names another file, for rows of other origin. The peer sends bytes that no loader of
// ours would take, so its identity is put together here.
#include "engine/verify/verify.h"
#include "tests/support/support.h"

enum { CERTS_MAX = 256 };

typedef struct {
    uint8_t *data; // owned
    size_t len;
} bytes_t;

typedef struct {
    char name[128], host[300], expect[64];
    bool server; // a server judges the certificates of a client
    bool has_host, strict, partial, no_cn;
    ussl_crl_check_t crls;
    int64_t now;
    bytes_t trust[CERTS_MAX], sent[CERTS_MAX], crl[8], key;
    size_t trusted, sends, crl_count;
} case_t;

// ---- reading ----
static bytes_t from_hex(const char *text) {
    size_t len = strlen(text) / 2;
    bytes_t bytes = {malloc(len + 1), len};
    for (size_t i = 0; i < len; i++) {
        unsigned value;
        assert_int_equal(sscanf(text + 2 * i, "%2x", &value), 1);
        bytes.data[i] = (uint8_t)value;
    }
    return bytes;
}

static void case_free(case_t *c) {
    for (size_t i = 0; i < CERTS_MAX; i++) {
        free(c->trust[i].data);
        free(c->sent[i].data);
    }
    for (size_t i = 0; i < 8; i++) {
        free(c->crl[i].data);
    }
    free(c->key.data);
    memset(c, 0, sizeof(*c));
}

static void read_word(case_t *c, const char *word, const char *rest) {
    if (strcmp(word, "case") == 0) {
        snprintf(c->name, sizeof(c->name), "%s", rest);
    } else if (strcmp(word, "role") == 0) {
        c->server = strcmp(rest, "server") == 0;
    } else if (strcmp(word, "host") == 0) {
        snprintf(c->host, sizeof(c->host), "%s", rest);
        c->has_host = true;
    } else if (strcmp(word, "flags") == 0) {
        c->strict = strstr(rest, "strict") != NULL;
        c->partial = strstr(rest, "partial") != NULL;
        c->no_cn = strstr(rest, "no_cn") != NULL;
        c->crls = strstr(rest, "crl_all") ? USSL_CRL_ALL
            : strstr(rest, "crl_leaf")    ? USSL_CRL_LEAF
                                          : USSL_CRL_NONE;
    } else if (strcmp(word, "now") == 0) {
        c->now = strtoll(rest, NULL, 10);
    } else if (strcmp(word, "expect") == 0) {
        snprintf(c->expect, sizeof(c->expect), " %s ", rest);
    } else if (strcmp(word, "trust") == 0) {
        c->trust[c->trusted++] = from_hex(rest);
    } else if (strcmp(word, "send") == 0) {
        c->sent[c->sends++] = from_hex(rest);
    } else if (strcmp(word, "crl") == 0) {
        c->crl[c->crl_count++] = from_hex(rest);
    } else if (strcmp(word, "key") == 0) {
        c->key = from_hex(rest);
    } else {
        fail_msg("%s: what is %s?", c->name, word);
    }
}

// Returns false if no case is left.
static bool read_case(FILE *file, case_t *c) {
    static char line[200000];
    while (fgets(line, sizeof(line), file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        char *rest = strchr(line, ' ');
        if (strcmp(line, "end") == 0) {
            return true;
        }
        if (line[0] != '\0') {
            *(rest ? rest : line + strlen(line)) = '\0';
            read_word(c, line, rest ? rest + 1 : "");
        }
    }
    return false;
}

// ---- the peer, and what is trusted ----
// Makes an identity of the bytes to be sent, and their key. What mbedTLS reads of a certificate
// before it sends one is that of a good certificate with a key of the same kind.
static ussl_identity_t *make_identity(ussl_arena_t *arena, const case_t *c) {
    ussl__scope_t scope;
    mbedtls_pk_context key;
    ussl__scope_enter(&scope, arena);
    mbedtls_pk_init(&key);
    int code = mbedtls_pk_parse_key(&key, c->key.data, c->key.len, NULL, 0, ussl__rng, NULL);
    ussl__scope_leave(&scope);
    assert_int_equal(code, 0);
    bool rsa = mbedtls_pk_can_do(&key, MBEDTLS_PK_RSA);
    const char *like[] = {
        rsa ? "server-rsa.pem" : "server.pem", rsa ? "server-rsa.key" : "server.key"};
    ussl_identity_t *identity = load_identity(arena, like[0], like[1]);
    assert_non_null(identity);
    ussl__scope_enter(&scope, arena);
    mbedtls_pk_free(&identity->key);
    identity->key = key;
    mbedtls_x509_crt *crt = &identity->chain;
    for (size_t i = 0; i < c->sends; i++) {
        if (i > 0) {
            crt->next = ussl__calloc(1, sizeof(*crt));
            crt = crt->next;
        } else {
            ussl__free(crt->raw.p);
        }
        crt->raw.p = memcpy(ussl__calloc(1, c->sent[i].len), c->sent[i].data, c->sent[i].len);
        crt->raw.len = c->sent[i].len;
        crt->own_buffer = 1;
    }
    ussl__scope_leave(&scope);
    return identity;
}

static ussl_trust_t *make_trust(ussl_arena_t *arena, const case_t *c) {
    ussl_trust_t *trust = NULL;
    assert_int_equal(ussl_trust_new(arena, &trust), USSL_OK);
    for (size_t i = 0; i < c->trusted; i++) {
        (void)ussl_trust_add_der(trust, c->trust[i].data, c->trust[i].len, NULL);
    }
#if USSL_CRL
    for (size_t i = 0; i < c->crl_count; i++) {
        char text[20000] = "-----BEGIN X509 CRL-----\n";
        size_t len = 0, at = strlen(text);
        assert_int_equal(mbedtls_base64_encode((unsigned char *)text + at, sizeof(text) - at - 30,
                             &len, c->crl[i].data, c->crl[i].len),
            0);
        strcat(text, "\n-----END X509 CRL-----\n");
        (void)ussl_trust_add_pem(trust, text, strlen(text), NULL);
    }
#endif
    return trust;
}

// Returns 0 if the chain is accepted, OpenSSL's number of the refusal, or -1 if a certificate could
// not be parsed.
static int judge(const case_t *c, uint16_t version, ussl_verdict_t *verdict) {
    int judging = c->server ? 1 : 0;
    ussl_arena_t *arena = NULL;
    assert_int_equal(ussl_arena_new(0, &arena), USSL_OK);
    pair_setup_t setup = good_setup("server.pem", "server.key", version);
    setup.made_identity[!judging] = make_identity(arena, c);
    setup.made_trust[judging] = make_trust(arena, c);
    setup.hostname = c->server ? "localhost" : c->has_host ? c->host : NULL;
    setup.server_verify = c->server ? USSL_VERIFY_REQUIRED : USSL_VERIFY_NONE;
    ussl_config_t *config = c->server ? &setup.server : &setup.client;
    config->strict = c->strict;
    config->partial_chain = c->partial;
    config->no_common_name = c->no_cn;
    config->crl_check = c->crls;
    test_platform.now = c->now;
    pair_t pair;
    assert_int_equal(pair_open(&pair, &setup), USSL_OK);
    bool accepted = pair_handshake(&pair);
    int code = 0;
    *verdict = (ussl_verdict_t){0};
    if (!accepted) {
        ussl_failure_t why = pair_failure(&pair, judging);
        *verdict = why.cert;
        code = why.result == USSL_ERR_CERT ? why.cert.code : -1;
        // The verdict reports the alert that the peer has received.
        if (code > 0 && pair.result[!judging] == USSL_ERR_ALERT) {
            assert_int_equal(pair_failure(&pair, !judging).alert, why.alert);
        }
    }
    pair_free(&pair);
    ussl_trust_unref(setup.made_trust[judging]);
    ussl_identity_unref(setup.made_identity[!judging]);
    ussl_arena_unref(arena);
    return code;
}

static bool is_expected(const case_t *c, int code) {
    char word[16];
    snprintf(word, sizeof(word), code < 0 ? " parse " : " %d ", code);
    return strstr(c->expect, word) != NULL || (code != 0 && strstr(c->expect, " refused "));
}

// ---- tests ----
static void every_chain_gets_its_expected_verdict(void **state) {
    (void)state;
    const char *path = getenv("USSL_CHAINS");
    FILE *file = fopen(path ? path : "build/chains", "r");
    assert_non_null(file);
    static case_t c;
    size_t count = 0, wrong = 0;
    while (read_case(file, &c)) {
        bool tls12 = USSL_TLS12 && (!USSL_TLS13 || count % 2);
        platform_reset();
        ussl_verdict_t verdict;
        int code = judge(&c, tls12 ? USSL_VERSION_TLS12 : USSL_VERSION_TLS13, &verdict);
        if (!is_expected(&c, code)) {
            print_error("%s: %d at %d (%s), not%s\n", c.name, code, verdict.depth,
                verdict.message ? verdict.message : "-", c.expect);
            wrong++;
        }
        assert_int_equal(test_platform.live, 0);
        count++;
        case_free(&c);
    }
    fclose(file);
    print_message("%zu chains, %zu judged otherwise\n", count, wrong);
    assert_int_equal(wrong, 0);
    assert_true(count >= 300 || path != NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_chain_gets_its_expected_verdict)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
