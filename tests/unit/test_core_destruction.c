/* SPDX-License-Identifier: Apache-2.0 */
/* How what was destroyed becomes an order, and reaches the key processes: whatever fails on the way, it is done when all know. */
#include "tests/unit/office.h"

#include <stdio.h>

#include "server/core/destruction.h"
#include "server/core/device.h"
#include "server/store/destruction_store.h"
#include "server/store/store.h"
#include "tests/unit/unit.h"

static struct person person;
static struct device_removal removal;

static int begin(void **state)
{
    (void)state;
    key_process_reset();
    office.config.hsm_count = 1;
    database_run(&office.database, "delete from destruction; delete from destruction_order;"
                                   " delete from key_process; update destruction_done set number = 0");
    person = (struct person){0};
    person_add(&office.database, &person);
    return 0;
}

static void remove_device(const struct person *whose)
{
    struct act act = office_operator_act("device.remove");
    assert_ok(device_remove(&office.worker, &act, whose->device_id, NULL, &removal));
}

static void remove_another_device(void)
{
    struct person other = {0};
    person_add(&office.database, &other);
    remove_device(&other);
}

static int64_t orders(void)
{
    return database_number(&office.database, "select count(*) from destruction_order");
}

static int64_t events(const struct person *whose)
{
    return database_number(&office.database,
                           "select count(*) from audit_event where action = 'binding.destroy'"
                           " and binding_id = '%s'",
                           whose->binding);
}

static bool is_destroyed(const struct person *whose)
{
    struct device device;
    assert_ok(device_read(office.worker.store, whose->device_id, &device));
    return device.destroyed;
}

/* The first proof at the next generation. */
static void end_a_generation(const struct person *whose)
{
    struct person_request request;
    struct operation_result result;
    database_run(&office.database,
                 "update binding set next_record = 'record one', next_request_time = 'epoch'::timestamptz +"
                 " interval '1 second' where binding_id = '%s'",
                 whose->binding);
    person_request(whose, 1, &request);
    request.subject.generation = 1;
    request.subject.next_time_ms = 1000;
    assert_ok(operation_decide(office.worker.store, &request.subject, &person_outcome, &result));
    assert_int_equal(result.verdict, VERDICT_OK);
}

static void a_removal_is_told_at_once_and_done_when_it_is_known(void **state)
{
    (void)state;
    remove_device(&person);
    assert_true(removal.device.destroyed);
    assert_int_equal(key_process.destruction.known.number, 1);
    assert_int_equal(events(&person), 1);
    assert_ok(destruction_maintain(&office.worker));
    assert_int_equal(orders(), 1);
    assert_int_equal(events(&person), 1);
}

static void the_database_and_the_key_process_compute_the_same_chain(void **state)
{
    (void)state;
    end_a_generation(&person);
    remove_device(&person);
    remove_another_device();
    assert_int_equal(key_process.destruction.known.number, 3);
    char hash[2 * HASH_SIZE + 1];
    hex_encode(hash, sizeof hash, bytes_of(key_process.destruction.known.hash, HASH_SIZE));
    assert_int_equal(database_number(&office.database,
                                     "select count(*) from destruction_order where number = 3 and"
                                     " encode(hash, 'hex') = '%s'",
                                     hash),
                     1);
}

static void a_removal_is_not_done_while_a_key_process_is_away(void **state)
{
    (void)state;
    office.config.hsm_count = 2;
    snprintf(office.config.hsm_names[1], sizeof office.config.hsm_names[1], "second");
    key_process.second_away = true;
    remove_device(&person);
    assert_false(removal.device.destroyed);
    assert_int_equal(key_process.destruction.known.number, 1);
    assert_int_equal(destruction_maintain(&office.worker), HUFU_ERR_AWAY);
    assert_false(is_destroyed(&person));
    assert_int_equal(events(&person), 0);
    key_process.second_away = false;
    assert_ok(destruction_maintain(&office.worker));
    assert_true(is_destroyed(&person));
    assert_int_equal(events(&person), 1);
}

static void a_key_process_that_comes_later_undoes_nothing_but_is_waited_for(void **state)
{
    (void)state;
    remove_device(&person);
    assert_true(is_destroyed(&person));
    office.config.hsm_count = 2;
    key_process.second_away = true;
    assert_int_equal(destruction_maintain(&office.worker), HUFU_ERR_AWAY);
    assert_false(is_destroyed(&person));
    key_process.second_away = false;
    assert_ok(destruction_maintain(&office.worker));
    assert_true(is_destroyed(&person));
    assert_int_equal(events(&person), 1);
}

static void ended_generations_are_gathered_for_some_seconds(void **state)
{
    (void)state;
    end_a_generation(&person);
    assert_ok(destruction_maintain(&office.worker));
    assert_int_equal(orders(), 0);
    database_run(&office.database, "update destruction set at = at - interval '%d seconds'",
                 DESTRUCTION_GATHER_SECONDS);
    assert_ok(destruction_maintain(&office.worker));
    assert_int_equal(orders(), 1);
    assert_int_equal(key_process.destruction.known.number, 1);
    assert_int_equal(database_number(&office.database, "select least_generation from destruction_order"), 1);
}

static void a_removal_that_is_rolled_back_is_no_order(void **state)
{
    (void)state;
    database_run(
        &office.database,
        "begin; update binding set state = 'removed', record = null where binding_id = '%s'; rollback",
        person.binding);
    assert_ok(destruction_maintain(&office.worker));
    assert_int_equal(orders(), 0);
}

static void a_key_process_that_starts_anew_gets_the_log_when_it_says_so(void **state)
{
    (void)state;
    remove_device(&person);
    remove_another_device();
    struct destruction_head end = key_process.destruction.known;
    key_process.destruction = (struct hsmc_destruction){.token_number = end.number, .behind = true};
    assert_ok(destruction_catch_up(&office.worker));
    assert_true(destruction_same(&key_process.destruction.known, &end));
    assert_false(key_process.destruction.behind);
}

static void a_log_that_was_cut_is_noticed(void **state)
{
    (void)state;
    remove_device(&person);
    remove_another_device();
    remove_another_device();
    database_run(&office.database, "delete from destruction_order where number = 3");
    assert_int_equal(destruction_maintain(&office.worker), HUFU_ERR_STATE);
    key_process.destruction = (struct hsmc_destruction){.token_number = 3, .behind = true};
    assert_int_equal(destruction_maintain(&office.worker), HUFU_ERR_BEHIND);
    assert_int_equal(key_process.destruction.known.number, 2);
    assert_int_equal(destruction_catch_up(&office.worker), HUFU_ERR_BEHIND);
}

static void nothing_takes_the_place_of_rows_that_are_gone(void **state)
{
    (void)state;
    remove_device(&person);
    remove_another_device();
    database_run(&office.database, "create temporary table newer as table destruction_order;"
                                   " delete from destruction_order where number = 2");
    office.config.hsm_count = 2;
    snprintf(office.config.hsm_names[1], sizeof office.config.hsm_names[1], "second");
    key_process.second_away = true;
    remove_another_device();
    assert_false(removal.device.destroyed);
    assert_int_equal(destruction_maintain(&office.worker), HUFU_ERR_STATE);
    assert_int_equal(orders(), 1);
    key_process.second_away = false;
    database_run(&office.database, "insert into destruction_order select * from newer on conflict do nothing;"
                                   " drop table newer");
    assert_ok(destruction_maintain(&office.worker));
    assert_int_equal(orders(), 3);
    assert_int_equal(key_process.destruction.known.number, 3);
}

static void nothing_is_numbered_while_no_key_process_can_say_how_far_the_log_goes(void **state)
{
    (void)state;
    remove_another_device();
    remove_another_device();
    database_run(&office.database, "create temporary table newer as table destruction_order;"
                                   " delete from destruction_order where number = 2");
    key_process.err = HUFU_ERR_AWAY;
    remove_device(&person);
    assert_int_equal(destruction_maintain(&office.worker), HUFU_ERR_AWAY);
    assert_int_equal(orders(), 1);
    assert_false(is_destroyed(&person));
    key_process.err = HUFU_OK;
    assert_int_equal(destruction_maintain(&office.worker), HUFU_ERR_STATE);
    assert_int_equal(orders(), 1);
    database_run(&office.database, "insert into destruction_order select * from newer on conflict do nothing;"
                                   " drop table newer");
    assert_ok(destruction_maintain(&office.worker));
    assert_int_equal(orders(), 3);
    assert_int_equal(key_process.destruction.known.number, 3);
    assert_true(is_destroyed(&person));
}

static void a_log_with_a_hole_is_fed_up_to_it(void **state)
{
    (void)state;
    remove_device(&person);
    remove_another_device();
    remove_another_device();
    database_run(&office.database, "delete from destruction_order where number = 2");
    key_process.destruction = (struct hsmc_destruction){.token_number = 3, .behind = true};
    assert_int_equal(destruction_maintain(&office.worker), HUFU_ERR_BEHIND);
    assert_int_equal(key_process.destruction.known.number, 1);
}

static void a_row_that_was_changed_is_noticed(void **state)
{
    (void)state;
    remove_device(&person);
    database_run(&office.database, "update destruction_order set hash = sha256(hash)");
    assert_int_equal(destruction_maintain(&office.worker), HUFU_ERR_CONFLICT);
}

static void a_long_log_is_fed_in_batches(void **state)
{
    (void)state;
    database_run(&office.database,
                 "insert into destruction (project_id, binding_id, least_generation) select '%s', '%s', 1"
                 " from generate_series(1, %d)",
                 person.project, person.binding, 2 * DESTRUCTION_BATCH_MAX + 1);
    destruction_carry_out(&office.worker);
    assert_int_equal(orders(), 2 * DESTRUCTION_BATCH_MAX + 1);
    assert_int_equal(key_process.destruction.known.number, 2 * DESTRUCTION_BATCH_MAX + 1);
}

static void a_request_that_meets_a_key_process_behind_brings_it_up(void **state)
{
    (void)state;
    static struct office_frame frame;
    static struct submission_out out;
    remove_another_device();
    key_process.destruction = (struct hsmc_destruction){.token_number = 1, .behind = true};
    office_frame(&frame, &person, FRAME_OP_SIGN);
    struct act act = office_act(&person, "sm2/sign");
    assert_ok(office_run(&office.worker, &act, FRAME_OP_SIGN, &frame.in, &out));
    assert_false(key_process.destruction.behind);
    database_run(&office.database, "delete from destruction_order");
    key_process.destruction = (struct hsmc_destruction){.token_number = 1, .behind = true};
    office_frame(&frame, &person, FRAME_OP_SIGN);
    act = office_act(&person, "sm2/sign");
    assert_int_equal(office_run(&office.worker, &act, FRAME_OP_SIGN, &frame.in, &out), HUFU_ERR_BEHIND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_removal_is_told_at_once_and_done_when_it_is_known, begin),
        cmocka_unit_test_setup(the_database_and_the_key_process_compute_the_same_chain, begin),
        cmocka_unit_test_setup(a_removal_is_not_done_while_a_key_process_is_away, begin),
        cmocka_unit_test_setup(a_key_process_that_comes_later_undoes_nothing_but_is_waited_for, begin),
        cmocka_unit_test_setup(ended_generations_are_gathered_for_some_seconds, begin),
        cmocka_unit_test_setup(a_removal_that_is_rolled_back_is_no_order, begin),
        cmocka_unit_test_setup(a_key_process_that_starts_anew_gets_the_log_when_it_says_so, begin),
        cmocka_unit_test_setup(a_log_that_was_cut_is_noticed, begin),
        cmocka_unit_test_setup(nothing_takes_the_place_of_rows_that_are_gone, begin),
        cmocka_unit_test_setup(nothing_is_numbered_while_no_key_process_can_say_how_far_the_log_goes, begin),
        cmocka_unit_test_setup(a_log_with_a_hole_is_fed_up_to_it, begin),
        cmocka_unit_test_setup(a_row_that_was_changed_is_noticed, begin),
        cmocka_unit_test_setup(a_long_log_is_fed_in_batches, begin),
        cmocka_unit_test_setup(a_request_that_meets_a_key_process_behind_brings_it_up, begin),
    };
    return cmocka_run_group_tests(tests, office_open, office_close);
}
