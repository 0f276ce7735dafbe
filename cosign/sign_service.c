/* SPDX-License-Identifier: Apache-2.0 */
/* Signing, the service's side (docs/protocol.md §3), for several requests at once.
 *
 * Everything that fills lanes or shares an inversion is gathered over all of them: z·G, K1 and K2; the products of R and those
 * of the proofs; b⁻¹; the conversions to affine. Otherwise no request knows of another. */
#include "common/secret.h"
#include "cosign/drawn.h"
#include "cosign/half.h"
#include "cosign/multiples.h"
#include "cosign/sign.h"

/* Fresh κ for a request fail once in 2^248 times; more than a few in a row mean broken randomness. */
#define TRIES 4

/* One request, taken apart. */
struct request {
    struct cosign_service_signing *signing;
    size_t start; /* of its answer */
    uint8_t (*items)[SIGN_ITEM_SIZE];
    uint32_t count;
    uint32_t first; /* its first κ among those of all */
    struct bytes Qs;
    struct statement statement;
    struct proof_check check;
    bool waiting; /* for the next try */
    enum hufu_err err;
};

/* Those that are well-formed. */
struct group {
    struct request requests[COSIGN_TOGETHER_MAX];
    size_t count;
    uint32_t digests; /* in all */
    struct sign_service_proofs proofs;
    struct scalar b[COSIGN_TOGETHER_MAX];
    struct scalar b_inverse[COSIGN_TOGETHER_MAX];
    struct scalar kappa1[COSIGN_BATCH_MAX];
    struct scalar kappa2[COSIGN_BATCH_MAX];
};

static void group_wipe(struct group *group)
{
    secret_wipe(group, sizeof(*group));
}
#define GROUP_WIPED __attribute__((cleanup(group_wipe)))

/* ---- Requests ---- */

static enum hufu_err open_body(struct request *request)
{
    const struct cosign_service_signing *signing = request->signing;
    struct cursor c;
    cursor_init(&c, signing->body);
    cursor_field_text(&c, COSIGN_OP_SIGN);
    request->Qs = cursor_field_exact(&c, (size_t)request->count * SIGN_PAIR_SIZE);
    struct bytes proof = cursor_field_exact(&c, COSIGN_PROOF_SIZE);
    enum hufu_err err = cursor_finish(&c);
    if (err)
        return err;
    request->statement = sign_statement(signing->head, signing->half->P, signing->half->A, request->Qs);
    return proof_check_begin_var(&request->check, &request->statement, proof.data);
}

static enum hufu_err open_request(struct request *request, struct scalar *b)
{
    struct service_keys keys SERVICE_KEYS_WIPED;
    enum hufu_err err = service_keys_open(&keys, request->signing->half);
    if (err)
        return err;
    *b = keys.b;
    return open_body(request);
}

/* Room for its items. */
static enum hufu_err begin_answer(struct request *request)
{
    struct buf *answer = request->signing->answer;
    request->start = answer->len;
    buf_put_field_text(answer, COSIGN_OP_SIGN);
    size_t mark = buf_field_begin(answer);
    request->items = (uint8_t(*)[SIGN_ITEM_SIZE])buf_reserve(answer, (size_t)request->count * SIGN_ITEM_SIZE);
    buf_field_end(answer, mark);
    return request->items ? HUFU_OK : HUFU_ERR_LIMIT;
}

static void conclude(struct request *request, enum hufu_err err)
{
    struct cosign_service_signing *signing = request->signing;
    signing->err = err;
    if (!err)
        return;
    message_drop(signing->answer, request->start);
    secret_wipe(signing->r_out, (size_t)request->count * COSIGN_SCALAR_SIZE);
}

/* Into the group, or its refusal. */
static void take(struct group *group, struct cosign_service_signing *signing)
{
    struct request *request = &group->requests[group->count];
    *request = (struct request){.signing = signing, .first = group->digests, .waiting = true};
    signing->err = sign_count(&request->count, signing->digests);
    if (signing->err)
        return; /* how many r there would be is not known */
    enum hufu_err err = begin_answer(request);
    if (!err)
        err = open_request(request, &group->b[group->count]);
    if (err) {
        conclude(request, err);
        return;
    }
    group->digests += request->count;
    group->proofs.checks[group->count++] = &request->check;
}

/* ---- Tries ---- */

/* All K1 and K2, which fix the β. */
static enum hufu_err draw_points(struct group *group, size_t which, struct multiples *multiples,
                                 const struct draw *draw)
{
    static const char *const roles[2] = {DRAW_KAPPA1, DRAW_KAPPA2};
    const struct request *request = &group->requests[which];
    const struct draw_context context = draw_context_of(request->signing->frame);
    for (uint32_t i = 0; i < request->count; i++) {
        struct scalar *const kappas[2] = {&group->kappa1[request->first + i],
                                          &group->kappa2[request->first + i]};
        for (size_t j = 0; j < 2; j++) {
            enum hufu_err err = draw->nonce(draw, kappas[j], &group->b[which], &context, i, roles[j]);
            if (err)
                return err;
            multiples_add(multiples, kappas[j], request->items[i] + j * COSIGN_POINT_SIZE);
        }
    }
    return HUFU_OK;
}

static void publish_points(const struct request *request)
{
    for (uint32_t i = 0; i < request->count; i++)
        secret_unmark(request->items[i], SIGN_PAIR_SIZE);
}

/* Digests that are answered together, and the requests that they are of. */
struct some {
    struct sign_service_item items[SIGN_SERVICE_TOGETHER];
    struct request *of[SIGN_SERVICE_TOGETHER];
    size_t count;
};

static void answer_some(struct group *group, struct some *some)
{
    sign_service_items(some->items, some->count, &group->proofs);
    for (size_t i = 0; i < some->count; i++)
        if (!some->of[i]->err)
            some->of[i]->err = some->items[i].err;
    some->count = 0;
}

static void add_item(struct group *group, struct some *some, size_t which, uint32_t i,
                     const struct scalar_hash *binding)
{
    struct request *request = &group->requests[which];
    struct sign_service_item *item = &some->items[some->count];
    *item = (struct sign_service_item){
        .b_inverse = &group->b_inverse[which],
        .kappa1 = &group->kappa1[request->first + i],
        .kappa2 = &group->kappa2[request->first + i],
        .digest = request->signing->digests.data + (size_t)i * COSIGN_DIGEST_SIZE,
        .pair = request->Qs.data + (size_t)i * SIGN_PAIR_SIZE,
        .item = request->items[i],
        .r = request->signing->r_out[i],
    };
    sign_beta(&item->beta, binding, i);
    some->of[some->count++] = request;
    if (some->count == SIGN_SERVICE_TOGETHER)
        answer_some(group, some);
}

static void add_request(struct group *group, struct some *some, size_t which)
{
    struct request *request = &group->requests[which];
    struct scalar_hash binding SCALAR_HASH_DROPPED;
    request->err = sign_bind(&binding, request->signing->head, request->signing->half->P, request->Qs,
                             (const uint8_t(*)[SIGN_ITEM_SIZE])request->items, request->count);
    for (uint32_t i = 0; i < request->count && !request->err; i++)
        add_item(group, some, which, i, &binding);
}

/* A failure in one item discards the κ of its whole request: a K already bound by β must not meet a second r. */
static void try_once(struct group *group, struct multiples *multiples, const struct draw *draw)
{
    struct some some = {.count = 0};
    for (size_t i = 0; i < group->count; i++)
        if (group->requests[i].waiting)
            group->requests[i].err = draw_points(group, i, multiples, draw);
    multiples_write(multiples);
    for (size_t i = 0; i < group->count; i++)
        if (group->requests[i].waiting && !group->requests[i].err) {
            publish_points(&group->requests[i]);
            add_request(group, &some, i);
        }
    if (some.count > 0)
        answer_some(group, &some);
    for (size_t i = 0; i < group->count; i++)
        group->requests[i].waiting = group->requests[i].waiting && group->requests[i].err == HUFU_ERR_RETRY;
}

static bool any_waits(const struct group *group)
{
    bool any = false;
    for (size_t i = 0; i < group->count; i++)
        any |= group->requests[i].waiting;
    return any;
}

/* The sum of each proof begins with z·G; without lanes it ends there, too, as common doublings are better than products alone. */
static void begin_proofs(struct group *group, struct multiples *multiples)
{
    for (size_t i = 0; i < group->count; i++) {
        struct proof_check *check = &group->requests[i].check;
        if (point_mul_lanes() == 1)
            proof_check_sum_var(check);
        else
            multiples_add_point(multiples, &check->z, &check->theta);
    }
    group->proofs.count = group->count;
}

static void answer_all(struct group *group, const struct draw *draw)
{
    struct multiples multiples MULTIPLES_WIPED;
    multiples.count = 0;
    begin_proofs(group, &multiples);
    scalar_invert_each(group->b_inverse, group->b, group->count);
    for (int i = 0; i < TRIES && any_waits(group); i++)
        try_once(group, &multiples, draw);
}

/* What the items have left over of the proofs, and their verdicts. */
static void conclude_proofs(struct sign_service_proofs *proofs)
{
    struct sums sums SUMS_WIPED;
    sums.count = 0;
    while (sign_service_prove_var(proofs, &sums))
        ;
    sums_finish(&sums);
    proof_check_finish_var(proofs->checks, proofs->count);
}

/* A proof that does not hold comes before every other refusal: it is the one that is counted (§6). */
static void conclude_all(struct group *group)
{
    conclude_proofs(&group->proofs);
    for (size_t i = 0; i < group->count; i++) {
        struct request *request = &group->requests[i];
        const enum hufu_err err = request->waiting ? HUFU_ERR_INTERNAL : request->err;
        conclude(request, request->check.verdict ? request->check.verdict : err);
    }
}

/* ---- The whole ---- */

static enum hufu_err check_size(const struct cosign_service_signing signings[], size_t count)
{
    uint32_t digests = 0;
    if (count == 0)
        return HUFU_ERR_FORM;
    if (count > COSIGN_TOGETHER_MAX)
        return HUFU_ERR_LIMIT;
    for (size_t i = 0; i < count; i++) {
        uint32_t own;
        if (!sign_count(&own, signings[i].digests))
            digests += own;
    }
    return digests > COSIGN_BATCH_MAX ? HUFU_ERR_LIMIT : HUFU_OK;
}

enum hufu_err service_sign_each(struct cosign_service_signing signings[], size_t count,
                                const struct draw *draw)
{
    struct group group GROUP_WIPED;
    const enum hufu_err err = check_size(signings, count);
    for (size_t i = 0; i < count; i++)
        signings[i].err = err;
    if (err)
        return err;
    group.count = 0;
    group.digests = 0;
    group.proofs = (struct sign_service_proofs){.count = 0};
    for (size_t i = 0; i < count; i++)
        take(&group, &signings[i]);
    answer_all(&group, draw);
    conclude_all(&group);
    return HUFU_OK;
}

enum hufu_err service_sign(const struct cosign_service_half *half, struct buf *answer,
                           uint8_t r_out[][COSIGN_SCALAR_SIZE], struct bytes head, struct bytes digests,
                           struct bytes body, struct bytes frame, const struct draw *draw)
{
    struct cosign_service_signing one = {.half = half,
                                         .answer = answer,
                                         .r_out = r_out,
                                         .head = head,
                                         .digests = digests,
                                         .body = body,
                                         .frame = frame};
    enum hufu_err err = service_sign_each(&one, 1, draw);
    return err ? err : one.err;
}

enum hufu_err cosign_service_sign_each(struct cosign_service_signing signings[], size_t count,
                                       const struct cosign_random *random)
{
    const struct draw draw = draw_hedged(random);
    return service_sign_each(signings, count, &draw);
}

enum hufu_err cosign_service_sign(const struct cosign_service_half *half, struct buf *answer,
                                  uint8_t r_out[][COSIGN_SCALAR_SIZE], struct bytes head,
                                  struct bytes digests, struct bytes body, struct bytes frame,
                                  const struct cosign_random *random)
{
    const struct draw draw = draw_hedged(random);
    return service_sign(half, answer, r_out, head, digests, body, frame, &draw);
}
