/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/cosign_pair.h"

static int set_up(void **state)
{
    static struct group g;
    group_init(&g);
    *state = &g;
    return 0;
}

static int tear_down(void **state)
{
    struct group *g = *state;
    assert_ok(group_finish(g));
    group_done(g);
    return 0;
}

static void small(struct scalar *out, uint64_t value)
{
    *out = (struct scalar){{value}};
}

static void every_malformed_encoding_is_refused(void **state)
{
    for (size_t i = 0; i < bad_point_count; i++) {
        struct point p;
        if (point_decode_var(*state, &p, bad_points[i].bytes))
            fail_msg("taken for a point: %s", bad_points[i].reason);
        assert_true(point_is_infinite(&p));
        assert_int_equal(cosign_point_check_var(bad_points[i].bytes), HUFU_ERR_FORM);
    }
}

/* So that the two encodings with a coordinate of p or more are refused for that reason and no other. */
static void the_refused_points_less_p_are_on_the_curve(void **state)
{
    const uint8_t p[32] = {0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                           0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00, 0x00,
                           0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    unsigned found = 0;
    for (size_t i = 0; i < bad_point_count; i++) {
        uint8_t bytes[COSIGN_POINT_SIZE];
        struct point decoded;
        memcpy(bytes, bad_points[i].bytes, sizeof(bytes));
        uint8_t *coordinate = strncmp(bad_points[i].reason, "x is", 4) == 0 ? bytes + 1 : bytes + 33;
        if (!strstr(bad_points[i].reason, "is p or more"))
            continue;
        int borrow = 0;
        for (int k = 31; k >= 0; k--) {
            const int difference = coordinate[k] - p[k] - borrow;
            coordinate[k] = (uint8_t)difference;
            borrow = difference < 0;
        }
        assert_true(point_decode_var(*state, &decoded, bytes));
        found++;
    }
    assert_int_equal(found, 2);
}

static void an_encoded_point_decodes_to_itself(void **state)
{
    struct stream stream = {.seed = 21};
    uint8_t bytes[COSIGN_POINT_SIZE], again[COSIGN_POINT_SIZE];
    struct point p, q;
    struct scalar k;
    random_scalar(&k, &stream);
    point_mul_base(*state, &p, &k);
    point_encode(bytes, &p);
    assert_int_equal(bytes[0], 4);
    assert_true(point_decode_var(*state, &q, bytes));
    point_encode(again, &q);
    assert_memory_equal(bytes, again, sizeof(bytes));
    assert_true(point_equal(&p, &q));
    assert_ok(cosign_point_check_var(bytes));
}

static void small_multiples_are_repeated_additions(void **state)
{
    struct point sum, G, product;
    struct scalar k;
    point_generator(*state, &G);
    sum = G;
    for (uint64_t i = 1; i < 20; i++) {
        small(&k, i);
        point_mul_base(*state, &product, &k);
        assert_true(point_equal(&product, &sum));
        point_mul(*state, &product, &k, &G);
        assert_true(point_equal(&product, &sum));
        point_add(*state, &sum, &sum, &G);
    }
}

static void zero_times_a_point_is_infinity(void **state)
{
    struct point G, product;
    struct scalar zero;
    small(&zero, 0);
    point_generator(*state, &G);
    point_mul_base(*state, &product, &zero);
    assert_true(point_is_infinite(&product));
    point_mul(*state, &product, &zero, &G);
    assert_true(point_is_infinite(&product));
}

static void infinity_is_neutral(void **state)
{
    struct point G, infinite, sum;
    struct scalar k;
    uint8_t bytes[POINT_BYTES];
    point_generator(*state, &G);
    point_sub(*state, &infinite, &G, &G);
    assert_true(point_is_infinite(&infinite));
    point_encode(bytes, &infinite);
    assert_zero(bytes);
    point_add(*state, &sum, &G, &infinite);
    assert_true(point_equal(&sum, &G));
    point_sub(*state, &sum, &G, &infinite);
    assert_true(point_equal(&sum, &G));
    small(&k, 5);
    point_mul(*state, &sum, &k, &infinite);
    assert_true(point_is_infinite(&sum));
    assert_false(point_equal(&sum, &G));
}

static void n_minus_one_times_a_point_is_its_negative(void **state)
{
    struct point G, product, sum;
    struct scalar k;
    small(&k, 1);
    scalar_negate(&k, &k);
    point_generator(*state, &G);
    point_mul_base(*state, &product, &k);
    assert_false(point_equal(&product, &G));
    point_add(*state, &sum, &product, &G);
    assert_true(point_is_infinite(&sum));
}

static void multiplication_distributes_over_scalars(void **state)
{
    struct stream stream = {.seed = 22};
    for (int i = 0; i < 20; i++) {
        struct scalar a, b, sum;
        struct point P, left, right;
        random_scalar(&a, &stream);
        random_scalar(&b, &stream);
        point_mul_base(*state, &P, &b);
        scalar_add(&sum, &a, &b);
        point_mul(*state, &left, &sum, &P);
        point_mul(*state, &right, &a, &P);
        point_mul(*state, &P, &b, &P);
        point_add(*state, &right, &right, &P);
        assert_true(point_equal(&left, &right));
    }
}

/* Scalars with zero bytes in front, which a careless conversion would shorten. */
static void scalars_with_leading_zeros_multiply_rightly(void **state)
{
    for (int shift = 0; shift < 256; shift += 8) {
        uint8_t bytes[32] = {0};
        struct scalar k, rest;
        struct point left, right, G;
        bytes[31 - shift / 8] = 0x35;
        scalar_decode_mod(&k, bytes);
        small(&rest, 1);
        scalar_sub(&rest, &k, &rest);
        point_mul_base(*state, &left, &k);
        point_mul_base(*state, &right, &rest);
        point_generator(*state, &G);
        point_add(*state, &right, &right, &G);
        assert_true(point_equal(&left, &right));
    }
}

#define TERMS_MAX 70
static void multi_agrees(struct group *g, size_t count, bool with_base, struct stream *stream)
{
    struct scalar base, scalars[TERMS_MAX];
    struct point points[TERMS_MAX], expected, term, sum;
    random_scalar(&base, stream);
    if (!with_base)
        small(&base, 0);
    point_mul_base(g, &expected, &base);
    for (size_t i = 0; i < count; i++) {
        struct scalar k;
        random_scalar(&k, stream);
        random_scalar(&scalars[i], stream);
        if (i % 5 == 3) /* small, zero, and the largest */
            small(&scalars[i], i % 2);
        if (i % 5 == 4)
            scalar_negate(&scalars[i], &(struct scalar){{1}});
        point_mul_base(g, &points[i], &k);
        point_mul(g, &term, &scalars[i], &points[i]);
        point_add(g, &expected, &expected, &term);
    }
    point_multi_var(g, &sum, with_base ? &base : NULL, scalars, points, count);
    assert_true(point_equal(&sum, &expected));
}

static void the_sum_of_many_terms_is_that_of_each_alone(void **state)
{
    static const size_t counts[] = {0, 1, 2, 3, 31, 32, 33, 64, TERMS_MAX};
    struct stream stream = {.seed = 23};
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        multi_agrees(*state, counts[i], true, &stream);
        multi_agrees(*state, counts[i], false, &stream);
    }
}

static void terms_that_cancel_sum_to_infinity(void **state)
{
    struct scalar scalars[2], one = {{1}};
    struct point points[2], sum;
    struct stream stream = {.seed = 24};
    random_scalar(&scalars[0], &stream);
    scalar_negate(&scalars[1], &scalars[0]);
    point_mul_base(*state, &points[0], &scalars[0]);
    points[1] = points[0];
    point_multi_var(*state, &sum, NULL, scalars, points, 2);
    assert_true(point_is_infinite(&sum));
    point_multi_var(*state, &sum, &scalars[1], &one, points, 1);
    assert_true(point_is_infinite(&sum));
}

static void a_failed_workspace_gives_no_point_and_says_so(void **state)
{
    struct group broken GROUP_DONE;
    struct point p, G;
    struct scalar k = {{7}};
    point_generator(*state, &G);
    group_init(&broken);
    broken.failed = true;
    point_mul_base(&broken, &p, &k);
    assert_true(point_is_infinite(&p));
    point_mul(&broken, &p, &k, &G);
    assert_true(point_is_infinite(&p));
    point_add(&broken, &p, &G, &G);
    assert_true(point_is_infinite(&p));
    point_multi_var(&broken, &p, &k, &k, &G, 1);
    assert_true(point_is_infinite(&p));
    assert_int_equal(group_finish(&broken), HUFU_ERR_INTERNAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_malformed_encoding_is_refused),
        cmocka_unit_test(the_refused_points_less_p_are_on_the_curve),
        cmocka_unit_test(an_encoded_point_decodes_to_itself),
        cmocka_unit_test(small_multiples_are_repeated_additions),
        cmocka_unit_test(zero_times_a_point_is_infinity),
        cmocka_unit_test(infinity_is_neutral),
        cmocka_unit_test(n_minus_one_times_a_point_is_its_negative),
        cmocka_unit_test(multiplication_distributes_over_scalars),
        cmocka_unit_test(scalars_with_leading_zeros_multiply_rightly),
        cmocka_unit_test(the_sum_of_many_terms_is_that_of_each_alone),
        cmocka_unit_test(terms_that_cancel_sum_to_infinity),
        cmocka_unit_test(a_failed_workspace_gives_no_point_and_says_so),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
