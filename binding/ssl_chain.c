// SPDX-License-Identifier: MIT
//
// ssl_chain.c - prints certificates for ssl.explain(), as a tree from the root to the server.
//
// Notes: a server can send its certificates in any order, with others between them, so the tree
// follows the names of the issuers and not the order. The names are the peer's text: no control
// code of them reaches the terminal.
#include "explain.h"

#include <string.h>

#include "py/runtime.h"

#if USSL_EXPLAIN
enum {
    CERTS_MAX = 16, // that are printed; a path has ten at most
    HOST_MAX = 253, // characters of a name of a host
    DN_MAX = 100,   // characters of a name of a subject or an issuer
    NOWHERE = -1,   // the issuer of a certificate was not sent
};

typedef struct {
    const ssl_report_t *report;
    const ussl_cert_t *certs[CERTS_MAX];
    int issuer[CERTS_MAX]; // index of the certificate above, or NOWHERE
    bool printed[CERTS_MAX];
    int n;
    int top;     // index of the highest certificate above the server's, or of one in a circle
    int refused; // index of the certificate that the verdict is about, or NOWHERE
    bool above;  // the verdict is about the issuer that was not sent
    bool verified;
} tree_t;

// ---- text ----
static void color(const ssl_report_t *report, const char *code) {
    mp_print_str(SSL_OUT, report->color ? code : "");
}

void ssl_report_red(const ssl_report_t *report) {
    color(report, "\x1b[31m");
}

void ssl_report_green(const ssl_report_t *report) {
    color(report, "\x1b[32m");
}

void ssl_report_plain(const ssl_report_t *report) {
    color(report, "\x1b[0m");
}

void ssl_report_date(const ussl_date_t *date) {
    mp_printf(SSL_OUT, "%d-%02d-%02d", date->year, date->month, date->day);
}

// Returns the code point at the start of the text and its length, or false if it is not UTF-8.
static bool code_point(const uint8_t *text, size_t len, uint32_t *out, size_t *size) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    *size = text[0] < 0x80 ? 1 : text[0] < 0xE0 ? 2 : text[0] < 0xF0 ? 3 : 4;
    if ((text[0] >= 0x80 && text[0] < 0xC0) || text[0] >= 0xF8 || *size > len) {
        return false;
    }
    *out = *size == 1 ? text[0] : text[0] & (0xFFu >> (*size + 1));
    for (size_t i = 1; i < *size; i++) {
        if ((text[i] & 0xC0) != 0x80) {
            return false;
        }
        *out = *out << 6 | (text[i] & 0x3F);
    }
    return *out >= least[*size] && *out < 0x110000 && (*out < 0xD800 || *out > 0xDFFF);
}

// C0, DEL and C1 control the terminal. The blanks and the format codes behind them could imitate a
// line of the report, or print a name in another order than it is compared in.
static bool is_plain(uint32_t code) {
    return code >= 0x20 && (code < 0x7F || code > 0xA0) && code != 0xAD && code != 0x61C
        && !(code >= 0x2000 && code < 0x2010) && !(code >= 0x2028 && code < 0x2030)
        && !(code >= 0x205F && code < 0x2070) && code != 0x3000 && code != 0xFEFF && code < 0xE0000;
}

// Prints at most `room` characters, and returns how many are left. Of several spaces only the first
// is printed as a space.
static size_t print_text(const uint8_t *text, size_t len, size_t room) {
    bool space = false;
    for (size_t size; len > 0; text += size, len -= size) {
        uint32_t code;
        if (room == 0) {
            mp_print_str(SSL_OUT, "...");
            break;
        }
        bool plain =
            code_point(text, len, &code, &size) && is_plain(code) && !(space && code == ' ');
        space = text[0] == ' ';
        size = plain ? size : 1;
        if (plain) {
            mp_print_strn(SSL_OUT, (const char *)text, size, 0, ' ', 0);
        } else {
            mp_printf(SSL_OUT, "\\x%02x", text[0]);
        }
        room--;
    }
    return room;
}

static void print_name(const uint8_t *der, size_t len) {
    static const char *const shown[] = {"commonName", "organizationName", "countryName"};
    size_t room = DN_MAX;
    bool any = false;
    for (size_t k = 0; k < MP_ARRAY_SIZE(shown); k++) {
        ussl_attribute_t attribute;
        for (size_t i = 0; room > 0 && ussl_name_attribute(der, len, i, &attribute); i++) {
            if (attribute.type != NULL && strcmp(attribute.type, shown[k]) == 0) {
                mp_print_str(SSL_OUT, any ? ", " : "");
                room = print_text(attribute.value, attribute.len, room);
                any = true;
            }
        }
    }
    mp_print_str(SSL_OUT, any ? "" : "(no name)");
}

void ssl_report_whose(const ussl_cert_t *cert, ussl_whose_t whose) {
    const uint8_t *der;
    size_t len;
    ussl_cert_name(cert, whose, &der, &len);
    print_name(der, len);
}

static void print_alt_names(const ussl_cert_t *cert) {
    enum { DNS = 2, ADDRESS = 7 };
    unsigned kind;
    const uint8_t *value;
    size_t len;
    mp_print_str(SSL_OUT, "names:");
    for (size_t i = 0; ussl_cert_alt_name(cert, i, &kind, &value, &len); i++) {
        if (kind == DNS) {
            mp_print_str(SSL_OUT, " ");
            print_text(value, len, HOST_MAX);
        } else if (kind == ADDRESS && (len == 4 || len == 16)) {
            mp_print_str(SSL_OUT, " ");
            ssl_print_address(SSL_OUT, value, len, false);
        }
    }
    mp_print_str(SSL_OUT, "\n");
}

// ---- the tree ----
static bool same_name(
    const ussl_cert_t *a, ussl_whose_t whose_a, const ussl_cert_t *b, ussl_whose_t whose_b) {
    const uint8_t *der_a, *der_b;
    size_t len_a, len_b;
    ussl_cert_name(a, whose_a, &der_a, &len_a);
    ussl_cert_name(b, whose_b, &der_b, &len_b);
    return len_a == len_b && memcmp(der_a, der_b, len_a) == 0;
}

static bool is_own_issuer(const ussl_cert_t *cert) {
    return same_name(cert, USSL_ISSUER, cert, USSL_SUBJECT);
}

static int find_issuer(const tree_t *tree, int of) {
    if (is_own_issuer(tree->certs[of])) {
        return NOWHERE;
    }
    for (int i = 0; i < tree->n; i++) {
        if (i != of && same_name(tree->certs[of], USSL_ISSUER, tree->certs[i], USSL_SUBJECT)) {
            return i;
        }
    }
    return NOWHERE;
}

// A verdict counts certificates from the server's own, which is the first one, upwards.
static void find_refused(tree_t *tree) {
    const ussl_verdict_t *verdict = &tree->report->why.cert;
    int at = verdict->code == 0 || tree->n == 0 ? NOWHERE : 0;
    for (int i = 0; at != NOWHERE && i < verdict->depth; i++) {
        tree->above = tree->issuer[at] == NOWHERE;
        at = tree->issuer[at];
    }
    tree->refused = at;
}

static void indent(int level, const char *mark) {
    for (int i = 1; i < level; i++) {
        mp_print_str(SSL_OUT, "   ");
    }
    mp_print_str(SSL_OUT, level > 0 ? mark : "");
}

static void print_line(int level) {
    mp_print_str(SSL_OUT, "  ");
    indent(level, "   ");
    mp_print_str(SSL_OUT, "   ");
}

static void print_wrong(const tree_t *tree, int level, const char *what) {
    print_line(level);
    ssl_report_red(tree->report);
    mp_printf(SSL_OUT, "wrong: %s", what);
    ssl_report_plain(tree->report);
    mp_print_str(SSL_OUT, "\n");
}

// What the verdict says of dates is said here for each certificate, because it names only one.
static bool print_dates(const tree_t *tree, const ussl_cert_info_t *info, int level) {
    const ssl_report_t *report = tree->report;
    print_line(level);
    mp_print_str(SSL_OUT, "valid from ");
    ssl_report_date(&info->not_before);
    mp_print_str(SSL_OUT, " to ");
    ssl_report_date(&info->not_after);
    mp_print_str(SSL_OUT, "\n");
    const char *wrong = NULL;
    if (report->clock && ussl_date_seconds(&info->not_after) < ussl_date_seconds(&report->today)) {
        wrong = "certificate has expired";
    } else if (report->clock
        && ussl_date_seconds(&report->today) < ussl_date_seconds(&info->not_before)) {
        wrong = "certificate is not yet valid";
    }
    if (wrong != NULL) {
        print_wrong(tree, level, wrong);
    }
    return wrong != NULL;
}

static void print_cert(const tree_t *tree, int index, int level) {
    const ussl_verdict_t *verdict = &tree->report->why.cert;
    ussl_cert_info_t info;
    ussl_cert_info(tree->certs[index], &info);
    mp_print_str(SSL_OUT, "  ");
    indent(level, "└─ ");
    ssl_report_whose(tree->certs[index], USSL_SUBJECT);
    if (tree->verified && index == tree->n - 1) {
        mp_print_str(SSL_OUT, " (trusted)");
    } else if (is_own_issuer(tree->certs[index])) {
        mp_print_str(SSL_OUT, " (signed by itself)");
    }
    mp_print_str(SSL_OUT, "\n");
    bool dates = print_dates(tree, &info, level);
    if (index == 0) {
        print_line(level);
        print_alt_names(tree->certs[index]);
    }
    if (index == tree->refused && !(dates && (verdict->code == 9 || verdict->code == 10))) {
        print_wrong(tree, level, verdict->message);
    }
}

static void print_below(tree_t *tree, int issuer, int level) {
    for (int i = 0; i < tree->n; i++) {
        if (tree->issuer[i] == issuer && !tree->printed[i]) {
            tree->printed[i] = true;
            print_cert(tree, i, level);
            print_below(tree, i, level + 1);
        }
    }
}

// Prints a certificate whose issuer is not among the others, and what it issued. The name of that
// issuer comes first, unless the certificate is trusted for itself.
static void print_from_top(tree_t *tree, int index) {
    int level = 0;
    if (!tree->verified && !is_own_issuer(tree->certs[index])) {
        mp_print_str(SSL_OUT, "  ");
        ssl_report_whose(tree->certs[index], USSL_ISSUER);
        bool sent = tree->issuer[index] != NOWHERE;
        mp_print_str(SSL_OUT, sent ? " (in a circle of issuers)\n" : " (not sent)\n");
        bool judged = index == tree->top; // the verdict is about the server's path only
        if (judged && (tree->report->why.cert.flags & USSL_CERT_UNTRUSTED)) {
            print_wrong(tree, level, "not trusted by this context");
        } else if (judged && tree->above) {
            print_wrong(tree, level, tree->report->why.cert.message);
        }
        level++;
    }
    tree->printed[index] = true;
    print_cert(tree, index, level);
    print_below(tree, index, level + 1);
}

const ussl_cert_t *ssl_report_cert(const ssl_conn_obj_t *sock, bool verified, size_t index) {
    const ussl_cert_t *cert = NULL;
    return ussl_conn_chain(sock->conn, verified, index, &cert) == USSL_OK ? cert : NULL;
}

void ssl_report_chain(const ssl_report_t *report, const ssl_conn_obj_t *sock, bool verified) {
    tree_t tree = {.report = report, .verified = verified};
    const ussl_cert_t *cert;
    while (tree.n < CERTS_MAX && (cert = ssl_report_cert(sock, verified, tree.n)) != NULL) {
        tree.certs[tree.n++] = cert;
    }
    for (int i = 0; i < tree.n; i++) {
        tree.issuer[i] = find_issuer(&tree, i);
    }
    for (int i = 0; i < tree.n && tree.issuer[tree.top] != NOWHERE; i++) {
        tree.top = tree.issuer[tree.top];
    }
    find_refused(&tree);
    for (int i = 0; i < tree.n; i++) {
        if (tree.issuer[i] == NOWHERE) {
            print_from_top(&tree, i);
        }
    }
    for (int i = 0; i < tree.n; i++) { // issuers that form a circle
        if (!tree.printed[i]) {
            print_from_top(&tree, i);
        }
    }
    if (tree.n == CERTS_MAX && ssl_report_cert(sock, verified, CERTS_MAX) != NULL) {
        mp_print_str(SSL_OUT, "  and more\n");
    }
}
#endif // USSL_EXPLAIN
