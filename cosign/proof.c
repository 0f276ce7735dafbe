/* SPDX-License-Identifier: Apache-2.0 */
#include "cosign/proof.h"

#include <string.h>

#include "common/secret.h"
#include "cosign/hash.h"

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
static enum hufu_err challenge(struct scalar *c, const struct statement *statement, const struct point *theta)
{
    struct scalar_hash hash SCALAR_HASH_DROPPED;
    uint8_t encoded[POINT_BYTES];
    if (statement->head.len > COSIGN_FIELD_MAX) /* the length of m has 32 bits */
        return HUFU_ERR_LIMIT;
    scalar_hash_init(&hash, statement->tag);
    hash_message(&hash, statement);
    scalar_hash_field(&hash, statement->X0);
    for (size_t at = 0; at < statement->rest.len; at += POINT_BYTES)
        scalar_hash_field(&hash, bytes_of(statement->rest.data + at, POINT_BYTES));
    point_encode(encoded, theta);
    scalar_hash_field(&hash, bytes_of(encoded, sizeof(encoded)));
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

enum hufu_err proof_make(struct group *g, uint8_t proof[COSIGN_PROOF_SIZE], const struct statement *statement,
                         const struct scalar *x0, struct bytes rest, const struct scalar *tau)
{
    struct point theta POINT_WIPED;
    struct scalar c SCALAR_WIPED;
    struct scalar z SCALAR_WIPED;
    memset(proof, 0, COSIGN_PROOF_SIZE);
    point_mul_base(g, &theta, tau);
    enum hufu_err err = group_finish(g);
    if (!err)
        err = challenge(&c, statement, &theta);
    if (!err)
        err = response(&z, &c, x0, rest, tau);
    if (!err) {
        scalar_encode(proof, &c);
        scalar_encode(proof + SCALAR_BYTES, &z);
    }
    return err;
}

/* The sum that Θ' is. It holds A, which tests a PIN, so it is wiped. */
struct sum {
    struct scalar c;
    struct scalar z;
    struct scalar factors[PROOF_POINTS_MAX];
    struct point points[PROOF_POINTS_MAX];
    size_t count;
};

static void sum_wipe(struct sum *sum)
{
    secret_wipe(sum->factors, sum->count * sizeof(sum->factors[0]));
    secret_wipe(sum->points, sum->count * sizeof(sum->points[0]));
}
#define SUM_WIPED __attribute__((cleanup(sum_wipe)))

static bool sum_decode(struct group *g, struct sum *sum, const struct statement *statement,
                       const uint8_t proof[COSIGN_PROOF_SIZE])
{
    const struct bytes rest = statement->rest;
    sum->count = 0;
    if (rest.len % POINT_BYTES != 0 || rest.len / POINT_BYTES >= PROOF_POINTS_MAX)
        return false;
    bool good = scalar_decode(&sum->c, proof) && scalar_decode(&sum->z, proof + SCALAR_BYTES) &&
                statement->X0.len == POINT_BYTES &&
                point_decode_var(g, &sum->points[sum->count++], statement->X0.data);
    for (size_t at = 0; at < rest.len && good; at += POINT_BYTES)
        good = point_decode_var(g, &sum->points[sum->count++], rest.data + at);
    return good;
}

/* Θ' = z·G − c·X0 − c²·X1 − … */
static void sum_compute_var(struct group *g, struct point *theta, struct sum *sum)
{
    struct scalar power = sum->c;
    for (size_t i = 0; i < sum->count; i++) {
        scalar_negate(&sum->factors[i], &power);
        scalar_mul(&power, &power, &sum->c);
    }
    point_multi_var(g, theta, &sum->z, sum->factors, sum->points, sum->count);
}

enum hufu_err proof_check_var(struct group *g, const struct statement *statement,
                              const uint8_t proof[COSIGN_PROOF_SIZE])
{
    struct sum sum SUM_WIPED;
    struct point theta;
    struct scalar expected;
    bool good = sum_decode(g, &sum, statement, proof);
    enum hufu_err err = group_finish(g);
    if (err || !good)
        return err ? err : HUFU_ERR_FORM;
    sum_compute_var(g, &theta, &sum);
    err = group_finish(g);
    if (err)
        return err;
    if (point_is_infinite(&theta))
        return HUFU_ERR_PROOF;
    err = challenge(&expected, statement, &theta);
    if (err)
        return err;
    bool holds = scalar_equal(&expected, &sum.c);
    secret_unmark(&holds, sizeof(holds)); /* the message may hold t; the verdict is public */
    return holds ? HUFU_OK : HUFU_ERR_PROOF;
}
