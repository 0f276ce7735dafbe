/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that came at the same time are done together, and each as if it were alone. */
#include <stdio.h>

#include "server/core/operation.h"
#include "server/store/binding_store.h"
#include "server/store/store.h"
#include "tests/unit/office.h"
#include "tests/unit/unit.h"

#define CROWD OPERATION_TOGETHER_MAX

static struct person people[CROWD];
static struct office_frame frames[CROWD];
static struct act acts[CROWD];
static struct submission_out outs[CROWD];
static struct operation_job jobs[CROWD];
static char traces[CROWD][UUID_TEXT_SIZE];
static size_t finished; /* jobs */
/* What the jobs are given, and which is gone, as with a request, when they are finished. */
static char given_traces[CROWD][UUID_TEXT_SIZE];
static struct submission_in given[CROWD];
/* Somebody else's transaction, which holds the binding of people[3]. */
static struct store *holder;
static struct store_transaction held;

/* With the last of the others the row is given back, and not before. */
static void note_finished(struct worker *worker, struct operation_job *job)
{
    size_t i = (size_t)(job - jobs);
    (void)worker;
    memset(&given[i], 0xee, sizeof given[i]);
    memset(given_traces[i], 0xee, sizeof given_traces[i]);
    finished++;
    if (holder == NULL)
        return;
    assert_int_equal(i == 3, finished == CROWD);
    if (finished == CROWD - 1)
        store_rollback(&held);
}

static void prepare(size_t i, const struct person *who)
{
    uint8_t trace[UUID_SIZE] = {0xab, [UUID_SIZE - 1] = (uint8_t)i};
    office_frame(&frames[i], who, FRAME_OP_SIGN);
    acts[i] = office_act(who, "sm2/sign");
    uuid_format(traces[i], trace);
    jobs[i] = (struct operation_job){.trace = given_traces[i],
                                     .act = &acts[i],
                                     .in = &given[i],
                                     .out = &outs[i],
                                     .finished = note_finished};
}

static int add_people(void **state)
{
    (void)state;
    key_process_reset();
    for (size_t i = 0; i < CROWD; i++) {
        people[i] = (struct person){0};
        person_add(&office.database, &people[i]);
        prepare(i, &people[i]);
    }
    return 0;
}

static void run_on(struct worker *worker)
{
    finished = 0;
    for (size_t i = 0; i < CROWD; i++) {
        given[i] = frames[i].in;
        memcpy(given_traces[i], traces[i], sizeof traces[i]);
    }
    operation_run(worker, FRAME_OP_SIGN, jobs, CROWD);
    assert_int_equal(finished, CROWD);
}

static void run(void)
{
    run_on(&office.worker);
}

static void assert_answered(size_t i)
{
    assert_ok(jobs[i].err);
    assert_bytes(outs[i].answer, "sealed answer");
    assert_int_equal(office_count(&people[i], "signature"), 1);
}

static void assert_others_answered(size_t but)
{
    for (size_t i = 0; i < CROWD; i++)
        if (i != but)
            assert_answered(i);
}

static void assert_refused_one(size_t i, enum refusal refusal)
{
    assert_int_equal(jobs[i].err, refusal_error(refusal));
    assert_string_equal(refusal_slug(acts[i].refusal), refusal_slug(refusal));
    assert_int_equal(outs[i].answer.len, 0);
    assert_int_equal(office_count(&people[i], "signature"), 0);
}

static void all_are_asked_in_one_message_and_answered(void **state)
{
    (void)state;
    run();
    assert_int_equal(key_process.messages, 1);
    assert_int_equal(key_process.calls, CROWD);
    for (size_t i = 0; i < CROWD; i++)
        assert_answered(i);
}

static void each_is_recorded_under_its_own_request_id(void **state)
{
    (void)state;
    key_process.err = HUFU_ERR_PROOF;
    key_process.err_nth = 2;
    run();
    for (size_t i = 0; i < CROWD; i++)
        assert_int_equal(database_number(&office.database,
                                         "select count(*) from audit_event where binding_id = '%s' and trace "
                                         "= '%s' and outcome = '%s'",
                                         people[i].binding, traces[i], i == 1 ? "pin-wrong" : "ok"),
                         1);
}

static void a_wrong_pin_is_one_devices_own(void **state)
{
    (void)state;
    for (size_t wrong = 0; wrong < CROWD; wrong++) {
        (void)add_people(NULL);
        key_process.err = HUFU_ERR_PROOF;
        key_process.err_nth = wrong + 1;
        run();
        assert_refused_one(wrong, REFUSAL_PIN_WRONG);
        assert_int_equal(acts[wrong].tries_left, 4);
        assert_others_answered(wrong);
        for (size_t i = 0; i < CROWD; i++)
            assert_int_equal(database_number(&office.database,
                                             "select pin_failures from device where device_id = '%s'",
                                             people[i].device),
                             i == wrong);
    }
}

static void one_that_is_malformed_is_not_asked_about(void **state)
{
    (void)state;
    frames[2].in.frame.len--;
    run();
    assert_int_equal(key_process.calls, CROWD - 1);
    assert_refused_one(2, REFUSAL_FRAME_MALFORMED);
    assert_others_answered(2);
}

static void nobodys_token_and_a_frozen_device_refuse_their_own(void **state)
{
    (void)state;
    memset(acts[0].principal.token_hash, 1, HASH_SIZE);
    database_run(&office.database, "update device set state = 'frozen' where device_id = '%s'",
                 people[4].device);
    run();
    assert_refused_one(0, REFUSAL_UNAUTHENTICATED);
    assert_refused_one(4, REFUSAL_BINDING_NOT_ACTIVE);
    assert_string_equal(acts[4].state, "frozen");
    for (size_t i = 1; i < CROWD; i++)
        if (i != 4)
            assert_answered(i);
}

static void one_that_was_answered_before_gets_its_answer_again(void **state)
{
    (void)state;
    assert_ok(office_run(&office.worker, &acts[3], FRAME_OP_SIGN, &frames[3].in, &outs[3]));
    acts[3] = office_act(&people[3], "sm2/sign");
    key_process_reset();
    key_process.answer = "sealed answer";
    run();
    assert_int_equal(key_process.calls, CROWD - 1);
    for (size_t i = 0; i < CROWD; i++)
        assert_answered(i);
}

static void of_two_requests_of_one_device_the_second_is_told_busy(void **state)
{
    (void)state;
    prepare(3, &people[1]);
    run();
    assert_int_equal(jobs[3].err, HUFU_ERR_BUSY);
    assert_int_equal(acts[3].refusal, REFUSAL_NONE);
    assert_others_answered(3);
    /* Its device has no turn left open. */
    struct act act = office_act(&people[1], "sm2/sign");
    struct worker other = office.worker;
    other.store = store_open(office.database.server, NULL);
    assert_ok(office_run(&other, &act, FRAME_OP_SIGN, &frames[3].in, &outs[3]));
    store_close(other.store);
}

static void a_key_process_that_is_away_is_away_for_all_and_no_turn_is_kept(void **state)
{
    (void)state;
    key_process.err = HUFU_ERR_AWAY;
    run();
    for (size_t i = 0; i < CROWD; i++) {
        assert_int_equal(jobs[i].err, HUFU_ERR_AWAY);
        assert_int_equal(acts[i].refusal, REFUSAL_NONE);
        assert_int_equal(office_count(&people[i], "audit_event"), 0);
        acts[i] = office_act(&people[i], "sm2/sign");
    }
    key_process_reset();
    struct worker other = office.worker;
    other.store = store_open(office.database.server, NULL);
    run_on(&other);
    store_close(other.store);
    for (size_t i = 0; i < CROWD; i++)
        assert_answered(i);
}

static void freeze_one_meanwhile(void)
{
    key_process.meanwhile = NULL;
    database_run(&office.database, "update binding set state = 'frozen' where binding_id = '%s'",
                 people[2].binding);
}

static void one_that_is_frozen_meanwhile_gets_nothing(void **state)
{
    (void)state;
    key_process.meanwhile = freeze_one_meanwhile;
    run();
    assert_refused_one(2, REFUSAL_BINDING_NOT_ACTIVE);
    for (size_t i = 0; i < sizeof outs[2].memory; i++)
        assert_int_equal(outs[2].memory[i], 0);
    assert_others_answered(2);
}

static void nobody_is_finished_later_for_a_row_that_another_waits_for(void **state)
{
    (void)state;
    struct binding_held binding;
    frames[5].in.frame.len--;
    holder = store_open(office.database.server, NULL);
    assert_ok(store_begin(holder, &held));
    assert_ok(
        binding_hold(holder, people[3].project_id, people[3].device_id, people[3].binding_id, &binding));
    run();
    assert_refused_one(5, REFUSAL_FRAME_MALFORMED);
    assert_others_answered(5);
    store_close(holder);
    holder = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(all_are_asked_in_one_message_and_answered, add_people),
        cmocka_unit_test_setup(each_is_recorded_under_its_own_request_id, add_people),
        cmocka_unit_test_setup(a_wrong_pin_is_one_devices_own, add_people),
        cmocka_unit_test_setup(one_that_is_malformed_is_not_asked_about, add_people),
        cmocka_unit_test_setup(nobodys_token_and_a_frozen_device_refuse_their_own, add_people),
        cmocka_unit_test_setup(one_that_was_answered_before_gets_its_answer_again, add_people),
        cmocka_unit_test_setup(of_two_requests_of_one_device_the_second_is_told_busy, add_people),
        cmocka_unit_test_setup(a_key_process_that_is_away_is_away_for_all_and_no_turn_is_kept, add_people),
        cmocka_unit_test_setup(one_that_is_frozen_meanwhile_gets_nothing, add_people),
        cmocka_unit_test_setup(nobody_is_finished_later_for_a_row_that_another_waits_for, add_people),
    };
    return cmocka_run_group_tests(tests, office_open, office_close);
}
