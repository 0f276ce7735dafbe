/* SPDX-License-Identifier: Apache-2.0 */
/* The statement that decides: each condition by itself, what a success and a refusal change, and what they do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/clock.h"
#include "server/store/operation_store.h"
#include "server/store/request_store.h"
#include "tests/unit/database.h"
#include "tests/unit/people.h"

static struct database database;
static struct store *store;
static struct person person;
static struct person_request request;
static struct operation_result result;
/* A success says beforehand what it changes, whether it does or not: nothing may depend on it. */
static enum operation_change guess;

static int start(void **state)
{
    (void)state;
    database_start(&database, true);
    store = store_open(database.server, NULL);
    return store == NULL;
}

static int stop(void **state)
{
    (void)state;
    store_close(store);
    database_stop(&database);
    return 0;
}

/* Every test has a person of its own. */
static int add_person(void **state)
{
    (void)state;
    person = (struct person){0};
    person_add(&database, &person);
    person_request(&person, 1, &request);
    request.subject.change = guess;
    return 0;
}

static int64_t of_device(const char *column)
{
    return database_number(&database, "select %s from device where device_id = '%s'", column, person.device);
}
static int64_t of_binding(const char *column)
{
    return database_number(&database, "select %s from binding where binding_id = '%s'", column,
                           person.binding);
}
static int64_t count_of(const char *table)
{
    return database_number(&database, "select count(*) from %s where binding_id = '%s'", table,
                           person.binding);
}
static void set_device(const char *assignment)
{
    database_run(&database, "update device set %s where device_id = '%s'", assignment, person.device);
}
static void set_binding(const char *assignment)
{
    database_run(&database, "update binding set %s where binding_id = '%s'", assignment, person.binding);
}

static void decide(enum operation_verdict verdict, bool recorded)
{
    request.subject.change = guess;
    assert_int_equal(operation_decide(store, &request.subject, &person_outcome, &result), HUFU_OK);
    assert_string_equal(operation_verdict_names[result.verdict], operation_verdict_names[verdict]);
    assert_int_equal(result.recorded, recorded);
}

static void refuse(bool counted, enum operation_verdict verdict, bool recorded)
{
    const struct operation_refusal refusal = {
        .outcome = HUFU_ERR_PROOF, .counted = counted, .stored = true, .slug = "pin-wrong"};
    assert_int_equal(operation_refuse(store, &request.subject, &refusal, &result), HUFU_OK);
    assert_string_equal(operation_verdict_names[result.verdict], operation_verdict_names[verdict]);
    assert_int_equal(result.recorded, recorded);
}

/* Neither of the two statements may leave anything behind. */
static void assert_refused_by_both(enum operation_verdict verdict)
{
    int64_t failures = of_device("pin_failures");
    decide(verdict, false);
    refuse(true, verdict, false);
    assert_int_equal(count_of("request"), 0);
    assert_int_equal(count_of("signature"), 0);
    assert_int_equal(count_of("audit_event"), 0);
    assert_int_equal(of_device("pin_failures"), failures);
}

static void a_success_is_recorded_once_with_signature_and_event(void **state)
{
    (void)state;
    decide(VERDICT_OK, true);
    assert_int_equal(count_of("request"), 1);
    assert_int_equal(count_of("signature"), 1);
    assert_int_equal(count_of("audit_event"), 1);
    assert_int_equal(
        database_number(&database,
                        "select count(*) from request r join signature s using (binding_id, request_id, at)"
                        " join audit_event e using (binding_id, request_id, at)"
                        " where r.binding_id = '%s' and e.outcome = 'ok' and e.action = 'sm2/sign'"
                        " and s.key_id = '%s' and s.account_id = '%s' and e.device_id = '%s'",
                        person.binding, person.key, person.account, person.device),
        1);
}

static void a_taken_request_id_changes_nothing(void **state)
{
    (void)state;
    set_binding("uses_left = 5");
    decide(VERDICT_OK, true);
    decide(VERDICT_OK, false);
    refuse(true, VERDICT_OK, false);
    assert_int_equal(of_binding("uses_left"), 4);
    assert_int_equal(of_device("pin_failures"), 0);
    assert_int_equal(count_of("request"), 1);
    assert_int_equal(count_of("audit_event"), 1);
}

static void a_suspended_account_refuses_by_either_row(void **state)
{
    (void)state;
    set_device("account_state = 'suspended'");
    assert_refused_by_both(VERDICT_ACCOUNT);
    set_device("account_state = 'active'");
    set_binding("account_state = 'suspended'");
    assert_refused_by_both(VERDICT_ACCOUNT);
}

static void a_frozen_device_refuses(void **state)
{
    (void)state;
    set_device("state = 'frozen'");
    assert_refused_by_both(VERDICT_DEVICE);
}

static void a_frozen_binding_refuses(void **state)
{
    (void)state;
    set_binding("state = 'frozen'");
    assert_refused_by_both(VERDICT_BINDING);
}

static void a_locked_device_refuses(void **state)
{
    (void)state;
    set_device("locked = true");
    assert_refused_by_both(VERDICT_LOCKED);
}

static void a_window_not_yet_open_or_over_refuses(void **state)
{
    (void)state;
    set_binding("valid_from = clock_timestamp() + interval '1 minute'");
    assert_refused_by_both(VERDICT_WINDOW);
    set_binding("valid_from = null, valid_until = clock_timestamp() - interval '1 millisecond'");
    assert_refused_by_both(VERDICT_WINDOW);
    set_binding("valid_from = clock_timestamp() - interval '1 minute', valid_until = clock_timestamp() + "
                "interval '1 minute'");
    decide(VERDICT_OK, true);
}

static void too_few_uses_refuse_the_whole_batch(void **state)
{
    (void)state;
    set_binding("uses_left = 2");
    request.subject.count = 3;
    assert_refused_by_both(VERDICT_USES);
    assert_int_equal(of_binding("uses_left"), 2);
    request.subject.count = 2;
    decide(VERDICT_OK, true);
    assert_int_equal(of_binding("uses_left"), 0);
}

static void a_signature_of_a_key_without_certificate_costs_nothing(void **state)
{
    (void)state;
    set_binding("uses_left = 1, key_state = 'generated'");
    decide(VERDICT_OK, true);
    assert_int_equal(of_binding("uses_left"), 1);
}

static void another_generation_refuses(void **state)
{
    (void)state;
    request.subject.generation = 1;
    assert_refused_by_both(VERDICT_GENERATION);
    set_binding("generation = 2");
    assert_refused_by_both(VERDICT_GENERATION);
    request.subject.generation = UINT32_MAX;
    assert_refused_by_both(VERDICT_GENERATION);
}

static void a_binding_of_another_device_is_not_found(void **state)
{
    (void)state;
    struct person other = {0};
    person_add(&database, &other);
    request.subject.device_id = other.device_id;
    assert_int_equal(operation_decide(store, &request.subject, &person_outcome, &result), HUFU_ERR_NOT_FOUND);
    request.subject.device_id = person.device_id;
    request.subject.project_id = other.project_id;
    assert_int_equal(operation_decide(store, &request.subject, &person_outcome, &result), HUFU_ERR_NOT_FOUND);
    assert_int_equal(count_of("request"), 0);
}

static void a_wrong_pin_counts_and_a_right_one_forgives_but_not_for_life(void **state)
{
    (void)state;
    refuse(true, VERDICT_OK, true);
    assert_int_equal(result.pin_failures_before, 0);
    assert_int_equal(result.tries_left, 4);
    person_request(&person, 2, &request);
    refuse(true, VERDICT_OK, true);
    assert_int_equal(result.tries_left, 3);
    person_request(&person, 3, &request);
    decide(VERDICT_OK, true);
    assert_int_equal(result.pin_failures_before, 2);
    assert_int_equal(of_device("pin_failures"), 0);
    assert_int_equal(of_device("pin_failures_life"), 2);
}

static void five_wrong_pins_lock_and_nothing_passes_after(void **state)
{
    (void)state;
    for (uint8_t i = 0; i < 5; i++) {
        person_request(&person, i, &request);
        refuse(true, VERDICT_OK, true);
        assert_int_equal(result.locked, i == 4);
        assert_int_equal(result.tries_left, 4 - i);
    }
    person_request(&person, 9, &request);
    decide(VERDICT_LOCKED, false);
    refuse(true, VERDICT_LOCKED, false);
    assert_int_equal(database_number(&database,
                                     "select count(*) from audit_event where device_id = '%s' and action ="
                                     " 'device.lock'",
                                     person.device),
                     1);
}

static void the_lifes_limit_locks_too(void **state)
{
    (void)state;
    set_device("pin_failures_life = 49");
    refuse(true, VERDICT_OK, true);
    assert_true(result.locked);
    assert_int_equal(result.tries_left, 0);
    assert_int_equal(of_device("locked::int"), 1);
}

static void an_uncounted_refusal_is_recorded_and_counts_nothing(void **state)
{
    (void)state;
    set_device("pin_failures = 3");
    refuse(false, VERDICT_OK, true);
    assert_int_equal(of_device("pin_failures"), 3);
    assert_int_equal(of_device("pin_failures_life"), 0);
    assert_int_equal(count_of("request"), 1);
    assert_int_equal(count_of("signature"), 0);
}

static void a_refusal_that_is_not_stored_leaves_its_request_id_free(void **state)
{
    (void)state;
    const struct operation_refusal refusal = {.outcome = HUFU_ERR_FORM, .slug = "frame-malformed"};
    assert_int_equal(operation_refuse(store, &request.subject, &refusal, &result), HUFU_OK);
    assert_true(result.recorded);
    assert_int_equal(count_of("request"), 0);
    assert_int_equal(count_of("audit_event"), 1);
    decide(VERDICT_OK, true);
}

/* Refreshes at the generation given with a frame of that time; the next record is the text, of that role (NULL: the same). */
static void refresh_to(uint32_t generation, uint64_t time_ms, const char *record, const char *role,
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

static void refresh(uint32_t generation, uint64_t time_ms, const char *record, enum operation_verdict verdict)
{
    refresh_to(generation, time_ms, record, NULL, verdict);
}

static void check_pin(uint32_t generation, uint64_t next_time_ms, enum operation_verdict verdict)
{
    const struct operation_outcome outcome = {.answer = bytes_of_text("answer")};
    person_request(&person, 8, &request);
    request.subject.change = guess;
    request.subject.op = FRAME_OP_PIN_CHECK;
    request.subject.generation = generation;
    request.subject.next_time_ms = next_time_ms;
    request.subject.count = 0;
    assert_int_equal(operation_decide(store, &request.subject, &outcome, &result), HUFU_OK);
    assert_string_equal(operation_verdict_names[result.verdict], operation_verdict_names[verdict]);
}

static void a_refresh_leaves_the_old_half_working_until_the_new_one_is_used(void **state)
{
    (void)state;
    refresh(0, 1000, "record one", VERDICT_OK);
    assert_int_equal(of_binding("generation"), 0);
    check_pin(0, 1000, VERDICT_OK);
    assert_int_equal(of_binding("(next_record is not null)::int"), 1);
    check_pin(1, 1000, VERDICT_OK);
    assert_int_equal(of_binding("generation"), 1);
    assert_int_equal(of_binding("(record = 'record one' and next_record is null)::int"), 1);
    check_pin(0, 0, VERDICT_GENERATION);
    check_pin(1, 0, VERDICT_OK);
}

static void a_refresh_not_later_than_the_pending_one_is_refused_and_a_later_one_replaces_it(void **state)
{
    (void)state;
    refresh(0, 1000, "record one", VERDICT_OK);
    refresh(0, 1000, "record two", VERDICT_REFRESH);
    refresh(0, 999, "record two", VERDICT_REFRESH);
    assert_int_equal(of_binding("(next_record = 'record one')::int"), 1);
    refresh(0, 1001, "record three", VERDICT_OK);
    assert_int_equal(of_binding("(next_record = 'record three' and generation = 0)::int"), 1);
}

static void a_proof_for_a_pending_half_that_was_replaced_does_not_end_the_old_one(void **state)
{
    (void)state;
    refresh(0, 1000, "record one", VERDICT_OK);
    refresh(0, 2000, "record two", VERDICT_OK);
    check_pin(1, 1000, VERDICT_GENERATION);
    assert_int_equal(of_binding("generation"), 0);
    check_pin(1, 2000, VERDICT_OK);
    assert_int_equal(of_binding("(record = 'record two')::int"), 1);
}

static void a_refresh_from_the_pending_half_ends_the_old_one_and_makes_another(void **state)
{
    (void)state;
    refresh(0, 1000, "record one", VERDICT_OK);
    const struct operation_outcome outcome = {.answer = bytes_of_text("answer"),
                                              .next_record = bytes_of_text("record two")};
    person_request(&person, 7, &request);
    request.subject.change = guess;
    request.subject.op = FRAME_OP_REFRESH;
    request.subject.generation = 1;
    request.subject.next_time_ms = 1000;
    request.subject.frame_time_ms = 900;
    assert_int_equal(operation_decide(store, &request.subject, &outcome, &result), HUFU_OK);
    assert_int_equal(result.verdict, VERDICT_OK);
    assert_int_equal(
        of_binding("(record = 'record one' and next_record = 'record two' and generation = 1)::int"), 1);
}

static void the_role_of_the_next_record_is_the_bindings_once_that_was_used(void **state)
{
    (void)state;
    set_binding("role = 'secondary'");
    refresh_to(0, 1000, "record one", "primary", VERDICT_OK);
    check_pin(0, 1000, VERDICT_OK);
    assert_int_equal(of_binding("(role = 'secondary' and next_role = 'primary')::int"), 1);
    /* A later refresh that asks for none takes its place whole. */
    refresh(0, 2000, "record two", VERDICT_OK);
    check_pin(1, 2000, VERDICT_OK);
    assert_int_equal(of_binding("(role = 'secondary' and next_role is null)::int"), 1);
    refresh_to(1, 3000, "record three", "primary", VERDICT_OK);
    check_pin(2, 3000, VERDICT_OK);
    assert_int_equal(of_binding("(role = 'primary' and next_role is null and generation = 2)::int"), 1);
    refresh(2, 4000, "record four", VERDICT_OK);
    check_pin(3, 4000, VERDICT_OK);
    assert_int_equal(of_binding("(role = 'primary' and next_role is null)::int"), 1);
}

static struct operation_situation *read_situation(uint32_t generation)
{
    static struct operation_situation situation;
    const struct operation_query query = {.token_hash = person.token_hash,
                                          .key_id = person.key_id,
                                          .binding_id = person.binding_id,
                                          .request_id = request.request_id,
                                          .generation = generation};
    assert_int_equal(operation_read(store, &query, &situation), HUFU_OK);
    return &situation;
}

static void the_read_gives_the_record_of_the_generation_asked_for(void **state)
{
    (void)state;
    struct person_request first = request;
    refresh(0, 1000, "record one", VERDICT_OK);
    request = first;
    struct operation_situation *situation = read_situation(0);
    assert_true(situation->found);
    assert_true(bytes_equal_text(situation->record, "record zero"));
    assert_int_equal(situation->record_generation, 0);
    situation = read_situation(1);
    assert_true(bytes_equal_text(situation->record, "record one"));
    assert_int_equal(situation->record_generation, 1);
    assert_int_equal(situation->standing.next_time_ms, 1000);
    situation = read_situation(5);
    assert_true(bytes_equal_text(situation->record, "record zero"));
    assert_int_equal(situation->record_generation, 0);
    assert_false(situation->stored.exists);
}

static void the_read_gives_back_what_was_stored_under_the_request_id(void **state)
{
    (void)state;
    decide(VERDICT_OK, true);
    struct operation_situation *situation = read_situation(0);
    assert_true(situation->stored.exists);
    assert_true(situation->stored.fresh);
    assert_int_equal(situation->stored.outcome, HUFU_OK);
    assert_true(bytes_equal(situation->stored.answer, person_outcome.answer));
    assert_memory_equal(situation->stored.frame_hash, request.frame_hash, sizeof request.frame_hash);
    database_run(&database, "update request set at = at - interval '10 minutes' where binding_id = '%s'",
                 person.binding);
    assert_false(read_situation(0)->stored.fresh);
}

static void the_read_knows_no_other_sessions_bindings(void **state)
{
    (void)state;
    decide(VERDICT_OK, true);
    struct person other = {0};
    person_add(&database, &other);
    static struct operation_situation situation;
    struct operation_query query = {.token_hash = other.token_hash,
                                    .key_id = person.key_id,
                                    .binding_id = person.binding_id,
                                    .request_id = request.request_id};
    assert_int_equal(operation_read(store, &query, &situation), HUFU_OK);
    assert_false(situation.found);
    assert_false(situation.stored.exists);
    assert_memory_equal(situation.session.device_id, other.device_id, UUID_SIZE);
    query.token_hash = person.token_hash;
    query.key_id = other.key_id;
    assert_int_equal(operation_read(store, &query, &situation), HUFU_OK);
    assert_false(situation.found);
}

/* Whether this connection got the device's turn. */
static bool takes_turn(struct store *asking)
{
    static struct operation_situation situation;
    const struct operation_query query = {.token_hash = person.token_hash,
                                          .key_id = person.key_id,
                                          .binding_id = person.binding_id,
                                          .request_id = request.request_id,
                                          .take_turn = true};
    assert_int_equal(operation_read(asking, &query, &situation), HUFU_OK);
    return situation.has_turn;
}

static void a_devices_turn_is_one_connections_until_it_gives_it_back_or_ends(void **state)
{
    (void)state;
    struct store *other = store_open(database.server, NULL);
    assert_non_null(other);
    assert_false(read_situation(0)->has_turn); /* nobody asked for it */
    assert_true(takes_turn(store));
    assert_false(takes_turn(other));
    operation_give_turn(store, person.device_id);
    assert_true(takes_turn(other));
    assert_false(takes_turn(store));
    store_close(other);
    bool taken = false; /* the server notices the closed connection a moment later */
    for (int i = 0; i < 3000 && !taken; i++) {
        taken = takes_turn(store);
        if (!taken)
            usleep(20000);
    }
    assert_true(taken);
    operation_give_turn(store, person.device_id);
}

static void a_success_ends_the_turn_and_not_before_its_commit(void **state)
{
    (void)state;
    struct store *other = store_open(database.server, NULL);
    assert_non_null(other);
    assert_true(takes_turn(store));
    request.subject.has_turn = true;
    struct store_transaction transaction STORE_TRANSACTION = {0};
    assert_int_equal(store_begin(store, &transaction), HUFU_OK);
    decide(VERDICT_OK, true);
    assert_true(result.turn_given);
    assert_false(takes_turn(other));
    assert_int_equal(store_commit(&transaction), HUFU_OK);
    assert_true(takes_turn(other));
    store_close(other);
}

static void a_success_of_a_subject_without_turn_leaves_the_turn_alone(void **state)
{
    (void)state;
    struct store *other = store_open(database.server, NULL);
    assert_non_null(other);
    assert_true(takes_turn(other));
    decide(VERDICT_OK, true);
    assert_false(result.turn_given);
    assert_false(takes_turn(store));
    store_close(other);
}

static void a_verdict_against_says_what_state_is_in_the_way(void **state)
{
    (void)state;
    set_binding("account_state = 'closed', state = 'frozen'");
    decide(VERDICT_ACCOUNT, false);
    assert_string_equal(result.state, "closed");
    set_device("account_state = 'suspended'");
    decide(VERDICT_ACCOUNT, false);
    assert_string_equal(result.state, "suspended");
    set_device("account_state = 'active', state = 'frozen'");
    set_binding("account_state = 'active'");
    decide(VERDICT_DEVICE, false);
    assert_string_equal(result.state, "frozen");
    set_device("state = 'active', locked = true");
    refuse(true, VERDICT_BINDING, false);
    assert_string_equal(result.state, "frozen");
    set_binding("state = 'active'");
    refuse(true, VERDICT_LOCKED, false);
    assert_null(result.state);
    assert_true(result.locked);
}

static void an_ended_or_expired_session_is_nobody(void **state)
{
    (void)state;
    static struct operation_situation situation;
    const struct operation_query query = {.token_hash = person.token_hash,
                                          .key_id = person.key_id,
                                          .binding_id = person.binding_id,
                                          .request_id = request.request_id};
    database_run(&database, "update session set expires_at = now() where device_id = '%s'", person.device);
    assert_int_equal(operation_read(store, &query, &situation), HUFU_ERR_UNAUTHENTICATED);
    database_run(&database,
                 "update session set expires_at = now() + interval '1 day', state = 'ended' where"
                 " device_id = '%s'",
                 person.device);
    assert_int_equal(operation_read(store, &query, &situation), HUFU_ERR_UNAUTHENTICATED);
}

static void pruning_removes_old_answers_and_keeps_their_ids(void **state)
{
    (void)state;
    decide(VERDICT_OK, true);
    struct person_request old = request;
    database_run(&database,
                 "update request set at = clock_timestamp() - interval '11 minutes' where binding_id = '%s'",
                 person.binding);
    database_run(&database, "update maintenance set done_until = clock_timestamp() - interval '2 hours'");
    person_request(&person, 2, &request);
    decide(VERDICT_OK, true);
    bool more = true;
    for (int i = 0; more && i < 400; i++)
        assert_int_equal(request_prune(store, &more), HUFU_OK);
    assert_false(more);
    assert_int_equal(database_number(&database,
                                     "select count(*) from request where binding_id = '%s' and answer is not"
                                     " null",
                                     person.binding),
                     1);
    request = old;
    decide(VERDICT_OK, false);
    assert_int_equal(count_of("signature"), 2);
}

/* What each column may be beside the others, whoever writes the row. */
static void a_row_of_binding_that_does_not_hold_together_is_refused(void **state)
{
    (void)state;
    static const char *const assignments[] = {
        "role = 'owner'",
        "state = 'waiting'",
        "state = 'removed'",
        "record = null",
        "next_record = 'r'",
        "next_request_time = now()",
        "next_role = 'primary'",
        "next_record = 'r', next_request_time = now(), next_role = 'secondary'",
        "pending_record = 'r'",
        "pending_record = 'r', pending_request_id = binding_id",
        "pending_until = now()",
        "authorization_operations = 1",
        "role = 'authorized', authorization_operations = 1",
        "policy_number = -1",
        "record = null, next_record = 'r', next_request_time = now()",
    };
    for (size_t i = 0; i < sizeof(assignments) / sizeof(assignments[0]); i++)
        database_run(&database,
                     "do $$ begin begin update binding set %s where binding_id = '%s'; exception when "
                     "check_violation then return; end; raise 'was taken: %%', $x$%s$x$; end $$",
                     assignments[i], person.binding, assignments[i]);
    set_binding("next_record = 'r', next_request_time = now(), next_role = 'primary'");
    set_binding("state = 'waiting', handover_until = now()");
    set_binding(
        "state = 'removed', record = null, next_record = null, next_request_time = null, next_role = null");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, add_person)
    const struct CMUnitTest tests[] = {
        TEST(a_success_is_recorded_once_with_signature_and_event),
        TEST(a_taken_request_id_changes_nothing),
        TEST(a_suspended_account_refuses_by_either_row),
        TEST(a_frozen_device_refuses),
        TEST(a_frozen_binding_refuses),
        TEST(a_locked_device_refuses),
        TEST(a_window_not_yet_open_or_over_refuses),
        TEST(too_few_uses_refuse_the_whole_batch),
        TEST(a_signature_of_a_key_without_certificate_costs_nothing),
        TEST(another_generation_refuses),
        TEST(a_binding_of_another_device_is_not_found),
        TEST(a_wrong_pin_counts_and_a_right_one_forgives_but_not_for_life),
        TEST(five_wrong_pins_lock_and_nothing_passes_after),
        TEST(the_lifes_limit_locks_too),
        TEST(an_uncounted_refusal_is_recorded_and_counts_nothing),
        TEST(a_refusal_that_is_not_stored_leaves_its_request_id_free),
        TEST(a_refresh_leaves_the_old_half_working_until_the_new_one_is_used),
        TEST(a_refresh_not_later_than_the_pending_one_is_refused_and_a_later_one_replaces_it),
        TEST(a_proof_for_a_pending_half_that_was_replaced_does_not_end_the_old_one),
        TEST(a_refresh_from_the_pending_half_ends_the_old_one_and_makes_another),
        TEST(the_role_of_the_next_record_is_the_bindings_once_that_was_used),
        TEST(the_read_gives_the_record_of_the_generation_asked_for),
        TEST(the_read_gives_back_what_was_stored_under_the_request_id),
        TEST(the_read_knows_no_other_sessions_bindings),
        TEST(a_devices_turn_is_one_connections_until_it_gives_it_back_or_ends),
        TEST(a_success_ends_the_turn_and_not_before_its_commit),
        TEST(a_success_of_a_subject_without_turn_leaves_the_turn_alone),
        TEST(a_verdict_against_says_what_state_is_in_the_way),
        TEST(an_ended_or_expired_session_is_nobody),
        TEST(pruning_removes_old_answers_and_keeps_their_ids),
        TEST(a_row_of_binding_that_does_not_hold_together_is_refused),
    };
    int failed = 0;
    for (guess = CHANGE_ANY; guess <= CHANGE_NONE; guess++)
        failed += cmocka_run_group_tests(tests, start, stop);
    return failed;
}
