/* SPDX-License-Identifier: Apache-2.0 */
/* Verification of ECDSA P-256 signatures: those of devices, and those of our own identity key. */
#ifndef HUFU_HSM_ECDSA_H
#define HUFU_HSM_ECDSA_H

#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

#define ECDSA_POINT_SIZE 65
#define ECDSA_SIGNATURE_SIZE 64 /* r ‖ s */

/* HUFU_ERR_SIGNATURE: it does not verify, or the point is none of the curve. Variable time: all of it is public. */
enum hufu_err ecdsa_verify_var(const uint8_t point[ECDSA_POINT_SIZE], const uint8_t digest[32],
                               const uint8_t signature[ECDSA_SIGNATURE_SIZE]) HUFU_MUST_CHECK;

/* What somebody claims to have signed, and whether it is so: err is HUFU_OK or HUFU_ERR_SIGNATURE. */
struct ecdsa_claim {
    const uint8_t *point;     /* ECDSA_POINT_SIZE */
    const uint8_t *digest;    /* 32 bytes */
    const uint8_t *signature; /* ECDSA_SIGNATURE_SIZE */
    enum hufu_err err;
};

#define ECDSA_TOGETHER 16

/* Sets err of each claim to what ecdsa_verify_var says of it. 1 to ECDSA_TOGETHER; where the processor has lanes, each
 * takes least where they are eight or sixteen. */
void ecdsa_verify_some_var(struct ecdsa_claim *claims, size_t count);

#endif
