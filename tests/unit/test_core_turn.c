/* SPDX-License-Identifier: Apache-2.0 */
/* A device's turn at the private-key process, and requests that overtake one another. */
#include <unistd.h>

#include "server/store/store.h"
#include "tests/unit/office.h"
#include "tests/unit/unit.h"

static struct person person;
static struct office_frame frame, second;
static struct submission_out out;
static struct act act;

/* Another connection runs the request that *overtaking names; what came of it. */
static const struct submission_in *overtaking;
static enum hufu_err overtaking_err;

static int add_person(void **state)
{
    (void)state;
    key_process_reset();
    person = (struct person){0};
    person_add(&office.database, &person);
    office_frame(&frame, &person, FRAME_OP_SIGN);
    return 0;
}

static enum hufu_err run(void)
{
    act = office_act(&person, "sm2/sign");
    return office_run(&office.worker, &act, FRAME_OP_SIGN, &frame.in, &out);
}

static void overtake(void)
{
    static struct submission_out other_out;
    struct worker other = office.worker;
    struct act other_act = office_act(&person, "sm2/sign");
    other.store = store_open(office.database.server, NULL);
    key_process.meanwhile = NULL;
    key_process.answer = "the other answer";
    overtaking_err = office_run(&other, &other_act, FRAME_OP_SIGN, overtaking, &other_out);
    store_close(other.store);
    key_process.answer = "sealed answer";
}

/* A connection that was closed is listed until its process has noticed. */
static void wait_for_connections(int64_t most)
{
    for (int i = 0; i < 3000 && database_number(&office.database, "select count(*) from pg_stat_activity"
                                                                  " where usename = 'hufu_server'") > most;
         i++)
        usleep(20000);
}

/* The connection that has the turn breaks, and the other request comes before it is opened again. */
static void lose_turn_and_be_overtaken(void)
{
    wait_for_connections(1);
    assert_int_equal(database_number(&office.database,
                                     "select count(pg_terminate_backend(pid)) from pg_stat_activity"
                                     " where usename = 'hufu_server'"),
                     1);
    wait_for_connections(0);
    overtake();
}

/* The other request is recorded and gives its turn back after this one's statement has begun and before it asks for the
 * turn: it then has the turn, and has not seen the record. */
static void be_overtaken_before_the_turn(void)
{
    static struct operation_situation situation;
    struct operation_query query = {.token_hash = person.token_hash,
                                    .key_id = person.key_id,
                                    .binding_id = person.binding_id,
                                    .request_id = frame.head.request_id,
                                    .take_turn = true,
                                    .situation = &situation};
    operation_give_turn(office.worker.store, person.device_id);
    overtake();
    operation_read(office.worker.store, &query, 1);
    assert_ok(query.err);
    assert_true(situation.has_turn);
}

static void assert_turn_is_free(void)
{
    office_frame(&second, &person, FRAME_OP_SIGN);
    overtaking = &second.in;
    overtake();
    assert_ok(overtaking_err);
}

static void while_one_request_of_a_device_is_computed_another_is_told_busy(void **state)
{
    (void)state;
    office_frame(&second, &person, FRAME_OP_SIGN);
    overtaking = &second.in;
    key_process.meanwhile = overtake;
    assert_ok(run());
    assert_int_equal(overtaking_err, HUFU_ERR_BUSY);
    assert_int_equal(key_process.calls, 1);
    overtake(); /* the turn was given back */
    assert_ok(overtaking_err);
}

static void the_turn_is_given_back_whatever_came_of_the_request(void **state)
{
    (void)state;
    static const enum hufu_err errors[] = {HUFU_ERR_PROOF, HUFU_ERR_POLICY, HUFU_ERR_SIGNATURE,
                                           HUFU_ERR_AWAY};
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        office_frame(&frame, &person, FRAME_OP_SIGN);
        key_process.err = errors[i];
        assert_int_not_equal(run(), HUFU_OK);
        key_process.err = HUFU_OK;
        assert_turn_is_free();
    }
}

static void a_request_that_was_overtaken_gives_its_turn_back(void **state)
{
    (void)state;
    overtaking = &frame.in;
    key_process.meanwhile = be_overtaken_before_the_turn;
    assert_ok(run());
    assert_bytes(out.answer, "the other answer");
    assert_turn_is_free();
}

static void of_two_identical_requests_at_once_both_get_the_recorded_answer(void **state)
{
    (void)state;
    overtaking = &frame.in;
    key_process.meanwhile = lose_turn_and_be_overtaken;
    assert_ok(run());
    assert_ok(overtaking_err);
    assert_bytes(out.answer, "the other answer");
    assert_int_equal(office_count(&person, "signature"), 1);
    assert_int_equal(office_count(&person, "audit_event"), 1);
}

static void of_two_identical_wrong_pins_at_once_one_is_counted(void **state)
{
    (void)state;
    overtaking = &frame.in;
    key_process.err = HUFU_ERR_PROOF;
    key_process.meanwhile = lose_turn_and_be_overtaken;
    assert_int_equal(run(), refusal_error(REFUSAL_PIN_WRONG));
    assert_int_equal(out.answer.len, 0);
    assert_int_equal(overtaking_err, HUFU_ERR_PROOF);
    assert_int_equal(act.tries_left, 4);
    assert_int_equal(database_number(&office.database,
                                     "select pin_failures from device where device_id = '%s'", person.device),
                     1);
}

#define TEST(name) cmocka_unit_test_setup(name, add_person)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(while_one_request_of_a_device_is_computed_another_is_told_busy),
        TEST(the_turn_is_given_back_whatever_came_of_the_request),
        TEST(a_request_that_was_overtaken_gives_its_turn_back),
        TEST(of_two_identical_requests_at_once_both_get_the_recorded_answer),
        TEST(of_two_identical_wrong_pins_at_once_one_is_counted),
    };
    return cmocka_run_group_tests(tests, office_open, office_close);
}
