// SPDX-License-Identifier: MIT
//
// beside.c - stock MicroPython's own file, compiled once more under names that leave `tls` to ours.
#include "py/obj.h"

#define MP_QSTR_tls MP_QSTR_tls_stock
#define mp_module_tls mp_module_tls_stock
#undef MICROPY_PY_SSL
#define MICROPY_PY_SSL 1

#include "extmod/modtls_mbedtls.c"
