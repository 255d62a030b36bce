// SPDX-License-Identifier: MIT
//
// pk_wrap.c - replaces mbedTLS's pk_wrap.c: it includes that file whole, without encryption and
// decryption by RSA keys.
//
// Notes: only the static RSA key exchange of TLS 1.2 uses them, and it is not built in. mbedTLS's
// table of an RSA key's functions refers to them, so the linker could not leave out some 1.2 KB of
// code for their padding. No source of mbedTLS is changed or copied.
#include "mbed.h"

#define mbedtls_rsa_pkcs1_decrypt(rsa, rng, arg, len, in, out, size)                               \
    ((void)(rng), (void)(arg), (void)(len), (void)(in), (void)(out), (void)(size),                 \
        MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE)
#define mbedtls_rsa_pkcs1_encrypt(rsa, rng, arg, len, in, out)                                     \
    ((void)(rng), (void)(arg), (void)(len), (void)(in), (void)(out),                               \
        MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE)
#include "../library/pk_wrap.c"
