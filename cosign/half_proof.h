/* SPDX-License-Identifier: Apache-2.0 */
/* The message T(operation, proof) whose proof is of the half alone: decryption and sm2/pin/check. */
#ifndef HUFU_COSIGN_HALF_PROOF_H
#define HUFU_COSIGN_HALF_PROOF_H

#include "common/buf.h"
#include "cosign/arithmetic/group.h"
#include "cosign/cosign.h"
#include "cosign/draw.h"

struct half_proof_kind {
    const char *operation;
    const char *tag;
};

/* Device: appends the message, its proof over M(P). */
enum hufu_err half_proof_put(struct buf *body, const struct half_proof_kind *kind,
                             const struct cosign_device_half *half, struct bytes head,
                             const struct draw *draw) HUFU_MUST_CHECK;
/* Service: HUFU_ERR_FORM or HUFU_ERR_PROOF when the message does not hold. */
enum hufu_err half_proof_check_var(const struct half_proof_kind *kind, const struct cosign_service_half *half,
                                   struct bytes head, struct bytes body) HUFU_MUST_CHECK;

#endif
