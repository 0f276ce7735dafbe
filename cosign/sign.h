/* SPDX-License-Identifier: Apache-2.0 */
/* What the two sides of signing compute alike (docs/protocol.md §3), and each side's step for one digest. */
#ifndef HUFU_COSIGN_SIGN_H
#define HUFU_COSIGN_SIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "cosign/arithmetic/group.h"
#include "cosign/cosign.h"
#include "cosign/hash.h"
#include "cosign/proof.h"
#include "cosign/sums.h"

/* Q1 ‖ Q2, and the answer's K1 ‖ K2 ‖ s2 ‖ s3, of one digest. */
#define SIGN_PAIR_SIZE (2 * COSIGN_POINT_SIZE)
#define SIGN_ITEM_SIZE (SIGN_PAIR_SIZE + 2 * COSIGN_SCALAR_SIZE)

/* How many digests E is: HUFU_ERR_LIMIT for more than 256, HUFU_ERR_FORM for none or a broken one. */
enum hufu_err sign_count(uint32_t *count, struct bytes digests) HUFU_MUST_CHECK;

struct statement sign_statement(struct bytes head, const uint8_t P[COSIGN_POINT_SIZE],
                                const uint8_t A[COSIGN_POINT_SIZE], struct bytes Qs);

/* β_i = S("hufu/sm2/sign/bind", head, P, Qs, Ks, u32(i)), Ks being the pairs that begin the items: what all β of a batch
 * have in common is hashed once. HUFU_ERR_LIMIT: head is longer than COSIGN_FIELD_MAX. */
enum hufu_err sign_bind(struct scalar_hash *common, struct bytes head, const uint8_t P[COSIGN_POINT_SIZE],
                        struct bytes Qs, const uint8_t items[][SIGN_ITEM_SIZE],
                        uint32_t count) HUFU_MUST_CHECK;
void sign_beta(struct scalar *beta, const struct scalar_hash *common, uint32_t i);

/* The service's step for 1 to SIGN_SERVICE_TOGETHER digests, whichever requests they are of, from public values and their
 * nonces κ1, κ2. K1 and K2 are already in the item; s2 and s3 are put behind them, r beside them. err is
 * HUFU_ERR_FORM when a Q is at infinity or malformed; HUFU_ERR_RETRY when an R is at infinity, or an r or s3 is 0. Lanes that the
 * products leave free are given to the proofs. */
#define SIGN_SERVICE_TOGETHER 8
struct sign_service_item {
    const struct scalar *b_inverse;
    const struct scalar *kappa1;
    const struct scalar *kappa2;
    struct scalar beta;
    const uint8_t *digest;
    const uint8_t *pair; /* Q1 ‖ Q2 */
    uint8_t *item;       /* out, SIGN_ITEM_SIZE */
    uint8_t *r;          /* out */
    enum hufu_err err;   /* out */
};
struct sign_service_proofs {
    struct proof_check *checks[COSIGN_TOGETHER_MAX];
    size_t count;
    size_t at; /* the first that may have points left */
};
void sign_service_items(struct sign_service_item items[], size_t count, struct sign_service_proofs *proofs);
/* The next product of the proofs; false when there is none left. */
bool sign_service_prove_var(struct sign_service_proofs *proofs, struct sums *sums);

/* Digests whose products the device computes together: two for each. */
#define SIGN_TOGETHER (POINT_MUL_TOGETHER / 2)

/* The device's step for 1 to SIGN_TOGETHER digests. HUFU_ERR_FORM when an item is malformed. Otherwise *hold says whether
 * every check of §3 held for each of them; it and the signatures are secret until the verdict on the whole batch. */
struct sign_device_input {
    const struct scalar *a_inverse;
    const struct affine *P_plus_G;
    struct scalar k1;
    struct scalar k2;
    struct scalar beta;
    const uint8_t *digest;
};
enum hufu_err sign_device_items(uint8_t signatures[][COSIGN_SIGNATURE_SIZE], bool *hold,
                                const uint8_t items[][SIGN_ITEM_SIZE], const struct sign_device_input in[],
                                size_t count) HUFU_MUST_CHECK;

#endif
