// SPDX-License-Identifier: MIT
//
// test_wycheproof.c - signatures, key agreement and the ciphers of records answer each vector of
// Wycheproof as it says, which docs/testing.md promises ("conformance").
//
// tests/conformance/wycheproof.py writes the vectors to a file, and USSL_WYCHEPROOF names it.
// Without that variable nothing is tested. Each line is a vector; data is in hexadecimal, and `-`
// is empty:
//
//   ecdh NUMBER RESULT public private shared
//   x25519 NUMBER RESULT public private shared
//   ecdsa NUMBER RESULT public hash signature
//   pkcs1 NUMBER RESULT public hash signature
//   pss NUMBER RESULT public hash signature salt-length
//   sign NUMBER RESULT private hash signature
//   gcm NUMBER RESULT key nonce data plaintext ciphertext tag
//   chacha NUMBER RESULT key nonce data plaintext ciphertext tag
//
// A valid vector must have the given result, an invalid one must be refused, and for an acceptable
// one both are right. The salt's length is one octet.
#include "engine/mbedtls/mbed.h"

#include "mbedtls/chachapoly.h"
#include "mbedtls/ecdh.h"
#include "mbedtls/ecdsa.h"
#include "tests/support/support.h"

#define NAMES 3 // fields before the data: kind, NUMBER, RESULT
#define PARTS 6
#define ROOM 4096

typedef struct {
    uint8_t data[ROOM];
    size_t len;
} bytes_t;

static int random_bytes(void *state, unsigned char *out, size_t len) {
    (void)state;
    for (size_t i = 0; i < len; i++) {
        out[i] = (unsigned char)(i * 7 + 1);
    }
    return 0;
}

static void read_hex(bytes_t *out, const char *text) {
    unsigned byte;
    for (out->len = 0; sscanf(text, "%2x", &byte) == 1 && out->len < ROOM; text += 2) {
        out->data[out->len++] = (uint8_t)byte;
        if (text[1] == 0) {
            break;
        }
    }
}

// The functions of `kinds` return 0 if the result is right, an error of mbedTLS if the input is
// refused, and 1 if the result is wrong.
static int agree(mbedtls_ecp_group_id curve, const bytes_t *public, const bytes_t *private,
    const bytes_t *shared) {
    bool x25519 = curve == MBEDTLS_ECP_DP_CURVE25519;
    mbedtls_ecp_group grp;
    mbedtls_ecp_point Q;
    mbedtls_mpi d, z;
    uint8_t out[32] = {0};
    mbedtls_ecp_group_init(&grp);
    mbedtls_ecp_point_init(&Q);
    mbedtls_mpi_init(&d);
    mbedtls_mpi_init(&z);
    int code = mbedtls_ecp_group_load(&grp, curve);
    if (code == 0) {
        code = mbedtls_ecp_point_read_binary(&grp, &Q, public->data, public->len);
    }
    if (code == 0 && x25519) { // any scalar is taken, and clamped (RFC 7748 5)
        uint8_t k[32];
        memcpy(k, private->data, 32);
        k[0] &= 248;
        k[31] = (uint8_t)((k[31] & 127) | 64);
        code = mbedtls_mpi_read_binary_le(&d, k, 32);
    } else if (code == 0) {
        code = mbedtls_mpi_read_binary(&d, private->data, private->len);
    }
    if (code == 0) {
        code = mbedtls_ecdh_compute_shared(&grp, &z, &Q, &d, random_bytes, NULL);
    }
    if (code == 0) {
        code = x25519 ? mbedtls_mpi_write_binary_le(&z, out, 32)
                      : mbedtls_mpi_write_binary(&z, out, 32);
    }
    mbedtls_ecp_group_free(&grp);
    mbedtls_ecp_point_free(&Q);
    mbedtls_mpi_free(&d);
    mbedtls_mpi_free(&z);
    return code != 0 ? code : memcmp(out, shared->data, 32) != 0;
}

static int ecdh(const bytes_t *part) {
    return agree(MBEDTLS_ECP_DP_SECP256R1, &part[0], &part[1], &part[2]);
}

static int x25519(const bytes_t *part) {
    return agree(MBEDTLS_ECP_DP_CURVE25519, &part[0], &part[1], &part[2]);
}

static int ecdsa(const bytes_t *part) {
    const bytes_t *public = &part[0], *hash = &part[1], *signature = &part[2];
    mbedtls_ecdsa_context key;
    mbedtls_ecdsa_init(&key);
    int code = mbedtls_ecp_group_load(&key.grp, MBEDTLS_ECP_DP_SECP256R1);
    if (code == 0) {
        code = mbedtls_ecp_point_read_binary(&key.grp, &key.Q, public->data, public->len);
    }
    if (code == 0) {
        code = mbedtls_ecdsa_read_signature(
            &key, hash->data, hash->len, signature->data, signature->len);
    }
    mbedtls_ecdsa_free(&key);
    return code;
}

// ---- RSA ----
static mbedtls_md_type_t md_of(const bytes_t *hash) {
    return hash->len == 32 ? MBEDTLS_MD_SHA256
        : hash->len == 48  ? MBEDTLS_MD_SHA384
                           : MBEDTLS_MD_SHA512;
}

static int verify_rsa(mbedtls_pk_type_t type, const void *options, const bytes_t *part) {
    unsigned char *der = (unsigned char *)part[0].data;
    mbedtls_pk_context key;
    mbedtls_pk_init(&key);
    assert_int_equal(mbedtls_pk_parse_subpubkey(&der, der + part[0].len, &key), 0);
    int code = mbedtls_pk_verify_ext(
        type, options, &key, md_of(&part[1]), part[1].data, part[1].len, part[2].data, part[2].len);
    mbedtls_pk_free(&key);
    return code;
}

static int pkcs1(const bytes_t *part) {
    return verify_rsa(MBEDTLS_PK_RSA, NULL, part);
}

static int pss(const bytes_t *part) {
    mbedtls_pk_rsassa_pss_options options = {
        .mgf1_hash_id = md_of(&part[1]), .expected_salt_len = part[3].data[0]};
    return verify_rsa(MBEDTLS_PK_RSASSA_PSS, &options, part);
}

static int sign(const bytes_t *part) {
    uint8_t signature[MBEDTLS_PK_SIGNATURE_MAX_SIZE];
    size_t len = 0;
    mbedtls_pk_context key;
    mbedtls_pk_init(&key);
    int code = mbedtls_pk_parse_key(&key, part[0].data, part[0].len, NULL, 0, random_bytes, NULL);
    if (code == 0) {
        code = mbedtls_pk_sign(&key, md_of(&part[1]), part[1].data, part[1].len, signature,
            sizeof(signature), &len, random_bytes, NULL);
    }
    mbedtls_pk_free(&key);
    return code != 0 ? code : len != part[2].len || memcmp(signature, part[2].data, len) != 0;
}

// ---- ciphers ----
static bool same(const bytes_t *a, const uint8_t *data) {
    return memcmp(a->data, data, a->len) == 0;
}

// A valid vector must be right in both directions, and an invalid one must not be decrypted.
static int gcm(const bytes_t *part) {
    const bytes_t *key = &part[0], *nonce = &part[1], *data = &part[2], *text = &part[3];
    const bytes_t *box = &part[4], *tag = &part[5];
    static uint8_t out[ROOM], out_tag[16];
    mbedtls_gcm_context gcm;
    mbedtls_gcm_init(&gcm);
    int code = mbedtls_gcm_setkey(&gcm, MBEDTLS_CIPHER_ID_AES, key->data, (unsigned)(8 * key->len));
    if (code == 0) {
        code = mbedtls_gcm_crypt_and_tag(&gcm, MBEDTLS_GCM_ENCRYPT, text->len, nonce->data,
            nonce->len, data->data, data->len, text->data, out, sizeof(out_tag), out_tag);
    }
    bool sealed = code == 0 && same(box, out) && same(tag, out_tag);
    if (code == 0) {
        code = mbedtls_gcm_auth_decrypt(&gcm, box->len, nonce->data, nonce->len, data->data,
            data->len, tag->data, tag->len, box->data, out);
    }
    mbedtls_gcm_free(&gcm);
    return code != 0 ? code : !sealed || !same(text, out);
}

#if USSL_CHACHA
static int chacha(const bytes_t *part) {
    const bytes_t *key = &part[0], *nonce = &part[1], *data = &part[2], *text = &part[3];
    const bytes_t *box = &part[4], *tag = &part[5];
    static uint8_t out[ROOM], out_tag[16];
    mbedtls_chachapoly_context chacha;
    mbedtls_chachapoly_init(&chacha);
    assert_int_equal(key->len, 32);
    assert_int_equal(nonce->len, 12);
    int code = mbedtls_chachapoly_setkey(&chacha, key->data);
    if (code == 0) {
        code = mbedtls_chachapoly_encrypt_and_tag(
            &chacha, text->len, nonce->data, data->data, data->len, text->data, out, out_tag);
    }
    bool sealed = code == 0 && same(box, out) && same(tag, out_tag);
    if (code == 0) {
        code = mbedtls_chachapoly_auth_decrypt(
            &chacha, box->len, nonce->data, data->data, data->len, tag->data, box->data, out);
    }
    mbedtls_chachapoly_free(&chacha);
    return code != 0 ? code : !sealed || !same(text, out);
}
#endif

// ---- lines ----
static const struct {
    const char *name;
    int parts;
    int (*run)(const bytes_t *part);
} kinds[] = {
    {"ecdh", 3, ecdh},
    {"x25519", 3, x25519},
    {"ecdsa", 3, ecdsa},
    {"pkcs1", 3, pkcs1},
    {"pss", 4, pss},
    {"sign", 3, sign},
    {"gcm", 6, gcm},
#if USSL_CHACHA
    {"chacha", 6, chacha},
#endif
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static bool check(char *line) {
    char *field[NAMES + PARTS] = {NULL};
    int count = 0;
    for (char *word = strtok(line, " \n"); word != NULL && count < NAMES + PARTS;
         word = strtok(NULL, " \n")) {
        field[count++] = word;
    }
    assert_true(count > NAMES);
    static bytes_t part[PARTS];
    for (int i = NAMES; i < count; i++) {
        read_hex(&part[i - NAMES], strcmp(field[i], "-") == 0 ? "" : field[i]);
    }
    size_t kind = 0;
    while (kind < KINDS && strcmp(field[0], kinds[kind].name) != 0) {
        kind++;
    }
    assert_true(kind < KINDS);
    assert_int_equal(count, NAMES + kinds[kind].parts);
    int code = kinds[kind].run(part);
    bool good = strcmp(field[2], "valid") == 0 ? code == 0
        : strcmp(field[2], "invalid") == 0     ? code < 0
                                               : code <= 0;
    if (!good) {
        print_message("%s %s should be %s: %d\n", field[0], field[1], field[2], code);
    }
    return good;
}

static void every_vector_is_answered_as_it_says(void **state) {
    (void)state;
    const char *name = getenv("USSL_WYCHEPROOF");
    static char line[16 * ROOM];
    size_t count = 0, wrong = 0;
    if (name == NULL) {
        return;
    }
    platform_reset();
    FILE *file = fopen(name, "r");
    assert_non_null(file);
    while (fgets(line, sizeof(line), file) != NULL) {
        count++;
        wrong += !check(line);
    }
    fclose(file);
    print_message("%zu vectors\n", count);
    assert_true(count > 0 && wrong == 0);
    assert_int_equal(test_platform.live, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_vector_is_answered_as_it_says)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
