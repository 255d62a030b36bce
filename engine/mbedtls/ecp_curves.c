// SPDX-License-Identifier: MIT
//
// ecp_curves.c - replaces mbedTLS's ecp_curves.c: it includes that file whole, without the tables
// of multiples of base points that are not worth their flash. These are the table of P-256 (1.4 KB)
// if engine/arith multiplies its base point, and in the device profile those of the other curves.
//
// Notes: the macro distinguishes calls of ecp_group_load() from its definition by the first word of
// the second argument, which is a curve's name in a call and `const` in the definition. A table
// that no call names is an unused constant, which the compiler drops. No source of mbedTLS is
// changed or copied.
#include "mbed.h"

#include "../arith/arith.h"

#pragma GCC diagnostic ignored "-Wunused-const-variable"
#define ecp_group_load(grp, p, ...) LOAD_##p, __VA_ARGS__)
#define LOAD_const ecp_group_load(mbedtls_ecp_group *grp, const
#define load_without_table(grp, p, p_len, a, a_len, b, b_len, x, x_len, y, y_len, n, n_len, table) \
    ecp_group_load(grp, p, p_len, a, a_len, b, b_len, x, x_len, y, y_len, n, n_len, NULL)

#if USSL_ARITH_BEARSSL && USSL__BASE
#define LOAD_secp256r1_p load_without_table(grp, secp256r1_p
#else
#define LOAD_secp256r1_p ecp_group_load(grp, secp256r1_p
#endif
#if defined(USSL_NO_TABLES_BUT_P256)
#define LOAD_secp384r1_p load_without_table(grp, secp384r1_p
#define LOAD_secp521r1_p load_without_table(grp, secp521r1_p
#else
#define LOAD_secp384r1_p ecp_group_load(grp, secp384r1_p
#define LOAD_secp521r1_p ecp_group_load(grp, secp521r1_p
#endif

#include "../library/ecp_curves.c"
