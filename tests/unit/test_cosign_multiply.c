/* SPDX-License-Identifier: Apache-2.0 */
/* Multiples and sums of multiples against OpenSSL's, through group.h, as the protocol has it on this machine, and through every engine that this machine can run. */
#include "tests/unit/group_judge.h"

#include "cosign/arithmetic/cpu.h"

/* ---- Multiplication ---- */

#define SCALARS_MAX 2400
#define STRIDE (HUFU_SANITIZED ? 7 : 1) /* sanitizers take long: one scalar in seven there */

struct scalars {
    struct scalar k[SCALARS_MAX];
    size_t count;
};

/* k and -k. */
static void add_both(struct scalars *list, const struct scalar *k)
{
    assert_true(list->count + 2 <= SCALARS_MAX);
    list->k[list->count] = *k;
    scalar_negate(&list->k[list->count + 1], k);
    list->count += 2;
}

/* value·2^shift mod n. */
static void shifted(struct scalar *out, unsigned value, int shift)
{
    scalar_of(out, value);
    for (int i = 0; i < shift; i++)
        scalar_add(out, out, out);
}

/* 0 to 40, n-1 to n-40 (n-3 and n-6 among them), and every power of two with its neighbours, 2^255 the last. */
static void add_small_and_powers(struct scalars *list)
{
    const struct scalar one = {{1}};
    struct scalar k;
    for (unsigned i = 0; i <= 40; i++) {
        scalar_of(&k, i);
        add_both(list, &k);
    }
    for (int shift = 6; shift < 256; shift++) {
        struct scalar next;
        shifted(&k, 1, shift);
        add_both(list, &k);
        scalar_add(&next, &k, &one);
        add_both(list, &next);
        scalar_sub(&next, &k, &one);
        if (shift % 4 == 3 || shift > 250)
            add_both(list, &next);
    }
}

/* One digit at the border of its range at one place, the rest 0, and the same digit everywhere. */
static void add_digits(struct scalars *list, int width)
{
    const unsigned all = (1u << width) - 1;
    const unsigned digits[] = {3, all / 2, all / 2 + 1, all};
    for (size_t d = 0; d < sizeof(digits) / sizeof(digits[0]); d++) {
        struct scalar everywhere = {{0}}, k;
        for (int at = 0; at + width <= 256; at += width) {
            shifted(&k, digits[d], at);
            if (at % (4 * width) == 0 || at + 2 * width > 256)
                add_both(list, &k);
            scalar_add(&everywhere, &everywhere, &k);
        }
        add_both(list, &everywhere);
    }
}

/* 2·d·2^i: where the sum of all digits but d at i would be d·2^i itself, were it added last. */
static void add_meetings(struct scalars *list, int width)
{
    for (int at = 0; at < 256; at += at == 0 ? 256 - 256 % width - width : width)
        for (unsigned d = 1; d < 1u << width; d += 2) {
            struct scalar k;
            shifted(&k, 2 * d, at);
            add_both(list, &k);
        }
}

static const struct scalars *edges(void)
{
    static struct scalars list;
    if (list.count > 0)
        return &list;
    add_small_and_powers(&list);
    for (int width = 5; width <= 6; width++) {
        add_digits(&list, width);
        add_meetings(&list, width);
    }
    struct stream stream = {.seed = 26};
    for (int i = 0; i < 50; i++) {
        struct scalar k;
        random_scalar(&k, &stream);
        add_both(&list, &k);
    }
    return &list;
}

/* All at once and each alone, which with lanes are different code. */
static void multiples_of_the_generator_are_those_of_openssl(void **state)
{
    static struct point products[SCALARS_MAX];
    const struct scalars *list = edges();
    const struct engine *engine[2];
    const size_t count = judged_engines(engine);
    (void)state;
    point_mul_base(products, list->k, list->count);
    for (size_t i = 0; i < list->count; i += STRIDE) {
        uint8_t expected[POINT_BYTES];
        struct point product;
        judge_mul(expected, &list->k[i], NULL);
        assert_point(&products[i], expected);
        point_mul_base(&product, &list->k[i], 1);
        assert_point(&product, expected);
        for (size_t e = 0; e < count; e++) {
            engine[e]->mul_base(&product, &list->k[i]);
            assert_point(&product, expected);
        }
    }
}

static void multiples_of_points_are_those_of_openssl(void **state)
{
    static struct point products[SCALARS_MAX];
    static struct affine points[SCALARS_MAX];
    const struct scalars *list = edges();
    const struct engine *engine[2];
    const size_t count = judged_engines(engine);
    struct stream stream = {.seed = 22};
    (void)state;
    for (size_t i = 0; i < list->count; i++)
        if (i % 16 == 0)
            random_affine(&points[i], &stream);
        else
            points[i] = points[i - 1];
    points[7] = *affine_generator;
    point_mul(products, list->k, points, list->count);
    for (size_t i = 0; i < list->count; i += STRIDE) {
        uint8_t expected[POINT_BYTES], bytes[POINT_BYTES];
        struct point product;
        affine_encode(bytes, &points[i]);
        judge_mul(expected, &list->k[i], bytes);
        assert_point(&products[i], expected);
        point_mul(&product, &list->k[i], &points[i], 1);
        assert_point(&product, expected);
        for (size_t e = 0; e < count; e++) {
            engine[e]->mul(&product, &list->k[i], &points[i]);
            assert_point(&product, expected);
        }
    }
}

/* Products by the dozen: each is of its own scalar and point, and nothing is written behind the last. */
static void products_stay_apart_whatever_their_number(void **state)
{
    enum {
        MOST = 34
    };
    struct stream stream = {.seed = 29};
    struct scalar k[MOST];
    struct affine p[MOST];
    uint8_t expected[MOST][POINT_BYTES], expected_base[MOST][POINT_BYTES], marks[sizeof(struct point)];
    (void)state;
    memset(marks, 0xee, sizeof(marks));
    for (size_t i = 0; i < MOST; i++) {
        uint8_t bytes[POINT_BYTES];
        random_scalar(&k[i], &stream);
        random_affine(&p[i], &stream);
        affine_encode(bytes, &p[i]);
        judge_mul(expected[i], &k[i], bytes);
        judge_mul(expected_base[i], &k[i], NULL);
    }
    for (size_t count = 0; count <= MOST; count++) {
        struct point products[MOST + 1];
        memset(products, 0xee, sizeof(products));
        point_mul(products, k, p, count);
        for (size_t i = 0; i < count; i++)
            assert_point(&products[i], expected[i]);
        assert_memory_equal(&products[count], marks, sizeof(marks));
        memset(products, 0xee, sizeof(products));
        point_mul_base(products, k, count);
        for (size_t i = 0; i < count; i++)
            assert_point(&products[i], expected_base[i]);
        assert_memory_equal(&products[count], marks, sizeof(marks));
    }
}

static void a_multiple_of_infinity_is_infinity(void **state)
{
    static const unsigned values[] = {0, 1, 2, 31, 32, 33};
    const struct engine *engine[2];
    const size_t count = judged_engines(engine);
    struct affine points[9] = {0};
    struct point products[9];
    (void)state;
    for (size_t i = 1; i < 9; i += 2)
        points[i] = *affine_generator;
    for (size_t v = 0; v < sizeof(values) / sizeof(values[0]); v++) {
        struct scalar k[9];
        uint8_t expected[POINT_BYTES];
        for (size_t i = 0; i < 9; i++)
            scalar_of(&k[i], values[v]);
        judge_mul(expected, &k[0], NULL);
        for (size_t some = 1; some <= 9; some++) {
            point_mul(products, k, points, some);
            for (size_t i = 0; i < some; i++)
                if (i % 2 == 0)
                    assert_true(point_is_infinite(&products[i]));
                else
                    assert_point(&products[i], expected);
        }
        for (size_t e = 0; e < count; e++) {
            engine[e]->mul(&products[0], &k[0], &points[0]);
            assert_true(point_is_infinite(&products[0]));
        }
    }
}

static void the_lanes_are_one_or_eight(void **state)
{
    (void)state;
    assert_true(point_mul_lanes() == 1 || point_mul_lanes() == 8);
#if HUFU_LANES
    assert_int_equal(point_mul_lanes(), cpu_has_ifma() ? 8 : 1);
#else
    assert_int_equal(point_mul_lanes(), 1);
#endif
}

/* ---- Sums of multiples ---- */

#define TERMS_MAX 65

struct terms {
    struct scalar base;
    bool with_base;
    struct scalar scalars[TERMS_MAX];
    struct affine points[TERMS_MAX];
    size_t count;
};

static void judge_sum(uint8_t expected[POINT_BYTES], const struct terms *t)
{
    memset(expected, 0, POINT_BYTES);
    if (t->with_base)
        judge_mul(expected, &t->base, NULL);
    for (size_t i = 0; i < t->count; i++) {
        uint8_t bytes[POINT_BYTES], product[POINT_BYTES];
        affine_encode(bytes, &t->points[i]);
        judge_mul(product, &t->scalars[i], bytes);
        judge_add(expected, expected, product);
    }
}

static void assert_sum(const struct terms *t)
{
    const struct scalar *base = t->with_base ? &t->base : NULL;
    const struct engine *engine[2];
    const size_t count = judged_engines(engine);
    uint8_t expected[POINT_BYTES];
    struct point sum;
    judge_sum(expected, t);
    point_multi_var(&sum, base, t->scalars, t->points, t->count);
    assert_point(&sum, expected);
    for (size_t e = 0; e < count; e++) {
        engine[e]->multi_var(&sum, base, t->scalars, t->points, t->count);
        assert_point(&sum, expected);
    }
}

static void negate(struct affine *out, const struct affine *p)
{
    uint8_t bytes[POINT_BYTES];
    affine_encode(bytes, p);
    judge_negate(bytes, bytes);
    assert_true(affine_decode_var(out, bytes));
}

/* What the terms of a sum are: all different; all points equal; with their scalars too; opposite points in pairs, with
 * equal scalars (which sum to infinity) and with others; the generator in every place; all scalars 0; 0, 1 and -1 among
 * others. */
enum terms_kind {
    TERMS_DIFFERENT,
    TERMS_ONE_POINT,
    TERMS_ONE_TERM,
    TERMS_CANCEL,
    TERMS_OPPOSITE,
    TERMS_GENERATOR,
    TERMS_ZERO,
    TERMS_MIXED,
    TERMS_KINDS
};

static void make_term(struct terms *t, size_t i, enum terms_kind kind, struct stream *stream)
{
    const bool opposite = kind == TERMS_CANCEL || kind == TERMS_OPPOSITE;
    random_affine(&t->points[i], stream);
    random_scalar(&t->scalars[i], stream);
    if (i > 0 && (kind == TERMS_ONE_POINT || kind == TERMS_ONE_TERM))
        t->points[i] = t->points[0];
    if (i > 0 && kind == TERMS_ONE_TERM)
        t->scalars[i] = t->scalars[0];
    if (i % 2 == 1 && opposite)
        negate(&t->points[i], &t->points[i - 1]);
    if (i % 2 == 1 && kind == TERMS_CANCEL)
        t->scalars[i] = t->scalars[i - 1];
    if (kind == TERMS_GENERATOR)
        t->points[i] = *affine_generator;
    if (kind == TERMS_ZERO || (kind == TERMS_MIXED && i % 4 != 3))
        scalar_of(&t->scalars[i], kind == TERMS_MIXED && i % 4 != 0);
    if (kind == TERMS_MIXED && i % 4 == 2)
        scalar_negate(&t->scalars[i], &t->scalars[i]);
}

static void sums_of_any_number_of_terms_are_those_of_openssl(void **state)
{
    static const size_t counts[] = {0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 32, 33, TERMS_MAX};
    struct stream stream = {.seed = 23};
    static struct terms t;
    (void)state;
    for (size_t c = 0; c < sizeof(counts) / sizeof(counts[0]); c++)
        for (int kind = 0; kind < TERMS_KINDS; kind++) {
            t.count = counts[c];
            for (size_t i = 0; i < t.count; i++)
                make_term(&t, i, (enum terms_kind)kind, &stream);
            t.with_base = false;
            assert_sum(&t);
            t.with_base = true;
            random_scalar(&t.base, &stream);
            assert_sum(&t);
            scalar_of(&t.base, 0);
            assert_sum(&t);
        }
}

/* With points that are multiples of the generator the running sum meets its own terms: doublings and cancellations in the
 * middle of it. */
static void sums_of_small_multiples_meet_themselves_and_are_those_of_openssl(void **state)
{
    static struct terms t;
    (void)state;
    for (size_t count = 1; count <= 4; count++)
        for (unsigned a = 0; a < 20; a++)
            for (unsigned b = 1; b < 8; b++) {
                t.count = count;
                t.with_base = true;
                scalar_of(&t.base, a);
                for (size_t i = 0; i < count; i++) {
                    struct scalar k;
                    struct point p;
                    scalar_of(&k, b);
                    if (i % 2 == 1)
                        scalar_negate(&k, &k);
                    point_mul_base(&p, &k, 1);
                    point_to_affine(&t.points[i], &p, 1);
                    scalar_of(&t.scalars[i], a + (unsigned)i);
                    if (a % 3 == 1)
                        scalar_negate(&t.scalars[i], &t.scalars[i]);
                }
                assert_sum(&t);
            }
}

static void a_sum_that_cancels_with_its_base_is_infinity(void **state)
{
    struct stream stream = {.seed = 24};
    const struct scalar one = {{1}};
    struct scalar k, minus;
    struct affine P;
    struct point multiple, sum;
    (void)state;
    random_scalar(&k, &stream);
    scalar_negate(&minus, &k);
    point_mul_base(&multiple, &k, 1);
    point_to_affine(&P, &multiple, 1);
    point_multi_var(&sum, &minus, &one, &P, 1);
    assert_true(point_is_infinite(&sum));
    const struct affine both[2] = {P, *affine_generator};
    const struct scalar scalars[2] = {one, minus};
    point_multi_var(&sum, NULL, scalars, both, 2);
    assert_true(point_is_infinite(&sum));
}

static void no_terms_sum_to_infinity(void **state)
{
    struct point sum;
    (void)state;
    memset(&sum, 0xee, sizeof(sum));
    point_multi_var(&sum, NULL, NULL, NULL, 0);
    assert_true(point_is_infinite(&sum));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(multiples_of_the_generator_are_those_of_openssl),
        cmocka_unit_test(multiples_of_points_are_those_of_openssl),
        cmocka_unit_test(products_stay_apart_whatever_their_number),
        cmocka_unit_test(a_multiple_of_infinity_is_infinity),
        cmocka_unit_test(the_lanes_are_one_or_eight),
        cmocka_unit_test(sums_of_any_number_of_terms_are_those_of_openssl),
        cmocka_unit_test(sums_of_small_multiples_meet_themselves_and_are_those_of_openssl),
        cmocka_unit_test(a_sum_that_cancels_with_its_base_is_infinity),
        cmocka_unit_test(no_terms_sum_to_infinity),
    };
    return cmocka_run_group_tests(tests, judge_set_up, judge_tear_down);
}
