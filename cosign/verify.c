/* SPDX-License-Identifier: Apache-2.0 */
/* Verification of an ordinary SM2 signature (GB/T 32918.2 §7.1). */
#include "cosign/arithmetic/group.h"
#include "cosign/cosign.h"

enum hufu_err cosign_verify_var(const uint8_t P[COSIGN_POINT_SIZE], const uint8_t e[COSIGN_DIGEST_SIZE],
                                const uint8_t signature[COSIGN_SIGNATURE_SIZE])
{
    struct affine key, affine;
    struct point R;
    struct scalar r, s, t, expected;
    if (!affine_decode_var(&key, P))
        return HUFU_ERR_FORM;
    if (!scalar_decode_nonzero(&r, signature) || !scalar_decode_nonzero(&s, signature + COSIGN_SCALAR_SIZE))
        return HUFU_ERR_SIGNATURE;
    scalar_add(&t, &r, &s);
    if (scalar_is_zero(&t))
        return HUFU_ERR_SIGNATURE;
    point_multi_var(&R, &s, &t, &key, 1);
    if (point_is_infinite(&R))
        return HUFU_ERR_SIGNATURE;
    point_to_affine(&affine, &R, 1);
    affine_x_mod_n(&expected, &affine);
    scalar_decode_mod(&t, e);
    scalar_add(&expected, &expected, &t);
    return scalar_equal(&expected, &r) ? HUFU_OK : HUFU_ERR_SIGNATURE;
}
