/* SPDX-License-Identifier: Apache-2.0 */
/* Signing, the device's side (docs/protocol.md §3). */
#include <string.h>

#include "common/secret.h"
#include "cosign/drawn.h"
#include "cosign/half.h"
#include "cosign/multiples.h"
#include "cosign/sign.h"

void cosign_signing_wipe(struct cosign_signing *signing)
{
    secret_wipe(signing, sizeof(*signing));
}

/* k1, k2 of all digests; their points are to be written. */
static enum hufu_err draw_points(struct multiples *points, struct cosign_signing *signing,
                                 const struct scalar *a, const struct draw_context *context,
                                 const struct draw *draw)
{
    static const char *const roles[2] = {DRAW_K1, DRAW_K2};
    for (uint32_t i = 0; i < signing->count; i++) {
        for (size_t j = 0; j < 2; j++) {
            struct scalar k SCALAR_WIPED;
            enum hufu_err err = draw->nonce(draw, &k, a, context, i, roles[j]);
            if (err)
                return err;
            multiples_add(points, &k, signing->Qs[i] + j * COSIGN_POINT_SIZE);
            scalar_encode(signing->ks[i] + j * COSIGN_SCALAR_SIZE, &k);
        }
    }
    return HUFU_OK;
}

/* What begins with a: the half, the proof's nonce, and the points of both. */
struct prover {
    struct device_keys keys;
    struct proof_nonce nonce;
    struct multiples points;
};

static void prover_wipe(struct prover *prover)
{
    secret_wipe(prover, sizeof(*prover));
}
#define PROVER_WIPED __attribute__((cleanup(prover_wipe)))

static enum hufu_err draw_all(struct prover *prover, struct cosign_signing *signing, struct bytes head,
                              const struct draw *draw)
{
    const struct draw_context context = draw_context_of(head);
    const struct scalar *a = &prover->keys.a;
    enum hufu_err err = device_keys_decode(&prover->keys, &signing->half);
    if (!err)
        err = draw->nonce(draw, &prover->nonce.tau, a, &context, 0, DRAW_TAU);
    if (err)
        return err;
    prover->points.count = 0;
    multiples_add(&prover->points, a, prover->keys.A);
    multiples_add(&prover->points, &prover->nonce.tau, prover->nonce.theta);
    err = draw_points(&prover->points, signing, a, &context, draw);
    multiples_write(&prover->points);
    secret_unmark(signing->Qs, sizeof(signing->Qs));
    return err;
}

static enum hufu_err begin(struct cosign_signing *signing, uint8_t proof[COSIGN_PROOF_SIZE],
                           struct bytes head, const struct draw *draw)
{
    struct prover prover PROVER_WIPED;
    enum hufu_err err = draw_all(&prover, signing, head, draw);
    if (!err) {
        const struct bytes Qs = bytes_of(signing->Qs, (size_t)signing->count * SIGN_PAIR_SIZE);
        const struct bytes ks = bytes_of(signing->ks, (size_t)signing->count * 2 * COSIGN_SCALAR_SIZE);
        const struct statement statement = sign_statement(head, signing->half.P, prover.keys.A, Qs);
        err = proof_make(proof, &statement, &prover.keys.a, ks, &prover.nonce.tau, prover.nonce.theta);
    }
    return err;
}

enum hufu_err device_sign_begin(struct cosign_signing *signing, struct buf *body,
                                const struct cosign_device_half *half, struct bytes head,
                                struct bytes digests, const struct draw *draw)
{
    const size_t start = body->len;
    uint8_t proof[COSIGN_PROOF_SIZE];
    memset(signing, 0, sizeof(*signing));
    enum hufu_err err = sign_count(&signing->count, digests);
    if (!err) {
        signing->half = *half;
        err = begin(signing, proof, head, draw);
    }
    if (!err) {
        buf_put_field_text(body, COSIGN_OP_SIGN);
        buf_put_field(body, signing->Qs, (size_t)signing->count * SIGN_PAIR_SIZE);
        buf_put_field(body, proof, sizeof(proof));
        err = message_finish(body, start);
    }
    if (err)
        cosign_signing_wipe(signing);
    return err;
}

enum hufu_err cosign_device_sign_begin(struct cosign_signing *signing, struct buf *body,
                                       const struct cosign_device_half *half, struct bytes head,
                                       struct bytes digests, const struct cosign_random *random)
{
    const struct draw draw = draw_hedged(random);
    return device_sign_begin(signing, body, half, head, digests, &draw);
}

/* The items of one step while they are computed. With P, an answer tests a PIN (§6). */
struct step {
    struct scalar factors[2 * SIGN_TOGETHER]; /* k and u of each */
    struct affine points[2 * SIGN_TOGETHER];  /* K1, and P + G */
    struct point products[2 * SIGN_TOGETHER];
    struct point R[SIGN_TOGETHER];
    struct affine R_affine[SIGN_TOGETHER];
    struct affine K2;
    struct scalar r[SIGN_TOGETHER];
    struct point rG[SIGN_TOGETHER];
    struct scalar s2, s3, s, t;
};

static void step_wipe(struct step *step)
{
    secret_wipe(step, sizeof(*step));
}
#define STEP_WIPED __attribute__((cleanup(step_wipe)))

/* k = k1 + β·k2, and u = r + s = a⁻¹·(k·s2 + s3), for which r is not needed. */
static bool decode_item(struct step *step, const uint8_t item[SIGN_ITEM_SIZE],
                        const struct sign_device_input *in, size_t i)
{
    struct scalar *k = &step->factors[2 * i];
    struct scalar *u = &step->factors[2 * i + 1];
    step->points[2 * i + 1] = *in->P_plus_G;
    bool good = affine_decode_var(&step->points[2 * i], item) &&
                affine_decode_var(&step->K2, item + COSIGN_POINT_SIZE) &&
                scalar_decode_nonzero(&step->s2, item + SIGN_PAIR_SIZE) &&
                scalar_decode_nonzero(&step->s3, item + SIGN_PAIR_SIZE + COSIGN_SCALAR_SIZE);
    point_of_affine(&step->R[i], &step->K2);
    scalar_mul(k, &in->beta, &in->k2);
    scalar_add(k, k, &in->k1);
    scalar_mul(u, k, &step->s2);
    scalar_add(u, u, &step->s3);
    scalar_mul(u, u, in->a_inverse);
    return good;
}

/* r = e + x(R), and r·G. */
static void make_r(struct step *step, const struct sign_device_input in[], size_t count)
{
    point_to_affine(step->R_affine, step->R, count);
    for (size_t i = 0; i < count; i++) {
        affine_x_mod_n(&step->r[i], &step->R_affine[i]);
        scalar_decode_mod(&step->t, in[i].digest);
        scalar_add(&step->r[i], &step->r[i], &step->t);
    }
    point_mul_base(step->rG, step->r, count);
}

/* s = u - r, and whether r, s, r + s ≠ 0 and s·G + (r + s)·P = R, as u·(P + G) = R + r·G.
 * Not in variable time, although a signature is public: s is one only if this holds. A dishonest service could otherwise
 * send s2 = 0, fail the check, and read a⁻¹ out of how long it took. */
static bool make_signature(uint8_t signature[COSIGN_SIGNATURE_SIZE], struct step *step, size_t i)
{
    const struct scalar *r = &step->r[i];
    scalar_sub(&step->s, &step->factors[2 * i + 1], r);
    scalar_add(&step->t, r, &step->s);
    point_add(&step->rG[i], &step->rG[i], &step->R[i]);
    /* Bits, not && and ||, which would be branches. */
    unsigned zero = (unsigned)scalar_is_zero(r) | (unsigned)scalar_is_zero(&step->s) |
                    (unsigned)scalar_is_zero(&step->t) | (unsigned)point_is_infinite(&step->R[i]);
    unsigned equal = (unsigned)point_equal(&step->products[2 * i + 1], &step->rG[i]);
    scalar_encode(signature, r);
    scalar_encode(signature + COSIGN_SCALAR_SIZE, &step->s);
    return (equal & ~zero & 1u) != 0;
}

enum hufu_err sign_device_items(uint8_t signatures[][COSIGN_SIGNATURE_SIZE], bool *hold,
                                const uint8_t items[][SIGN_ITEM_SIZE], const struct sign_device_input in[],
                                size_t count)
{
    struct step step STEP_WIPED = {0};
    *hold = false;
    for (size_t i = 0; i < count; i++)
        if (!decode_item(&step, items[i], &in[i], i))
            return HUFU_ERR_FORM;
    point_mul(step.products, step.factors, step.points, 2 * count);
    for (size_t i = 0; i < count; i++) /* R = k·K1 + K2 */
        point_add(&step.R[i], &step.R[i], &step.products[2 * i]);
    make_r(&step, in, count);
    unsigned all = 1;
    for (size_t i = 0; i < count; i++)
        all &= (unsigned)make_signature(signatures[i], &step, i);
    *hold = all != 0;
    secret_wipe_small_stack();
    return HUFU_OK;
}

/* One batch to finish: what was taken from the caller's struct, and what all items have in common. */
struct finish {
    struct cosign_device_half half;
    uint32_t count;
    uint8_t ks[COSIGN_BATCH_MAX][2 * COSIGN_SCALAR_SIZE];
    struct scalar a;
    struct scalar a_inverse;
    struct affine P_plus_G;
    struct scalar_hash binding;
    struct sign_device_input in[SIGN_TOGETHER];
};

static void finish_wipe(struct finish *finish)
{
    secret_wipe(finish, sizeof(*finish));
}
#define FINISH_WIPED __attribute__((cleanup(finish_wipe)))

/* The nonces are gone from the caller's struct before anything can fail: three answers to one pair give a away. */
static void finish_take(struct finish *finish, struct cosign_signing *signing)
{
    finish->half = signing->half;
    finish->count = signing->count;
    memcpy(finish->ks, signing->ks, sizeof(finish->ks));
    cosign_device_half_wipe(&signing->half);
    secret_wipe(signing->ks, sizeof(signing->ks));
    signing->count = 0;
}

static enum hufu_err finish_some(struct finish *finish, uint8_t signatures[][COSIGN_SIGNATURE_SIZE],
                                 bool *hold, struct bytes digests, const uint8_t items[][SIGN_ITEM_SIZE],
                                 uint32_t at)
{
    size_t count = 0;
    for (uint32_t i = at; i < finish->count && count < SIGN_TOGETHER; i++, count++) {
        struct sign_device_input *in = &finish->in[count];
        in->a_inverse = &finish->a_inverse;
        in->P_plus_G = &finish->P_plus_G;
        in->digest = digests.data + (size_t)i * COSIGN_DIGEST_SIZE;
        if (!scalar_decode_nonzero(&in->k1, finish->ks[i]) ||
            !scalar_decode_nonzero(&in->k2, finish->ks[i] + COSIGN_SCALAR_SIZE))
            return HUFU_ERR_INTERNAL;
        sign_beta(&in->beta, &finish->binding, i);
    }
    return sign_device_items(signatures + at, hold, items + at, finish->in, count);
}

/* Every item is computed whatever the checks of the ones before it gave, and one verdict falls at the end: neither what
 * the device does next nor the time it takes tells a dishonest service which check failed. (A malformed item, which the
 * service knows to be one, ends it at once.) */
static enum hufu_err finish_items(struct finish *finish, uint8_t signatures[][COSIGN_SIGNATURE_SIZE],
                                  struct bytes digests, const uint8_t items[][SIGN_ITEM_SIZE])
{
    bool all = true;
    for (uint32_t at = 0; at < finish->count; at += SIGN_TOGETHER) {
        bool hold = false;
        enum hufu_err err = finish_some(finish, signatures, &hold, digests, items, at);
        if (err)
            return err == HUFU_ERR_FORM ? HUFU_ERR_PEER : err;
        all = (bool)((int)all & (int)hold);
    }
    secret_unmark(&all, sizeof(all));
    return all ? HUFU_OK : HUFU_ERR_PEER;
}

/* a⁻¹, and P + G, which is a·b·G and not infinite. */
static enum hufu_err open_half(struct finish *finish)
{
    struct point P, G;
    if (!scalar_decode_nonzero(&finish->a, finish->half.a) ||
        !affine_decode_var(&finish->P_plus_G, finish->half.P))
        return HUFU_ERR_INTERNAL;
    scalar_invert(&finish->a_inverse, &finish->a);
    point_of_affine(&P, &finish->P_plus_G);
    point_of_affine(&G, affine_generator);
    point_add(&P, &P, &G);
    point_to_affine(&finish->P_plus_G, &P, 1);
    return point_is_infinite(&P) ? HUFU_ERR_INTERNAL : HUFU_OK;
}

static enum hufu_err finish_batch(struct finish *finish, uint8_t signatures[][COSIGN_SIGNATURE_SIZE],
                                  struct bytes Qs, struct bytes head, struct bytes digests,
                                  struct bytes answer)
{
    struct cursor c;
    cursor_init(&c, answer);
    cursor_field_text(&c, COSIGN_OP_SIGN);
    struct bytes items = cursor_field_exact(&c, (size_t)finish->count * SIGN_ITEM_SIZE);
    if (cursor_finish(&c))
        return HUFU_ERR_PEER;
    const uint8_t(*const list)[SIGN_ITEM_SIZE] = (const uint8_t(*)[SIGN_ITEM_SIZE])items.data;
    enum hufu_err err = open_half(finish);
    if (!err)
        err = sign_bind(&finish->binding, head, finish->half.P, Qs, list, finish->count);
    return err ? err : finish_items(finish, signatures, digests, list);
}

enum hufu_err cosign_device_sign_finish(struct cosign_signing *signing,
                                        uint8_t signatures_out[][COSIGN_SIGNATURE_SIZE], struct bytes head,
                                        struct bytes digests, struct bytes answer)
{
    struct finish finish FINISH_WIPED;
    uint32_t count = 0;
    finish_take(&finish, signing);
    enum hufu_err err = sign_count(&count, digests);
    if (!err && finish.count != count)
        err = finish.count == 0 ? HUFU_ERR_STATE : HUFU_ERR_FORM;
    if (!err) {
        const struct bytes Qs = bytes_of(signing->Qs, (size_t)count * SIGN_PAIR_SIZE);
        err = finish_batch(&finish, signatures_out, Qs, head, digests, answer);
    }
    cosign_signing_wipe(signing);
    if (err)
        secret_wipe(signatures_out, (size_t)count * COSIGN_SIGNATURE_SIZE);
    else
        secret_unmark(signatures_out, (size_t)count * COSIGN_SIGNATURE_SIZE);
    return err;
}
