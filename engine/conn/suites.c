// SPDX-License-Identifier: MIT
//
// suites.c - the table of the cipher suites that are built in, best first and with OpenSSL's names,
// and the parser of OpenSSL's cipher strings, which select some of them (openssl-ciphers(1)).
//
// Notes: on x86, AArch64 and ESP32, which have AES in hardware, the order is CPython's default
// order, without suites that lack AEAD or forward secrecy. Elsewhere ChaCha20-Poly1305 comes before
// AES-GCM, because it takes a third of the time and reads no tables at addresses that depend on
// secrets. mbedTLS's own default would offer some sixty suites. A word of a cipher string that
// names only suites which are not built in selects nothing, as an unknown word does.
#include "conn.h"

#include <string.h>

#include "../arith/arith.h"

// The algorithms of a suite, as bits. The words of a cipher string select suites by them. BY_PSK is
// not a part of ANY, so only a word that names pre-shared keys selects suites for them.
enum { AES128 = 1, AES256 = 2, CHACHA = 4, BY_ECDSA = 8, BY_RSA = 16, ANY = 31, BY_PSK = 32 };

#define CHACHA_FIRST (USSL_CHACHA && !USSL__AES_INSTRUCTIONS)
#define CHACHA_SECOND (USSL_CHACHA && USSL__AES_INSTRUCTIONS)

static const struct {
    ussl_suite_t suite;
    uint8_t parts; // 0: a suite of TLS 1.3, which no cipher string changes
} suites[] = {
#if USSL_TLS13
#if CHACHA_FIRST
    {{0x1303, 256, USSL_VERSION_TLS13, "TLS_CHACHA20_POLY1305_SHA256"}, 0},
#endif
    {{0x1302, 256, USSL_VERSION_TLS13, "TLS_AES_256_GCM_SHA384"}, 0},
#if CHACHA_SECOND
    {{0x1303, 256, USSL_VERSION_TLS13, "TLS_CHACHA20_POLY1305_SHA256"}, 0},
#endif
    {{0x1301, 128, USSL_VERSION_TLS13, "TLS_AES_128_GCM_SHA256"}, 0},
#endif
#if USSL_TLS12
#if CHACHA_FIRST
    {{0xCCA9, 256, USSL_VERSION_TLS12, "ECDHE-ECDSA-CHACHA20-POLY1305"}, CHACHA | BY_ECDSA},
    {{0xCCA8, 256, USSL_VERSION_TLS12, "ECDHE-RSA-CHACHA20-POLY1305"}, CHACHA | BY_RSA},
#endif
    {{0xC02C, 256, USSL_VERSION_TLS12, "ECDHE-ECDSA-AES256-GCM-SHA384"}, AES256 | BY_ECDSA},
    {{0xC030, 256, USSL_VERSION_TLS12, "ECDHE-RSA-AES256-GCM-SHA384"}, AES256 | BY_RSA},
    {{0xC02B, 128, USSL_VERSION_TLS12, "ECDHE-ECDSA-AES128-GCM-SHA256"}, AES128 | BY_ECDSA},
    {{0xC02F, 128, USSL_VERSION_TLS12, "ECDHE-RSA-AES128-GCM-SHA256"}, AES128 | BY_RSA},
#if CHACHA_SECOND
    {{0xCCA9, 256, USSL_VERSION_TLS12, "ECDHE-ECDSA-CHACHA20-POLY1305"}, CHACHA | BY_ECDSA},
    {{0xCCA8, 256, USSL_VERSION_TLS12, "ECDHE-RSA-CHACHA20-POLY1305"}, CHACHA | BY_RSA},
#endif
#if USSL_PSK
#if USSL_CHACHA
    {{0xCCAC, 256, USSL_VERSION_TLS12, "ECDHE-PSK-CHACHA20-POLY1305"}, BY_PSK},
#endif
    // These have no forward secrecy, so no default list has them; a cipher string can select them.
    {{0x00A9, 256, USSL_VERSION_TLS12, "PSK-AES256-GCM-SHA384"}, BY_PSK},
    {{0x00A8, 128, USSL_VERSION_TLS12, "PSK-AES128-GCM-SHA256"}, BY_PSK},
#endif
#endif
};
#define SUITES (sizeof(suites) / sizeof(suites[0]))
#define TLS12_MAX 9

_Static_assert(SUITES <= USSL_SUITES_MAX, "a list has room for all");

// The order that OpenSSL starts from before it reads a cipher string: stronger suites first, then
// as in `suites`.
static const uint16_t openssl_order[TLS12_MAX] = {
#if USSL__AES_INSTRUCTIONS
    0xC02C, 0xC030, 0xCCA9, 0xCCA8,
#else
    0xCCA9, 0xCCA8, 0xC02C, 0xC030,
#endif
    0xC02B, 0xC02F, 0xCCAC, 0x00A9, 0x00A8};

// The words that can select more than one suite. ALL and HIGH select all suites for certificates.
static const struct USSL__ROW {
    uint8_t parts;
    const char *word;
} words[] = {
    {ANY, "ALL"},
    {ANY, "HIGH"},
    {ANY, "ECDHE"},
    {ANY, "EECDH"},
    {ANY, "ECDH"},
    {ANY, "kECDHE"},
    {ANY, "kEECDH"},
    {ANY, "TLSv1.2"},
    {AES128 | AES256, "AESGCM"},
    {AES128 | AES256, "AES"},
    {AES128 | AES256, "FIPS"},
    {AES128, "AES128"},
    {AES256, "AES256"},
    {CHACHA, "CHACHA20"},
    {BY_ECDSA, "ECDSA"},
    {BY_ECDSA, "aECDSA"},
    {BY_RSA, "aRSA"},
    {BY_PSK, "PSK"},
    {BY_PSK, "aPSK"},
};

// ---- the list that a cipher string changes ----
typedef struct {
    uint16_t id;
    uint8_t index; // in `suites`
    bool active;
} entry_t;

typedef struct {
    entry_t entry[TLS12_MAX];
    size_t n;
} list_t;

static int index_of(int id) {
    for (size_t i = 0; i < SUITES; i++) {
        if (suites[i].suite.id == id) {
            return (int)i;
        }
    }
    return -1;
}

static void list_init(list_t *list) {
    list->n = 0;
    for (size_t i = 0; i < TLS12_MAX; i++) {
        int index = index_of(openssl_order[i]);
        if (index >= 0) {
            list->entry[list->n++] = (entry_t){openssl_order[i], (uint8_t)index, false};
        }
    }
}

static void list_move(list_t *list, size_t from, size_t to) {
    entry_t moved = list->entry[from];
    if (from < to) {
        memmove(&list->entry[from], &list->entry[from + 1], (to - from) * sizeof(moved));
    } else {
        memmove(&list->entry[to + 1], &list->entry[to], (from - to) * sizeof(moved));
    }
    list->entry[to] = moved;
}

// Does what OpenSSL does with the suites that a word selects. A word without a sign appends those
// that are not active yet. `+` moves active ones to the end. `-` makes them inactive, and puts them
// in front, so that they come first if a later word selects them. `!` removes them for good.
static void list_apply(list_t *list, char sign, const uint8_t selected[TLS12_MAX]) {
    uint16_t ids[TLS12_MAX];
    size_t n = 0, end = list->n;
    for (size_t i = 0; i < end; i++) {
        size_t at = sign == '-' ? end - 1 - i : i;
        bool active = list->entry[at].active;
        bool concerned = sign == '!' || active == (sign != 0);
        if (selected[at] && concerned) {
            ids[n++] = list->entry[at].id;
        }
    }
    for (size_t i = 0; i < n; i++) {
        size_t at = 0;
        while (list->entry[at].id != ids[i]) {
            at++;
        }
        list->entry[at].active = sign == 0 || sign == '+';
        if (sign == '!') {
            list_move(list, at, --list->n);
        } else {
            list_move(list, at, sign == '-' ? 0 : list->n - 1);
        }
    }
}

static void list_sort_by_strength(list_t *list) {
    for (uint16_t bits = 256; bits >= 128; bits /= 2) {
        uint8_t selected[TLS12_MAX];
        for (size_t i = 0; i < list->n; i++) {
            selected[i] = suites[list->entry[i].index].suite.bits == bits;
        }
        list_apply(list, '+', selected);
    }
}

// ---- reading a cipher string ----
typedef struct {
    const char *at, *end;
} text_t;

static bool is_separator(char c) {
    return c == ':' || c == ' ' || c == ';' || c == ',';
}

static bool is_word(char c) {
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '=' || c == '_';
}

static bool same(const char *word, size_t len, const char *name) {
    return strlen(name) == len && memcmp(word, name, len) == 0;
}

// Reads one word, or several joined by `+`. `selected` is 1 for each suite that all of the words
// name. Returns false if a word is empty.
static bool read_words(text_t *text, const list_t *list, uint8_t selected[TLS12_MAX]) {
    memset(selected, 1, TLS12_MAX);
    for (;;) {
        const char *word = text->at;
        while (text->at < text->end && is_word(*text->at)) {
            text->at++;
        }
        size_t len = (size_t)(text->at - word);
        if (len == 0) {
            return false;
        }
        uint8_t parts = 0;
        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
            parts |= same(word, len, words[i].word) ? words[i].parts : 0;
        }
        for (size_t i = 0; i < list->n; i++) {
            size_t index = list->entry[i].index;
            bool named = same(word, len, suites[index].suite.name);
            selected[i] &= named || (suites[index].parts & parts) != 0;
        }
        if (text->at == text->end || *text->at != '+') {
            return true;
        }
        text->at++;
    }
}

// Reads what follows an `@`: `STRENGTH`, or `SECLEVEL=n`. Returns false for anything else.
static bool read_command(text_t *text, list_t *list, uint8_t *level) {
    static const char strength[] = "STRENGTH", seclevel[] = "SECLEVEL=";
    const char *word = text->at;
    while (text->at < text->end && is_word(*text->at)) {
        text->at++;
    }
    size_t len = (size_t)(text->at - word), prefix = sizeof(seclevel) - 1;
    if (same(word, len, strength)) {
        list_sort_by_strength(list);
        return true;
    }
    if (len != prefix + 1 || memcmp(word, seclevel, prefix) != 0) {
        return false;
    }
    // The engine always enforces the limits of level 2. A higher level is not supported, and a
    // lower one changes nothing.
    *level = (uint8_t)(word[prefix] - '0');
    return *level <= 2;
}

static bool read_all(text_t *text, list_t *list, uint8_t *level) {
    static const char word_default[] = "DEFAULT";
    size_t len = sizeof(word_default) - 1;
    uint8_t selected[TLS12_MAX];
    if ((size_t)(text->end - text->at) >= len && memcmp(text->at, word_default, len) == 0) {
        for (size_t i = 0; i < list->n; i++) {
            selected[i] = suites[list->entry[i].index].parts != BY_PSK;
        }
        list_apply(list, 0, selected); // DEFAULT counts only as the very first word
        text->at += len;
    }
    while (text->at < text->end) {
        char sign = *text->at;
        if (is_separator(sign)) {
            text->at++;
            continue;
        }
        sign = sign == '!' || sign == '+' || sign == '-' || sign == '@' ? sign : 0;
        text->at += sign != 0;
        if (sign == '@') {
            if (!read_command(text, list, level)) {
                return false;
            }
        } else if (!read_words(text, list, selected)) {
            return false;
        } else {
            list_apply(list, sign, selected);
        }
    }
    return true;
}

// Writes a default list: the suites of TLS 1.3, and those of TLS 1.2 with forward secrecy that are
// for pre-shared keys (`psk`) or for certificates.
static void take(uint16_t ids[USSL_SUITES_MAX], bool psk) {
    size_t n = 0;
    memset(ids, 0, USSL_SUITES_MAX * sizeof(*ids));
    for (size_t i = 0; i < SUITES; i++) {
        bool other = suites[i].parts != 0 && (suites[i].parts == BY_PSK) != psk;
        if (!other && strncmp(suites[i].suite.name, "PSK-", 4) != 0) {
            ids[n++] = suites[i].suite.id;
        }
    }
}

// ---- private to the room ----
bool ussl__suite_is_psk(int id) {
    int index = index_of(id);
    return index >= 0 && suites[index].parts == BY_PSK;
}

void ussl__suites_for_psk(uint16_t ids[USSL_SUITES_MAX]) {
    take(ids, true);
}

// ---- public ----
const ussl_suite_t *ussl_suite_find(int id) {
    int index = index_of(id);
    return index < 0 ? NULL : &suites[index].suite;
}

const ussl_suite_t *ussl_suite_named(const char *name, size_t len) {
    for (size_t i = 0; i < SUITES; i++) {
        if (same(name, len, suites[i].suite.name)) {
            return &suites[i].suite;
        }
    }
    // mbedTLS's names, which stock MicroPython uses, are IANA's with another separator.
    char text[64];
    if (len >= sizeof(text)) {
        return NULL;
    }
    for (size_t i = 0; i < len; i++) {
        text[i] = name[i] == '_' ? '-' : name[i];
    }
    text[len] = '\0';
    return ussl_suite_find(mbedtls_ssl_get_ciphersuite_id(text));
}

const char *ussl_suite_backend_name(const ussl_suite_t *suite) {
    return mbedtls_ssl_get_ciphersuite_name(suite->id);
}

void ussl_suites_default(uint16_t ids[USSL_SUITES_MAX]) {
    take(ids, false);
}

ussl_result_t ussl_suites_choose(
    const char *text, size_t len, uint16_t ids[USSL_SUITES_MAX], uint8_t *level) {
    list_t list;
    list_init(&list);
    text_t reader = {text, text + len};
    uint16_t chosen[USSL_SUITES_MAX] = {0};
    uint8_t asked = *level;
    size_t n = 0;
    for (size_t i = 0; i < SUITES && suites[i].parts == 0; i++) {
        chosen[n++] = suites[i].suite.id;
    }
    size_t tls13 = n;
    if (!read_all(&reader, &list, &asked)) {
        return USSL_ERR_PARSE;
    }
    for (size_t i = 0; i < list.n; i++) {
        if (list.entry[i].active) {
            chosen[n++] = list.entry[i].id;
        }
    }
    if (n == tls13 && USSL_TLS12) {
        return USSL_ERR_PARSE;
    }
    memcpy(ids, chosen, sizeof(chosen));
    *level = asked;
    return USSL_OK;
}
