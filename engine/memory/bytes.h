// SPDX-License-Identifier: MIT
//
// bytes.h - private; big-endian numbers and vectors with a length in front (RFC 8446 3.3 and 3.4),
// read within bounds and written.
#ifndef USSL_MEMORY_BYTES_H
#define USSL_MEMORY_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Bytes that are still to be read. Nothing is copied.
typedef struct {
    const uint8_t *at, *end;
} ussl__reader_t;

// Reads a number of `bytes` octets, 8 at most. False if there are fewer; then nothing has moved.
bool ussl__read_number(ussl__reader_t *reader, size_t bytes, uint64_t *out);
// Reads a vector whose length takes `length_bytes` octets. False if it is not whole.
bool ussl__read_vector(ussl__reader_t *reader, size_t length_bytes, ussl__reader_t *out);

static inline size_t ussl__bytes_left(const ussl__reader_t *reader) {
    return (size_t)(reader->end - reader->at);
}

// The number in `bytes` octets, 8 at most, which the caller knows to be there.
uint64_t ussl__number(const uint8_t *at, size_t bytes);

// Both return the place behind what they wrote.
uint8_t *ussl__put_number(uint8_t *at, uint64_t number, size_t bytes);
uint8_t *ussl__put_vector(uint8_t *at, const void *data, size_t len, size_t length_bytes);

#endif // USSL_MEMORY_BYTES_H
