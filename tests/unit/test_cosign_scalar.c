/* SPDX-License-Identifier: Apache-2.0 */
/* Arithmetic mod n against OpenSSL's big numbers, on random values and on those where carries and borrows turn. */
#include "tests/unit/cosign_pair.h"

#include <openssl/bn.h>

#include "common/secret.h"

#define RANDOM_PAIRS 3000

struct judge {
    BN_CTX *work;
    BIGNUM *n, *a, *b, *out;
};

static int set_up(void **state)
{
    static struct judge judge;
    judge = (struct judge){BN_CTX_new(), BN_new(), BN_new(), BN_new(), BN_new()};
    assert_non_null(BN_bin2bn(order_bytes, 32, judge.n));
    *state = &judge;
    return 0;
}

static int tear_down(void **state)
{
    struct judge *judge = *state;
    BN_free(judge->n);
    BN_free(judge->a);
    BN_free(judge->b);
    BN_free(judge->out);
    BN_CTX_free(judge->work);
    return 0;
}

static void to_bignum(BIGNUM *out, const struct scalar *s)
{
    uint8_t bytes[32];
    scalar_encode(bytes, s);
    assert_non_null(BN_bin2bn(bytes, 32, out));
}

static void assert_scalar(const struct scalar *got, const BIGNUM *expected)
{
    uint8_t bytes[32], expected_bytes[32];
    scalar_encode(bytes, got);
    assert_int_equal(BN_bn2binpad(expected, expected_bytes, 32), 32);
    assert_memory_equal(bytes, expected_bytes, 32);
}

/* 0, 1, 2, n-1, n-2, around n/2, each power of two at a limb's border and its neighbours, all taken mod n. */
static size_t edges(struct scalar out[64])
{
    size_t count = 0;
    struct scalar one = {{1}};
    const uint8_t half_bytes[32] = {0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                    0xff, 0xff, 0xff, 0xff, 0xff, 0xb9, 0x01, 0xef, 0xb5, 0x90, 0xe3,
                                    0x02, 0x95, 0xa9, 0xdd, 0xfa, 0x04, 0x9c, 0xea, 0xa0, 0x92};
    struct scalar half;
    scalar_of_bytes(&half, half_bytes);
    out[count++] = (struct scalar){{0}};
    for (int shift = 0; shift < 256; shift += shift % 64 == 63 ? 1 : 31 + (shift % 64 == 31)) {
        uint8_t bytes[32] = {0};
        bytes[31 - shift / 8] = (uint8_t)(1u << shift % 8);
        scalar_decode_mod(&out[count], bytes);
        scalar_add(&out[count + 1], &out[count], &one);
        scalar_sub(&out[count + 2], &out[count], &one);
        count += 3;
    }
    scalar_negate(&out[count++], &one);
    scalar_sub(&out[count], &out[count - 1], &one);
    count++;
    out[count++] = half;
    scalar_add(&out[count], &half, &one);
    return count + 1;
}

static void compare_pair(struct judge *j, const struct scalar *a, const struct scalar *b)
{
    struct scalar out;
    to_bignum(j->a, a);
    to_bignum(j->b, b);
    scalar_add(&out, a, b);
    BN_mod_add(j->out, j->a, j->b, j->n, j->work);
    assert_scalar(&out, j->out);
    scalar_sub(&out, a, b);
    BN_mod_sub(j->out, j->a, j->b, j->n, j->work);
    assert_scalar(&out, j->out);
    scalar_mul(&out, a, b);
    BN_mod_mul(j->out, j->a, j->b, j->n, j->work);
    assert_scalar(&out, j->out);
    assert_int_equal(scalar_equal(a, b), BN_cmp(j->a, j->b) == 0);
}

static void sums_differences_and_products_are_those_of_openssl_on_edges(void **state)
{
    struct scalar values[64];
    const size_t count = edges(values);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < count; k++)
            compare_pair(*state, &values[i], &values[k]);
}

static void sums_differences_and_products_are_those_of_openssl_on_random_values(void **state)
{
    struct stream stream = {.seed = 11};
    for (int i = 0; i < RANDOM_PAIRS; i++) {
        struct scalar a, b;
        random_scalar(&a, &stream);
        random_scalar(&b, &stream);
        compare_pair(*state, &a, &b);
    }
}

static void compare_alone(struct judge *j, const struct scalar *a)
{
    struct scalar out;
    to_bignum(j->a, a);
    scalar_negate(&out, a);
    BN_mod_sub(j->out, j->n, j->a, j->n, j->work);
    assert_scalar(&out, j->out);
    assert_int_equal(scalar_is_zero(a), BN_is_zero(j->a));
    scalar_invert(&out, a);
    if (BN_is_zero(j->a)) {
        assert_true(scalar_is_zero(&out));
    } else {
        assert_non_null(BN_mod_inverse(j->out, j->a, j->n, j->work));
        assert_scalar(&out, j->out);
    }
}

static void inverses_and_negatives_are_those_of_openssl(void **state)
{
    struct stream stream = {.seed = 12};
    struct scalar values[64];
    const size_t count = edges(values);
    for (size_t i = 0; i < count; i++)
        compare_alone(*state, &values[i]);
    for (int i = 0; i < RANDOM_PAIRS / 4; i++) {
        random_scalar(&values[0], &stream);
        compare_alone(*state, &values[0]);
    }
}

static void compare_wide(struct judge *j, const uint8_t bytes[64])
{
    struct scalar out;
    assert_non_null(BN_bin2bn(bytes, 64, j->a));
    BN_mod(j->out, j->a, j->n, j->work);
    scalar_decode_wide(&out, bytes);
    assert_scalar(&out, j->out);
    assert_non_null(BN_bin2bn(bytes, 32, j->a));
    BN_mod(j->out, j->a, j->n, j->work);
    scalar_decode_mod(&out, bytes);
    assert_scalar(&out, j->out);
}

static void inverses_made_together_are_those_made_alone(void **state)
{
    struct stream stream = {.seed = 16};
    struct scalar a[17], out[17], expected;
    (void)state;
    for (size_t i = 0; i < 17; i++)
        random_scalar(&a[i], &stream);
    a[3] = a[2];
    a[5] = (struct scalar){{1}};
    scalar_negate(&a[6], &a[5]);
    for (size_t count = 0; count <= 17; count++) {
        memset(out, 0, sizeof(out));
        scalar_invert_each(out, a, count);
        for (size_t i = 0; i < count; i++) {
            scalar_invert(&expected, &a[i]);
            assert_true(scalar_equal(&out[i], &expected));
        }
        assert_true(all_zero(out + count, (17 - count) * sizeof(out[0])));
    }
}

static void any_bytes_are_taken_mod_n(void **state)
{
    struct stream stream = {.seed = 13};
    uint8_t bytes[64];
    for (int i = 0; i < RANDOM_PAIRS; i++) {
        assert_ok(stream_fill(&stream, bytes, sizeof(bytes)));
        compare_wide(*state, bytes);
    }
    memset(bytes, 0xff, sizeof(bytes));
    compare_wide(*state, bytes);
    memset(bytes, 0, sizeof(bytes));
    compare_wide(*state, bytes);
    for (int i = 0; i < 4; i++) { /* n ‖ 0, n ‖ n, 0 ‖ n, and 1 more */
        memcpy(bytes + (i & 1 ? 0 : 32), order_bytes, 32);
        bytes[63] = (uint8_t)(bytes[63] + i / 2);
        compare_wide(*state, bytes);
    }
}

static void a_value_of_n_or_more_is_refused(void **state)
{
    struct scalar out;
    uint8_t bytes[32];
    (void)state;
    memcpy(bytes, order_bytes, 32);
    assert_false(scalar_decode(&out, bytes));
    assert_zero(out);
    bytes[31]++;
    assert_false(scalar_decode(&out, bytes));
    bytes[31] = (uint8_t)(bytes[31] - 2); /* n - 1 */
    assert_true(scalar_decode(&out, bytes));
    assert_true(scalar_decode_nonzero(&out, bytes));
    assert_false(scalar_decode(&out, ones_bytes));
    assert_zero(out);
}

static void zero_is_refused_where_it_must_not_be(void **state)
{
    struct scalar out;
    const uint8_t zero[32] = {0};
    (void)state;
    assert_true(scalar_decode(&out, zero));
    assert_false(scalar_decode_nonzero(&out, zero));
    assert_false(scalar_decode_nonzero(&out, order_bytes));
}

static void outputs_may_be_inputs(void **state)
{
    struct stream stream = {.seed = 14};
    struct scalar a, b, expected, out;
    (void)state;
    random_scalar(&a, &stream);
    random_scalar(&b, &stream);
    scalar_mul(&expected, &a, &b);
    out = a;
    scalar_mul(&out, &out, &b);
    assert_true(scalar_equal(&out, &expected));
    out = b;
    scalar_mul(&out, &a, &out);
    assert_true(scalar_equal(&out, &expected));
    scalar_sub(&expected, &a, &b);
    out = b;
    scalar_sub(&out, &a, &out);
    assert_true(scalar_equal(&out, &expected));
    scalar_invert(&expected, &a);
    out = a;
    scalar_invert(&out, &out);
    assert_true(scalar_equal(&out, &expected));
}

/* Σ digit·2^i, from the top. */
static void digits_value(struct scalar *out, const int8_t digits[SCALAR_DIGITS])
{
    *out = (struct scalar){{0}};
    for (int i = SCALAR_DIGITS - 1; i >= 0; i--) {
        struct scalar digit = {{(word)abs(digits[i])}};
        scalar_add(out, out, out);
        if (digits[i] < 0)
            scalar_sub(out, out, &digit);
        else
            scalar_add(out, out, &digit);
    }
}

static void check_digits_of(const struct scalar *s, int width)
{
    int8_t digits[SCALAR_DIGITS];
    struct scalar back;
    int last = -width;
    memset(digits, 0x55, sizeof(digits));
    scalar_digits_var(digits, s, width);
    for (int i = 0; i < SCALAR_DIGITS; i++) {
        if (digits[i] == 0)
            continue;
        assert_true(digits[i] % 2 != 0 && abs(digits[i]) < 1 << (width - 1) && i - last >= width);
        last = i;
    }
    digits_value(&back, digits);
    assert_true(scalar_equal(&back, s));
}

static void check_digits(const struct scalar *s)
{
    for (int width = 2; width <= 7; width++)
        check_digits_of(s, width);
}

static void signed_digits_add_up_to_the_scalar(void **state)
{
    struct stream stream = {.seed = 15};
    struct scalar values[64];
    const size_t count = edges(values);
    (void)state;
    for (size_t i = 0; i < count; i++)
        check_digits(&values[i]);
    for (int i = 0; i < RANDOM_PAIRS; i++) {
        random_scalar(&values[0], &stream);
        check_digits(&values[0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_differences_and_products_are_those_of_openssl_on_edges),
        cmocka_unit_test(sums_differences_and_products_are_those_of_openssl_on_random_values),
        cmocka_unit_test(inverses_and_negatives_are_those_of_openssl),
        cmocka_unit_test(inverses_made_together_are_those_made_alone),
        cmocka_unit_test(any_bytes_are_taken_mod_n),
        cmocka_unit_test(a_value_of_n_or_more_is_refused),
        cmocka_unit_test(zero_is_refused_where_it_must_not_be),
        cmocka_unit_test(outputs_may_be_inputs),
        cmocka_unit_test(signed_digits_add_up_to_the_scalar),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
