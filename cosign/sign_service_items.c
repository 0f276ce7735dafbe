/* SPDX-License-Identifier: Apache-2.0 */
/* Signing, the service's step for some digests (docs/protocol.md §3). */
#include "common/secret.h"
#include "cosign/sign.h"

bool sign_service_prove_var(struct sign_service_proofs *proofs, struct sums *sums)
{
    for (; proofs->at < proofs->count; proofs->at++)
        if (proof_check_next_var(proofs->checks[proofs->at], sums))
            return true;
    return false;
}

/* The R of some items while they are computed. */
struct step {
    struct sums sums;
    struct point R[SIGN_SERVICE_TOGETHER];
    struct affine affine[SIGN_SERVICE_TOGETHER]; /* K2 of each, then R */
};

static void step_wipe(struct step *step)
{
    secret_wipe(step, sizeof(*step));
}
#define STEP_WIPED __attribute__((cleanup(step_wipe)))

/* R = κ1·Q + K2 with Q = Q1 + β·Q2, as K2 + κ1·Q1 + (κ1·β)·Q2: two products that wait for nothing instead of two of which the
 * second waits for the first. */
static enum hufu_err begin_R(struct step *step, size_t i, const struct sign_service_item *item)
{
    struct affine Q1, Q2;
    struct scalar product SCALAR_WIPED;
    if (!affine_decode_var(&Q1, item->pair) || !affine_decode_var(&Q2, item->pair + COSIGN_POINT_SIZE))
        return HUFU_ERR_FORM;
    if (!affine_decode_var(&step->affine[i], item->item + COSIGN_POINT_SIZE))
        return HUFU_ERR_INTERNAL;
    scalar_mul(&product, item->kappa1, &item->beta);
    point_of_affine(&step->R[i], &step->affine[i]);
    sums_add(&step->sums, item->kappa1, &Q1, &step->R[i]);
    sums_add(&step->sums, &product, &Q2, &step->R[i]);
    return HUFU_OK;
}

/* κ1 is not 0, so Q is at infinity if κ1·Q is, and only then R is K2. R is public: it can be computed from any signature. */
static enum hufu_err check_R(const struct step *step, size_t i)
{
    struct point K2;
    point_of_affine(&K2, &step->affine[i]);
    bool same = point_equal(&step->R[i], &K2);
    secret_unmark(&same, sizeof(same));
    if (same)
        return HUFU_ERR_FORM;
    return point_is_infinite(&step->R[i]) ? HUFU_ERR_RETRY : HUFU_OK;
}

static void make_R(struct step *step, struct sign_service_item items[], size_t count,
                   struct sign_service_proofs *proofs)
{
    for (size_t i = 0; i < count; i++)
        items[i].err = begin_R(step, i, &items[i]);
    while (step->sums.count > 0 && sign_service_prove_var(proofs, &step->sums))
        ;
    sums_finish(&step->sums);
    for (size_t i = 0; i < count; i++)
        if (!items[i].err)
            items[i].err = check_R(step, i);
    point_to_affine(step->affine, step->R, count);
    secret_unmark(step->affine, sizeof(step->affine));
}

/* r = (e + x(R)) mod n, s2 = b⁻¹·κ1, s3 = b⁻¹·(κ2 + r). */
static enum hufu_err make_item(const struct sign_service_item *item, const struct affine *R)
{
    struct scalar challenge, e;
    struct scalar s2 SCALAR_WIPED;
    struct scalar s3 SCALAR_WIPED;
    affine_x_mod_n(&challenge, R);
    scalar_decode_mod(&e, item->digest);
    scalar_add(&challenge, &challenge, &e);
    if (scalar_is_zero(&challenge))
        return HUFU_ERR_RETRY;
    scalar_mul(&s2, item->b_inverse, item->kappa1);
    scalar_add(&s3, item->kappa2, &challenge);
    scalar_mul(&s3, item->b_inverse, &s3);
    bool zero = scalar_is_zero(&s3);
    secret_unmark(&zero, sizeof(zero));
    if (zero)
        return HUFU_ERR_RETRY;
    scalar_encode(item->r, &challenge);
    scalar_encode(item->item + SIGN_PAIR_SIZE, &s2);
    scalar_encode(item->item + SIGN_PAIR_SIZE + COSIGN_SCALAR_SIZE, &s3);
    return HUFU_OK;
}

void sign_service_items(struct sign_service_item items[], size_t count, struct sign_service_proofs *proofs)
{
    struct step step STEP_WIPED = {0};
    make_R(&step, items, count, proofs);
    for (size_t i = 0; i < count; i++)
        if (!items[i].err)
            items[i].err = make_item(&items[i], &step.affine[i]);
    secret_wipe_small_stack();
}
