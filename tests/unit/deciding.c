/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/deciding.h"

struct database database;
struct store *store;
struct person person;
struct person_request request;
struct operation_result result;
enum operation_change guess;

int deciding_start(void **state)
{
    (void)state;
    database_start(&database, true);
    store = store_open(database.server, NULL);
    return store == NULL;
}

int deciding_stop(void **state)
{
    (void)state;
    store_close(store);
    database_stop(&database);
    return 0;
}

int deciding_add_person(void **state)
{
    (void)state;
    person = (struct person){0};
    person_add(&database, &person);
    person_request(&person, 1, &request);
    request.subject.change = guess;
    return 0;
}

int64_t of_device(const char *column)
{
    return database_number(&database, "select %s from device where device_id = '%s'", column, person.device);
}
int64_t of_binding(const char *column)
{
    return database_number(&database, "select %s from binding where binding_id = '%s'", column,
                           person.binding);
}
int64_t count_of(const char *table)
{
    return database_number(&database, "select count(*) from %s where binding_id = '%s'", table,
                           person.binding);
}
void set_device(const char *assignment)
{
    database_run(&database, "update device set %s where device_id = '%s'", assignment, person.device);
}
void set_binding(const char *assignment)
{
    database_run(&database, "update binding set %s where binding_id = '%s'", assignment, person.binding);
}

void decide(enum operation_verdict verdict, bool recorded)
{
    request.subject.change = guess;
    assert_int_equal(operation_decide(store, &request.subject, &person_outcome, &result), HUFU_OK);
    assert_string_equal(operation_verdict_names[result.verdict], operation_verdict_names[verdict]);
    assert_int_equal(result.recorded, recorded);
}

void refuse(bool counted, enum operation_verdict verdict, bool recorded)
{
    const struct operation_refusal refusal = {
        .outcome = HUFU_ERR_PROOF, .counted = counted, .stored = true, .slug = "pin-wrong"};
    assert_int_equal(operation_refuse(store, &request.subject, &refusal, &result), HUFU_OK);
    assert_string_equal(operation_verdict_names[result.verdict], operation_verdict_names[verdict]);
    assert_int_equal(result.recorded, recorded);
}

void refresh_to(uint32_t generation, uint64_t time_ms, const char *record, const char *role,
                enum operation_verdict verdict)
{
    const struct operation_outcome outcome = {
        .answer = bytes_of_text("answer"), .next_record = bytes_of_text(record), .next_role = role};
    person_request(&person, 7, &request);
    request.subject.change = guess;
    request.subject.op = FRAME_OP_REFRESH;
    request.subject.generation = generation;
    request.subject.frame_time_ms = time_ms;
    request.subject.count = 0;
    assert_int_equal(operation_decide(store, &request.subject, &outcome, &result), HUFU_OK);
    assert_string_equal(operation_verdict_names[result.verdict], operation_verdict_names[verdict]);
}

void refresh(uint32_t generation, uint64_t time_ms, const char *record, enum operation_verdict verdict)
{
    refresh_to(generation, time_ms, record, NULL, verdict);
}
