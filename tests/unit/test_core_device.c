/* SPDX-License-Identifier: Apache-2.0 */
/* An account's devices: their places, what may be done to them and by whom, and their end. */
#include <stdio.h>

#include "server/identifier.h"
#include "tests/unit/two_devices.h"
#include "tests/unit/unit.h"

/* ---- Places ---- */

static void the_first_device_is_the_primary_and_a_later_one_waits(void **state)
{
    (void)state;
    struct device first;
    assert_ok(device_read(office.worker.store, person.device_id, &first));
    assert_int_equal(first.role, DEVICE_PRIMARY);
    assert_int_equal(second.role, DEVICE_SECONDARY);
    assert_int_equal(second.state, DEVICE_WAITING);
}

static void there_are_no_more_than_the_rule_allows(void **state)
{
    (void)state;
    struct device more;
    assert_ok(enrol(&office.worker, &act, &more));
    assert_refused_as(enrol(&office.worker, &act, &more), REFUSAL_DEVICE_LIMIT);
    set_rule("secondary_limit = 3");
    assert_ok(enrol(&office.worker, &act, &more));
    set_rule("device_mode = 'single'");
    assert_refused_as(enrol(&office.worker, &act, &more), REFUSAL_DEVICE_LIMIT);
}

static enum hufu_err contend_enrol(struct contender *contender)
{
    struct act own = office_session_act(&person, "device.test");
    struct device device;
    return enrol(&contender->worker, &own, &device);
}

static void of_fifty_bindings_at_once_where_one_is_allowed_exactly_one_comes(void **state)
{
    (void)state;
    static struct contender contenders[CROWD];
    /* More than once: two that race do not always meet. */
    for (int allowed = 2; allowed <= 6; allowed++) {
        char rule[32];
        (void)snprintf(rule, sizeof rule, "secondary_limit = %d", allowed);
        set_rule(rule);
        assert_int_equal(contend_all(contenders, contend_enrol), 1);
        assert_int_equal(
            database_number(&office.database,
                            "select count(*) from device where account_id = '%s' and role = 'secondary'",
                            person.account),
            allowed);
    }
}

static void a_second_primary_is_impossible_in_the_database_too(void **state)
{
    (void)state;
    uint8_t key[FRAME_DEVICE_KEY_SIZE], id[UUID_SIZE];
    random_key(key);
    identifier_new(id);
    const struct device_new device = {.account = &account,
                                      .device_id = id,
                                      .device_key = key,
                                      .role = DEVICE_PRIMARY,
                                      .state = DEVICE_ACTIVE};
    assert_int_equal(device_insert(office.worker.store, &device), HUFU_ERR_CONFLICT);
}

/* ---- Who may do what ---- */

static void every_step_of_an_operator_goes_as_the_table_says(void **state)
{
    (void)state;
    static const enum device_event events[] = {DEVICE_FREEZE, DEVICE_UNFREEZE};
    for (int from = 0; from < DEVICE_STATE_COUNT; from++) {
        for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
            struct device device;
            enum device_state next;
            set_second((enum device_state)from);
            act = office_operator_act("device.step");
            bool may = device_step((enum device_state)from, events[i], &next);
            enum hufu_err err = device_change(&office.worker, &act, second.device_id, events[i], &device);
            if (may) {
                assert_ok(err);
                assert_int_equal(device.state, next);
            } else {
                assert_refused_as(err, REFUSAL_CONFLICT);
                assert_string_equal(act.state, device_state_names[from]);
            }
        }
    }
}

static void the_primary_alone_changes_others_and_nobody_himself(void **state)
{
    (void)state;
    struct device device;
    set_second(DEVICE_ACTIVE);
    act = second_act("device.freeze");
    assert_refused_as(device_change(&office.worker, &act, person.device_id, DEVICE_FREEZE, &device),
                      REFUSAL_NOT_ALLOWED);
    act = office_session_act(&person, "device.freeze");
    assert_refused_as(device_change(&office.worker, &act, person.device_id, DEVICE_FREEZE, &device),
                      REFUSAL_NOT_ALLOWED);
    act = office_session_act(&person, "device.freeze");
    assert_ok(device_change(&office.worker, &act, second.device_id, DEVICE_FREEZE, &device));
    database_run(&office.database, "update device set state = 'frozen' where device_id = '%s'",
                 person.device);
    act = office_session_act(&person, "device.unfreeze");
    assert_refused_as(device_change(&office.worker, &act, second.device_id, DEVICE_UNFREEZE, &device),
                      REFUSAL_BINDING_NOT_ACTIVE);
}

static void another_accounts_device_is_not_found(void **state)
{
    (void)state;
    struct person stranger = {0};
    struct device device;
    person_add(&office.database, &stranger);
    act = office_session_act(&stranger, "device.freeze");
    assert_refused_as(device_change(&office.worker, &act, second.device_id, DEVICE_FREEZE, &device),
                      REFUSAL_NOT_FOUND);
    act = office_session_act(&stranger, "device.rename");
    assert_refused_as(device_rename(&office.worker, &act, second.device_id, "mine", &device),
                      REFUSAL_NOT_FOUND);
    act = office_session_act(&stranger, "device.remove");
    static struct device_removal removal;
    assert_refused_as(device_remove(&office.worker, &act, second.device_id, NULL, &removal),
                      REFUSAL_AUTHENTICATION_NEEDED);
}

static void a_device_names_itself_and_the_primary_names_all(void **state)
{
    (void)state;
    struct device device;
    act = second_act("device.rename");
    assert_ok(device_rename(&office.worker, &act, second.device_id, "tablet", &device));
    assert_string_equal(device.name, "tablet");
    act = office_session_act(&person, "device.rename");
    assert_ok(device_rename(&office.worker, &act, second.device_id, "the tablet", &device));
    act = second_act("device.rename");
    set_second(DEVICE_ACTIVE);
    assert_refused_as(device_rename(&office.worker, &act, person.device_id, "x", &device),
                      REFUSAL_NOT_ALLOWED);
    act = second_act("device.rename");
    set_second(DEVICE_FROZEN);
    assert_refused_as(device_rename(&office.worker, &act, second.device_id, "x", &device),
                      REFUSAL_BINDING_NOT_ACTIVE);
}

static void what_an_operator_froze_an_operator_unfreezes(void **state)
{
    (void)state;
    struct device device;
    set_second(DEVICE_ACTIVE);
    act = office_operator_act("device.freeze");
    assert_ok(device_change(&office.worker, &act, second.device_id, DEVICE_FREEZE, &device));
    act = office_session_act(&person, "device.unfreeze");
    assert_refused_as(device_change(&office.worker, &act, second.device_id, DEVICE_UNFREEZE, &device),
                      REFUSAL_NOT_ALLOWED);
    act = office_operator_act("device.unfreeze");
    assert_ok(device_change(&office.worker, &act, second.device_id, DEVICE_UNFREEZE, &device));
    /* What the primary froze, both unfreeze; and of what was unfrozen nobody remembers who froze it. */
    for (int by_operator = 0; by_operator < 2; by_operator++) {
        act = office_session_act(&person, "device.freeze");
        assert_ok(device_change(&office.worker, &act, second.device_id, DEVICE_FREEZE, &device));
        act = by_operator ? office_operator_act("device.unfreeze")
                          : office_session_act(&person, "device.unfreeze");
        assert_ok(device_change(&office.worker, &act, second.device_id, DEVICE_UNFREEZE, &device));
        assert_int_equal(number("select count(*) from device where device_id = '%s' and frozen_by is null",
                                second.device_id),
                         1);
    }
}

static void a_suspended_accounts_devices_change_nothing(void **state)
{
    (void)state;
    struct device device;
    set_second(DEVICE_ACTIVE);
    database_run(&office.database, "update account set state = 'suspended' where account_id = '%s'",
                 person.account);
    act = office_session_act(&person, "device.freeze");
    assert_refused_as(device_change(&office.worker, &act, second.device_id, DEVICE_FREEZE, &device),
                      REFUSAL_ACCOUNT_NOT_ACTIVE);
    assert_string_equal(act.state, "suspended");
    act = second_act("device.rename");
    assert_refused_as(device_rename(&office.worker, &act, second.device_id, "mine", &device),
                      REFUSAL_ACCOUNT_NOT_ACTIVE);
    act = office_operator_act("device.freeze");
    assert_ok(device_change(&office.worker, &act, second.device_id, DEVICE_FREEZE, &device));
}

/* ---- The PIN ---- */

static void lock_first(int life)
{
    database_run(
        &office.database,
        "update device set locked = true, pin_failures = 5, pin_failures_life = %d where device_id = '%s'",
        life, person.device);
}

static void another_device_or_an_operator_unlocks_a_pin_and_never_the_lifes_count(void **state)
{
    (void)state;
    struct device device;
    lock_first(12);
    act = second_act("device.unlock");
    assert_refused_as(device_unlock(&office.worker, &act, person.device_id, NULL, &device),
                      REFUSAL_BINDING_NOT_ACTIVE);
    set_second(DEVICE_ACTIVE);
    act = office_session_act(&person, "device.unlock");
    assert_refused_as(device_unlock(&office.worker, &act, person.device_id, NULL, &device),
                      REFUSAL_NOT_ALLOWED);
    act = second_act("device.unlock");
    assert_ok(device_unlock(&office.worker, &act, person.device_id, NULL, &device));
    assert_false(device.locked);
    assert_int_equal(device.tries_left, 5);
    assert_int_equal(number("select pin_failures_life from device where device_id = '%s'", person.device_id),
                     12);
    act = second_act("device.unlock");
    assert_refused_as(device_unlock(&office.worker, &act, person.device_id, NULL, &device), REFUSAL_CONFLICT);
    lock_first(12);
    database_run(&office.database, "update device set locked = true where device_id = '%s'",
                 text_of(second.device_id));
    act = second_act("device.unlock");
    assert_refused_as(device_unlock(&office.worker, &act, person.device_id, NULL, &device),
                      REFUSAL_PIN_LOCKED);
    lock_first(48);
    act = office_operator_act("device.unlock");
    assert_ok(device_unlock(&office.worker, &act, person.device_id, NULL, &device));
    assert_int_equal(device.tries_left, 2);
    lock_first(50);
    act = office_operator_act("device.unlock");
    assert_refused_as(device_unlock(&office.worker, &act, person.device_id, NULL, &device), REFUSAL_CONFLICT);
}

/* ---- Removal ---- */

static void a_removal_leaves_no_half_no_session_and_says_which_keys_are_dead(void **state)
{
    (void)state;
    static struct device_removal removal;
    database_run(
        &office.database,
        "update binding set next_record = 'record one', next_request_time = now(), next_role = 'primary'"
        " where binding_id = '%s'",
        person.binding);
    act = office_operator_act("device.remove");
    assert_ok(device_remove(&office.worker, &act, person.device_id, NULL, &removal));
    assert_int_equal(removal.dead_count, 1);
    assert_memory_equal(removal.dead[0], person.key_id, UUID_SIZE);
    assert_int_equal(
        number("select count(*) from binding where binding_id = '%s' and state = 'removed' and record"
               " is null and next_record is null",
               person.binding_id),
        1);
    assert_int_equal(
        number("select count(*) from session where device_id = '%s' and state = 'open'", person.device_id),
        0);
    act = office_operator_act("device.remove");
    assert_refused_as(device_remove(&office.worker, &act, person.device_id, NULL, &removal),
                      REFUSAL_CONFLICT);
}

static struct office_frame frame;
static struct submission_out out;

static void remove_meanwhile(void)
{
    static struct device_removal removal;
    struct act operator= office_operator_act("device.remove");
    struct worker other = office.worker;
    key_process.meanwhile = NULL; /* the removal asks it, too */
    other.store = store_open(office.database.server, NULL);
    assert_ok(device_remove(&other, &operator, person.device_id, NULL, &removal));
    store_close(other.store);
}

static void what_is_computed_while_the_device_is_removed_never_leaves(void **state)
{
    (void)state;
    office_frame(&frame, &person, FRAME_OP_SIGN);
    key_process.meanwhile = remove_meanwhile;
    act = office_act(&person, "sm2/sign");
    assert_refused_as(office_run(&office.worker, &act, FRAME_OP_SIGN, &frame.in, &out),
                      REFUSAL_BINDING_NOT_ACTIVE);
    assert_string_equal(act.state, "removed");
    assert_int_equal(out.answer.len, 0);
    assert_int_equal(number("select count(*) from signature where binding_id = '%s'", person.binding_id), 0);
}

#define DEVICE_TEST(test) cmocka_unit_test_setup(test, two_devices_add)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DEVICE_TEST(the_first_device_is_the_primary_and_a_later_one_waits),
        DEVICE_TEST(there_are_no_more_than_the_rule_allows),
        DEVICE_TEST(of_fifty_bindings_at_once_where_one_is_allowed_exactly_one_comes),
        DEVICE_TEST(a_second_primary_is_impossible_in_the_database_too),
        DEVICE_TEST(every_step_of_an_operator_goes_as_the_table_says),
        DEVICE_TEST(the_primary_alone_changes_others_and_nobody_himself),
        DEVICE_TEST(another_accounts_device_is_not_found),
        DEVICE_TEST(a_device_names_itself_and_the_primary_names_all),
        DEVICE_TEST(what_an_operator_froze_an_operator_unfreezes),
        DEVICE_TEST(a_suspended_accounts_devices_change_nothing),
        DEVICE_TEST(another_device_or_an_operator_unlocks_a_pin_and_never_the_lifes_count),
        DEVICE_TEST(a_removal_leaves_no_half_no_session_and_says_which_keys_are_dead),
        DEVICE_TEST(what_is_computed_while_the_device_is_removed_never_leaves),
    };
    return cmocka_run_group_tests(tests, office_open, office_close);
}
