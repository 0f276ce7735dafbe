/* SPDX-License-Identifier: Apache-2.0 */
/* Signing, the service's side (docs/protocol.md §3). */
#include <string.h>

#include "common/secret.h"
#include "cosign/drawn.h"
#include "cosign/half.h"
#include "cosign/sign.h"

/* A fresh batch of κ fails once in 2^248 times; more than a few in a row mean broken randomness. */
#define BATCH_TRIES 4

/* One request, taken apart, its proof checked. */
struct request {
    uint32_t count;
    struct bytes Qs;
    struct bytes digests;
    struct bytes head;
    struct bytes frame;
    const uint8_t *P;
};

/* One try at the answer. */
struct batch {
    struct draw_context context;
    struct scalar b;
    struct scalar b_inverse;
    struct scalar kappa1[COSIGN_BATCH_MAX];
    struct scalar kappa2[COSIGN_BATCH_MAX];
    struct scalar betas[COSIGN_BATCH_MAX];
    uint8_t items[COSIGN_BATCH_MAX][SIGN_ITEM_SIZE];
    uint8_t r[COSIGN_BATCH_MAX][COSIGN_SCALAR_SIZE];
};

static void batch_wipe(struct batch *batch)
{
    secret_wipe(batch, sizeof(*batch));
}
#define BATCH_WIPED __attribute__((cleanup(batch_wipe)))

/* Form first, then the proof; nothing of the half is used before it holds. */
static enum hufu_err open_request(struct group *g, struct request *request,
                                  const struct cosign_service_half *half, struct bytes body)
{
    struct cursor c;
    cursor_init(&c, body);
    cursor_field_text(&c, COSIGN_OP_SIGN);
    request->Qs = cursor_field_exact(&c, (size_t)request->count * SIGN_PAIR_SIZE);
    struct bytes proof = cursor_field_exact(&c, COSIGN_PROOF_SIZE);
    enum hufu_err err = cursor_finish(&c);
    if (err)
        return err;
    const struct statement statement = sign_statement(request->head, half->P, half->A, request->Qs);
    return proof_check_var(g, &statement, proof.data);
}

/* All K1 and K2, which fix the β. */
static enum hufu_err draw_points(struct group *g, struct batch *batch, const struct request *request,
                                 const struct draw *draw)
{
    for (uint32_t i = 0; i < request->count; i++) {
        struct scalar *const kappas[2] = {&batch->kappa1[i], &batch->kappa2[i]};
        static const char *const roles[2] = {DRAW_KAPPA1, DRAW_KAPPA2};
        for (size_t j = 0; j < 2; j++) {
            struct point K;
            enum hufu_err err = draw->nonce(draw, kappas[j], &batch->b, &batch->context, i, roles[j]);
            if (err)
                return err;
            point_mul_base(g, &K, kappas[j]);
            point_encode(batch->items[i] + j * COSIGN_POINT_SIZE, &K);
        }
        secret_unmark(batch->items[i], SIGN_PAIR_SIZE);
    }
    return group_finish(g);
}

/* Q = Q1 + β·Q2, of public values. */
static enum hufu_err combine_var(struct group *g, struct point *Q, const struct sign_service_input *in)
{
    const struct scalar factors[2] = {{{1}}, *in->beta};
    struct point points[2];
    if (!point_decode_var(g, &points[0], in->pair) ||
        !point_decode_var(g, &points[1], in->pair + COSIGN_POINT_SIZE))
        return HUFU_ERR_FORM;
    point_multi_var(g, Q, NULL, factors, points, 2);
    return point_is_infinite(Q) ? HUFU_ERR_FORM : HUFU_OK;
}

/* r = (e + x(R)) mod n with R = κ1·Q + K2. R is public: it can be computed from any signature. */
static enum hufu_err make_r(struct group *g, struct scalar *r, const struct point *Q, const struct point *K2,
                            const struct sign_service_input *in)
{
    struct point R;
    struct scalar e;
    point_mul(g, &R, in->kappa1, Q);
    point_add(g, &R, &R, K2);
    enum hufu_err err = group_finish(g);
    if (err || point_is_infinite(&R))
        return err ? err : HUFU_ERR_RETRY;
    secret_unmark(&R, sizeof(R));
    point_x_mod_n(r, &R);
    scalar_decode_mod(&e, in->digest);
    scalar_add(r, r, &e);
    return scalar_is_zero(r) ? HUFU_ERR_RETRY : HUFU_OK;
}

enum hufu_err sign_service_item(struct group *g, uint8_t item[SIGN_ITEM_SIZE], uint8_t r[COSIGN_SCALAR_SIZE],
                                const struct sign_service_input *in)
{
    struct point Q;
    struct point K2;
    struct scalar challenge;
    struct scalar s2 SCALAR_WIPED;
    struct scalar s3 SCALAR_WIPED;

    enum hufu_err err = combine_var(g, &Q, in);
    if (err)
        return group_finish(g) ? HUFU_ERR_INTERNAL : err;
    if (!point_decode_var(g, &K2, item + COSIGN_POINT_SIZE))
        return HUFU_ERR_INTERNAL;
    err = make_r(g, &challenge, &Q, &K2, in);
    if (err)
        return err;
    scalar_mul(&s2, in->b_inverse, in->kappa1);
    scalar_add(&s3, in->kappa2, &challenge);
    scalar_mul(&s3, in->b_inverse, &s3);
    bool zero = scalar_is_zero(&s3);
    secret_unmark(&zero, sizeof(zero));
    if (zero)
        return HUFU_ERR_RETRY;
    scalar_encode(r, &challenge);
    scalar_encode(item + SIGN_PAIR_SIZE, &s2);
    scalar_encode(item + SIGN_PAIR_SIZE + COSIGN_SCALAR_SIZE, &s3);
    return HUFU_OK;
}

static enum hufu_err answer_once(struct group *g, struct batch *batch, const struct request *request,
                                 const struct draw *draw)
{
    enum hufu_err err = draw_points(g, batch, request, draw);
    if (!err) {
        err = sign_bind(batch->betas, request->head, request->P, request->Qs,
                        (const uint8_t(*)[SIGN_ITEM_SIZE])batch->items, request->count);
    }
    for (uint32_t i = 0; i < request->count && !err; i++) {
        const struct sign_service_input in = {
            .b_inverse = &batch->b_inverse,
            .kappa1 = &batch->kappa1[i],
            .kappa2 = &batch->kappa2[i],
            .beta = &batch->betas[i],
            .digest = request->digests.data + (size_t)i * COSIGN_DIGEST_SIZE,
            .pair = request->Qs.data + (size_t)i * SIGN_PAIR_SIZE,
        };
        err = sign_service_item(g, batch->items[i], batch->r[i], &in);
    }
    return err;
}

/* A failure in one item discards the κ of all: a K already bound by β must not meet a second r. */
static enum hufu_err answer_request(struct group *g, struct batch *batch, const struct request *request,
                                    const struct draw *draw)
{
    for (int i = 0; i < BATCH_TRIES; i++) {
        enum hufu_err err = answer_once(g, batch, request, draw);
        if (err != HUFU_ERR_RETRY)
            return err;
    }
    return HUFU_ERR_INTERNAL;
}

static enum hufu_err sign(struct batch *batch, struct request *request,
                          const struct cosign_service_half *half, struct bytes body, const struct draw *draw)
{
    struct group g GROUP_DONE;
    struct service_keys keys SERVICE_KEYS_WIPED;
    group_init(&g);
    enum hufu_err err = service_keys_open(&g, &keys, half);
    if (!err)
        err = open_request(&g, request, half, body);
    if (err)
        return err;
    batch->context = draw_context_of(request->frame);
    batch->b = keys.b;
    scalar_invert(&batch->b_inverse, &keys.b);
    return answer_request(&g, batch, request, draw);
}

enum hufu_err service_sign(const struct cosign_service_half *half, struct buf *answer,
                           uint8_t r_out[][COSIGN_SCALAR_SIZE], struct bytes head, struct bytes digests,
                           struct bytes body, struct bytes frame, const struct draw *draw)
{
    const size_t start = answer->len;
    struct batch batch BATCH_WIPED;
    struct request request = {.digests = digests, .head = head, .frame = frame, .P = half->P};
    enum hufu_err err = sign_count(&request.count, digests);
    memset(r_out, 0, (size_t)request.count * COSIGN_SCALAR_SIZE);
    if (!err)
        err = sign(&batch, &request, half, body, draw);
    if (!err) {
        buf_put_field_text(answer, COSIGN_OP_SIGN);
        buf_put_field(answer, batch.items, (size_t)request.count * SIGN_ITEM_SIZE);
        err = message_finish(answer, start);
    }
    if (!err)
        memcpy(r_out, batch.r, (size_t)request.count * COSIGN_SCALAR_SIZE);
    return err;
}

enum hufu_err cosign_service_sign(const struct cosign_service_half *half, struct buf *answer,
                                  uint8_t r_out[][COSIGN_SCALAR_SIZE], struct bytes head,
                                  struct bytes digests, struct bytes body, struct bytes frame,
                                  const struct cosign_random *random)
{
    const struct draw draw = draw_hedged(random);
    return service_sign(half, answer, r_out, head, digests, body, frame, &draw);
}
