// SPDX-License-Identifier: MIT
//
// mbedtls_config_port.h - the configuration of stock MicroPython's mbedTLS for the emulated board:
// MicroPython's common configuration, with the settings of its bare-metal ports (rp2, stm32).
#ifndef USSL_BENCH_STOCK_CONFIG_H
#define USSL_BENCH_STOCK_CONFIG_H

#define MBEDTLS_ECP_NIST_OPTIM

#ifdef USSL_TEST_BOARD
#include <time.h>
time_t stock_time(time_t *out);
#define MBEDTLS_PLATFORM_TIME_MACRO stock_time
#define MBEDTLS_PLATFORM_MS_TIME_ALT mbedtls_ms_time
#define MBEDTLS_PLATFORM_GMTIME_R_ALT
#define MICROPY_MBEDTLS_CONFIG_BARE_METAL (1)
#else
#define MBEDTLS_TIMING_C
#endif

#include "extmod/mbedtls/mbedtls_config_common.h"

#endif // USSL_BENCH_STOCK_CONFIG_H
