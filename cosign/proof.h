/* SPDX-License-Identifier: Apache-2.0 */
/* The batch proof (docs/protocol.md §1): one Schnorr proof of the logarithms of X0 … Xk. */
#ifndef HUFU_COSIGN_PROOF_H
#define HUFU_COSIGN_PROOF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "cosign/arithmetic/group.h"
#include "cosign/cosign.h"
#include "cosign/draw.h"
#include "cosign/sums.h"

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

/* A proof's nonce τ and its point Θ = τ·G. With the proof, Θ gives X0, which may test a PIN: both are secret. */
struct proof_nonce {
    struct scalar tau;
    uint8_t theta[POINT_BYTES];
};
void proof_nonce_wipe(struct proof_nonce *nonce);
#define PROOF_NONCE_WIPED __attribute__((cleanup(proof_nonce_wipe)))
/* Hedged with the drawer's own half and the request (the head, in the service the frame). */
enum hufu_err proof_nonce_draw(struct proof_nonce *nonce, const struct draw *draw, const struct scalar *half,
                               struct bytes request) HUFU_MUST_CHECK;

/* x0 and rest (encoded, 32 bytes for each further point) are the logarithms, tau the nonce, theta τ·G: all secret. */
enum hufu_err proof_make(uint8_t proof[COSIGN_PROOF_SIZE], const struct statement *statement,
                         const struct scalar *x0, struct bytes rest, const struct scalar *tau,
                         const uint8_t theta[POINT_BYTES]) HUFU_MUST_CHECK;

/* A check in steps, for a caller who computes the sum Θ' = z·G − c·X0 − c²·X1 − … among others of his own: begin; then
 * theta becomes z·G, and of every point in order next adds its product; then finish. Or sum, which does it all. */
struct proof_check {
    const struct statement *statement;
    struct scalar c;
    struct scalar z;
    struct scalar factor; /* -c^(i+1) */
    struct point theta;   /* Θ' so far */
    size_t count;         /* points in all */
    size_t at;            /* the next one */
    enum hufu_err verdict;
};
void proof_check_wipe(struct proof_check *check);
#define PROOF_CHECK_WIPED __attribute__((cleanup(proof_check_wipe)))
/* HUFU_ERR_FORM as below. */
enum hufu_err proof_check_begin_var(struct proof_check *check, const struct statement *statement,
                                    const uint8_t proof[COSIGN_PROOF_SIZE]) HUFU_MUST_CHECK;
void proof_check_sum_var(struct proof_check *check);
/* The next product to the others that are gathered; false when there is none left. */
bool proof_check_next_var(struct proof_check *check, struct sums *sums);
/* The verdict of each: HUFU_OK, or HUFU_ERR_PROOF as below. */
void proof_check_finish_var(struct proof_check *const checks[], size_t count);

/* The whole. HUFU_ERR_FORM when a point or c or z is malformed, which is found before anything is computed; HUFU_ERR_PROOF when
 * the proof does not hold. The points are taken as public. */
enum hufu_err proof_check_var(const struct statement *statement,
                              const uint8_t proof[COSIGN_PROOF_SIZE]) HUFU_MUST_CHECK;

#endif
