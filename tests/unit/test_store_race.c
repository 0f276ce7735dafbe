/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that wait for a row while what they were promised ends, and many that come at once. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/store/account_store.h"
#include "server/store/connection.h"
#include "server/store/operation_store.h"
#include "tests/unit/database.h"
#include "tests/unit/people.h"

static struct database database;
static struct person person;
static struct store *other; /* a second connection of the server's */

static int start(void **state)
{
    (void)state;
    database_start(&database, true);
    other = store_open(database.server, NULL);
    return other == NULL;
}

static int stop(void **state)
{
    (void)state;
    store_close(other);
    database_stop(&database);
    return 0;
}

static int add_person(void **state)
{
    (void)state;
    person = (struct person){0};
    person_add(&database, &person);
    return 0;
}

/* One request on a thread and a connection of its own. */
struct runner {
    pthread_t thread;
    struct store *store;
    struct person_request request;
    bool wrong_pin;
    enum hufu_err err;
    struct operation_result result;
};

static void *run(void *argument)
{
    struct runner *runner = argument;
    const struct operation_refusal refusal = {
        .outcome = HUFU_ERR_PROOF, .counted = true, .stored = true, .slug = "pin-wrong"};
    if (runner->wrong_pin)
        runner->err = operation_refuse(runner->store, &runner->request.subject, &refusal, &runner->result);
    else
        runner->err =
            operation_decide(runner->store, &runner->request.subject, &person_outcome, &runner->result);
    return NULL;
}

/* All three statements that decide are raced: the whole one, and those for requests that change uses alone, or nothing. */
static enum operation_change guess;

static void launch(struct runner *runner, uint8_t number, bool wrong_pin)
{
    *runner = (struct runner){.store = database_server(&database, number), .wrong_pin = wrong_pin};
    person_request(&person, number, &runner->request);
    runner->request.subject.change = guess;
    assert_int_equal(pthread_create(&runner->thread, NULL, run, runner), 0);
}

static void finish(struct runner *runner)
{
    assert_int_equal(pthread_join(runner->thread, NULL), 0);
    assert_int_equal(runner->err, HUFU_OK);
}

static int64_t count_of(const char *table)
{
    return database_number(&database, "select count(*) from %s where binding_id = '%s'", table,
                           person.binding);
}

/* The other connection holds a row, by the statement; a request comes and waits; then the rest happens and commits. */
static void assert_waiting_request_is_refused(const char *hold, const char *then, const char *last,
                                              enum operation_verdict verdict)
{
    char sql[512], message[256];
    struct runner runner;
    snprintf(sql, sizeof sql, "begin; %s", hold);
    assert_int_equal(store_script(other, sql, 0, message, sizeof message), HUFU_OK);
    launch(&runner, 1, false);
    assert_true(database_wait_for_waiters(&database, 1));
    snprintf(sql, sizeof sql, "%s; %s", then, last);
    assert_int_equal(store_script(other, sql, 0, message, sizeof message), HUFU_OK);
    finish(&runner);
    assert_string_equal(operation_verdict_names[runner.result.verdict], operation_verdict_names[verdict]);
    assert_false(runner.result.recorded);
    assert_int_equal(count_of("request"), 0);
    assert_int_equal(count_of("signature"), 0);
}

static void a_request_waiting_while_its_account_is_suspended_does_not_sign(void **state)
{
    (void)state;
    struct runner runner;
    struct account account;
    struct store_transaction transaction STORE_TRANSACTION = {0};
    assert_int_equal(store_begin(other, &transaction), HUFU_OK);
    assert_int_equal(account_lock(other, person.account_id, &account), HUFU_OK);
    assert_int_equal(account_set_state(other, &account, ACCOUNT_SUSPENDED), HUFU_OK);
    launch(&runner, 1, false);
    assert_true(database_wait_for_waiters(&database, 1));
    assert_int_equal(store_commit(&transaction), HUFU_OK);
    finish(&runner);
    assert_int_equal(runner.result.verdict, VERDICT_ACCOUNT);
    assert_int_equal(count_of("signature"), 0);
}

static void *commit_later(void *nothing)
{
    (void)nothing;
    database_wait_for_waiters(&database, 1);
    char message[256];
    assert_int_equal(store_script(database.store, "commit", 0, message, sizeof message), HUFU_OK);
    return NULL;
}

static void a_suspension_reaches_a_device_that_was_added_while_it_waited(void **state)
{
    (void)state;
    char sql[600], message[256];
    struct account account;
    snprintf(sql, sizeof sql,
             "begin; select 1 from account where account_id = '%s' for no key update; insert into device "
             "(project_id,"
             " device_id, account_id, device_key, state, role, account_state) values ('%s', "
             "gen_random_uuid(), '%s',"
             " '\\x04' || sha256('%s') || sha256('z'), 'active', 'secondary', 'active')",
             person.account, person.project, person.account, person.device);
    assert_int_equal(store_script(database.store, sql, 0, message, sizeof message), HUFU_OK);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, commit_later, NULL), 0);
    struct store_transaction transaction STORE_TRANSACTION = {0};
    assert_int_equal(store_begin(other, &transaction), HUFU_OK);
    assert_int_equal(account_lock(other, person.account_id, &account), HUFU_OK);
    assert_int_equal(account_set_state(other, &account, ACCOUNT_SUSPENDED), HUFU_OK);
    assert_int_equal(store_commit(&transaction), HUFU_OK);
    pthread_join(thread, NULL);
    assert_int_equal(database_number(&database,
                                     "select count(*) from device where account_id = '%s' and account_state ="
                                     " 'suspended'",
                                     person.account),
                     2);
}

static void a_request_waiting_for_its_device_while_it_is_frozen_does_not_sign(void **state)
{
    (void)state;
    char hold[200];
    snprintf(hold, sizeof hold, "update device set state = 'frozen' where device_id = '%s'", person.device);
    assert_waiting_request_is_refused(hold, "select 1", "commit", VERDICT_DEVICE);
}

static void a_request_waiting_for_its_binding_while_it_is_frozen_does_not_sign(void **state)
{
    (void)state;
    char hold[200];
    snprintf(hold, sizeof hold, "update binding set state = 'frozen' where binding_id = '%s'",
             person.binding);
    assert_waiting_request_is_refused(hold, "select 1", "commit", VERDICT_BINDING);
}

static void a_request_waiting_while_its_window_ends_does_not_sign(void **state)
{
    (void)state;
    char hold[200];
    database_run(&database,
                 "update binding set valid_until = clock_timestamp() + interval '1 second' where binding_id ="
                 " '%s'",
                 person.binding);
    snprintf(hold, sizeof hold, "update binding set uses_left = null where binding_id = '%s'",
             person.binding);
    assert_waiting_request_is_refused(hold, "select pg_sleep(1.2)", "commit", VERDICT_WINDOW);
}

/* PostgreSQL looks at the conditions again only when the row it waited for was changed; here it was not. */
static void
a_request_waiting_while_its_window_ends_does_not_sign_though_the_holder_changed_nothing(void **state)
{
    (void)state;
    char hold[200];
    database_run(&database,
                 "update binding set valid_until = clock_timestamp() + interval '1 second' where binding_id ="
                 " '%s'",
                 person.binding);
    snprintf(hold, sizeof hold, "select 1 from binding where binding_id = '%s' for update", person.binding);
    assert_waiting_request_is_refused(hold, "select pg_sleep(1.2)", "rollback", VERDICT_WINDOW);
}

static void a_request_waiting_while_its_generation_ends_does_not_sign(void **state)
{
    (void)state;
    char hold[200];
    snprintf(hold, sizeof hold, "update binding set generation = 1, record = 'one' where binding_id = '%s'",
             person.binding);
    assert_waiting_request_is_refused(hold, "select 1", "commit", VERDICT_GENERATION);
}

static void a_request_waiting_while_the_last_use_is_taken_does_not_sign(void **state)
{
    (void)state;
    char hold[200];
    database_run(&database, "update binding set uses_left = 1 where binding_id = '%s'", person.binding);
    snprintf(hold, sizeof hold, "update binding set uses_left = 0 where binding_id = '%s'", person.binding);
    assert_waiting_request_is_refused(hold, "select 1", "commit", VERDICT_USES);
}

static void a_request_that_waited_for_a_change_that_concerns_it_not_signs_with_the_newest_rows(void **state)
{
    (void)state;
    char sql[256], message[256];
    struct runner runner;
    database_run(&database, "update binding set uses_left = 10 where binding_id = '%s'", person.binding);
    snprintf(sql, sizeof sql, "begin; update binding set uses_left = 4 where binding_id = '%s'",
             person.binding);
    assert_int_equal(store_script(other, sql, 0, message, sizeof message), HUFU_OK);
    launch(&runner, 1, false);
    assert_true(database_wait_for_waiters(&database, 1));
    assert_int_equal(store_script(other, "commit", 0, message, sizeof message), HUFU_OK);
    finish(&runner);
    assert_true(runner.result.recorded);
    assert_int_equal(
        database_number(&database, "select uses_left from binding where binding_id = '%s'", person.binding),
        3);
}

#define CROWD 30

static void of_thirty_wrong_pins_at_once_five_are_told_and_then_nobody(void **state)
{
    (void)state;
    static struct runner runners[CROWD];
    for (uint8_t i = 0; i < CROWD; i++)
        launch(&runners[i], i, true);
    int told = 0, locked = 0;
    for (int i = 0; i < CROWD; i++) {
        finish(&runners[i]);
        told += runners[i].result.recorded;
        locked += runners[i].result.verdict == VERDICT_LOCKED;
    }
    assert_int_equal(told, 5);
    assert_int_equal(locked, CROWD - 5);
    assert_int_equal(
        database_number(&database, "select pin_failures from device where device_id = '%s'", person.device),
        5);
    assert_int_equal(count_of("request"), 5);
    struct runner late;
    launch(&late, 1, false);
    finish(&late);
    assert_int_equal(late.result.verdict, VERDICT_LOCKED);
}

static void of_thirty_signatures_on_ten_uses_ten_are_recorded(void **state)
{
    (void)state;
    static struct runner runners[CROWD];
    database_run(&database, "update binding set uses_left = 10 where binding_id = '%s'", person.binding);
    for (uint8_t i = 0; i < CROWD; i++)
        launch(&runners[i], i, false);
    int recorded = 0;
    for (int i = 0; i < CROWD; i++) {
        finish(&runners[i]);
        recorded += runners[i].result.recorded;
    }
    assert_int_equal(recorded, 10);
    assert_int_equal(count_of("signature"), 10);
    assert_int_equal(count_of("audit_event"), 10);
    assert_int_equal(
        database_number(&database, "select uses_left from binding where binding_id = '%s'", person.binding),
        0);
}

static void of_thirty_identical_requests_one_is_recorded(void **state)
{
    (void)state;
    static struct runner runners[CROWD];
    struct person_request same;
    person_request(&person, 1, &same);
    same.subject.change = guess;
    for (int i = 0; i < CROWD; i++) {
        runners[i] = (struct runner){.store = database_server(&database, (size_t)i), .request = same};
        runners[i].request.subject.request_id = same.request_id;
        runners[i].request.subject.frame_hash = same.frame_hash;
        assert_int_equal(pthread_create(&runners[i].thread, NULL, run, &runners[i]), 0);
    }
    int recorded = 0;
    for (int i = 0; i < CROWD; i++) {
        finish(&runners[i]);
        recorded += runners[i].result.recorded;
    }
    assert_int_equal(recorded, 1);
    assert_int_equal(count_of("audit_event"), 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, add_person)
    const struct CMUnitTest tests[] = {
        TEST(a_request_waiting_while_its_account_is_suspended_does_not_sign),
        TEST(a_suspension_reaches_a_device_that_was_added_while_it_waited),
        TEST(a_request_waiting_for_its_device_while_it_is_frozen_does_not_sign),
        TEST(a_request_waiting_for_its_binding_while_it_is_frozen_does_not_sign),
        TEST(a_request_waiting_while_its_window_ends_does_not_sign),
        TEST(a_request_waiting_while_its_window_ends_does_not_sign_though_the_holder_changed_nothing),
        TEST(a_request_waiting_while_its_generation_ends_does_not_sign),
        TEST(a_request_waiting_while_the_last_use_is_taken_does_not_sign),
        TEST(a_request_that_waited_for_a_change_that_concerns_it_not_signs_with_the_newest_rows),
        TEST(of_thirty_wrong_pins_at_once_five_are_told_and_then_nobody),
        TEST(of_thirty_signatures_on_ten_uses_ten_are_recorded),
        TEST(of_thirty_identical_requests_one_is_recorded),
    };
    int failed = 0;
    for (guess = CHANGE_ANY; guess <= CHANGE_NONE; guess++)
        failed += cmocka_run_group_tests(tests, start, stop);
    return failed;
}
