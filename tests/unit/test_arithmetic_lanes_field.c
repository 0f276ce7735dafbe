/* SPDX-License-Identifier: Apache-2.0 */
/* The field of the eight lanes, of the SM2 curve or with FIELD_P256 of P-256, in both its forms, against OpenSSL's big numbers: with limbs at both ends of what they
 * may be, rubbish above the limbs of elements, and values at the stated bounds. */
#include "tests/unit/unit.h"

#include <openssl/bn.h>
#include <stdio.h>

#include "tests/repeatable.h"
#include "tests/unit/lanes_field.h"

#define LIMB_MASK ((UINT64_C(1) << 52) - 1)
#define ROUNDS 3000

#ifdef FIELD_P256
#define PRIME "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"
#define ORDER "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"
#else
#define PRIME "fffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffff"
#define ORDER "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123"
#endif

struct judge {
    BN_CTX *work;
    BIGNUM *p, *r, *a, *b, *low, *high, *got;
    uint64_t seed;
    const struct field_form *forms[2];
};

static int set_up(void **state)
{
    static struct judge j;
    j = (struct judge){.work = BN_CTX_new(), .seed = 1, .forms = {&field_emulated}};
    BIGNUM **numbers[] = {&j.p, &j.r, &j.a, &j.b, &j.low, &j.high, &j.got};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
        assert_non_null(*numbers[i] = BN_new());
    assert_true(BN_hex2bn(&j.p, PRIME));
    assert_true(BN_set_bit(j.r, 260));
#if HUFU_LANES
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512ifma"))
        j.forms[1] = &field_avx512;
#endif
    if (!j.forms[1])
        printf("no AVX-512 IFMA here: only the emulation is tested\n");
    *state = &j;
    return 0;
}

static int tear_down(void **state)
{
    struct judge *j = *state;
    BIGNUM *numbers[] = {j->p, j->r, j->a, j->b, j->low, j->high, j->got};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
        BN_free(numbers[i]);
    BN_CTX_free(j->work);
    return 0;
}

static uint64_t next(struct judge *j)
{
    return repeatable_number(&j->seed);
}

/* 52 bits, often at an end, and rubbish above. */
static uint64_t next_limb(struct judge *j)
{
    static const uint64_t ends[] = {
        0, 0, 1, LIMB_MASK, LIMB_MASK, LIMB_MASK - 1, UINT64_C(1) << 51, LIMB_MASK >> 1};
    const uint64_t pick = next(j), value = next(j);
    return pick % 16 < 8 ? (value & ~LIMB_MASK) | ends[pick % 8] : value;
}

/* Σ (limb mod 2^52)·2^(52i) of an element; Σ limb·2^(52i), limbs signed, of a sum. */
static void value_of(BIGNUM *out, const struct field_limbs *a, int lane, bool is_sum)
{
    BN_zero(out);
    for (int i = 4; i >= 0; i--) {
        const uint64_t limb = is_sum ? a->limb[i][lane] : a->limb[i][lane] & LIMB_MASK;
        assert_true(BN_lshift(out, out, 52));
        if (is_sum && limb >> 63)
            assert_true(BN_sub_word(out, 0 - limb));
        else
            assert_true(BN_add_word(out, limb));
    }
}

static void next_element(struct judge *j, struct field_limbs *a)
{
    for (int i = 0; i < 5; i++)
        for (int lane = 0; lane < 8; lane++)
            a->limb[i][lane] = next_limb(j);
}

/* a of k·p ≤ got < a·b/R + (k + 1)·p, and R·got = a·b mod p. */
static void check_product(struct judge *j, const struct field_limbs *sum, int lane, BN_ULONG k)
{
    value_of(j->got, sum, lane, true);
    assert_true(BN_copy(j->low, j->p) && BN_mul_word(j->low, k));
    assert_true(BN_cmp(j->got, j->low) >= 0);
    assert_true(BN_sub(j->got, j->got, j->low));
    assert_true(BN_mul(j->high, j->got, j->r, j->work)); /* R·got < a·b + R·p */
    assert_true(BN_mul(j->low, j->a, j->b, j->work));
    assert_true(BN_sub(j->high, j->high, j->low));
    assert_true(BN_mul(j->low, j->r, j->p, j->work));
    assert_true(BN_cmp(j->high, j->low) < 0);
    assert_true(BN_nnmod(j->high, j->high, j->p, j->work));
    assert_true(BN_is_zero(j->high));
}

static void products_and_squares_are_right_within_their_bounds(void **state)
{
    struct judge *j = *state;
    for (int round = 0; round < ROUNDS; round++) {
        struct field_limbs a, b, sum;
        const BN_ULONG k = next(j) % 15;
        next_element(j, &a);
        next_element(j, &b);
        for (int f = 0; f < 2 && j->forms[f]; f++) {
            j->forms[f]->product(&sum, &a, &b, k);
            for (int lane = 0; lane < 8; lane++) {
                value_of(j->a, &a, lane, false);
                value_of(j->b, &b, lane, false);
                check_product(j, &sum, lane, k);
            }
            j->forms[f]->square(&sum, &a, k);
            for (int lane = 0; lane < 8; lane++) {
                value_of(j->a, &a, lane, false);
                value_of(j->b, &a, lane, false);
                check_product(j, &sum, lane, 2 * k);
            }
        }
    }
}

/* A value from 0 to 2^260 in signed limbs of up to 2^58, often next to a multiple of 2^256 or of p. */
static void next_sum(struct judge *j, struct field_limbs *a, int lane)
{
    const uint64_t pick = next(j), near = next(j) % 5;
    uint64_t clean[5];
    if (pick % 4 == 0) {
        for (int i = 0; i < 5; i++)
            clean[i] = next_limb(j) & LIMB_MASK;
    } else {
        BN_zero(j->low);
        assert_true(BN_set_bit(j->low, 256));
        assert_true(BN_copy(j->a, pick % 4 == 1 ? j->p : j->low) && BN_mul_word(j->a, next(j) % 16));
        assert_true(BN_add_word(j->a, near));
        if (!BN_is_zero(j->a) && BN_num_bits(j->a) > 3)
            assert_true(BN_sub_word(j->a, 2));
        uint8_t bytes[40];
        assert_int_equal(BN_bn2lebinpad(j->a, bytes, sizeof(bytes)), sizeof(bytes));
        for (int i = 0; i < 5; i++) {
            clean[i] = 0;
            for (int bit = 0; bit < 52; bit++) {
                const int at = 52 * i + bit;
                clean[i] |= (uint64_t)(bytes[at / 8] >> (at % 8) & 1) << bit;
            }
        }
    }
    for (int i = 0; i < 4; i++) { /* borrow from the next limb, or lend it: up to 2^6 of its units */
        const uint64_t moved = next(j) % 127 - 63;
        clean[i] += moved << 52;
        clean[i + 1] -= moved;
    }
    for (int i = 0; i < 5; i++)
        a->limb[i][lane] = clean[i];
}

static void check_element(struct judge *j, const struct field_limbs *sum, const struct field_limbs *element,
                          int lane, bool reduced)
{
    value_of(j->a, sum, lane, true);
    value_of(j->got, element, lane, false);
    if (!reduced) {
        assert_int_equal(BN_cmp(j->a, j->got), 0);
        return;
    }
    BN_zero(j->high);
    assert_true(BN_set_bit(j->high, 224) && BN_mul_word(j->high, 17) && BN_add(j->high, j->high, j->p));
    assert_true(BN_cmp(j->got, j->high) < 0);
    assert_true(BN_mod_sub(j->a, j->a, j->got, j->p, j->work));
    assert_true(BN_is_zero(j->a));
}

static void sums_become_elements(void **state)
{
    struct judge *j = *state;
    for (int round = 0; round < ROUNDS; round++) {
        struct field_limbs sum, element;
        for (int lane = 0; lane < 8; lane++)
            next_sum(j, &sum, lane);
        for (int f = 0; f < 2 && j->forms[f]; f++) {
            j->forms[f]->element(&element, &sum);
            for (int lane = 0; lane < 8; lane++)
                check_element(j, &sum, &element, lane, false);
            j->forms[f]->reduced(&element, &sum);
            for (int lane = 0; lane < 8; lane++)
                check_element(j, &sum, &element, lane, true);
        }
    }
}

static void reduced_elements_become_canonical(void **state)
{
    struct judge *j = *state;
    for (int round = 0; round < ROUNDS; round++) {
        struct field_limbs sum, element, canonical;
        uint64_t zero[8];
        for (int lane = 0; lane < 8; lane++)
            next_sum(j, &sum, lane);
        for (int f = 0; f < 2 && j->forms[f]; f++) {
            j->forms[f]->reduced(&element, &sum);
            j->forms[f]->canonical(&canonical, &element);
            j->forms[f]->is_zero(zero, &element);
            for (int lane = 0; lane < 8; lane++) {
                value_of(j->a, &sum, lane, true);
                value_of(j->got, &canonical, lane, false);
                value_of(j->b, &canonical, lane, true);
                assert_true(BN_nnmod(j->a, j->a, j->p, j->work));
                assert_int_equal(BN_cmp(j->a, j->got), 0);
                assert_int_equal(BN_cmp(j->a, j->b), 0);
                assert_int_equal(zero[lane], BN_is_zero(j->a));
            }
        }
    }
}

static void one_and_the_order_are_those_of_the_curve(void **state)
{
    struct judge *j = *state;
    struct field_limbs one, order;
    for (int f = 0; f < 2 && j->forms[f]; f++) {
        j->forms[f]->constants(&one, &order);
        for (int lane = 0; lane < 8; lane++) {
            value_of(j->got, &one, lane, true);
            assert_true(BN_nnmod(j->a, j->r, j->p, j->work));
            assert_int_equal(BN_cmp(j->a, j->got), 0);
            value_of(j->got, &order, lane, true);
            assert_true(BN_hex2bn(&j->a, ORDER));
            assert_int_equal(BN_cmp(j->a, j->got), 0);
        }
    }
}

static void words_are_loaded_and_stored(void **state)
{
    struct judge *j = *state;
    for (int round = 0; round < ROUNDS; round++) {
        struct field_words in, out;
        struct field_limbs loaded;
        for (int i = 0; i < 4; i++)
            for (int lane = 0; lane < 8; lane++)
                in.row[i][lane] = next(j) % 4 == 0 ? ~UINT64_C(0) : next(j);
        for (int f = 0; f < 2 && j->forms[f]; f++) {
            j->forms[f]->words(&out, &loaded, &in);
            assert_memory_equal(&in, &out, sizeof(in));
            for (int lane = 0; lane < 8; lane++) {
                value_of(j->got, &loaded, lane, true);
                BN_zero(j->a);
                for (int i = 3; i >= 0; i--)
                    assert_true(BN_lshift(j->a, j->a, 64) && BN_add_word(j->a, in.row[i][lane]));
                assert_int_equal(BN_cmp(j->a, j->got), 0);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(products_and_squares_are_right_within_their_bounds, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(sums_become_elements, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reduced_elements_become_canonical, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_and_the_order_are_those_of_the_curve, set_up, tear_down),
        cmocka_unit_test_setup_teardown(words_are_loaded_and_stored, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
