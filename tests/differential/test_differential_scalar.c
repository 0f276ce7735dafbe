/* SPDX-License-Identifier: Apache-2.0 */
/* scalar.h against OpenSSL's numbers. */
#include "cosign/arithmetic/scalar.h"
#include "tests/differential/differential_judge.h"
#include "tests/unit/unit.h"

struct bench {
    struct judge judge;
    struct dice dice;
    struct edges edges;
};

static void setup(struct bench *bench, const char *test)
{
    judge_init(&bench->judge);
    dice_init(&bench->dice, test);
    edges_make(&bench->edges, bench->judge.n);
}

static struct scalar scalar_of(const uint8_t *bytes)
{
    struct scalar a;
    assert_true(scalar_decode(&a, bytes));
    return a;
}

static void expect(const char *what, const struct scalar *got, const uint8_t *expected, const uint8_t *a,
                   const uint8_t *b)
{
    uint8_t bytes[SCALAR_BYTES];
    scalar_encode(bytes, got);
    judge_expect(what, bytes, expected, sizeof(bytes), a, b);
}

static void check_binary(const char *what,
                         void (*function)(struct scalar *, const struct scalar *, const struct scalar *),
                         const uint8_t *a_bytes, const uint8_t *b_bytes, const uint8_t *expected)
{
    const struct scalar a = scalar_of(a_bytes), b = scalar_of(b_bytes);
    struct scalar out, in_a = a, in_b = b;
    function(&out, &a, &b);
    expect(what, &out, expected, a_bytes, b_bytes);
    function(&in_a, &in_a, &b);
    expect(what, &in_a, expected, a_bytes, b_bytes);
    function(&in_b, &a, &in_b);
    expect(what, &in_b, expected, a_bytes, b_bytes);
}

static void check_pair(struct judge *judge, const uint8_t *a, const uint8_t *b)
{
    uint8_t expected[SCALAR_BYTES];
    judge_sum(judge, expected, a, b, judge->n);
    check_binary("scalar_add", scalar_add, a, b, expected);
    judge_difference(judge, expected, a, b, judge->n);
    check_binary("scalar_sub", scalar_sub, a, b, expected);
    judge_product(judge, expected, a, b, judge->n);
    check_binary("scalar_mul", scalar_mul, a, b, expected);
    const struct scalar one = scalar_of(a), other = scalar_of(b);
    assert_true(scalar_equal(&one, &other) == (memcmp(a, b, SCALAR_BYTES) == 0));
}

/* s = Σ digit[i]·2^i with the digits that scalar.h promises. */
static void check_digits(struct judge *judge, const uint8_t *bytes, int width)
{
    const struct scalar s = scalar_of(bytes);
    int8_t digits[SCALAR_DIGITS];
    uint8_t sum[SCALAR_BYTES];
    int last = SCALAR_DIGITS + width;
    scalar_digits_var(digits, &s, width);
    BN_zero(judge->r);
    for (int i = SCALAR_DIGITS - 1; i >= 0; i--) {
        const int size = digits[i] < 0 ? -digits[i] : digits[i];
        BN_lshift1(judge->r, judge->r);
        if (digits[i] == 0)
            continue;
        assert_true(size % 2 == 1 && size < 1 << (width - 1) && last - i >= width);
        last = i;
        assert_int_equal(
            digits[i] > 0 ? BN_add_word(judge->r, (BN_ULONG)size) : BN_sub_word(judge->r, (BN_ULONG)size), 1);
    }
    assert_int_equal(BN_bn2binpad(judge->r, sum, sizeof(sum)), sizeof(sum));
    judge_expect("scalar_digits_var", sum, bytes, sizeof(sum), bytes, NULL);
}

static void check_one(struct judge *judge, const uint8_t *a)
{
    static const uint8_t zero[SCALAR_BYTES], one[SCALAR_BYTES] = {[SCALAR_BYTES - 1] = 1};
    const struct scalar s = scalar_of(a);
    struct scalar out = s;
    uint8_t expected[SCALAR_BYTES], inverse[SCALAR_BYTES];
    expect("scalar_decode", &s, a, a, NULL);
    judge_difference(judge, expected, zero, a, judge->n);
    scalar_negate(&out, &out);
    expect("scalar_negate", &out, expected, a, NULL);
    /* The one number below n whose product with a is 1. */
    scalar_invert(&out, &s);
    scalar_encode(inverse, &out);
    assert_true(judge_below(judge, inverse, judge->n));
    judge_product(judge, expected, a, inverse, judge->n);
    const bool is_zero = memcmp(a, zero, sizeof(zero)) == 0;
    judge_expect("scalar_invert", is_zero ? inverse : expected, is_zero ? zero : one, sizeof(zero), a,
                 inverse);
    assert_true(scalar_is_zero(&s) == is_zero);
    for (int width = 2; width <= 7; width++)
        check_digits(judge, a, width);
}

/* Any 32 bytes. */
static void check_decoding(struct judge *judge, const uint8_t *bytes)
{
    struct scalar out;
    uint8_t reduced[SCALAR_BYTES];
    const bool below = judge_below(judge, bytes, judge->n);
    BN_nnmod(judge->r, judge->a, judge->n, judge->bn);
    const bool is_zero = BN_is_zero(judge->r);
    assert_int_equal(BN_bn2binpad(judge->r, reduced, sizeof(reduced)), sizeof(reduced));
    scalar_decode_mod(&out, bytes);
    expect("scalar_decode_mod", &out, reduced, bytes, NULL);
    assert_true(scalar_decode(&out, bytes) == below);
    assert_true(below || scalar_is_zero(&out));
    assert_true(scalar_decode_nonzero(&out, bytes) == (below && !is_zero));
}

/* Any 64 bytes. */
static void check_wide(struct judge *judge, const uint8_t *high, const uint8_t *low)
{
    uint8_t bytes[SCALAR_WIDE_BYTES], expected[SCALAR_BYTES];
    struct scalar out;
    memcpy(bytes, high, SCALAR_BYTES);
    memcpy(bytes + SCALAR_BYTES, low, SCALAR_BYTES);
    BN_bin2bn(bytes, sizeof(bytes), judge->a);
    BN_nnmod(judge->r, judge->a, judge->n, judge->bn);
    assert_int_equal(BN_bn2binpad(judge->r, expected, sizeof(expected)), sizeof(expected));
    scalar_decode_wide(&out, bytes);
    expect("scalar_decode_wide", &out, expected, high, low);
}

static void scalar_edges(void **state)
{
    struct bench bench;
    (void)state;
    setup(&bench, "scalar edges");
    for (size_t i = 0; i < bench.edges.count; i++) {
        check_one(&bench.judge, bench.edges.numbers[i]);
        for (size_t j = 0; j < bench.edges.count; j++)
            check_pair(&bench.judge, bench.edges.numbers[i], bench.edges.numbers[j]);
    }
    edges_beyond(&bench.edges, bench.judge.n);
    for (size_t i = 0; i < bench.edges.count; i++) {
        check_decoding(&bench.judge, bench.edges.numbers[i]);
        for (size_t j = 0; j < bench.edges.count; j++)
            check_wide(&bench.judge, bench.edges.numbers[i], bench.edges.numbers[j]);
    }
    uint8_t order[SCALAR_BYTES];
    assert_int_equal(BN_bn2binpad(bench.judge.n, order, sizeof(order)), sizeof(order));
    expect("scalar_order", &scalar_order, order, order, NULL);
    judge_done(&bench.judge);
}

static void scalar_values(void **state)
{
    struct bench bench;
    uint8_t a[SCALAR_BYTES], b[SCALAR_BYTES];
    (void)state;
    setup(&bench, "scalars");
    for (size_t i = 0; i < test_count(); i++) {
        dice_number_below(&bench.dice, a, bench.judge.n);
        dice_number_below(&bench.dice, b, bench.judge.n);
        check_one(&bench.judge, a);
        check_pair(&bench.judge, a, b);
        dice_number(&bench.dice, a);
        dice_number(&bench.dice, b);
        check_decoding(&bench.judge, a);
        check_wide(&bench.judge, a, b);
    }
    judge_done(&bench.judge);
}

/* Random factors of a product that is near 0, near n or of patterned words, so that the last subtraction is on its edge. */
static void scalar_products_at_the_edge(void **state)
{
    static const uint8_t zero[SCALAR_BYTES];
    struct bench bench;
    uint8_t a[SCALAR_BYTES], b[SCALAR_BYTES], c[SCALAR_BYTES];
    (void)state;
    setup(&bench, "scalar products at the edge");
    for (size_t i = 0; i < test_count(); i++) {
        do
            dice_number_below(&bench.dice, a, bench.judge.n);
        while (memcmp(a, zero, sizeof(a)) == 0);
        if (i % 2)
            dice_number_below(&bench.dice, c, bench.judge.n);
        else
            memcpy(c, bench.edges.numbers[dice_below(&bench.dice, bench.edges.count)], sizeof(c));
        judge_quotient(&bench.judge, b, c, a, bench.judge.n);
        check_binary("scalar_mul", scalar_mul, a, b, c);
    }
    judge_done(&bench.judge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalar_edges),
        cmocka_unit_test(scalar_values),
        cmocka_unit_test(scalar_products_at_the_edge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
