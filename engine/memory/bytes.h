// SPDX-License-Identifier: MIT
//
// bytes.h - private; reads, within bounds, and writes big-endian numbers and vectors with a length
// in front (RFC 8446 3.3 and 3.4).
#ifndef USSL_MEMORY_BYTES_H
#define USSL_MEMORY_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Bytes that are still to be read. Nothing is copied.
typedef struct {
    const uint8_t *at, *end; // lent
} ussl__reader_t;

// Reads a number of `bytes` octets, 8 at most. Returns false if fewer are left; then the reader has
// not moved.
bool ussl__read_number(ussl__reader_t *reader, size_t bytes, uint64_t *out);
// Reads a vector whose length takes `length_bytes` octets. Returns false if it is incomplete; then
// the reader may have moved past the length.
bool ussl__read_vector(ussl__reader_t *reader, size_t length_bytes, ussl__reader_t *out);

static inline size_t ussl__bytes_left(const ussl__reader_t *reader) {
    return (size_t)(reader->end - reader->at);
}

// Returns the number in `bytes` octets, 8 at most. The caller must have checked that they are
// there.
uint64_t ussl__number(const uint8_t *at, size_t bytes);

// Both return the address after the last byte that they wrote.
uint8_t *ussl__put_number(uint8_t *at, uint64_t number, size_t bytes);
uint8_t *ussl__put_vector(uint8_t *at, const void *data, size_t len, size_t length_bytes);

#endif // USSL_MEMORY_BYTES_H
