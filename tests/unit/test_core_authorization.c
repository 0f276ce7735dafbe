/* SPDX-License-Identifier: Apache-2.0 */
/* Authorizations from the hand-over on: what is sealed, counted, frozen and ended. The states and who may what: tests/api. */
#include "server/core/machine.h"
#include "tests/unit/lending.h"
#include "tests/unit/unit.h"

/* ---- the hand-over ---- */

static void the_agreed_policy_is_handed_over_and_the_first_refresh_makes_it_active(void **state)
{
    (void)state;
    struct frame_policy policy;
    agree(SIGN, 10);
    ask();
    policy = agreed();
    assert_ok(hand_over(&policy));
    read_made();
    assert_int_equal(made.state, AUTHORIZATION_AWAITING_DEVICE);
    assert_true(made.sealed);
    assert_refused_as(run_of_user(FRAME_OP_SIGN, 0), REFUSAL_BINDING_NOT_ACTIVE);
    assert_ok(run_of_user(FRAME_OP_REFRESH, 0));
    assert_ok(run_of_user(FRAME_OP_PIN_CHECK, 1));
    read_made();
    assert_int_equal(made.state, AUTHORIZATION_ACTIVE);
    assert_false(made.policy_due);
    assert_int_equal(
        number("select count(*) from binding b join delegation a using (binding_id) where b.binding_id ="
               " '%s' and b.role = 'authorized' and b.valid_until = a.sealed_until and b.uses_left = 10",
               user.binding_id),
        1);
    assert_int_equal(
        number("select count(*) from audit_event where action = 'binding.handover' and party_id = '%s'",
               user.account_id),
        1);
}

static void a_half_is_refreshed_before_its_window_begins_and_does_not_sign(void **state)
{
    (void)state;
    struct frame_policy policy;
    agree(SIGN, 0);
    database_run(&office.database,
                 "update delegation set valid_from = date_trunc('second', now() + interval '1 hour')");
    read_made();
    ask();
    policy = agreed();
    assert_ok(hand_over(&policy));
    assert_ok(run_of_user(FRAME_OP_REFRESH, 0));
    assert_ok(run_of_user(FRAME_OP_PIN_CHECK, 1));
    assert_refused_as(run_of_user(FRAME_OP_SIGN, 1), REFUSAL_WINDOW_CLOSED);
}

static void the_holders_device_is_not_let_in_as_the_authorized_binding(void **state)
{
    (void)state;
    activate(SIGN, 10);
    struct person thief = person;
    memcpy(thief.binding_id, user.binding_id, UUID_SIZE);
    office_frame(&frame, &thief, FRAME_OP_SIGN);
    frame.head.generation = 1;
    office_seal(&frame);
    act = office_act(&thief, "sm2/sign");
    assert_refused_as(office_run(&office.worker, &act, FRAME_OP_SIGN, &frame.in, &out), REFUSAL_NOT_FOUND);
}

/* ---- counting ---- */

static void each_digest_is_a_use_a_retry_is_none_and_the_answer_tells_what_is_left(void **state)
{
    (void)state;
    activate(SIGN, 2);
    assert_ok(run_of_user(FRAME_OP_SIGN, 1));
    assert_true(out.uses_counted);
    assert_int_equal(out.uses_left, 1);
    assert_int_equal(out.valid_until_ms, made.terms.until_ms);
    act = office_act(&user, "sm2/sign");
    assert_ok(office_run(&office.worker, &act, FRAME_OP_SIGN, &frame.in, &out));
    assert_int_equal(out.uses_left, 1);
    /* Two at once are too many, and neither is made. */
    static uint8_t digests[64] = {1};
    office_frame(&frame, &user, FRAME_OP_SIGN);
    frame.head.generation = 1;
    frame.head.public_part = bytes_of(digests, sizeof digests);
    office_seal(&frame);
    act = office_act(&user, "sm2/sign");
    assert_refused_as(office_run(&office.worker, &act, FRAME_OP_SIGN, &frame.in, &out),
                      REFUSAL_USES_EXHAUSTED);
    assert_ok(run_of_user(FRAME_OP_SIGN, 1));
    assert_int_equal(out.uses_left, 0);
    assert_refused_as(run_of_user(FRAME_OP_SIGN, 1), REFUSAL_USES_EXHAUSTED);
    read_made();
    assert_int_equal(made.state, AUTHORIZATION_EXPIRED);
    assert_int_equal(made.end, AUTHORIZATION_USED_UP);
}

static void signature_and_event_carry_both_accounts(void **state)
{
    (void)state;
    activate(SIGN, 0);
    assert_ok(run_of_user(FRAME_OP_SIGN, 1));
    assert_false(out.uses_counted);
    assert_int_equal(
        number("select count(*) from signature s join delegation a on a.holder_id = s.party_id and"
               " a.authorized_id = s.account_id where s.binding_id = '%s'",
               user.binding_id),
        1);
    assert_int_equal(
        number("select count(*) from audit_event e join delegation a on a.holder_id = e.party_id and"
               " a.authorized_id = e.account_id where e.binding_id = '%s' and e.action = 'sm2/sign'",
               user.binding_id),
        1);
    office_frame(&frame, &person, FRAME_OP_SIGN);
    act = office_act(&person, "sm2/sign");
    assert_ok(office_run(&office.worker, &act, FRAME_OP_SIGN, &frame.in, &out));
    assert_int_equal(number("select count(*) from signature where binding_id = '%s' and party_id is null",
                            person.binding_id),
                     1);
}

#define EACH 4
static struct office_frame *frames;

static enum hufu_err sign_four(struct contender *contender)
{
    static struct submission_out outs[CROWD];
    size_t self = contender->x25519_key[0], done = 0;
    for (size_t i = 0; i < EACH; i++) {
        enum hufu_err err = HUFU_ERR_BUSY;
        for (int tries = 0; err == HUFU_ERR_BUSY && tries < 100000; tries++) {
            struct act own = office_act(&user, "sm2/sign");
            err =
                office_run(&contender->worker, &own, FRAME_OP_SIGN, &frames[EACH * self + i].in, &outs[self]);
        }
        assert_true(err == HUFU_OK || err == refusal_error(REFUSAL_USES_EXHAUSTED));
        done += err == HUFU_OK;
    }
    contender->x25519_key[1] = (uint8_t)done;
    return HUFU_OK;
}

static void of_two_hundred_at_once_ten_sign_where_ten_uses_are_left(void **state)
{
    (void)state;
    static struct contender contenders[CROWD];
    size_t signed_now = 0;
    activate(SIGN, 10);
    frames = calloc(EACH * CROWD, sizeof *frames);
    assert_non_null(frames);
    for (size_t i = 0; i < EACH * CROWD; i++) {
        office_frame(&frames[i], &user, FRAME_OP_SIGN);
        frames[i].head.generation = 1;
        office_seal(&frames[i]);
    }
    assert_int_equal(contend_all(contenders, sign_four), CROWD);
    for (size_t i = 0; i < CROWD; i++)
        signed_now += contenders[i].x25519_key[1];
    free(frames);
    assert_int_equal(signed_now, 10);
    assert_int_equal(number("select count(*) from signature where binding_id = '%s'", user.binding_id), 10);
    assert_int_equal(number("select uses_left from binding where binding_id = '%s'", user.binding_id), 0);
    assert_int_equal(
        number("select count(*) from audit_event where binding_id = '%s' and action = 'sm2/sign' and"
               " outcome = 'ok'",
               user.binding_id),
        10);
}

/* ---- freezing, ending ---- */

static void freeze_meanwhile(void)
{
    struct worker other = office.worker;
    struct act by = office_session_act(&person, "authorization.freeze");
    struct authorization frozen;
    other.store = store_open(office.database.server, NULL);
    assert_ok(authorization_set_frozen(&other, &by, made_id, true, &frozen));
    store_close(other.store);
}

static void end_window_meanwhile(void)
{
    database_run(&office.database,
                 "update binding set valid_until = clock_timestamp() where role = 'authorized'");
}

static void what_is_being_computed_when_it_is_frozen_or_ends_is_refused(void **state)
{
    (void)state;
    activate(SIGN, 0);
    key_process.meanwhile = freeze_meanwhile;
    assert_refused_as(run_of_user(FRAME_OP_SIGN, 1), REFUSAL_BINDING_NOT_ACTIVE);
    assert_string_equal(act.state, "frozen");
    assert_int_equal(out.answer.len, 0);
    key_process.meanwhile = NULL;
    assert_refused_as(run_of_user(FRAME_OP_SIGN, 1), REFUSAL_BINDING_NOT_ACTIVE);
    act = office_session_act(&person, "authorization.unfreeze");
    assert_ok(authorization_set_frozen(&office.worker, &act, made_id, false, &made));
    key_process.meanwhile = end_window_meanwhile;
    assert_refused_as(run_of_user(FRAME_OP_SIGN, 1), REFUSAL_WINDOW_CLOSED);
    assert_int_equal(number("select count(*) from signature where binding_id = '%s'", user.binding_id), 0);
}

/* ---- the upkeep of the half ---- */

#define SET_BINDING(assignment) \
    "update binding set " assignment " where role = 'authorized' and state <> 'removed'"

static void a_pin_is_changed_whatever_the_holder_or_an_operator_says(void **state)
{
    (void)state;
    static const struct {
        const char *says, *takes_back;
        enum refusal signing;
    } cases[] = {
        {SET_BINDING("authorization_frozen = true"), SET_BINDING("authorization_frozen = false"),
         REFUSAL_BINDING_NOT_ACTIVE},
        {SET_BINDING("state = 'frozen'"), SET_BINDING("state = 'active'"), REFUSAL_BINDING_NOT_ACTIVE},
        {SET_BINDING("account_state = 'suspended'"), SET_BINDING("account_state = 'active'"),
         REFUSAL_ACCOUNT_NOT_ACTIVE},
        {SET_BINDING("valid_from = now() + interval '1 hour'"),
         SET_BINDING("valid_from = now() - interval '1 hour'"), REFUSAL_WINDOW_CLOSED},
        {SET_BINDING("valid_until = now()"), SET_BINDING("valid_until = now() + interval '1 hour'"),
         REFUSAL_WINDOW_CLOSED},
        {SET_BINDING("uses_left = 0"), SET_BINDING("uses_left = 10"), REFUSAL_USES_EXHAUSTED},
    };
    activate(SIGN, 10);
    for (uint32_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        database_run(&office.database, "%s", cases[i].says);
        key_process.result = "the next record";
        assert_ok(run_of_user(FRAME_OP_REFRESH, 1 + i));
        act = office_act(&user, "sm2/refresh");
        assert_ok(office_run(&office.worker, &act, FRAME_OP_REFRESH, &frame.in, &out));
        assert_ok(run_of_user(FRAME_OP_PIN_CHECK, 2 + i));
        key_process_reset();
        assert_refused_as(run_of_user(FRAME_OP_SIGN, 2 + i), cases[i].signing);
        database_run(&office.database, "%s", cases[i].takes_back);
        assert_ok(run_of_user(FRAME_OP_SIGN, 2 + i));
    }
}

static void a_wrong_pin_counts_while_it_is_frozen(void **state)
{
    (void)state;
    activate(SIGN, 10);
    database_run(&office.database, SET_BINDING("authorization_frozen = true"));
    key_process.err = HUFU_ERR_PROOF;
    for (int tries = 4; tries >= 0; tries--) {
        assert_refused_as(run_of_user(FRAME_OP_PIN_CHECK, 1), REFUSAL_PIN_WRONG);
        assert_int_equal(act.tries_left, tries);
    }
    key_process_reset();
    assert_refused_as(run_of_user(FRAME_OP_PIN_CHECK, 1), REFUSAL_PIN_LOCKED);
}

static void upkeep_needs_the_device_its_account_and_a_half(void **state)
{
    (void)state;
    static const struct {
        const char *table, *assignment;
        enum refusal refusal;
        const char *state;
    } cases[] = {
        {"device", "state = 'frozen'", REFUSAL_BINDING_NOT_ACTIVE, "frozen"},
        {"device", "state = 'active', account_state = 'suspended'", REFUSAL_ACCOUNT_NOT_ACTIVE, "suspended"},
        {"device", "account_state = 'active', locked = true", REFUSAL_PIN_LOCKED, NULL},
        {"device", "locked = false", REFUSAL_NONE, NULL},
        {"binding", "state = 'waiting', handover_until = now(), authorization_frozen = true",
         REFUSAL_BINDING_NOT_ACTIVE, "waiting"},
        {"binding", "state = 'removed', record = null, handover_until = null", REFUSAL_BINDING_NOT_ACTIVE,
         "removed"},
    };
    activate(SIGN, 10);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        database_run(&office.database, "update %s set %s where device_id = '%s'", cases[i].table,
                     cases[i].assignment, user.device);
        if (cases[i].refusal == REFUSAL_NONE)
            assert_ok(run_of_user(FRAME_OP_PIN_CHECK, 1));
        else
            assert_refused_as(run_of_user(FRAME_OP_PIN_CHECK, 1), cases[i].refusal);
        if (cases[i].state != NULL)
            assert_string_equal(act.state, cases[i].state);
    }
}

/* The decision's own look, behind the one before the private-key process was asked. */
static void lock_meanwhile(void)
{
    database_run(&office.database, "update device set locked = true where device_id = '%s'", user.device);
}

static void remove_meanwhile(void)
{
    database_run(&office.database, SET_BINDING("state = 'removed', record = null, next_record = null,"
                                               " next_request_time = null"));
}

static void upkeep_that_is_overtaken_is_refused(void **state)
{
    (void)state;
    activate(SIGN, 10);
    key_process.meanwhile = lock_meanwhile;
    assert_refused_as(run_of_user(FRAME_OP_PIN_CHECK, 1), REFUSAL_PIN_LOCKED);
    database_run(&office.database, "update device set locked = false where device_id = '%s'", user.device);
    key_process.result = "never stored";
    key_process.meanwhile = remove_meanwhile;
    assert_refused_as(run_of_user(FRAME_OP_REFRESH, 1), REFUSAL_BINDING_NOT_ACTIVE);
    assert_int_equal(
        number("select count(*) from binding where binding_id = '%s' and next_record is not null",
               user.binding_id),
        0);
}

/* ---- what it is for ---- */

static void an_authorization_for_logins_signs_nothing_else_and_the_other_way_round(void **state)
{
    (void)state;
    static uint8_t memory[64];
    struct buf purpose;
    buf_init(&purpose, memory, sizeof memory);
    buf_put_field_text(&purpose, "login");
    buf_put_field_text(&purpose, "party");
    buf_put_field_text(&purpose, "transaction");
    activate(PROJECT_USE_BIT(PROJECT_USE_LOGIN), 0);
    assert_refused_as(run_of_user(FRAME_OP_SIGN, 1), REFUSAL_NOT_ALLOWED);
    for (int login = 0; login < 2; login++) {
        office_frame(&frame, &user, FRAME_OP_SIGN);
        frame.head.generation = 1;
        frame.head.purpose = buf_bytes(&purpose);
        office_seal(&frame);
        act = office_act(&user, "sm2/sign");
        enum hufu_err err = office_run(&office.worker, &act, FRAME_OP_SIGN, &frame.in, &out);
        if (login == 0)
            assert_ok(err);
        else
            assert_refused_as(err, REFUSAL_NOT_ALLOWED);
        database_run(&office.database,
                     "update binding set authorization_operations = 1 where role = 'authorized'");
    }
}

/* ---- the end ---- */

static void a_deleted_one_has_no_record_left_and_its_device_none_to_use(void **state)
{
    (void)state;
    activate(SIGN, 10);
    act = office_session_act(&user, "authorization.delete");
    assert_ok(authorization_delete(&office.worker, &act, made_id, &made));
    assert_int_equal(made.state, AUTHORIZATION_DELETED);
    assert_refused_as(run_of_user(FRAME_OP_SIGN, 1), REFUSAL_BINDING_NOT_ACTIVE);
    assert_int_equal(
        number("select count(*) from binding where binding_id = '%s' and record is null", user.binding_id),
        1);
}

static void with_its_device_removed_it_awaits_another_with_the_uses_that_are_left(void **state)
{
    (void)state;
    static struct device_removal removal;
    activate(SIGN, 10);
    assert_ok(run_of_user(FRAME_OP_SIGN, 1));
    struct act operator= office_operator_act("device.remove");
    assert_ok(device_remove(&office.worker, &operator, user.device_id, NULL, &removal));
    assert_int_equal(removal.dead_count, 0);
    read_made();
    assert_int_equal(made.state, AUTHORIZATION_AWAITING_DEVICE);
    assert_false(made.has_binding);
    assert_int_equal(made.uses_left, 9);
}

/* ---- the table ---- */

static void no_state_and_no_event_beyond_the_table_is_taken(void **state)
{
    (void)state;
    enum authorization_state next;
    size_t taken = 0;
    for (unsigned i = 0; i <= AUTHORIZATION_STATE_COUNT; i++)
        for (unsigned k = 0; k <= AUTHORIZATION_EVENT_COUNT; k++)
            taken += authorization_step((enum authorization_state)i, (enum authorization_event)k, &next);
    assert_int_equal(taken, 18);
    assert_false(authorization_step(AUTHORIZATION_DELETED, AUTHORIZATION_DELETE, &next));
    assert_int_equal(next, AUTHORIZATION_DELETED);
}

#define TEST(test) cmocka_unit_test_setup(test, lending_add)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_agreed_policy_is_handed_over_and_the_first_refresh_makes_it_active),
        TEST(a_half_is_refreshed_before_its_window_begins_and_does_not_sign),
        TEST(the_holders_device_is_not_let_in_as_the_authorized_binding),
        TEST(each_digest_is_a_use_a_retry_is_none_and_the_answer_tells_what_is_left),
        TEST(signature_and_event_carry_both_accounts),
        TEST(of_two_hundred_at_once_ten_sign_where_ten_uses_are_left),
        TEST(what_is_being_computed_when_it_is_frozen_or_ends_is_refused),
        TEST(a_pin_is_changed_whatever_the_holder_or_an_operator_says),
        TEST(a_wrong_pin_counts_while_it_is_frozen),
        TEST(upkeep_needs_the_device_its_account_and_a_half),
        TEST(upkeep_that_is_overtaken_is_refused),
        TEST(an_authorization_for_logins_signs_nothing_else_and_the_other_way_round),
        TEST(a_deleted_one_has_no_record_left_and_its_device_none_to_use),
        TEST(with_its_device_removed_it_awaits_another_with_the_uses_that_are_left),
        cmocka_unit_test(no_state_and_no_event_beyond_the_table_is_taken),
    };
    return cmocka_run_group_tests(tests, office_open, office_close);
}
