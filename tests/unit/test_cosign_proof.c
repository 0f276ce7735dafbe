/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/cosign_pair.h"

#include "cosign/multiples.h"
#include "cosign/proof.h"

#define TERMS 5

/* A statement about TERMS points, its secrets and a proof of it. */
struct world {
    struct stream stream;
    struct scalar x0, tau;
    uint8_t theta[POINT_BYTES];
    uint8_t secrets[(TERMS - 1) * SCALAR_BYTES];
    uint8_t X0[POINT_BYTES];
    uint8_t rest[(TERMS - 1) * POINT_BYTES];
    struct statement statement;
    uint8_t proof[COSIGN_PROOF_SIZE];
};

static void make_term(struct world *w, struct scalar *x, uint8_t X[POINT_BYTES])
{
    random_scalar(x, &w->stream);
    multiple_encode(X, x);
}

static enum hufu_err make(struct world *w)
{
    return proof_make(w->proof, &w->statement, &w->x0, bytes_of(w->secrets, sizeof(w->secrets)), &w->tau,
                      w->theta);
}

static int set_up(void **state)
{
    static struct world w;
    memset(&w, 0, sizeof(w));
    w.stream.seed = 31;
    make_term(&w, &w.x0, w.X0);
    for (size_t i = 0; i < TERMS - 1; i++) {
        struct scalar x;
        make_term(&w, &x, w.rest + i * POINT_BYTES);
        scalar_encode(w.secrets + i * SCALAR_BYTES, &x);
    }
    make_term(&w, &w.tau, w.theta);
    w.statement = (struct statement){.tag = "tag",
                                     .head = bytes_of_text("head"),
                                     .bound = bytes_of_text("bound"),
                                     .X0 = bytes_of(w.X0, POINT_BYTES),
                                     .rest = bytes_of(w.rest, sizeof(w.rest))};
    assert_ok(make(&w));
    *state = &w;
    return 0;
}

static enum hufu_err judge(const struct world *w, const struct statement *statement)
{
    return proof_check_var(statement, w->proof);
}

static void a_proof_holds(void **state)
{
    struct world *w = *state;
    assert_ok(judge(w, &w->statement));
}

static void a_proof_of_one_point_holds(void **state)
{
    struct world *w = *state;
    w->statement.rest = bytes_of(NULL, 0);
    assert_ok(proof_make(w->proof, &w->statement, &w->x0, bytes_of(NULL, 0), &w->tau, w->theta));
    assert_ok(judge(w, &w->statement));
}

static void a_proof_for_another_tag_head_or_bound_value_does_not_hold(void **state)
{
    struct world *w = *state;
    struct statement other = w->statement;
    other.tag = "another tag";
    assert_int_equal(judge(w, &other), HUFU_ERR_PROOF);
    other = w->statement;
    other.head = bytes_of_text("heae");
    assert_int_equal(judge(w, &other), HUFU_ERR_PROOF);
    other = w->statement;
    other.bound = bytes_of_text("bounc");
    assert_int_equal(judge(w, &other), HUFU_ERR_PROOF);
    other = w->statement;
    other.head = bytes_of_text("headb"); /* the border between head and bound value counts */
    other.bound = bytes_of_text("ound");
    assert_int_equal(judge(w, &other), HUFU_ERR_PROOF);
}

static void a_proof_for_other_points_does_not_hold(void **state)
{
    struct world *w = *state;
    uint8_t X0[POINT_BYTES];
    struct statement other = w->statement;
    memcpy(X0, w->rest, POINT_BYTES); /* two of the points exchanged */
    memcpy(w->rest, w->X0, POINT_BYTES);
    other.X0 = bytes_of(X0, POINT_BYTES);
    assert_int_equal(judge(w, &other), HUFU_ERR_PROOF);
    other = w->statement;
    other.rest.len -= POINT_BYTES;
    assert_int_equal(judge(w, &other), HUFU_ERR_PROOF);
}

static void one_wrong_secret_of_many_is_enough_to_fail(void **state)
{
    struct world *w = *state;
    for (size_t i = 0; i < TERMS - 1; i++) {
        w->secrets[i * SCALAR_BYTES + 31] ^= 1;
        assert_ok(make(w));
        assert_int_equal(judge(w, &w->statement), HUFU_ERR_PROOF);
        w->secrets[i * SCALAR_BYTES + 31] ^= 1;
    }
    scalar_add(&w->x0, &w->x0, &(struct scalar){{1}});
    assert_ok(make(w));
    assert_int_equal(judge(w, &w->statement), HUFU_ERR_PROOF);
}

/* Two wrong secrets whose errors cancel in a plain sum do not cancel under the powers of c. */
static void errors_that_cancel_in_a_sum_are_found(void **state)
{
    struct world *w = *state;
    struct scalar x, one = {{1}};
    scalar_add(&w->x0, &w->x0, &one);
    scalar_of_bytes(&x, w->secrets);
    scalar_sub(&x, &x, &one);
    scalar_encode(w->secrets, &x);
    assert_ok(make(w));
    assert_int_equal(judge(w, &w->statement), HUFU_ERR_PROOF);
}

static void every_flipped_bit_of_a_proof_is_refused(void **state)
{
    struct world *w = *state;
    w->statement.rest.len = 0;
    for (size_t bit = 0; bit < 8 * COSIGN_PROOF_SIZE; bit++) {
        w->proof[bit / 8] ^= (uint8_t)(1u << bit % 8);
        const enum hufu_err err = judge(w, &w->statement);
        assert_true(err == HUFU_ERR_PROOF || err == HUFU_ERR_FORM);
        w->proof[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

static void c_and_z_of_n_or_more_are_malformed(void **state)
{
    struct world *w = *state;
    uint8_t good[COSIGN_PROOF_SIZE];
    memcpy(good, w->proof, sizeof(good));
    for (size_t half = 0; half < 2; half++) {
        memcpy(w->proof + 32 * half, order_bytes, 32);
        assert_int_equal(judge(w, &w->statement), HUFU_ERR_FORM);
        memcpy(w->proof + 32 * half, ones_bytes, 32);
        assert_int_equal(judge(w, &w->statement), HUFU_ERR_FORM);
        memcpy(w->proof, good, sizeof(good));
    }
    assert_ok(judge(w, &w->statement));
}

/* z = 0 is well formed, and n, which is the same scalar, is not: only the comparison with n tells them apart. */
static void a_second_encoding_of_the_same_z_is_malformed(void **state)
{
    struct world *w = *state;
    memset(w->proof + 32, 0, 32);
    assert_int_equal(judge(w, &w->statement), HUFU_ERR_PROOF);
    memcpy(w->proof + 32, order_bytes, 32);
    assert_int_equal(judge(w, &w->statement), HUFU_ERR_FORM);
}

static void a_malformed_point_is_found_before_the_proof_is_judged(void **state)
{
    struct world *w = *state;
    for (size_t i = 0; i < bad_point_count; i++) {
        struct statement other = w->statement;
        memcpy(w->rest + POINT_BYTES, bad_points[i].bytes, POINT_BYTES);
        assert_int_equal(judge(w, &other), HUFU_ERR_FORM);
        other.X0 = bytes_of(bad_points[i].bytes, POINT_BYTES);
        other.rest.len = 0;
        assert_int_equal(judge(w, &other), HUFU_ERR_FORM);
    }
}

static void too_many_points_or_half_a_point_are_malformed(void **state)
{
    static uint8_t many[PROOF_POINTS_MAX * POINT_BYTES];
    struct world *w = *state;
    for (size_t i = 0; i < PROOF_POINTS_MAX; i++)
        memcpy(many + i * POINT_BYTES, w->X0, POINT_BYTES);
    w->statement.rest = bytes_of(many, sizeof(many));
    assert_int_equal(judge(w, &w->statement), HUFU_ERR_FORM);
    w->statement.rest.len = sizeof(many) - POINT_BYTES;
    assert_int_equal(judge(w, &w->statement), HUFU_ERR_PROOF);
    w->statement.rest.len = POINT_BYTES + 1;
    assert_int_equal(judge(w, &w->statement), HUFU_ERR_FORM);
}

/* c = 0 and z = 0 make Θ' infinity whatever the points are; it is refused, not hashed. */
static void a_proof_whose_theta_is_infinity_is_refused(void **state)
{
    struct world *w = *state;
    memset(w->proof, 0, sizeof(w->proof));
    assert_int_equal(judge(w, &w->statement), HUFU_ERR_PROOF);
}

static void a_secret_of_zero_is_not_proved(void **state)
{
    struct world *w = *state;
    memset(w->secrets, 0, SCALAR_BYTES);
    assert_int_equal(make(w), HUFU_ERR_INTERNAL);
    assert_zero(w->proof);
}

/* Not a byte of it is read, so there need not be any. */
static void a_head_too_long_for_its_field_is_refused(void **state)
{
    struct world *w = *state;
    struct statement statement = w->statement;
    uint8_t proof[COSIGN_PROOF_SIZE];
    statement.head.len = COSIGN_FIELD_MAX + 1;
    assert_int_equal(
        proof_make(proof, &statement, &w->x0, bytes_of(w->secrets, sizeof(w->secrets)), &w->tau, w->theta),
        HUFU_ERR_LIMIT);
    assert_zero(proof);
    assert_int_equal(judge(w, &statement), HUFU_ERR_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_proof_holds, set_up),
        cmocka_unit_test_setup(a_proof_of_one_point_holds, set_up),
        cmocka_unit_test_setup(a_proof_for_another_tag_head_or_bound_value_does_not_hold, set_up),
        cmocka_unit_test_setup(a_proof_for_other_points_does_not_hold, set_up),
        cmocka_unit_test_setup(one_wrong_secret_of_many_is_enough_to_fail, set_up),
        cmocka_unit_test_setup(errors_that_cancel_in_a_sum_are_found, set_up),
        cmocka_unit_test_setup(every_flipped_bit_of_a_proof_is_refused, set_up),
        cmocka_unit_test_setup(c_and_z_of_n_or_more_are_malformed, set_up),
        cmocka_unit_test_setup(a_second_encoding_of_the_same_z_is_malformed, set_up),
        cmocka_unit_test_setup(a_malformed_point_is_found_before_the_proof_is_judged, set_up),
        cmocka_unit_test_setup(too_many_points_or_half_a_point_are_malformed, set_up),
        cmocka_unit_test_setup(a_proof_whose_theta_is_infinity_is_refused, set_up),
        cmocka_unit_test_setup(a_secret_of_zero_is_not_proved, set_up),
        cmocka_unit_test_setup(a_head_too_long_for_its_field_is_refused, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
