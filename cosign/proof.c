/* SPDX-License-Identifier: Apache-2.0 */
#include "cosign/proof.h"

#include <string.h>

#include "common/secret.h"
#include "cosign/hash.h"
#include "cosign/multiples.h"

void proof_nonce_wipe(struct proof_nonce *nonce)
{
    secret_wipe(nonce, sizeof(*nonce));
}

void proof_check_wipe(struct proof_check *check)
{
    secret_wipe(check, sizeof(*check));
}

enum hufu_err proof_nonce_draw(struct proof_nonce *nonce, const struct draw *draw, const struct scalar *half,
                               struct bytes request)
{
    const struct draw_context context = draw_context_of(request);
    enum hufu_err err = draw->nonce(draw, &nonce->tau, half, &context, 0, DRAW_TAU);
    if (!err)
        multiple_encode(nonce->theta, &nonce->tau);
    return err;
}

/* m = T("hufu/proof", head, bound) as one field of the challenge's own T. */
static void hash_message(struct scalar_hash *hash, const struct statement *statement)
{
    const struct bytes name = bytes_of_text("hufu/proof");
    scalar_hash_length(hash, (uint32_t)(4 + name.len + 4 + statement->head.len + 4 + statement->bound.len));
    scalar_hash_field(hash, name);
    scalar_hash_field(hash, statement->head);
    scalar_hash_field(hash, statement->bound);
}

/* c = S(tag, m, X0, …, Xk, Θ). */
static enum hufu_err challenge(struct scalar *c, const struct statement *statement,
                               const uint8_t theta[POINT_BYTES])
{
    struct scalar_hash hash SCALAR_HASH_DROPPED;
    if (statement->head.len > COSIGN_FIELD_MAX) /* the length of m has 32 bits */
        return HUFU_ERR_LIMIT;
    scalar_hash_init(&hash, statement->tag);
    hash_message(&hash, statement);
    scalar_hash_field(&hash, statement->X0);
    for (size_t at = 0; at < statement->rest.len; at += POINT_BYTES)
        scalar_hash_field(&hash, bytes_of(statement->rest.data + at, POINT_BYTES));
    scalar_hash_field(&hash, bytes_of(theta, POINT_BYTES));
    scalar_hash_done(&hash, c);
    return HUFU_OK;
}

/* z = τ + c·x0 + c²·x1 + … */
static enum hufu_err response(struct scalar *z, const struct scalar *c, const struct scalar *x0,
                              struct bytes rest, const struct scalar *tau)
{
    struct scalar power = *c;
    struct scalar term SCALAR_WIPED;
    scalar_mul(&term, c, x0);
    scalar_add(z, tau, &term);
    for (size_t at = 0; at < rest.len; at += SCALAR_BYTES) {
        struct scalar x SCALAR_WIPED;
        if (!scalar_decode_nonzero(&x, rest.data + at)) {
            scalar_wipe(z);
            return HUFU_ERR_INTERNAL;
        }
        scalar_mul(&power, &power, c);
        scalar_mul(&term, &power, &x);
        scalar_add(z, z, &term);
    }
    return HUFU_OK;
}

enum hufu_err proof_make(uint8_t proof[COSIGN_PROOF_SIZE], const struct statement *statement,
                         const struct scalar *x0, struct bytes rest, const struct scalar *tau,
                         const uint8_t theta[POINT_BYTES])
{
    struct scalar c SCALAR_WIPED;
    struct scalar z SCALAR_WIPED;
    memset(proof, 0, COSIGN_PROOF_SIZE);
    enum hufu_err err = challenge(&c, statement, theta);
    if (!err)
        err = response(&z, &c, x0, rest, tau);
    if (!err) {
        scalar_encode(proof, &c);
        scalar_encode(proof + SCALAR_BYTES, &z);
    }
    secret_wipe_small_stack();
    return err;
}

static const uint8_t *point_at(const struct statement *statement, size_t i)
{
    return i == 0 ? statement->X0.data : statement->rest.data + (i - 1) * POINT_BYTES;
}

/* How many points there are, when c, z and all of them are well-formed; otherwise 0. */
static size_t check_form_var(struct scalar *c, struct scalar *z, const struct statement *statement,
                             const uint8_t proof[COSIGN_PROOF_SIZE])
{
    const size_t count = 1 + statement->rest.len / POINT_BYTES;
    bool good = scalar_decode(c, proof) && scalar_decode(z, proof + SCALAR_BYTES) &&
                statement->X0.len == POINT_BYTES && statement->rest.len % POINT_BYTES == 0 &&
                count <= PROOF_POINTS_MAX;
    for (size_t i = 0; i < count && good; i++) {
        struct affine point AFFINE_WIPED;
        good = affine_decode_var(&point, point_at(statement, i));
    }
    return good ? count : 0;
}

enum hufu_err proof_check_begin_var(struct proof_check *check, const struct statement *statement,
                                    const uint8_t proof[COSIGN_PROOF_SIZE])
{
    check->statement = statement;
    check->at = 0;
    check->count = check_form_var(&check->c, &check->z, statement, proof);
    check->verdict = HUFU_ERR_PROOF;
    if (check->count == 0)
        return HUFU_ERR_FORM;
    scalar_negate(&check->factor, &check->c);
    return HUFU_OK;
}

/* The next point and its factor. */
static void next_var(struct proof_check *check, struct scalar *factor, struct affine *point)
{
    (void)affine_decode_var(point, point_at(check->statement, check->at++));
    *factor = check->factor;
    scalar_mul(&check->factor, &check->factor, &check->c);
}

bool proof_check_next_var(struct proof_check *check, struct sums *sums)
{
    struct affine point AFFINE_WIPED;
    struct scalar factor;
    if (check->at == check->count)
        return false;
    next_var(check, &factor, &point);
    sums_add(sums, &factor, &point, &check->theta);
    return true;
}

/* Points that are decoded and summed at once. */
#define TOGETHER 16

/* A part of the sum that Θ' is. It may hold A, which tests a PIN, so it is wiped. */
struct part {
    struct scalar factors[TOGETHER];
    struct affine points[TOGETHER];
    struct point sum;
};

static void part_wipe(struct part *part)
{
    secret_wipe(part, sizeof(*part));
}
#define PART_WIPED __attribute__((cleanup(part_wipe)))

void proof_check_sum_var(struct proof_check *check)
{
    struct part part PART_WIPED = {0};
    check->theta = (struct point){0};
    for (bool first = true; check->at < check->count; first = false) {
        size_t some = 0;
        for (; some < TOGETHER && check->at < check->count; some++)
            next_var(check, &part.factors[some], &part.points[some]);
        point_multi_var(&part.sum, first ? &check->z : NULL, part.factors, part.points, some);
        point_add(&check->theta, &check->theta, &part.sum);
    }
}

/* Whether c is the challenge that Θ' gives. */
static enum hufu_err judge_var(const struct proof_check *check, const struct affine *theta)
{
    struct scalar expected;
    uint8_t encoded[POINT_BYTES];
    if (affine_is_infinite(theta))
        return HUFU_ERR_PROOF;
    affine_encode(encoded, theta);
    enum hufu_err err = challenge(&expected, check->statement, encoded);
    secret_wipe(encoded, sizeof(encoded));
    if (err)
        return err;
    bool holds = scalar_equal(&expected, &check->c);
    secret_unmark(&holds, sizeof(holds)); /* the message may hold t; the verdict is public */
    return holds ? HUFU_OK : HUFU_ERR_PROOF;
}

/* Some Θ', which share one inversion. With the proof, a right one gives X0. */
struct thetas {
    struct point points[TOGETHER];
    struct affine affines[TOGETHER];
};

static void thetas_wipe(struct thetas *thetas)
{
    secret_wipe(thetas, sizeof(*thetas));
}
#define THETAS_WIPED __attribute__((cleanup(thetas_wipe)))

static void finish_some_var(struct proof_check *const checks[], size_t count)
{
    struct thetas thetas THETAS_WIPED = {0};
    for (size_t i = 0; i < count; i++)
        thetas.points[i] = checks[i]->theta;
    point_to_affine(thetas.affines, thetas.points, count);
    for (size_t i = 0; i < count; i++)
        checks[i]->verdict = judge_var(checks[i], &thetas.affines[i]);
}

void proof_check_finish_var(struct proof_check *const checks[], size_t count)
{
    for (size_t at = 0; at < count; at += TOGETHER)
        finish_some_var(checks + at, count - at < TOGETHER ? count - at : TOGETHER);
}

enum hufu_err proof_check_var(const struct statement *statement, const uint8_t proof[COSIGN_PROOF_SIZE])
{
    struct proof_check check PROOF_CHECK_WIPED;
    struct proof_check *const one = &check;
    enum hufu_err err = proof_check_begin_var(&check, statement, proof);
    if (err)
        return err;
    proof_check_sum_var(&check);
    proof_check_finish_var(&one, 1);
    return check.verdict;
}
