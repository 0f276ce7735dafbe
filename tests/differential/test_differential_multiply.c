/* SPDX-License-Identifier: Apache-2.0 */
/* Multiples of points: every engine, and group.h with its lanes, against OpenSSL's. */
#include "tests/differential/differential_engines.h"
#include "tests/unit/unit.h"

#define AT_ONCE_MAX 17 /* two full rounds of lanes and one left over */
#define TERMS_MAX 35   /* of a sum; two rounds of multi.c's 16, and three */
#define BASES 4        /* other than G, for patterned scalars */

struct bench {
    struct judge judge;
    struct dice dice;
    struct engines all;
    struct known *walk;
    size_t count; /* in the walk */
};

static void setup(struct bench *bench, const char *test)
{
    judge_init(&bench->judge);
    dice_init(&bench->dice, test);
    bench->all = engines_of_machine();
    bench->count = test_chunk();
    bench->walk = calloc(bench->count, sizeof(*bench->walk));
    assert_non_null(bench->walk);
}

static void teardown(struct bench *bench)
{
    free(bench->walk);
    judge_done(&bench->judge);
}

static struct scalar scalar_of(const uint8_t *bytes)
{
    struct scalar k;
    assert_true(scalar_decode(&k, bytes));
    return k;
}

static const struct known *drawn(struct bench *bench)
{
    return &bench->walk[dice_below(&bench->dice, bench->count)];
}

/* ---- k·G ---- */

static void check_base(const struct bench *bench, const uint8_t *k_bytes, const uint8_t *expected)
{
    const struct scalar k = scalar_of(k_bytes);
    for (size_t i = 0; i < bench->all.count; i++) {
        struct point out;
        bench->all.engines[i]->mul_base(&out, &k);
        engine_expect(bench->all.engines[i], "k·G", &out, expected, k_bytes, NULL);
    }
}

static void base_of_random_scalars(void **state)
{
    struct bench bench;
    (void)state;
    setup(&bench, "k·G, random");
    for (size_t done = 0; done < test_count(); done += bench.count) {
        walk_draw(&bench.judge, &bench.dice, bench.walk, bench.count);
        for (size_t i = 0; i < bench.count; i++)
            check_base(&bench, bench.walk[i].k, bench.walk[i].P);
    }
    teardown(&bench);
}

static void base_of_patterned_scalars(void **state)
{
    struct bench bench;
    static struct patterns patterns;
    struct known known;
    (void)state;
    setup(&bench, "k·G, patterns");
    patterns_make(&bench.judge, &patterns, NULL);
    for (size_t i = 0; i < test_count() / 4; i++) {
        patterns_draw(&bench.judge, &bench.dice, &known, &patterns);
        check_base(&bench, known.k, known.P);
    }
    teardown(&bench);
}

static void base_of_special_scalars(void **state)
{
    struct bench bench;
    static uint8_t scalars[SPECIAL_SCALARS_MAX][NUMBER_BYTES];
    uint8_t expected[ENCODED_BYTES];
    (void)state;
    setup(&bench, "k·G, special");
    const size_t count = special_scalars(&bench.judge, scalars);
    for (size_t i = 0; i < count; i++) {
        judge_mul(&bench.judge, expected, scalars[i], NULL);
        check_base(&bench, scalars[i], expected);
    }
    teardown(&bench);
}

/* ---- k·P ---- */

static void check_mul(const struct bench *bench, const uint8_t *k_bytes, const uint8_t *P,
                      const uint8_t *expected)
{
    const struct scalar k = scalar_of(k_bytes);
    for (size_t i = 0; i < bench->all.count; i++) {
        struct affine p;
        struct point out;
        engine_affine(bench->all.engines[i], &p, P);
        bench->all.engines[i]->mul(&out, &k, &p);
        engine_expect(bench->all.engines[i], "k·P", &out, expected, k_bytes, P);
    }
}

/* k = q/p for the point p·G leads to q·G (differential_judge.h). */
static void mul_of_random_pairs(void **state)
{
    struct bench bench;
    uint8_t k[NUMBER_BYTES];
    (void)state;
    setup(&bench, "k·P, random");
    for (size_t done = 0; done < test_count(); done += bench.count) {
        walk_draw(&bench.judge, &bench.dice, bench.walk, bench.count);
        for (size_t i = 0; i < bench.count; i++) {
            const struct known *to = drawn(&bench);
            judge_quotient(&bench.judge, k, to->k, bench.walk[i].k, bench.judge.n);
            check_mul(&bench, k, bench.walk[i].P, to->P);
        }
    }
    teardown(&bench);
}

static void mul_of_patterned_scalars(void **state)
{
    struct bench bench;
    static struct patterns patterns[BASES];
    struct known known, bases[BASES];
    (void)state;
    setup(&bench, "k·P, patterns");
    walk_draw(&bench.judge, &bench.dice, bases, BASES);
    for (size_t i = 0; i < BASES; i++)
        patterns_make(&bench.judge, &patterns[i], bases[i].P);
    for (size_t i = 0; i < test_count() / 4; i++) {
        patterns_draw(&bench.judge, &bench.dice, &known, &patterns[i % BASES]);
        check_mul(&bench, known.k, bases[i % BASES].P, known.P);
    }
    teardown(&bench);
}

/* On G, whose multiples the table has, on a random point, and on infinity. */
static void mul_of_special_scalars(void **state)
{
    static const uint8_t infinity[ENCODED_BYTES], one[NUMBER_BYTES] = {[NUMBER_BYTES - 1] = 1};
    static uint8_t scalars[SPECIAL_SCALARS_MAX][NUMBER_BYTES];
    struct bench bench;
    uint8_t G[ENCODED_BYTES], expected[ENCODED_BYTES];
    struct known base;
    (void)state;
    setup(&bench, "k·P, special");
    walk_draw(&bench.judge, &bench.dice, &base, 1);
    judge_mul(&bench.judge, G, one, NULL);
    const size_t count = special_scalars(&bench.judge, scalars);
    for (size_t i = 0; i < count; i++) {
        judge_mul(&bench.judge, expected, scalars[i], G);
        check_mul(&bench, scalars[i], G, expected);
        judge_mul(&bench.judge, expected, scalars[i], base.P);
        check_mul(&bench, scalars[i], base.P, expected);
        check_mul(&bench, scalars[i], infinity, infinity);
    }
    teardown(&bench);
}

/* ---- Several at once ---- */

/* One call of group.h with `count` of each, one of them infinite or with the scalar 0 now and then. */
static void check_at_once(struct bench *bench, const struct engine *engine, size_t count)
{
    static const uint8_t infinity[ENCODED_BYTES];
    struct scalar k[AT_ONCE_MAX];
    struct affine p[AT_ONCE_MAX];
    struct point out[AT_ONCE_MAX];
    const struct known *to[AT_ONCE_MAX];
    uint8_t bytes[NUMBER_BYTES];
    const size_t odd = dice_below(&bench->dice, 4 * count);
    for (size_t i = 0; i < count; i++) {
        const struct known *from = drawn(bench);
        to[i] = drawn(bench);
        judge_quotient(&bench->judge, bytes, to[i]->k, from->k, bench->judge.n);
        k[i] = scalar_of(bytes);
        engine_affine(engine, &p[i], from->P);
        if (odd == i)
            p[i] = (struct affine){0};
        else if (odd == count + i)
            k[i] = (struct scalar){0};
    }
    point_mul(out, k, p, count);
    for (size_t i = 0; i < count; i++)
        engine_expect(engine, "point_mul of several", &out[i],
                      odd == i || odd == count + i ? infinity : to[i]->P, to[i]->k, NULL);
    for (size_t i = 0; i < count; i++)
        k[i] = scalar_of(to[i]->k);
    point_mul_base(out, k, count);
    for (size_t i = 0; i < count; i++)
        engine_expect(engine, "point_mul_base of several", &out[i], to[i]->P, to[i]->k, NULL);
}

static void several_at_once(void **state)
{
    struct bench bench;
    (void)state;
    setup(&bench, "several at once");
    print_message("lanes: %zu\n", point_mul_lanes());
    /* Without lanes it is a loop over what the other tests try. */
    const size_t enough = point_mul_lanes() > 1 ? test_count() : test_count() / 10;
    bench.count = bench.count < enough ? bench.count : enough;
    for (size_t done = 0; done < enough; done += bench.count) {
        walk_draw(&bench.judge, &bench.dice, bench.walk, bench.count);
        for (size_t scalars = 0, count = 1; scalars < bench.count; count = count % AT_ONCE_MAX + 1) {
            check_at_once(&bench, bench.all.engines[0], count);
            scalars += count;
        }
    }
    teardown(&bench);
}

/* ---- Sums of multiples ---- */

struct sum {
    size_t count;
    bool has_base;
    struct scalar base, scalars[TERMS_MAX];
    struct known points[TERMS_MAX];
    uint8_t total[NUMBER_BYTES]; /* the logarithm of the whole so far */
};

static void sum_add(struct bench *bench, struct sum *sum, size_t i, const uint8_t *k,
                    const struct known *point)
{
    uint8_t product[NUMBER_BYTES];
    sum->scalars[i] = scalar_of(k);
    sum->points[i] = *point;
    judge_product(&bench->judge, product, k, point->k, bench->judge.n);
    judge_sum(&bench->judge, sum->total, sum->total, product, bench->judge.n);
}

static void check_sum(const struct bench *bench, const struct sum *sum, const uint8_t *expected)
{
    for (size_t i = 0; i < bench->all.count; i++) {
        const struct engine *engine = bench->all.engines[i];
        struct affine points[TERMS_MAX];
        struct point out;
        for (size_t j = 0; j < sum->count; j++)
            engine_affine(engine, &points[j], sum->points[j].P);
        engine->multi_var(&out, sum->has_base ? &sum->base : NULL, sum->scalars, points, sum->count);
        engine_expect(engine, "sum of multiples", &out, expected, sum->total, NULL);
    }
}

/* Random terms but for the last scalar, which leads the sum to a known point. Returns how many scalars there were. */
static size_t check_random_sum(struct bench *bench, struct sum *sum)
{
    const struct known *to = drawn(bench), *last;
    uint8_t k[NUMBER_BYTES];
    memset(sum, 0, sizeof(*sum));
    sum->count = dice_below(&bench->dice, 16) ? 1 + dice_below(&bench->dice, 4)
                                              : dice_below(&bench->dice, TERMS_MAX + 1);
    sum->has_base = dice_below(&bench->dice, 4) != 0;
    if (sum->has_base) {
        dice_number_below(&bench->dice, sum->total, bench->judge.n);
        sum->base = scalar_of(sum->total);
    }
    if (sum->count == 0) {
        uint8_t expected[ENCODED_BYTES];
        judge_mul(&bench->judge, expected, sum->total, NULL);
        check_sum(bench, sum, expected);
        return 1;
    }
    for (size_t i = 0; i + 1 < sum->count; i++) {
        dice_number_below(&bench->dice, k, bench->judge.n);
        sum_add(bench, sum, i, k, drawn(bench));
    }
    last = drawn(bench);
    judge_difference(&bench->judge, k, to->k, sum->total, bench->judge.n);
    judge_quotient(&bench->judge, k, k, last->k, bench->judge.n);
    sum_add(bench, sum, sum->count - 1, k, last);
    check_sum(bench, sum, to->P);
    return sum->count;
}

static void sums_of_random_multiples(void **state)
{
    struct bench bench;
    static struct sum sum;
    (void)state;
    setup(&bench, "sums, random");
    for (size_t done = 0; done < test_count(); done += bench.count) {
        walk_draw(&bench.judge, &bench.dice, bench.walk, bench.count);
        for (size_t scalars = 0; scalars < bench.count;)
            scalars += check_random_sum(&bench, &sum);
    }
    teardown(&bench);
}

#define TINY 8 /* points -8·G … 8·G without 0, scalars -8 … 8 */
#define TINY_SUM (2 * (TERMS_MAX + 1) * TINY * TINY)

/* v mod n */
static void tiny_number(struct judge *judge, uint8_t out[NUMBER_BYTES], long v)
{
    BN_set_word(judge->a, (BN_ULONG)(v < 0 ? -v : v));
    BN_set_negative(judge->a, v < 0);
    BN_nnmod(judge->r, judge->a, judge->n, judge->bn);
    assert_int_equal(BN_bn2binpad(judge->r, out, NUMBER_BYTES), NUMBER_BYTES);
}

/* Few different multiples of G with small scalars: partial sums are often equal to what is added to them, opposite to it,
 * or infinite. small[TINY_SUM/2 + i] is i·G. */
static void check_tiny_sum(struct bench *bench, struct sum *sum, const struct known *small)
{
    long total = 0;
    uint8_t k[NUMBER_BYTES];
    memset(sum, 0, sizeof(*sum));
    sum->count =
        dice_below(&bench->dice, 8) ? dice_below(&bench->dice, 5) : dice_below(&bench->dice, TERMS_MAX + 1);
    sum->has_base = dice_below(&bench->dice, 2) != 0;
    if (sum->has_base) {
        total = (long)dice_below(&bench->dice, 2 * TINY + 1) - TINY;
        tiny_number(&bench->judge, k, total);
        sum->base = scalar_of(k);
    }
    for (size_t i = 0; i < sum->count; i++) {
        const long scalar = (long)dice_below(&bench->dice, 2 * TINY + 1) - TINY;
        long point = (long)dice_below(&bench->dice, 2 * TINY) - TINY;
        point += point >= 0; /* no point is infinite */
        tiny_number(&bench->judge, k, scalar);
        sum_add(bench, sum, i, k, &small[TINY_SUM / 2 + point]);
        total += scalar * point;
    }
    check_sum(bench, sum, small[TINY_SUM / 2 + total].P);
}

static void sums_of_tiny_multiples(void **state)
{
    static const uint8_t one[NUMBER_BYTES] = {[NUMBER_BYTES - 1] = 1};
    static struct known small[TINY_SUM + 1];
    static struct sum sum;
    struct bench bench;
    uint8_t start[NUMBER_BYTES];
    (void)state;
    setup(&bench, "sums, tiny");
    tiny_number(&bench.judge, start, -TINY_SUM / 2);
    walk_make(&bench.judge, small, TINY_SUM + 1, start, one);
    for (size_t i = 0; i < test_count() / 4; i++)
        check_tiny_sum(&bench, &sum, small);
    teardown(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base_of_special_scalars),  cmocka_unit_test(base_of_patterned_scalars),
        cmocka_unit_test(base_of_random_scalars),   cmocka_unit_test(mul_of_special_scalars),
        cmocka_unit_test(mul_of_patterned_scalars), cmocka_unit_test(mul_of_random_pairs),
        cmocka_unit_test(several_at_once),          cmocka_unit_test(sums_of_tiny_multiples),
        cmocka_unit_test(sums_of_random_multiples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
