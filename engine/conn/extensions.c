// SPDX-License-Identifier: MIT
//
// extensions.c - reads the lists of extensions in handshake messages, and checks those extensions
// and messages that both ends can receive.
//
// Notes: mbedTLS reads the extensions that it supports and ignores much of the rest. If two parsers
// can read a message differently, protocols above TLS can be attacked, so the cases below are
// refused. Everything that is read here is untrusted input.
#include "extensions.h"

#include <string.h>

bool ussl__tls_ext_read(ussl__reader_t *list, unsigned *type, ussl__reader_t *data) {
    uint64_t number = 0;
    bool good = ussl__read_number(list, 2, &number) && ussl__read_vector(list, 2, data);
    *type = (unsigned)number;
    return good;
}

bool ussl__is_protocol_of(const char *const *protocols, ussl__reader_t name) {
    size_t len = ussl__bytes_left(&name);
    for (const char *const *own = protocols; own != NULL && *own != NULL; own++) {
        if (strlen(*own) == len && memcmp(*own, name.at, len) == 0) {
            return true;
        }
    }
    return false;
}

bool ussl__tls_ext_find(ussl__reader_t list, unsigned wanted, ussl__reader_t *data) {
    unsigned type;
    while (list.at < list.end && ussl__tls_ext_read(&list, &type, data)) {
        if (type == wanted) {
            return true;
        }
    }
    return false;
}

// A message can have thousands of extensions, so the types that occur are marked in a bitmap, for
// 2048 types at a time.
bool ussl__tls_exts_repeat(ussl__reader_t list) {
    enum { WINDOW = 2048, TYPES = 65536 };
    for (unsigned first = 0; first < TYPES; first += WINDOW) {
        uint8_t seen[WINDOW / 8] = {0};
        ussl__reader_t reader = list, data;
        unsigned type;
        while (reader.at < reader.end && ussl__tls_ext_read(&reader, &type, &data)) {
            unsigned at = type - first; // wraps if the type is below `first`
            if (at < WINDOW && seen[at / 8] & 1 << at % 8) {
                return true;
            }
            if (at < WINDOW) {
                seen[at / 8] |= (uint8_t)(1 << at % 8);
            }
        }
    }
    return false;
}

int ussl__tls_exts_read(ussl_conn_t *conn, ussl__reader_t *body, ussl__reader_t *list) {
    *list = *body;
    if (body->at == body->end) {
        return 0;
    }
    if (!ussl__read_vector(body, 2, list) || body->at != body->end) {
        return ussl__malformed(conn);
    }
    ussl__reader_t reader = *list, data;
    unsigned type;
    while (reader.at < reader.end) {
        if (!ussl__tls_ext_read(&reader, &type, &data)) {
            return ussl__malformed(conn);
        }
    }
    return ussl__tls_exts_repeat(*list)
        ? ussl__refuse(conn, USSL_ALERT_ILLEGAL_PARAMETER, "BAD_EXTENSION")
        : 0;
}

int ussl__check_end(ussl_conn_t *conn) {
    bool more = conn->ssl.in_msglen > conn->ssl.in_hslen;
    return more ? ussl__refuse(conn, USSL_ALERT_UNEXPECTED_MESSAGE, "EXCESS_HANDSHAKE_DATA") : 0;
}

int ussl__check_point_formats(ussl_conn_t *conn, ussl__reader_t list) {
    ussl__reader_t data, formats;
    if (!ussl__tls_ext_find(list, EXT_POINT_FORMATS, &data)) {
        return 0;
    }
    if (!ussl__read_vector(&data, 1, &formats) || data.at != data.end) {
        return ussl__malformed(conn);
    }
    size_t n = ussl__bytes_left(&formats);
    bool uncompressed = n > 0 && memchr(formats.at, 0, n) != NULL;
    return uncompressed
        ? 0
        : ussl__refuse(conn, USSL_ALERT_ILLEGAL_PARAMETER, "TLS_INVALID_ECPOINTFORMAT_LIST");
}

int ussl__check_authorities(ussl_conn_t *conn, ussl__reader_t list) {
    ussl__reader_t data, names, name;
    if (!ussl__tls_ext_find(list, EXT_CERTIFICATE_AUTHORITIES, &data)) {
        return 0;
    }
    if (!ussl__read_vector(&data, 2, &names) || data.at != data.end || names.at == names.end) {
        return ussl__malformed(conn);
    }
    while (names.at < names.end) {
        if (!ussl__read_vector(&names, 2, &name) || name.at == name.end) {
            return ussl__malformed(conn);
        }
    }
    return 0;
}
