// SPDX-License-Identifier: MIT
//
// verdict.c - the verdict: why a peer's certificates were refused.
//
// Notes: many rules can be broken at once. The verdict names the most serious of them and the
// certificate that broke it, with OpenSSL's number and message, and keeps all others as flags. The
// order of seriousness is: trust, form, purpose, strength, name, revocation, dates.
#include "verify.h"

#define BIT(flag) ((uint8_t)__builtin_ctz(flag))

// The most serious rule first, each with its usual number (X509_V_ERR_*).
static const struct {
    uint8_t bit; // number of the flag
    uint8_t code;
} rules[] = {
    {BIT(USSL_CERT_UNTRUSTED), 20},
    {BIT(USSL_CERT_SIGNATURE), 7},
    {BIT(USSL_CERT_TOO_LONG), 22},
    {BIT(USSL_CERT_CRITICAL), 34},
    {BIT(USSL_CERT_EXTENSION), 41},
    {BIT(USSL_CERT_CA), 79},
    {BIT(USSL_CERT_PATH_LENGTH), 25},
    {BIT(USSL_CERT_PURPOSE), 26},
    {BIT(USSL_CERT_STRICT), 1},
    {BIT(USSL_CERT_CONSTRAINT), 47},
    {BIT(USSL_CERT_WEAK_KEY), 66},
    {BIT(USSL_CERT_WEAK_HASH), 68},
    {BIT(USSL_CERT_NAME), 62},
    {BIT(USSL_CERT_ADDRESS), 64},
    {BIT(USSL_CERT_PIN), 50},
    {BIT(USSL_CERT_NO_CRL), 3},
    {BIT(USSL_CERT_CRL), 8},
    {BIT(USSL_CERT_OLD_CRL), 12},
    {BIT(USSL_CERT_REVOKED), 23},
    {BIT(USSL_CERT_NO_CLOCK), 9},
    {BIT(USSL_CERT_FUTURE), 9},
    {BIT(USSL_CERT_EXPIRED), 10},
};
#define RULES (sizeof(rules) / sizeof(rules[0]))

static const struct USSL__ROW {
    uint8_t code;
    const char *message;
} messages[] = {
    {1, "unspecified certificate verification error"},
    {2, "unable to get issuer certificate"},
    {3, "unable to get certificate CRL"},
    {7, "certificate signature failure"},
    {8, "CRL signature failure"},
    {9, "certificate is not yet valid"},
    {10, "certificate has expired"},
    {12, "CRL has expired"},
    {18, "self-signed certificate"},
    {19, "self-signed certificate in certificate chain"},
    {20, "unable to get local issuer certificate"},
    {22, "certificate chain too long"},
    {23, "certificate revoked"},
    {25, "path length constraint exceeded"},
    {26, "unsuitable certificate purpose"},
    {34, "unhandled critical extension"},
    {35, "key usage does not include CRL signing"},
    {41, "invalid or inconsistent certificate extension"},
    {47, "permitted subtree violation"},
    {48, "excluded subtree violation"},
    {49, "name constraints minimum and maximum not supported"},
    {50, "no key of the chain is pinned for this host"},
    {51, "unsupported name constraint type"},
    {52, "unsupported or invalid name constraint syntax"},
    {53, "unsupported or invalid name syntax"},
    {62, "Hostname mismatch"},
    {64, "IP address mismatch"},
    {66, "EE certificate key too weak"},
    {67, "CA certificate key too weak"},
    {68, "CA signature digest algorithm too weak"},
    {79, "invalid CA certificate"},
    {80, "Path length invalid for non-CA cert"},
    {81, "Path length given without key usage keyCertSign"},
    {82, "Key usage keyCertSign invalid for non-CA cert"},
    {83, "Issuer name empty"},
    {84, "Subject name empty"},
    {85, "Missing Authority Key Identifier"},
    {86, "Missing Subject Key Identifier"},
    {87, "Empty Subject Alternative Name extension"},
    {88, "Subject empty and Subject Alt Name extension not critical"},
    {89, "Basic Constraints of CA cert not marked critical"},
    {92, "CA cert does not include key usage extension"},
};

static const char no_clock[] = "the clock is not set, so certificate dates cannot be checked";
static const char strict_rule[] = "certificate breaks a rule that VERIFY_X509_STRICT checks";
static const char bad_serial[] = "serial number is not positive, or longer than 20 octets";

// ---- helpers ----
// Returns the index of the most serious of these rules, or RULES if there is none.
static size_t rank(uint32_t flags) {
    size_t i = 0;
    while (i < RULES && !(flags >> rules[i].bit & 1)) {
        i++;
    }
    return i;
}

static const char *message_of(uint32_t flag, uint8_t code) {
    if (flag == USSL_CERT_NO_CLOCK) {
        return no_clock;
    }
    if (flag == USSL_CERT_STRICT && code == 1) {
        return bad_serial;
    }
    for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
        if (messages[i].code == code) {
            return messages[i].message;
        }
    }
    return messages[0].message;
}

// ---- private to the engine ----
void ussl__verdict_add(ussl_verdict_t *verdict, uint32_t flag, uint8_t code, size_t depth) {
    size_t now = rank(flag), before = rank(verdict->flags);
    verdict->flags |= flag;
    if (now < before) {
        verdict->depth = (uint8_t)depth;
        verdict->code = code ? code : rules[now].code;
        verdict->message = message_of(flag, verdict->code);
    }
}

bool ussl__verdict_is_worse(const ussl_verdict_t *a, const ussl_verdict_t *b) {
    return rank(a->flags) < rank(b->flags);
}

const char *ussl__verdict_reason(const ussl_verdict_t *verdict) {
    return verdict->message == no_clock ? "CLOCK_NOT_SET" : "CERTIFICATE_VERIFY_FAILED";
}

// ---- public ----
const char *ussl_verdict_rule(const ussl_verdict_t *verdict, size_t index) {
    for (size_t i = 0; i < RULES; i++) {
        if (verdict->flags >> rules[i].bit & 1 && index-- == 0) {
            // The verdict may have another number for its rule than the usual one, and so another
            // message.
            bool is_named = i == rank(verdict->flags);
            if (is_named) {
                return verdict->message;
            }
            // Which of the strict rules it is, only the verdict that names it knows.
            uint32_t flag = 1u << rules[i].bit;
            return flag == USSL_CERT_STRICT ? strict_rule : message_of(flag, rules[i].code);
        }
    }
    return NULL;
}
