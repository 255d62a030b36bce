// SPDX-License-Identifier: MIT
//
// test_openssl.c - key agreement and signatures have the results of OpenSSL's libcrypto, for random
// numbers and for numbers at an edge, as docs/testing.md promises ("unit").
//
// Each case gives the same input to libcrypto and to the functions of mbedTLS that the engine
// calls. OpenSSL makes new RSA keys in every run, and the key of a failure is printed; all other
// input is the same every time.
#include "engine/mbedtls/mbed.h"

#include "mbedtls/ecdh.h"
#include "random.h"
#include "tests/support/support.h"

#if TEST_OPENSSL
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/rsa.h>

#define OK(call) assert_int_equal(call, 0)
#define DONE(call) assert_true((call) > 0) // OpenSSL returns 1 or a length if it succeeds
#define SIZE 32
#define RSA_MOST 512 // octets

static mbedtls_ecp_group p256, x25519;

static struct {
    uint8_t *der; // owned; NULL if no key is in use
    size_t len;
} rsa_key;

static void print_hex(const char *name, const uint8_t *data, size_t len) {
    print_message("%s ", name);
    for (size_t i = 0; i < len; i++) {
        print_message("%02x", data[i]);
    }
    print_message("\n");
}

static int load(void **state) {
    (void)state;
    platform_reset();
    mbedtls_ecp_group_init(&p256);
    mbedtls_ecp_group_init(&x25519);
    OK(mbedtls_ecp_group_load(&p256, MBEDTLS_ECP_DP_SECP256R1));
    OK(mbedtls_ecp_group_load(&x25519, MBEDTLS_ECP_DP_CURVE25519));
    return 0;
}

static int unload(void **state) {
    (void)state;
    if (rsa_key.der != NULL) {
        print_hex("key", rsa_key.der, rsa_key.len);
    }
    mbedtls_ecp_group_free(&p256);
    mbedtls_ecp_group_free(&x25519);
    assert_int_equal(test_platform.live, 0);
    return 0;
}

// ---- X25519 ----
static bool our_x25519(const uint8_t *scalar, const uint8_t *u, uint8_t *out) {
    mbedtls_ecp_point Q;
    mbedtls_mpi d, z;
    uint8_t clamped[SIZE];
    mbedtls_ecp_point_init(&Q);
    mbedtls_mpi_init(&d);
    mbedtls_mpi_init(&z);
    memcpy(clamped, scalar, SIZE);
    clamped[0] &= 248;
    clamped[SIZE - 1] = (uint8_t)((clamped[SIZE - 1] & 127) | 64);
    OK(mbedtls_mpi_read_binary_le(&d, clamped, SIZE));
    OK(mbedtls_ecp_point_read_binary(&x25519, &Q, u, SIZE));
    bool good = mbedtls_ecdh_compute_shared(&x25519, &z, &Q, &d, RANDOM) == 0
        && mbedtls_mpi_write_binary_le(&z, out, SIZE) == 0;
    mbedtls_ecp_point_free(&Q);
    mbedtls_mpi_free(&d);
    mbedtls_mpi_free(&z);
    return good;
}

static bool their_x25519(const uint8_t *scalar, const uint8_t *u, uint8_t *out) {
    EVP_PKEY *own = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, scalar, SIZE);
    EVP_PKEY *peer = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, u, SIZE);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(own, NULL);
    size_t len = SIZE;
    DONE(EVP_PKEY_derive_init(ctx));
    DONE(EVP_PKEY_derive_set_peer(ctx, peer));
    bool good = EVP_PKEY_derive(ctx, out, &len) > 0;
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(own);
    EVP_PKEY_free(peer);
    return good;
}

// Returns false if both refuse the point.
static bool x25519_agrees(const uint8_t *scalar, const uint8_t *u) {
    uint8_t ours[SIZE], theirs[SIZE];
    bool good = our_x25519(scalar, u, ours), expected = their_x25519(scalar, u, theirs);
    if (good != expected || (good && memcmp(ours, theirs, SIZE) != 0)) {
        print_hex("scalar", scalar, SIZE);
        print_hex("u", u, SIZE);
        fail();
    }
    return good;
}

static void x25519_agrees_with_libcrypto(void **state) {
    (void)state;
    // Coordinates, little-endian: 0, 1 and p - 1; p and p + 1, which stand for 0 and 1; the two
    // other points of low order; 2, p + 2 and 2^255 - 1. Each is used with the highest bit clear
    // and set.
    static const char *const u_of[] = {"00", "01", "ecffff", "edffff", "eeffff",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157", "02", "efffff",
        "ffffff"};
    uint8_t scalar[SIZE], u[SIZE];
    int refused = 0;
    for (size_t i = 0; i < 2 * sizeof(u_of) / sizeof(u_of[0]); i++) {
        const char *text = u_of[i / 2];
        size_t given = strlen(text) / 2;
        memset(u, given == 3 ? 0xFF : 0, SIZE);
        for (size_t j = 0; j < given; j++) {
            unsigned byte;
            assert_int_equal(sscanf(text + 2 * j, "%2x", &byte), 1);
            u[j] = (uint8_t)byte;
        }
        u[SIZE - 1] = (uint8_t)((u[SIZE - 1] & 127) | (i % 2) << 7);
        for (int j = 0; j < 4; j++) {
            OK(random_bytes(&seed, scalar, SIZE));
            memset(scalar, j == 0 ? 0 : 0xFF, j < 2 ? SIZE : 0);
            refused += !x25519_agrees(scalar, u);
        }
    }
    assert_int_equal(refused, 7 * 2 * 4);
    for (int i = 0; i < 500; i++) {
        OK(random_bytes(&seed, scalar, SIZE));
        OK(random_bytes(&seed, u, SIZE));
        assert_true(x25519_agrees(scalar, u));
    }
}

// ---- P-256 ----
static void p256_agrees(const EC_GROUP *group, const uint8_t *scalar, const uint8_t *compressed) {
    uint8_t ours[65], theirs[65];
    size_t len;
    mbedtls_ecp_point P;
    mbedtls_mpi m;
    mbedtls_ecp_point_init(&P);
    mbedtls_mpi_init(&m);
    OK(mbedtls_mpi_read_binary(&m, scalar, SIZE));
    OK(mbedtls_ecp_point_read_binary(&p256, &P, compressed, 1 + SIZE));
    OK(mbedtls_ecp_mul(&p256, &P, &m, &P, RANDOM));
    OK(mbedtls_ecp_point_write_binary(&p256, &P, 0, &len, ours, sizeof(ours)));
    EC_POINT *Q = EC_POINT_new(group);
    BIGNUM *n = BN_bin2bn(scalar, SIZE, NULL);
    DONE(EC_POINT_oct2point(group, Q, compressed, 1 + SIZE, NULL));
    DONE(EC_POINT_mul(group, Q, NULL, Q, n, NULL));
    DONE(EC_POINT_point2oct(group, Q, POINT_CONVERSION_UNCOMPRESSED, theirs, sizeof(theirs), NULL));
    if (memcmp(ours, theirs, sizeof(ours)) != 0) {
        print_hex("scalar", scalar, SIZE);
        print_hex("point", compressed, 1 + SIZE);
        fail();
    }
    EC_POINT_free(Q);
    BN_free(n);
    mbedtls_ecp_point_free(&P);
    mbedtls_mpi_free(&m);
}

// Writes scalar number `i`: 1 and 2; the order less 1 and 2; two near half of the order; random
// ones.
static void some_scalar(int i, uint8_t *scalar) {
    mbedtls_mpi m;
    mbedtls_mpi_init(&m);
    OK(mbedtls_mpi_copy(&m, &p256.N));
    if (i < 2) {
        OK(mbedtls_mpi_lset(&m, i + 1));
    } else if (i < 4) {
        OK(mbedtls_mpi_sub_int(&m, &m, i - 1));
    } else if (i < 6) {
        OK(mbedtls_mpi_shift_r(&m, 1));
        OK(mbedtls_mpi_add_int(&m, &m, i - 4));
    } else {
        OK(mbedtls_ecp_gen_privkey(&p256, &m, RANDOM));
    }
    OK(mbedtls_mpi_write_binary(&m, scalar, SIZE));
    mbedtls_mpi_free(&m);
}
#define SCALARS 8

static void p256_agrees_with_libcrypto(void **state) {
    (void)state;
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    EC_POINT *P = EC_POINT_new(group);
    mbedtls_mpi x;
    mbedtls_mpi_init(&x);
    int points = 0;
    // The x-coordinates are 0 to 29, the 30 below p, and random ones.
    for (int i = 0; i < 90; i++) {
        uint8_t point[1 + SIZE], scalar[SIZE];
        if (i < 60) {
            OK(mbedtls_mpi_copy(&x, &p256.P));
            OK(mbedtls_mpi_sub_int(&x, &x, i - 29));
        }
        if (i < 30) {
            OK(mbedtls_mpi_lset(&x, i));
        }
        OK(random_bytes(&seed, point, sizeof(point)));
        if (i < 60) {
            OK(mbedtls_mpi_write_binary(&x, point + 1, SIZE));
        }
        point[0] = (uint8_t)(2 + i % 2);
        if (EC_POINT_oct2point(group, P, point, sizeof(point), NULL) <= 0) {
            continue; // no point has this x-coordinate
        }
        points++;
        for (int j = 0; j < SCALARS; j++) {
            some_scalar(j, scalar);
            p256_agrees(group, scalar, point);
        }
    }
    assert_true(points > 20);
    mbedtls_mpi_free(&x);
    EC_POINT_free(P);
    EC_GROUP_free(group);
}

// ---- signatures ----
typedef struct {
    mbedtls_pk_context ours;
    EVP_PKEY *theirs; // owned
} key_t;

static void key_read(key_t *key, int type, const uint8_t *der, size_t len) {
    mbedtls_pk_init(&key->ours);
    OK(mbedtls_pk_parse_key(&key->ours, der, len, NULL, 0, RANDOM));
    key->theirs = d2i_PrivateKey(type, NULL, &der, (long)len);
    assert_non_null(key->theirs);
}

static void key_free(key_t *key) {
    mbedtls_pk_free(&key->ours);
    EVP_PKEY_free(key->theirs);
}

// A hash, and how it is signed.
typedef struct {
    mbedtls_pk_type_t type;
    mbedtls_md_type_t md;
    size_t len;
    uint8_t hash[64];
} signed_t;

static EVP_PKEY_CTX *their_context(const key_t *key, const signed_t *what, bool sign) {
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key->theirs, NULL);
    DONE(sign ? EVP_PKEY_sign_init(ctx) : EVP_PKEY_verify_init(ctx));
    if (what->type == MBEDTLS_PK_RSASSA_PSS) {
        DONE(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING));
    }
    if (what->type != MBEDTLS_PK_ECDSA) {
        DONE(EVP_PKEY_CTX_set_signature_md(ctx,
            what->len == 32       ? EVP_sha256()
                : what->len == 48 ? EVP_sha384()
                                  : EVP_sha512()));
    }
    if (what->type == MBEDTLS_PK_RSASSA_PSS) {
        DONE(EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST));
    }
    return ctx;
}

static bool they_verify(key_t *key, const signed_t *what, const uint8_t *sig, size_t len) {
    EVP_PKEY_CTX *ctx = their_context(key, what, false);
    bool good = EVP_PKEY_verify(ctx, sig, len, what->hash, what->len) > 0;
    EVP_PKEY_CTX_free(ctx);
    return good;
}

static bool we_verify(key_t *key, const signed_t *what, const uint8_t *sig, size_t len) {
    mbedtls_pk_rsassa_pss_options options = {what->md, (int)what->len};
    return mbedtls_pk_verify_ext(what->type, what->type == MBEDTLS_PK_RSASSA_PSS ? &options : NULL,
               &key->ours, what->md, what->hash, what->len, sig, len)
        == 0;
}

// Either verifies what the other one has signed, and refuses it for another hash.
static void signatures_agree(key_t *key, signed_t *what) {
    uint8_t ours[RSA_MOST], theirs[RSA_MOST];
    size_t our_len, their_len = sizeof(theirs);
    OK(mbedtls_pk_sign_ext(what->type, &key->ours, what->md, what->hash, what->len, ours,
        sizeof(ours), &our_len, RANDOM));
    assert_true(they_verify(key, what, ours, our_len));
    EVP_PKEY_CTX *ctx = their_context(key, what, true);
    DONE(EVP_PKEY_sign(ctx, theirs, &their_len, what->hash, what->len));
    EVP_PKEY_CTX_free(ctx);
    assert_true(we_verify(key, what, theirs, their_len));
    what->hash[what->len / 3] ^= 4;
    assert_false(they_verify(key, what, ours, our_len));
    assert_false(we_verify(key, what, theirs, their_len));
    what->hash[what->len / 3] ^= 4;
}

static const mbedtls_md_type_t hashes[] = {MBEDTLS_MD_SHA256, MBEDTLS_MD_SHA384, MBEDTLS_MD_SHA512};

static void ecdsa_agrees_with_libcrypto(void **state) {
    (void)state;
    // An ECPrivateKey without a public key (RFC 5915).
    uint8_t der[51] = {0x30, 49, 2, 1, 1, 4, SIZE};
    static const uint8_t curve[] = {0xA0, 10, 6, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7};
    memcpy(der + 7 + SIZE, curve, sizeof(curve));
    for (int i = 0; i < 3 * SCALARS; i++) {
        key_t key;
        signed_t what = {.type = MBEDTLS_PK_ECDSA};
        some_scalar(i % SCALARS, der + 7);
        key_read(&key, EVP_PKEY_EC, der, sizeof(der));
        for (int j = 0; j < 6; j++) {
            what.md = hashes[j % 3];
            what.len = 32 + 16 * (size_t)(j % 3);
            OK(random_bytes(&seed, what.hash, what.len));
            memset(what.hash, j == 0 ? 0 : 0xFF, j < 2 ? what.len : 0);
            signatures_agree(&key, &what);
        }
        key_free(&key);
    }
}

// ---- RSA ----
static void rsa_generate(unsigned bits, uint64_t exponent) {
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, NULL);
    EVP_PKEY *made = NULL;
    BIGNUM *e = BN_new();
    DONE(BN_set_word(e, exponent));
    DONE(EVP_PKEY_keygen_init(ctx));
    DONE(EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, (int)bits));
    DONE(EVP_PKEY_CTX_set1_rsa_keygen_pubexp(ctx, e));
    DONE(EVP_PKEY_keygen(ctx, &made));
    int len = i2d_PrivateKey(made, &rsa_key.der);
    DONE(len);
    rsa_key.len = (size_t)len;
    EVP_PKEY_free(made);
    EVP_PKEY_CTX_free(ctx);
    BN_free(e);
}

static bool their_rsa(const key_t *key, bool private, const uint8_t *in, size_t len, uint8_t *out) {
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key->theirs, NULL);
    size_t out_len = RSA_MOST;
    DONE(private ? EVP_PKEY_decrypt_init(ctx) : EVP_PKEY_encrypt_init(ctx));
    DONE(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING));
    bool good = (private ? EVP_PKEY_decrypt(ctx, out, &out_len, in, len)
                         : EVP_PKEY_encrypt(ctx, out, &out_len, in, len))
        > 0;
    EVP_PKEY_CTX_free(ctx);
    assert_true(!good || out_len == len);
    return good;
}

// Returns false if both refuse the number, because it is not below the modulus.
static bool rsa_agrees(const key_t *key, const mbedtls_mpi *x) {
    uint8_t in[RSA_MOST], ours[RSA_MOST], theirs[RSA_MOST];
    mbedtls_rsa_context *rsa = mbedtls_pk_rsa(key->ours);
    size_t len = mbedtls_rsa_get_len(rsa);
    bool good = true;
    OK(mbedtls_mpi_write_binary(x, in, len));
    for (int private = 0; private < 2; private ++) {
        bool expected = their_rsa(key, private, in, len, theirs);
        good = (private ? mbedtls_rsa_private(rsa, RANDOM, in, ours)
                        : mbedtls_rsa_public(rsa, in, ours))
            == 0;
        if (good != expected || (good && memcmp(ours, theirs, len) != 0)) {
            print_hex(private ? "private" : "public", in, len);
            fail();
        }
    }
    return good;
}

// The numbers are 0 to 3; the modulus less 2 and 1, itself, and one more; random ones, each with
// one more octet of zero in front.
static void rsa_numbers_agree(const key_t *key) {
    const mbedtls_mpi *N = &mbedtls_pk_rsa(key->ours)->N;
    mbedtls_mpi x;
    mbedtls_mpi_init(&x);
    for (int i = 0; i < 12; i++) {
        if (i < 4) {
            OK(mbedtls_mpi_lset(&x, i));
        } else if (i < 8) {
            OK(mbedtls_mpi_add_int(&x, N, i - 6));
        } else {
            size_t octets = mbedtls_mpi_size(N) - (size_t)(i - 8);
            OK(mbedtls_mpi_fill_random(&x, octets, RANDOM));
            OK(mbedtls_mpi_mod_mpi(&x, &x, N));
        }
        assert_true(rsa_agrees(key, &x) == (i != 6 && i != 7));
    }
    mbedtls_mpi_free(&x);
}

static void rsa_agrees_with_libcrypto(void **state) {
    (void)state;
    // With 2049 bits the encoded message of PSS is an octet shorter than the modulus (RFC 8017
    // 8.1.1). OpenSSL makes a key of an odd length only if the exponent or the key is small.
    static const struct {
        unsigned bits;
        uint64_t exponent;
    } keys[] = {{2047, 65537}, {2048, 65537}, {2049, 3}, {2056, 17}, {3072, 65537}, {4096, 65537},
        {2048, 0x10000000F}};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        key_t key;
        rsa_generate(keys[i].bits, keys[i].exponent);
        key_read(&key, EVP_PKEY_RSA, rsa_key.der, rsa_key.len);
        assert_int_equal(mbedtls_pk_get_bitlen(&key.ours), keys[i].bits);
        rsa_numbers_agree(&key);
        for (int j = 0; j < 6; j++) {
            signed_t what = {.type = j < 3 ? MBEDTLS_PK_RSA : MBEDTLS_PK_RSASSA_PSS,
                .md = hashes[j % 3],
                .len = 32 + 16 * (size_t)(j % 3)};
            OK(random_bytes(&seed, what.hash, what.len));
            signatures_agree(&key, &what);
        }
        key_free(&key);
        OPENSSL_free(rsa_key.der);
        rsa_key.der = NULL;
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(x25519_agrees_with_libcrypto, load, unload),
        cmocka_unit_test_setup_teardown(p256_agrees_with_libcrypto, load, unload),
        cmocka_unit_test_setup_teardown(ecdsa_agrees_with_libcrypto, load, unload),
        cmocka_unit_test_setup_teardown(rsa_agrees_with_libcrypto, load, unload),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
#else
static void skipped_without_libcrypto(void **state) {
    (void)state;
    skip();
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(skipped_without_libcrypto)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
#endif
