/* SPDX-License-Identifier: Apache-2.0 */
/* The statement that decides: each condition by itself, what a success and a refusal change, and what they do not. */
#include "server/store/request_store.h"
#include "tests/unit/deciding.h"

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
#define TEST(name) cmocka_unit_test_setup(name, deciding_add_person)
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
        TEST(a_verdict_against_says_what_state_is_in_the_way),
        TEST(pruning_removes_old_answers_and_keeps_their_ids),
        TEST(a_row_of_binding_that_does_not_hold_together_is_refused),
    };
    int failed = 0;
    for (guess = CHANGE_ANY; guess <= CHANGE_NONE; guess++)
        failed += cmocka_run_group_tests(tests, deciding_start, deciding_stop);
    return failed;
}
