/* SPDX-License-Identifier: Apache-2.0 */
/* Signing, the service's side (docs/protocol.md §3). */
#include "common/secret.h"
#include "cosign/drawn.h"
#include "cosign/half.h"
#include "cosign/multiples.h"
#include "cosign/sign.h"

/* A fresh batch of κ fails once in 2^248 times; more than a few in a row mean broken randomness. */
#define BATCH_TRIES 4

/* One request, taken apart. Where there are lanes to fill, the products of its proof are computed among those of the
 * answer, and the verdict falls after them and before anything leaves; `check` is NULL where it fell already. */
struct request {
    uint32_t count;
    struct bytes Qs;
    struct bytes digests;
    struct bytes head;
    const uint8_t *P;
    struct draw_context context;
    struct statement statement;
    struct proof_check check_memory;
    struct proof_check *check;
};

/* One try at the answer, but for what goes to the caller. */
struct batch {
    struct scalar b;
    struct scalar b_inverse;
    struct scalar kappa1[COSIGN_BATCH_MAX];
    struct scalar kappa2[COSIGN_BATCH_MAX];
    struct scalar_hash binding;
};

static void batch_wipe(struct batch *batch)
{
    secret_wipe(batch, sizeof(*batch));
}
#define BATCH_WIPED __attribute__((cleanup(batch_wipe)))

static enum hufu_err open_request(struct request *request, const struct cosign_service_half *half,
                                  struct bytes body)
{
    struct cursor c;
    cursor_init(&c, body);
    cursor_field_text(&c, COSIGN_OP_SIGN);
    request->Qs = cursor_field_exact(&c, (size_t)request->count * SIGN_PAIR_SIZE);
    struct bytes proof = cursor_field_exact(&c, COSIGN_PROOF_SIZE);
    enum hufu_err err = cursor_finish(&c);
    if (err)
        return err;
    request->statement = sign_statement(request->head, half->P, half->A, request->Qs);
    if (point_mul_lanes() == 1)
        return proof_check_var(&request->statement, proof.data);
    request->check = &request->check_memory;
    return proof_check_begin_var(request->check, &request->statement, proof.data);
}

/* All K1 and K2, which fix the β. */
static enum hufu_err draw_points(struct batch *batch, uint8_t items[][SIGN_ITEM_SIZE],
                                 const struct request *request, const struct draw *draw)
{
    static const char *const roles[2] = {DRAW_KAPPA1, DRAW_KAPPA2};
    struct multiples Ks MULTIPLES_WIPED;
    Ks.count = 0;
    for (uint32_t i = 0; i < request->count; i++) {
        struct scalar *const kappas[2] = {&batch->kappa1[i], &batch->kappa2[i]};
        for (size_t j = 0; j < 2; j++) {
            enum hufu_err err = draw->nonce(draw, kappas[j], &batch->b, &request->context, i, roles[j]);
            if (err)
                return err;
            multiples_add(&Ks, kappas[j], items[i] + j * COSIGN_POINT_SIZE);
        }
    }
    multiples_write(&Ks);
    for (uint32_t i = 0; i < request->count; i++)
        secret_unmark(items[i], SIGN_PAIR_SIZE);
    return HUFU_OK;
}

#define PRODUCTS POINT_MUL_TOGETHER

/* The items of one step while they are computed. */
struct step {
    struct scalar factors[PRODUCTS]; /* κ1 and κ1·β of each, then what the proof asks for */
    struct affine points[PRODUCTS];  /* Q1 and Q2 of each, … */
    struct point products[PRODUCTS];
    size_t count;
    struct point R[SIGN_TOGETHER];
    struct affine R_affine[SIGN_TOGETHER];
    struct scalar s2, s3;
};

static void step_wipe(struct step *step)
{
    secret_wipe(step, sizeof(*step));
}
#define STEP_WIPED __attribute__((cleanup(step_wipe)))

/* All products of the step. Lanes that it leaves free are given to the proof. */
static void multiply(struct step *step, struct proof_check *check)
{
    const size_t own = step->count;
    while (check && step->count < PRODUCTS && check->at < check->count) {
        proof_check_next_var(check, &step->factors[step->count], &step->points[step->count]);
        step->count++;
    }
    point_mul(step->products, step->factors, step->points, step->count);
    for (size_t i = own; i < step->count; i++)
        proof_check_add(check, &step->products[i]);
}

/* R = κ1·Q + K2 with Q = Q1 + β·Q2, as κ1·Q1 + (κ1·β)·Q2 + K2: two products that wait for nothing instead of two of which
 * the second waits for the first. κ1 is not 0, so κ1·Q is at infinity only if Q is. R is public: it can be computed from
 * any signature. */
static enum hufu_err make_R(struct step *step, const uint8_t items[][SIGN_ITEM_SIZE],
                            const struct sign_service_input in[], size_t count, struct proof_check *check)
{
    for (size_t i = 0; i < count; i++) {
        step->factors[2 * i] = *in[i].kappa1;
        scalar_mul(&step->factors[2 * i + 1], in[i].kappa1, &in[i].beta);
        if (!affine_decode_var(&step->points[2 * i], in[i].pair) ||
            !affine_decode_var(&step->points[2 * i + 1], in[i].pair + COSIGN_POINT_SIZE))
            return HUFU_ERR_FORM;
    }
    step->count = 2 * count;
    multiply(step, check);
    for (size_t i = 0; i < count; i++) {
        struct affine K2;
        struct point other;
        point_add(&step->R[i], &step->products[2 * i], &step->products[2 * i + 1]);
        if (point_is_infinite(&step->R[i]))
            return HUFU_ERR_FORM;
        if (!affine_decode_var(&K2, items[i] + COSIGN_POINT_SIZE))
            return HUFU_ERR_INTERNAL;
        point_of_affine(&other, &K2);
        point_add(&step->R[i], &step->R[i], &other);
        if (point_is_infinite(&step->R[i]))
            return HUFU_ERR_RETRY;
    }
    point_to_affine(step->R_affine, step->R, count);
    secret_unmark(step->R_affine, sizeof(step->R_affine));
    return HUFU_OK;
}

/* r = (e + x(R)) mod n, s2 = b⁻¹·κ1, s3 = b⁻¹·(κ2 + r). */
static enum hufu_err make_item(struct step *step, uint8_t item[SIGN_ITEM_SIZE], uint8_t r[COSIGN_SCALAR_SIZE],
                               const struct affine *R, const struct sign_service_input *in)
{
    struct scalar challenge, e;
    affine_x_mod_n(&challenge, R);
    scalar_decode_mod(&e, in->digest);
    scalar_add(&challenge, &challenge, &e);
    if (scalar_is_zero(&challenge))
        return HUFU_ERR_RETRY;
    scalar_mul(&step->s2, in->b_inverse, in->kappa1);
    scalar_add(&step->s3, in->kappa2, &challenge);
    scalar_mul(&step->s3, in->b_inverse, &step->s3);
    bool zero = scalar_is_zero(&step->s3);
    secret_unmark(&zero, sizeof(zero));
    if (zero)
        return HUFU_ERR_RETRY;
    scalar_encode(r, &challenge);
    scalar_encode(item + SIGN_PAIR_SIZE, &step->s2);
    scalar_encode(item + SIGN_PAIR_SIZE + COSIGN_SCALAR_SIZE, &step->s3);
    return HUFU_OK;
}

static enum hufu_err make_items(uint8_t items[][SIGN_ITEM_SIZE], uint8_t rs[][COSIGN_SCALAR_SIZE],
                                const struct sign_service_input in[], size_t count, struct proof_check *check)
{
    struct step step STEP_WIPED = {0};
    enum hufu_err err = make_R(&step, (const uint8_t(*)[SIGN_ITEM_SIZE])items, in, count, check);
    for (size_t i = 0; i < count && !err; i++)
        err = make_item(&step, items[i], rs[i], &step.R_affine[i], &in[i]);
    secret_wipe_small_stack();
    return err;
}

enum hufu_err sign_service_items(uint8_t items[][SIGN_ITEM_SIZE], uint8_t rs[][COSIGN_SCALAR_SIZE],
                                 const struct sign_service_input in[], size_t count)
{
    return make_items(items, rs, in, count, NULL);
}

/* Items *at, *at + 1, …: half as many as would fill the lanes while the proof has as many products to come. */
static enum hufu_err answer_some(struct batch *batch, uint8_t items[][SIGN_ITEM_SIZE],
                                 uint8_t rs[][COSIGN_SCALAR_SIZE], struct request *request, uint32_t *at)
{
    struct sign_service_input in[SIGN_TOGETHER];
    struct proof_check *check = request->check;
    const size_t together = check && check->at < check->count ? SIGN_TOGETHER / 2 : SIGN_TOGETHER;
    const uint32_t first = *at;
    size_t count = 0;
    for (; *at < request->count && count < together; ++*at, count++) {
        in[count] = (struct sign_service_input){
            .b_inverse = &batch->b_inverse,
            .kappa1 = &batch->kappa1[*at],
            .kappa2 = &batch->kappa2[*at],
            .digest = request->digests.data + (size_t)*at * COSIGN_DIGEST_SIZE,
            .pair = request->Qs.data + (size_t)*at * SIGN_PAIR_SIZE,
        };
        sign_beta(&in[count].beta, &batch->binding, *at);
    }
    return make_items(items + first, rs + first, in, count, check);
}

static enum hufu_err answer_once(struct batch *batch, uint8_t items[][SIGN_ITEM_SIZE],
                                 uint8_t rs[][COSIGN_SCALAR_SIZE], struct request *request,
                                 const struct draw *draw)
{
    enum hufu_err err = draw_points(batch, items, request, draw);
    if (!err) {
        err = sign_bind(&batch->binding, request->head, request->P, request->Qs,
                        (const uint8_t(*)[SIGN_ITEM_SIZE])items, request->count);
    }
    for (uint32_t at = 0; at < request->count && !err;)
        err = answer_some(batch, items, rs, request, &at);
    return err;
}

/* A failure in one item discards the κ of all: a K already bound by β must not meet a second r. */
static enum hufu_err answer_request(struct batch *batch, uint8_t items[][SIGN_ITEM_SIZE],
                                    uint8_t rs[][COSIGN_SCALAR_SIZE], struct request *request,
                                    const struct draw *draw)
{
    for (int i = 0; i < BATCH_TRIES; i++) {
        enum hufu_err err = answer_once(batch, items, rs, request, draw);
        if (err != HUFU_ERR_RETRY)
            return err;
    }
    return HUFU_ERR_INTERNAL;
}

/* What the steps left over of the proof, and its verdict. */
static enum hufu_err conclude_proof(struct proof_check *check)
{
    while (check->at < check->count) {
        struct step step STEP_WIPED = {0};
        multiply(&step, check);
    }
    return proof_check_finish_var(check);
}

static enum hufu_err sign(uint8_t items[][SIGN_ITEM_SIZE], uint8_t rs[][COSIGN_SCALAR_SIZE],
                          struct request *request, const struct cosign_service_half *half, struct bytes body,
                          const struct draw *draw)
{
    struct batch batch BATCH_WIPED;
    struct service_keys keys SERVICE_KEYS_WIPED;
    enum hufu_err err = service_keys_open(&keys, half);
    if (!err)
        err = open_request(request, half, body);
    if (err)
        return err;
    batch.b = keys.b;
    scalar_invert(&batch.b_inverse, &keys.b);
    err = answer_request(&batch, items, rs, request, draw);
    /* A proof that does not hold comes before every other refusal: it is the one that is counted (§6). */
    enum hufu_err verdict = request->check ? conclude_proof(request->check) : HUFU_OK;
    return verdict ? verdict : err;
}

enum hufu_err service_sign(const struct cosign_service_half *half, struct buf *answer,
                           uint8_t r_out[][COSIGN_SCALAR_SIZE], struct bytes head, struct bytes digests,
                           struct bytes body, struct bytes frame, const struct draw *draw)
{
    const size_t start = answer->len;
    struct request request = {
        .digests = digests, .head = head, .P = half->P, .context = draw_context_of(frame)};
    enum hufu_err err = sign_count(&request.count, digests);
    if (err)
        return err; /* how many r there would be is not known */
    buf_put_field_text(answer, COSIGN_OP_SIGN);
    size_t mark = buf_field_begin(answer);
    uint8_t *items = buf_reserve(answer, (size_t)request.count * SIGN_ITEM_SIZE);
    buf_field_end(answer, mark);
    err = items ? sign((uint8_t(*)[SIGN_ITEM_SIZE])items, r_out, &request, half, body, draw) : HUFU_ERR_LIMIT;
    if (err) {
        message_drop(answer, start);
        secret_wipe(r_out, (size_t)request.count * COSIGN_SCALAR_SIZE);
    }
    proof_check_wipe(&request.check_memory);
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
