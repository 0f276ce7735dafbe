/* SPDX-License-Identifier: Apache-2.0 */
/* What the two sides of signing compute alike (docs/protocol.md §3), and each side's step for one digest. */
#ifndef HUFU_COSIGN_SIGN_H
#define HUFU_COSIGN_SIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "cosign/cosign.h"
#include "cosign/group.h"
#include "cosign/proof.h"

/* Q1 ‖ Q2, and the answer's K1 ‖ K2 ‖ s2 ‖ s3, of one digest. */
#define SIGN_PAIR_SIZE (2 * COSIGN_POINT_SIZE)
#define SIGN_ITEM_SIZE (SIGN_PAIR_SIZE + 2 * COSIGN_SCALAR_SIZE)

/* How many digests E is: HUFU_ERR_LIMIT for more than 256, HUFU_ERR_FORM for none or a broken one. */
enum hufu_err sign_count(uint32_t *count, struct bytes digests) HUFU_MUST_CHECK;

struct statement sign_statement(struct bytes head, const uint8_t P[COSIGN_POINT_SIZE],
                                const uint8_t A[COSIGN_POINT_SIZE], struct bytes Qs);

/* β_i = S("hufu/sm2/sign/bind", head, P, Qs, Ks, u32(i)) for all i, Ks being the pairs that begin the items.
 * HUFU_ERR_LIMIT: head too long. */
enum hufu_err sign_bind(struct scalar betas[], struct bytes head, const uint8_t P[COSIGN_POINT_SIZE],
                        struct bytes Qs, const uint8_t items[][SIGN_ITEM_SIZE],
                        uint32_t count) HUFU_MUST_CHECK;

/* The service's step, from public values and its nonces κ1, κ2. K1 and K2 are already in the item; s2 and s3 are put
 * behind them, r beside them. HUFU_ERR_FORM when Q is at infinity; HUFU_ERR_RETRY when R is, or r or s3 is 0. */
struct sign_service_input {
    const struct scalar *b_inverse;
    const struct scalar *kappa1;
    const struct scalar *kappa2;
    const struct scalar *beta;
    const uint8_t *digest;
    const uint8_t *pair; /* Q1 ‖ Q2 */
};
enum hufu_err sign_service_item(struct group *g, uint8_t item[SIGN_ITEM_SIZE], uint8_t r[COSIGN_SCALAR_SIZE],
                                const struct sign_service_input *in) HUFU_MUST_CHECK;

/* The device's step. HUFU_ERR_FORM when the item is malformed. Otherwise *holds says whether every check of §3 held;
 * it and the signature are secret until the verdict on the whole batch. */
struct sign_device_input {
    const struct scalar *a_inverse;
    const struct point *P;
    const struct scalar *k1;
    const struct scalar *k2;
    const struct scalar *beta;
    const uint8_t *digest;
};
enum hufu_err sign_device_item(struct group *g, uint8_t signature[COSIGN_SIGNATURE_SIZE], bool *holds,
                               const uint8_t item[SIGN_ITEM_SIZE],
                               const struct sign_device_input *in) HUFU_MUST_CHECK;

#endif
