/* SPDX-License-Identifier: Apache-2.0 */
/* The hot path with a private-key process that says anything, and a world that changes while it is asked. */
#include <stdio.h>

#include "tests/unit/office.h"
#include "tests/unit/unit.h"

static struct person person;
static struct office_frame frame;
static struct submission_out out;
static struct act act;

static int add_person(void **state)
{
    (void)state;
    key_process_reset();
    person = (struct person){0};
    person_add(&office.database, &person);
    office_frame(&frame, &person, FRAME_OP_SIGN);
    return 0;
}

static enum hufu_err run_as(const struct person *who)
{
    act = office_act(who, frame_op_name(frame.head.op));
    return office_run(&office.worker, &act, frame.head.op, &frame.in, &out);
}

static enum hufu_err run(void)
{
    return run_as(&person);
}

static void assert_refused(enum refusal refusal)
{
    assert_int_equal(run(), refusal_error(refusal));
    assert_string_equal(refusal_slug(act.refusal), refusal_slug(refusal));
    assert_int_equal(out.answer.len, 0);
    for (size_t i = 0; i < sizeof out.memory; i++)
        assert_int_equal(out.memory[i], 0);
}

static int64_t failures(void)
{
    return database_number(&office.database, "select pin_failures from device where device_id = '%s'",
                           person.device);
}

static void change_binding(const char *assignment)
{
    database_run(&office.database, "update binding set %s where binding_id = '%s'", assignment,
                 person.binding);
}

static void a_signature_is_recorded_and_answered(void **state)
{
    (void)state;
    assert_ok(run());
    assert_bytes(out.answer, "sealed answer");
    assert_int_equal(out.pin_failures_before, 0);
    assert_int_equal(key_process.calls, 1);
    assert_string_equal(key_process.record, "record zero");
    assert_int_equal(office_count(&person, "signature"), 1);
    assert_int_equal(
        database_number(&office.database,
                        "select count(*) from signature where binding_id = '%s' and get_byte(digests, 0) = 3"
                        " and octet_length(digests) = 32 and results ="
                        " '0123456789abcdef0123456789abcdef'::bytea",
                        person.binding),
        1);
    assert_int_equal(act.principal.kind, PRINCIPAL_DEVICE);
}

static void the_same_bytes_get_the_same_answer_and_ask_nobody(void **state)
{
    (void)state;
    assert_ok(run());
    key_process.answer = "another answer";
    memset(frame.signature, 9, sizeof frame.signature); /* sameness concerns the frame alone */
    assert_ok(run());
    assert_bytes(out.answer, "sealed answer");
    assert_int_equal(key_process.calls, 1);
    assert_int_equal(office_count(&person, "audit_event"), 1);
    assert_int_equal(office_count(&person, "signature"), 1);
}

static void other_bytes_under_a_used_id_are_a_conflict(void **state)
{
    (void)state;
    assert_ok(run());
    frame.head.time_ms++;
    office_seal(&frame);
    assert_refused(REFUSAL_REQUEST_CONFLICT);
    assert_int_equal(key_process.calls, 1);
}

static void a_stored_answer_is_not_given_again_after_ten_minutes(void **state)
{
    (void)state;
    assert_ok(run());
    database_run(&office.database,
                 "update request set at = at - interval '11 minutes' where binding_id = '%s'",
                 person.binding);
    assert_refused(REFUSAL_REQUEST_CONFLICT);
    assert_int_equal(key_process.calls, 1);
}

static void a_stored_answer_is_not_given_to_a_frozen_binding_or_a_suspended_account(void **state)
{
    (void)state;
    assert_ok(run());
    change_binding("state = 'frozen'");
    assert_refused(REFUSAL_BINDING_NOT_ACTIVE);
    assert_string_equal(act.state, "frozen");
    change_binding("state = 'active', account_state = 'suspended'");
    assert_refused(REFUSAL_ACCOUNT_NOT_ACTIVE);
}

static void a_wrong_pin_is_counted_once_however_often_it_is_sent(void **state)
{
    (void)state;
    key_process.err = HUFU_ERR_PROOF;
    assert_refused(REFUSAL_PIN_WRONG);
    assert_int_equal(act.tries_left, 4);
    assert_true(act.recorded);
    key_process.err = HUFU_OK;
    assert_refused(REFUSAL_PIN_WRONG);
    assert_int_equal(act.tries_left, 4);
    assert_true(act.recorded);
    assert_int_equal(key_process.calls, 1);
    assert_int_equal(failures(), 1);
    assert_int_equal(office_count(&person, "audit_event"), 1);
}

static void the_fifth_wrong_pin_locks_and_then_nobody_is_asked(void **state)
{
    (void)state;
    key_process.err = HUFU_ERR_PROOF;
    for (int i = 0; i < 5; i++) {
        office_frame(&frame, &person, FRAME_OP_SIGN);
        assert_refused(REFUSAL_PIN_WRONG);
        assert_int_equal(act.tries_left, 4 - i);
    }
    key_process.err = HUFU_OK;
    office_frame(&frame, &person, FRAME_OP_SIGN);
    assert_refused(REFUSAL_PIN_LOCKED);
    assert_int_equal(key_process.calls, 5);
    assert_int_equal(office_count(&person, "signature"), 0);
}

static void a_success_tells_of_the_failures_before_it(void **state)
{
    (void)state;
    key_process.err = HUFU_ERR_PROOF;
    assert_refused(REFUSAL_PIN_WRONG);
    key_process.err = HUFU_OK;
    office_frame(&frame, &person, FRAME_OP_PIN_CHECK);
    assert_ok(run());
    assert_int_equal(out.pin_failures_before, 1);
    assert_ok(run());
    assert_int_equal(out.pin_failures_before, 1);
    assert_int_equal(failures(), 0);
}

static void a_refusal_before_the_proof_is_audited_and_counts_nothing(void **state)
{
    (void)state;
    static const struct {
        enum hufu_err err;
        enum refusal refusal;
    } cases[] = {
        {HUFU_ERR_RECORD, REFUSAL_RECORD_INVALID}, {HUFU_ERR_SIGNATURE, REFUSAL_DEVICE_SIGNATURE_INVALID},
        {HUFU_ERR_TIME, REFUSAL_FRAME_TIME},       {HUFU_ERR_GENERATION, REFUSAL_NO_SUCH_GENERATION},
        {HUFU_ERR_FORM, REFUSAL_FRAME_MALFORMED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        key_process.err = cases[i].err;
        assert_refused(cases[i].refusal);
        assert_ok(act_close(&office.worker, &act, refusal_slug(act.refusal)));
        assert_int_equal(
            database_number(&office.database,
                            "select count(*) from audit_event where binding_id = '%s' and outcome = '%s'",
                            person.binding, refusal_slug(cases[i].refusal)),
            1);
    }
    assert_int_equal(act.principal.kind, PRINCIPAL_DEVICE);
    assert_int_equal(failures(), 0);
    assert_int_equal(office_count(&person, "request"), 0);
    key_process.err = HUFU_OK;
    assert_ok(run()); /* the request id was not spoilt */
}

static void a_frame_out_of_time_learns_the_services_time(void **state)
{
    (void)state;
    key_process.err = HUFU_ERR_TIME;
    assert_refused(REFUSAL_FRAME_TIME);
    assert_int_equal(act.service_time_ms, key_process.now_ms);
}

static void a_refusal_after_a_right_proof_is_stored_like_an_answer(void **state)
{
    (void)state;
    key_process.err = HUFU_ERR_POLICY;
    assert_refused(REFUSAL_NOT_ALLOWED);
    assert_true(act.recorded);
    key_process.err = HUFU_OK;
    assert_refused(REFUSAL_NOT_ALLOWED);
    assert_int_equal(key_process.calls, 1);
    assert_int_equal(failures(), 0);
}

static void a_failure_of_the_key_process_refuses_nothing_and_records_nothing(void **state)
{
    (void)state;
    static const enum hufu_err errors[] = {HUFU_ERR_AWAY, HUFU_ERR_BUSY, HUFU_ERR_INTERNAL};
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        key_process.err = errors[i];
        assert_int_equal(run(), errors[i]);
        assert_int_equal(act.refusal, REFUSAL_NONE);
    }
    key_process.err = HUFU_ERR_LIMIT;
    assert_int_equal(run(), HUFU_ERR_INTERNAL);
    assert_int_equal(office_count(&person, "audit_event"), 0);
}

static void lock_meanwhile(void)
{
    database_run(&office.database, "update device set locked = true where device_id = '%s'", person.device);
}
static void freeze_meanwhile(void)
{
    change_binding("state = 'frozen'");
}
static void suspend_meanwhile(void)
{
    database_run(&office.database, "update device set account_state = 'suspended' where device_id = '%s'",
                 person.device);
}
static void end_window_meanwhile(void)
{
    change_binding("valid_until = clock_timestamp()");
}
static void use_up_meanwhile(void)
{
    change_binding("uses_left = 0");
}
static void end_generation_meanwhile(void)
{
    change_binding("generation = 1");
}

static void what_changes_while_the_key_process_works_decides(void **state)
{
    (void)state;
    static const struct {
        void (*meanwhile)(void);
        enum refusal refusal;
        const char *undo;
    } cases[] = {
        {end_window_meanwhile, REFUSAL_WINDOW_CLOSED, "valid_until = null"},
        {use_up_meanwhile, REFUSAL_USES_EXHAUSTED, "uses_left = null"},
        {end_generation_meanwhile, REFUSAL_NO_SUCH_GENERATION, "generation = 0"},
        {freeze_meanwhile, REFUSAL_BINDING_NOT_ACTIVE, "state = 'active'"},
        {suspend_meanwhile, REFUSAL_ACCOUNT_NOT_ACTIVE, NULL},
    };
    static const enum hufu_err outcomes[] = {HUFU_OK, HUFU_ERR_PROOF, HUFU_ERR_POLICY, HUFU_ERR_FORM};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (size_t j = 0; j < sizeof outcomes / sizeof outcomes[0]; j++) {
            key_process.meanwhile = cases[i].meanwhile;
            key_process.err = outcomes[j];
            assert_refused(cases[i].refusal);
            assert_false(act.recorded);
            if (cases[i].undo != NULL)
                change_binding(cases[i].undo);
            else
                database_run(&office.database,
                             "update device set account_state = 'active' where device_id = '%s'",
                             person.device);
        }
    assert_int_equal(office_count(&person, "request"), 0);
    assert_int_equal(office_count(&person, "signature"), 0);
    assert_int_equal(failures(), 0);
}

static void a_device_locked_meanwhile_is_told_nothing_about_its_proof(void **state)
{
    (void)state;
    static const enum hufu_err outcomes[] = {HUFU_OK, HUFU_ERR_PROOF, HUFU_ERR_POLICY, HUFU_ERR_FORM};
    for (size_t j = 0; j < sizeof outcomes / sizeof outcomes[0]; j++) {
        key_process.meanwhile = lock_meanwhile;
        key_process.err = outcomes[j];
        assert_refused(REFUSAL_PIN_LOCKED);
        database_run(&office.database, "update device set locked = false where device_id = '%s'",
                     person.device);
    }
    assert_int_equal(failures(), 0);
}

static void a_frame_of_another_operation_or_key_is_malformed(void **state)
{
    (void)state;
    act = office_act(&person, "sm2/decrypt");
    assert_int_equal(office_run(&office.worker, &act, FRAME_OP_DECRYPT, &frame.in, &out), HUFU_ERR_FORM);
    uint8_t other[UUID_SIZE] = {1};
    frame.in.key_id = other;
    assert_refused(REFUSAL_FRAME_MALFORMED);
    frame.in.key_id = frame.head.key_id;
    frame.in.frame.len--;
    assert_refused(REFUSAL_FRAME_MALFORMED);
    assert_int_equal(key_process.calls, 0);
}

static void a_binding_of_somebody_else_is_not_found(void **state)
{
    (void)state;
    struct person other = {0};
    person_add(&office.database, &other);
    assert_int_equal(run_as(&other), HUFU_ERR_NOT_FOUND);
    assert_int_equal(act.refusal, REFUSAL_NOT_FOUND);
    assert_int_equal(key_process.calls, 0);
}

static void an_unknown_token_is_nobody(void **state)
{
    (void)state;
    person.token_hash[0] ^= 1;
    assert_refused(REFUSAL_UNAUTHENTICATED);
    assert_int_equal(key_process.calls, 0);
}

static void a_key_for_signing_does_not_decrypt(void **state)
{
    (void)state;
    office_frame(&frame, &person, FRAME_OP_DECRYPT);
    assert_refused(REFUSAL_NOT_ALLOWED);
    database_run(&office.database, "update key set usage = 'decrypt' where key_id = '%s'", person.key);
    assert_ok(run());
    assert_int_equal(database_number(&office.database,
                                     "select count(*) from signature where binding_id = '%s' and"
                                     " operation = 'sm2/decrypt' and digests is null",
                                     person.binding),
                     1);
    office_frame(&frame, &person, FRAME_OP_SIGN);
    assert_refused(REFUSAL_NOT_ALLOWED);
}

static void a_refresh_stores_the_next_half_and_an_earlier_one_is_not_even_asked(void **state)
{
    (void)state;
    office_frame(&frame, &person, FRAME_OP_REFRESH);
    key_process.result = "record one";
    assert_ok(run());
    assert_int_equal(database_number(&office.database,
                                     "select count(*) from binding where binding_id = '%s' and"
                                     " next_record = 'record one' and generation = 0",
                                     person.binding),
                     1);
    uint64_t first = frame.head.time_ms;
    office_frame(&frame, &person, FRAME_OP_REFRESH);
    frame.head.time_ms = first;
    office_seal(&frame);
    assert_refused(REFUSAL_CONFLICT);
    assert_int_equal(key_process.calls, 1);
}

/* The private-key process is not even asked for the role of a primary before the device was made the primary. */
static void a_refresh_to_the_role_of_a_primary_is_let_in_from_the_primary_alone(void **state)
{
    (void)state;
    database_run(&office.database, "update device set role = 'secondary' where device_id = '%s'",
                 person.device);
    database_run(&office.database, "update binding set role = 'secondary' where binding_id = '%s'",
                 person.binding);
    office_frame(&frame, &person, FRAME_OP_REFRESH);
    frame.head.public_part = bytes_of_text(FRAME_ROLE_PRIMARY);
    office_seal(&frame);
    key_process.result = "record one";
    assert_refused(REFUSAL_NOT_ALLOWED);
    assert_int_equal(key_process.calls, 0);
    database_run(&office.database, "update device set role = 'primary' where device_id = '%s'",
                 person.device);
    assert_ok(run());
    assert_int_equal(database_number(&office.database,
                                     "select count(*) from binding where binding_id = '%s' and"
                                     " next_record = 'record one' and next_role = 'primary' and"
                                     " role = 'secondary'",
                                     person.binding),
                     1);
}

static void the_pending_half_is_used_for_its_generation_and_ends_the_old_one(void **state)
{
    (void)state;
    office_frame(&frame, &person, FRAME_OP_REFRESH);
    key_process.result = "record one";
    assert_ok(run());
    office_frame(&frame, &person, FRAME_OP_PIN_CHECK);
    frame.head.generation = 1;
    office_seal(&frame);
    assert_ok(run());
    assert_string_equal(key_process.record, "record one");
    assert_int_equal(key_process.generation, 1);
    assert_int_equal(database_number(&office.database,
                                     "select count(*) from binding where binding_id = '%s' and"
                                     " record = 'record one' and generation = 1",
                                     person.binding),
                     1);
}

static void an_unknown_generation_is_asked_with_the_current_record(void **state)
{
    (void)state;
    frame.head.generation = 7;
    office_seal(&frame);
    key_process.err = HUFU_ERR_GENERATION; /* only after the device's signature was found good */
    assert_refused(REFUSAL_NO_SUCH_GENERATION);
    assert_string_equal(key_process.record, "record zero");
    assert_int_equal(key_process.generation, 0);
}

static void with_the_database_away_nothing_is_said(void **state)
{
    (void)state;
    database_kill(&office.database);
    assert_int_equal(run(), HUFU_ERR_AWAY);
    assert_int_equal(act.refusal, REFUSAL_NONE);
    database_restart(&office.database);
    assert_ok(run());
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, add_person)
    const struct CMUnitTest tests[] = {
        TEST(a_signature_is_recorded_and_answered),
        TEST(the_same_bytes_get_the_same_answer_and_ask_nobody),
        TEST(other_bytes_under_a_used_id_are_a_conflict),
        TEST(a_stored_answer_is_not_given_again_after_ten_minutes),
        TEST(a_stored_answer_is_not_given_to_a_frozen_binding_or_a_suspended_account),
        TEST(a_wrong_pin_is_counted_once_however_often_it_is_sent),
        TEST(the_fifth_wrong_pin_locks_and_then_nobody_is_asked),
        TEST(a_success_tells_of_the_failures_before_it),
        TEST(a_refusal_before_the_proof_is_audited_and_counts_nothing),
        TEST(a_frame_out_of_time_learns_the_services_time),
        TEST(a_refusal_after_a_right_proof_is_stored_like_an_answer),
        TEST(a_failure_of_the_key_process_refuses_nothing_and_records_nothing),
        TEST(what_changes_while_the_key_process_works_decides),
        TEST(a_device_locked_meanwhile_is_told_nothing_about_its_proof),
        TEST(a_frame_of_another_operation_or_key_is_malformed),
        TEST(a_binding_of_somebody_else_is_not_found),
        TEST(an_unknown_token_is_nobody),
        TEST(a_key_for_signing_does_not_decrypt),
        TEST(a_refresh_stores_the_next_half_and_an_earlier_one_is_not_even_asked),
        TEST(a_refresh_to_the_role_of_a_primary_is_let_in_from_the_primary_alone),
        TEST(the_pending_half_is_used_for_its_generation_and_ends_the_old_one),
        TEST(an_unknown_generation_is_asked_with_the_current_record),
        TEST(with_the_database_away_nothing_is_said),
    };
    return cmocka_run_group_tests(tests, office_open, office_close);
}
