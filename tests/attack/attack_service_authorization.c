/* SPDX-License-Identifier: Apache-2.0 */
/* Authorized users, holders and whoever can write to the database, against what was lent (docs/threat-model.md): nobody signs outside of
 * the window or for another operation than the holder's device has sealed, and nothing that was deleted or replaced comes back. */
#include "tests/attack/played_loan.h"

#include <pthread.h>

#include "tests/client/command.h"
#include "tests/client/randomness.h"

#define LOOKS 600 /* a tenth of a second each */

/* ---- The control ---- */

static void what_was_lent_signs_is_counted_and_names_both(void **state)
{
    struct played_service *service = *state;
    LOAN_DONE struct loan loan;
    loan_make(service, &loan, &loan_of_a_day);
    assert_user_signs(&loan.user);
    assert_person_signs(&loan.holder);
    assert_int_equal(sql_number(service->sql, "select uses_left from binding where binding_id = $1",
                                SQL_WITH(loan.user.key.binding_id)),
                     99);
    assert_int_equal(
        sql_number(service->sql,
                   "select count(*) from signature s join audit_event e on e.request_id = s.request_id"
                   " where s.account_id = $1 and s.party_id = $2 and e.account_id = $1 and e.party_id = $2",
                   SQL_WITH(loan.user.account_id, loan.holder.account_id)),
        1);
}

/* ---- The window ---- */

#define OPEN_WINDOW                                                                                        \
    "with a as (update delegation set valid_from = now() - interval '9 days',"                             \
    " valid_until = now() + interval '9 days', sealed_from = now() - interval '9 days',"                   \
    " sealed_until = now() + interval '9 days', uses = 0, uses_left = null where binding_id = $1)"         \
    " update binding set valid_from = now() - interval '9 days', valid_until = now() + interval '9 days'," \
    " uses_left = null where binding_id = $1"

static void a_window_that_has_not_begun_is_not_opened_by_the_database(void **state)
{
    struct played_service *service = *state;
    LOAN_DONE struct loan loan;
    const struct authorized_terms tomorrow = {.from_s = LOAN_DAY_S, .until_s = 2 * LOAN_DAY_S, .uses = 5};
    loan_make(service, &loan, &tomorrow);
    assert_user_refused(&loan.user, 403, "window-closed");
    loan_run(service, OPEN_WINDOW, &loan.user);
    assert_user_refused(&loan.user, 403, "not-allowed");
    /* Nor behind a refresh, which takes the policy along. */
    assert_ok(authorized_user_refresh(&loan.user));
    assert_user_refused(&loan.user, 403, "not-allowed");
}

static void a_window_that_ends_is_not_lengthened_by_the_database(void **state)
{
    struct played_service *service = *state;
    LOAN_DONE struct loan loan;
    const struct authorized_terms seconds = {.from_s = -LOAN_HOUR_S, .until_s = 8, .uses = 1000};
    loan_make(service, &loan, &seconds);
    loan_run(service, OPEN_WINDOW, &loan.user);
    bool refused = false;
    for (int i = 0; i < LOOKS && !refused; i++) {
        WEB_ANSWER_DONE struct web_answer answer = {0};
        loan_sign_as(&loan.user.phone, &loan.user.key, &loan.user.key.binding, &answer);
        refused = answer.status != 200;
        if (refused)
            assert_problem_slug(&answer, 403, "not-allowed");
        else
            command_pause_ms(100);
    }
    assert_true(refused);
    assert_true(device_now_ms() > loan.user.policy.until_ms);
}

struct frame_on_its_way {
    struct web_client *web;
    const struct phone_key *key;
    struct device_request request;
    struct web_answer answer;
    enum hufu_err err;
};

static void *send_frame(void *context)
{
    struct frame_on_its_way *frame = context;
    frame->err = phone_post(frame->web, &frame->answer, frame->key, "signatures", &frame->request);
    return NULL;
}

/* hufu-hsm has computed the answer within the sealed window; then the end is set so, and the frame is decided. */
static void decide_after(struct played_service *service, struct authorized_user *user, const char *change,
                         struct web_answer *answer)
{
    pthread_t thread;
    const uint8_t digest[COSIGN_DIGEST_SIZE] = {1};
    const char *id = user->key.binding_id;
    struct frame_on_its_way frame = {.web = user->phone.web, .key = &user->key};
    assert_ok(
        device_request_sign(&frame.request, &user->key.binding, bytes_of(digest, sizeof(digest)), NULL));
    played_service_hold(service, "select 1 from binding where binding_id = $1 for update", id);
    assert_int_equal(pthread_create(&thread, NULL, send_frame, &frame), 0);
    assert_ok(sql_wait_for_waiters(service->sql, 1));
    assert_ok(sql_run(service->holder, change, SQL_WITH(id)));
    assert_ok(sql_run(service->holder, "commit", SQL_WITHOUT));
    assert_int_equal(pthread_join(thread, NULL), 0);
    device_request_done(&frame.request);
    *answer = frame.answer;
    assert_ok(frame.err);
}

static void a_frame_that_is_decided_after_the_end_is_refused(void **state)
{
    struct played_service *service = *state;
    LOAN_DONE struct loan loan;
    WEB_ANSWER_DONE struct web_answer within = {0}, after = {0};
    loan_make(service, &loan, &loan_of_a_day);
    decide_after(
        service, &loan.user,
        "update binding set valid_until = clock_timestamp() + interval '1 hour' where binding_id = $1",
        &within);
    assert_int_equal(within.status, 200);
    decide_after(service, &loan.user,
                 "update binding set valid_until = clock_timestamp() where binding_id = $1", &after);
    assert_problem_slug(&after, 403, "window-closed");
}

static void uses_are_the_databases_and_the_threat_model_says_so(void **state)
{
    struct played_service *service = *state;
    LOAN_DONE struct loan loan;
    const struct authorized_terms once = {.from_s = -LOAN_HOUR_S, .until_s = LOAN_DAY_S, .uses = 1};
    loan_make(service, &loan, &once);
    assert_user_signs(&loan.user);
    assert_user_refused(&loan.user, 403, "uses-exhausted");
    loan_run(service, "update binding set uses_left = 1 where binding_id = $1", &loan.user);
    assert_user_signs(&loan.user);
}

/* ---- Operations ---- */

static void an_operation_is_not_added_by_the_database(void **state)
{
    struct played_service *service = *state;
    LOAN_DONE struct loan loan;
    WEB_ANSWER_DONE struct web_answer answer = {0};
    DEVICE_REQUEST_DONE struct device_request request = {0};
    loan_make(service, &loan, &loan_of_a_day);
    loan_run(
        service,
        "with k as (update key set usage = 'decrypt' where key_id = (select key_id from binding where"
        " binding_id = $1)), a as (update delegation set operations = 7, usage = 'decrypt' where binding_id "
        "= $1)"
        " update binding set authorization_operations = 7 where binding_id = $1",
        &loan.user);
    assert_ok(device_request_decrypt(&request, &loan.user.key.binding,
                                     bytes_of(loan.user.key.binding.half.P, COSIGN_POINT_SIZE), NULL));
    assert_ok(phone_post(loan.user.phone.web, &answer, &loan.user.key, "decryptions", &request));
    assert_problem_slug(&answer, 403, "not-allowed");
    loan_run(
        service,
        "update key set usage = 'sign' where key_id = (select key_id from binding where binding_id = $1)",
        &loan.user);
    assert_user_signs(&loan.user);
}

static void the_holders_record_is_no_use_to_the_authorized_binding(void **state)
{
    struct played_service *service = *state;
    LOAN_DONE struct loan loan;
    static const char swap[] =
        "update binding b set record = o.record from binding o"
        " where (b.binding_id = $1 and o.binding_id = $2) or (b.binding_id = $2 and o.binding_id = $1)";
    loan_make(service, &loan, &loan_of_a_day);
    assert_ok(sql_run(service->sql, swap, SQL_WITH(loan.user.key.binding_id, loan.holder.key.binding_id)));
    assert_user_refused(&loan.user, 500, "record-invalid");
    assert_ok(sql_run(service->sql, swap, SQL_WITH(loan.user.key.binding_id, loan.holder.key.binding_id)));
    assert_user_signs(&loan.user);
}

/* Whom the records name is the database's word. It changes nothing of what is signed, nor for how long. */
static void the_party_is_the_databases_and_the_threat_model_says_so(void **state)
{
    struct played_service *service = *state;
    LOAN_DONE struct loan loan;
    PLAYED_PERSON_DONE struct played_person third;
    static const char of_party[] = "select count(*) from signature where account_id = $1 and party_id = $2";
    loan_make(service, &loan, &loan_of_a_day);
    played_person_make(service, &third);
    assert_ok(sql_run(service->sql, "update binding set account_id = $2 where binding_id = $1",
                      SQL_WITH(loan.user.key.binding_id, third.account_id)));
    assert_user_signs(&loan.user);
    const char *const *named = SQL_WITH(loan.user.account_id, third.account_id);
    assert_int_equal(sql_number(service->sql, of_party, named), 1);
    /* That third person can do nothing with it. */
    assert_refused(&third.phone, &loan.user.key, &loan.user.key.binding, 404, "not-found");
}

/* One who has two authorizations, one of them for tomorrow, and whose terms the database exchanges. */
static void the_terms_of_another_authorization_open_no_window(void **state)
{
    struct played_service *service = *state;
    LOAN_DONE struct loan now, later;
    const struct authorized_terms tomorrow = {.from_s = LOAN_DAY_S, .until_s = 2 * LOAN_DAY_S, .uses = 5};
    static const char terms[] =
        "update binding b set valid_from = o.valid_from, valid_until = o.valid_until, uses_left = "
        "o.uses_left,"
        " authorization_id = o.authorization_id, authorization_operations = o.authorization_operations"
        " from binding o"
        " where (b.binding_id = $1 and o.binding_id = $2) or (b.binding_id = $2 and o.binding_id = $1)";
    loan_make(service, &now, &loan_of_a_day);
    loan_make(service, &later, &tomorrow);
    assert_user_signs(&now.user);
    assert_user_refused(&later.user, 403, "window-closed");
    assert_ok(sql_run(service->sql, terms, SQL_WITH(now.user.key.binding_id, later.user.key.binding_id)));
    assert_user_refused(&later.user, 403, "not-allowed");
    assert_ok(sql_run(service->sql, terms, SQL_WITH(now.user.key.binding_id, later.user.key.binding_id)));
    assert_user_signs(&now.user);
}

/* ---- What was destroyed ---- */

static void copy_rows(struct played_service *service)
{
    assert_ok(sql_run(service->sql, "drop table if exists stolen_binding, stolen_delegation", SQL_WITHOUT));
    assert_ok(sql_run(service->sql, "create table stolen_binding as select * from binding", SQL_WITHOUT));
    assert_ok(
        sql_run(service->sql, "create table stolen_delegation as select * from delegation", SQL_WITHOUT));
}

/* All that decides, as it was; triggers and constraints are off. */
static void put_back(struct played_service *service, const struct authorized_user *user)
{
    loan_run(
        service,
        "with quiet as (select set_config('session_replication_role', 'replica', false)),"
        " a as (update delegation a set state = s.state, ended = s.ended, valid_from = s.valid_from,"
        " valid_until = s.valid_until, uses = s.uses, uses_left = s.uses_left, binding_id = s.binding_id,"
        " sealed_from = s.sealed_from, sealed_until = s.sealed_until from stolen_delegation s, quiet"
        " where s.authorization_id = a.authorization_id and s.binding_id = $1)"
        " update binding b set state = s.state, record = s.record, next_record = s.next_record,"
        " next_request_time = s.next_request_time, generation = s.generation, valid_from = s.valid_from,"
        " valid_until = s.valid_until, uses_left = s.uses_left, policy_number = s.policy_number"
        " from stolen_binding s, quiet where s.binding_id = b.binding_id and b.binding_id = $1",
        user);
    assert_ok(sql_run(service->sql, "set session_replication_role = default", SQL_WITHOUT));
}

static void restart_all(struct played_service *service)
{
    static const char *const names[] = {"server", "hsm", "db"};
    sql_close(service->sql);
    for (size_t i = 0; i < 3; i++)
        assert_ok(stack_command(&service->stack, "down", names[i]));
    for (size_t i = 3; i > 0; i--)
        assert_ok(stack_command(&service->stack, "up", names[i - 1]));
    service->sql = sql_open(stack_value(&service->stack, "HUFU_DATABASE_ADMIN"));
    assert_non_null(service->sql);
}

/* What was destroyed is known to the key process; usually it is when its request is answered. */
static void wait_until_destroyed(struct played_service *service)
{
    static const char open[] = "select (select count(*) from destruction) + (select max(number) from"
                               " destruction_order) - (select min(acknowledged) from key_process)";
    int64_t left = -1;
    for (int i = 0; i < LOOKS && left != 0; i++) {
        left = sql_number(service->sql, open, SQL_WITHOUT);
        command_pause_ms(left == 0 ? 0 : 100);
    }
    assert_int_equal(left, 0);
}

static void what_was_deleted_does_not_come_back(void **state)
{
    struct played_service *service = *state;
    LOAN_DONE struct loan loan;
    loan_make(service, &loan, &loan_of_a_day);
    assert_user_signs(&loan.user);
    copy_rows(service);
    assert_ok(authorized_user_change(&loan.user, &loan.holder.phone, "DELETE", "", NULL));
    assert_user_refused(&loan.user, 403, "binding-not-active");
    wait_until_destroyed(service);
    put_back(service, &loan.user);
    assert_user_refused(&loan.user, 409, "record-destroyed");
    restart_all(service);
    assert_user_refused(&loan.user, 409, "record-destroyed");
    assert_person_signs(&loan.holder);
}

static void a_policy_that_was_replaced_does_not_come_back(void **state)
{
    struct played_service *service = *state;
    LOAN_DONE struct loan loan;
    char until[RFC3339_TEXT_SIZE];
    loan_make(service, &loan, &loan_of_a_day);
    copy_rows(service);
    rfc3339_format(until, device_now_ms() + LOAN_HOUR_S * UINT64_C(1000));
    assert_ok(authorized_user_change(&loan.user, &loan.holder.phone, "PATCH", "",
                                     json_pack("{s:s}", "valid_until", until)));
    assert_ok(authorized_user_seal(&loan.user, &loan.holder.phone, &loan.holder.key));
    assert_user_signs(&loan.user);
    wait_until_destroyed(service);
    put_back(service, &loan.user);
    assert_user_refused(&loan.user, 409, "record-destroyed");
    restart_all(service);
    assert_user_refused(&loan.user, 409, "record-destroyed");
}

static void a_generation_that_ended_does_not_come_back(void **state)
{
    struct played_service *service = *state;
    LOAN_DONE struct loan loan;
    const struct authorized_terms unlimited = {.from_s = -LOAN_HOUR_S, .until_s = LOAN_DAY_S, .uses = 0};
    loan_make(service, &loan, &unlimited);
    struct device_binding old = loan.user.key.binding;
    copy_rows(service);
    assert_ok(authorized_user_refresh(&loan.user));
    put_back(service, &loan.user);
    bool destroyed = false; /* what ends is told within seconds */
    for (int i = 0; i < LOOKS && !destroyed; i++) {
        WEB_ANSWER_DONE struct web_answer answer = {0};
        loan_sign_as(&loan.user.phone, &loan.user.key, &old, &answer);
        destroyed = strcmp(web_answer_problem(&answer), "record-destroyed") == 0;
        assert_true(destroyed || answer.status == 200);
        command_pause_ms(destroyed ? 0 : 100);
    }
    assert_true(destroyed);
    restart_all(service);
    assert_refused(&loan.user.phone, &loan.user.key, &old, 409, "record-destroyed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_lent_signs_is_counted_and_names_both),
        cmocka_unit_test(a_window_that_has_not_begun_is_not_opened_by_the_database),
        cmocka_unit_test(a_window_that_ends_is_not_lengthened_by_the_database),
        cmocka_unit_test(a_frame_that_is_decided_after_the_end_is_refused),
        cmocka_unit_test(uses_are_the_databases_and_the_threat_model_says_so),
        cmocka_unit_test(an_operation_is_not_added_by_the_database),
        cmocka_unit_test(the_holders_record_is_no_use_to_the_authorized_binding),
        cmocka_unit_test(the_party_is_the_databases_and_the_threat_model_says_so),
        cmocka_unit_test(the_terms_of_another_authorization_open_no_window),
        cmocka_unit_test(what_was_deleted_does_not_come_back),
        cmocka_unit_test(a_policy_that_was_replaced_does_not_come_back),
        cmocka_unit_test(a_generation_that_ended_does_not_come_back),
    };
    return cmocka_run_group_tests_name("attack_service_authorization", tests, played_service_start,
                                       played_service_stop);
}
