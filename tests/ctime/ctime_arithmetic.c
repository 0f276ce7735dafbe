/* SPDX-License-Identifier: Apache-2.0 */
/* Constant time of cosign/arithmetic/, function by function (marks.h says how). Everything that goes in is marked, and
 * nothing is made public on the way but what the functions' own contracts say. CTIME_ENGINE names the engine: this file is
 * built for each. Functions that end in _var are for public values and are not called. */
#include <stdio.h>
#include <string.h>

#include "common/secret.h"
#include "cosign/arithmetic/engine.h"
#include "cosign/arithmetic/group.h"
#include "cosign/arithmetic/inverse.h"
#include "cosign/arithmetic/sm3.h"
#include "tests/ctime/marks.h"

#define COUNT 3

static const struct engine *const engine = &CTIME_ENGINE;

/* Scalars, elements and points, all marked. */
struct inputs {
    uint8_t bytes[SCALAR_WIDE_BYTES];
    struct scalar k[COUNT];
    struct field f[COUNT];
    struct point j[COUNT];
    struct affine p[COUNT];
};

static void inputs_make(struct inputs *in)
{
    fill_bytes(in->bytes, sizeof(in->bytes), 1);
    fill_bytes(in->k, sizeof(in->k), 2);
    fill_bytes(in->f, sizeof(in->f), 3);
    for (int i = 0; i < COUNT; i++) { /* below n, below p */
        in->k[i].limb[WORDS - 1] >>= 1;
        in->f[i].limb[WORDS - 1] >>= 1;
        engine->mul_base(&in->j[i], &in->k[i]);
    }
    engine->to_affine(in->p, in->j, COUNT);
    secret_mark(in, sizeof(*in));
}

/* The small operations, which have no name in the engine; there they are part of the formulas. */
static bool check_field_inline(const struct inputs *in)
{
    struct field r[8];
    word plain[WORDS];
    bool verdicts[2];
    field_add(&r[0], &in->f[0], &in->f[1]);
    field_sub(&r[1], &in->f[0], &in->f[1]);
    field_halve(&r[2], &in->f[0]);
    field_add(&r[3], &in->f[0], &in->f[0]);
    field_triple(&r[4], &in->f[0]);
    field_negate_if(&r[5], word_mask(in->f[1].limb[0] & 1), &in->f[0]);
    field_select(&r[6], word_mask(in->f[1].limb[0] & 1), &in->f[0], &in->f[1]);
    field_to_integer(plain, &in->f[0]);
    field_from_integer(&r[7], plain);
    verdicts[0] = field_is_zero(&in->f[0]);
    verdicts[1] = field_equal(&in->f[0], &in->f[1]);
    for (int i = 0; i < 8; i++)
        if (!IS_MARKED(r[i]))
            return false;
    return IS_MARKED(plain) && IS_MARKED(verdicts[0]) && IS_MARKED(verdicts[1]);
}

static bool check_field(const struct inputs *in)
{
    struct field product, square, inverse;
    engine->field_mul(&product, &in->f[0], &in->f[1]);
    engine->field_square(&square, &in->f[0]);
    engine->field_invert(&inverse, &in->f[0]);
    return IS_MARKED(product) && IS_MARKED(square) && IS_MARKED(inverse);
}

static bool check_points(const struct inputs *in)
{
    struct point sum;
    struct affine affine[COUNT];
    uint8_t coordinates[2 * INTEGER_BYTES];
    struct scalar x;
    engine->add(&sum, &in->j[0], &in->j[1]);
    engine->to_affine(affine, in->j, COUNT);
    engine->encode(coordinates, &in->p[0]);
    engine->x_mod_n(&x, &in->p[0]);
    bool same = engine->equal(&in->j[0], &in->j[1]);
    return IS_MARKED(sum) && IS_MARKED(affine) && IS_MARKED(coordinates) && IS_MARKED(x) && IS_MARKED(same);
}

static bool check_multiplication(const struct inputs *in)
{
    struct point base, product;
    engine->mul_base(&base, &in->k[0]);
    engine->mul(&product, &in->k[0], &in->p[0]);
    return IS_MARKED(base) && IS_MARKED(product);
}

/* Through group.h, which chooses an engine by itself. */
static bool check_group(const struct inputs *in)
{
    struct point r[4], base[COUNT], products[COUNT];
    struct affine affine[COUNT];
    uint8_t bytes[POINT_BYTES];
    struct scalar x;
    point_of_affine(&r[0], &in->p[0]);
    point_add(&r[1], &in->j[0], &in->j[1]);
    point_sub(&r[2], &in->j[0], &in->j[1]);
    point_mul_base(base, in->k, COUNT);
    point_mul(products, in->k, in->p, COUNT);
    point_mul(&r[3], in->k, in->p, 1);
    point_to_affine(affine, in->j, COUNT);
    affine_encode(bytes, &in->p[0]);
    affine_x_mod_n(&x, &in->p[0]);
    bool same = point_equal(&in->j[0], &in->j[1]);
    if (point_is_infinite(&in->j[0]) || affine_is_infinite(&in->p[0])) /* public verdicts */
        return false;
    return IS_MARKED(r[0].x) && IS_MARKED(r[1]) && IS_MARKED(r[2]) && IS_MARKED(r[3]) && IS_MARKED(base) &&
           IS_MARKED(products) && IS_MARKED(affine) && is_marked(bytes + 1, sizeof(bytes) - 1) &&
           IS_MARKED(x) && IS_MARKED(same);
}

static bool check_scalar_bytes(const struct inputs *in)
{
    struct scalar r[4];
    uint8_t encoded[SCALAR_BYTES];
    scalar_encode(encoded, &in->k[0]);
    if (!scalar_decode(&r[0], encoded) || !scalar_decode_nonzero(&r[1], encoded)) /* public verdicts */
        return false;
    scalar_decode_mod(&r[2], in->bytes);
    scalar_decode_wide(&r[3], in->bytes);
    return IS_MARKED(encoded) && IS_MARKED(r[0]) && IS_MARKED(r[1]) && IS_MARKED(r[2]) && IS_MARKED(r[3]);
}

static bool check_scalars(const struct inputs *in)
{
    struct scalar r[7];
    bool verdicts[2];
    scalar_add(&r[0], &in->k[0], &in->k[1]);
    scalar_sub(&r[1], &in->k[0], &in->k[1]);
    scalar_negate(&r[2], &in->k[0]);
    scalar_mul(&r[3], &in->k[0], &in->k[1]);
    scalar_invert(&r[4], &in->k[0]);
    scalar_invert_each(&r[5], in->k, 2);
    verdicts[0] = scalar_is_zero(&in->k[0]);
    verdicts[1] = scalar_equal(&in->k[0], &in->k[1]);
    for (int i = 0; i < 7; i++)
        if (!IS_MARKED(r[i]))
            return false;
    return IS_MARKED(verdicts[0]) && IS_MARKED(verdicts[1]);
}

static bool check_inverses(const struct inputs *in)
{
    word p[WORDS], n[WORDS];
    inverse_mod_p(p, in->k[0].limb);
    inverse_mod_n(n, in->k[0].limb);
    return IS_MARKED(p) && IS_MARKED(n);
}

/* More than a block, in pieces that are none. */
static bool check_sm3(const struct inputs *in)
{
    struct sm3 hash;
    struct sm3_pair pair;
    uint8_t digest[SM3_BYTES], digests[2 * SM3_BYTES];
    sm3_init(&hash);
    sm3_pair_init(&pair, 1, 2);
    for (int i = 0; i < 5; i++) {
        sm3_update(&hash, in->bytes, 50);
        sm3_pair_update(&pair, in->bytes, 50);
    }
    sm3_done(&hash, digest);
    sm3_pair_done(&pair, digests);
    return IS_MARKED(digest) && IS_MARKED(digests);
}

static const struct check {
    const char *name;
    bool (*holds)(const struct inputs *in);
} checks[] = {
    {"field, inline", check_field_inline},
    {"field", check_field},
    {"points", check_points},
    {"multiplications", check_multiplication},
    {"group", check_group},
    {"scalars and bytes", check_scalar_bytes},
    {"scalars", check_scalars},
    {"inverses", check_inverses},
    {"sm3", check_sm3},
};

static bool run(void)
{
    bool all = true;
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
        struct inputs in;
        inputs_make(&in);
        const bool holds = checks[i].holds(&in);
        printf("%s, %s: %s\n", engine->name, checks[i].name, holds ? "ok" : "a mark was lost");
        all = all && holds;
    }
    return all;
}

static uint64_t secret(void)
{
    struct inputs in;
    struct point product;
    struct affine affine;
    uint64_t bits = 0;
    inputs_make(&in);
    engine->mul(&product, &in.k[0], &in.p[0]);
    engine->to_affine(&affine, &product, 1);
    memcpy(&bits, &affine.x, sizeof(bits));
    return bits;
}

int main(int argc, char **argv)
{
    static const struct ctime_program program = {.run = run, .secret = secret};
    return ctime_main(argc, argv, &program);
}
