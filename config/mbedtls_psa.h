// SPDX-License-Identifier: MIT
//
// mbedtls_psa.h - the functions of PSA that mbedTLS's TLS 1.3 uses: ECDH, HKDF and HMAC.
// Certificates, private keys and records use mbedTLS's older functions. mbedTLS itself adds the
// hashes and the curves of mbedtls_full.h to PSA.
//
// Without this file PSA would have everything that mbedTLS has, such as RSA keys and the key
// derivations of TLS 1.2. Nothing calls these, but the linker cannot leave them out.
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
