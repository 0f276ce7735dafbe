/* SPDX-License-Identifier: Apache-2.0 */
/* The policy of an authorization: what is agreed is what is sealed, and what is sealed is replaced and never comes back. */
#include "tests/unit/lending.h"
#include "tests/unit/unit.h"

static void a_policy_that_was_not_agreed_is_refused_and_nobody_is_asked(void **state)
{
    (void)state;
    struct frame_policy others[5];
    agree(SIGN, 10);
    ask();
    for (size_t i = 0; i < 5; i++)
        others[i] = agreed();
    others[0].authorization_id[3] ^= 1;
    others[1].from_ms++;
    others[2].until_ms++;
    others[3].operations |= FRAME_ALLOW_DECRYPT;
    others[4].uses++;
    key_process.calls = 0;
    for (size_t i = 0; i < 5; i++)
        assert_refused_as(hand_over(&others[i]), REFUSAL_CONFLICT);
    assert_refused_as(hand_over(NULL), REFUSAL_NOT_ALLOWED);
    assert_int_equal(key_process.calls, 0);
}

static void change_terms_meanwhile(void)
{
    struct worker other = office.worker;
    struct act by = office_session_act(&person, "authorization.modify");
    struct authorization changed;
    const struct authorization_change change = {.has_until = true,
                                                .terms = {.until_ms = made.terms.until_ms - 1000}};
    other.store = store_open(office.database.server, NULL);
    assert_ok(authorization_modify(&other, &by, made_id, &change, &changed));
    store_close(other.store);
}

static void terms_that_change_meanwhile_are_not_handed_over(void **state)
{
    (void)state;
    struct frame_policy policy;
    agree(SIGN, 10);
    ask();
    policy = agreed();
    key_process.meanwhile = change_terms_meanwhile;
    assert_refused_as(hand_over(&policy), REFUSAL_CONFLICT);
    assert_int_equal(
        number("select count(*) from binding where binding_id = '%s' and record is null", user.binding_id),
        1);
}

/* ---- another policy ---- */

static void a_wider_window_holds_once_the_primary_has_sealed_it(void **state)
{
    (void)state;
    activate(SIGN, 10);
    struct frame_policy wrong;
    const struct authorization_change change = {.has_until = true,
                                                .terms = {.until_ms = made.terms.until_ms + DAY_MS}};
    act = office_session_act(&person, "authorization.modify");
    assert_ok(authorization_modify(&office.worker, &act, made_id, &change, &made));
    assert_true(made.policy_due);
    key_process.result = "made before the policy";
    assert_ok(run_of_user(FRAME_OP_REFRESH, 1));
    wrong = agreed();
    wrong.until_ms++;
    key_process.calls = 0;
    assert_refused_as(set_policy(&wrong), REFUSAL_CONFLICT);
    assert_int_equal(key_process.calls, 0);
    struct frame_policy policy = agreed();
    assert_ok(set_policy(&policy));
    read_made();
    assert_false(made.policy_due);
    assert_int_equal(
        number("select count(*) from binding b join delegation a using (binding_id) where b.binding_id ="
               " '%s' and b.valid_until = a.valid_until and b.record = 'record with the new policy' and"
               " b.next_record is null and b.generation = 1",
               user.binding_id),
        1);
    assert_refused_as(run_of_user(FRAME_OP_PIN_CHECK, 2), REFUSAL_NO_SUCH_GENERATION);
    key_process_reset();
    assert_ok(run_of_user(FRAME_OP_SIGN, 1));
}

static void replace_policy_meanwhile(void)
{
    key_process.meanwhile = NULL;
    database_run(&office.database, "update binding set record = 'newest', policy_number = policy_number + 1"
                                   " where role = 'authorized'");
}

static void answer_again(void)
{
    key_process.meanwhile = NULL;
    key_process.err = HUFU_OK;
}

static void destroy_policy_meanwhile(void)
{
    replace_policy_meanwhile();
    key_process.err = HUFU_ERR_DESTROYED;
    key_process.meanwhile = answer_again;
}

static void a_refresh_that_meets_a_new_policy_does_not_bring_the_old_one_back(void **state)
{
    (void)state;
    activate(SIGN, 10);
    key_process.result = "record of generation two with the old policy";
    key_process.meanwhile = replace_policy_meanwhile;
    assert_refused_as(run_of_user(FRAME_OP_REFRESH, 1), REFUSAL_CONFLICT);
    assert_int_equal(number("select count(*) from binding where binding_id = '%s' and next_record is null and"
                            " record = 'newest'",
                            user.binding_id),
                     1);
    assert_ok(run_of_user(FRAME_OP_REFRESH, 1));
}

static void of_two_policies_at_once_one_is_sealed(void **state)
{
    (void)state;
    struct frame_policy policy;
    activate(SIGN, 10);
    policy = agreed();
    key_process.meanwhile = replace_policy_meanwhile;
    assert_refused_as(set_policy(&policy), REFUSAL_CONFLICT);
    assert_ok(set_policy(&policy));
    assert_int_equal(number("select policy_number from binding where binding_id = '%s'", user.binding_id), 2);
    assert_int_equal(
        number("select count(*) from destruction where binding_id = '%s' and policy", user.binding_id) +
            number("select count(*) from destruction_order where binding_id = '%s' and policy",
                   user.binding_id),
        2);
}

static void what_meets_the_end_of_a_policy_is_done_with_the_new_one(void **state)
{
    (void)state;
    activate(SIGN, 10);
    key_process.meanwhile = destroy_policy_meanwhile;
    key_process.calls = 0;
    assert_ok(run_of_user(FRAME_OP_SIGN, 1));
    assert_int_equal(key_process.calls, 2);
    assert_string_equal(key_process.record, "newest");
    key_process.err = HUFU_ERR_DESTROYED;
    assert_refused_as(run_of_user(FRAME_OP_SIGN, 1), REFUSAL_RECORD_DESTROYED);
}

static void an_authorized_user_seals_no_policy_and_hands_nothing_over(void **state)
{
    (void)state;
    activate(SIGN, 10);
    struct person holder = person;
    struct frame_policy policy = agreed();
    person = user;
    assert_refused_as(set_policy(&policy), REFUSAL_NOT_FOUND);
    person = holder;
}

#define TEST(test) cmocka_unit_test_setup(test, lending_add)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_policy_that_was_not_agreed_is_refused_and_nobody_is_asked),
        TEST(terms_that_change_meanwhile_are_not_handed_over),
        TEST(a_wider_window_holds_once_the_primary_has_sealed_it),
        TEST(a_refresh_that_meets_a_new_policy_does_not_bring_the_old_one_back),
        TEST(of_two_policies_at_once_one_is_sealed),
        TEST(what_meets_the_end_of_a_policy_is_done_with_the_new_one),
        TEST(an_authorized_user_seals_no_policy_and_hands_nothing_over),
    };
    return cmocka_run_group_tests(tests, office_open, office_close);
}
