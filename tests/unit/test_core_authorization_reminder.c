/* SPDX-License-Identifier: Apache-2.0 */
/* What the two people of an authorization are told before it ends, once each. */
#include "server/core/authorization_reminder.h"
#include "server/store/authorization_reminder_store.h"
#include "tests/unit/lending.h"
#include "tests/unit/unit.h"

#define TOLD_USES "select count(*) from delegation where authorization_id = '%s' and told_uses"
#define NOTHING_TO_TELL \
    "select count(*) from binding where authorization_id = '%s' and authorization_uses_low is null"
#define TOLD_END "select count(*) from delegation where authorization_id = '%s' and told_end"

static void a_tenth_of_the_uses_and_of_the_window_are_told_of_once(void **state)
{
    (void)state;
    activate(SIGN, 20);
    database_run(&office.database, "update binding set uses_left = 4 where role = 'authorized'");
    assert_ok(run_of_user(FRAME_OP_SIGN, 1));
    assert_int_equal(number(TOLD_USES, made_id), 0);
    assert_ok(run_of_user(FRAME_OP_SIGN, 1));
    assert_int_equal(number(TOLD_USES, made_id), 1);
    assert_ok(authorization_remind_ends(&office.worker));
    assert_int_equal(number(TOLD_END, made_id), 0);
    database_run(&office.database, "update delegation set valid_from = now() - interval '100 days' where"
                                   " state = 'confirmed'");
    assert_ok(authorization_remind_ends(&office.worker));
    assert_int_equal(number(TOLD_END, made_id), 1);
    bool first;
    assert_ok(authorization_mark_told(office.worker.store, made_id, AUTHORIZATION_REMINDER_END, &first));
    assert_false(first);
}

static void what_a_crash_kept_from_being_told_the_next_use_tells(void **state)
{
    (void)state;
    activate(SIGN, 20);
    database_run(&office.database, "update binding set uses_left = 2 where role = 'authorized'");
    assert_int_equal(number(TOLD_USES, made_id), 0);
    assert_ok(run_of_user(FRAME_OP_SIGN, 1));
    assert_int_equal(number(TOLD_USES, made_id), 1);
    assert_int_equal(number(NOTHING_TO_TELL, made_id), 1);
    bool first;
    assert_ok(authorization_mark_told(office.worker.store, made_id, AUTHORIZATION_REMINDER_USES, &first));
    assert_false(first);
}

static void change_terms(struct authorization_change change)
{
    act = office_session_act(&person, "authorization.modify");
    assert_ok(authorization_modify(&office.worker, &act, made_id, &change, &made));
}

static void be_told_of_both(void)
{
    activate(SIGN, 20);
    database_run(&office.database, "update delegation set valid_from = now() - interval '100 days' where"
                                   " state = 'confirmed'");
    database_run(&office.database, "update binding set uses_left = 3 where role = 'authorized'");
    assert_ok(run_of_user(FRAME_OP_SIGN, 1));
    assert_ok(authorization_remind_ends(&office.worker));
    assert_int_equal(number(TOLD_USES, made_id), 1);
    assert_int_equal(number(TOLD_END, made_id), 1);
    read_made();
}

static void other_uses_are_told_of_again_and_the_same_window_is_not(void **state)
{
    (void)state;
    be_told_of_both();
    /* To the millisecond, as every one that was ever agreed. */
    database_run(&office.database,
                 "update delegation set valid_from = date_trunc('milliseconds', valid_from)");
    change_terms((struct authorization_change){.has_uses = true, .terms.uses = 50});
    assert_int_equal(number(TOLD_END, made_id), 1);
    assert_int_equal(number(TOLD_USES, made_id), 0);
    assert_int_equal(number(NOTHING_TO_TELL, made_id), 0);
}

static void another_window_is_told_of_again_and_the_same_uses_are_not(void **state)
{
    (void)state;
    be_told_of_both();
    change_terms(
        (struct authorization_change){.has_until = true, .terms.until_ms = made.terms.until_ms + DAY_MS});
    assert_int_equal(number(TOLD_END, made_id), 0);
    assert_int_equal(number(TOLD_USES, made_id), 1);
    assert_int_equal(number(NOTHING_TO_TELL, made_id), 1);
}

static void what_was_changed_before_it_was_marked_is_to_be_told_of(void **state)
{
    (void)state;
    bool first;
    uint8_t found[UUID_SIZE];
    activate(SIGN, 20);
    database_run(&office.database, "update delegation set valid_from = now() - interval '100 days' where"
                                   " state = 'confirmed'");
    assert_ok(authorization_next_ending(office.worker.store, found));
    assert_memory_equal(found, made_id, UUID_SIZE);
    database_run(&office.database, "update binding set uses_left = 2 where role = 'authorized'");
    change_terms((struct authorization_change){
        .has_until = true,
        .has_uses = true,
        .terms = {.until_ms = made.terms.until_ms + 90 * DAY_MS, .uses = 100},
    });
    assert_ok(authorization_mark_told(office.worker.store, made_id, AUTHORIZATION_REMINDER_END, &first));
    assert_false(first);
    assert_int_equal(number(TOLD_END, made_id), 0);
    assert_ok(authorization_mark_told(office.worker.store, made_id, AUTHORIZATION_REMINDER_USES, &first));
    assert_false(first);
    assert_int_equal(number(NOTHING_TO_TELL, made_id), 0);
}

#define TEST(test) cmocka_unit_test_setup(test, lending_add)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_tenth_of_the_uses_and_of_the_window_are_told_of_once),
        TEST(what_a_crash_kept_from_being_told_the_next_use_tells),
        TEST(other_uses_are_told_of_again_and_the_same_window_is_not),
        TEST(another_window_is_told_of_again_and_the_same_uses_are_not),
        TEST(what_was_changed_before_it_was_marked_is_to_be_told_of),
    };
    return cmocka_run_group_tests(tests, office_open, office_close);
}
