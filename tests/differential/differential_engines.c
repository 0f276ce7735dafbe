/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/differential/differential_engines.h"

#include "tests/unit/unit.h"

/* ---- group.h as an engine ---- */

static bool group_decode(struct affine *out, const uint8_t *coordinates)
{
    uint8_t encoded[POINT_BYTES] = {0x04};
    memcpy(encoded + 1, coordinates, POINT_BYTES - 1);
    return affine_decode_var(out, encoded);
}

static void group_encode(uint8_t *coordinates, const struct affine *p)
{
    uint8_t encoded[POINT_BYTES];
    affine_encode(encoded, p);
    assert_int_equal(encoded[0], affine_is_infinite(p) ? 0 : 0x04);
    memcpy(coordinates, encoded + 1, POINT_BYTES - 1);
}

static void group_mul_base(struct point *out, const struct scalar *k)
{
    point_mul_base(out, k, 1);
}

/* Two products, so that where there are lanes they compute it. */
static void group_mul(struct point *out, const struct scalar *k, const struct affine *p)
{
    const struct scalar ks[2] = {*k, *k};
    const struct affine ps[2] = {*p, *p};
    struct point products[2];
    const size_t count = point_mul_lanes() > 1 ? 2 : 1;
    point_mul(products, ks, ps, count);
    if (count > 1)
        assert_true(point_equal(&products[0], &products[1]));
    *out = products[0];
}

static void engine_field_mul(struct field *out, const struct field *a, const struct field *b)
{
    engine_best()->field_mul(out, a, b);
}

static void engine_field_square(struct field *out, const struct field *a)
{
    engine_best()->field_square(out, a);
}

static void engine_field_invert(struct field *out, const struct field *a)
{
    engine_best()->field_invert(out, a);
}

static const struct engine group_as_engine = {
    .name = "group.h",
    .decode_var = group_decode,
    .encode = group_encode,
    .x_mod_n = affine_x_mod_n,
    .to_affine = point_to_affine,
    .add = point_add,
    .equal = point_equal,
    .mul_base = group_mul_base,
    .mul = group_mul,
    .multi_var = point_multi_var,
    .field_mul = engine_field_mul,
    .field_square = engine_field_square,
    .field_invert = engine_field_invert,
};

struct engines engines_of_machine(void)
{
    struct engines all = {.engines = {&group_as_engine}, .count = 1};
#if HUFU_ENGINE_ADX
    all.engines[all.count++] = &engine_portable;
    if (engine_best() != &engine_portable)
        all.engines[all.count++] = engine_best();
#endif
    return all;
}

/* ---- In and out ---- */

void engine_affine(const struct engine *engine, struct affine *out, const uint8_t *encoded)
{
    if (encoded[0] == 0)
        *out = (struct affine){0};
    else
        assert_true(engine->decode_var(out, encoded + 1));
}

static void draw_element(struct dice *dice, struct field *out)
{
    uint8_t bytes[INTEGER_BYTES];
    struct field less;
    do {
        dice_number(dice, bytes);
        integer_load(out->limb, bytes);
    } while (field_is_zero(out) || !integer_sub(less.limb, out->limb, field_prime.limb));
}

void engine_point(const struct engine *engine, struct dice *dice, struct point *out, const uint8_t *encoded)
{
    struct affine affine;
    struct field square;
    engine_affine(engine, &affine, encoded);
    draw_element(dice, &out->z);
    if (encoded[0] == 0) {
        draw_element(dice, &out->x);
        draw_element(dice, &out->y);
        out->z = (struct field){0};
        return;
    }
    engine->field_square(&square, &out->z);
    engine->field_mul(&out->x, &affine.x, &square);
    engine->field_mul(&square, &square, &out->z);
    engine->field_mul(&out->y, &affine.y, &square);
}

static void assert_below_p(const struct field *a)
{
    struct field less;
    assert_true(integer_sub(less.limb, a->limb, field_prime.limb));
}

void engine_encode(const struct engine *engine, uint8_t *encoded, const struct affine *p)
{
    assert_below_p(&p->x);
    assert_below_p(&p->y);
    engine->encode(encoded + 1, p);
    encoded[0] = affine_is_infinite(p) ? 0 : 0x04;
}

void engine_expect(const struct engine *engine, const char *what, const struct point *out,
                   const uint8_t *expected, const uint8_t *a, const uint8_t *b)
{
    struct affine affine;
    uint8_t encoded[POINT_BYTES];
    char name[80];
    assert_below_p(&out->x);
    assert_below_p(&out->y);
    assert_below_p(&out->z);
    engine->to_affine(&affine, out, 1);
    engine_encode(engine, encoded, &affine);
    (void)snprintf(name, sizeof(name), "%s, %s", engine->name, what);
    judge_expect(name, encoded, expected, sizeof(encoded), a, b);
}
