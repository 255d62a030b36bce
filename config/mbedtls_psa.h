// SPDX-License-Identifier: MIT
//
// mbedtls_psa.h - what mbedTLS's TLS 1.3 asks of PSA: ECDH, HKDF and HMAC. Certificates, private
// keys and records use mbedTLS's older functions. PSA has the hashes and the curves of
// mbedtls_full.h too, which mbedTLS adds itself.
//
// Without this file PSA can do everything that mbedTLS can: RSA keys, and the key derivations of
// TLS 1.2, which nothing calls and the linker cannot leave out.
#ifndef USSL_MBEDTLS_PSA_H
#define USSL_MBEDTLS_PSA_H

#define PSA_WANT_ALG_ECDH 1
#define PSA_WANT_KEY_TYPE_ECC_KEY_PAIR_BASIC 1
#define PSA_WANT_KEY_TYPE_ECC_KEY_PAIR_GENERATE 1
#define PSA_WANT_ALG_HMAC 1
#define PSA_WANT_KEY_TYPE_HMAC 1
#define PSA_WANT_ALG_HKDF_EXTRACT 1
#define PSA_WANT_ALG_HKDF_EXPAND 1

#endif // USSL_MBEDTLS_PSA_H
