/* SPDX-License-Identifier: Apache-2.0 */
/* Key generation between its two steps: what may replace what, and what the same request gets again. */
#include "server/core/certificate.h"
#include "server/core/key.h"
#include "server/core/keygen.h"
#include "tests/unit/office.h"
#include "tests/unit/unit.h"

static struct person person;
static struct office_frame begin, finish;
static struct submission_out out;
static struct act act;

static int add_key(void **state)
{
    (void)state;
    key_process_reset();
    person = (struct person){0};
    person_add(&office.database, &person);
    act = office_session_act(&person, "key.create");
    assert_ok(key_create(&office.worker, &act, KEY_SIGN, person.key_id, person.binding_id));
    uuid_format(person.key, person.key_id);
    uuid_format(person.binding, person.binding_id);
    office_frame(&begin, &person, FRAME_OP_KEYGEN_BEGIN);
    office_frame(&finish, &person, FRAME_OP_KEYGEN_FINISH);
    return 0;
}

static enum hufu_err run_begin(void)
{
    act = office_act(&person, "sm2/keygen/begin");
    return keygen_begin(&office.worker, &act, &begin.in, &out);
}

static enum hufu_err run_finish(void)
{
    act = office_act(&person, "sm2/keygen/finish");
    return keygen_finish(&office.worker, &act, &finish.in, &out);
}

static void assert_state(const char *key, const char *binding)
{
    assert_int_equal(
        database_number(&office.database,
                        "select count(*) from key k join binding b using (project_id, key_id) where"
                        " k.key_id = '%s' and k.state = '%s' and b.key_state = '%s' and b.state = '%s'",
                        person.key, key, key, binding),
        1);
}

static int64_t events(const char *action)
{
    return database_number(&office.database,
                           "select count(*) from audit_event where key_id = '%s' and action = '%s'",
                           person.key, action);
}

static void the_two_steps_make_a_key(void **state)
{
    (void)state;
    assert_state("new", "waiting");
    key_process.sealed = "pending record";
    assert_ok(run_begin());
    assert_bytes(out.answer, "sealed answer");
    assert_int_equal(key_process.operations, FRAME_ALLOW_SIGN);
    assert_state("pending", "waiting");
    key_process.sealed = "the key's record";
    assert_ok(run_finish());
    assert_string_equal(key_process.record, "pending record");
    assert_true(out.has_public_key);
    assert_int_equal(out.public_key[3], 7);
    assert_state("generated", "active");
    assert_int_equal(
        database_number(&office.database,
                        "select count(*) from binding where binding_id = '%s' and generation = 0 and record ="
                        " 'the key''s record' and pending_record is null",
                        person.binding),
        1);
    assert_int_equal(events("sm2/keygen/begin"), 1);
    assert_int_equal(events("sm2/keygen/finish"), 1);
}

static void the_same_requests_get_the_same_answers(void **state)
{
    (void)state;
    assert_ok(run_begin());
    key_process.answer = "another answer";
    assert_ok(run_begin());
    assert_bytes(out.answer, "sealed answer");
    assert_ok(run_finish());
    key_process.answer = "a third answer";
    assert_ok(run_finish());
    assert_bytes(out.answer, "another answer");
    assert_true(out.has_public_key);
    assert_int_equal(out.public_key[64], 7);
    assert_int_equal(key_process.calls, 2);
    assert_int_equal(events("sm2/keygen/finish"), 1);
}

static void a_second_begin_replaces_the_first(void **state)
{
    (void)state;
    key_process.sealed = "first pending";
    assert_ok(run_begin());
    office_frame(&begin, &person, FRAME_OP_KEYGEN_BEGIN);
    key_process.sealed = "second pending";
    assert_ok(run_begin());
    assert_ok(run_finish());
    assert_string_equal(key_process.record, "second pending");
}

static void begin_again(void)
{
    static struct submission_out other;
    struct act other_act = office_act(&person, "sm2/keygen/begin");
    key_process.meanwhile = NULL;
    office_frame(&begin, &person, FRAME_OP_KEYGEN_BEGIN);
    assert_ok(keygen_begin(&office.worker, &other_act, &begin.in, &other));
}

static void a_finish_of_what_was_replaced_meanwhile_is_a_conflict(void **state)
{
    (void)state;
    assert_ok(run_begin());
    key_process.meanwhile = begin_again;
    assert_int_equal(run_finish(), HUFU_ERR_CONFLICT);
    assert_int_equal(act.refusal, REFUSAL_CONFLICT);
    assert_state("pending", "waiting");
}

static void a_finish_without_a_begin_or_after_ten_minutes_is_a_conflict(void **state)
{
    (void)state;
    assert_int_equal(run_finish(), HUFU_ERR_CONFLICT);
    assert_ok(run_begin());
    database_run(&office.database,
                 "update binding set pending_until = clock_timestamp() where binding_id = '%s'",
                 person.binding);
    assert_int_equal(run_finish(), HUFU_ERR_CONFLICT);
    assert_int_equal(act.refusal, REFUSAL_CONFLICT);
    assert_int_equal(key_process.calls, 1);
}

static void a_generated_key_is_not_begun_again(void **state)
{
    (void)state;
    assert_ok(run_begin());
    assert_ok(run_finish());
    office_frame(&begin, &person, FRAME_OP_KEYGEN_BEGIN);
    assert_int_equal(run_begin(), HUFU_ERR_CONFLICT);
    assert_string_equal(act.state, "generated");
    office_frame(&finish, &person, FRAME_OP_KEYGEN_FINISH);
    assert_int_equal(run_finish(), HUFU_ERR_CONFLICT);
}

static void another_device_key_in_the_head_is_not_allowed(void **state)
{
    (void)state;
    uint8_t other[FRAME_DEVICE_KEY_SIZE] = {4, 5};
    begin.head.public_part = bytes_of(other, sizeof other);
    office_seal(&begin);
    assert_int_equal(run_begin(), HUFU_ERR_POLICY);
    assert_int_equal(act.refusal, REFUSAL_NOT_ALLOWED);
    assert_state("new", "waiting");
}

static void suspend_meanwhile(void)
{
    database_run(&office.database, "update device set account_state = 'suspended' where device_id = '%s'",
                 person.device);
}

static void a_suspension_meanwhile_stops_either_step(void **state)
{
    (void)state;
    key_process.meanwhile = suspend_meanwhile;
    assert_int_equal(run_begin(), HUFU_ERR_STATE);
    assert_int_equal(act.refusal, REFUSAL_ACCOUNT_NOT_ACTIVE);
    assert_state("new", "waiting");
    database_run(&office.database, "update device set account_state = 'active' where device_id = '%s'",
                 person.device);
    key_process.meanwhile = NULL;
    assert_ok(run_begin());
    key_process.meanwhile = suspend_meanwhile;
    assert_int_equal(run_finish(), HUFU_ERR_STATE);
    assert_state("pending", "waiting");
}

static void a_refusal_of_the_key_process_changes_nothing(void **state)
{
    (void)state;
    key_process.err = HUFU_ERR_SIGNATURE;
    assert_int_equal(run_begin(), HUFU_ERR_SIGNATURE);
    assert_int_equal(act.refusal, REFUSAL_DEVICE_SIGNATURE_INVALID);
    assert_state("new", "waiting");
    key_process.err = HUFU_OK;
    assert_ok(run_begin());
    key_process.err = HUFU_ERR_FORM;
    assert_int_equal(run_finish(), HUFU_ERR_FORM);
    assert_state("pending", "waiting");
}

static void a_device_has_so_many_keys_and_no_more(void **state)
{
    (void)state;
    uint8_t key_id[UUID_SIZE], binding_id[UUID_SIZE];
    enum hufu_err err = HUFU_OK;
    int made = 2; /* the person's own, and this test's */
    while (err == HUFU_OK && made <= KEY_PER_DEVICE_MAX) {
        act = office_session_act(&person, "key.create");
        err = key_create(&office.worker, &act, KEY_DECRYPT, key_id, binding_id);
        made += err == HUFU_OK;
    }
    assert_int_equal(made, KEY_PER_DEVICE_MAX);
    assert_int_equal(act.refusal, REFUSAL_CONFLICT);
}

static struct certificate certificate;
static struct certificate_chain chain;

static enum hufu_err run_certificate(bool *issued)
{
    act = office_session_act(&person, "certificate.issue");
    return certificate_request(&office.worker, &act, person.key_id, bytes_of_text("csr"), "sm2", &certificate,
                               &chain, issued);
}

static void generate(void)
{
    assert_ok(run_begin());
    assert_ok(run_finish());
}

static void a_certificate_makes_the_key_usable_and_is_given_again(void **state)
{
    (void)state;
    bool issued;
    generate();
    assert_ok(run_certificate(&issued));
    assert_true(issued);
    assert_int_equal(certificate.serial[0] & 0xc0, 0x40);
    assert_state("usable", "active");
    uint8_t serial[CERTIFICATE_SERIAL_SIZE];
    memcpy(serial, certificate.serial, sizeof serial);
    assert_ok(run_certificate(&issued));
    assert_false(issued);
    assert_memory_equal(serial, certificate.serial, sizeof serial);
    assert_bytes(bytes_of(certificate.der, certificate.der_len), "a certificate");
    assert_bytes(chain.issuing, "issuing");
    assert_bytes(chain.root, "root");
    assert_int_equal(events("certificate.issue"), 1);
}

static void a_key_not_generated_yet_gets_no_certificate(void **state)
{
    (void)state;
    bool issued;
    assert_int_equal(run_certificate(&issued), HUFU_ERR_CONFLICT);
    assert_string_equal(act.state, "new");
    assert_int_equal(key_process.calls, 0);
}

static void the_key_processs_refusals_of_a_request_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        enum hufu_err err;
        enum refusal refusal;
    } cases[] = {
        {HUFU_ERR_FORM, REFUSAL_CSR_INVALID},
        {HUFU_ERR_SIGNATURE, REFUSAL_CSR_INVALID},
        {HUFU_ERR_POLICY, REFUSAL_SUBJECT_MISMATCH},
        {HUFU_ERR_RECORD, REFUSAL_RECORD_INVALID},
    };
    bool issued;
    generate();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        key_process.err = cases[i].err;
        assert_int_equal(run_certificate(&issued), refusal_error(cases[i].refusal));
        assert_int_equal(act.refusal, cases[i].refusal);
    }
    assert_state("generated", "active");
}

static void a_certificate_made_while_the_account_was_suspended_never_leaves(void **state)
{
    (void)state;
    bool issued;
    generate();
    key_process.meanwhile = suspend_meanwhile;
    assert_int_equal(run_certificate(&issued), HUFU_ERR_STATE);
    assert_int_equal(act.refusal, REFUSAL_ACCOUNT_NOT_ACTIVE);
    assert_int_equal(
        database_number(&office.database, "select count(*) from certificate where key_id = '%s'", person.key),
        0);
}

static void an_unknown_ca_or_key_is_not_found(void **state)
{
    (void)state;
    bool issued;
    generate();
    act = office_session_act(&person, "certificate.issue");
    assert_int_equal(certificate_request(&office.worker, &act, person.key_id, bytes_of_text("csr"), "rsa",
                                         &certificate, &chain, &issued),
                     HUFU_ERR_NOT_FOUND);
    person.key_id[3] ^= 1;
    assert_int_equal(run_certificate(&issued), HUFU_ERR_NOT_FOUND);
    assert_int_equal(act.refusal, REFUSAL_NOT_FOUND);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, add_key)
    const struct CMUnitTest tests[] = {
        TEST(the_two_steps_make_a_key),
        TEST(the_same_requests_get_the_same_answers),
        TEST(a_second_begin_replaces_the_first),
        TEST(a_finish_of_what_was_replaced_meanwhile_is_a_conflict),
        TEST(a_finish_without_a_begin_or_after_ten_minutes_is_a_conflict),
        TEST(a_generated_key_is_not_begun_again),
        TEST(another_device_key_in_the_head_is_not_allowed),
        TEST(a_suspension_meanwhile_stops_either_step),
        TEST(a_refusal_of_the_key_process_changes_nothing),
        TEST(a_device_has_so_many_keys_and_no_more),
        TEST(a_certificate_makes_the_key_usable_and_is_given_again),
        TEST(a_key_not_generated_yet_gets_no_certificate),
        TEST(the_key_processs_refusals_of_a_request_are_told_apart),
        TEST(a_certificate_made_while_the_account_was_suspended_never_leaves),
        TEST(an_unknown_ca_or_key_is_not_found),
    };
    return cmocka_run_group_tests(tests, office_open, office_close);
}
