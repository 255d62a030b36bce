// SPDX-License-Identifier: MIT
//
// bytes.c - big-endian numbers, and vectors with a length in front (bytes.h has the contract).
#include "bytes.h"

#include <string.h>

bool ussl__read_number(ussl__reader_t *reader, size_t bytes, uint64_t *out) {
    if (ussl__bytes_left(reader) < bytes) {
        return false;
    }
    *out = ussl__number(reader->at, bytes);
    reader->at += bytes;
    return true;
}

bool ussl__read_vector(ussl__reader_t *reader, size_t length_bytes, ussl__reader_t *out) {
    uint64_t len;
    if (!ussl__read_number(reader, length_bytes, &len) || ussl__bytes_left(reader) < len) {
        return false;
    }
    *out = (ussl__reader_t){reader->at, reader->at + len};
    reader->at += len;
    return true;
}

uint64_t ussl__number(const uint8_t *at, size_t bytes) {
    uint64_t number = 0;
    while (bytes-- > 0) {
        number = number << 8 | *at++;
    }
    return number;
}

uint8_t *ussl__put_number(uint8_t *at, uint64_t number, size_t bytes) {
    while (bytes-- > 0) {
        *at++ = (uint8_t)(number >> 8 * bytes);
    }
    return at;
}

uint8_t *ussl__put_vector(uint8_t *at, const void *data, size_t len, size_t length_bytes) {
    at = ussl__put_number(at, len, length_bytes);
    if (len > 0) {
        memcpy(at, data, len);
    }
    return at + len;
}
