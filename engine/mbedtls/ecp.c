// SPDX-License-Identifier: MIT
//
// ecp.c - replaces mbedTLS's ecp.c: it includes that file whole, and lets engine/arith multiply
// points of P-256 and Curve25519.
//
// Notes: in TLS, PK and PSA every multiplication of a point goes through
// ecp_mul_restartable_internal(): for key pairs, ECDH, and ECDSA. mbedTLS's checks of scalars and
// points come first, and all results are the same as mbedTLS's. The errors are the same too, except
// that BearSSL needs no random numbers, so that their absence is no error. On a Cortex-M3 mbedTLS
// itself multiplies P-256's base point (engine/arith/variants.h). The sum of two products that
// verifies a signature is calculated by ussl__p256_sum() in half the time. If that function finds
// no sum, and for all other sums, mbedTLS adds two products from this file, and handles the
// exceptional cases: a product of zero, and equal or opposite products. P-384 and P-521 are left to
// mbedTLS. No source of mbedTLS is changed or copied.
#include "mbed.h"

#if USSL_ARITH_BEARSSL
#include "../arith/arith.h"

#if defined(MBEDTLS_ECP_RESTARTABLE) || defined(MBEDTLS_ECP_DP_CURVE448_ENABLED)
#error "engine/mbedtls/ecp.c does not know this configuration of mbedTLS"
#endif

static int multiply(mbedtls_ecp_group *grp, mbedtls_ecp_point *R, const mbedtls_mpi *m,
    const mbedtls_ecp_point *P, int (*f_rng)(void *, unsigned char *, size_t), void *p_rng,
    mbedtls_ecp_restart_ctx *rs_ctx);
static int add_products(mbedtls_ecp_group *grp, mbedtls_ecp_point *R, const mbedtls_mpi *m,
    const mbedtls_ecp_point *P, const mbedtls_mpi *n, const mbedtls_ecp_point *Q,
    mbedtls_ecp_restart_ctx *rs_ctx);

// These functions are called in the file that defines them, so a plain #define would rename both.
// Each macro therefore tests the first word of the argument list, which is `grp` in a call and a
// type in the definition. Calls of mbedTLS's Montgomery ladder are replaced by no_ladder(), so the
// compiler drops it.
#define ecp_mul_restartable_internal(...) MULTIPLY_##__VA_ARGS__)
#define MULTIPLY_grp multiply(grp
#define MULTIPLY_mbedtls_ecp_group ecp_mul_restartable_internal(mbedtls_ecp_group
#define mbedtls_ecp_muladd_restartable(...) SUM_##__VA_ARGS__)
#define SUM_grp mbedtls_ecp_muladd_restartable(grp
#define SUM_mbedtls_ecp_group add_products(mbedtls_ecp_group
#define ecp_mul_mxz(...) LADDER_##__VA_ARGS__)
#define LADDER_grp no_ladder(grp
#define LADDER_mbedtls_ecp_group __attribute__((unused)) ecp_mul_mxz(mbedtls_ecp_group
#define no_ladder(...) MBEDTLS_ERR_ECP_FEATURE_UNAVAILABLE
#endif // USSL_ARITH_BEARSSL

#include "../library/ecp.c"

#if USSL_ARITH_BEARSSL
#undef ecp_mul_restartable_internal
#undef mbedtls_ecp_muladd_restartable

static int multiply_p256(const mbedtls_ecp_group *grp, mbedtls_ecp_point *R, const mbedtls_mpi *m,
    const mbedtls_ecp_point *P) {
    uint8_t scalar[USSL__P256_SCALAR], point[USSL__P256_POINT];
    size_t len;
    bool good = true;
    int code = mbedtls_mpi_write_binary(m, scalar, sizeof(scalar));
    if (code == 0) {
        code = mbedtls_ecp_point_write_binary(
            grp, P, MBEDTLS_ECP_PF_UNCOMPRESSED, &len, point, sizeof(point));
    }
    if (code == 0) {
#if USSL__BASE
        if (mbedtls_ecp_point_cmp(P, &grp->G) == 0) {
            ussl__p256_mul_base(point, scalar);
        } else
#endif
        {
            good = ussl__p256_mul(point, scalar);
        }
        code = good ? mbedtls_ecp_point_read_binary(grp, R, point, sizeof(point))
                    : MBEDTLS_ERR_ECP_INVALID_KEY;
    }
    mbedtls_platform_zeroize(scalar, sizeof(scalar));
    mbedtls_platform_zeroize(point, sizeof(point));
    return code;
}

#if USSL_X25519
static int multiply_x25519(const mbedtls_ecp_group *grp, mbedtls_ecp_point *R, const mbedtls_mpi *m,
    const mbedtls_ecp_point *P) {
    uint8_t scalar[USSL__X25519_SIZE], u[USSL__X25519_SIZE];
    uint8_t bits = 0;
    // A u-coordinate has 255 bits. mbedTLS fails on most numbers of 256 bits, and BearSSL would
    // ignore the highest bit. In the key of a peer mbedTLS has cleared that bit (RFC 7748 5).
    int code = mbedtls_mpi_bitlen(&P->X) > grp->pbits ? MBEDTLS_ERR_ECP_BAD_INPUT_DATA : 0;
    if (code == 0) {
        code = mbedtls_mpi_write_binary_le(&P->X, u, sizeof(u));
    }
    if (code == 0) {
        code = mbedtls_mpi_write_binary_le(m, scalar, sizeof(scalar));
    }
    if (code == 0) {
        ussl__x25519(u, scalar);
        for (size_t i = 0; i < sizeof(u); i++) {
            bits |= u[i];
        }
        // Zero stands for the point at infinity, which mbedTLS cannot normalize. No product of a
        // point that has passed the check is zero.
        code = bits != 0 ? mbedtls_ecp_point_read_binary(grp, R, u, sizeof(u))
                         : MBEDTLS_ERR_MPI_NOT_ACCEPTABLE;
    }
    mbedtls_platform_zeroize(scalar, sizeof(scalar));
    mbedtls_platform_zeroize(u, sizeof(u));
    return code;
}
#endif // USSL_X25519

static int multiply(mbedtls_ecp_group *grp, mbedtls_ecp_point *R, const mbedtls_mpi *m,
    const mbedtls_ecp_point *P, int (*f_rng)(void *, unsigned char *, size_t), void *p_rng,
    mbedtls_ecp_restart_ctx *rs_ctx) {
    bool x25519 = USSL_X25519 && grp->id == MBEDTLS_ECP_DP_CURVE25519;
    bool p256 = grp->id == MBEDTLS_ECP_DP_SECP256R1
        && (USSL__BASE != 0 || mbedtls_ecp_point_cmp(P, &grp->G) != 0);
    if (!p256 && !x25519) {
        return ecp_mul_restartable_internal(grp, R, m, P, f_rng, p_rng, rs_ctx);
    }
    int code = mbedtls_ecp_check_privkey(grp, m);
    if (code == 0) {
        code = mbedtls_ecp_check_pubkey(grp, P);
    }
    if (code == 0 && x25519 && f_rng == NULL) {
        code = MBEDTLS_ERR_ECP_BAD_INPUT_DATA;
    }
#if USSL_X25519
    if (code == 0 && x25519) {
        return multiply_x25519(grp, R, m, P);
    }
#endif
    return code != 0 ? code : multiply_p256(grp, R, m, P);
}

// Returns MBEDTLS_ERR_ECP_FEATURE_UNAVAILABLE if mbedTLS must calculate the sum.
static int sum_p256(const mbedtls_ecp_group *grp, mbedtls_ecp_point *R, const mbedtls_mpi *m,
    const mbedtls_ecp_point *P, const mbedtls_mpi *n, const mbedtls_ecp_point *Q) {
    uint8_t of_g[USSL__P256_SCALAR], of_q[USSL__P256_SCALAR], point[USSL__P256_POINT];
    size_t len;
    if (grp->id != MBEDTLS_ECP_DP_SECP256R1 || mbedtls_ecp_point_cmp(P, &grp->G) != 0
        || mbedtls_ecp_check_privkey(grp, m) != 0 || mbedtls_ecp_check_privkey(grp, n) != 0
        || mbedtls_ecp_check_pubkey(grp, Q) != 0) {
        return MBEDTLS_ERR_ECP_FEATURE_UNAVAILABLE;
    }
    int code = mbedtls_mpi_write_binary(m, of_g, sizeof(of_g));
    if (code == 0) {
        code = mbedtls_mpi_write_binary(n, of_q, sizeof(of_q));
    }
    if (code == 0) {
        code = mbedtls_ecp_point_write_binary(
            grp, Q, MBEDTLS_ECP_PF_UNCOMPRESSED, &len, point, sizeof(point));
    }
    if (code == 0 && !ussl__p256_sum(point, of_g, of_q)) {
        code = MBEDTLS_ERR_ECP_FEATURE_UNAVAILABLE;
    }
    return code != 0 ? code : mbedtls_ecp_point_read_binary(grp, R, point, sizeof(point));
}

int mbedtls_ecp_muladd_restartable(mbedtls_ecp_group *grp, mbedtls_ecp_point *R,
    const mbedtls_mpi *m, const mbedtls_ecp_point *P, const mbedtls_mpi *n,
    const mbedtls_ecp_point *Q, mbedtls_ecp_restart_ctx *rs_ctx) {
    int code = sum_p256(grp, R, m, P, n, Q);
    return code == MBEDTLS_ERR_ECP_FEATURE_UNAVAILABLE ? add_products(grp, R, m, P, n, Q, rs_ctx)
                                                       : code;
}
#endif // USSL_ARITH_BEARSSL
