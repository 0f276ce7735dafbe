/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of inversion: a batch is what single steps make of it, in either kind of time, and every number stays in the range
 * that its comment claims. A wrong range would show in the result for hardly any input. Built for both sizes of words. */
#include "tests/unit/unit.h"

#include <openssl/bn.h>

#include "cosign/arithmetic/inverse.c"
#include "tests/repeatable.h"

#define ROUNDS 2000

/* The definition, step by step. */
static void single_steps(struct matrix *matrix, int64_t *turn, int64_t f, int64_t g)
{
    int64_t u = 1, v = 0, q = 0, r = 1, twice_delta = -1 - 2 * *turn;
    for (int i = 0; i < BATCH; i++) {
        const bool odd = g % 2 != 0;
        if (twice_delta > 0 && odd) {
            const int64_t f_old = f, u_old = u, v_old = v;
            twice_delta = 2 - twice_delta;
            f = g, u = 2 * q, v = 2 * r;
            g = (g - f_old) / 2, q -= u_old, r -= v_old;
        } else {
            twice_delta += 2;
            g = (g + (odd ? f : 0)) / 2, q += odd ? u : 0, r += odd ? v : 0;
            u *= 2, v *= 2;
        }
    }
    *turn = (-1 - twice_delta) / 2;
    *matrix = (struct matrix){(signed_word)u, (signed_word)v, (signed_word)q, (signed_word)r};
}

static void compare_batch(word f, word g, int64_t turn)
{
    struct matrix expected;
    struct state state = {.f.limb[0] = (signed_word)f, .g.limb[0] = (signed_word)g, .turn = turn},
                 var = state;
    int64_t expected_turn = turn;
    single_steps(&expected, &expected_turn, (int64_t)f, (int64_t)g);
    batch_steps(&state);
    assert_memory_equal(&state.batch, &expected, sizeof(expected));
    assert_int_equal(state.turn, expected_turn);
    batch_steps_var(&var);
    assert_memory_equal(&var.batch, &expected, sizeof(expected));
    assert_int_equal(var.turn, expected_turn);
}

static void a_batch_is_its_single_steps(void **state)
{
    uint64_t seed = 1;
    (void)state;
    for (int64_t turn = -40; turn < 40; turn++) {
        const word edges[] = {0, 1, 2, 3, LIMB_MASK / 2, LIMB_MASK / 2 + 1, LIMB_MASK - 1, LIMB_MASK};
        for (size_t i = 0; i < 64; i++)
            compare_batch(edges[i / 8] | 1, edges[i % 8], turn);
        for (int i = 0; i < ROUNDS; i++) {
            const word f = (word)repeatable_number(&seed) & LIMB_MASK,
                       g = (word)repeatable_number(&seed) & LIMB_MASK;
            compare_batch(f | 1, g, turn);
            compare_batch(f | 1, g << i % BATCH & LIMB_MASK, turn); /* with many zeros, so that δ grows */
        }
    }
}

struct judge {
    BN_CTX *work;
    BIGNUM *m, *a, *f, *g, *d, *e, *bound;
};

static void number_of(BIGNUM *out, const struct limbs *limbs)
{
    const signed_word top = limbs->limb[LIMBS - 1];
    assert_true(BN_set_word(out, (BN_ULONG)(top < 0 ? -(int64_t)top : top)));
    BN_set_negative(out, top < 0);
    for (int i = LIMBS - 2; i >= 0; i--) {
        assert_true(limbs->limb[i] >= 0 && (word)limbs->limb[i] <= LIMB_MASK);
        assert_true(BN_lshift(out, out, BATCH));
        assert_true(BN_add_word(out, (BN_ULONG)limbs->limb[i]));
    }
}

static word magnitude(signed_word a)
{
    return a < 0 ? 0 - (word)a : (word)a;
}

static void check_ranges(struct judge *j, const struct state *state)
{
    assert_true(magnitude(state->batch.u) + magnitude(state->batch.v) <= LIMB_MASK + 1);
    assert_true(magnitude(state->batch.q) + magnitude(state->batch.r) <= LIMB_MASK + 1);
    number_of(j->f, &state->f);
    number_of(j->g, &state->g);
    number_of(j->d, &state->d);
    number_of(j->e, &state->e);
    assert_true(BN_ucmp(j->f, j->m) <= 0 && BN_ucmp(j->g, j->m) <= 0);
    assert_true(BN_cmp(j->d, j->m) < 0 && BN_cmp(j->e, j->m) < 0);
    assert_true(BN_lshift1(j->bound, j->m));
    BN_set_negative(j->bound, 1);
    assert_true(BN_cmp(j->bound, j->d) < 0 && BN_cmp(j->bound, j->e) < 0);
    /* f ≡ a·d and g ≡ a·e */
    assert_true(BN_mul(j->d, j->d, j->a, j->work) && BN_sub(j->d, j->d, j->f));
    assert_true(BN_mul(j->e, j->e, j->a, j->work) && BN_sub(j->e, j->e, j->g));
    assert_true(BN_nnmod(j->d, j->d, j->m, j->work) && BN_is_zero(j->d));
    assert_true(BN_nnmod(j->e, j->e, j->m, j->work) && BN_is_zero(j->e));
}

/* Both kinds take the same steps, so that they end in time, and with g = 0. */
static void check_inversion(struct judge *j, const word a[WORDS], const struct modulus *modulus,
                            void (*steps)(struct state *state))
{
    struct state state;
    state_init(&state, a, modulus);
    number_of(j->m, &modulus->m);
    number_of(j->a, &state.g);
    for (int i = 0; i < BATCHES; i++) {
        steps(&state);
        update_fg(&state.f, &state.g, &state.batch);
        update_de(&state.d, &state.e, &state.batch, modulus);
        check_ranges(j, &state);
    }
    assert_true(BN_is_zero(j->g));
    assert_true(BN_is_zero(j->a) ? BN_ucmp(j->f, j->m) == 0 : BN_abs_is_word(j->f, 1));
}

/* times·m + more */
static void multiple_of(struct limbs *out, const struct limbs *m, int times, int more)
{
    signed_wide carry = more;
    for (int i = 0; i < LIMBS; i++) {
        carry += (signed_wide)m->limb[i] * times;
        out->limb[i] = i < LIMBS - 1 ? (signed_word)((word)carry & LIMB_MASK) : (signed_word)carry;
        carry >>= BATCH;
    }
}

/* -2m < number < m; and 2^BATCH·number ≡ x·d + y·e (mod m). */
static void check_update(struct judge *j, const struct limbs *number, signed_word x, signed_word y)
{
    number_of(j->f, number);
    assert_true(BN_lshift(j->bound, j->m, BN_is_negative(j->f) ? 1 : 0));
    assert_true(BN_ucmp(j->f, j->bound) < 0);
    assert_true(BN_lshift(j->f, j->f, BATCH));
    assert_true(BN_copy(j->g, j->d) && BN_mul_word(j->g, magnitude(x)));
    assert_true(x < 0 ? BN_add(j->f, j->f, j->g) : BN_sub(j->f, j->f, j->g));
    assert_true(BN_copy(j->g, j->e) && BN_mul_word(j->g, magnitude(y)));
    assert_true(y < 0 ? BN_add(j->f, j->f, j->g) : BN_sub(j->f, j->f, j->g));
    assert_true(BN_nnmod(j->f, j->f, j->m, j->work) && BN_is_zero(j->f));
}

/* d and e at either end and at each change of sign, with rows whose sums are as large as can be. */
static void check_updates(struct judge *j, const struct modulus *modulus, int d_case, int e_case)
{
    static const int cases[][2] = {{-2, 1}, {-2, 2}, {-1, -1}, {-1, 0}, {-1, 1},
                                   {0, -1}, {0, 0},  {0, 1},   {1, -1}};
    const signed_word full = (signed_word)LIMB_MASK + 1, rows[][2] = {{full, 0},
                                                                      {0, full},
                                                                      {full / 2, full / 2},
                                                                      {-full / 2, full / 2},
                                                                      {full / 2, -full / 2},
                                                                      {-full / 2, -full / 2},
                                                                      {full - 1, 1},
                                                                      {1 - full, 1},
                                                                      {1, full - 1},
                                                                      {1, 1 - full}};
    const size_t count = sizeof(rows) / sizeof(rows[0]);
    number_of(j->m, &modulus->m);
    for (size_t i = 0; i < count * count; i++) {
        const signed_word *row = rows[i / count], *other = rows[i % count];
        struct limbs d, e;
        multiple_of(&d, &modulus->m, cases[d_case][0], cases[d_case][1]);
        multiple_of(&e, &modulus->m, cases[e_case][0], cases[e_case][1]);
        number_of(j->d, &d);
        number_of(j->e, &e);
        update_de(&d, &e, &(struct matrix){row[0], row[1], other[0], other[1]}, modulus);
        check_update(j, &d, row[0], row[1]);
        check_update(j, &e, other[0], other[1]);
    }
}

static int set_up(void **state)
{
    static struct judge j;
    j = (struct judge){BN_CTX_new(), BN_new(), BN_new(), BN_new(), BN_new(), BN_new(), BN_new(), BN_new()};
    *state = &j;
    return 0;
}

static int tear_down(void **state)
{
    struct judge *j = *state;
    BIGNUM *numbers[] = {j->m, j->a, j->f, j->g, j->d, j->e, j->bound};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        BN_free(numbers[i]);
    BN_CTX_free(j->work);
    return 0;
}

static void an_update_keeps_to_the_range_from_its_ends(void **state)
{
    for (int i = 0; i < 81; i++) {
        check_updates(*state, &modulus_p, i / 9, i % 9);
        check_updates(*state, &modulus_n, i / 9, i % 9);
    }
}

static void every_number_stays_in_its_range(void **state)
{
    uint64_t seed = 2;
    for (int i = 0; i < ROUNDS; i++) {
        word a[WORDS] = {(word)i};
        for (int k = 0; i >= 10 && k < WORDS; k++)
            a[k] = (word)repeatable_number(&seed);
        a[WORDS - 1] >>= i % 7 + 1;
        check_inversion(*state, a, &modulus_p, batch_steps);
        check_inversion(*state, a, &modulus_n, batch_steps);
        check_inversion(*state, a, &modulus_p, batch_steps_var);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_batch_is_its_single_steps),
        cmocka_unit_test(an_update_keeps_to_the_range_from_its_ends),
        cmocka_unit_test(every_number_stays_in_its_range),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
