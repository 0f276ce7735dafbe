/* SPDX-License-Identifier: Apache-2.0 */
/* Authorized users, holders and whoever can write to the database, against what was lent (docs/threat-model.md): nobody signs outside of
 * the window or for another operation than the holder's device has sealed, nothing that was deleted or replaced comes back, and no two
 * devices have more together than each alone. */
#include "tests/attack/played_service.h"

#include "tests/client/authorized_user.h"
#include "tests/client/command.h"
#include "tests/client/randomness.h"

#define HOUR_S 3600
#define DAY_S 86400
#define LOOKS 600 /* a tenth of a second each */

static const struct authorized_terms a_day = {.from_s = -HOUR_S, .until_s = DAY_S, .uses = 100};

struct lent {
    struct played_person holder;
    struct authorized_user user;
};

static void lent_done(struct lent *lent)
{
    played_person_done(&lent->holder);
    authorized_user_done(&lent->user);
}
#define LENT_DONE __attribute__((cleanup(lent_done)))

static void user_add(struct played_service *service, struct authorized_user *user, const char *kind)
{
    char name[48];
    (void)snprintf(name, sizeof(name), "%s %u", kind, service->people);
    assert_ok(authorized_user_enrol(user, &service->stack, service->project_id, name));
}

static void lend(struct played_service *service, struct lent *lent, const struct authorized_terms *terms)
{
    char holder_number[32];
    *lent = (struct lent){.user = {.account_id = ""}};
    played_person_make(service, &lent->holder);
    (void)snprintf(holder_number, sizeof(holder_number), "person %u", service->people);
    user_add(service, &lent->user, "user");
    assert_ok(authorized_user_agree(&lent->user, &lent->holder.phone, holder_number, terms));
    assert_ok(authorized_user_bind(&lent->user, &lent->holder.phone, &lent->holder.key));
}

/* A frame that signs, by that device with that half, on that session. */
static void sign_as(struct phone *phone, const struct phone_key *key, const struct device_binding *binding,
                    struct web_answer *answer)
{
    uint8_t digest[COSIGN_DIGEST_SIZE];
    DEVICE_REQUEST_DONE struct device_request request = {0};
    randomness_fill(digest, sizeof(digest));
    assert_ok(device_request_sign(&request, binding, bytes_of(digest, sizeof(digest)), NULL));
    assert_ok(phone_post(phone->web, answer, key, "signatures", &request));
}

static void assert_refused(struct phone *phone, const struct phone_key *key,
                           const struct device_binding *binding, long status, const char *slug)
{
    WEB_ANSWER_DONE struct web_answer answer = {0};
    sign_as(phone, key, binding, &answer);
    assert_problem_slug(&answer, status, slug);
}

static void assert_user_refused(struct authorized_user *user, long status, const char *slug)
{
    assert_refused(&user->phone, &user->key, &user->key.binding, status, slug);
}

static void assert_user_signs(struct authorized_user *user)
{
    WEB_ANSWER_DONE struct web_answer answer = {0};
    uint8_t digest[COSIGN_DIGEST_SIZE], signature[1][COSIGN_SIGNATURE_SIZE];
    randomness_fill(digest, sizeof(digest));
    enum hufu_err err =
        phone_sign(&user->phone, &answer, &user->key, bytes_of(digest, sizeof(digest)), signature);
    if (err)
        fail_msg("error %s, status %ld %s", hufu_err_name(err), answer.status, web_answer_problem(&answer));
    assert_ok(cosign_verify_var(user->key.binding.half.P, digest, signature[0]));
}

static void run(struct played_service *service, const char *statement, const struct authorized_user *user)
{
    assert_ok(sql_run(service->sql, statement, SQL_WITH(user->key.binding_id)));
}

/* ---- The control ---- */

static void what_was_lent_signs_is_counted_and_names_both(void **state)
{
    struct played_service *service = *state;
    LENT_DONE struct lent lent;
    lend(service, &lent, &a_day);
    assert_user_signs(&lent.user);
    assert_person_signs(&lent.holder);
    assert_int_equal(sql_number(service->sql, "select uses_left from binding where binding_id = $1",
                                SQL_WITH(lent.user.key.binding_id)),
                     99);
    assert_int_equal(
        sql_number(service->sql,
                   "select count(*) from signature s join audit_event e on e.request_id = s.request_id"
                   " where s.account_id = $1 and s.party_id = $2 and e.account_id = $1 and e.party_id = $2",
                   SQL_WITH(lent.user.account_id, lent.holder.account_id)),
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
    LENT_DONE struct lent lent;
    const struct authorized_terms tomorrow = {.from_s = DAY_S, .until_s = 2 * DAY_S, .uses = 5};
    lend(service, &lent, &tomorrow);
    assert_user_refused(&lent.user, 403, "window-closed");
    run(service, OPEN_WINDOW, &lent.user);
    assert_user_refused(&lent.user, 403, "not-allowed");
    /* Nor behind a refresh, which takes the policy along. */
    assert_ok(authorized_user_refresh(&lent.user));
    assert_user_refused(&lent.user, 403, "not-allowed");
}

static void a_window_that_ends_is_not_lengthened_by_the_database(void **state)
{
    struct played_service *service = *state;
    LENT_DONE struct lent lent;
    const struct authorized_terms seconds = {.from_s = -HOUR_S, .until_s = 8, .uses = 1000};
    lend(service, &lent, &seconds);
    run(service, OPEN_WINDOW, &lent.user);
    bool refused = false;
    for (int i = 0; i < LOOKS && !refused; i++) {
        WEB_ANSWER_DONE struct web_answer answer = {0};
        sign_as(&lent.user.phone, &lent.user.key, &lent.user.key.binding, &answer);
        refused = answer.status != 200;
        if (refused)
            assert_problem_slug(&answer, 403, "not-allowed");
        else
            command_pause_ms(100);
    }
    assert_true(refused);
    assert_true(device_now_ms() > lent.user.policy.until_ms);
}

static void uses_are_the_databases_and_the_threat_model_says_so(void **state)
{
    struct played_service *service = *state;
    LENT_DONE struct lent lent;
    const struct authorized_terms once = {.from_s = -HOUR_S, .until_s = DAY_S, .uses = 1};
    lend(service, &lent, &once);
    assert_user_signs(&lent.user);
    assert_user_refused(&lent.user, 403, "uses-exhausted");
    run(service, "update binding set uses_left = 1 where binding_id = $1", &lent.user);
    assert_user_signs(&lent.user);
}

/* ---- Operations ---- */

static void an_operation_is_not_added_by_the_database(void **state)
{
    struct played_service *service = *state;
    LENT_DONE struct lent lent;
    WEB_ANSWER_DONE struct web_answer answer = {0};
    DEVICE_REQUEST_DONE struct device_request request = {0};
    lend(service, &lent, &a_day);
    run(service,
        "with k as (update key set usage = 'decrypt' where key_id = (select key_id from binding where"
        " binding_id = $1)), a as (update delegation set operations = 7, usage = 'decrypt' where binding_id "
        "= $1)"
        " update binding set authorization_operations = 7 where binding_id = $1",
        &lent.user);
    assert_ok(device_request_decrypt(&request, &lent.user.key.binding,
                                     bytes_of(lent.user.key.binding.half.P, COSIGN_POINT_SIZE), NULL));
    assert_ok(phone_post(lent.user.phone.web, &answer, &lent.user.key, "decryptions", &request));
    assert_problem_slug(&answer, 403, "not-allowed");
    run(service,
        "update key set usage = 'sign' where key_id = (select key_id from binding where binding_id = $1)",
        &lent.user);
    assert_user_signs(&lent.user);
}

static void the_holders_record_is_no_use_to_the_authorized_binding(void **state)
{
    struct played_service *service = *state;
    LENT_DONE struct lent lent;
    static const char swap[] =
        "update binding b set record = o.record from binding o"
        " where (b.binding_id = $1 and o.binding_id = $2) or (b.binding_id = $2 and o.binding_id = $1)";
    lend(service, &lent, &a_day);
    assert_ok(sql_run(service->sql, swap, SQL_WITH(lent.user.key.binding_id, lent.holder.key.binding_id)));
    assert_user_refused(&lent.user, 500, "record-invalid");
    assert_ok(sql_run(service->sql, swap, SQL_WITH(lent.user.key.binding_id, lent.holder.key.binding_id)));
    assert_user_signs(&lent.user);
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
    run(service,
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

static void what_was_deleted_does_not_come_back(void **state)
{
    struct played_service *service = *state;
    LENT_DONE struct lent lent;
    lend(service, &lent, &a_day);
    assert_user_signs(&lent.user);
    copy_rows(service);
    assert_ok(authorized_user_change(&lent.user, &lent.holder.phone, "DELETE", "", NULL));
    assert_user_refused(&lent.user, 403, "binding-not-active");
    put_back(service, &lent.user);
    assert_user_refused(&lent.user, 409, "record-destroyed");
    restart_all(service);
    assert_user_refused(&lent.user, 409, "record-destroyed");
    assert_person_signs(&lent.holder);
}

static void a_policy_that_was_replaced_does_not_come_back(void **state)
{
    struct played_service *service = *state;
    LENT_DONE struct lent lent;
    char until[RFC3339_TEXT_SIZE];
    lend(service, &lent, &a_day);
    copy_rows(service);
    rfc3339_format(until, device_now_ms() + HOUR_S * UINT64_C(1000));
    assert_ok(authorized_user_change(&lent.user, &lent.holder.phone, "PATCH", "",
                                     json_pack("{s:s}", "valid_until", until)));
    assert_ok(authorized_user_seal(&lent.user, &lent.holder.phone, &lent.holder.key));
    assert_user_signs(&lent.user);
    put_back(service, &lent.user);
    assert_user_refused(&lent.user, 409, "record-destroyed");
    restart_all(service);
    assert_user_refused(&lent.user, 409, "record-destroyed");
}

static void a_generation_that_ended_does_not_come_back(void **state)
{
    struct played_service *service = *state;
    LENT_DONE struct lent lent;
    lend(service, &lent, &a_day);
    struct device_binding old = lent.user.key.binding;
    copy_rows(service);
    assert_ok(authorized_user_refresh(&lent.user));
    put_back(service, &lent.user);
    bool destroyed = false; /* what ends is told within seconds */
    for (int i = 0; i < LOOKS && !destroyed; i++) {
        WEB_ANSWER_DONE struct web_answer answer = {0};
        sign_as(&lent.user.phone, &lent.user.key, &old, &answer);
        destroyed = strcmp(web_answer_problem(&answer), "record-destroyed") == 0;
        assert_true(destroyed || answer.status == 200);
        command_pause_ms(destroyed ? 0 : 100);
    }
    assert_true(destroyed);
}

/* ---- Devices that know more than they should ---- */

static void the_holders_device_does_not_sign_as_the_authorized_binding(void **state)
{
    struct played_service *service = *state;
    LENT_DONE struct lent lent;
    lend(service, &lent, &a_day);
    struct phone *holder = &lent.holder.phone, *user = &lent.user.phone;
    struct device_binding known = lent.user.key.binding;
    known.half = lent.user.handed_over; /* what it made, of generation 0 */
    known.key = holder->key;
    assert_refused(holder, &lent.user.key, &known, 404, "not-found");
    assert_refused(user, &lent.user.key, &known, 403, "device-signature-invalid");
    known.generation = 0;
    assert_refused(user, &lent.user.key, &known, 403, "device-signature-invalid");
    /* Even the authorized user's own device gets nowhere with the half that the holder's knows. */
    known = lent.user.key.binding;
    known.half = lent.user.handed_over;
    assert_refused(user, &lent.user.key, &known, 403, "pin-wrong");
    assert_user_signs(&lent.user);
}

static void two_devices_together_have_no_more_than_each_alone(void **state)
{
    struct played_service *service = *state;
    LENT_DONE struct lent one = {.user = {.account_id = ""}};
    LENT_DONE struct lent other = {.user = {.account_id = ""}};
    lend(service, &one, &a_day);
    lend(service, &other, &a_day);
    const struct {
        struct phone *phone;
        struct phone_key *key;
    } devices[] = {
        {&one.holder.phone, &one.holder.key},
        {&one.user.phone, &one.user.key},
        {&other.holder.phone, &other.holder.key},
        {&other.user.phone, &other.user.key},
    };
    for (size_t i = 0; i < 4; i++)
        for (size_t k = 0; k < 4; k++) {
            if (i == k)
                continue;
            struct device_binding mixed = devices[i].key->binding;
            mixed.half = devices[k].key->binding.half;
            assert_refused(devices[i].phone, devices[i].key, &mixed, 403, "pin-wrong");
            assert_refused(devices[k].phone, devices[i].key, &devices[i].key->binding, 404, "not-found");
            mixed = devices[i].key->binding;
            mixed.key = devices[k].phone->key;
            assert_refused(devices[i].phone, devices[i].key, &mixed, 403, "device-signature-invalid");
            /* Each forgives itself what the other tried. */
            WEB_ANSWER_DONE struct web_answer answer = {0};
            sign_as(devices[i].phone, devices[i].key, &devices[i].key->binding, &answer);
            assert_int_equal(answer.status, 200);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_lent_signs_is_counted_and_names_both),
        cmocka_unit_test(a_window_that_has_not_begun_is_not_opened_by_the_database),
        cmocka_unit_test(a_window_that_ends_is_not_lengthened_by_the_database),
        cmocka_unit_test(uses_are_the_databases_and_the_threat_model_says_so),
        cmocka_unit_test(an_operation_is_not_added_by_the_database),
        cmocka_unit_test(the_holders_record_is_no_use_to_the_authorized_binding),
        cmocka_unit_test(what_was_deleted_does_not_come_back),
        cmocka_unit_test(a_policy_that_was_replaced_does_not_come_back),
        cmocka_unit_test(a_generation_that_ended_does_not_come_back),
        cmocka_unit_test(the_holders_device_does_not_sign_as_the_authorized_binding),
        cmocka_unit_test(two_devices_together_have_no_more_than_each_alone),
    };
    return cmocka_run_group_tests_name("attack_service_authorization", tests, played_service_start,
                                       played_service_stop);
}
