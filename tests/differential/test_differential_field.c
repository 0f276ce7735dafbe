/* SPDX-License-Identifier: Apache-2.0 */
/* word.h, field.h and the inversions against OpenSSL's numbers. Compiled once for each form they have: words of 64 bits,
 * words of 32 bits, and with the instructions of field_adx.h. */
#include "cosign/arithmetic/cpu.h"
#include "cosign/arithmetic/field.h"
#include "cosign/arithmetic/inverse.h"
#include "tests/differential/differential_judge.h"
#include "tests/unit/unit.h"

#ifndef VARIANT
#define VARIANT "portable"
#endif

struct bench {
    struct judge judge;
    struct dice dice;
    struct edges edges;
};

static void setup(struct bench *bench, const char *test)
{
#if HUFU_FIELD_ADX
    if (!cpu_has_adx())
        skip();
#endif
    judge_init(&bench->judge);
    dice_init(&bench->dice, test);
    edges_make(&bench->edges, bench->judge.p);
}

static struct field field_of(const uint8_t *bytes)
{
    struct field a;
    integer_load(a.limb, bytes);
    return a;
}

static void expect(const char *what, const struct field *got, const uint8_t *expected, const uint8_t *a,
                   const uint8_t *b)
{
    uint8_t bytes[INTEGER_BYTES];
    integer_store(bytes, got->limb);
    judge_expect(what, bytes, expected, sizeof(bytes), a, b);
}

/* ---- Words and plain integers ---- */

static void words_carry_like_wider_ones(void **state)
{
    static const word words[] = {0,
                                 1,
                                 2,
                                 (word)-1,
                                 (word)-2,
                                 (word)1 << (WORD_BITS - 1),
                                 ((word)1 << (WORD_BITS - 1)) - 1,
                                 (word)1 << (WORD_BITS / 2)};
    const size_t count = sizeof(words) / sizeof(words[0]);
    (void)state;
    for (size_t i = 0; i < count * count * 2; i++) {
        const word a = words[i / 2 % count], b = words[i / 2 / count];
        word carry = i % 2, borrow = i % 2;
        const wide sum = (wide)a + b + carry;
        const wide difference = (wide)a - b - borrow;
        assert_true(word_add(a, b, &carry) == (word)sum && carry == (word)(sum >> WORD_BITS));
        assert_true(word_sub(a, b, &borrow) == (word)difference);
        assert_true(borrow == ((word)(difference >> WORD_BITS) & 1));
    }
}

/* The low 256 bits of what is in r, and what is above them, as 256 bits more. */
static void halves(struct judge *judge, uint8_t low[INTEGER_BYTES], uint8_t high[INTEGER_BYTES])
{
    uint8_t both[2 * INTEGER_BYTES];
    assert_int_equal(BN_bn2binpad(judge->r, both, sizeof(both)), sizeof(both));
    memcpy(high, both, INTEGER_BYTES);
    memcpy(low, both + INTEGER_BYTES, INTEGER_BYTES);
}

static void check_integers(struct judge *judge, const uint8_t *a_bytes, const uint8_t *b_bytes)
{
    uint8_t low[INTEGER_BYTES], high[INTEGER_BYTES], got[INTEGER_BYTES];
    word a[WORDS], b[WORDS], sum[WORDS], t[2 * WORDS];
    integer_load(a, a_bytes);
    integer_load(b, b_bytes);
    BN_bin2bn(a_bytes, INTEGER_BYTES, judge->a);
    BN_bin2bn(b_bytes, INTEGER_BYTES, judge->b);
    BN_add(judge->r, judge->a, judge->b);
    halves(judge, low, high);
    assert_int_equal(integer_add(sum, a, b), high[INTEGER_BYTES - 1]);
    integer_store(got, sum);
    judge_expect("integer_add", got, low, sizeof(got), a_bytes, b_bytes);
    assert_int_equal(integer_sub(sum, sum, b), high[INTEGER_BYTES - 1]); /* what was carried is borrowed */
    assert_true(integer_equal(sum, a));
    BN_mul(judge->r, judge->a, judge->b, judge->bn);
    halves(judge, low, high);
    integer_mul(t, a, b);
    integer_store(got, t);
    judge_expect("integer_mul, low", got, low, sizeof(got), a_bytes, b_bytes);
    integer_store(got, t + WORDS);
    judge_expect("integer_mul, high", got, high, sizeof(got), a_bytes, b_bytes);
    BN_sqr(judge->r, judge->a, judge->bn);
    halves(judge, low, high);
    integer_square(t, a);
    integer_store(got, t);
    judge_expect("integer_square, low", got, low, sizeof(got), a_bytes, NULL);
    integer_store(got, t + WORDS);
    judge_expect("integer_square, high", got, high, sizeof(got), a_bytes, NULL);
    assert_true(integer_is_zero(a) == BN_is_zero(judge->a));
    assert_true(integer_equal(a, b) == (BN_cmp(judge->a, judge->b) == 0));
}

static void integers_of_any_size(void **state)
{
    struct bench bench;
    uint8_t a[INTEGER_BYTES], b[INTEGER_BYTES];
    (void)state;
    setup(&bench, "integers, " VARIANT);
    edges_beyond(&bench.edges, bench.judge.p);
    for (size_t i = 0; i < bench.edges.count * bench.edges.count; i++)
        check_integers(&bench.judge, bench.edges.numbers[i % bench.edges.count],
                       bench.edges.numbers[i / bench.edges.count]);
    for (size_t i = 0; i < test_count(); i++) {
        dice_number(&bench.dice, a);
        dice_number(&bench.dice, b);
        check_integers(&bench.judge, a, b);
    }
    judge_done(&bench.judge);
}

/* ---- The field ---- */

typedef void binary(struct field *out, const struct field *a, const struct field *b);
typedef void unary(struct field *out, const struct field *a);

/* Also with the output in the place of either input. */
static void check_binary(const char *what, binary *function, const uint8_t *a_bytes, const uint8_t *b_bytes,
                         const uint8_t *expected)
{
    const struct field a = field_of(a_bytes), b = field_of(b_bytes);
    struct field out, in_a = a, in_b = b;
    function(&out, &a, &b);
    expect(what, &out, expected, a_bytes, b_bytes);
    function(&in_a, &in_a, &b);
    expect(what, &in_a, expected, a_bytes, b_bytes);
    function(&in_b, &a, &in_b);
    expect(what, &in_b, expected, a_bytes, b_bytes);
}

static void check_unary(const char *what, unary *function, const uint8_t *a_bytes, const uint8_t *expected)
{
    const struct field a = field_of(a_bytes);
    struct field out, in_a = a;
    function(&out, &a);
    expect(what, &out, expected, a_bytes, NULL);
    function(&in_a, &in_a);
    expect(what, &in_a, expected, a_bytes, NULL);
}

static void from_integer(struct field *out, const struct field *a)
{
    field_from_integer(out, a->limb);
}

static void add_to_itself(struct field *out, const struct field *a)
{
    field_add(out, a, a);
}

static void to_integer(struct field *out, const struct field *a)
{
    field_to_integer(out->limb, a);
}

static void negate_if_yes(struct field *out, const struct field *a)
{
    field_negate_if(out, word_mask(1), a);
}

static void negate_if_no(struct field *out, const struct field *a)
{
    field_negate_if(out, word_mask(0), a);
}

/* An element stands for its words by 2^256: sums are sums of the words, and a product is theirs divided by 2^256 once. */
static void check_pair(struct judge *judge, const uint8_t *a, const uint8_t *b, const uint8_t *radix_inverse)
{
    uint8_t expected[INTEGER_BYTES];
    judge_sum(judge, expected, a, b, judge->p);
    check_binary("field_add", field_add, a, b, expected);
    judge_difference(judge, expected, a, b, judge->p);
    check_binary("field_sub", field_sub, a, b, expected);
    judge_product(judge, expected, a, b, judge->p);
    judge_product(judge, expected, expected, radix_inverse, judge->p);
    check_binary("field_mul", field_mul, a, b, expected);
}

static void check_one(struct judge *judge, const uint8_t *a, const uint8_t *radix,
                      const uint8_t *radix_inverse)
{
    static const uint8_t zero[INTEGER_BYTES];
    uint8_t expected[INTEGER_BYTES], half[INTEGER_BYTES];
    const struct field element = field_of(a);
    judge_product(judge, expected, a, a, judge->p);
    judge_product(judge, expected, expected, radix_inverse, judge->p);
    check_unary("field_square", field_square, a, expected);
    judge_sum(judge, expected, a, a, judge->p);
    check_unary("field_add of equal values", add_to_itself, a, expected);
    judge_sum(judge, expected, expected, a, judge->p);
    check_unary("field_triple", field_triple, a, expected);
    judge_difference(judge, expected, zero, a, judge->p);
    check_unary("field_negate", field_negate, a, expected);
    check_unary("field_negate_if", negate_if_yes, a, expected);
    check_unary("field_negate_if not", negate_if_no, a, a);
    judge_product(judge, expected, a, radix, judge->p);
    check_unary("field_from_integer", from_integer, a, expected);
    judge_product(judge, expected, a, radix_inverse, judge->p);
    check_unary("field_to_integer", to_integer, a, expected);
    /* The half of a is the one number below p whose double is a. */
    struct field out, in_a = element;
    field_halve(&out, &element);
    field_halve(&in_a, &in_a);
    assert_true(field_equal(&out, &in_a));
    integer_store(half, out.limb);
    assert_true(judge_below(judge, half, judge->p));
    judge_sum(judge, expected, half, half, judge->p);
    judge_expect("field_halve, doubled", expected, a, sizeof(expected), a, NULL);
    assert_true(field_is_zero(&element) == (memcmp(a, zero, sizeof(zero)) == 0));
}

/* What brings elements in and out of Montgomery's form, by OpenSSL. */
static void radix_of(struct judge *judge, uint8_t radix[INTEGER_BYTES], uint8_t inverse[INTEGER_BYTES])
{
    static const uint8_t one[INTEGER_BYTES] = {[INTEGER_BYTES - 1] = 1};
    BN_nnmod(judge->r, judge->radix, judge->p, judge->bn);
    assert_int_equal(BN_bn2binpad(judge->r, radix, INTEGER_BYTES), INTEGER_BYTES);
    judge_quotient(judge, inverse, one, radix, judge->p);
}

static void field_edges(void **state)
{
    struct bench bench;
    uint8_t radix[INTEGER_BYTES], inverse[INTEGER_BYTES];
    (void)state;
    setup(&bench, "field edges, " VARIANT);
    radix_of(&bench.judge, radix, inverse);
    for (size_t i = 0; i < bench.edges.count; i++) {
        check_one(&bench.judge, bench.edges.numbers[i], radix, inverse);
        for (size_t j = 0; j < bench.edges.count; j++)
            check_pair(&bench.judge, bench.edges.numbers[i], bench.edges.numbers[j], inverse);
    }
    expect("field_one", &field_one, radix, radix, NULL);
    judge_done(&bench.judge);
}

static void field_values(void **state)
{
    struct bench bench;
    uint8_t radix[INTEGER_BYTES], inverse[INTEGER_BYTES], a[INTEGER_BYTES], b[INTEGER_BYTES];
    (void)state;
    setup(&bench, "field, " VARIANT);
    radix_of(&bench.judge, radix, inverse);
    for (size_t i = 0; i < test_count(); i++) {
        dice_number_below(&bench.dice, a, bench.judge.p);
        dice_number_below(&bench.dice, b, bench.judge.p);
        check_one(&bench.judge, a, radix, inverse);
        check_pair(&bench.judge, a, b, inverse);
    }
    judge_done(&bench.judge);
}

/* Random factors of a product that is near 0, near p or of patterned words, so that the last subtraction is on its edge. */
static void field_products_at_the_edge(void **state)
{
    static const uint8_t zero[INTEGER_BYTES];
    struct bench bench;
    uint8_t radix[INTEGER_BYTES], inverse[INTEGER_BYTES], a[INTEGER_BYTES], b[INTEGER_BYTES],
        c[INTEGER_BYTES];
    (void)state;
    setup(&bench, "products at the edge, " VARIANT);
    radix_of(&bench.judge, radix, inverse);
    for (size_t i = 0; i < test_count(); i++) {
        do
            dice_number_below(&bench.dice, a, bench.judge.p);
        while (memcmp(a, zero, sizeof(a)) == 0);
        if (i % 2)
            dice_number_below(&bench.dice, c, bench.judge.p);
        else
            memcpy(c, bench.edges.numbers[dice_below(&bench.dice, bench.edges.count)], sizeof(c));
        judge_quotient(&bench.judge, b, c, a, bench.judge.p);
        judge_product(&bench.judge, b, b, radix, bench.judge.p);
        check_binary("field_mul", field_mul, a, b, c);
    }
    judge_done(&bench.judge);
}

static void check_reduction(struct judge *judge, const uint8_t *low, const uint8_t *high,
                            const uint8_t *inverse)
{
    uint8_t expected[INTEGER_BYTES];
    word t[2 * WORDS];
    struct field out;
    integer_load(t, low);
    integer_load(t + WORDS, high);
    field_reduce(&out, t);
    BN_bin2bn(low, INTEGER_BYTES, judge->a);
    BN_nnmod(judge->r, judge->a, judge->p, judge->bn);
    assert_int_equal(BN_bn2binpad(judge->r, expected, INTEGER_BYTES), INTEGER_BYTES);
    judge_product(judge, expected, expected, inverse, judge->p);
    judge_sum(judge, expected, expected, high, judge->p);
    expect("field_reduce", &out, expected, low, high);
}

/* The whole range that its contract allows: any low half, and a high half below p. */
static void field_reductions(void **state)
{
    struct bench bench;
    struct edges beyond;
    uint8_t radix[INTEGER_BYTES], inverse[INTEGER_BYTES], low[INTEGER_BYTES], high[INTEGER_BYTES];
    (void)state;
    setup(&bench, "field_reduce, " VARIANT);
    radix_of(&bench.judge, radix, inverse);
    beyond = bench.edges;
    edges_beyond(&beyond, bench.judge.p);
    for (size_t i = 0; i < beyond.count * bench.edges.count; i++)
        check_reduction(&bench.judge, beyond.numbers[i % beyond.count], bench.edges.numbers[i / beyond.count],
                        inverse);
    for (size_t i = 0; i < test_count(); i++) {
        dice_number(&bench.dice, low);
        dice_number_below(&bench.dice, high, bench.judge.p);
        check_reduction(&bench.judge, low, high, inverse);
    }
    judge_done(&bench.judge);
}

/* ---- Inversion ---- */

/* The inverse is the one number below the modulus whose product with a is 1; OpenSSL multiplies. */
static void check_inverse(struct judge *judge, const char *what, void (*inverse)(word *, const word *),
                          const uint8_t *a_bytes, const BIGNUM *modulus)
{
    static const uint8_t zero[INTEGER_BYTES], one[INTEGER_BYTES] = {[INTEGER_BYTES - 1] = 1};
    uint8_t got[INTEGER_BYTES], product[INTEGER_BYTES];
    word a[WORDS];
    integer_load(a, a_bytes);
    inverse(a, a);
    integer_store(got, a);
    assert_true(judge_below(judge, got, modulus));
    judge_product(judge, product, got, a_bytes, modulus);
    if (memcmp(a_bytes, zero, sizeof(zero)) == 0)
        judge_expect(what, got, zero, sizeof(got), a_bytes, NULL);
    else
        judge_expect(what, product, one, sizeof(got), a_bytes, got);
}

static void inverses(void **state)
{
    struct bench bench;
    struct edges of_n;
    uint8_t a[INTEGER_BYTES];
    struct judge *judge = &bench.judge;
    (void)state;
    setup(&bench, "inverses, " VARIANT);
    edges_make(&of_n, judge->n);
    for (size_t i = 0; i < bench.edges.count + test_count(); i++) {
        if (i < bench.edges.count)
            memcpy(a, bench.edges.numbers[i], sizeof(a));
        else
            dice_number_below(&bench.dice, a, judge->p);
        check_inverse(judge, "inverse_mod_p", inverse_mod_p, a, judge->p);
        check_inverse(judge, "inverse_mod_p_var", inverse_mod_p_var, a, judge->p);
    }
    for (size_t i = 0; i < of_n.count + test_count(); i++) {
        if (i < of_n.count)
            memcpy(a, of_n.numbers[i], sizeof(a));
        else
            dice_number_below(&bench.dice, a, judge->n);
        check_inverse(judge, "inverse_mod_n", inverse_mod_n, a, judge->n);
    }
    judge_done(judge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_carry_like_wider_ones),
        cmocka_unit_test(integers_of_any_size),
        cmocka_unit_test(field_edges),
        cmocka_unit_test(field_values),
        cmocka_unit_test(field_products_at_the_edge),
        cmocka_unit_test(field_reductions),
        cmocka_unit_test(inverses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
