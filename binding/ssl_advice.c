// SPDX-License-Identifier: MIT
//
// ssl_advice.c - what a person can do about a failure, for ssl.explain(): what to type, or whom to
// ask for another certificate.
//
// Notes: docs/guide/troubleshooting.md has the same by error text, at greater length.
#include "explain.h"

#include <string.h>

#include "py/mperrno.h"
#include "py/runtime.h"

#if USSL_EXPLAIN
#define SAY(...) mp_printf(SSL_OUT, __VA_ARGS__)

// ---- certificates ----
static const char reissue[] = "  The server needs another certificate: ";

// The rules for which the advice is a text, the most serious first.
static const struct {
    uint32_t flags;
    const char *text;
} fixed[] = {
    {USSL_CERT_PURPOSE, "one for a server, with serverAuth in extendedKeyUsage.\n"},
    {USSL_CERT_CONSTRAINT, "its issuer may not issue for these names.\n"},
    {USSL_CERT_WEAK_KEY, "one with a P-256 key, or an RSA key of 2048 bits or more.\n"},
    {USSL_CERT_WEAK_HASH, "one that is signed with SHA-256 or better.\n"},
    {USSL_CERT_REVOKED, "its issuer has revoked this one.\n"},
    {USSL_CERT_TOO_LONG | USSL_CERT_CRITICAL | USSL_CERT_EXTENSION | USSL_CERT_CA
            | USSL_CERT_PATH_LENGTH,
        "this one was issued wrongly.\n"},
};

static void about_clock(const ssl_report_t *report, uint32_t flags) {
    if (report->clock) {
        SAY("  If the clock is wrong, set it:\n");
    } else {
        SAY("  Set the clock, because dates cannot be checked without it:\n");
    }
    SAY("    import ntptime\n"
        "    ntptime.settime()\n");
    if (report->clock) {
        SAY("  If it is right, the server needs another certificate: this one %s.\n",
            flags & USSL_CERT_EXPIRED ? "has expired" : "is not valid yet");
    }
}

static void about_key(const ssl_report_t *report, const char *method) {
    SAY("    context.%s(\"%s\", \"%s\")\n", method, report->host, report->key);
}

static void about_trust(const ssl_report_t *report) {
    if (USSL_PINS && report->why.cert.code == 18 && report->key[0] != '\0') {
        SAY("  The server signed its certificate itself, as anybody between it and this device "
            "can.\n"
            "  If its owner confirms the hash of its key, trust that key:\n");
        about_key(report, "trust_key");
        return;
    }
    SAY("  If the server is your own, or your company's, connect with a context that has the\n"
        "  certificate of its CA (ussl_explain: --ca ca.pem):\n"
        "    context = ssl.create_default_context(cafile=\"ca.pem\")\n"
        "  If it is a public one, put the roots of the web on the device, from a computer:\n"
        "    make roots\n"
        "    mpremote cp build/roots-mozilla.ussl :/roots.ussl\n");
    if (report->why.cert.code == 20) {
        SAY("  If the root is there already, the server does not send an intermediate certificate\n"
            "  that it should send.\n");
    }
}

static void about_certificates(const ssl_report_t *report) {
    uint32_t flags = report->why.cert.flags;
    if (flags & USSL_CERT_SIGNATURE) {
        SAY("  The certificate is forged, or its CA has another key than the one that this "
            "context\n"
            "  trusts. If the CA's owner confirms a new key, load its new certificate:\n"
            "    context.load_verify_locations(\"ca.pem\")\n");
    }
    if (flags & USSL_CERT_UNTRUSTED) {
        about_trust(report);
    }
    for (size_t i = 0; i < MP_ARRAY_SIZE(fixed); i++) {
        if (flags & fixed[i].flags) {
            SAY("%s%s", reissue, fixed[i].text);
            break;
        }
    }
    if (flags & USSL_CERT_STRICT) {
        SAY("  The CA does not keep to RFC 5280. docs/guide/own-ca.md issues certificates that "
            "do.\n");
    }
    if (flags == USSL_CERT_STRICT) { // with another fault it would not be accepted either
        SAY("  To accept this one:\n"
            "    context.verify_flags &= ~ssl.VERIFY_X509_STRICT\n");
    }
    if (flags & (USSL_CERT_NAME | USSL_CERT_ADDRESS)) {
        SAY("  The certificate is not for %s. Connect by one of the names above if it is your\n"
            "  server's, or have the server's certificate issued for this name too.\n",
            report->host);
    }
    if (flags & USSL_CERT_PIN && report->key[0] != '\0') {
        SAY("  If the server's owner confirms this new key, pin it:\n");
        about_key(report, "pin");
    } else if (flags & USSL_CERT_PIN) {
        SAY("  If the server's owner confirms that its key is new, pin it: context.pin().\n");
    }
    if (flags & (USSL_CERT_NO_CRL | USSL_CERT_CRL | USSL_CERT_OLD_CRL)) {
        SAY("  verify_flags asks for revocation lists: load a current one of each issuer.\n"
            "    context.load_verify_locations(\"crl.pem\")\n");
    }
    if (flags & (USSL_CERT_NO_CLOCK | USSL_CERT_EXPIRED | USSL_CERT_FUTURE)) {
        about_clock(report, flags);
    }
}

// ---- other failures ----
// By the alert that the server sent.
static const struct {
    int16_t alert;
    const char *text;
} by_alert[] = {
    {USSL_ALERT_HANDSHAKE_FAILURE,
        "  The server found no cipher suite, group or signature in common, or asks for a\n"
        "  certificate of this device: context.load_cert_chain().\n"},
    {USSL_ALERT_INSUFFICIENT_SECURITY,
        "  The server finds the cipher suites too weak: see context.get_ciphers().\n"},
    {USSL_ALERT_PROTOCOL_VERSION,
        "  The server has no TLS version that this context offers: see minimum_version and\n"
        "  maximum_version. TLS 1.1 and older are not built in.\n"},
    {USSL_ALERT_UNRECOGNIZED_NAME, "  The server does not serve this name: check the host.\n"},
    {USSL_ALERT_CERTIFICATE_REQUIRED,
        "  The server asks for a certificate of this device: context.load_cert_chain().\n"},
    {USSL_ALERT_BAD_CERTIFICATE,
        "  The server asks for a certificate of this device, or refuses the one it was sent:\n"
        "  context.load_cert_chain().\n"},
    {USSL_ALERT_UNKNOWN_CA, "  The server does not trust the CA of this device's certificate.\n"},
    {USSL_ALERT_CERTIFICATE_EXPIRED, "  The certificate of this device has expired.\n"},
    {USSL_ALERT_NO_APPLICATION_PROTOCOL,
        "  The server has none of the protocols of set_alpn_protocols().\n"},
    {USSL_ALERT_UNKNOWN_PSK_IDENTITY,
        "  The server does not know the pre-shared key's identity.\n"},
};

static void about_tls(const ssl_report_t *report) {
    const ussl_failure_t *why = &report->why;
    if (why->result == USSL_ERR_ALERT) {
        for (size_t i = 0; i < MP_ARRAY_SIZE(by_alert); i++) {
            if (by_alert[i].alert == why->alert) {
                SAY("%s", by_alert[i].text);
                return;
            }
        }
    } else if (mp_obj_exception_match(report->error, MP_OBJ_FROM_PTR(&mp_type_MemoryError))) {
        SAY("  The heap has no room for a connection: reserve it early (docs/guide/memory.md).\n"
            "    context.reserve()\n");
        return;
    } else if (why->result == USSL_ERR_EOF
        || (why->reason != NULL && strcmp(why->reason, "WRONG_VERSION_NUMBER") == 0)) {
        SAY("  What answers at port %d does not speak TLS, or does not serve this name. HTTPS has\n"
            "  port 443, MQTT over TLS 8883.\n",
            report->port);
        return;
    }
    SAY("  See docs/guide/troubleshooting.md.\n");
}

// Numbers of errors differ between ports, and some have none of these.
static void about_connecting(const ssl_report_t *report) {
    mp_obj_t code = mp_obj_exception_get_value(report->error);
    if (code == MP_OBJ_NEW_SMALL_INT(MP_ECONNREFUSED)) {
        SAY("  No program listens at port %d of %s.\n", report->port, report->host);
    } else if (code == MP_OBJ_NEW_SMALL_INT(MP_ETIMEDOUT)) {
        SAY("  Nothing answers. Check the host, the port, and the firewalls between.\n");
    } else {
        SAY("  Check that the device is in the network, and the name of the host.\n");
    }
}

void ssl_report_advice(const ssl_report_t *report) {
    SAY("What to do:\n");
    if (!report->connected) {
        about_connecting(report);
    } else if (report->why.cert.code != 0) {
        about_certificates(report);
    } else {
        about_tls(report);
    }
}
#endif // USSL_EXPLAIN
