/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/bench_cosign_primitive.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "cosign/arithmetic/engine.h"
#include "cosign/arithmetic/group.h"
#include "cosign/cosign.h"
#include "cosign/proof.h"
#include "tests/bench/bench_cosign_openssl.h"

#define ENGINES_MAX 2
#define LANES_BATCH 8
#define SM3_MAX 65536

/* What one engine works on. */
struct bout {
    const struct engine *engine;
    struct field a, b;
    struct scalar k;
    struct affine p;
};

struct primitives {
    struct bout bouts[ENGINES_MAX];
    size_t engines;
    struct scalar k[LANES_BATCH];
    struct affine p[LANES_BATCH];
    struct openssl openssl;
    uint8_t data[SM3_MAX];
    /* of proof checks */
    uint8_t points[PROOF_POINTS_MAX * POINT_BYTES];
    uint8_t logarithms[PROOF_POINTS_MAX * SCALAR_BYTES];
    uint8_t proof[COSIGN_PROOF_SIZE];
    struct statement statement;
};

const char *library_impl(void)
{
    return point_mul_lanes() > 1 ? "lanes" : engine_best()->name;
}

static bool draw_scalar(struct scalar *k)
{
    uint8_t bytes[SCALAR_WIDE_BYTES];
    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        return false;
    scalar_decode_wide(k, bytes);
    return true;
}

static bool draw_point(struct affine *p)
{
    struct scalar k;
    struct point multiple;
    if (!draw_scalar(&k))
        return false;
    point_mul_base(&multiple, &k, 1);
    point_to_affine(p, &multiple, 1);
    return true;
}

static bool bout_init(struct bout *bout, const struct engine *engine)
{
    bout->engine = engine;
    if (!draw_scalar(&bout->k) || !draw_point(&bout->p))
        return false;
    bout->a = bout->p.x;
    bout->b = bout->p.y;
    return true;
}

static bool primitives_init(struct primitives *all)
{
    bool good = bout_init(&all->bouts[all->engines++], &engine_portable);
    if (engine_best() != &engine_portable)
        good = good && bout_init(&all->bouts[all->engines++], engine_best());
    for (size_t i = 0; i < LANES_BATCH && good; i++)
        good = draw_scalar(&all->k[i]) && draw_point(&all->p[i]);
    return good && openssl_init(&all->openssl);
}

/* ---- One engine ---- */

static bool field_multiply(void *context, size_t times)
{
    struct bout *bout = context;
    for (size_t i = 0; i < times; i++)
        bout->engine->field_mul(&bout->a, &bout->a, &bout->b);
    return true;
}

static bool field_invert(void *context, size_t times)
{
    struct bout *bout = context;
    for (size_t i = 0; i < times; i++)
        bout->engine->field_invert(&bout->a, &bout->a);
    return true;
}

static bool mul_base(void *context, size_t times)
{
    const struct bout *bout = context;
    struct point out;
    for (size_t i = 0; i < times; i++)
        bout->engine->mul_base(&out, &bout->k);
    return true;
}

static bool mul(void *context, size_t times)
{
    const struct bout *bout = context;
    struct point out;
    for (size_t i = 0; i < times; i++)
        bout->engine->mul(&out, &bout->k, &bout->p);
    return true;
}

struct primitive {
    const char *op;
    bool (*run)(void *context, size_t times);
    bool (*twin)(void *context, size_t times);
};

static bool measure_engines(struct bench *bench, struct primitives *all)
{
    static const struct primitive primitives[] = {
        {"field-mul", field_multiply, openssl_field_mul},
        {"field-invert", field_invert, openssl_field_invert},
        {"fixed-base", mul_base, openssl_mul_base},
        {"variable-base", mul, openssl_mul},
    };
    bool good = true;
    for (size_t i = 0; i < sizeof(primitives) / sizeof(primitives[0]) && good; i++) {
        const struct primitive *primitive = &primitives[i];
        const struct contender twin = {"openssl", primitive->twin, &all->openssl};
        struct contender ours[ENGINES_MAX];
        for (size_t j = 0; j < all->engines; j++)
            ours[j] = (struct contender){all->bouts[j].engine->name, primitive->run, &all->bouts[j]};
        good = measure_contest(
            bench, &(struct contest){
                       .op = primitive->op, .batch = 1, .ours = ours, .count = all->engines, .twin = &twin});
    }
    return good;
}

/* ---- The library, as it chooses itself ---- */

static bool mul_many(void *context, size_t times)
{
    const struct primitives *all = context;
    struct point out[LANES_BATCH];
    for (size_t i = 0; i < times; i++)
        point_mul(out, all->k, all->p, LANES_BATCH);
    return true;
}

static bool mul_base_many(void *context, size_t times)
{
    const struct primitives *all = context;
    struct point out[LANES_BATCH];
    for (size_t i = 0; i < times; i++)
        point_mul_base(out, all->k, LANES_BATCH);
    return true;
}

static bool verify(void *context, size_t times)
{
    const struct openssl *o = &((const struct primitives *)context)->openssl;
    bool good = true;
    for (size_t i = 0; i < times; i++)
        good &= cosign_verify_var(o->public, o->digest, o->r_s) == HUFU_OK;
    return good;
}

static bool hash(void *context, size_t times)
{
    const struct openssl *o = &((const struct primitives *)context)->openssl;
    uint8_t digest[SM3_BYTES];
    for (size_t i = 0; i < times; i++)
        cosign_sm3(digest, o->data, o->len);
    return true;
}

static bool check_proof(void *context, size_t times)
{
    const struct primitives *all = context;
    bool good = true;
    for (size_t i = 0; i < times; i++)
        good &= proof_check_var(&all->statement, all->proof) == HUFU_OK;
    return good;
}

static bool measure_library(struct bench *bench, struct primitives *all, struct contest contest,
                            bool (*run)(void *context, size_t times),
                            bool (*twin_run)(void *context, size_t times))
{
    const struct contender ours = {library_impl(), run, all};
    const struct contender twin = {"openssl", twin_run, &all->openssl};
    contest.ours = &ours;
    contest.count = 1;
    contest.twin = &twin;
    return measure_contest(bench, &contest);
}

/* SM3 has one form for all processors. */
static bool measure_hashes(struct bench *bench, struct primitives *all)
{
    static const struct {
        const char *op;
        size_t len;
    } hashes[] = {{"sm3/64", 64}, {"sm3/1024", 1024}, {"sm3/65536", 65536}};
    bool good = true;
    all->openssl.data = all->data;
    for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]) && good; i++) {
        const struct contender ours = {"portable", hash, all};
        const struct contender twin = {"openssl", openssl_sm3, &all->openssl};
        all->openssl.len = hashes[i].len;
        good = measure_contest(bench, &(struct contest){.op = hashes[i].op,
                                                        .batch = 1,
                                                        .item_size = hashes[i].len,
                                                        .ours = &ours,
                                                        .count = 1,
                                                        .twin = &twin});
    }
    return good;
}

/* A proof of `count` logarithms that holds. */
static bool make_proof(struct primitives *all, size_t count)
{
    struct scalar k, x0, tau;
    struct point multiple;
    struct affine affine;
    uint8_t theta[POINT_BYTES] = {0};
    for (size_t i = 0; i <= count; i++) {
        if (!draw_scalar(&k))
            return false;
        point_mul_base(&multiple, &k, 1);
        point_to_affine(&affine, &multiple, 1);
        affine_encode(i < count ? all->points + i * POINT_BYTES : theta, &affine);
        if (i == 0)
            x0 = k;
        else if (i < count)
            scalar_encode(all->logarithms + (i - 1) * SCALAR_BYTES, &k);
        else
            tau = k;
    }
    all->statement =
        (struct statement){.tag = "hufu/bench",
                           .head = bytes_of_text("head"),
                           .bound = bytes_of_text("bound"),
                           .X0 = bytes_of(all->points, POINT_BYTES),
                           .rest = bytes_of(all->points + POINT_BYTES, (count - 1) * POINT_BYTES)};
    return proof_make(all->proof, &all->statement, &x0, bytes_of(all->logarithms, (count - 1) * SCALAR_BYTES),
                      &tau, theta) == HUFU_OK;
}

/* As many points as a proof of a half alone has, and those of 1, 16 and 256 co-signatures. */
static bool measure_proofs(struct bench *bench, struct primitives *all)
{
    static const struct {
        const char *op;
        size_t points;
    } proofs[] = {
        {"proof-check/1", 1}, {"proof-check/3", 3}, {"proof-check/33", 33}, {"proof-check/513", 513}};
    bool good = true;
    for (size_t i = 0; i < sizeof(proofs) / sizeof(proofs[0]) && good; i++) {
        all->openssl.points = proofs[i].points;
        good = make_proof(all, proofs[i].points) &&
               measure_library(bench, all, (struct contest){.op = proofs[i].op, .batch = 1}, check_proof,
                               openssl_proof_check);
    }
    return good;
}

/* What the splitting costs is to be seen against one signature with a whole key. */
static bool measure_whole_key(struct bench *bench, struct primitives *all)
{
    const struct contender theirs = {"openssl", openssl_sign, &all->openssl};
    return measure_contest(
        bench, &(struct contest){.op = "sign/whole-key", .batch = 1, .ours = &theirs, .count = 1});
}

bool measure_primitives(struct bench *bench)
{
    static struct primitives all;
    bool good = primitives_init(&all) && measure_engines(bench, &all);
    if (good && point_mul_lanes() > 1) {
        good = measure_library(bench, &all, (struct contest){.op = "fixed-base", .batch = LANES_BATCH},
                               mul_base_many, openssl_mul_base) &&
               measure_library(bench, &all, (struct contest){.op = "variable-base", .batch = LANES_BATCH},
                               mul_many, openssl_mul);
    }
    good =
        good &&
        measure_library(bench, &all, (struct contest){.op = "verify", .batch = 1}, verify, openssl_verify) &&
        measure_whole_key(bench, &all) && measure_hashes(bench, &all) && measure_proofs(bench, &all);
    openssl_done(&all.openssl);
    return good;
}
