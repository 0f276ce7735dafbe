/* SPDX-License-Identifier: Apache-2.0 */
/* The batch proof (docs/protocol.md §1): one Schnorr proof of the logarithms of X0 … Xk. */
#ifndef HUFU_COSIGN_PROOF_H
#define HUFU_COSIGN_PROOF_H

#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "cosign/cosign.h"
#include "cosign/group.h"

/* Points of one proof: A, and Q1 and Q2 of each digest. */
#define PROOF_POINTS_MAX (1 + 2 * COSIGN_BATCH_MAX)

/* What is proved: tag, the message M(bound) = T("hufu/proof", head, bound), and the encoded points. */
struct statement {
    const char *tag;
    struct bytes head;
    struct bytes bound;
    struct bytes X0;   /* 65 bytes */
    struct bytes rest; /* X1 ‖ X2 ‖ …, or nothing */
};

/* x0 and rest (encoded, 32 bytes for each further point) are the logarithms, tau the nonce: all secret. HUFU_ERR_LIMIT,
 * here and below: head too long. */
enum hufu_err proof_make(struct group *g, uint8_t proof[COSIGN_PROOF_SIZE], const struct statement *statement,
                         const struct scalar *x0, struct bytes rest,
                         const struct scalar *tau) HUFU_MUST_CHECK;

/* HUFU_ERR_FORM when a point or c or z is malformed, which is found before anything is computed; HUFU_ERR_PROOF when
 * the proof does not hold. The points are taken as public. */
enum hufu_err proof_check_var(struct group *g, const struct statement *statement,
                              const uint8_t proof[COSIGN_PROOF_SIZE]) HUFU_MUST_CHECK;

#endif
