// SPDX-License-Identifier: MIT
//
// fuzz_constraints.c - checks the names of a certificate against name constraints. The input is the
// content of a NameConstraints extension, with its length in two octets in front, and then the
// content of a SubjectAltName extension.
#include "common.h"

// Writes an extension as a certificate has it: OID, OCTET STRING.
static size_t put_extension(uint8_t *out, uint8_t id, const uint8_t *content, size_t len) {
    size_t body = 5 + 4 + len, at = 0;
    const uint8_t head[] = {0x30, 0x82, (uint8_t)(body >> 8), (uint8_t)body, 0x06, 3, 0x55, 0x1D,
        id, 0x04, 0x82, (uint8_t)(len >> 8), (uint8_t)len};
    memcpy(out, head, sizeof(head));
    at += sizeof(head);
    memcpy(out + at, content, len);
    return at + len;
}

static void make_cert(
    mbedtls_x509_crt *crt, uint8_t *room, uint8_t id, const uint8_t *content, size_t len) {
    memset(crt, 0, sizeof(*crt));
    size_t list = put_extension(room + 4, id, content, len);
    const uint8_t head[] = {0x30, 0x82, (uint8_t)(list >> 8), (uint8_t)list};
    memcpy(room, head, sizeof(head));
    crt->v3_ext.p = room;
    crt->v3_ext.len = 4 + list;
    crt->subject_raw.p = (unsigned char *)"\x30";
    crt->subject_raw.len = 2;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    static uint8_t room[2][70000];
    if (len < 2 || len > 60000) {
        return 0;
    }
    size_t first = (size_t)data[0] << 8 | data[1];
    first = first < len - 2 ? first : len - 2;
    mbedtls_x509_crt ca, leaf;
    make_cert(&ca, room[0], 0x1E, data + 2, first);
    make_cert(&leaf, room[1], 0x11, data + 2 + first, len - 2 - first);
    ussl__constraints_t limits;
    uint32_t effort = 1 << 12;
    if (ussl__constraints_read(&ca, &limits) == 0) {
        (void)ussl__constraints_check(&limits, &leaf, true, &effort);
    }
    return 0;
}
