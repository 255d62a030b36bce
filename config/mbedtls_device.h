// SPDX-License-Identifier: MIT
//
// mbedtls_device.h - the mbedTLS configuration of microcontrollers: mbedtls_full.h with smaller
// code wherever mbedTLS has a choice. `make ... USSL_PROFILE=device` takes it, and leaves out the
// features that micropython.mk names there.
//
// What it costs in time (docs/footprint.md): SHA-2 and AES by a third, and keys of our own, because
// no tables of multiples of the base point are in flash. Nothing is less safe.
#ifndef USSL_MBEDTLS_DEVICE_H
#define USSL_MBEDTLS_DEVICE_H

#include "config/mbedtls_full.h"

#define MBEDTLS_SHA256_SMALLER
#define MBEDTLS_SHA512_SMALLER
#define MBEDTLS_AES_FEWER_TABLES
#define MBEDTLS_ECP_FIXED_POINT_OPTIM 0
#define MBEDTLS_X509_REMOVE_INFO

#endif // USSL_MBEDTLS_DEVICE_H
