// SPDX-License-Identifier: MIT
//
// trusted.c - reads what follows the certificate in a TRUSTED CERTIFICATE of OpenSSL: the purposes
// that it is trusted for, and those that are rejected (X509_CERT_AUX in openssl/x509.h).
#include "der.h"
#include "x509.h"

#if USSL_PEM

// ---- helpers ----
// Returns true if the list has the purposes of both ends of TLS (RFC 5280 4.2.1.12).
static bool has_both_purposes(der_t list) {
    static const uint8_t server[] = {0x2B, 6, 1, 5, 5, 7, 3, 1};
    static const uint8_t client[] = {0x2B, 6, 1, 5, 5, 7, 3, 2};
    static const uint8_t any[] = {0x55, 0x1D, 0x25, 0};
    bool for_server = false, for_client = false;
    der_t purpose;
    while (der_enter(&list, DER_OID, &purpose)) {
        bool both = der_is(&purpose, any, sizeof(any));
        for_server |= both || der_is(&purpose, server, sizeof(server));
        for_client |= both || der_is(&purpose, client, sizeof(client));
    }
    return for_server && for_client && der_len(&list) == 0;
}

// ---- private to the engine ----
bool ussl__trusted_for_tls(const uint8_t *data, size_t *len) {
    der_t all = der_of(data, *len), certificate, settings, list;
    if (!der_enter(&all, DER_SEQUENCE, &certificate)) {
        return true; // malformed; the parser refuses it
    }
    *len = (size_t)(all.at - data);
    if (der_len(&all) == 0) {
        return true;
    }
    if (!der_enter(&all, DER_SEQUENCE, &settings) || der_len(&all) > 0) {
        return false;
    }
    if (der_enter(&settings, DER_SEQUENCE, &list) && !has_both_purposes(list)) {
        return false;
    }
    // An alias, a key identifier and other settings may follow. A list of rejected purposes may
    // not, and anything else is malformed.
    (void)der_enter(&settings, DER_UTF8_STRING, &list);
    (void)der_enter(&settings, DER_OCTETS, &list);
    (void)der_enter(&settings, DER_CONTEXT | DER_WITHIN | 1, &list);
    return der_len(&settings) == 0;
}
#endif // USSL_PEM
