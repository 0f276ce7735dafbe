/* SPDX-License-Identifier: Apache-2.0 */
/* The laws of the group, of every engine by itself: they hold for the right group alone, or for another one that the other
 * tests here would see. */
#include "tests/differential/differential_engines.h"
#include "tests/unit/unit.h"

/* What one round of laws works on. */
struct values {
    const struct engine *engine;
    struct scalar k, l;
    struct point P, Q, R; /* with z drawn */
    struct affine p, q;   /* P and Q */
};

static const struct scalar one = {{1}};

static void draw_scalar(struct judge *judge, struct dice *dice, struct scalar *k)
{
    uint8_t bytes[NUMBER_BYTES];
    dice_number_below(dice, bytes, judge->n);
    assert_true(scalar_decode(k, bytes));
}

/* Never infinity, which the multiplications do not take (group.h) and the laws name themselves. */
static void draw_point(struct judge *judge, struct dice *dice, const struct engine *engine, struct point *P)
{
    struct scalar k;
    struct affine affine;
    uint8_t encoded[ENCODED_BYTES];
    do
        draw_scalar(judge, dice, &k);
    while (scalar_is_zero(&k));
    engine->mul_base(P, &k);
    engine->to_affine(&affine, P, 1);
    engine_encode(engine, encoded, &affine);
    engine_point(engine, dice, P, encoded);
}

static void draw_values(struct judge *judge, struct dice *dice, struct values *v)
{
    draw_scalar(judge, dice, &v->k);
    draw_scalar(judge, dice, &v->l);
    draw_point(judge, dice, v->engine, &v->P);
    draw_point(judge, dice, v->engine, &v->Q);
    draw_point(judge, dice, v->engine, &v->R);
    v->engine->to_affine(&v->p, &v->P, 1);
    v->engine->to_affine(&v->q, &v->Q, 1);
}

static struct point sum(const struct values *v, struct point a, struct point b)
{
    v->engine->add(&a, &a, &b);
    return a;
}

static struct point multiple(const struct values *v, const struct scalar *k, struct point P)
{
    struct affine affine;
    v->engine->to_affine(&affine, &P, 1);
    v->engine->mul(&P, k, &affine);
    return P;
}

#define assert_same(v, a, b)                                         \
    do {                                                             \
        const struct point left_ = (a), right_ = (b);                \
        if (!(v)->engine->equal(&left_, &right_))                    \
            fail_msg("%s: %s is not %s", (v)->engine->name, #a, #b); \
    } while (0)

static void additions_commute_and_associate(const struct values *v)
{
    assert_same(v, sum(v, v->P, v->Q), sum(v, v->Q, v->P));
    assert_same(v, sum(v, sum(v, v->P, v->Q), v->R), sum(v, v->P, sum(v, v->Q, v->R)));
    assert_same(v, sum(v, sum(v, v->P, v->P), v->P), sum(v, v->P, sum(v, v->P, v->P)));
    assert_same(v, sum(v, sum(v, v->P, v->Q), sum(v, v->P, v->Q)),
                sum(v, sum(v, v->P, v->P), sum(v, v->Q, v->Q)));
}

static void infinity_is_neutral(const struct values *v)
{
    const struct point infinity = {.x = v->Q.x, .y = v->Q.y};
    struct point opposite = v->P;
    struct scalar minus_one;
    scalar_negate(&minus_one, &one);
    v->engine->mul(&opposite, &minus_one, &v->p);
    assert_same(v, sum(v, v->P, infinity), v->P);
    assert_same(v, sum(v, infinity, v->P), v->P);
    assert_same(v, sum(v, infinity, infinity), infinity);
    assert_same(v, sum(v, v->P, opposite), infinity); /* n·P by (n - 1)·P + P */
    assert_same(v, sum(v, opposite, sum(v, v->P, v->Q)), v->Q);
}

static void multiples_distribute(const struct values *v)
{
    struct scalar k_plus_l, k_times_l;
    scalar_add(&k_plus_l, &v->k, &v->l);
    scalar_mul(&k_times_l, &v->k, &v->l);
    assert_same(v, multiple(v, &v->k, sum(v, v->P, v->Q)),
                sum(v, multiple(v, &v->k, v->P), multiple(v, &v->k, v->Q)));
    assert_same(v, multiple(v, &k_plus_l, v->P), sum(v, multiple(v, &v->k, v->P), multiple(v, &v->l, v->P)));
    assert_same(v, multiple(v, &k_times_l, v->P), multiple(v, &v->k, multiple(v, &v->l, v->P)));
    assert_same(v, multiple(v, &one, v->P), v->P);
}

/* The three ways to multiply agree. */
static void multiplications_agree(const struct values *v)
{
    const struct scalar scalars[2] = {v->k, v->l};
    const struct affine points[2] = {v->p, v->q};
    struct point base, of_generator, together;
    v->engine->mul_base(&base, &v->k);
    v->engine->mul(&of_generator, &v->k, affine_generator);
    assert_same(v, base, of_generator);
    v->engine->multi_var(&together, NULL, scalars, points, 2);
    assert_same(v, together, sum(v, multiple(v, &v->k, v->P), multiple(v, &v->l, v->Q)));
    v->engine->multi_var(&together, &v->l, scalars, points, 1);
    v->engine->mul_base(&base, &v->l);
    assert_same(v, together, sum(v, base, multiple(v, &v->k, v->P)));
}

/* Up to 14 multiplications a round: a twentieth of the rounds that other tests have. */
static void hold(const char *name, void (*laws)(const struct values *v))
{
    struct judge judge;
    struct dice dice;
    const struct engines all = engines_of_machine();
    judge_init(&judge);
    dice_init(&dice, name);
    for (size_t i = 0; i < all.count; i++) {
        struct values values = {.engine = all.engines[i]};
        for (size_t j = 0; j < test_count() / 20; j++) {
            draw_values(&judge, &dice, &values);
            laws(&values);
        }
    }
    judge_done(&judge);
}

static void addition_commutes_and_associates(void **state)
{
    (void)state;
    hold("commutes, associates", additions_commute_and_associate);
}

static void infinity_is_the_neutral_element(void **state)
{
    (void)state;
    hold("infinity", infinity_is_neutral);
}

static void multiplication_distributes(void **state)
{
    (void)state;
    hold("distributes", multiples_distribute);
}

static void ways_to_multiply_agree(void **state)
{
    (void)state;
    hold("ways to multiply", multiplications_agree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addition_commutes_and_associates),
        cmocka_unit_test(infinity_is_the_neutral_element),
        cmocka_unit_test(multiplication_distributes),
        cmocka_unit_test(ways_to_multiply_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
