// SPDX-License-Identifier: MIT
//
// ssl_cert.c - a certificate as the dict of CPython's SSLSocket.getpeercert().
#include <stdarg.h> // must come first: py/misc.h declares vstr_vprintf() only if va_start is defined

#include "binding.h"

#include <string.h>

#include "py/objstr.h"

// ---- strings ----
// True if the text is UTF-8 that MicroPython's str can hold: every lead byte is followed by as many
// continuation bytes as it announces (RFC 3629 3). MicroPython's own check is not used because its
// name differs between versions.
static bool is_utf8(const byte *p, size_t len) {
    size_t more = 0;
    for (size_t i = 0; i < len; i++) {
        if (more > 0) {
            if ((p[i] & 0xC0) != 0x80) {
                return false;
            }
            more--;
        } else if (p[i] >= 0x80) {
            if (p[i] < 0xC2 || p[i] > 0xF4) {
                return false;
            }
            more = p[i] < 0xE0 ? 1 : p[i] < 0xF0 ? 2 : 3;
        }
    }
    return more == 0;
}

// Returns the value of an ASN.1 string type (X.680 8) as str. BMPString is read as UTF-16 without
// surrogates, TeletexString as Latin-1, and all other types as UTF-8, which includes ASCII. If the
// bytes are not UTF-8, each byte of 0x80 and above becomes '?'.
static mp_obj_t text_of(const ussl_attribute_t *attribute) {
    enum { TELETEX = 20, BMP = 30 };
    unsigned tag = attribute->tag & 0x1F;
    vstr_t vstr;
    vstr_init(&vstr, attribute->len + 1);
    if (tag == BMP) {
        for (size_t i = 0; i + 1 < attribute->len; i += 2) {
            vstr_add_char(&vstr, (unichar)(attribute->value[i] << 8 | attribute->value[i + 1]));
        }
    } else if (tag == TELETEX) {
        for (size_t i = 0; i < attribute->len; i++) {
            vstr_add_char(&vstr, attribute->value[i]);
        }
    } else {
        vstr_add_strn(&vstr, (const char *)attribute->value, attribute->len);
    }
    if (!is_utf8((const byte *)vstr.buf, vstr.len)) {
        for (size_t i = 0; i < vstr.len; i++) {
            vstr.buf[i] = vstr.buf[i] & 0x80 ? '?' : vstr.buf[i];
        }
    }
    return mp_obj_new_str_from_vstr(&vstr);
}

static mp_obj_t printed(const char *format, ...) {
    va_list args;
    va_start(args, format);
    vstr_t vstr;
    vstr_init(&vstr, 40);
    vstr_vprintf(&vstr, format, args);
    va_end(args);
    return mp_obj_new_str_from_vstr(&vstr);
}

static mp_obj_t date_text(const ussl_date_t *date) {
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    size_t month = date->month >= 1 && date->month <= 12 ? date->month - 1u : 0;
    char name[4] = {0};
    memcpy(name, months + 3 * month, 3);
    return printed("%s %2d %02d:%02d:%02d %d GMT", name, date->day, date->hour, date->minute,
        date->second, date->year);
}

// Returns the serial number in upper-case hexadecimal, without leading zero bytes.
static mp_obj_t serial_text(const uint8_t *serial, size_t len) {
    while (len > 1 && serial[0] == 0) {
        serial++;
        len--;
    }
    vstr_t vstr;
    vstr_init(&vstr, 2 * len + 1);
    for (size_t i = 0; i < len; i++) {
        vstr_printf(&vstr, "%02X", serial[i]);
    }
    return mp_obj_new_str_from_vstr(&vstr);
}

void ssl_print_address(const mp_print_t *print, const uint8_t *bytes, size_t len, bool capitals) {
    if (len == 4) {
        mp_printf(print, "%d.%d.%d.%d", bytes[0], bytes[1], bytes[2], bytes[3]);
        return;
    }
    for (size_t i = 0; i < len; i += 2) {
        mp_printf(print, capitals ? "%s%X" : "%s%x", i ? ":" : "", bytes[i] << 8 | bytes[i + 1]);
    }
}

static mp_obj_t address_text(const uint8_t *bytes, size_t len) {
    vstr_t vstr;
    mp_print_t print;
    vstr_init_print(&vstr, 40, &print);
    if (len == 4 || len == 16) {
        ssl_print_address(&print, bytes, len, true);
    } else {
        mp_print_str(&print, "<invalid>");
    }
    return mp_obj_new_str_from_vstr(&vstr);
}

// ---- tuples ----
static mp_obj_t pair(mp_obj_t a, mp_obj_t b) {
    mp_obj_t items[] = {a, b};
    return mp_obj_new_tuple(2, items);
}

static mp_obj_t tuple_of(mp_obj_t list) {
    size_t len;
    mp_obj_t *items;
    mp_obj_get_array(list, &len, &items);
    return mp_obj_new_tuple(len, items);
}

// The tuple has an item for each RDN: a tuple of (type, value) pairs.
mp_obj_t ssl_name_tuple(const uint8_t *der, size_t len) {
    mp_obj_t names = mp_obj_new_list(0, NULL), rdn = mp_obj_new_list(0, NULL);
    ussl_attribute_t attribute;
    for (size_t i = 0; ussl_name_attribute(der, len, i, &attribute); i++) {
        mp_obj_t type = mp_obj_new_str_from_cstr(attribute.type ? attribute.type : attribute.oid);
        mp_obj_list_append(rdn, pair(type, text_of(&attribute)));
        if (!attribute.with_the_next) {
            mp_obj_list_append(names, tuple_of(rdn));
            rdn = mp_obj_new_list(0, NULL);
        }
    }
    return tuple_of(names);
}

static mp_obj_t whose_name(const ussl_cert_t *cert, ussl_whose_t whose) {
    const uint8_t *der;
    size_t len;
    ussl_cert_name(cert, whose, &der, &len);
    return ssl_name_tuple(der, len);
}

// `kind` is the tag in GeneralName (RFC 5280 4.2.1.6).
static mp_obj_t alt_name_value(unsigned kind, const uint8_t *value, size_t len) {
    char oid[64];
    switch (kind) {
        case 4:
            return ssl_name_tuple(value, len);
        case 7:
            return address_text(value, len);
        case 8:
            ussl_oid_text(value, len, oid, sizeof(oid));
            return mp_obj_new_str_from_cstr(oid);
        case 1:
        case 2:
        case 6:
            return text_of(&(ussl_attribute_t){.value = value, .len = len});
        default:
            return mp_obj_new_str_from_cstr("<unsupported>");
    }
}

static mp_obj_t alt_names_tuple(const ussl_cert_t *cert) {
    static const char *const kinds[] = {"othername", "email", "DNS", "X400Name", "DirName",
        "EdiPartyName", "URI", "IP Address", "Registered ID"};
    mp_obj_t names = mp_obj_new_list(0, NULL);
    unsigned kind;
    const uint8_t *value;
    size_t len;
    for (size_t i = 0; ussl_cert_alt_name(cert, i, &kind, &value, &len); i++) {
        const char *type = kinds[kind < MP_ARRAY_SIZE(kinds) ? kind : 0];
        mp_obj_list_append(
            names, pair(mp_obj_new_str_from_cstr(type), alt_name_value(kind, value, len)));
    }
    return tuple_of(names);
}

static mp_obj_t uri_tuple(const ussl_cert_t *cert, ussl_uri_t kind) {
    mp_obj_t uris = mp_obj_new_list(0, NULL);
    ussl_attribute_t text = {0};
    for (size_t i = 0; ussl_cert_uri(cert, kind, i, &text.value, &text.len); i++) {
        mp_obj_list_append(uris, text_of(&text));
    }
    return tuple_of(uris);
}

mp_obj_t ssl_cert_dict(const ussl_cert_t *cert) {
    ussl_cert_info_t info;
    ussl_cert_info(cert, &info);
    mp_obj_t dict = mp_obj_new_dict(8);
    struct {
        qstr key;
        mp_obj_t value;
    } rows[] = {
        {MP_QSTR_subject, whose_name(cert, USSL_SUBJECT)},
        {MP_QSTR_issuer, whose_name(cert, USSL_ISSUER)},
        {MP_QSTR_version, MP_OBJ_NEW_SMALL_INT(info.version)},
        {MP_QSTR_serialNumber, serial_text(info.serial, info.serial_len)},
        {MP_QSTR_notBefore, date_text(&info.not_before)},
        {MP_QSTR_notAfter, date_text(&info.not_after)},
    };
    for (size_t i = 0; i < MP_ARRAY_SIZE(rows); i++) {
        mp_obj_dict_store(dict, MP_OBJ_NEW_QSTR(rows[i].key), rows[i].value);
    }
    // The dict has a key for an extension only if the certificate has the extension.
    struct {
        qstr key;
        mp_obj_t value;
    } extensions[] = {
        {MP_QSTR_subjectAltName, alt_names_tuple(cert)},
        {MP_QSTR_OCSP, uri_tuple(cert, USSL_URI_OCSP)},
        {MP_QSTR_caIssuers, uri_tuple(cert, USSL_URI_CA_ISSUERS)},
        {MP_QSTR_crlDistributionPoints, uri_tuple(cert, USSL_URI_CRL)},
    };
    for (size_t i = 0; i < MP_ARRAY_SIZE(extensions); i++) {
        if (mp_obj_is_true(extensions[i].value)) {
            mp_obj_dict_store(dict, MP_OBJ_NEW_QSTR(extensions[i].key), extensions[i].value);
        }
    }
    return dict;
}
