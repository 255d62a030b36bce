// SPDX-License-Identifier: MIT
//
// fuzz_names.c - compares host names, patterns, addresses and distinguished names. The input is two
// texts with a zero octet between them.
#include "common.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    const uint8_t *zero = len > 0 ? memchr(data, 0, len) : NULL;
    size_t first = zero ? (size_t)(zero - data) : len, second = zero ? len - first - 1 : 0;
    const char *a = (const char *)data, *b = zero ? (const char *)zero + 1 : a;
    uint8_t address[16];
    size_t address_len = ussl_address_parse(b, second, address);
    bool matches = ussl_hostname_match(a, first, b, second);
    if (matches && (address_len != 0 || !ussl_is_hostname(b, second - (b[second - 1] == '.')))) {
        abort(); // an address, or text that is no host name, was matched as a name
    }
    if (matches && memchr(a, '*', first) == NULL && first != second && first + 1 != second) {
        abort();
    }
    mbedtls_x509_buf dn_a = {.p = (unsigned char *)data, .len = first};
    mbedtls_x509_buf dn_b = {.p = (unsigned char *)(uintptr_t)b, .len = second};
    if (first > 0 && second > 0 && ussl__dn_equal(&dn_a, &dn_b) != ussl__dn_equal(&dn_b, &dn_a)) {
        abort();
    }
    ussl_attribute_t attribute;
    for (size_t i = 0; ussl_name_attribute(data, len, i, &attribute); i++) {
    }
    return 0;
}
