/* SPDX-License-Identifier: Apache-2.0 */
/* The field of the lanes of X25519, in both its forms, against OpenSSL's big numbers: with limbs at both ends of what they
 * may be, rubbish above the limbs of elements, and values at the stated bounds. */
#include "tests/unit/unit.h"

#include <openssl/bn.h>
#include <stdio.h>

#include "tests/repeatable.h"
#include "tests/unit/x25519_field.h"

#define LIMB (UINT64_C(1) << 52)
#define LIMB_MAX (LIMB - 1)
#define SUM_MAX ((UINT64_C(1) << 58) - 1)
#define BIAS 1024 /* what is added to a sum from which another is subtracted, in units of p */
#define ROUNDS 3000

struct judge {
    BN_CTX *work;
    BIGNUM *p, *bound, *a, *b, *got, *t; /* bound: 2^255 + 2^163, for elements */
    uint64_t seed;
    const struct x25519_field_form *forms[2];
};

static int set_up(void **state)
{
    static struct judge j;
    j = (struct judge){.work = BN_CTX_new(), .seed = 1, .forms = {&x25519_field_emulated}};
    BIGNUM **numbers[] = {&j.p, &j.bound, &j.a, &j.b, &j.got, &j.t};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
        assert_non_null(*numbers[i] = BN_new());
    assert_true(BN_set_bit(j.p, 255) && BN_copy(j.bound, j.p) && BN_set_bit(j.bound, 163));
    assert_true(BN_sub_word(j.p, 19));
#if HUFU_LANES
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512ifma"))
        j.forms[1] = &x25519_field_avx512;
#endif
    if (!j.forms[1])
        printf("no AVX-512 IFMA here: only the emulation is tested\n");
    *state = &j;
    return 0;
}

static int tear_down(void **state)
{
    struct judge *j = *state;
    BIGNUM *numbers[] = {j->p, j->bound, j->a, j->b, j->got, j->t};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
        BN_free(numbers[i]);
    BN_CTX_free(j->work);
    return 0;
}

static uint64_t next(struct judge *j)
{
    return repeatable_number(&j->seed);
}

/* Below 2^52, often at an end. */
static uint64_t next_limb(struct judge *j)
{
    static const uint64_t ends[] = {
        0, 0, 1, LIMB_MAX, LIMB_MAX, LIMB_MAX - 18, UINT64_C(1) << 51, LIMB_MAX >> 1};
    const uint64_t pick = next(j), value = next(j);
    return pick % 16 < 8 ? ends[pick % 8] : value % LIMB;
}

/* An element: below 2^255 + 2^163, often next to p, 2^255 or that; with rubbish above its limbs. */
static void next_element(struct judge *j, struct x25519_limbs *a)
{
    for (int lane = 0; lane < 8; lane++) {
        uint64_t limb[5];
        const uint64_t pick = next(j) % 8;
        for (int i = 0; i < 5; i++)
            limb[i] = next_limb(j);
        limb[4] %= UINT64_C(1) << 47;
        if (pick == 0) { /* from 2^255 on */
            limb[4] = UINT64_C(1) << 47;
            limb[3] %= 1 << 7;
        } else if (pick == 1) { /* p - 19 to p + 18 */
            for (int i = 1; i < 4; i++)
                limb[i] = LIMB_MAX;
            limb[4] = (UINT64_C(1) << 47) - 1;
            limb[0] = LIMB - 1 - next(j) % 38;
        } else if (pick == 2) { /* 0 to 37 */
            limb[0] = next(j) % 38;
            limb[1] = limb[2] = limb[3] = limb[4] = 0;
        }
        for (int i = 0; i < 5; i++)
            a->limb[i][lane] = limb[i] | next(j) << 52;
    }
}

/* Limbs from 0 to 2^58. */
static void next_sum(struct judge *j, struct x25519_limbs *a)
{
    static const uint64_t ends[] = {0,        1,       LIMB_MAX,           LIMB,
                                    LIMB + 1, SUM_MAX, SUM_MAX - LIMB_MAX, SUM_MAX - LIMB};
    for (int i = 0; i < 5; i++)
        for (int lane = 0; lane < 8; lane++) {
            const uint64_t pick = next(j), value = next(j);
            a->limb[i][lane] = pick % 16 < 8 ? ends[pick % 8]
                               : pick % 2    ? value % LIMB
                                             : value % (SUM_MAX + 1);
        }
}

/* Σ (limb mod 2^52)·2^(52i) of an element; Σ limb·2^(52i) of a sum. */
static void value_of(BIGNUM *out, const struct x25519_limbs *a, int lane, bool is_sum)
{
    BN_zero(out);
    for (int i = 4; i >= 0; i--) {
        const uint64_t limb = a->limb[i][lane];
        assert_true(BN_lshift(out, out, 52) && BN_add_word(out, is_sum ? limb : limb % LIMB));
    }
}

static void assert_same_mod_p(struct judge *j, const BIGNUM *a, const BIGNUM *b)
{
    assert_true(BN_mod_sub(j->t, a, b, j->p, j->work));
    assert_true(BN_is_zero(j->t));
}

/* got = expected (j->a) mod p, and the limbs of it lie above those of k·p and not too far. */
static void check_product(struct judge *j, const struct x25519_limbs *sum, int lane, uint64_t k)
{
    value_of(j->got, sum, lane, true);
    assert_same_mod_p(j, j->got, j->a);
    const uint64_t above = k << 47, less = k * 19;
    for (int i = 0; i < 5; i++) {
        assert_true(sum->limb[i][lane] + less >= above);
        assert_true(sum->limb[i][lane] < above + 11 * LIMB);
    }
}

static void products_and_squares_are_right_within_their_bounds(void **state)
{
    struct judge *j = *state;
    for (int round = 0; round < ROUNDS; round++) {
        struct x25519_limbs a, b, sum;
        const uint64_t k = round % 2 ? BIAS : 0;
        next_element(j, &a);
        next_element(j, &b);
        for (int f = 0; f < 2 && j->forms[f]; f++) {
            j->forms[f]->product(&sum, &a, &b, k);
            for (int lane = 0; lane < 8; lane++) {
                value_of(j->a, &a, lane, false);
                value_of(j->b, &b, lane, false);
                assert_true(BN_mul(j->a, j->a, j->b, j->work));
                check_product(j, &sum, lane, k);
            }
            j->forms[f]->square(&sum, &a, k / 2);
            for (int lane = 0; lane < 8; lane++) {
                value_of(j->a, &a, lane, false);
                assert_true(BN_sqr(j->a, j->a, j->work));
                check_product(j, &sum, lane, k);
            }
        }
    }
}

static void a_small_multiple_is_added(void **state)
{
    struct judge *j = *state;
    for (int round = 0; round < ROUNDS; round++) {
        struct x25519_limbs sum, a, out;
        const uint64_t small = round % 3 ? 121665 : (1 << 18) - 1;
        next_sum(j, &sum);
        next_element(j, &a);
        for (int f = 0; f < 2 && j->forms[f]; f++) {
            j->forms[f]->add_small(&out, &sum, &a, small);
            for (int lane = 0; lane < 8; lane++) {
                value_of(j->a, &sum, lane, true);
                value_of(j->b, &a, lane, false);
                assert_true(BN_mul_word(j->b, small) && BN_add(j->a, j->a, j->b));
                value_of(j->got, &out, lane, true);
                assert_same_mod_p(j, j->got, j->a);
                for (int i = 0; i < 5; i++)
                    assert_true(out.limb[i][lane] - sum.limb[i][lane] < LIMB + (1 << 24));
            }
        }
    }
}

static void sums_become_elements(void **state)
{
    struct judge *j = *state;
    for (int round = 0; round < ROUNDS; round++) {
        struct x25519_limbs sum, element;
        next_sum(j, &sum);
        for (int f = 0; f < 2 && j->forms[f]; f++) {
            j->forms[f]->element(&element, &sum);
            for (int lane = 0; lane < 8; lane++) {
                value_of(j->a, &sum, lane, true);
                value_of(j->got, &element, lane, false);
                assert_true(BN_cmp(j->got, j->bound) < 0);
                assert_same_mod_p(j, j->got, j->a);
            }
        }
    }
}

static void elements_become_canonical(void **state)
{
    struct judge *j = *state;
    for (int round = 0; round < ROUNDS; round++) {
        struct x25519_limbs element, canonical;
        next_element(j, &element);
        for (int f = 0; f < 2 && j->forms[f]; f++) {
            j->forms[f]->canonical(&canonical, &element);
            for (int lane = 0; lane < 8; lane++) {
                value_of(j->a, &element, lane, false);
                assert_true(BN_nnmod(j->a, j->a, j->p, j->work));
                value_of(j->got, &canonical, lane, true);
                assert_int_equal(BN_cmp(j->a, j->got), 0);
                for (int i = 0; i < 5; i++)
                    assert_true(canonical.limb[i][lane] < LIMB);
            }
        }
    }
}

/* 255 bits go in, whatever the highest is, and come out. */
static void bytes_are_loaded_and_stored(void **state)
{
    struct judge *j = *state;
    for (int round = 0; round < ROUNDS; round++) {
        uint8_t in[8][32], out[8][32];
        struct x25519_limbs loaded;
        for (int i = 0; i < 8; i++)
            for (int at = 0; at < 32; at++)
                in[i][at] = next(j) % 4 == 0 ? 0xff : (uint8_t)next(j);
        for (int f = 0; f < 2 && j->forms[f]; f++) {
            j->forms[f]->load(&loaded, (const uint8_t(*)[32])in);
            j->forms[f]->store(out, &loaded);
            for (int lane = 0; lane < 8; lane++) {
                assert_non_null(BN_lebin2bn(in[lane], 32, j->a));
                if (BN_is_bit_set(j->a, 255))
                    assert_true(BN_clear_bit(j->a, 255));
                value_of(j->got, &loaded, lane, true);
                assert_int_equal(BN_cmp(j->a, j->got), 0);
                assert_non_null(BN_lebin2bn(out[lane], 32, j->got));
                assert_int_equal(BN_cmp(j->a, j->got), 0);
                for (int i = 0; i < 5; i++)
                    assert_true(loaded.limb[i][lane] < LIMB);
            }
        }
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(products_and_squares_are_right_within_their_bounds),
        TEST(a_small_multiple_is_added),
        TEST(sums_become_elements),
        TEST(elements_become_canonical),
        TEST(bytes_are_loaded_and_stored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
