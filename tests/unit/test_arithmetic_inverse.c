/* SPDX-License-Identifier: Apache-2.0 */
/* Inverses against OpenSSL's big numbers; built twice, with the words of this machine and with those of 32 bits.
 * HUFU_TEST_LONG=1: 1,000,000 random values for each modulus, otherwise 20,000. */
#include "tests/unit/unit.h"

#include <openssl/bn.h>

#include "cosign/arithmetic/inverse.h"
#include "tests/repeatable.h"

typedef void inverse_function(word out[WORDS], const word a[WORDS]);

struct judge {
    inverse_function *inverse, *inverse_var; /* the latter may be NULL */
    BN_CTX *work;
    BIGNUM *m, *a, *out;
};

static struct judge *judge_new(const char *m, inverse_function *inverse, inverse_function *inverse_var)
{
    struct judge *judge = calloc(1, sizeof(*judge));
    assert_non_null(judge);
    *judge = (struct judge){inverse, inverse_var, BN_CTX_new(), BN_new(), BN_new(), BN_new()};
    assert_int_equal(BN_hex2bn(&judge->m, m), INTEGER_BYTES * 2);
    return judge;
}

static int set_up_p(void **state)
{
    *state = judge_new("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF", inverse_mod_p,
                       inverse_mod_p_var);
    return 0;
}

static int set_up_n(void **state)
{
    *state =
        judge_new("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123", inverse_mod_n, NULL);
    return 0;
}

/* Another's modulus, in variable time alone: the order of P-256. */
static void inverse_p256(word out[WORDS], const word a[WORDS])
{
    static const struct odd_modulus order = {.m = {WORDS_OF(0xf3b9cac2fc632551), WORDS_OF(0xbce6faada7179e84),
                                                   WORDS_OF(0xffffffffffffffff),
                                                   WORDS_OF(0xffffffff00000000)},
                                             .inverse = (word)0xccd1c8aaee00bc4f};
    inverse_mod_var(out, a, &order);
}

static int set_up_p256(void **state)
{
    *state =
        judge_new("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", inverse_p256, NULL);
    return 0;
}

static int tear_down(void **state)
{
    struct judge *judge = *state;
    BN_free(judge->m);
    BN_free(judge->a);
    BN_free(judge->out);
    BN_CTX_free(judge->work);
    free(judge);
    return 0;
}

static void integer_of(word out[WORDS], const BIGNUM *number)
{
    uint8_t bytes[INTEGER_BYTES];
    assert_int_equal(BN_bn2binpad(number, bytes, sizeof(bytes)), sizeof(bytes));
    integer_load(out, bytes);
}

/* j->a, which is taken mod m first. */
static void compare(struct judge *j)
{
    word a[WORDS], expected[WORDS], out[WORDS];
    assert_true(BN_nnmod(j->a, j->a, j->m, j->work));
    if (BN_is_zero(j->a))
        BN_zero(j->out);
    else
        assert_non_null(BN_mod_inverse(j->out, j->a, j->m, j->work));
    integer_of(a, j->a);
    integer_of(expected, j->out);
    j->inverse(out, a);
    assert_memory_equal(out, expected, sizeof(out));
    memset(out, 0x55, sizeof(out));
    if (j->inverse_var == NULL)
        return;
    j->inverse_var(out, a);
    assert_memory_equal(out, expected, sizeof(out));
}

/* a - 1, a and a + 1. */
static void compare_around(struct judge *j)
{
    assert_true(BN_sub_word(j->a, 1));
    for (int i = 0; i < 3; i++) {
        compare(j);
        assert_true(BN_add_word(j->a, 1));
    }
}

static void small_and_largest_values_have_the_inverse_of_openssl(void **state)
{
    struct judge *j = *state;
    for (BN_ULONG i = 0; i < 300; i++) {
        assert_true(BN_set_word(j->a, i));
        compare(j);
        assert_non_null(BN_copy(j->a, j->m));
        assert_true(BN_sub_word(j->a, i));
        compare(j);
        assert_true(BN_rshift1(j->a, j->m));
        assert_true(BN_add_word(j->a, i));
        compare(j);
    }
}

static void powers_of_two_and_their_neighbours_have_the_inverse_of_openssl(void **state)
{
    struct judge *j = *state;
    for (int i = 0; i < 256; i++) {
        BN_zero(j->a);
        assert_true(BN_set_bit(j->a, i));
        compare_around(j);
        BN_zero(j->a);
        assert_true(BN_set_bit(j->a, i));
        assert_true(BN_sub(j->a, j->m, j->a));
        compare_around(j);
    }
}

static void words_of_ones_and_zeros_have_the_inverse_of_openssl(void **state)
{
    struct judge *j = *state;
    for (int set = 0; set < 256; set++) {
        uint8_t bytes[INTEGER_BYTES];
        for (int i = 0; i < INTEGER_BYTES; i++)
            bytes[i] = (set >> i / 4 & 1) ? 0xff : 0;
        assert_non_null(BN_bin2bn(bytes, sizeof(bytes), j->a));
        if (BN_is_zero(j->a))
            compare(j);
        else
            compare_around(j);
    }
}

static int random_values(void)
{
    return long_form() ? 1000000 : 20000;
}

static void random_values_have_the_inverse_of_openssl(void **state)
{
    struct judge *j = *state;
    uint64_t seed = 1;
    for (int i = random_values(); i > 0; i--) {
        uint8_t bytes[INTEGER_BYTES];
        for (int k = 0; k < INTEGER_BYTES; k++)
            bytes[k] = (uint8_t)(repeatable_number(&seed) >> 56);
        assert_non_null(BN_bin2bn(bytes, sizeof(bytes), j->a));
        compare(j);
    }
}

/* Bits that come in long runs of equal ones, where carries and signs turn. */
static void long_runs_of_bits_have_the_inverse_of_openssl(void **state)
{
    struct judge *j = *state;
    uint64_t seed = 2;
    for (int i = random_values() / 4; i > 0; i--) {
        uint8_t bytes[INTEGER_BYTES] = {0};
        for (int bit = 0; bit < 256;) {
            const uint64_t choice = repeatable_number(&seed);
            for (int run = 1 + (int)(choice >> 1 & 63); run > 0 && bit < 256; run--, bit++)
                bytes[bit / 8] |= (uint8_t)((choice & 1) << bit % 8);
        }
        assert_non_null(BN_bin2bn(bytes, sizeof(bytes), j->a));
        compare(j);
    }
}

static void a_value_times_its_inverse_is_one(void **state)
{
    struct judge *j = *state;
    uint64_t seed = 3;
    for (int i = 0; i < 1000; i++) {
        uint8_t bytes[INTEGER_BYTES];
        word a[WORDS];
        for (int k = 0; k < INTEGER_BYTES; k++)
            bytes[k] = (uint8_t)(repeatable_number(&seed) >> 56);
        assert_non_null(BN_bin2bn(bytes, sizeof(bytes), j->a));
        assert_true(BN_nnmod(j->a, j->a, j->m, j->work));
        integer_of(a, j->a);
        j->inverse(a, a);
        integer_store(bytes, a);
        assert_non_null(BN_bin2bn(bytes, sizeof(bytes), j->out));
        assert_true(BN_cmp(j->out, j->m) < 0);
        assert_true(BN_mod_mul(j->out, j->out, j->a, j->m, j->work));
        assert_true(BN_is_one(j->out));
    }
}

static void the_output_may_be_the_input(void **state)
{
    struct judge *j = *state;
    word a[WORDS] = {7, 6, 5}, expected[WORDS], out[WORDS];
    j->inverse(expected, a);
    memcpy(out, a, sizeof(out));
    j->inverse(out, out);
    assert_memory_equal(out, expected, sizeof(out));
    if (j->inverse_var == NULL)
        return;
    j->inverse_var(a, a);
    assert_memory_equal(a, expected, sizeof(a));
}

#define FOR_EACH(test)                                              \
    cmocka_unit_test_setup_teardown(test, set_up_p, tear_down),     \
        cmocka_unit_test_setup_teardown(test, set_up_n, tear_down), \
        cmocka_unit_test_setup_teardown(test, set_up_p256, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOR_EACH(small_and_largest_values_have_the_inverse_of_openssl),
        FOR_EACH(powers_of_two_and_their_neighbours_have_the_inverse_of_openssl),
        FOR_EACH(words_of_ones_and_zeros_have_the_inverse_of_openssl),
        FOR_EACH(random_values_have_the_inverse_of_openssl),
        FOR_EACH(long_runs_of_bits_have_the_inverse_of_openssl),
        FOR_EACH(a_value_times_its_inverse_is_one),
        FOR_EACH(the_output_may_be_the_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
