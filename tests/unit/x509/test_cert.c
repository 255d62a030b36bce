// SPDX-License-Identifier: MIT
//
// test_cert.c - every field of a certificate is found, and no damage makes the readers of
// engine/cert.h leave the bytes of the certificate (RFC 5280 4.1, 4.2, X.690).
//
// docs/trust.md promises how much work a signature counts for ("What is checked"); a row of that
// case has a certificate and the work of a signature by its key. docs/known-faults.md names the
// BOOLEANs.
#include "engine/verify/verify.h"
#include "tests/support/support.h"

static int reset(void **state) {
    (void)state;
    platform_reset();
    srand(1);
    return 0;
}

// Returns the first certificate of a PEM file, as DER in a block of exactly its size.
static uint8_t *read_der(const char *name, size_t *len) {
    blob_t pem = read_cert_file(name);
    const char *at = (const char *)pem.data;
    uint8_t *der;
    ussl_failure_t why;
    ussl_result_t result = ussl__pem_next(&at, at + pem.len, "CERTIFICATE", &der, len, &why);
    assert_int_equal(result, USSL_OK);
    uint8_t *copy = malloc(*len);
    memcpy(copy, der, *len);
    ussl__free(der);
    blob_free(&pem);
    return copy;
}

static void check_inside(const mbedtls_x509_crt *crt, const uint8_t *at, size_t len) {
    assert_true(at >= crt->raw.p && at + len <= crt->raw.p + crt->raw.len);
}

// Reads every field, so that AddressSanitizer sees an over-read. Returns how many there are.
static size_t read_all(const mbedtls_x509_crt *crt) {
    const ussl_cert_t *cert = (const ussl_cert_t *)crt;
    const uint8_t *value, *der;
    size_t len, der_len, found = 0;
    unsigned kind;
    ussl_attribute_t attribute;
    for (int whose = USSL_SUBJECT; whose <= USSL_ISSUER; whose++) {
        ussl_cert_name(cert, (ussl_whose_t)whose, &der, &der_len);
        for (size_t i = 0; ussl_name_attribute(der, der_len, i, &attribute); i++) {
            check_inside(crt, attribute.value, attribute.len);
            found++;
        }
    }
    for (size_t i = 0; ussl_cert_alt_name(cert, i, &kind, &value, &len); i++) {
        check_inside(crt, value, len);
        for (size_t k = 0; kind == 4 && ussl_name_attribute(value, len, k, &attribute); k++) {
            check_inside(crt, attribute.value, attribute.len);
        }
        char text[16];
        ussl_oid_text(value, len, text, sizeof(text));
        assert_true(strlen(text) < sizeof(text));
        found++;
    }
    for (int uri = USSL_URI_OCSP; uri <= USSL_URI_CRL; uri++) {
        for (size_t i = 0; ussl_cert_uri(cert, (ussl_uri_t)uri, i, &value, &len); i++) {
            check_inside(crt, value, len);
            found++;
        }
    }
    return found;
}

static size_t parse_and_read(const uint8_t *der, size_t len) {
    mbedtls_x509_crt crt;
    mbedtls_x509_crt_init(&crt);
    size_t found = 0;
    if (mbedtls_x509_crt_parse_der(&crt, der, len) == 0) {
        found = read_all(&crt);
    }
    mbedtls_x509_crt_free(&crt);
    return found;
}

static void every_field_of_a_certificate_is_found(void **state) {
    (void)state;
    size_t len;
    uint8_t *der = read_der("odd.pem", &len);
    mbedtls_x509_crt crt;
    mbedtls_x509_crt_init(&crt);
    assert_int_equal(mbedtls_x509_crt_parse_der(&crt, der, len), 0);
    assert_int_equal(read_all(&crt), 12 + 3 + 9 + 2 + 1 + 2);
    const uint8_t *value;
    assert_true(ussl_cert_uri((ussl_cert_t *)&crt, USSL_URI_OCSP, 1, &value, &len));
    assert_memory_equal(value, "http://ocsp2.example.test/", len);
    assert_false(ussl_cert_uri((ussl_cert_t *)&crt, USSL_URI_CA_ISSUERS, 1, &value, &len));
    mbedtls_x509_crt_free(&crt);
    free(der);
}

static void no_damaged_certificate_is_read_past_its_end(void **state) {
    (void)state;
    size_t len, survived = 0;
    uint8_t *der = read_der("odd.pem", &len);
    for (size_t bit = 0; bit < len * 8; bit++) {
        der[bit / 8] ^= (uint8_t)(1 << bit % 8);
        survived += parse_and_read(der, len) > 0;
        der[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    assert_true(survived > 1000);
    for (int i = 0; i < 5000; i++) {
        uint8_t *copy = malloc(len);
        memcpy(copy, der, len);
        for (int k = 0; k < 4; k++) {
            copy[(size_t)rand() % len] = (uint8_t)rand();
        }
        (void)parse_and_read(copy, len);
        free(copy);
    }
    free(der);
    assert_int_equal(test_platform.live, 0);
}

// A BOOLEAN in DER is either 0 or 0xFF (X.690 11.1).
static void a_boolean_other_than_0_and_255_is_refused(void **state) {
    (void)state;
    size_t len, changed = 0;
    uint8_t *der = read_der("ca.pem", &len); // has basicConstraints, critical
    for (size_t i = 0; i + 2 < len; i++) {
        if (memcmp(der + i, "\x01\x01\xff", 3) != 0) {
            continue;
        }
        changed++;
        for (unsigned value = 0; value < 256; value += value == 2 ? 252 : 1) {
            mbedtls_x509_crt crt;
            mbedtls_x509_crt_init(&crt);
            der[i + 2] = (uint8_t)value;
            int code = ussl__crt_parse_sent(&crt, der, len);
            assert_int_equal(code == 0, value == 0 || value == 0xFF);
            mbedtls_x509_crt_free(&crt);
        }
    }
    assert_true(changed >= 2);
    free(der);
    assert_int_equal(test_platform.live, 0);
}

// The work that a peer's certificates may cost is limited in these units (verify/path.c).
static void the_work_of_a_signature_follows_its_key(void **state) {
    (void)state;
    static const struct {
        const char *name;
        unsigned work;
    } rows[] = {{"server.pem", 3}, {"server-rsa.pem", 1}, {"root-rsa.pem", 1},
        {"server-p384.pem", 4}, {"server-p521.pem", 6}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t len;
        uint8_t *der = read_der(rows[i].name, &len);
        mbedtls_x509_crt crt;
        mbedtls_x509_crt_init(&crt);
        assert_int_equal(ussl__crt_parse(&crt, der, len), 0);
        assert_int_equal(ussl__signature_work(&crt), rows[i].work);
        if (mbedtls_pk_get_type(&crt.pk) == MBEDTLS_PK_RSA) {
            mbedtls_rsa_context *rsa = mbedtls_pk_rsa(crt.pk);
            assert_int_equal(mbedtls_mpi_lset(&rsa->E, 1), 0);
            assert_int_equal(mbedtls_mpi_shift_l(&rsa->E, 63), 0);
            assert_int_equal(
                ussl__signature_work(&crt), 3); // the longest exponent that is accepted
        }
        mbedtls_x509_crt_free(&crt);
        free(der);
    }
}

static void no_name_is_read_past_its_end(void **state) {
    (void)state;
    static const uint8_t parts[] = {0x30, 0x31, 0x06, 0x0C, 0x03, 0x55, 0x04, 0x80, 0x81, 0x84};
    for (int i = 0; i < 100000; i++) {
        size_t len = (size_t)rand() % 24;
        uint8_t *der = malloc(len + 1);
        for (size_t k = 0; k < len; k++) {
            int dice = rand() % 8;
            der[k] = dice < 4 ? parts[(size_t)rand() % sizeof(parts)]
                : dice < 7    ? (uint8_t)(rand() % (int)(len + 1))
                              : (uint8_t)rand();
        }
        ussl_attribute_t attribute;
        for (size_t k = 0; ussl_name_attribute(der, len, k, &attribute); k++) {
            assert_true(attribute.value >= der && attribute.value + attribute.len <= der + len);
        }
        free(der);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_field_of_a_certificate_is_found, reset),
        cmocka_unit_test_setup(no_damaged_certificate_is_read_past_its_end, reset),
        cmocka_unit_test_setup(a_boolean_other_than_0_and_255_is_refused, reset),
        cmocka_unit_test_setup(the_work_of_a_signature_follows_its_key, reset),
        cmocka_unit_test_setup(no_name_is_read_past_its_end, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
